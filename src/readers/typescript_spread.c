/* typescript_spread.c -- what a spread in an object brings, where a condition stands before it. */
#include "readers/typescript.h"

/* Is it true to JavaScript? `ret_known` false: nobody knows. What the call does not give is not. */
static bool is_true(struct script_tree *tree, struct script_scope scope, TSNode expression,
                    bool *ret_known)
{
    TSNode node = script_bare(expression), given;
    struct script_scope outer;

    *ret_known = true;
    if (node_is(node, "identifier") &&
        script_given(tree, scope, script_source(scope.file, node), &given, &outer)) {
        if (ts_node_is_null(given))
            return false;
        scope = outer;
        node = script_bare(given);
    }
    struct script_constant constant = script_constant(tree, scope, node);
    *ret_known = constant.kind != SCRIPT_NOT;
    return constant.kind == SCRIPT_TRUE ||
           (constant.kind == SCRIPT_STRING && constant.text.length) ||
           (constant.kind == SCRIPT_NUMBER && !str_eq(constant.text, STR("0")));
}

/* `...options` where the call gives none, `...(options ?? {})`, `...(name && { name })`: what is spread then. */
TSNode script_spread(struct script_tree *tree, struct script_scope scope, TSNode element)
{
    TSNode node = script_bare(ts_node_named_child(element, 0)), given;
    struct script_scope ignored;
    bool known;

    if (node_is(node, "ternary_expression")) {
        struct script_nodes parts = script_children(tree, node);
        bool first = is_true(tree, scope, parts.items[0], &known);
        return known && parts.count == 3 ? script_bare(parts.items[first ? 1 : 2]) : node;
    }
    if (node_is(node, "binary_expression") &&
        node_is(ts_node_child_by_field_name(node, "operator", strlen("operator")), "&&")) {
        bool both = is_true(tree, scope, script_first(node), &known);
        return !known ? node : both ? script_bare(script_last(node)) : node_null();
    }
    if (node_is(node, "binary_expression")) { /* || and ??; + spreads nothing */
        TSNode left = script_bare(script_first(node));
        bool absent =
            node_is(left, "identifier") &&
            script_given(tree, scope, script_source(scope.file, left), &given, &ignored) &&
            ts_node_is_null(given);
        node = absent ? script_bare(script_last(node)) : left;
    }
    if (node_is(node, "identifier") &&
        script_given(tree, scope, script_source(scope.file, node), &given, &ignored) &&
        ts_node_is_null(given))
        return node_null();
    return node;
}
