/* sqlalchemy_attribute.c -- an attribute of a mapped class: is it a column, and which? */
#include "readers/sqlalchemy.h"

#define FUNCTIONS_MAX 4u

TSNode sa_returned(TSNode function)
{
    TSNode body = node_field(function, "body");

    for (uint32_t i = 0; !ts_node_is_null(body) && i < ts_node_named_child_count(body); i++) {
        TSNode statement = ts_node_named_child(body, i);
        if (node_is(statement, "return_statement") && ts_node_named_child_count(statement))
            return node_bare(ts_node_named_child(statement, 0));
        if (!node_is(statement, "expression_statement") && !node_is(statement, "comment") &&
            !node_is(statement, "import_statement") && !node_is(statement, "import_from_statement"))
            break;
    }
    return node_null();
}

/* What an attribute's value is: a column, something of the mapper's that is none, or nothing we know. */
enum value_kind {
    VALUE_OTHER,
    VALUE_COLUMN,
    VALUE_PARTIAL,
    VALUE_FIELD,
    VALUE_COMPOSITE,
    VALUE_NOT_A_COLUMN,
    VALUE_UNREADABLE
};

static bool is_mapper_word(struct str called)
{
    static const char *const words[] = {
        "relationship",   "backref",         "column_property",   "synonym",
        "dynamic_loader", "hybrid_property", "association_proxy", "query_expression",
        "Relationship",   "validates",       "object_session",    "ColumnCollection"};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (sa_is(called, words[i]))
            return true;
    return false;
}

static enum value_kind value_kind(struct sa_reader *r, struct python_scope *scope, TSNode *value,
                                  size_t depth);

/* field(metadata={"sa": Column(…)}) of a dataclass, {"sa": lambda: Column(…)} of a mixin. */
static enum value_kind dataclass_field(struct sa_reader *r, struct python_scope *scope,
                                       TSNode *value, size_t depth)
{
    TSNode metadata = node_bare(call_keyword(scope->file, *value, "metadata"));

    for (uint32_t i = 0; depth < FUNCTIONS_MAX && node_is(metadata, "dictionary") &&
                         i < ts_node_named_child_count(metadata);
         i++) {
        TSNode inner = node_field(ts_node_named_child(metadata, i), "value");
        struct python_scope in = *scope;
        if (node_is(inner, "lambda"))
            inner = node_field(inner, "body");
        enum value_kind kind = value_kind(r, &in, &inner, depth + 1);
        if (kind == VALUE_OTHER)
            continue;
        *scope = in;
        *value = inner;
        return kind;
    }
    return VALUE_OTHER;
}

/* partial(Column, …), partial(mapped_column, …) */
static bool makes_columns(struct sa_reader *r, struct python_thing partial)
{
    struct python_scope scope = {.file = partial.file, .body = partial.scope};
    struct str first = partial.file && node_is(partial.node, "call")
                           ? python_foreign(r->tree, scope, call_positional(partial.node, 0))
                           : STR_NONE;

    return sa_is(first, "Column") || sa_is(first, "mapped_column");
}

static enum value_kind value_kind(struct sa_reader *r, struct python_scope *scope, TSNode *value,
                                  size_t depth)
{
    *value = node_bare(*value);
    if (ts_node_is_null(*value))
        return VALUE_OTHER;
    if (!node_is(*value, "call")) {
        struct python_thing thing = python_resolve(r->tree, *scope, *value);
        if (depth < FUNCTIONS_MAX && thing.file && node_is(thing.node, "call") &&
            !ts_node_eq(thing.node, *value)) {
            *scope = (struct python_scope){.file = thing.file,
                                           .body = thing.scope,
                                           .class_name = scope->class_name,
                                           .bound = thing.bound,
                                           .table_name = scope->table_name,
                                           .class = scope->class};
            *value = thing.node;
            return value_kind(r, scope, value, depth + 1);
        }
        return VALUE_OTHER;
    }
    struct python_thing function = python_resolve(r->tree, *scope, node_field(*value, "function"));
    struct str called = function.kind == THING_FOREIGN ? function.dotted : STR_NONE;
    if (sa_is(called, "Column") || sa_is(called, "mapped_column"))
        return VALUE_COLUMN;
    if (sa_is(called, "Field") && str_starts(called, STR("sqlmodel")))
        return VALUE_FIELD;
    if (sa_is(called, "deferred") || sa_is(called, "column_property")) {
        TSNode inner = call_positional(*value, 0);
        struct python_scope in = *scope;
        if (depth < FUNCTIONS_MAX && node_is(inner, "call") &&
            value_kind(r, &in, &inner, depth + 1) == VALUE_COLUMN) {
            *value = inner;
            return VALUE_COLUMN;
        }
        return VALUE_NOT_A_COLUMN;
    }
    if (is_mapper_word(called))
        return VALUE_NOT_A_COLUMN;
    if (sa_is(called, "composite"))
        return VALUE_COMPOSITE;
    if (str_eq(called, STR("dataclasses.field")))
        return dataclass_field(r, scope, value, depth);
    bool lambda = function.kind == THING_VALUE && node_is(function.node, "lambda");
    if ((function.kind == THING_FUNCTION || lambda) && depth < FUNCTIONS_MAX) {
        struct python_scope in = {
            .file = function.file, .class_name = scope->class_name, .class = scope->class};
        TSNode inner = python_call_returned(function);
        bool entered = python_call_enter(r->tree, *scope, *value, function, &in);
        enum value_kind kind =
            ts_node_is_null(inner) ? VALUE_OTHER : value_kind(r, &in, &inner, depth + 1);
        bool column = kind == VALUE_COLUMN || kind == VALUE_PARTIAL || kind == VALUE_FIELD;
        if (column && entered) {
            *scope = in;
            *value = inner;
            return kind;
        }
        if (column || (kind == VALUE_OTHER &&
                       str_contains(node_source(function.file, function.node), STR("olumn("))))
            return VALUE_UNREADABLE;
    }
    if (sa_is(called, "partial()"))
        return makes_columns(r, function) ? VALUE_PARTIAL : VALUE_UNREADABLE;
    /* db made where we cannot see it. */
    struct str source = node_source(scope->file, node_field(*value, "function"));
    if (!called.length &&
        (str_ends(source, STR("db.Column")) || str_ends(source, STR(".mapped_column"))))
        return VALUE_UNREADABLE;
    return VALUE_OTHER;
}

/* Mapped[X] → X; null when the annotation says something else. */
static TSNode mapped_inner(struct sa_reader *r, struct python_scope scope, TSNode annotation,
                           bool *ret_relationship)
{
    TSNode node = annotation;

    *ret_relationship = false;
    while (node_is(node, "type"))
        node = ts_node_named_child(node, 0);
    if (!node_is(node, "generic_type") && !node_is(node, "subscript"))
        return node_null();
    struct str head = python_foreign(r->tree, scope, ts_node_named_child(node, 0));
    if (sa_is(head, "DynamicMapped") || sa_is(head, "WriteOnlyMapped") ||
        sa_is(head, "Relationship"))
        *ret_relationship = true;
    if (!sa_is(head, "Mapped"))
        return node_null();
    TSNode holder = node_is(node, "generic_type") ? ts_node_named_child(node, 1) : node;
    return ts_node_named_child(holder, node_is(node, "subscript") ? 1 : 0);
}

/* ForeignKey("users.id"), Identity(): what stands behind a type. */
static bool follows_type(struct sa_reader *r, struct python_scope scope, TSNode node)
{
    static const char *const words[] = {"ForeignKey", "Identity", "Computed", "Sequence",
                                        "CheckConstraint"};
    struct str called = node_is(node, "call")
                            ? python_foreign(r->tree, scope, node_field(node, "function"))
                            : STR_NONE;

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (sa_is(called, words[i]))
            return true;
    return false;
}

/* The name of a column of which no more can be read; empty: not even that. Column(EmailType), mapped_column("mail", EmailType) say it,
 * Column(NAME, EmailType), Column(**options) and a function of the project that is handed words may not. */
static struct str sure_name(struct sa_reader *r, const struct sa_attribute *attribute,
                            struct python_scope scope, TSNode call)
{
    if (!node_is(call, "call"))
        return STR_NONE;
    TSNode keyword = call_keyword(scope.file, call, "name"), first = call_positional(call, 0);
    size_t count = call_positional_count(call);

    if (!ts_node_is_null(keyword))
        return python_constant(r->tree, scope, keyword).text;
    if (call_has_splat(call))
        return STR_NONE;
    struct python_constant text = python_constant(r->tree, scope, first);
    if (count && text.kind == CONSTANT_STRING)
        return python_resolve(r->tree, scope, node_field(call, "function")).kind == THING_FUNCTION
                   ? STR_NONE
                   : text.text;
    return count < 2 || node_is(first, "call") || follows_type(r, scope, call_positional(call, 1))
               ? attribute->name
               : STR_NONE;
}

/* `name` is empty when even the name cannot be told. */
void sa_attribute_unread(struct sa_reader *r, const struct sa_attribute *attribute,
                         struct schema_table *table, TSNode at, struct str name)
{
    struct str source = python_whole(r->tree, attribute->scope, at);

    /* rate: condecimal(…) = Field(default=0): the value does not say it. */
    if (!ts_node_is_null(attribute->annotation) && !ts_node_eq(attribute->annotation, at))
        source =
            str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(source),
                       STR_ARG(python_whole(r->tree, attribute->scope, attribute->annotation)));
    schema_unread_add(r->arena, r->schema, sa_place(attribute->scope.file, at),
                      str_printf(r->arena, "column " STR_FMT "." STR_FMT, STR_ARG(table->name),
                                 STR_ARG(attribute->name)),
                      source);
    schema_column_put(r->arena, table,
                      (struct schema_column){.name = name.length ? name : attribute->name,
                                             .unread = true,
                                             .named = name.length > 0,
                                             .place = sa_place(attribute->scope.file, at)});
}

/* mapped_column(use_existing_column=True), and a class above has it. */
static bool is_there(struct sa_reader *r, const struct sa_attribute *attribute,
                     struct python_scope scope, TSNode value, const struct schema_table *table)
{
    if (!node_is(value, "call") ||
        !node_is(call_keyword(scope.file, value, "use_existing_column"), "true"))
        return false;
    struct python_constant name = python_constant(r->tree, scope, call_positional(value, 0));
    return schema_column_named(table, name.kind == CONSTANT_STRING ? name.text : attribute->name);
}

/* `partial`: what has made the call's function; NULL: nothing. */
static void read_column(struct sa_reader *r, const struct sa_class *class,
                        const struct sa_attribute *attribute, struct python_scope scope,
                        TSNode value, TSNode inner, struct schema_table *table,
                        const struct python_thing *partial)
{
    TSNode at = ts_node_is_null(attribute->value) ? attribute->annotation : attribute->value;
    struct python_file *file =
        attribute->place_file ? attribute->place_file : attribute->scope.file;
    struct sa_column column = {.column = {.nullable = true, .place = sa_place(file, at)}};
    bool optional = false, read = true;

    if (is_there(r, attribute, scope, value, table))
        return;
    /* Facts of Annotated first: the column's own words come later and win. */
    if (!ts_node_is_null(inner)) {
        struct sa_type type = {0};
        bool typed =
            sa_annotation_read(r, class, attribute->scope, inner, &type, &optional, &column);
        if (typed && !column.has_type)
            column.type = type;
    }
    if (!ts_node_is_null(value)) {
        bool had = column.has_type;
        column.has_type = false;
        struct sa_type before = column.type;
        read = (!partial || sa_partial_read(r, *partial, &column)) &&
               sa_column_read(r, class, scope, value, &column);
        if (!column.has_type)
            column.type = before;
        column.has_type = column.has_type || had;
    }
    if (!read) {
        sa_attribute_unread(r, attribute, table, at, sure_name(r, attribute, scope, value));
        return;
    }
    if (column.skip)
        return;
    if (!ts_node_is_null(inner) && !column.has_nullable) {
        column.column.nullable = optional;
        column.has_nullable = true;
    }
    /* A foreign key's type comes from its target unless one is written; Mapped[X] writes none. */
    if (column.target.length && !column.has_type) {
        column.annotated = column.type.text;
        column.type = (struct sa_type){0};
    }
    if (!column.column.name.length)
        column.column.name = attribute->name;
    sa_column_add(r, class, table, &column, attribute->scope, at);
}

static void read_field(struct sa_reader *r, const struct sa_class *class,
                       const struct sa_attribute *attribute, struct python_scope scope,
                       TSNode value, struct schema_table *table)
{
    TSNode at = ts_node_is_null(attribute->value) ? attribute->annotation : attribute->value;
    struct sa_column column = {
        .column = {.nullable = true, .place = sa_place(attribute->scope.file, at)}};

    if (!sa_field_read(r, class, attribute, scope, value, &column)) {
        TSNode made =
            node_is(value, "call") ? call_keyword(scope.file, value, "sa_column") : node_null();
        sa_attribute_unread(r, attribute, table, at,
                            ts_node_is_null(made) ? attribute->name
                                                  : sure_name(r, attribute, scope, made));
        return;
    }
    if (column.skip)
        return;
    if (!column.column.name.length)
        column.column.name = attribute->name;
    sa_column_add(r, class, table, &column, attribute->scope, at);
}

/* The N-th value that a class is made of: an annotated field of a dataclass, else a parameter of its __init__. */
static TSNode part_of_class(struct sa_reader *r, struct python_thing class, size_t index,
                            struct str *ret_name)
{
    TSNode body = node_field(class.node, "body");
    const struct python_binding *init =
        python_binding_in(r->tree, class.file, body, STR("__init__"));

    for (uint32_t i = 0; i < ts_node_named_child_count(body); i++) {
        TSNode field = ts_node_named_child(ts_node_named_child(body, i), 0);
        if (!node_is(field, "assignment") || ts_node_is_null(node_field(field, "type")) ||
            index-- > 0)
            continue;
        *ret_name = node_source(class.file, node_field(field, "left"));
        return node_field(field, "type");
    }
    TSNode parameters =
        init && init->kind == BINDING_FUNCTION
            ? ts_node_named_child(node_field(init->node, "parameters"), (uint32_t)index + 1)
            : node_null();
    if (!node_is(parameters, "typed_parameter"))
        return node_null();
    *ret_name = node_source(class.file, ts_node_named_child(parameters, 0));
    return node_field(parameters, "type");
}

/* composite(Point, mapped_column("x"), mapped_column("y")), start: Mapped[Point] = composite(mapped_column("x"), …) */
static void read_composite(struct sa_reader *r, const struct sa_class *class,
                           const struct sa_attribute *attribute, struct python_scope scope,
                           TSNode call, TSNode inner, struct schema_table *table)
{
    size_t count = call_positional_count(call), at = 0;
    struct python_thing made = python_resolve(r->tree, attribute->scope, inner);

    if (count && !node_is(call_positional(call, 0), "call")) {
        struct python_thing first = python_resolve(r->tree, scope, call_positional(call, 0));
        if (first.kind == THING_CLASS || ts_node_is_null(inner)) {
            made = first;
            at = 1;
        }
    }
    for (size_t i = at; i < count; i++) {
        TSNode argument = call_positional(call, i);
        struct sa_attribute part = *attribute;
        TSNode type =
            made.kind == THING_CLASS ? part_of_class(r, made, i - at, &part.name) : node_null();
        if (!node_is(argument, "call"))
            continue; /* the name of a column that stands elsewhere */
        part.value = argument;
        if (made.kind == THING_CLASS)
            part.scope = (struct python_scope){.file = made.file};
        part.place_file = scope.file;
        read_column(r, class, &part, scope, argument, type, table, NULL);
    }
    if (count == at && made.kind == THING_CLASS) {
        /* composite() alone: a column for each field. */
        struct sa_attribute part = *attribute;
        for (size_t i = 0;; i++) {
            TSNode type = part_of_class(r, made, i, &part.name);
            if (ts_node_is_null(type))
                break;
            part.scope = (struct python_scope){.file = made.file};
            part.place_file = scope.file;
            read_column(r, class, &part, scope, node_null(), type, table, NULL);
        }
    } else if (count == at) {
        sa_attribute_unread(r, attribute, table, attribute->value, STR_NONE);
    }
}

void sa_attribute_read(struct sa_reader *r, const struct sa_class *class,
                       const struct sa_attribute *attribute, struct schema_table *table)
{
    struct python_scope scope = attribute->scope;
    TSNode value = attribute->value;
    bool relationship;
    TSNode inner = mapped_inner(r, scope, attribute->annotation, &relationship);
    enum value_kind kind = value_kind(r, &scope, &value, 0);

    if (relationship || kind == VALUE_NOT_A_COLUMN)
        return;
    if (kind == VALUE_UNREADABLE)
        sa_attribute_unread(r, attribute, table, attribute->value,
                            sure_name(r, attribute, scope, value));
    else if (kind == VALUE_COMPOSITE)
        read_composite(r, class, attribute, scope, value, inner, table);
    else if (kind == VALUE_COLUMN)
        read_column(r, class, attribute, scope, value, inner, table, NULL);
    else if (kind == VALUE_PARTIAL) {
        struct python_thing partial = python_resolve(r->tree, scope, node_field(value, "function"));
        read_column(r, class, attribute, scope, value, inner, table, &partial);
    } else if (class->sqlmodel && !ts_node_is_null(attribute->annotation) &&
               ts_node_is_null(inner) && !attribute->method)
        read_field(r, class, attribute, scope, kind == VALUE_FIELD ? value : node_null(), table);
    else if (!ts_node_is_null(inner) && !attribute->method)
        read_column(r, class, attribute, scope, node_null(), inner, table, NULL);
}
