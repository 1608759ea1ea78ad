/* django_translated.c -- django-parler: `translations = TranslatedFields(title=models.CharField(…))` is a table of its own.
 *
 * Source: django-parler 2.0 to 2.3, models.py (create_translations_model). Which constraint holds a language once differs between them and is
 * not said here.
 */
#include "readers/django.h"

static struct str table_of(struct django_reader *r, const struct django_model *model,
                           struct python_scope scope, TSNode call)
{
    TSNode meta = call_keyword(scope.file, call, "meta");

    if (ts_node_is_null(meta))
        meta = call_positional(call, 0);
    for (uint32_t i = 0; node_is(meta, "dictionary") && i < ts_node_named_child_count(meta); i++) {
        TSNode pair = ts_node_named_child(meta, i);
        if (node_is(pair, "pair") &&
            str_eq(python_constant(r->tree, scope, node_field(pair, "key")).text, STR("db_table")))
            return python_constant(r->tree, scope, node_field(pair, "value")).text;
    }
    return str_printf(r->arena, STR_FMT "_translation", STR_ARG(model->table));
}

static void own_columns(struct django_reader *r, const struct django_model *model,
                        struct schema_place place, struct schema_table *table)
{
    struct schema_column own[] = {
        {.name = STR("id"), .type = django_auto_type(r, model), .primary_key = true},
        {.name = STR("language_code"), .type = STR("VARCHAR(15)")},
        {.name = STR("master_id"), .nullable = true},
    };
    struct str label =
        str_printf(r->arena, STR_FMT "." STR_FMT, STR_ARG(model->app), STR_ARG(model->name));
    struct str key;

    if (django_key(r, label, 0, &own[2].type, &key))
        own[2].references =
            str_printf(r->arena, STR_FMT " (" STR_FMT ")", STR_ARG(model->table), STR_ARG(key));
    for (size_t i = 0; i < COUNT_OF(own); i++) {
        own[i].place = place;
        schema_column_put(r->arena, table, own[i]);
    }
}

static void add_translation(struct django_reader *r, const struct django_model *model,
                            struct python_scope scope, TSNode call)
{
    struct schema_place place = {.file = scope.file->path, .line = node_line(call)};
    struct schema_table *table =
        schema_table_add(r->arena, r->schema, table_of(r, model, scope, call), place);
    TSNode arguments = node_field(call, "arguments");
    struct django_fields fields = {0};

    own_columns(r, model, place, table);
    for (uint32_t i = 0; i < ts_node_named_child_count(arguments); i++) {
        TSNode word = ts_node_named_child(arguments, i);
        struct django_field field;
        if (node_is(word, "keyword_argument") &&
            django_field_made(r, scope, node_source(scope.file, node_field(word, "name")),
                              node_bare(node_field(word, "value")), &field) &&
            !field.many)
            VEC_PUSH(r->arena, &fields, field);
    }
    for (size_t i = 0; i < fields.count; i++)
        django_column_add(r, model, &fields.items[i], &fields, table);
    if (!call_has_splat(call))
        return;
    table->partial = true;
    schema_unread_add(r->arena, r->schema, place,
                      str_printf(r->arena, "the columns of table " STR_FMT, STR_ARG(table->name)),
                      python_whole(r->tree, scope, call));
}

void django_translation_tables(struct django_reader *r, const struct django_model *model)
{
    struct django_calls calls;

    django_calls_of(r, model, STR("parler.models.TranslatedFields"), &calls);
    for (size_t i = 0; i < calls.count; i++)
        add_translation(r, model, calls.items[i].scope, calls.items[i].call);
}
