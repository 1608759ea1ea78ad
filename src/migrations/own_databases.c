/* own_databases.c -- crates/billing/.env and crates/users/.env name different databases: one alone cannot be asked for both. */
#include "migrations/detect.h"
#include "migrations/tracker.h"

static bool tells_database(const struct tracker *row)
{
    for (size_t i = 0; row && i < row->settings.count; i++)
        if (str_eq(row->settings.items[i].sets, STR("database")))
            return true;
    return false;
}

static size_t count_of(const struct config_migrations_list *sets, const struct tracker *row)
{
    size_t count = 0;

    for (size_t i = 0; i < sets->count; i++)
        count += sets->items[i].row == row && !sets->items[i].astray;
    return count;
}

/* What each set's own project says; empty: nothing. */
static struct tracker_places *read_all(struct arena *arena, struct tree *tree,
                                       const struct config_migrations_list *sets,
                                       const struct tracker *row)
{
    struct tracker_places *all = ARENA_ARRAY(arena, sets->count + 1, struct tracker_places);

    for (size_t i = 0; i < sets->count; i++) {
        struct err unread = ERR_NONE; /* the history says it */
        if (sets->items[i].row == row && !sets->items[i].astray &&
            !tracker_places_read(arena, tree, row, sets->items[i].root, STR_NONE, &all[i], &unread))
            all[i] = (struct tracker_places){0};
    }
    return all;
}

static void mark(struct config_migrations_list *sets, const struct tracker_places *all)
{
    struct str first = STR("");
    bool differ = false;

    for (size_t i = 0; i < sets->count; i++) {
        struct str name = all[i].database;
        differ = differ || (name.length && first.length && !str_eq(name, first));
        first = first.length ? first : name;
    }
    for (size_t i = 0; i < sets->count && differ; i++) {
        struct config_migrations *set = &sets->items[i];
        if (!all[i].database.length || set->database.length)
            continue;
        set->database = all[i].database;
        set->database_from = all[i].database_from;
    }
}

void detect_own_databases(struct arena *arena, struct tree *tree,
                          struct config_migrations_list *sets)
{
    for (size_t i = 0; i < sets->count; i++) {
        const struct tracker *row = sets->items[i].row;
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = sets->items[j].row == row;
        if (!seen && tells_database(row) && count_of(sets, row) > 1)
            mark(sets, read_all(arena, tree, sets, row));
    }
}
