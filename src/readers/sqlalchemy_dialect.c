/* sqlalchemy_dialect.c -- what a type that differs from dialect to dialect is on PostgreSQL. */
#include "readers/sqlalchemy.h"

/* dialect.name == "postgresql", dialect.name in ("sqlite", "mysql"): does it hold for PostgreSQL? False: it asks for something else. */
static bool dialect_holds(struct python_scope scope, TSNode condition, bool *ret_holds)
{
    struct str source = node_source(scope.file, condition), asked = STR("dialect.name");
    bool negated = str_contains(source, STR("!=")) || str_contains(source, STR(" not in "));

    if (!node_is(condition, "comparison_operator") || !str_starts(source, asked) ||
        ts_node_named_child_count(condition) != 2 ||
        !(negated || str_contains(source, STR("==")) || str_contains(source, STR(" in "))))
        return false;
    TSNode names = ts_node_named_child(condition, 1);
    if (!node_is(names, "string") && !node_is(names, "tuple") && !node_is(names, "list") &&
        !node_is(names, "set"))
        return false;
    *ret_holds = negated != str_contains(node_source(scope.file, names), STR("postgresql"));
    return true;
}

bool sa_dialect_branch(struct python_scope scope, TSNode statement, TSNode *ret_block)
{
    TSNode condition = node_field(statement, "condition");
    bool holds;

    *ret_block = node_null();
    if (!dialect_holds(scope, condition, &holds))
        return false;
    if (holds)
        *ret_block = node_field(statement, "consequence");
    for (uint32_t i = 0; !holds && i < ts_node_named_child_count(statement); i++) {
        TSNode other = ts_node_named_child(statement, i);
        if (node_is(other, "elif_clause")) {
            if (!dialect_holds(scope, node_field(other, "condition"), &holds))
                return false;
            if (holds)
                *ret_block = node_field(other, "consequence");
        } else if (node_is(other, "else_clause")) {
            *ret_block = node_field(other, "body");
        }
    }
    return true;
}

bool sa_variant_is_ours(struct sa_reader *r, struct python_scope scope, TSNode call, bool *ret_ours)
{
    size_t count = call_positional_count(call);

    *ret_ours = false;
    for (size_t i = 1; i < count; i++) {
        struct python_constant name = python_constant(r->tree, scope, call_positional(call, i));
        if (name.kind != CONSTANT_STRING)
            return false;
        *ret_ours = *ret_ours || str_eq(name.text, STR("postgresql"));
    }
    return count > 1;
}
