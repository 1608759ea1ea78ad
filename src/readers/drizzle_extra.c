/* drizzle_extra.c -- the lists of constraints behind a table's columns. */
#include "readers/drizzle.h"

#define LISTS_MAX 12u

static void say(struct drizzle_reader *r, const struct drizzle_table *table,
                struct script_scope scope, TSNode node)
{
    schema_unread_add(r->arena, r->schema, table->place,
                      str_printf(r->arena, "the constraints of " STR_FMT, STR_ARG(table->name)),
                      script_whole(r->tree, scope, node));
}

/* A list where it stands: what a function of the tree's own returns, or what a name stands for. */
static TSNode list_of(struct drizzle_reader *r, struct script_scope *scope, TSNode expression)
{
    TSNode node = script_bare(expression);
    struct script_thing thing;

    if (node_is(node, "call_expression")) {
        thing = script_resolve(r->tree, *scope, script_callee(node));
        if (thing.kind != SCRIPT_VALUE && thing.kind != SCRIPT_DECLARATION)
            return node_null();
        *scope = script_scope_of_call(r->tree, *scope, node, thing);
        return script_bare(script_returned_at_end(r->tree, thing.node));
    }
    if (!node_is(node, "identifier"))
        return node;
    thing = script_resolve(r->tree, *scope, node);
    if (thing.kind != SCRIPT_VALUE)
        return node_null();
    *scope = thing.file == scope->file ? *scope : (struct script_scope){.file = thing.file};
    return thing.node;
}

/* [index().on(t.a), ...shared(t)], { byA: index().on(t.a) } */
static void read_list(struct drizzle_reader *r, struct drizzle_table *table,
                      struct script_scope scope, TSNode expression, unsigned depth)
{
    struct script_scope around = scope;
    TSNode list = list_of(r, &scope, expression);
    struct script_properties properties;

    if (node_is(list, "array") && depth < LISTS_MAX) {
        struct script_nodes items = script_children(r->tree, list);
        for (size_t i = 0; i < items.count; i++)
            if (node_is(items.items[i], "spread_element"))
                read_list(r, table, scope, ts_node_named_child(items.items[i], 0), depth + 1);
            else
                drizzle_read_constraint(r, table, scope, items.items[i]);
    } else if (node_is(list, "object")) {
        if (!script_properties(r->tree, scope, list, &properties))
            say(r, table, scope, list);
        for (size_t i = 0; i < properties.count; i++)
            drizzle_read_constraint(r, table, properties.items[i].scope, properties.items[i].value);
    } else {
        say(r, table, around, expression);
    }
}

void drizzle_read_constraints(struct drizzle_reader *r, struct drizzle_table *table)
{
    struct script_scope scope = table->scope;
    TSNode third = script_argument(r->tree, table->call, 2);
    TSNode callback = drizzle_function(r, &scope, third);

    if (ts_node_is_null(third))
        return;
    if (!script_is_function(callback) && !node_is(callback, "function_declaration")) {
        say(r, table, table->scope, third);
        return;
    }
    scope.parameter = script_parameter(r->tree, scope.file, callback, 0);
    TSNode given = script_returned(r->tree, callback);
    if (ts_node_is_null(given))
        say(r, table, scope, callback);
    else
        read_list(r, table, scope, given, 0);
}
