/* django_late.c -- fields that are put on a class below it: Lead.add_to_class("late", CharField(…)), CharField(…).contribute_to_class(Lead, "late"). */
#include "readers/django.h"

static void read_call(struct django_reader *r, struct python_scope scope, TSNode call)
{
    TSNode function = node_field(call, "function"), object = node_field(function, "object");
    struct str method = node_source(scope.file, node_field(function, "attribute"));
    bool adds = str_eq(method, STR("add_to_class"));
    TSNode first = call_positional(call, 0), second = call_positional(call, 1);
    struct django_late late;

    if (ts_node_is_null(second) || (!adds && !str_eq(method, STR("contribute_to_class"))))
        return;
    struct python_thing class = python_resolve(r->tree, scope, adds ? object : first);
    struct python_constant name = python_constant(r->tree, scope, adds ? first : second);
    if (class.kind != THING_CLASS || name.kind != CONSTANT_STRING ||
        !django_field_made(r, scope, name.text, node_bare(adds ? second : object), &late.field))
        return;
    late.file = class.file;
    late.node = class.node;
    VEC_PUSH(r->arena, &r->lates, late);
}

void django_lates_read(struct django_reader *r, struct python_file *file)
{
    struct python_scope scope = {.file = file};
    struct python_nodes statements;

    if (!str_contains(file->source, STR("_to_class(")))
        return;
    statements = node_children(r->arena, file->root);
    for (size_t i = 0; i < statements.count; i++) {
        TSNode call = node_is(statements.items[i], "expression_statement")
                          ? ts_node_named_child(statements.items[i], 0)
                          : node_null();
        if (node_is(call, "call") && node_is(node_field(call, "function"), "attribute"))
            read_call(r, scope, call);
    }
}
