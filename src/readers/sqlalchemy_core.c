/* sqlalchemy_core.c -- Table(…) of SQLAlchemy Core: its columns, indexes and constraints. */
#include "readers/sqlalchemy.h"

#define TABLE_SPLATS_MAX 4u

static bool is_table(struct str called)
{
    return sa_is(called, "Table") &&
           (str_starts(called, STR("sqlalchemy")) || str_starts(called, STR("sqlmodel")) ||
            str_starts(called, STR("flask_sqlalchemy")));
}

/* def Table(*args, **kwargs): …; return sa.Table(*args, **kwargs) */
static bool passes_on_to_table(struct sa_reader *r, struct python_thing function)
{
    TSNode body = node_field(function.node, "body");
    uint32_t count = ts_node_is_null(body) ? 0 : ts_node_named_child_count(body);
    TSNode last = count ? ts_node_named_child(body, count - 1) : node_null();
    TSNode made =
        node_is(last, "return_statement") ? node_bare(ts_node_named_child(last, 0)) : node_null();
    TSNode first =
        node_is(made, "call") ? ts_node_named_child(node_field(made, "arguments"), 0) : node_null();

    return node_is(first, "list_splat") &&
           is_table(python_foreign(r->tree, (struct python_scope){.file = function.file},
                                   node_field(made, "function")));
}

/* def lookup(name, *columns): return Table(name, metadata, Column("id", …), *columns) – the call that it returns; null: another function. */
static TSNode returned_table(struct sa_reader *r, struct python_thing function)
{
    TSNode made = sa_returned(function.node);

    return node_is(made, "call") && !passes_on_to_table(r, function) &&
                   is_table(python_foreign(r->tree, (struct python_scope){.file = function.file},
                                           node_field(made, "function")))
               ? made
               : node_null();
}

bool sa_makes_table(struct sa_reader *r, struct python_scope scope, TSNode call)
{
    struct python_thing called = python_resolve(r->tree, scope, node_field(call, "function"));

    return called.kind == THING_FUNCTION && called.file
               ? passes_on_to_table(r, called) || !ts_node_is_null(returned_table(r, called))
               : is_table(called.dotted);
}

/* The Table(…) that a call is, or that the function it calls returns, and where that stands; null: it cannot be told. */
static TSNode table_within(struct sa_reader *r, struct python_scope *scope, TSNode call)
{
    struct python_thing called = python_resolve(r->tree, *scope, node_field(call, "function"));
    struct python_scope inside;
    TSNode made =
        called.kind == THING_FUNCTION && called.file ? returned_table(r, called) : node_null();

    if (ts_node_is_null(made))
        return call;
    if (!python_call_enter(r->tree, *scope, call, called, &inside))
        return node_null();
    *scope = inside;
    return made;
}

/* The call that an object is made by, as far as that is a MetaData(…), or takes one: declarative_base(metadata=…), registry(…),
 * SQLAlchemy(…). */
static bool metadata_made(struct sa_reader *r, struct python_thing made, struct sa_class *ret_class)
{
    struct python_scope scope = {.file = made.file, .body = made.scope, .bound = made.bound};

    if (made.kind != THING_FOREIGN || !made.file || !node_is(made.node, "call"))
        return false;
    ret_class->base_file = made.file;
    ret_class->base = made.node;
    if (sa_is(made.dotted, "MetaData()")) {
        ret_class->metadata_scope = scope;
        ret_class->metadata = made.node;
        return true;
    }
    TSNode given = call_keyword(made.file, made.node, "metadata");
    TSNode model = call_keyword(made.file, made.node, "model_class");
    struct python_thing thing = python_made(r->tree, scope, ts_node_is_null(given) ? model : given);
    if (thing.kind == THING_CLASS)
        return sa_class_read(r, thing.file, thing.node, ret_class) &&
               sa_has_convention(r, ret_class);
    return (sa_is(thing.dotted, "MetaData()") && metadata_made(r, thing, ret_class)) ||
           sa_has_convention(r, ret_class);
}

/* What the metadata says that a table stands in: metadata, Base.metadata, db.Table(…). Only that, and where it is made, counts of *ret_class. */
static bool metadata_of(struct sa_reader *r, struct python_scope scope, TSNode call,
                        struct sa_class *ret_class)
{
    TSNode function = node_field(call, "function"), given = call_positional(call, 1);

    *ret_class = (struct sa_class){0};
    if (metadata_made(r, python_made(r->tree, scope, given), ret_class))
        return true;
    if (node_is(given, "identifier"))
        given = sa_metadata_meant(r, &scope, given);
    TSNode object = node_is(given, "attribute")      ? node_field(given, "object")
                    : node_is(function, "attribute") ? node_field(function, "object")
                                                     : node_null();
    struct python_thing thing = python_resolve(r->tree, scope, object);
    return thing.kind == THING_CLASS ? sa_class_read(r, thing.file, thing.node, ret_class) &&
                                           sa_has_convention(r, ret_class)
                                     : metadata_made(r, thing, ret_class);
}

struct str sa_table_name(struct sa_reader *r, struct python_scope scope, TSNode call)
{
    struct sa_class of;

    if (!sa_makes_table(r, scope, call))
        return STR_NONE;
    call = table_within(r, &scope, call);
    struct sa_argument first = sa_argument(r, scope, call, "name", 0);
    struct python_constant name = python_constant(r->tree, first.scope, first.node);
    if (name.kind != CONSTANT_STRING)
        return STR_NONE;
    struct str schema = sa_keyword_text(r, scope, call, "schema");
    if (!schema.length && metadata_of(r, scope, call, &of) &&
        !ts_node_is_null(of.metadata)) /* MetaData(schema="stats") */
        schema = sa_keyword_text(r, of.metadata_scope, of.metadata, "schema");
    return schema.length
               ? str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(name.text))
               : name.text;
}

struct table_reading {
    struct sa_reader *r;
    const struct sa_class *class;
    struct schema_table *table;
    bool columns; /* else what may name them: indexes and constraints */
};

static void table_unread(const struct table_reading *t, struct python_scope scope, TSNode argument,
                         const char *what)
{
    struct sa_reader *r = t->r;

    t->table->partial = true;
    schema_unread_add(r->arena, r->schema, sa_place(scope.file, argument),
                      str_printf(r->arena, "%s of table " STR_FMT, what, STR_ARG(t->table->name)),
                      python_whole(r->tree, scope, argument));
}

static void table_call(const struct table_reading *t, struct python_scope scope, TSNode call)
{
    struct sa_reader *r = t->r;
    struct sa_column column = {.column = {.nullable = true, .place = sa_place(scope.file, call)}};
    struct str called = python_foreign(r->tree, scope, node_field(call, "function"));

    if (!sa_is(called, "Column")) {
        if (!t->columns)
            sa_argument_read(r, t->class, scope, t->table, call);
        return;
    }
    if (!t->columns)
        return;
    if (!sa_column_read(r, t->class, scope, call, &column)) {
        column.type.text = STR_NONE;
        if (!column.column.name.length) {
            table_unread(t, scope, call, "a column");
            return;
        }
    }
    if (!column.skip)
        sa_column_add(r, t->class, t->table, &column, scope, call);
}

/* What `*KEY` and `*audit_columns()` stand for, a list or a tuple that is written out, and where. */
static bool splat_list(struct sa_reader *r, struct python_scope *scope, TSNode node,
                       TSNode *ret_list)
{
    node = node_bare(node);
    if (node_is(node, "identifier") || node_is(node, "attribute")) {
        struct python_thing thing = python_resolve(r->tree, *scope, node);
        if (thing.kind != THING_VALUE)
            return false;
        *scope =
            (struct python_scope){.file = thing.file, .body = thing.scope, .bound = thing.bound};
        node = node_bare(thing.node);
    }
    if (node_is(node, "call")) {
        struct python_thing function =
            python_resolve(r->tree, *scope, node_field(node, "function"));
        struct python_scope inside = {.file = function.file};
        if (function.kind != THING_FUNCTION ||
            !python_call_enter(r->tree, *scope, node, function, &inside))
            return false;
        node = python_call_returned(function);
        *scope = inside;
    }
    *ret_list = node;
    return node_is(node, "list") || node_is(node, "tuple") || node_is(node, "expression_list");
}

static void table_argument(const struct table_reading *t, struct python_scope scope,
                           TSNode argument, size_t depth)
{
    struct python_scope in = scope;
    TSNode list;

    if (node_is(argument, "call")) {
        table_call(t, scope, argument);
    } else if (node_is(argument, "list_splat")) {
        const struct python_bound *rest = python_rest_of(scope, argument);
        if (rest && depth < TABLE_SPLATS_MAX) { /* what the function was handed */
            for (size_t i = rest->rest_from;; i++) {
                TSNode given = python_call_positional(*rest->scope, rest->node, i, &in);
                if (ts_node_is_null(given))
                    return;
                table_argument(t, in, given, depth + 1);
            }
        }
        if (depth < TABLE_SPLATS_MAX &&
            splat_list(t->r, &in, ts_node_named_child(argument, 0), &list)) {
            for (uint32_t i = 0; i < ts_node_named_child_count(list); i++)
                table_argument(t, in, ts_node_named_child(list, i), depth + 1);
        } else if (t->columns) {
            table_unread(t, scope, argument, "columns");
        }
    }
}

/* The columns first: what follows them may name them. */
static void table_arguments(struct sa_reader *r, const struct sa_class *class,
                            struct schema_table *table, struct python_scope scope, TSNode call,
                            size_t from)
{
    for (int pass = 0; pass < 2; pass++) {
        const struct table_reading t = {r, class, table, pass == 0};
        for (size_t i = from; i < call_positional_count(call); i++)
            table_argument(&t, scope, call_positional(call, i), 0);
    }
}

void sa_table_read(struct sa_reader *r, const struct sa_class *class, struct python_scope scope,
                   TSNode call)
{
    struct str name = sa_table_name(r, scope, call);
    struct schema_place place = sa_place(scope.file, call);
    struct sa_class of;

    if (!name.length) {
        schema_unread_add(r->arena, r->schema, place, STR("a table"),
                          python_whole(r->tree, scope, call));
        return;
    }
    call = table_within(r, &scope, call);
    /* `Table("users", metadata, autoload_with=engine)`: what the database has. */
    if (!ts_node_is_null(call_keyword(scope.file, call, "autoload_with")) ||
        !ts_node_is_null(call_keyword(scope.file, call, "autoload")))
        return;
    if (!class && metadata_of(r, scope, call, &of)) /* for its naming convention */
        class = &of;
    table_arguments(r, class, schema_table_add(r->arena, r->schema, name, place), scope, call, 1);
}

void sa_table_append(struct sa_reader *r, struct python_scope scope, TSNode call)
{
    struct sa_class class = {0};
    struct str name =
        sa_table_of(r, scope, node_field(node_field(call, "function"), "object"), &class);
    struct schema_table *table = name.length ? schema_table_named(r->schema, name) : NULL;

    if (table)
        table_arguments(r, NULL, table, scope, call, 0);
}
