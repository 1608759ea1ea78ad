/* sqlalchemy_late.c -- what stands below the classes and tables that it belongs to. */
#include "readers/sqlalchemy.h"

/* The object of `object.name`; null: it is no such attribute. */
static TSNode object_of(struct python_scope scope, TSNode node, const char *name)
{
    return node_is(node, "attribute") &&
                   str_eq(node_source(scope.file, node_field(node, "attribute")), str_from(name))
               ? node_field(node, "object")
               : node_null();
}

struct str sa_table_of(struct sa_reader *r, struct python_scope scope, TSNode node,
                       struct sa_class *ret_class)
{
    static const char *const ways[] = {"c", "columns", "__table__"};

    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        TSNode object = object_of(scope, node, ways[i]);
        node = ts_node_is_null(object) ? node : object;
    }
    struct python_thing thing = python_resolve(r->tree, scope, node);
    if (thing.kind == THING_CLASS)
        return sa_class_read(r, thing.file, thing.node, ret_class) ? sa_class_table(r, ret_class)
                                                                   : STR_NONE;
    return thing.file && node_is(thing.node, "call")
               ? sa_table_name(r, (struct python_scope){.file = thing.file}, thing.node)
               : STR_NONE;
}

static struct schema_table *read_table_of(struct sa_reader *r, struct python_scope scope,
                                          TSNode node, struct sa_class *ret_class)
{
    struct str name = sa_table_of(r, scope, node, ret_class);

    return name.length ? schema_table_named(r->schema, name) : NULL;
}

bool sa_is_loose(struct str called)
{
    return sa_is_family(called) && (sa_is(called, "Index") || sa_is(called, "UniqueConstraint"));
}

void sa_loose_read(struct sa_reader *r, struct python_scope scope, TSNode call)
{
    bool index = sa_is(python_foreign(r->tree, scope, node_field(call, "function")), "Index");

    for (size_t i = index; i < call_positional_count(call); i++) {
        TSNode node = call_positional(call, i);
        while (node_is(node, "call"))
            node = call_positional_count(node) ? call_positional(node, 0)
                                               : node_field(node_field(node, "function"), "object");
        if (!node_is(node, "attribute"))
            continue;
        struct sa_class class = {0};
        struct schema_table *table = read_table_of(r, scope, node_field(node, "object"), &class);
        if (table)
            sa_argument_read(r, &class, scope, table, call);
        return;
    }
}

bool sa_late_read(struct sa_reader *r, struct python_scope scope, TSNode statement,
                  struct sa_late *ret_late)
{
    TSNode left = node_field(statement, "left");
    struct sa_late late = {.scope = scope};

    if (node_is(statement, "assignment") && node_is(left, "attribute")) {
        late.class = node_field(left, "object");
        late.name = node_source(scope.file, node_field(left, "attribute"));
        late.value = node_bare(node_field(statement, "right"));
    } else if (node_is(statement, "call") && call_positional_count(statement) == 3 &&
               str_eq(node_source(scope.file, node_field(statement, "function")), STR("setattr"))) {
        late.class = call_positional(statement, 0);
        late.name = python_constant(r->tree, scope, call_positional(statement, 1)).text;
        late.value = call_positional(statement, 2);
    } else {
        return false;
    }
    struct str called = node_is(late.value, "call")
                            ? python_foreign(r->tree, scope, node_field(late.value, "function"))
                            : STR_NONE;
    *ret_late = late;
    return sa_is_family(called) && (sa_is(called, "Column") || sa_is(called, "mapped_column"));
}

void sa_late_add(struct sa_reader *r, const struct sa_late *late)
{
    struct sa_class class = {0};
    struct schema_table *table = read_table_of(r, late->scope, late->class, &class);
    struct sa_attribute attribute = {
        .scope = late->scope, .name = late->name, .value = late->value};

    if (!table || !class.name.length)
        return;
    if (late->name.length)
        sa_attribute_read(r, &class, &attribute, table);
    else
        schema_unread_add(r->arena, r->schema, sa_place(late->scope.file, late->value),
                          str_printf(r->arena, "a column of " STR_FMT, STR_ARG(table->name)),
                          node_source(late->scope.file, late->value));
}

bool sa_is_append(struct sa_reader *r, struct python_scope scope, TSNode call)
{
    TSNode function = node_field(call, "function");
    struct sa_class class = {0};

    return (!ts_node_is_null(object_of(scope, function, "append_column")) ||
            !ts_node_is_null(object_of(scope, function, "append_constraint"))) &&
           sa_table_of(r, scope, node_field(function, "object"), &class).length > 0;
}

/* One round of a loop. False: it sets a column whose class or name cannot be told. */
static bool read_round(struct sa_reader *r, struct python_scope scope, TSNode body)
{
    for (uint32_t i = 0; i < ts_node_named_child_count(body); i++) {
        TSNode statement = ts_node_named_child(ts_node_named_child(body, i), 0);
        struct sa_class class = {0};
        struct sa_late late;
        if (!sa_late_read(r, scope, statement, &late))
            continue;
        if (!late.name.length || !read_table_of(r, scope, late.class, &class))
            return false;
        sa_late_add(r, &late);
    }
    return true;
}

void sa_late_loop_read(struct sa_reader *r, struct python_file *file, TSNode loop)
{
    struct python_scope scope = {.file = file};
    TSNode name = node_field(loop, "left"), list = node_bare(node_field(loop, "right"));
    struct python_thing thing = python_resolve(r->tree, scope, list);

    if (thing.kind == THING_VALUE) {
        scope = (struct python_scope){.file = thing.file, .body = thing.scope};
        list = node_bare(thing.node);
    }
    bool read = node_is(name, "identifier") && (node_is(list, "tuple") || node_is(list, "list"));
    for (uint32_t i = 0; read && i < ts_node_named_child_count(list); i++) {
        TSNode item = ts_node_named_child(list, i);
        struct python_constant value = python_constant(r->tree, scope, item);
        struct python_bound bound = {.name = node_source(file, name), .text = value.text};
        if (!node_is(item, "comment"))
            read = value.kind == CONSTANT_STRING &&
                   read_round(r, (struct python_scope){.file = file, .bound = &bound},
                              node_field(loop, "body"));
    }
    if (!read)
        schema_unread_add(r->arena, r->schema, sa_place(file, loop), STR("the columns of a loop"),
                          node_source(file, loop));
}
