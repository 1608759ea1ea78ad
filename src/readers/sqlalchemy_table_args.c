/* sqlalchemy_table_args.c -- what classes and their bases say; __table_args__: constraints, indexes, options. */
#include "readers/sqlalchemy.h"

#define ARGUMENTS_DEPTH_MAX 8u

const struct python_binding *sa_says(struct sa_reader *r, const struct sa_class *class, size_t from,
                                     struct str name, size_t *ret_index)
{
    for (size_t i = from; i < class->order_count; i++) {
        const struct python_binding *binding = python_binding_in(
            r->tree, class->order[i].file, node_field(class->order[i].node, "body"), name);
        /* `__table_args__: Any` gives nothing; `name: Mapped[str]` is a column. */
        bool bare = binding && binding->kind == BINDING_VALUE && ts_node_is_null(binding->node) &&
                    str_starts(name, STR("__"));
        if (binding && !bare) {
            *ret_index = i;
            return binding;
        }
    }
    return NULL;
}

bool sa_is_said_anew(struct sa_reader *r, const struct sa_class *class, size_t at, struct str name)
{
    for (size_t i = 0; i < at; i++) {
        const struct python_binding *binding = python_binding_in(
            r->tree, class->order[i].file, node_field(class->order[i].node, "body"), name);
        if (binding && (binding->kind == BINDING_VALUE || binding->kind == BINDING_FUNCTION) &&
            (class->sqlmodel || binding->kind == BINDING_FUNCTION ||
             node_is(binding->node, "call")))
            return true;
    }
    return false;
}

static bool has_a_table(struct sa_reader *r, const struct sa_class *class, size_t i)
{
    struct sa_class above;

    return i && sa_class_read(r, class->order[i].file, class->order[i].node, &above) &&
           !above.abstract && !above.flask && (!above.sqlmodel || above.table) &&
           sa_class_table(r, &above).length;
}

/* Those of a class that has a table are its own; those of its mixins are everyone's below. */
const struct python_binding *sa_says_arguments(struct sa_reader *r, const struct sa_class *class,
                                               size_t *ret_index)
{
    const struct python_binding *binding;
    size_t i, from = 0;

    while ((binding = sa_says(r, class, from, STR("__table_args__"), &i)) &&
           has_a_table(r, class, i))
        from = i + 1;
    return binding ? sa_says(r, class, 0, STR("__table_args__"), ret_index) : NULL;
}

/* super().__table_args__ */
static bool of_super(struct python_scope scope, TSNode value)
{
    TSNode object = node_is(value, "attribute") ? node_field(value, "object") : node_null();

    return node_is(object, "call") &&
           str_eq(node_source(scope.file, node_field(object, "function")), STR("super")) &&
           str_eq(node_source(scope.file, node_field(value, "attribute")), STR("__table_args__"));
}

/* A constraint, an index or the options that a name stands for. */
static bool argument_named(struct sa_reader *r, const struct sa_class *class,
                           struct python_scope scope, struct schema_table *table, TSNode item)
{
    struct python_thing thing = python_resolve(r->tree, scope, item);
    TSNode value = thing.kind == THING_VALUE ? node_bare(thing.node) : node_null();
    struct python_scope in = {.file = thing.file,
                              .body = thing.scope,
                              .class_name = scope.class_name,
                              .table_name = scope.table_name,
                              .class = scope.class};

    if (node_is(value, "call"))
        sa_argument_read(r, class, in, table, value);
    return node_is(value, "call") || node_is(value, "dictionary");
}

/* Every `return` of it: a dictionary, None or nothing. */
static bool returns_options(const struct python_file *file, TSNode node, bool *any)
{
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode child = ts_node_named_child(node, i), value;
        if (node_is(child, "function_definition") || node_is(child, "class_definition"))
            continue;
        if (!node_is(child, "return_statement")) {
            if (!returns_options(file, child, any))
                return false;
            continue;
        }
        *any = true;
        value = ts_node_named_child_count(child) ? node_bare(ts_node_named_child(child, 0))
                                                 : node_null();
        if (!ts_node_is_null(value) && !node_is(value, "none") &&
            (!node_is(value, "dictionary") ||
             str_contains(node_source(file, value), STR("schema"))))
            return false;
    }
    return true;
}

/* table_args(), a function of the tree that gives mysql_engine and its like, whatever the connection is. */
static bool is_options_call(struct sa_reader *r, struct python_scope scope, TSNode call)
{
    struct python_thing function = {.kind = THING_UNKNOWN};
    bool any = false;

    if (node_is(call, "call"))
        function = python_resolve(r->tree, scope, node_field(call, "function"));
    return function.kind == THING_FUNCTION && function.file &&
           returns_options(function.file, node_field(function.node, "body"), &any) && any;
}

/* [Index(f"ix_pages_{name}", name) for name in ("en", "de")] */
static bool arguments_of_each(struct sa_reader *r, const struct sa_class *class,
                              struct python_scope scope, struct schema_table *table, TSNode value)
{
    TSNode made = node_field(value, "body"), clause = ts_node_named_child(value, 1);
    TSNode name = node_field(clause, "left"), list = node_bare(node_field(clause, "right"));
    struct python_thing named = python_resolve(r->tree, scope, list);
    struct python_scope of = {.file = named.file, .body = named.scope, .bound = named.bound};

    list = named.kind == THING_VALUE ? node_bare(named.node) : node_null();
    if (ts_node_named_child_count(value) != 2 || !node_is(made, "call") ||
        !node_is(name, "identifier") || !(node_is(list, "list") || node_is(list, "tuple")))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(list); i++) {
        TSNode item = ts_node_named_child(list, i);
        struct python_constant text = python_constant(r->tree, of, item);
        struct python_bound bound = {
            .name = node_source(scope.file, name), .text = text.text, .outer = scope.bound};
        struct python_scope round = scope;
        if (node_is(item, "comment"))
            continue;
        if (text.kind != CONSTANT_STRING)
            return false;
        round.bound = &bound;
        sa_argument_read(r, class, round, table, made);
    }
    return true;
}

/* A tuple, `Mixin.__table_args__ + (…)`, `(*Mixin.__table_args__, …)`; false: something else. */
static bool arguments_of(struct sa_reader *r, const struct sa_class *class,
                         struct python_scope scope, struct schema_table *table, TSNode value,
                         size_t depth)
{
    value = node_bare(value);
    if (node_is(value, "dictionary") || is_options_call(r, scope, value))
        return true;
    if (depth > ARGUMENTS_DEPTH_MAX)
        return false;
    if (node_is(value, "binary_operator") &&
        str_eq(node_source(scope.file, node_field(value, "operator")), STR("+")))
        return arguments_of(r, class, scope, table, node_field(value, "left"), depth + 1) &&
               arguments_of(r, class, scope, table, node_field(value, "right"), depth + 1);
    if (of_super(scope, value)) {
        size_t at = 0, i;
        while (at < class->order_count &&
               !ts_node_eq(node_field(class->order[at].node, "body"), scope.body))
            at++;
        const struct python_binding *above = sa_says(r, class, at + 1, STR("__table_args__"), &i);
        if (!above)
            return false;
        struct python_scope in = {.file = class->order[i].file,
                                  .body = node_field(class->order[i].node, "body"),
                                  .class_name = scope.class_name,
                                  .bound = class->order[i].bound,
                                  .table_name = scope.table_name,
                                  .class = scope.class};
        return arguments_of(
            r, class, in, table,
            above->kind == BINDING_FUNCTION ? sa_returned(above->node) : above->node, depth + 1);
    }
    if (node_is(value, "attribute") || node_is(value, "identifier")) {
        struct python_thing thing = python_resolve(r->tree, scope, value);
        struct python_scope in = {.file = thing.file,
                                  .body = thing.scope,
                                  .class_name = scope.class_name,
                                  .bound = thing.bound,
                                  .table_name = scope.table_name,
                                  .class = scope.class};
        return thing.kind == THING_VALUE && !ts_node_eq(thing.node, value) &&
               arguments_of(r, class, in, table, thing.node, depth + 1);
    }
    if (node_is(value, "call")) { /* tuple([…]), tuple(… for …) */
        struct str made = python_foreign(r->tree, scope, node_field(value, "function"));
        TSNode given = node_field(value, "arguments");
        if (!str_eq(made, STR("builtins.tuple")) && !str_eq(made, STR("builtins.list")))
            return false;
        if (!node_is(given, "generator_expression"))
            given = call_positional(value, 0);
        return ts_node_is_null(given) || arguments_of(r, class, scope, table, given, depth + 1);
    }
    if (node_is(value, "list_comprehension") || node_is(value, "generator_expression"))
        return arguments_of_each(r, class, scope, table, value);
    if (!node_is(value, "tuple") && !node_is(value, "list"))
        return false;
    for (uint32_t j = 0; j < ts_node_named_child_count(value); j++) {
        TSNode item = ts_node_named_child(value, j), spread = node_spread(item);
        if (!ts_node_is_null(spread)) {
            if (!arguments_of(r, class, scope, table, spread, depth + 1))
                return false;
        } else if (node_is(item, "identifier") || node_is(item, "attribute")) {
            if (!argument_named(r, class, scope, table, item))
                return false;
        } else if (!node_is(item, "dictionary") && !node_is(item, "comment") &&
                   !is_options_call(r, scope, item)) {
            sa_argument_read(r, class, scope, table, item);
        }
    }
    return true;
}

void sa_arguments_read(struct sa_reader *r, const struct sa_class *class,
                       struct schema_table *table)
{
    size_t i;
    const struct python_binding *binding = sa_says_arguments(r, class, &i);

    if (!binding)
        return;
    struct python_scope scope = {.file = class->order[i].file,
                                 .body = node_field(class->order[i].node, "body"),
                                 .class_name = class->name,
                                 .bound = class->order[i].bound,
                                 .table_name = dotted_last(table->name),
                                 .class = class->self};
    TSNode value =
        node_bare(binding->kind == BINDING_FUNCTION ? sa_returned(binding->node) : binding->node);
    if (!arguments_of(r, class, scope, table, value, 0))
        schema_unread_add(r->arena, r->schema, sa_place(scope.file, binding->node),
                          str_printf(r->arena, "arguments of table " STR_FMT, STR_ARG(table->name)),
                          python_whole(r->tree, scope, binding->node));
}
