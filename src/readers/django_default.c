/* django_default.c -- what the database itself puts into a column: db_default=, GeneratedField. */
#include "readers/django.h"

static void default_of(struct django_reader *r, const struct django_field *field,
                       struct schema_column *column)
{
    struct python_scope in;
    TSNode node = python_call_keyword(r->tree, field->scope, field->call, "db_default", &in);
    struct python_constant value = python_constant(r->tree, in, node);

    if (ts_node_is_null(node))
        return;
    if (node_is(node, "call")) {
        struct str called = python_foreign(r->tree, in, node_field(node, "function"));
        if (str_eq(dotted_last(called), STR("Now")))
            column->default_value = STR("statement_timestamp()");
        else if (str_eq(dotted_last(called), STR("Value")))
            value = python_constant(r->tree, in, call_positional(node, 0));
        else
            column->unread_default = true;
    }
    if (value.kind == CONSTANT_STRING) {
        struct strs parts = {0};
        for (struct str rest = value.text; rest.length;)
            VEC_PUSH(r->arena, &parts, str_cut(&rest, '\''));
        column->default_value =
            str_printf(r->arena, "'" STR_FMT "'",
                       STR_ARG(str_join(r->arena, parts.items, parts.count, STR("''"))));
    } else if (value.kind == CONSTANT_NUMBER) {
        column->default_value = value.text;
    } else if (value.kind == CONSTANT_TRUE || value.kind == CONSTANT_FALSE) {
        column->default_value = value.kind == CONSTANT_TRUE ? STR("true") : STR("false");
    } else if (!column->default_value.length) {
        column->unread_default = true;
    }
}

/* GeneratedField(expression=F("price") * F("quantity"), …) */
static void generated_of(struct django_reader *r, const struct django_field *field,
                         const struct django_fields *fields, struct schema_column *column)
{
    struct python_scope in;
    TSNode node = python_call_keyword(r->tree, field->scope, field->call, "expression", &in);
    struct str text;

    if (ts_node_is_null(node) || !str_eq(field->kind, STR("GeneratedField")))
        return;
    if (!django_expression(r, in, node, fields, &text))
        text = node_source(in.file, node);
    column->default_value =
        str_printf(r->arena, "GENERATED ALWAYS AS (" STR_FMT ") STORED", STR_ARG(text));
}

void django_default_read(struct django_reader *r, const struct django_field *field,
                         const struct django_fields *fields, struct schema_column *column)
{
    default_of(r, field, column);
    generated_of(r, field, fields, column);
}
