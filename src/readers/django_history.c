/* django_history.c -- django-simple-history: `history = HistoricalRecords()` makes a table beside the model's own.
 *
 * Source: django-simple-history 3.1 to 3.7, models.py.
 */
#include "readers/django.h"

static bool is_excluded(struct django_reader *r, struct python_scope scope, TSNode call,
                        struct str name)
{
    TSNode list = call_keyword(scope.file, call, "excluded_fields");

    for (uint32_t i = 0; !ts_node_is_null(list) && i < ts_node_named_child_count(list); i++)
        if (str_eq(python_constant(r->tree, scope, ts_node_named_child(list, i)).text, name))
            return true;
    return false;
}

static const struct django_field *field_of(const struct django_fields *fields, struct str column)
{
    for (size_t i = 0; i < fields->count; i++)
        if (str_eq(fields->items[i].column, column))
            return &fields->items[i];
    return NULL;
}

static void history_table(struct django_reader *r, const struct django_model *model,
                          const struct django_fields *fields, const struct schema_columns *tracked,
                          struct python_scope scope, TSNode call)
{
    struct python_constant given =
        python_constant(r->tree, scope, call_keyword(scope.file, call, "table_name"));
    struct schema_place place = {.file = scope.file->path, .line = node_line(call)};
    struct schema_column own[] = {
        {.name = STR("history_id"), .type = STR("INTEGER"), .primary_key = true},
        {.name = STR("history_date"), .type = STR("TIMESTAMP WITH TIME ZONE")},
        {.name = STR("history_change_reason"), .type = STR("VARCHAR(100)"), .nullable = true},
        {.name = STR("history_type"), .type = STR("VARCHAR(1)")},
        {.name = STR("history_user_id"), .nullable = true},
    };
    struct str ignored;
    struct schema_table *table = schema_table_add(
        r->arena, r->schema,
        given.kind == CONSTANT_STRING
            ? given.text
            : str_printf(r->arena, STR_FMT "_historical" STR_FMT, STR_ARG(model->app),
                         STR_ARG(str_lower(r->arena, model->name))),
        place);

    (void)django_key(r, r->user_model, 0, &own[4].type, &ignored);
    for (size_t i = 0; i < tracked->count; i++) {
        struct schema_column column = tracked->items[i];
        const struct django_field *field = field_of(fields, column.name);
        if (field && is_excluded(r, scope, call, field->name))
            continue;
        column.nullable = column.nullable || (field && field->relation);
        column.primary_key = column.unique = false; /* db_index=True instead */
        column.references = STR_NONE;               /* db_constraint=False */
        schema_column_put(r->arena, table, column);
    }
    for (size_t i = 0; i < COUNT_OF(own); i++) {
        own[i].place = place;
        schema_column_put(r->arena, table, own[i]);
    }
}

void django_calls_of(struct django_reader *r, const struct django_model *model, struct str called,
                     struct django_calls *ret_calls)
{
    struct python_bindings bindings;

    *ret_calls = (struct django_calls){0};
    for (size_t i = 0; i < model->order_count; i++) {
        struct python_scope scope = django_class_scope(model, i);
        python_body_bindings(r->tree, scope.file, scope.body, &bindings);
        for (size_t j = 0; j < bindings.count; j++) {
            TSNode call = node_bare(bindings.items[j].node);
            if (bindings.items[j].kind == BINDING_VALUE && node_is(call, "call") &&
                str_eq(python_foreign(r->tree, scope, node_field(call, "function")), called))
                VEC_PUSH(r->arena, ret_calls,
                         (struct django_call){.scope = scope, .call = call, .own = i == 0});
        }
    }
}

void django_history_tables(struct django_reader *r, const struct django_model *model,
                           const struct django_fields *fields, const struct schema_table *table)
{
    const struct schema_columns tracked = table->columns; /* adding a table may move this one */
    struct django_calls calls;

    django_calls_of(r, model, STR("simple_history.models.HistoricalRecords"), &calls);
    for (size_t i = 0; i < calls.count; i++) {
        const struct django_call *at = &calls.items[i];
        if (at->own || node_is(call_keyword(at->scope.file, at->call, "inherit"), "true"))
            history_table(r, model, fields, &tracked, at->scope, at->call);
    }
}
