#include "migrations/cover.h"
#include "migrations/covering.h"
#include "migrations/table_names.h"

/* A line that says `key` says the schema behind it. */
static bool says_behind(struct str text, struct str key, struct str schema)
{
    for (size_t at = 0, found; (found = str_find(str_from_offset(text, at), key)) != SIZE_MAX;) {
        at += found + key.length;
        struct str line = str_from_offset(text, at);
        size_t end = str_find_byte(line, '\n');
        if (text_has_word(end == SIZE_MAX ? line : str_prefix(line, end), schema))
            return true;
    }
    return false;
}

/* "SET search_path TO app", "USE app"; in settings also "searchPath: ['app']", "?currentSchema=app"… */
static bool says_searched(struct str text, bool settings, struct str schema)
{
    static const char *const keys[] = {
        "search_path",    "USE ",           "searchPath", "currentSchema", "defaultSchema",
        "default_schema", "default-schema", "schemas=",   "schema=",       "schema:"};

    for (size_t k = 0; k < (settings ? COUNT_OF(keys) : 2); k++)
        if (says_behind(text, str_from(keys[k]), schema))
            return true;
    return false;
}

static bool is_searched(struct covering *c, const struct schema_change *change, struct str schema)
{
    struct str text;

    for (size_t i = 0; i < c->settings.count; i++)
        if (!covering_is_foreign(c, c->settings.items[i], change) &&
            covering_read(c, c->settings.items[i], &text) && says_searched(text, true, schema))
            return true;
    for (size_t i = 0; i < c->files.count; i++)
        if (!covering_file_is_foreign(c, &c->files.items[i], change) &&
            covering_read(c, c->files.items[i].path, &text) && says_searched(text, false, schema))
            return true;
    return false;
}

struct mentions {
    bool usual, usual_made; /* without a schema, or in the usual one */
    bool other, other_made; /* in another */
    bool mysql;             /* `shop`.`users`: a database, mostly that of the connection */
    struct strs schemas;
};

static void count_mentions(struct covering *c, const struct file_steps *file,
                           const struct schema_change *change, struct mentions *m)
{
    struct schema_change usual = *change;
    struct str table = table_name_of(change->table).table, text;

    usual.table = table;
    usual.usual_schema = true;
    for (size_t i = 0; i < file->steps.count; i++) {
        const struct step *step = &file->steps.items[i];
        struct table_name name = table_name_of(step->table);
        bool makes = step->kind == STEP_ADD_TABLE;
        if (!step->table.length || !str_eq(name.table, table))
            continue;
        if (table_is_of(step->table, &usual)) {
            m->usual = true;
            m->usual_made = m->usual_made || makes;
            continue;
        }
        m->other = true;
        m->other_made = m->other_made || makes;
        strs_add(c->arena, &m->schemas, name.schema);
        m->mysql = m->mysql || (covering_read(c, file->path, &text) &&
                                str_contains(text, STR("`")) && str_ends(file->path, STR(".sql")));
    }
}

/* A set that names a table with a schema and without one knows two of them. Not so: all its migrations write "app.users" for what the models
 * call "users", because the connection looks there; settings or migrations say so; MySQL's database before the name, which Workbench and
 * mysqldump write, unless the set makes both. */
bool covering_tells_schemas_apart(struct covering *c, const struct schema_change *change)
{
    struct str own = table_name_of(change->table).schema;
    struct mentions m = {0};

    if (!change->table.length)
        return false;
    for (size_t i = 0; i < c->files.count; i++)
        if (!covering_file_is_foreign(c, &c->files.items[i], change))
            count_mentions(c, &c->files.items[i], change, &m);
    if (!m.usual || !m.other || (m.mysql && !(m.usual_made && m.other_made)))
        return false;
    /* The other way round: a table of that name is made without a schema, and is not the model's. */
    if (own.length && !(m.usual_made && strs_have(&m.schemas, own)))
        return false;
    for (size_t i = 0; i < m.schemas.count; i++)
        if (is_searched(c, change, m.schemas.items[i]))
            return false;
    return true;
}

bool models_usual_schemas(struct arena *arena, const struct config *config, struct tree *tree,
                          const struct config_migrations_list *sets, struct schema_changes *changes,
                          struct err *e)
{
    COVERING(c, arena, tree);
    struct strs none = {0};

    c.config = config;
    c.sets = sets;
    if (!covering_begin(&c, &none, e))
        return false;
    for (size_t i = 0; i < changes->count; i++)
        changes->items[i].usual_schema = covering_tells_schemas_apart(&c, &changes->items[i]);
    return true;
}
