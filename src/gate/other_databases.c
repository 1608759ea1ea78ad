/* other_databases.c -- migrations/postgres and migrations/sqlite: an application that runs on either has a history for each, and the one that is asked has
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
                                        {STR_INIT("oracle"), STR_INIT("oracle")},
                                        {STR_INIT("h2"), STR_INIT("h2")}};

/* The last part of the path that is a database's name, its database, and the path with "*" for it; empty: none is. */
static struct str engine_of(struct arena *arena, struct str path, struct str *ret_form)
{
    struct str behind = STR("");

    *ret_form = STR("");
    while (path.length) {
        struct str word = path_base_name(path);
        for (size_t i = 0; i < COUNT_OF(engines); i++)
            if (str_eq_nocase(word, engines[i].word)) {
                *ret_form =
                    path_below(arena, path_below(arena, path_parent(path), STR("*")), behind);
                return engines[i].dbms;
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
