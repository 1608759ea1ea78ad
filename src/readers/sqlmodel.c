#include "readers/sqlalchemy.h"

static bool annotation_is_relationship(struct sa_reader *r, struct python_scope scope,
                                       TSNode annotation)
{
    TSNode node = annotation;

    while (node_is(node, "type"))
        node = ts_node_named_child(node, 0);
    if (!node_is(node, "generic_type") && !node_is(node, "subscript"))
        return false;
    struct str head = python_foreign(r->tree, scope, ts_node_named_child(node, 0));
    return sa_is(head, "ClassVar");
}

static struct str number_of(struct sa_reader *r, struct python_scope scope, TSNode call,
                            const char *name)
{
    struct sa_argument given = sa_keyword(r, scope, call, name);
    struct python_constant value = python_constant(r->tree, given.scope, given.node);

    return value.kind == CONSTANT_NUMBER ? value.text : STR_NONE;
}

static bool has_value(struct sa_reader *r, struct sa_argument given)
{
    return !ts_node_is_null(given.node) &&
           python_constant(r->tree, given.scope, given.node).kind != CONSTANT_NONE;
}

static bool sized(struct sa_reader *r, struct python_scope scope, TSNode call, struct sa_type *type)
{
    struct str length = number_of(r, scope, call, "max_length");
    struct str digits = number_of(r, scope, call, "max_digits");
    struct str places = number_of(r, scope, call, "decimal_places");

    if (!length.length && has_value(r, sa_keyword(r, scope, call, "max_length")))
        return false;
    if (length.length && str_eq(type->text, STR("VARCHAR")))
        type->text = str_printf(r->arena, "VARCHAR(" STR_FMT ")", STR_ARG(length));
    if (digits.length && str_eq(type->text, STR("NUMERIC")))
        type->text = places.length ? str_printf(r->arena, "NUMERIC(" STR_FMT ", " STR_FMT ")",
                                                STR_ARG(digits), STR_ARG(places))
                                   : str_printf(r->arena, "NUMERIC(" STR_FMT ")", STR_ARG(digits));
    return true;
}

static bool sa_column_of_field(struct sa_reader *r, const struct sa_class *class,
                               struct python_scope scope, TSNode value, struct sa_column *column,
                               bool *ret_done)
{
    struct sa_argument made = sa_keyword(r, scope, value, "sa_column");

    *ret_done = false;
    if (!has_value(r, made))
        return true;
    *ret_done = true;
    return node_is(made.node, "call") &&
           sa_is(python_foreign(r->tree, made.scope, node_field(made.node, "function")),
                 "Column") &&
           sa_column_read(r, class, made.scope, made.node, column);
}

/* sa_column_kwargs={"server_default": text("now()"), "name": "x"} */
static bool read_extra(struct sa_reader *r, struct python_scope outer, TSNode value,
                       struct sa_column *column)
{
    struct sa_argument given = sa_keyword(r, outer, value, "sa_column_kwargs");
    struct python_scope scope = given.scope;
    TSNode map = given.node;

    if (!has_value(r, given))
        return true;
    if (!node_is(map, "dictionary"))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(map); i++) {
        TSNode pair = ts_node_named_child(map, i), item = node_field(pair, "value");
        struct str key = python_constant(r->tree, scope, node_field(pair, "key")).text;
        bool string;
        if (str_eq(key, STR("name")))
            column->column.name = python_constant(r->tree, scope, item).text;
        else if (str_eq(key, STR("unique")))
            column->column.unique = node_is(item, "true");
        else if (str_eq(key, STR("index")))
            column->index = node_is(item, "true");
        else if (str_eq(key, STR("nullable")))
            column->column.nullable = node_is(item, "true");
        else if (str_eq(key, STR("server_default"))) {
            struct str text;
            if (!sa_default_read(r, scope, item, &text, &string))
                column->column.unread_default = true;
            else if (string && (str_eq(column->type.text, STR("BOOLEAN")) ||
                                str_starts(column->type.text, STR("INTEGER"))))
                column->column.default_value = str_lower(r->arena, text);
            else
                column->column.default_value = string ? schema_quoted(r->arena, text) : text;
        }
    }
    return true;
}

static bool read_words(struct sa_reader *r, struct python_scope scope, TSNode value,
                       struct sa_column *column)
{
    struct sa_argument target = sa_keyword(r, scope, value, "foreign_key"),
                       nullable = sa_keyword(r, scope, value, "nullable");
    struct python_constant text = python_constant(r->tree, target.scope, target.node);
    bool plain = sa_flag(r, scope, value, "primary_key", SIZE_MAX, &column->column.primary_key) &&
                 sa_flag(r, scope, value, "unique", SIZE_MAX, &column->column.unique) &&
                 sa_flag(r, scope, value, "index", SIZE_MAX, &column->index);

    if (text.kind == CONSTANT_STRING)
        column->target = text.text;
    column->actions = sa_actions(r, scope, value);
    if (has_value(r, nullable)) {
        column->has_nullable = true;
        plain = sa_flag(r, scope, value, "nullable", SIZE_MAX, &column->column.nullable) && plain;
    }
    return plain;
}

/* Annotated[str, Field(index=True)] says what `= Field(index=True)` would. */
static TSNode annotated_field(struct sa_reader *r, struct python_scope scope, TSNode annotation)
{
    while (node_is(annotation, "type"))
        annotation = ts_node_named_child(annotation, 0);
    if ((!node_is(annotation, "generic_type") && !node_is(annotation, "subscript")) ||
        !sa_is(python_foreign(r->tree, scope, ts_node_named_child(annotation, 0)), "Annotated"))
        return node_null();
    TSNode holder =
        node_is(annotation, "generic_type") ? ts_node_named_child(annotation, 1) : annotation;
    for (uint32_t i = 0; i < ts_node_named_child_count(holder); i++) {
        TSNode part = ts_node_named_child(holder, i);
        while (node_is(part, "type"))
            part = ts_node_named_child(part, 0);
        if (node_is(part, "call") &&
            sa_is(python_foreign(r->tree, scope, node_field(part, "function")), "Field"))
            return part;
    }
    return node_null();
}

bool sa_field_read(struct sa_reader *r, const struct sa_class *class,
                   const struct sa_attribute *attribute, struct python_scope scope, TSNode value,
                   struct sa_column *ret_column)
{
    struct sa_column *column = ret_column;
    TSNode annotation = attribute->annotation;
    bool optional = false, done = false;

    if (annotation_is_relationship(r, attribute->scope, annotation)) {
        column->skip = true;
        return true;
    }
    if (ts_node_is_null(value)) {
        scope = attribute->scope;
        value = annotated_field(r, scope, annotation);
    }
    if (!ts_node_is_null(value)) {
        if (!sa_column_of_field(r, class, scope, value, column, &done))
            return false;
        if (done)
            return true;
        if (!read_words(r, scope, value, column))
            return false;
        struct sa_argument type = sa_keyword(r, scope, value, "sa_type");
        if (has_value(r, type)) {
            column->has_type = true;
            if (!sa_type_read(r, type.scope, type.node, &column->type))
                return false;
        }
    }
    struct sa_type type = {0};
    bool typed = sa_annotation_read(r, class, attribute->scope, annotation, &type, &optional, NULL);
    if (!column->has_type) {
        if (!typed)
            return false;
        column->type = type;
    }
    if (!column->has_nullable) {
        column->has_nullable = true;
        column->column.nullable = optional && !column->column.primary_key;
    }
    return ts_node_is_null(value) ||
           (sized(r, scope, value, &column->type) && read_extra(r, scope, value, column));
}
