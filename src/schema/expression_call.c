/* expression_call.c -- calls, and what the standard writes otherwise: EXTRACT, TRIM, POSITION, SUBSTRING, CAST, CASE. */
#include "schema/expression_tree.h"

VEC_DEFINE(terms, const struct term *);

static const struct term *inner(struct parser *p)
{
    const struct term *term = expression_parse(p);

    return term ? term : expression_fail(p);
}

static const struct term *closed(struct parser *p, struct str name, struct terms *arguments)
{
    if (!expression_operator(p, ")"))
        return expression_fail(p);
    return term_call(p->arena, name, arguments->items, arguments->count);
}

static const struct term *cast(struct parser *p)
{
    const struct term *term = inner(p);

    if (!expression_word(p, "as"))
        return expression_fail(p);
    struct str type = type_read(p->arena, &p->tokens, &p->at);
    return type.length && expression_operator(p, ")") ? term_cast(p->arena, term, type)
                                                      : expression_fail(p);
}

/* EXTRACT(year FROM x), also with the field as a string */
static const struct term *extract(struct parser *p)
{
    const struct token *field = &p->tokens.items[p->at++];
    struct terms arguments = {0};

    if ((field->kind != TOKEN_WORD && field->kind != TOKEN_STRING && field->kind != TOKEN_NAME) ||
        !expression_word(p, "from"))
        return expression_fail(p);
    VEC_PUSH(p->arena, &arguments,
             term_new(p->arena, TERM_STRING, str_lower(p->arena, field->text), STR_NONE));
    VEC_PUSH(p->arena, &arguments, inner(p));
    return closed(p, p->old_extract ? STR("date_part") : STR("extract"), &arguments);
}

/* TRIM(x), TRIM(BOTH 'a' FROM x), TRIM(FROM x), TRIM(x, 'a') */
static const struct term *trim(struct parser *p)
{
    struct str name = expression_word(p, "leading")    ? STR("ltrim")
                      : expression_word(p, "trailing") ? STR("rtrim")
                                                       : STR("btrim");
    struct terms arguments = {0};
    const struct term *set = NULL;

    (void)expression_word(p, "both");
    if (!expression_word(p, "from")) {
        set = inner(p);
        if (expression_operator(p, ",")) {
            VEC_PUSH(p->arena, &arguments, set);
            set = inner(p);
        } else if (!expression_word(p, "from")) {
            VEC_PUSH(p->arena, &arguments, set);
            return closed(p, name, &arguments);
        }
    }
    if (!arguments.count)
        VEC_PUSH(p->arena, &arguments, inner(p));
    if (set)
        VEC_PUSH(p->arena, &arguments, set);
    return closed(p, name, &arguments);
}

/* POSITION(a IN b) is position(b, a). In its first operand IN must not be taken for the operator: the server wants brackets there too. */
static const struct term *position(struct parser *p)
{
    struct parser first = *p;
    struct terms arguments = {0};
    size_t depth = 0, at = p->at;

    for (; p->tokens.items[at].kind != TOKEN_END; at++) {
        const struct token *token = &p->tokens.items[at];
        bool plain = token->kind == TOKEN_OPERATOR;
        depth += plain && (str_eq(token->text, STR("(")) || str_eq(token->text, STR("[")));
        if (plain && (str_eq(token->text, STR(")")) || str_eq(token->text, STR("]"))) &&
            depth-- == 0)
            break;
        if (!depth && token->kind == TOKEN_WORD && str_eq(token->text, STR("in")))
            break;
    }
    if (p->tokens.items[at].kind != TOKEN_WORD) { /* position(b, a), of older dumps */
        VEC_PUSH(p->arena, &arguments, inner(p));
        if (!expression_operator(p, ","))
            return expression_fail(p);
        VEC_PUSH(p->arena, &arguments, inner(p));
        return closed(p, STR("position"), &arguments);
    }
    first.tokens = (struct tokens){0};
    for (size_t i = 0; i < at; i++)
        VEC_PUSH(p->arena, &first.tokens, p->tokens.items[i]);
    for (size_t i = 0; i < TOKENS_BEHIND; i++)
        VEC_PUSH(p->arena, &first.tokens, (struct token){0});
    const struct term *sought = inner(&first);
    p->failed = p->failed || first.failed || first.at != at;
    p->at = at + 1;
    VEC_PUSH(p->arena, &arguments, inner(p));
    VEC_PUSH(p->arena, &arguments, sought);
    return closed(p, STR("position"), &arguments);
}

/* SUBSTRING(x FROM 1 FOR 2), SUBSTRING(x, 1, 2) */
static const struct term *substring(struct parser *p)
{
    struct terms arguments = {0};

    VEC_PUSH(p->arena, &arguments, inner(p));
    if (!expression_word(p, "from") && !expression_operator(p, ","))
        return expression_fail(p);
    VEC_PUSH(p->arena, &arguments, inner(p));
    if (expression_word(p, "for") || expression_operator(p, ","))
        VEC_PUSH(p->arena, &arguments, inner(p));
    return closed(p, STR("substring"), &arguments);
}

/* similar_to_escape, timestamps with a precision, DISTINCT and ORDER BY: what no rule knows keeps its words by failing. */
const struct term *expression_call(struct parser *p, struct str name)
{
    static const struct {
        const char *name;
        const struct term *(*read)(struct parser *p);
    } forms[] = {{"cast", cast},
                 {"extract", extract},
                 {"trim", trim},
                 {"position", position},
                 {"substring", substring}};
    struct terms arguments = {0};

    for (size_t i = 0; i < COUNT_OF(forms); i++)
        if (str_eq(name, str_from(forms[i].name)))
            return forms[i].read(p);
    if (!expression_operator(p, ")")) {
        do {
            VEC_PUSH(p->arena, &arguments, inner(p));
        } while (!p->failed && expression_operator(p, ","));
        if (!expression_operator(p, ")"))
            return expression_fail(p);
    }
    return term_call(p->arena, name, arguments.items, arguments.count);
}

/* --- CASE. --- */

struct branches {
    struct terms conditions, results;
};

static bool read_branches(struct parser *p, const struct term *operand, struct branches *branches)
{
    while (!p->failed && expression_word(p, "when")) {
        const struct term *condition = inner(p);
        if (operand) /* compared by =: only what the comparison makes of it counts */
            condition = term_binary(p->arena, STR("="), operand, condition)->parts.items[1];
        VEC_PUSH(p->arena, &branches->conditions, condition);
        if (!expression_word(p, "then"))
            return false;
        VEC_PUSH(p->arena, &branches->results, inner(p));
    }
    return !p->failed && branches->conditions.count > 0;
}

const struct term *expression_case(struct parser *p)
{
    struct term *term = term_new(p->arena, TERM_CASE, STR_NONE, STR_NONE);
    struct branches branches = {0};
    const struct term *operand = NULL, *null = term_new(p->arena, TERM_WORD, STR("null"), STR_NONE);

    if (!expression_word(p, "when"))
        operand = inner(p);
    else
        p->at--;
    if (!read_branches(p, operand, &branches))
        return expression_fail(p);
    VEC_PUSH(p->arena, &branches.results, expression_word(p, "else") ? inner(p) : null);
    if (!expression_word(p, "end"))
        return expression_fail(p);
    term->varying = term_all_vary(branches.results.items, branches.results.count);
    term->type = term_common(p->arena, branches.results.items, branches.results.count);
    term->text = operand ? STR("of") : STR_NONE;
    if (operand)
        term_add(p->arena, term, operand);
    for (size_t i = 0; i < branches.conditions.count; i++) {
        term_add(p->arena, term, branches.conditions.items[i]);
        term_add(p->arena, term, branches.results.items[i]);
    }
    term_add(p->arena, term, VEC_LAST(&branches.results));
    return term;
}
