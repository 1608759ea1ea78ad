/* expression_function.c -- what PostgreSQL's own functions take and give: the casts it adds to their arguments. */
#include "schema/expression_tree.h"

/* Of an argument: t text (char(n) and citext are cast), c text or char(n), d text only where it is a constant, r a text search configuration,
 * w "char", g a relation, y bytes, n an address (a network is cast); '.' anything. The last letter holds for all that follow. */
static const struct {
    const char *name, *takes, *gives; /* "=": what its first argument is */
} functions[] = {
    {"lower", "t", "text"},
    {"upper", "t", "text"},
    {"initcap", "t", "text"},
    {"btrim", "t", "text"},
    {"ltrim", "t", "text"},
    {"rtrim", "t", "text"},
    {"length", "c", "int4"},
    {"char_length", "c", "int4"},
    {"character_length", "c", "int4"},
    {"octet_length", "c", "int4"},
    {"bit_length", "t", "int4"},
    {"md5", "t", "text"},
    {"reverse", "t", "text"},
    {"replace", "t", "text"},
    {"translate", "t", "text"},
    {"regexp_replace", "t", "text"},
    {"regexp_match", "t", "text[]"},
    {"substr", "t.", "text"},
    {"substring", "tt", "text"},
    {"left", "t.", "text"},
    {"right", "t.", "text"},
    {"repeat", "t.", "text"},
    {"lpad", "t.t", "text"},
    {"rpad", "t.t", "text"},
    {"split_part", "tt.", "text"},
    {"strpos", "t", "int4"},
    {"position", "t", "int4"},
    {"starts_with", "t", "bool"},
    {"ascii", "t", "int4"},
    {"concat_ws", "td", "text"},
    {"concat", "d", "text"},
    {"format", "td", "text"},
    {"similar_to_escape", "t", "text"},
    {"like_escape", "t", "text"},
    {"quote_ident", "t", "text"},
    {"string_to_array", "t", "text[]"},
    {"array_to_string", ".t", "text"},
    {"to_char", ".t", "text"},
    {"to_date", "t", "date"},
    {"to_number", "t", "numeric"},
    {"to_timestamp", "t", "timestamptz"},
    {"encode", ".t", "text"},
    {"decode", "t", "bytea"},
    {"convert_to", "t", "bytea"},
    {"current_setting", "t.", "text"},
    {"set_config", "t.", "text"},
    {"date_trunc", "d.d", ""},
    {"date_part", "d.", "float8"},
    {"extract", "d.", "numeric"},
    {"timezone", "d.", ""},
    {"date", ".", "date"},
    {"age", ".", "interval"},
    {"now", ".", "timestamptz"},
    {"clock_timestamp", ".", "timestamptz"},
    {"statement_timestamp", ".", "timestamptz"},
    {"transaction_timestamp", ".", "timestamptz"},
    {"random", ".", "float8"},
    {"gen_random_uuid", ".", "uuid"},
    {"array_length", ".", "int4"},
    {"cardinality", ".", "int4"},
    {"array_ndims", ".", "int4"},
    {"array_position", ".", "int4"},
    {"num_nonnulls", "d", "int4"},
    {"num_nulls", "d", "int4"},
    {"jsonb_typeof", ".", "text"},
    {"json_typeof", ".", "text"},
    {"jsonb_array_length", ".", "int4"},
    {"json_array_length", ".", "int4"},
    {"jsonb_build_object", "d", "jsonb"},
    {"json_build_object", "d", "json"},
    {"jsonb_build_array", "d", "jsonb"},
    {"to_tsvector", "rt", "tsvector"},
    {"to_tsquery", "rt", "tsquery"},
    {"plainto_tsquery", "rt", "tsquery"},
    {"setweight", ".w", "tsvector"},
    {"strip", ".", "tsvector"},
    {"abs", ".", "="},
    {"round", ".", "="},
    {"trunc", ".", "="},
    {"floor", ".", "="},
    {"ceil", ".", "="},
    {"ceiling", ".", "="},
    {"sign", ".", "="},
    {"sqrt", ".", "="},
    {"int4range", "..d", "int4range"},
    {"int8range", "..d", "int8range"},
    {"numrange", "..d", "numrange"},
    {"daterange", "..d", "daterange"},
    {"tsrange", "..d", "tsrange"},
    {"tstzrange", "..d", "tstzrange"},
    {"nextval", "g", "int8"},
    {"currval", "g", "int8"},
    {"sha256", "y", "bytea"},
    {"isempty", ".", "bool"},
    {"family", "n", "int4"},
    {"masklen", "n", "int4"},
    {"host", "n", "text"},
};

static const struct term *argument(struct arena *arena, const struct term *term, char takes)
{
    static const struct str text = STR_INIT("text");
    bool padded = str_eq(term->type, STR("bpchar")) || str_eq(term->type, STR("name")),
         any_case = str_eq(term->type, STR("citext"));

    switch (takes) {
    case 't':
        return padded || any_case ? term_cast(arena, term, text) : term_as(arena, term, text);
    case 'c':
        return any_case ? term_cast(arena, term, text) : term_as(arena, term, text);
    case 'd':
        return term_as(arena, term, text);
    case 'r':
        return term_as(arena, term, STR("regconfig"));
    case 'y':
        return term_as(arena, term, STR("bytea"));
    case 'g':
        return str_eq(term->type, text) ? term_cast(arena, term, STR("regclass"))
                                        : term_as(arena, term, STR("regclass"));
    case 'n':
        return str_eq(term->type, STR("cidr")) ? term_cast(arena, term, STR("inet")) : term;
    case 'w':
        return term_as(arena, term, STR("\"char\""));
    default:
        return term;
    }
}

/* regconfig only where it is the first of two. */
static char letter(const char *takes, size_t at, size_t count)
{
    struct str letters = str_from(takes);

    if (takes[0] == 'r' && count == 1)
        return 't';
    return letters.bytes[at < letters.length ? at : letters.length - 1];
}

/* Whole numbers become others where a function only takes these. */
static const struct term *number_argument(struct arena *arena, struct str name,
                                          const struct term *term)
{
    static const char *const inexact[] = {"floor", "ceil", "ceiling", "sqrt", "sign", NULL};

    return (type_is_integer(term->type) || str_eq(term->type, STR("float4"))) &&
                   str_is_one_of(name, inexact)
               ? term_cast(arena, term, STR("float8"))
               : term;
}

/* Two numbers of one type: mod() has whole ones too. */
static const struct term *of_numbers(struct arena *arena, struct str name,
                                     const struct term **arguments)
{
    unsigned left = type_number(arguments[0]->type), right = type_number(arguments[1]->type);
    unsigned widest = left > right ? left : right;
    bool whole = str_eq(name, STR("mod")) && widest <= 3;
    struct str type = whole         ? (left > right ? arguments[0] : arguments[1])->type
                      : widest == 4 ? STR("numeric")
                                    : STR("float8");
    struct term *call = term_new(arena, TERM_CALL, name, type);

    for (size_t i = 0; i < 2; i++)
        term_add(arena, call, left && right ? term_cast(arena, arguments[i], type) : arguments[i]);
    return call;
}

/* COALESCE, GREATEST, LEAST: no functions, but written so. */
static const struct term *of_one_type(struct arena *arena, struct str name,
                                      const struct term **arguments, size_t count)
{
    bool varying = term_all_vary(arguments, count);
    struct term *call = term_new(arena, TERM_CALL, name, term_common(arena, arguments, count));

    call->varying = varying;
    for (size_t i = 0; i < count; i++)
        term_add(arena, call, arguments[i]);
    return call;
}

/* Its two are compared by =. */
static const struct term *nullif(struct arena *arena, struct str name,
                                 const struct term **arguments)
{
    const struct term *compared = term_binary(arena, STR("="), arguments[0], arguments[1]);
    struct term *call = term_new(arena, TERM_CALL, name, compared->parts.items[0]->type);

    term_add(arena, call, compared->parts.items[0]);
    term_add(arena, call, compared->parts.items[1]);
    return call;
}

const struct term *term_call(struct arena *arena, struct str name, const struct term **arguments,
                             size_t count)
{
    static const char *const of_two_numbers[] = {"power", "pow", "mod", NULL};
    static const char *const to_digits[] = {"round", "trunc", NULL};
    static const char *const truncated[] = {"timestamp", "timestamptz", "interval", NULL};
    static const char *const one_type[] = {"coalesce", "greatest", "least", NULL};
    struct term *call = term_new(arena, TERM_CALL, name, STR_NONE);
    const char *takes = ".";

    if (count && str_is_one_of(name, one_type))
        return of_one_type(arena, name, arguments, count);
    if (count == 2 && str_eq(name, STR("nullif")))
        return nullif(arena, name, arguments);
    if (count == 2 && str_is_one_of(name, of_two_numbers))
        return of_numbers(arena, name, arguments);
    for (size_t i = 0; i < COUNT_OF(functions); i++)
        if (str_eq(name, str_from(functions[i].name))) {
            takes = functions[i].takes;
            call->type = str_from(functions[i].gives);
        }
    if (count > 1 && str_eq(name, STR("date_trunc")) && str_eq(arguments[1]->type, STR("date")))
        arguments[1] = term_cast(arena, arguments[1], STR("timestamptz"));
    if (count == 2 && str_is_one_of(name, to_digits) && type_is_integer(arguments[0]->type))
        arguments[0] = term_cast(arena, arguments[0], STR("numeric"));
    for (size_t i = 0; i < count; i++)
        term_add(
            arena, call,
            argument(arena, number_argument(arena, name, arguments[i]), letter(takes, i, count)));
    if (str_eq(call->type, STR("=")))
        call->type = call->parts.count ? call->parts.items[0]->type : STR_NONE;
    if (str_eq(name, STR("date_trunc")) && count > 1)
        call->type = str_is_one_of(arguments[1]->type, truncated) ? arguments[1]->type : STR_NONE;
    if (str_eq(name, STR("timezone")) && count == 2)
        call->type = str_eq(arguments[1]->type, STR("timestamptz")) ? STR("timestamp")
                     : str_eq(arguments[1]->type, STR("timestamp")) ? STR("timestamptz")
                                                                    : STR_NONE;
    /* lower(range) is no text. */
    if ((str_eq(name, STR("lower")) || str_eq(name, STR("upper"))) && count == 1 &&
        !str_eq(call->parts.items[0]->type, STR("text")))
        call->type = STR_NONE;
    return call;
}
