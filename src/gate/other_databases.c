/* other_databases.c -- migrations/postgres and migrations/sqlite, PostgresMigrations and SqliteMigrations: an application that runs on either has a history for each, and the one that is asked has
 * its own alone. Databases that stand beside another one (ClickHouse, Snowflake…) are none of these. */
#include "base/file.h"
#include "gate/sets.h"

struct engine {
    struct str word, dbms;
};

static const struct engine engines[] = {{STR_INIT("postgres"), STR_INIT("postgresql")},
                                        {STR_INIT("postgresql"), STR_INIT("postgresql")},
                                        {STR_INIT("pgsql"), STR_INIT("postgresql")},
                                        {STR_INIT("pg"), STR_INIT("postgresql")},
                                        {STR_INIT("mysql"), STR_INIT("mysql")},
                                        {STR_INIT("mariadb"), STR_INIT("mysql")},
                                        {STR_INIT("sqlite"), STR_INIT("sqlite")},
                                        {STR_INIT("sqlite3"), STR_INIT("sqlite")},
                                        {STR_INIT("mssql"), STR_INIT("mssql")},
                                        {STR_INIT("sqlserver"), STR_INIT("mssql")},
                                        {STR_INIT("myxql"), STR_INIT("mysql")},
                                        {STR_INIT("exqlite"), STR_INIT("sqlite")},
                                        {STR_INIT("tds"), STR_INIT("mssql")},
                                        {STR_INIT("oracle"), STR_INIT("oracle")},
                                        {STR_INIT("h2"), STR_INIT("h2")}};

static bool is_separator(char byte)
{
    return byte == '-' || byte == '_' || byte == '.' || byte == ' ';
}

/* Between "sqlite" and "-migrations", "Sqlite" and "Migrations", "SQ" and "Lite". */
static bool is_boundary(struct str name, size_t at)
{
    if (at == 0 || at >= name.length || is_separator(name.bytes[at - 1]) ||
        is_separator(name.bytes[at]))
        return true;
    char before = name.bytes[at - 1], here = name.bytes[at];
    bool upper = here >= 'A' && here <= 'Z';
    return upper &&
           (!(before >= 'A' && before <= 'Z') ||
            (at + 1 < name.length && name.bytes[at + 1] >= 'a' && name.bytes[at + 1] <= 'z'));
}

/* Does the name of the database stand at this place, as words of their own? Its length there; 0: no. */
static size_t spelled_at(struct str name, size_t from, struct str word)
{
    size_t at = from, matched = 0;

    while (at < name.length && matched < word.length) {
        if (matched && is_separator(name.bytes[at])) {
            at++;
            continue;
        }
        if (!str_eq_nocase(str_slice(name, at, at + 1), str_slice(word, matched, matched + 1)))
            return 0;
        at++;
        matched++;
    }
    return matched == word.length && is_boundary(name, at) ? at - from : 0;
}

/* "SqliteMigrations", "mysql-migrations": the database, and the name with "*" for its own. */
static struct str engine_in(struct arena *arena, struct str name, struct str *ret_form)
{
    struct str found = STR("");
    size_t from = 0, length = 0;

    for (size_t at = 0; at < name.length; at++)
        for (size_t i = 0; is_boundary(name, at) && i < COUNT_OF(engines); i++) {
            size_t spelled = spelled_at(name, at, engines[i].word);
            if (spelled > length || (spelled && at > from)) {
                from = at;
                length = spelled;
                found = engines[i].dbms;
            }
        }
    if (length)
        *ret_form = str_printf(arena, STR_FMT "*" STR_FMT, STR_ARG(str_prefix(name, from)),
                               STR_ARG(str_from_offset(name, from + length)));
    return found;
}

/* The last part of the path with a database's name in it, its database, and the path with "*" for it; empty: none is. */
static struct str engine_of(struct arena *arena, struct str path, struct str *ret_form)
{
    struct str behind = STR(""), form;

    *ret_form = STR("");
    while (path.length) {
        struct str word = path_base_name(path);
        struct str dbms = engine_in(arena, word, &form);
        if (dbms.length) {
            *ret_form = path_below(arena, path_below(arena, path_parent(path), form), behind);
            return dbms;
        }
        behind = behind.length ? path_below(arena, word, behind) : word;
        path = path_parent(path);
    }
    return STR("");
}

static struct str directory_of(struct arena *arena, const struct config_migrations *set)
{
    struct str path = set->root;

    if (set->versions.count && !tree_path_join(arena, set->root, set->versions.items[0], &path))
        path = set->root;
    return path;
}

/* The set whose directory is called after the database that is asked, and is this one's otherwise; SIZE_MAX: none. */
static size_t counterpart(struct arena *arena, const struct config_migrations_list *all, size_t of,
                          struct str form, struct str dbms)
{
    for (size_t i = 0; i < all->count; i++) {
        struct str other;
        if (i != of && str_eq(all->items[i].tracker, all->items[of].tracker) &&
            str_eq(engine_of(arena, directory_of(arena, &all->items[i]), &other), dbms) &&
            str_eq(other, form))
            return i;
    }
    return SIZE_MAX;
}

bool set_is_of_other_database(struct arena *arena, struct config_migrations_list *all, size_t index,
                              struct str dbms)
{
    struct str form, directory = directory_of(arena, &all->items[index]);
    struct str own = engine_of(arena, directory, &form);

    if (!dbms.length || !own.length || str_eq(own, dbms))
        return false;
    size_t other = counterpart(arena, all, index, form, dbms);
    if (other == SIZE_MAX)
        return false;
    strs_add(arena, &all->items[other].notes,
             str_printf(arena, "migrations in " STR_FMT " were taken for those of another database",
                        STR_ARG(directory)));
    return true;
}

bool set_is_of_other_system(const struct history *history, struct str dbms)
{
    struct str said = history->dbms_said;

    for (size_t i = 0; i < COUNT_OF(engines); i++)
        if (str_eq_nocase(engines[i].word, history->dbms_said))
            said = engines[i].dbms;
    return said.length && dbms.length && !str_eq(said, dbms);
}
