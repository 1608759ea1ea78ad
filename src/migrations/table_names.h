/* table_names.h -- is the table that a migration names the one of a change? (inside migrations only)
 *
 * In:    a table as a migration writes it (users, app.users, "app"."users", shop.dbo.users), and a change of the models.
 * Out:   the same name in the same schema.
 * Fails: never.
 *
 * What a name without a schema means is said outside of it: by search_path, Rails' schema_search_path, OPTIONS of Django, the database that
 * a connection to MySQL is made to. So a name without one may be any table of that name, and of a model without one "public", "dbo" and
 * "main" are as good as none (PostgreSQL's, SQL Server's, SQLite's own). Two that are written and differ are two tables.
 * That leaves a model without a schema and a migration with one, "archive.users", or the other way round: with `usual_schema` (models.h says
 * when) it is another table, else it may be that of the model.
 */
#ifndef HOOKCHECK_MIGRATIONS_TABLE_NAMES_H
#define HOOKCHECK_MIGRATIONS_TABLE_NAMES_H

#include "schema/schema.h"

struct table_name {
    struct str schema, table; /* without their quotes; `schema` empty: none */
};

struct table_name table_name_of(struct str written);
bool table_is_of(struct str written, const struct schema_change *change);
/* A schema written apart from the name (schema="archive"; empty: none). */
bool schema_is_of(struct str schema, const struct schema_change *change);
/* `text` names the table of the change as a word, and never but in another schema. */
bool table_is_elsewhere(struct str text, const struct schema_change *change);

#endif
