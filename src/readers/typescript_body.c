/* typescript_body.c -- what a function gives whose body chooses: if, a conditional expression, constants of its own. */
#include "readers/typescript.h"

enum truth { UNKNOWN, NO, YES };

static enum truth truth_of(struct script_tree *tree, struct script_scope scope, TSNode condition);

static struct script_constant none(enum script_constant_kind kind)
{
    return (struct script_constant){.kind = kind};
}

/* --- Values. --- */

/* `typeof config?.size` */
static struct script_constant type_word(struct script_tree *tree, struct script_scope scope,
                                        TSNode operand)
{
    static const char *const words[] = {[SCRIPT_NOTHING] = "undefined",
                                        [SCRIPT_TRUE] = "boolean",
                                        [SCRIPT_FALSE] = "boolean",
                                        [SCRIPT_NUMBER] = "number",
                                        [SCRIPT_STRING] = "string"};
    struct script_constant value = script_constant(tree, scope, operand);

    if (script_is_not_given(tree, scope, script_bare(operand)))
        value.kind = SCRIPT_NOTHING;
    if (value.kind == SCRIPT_NOT)
        return value;
    return (struct script_constant){.kind = SCRIPT_STRING, .text = str_from(words[value.kind])};
}

static struct script_constant operand_of(struct script_tree *tree, struct script_scope scope,
                                         TSNode node)
{
    TSNode bare = script_bare(node);

    if (script_is_not_given(tree, scope, bare))
        return none(SCRIPT_NOTHING);
    if (node_is(bare, "unary_expression") &&
        str_starts(script_source(scope.file, bare), STR("typeof")))
        return type_word(tree, scope, script_last(bare));
    return script_constant(tree, scope, node);
}

static bool same(struct script_constant a, struct script_constant b)
{
    return a.kind == b.kind && str_eq(a.text, b.text);
}

/* --- Conditions. --- */

static enum truth negated(enum truth truth)
{
    return truth == YES ? NO : truth == NO ? YES : UNKNOWN;
}

/* An object that a call gives is true. */
static bool is_given_object(struct script_tree *tree, struct script_scope scope, TSNode node)
{
    struct script_scope outer;
    TSNode given;

    return node_is(node, "identifier") &&
           script_given(tree, scope, script_source(scope.file, node), &given, &outer) &&
           !ts_node_is_null(given) && node_is(script_bare(given), "object");
}

static enum truth of_two(struct script_tree *tree, struct script_scope scope, TSNode node)
{
    struct script_nodes operands = script_children(tree, node);

    if (operands.count != 2)
        return UNKNOWN;
    struct str sign = str_trim(str_slice(scope.file->source, ts_node_end_byte(operands.items[0]),
                                         ts_node_start_byte(operands.items[1])));
    if (str_eq(sign, STR("&&")) || str_eq(sign, STR("||"))) {
        enum truth decides = str_eq(sign, STR("&&")) ? NO : YES;
        enum truth left = truth_of(tree, scope, operands.items[0]);
        enum truth right = truth_of(tree, scope, operands.items[1]);
        return left == decides || right == decides   ? decides
               : left == UNKNOWN || right == UNKNOWN ? UNKNOWN
                                                     : negated(decides);
    }
    bool equals = str_eq(sign, STR("===")) || str_eq(sign, STR("=="));
    if (!equals && !str_eq(sign, STR("!==")) && !str_eq(sign, STR("!=")))
        return UNKNOWN;
    struct script_constant a = operand_of(tree, scope, operands.items[0]);
    struct script_constant b = operand_of(tree, scope, operands.items[1]);
    if (a.kind == SCRIPT_NOTHING && is_given_object(tree, scope, script_bare(operands.items[1])))
        return equals ? NO : YES;
    if (b.kind == SCRIPT_NOTHING && is_given_object(tree, scope, script_bare(operands.items[0])))
        return equals ? NO : YES;
    if (a.kind == SCRIPT_NOT || b.kind == SCRIPT_NOT)
        return UNKNOWN;
    return same(a, b) == equals ? YES : NO;
}

static enum truth truth_of(struct script_tree *tree, struct script_scope scope, TSNode condition)
{
    TSNode node = script_bare(condition);

    if (ts_node_is_null(node))
        return UNKNOWN;
    if (node_is(node, "unary_expression") && str_starts(script_source(scope.file, node), STR("!")))
        return negated(truth_of(tree, scope, script_last(node)));
    if (node_is(node, "binary_expression"))
        return of_two(tree, scope, node);
    if (is_given_object(tree, scope, node))
        return YES;
    struct script_constant value = operand_of(tree, scope, node);
    switch (value.kind) {
    case SCRIPT_NOT:
        return UNKNOWN;
    case SCRIPT_NOTHING:
    case SCRIPT_FALSE:
        return NO;
    case SCRIPT_TRUE:
        return YES;
    case SCRIPT_NUMBER:
        return str_eq(value.text, STR("0")) ? NO : YES;
    case SCRIPT_STRING:
        return value.text.length ? YES : NO;
    }
    return UNKNOWN;
}

struct script_constant script_chosen(struct script_tree *tree, struct script_scope scope,
                                     TSNode conditional)
{
    struct script_nodes parts = script_children(tree, conditional);
    enum truth truth = parts.count == 3 ? truth_of(tree, scope, parts.items[0]) : UNKNOWN;

    return truth == UNKNOWN ? none(SCRIPT_NOT)
                            : script_constant(tree, scope, parts.items[truth == YES ? 1 : 2]);
}

/* --- Bodies. --- */

TSNode script_local(struct script_tree *tree, struct script_scope scope, struct str name)
{
    struct script_nodes statements = {0};

    if (scope.call)
        statements = script_children(tree, script_last(scope.call->function));
    for (size_t i = 0; i < statements.count; i++) {
        struct script_nodes declared = {0};
        if (node_is(statements.items[i], "lexical_declaration"))
            declared = script_children(tree, statements.items[i]);
        for (size_t j = 0; j < declared.count; j++) {
            struct script_nodes parts = script_children(tree, declared.items[j]);
            if (parts.count > 1 && str_eq(script_source(scope.file, parts.items[0]), name))
                return parts.items[parts.count - 1];
        }
    }
    return node_null();
}

/* False: the statements go on. */
static bool run(struct script_tree *tree, struct script_scope scope, TSNode statement,
                struct script_constant *ret_value)
{
    struct script_nodes parts = script_children(tree, statement);

    if (node_is(statement, "return_statement")) {
        *ret_value = script_constant(tree, scope, script_first(statement));
        return true;
    }
    if (node_is(statement, "statement_block") || node_is(statement, "else_clause")) {
        for (size_t i = 0; i < parts.count; i++)
            if (run(tree, scope, parts.items[i], ret_value))
                return true;
        return false;
    }
    if (node_is(statement, "lexical_declaration"))
        return false;
    if (!node_is(statement, "if_statement") || parts.count < 2) {
        *ret_value = none(SCRIPT_NOT);
        return true;
    }
    enum truth truth = truth_of(tree, scope, parts.items[0]);
    if (truth == UNKNOWN) {
        *ret_value = none(SCRIPT_NOT);
        return true;
    }
    if (truth == NO && parts.count < 3)
        return false;
    return run(tree, scope, parts.items[truth == YES ? 1 : 2], ret_value);
}

struct script_constant script_value_of_call(struct script_tree *tree, struct script_scope scope)
{
    struct script_constant value = none(SCRIPT_NOT);
    TSNode body = script_last(scope.call->function);

    if (!node_is(body, "statement_block"))
        return script_constant(tree, scope, script_returned(tree, scope.call->function));
    if (!script_enter(tree))
        return value;
    if (!run(tree, scope, body, &value))
        value = none(SCRIPT_NOT);
    script_leave(tree);
    return value;
}
