/* sqlalchemy_decorator.c -- columns that a decorator of the project sets on the class below it. */
#include "readers/sqlalchemy.h"

struct decorated {
    struct sa_reader *r;
    const struct sa_class *class;
    struct schema_table *table;
    struct python_thing function;
};

static bool speaks_of_columns(const struct python_file *file, TSNode node)
{
    struct str source = node_source(file, node);

    return str_contains(source, STR("Column(")) || str_contains(source, STR("mapped_column("));
}

static void unread(const struct decorated *d, TSNode node)
{
    struct python_file *file = d->function.file;

    d->table->partial = true;
    schema_unread_add(d->r->arena, d->r->schema, sa_place(file, node),
                      str_printf(d->r->arena, "columns that " STR_FMT "() sets on table " STR_FMT,
                                 STR_ARG(node_source(file, node_field(d->function.node, "name"))),
                                 STR_ARG(d->table->name)),
                      node_source(file, node));
}

/* cls.created_by = Column(…), setattr(cls, "created_by", Column(…)) */
static void read_statement(const struct decorated *d, struct str parameter, TSNode statement)
{
    struct python_scope scope = {.file = d->function.file,
                                 .class_name = d->class->name,
                                 .table_name = dotted_last(d->table->name),
                                 .class = d->class->self};
    TSNode node = node_is(statement, "expression_statement") ? ts_node_named_child(statement, 0)
                                                             : node_null();
    struct sa_late late;

    if (!ts_node_is_null(node) && sa_late_read(d->r, scope, node, &late) && late.name.length &&
        str_eq(node_source(scope.file, late.class), parameter)) {
        struct sa_attribute attribute = {.scope = scope, .name = late.name, .value = late.value};
        sa_attribute_read(d->r, d->class, &attribute, d->table);
    } else if (speaks_of_columns(scope.file, statement)) {
        unread(d, statement);
    }
}

static void read_function(const struct decorated *d, bool called)
{
    TSNode parameters = node_field(d->function.node, "parameters");
    TSNode body = node_field(d->function.node, "body");
    TSNode first =
        ts_node_named_child_count(parameters) ? ts_node_named_child(parameters, 0) : node_null();

    if (!speaks_of_columns(d->function.file, body))
        return;
    if (node_is(first, "typed_parameter")) /* cls: type[T] */
        first = ts_node_named_child(first, 0);
    if (called || !node_is(first, "identifier")) {
        unread(d, d->function.node); /* it returns a function that does it */
        return;
    }
    for (uint32_t i = 0; i < ts_node_named_child_count(body); i++)
        read_statement(d, node_source(d->function.file, first), ts_node_named_child(body, i));
}

void sa_decorators_read(struct sa_reader *r, const struct sa_class *class,
                        struct schema_table *table)
{
    TSNode parent = ts_node_parent(class->node);

    for (uint32_t i = 0;
         node_is(parent, "decorated_definition") && i < ts_node_named_child_count(parent); i++) {
        TSNode decorator = ts_node_named_child(parent, i);
        TSNode word =
            node_is(decorator, "decorator") ? ts_node_named_child(decorator, 0) : node_null();
        bool called = node_is(word, "call");
        if (ts_node_is_null(word))
            continue;
        struct python_thing function =
            python_resolve(r->tree, (struct python_scope){.file = class->file},
                           called ? node_field(word, "function") : word);
        struct decorated decorated = {.r = r, .class = class, .table = table, .function = function};
        if (function.kind == THING_FUNCTION)
            read_function(&decorated, called);
    }
}
