#include "readers/sqlalchemy.h"
#include "readers/sqlalchemy_type_rows.h"

#define TYPE_FUNCTIONS_MAX 4u

bool sa_is(struct str dotted, const char *name)
{
    return str_eq(dotted_last(dotted), str_from(name));
}

static bool type_time(struct sa_reader *r, struct python_scope scope, TSNode call,
                      const struct sa_type_row *row, struct sa_type *type)
{
    struct str precision;
    bool zone, present;

    if (!sa_flag(r, scope, call, "timezone", 0, &zone) ||
        !sa_given(r, sa_keyword(r, scope, call, "precision"), &precision, &present))
        return false;
    type->text = str_printf(
        r->arena, "%s" STR_FMT "%s", row->text,
        STR_ARG(present ? str_printf(r->arena, "(" STR_FMT ")", STR_ARG(precision)) : STR("")),
        zone ? " WITH TIME ZONE" : " WITHOUT TIME ZONE");
    return true;
}

static bool type_sized(struct sa_reader *r, struct python_scope scope, TSNode call,
                       const struct sa_type_row *row, struct sa_type *type)
{
    bool numeric = row->shape == SHAPE_NUMERIC;
    const char *keyword =
        numeric || row->shape == SHAPE_FLOAT ? "precision"
        : str_ends(str_from(row->text), STR("VEC")) || str_eq(str_from(row->text), STR("VECTOR"))
            ? "dim"
            : "length";

    return sa_sized(r, scope, call, row->text, keyword,
                    row->shape == SHAPE_KEYWORD_LENGTH ? SIZE_MAX : 0, numeric, &type->text);
}

static bool type_array(struct sa_reader *r, struct python_scope scope, TSNode call,
                       struct sa_type *type)
{
    struct str dimensions;
    uint64_t count = 1;
    bool present;

    struct sa_argument item = sa_argument(r, scope, call, "item_type", 0);

    if (ts_node_is_null(call) || !sa_type_read(r, item.scope, item.node, type) ||
        !sa_given(r, sa_keyword(r, scope, call, "dimensions"), &dimensions, &present) ||
        (present && !str_to_u64(dimensions, &count)))
        return false;
    struct str text = str_prefix(type->text, str_find(type->text, STR(" COLLATE ")));
    struct str collation = str_from_offset(type->text, text.length);
    for (uint64_t i = 0; i < count && i < 6; i++)
        text = str_printf(r->arena, STR_FMT "[]", STR_ARG(text));
    type->text = str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(text), STR_ARG(collation));
    return true;
}

/* String(20, collation="C"), Text(None, "C"): it is said with the type. What cannot be read is not. */
static bool type_text(struct sa_reader *r, struct python_scope scope, TSNode call,
                      const struct sa_type_row *row, struct sa_type *type)
{
    struct str collation;
    bool present;

    if (row->shape == SHAPE_TEXT)
        type->text = str_from(row->text);
    else if (!type_sized(r, scope, call, row, type))
        return false;
    if (sa_given(r, sa_argument(r, scope, call, "collation", 1), &collation, &present) && present)
        type->text = str_printf(r->arena, STR_FMT " COLLATE \"" STR_FMT "\"", STR_ARG(type->text),
                                STR_ARG(collation));
    return true;
}

/* --- Enumerations. --- */

static bool type_enum(struct sa_reader *r, struct python_scope scope, TSNode call,
                      struct sa_type *type)
{
    bool native = true, present, is_native;
    struct str name;

    if (ts_node_is_null(call) || !sa_enum_labels(r, scope, call, type))
        return false;
    if (!sa_given(r, sa_keyword(r, scope, call, "name"), &name, &present))
        return false;
    if (present)
        type->enum_name = name;
    if (!ts_node_is_null(sa_keyword(r, scope, call, "native_enum").node)) {
        if (!sa_flag(r, scope, call, "native_enum", SIZE_MAX, &is_native))
            return false;
        native = is_native;
    }
    if (!native && node_is(sa_keyword(r, scope, call, "create_constraint").node, "true")) {
        type->allowed = type->labels;
        type->allowed_name = type->enum_name;
    }
    struct str length;
    if (!native && sa_given(r, sa_keyword(r, scope, call, "length"), &length, &present) &&
        present) {
        sa_enum_text(r, type, false);
        type->text = str_printf(r->arena, "VARCHAR(" STR_FMT ")", STR_ARG(length));
        return true;
    }
    if (native && !type->enum_name.length)
        return false; /* PostgreSQL's needs a name: create_all would refuse */
    if (native && !sa_flag(r, scope, call, "inherit_schema", SIZE_MAX, &type->inherits_schema))
        return false;
    struct str schema;
    if (sa_given(r, sa_keyword(r, scope, call, "schema"), &schema, &present) && present)
        type->enum_name =
            str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(type->enum_name));
    sa_enum_text(r, type, native);
    return true;
}

/* --- Any type. --- */

static bool type_geometry(struct sa_reader *r, struct python_scope scope, TSNode call,
                          const struct sa_type_row *row, struct sa_type *type)
{
    struct str kind = STR("GEOMETRY"), srid = STR("-1");
    bool present;

    if (!sa_given(r, sa_argument(r, scope, call, "geometry_type", 0), &kind, &present) ||
        !sa_given(r, sa_argument(r, scope, call, "srid", 1), &srid, &present))
        return false;
    type->text = str_printf(r->arena, "%s(" STR_FMT "," STR_FMT ")", row->text, STR_ARG(kind),
                            STR_ARG(srid));
    return true;
}

/* DOMAIN("email", Text, schema="public") */
static bool type_domain(struct sa_reader *r, struct python_scope scope, TSNode call,
                        struct sa_type *type)
{
    struct str schema;
    bool named, placed;

    if (!sa_given(r, sa_argument(r, scope, call, "name", 0), &type->text, &named) || !named ||
        !sa_given(r, sa_keyword(r, scope, call, "schema"), &schema, &placed))
        return false;
    if (placed)
        type->text =
            str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(type->text));
    return true;
}

/* How many digits the seconds have: INTERVAL(precision=3), Interval(second_precision=3) */
static struct sa_argument seconds_of(struct sa_reader *r, struct python_scope scope, TSNode call)
{
    struct sa_argument given = sa_keyword(r, scope, call, "second_precision");

    return ts_node_is_null(given.node) ? sa_keyword(r, scope, call, "precision") : given;
}

static bool type_of_row(struct sa_reader *r, struct python_scope scope, TSNode call,
                        const struct sa_type_row *row, struct sa_type *type)
{
    bool on;

    if (!ts_node_is_null(call) && python_call_has_splat(r->tree, scope, call) &&
        row->shape != SHAPE_ENUM)
        return false;
    switch (row->shape) {
    case SHAPE_PLAIN:
        type->text = str_from(row->text);
        return true;
    case SHAPE_STRING:
    case SHAPE_TEXT:
        return type_text(r, scope, call, row, type);
    case SHAPE_LENGTH:
    case SHAPE_KEYWORD_LENGTH:
    case SHAPE_NUMERIC:
    case SHAPE_FLOAT:
        return type_sized(r, scope, call, row, type);
    case SHAPE_TIMESTAMP:
    case SHAPE_TIME:
        return type_time(r, scope, call, row, type);
    case SHAPE_ARRAY:
        return type_array(r, scope, call, type);
    case SHAPE_ENUM:
        return type_enum(r, scope, call, type);
    case SHAPE_BIT:
        if (!sa_flag(r, scope, call, "varying", SIZE_MAX, &on))
            return false;
        return type_sized(r, scope, call,
                          on ? &(struct sa_type_row){"BIT", "BIT VARYING", SHAPE_LENGTH} : row,
                          type);
    case SHAPE_UUID:
        type->text = STR("UUID");
        if (node_is(sa_keyword(r, scope, call, "native_uuid").node, "false"))
            type->text = STR("CHAR(32)");
        return true;
    case SHAPE_INTERVAL: {
        bool present;
        struct str precision;
        type->text = STR("INTERVAL");
        if (node_is(sa_keyword(r, scope, call, "native").node, "false")) {
            type->text = STR("TIMESTAMP WITHOUT TIME ZONE");
            return true;
        }
        if (sa_given(r, sa_keyword(r, scope, call, "fields"), &precision, &present) && present)
            type->text = str_printf(r->arena, "INTERVAL " STR_FMT, STR_ARG(precision));
        if (sa_given(r, seconds_of(r, scope, call), &precision, &present) && present)
            type->text = str_printf(r->arena, STR_FMT " (" STR_FMT ")", STR_ARG(type->text),
                                    STR_ARG(precision));
        return true;
    }
    case SHAPE_GEOMETRY:
        return type_geometry(r, scope, call, row, type);
    case SHAPE_DOMAIN:
        return type_domain(r, scope, call, type);
    case SHAPE_CHOICE: {
        struct sa_argument impl = sa_argument(r, scope, call, "impl", 1);
        type->text = str_from(row->text);
        return ts_node_is_null(impl.node) || sa_type_read(r, impl.scope, impl.node, type);
    }
    }
    return false;
}

static bool type_of_thing(struct sa_reader *r, struct python_scope scope, TSNode call,
                          struct python_thing thing, struct sa_type *type);

/* `impl = String` gets the arguments of the call, `impl = String(20)` is whole. */
static bool type_of_impl(struct sa_reader *r, struct python_scope outer, TSNode call,
                         struct python_thing class, struct python_scope scope, TSNode impl,
                         struct sa_type *type)
{
    struct python_thing thing = python_resolve(r->tree, scope, impl);
    const struct sa_type_row *row =
        thing.kind == THING_FOREIGN && !str_ends(thing.dotted, STR("()"))
            ? sa_type_row_named(dotted_last(thing.dotted))
            : NULL;

    /* What else it is given says nothing of it. */
    if (row && row->shape == SHAPE_TEXT)
        return sa_type_read(r, scope, impl, type);
    const struct python_binding *init =
        row && row->shape != SHAPE_PLAIN
            ? python_binding_in(r->tree, class.file, scope.body, STR("__init__"))
            : NULL;
    struct python_scope inside;
    if (init && init->kind == BINDING_FUNCTION) {
        struct python_thing function = {
            .kind = THING_FUNCTION, .file = class.file, .node = init->node};
        TSNode passed = python_init_passes(r->tree, outer, call, function, &inside);
        if (!ts_node_is_null(passed))
            return type_of_thing(r, inside, passed, thing, type);
    }
    if (!row || ts_node_is_null(call) || !ts_node_named_child_count(node_field(call, "arguments")))
        return sa_type_read(r, scope, impl, type);
    /* What its __init__ makes of them, only running it would tell. */
    return !init && type_of_thing(r, outer, call, thing, type);
}

/* A type of the tree, as one column asks for it. */
struct asked_type {
    struct python_scope outer; /* where the column's call stands */
    TSNode call;
    struct python_thing class;
    struct python_scope scope; /* of its body */
    TSNode impl;               /* null: it says none */
};

/* What its own __init__ sets, as "self.length"; NULL: nothing, or that cannot be told. */
static const struct python_bound *sets_of(struct sa_reader *r, const struct asked_type *asked)
{
    const struct python_binding *init =
        python_binding_in(r->tree, asked->class.file, asked->scope.body, STR("__init__"));

    return init && init->kind == BINDING_FUNCTION
               ? python_init_sets(r->tree, asked->outer, asked->call,
                                  (struct python_thing){.kind = THING_FUNCTION,
                                                        .file = asked->scope.file,
                                                        .node = init->node})
               : NULL;
}

/* return dialect.type_descriptor(UUID()), return self.impl */
static bool type_of_return(struct sa_reader *r, const struct asked_type *asked,
                           struct python_scope scope, TSNode statement, struct sa_type *type)
{
    TSNode value = node_is(statement, "return_statement")
                       ? node_bare(ts_node_named_child(statement, 0))
                       : node_null();

    struct str source = node_source(scope.file, value);

    if (str_eq(source, STR("self.impl")) ||
        str_eq(source, STR("super().load_dialect_impl(dialect)")))
        return !ts_node_is_null(asked->impl) &&
               type_of_impl(r, asked->outer, asked->call, asked->class, asked->scope, asked->impl,
                            type);
    if (node_is(value, "call") &&
        str_ends(node_source(scope.file, node_field(value, "function")), STR(".type_descriptor")))
        value = call_positional(value, 0);
    return !ts_node_is_null(value) && sa_type_read(r, scope, value, type);
}

static bool is_import(TSNode statement)
{
    return node_is(statement, "import_from_statement") || node_is(statement, "import_statement");
}

/* What a branch returns; it may import the type just above. */
static bool type_of_branch(struct sa_reader *r, const struct asked_type *asked,
                           struct python_scope scope, TSNode block, struct sa_type *type)
{
    for (uint32_t i = 0; i < ts_node_named_child_count(block); i++) {
        TSNode statement = ts_node_named_child(block, i);
        if (is_import(statement))
            scope.body = block;
        else if (!node_is(statement, "comment"))
            return type_of_return(r, asked, scope, statement, type);
    }
    return false;
}

/* load_dialect_impl: what it returns under `if dialect.name == "postgresql":`, or returns always. What else it may do, only running it would
 * tell. */
static bool type_of_dialect(struct sa_reader *r, const struct asked_type *asked, TSNode function,
                            struct sa_type *type)
{
    TSNode body = node_field(function, "body"), block;
    struct python_scope inside = {.file = asked->scope.file, .bound = sets_of(r, asked)};

    for (uint32_t i = 0; i < ts_node_named_child_count(body); i++) {
        TSNode statement = ts_node_named_child(body, i);
        if (is_import(statement))
            inside.body = body;
        if (is_import(statement) || node_is(statement, "comment") ||
            node_is(ts_node_named_child(statement, 0), "string"))
            continue;
        if (!node_is(statement, "if_statement"))
            return type_of_return(r, asked, inside, statement, type);
        if (!sa_dialect_branch(inside, statement, &block))
            return false;
        if (!ts_node_is_null(block))
            return type_of_branch(r, asked, inside, block, type);
    }
    return false;
}

/* get_col_spec: return "VECTOR(3)", return f"VECTOR({self.dim})" */
static bool type_of_spec(struct sa_reader *r, const struct asked_type *asked, TSNode function,
                         struct sa_type *type)
{
    struct python_scope scope = asked->scope;
    TSNode body = node_field(function, "body");
    uint32_t count = ts_node_named_child_count(body);
    TSNode last = count ? ts_node_named_child(body, count - 1) : node_null();

    if (!node_is(last, "return_statement") ||
        (count > 1 && !node_is(ts_node_named_child(ts_node_named_child(body, 0), 0), "string")) ||
        count > 2)
        return false;
    scope.bound = sets_of(r, asked);
    struct python_constant text = python_constant(r->tree, scope, ts_node_named_child(last, 0));
    type->text = text.kind == CONSTANT_STRING ? text.text : STR_NONE;
    return type->text.length > 0;
}

/* class Money(TypeDecorator): impl = Numeric(10, 2) */
static bool type_of_class(struct sa_reader *r, struct python_scope outer, TSNode call,
                          struct python_thing class, struct sa_type *type, size_t depth)
{
    TSNode body = node_field(class.node, "body"), bases = node_field(class.node, "superclasses");
    const struct python_binding *impl = python_binding_in(r->tree, class.file, body, STR("impl"));
    struct python_scope scope = {.file = class.file, .body = body};

    const struct python_binding *dialect =
        python_binding_in(r->tree, class.file, body, STR("load_dialect_impl"));
    const struct asked_type asked = {.outer = outer,
                                     .call = call,
                                     .class = class,
                                     .scope = scope,
                                     .impl = impl && impl->kind == BINDING_VALUE ? impl->node
                                                                                 : node_null()};
    if (dialect)
        return dialect->kind == BINDING_FUNCTION && type_of_dialect(r, &asked, dialect->node, type);
    if (impl && impl->kind == BINDING_VALUE)
        return type_of_impl(r, outer, call, class, scope, impl->node, type);
    const struct python_binding *spec =
        python_binding_in(r->tree, class.file, body, STR("get_col_spec"));
    if (spec)
        return spec->kind == BINDING_FUNCTION && type_of_spec(r, &asked, spec->node, type);
    if (depth > 8)
        return false;
    const struct python_binding *init =
        python_binding_in(r->tree, class.file, body, STR("__init__"));
    bool lost = false; /* what its __init__ makes of the arguments, only running it would tell */
    if (init) {
        struct python_thing function = {
            .kind = THING_FUNCTION, .file = class.file, .node = init->node};
        struct python_scope inside;
        call = init->kind == BINDING_FUNCTION
                   ? python_init_passes(r->tree, outer, call, function, &inside)
                   : node_null();
        lost = ts_node_is_null(call);
        outer = lost ? scope : inside;
    }
    for (uint32_t i = 0; !ts_node_is_null(bases) && i < ts_node_named_child_count(bases); i++) {
        struct python_thing base = python_resolve(
            r->tree, (struct python_scope){.file = class.file}, ts_node_named_child(bases, i));
        const struct sa_type_row *row =
            base.kind == THING_FOREIGN ? sa_type_row_named(dotted_last(base.dotted)) : NULL;
        if (base.kind == THING_CLASS && !lost &&
            type_of_class(r, outer, call, base, type, depth + 1))
            return true;
        /* Python's enum.Enum makes no type. */
        bool of_python =
            row && row->shape == SHAPE_ENUM && !str_starts(base.dotted, STR("sqlalchemy"));
        if (row && !of_python && row->shape != SHAPE_ARRAY)
            return (!lost || row->shape == SHAPE_PLAIN || row->shape == SHAPE_TEXT) &&
                   type_of_row(r, outer, row->shape == SHAPE_TEXT ? node_null() : call, row, type);
    }
    return false;
}

/* def StringID(*, length=250, **kwargs): return String(length=length, **kwargs); pg_enum = lambda e: Enum(e, name="x") */
static bool type_of_function(struct sa_reader *r, struct python_scope scope, TSNode call,
                             struct python_thing function, struct sa_type *type)
{
    struct python_scope inside = {.file = function.file};
    bool read;

    if (ts_node_is_null(call) || r->type_functions == TYPE_FUNCTIONS_MAX ||
        !python_call_enter(r->tree, scope, call, function, &inside))
        return false;
    r->type_functions++;
    read = sa_type_read(r, inside, python_call_returned(function), type);
    r->type_functions--;
    return read;
}

/* Kept = partial(Enum, native_enum=False): of a type of SQLAlchemy's; what the call does not say, that says. */
static bool type_of_partial(struct sa_reader *r, struct python_scope scope, TSNode call,
                            struct python_thing partial, struct sa_type *type)
{
    struct python_scope in = {.file = partial.file, .body = partial.scope, .bound = partial.bound};
    struct python_thing thing = python_resolve(r->tree, in, call_positional(partial.node, 0));

    if (ts_node_is_null(call) || !ts_node_is_null(r->partial_call) || thing.kind != THING_FOREIGN ||
        call_positional_count(partial.node) != 1)
        return false;
    r->partial = partial;
    r->partial_call = call;
    bool read = type_of_thing(r, scope, call, thing, type);
    r->partial_call = node_null();
    return read;
}

static bool type_of_thing(struct sa_reader *r, struct python_scope scope, TSNode call,
                          struct python_thing thing, struct sa_type *type)
{
    if (thing.kind == THING_CLASS)
        return type_of_class(r, scope, call, thing, type, 0);
    if (thing.kind == THING_FUNCTION ||
        (thing.kind == THING_VALUE && node_is(thing.node, "lambda")))
        return type_of_function(r, scope, call, thing, type);
    if (thing.kind != THING_FOREIGN)
        return false;
    if (str_eq(thing.dotted, STR("functools.partial()")))
        return type_of_partial(r, scope, call, thing, type);
    bool mysql, read = sa_mysql_type(r, scope, call, thing.dotted, &mysql, type);
    if (mysql)
        return read;
    const struct sa_type_row *row = sa_type_row_named(dotted_last(thing.dotted));
    return row && type_of_row(r, scope, call, row, type);
}

static bool read_type(struct sa_reader *r, struct python_scope scope, TSNode expression,
                      struct sa_type *ret_type)
{
    struct sa_type type = {0};

    expression = node_bare(expression);
    if (ts_node_is_null(expression))
        return false;
    if (node_is(expression, "call")) {
        TSNode function = node_field(expression, "function");
        if (node_is(function, "attribute")) {
            struct str method = node_source(scope.file, node_field(function, "attribute"));
            TSNode object = node_field(function, "object");
            struct python_thing on = python_resolve(r->tree, scope, function);
            if (str_eq(method, STR("with_variant"))) {
                bool ours;
                if (!sa_variant_is_ours(r, scope, expression, &ours))
                    return false;
                return sa_type_read(r, scope, ours ? call_positional(expression, 0) : object,
                                    ret_type);
            }
            if (str_eq(method, STR("as_mutable")) || str_eq(method, STR("evaluates_none")))
                return sa_type_read(
                    r, scope,
                    str_eq(method, STR("as_mutable")) ? call_positional(expression, 0) : object,
                    ret_type);
            if (on.kind == THING_UNKNOWN)
                return false;
        }
        if (!type_of_thing(r, scope, expression, python_resolve(r->tree, scope, function), &type))
            return false;
    } else {
        struct python_thing thing = python_resolve(r->tree, scope, expression);
        /* `Money = Numeric(10, 2)` above, then `Column(Money)`. */
        if (!ts_node_is_null(thing.node) &&
            ((thing.kind == THING_FOREIGN && str_ends(thing.dotted, STR("()"))) ||
             (thing.kind == THING_VALUE && node_is(thing.node, "call")))) {
            if (ts_node_eq(thing.node, expression))
                return false;
            return sa_type_read(r,
                                (struct python_scope){
                                    .file = thing.file, .body = thing.scope, .bound = thing.bound},
                                thing.node, ret_type);
        }
        if (!type_of_thing(r, scope, node_null(), thing, &type))
            return false;
    }
    *ret_type = type;
    return type.text.length > 0;
}

bool sa_type_read(struct sa_reader *r, struct python_scope scope, TSNode expression,
                  struct sa_type *ret_type)
{
    if (r->types == PYTHON_FOLLOW_MAX)
        return false;
    r->types++;
    bool read = read_type(r, scope, expression, ret_type);
    r->types--;
    return read;
}
