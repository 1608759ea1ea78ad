/* django_base.c -- what the abstract models of django.contrib.auth and some packages bring to a model made from them.
 *
 * Source: Django 3.2 to 5.2, contrib/auth/base_user.py and contrib/auth/models.py; django-model-utils 5, models.py; django-extensions 3.2,
 * db/models.py; django-simple-history 3.7, models.py.
 */
#include "readers/django.h"

enum { BASE_USER = 1, PERMISSIONS = 2, USER = 4, TIMES = 8, TRANSLATABLE = 16 };

static const struct {
    int base;
    const char *name, *type;
    bool nullable, unique;
} columns[] = {
    {BASE_USER, "password", "VARCHAR(128)", false, false},
    {BASE_USER, "last_login", "TIMESTAMP WITH TIME ZONE", true, false},
    {PERMISSIONS, "is_superuser", "BOOLEAN", false, false},
    {USER, "username", "VARCHAR(150)", false, true},
    {USER, "first_name", "VARCHAR(150)", false, false},
    {USER, "last_name", "VARCHAR(150)", false, false},
    {USER, "email", "VARCHAR(254)", false, false},
    {USER, "is_staff", "BOOLEAN", false, false},
    {USER, "is_active", "BOOLEAN", false, false},
    {USER, "date_joined", "TIMESTAMP WITH TIME ZONE", false, false},
    {TIMES, "created", "TIMESTAMP WITH TIME ZONE", false, false},
    {TIMES, "modified", "TIMESTAMP WITH TIME ZONE", false, false},
};

static int parts_of(struct str dotted)
{
    struct str name = dotted_last(dotted);

    if (str_eq(name, STR("TimeStampedModel")) &&
        (str_starts(dotted, STR("model_utils.")) || str_starts(dotted, STR("django_extensions."))))
        return TIMES;
    if (str_eq(dotted, STR("parler.models.TranslatableModel")))
        return TRANSLATABLE; /* no columns: what it holds is in django_translated.c */
    if (!str_starts(dotted, STR("django.")))
        return 0;
    return str_eq(name, STR("AbstractUser"))       ? BASE_USER | PERMISSIONS | USER
           : str_eq(name, STR("AbstractBaseUser")) ? BASE_USER
           : str_eq(name, STR("PermissionsMixin")) ? PERMISSIONS
                                                   : 0;
}

/* `username = None` takes the field away, and so does any other value; a field of that name is read afterwards. */
static bool is_bound(struct django_reader *r, const struct django_model *model, struct str name)
{
    for (size_t i = 0; i < model->order_count; i++)
        if (python_binding_in(r->tree, model->order[i].file,
                              node_field(model->order[i].node, "body"), name))
            return true;
    return false;
}

bool django_base_columns(struct django_reader *r, const struct django_model *model,
                         struct str dotted, struct schema_table *table)
{
    int parts = parts_of(dotted);

    for (size_t i = 0; i < COUNT_OF(columns); i++)
        if ((columns[i].base & parts) && !is_bound(r, model, str_from(columns[i].name)))
            schema_column_put(r->arena, table,
                              (struct schema_column){.name = str_from(columns[i].name),
                                                     .type = str_from(columns[i].type),
                                                     .nullable = columns[i].nullable,
                                                     .unique = columns[i].unique,
                                                     .place = table->place});
    return parts != 0;
}

void django_base_tables(struct django_reader *r, const struct django_model *model,
                        struct str dotted)
{
    static const struct {
        const char *name, *target;
    } tables[] = {{"groups", "auth.Group"}, {"user_permissions", "auth.Permission"}};
    struct schema_place place = {.file = model->file->path, .line = node_line(model->node)};

    for (size_t i = 0; (parts_of(dotted) & PERMISSIONS) && i < COUNT_OF(tables); i++)
        if (!is_bound(r, model, str_from(tables[i].name)))
            django_many_table(
                r, model,
                str_printf(r->arena, STR_FMT "_%s", STR_ARG(model->table), tables[i].name),
                str_from(tables[i].target), place, dotted);
}

/* --- simple_history. --- */

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
        struct python_scope scope = {.file = model->order[i].file,
                                     .body = node_field(model->order[i].node, "body")};
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
