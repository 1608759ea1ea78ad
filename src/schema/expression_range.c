/* expression_range.c -- IS, BETWEEN, IN, LIKE, SIMILAR TO: as the operators that PostgreSQL makes of them. */
#include "schema/expression_tree.h"

const struct term *expression_test(struct parser *p, const struct term *left)
{
    bool negated = expression_word(p, "not");

    if (expression_word(p, "distinct")) {
        if (!expression_word(p, "from"))
            return expression_fail(p);
        const struct term *distinct = term_binary(p->arena, STR("IS DISTINCT FROM"), left,
                                                  expression_operand(p, LEVEL_COMPARE));
        struct term *outer = term_new(p->arena, TERM_NOT, STR_NONE, STR("bool"));
        term_add(p->arena, outer, distinct);
        return negated ? outer : distinct;
    }
    static const char *const words[] = {"null", "true", "false", "unknown"};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (expression_word(p, words[i])) {
            struct term *term = term_new(
                p->arena, TERM_TEST, str_printf(p->arena, "%s%s", negated ? "not " : "", words[i]),
                STR("bool"));
            term_add(p->arena, term, left);
            return term;
        }
    return expression_fail(p);
}

/* NOT BETWEEN is what lies outside. */
static const struct term *between_these(struct parser *p, const struct term *left, bool negated,
                                        const struct term *low, const struct term *high)
{
    return term_logical(p->arena, negated ? TERM_OR : TERM_AND,
                        term_binary(p->arena, negated ? STR("<") : STR(">="), left, low),
                        term_binary(p->arena, negated ? STR(">") : STR("<="), left, high));
}

static const struct term *between(struct parser *p, const struct term *left, bool negated)
{
    bool symmetric = expression_word(p, "symmetric");

    if (!symmetric)
        (void)expression_word(p, "asymmetric");
    const struct term *low = expression_operand(p, LEVEL_OTHER);
    if (!expression_word(p, "and"))
        return expression_fail(p);
    const struct term *high = expression_operand(p, LEVEL_OTHER);
    const struct term *plain = between_these(p, left, negated, low, high);
    return symmetric ? term_logical(p->arena, negated ? TERM_AND : TERM_OR, plain,
                                    between_these(p, left, negated, high, low))
                     : plain;
}

VEC_DEFINE(terms, const struct term *);

/* Constants are compared as one array, all in one type with what stands before them. */
static const struct term *in_array(struct parser *p, const struct term *left, bool negated,
                                   const struct terms *values)
{
    struct terms all = {0};

    VEC_PUSH(p->arena, &all, left);
    for (size_t i = 0; i < values->count; i++)
        VEC_PUSH(p->arena, &all, values->items[i]);
    if (!term_common(p->arena, all.items, all.count).length)
        return expression_fail(p);
    return term_any(p->arena, negated ? STR("<>") : STR("="), negated ? "ALL" : "ANY", left,
                    term_array(p->arena, all.items + 1, all.count - 1));
}

/* IN: what holds columns is compared one by one behind the array; so is all when there is but one constant. */
static const struct term *in(struct parser *p, const struct term *left, bool negated)
{
    struct terms values = {0}, constants = {0};
    const struct term *result = NULL;

    if (!expression_operator(p, "("))
        return expression_fail(p);
    do {
        VEC_PUSH(p->arena, &values, expression_operand(p, LEVEL_OR));
        if (!VEC_LAST(&values)->has_column)
            VEC_PUSH(p->arena, &constants, VEC_LAST(&values));
    } while (!p->failed && expression_operator(p, ","));
    if (!expression_operator(p, ")") || p->failed)
        return expression_fail(p);
    if (constants.count > 1)
        result = in_array(p, left, negated, &constants);
    for (size_t i = 0; i < values.count; i++) {
        if (constants.count > 1 && !values.items[i]->has_column)
            continue;
        const struct term *one =
            term_binary(p->arena, negated ? STR("<>") : STR("="), left, values.items[i]);
        result = result ? term_logical(p->arena, negated ? TERM_AND : TERM_OR, result, one) : one;
    }
    return result;
}

/* LIKE is ~~; with ESCAPE its pattern goes through a function first. */
static const struct term *like(struct parser *p, const struct term *left, struct str symbol)
{
    const struct term *arguments[2] = {expression_operand(p, LEVEL_OTHER)};

    if (expression_word(p, "escape")) {
        arguments[1] = expression_operand(p, LEVEL_OTHER);
        arguments[0] = term_call(p->arena, STR("like_escape"), arguments, 2);
    }
    return term_binary(p->arena, symbol, left, arguments[0]);
}

static const struct term *similar(struct parser *p, const struct term *left, bool negated)
{
    const struct term *arguments[2] = {0};
    size_t count = 1;

    if (!expression_word(p, "to"))
        return expression_fail(p);
    arguments[0] = expression_operand(p, LEVEL_OTHER);
    if (expression_word(p, "escape"))
        arguments[count++] = expression_operand(p, LEVEL_OTHER);
    return term_binary(p->arena, negated ? STR("!~") : STR("~"), left,
                       term_call(p->arena, STR("similar_to_escape"), arguments, count));
}

const struct term *expression_range(struct parser *p, const struct term *left)
{
    bool negated = expression_word(p, "not");

    if (expression_word(p, "between"))
        return between(p, left, negated);
    if (expression_word(p, "in"))
        return in(p, left, negated);
    if (expression_word(p, "like"))
        return like(p, left, negated ? STR("!~~") : STR("~~"));
    if (expression_word(p, "ilike"))
        return like(p, left, negated ? STR("!~~*") : STR("~~*"));
    return expression_word(p, "similar") ? similar(p, left, negated) : expression_fail(p);
}
