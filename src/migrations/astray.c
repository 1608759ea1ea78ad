#include "migrations/astray.h"

#include "base/file.h"
#include "migrations/detect.h"
#include "migrations/tracker.h"

struct astray {
    struct arena *arena;
    struct tree *tree;
    const struct tracker *row;
    struct str root, directory;
};

static bool has(const struct astray *a, struct str directory, const char *name)
{
    enum tree_entry_kind kind;

    return tree_exists(a->tree, a->arena, path_join(a->arena, directory, str_from(name)), &kind);
}

/* By its files first: hardly any directory has such a neighbour. */
static bool has_files(const struct astray *a, struct str directory)
{
    struct tree_entries entries = {0};
    struct err unread = ERR_NONE;
    bool exists = false;

    return path_base_name(directory).length &&
           tree_list(a->tree, a->arena, directory, &entries, &exists, &unread) && entries.count;
}

static bool read_places(const struct astray *a, struct str root, struct tracker_places *places)
{
    struct err unread = ERR_NONE;

    return tracker_places_read(a->arena, a->tree, a->row, root, a->directory, places, &unread);
}

/* src/migrations, while the data source names src/migration and nothing else. A name that differs by more may be one of a data source that is not
 * seen. */
static bool is_named_otherwise(const struct astray *a)
{
    struct tracker_places places = {0};
    struct str other = str_ends(a->directory, STR("s"))
                           ? str_prefix(a->directory, a->directory.length - 1)
                           : str_printf(a->arena, STR_FMT "s", STR_ARG(a->directory));

    return has_files(a, other) && read_places(a, a->root, &places) &&
           places.directories.count == 1 && str_eq(places.directories.items[0], other) &&
           !places.besides && !places.elsewhere.count && !places.computed &&
           !places.unplaced.length && !places.unread.count;
}

static bool is_beside_prisma(const struct astray *a)
{
    static const char *const configs[] = {
        "schema.prisma",     "prisma.config.ts",  "prisma.config.js", "prisma.config.mjs",
        "prisma.config.cjs", "prisma.config.mts", "prisma.config.cts"};
    struct str above = path_parent(a->directory);

    if (!str_eq(a->row->id, STR("prisma")))
        return false;
    for (size_t i = 0; i < COUNT_OF(configs); i++)
        if (has(a, above, configs[i]))
            return false;
    return !has(a, a->directory, "migration_lock.toml") && has(a, above, "prisma/schema.prisma") &&
           has(a, above, "prisma/migrations/migration_lock.toml");
}

struct str astray_copied_name(struct str name)
{
    static const struct str words[] = {
        STR_INIT("old"),    STR_INIT("archive"), STR_INIT("archived"), STR_INIT("deprecated"),
        STR_INIT("backup"), STR_INIT("bak"),     STR_INIT("unused"),   STR_INIT("orig"),
        STR_INIT("copy"),   STR_INIT("disabled")};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t length = words[i].length;
        if (name.length <= length + 1)
            continue;
        size_t rest = name.length - length;
        if (str_eq_nocase(str_from_offset(name, rest), words[i]) &&
            strchr("-_. ", name.bytes[rest - 1]))
            return str_prefix(name, rest - 1);
        if (str_eq_nocase(str_prefix(name, length), words[i]) && strchr("-_. ", name.bytes[length]))
            return str_from_offset(name, length + 1);
    }
    return STR("");
}

/* Settings lie beside the directory that is run. */
static bool is_old_copy(const struct astray *a)
{
    struct str name = astray_copied_name(path_base_name(a->directory));
    struct tracker_places places = {0};

    if (!name.length)
        return false;
    struct str other = path_below(a->arena, path_parent(a->directory), name);
    return has_files(a, other) &&
           read_places(a, project_around(a->arena, a->tree, other), &places) &&
           !strs_have(&places.directories, a->directory) && !places.computed &&
           !places.unplaced.length && !places.unread.count;
}

static bool is_astray(const struct astray *a)
{
    return is_beside_prisma(a) || is_named_otherwise(a) || is_old_copy(a);
}

bool astray_is(struct arena *arena, struct tree *tree, const struct history *history)
{
    struct astray a = {.arena = arena, .tree = tree, .row = history->row, .root = history->root};

    if (!history->row || history->versions.count != 1)
        return false;
    a.directory = history->versions.items[0];
    return is_astray(&a);
}

/* --- Sets. --- */

static bool set_is_astray(struct arena *arena, struct tree *tree,
                          const struct config_migrations *set, struct str *ret_directory)
{
    struct astray a = {.arena = arena, .tree = tree, .row = set->row, .root = set->root};

    if (!set->row || set->versions.count != 1 ||
        !tree_path_join(arena, set->root, set->versions.items[0], &a.directory))
        return false;
    *ret_directory = a.directory;
    return is_astray(&a);
}

/* The first set of the tool's that counts. */
static struct config_migrations *counting(struct config_migrations_list *sets,
                                          const struct tracker *row)
{
    for (size_t i = 0; i < sets->count; i++)
        if (sets->items[i].row == row && !sets->items[i].astray)
            return &sets->items[i];
    return NULL;
}

void astray_mark(struct arena *arena, struct tree *tree, struct config_migrations_list *sets)
{
    struct str directory;

    for (size_t i = 0; i < sets->count; i++) {
        struct config_migrations *set = &sets->items[i], *other;
        if (!set_is_astray(arena, tree, set, &directory))
            continue;
        set->astray = true;
        other = counting(sets, set->row);
        if (!other) {
            set->astray = false;
            continue;
        }
        VEC_PUSH(arena, &other->notes,
                 str_printf(arena, STR_FMT " was left out: " STR_FMT " does not look there",
                            STR_ARG(directory), STR_ARG(tracker_title(set->row))));
    }
}

void astray_drop(struct config_migrations_list *sets)
{
    size_t kept = 0;

    for (size_t i = 0; i < sets->count; i++)
        if (!sets->items[i].astray)
            sets->items[kept++] = sets->items[i];
    sets->count = kept;
}
