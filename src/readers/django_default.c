/* django_default.c -- what the database itself puts into a column: db_default=, GeneratedField. */
#include "readers/django.h"

/* django.db.models.functions and django.contrib.postgres.functions, without arguments */
static const struct {
    const char *called, *sql;
} functions[] = {{"Now", "statement_timestamp()"},
                 {"TransactionNow", "CURRENT_TIMESTAMP"},
                 {"RandomUUID", "gen_random_uuid()"},
                 {"Pi", "pi()"},
                 {"Random", "random()"}};

static void default_of(struct django_reader *r, const struct django_field *field,
                       const struct django_fields *fields, struct schema_column *column)
{
    struct python_scope in;
    TSNode node = python_call_keyword(r->tree, field->scope, field->call, "db_default", &in);
    struct python_constant value = python_constant(r->tree, in, node);

    if (ts_node_is_null(node))
        return;
    if (node_is(node, "call")) {
        struct str called = dotted_last(python_foreign(r->tree, in, node_field(node, "function")));
        for (size_t i = 0; i < COUNT_OF(functions); i++)
            if (str_eq(called, str_from(functions[i].called)))
                column->default_value = str_from(functions[i].sql);
        if (str_eq(called, STR("Value")))
            value = python_constant(r->tree, in, call_positional(node, 0));
        else if (!column->default_value.length &&
                 !django_expression(r, in, node, fields, &column->default_value))
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
        str_printf(r->arena, "GENERATED ALWAYS AS (" STR_FMT ")%s", STR_ARG(text),
                   django_word(r, field, "db_persist").kind == CONSTANT_FALSE ? "" : " STORED");
}

void django_default_read(struct django_reader *r, const struct django_field *field,
                         const struct django_fields *fields, struct schema_column *column)
{
    default_of(r, field, fields, column);
    generated_of(r, field, fields, column);
}
