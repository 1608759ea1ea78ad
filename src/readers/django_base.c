/* django_base.c -- what the abstract models of django.contrib.auth bring to a model made from them.
 *
 * Source: Django 3.2 to 5.2, contrib/auth/base_user.py and contrib/auth/models.py.
 */
#include "readers/django.h"

enum { BASE_USER = 1, PERMISSIONS = 2, USER = 4 };

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
};

static int parts_of(struct str dotted)
{
    struct str name = dotted_last(dotted);

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
