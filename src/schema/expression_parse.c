/* expression_parse.c -- tokens to a tree, by PostgreSQL's precedence (manual §4.1.6). */
#include "schema/expression_tree.h"

static const struct term *cast_or_subscript(struct parser *p, const struct term *left);

#define ARRAY_CASTS_MAX 32u

/* --- Tokens. --- */

static const struct token *here(const struct parser *p)
{
    return &p->tokens.items[p->at];
}

static bool is_word(const struct token *token, const char *word)
{
    return token->kind == TOKEN_WORD && str_eq(token->text, str_from(word));
}

static bool is_operator(const struct token *token, const char *text)
{
    return token->kind == TOKEN_OPERATOR && str_eq(token->text, str_from(text));
}

bool expression_sees(const struct parser *p, const char *word)
{
    return is_word(here(p), word);
}

bool expression_word(struct parser *p, const char *word)
{
    bool is = is_word(here(p), word);

    p->at += is;
    return is;
}

bool expression_operator(struct parser *p, const char *text)
{
    bool is = is_operator(here(p), text);

    p->at += is;
    return is;
}

const struct term *expression_fail(struct parser *p)
{
    p->failed = true;
    return term_new(p->arena, TERM_WORD, STR("null"), STR_NONE);
}

static const struct term *need(struct parser *p, const char *text, const struct term *term)
{
    return expression_operator(p, text) ? term : expression_fail(p);
}

/* --- What stands alone. --- */

static const struct term *column(struct parser *p, struct str name)
{
    const struct schema_column *column = schema_column_of(p->scope->schema, p->scope->table, name);

    struct term *term =
        term_new(p->arena, TERM_COLUMN, name,
                 column ? type_of_column(p->arena, p->scope->schema, column->type) : STR_NONE);
    term->varying = column && type_varies(p->scope->schema, column->type);
    return term;
}

/* date '2020-01-01', interval '1 day': a type before a string. */
static const struct term *typed_string(struct parser *p)
{
    size_t start = p->at;
    struct str type = type_read(p->arena, &p->tokens, &p->at);
    const struct token *string = here(p);

    if (!type.length || string->kind != TOKEN_STRING) {
        p->at = start;
        return NULL;
    }
    p->at++;
    return term_cast(p->arena, term_new(p->arena, TERM_STRING, string->text, STR_NONE), type);
}

static const struct term *keyword(struct parser *p)
{
    static const struct {
        const char *word, *type;
    } words[] = {{"true", "bool"},
                 {"false", "bool"},
                 {"null", ""},
                 {"current_timestamp", "timestamptz"},
                 {"current_date", "date"},
                 {"localtimestamp", "timestamp"},
                 {"current_time", "timetz"},
                 {"localtime", "time"},
                 {"current_user", "name"},
                 {"session_user", "name"},
                 {"user", "name"},
                 {"current_role", "name"}};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (is_word(here(p), words[i].word) && !is_operator(here(p) + 1, "(") &&
            !is_operator(here(p) + 1, ".")) {
            p->at++;
            return term_new(p->arena, TERM_WORD, str_from(words[i].word), str_from(words[i].type));
        }
    return NULL;
}

/* a, t.a, f(…): "public" and the table's own name before it say nothing. */
static const struct term *named(struct parser *p)
{
    struct str name = here(p)->text, table = p->scope->table->name;
    size_t dot = str_find_last_byte(table, '.');

    for (p->at++; is_operator(here(p), "."); p->at++) {
        const struct token *part = here(p) + 1;
        if (part->kind != TOKEN_WORD && part->kind != TOKEN_NAME)
            return expression_fail(p);
        bool plain = str_eq(name, STR("public")) || str_eq(name, STR("pg_catalog")) ||
                     str_eq(name, dot == SIZE_MAX ? table : str_from_offset(table, dot + 1));
        name = plain
                   ? part->text
                   : str_printf(p->arena, STR_FMT "." STR_FMT, STR_ARG(name), STR_ARG(part->text));
        p->at++;
    }
    return expression_operator(p, "(") ? expression_call(p, name) : column(p, name);
}

static const struct term *array(struct parser *p)
{
    VEC(const struct term *) terms = {0};

    if (!expression_operator(p, "["))
        return expression_fail(p);
    while (!p->failed && !is_operator(here(p), "]")) {
        VEC_PUSH(p->arena, &terms, expression_operand(p, LEVEL_OR));
        if (!expression_operator(p, ","))
            break;
    }
    return need(p, "]", term_array(p->arena, terms.items, terms.count));
}

/* (a), (a, b) */
static const struct term *bracket(struct parser *p)
{
    const struct term *first = expression_operand(p, LEVEL_OR);

    if (!is_operator(here(p), ","))
        return need(p, ")", first);
    struct term *row = term_new(p->arena, TERM_ROW, STR_NONE, STR_NONE);
    term_add(p->arena, row, first);
    while (expression_operator(p, ","))
        term_add(p->arena, row, expression_operand(p, LEVEL_OR));
    return need(p, ")", row);
}

static const struct term *constant(struct parser *p)
{
    const struct token *token = here(p);

    p->at++;
    if (token->kind == TOKEN_STRING)
        return term_new(p->arena, TERM_STRING, token->text, STR_NONE);
    if (token->kind == TOKEN_BITS)
        return term_new(p->arena, TERM_STRING, token->text, STR("bit"));
    const struct term *number = term_number(p->arena, token->text, false);
    return number ? number : expression_fail(p);
}

/* Words that begin no operand: what they would mean is not known here. */
static bool is_reserved(const struct token *token)
{
    static const char *const words[] = {
        "select", "from",     "where",  "and",     "or",   "in",      "is",   "between",
        "like",   "ilike",    "not",    "then",    "else", "end",     "when", "exists",
        "row",    "as",       "any",    "all",     "some", "collate", "then", "on",
        "using",  "distinct", "escape", "similar", "asc",  "desc",    NULL};

    return token->kind == TOKEN_WORD && str_is_one_of(token->text, words);
}

static const struct term *primary(struct parser *p)
{
    const struct token *token = here(p);

    if (token->kind == TOKEN_STRING || token->kind == TOKEN_BITS || token->kind == TOKEN_NUMBER)
        return constant(p);
    if (expression_operator(p, "("))
        return bracket(p);
    if (token->kind == TOKEN_NAME)
        return named(p);
    if (is_word(token, "row") && is_operator(token + 1, "(")) {
        p->at += 2;
        return bracket(p);
    }
    if (token->kind != TOKEN_WORD || is_reserved(token))
        return expression_fail(p);
    if (expression_word(p, "case"))
        return expression_case(p);
    if (expression_word(p, "array"))
        return array(p);
    const struct term *term = keyword(p);
    term = term ? term : typed_string(p);
    return term ? term : named(p);
}

/* -5 is a number, not the minus of one. */
static const struct term *prefix(struct parser *p)
{
    const struct token *token = here(p);

    if (expression_word(p, "not")) {
        struct term *negation = term_new(p->arena, TERM_NOT, STR_NONE, STR("bool"));
        term_add(p->arena, negation, expression_operand(p, LEVEL_NOT));
        return negation;
    }
    if (token->kind != TOKEN_OPERATOR ||
        str_find_byte(STR("+-~@!|"), token->text.bytes[0]) == SIZE_MAX)
        return primary(p);
    bool sign = str_eq(token->text, STR("-")) || str_eq(token->text, STR("+"));
    p->at++;
    const struct term *operand = expression_operand(p, sign ? LEVEL_SIGN : LEVEL_OTHER);
    if (str_eq(token->text, STR("-")) && operand->kind == TERM_NUMBER &&
        !str_starts(operand->text, STR("-")) && str_eq(here(p)[-1].text, operand->text))
        return term_number(p->arena, operand->text, true);
    return term_unary(p->arena, token->text, operand);
}

/* --- What stands between. --- */

/* (a, b) = (1, 2) is a = 1 AND b = 2. */
static const struct term *binary(struct parser *p, const struct term *left, struct str symbol,
                                 const struct term *right)
{
    bool equal = str_eq(symbol, STR("="));
    const struct term *all = NULL;

    if (left->kind != TERM_ROW || right->kind != TERM_ROW ||
        left->parts.count != right->parts.count || (!equal && !str_eq(symbol, STR("<>"))))
        return term_binary(p->arena, symbol, left, right);
    for (size_t i = 0; i < left->parts.count; i++) {
        const struct term *one =
            term_binary(p->arena, symbol, left->parts.items[i], right->parts.items[i]);
        all = all ? term_logical(p->arena, equal ? TERM_AND : TERM_OR, all, one) : one;
    }
    return all;
}

/* x = ANY (…), and the operator alone. */
static const struct term *operated(struct parser *p, const struct term *left, struct str symbol,
                                   enum level level)
{
    const char *quantity = is_word(here(p), "any") || is_word(here(p), "some") ? "ANY"
                           : is_word(here(p), "all")                           ? "ALL"
                                                                               : NULL;

    if (str_eq(symbol, STR("!=")))
        symbol = STR("<>");
    if (!quantity || !is_operator(here(p) + 1, "("))
        return binary(p, left, symbol, expression_operand(p, level + 1));
    p->at += 2;
    const struct term *right = expression_operand(p, LEVEL_OR);
    return need(p, ")", term_any(p->arena, symbol, quantity, left, right));
}

/* OPERATOR(public.=): *ret_length tokens. */
static struct str written_operator(const struct parser *p, size_t *ret_length)
{
    const struct token *token = here(p);

    *ret_length = 1;
    if (token->kind == TOKEN_OPERATOR && token->text.length &&
        str_find_byte(STR("()[],.:"), token->text.bytes[0]) == SIZE_MAX)
        return token->text;
    if (!is_word(token, "operator") || !is_operator(token + 1, "(") ||
        (!is_word(token + 2, "public") && !is_word(token + 2, "pg_catalog")) ||
        !is_operator(token + 3, ".") || !is_operator(token + 5, ")"))
        return STR_NONE;
    *ret_length = 6;
    return token[4].text;
}

static enum level level_of(const struct parser *p)
{
    static const char *const comparisons[] = {"<", ">", "=", "<=", ">=", "<>", "!=", NULL};
    static const char *const ranges[] = {"between", "in", "like", "ilike", "similar", NULL};
    const struct token *token = here(p);
    size_t length;
    struct str symbol = written_operator(p, &length);

    if (token->kind == TOKEN_WORD && length == 1) {
        bool negated = is_word(token, "not");
        return is_word(token, "or")    ? LEVEL_OR
               : is_word(token, "and") ? LEVEL_AND
               : is_word(token, "is") || is_word(token, "isnull") || is_word(token, "notnull")
                   ? LEVEL_IS
               : str_is_one_of(negated ? token[1].text : token->text, ranges) ? LEVEL_RANGE
               : is_word(token, "at") && is_word(token + 1, "time") ? LEVEL_AT
               : is_word(token, "collate")                          ? LEVEL_COLLATE
                                                                    : LEVEL_NONE;
    }
    if (is_operator(token, "::") || is_operator(token, "["))
        return LEVEL_CAST;
    if (!symbol.length)
        return LEVEL_NONE;
    if (length > 1)
        return LEVEL_OTHER;
    return str_is_one_of(symbol, comparisons)                     ? LEVEL_COMPARE
           : str_eq(symbol, STR("+")) || str_eq(symbol, STR("-")) ? LEVEL_ADD
           : str_eq(symbol, STR("*")) || str_eq(symbol, STR("/")) || str_eq(symbol, STR("%"))
               ? LEVEL_MULTIPLY
           : str_eq(symbol, STR("^")) ? LEVEL_POWER
                                      : LEVEL_OTHER;
}

/* libpg_query writes (a AT TIME ZONE 'utc')::date without its brackets. Only what a zone can be is a cast of the zone. */
static const struct term *at_zone(struct parser *p, const struct term *left)
{
    if (!expression_word(p, "time") || !expression_word(p, "zone"))
        return expression_fail(p);
    const struct term *arguments[] = {prefix(p), left};
    while (is_operator(here(p), "::") &&
           (is_word(here(p) + 1, "text") || is_word(here(p) + 1, "varchar") ||
            is_word(here(p) + 1, "interval")))
        arguments[0] = cast_or_subscript(p, arguments[0]);
    return term_call(p->arena, STR("timezone"), arguments, 2);
}

static const struct term *collated(struct parser *p, const struct term *left)
{
    struct str name = here(p)->text;

    if (here(p)->kind != TOKEN_WORD && here(p)->kind != TOKEN_NAME)
        return expression_fail(p);
    p->at++;
    if (expression_operator(p, ".")) {
        name = here(p)->text;
        p->at += here(p)->kind != TOKEN_END;
    }
    struct term *term =
        term_new(p->arena, TERM_OPERATOR, str_printf(p->arena, "COLLATE " STR_FMT, STR_ARG(name)),
                 left->type);
    term_add(p->arena, term, left);
    return term;
}

static const struct term *cast_or_subscript(struct parser *p, const struct term *left)
{
    if (expression_operator(p, "::")) {
        struct str type = type_read(p->arena, &p->tokens, &p->at);
        /* Each cast of an array makes all its elements anew. */
        if (left->kind == TERM_ARRAY && ++p->array_casts > ARRAY_CASTS_MAX)
            return expression_fail(p);
        return type.length ? term_cast(p->arena, left, type) : expression_fail(p);
    }
    p->at++;
    struct term *term = term_new(p->arena, TERM_OPERATOR, STR("[]"), type_element(left->type));
    term_add(p->arena, term, left);
    term_add(p->arena, term, expression_operand(p, LEVEL_OR));
    return need(p, "]", term);
}

static const struct term *is(struct parser *p, const struct term *left)
{
    bool null = expression_word(p, "isnull");

    if (!null && !expression_word(p, "notnull")) {
        p->at++;
        return expression_test(p, left);
    }
    struct term *term =
        term_new(p->arena, TERM_TEST, null ? STR("null") : STR("not null"), STR("bool"));
    term_add(p->arena, term, left);
    return term;
}

static const struct term *infix(struct parser *p, const struct term *left, enum level level)
{
    size_t length;
    struct str symbol = written_operator(p, &length);

    switch (level) {
    case LEVEL_IS:
        return is(p, left);
    case LEVEL_RANGE:
        return expression_range(p, left);
    case LEVEL_CAST:
        return cast_or_subscript(p, left);
    default:
        break;
    }
    p->at += length;
    switch (level) {
    case LEVEL_OR:
    case LEVEL_AND:
        return term_logical(p->arena, level == LEVEL_OR ? TERM_OR : TERM_AND, left,
                            expression_operand(p, level + 1));
    case LEVEL_AT:
        return at_zone(p, left);
    case LEVEL_COLLATE:
        return collated(p, left);
    default:
        return operated(p, left, symbol, level);
    }
}

const struct term *expression_operand(struct parser *p, enum level lowest)
{
    if (p->failed || ++p->depth > EXPRESSION_DEPTH_MAX)
        return expression_fail(p);
    const struct term *left = prefix(p);
    enum level level;
    while (!p->failed && (level = level_of(p)) && level >= lowest) {
        left = infix(p, left, level);
        if (left->depth > EXPRESSION_DEPTH_MAX)
            return expression_fail(p);
    }
    p->depth--;
    return left;
}

const struct term *expression_parse(struct parser *p)
{
    const struct term *term = expression_operand(p, LEVEL_OR);

    return p->failed ? NULL : term;
}
