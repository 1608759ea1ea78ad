/* sqlalchemy_known.c -- columns that mixins of well-known packages bring.
 *
 * Source: oslo.db 4.0 to 17.0, oslo_db/sqlalchemy/models.py.
 */
#include "readers/sqlalchemy.h"

static const struct {
    const char *package, *base, *column, *type;
} rows[] = {
    {"oslo_db.", "TimestampMixin", "created_at", "TIMESTAMP WITHOUT TIME ZONE"},
    {"oslo_db.", "TimestampMixin", "updated_at", "TIMESTAMP WITHOUT TIME ZONE"},
    {"oslo_db.", "SoftDeleteMixin", "deleted_at", "TIMESTAMP WITHOUT TIME ZONE"},
    {"oslo_db.", "SoftDeleteMixin", "deleted", "INTEGER"},
    {"oslo_db.", "ModelBase", NULL, NULL},
};

static bool is_row(size_t i, struct str base)
{
    return str_starts(base, str_from(rows[i].package)) && sa_is(base, rows[i].base);
}

bool sa_is_known_base(struct str base)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (is_row(i, base))
            return true;
    return false;
}

void sa_known_columns(struct sa_reader *r, struct str base, struct schema_table *table,
                      struct schema_place place)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].column && is_row(i, base))
            schema_column_put(r->arena, table,
                              (struct schema_column){.name = str_from(rows[i].column),
                                                     .type = str_from(rows[i].type),
                                                     .nullable = true,
                                                     .place = place});
}
