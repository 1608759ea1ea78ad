/* django_late.c -- fields that are put on a class below it: Lead.add_to_class("late", CharField(…)), CharField(…).contribute_to_class(Lead, "late"). */
#include "readers/django.h"

/* False: a call of these whose class, name or field cannot be told. */
static bool read_call(struct django_reader *r, struct python_scope scope, TSNode call)
{
    TSNode function = node_field(call, "function"), object = node_field(function, "object");
    struct str method = node_source(scope.file, node_field(function, "attribute"));
    bool adds = str_eq(method, STR("add_to_class"));
    TSNode first = call_positional(call, 0), second = call_positional(call, 1);
    struct django_late late;

    if (ts_node_is_null(second) || (!adds && !str_eq(method, STR("contribute_to_class"))))
        return true;
    struct python_thing class = python_resolve(r->tree, scope, adds ? object : first);
    struct python_constant name = python_constant(r->tree, scope, adds ? first : second);
    if (class.kind != THING_CLASS || name.kind != CONSTANT_STRING ||
        !django_field_made(r, scope, name.text, node_bare(adds ? second : object), &late.field))
        return false;
    late.file = class.file;
    late.node = class.node;
    VEC_PUSH(r->arena, &r->lates, late);
    return true;
}

static bool read_statement(struct django_reader *r, struct python_scope scope, TSNode statement)
{
    TSNode call = node_is(statement, "expression_statement") ? ts_node_named_child(statement, 0)
                                                             : node_null();

    if (node_is(call, "call") && node_is(node_field(call, "function"), "attribute"))
        return read_call(r, scope, call);
    return !str_contains(node_source(scope.file, statement), STR("_to_class("));
}

/* for extra in ("x", "y"): Product.add_to_class(extra, …). False: not all of it can be told. */
static bool read_loop(struct django_reader *r, struct python_file *file, TSNode loop)
{
    TSNode name = node_field(loop, "left"), body = node_field(loop, "body"), list;
    struct python_scope scope = {.file = file};
    struct python_thing thing = python_resolve(r->tree, scope, node_field(loop, "right"));

    list = node_bare(thing.kind == THING_VALUE ? thing.node : node_field(loop, "right"));
    if (thing.kind == THING_VALUE)
        scope = (struct python_scope){.file = thing.file, .body = thing.scope};
    if (!node_is(name, "identifier") || (!node_is(list, "tuple") && !node_is(list, "list")))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(list); i++) {
        TSNode item = ts_node_named_child(list, i);
        struct python_constant value = python_constant(r->tree, scope, item);
        struct python_bound *bound = ARENA_NEW(r->arena, struct python_bound);
        *bound = (struct python_bound){.name = node_source(file, name), .text = value.text};
        if (node_is(item, "comment"))
            continue;
        for (uint32_t j = 0; j < ts_node_named_child_count(body); j++)
            if (value.kind != CONSTANT_STRING ||
                !read_statement(r, (struct python_scope){.file = file, .bound = bound},
                                ts_node_named_child(body, j)))
                return false;
    }
    return true;
}

void django_lates_read(struct django_reader *r, struct python_file *file)
{
    struct python_nodes statements;

    if (!str_contains(file->source, STR("_to_class(")))
        return;
    statements = node_children(r->arena, file->root);
    for (size_t i = 0; i < statements.count; i++) {
        TSNode statement = statements.items[i];
        if (!node_is(statement, "for_statement"))
            (void)read_statement(r, (struct python_scope){.file = file}, statement);
        else if (str_contains(node_source(file, statement), STR("_to_class(")) &&
                 !read_loop(r, file, statement))
            schema_unread_add(
                r->arena, r->schema,
                (struct schema_place){.file = file->path, .line = node_line(statement)},
                STR("the fields of a loop"), node_source(file, statement));
    }
}
