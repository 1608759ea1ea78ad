/* push_gone.c -- a service of a repository, or an application of Django's, that goes altogether: its code, its models and its migrations. Nothing is left
 * that could be deployed ahead of its schema. A folder of migrations alone that goes is another thing. */
#include "base/file.h"
#include "gate/pusher.h"
#include "migrations/services.h"

#define SOURCES_DEPTH 4u

/* Folders that hold a schema and nothing that uses it. */
static bool is_of_schema(struct str name)
{
    static const char *const names[] = {
        "migrations", "migration", "migrate",   "versions", "alembic", "db",     "database",
        "prisma",     "drizzle",   "sql",       "schema",   "schemas", "ecto",   "repo",
        "liquibase",  "flyway",    "changelog", "supabase", "hasura",  "sqitch", "seeds",
        "seeders",    "models",    "entities",  NULL};

    return str_is_one_of_nocase(name, names);
}

/* What stands beside migrations because of them. */
static bool is_of_tool(struct str name)
{
    static const char *const names[] = {"__init__.py", "env.py",  "conftest.py",
                                        "seed.ts",     "seed.js", NULL};

    return str_is_one_of(name, names) || str_contains(name, STR("config")) ||
           str_starts(name, STR("knexfile")) || str_contains(name, STR("data-source"));
}

static bool is_source(struct str name)
{
    static const char *const endings[] = {".py",  ".rb", ".ts", ".tsx",  ".js", ".mjs", ".go",
                                          ".php", ".ex", ".rs", ".java", ".kt", ".cs",  NULL};

    if (is_of_tool(name))
        return false;
    for (size_t i = 0; endings[i]; i++)
        if (str_ends(name, str_from(endings[i])))
            return true;
    return false;
}

static bool holds_sources(struct tree *tree, struct arena *arena, struct str directory,
                          unsigned depth, bool *ret_holds, struct err *e)
{
    struct tree_entries entries;
    bool exists;

    if (!tree_list(tree, arena, directory, &entries, &exists, e))
        return false;
    for (size_t i = 0; i < entries.count && !*ret_holds; i++) {
        struct str name = entries.items[i].name;
        if (entries.items[i].kind == TREE_FILE)
            *ret_holds = is_source(name);
        else if (entries.items[i].kind == TREE_DIRECTORY && depth && !is_of_schema(name) &&
                 !holds_sources(tree, arena, path_below(arena, directory, name), depth - 1,
                                ret_holds, e))
            return false;
    }
    return true;
}

/* Whose migrations these are: Django keeps an application's in it. */
static struct str owner_of(const struct commit_set *set, struct str file)
{
    struct str folder = path_parent(file);

    return str_eq(set->set.tracker, STR("django")) ? path_parent(folder) : set->set.root;
}

/* "shop.__first__" means one of "shop". */
static bool names(const struct strs *ids, struct str id, bool by_label)
{
    struct str label = id;

    (void)str_cut(&label, '.');
    label = str_prefix(id, id.length - label.length);
    for (size_t i = 0; i < ids->count; i++)
        if (by_label ? str_starts(ids->items[i], label) : str_eq(ids->items[i], id))
            return true;
    return false;
}

static bool is_needed(const struct migration *by, const struct commit_set *like, struct str id)
{
    const struct strs *lists[] = {&by->down, &by->depends_on, &by->before, &by->replaces};
    bool by_label = str_eq(like->set.tracker, STR("django"));

    for (size_t i = 0; i < COUNT_OF(lists); i++)
        if (names(lists[i], id, by_label))
            return true;
    return str_eq(by->id, id);
}

/* Another service had a migration of that id before: services that began as copies of one template. Then its own is meant. */
static bool has_its_own(const struct pushed *pushed, const struct commit_set *set,
                        const struct commit_set *like, struct str id)
{
    struct commit_sets *sets = &pushed->before->sets;
    struct err broken = ERR_NONE; /* of such a history nothing is said to be its own */

    for (size_t s = 0; s < sets->count; s++) {
        struct commit_set *before = &sets->items[s];
        if (before == like || !str_eq(before->set.tracker, set->set.tracker) ||
            !str_eq(before->set.root, set->set.root) ||
            !pusher_load(pushed->pusher, pushed->before, before, &broken))
            continue;
        for (size_t m = 0; m < before->history.migrations.count; m++)
            if (str_eq(before->history.migrations.items[m].id, id))
                return true;
    }
    return false;
}

/* They may have moved: then they are looked for elsewhere, one by one. Or others stand on them. */
static bool any_is_needed(const struct pushed *pushed, const struct commit_set *like,
                          struct str owner)
{
    const struct commit_sets *sets = &pushed->after->sets;

    for (size_t i = 0; i < like->history.migrations.count; i++) {
        const struct migration *old = &like->history.migrations.items[i];
        if (!str_eq(owner_of(like, old->file), owner))
            continue;
        for (size_t s = 0; s < sets->count; s++)
            for (size_t m = 0;
                 sets->items[s].loaded && str_eq(sets->items[s].set.tracker, like->set.tracker) &&
                 m < sets->items[s].history.migrations.count;
                 m++)
                if (is_needed(&sets->items[s].history.migrations.items[m], like, old->id) &&
                    !has_its_own(pushed, &sets->items[s], like, old->id))
                    return true;
    }
    return false;
}

static bool is_gone(const struct pushed *pushed, const struct commit_set *set, struct str owner,
                    bool *ret_gone, struct err *e)
{
    ARENA(scratch, (size_t)64 << 20);
    enum tree_entry_kind kind;

    *ret_gone = false;
    if (!owner.length || str_eq(owner, STR(".")) || is_of_schema(path_base_name(owner)) ||
        tree_exists(pushed->after->tree, &scratch, owner, &kind) ||
        any_is_needed(pushed, set, owner))
        return true;
    return holds_sources(pushed->before->tree, &scratch, owner, SOURCES_DEPTH, ret_gone, e);
}

bool push_owner_is_gone(const struct pushed *pushed, const struct commit_set *set, struct str file,
                        struct push_owner *owner, bool *ret_gone, struct err *e)
{
    struct str path = owner_of(set, file);

    if (!owner->known || owner->set != set || !str_eq(owner->path, path)) {
        if (!is_gone(pushed, set, path, &owner->is_gone, e))
            return false;
        *owner =
            (struct push_owner){.known = true, .set = set, .path = path, .is_gone = owner->is_gone};
    }
    *ret_gone = owner->is_gone && service_holds(path, file) && !str_eq(path_parent(file), path);
    return true;
}

static bool lay_in_gone(const struct pushed *pushed, const struct commit_set *set, struct str file,
                        struct push_owner *owner, bool *ret_gone, struct err *e)
{
    *ret_gone = false;
    for (size_t m = 0; set->loaded && m < set->history.migrations.count && !*ret_gone; m++) {
        struct str migration = set->history.migrations.items[m].file;
        if (service_holds(owner_of(set, migration), file) &&
            !push_owner_is_gone(pushed, set, migration, owner, ret_gone, e))
            return false;
    }
    return true;
}

bool push_cover_gone(struct pushed *pushed, const struct schema_changes *changes, bool *covered,
                     struct err *e)
{
    struct pusher *pusher = pushed->pusher;
    struct push_owner owner = {0};

    for (size_t i = 0; i < changes->count; i++) {
        const struct schema_change *change = &changes->items[i];
        bool whole = change->object == SCHEMA_OBJECT_TABLE || change->object == SCHEMA_OBJECT_TYPE;
        if (covered[i] || !whole || change->kind != SCHEMA_DROP)
            continue;
        if (!pusher_view(pusher, pushed->range->base, &pushed->before, e))
            return false;
        for (size_t s = 0; s < pushed->before->sets.count && !covered[i]; s++) {
            struct commit_set *set = &pushed->before->sets.items[s];
            struct err broken = ERR_NONE; /* of such a history nothing is said to be gone */
            if (!str_starts(set->set.tracker, STR("unsupported:")) &&
                pusher_load(pusher, pushed->before, set, &broken) &&
                !lay_in_gone(pushed, set, change->place.file, &owner, &covered[i], e))
                return false;
        }
    }
    return true;
}
