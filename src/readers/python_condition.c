/* python_condition.c -- what depends on what is given: name or "x", "x" if name is None else name. */
#include "readers/python_constant.h"

/* 0, 0.0 */
static bool is_zero(struct str number)
{
    for (size_t i = 0; i < number.length; i++)
        if (number.bytes[i] != '0' && number.bytes[i] != '.')
            return false;
    return true;
}

static bool is_truthy(struct python_constant value)
{
    return value.kind == CONSTANT_TRUE || (value.kind == CONSTANT_STRING && value.text.length) ||
           (value.kind == CONSTANT_NUMBER && !is_zero(value.text));
}

/* Classes and functions of the tree are no constants, and not None. */
static bool is_definition(struct python_tree *tree, struct python_scope scope, TSNode node)
{
    struct python_thing thing = python_resolve(tree, scope, node);

    return thing.kind == THING_CLASS || thing.kind == THING_FUNCTION;
}

/* name is None, name is not None */
static bool comparison(struct python_tree *tree, struct python_scope scope, TSNode node,
                       size_t depth, bool *ret_true)
{
    TSNode left = ts_node_named_child(node, 0), right = ts_node_named_child(node, 1);

    if (ts_node_named_child_count(node) != 2 || !node_is(right, "none"))
        return false;
    struct str between =
        str_trim(str_slice(scope.file->source, ts_node_end_byte(left), ts_node_start_byte(right)));
    bool negative = str_eq(between, STR("is not"));
    struct python_constant value = python_constant_within(tree, scope, left, depth + 1);
    *ret_true = (value.kind == CONSTANT_NONE) != negative;
    return (negative || str_eq(between, STR("is"))) &&
           (value.kind != CONSTANT_NOT || is_definition(tree, scope, left));
}

static bool condition(struct python_tree *tree, struct python_scope scope, TSNode node,
                      size_t depth, bool *ret_true)
{
    *ret_true = false;
    node = node_bare(node);
    if (depth > PYTHON_FOLLOW_MAX)
        return false;
    if (node_is(node, "not_operator")) {
        bool told = condition(tree, scope, node_field(node, "argument"), depth + 1, ret_true);
        *ret_true = !*ret_true;
        return told;
    }
    if (node_is(node, "comparison_operator"))
        return comparison(tree, scope, node, depth, ret_true);
    struct python_constant value = python_constant_within(tree, scope, node, depth + 1);
    *ret_true = value.kind == CONSTANT_NOT || is_truthy(value);
    return value.kind != CONSTANT_NOT || is_definition(tree, scope, node);
}

bool python_condition(struct python_tree *tree, struct python_scope scope, TSNode expression,
                      bool *ret_true)
{
    return condition(tree, scope, expression, 0, ret_true);
}

/* Each part is asked for once: parts of parts would be asked for as often as there are of them, to the power of their depth. */
struct python_constant python_constant_chosen(struct python_tree *tree, struct python_scope scope,
                                              TSNode node, size_t depth)
{
    bool is_true;

    if (node_is(node, "conditional_expression")) {
        if (ts_node_named_child_count(node) != 3 || /* with a comment inside */
            !condition(tree, scope, ts_node_named_child(node, 1), depth, &is_true))
            return python_constant_none();
        return python_constant_within(tree, scope, ts_node_named_child(node, is_true ? 0 : 2),
                                      depth + 1);
    }
    TSNode left = node_field(node, "left");
    bool either = str_eq(node_source(scope.file, node_field(node, "operator")), STR("or"));
    struct python_constant value = python_constant_within(tree, scope, left, depth + 1);
    if (value.kind == CONSTANT_NOT && (either || !is_definition(tree, scope, left)))
        return value;
    is_true = value.kind == CONSTANT_NOT || is_truthy(value);
    return is_true == either
               ? value
               : python_constant_within(tree, scope, node_field(node, "right"), depth + 1);
}
