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
    struct python_constant value =
        python_constant(r->tree, scope, call_keyword(scope.file, call, name));

    return value.kind == CONSTANT_NUMBER ? value.text : STR_NONE;
}

static bool sized(struct sa_reader *r, struct python_scope scope, TSNode call, struct sa_type *type)
{
    struct str length = number_of(r, scope, call, "max_length");
    struct str digits = number_of(r, scope, call, "max_digits");
    struct str places = number_of(r, scope, call, "decimal_places");

    if (!ts_node_is_null(call_keyword(scope.file, call, "max_length")) && !length.length)
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
    TSNode made = call_keyword(scope.file, value, "sa_column");

    *ret_done = false;
    if (ts_node_is_null(made) || node_is(made, "none"))
        return true;
    *ret_done = true;
    return node_is(made, "call") &&
           sa_is(python_foreign(r->tree, scope, node_field(made, "function")), "Column") &&
           sa_column_read(r, class, scope, made, column);
}

/* sa_column_kwargs={"server_default": text("now()"), "name": "x"} */
static bool read_extra(struct sa_reader *r, struct python_scope scope, TSNode value,
                       struct sa_column *column)
{
    TSNode map = call_keyword(scope.file, value, "sa_column_kwargs");

    if (ts_node_is_null(map) || node_is(map, "none"))
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
                column->column.default_value = string ? sql_quoted(r->arena, text) : text;
        }
    }
    return true;
}

static void read_words(struct sa_reader *r, struct python_scope scope, TSNode value,
                       struct sa_column *column)
{
    struct python_constant target =
        python_constant(r->tree, scope, call_keyword(scope.file, value, "foreign_key"));
    TSNode nullable = call_keyword(scope.file, value, "nullable");

    column->column.primary_key = node_is(call_keyword(scope.file, value, "primary_key"), "true");
    column->column.unique = node_is(call_keyword(scope.file, value, "unique"), "true");
    column->index = node_is(call_keyword(scope.file, value, "index"), "true");
    if (target.kind == CONSTANT_STRING)
        column->target = target.text;
    column->actions = sa_actions(r, scope, value);
    if (!ts_node_is_null(nullable)) {
        column->has_nullable = true;
        column->column.nullable = node_is(nullable, "true");
    }
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

bool sa_field_read(struct sa_reader *r, const struct sa_class *class, struct python_scope scope,
                   TSNode annotation, TSNode value, struct sa_column *ret_column)
{
    struct sa_column *column = ret_column;
    bool optional = false, done = false;

    if (annotation_is_relationship(r, scope, annotation)) {
        column->skip = true;
        return true;
    }
    if (ts_node_is_null(value))
        value = annotated_field(r, scope, annotation);
    if (!ts_node_is_null(value)) {
        if (!sa_column_of_field(r, class, scope, value, column, &done))
            return false;
        if (done)
            return true;
        read_words(r, scope, value, column);
        TSNode type = call_keyword(scope.file, value, "sa_type");
        if (!ts_node_is_null(type)) {
            column->has_type = true;
            if (!sa_type_read(r, scope, type, &column->type))
                return false;
        }
    }
    struct sa_type type = {0};
    bool typed = sa_annotation_read(r, class, scope, annotation, &type, &optional, NULL);
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
