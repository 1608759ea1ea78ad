/* expression_type.c -- names of types, one for each. */
#include "schema/expression_tree.h"

static const struct {
    const char *word, *type;
} names[] = {
    {"int", "int4"},
    {"integer", "int4"},
    {"serial", "int4"},
    {"smallint", "int2"},
    {"bigint", "int8"},
    {"decimal", "numeric"},
    {"dec", "numeric"},
    {"real", "float4"},
    {"float", "float8"},
    {"double precision", "float8"},
    {"boolean", "bool"},
    {"character varying", "varchar"},
    {"char varying", "varchar"},
    {"character", "char"},
    {"bit varying", "varbit"},
    {"timestamp without time zone", "timestamp"},
    {"timestamp with time zone", "timestamptz"},
    {"time without time zone", "time"},
    {"time with time zone", "timetz"},
};

static struct str short_name(struct str word)
{
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(word, str_from(names[i].word)))
            return str_from(names[i].type);
    return word;
}

static bool word_at(const struct tokens *tokens, size_t at, const char *word)
{
    return at < tokens->count && tokens->items[at].kind == TOKEN_WORD &&
           str_eq(tokens->items[at].text, str_from(word));
}

static bool operator_at(const struct tokens *tokens, size_t at, const char *text)
{
    return at < tokens->count && tokens->items[at].kind == TOKEN_OPERATOR &&
           str_eq(tokens->items[at].text, str_from(text));
}

/* "(10,2)" */
static struct str length_at(struct arena *arena, const struct tokens *tokens, size_t *at)
{
    struct buf buf = buf_new(arena, EXPRESSION_MAX);
    size_t end = *at;

    if (!operator_at(tokens, end, "("))
        return STR_NONE;
    while (tokens->items[end].kind != TOKEN_END && !operator_at(tokens, end, ")"))
        buf_add(&buf, tokens->items[end++].text);
    if (tokens->items[end].kind == TOKEN_END)
        return STR_NONE;
    buf_add_byte(&buf, ')');
    *at = end + 1;
    return buf_str(&buf);
}

/* The words of a name behind its first: DOUBLE PRECISION, CHARACTER VARYING. */
static struct str second_word(struct arena *arena, const struct tokens *tokens, size_t *at,
                              struct str first)
{
    if (!word_at(tokens, *at, "precision") && !word_at(tokens, *at, "varying"))
        return first;
    (*at)++;
    return str_printf(arena, STR_FMT " " STR_FMT, STR_ARG(first),
                      STR_ARG(tokens->items[*at - 1].text));
}

static struct str zone(struct arena *arena, const struct tokens *tokens, size_t *at,
                       struct str first)
{
    bool with = word_at(tokens, *at, "with");

    if ((!with && !word_at(tokens, *at, "without")) || !word_at(tokens, *at + 1, "time") ||
        !word_at(tokens, *at + 2, "zone"))
        return first;
    *at += 3;
    return str_printf(arena, STR_FMT " %s time zone", STR_ARG(first), with ? "with" : "without");
}

/* pg_catalog.int4, public.mood: these two say nothing. A quoted name is taken as it is. */
static struct str name_at(struct arena *arena, const struct tokens *tokens, size_t *at,
                          bool *ret_plain)
{
    struct str name = STR_NONE;

    for (;; (*at)++) {
        const struct token *token = &tokens->items[*at];
        if (token->kind != TOKEN_WORD && token->kind != TOKEN_NAME)
            return STR_NONE;
        *ret_plain = token->kind == TOKEN_WORD && !name.length;
        name = name.length
                   ? str_printf(arena, STR_FMT "." STR_FMT, STR_ARG(name), STR_ARG(token->text))
                   : token->text;
        (*at)++;
        if (!operator_at(tokens, *at, "."))
            return str_eq(name, STR("char")) && token->kind == TOKEN_NAME ? STR("\"char\"") : name;
        if (str_eq(name, STR("public")) || str_eq(name, STR("pg_catalog")))
            name = STR_NONE;
    }
}

static struct str with_length(struct arena *arena, struct str base, struct str length)
{
    if (str_eq(base, STR("varchar")) && !length.length)
        return STR("text");
    if (str_eq(base, STR("char")))
        return str_printf(arena, "bpchar" STR_FMT, STR_ARG(length.length ? length : STR("(1)")));
    return str_printf(arena, STR_FMT STR_FMT, STR_ARG(base), STR_ARG(length));
}

struct str type_read(struct arena *arena, const struct tokens *tokens, size_t *at)
{
    bool plain = false;
    struct str name = name_at(arena, tokens, at, &plain);

    if (!name.length)
        return STR_NONE;
    if (plain)
        name = second_word(arena, tokens, at, name);
    struct str length = length_at(arena, tokens, at);
    if (plain)
        name = short_name(zone(arena, tokens, at, name));
    struct str type = with_length(arena, name, length);
    while (operator_at(tokens, *at, "[")) {
        size_t end = *at + 1;
        end += tokens->items[end].kind == TOKEN_NUMBER;
        if (!operator_at(tokens, end, "]"))
            break;
        if (!type_is_array(type)) /* dimensions are not kept */
            type = type_array_of(arena, type);
        *at = end + 1;
    }
    return type;
}

struct str type_without_length(struct arena *arena, struct str type)
{
    size_t bracket = str_find_byte(type, '(');
    struct str base = bracket == SIZE_MAX ? type : str_prefix(type, bracket);

    base = str_eq(base, STR("varchar")) ? STR("text") : base;
    return type_is_array(type) && bracket != SIZE_MAX ? type_array_of(arena, base) : base;
}

/* The reader's own spelling, where types of the server's are in capitals and others as they are. */
static struct str of_spelling(struct arena *arena, struct str type)
{
    static const struct str collate = STR_INIT(" COLLATE ");
    size_t end = str_find(type, collate), at = 0;
    struct tokens tokens;

    if (end != SIZE_MAX)
        type = str_prefix(type, end);
    if (!type.length || type.bytes[0] < 'A' || type.bytes[0] > 'Z' ||
        !str_eq(str_upper(arena, type), type) || !expression_tokens(arena, type, &tokens))
        return type;
    struct str known = type_read(arena, &tokens, &at);
    return tokens.items[at].kind == TOKEN_END ? type_without_length(arena, known) : type;
}

struct str type_of_column(struct arena *arena, const struct schema *schema, struct str type)
{
    struct str known = of_spelling(arena, type);

    for (unsigned i = 0; i < 8; i++) { /* a domain over a domain */
        const struct schema_domain *domain =
            schema_domain_named(schema, type_is_array(known) ? type_element(known) : known);
        if (!domain)
            break;
        struct str base = of_spelling(arena, domain->type);
        known = type_is_array(known) ? type_array_of(arena, base) : base;
    }
    return known;
}

bool type_varies(const struct schema *schema, struct str type)
{
    const struct schema_domain *domain;

    for (unsigned i = 0; i < 8 && (domain = schema_domain_named(schema, type)); i++)
        type = domain->type;
    return str_starts(type, STR("VARCHAR")) && !type_is_array(type);
}

bool type_is_array(struct str type)
{
    return str_ends(type, STR("[]"));
}

struct str type_element(struct str type)
{
    return type_is_array(type) ? str_prefix(type, type.length - 2) : STR_NONE;
}

struct str type_array_of(struct arena *arena, struct str element)
{
    return str_printf(arena, STR_FMT "[]", STR_ARG(element));
}

unsigned type_number(struct str type)
{
    static const char *const order[] = {"int2", "int4", "int8", "numeric", "float4", "float8"};

    for (unsigned i = 0; i < COUNT_OF(order); i++)
        if (str_eq(type, str_from(order[i])))
            return i + 1;
    return 0;
}

bool type_is_integer(struct str type)
{
    return type_number(type) && type_number(type) <= 3;
}

bool type_is_float(struct str type)
{
    return type_number(type) >= 5;
}

bool type_has_length(struct str type)
{
    return str_find_byte(type, '(') != SIZE_MAX;
}
