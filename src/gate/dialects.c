/* dialects.c -- programs that run on several database systems have a directory of migrations for each: migrations/postgres, migrations/mysql. Which
 * of them counts, the database that is asked says. */
#include "base/file.h"
#include "gate/look.h"

struct dialect {
    struct str dbms; /* as database_dbms() has it; empty: none that can be asked */
    const char *const *words;
};

static const char *const postgresql[] = {"postgres", "postgresql", "postgresdb", "pg", NULL};
static const char *const mysql[] = {"mysql", "mysqldb", "mariadb", NULL};
static const char *const sqlite[] = {"sqlite", "sqlite3", NULL};
static const char *const others[] = {"mssql",     "sqlserver",   "oracle",
                                     "cockroach", "cockroachdb", "mongo",
                                     "mongodb",   "planetscale", NULL};

static const struct dialect dialects[] = {{STR_INIT("postgresql"), postgresql},
                                          {STR_INIT("mysql"), mysql},
                                          {STR_INIT("sqlite"), sqlite},
                                          {STR_INIT(""), others}};

static const struct dialect *dialect_of(struct str word)
{
    for (size_t i = 0; i < COUNT_OF(dialects); i++)
        for (const char *const *words = dialects[i].words; *words; words++)
            if (str_eq(word, str_from(*words)))
                return &dialects[i];
    return NULL;
}

/* Does a set of the same tool lie where this directory would, were it called `word` there? SIZE_MAX: none does. */
static size_t set_at(struct arena *arena, const struct config_migrations_list *sets,
                     const struct config_migrations *set, struct str above, struct str word,
                     struct str rest)
{
    struct str directory = path_below(arena, above, word);

    if (rest.length)
        directory = path_below(arena, directory, rest);
    for (size_t i = 0; i < sets->count; i++)
        if (str_eq(sets->items[i].tracker, set->tracker) &&
            str_eq(sets->items[i].root, set->root) && sets->items[i].versions.count == 1 &&
            str_eq(sets->items[i].versions.items[0], directory))
            return i;
    return SIZE_MAX;
}

size_t viewer_dialect_sibling(struct arena *arena, const struct config_migrations_list *sets,
                              const struct config_migrations *set, struct str dbms)
{
    struct str rest = set->versions.count == 1 ? set->versions.items[0] : STR("");
    struct str above = STR("");

    while (rest.length && dbms.length) {
        struct str part = str_cut(&rest, '/');
        const struct dialect *dialect = dialect_of(part);
        for (size_t i = 0; i < COUNT_OF(dialects) && dialect; i++)
            for (const char *const *words = dialects[i].words; *words; words++) {
                size_t at = SIZE_MAX;
                if (str_eq(dialects[i].dbms, dbms) && !str_eq(dialect->dbms, dbms))
                    at = set_at(arena, sets, set, above, str_from(*words), rest);
                if (at != SIZE_MAX)
                    return at;
            }
        above = path_below(arena, above, part);
    }
    return SIZE_MAX;
}
