/* push_keys.c -- keys, indexes and types that come with tables and columns whose migration leaves them out. */
#include "base/file.h"
#include "base/words.h"
#include "gate/pusher.h"
#include "migrations/graph.h"
#include "migrations/models.h"
#include "migrations/sql.h"

/* Those of the sets that were asked, in the order in which they are applied, and others that came with this push, but for the models themselves (a
 * schema.sql may lie where migrations do); `news`: only what did. */
static void find_files(struct pushed *pushed, const struct config_migrations_list *sets,
                       const struct schema_changes *changes, bool news,
                       struct models_files *ret_files)
{
    struct arena *arena = pushed->pusher->arena;
    struct words known = {.arena = arena};
    struct strs others = {0}, *paths = &ret_files->paths;

    ret_files->sets = sets;
    for (size_t i = 0; i < changes->count; i++)
        (void)words_add(&known, changes->items[i].place.file);
    for (size_t s = 0; s < pushed->after->sets.count; s++) {
        const struct commit_set *set = &pushed->after->sets.items[s];
        size_t ordered;
        if (!set->loaded)
            continue;
        const size_t *order = graph_order(arena, &set->history, &ordered);
        for (size_t m = 0; m < set->history.migrations.count; m++) {
            struct str file = set->history.migrations.items[order[m]].file;
            if ((news && !pushed_change(pushed, file)) || !words_add(&known, file))
                continue;
            VEC_PUSH(arena, paths, file);
            VEC_PUSH(arena, &ret_files->owners, &sets->items[s]);
        }
    }
    for (size_t i = 0; i < pushed->changes.count; i++) {
        const struct repository_change *change = &pushed->changes.items[i];
        if (change->kind != CHANGE_DELETED && change->is_file &&
            push_path_is_migration(pushed->pusher->config, change->path) &&
            !sql_file_goes_back(path_base_name(change->path)) && !words_have(&known, change->path))
            VEC_PUSH(arena, &others, change->path);
    }
    const struct str *tools =
        others.count ? pusher_left_out(pushed->pusher, pushed->after, &others) : NULL;
    for (size_t i = 0; i < others.count; i++)
        if (!tools[i].length && words_add(&known, others.items[i]))
            VEC_PUSH(arena, paths, others.items[i]);
}

/* Its line in its file is new among those that are told. */
static bool is_told_first(struct words *told, const struct schema_change *change)
{
    return words_add(told, str_printf(told->arena, STR_FMT "\n" STR_FMT, STR_ARG(change->line),
                                      STR_ARG(change->place.file)));
}

/* What comes with a table may come with a forgotten column of it as well. */
static void add_left(struct arena *arena, struct schema_changes *changes, bool **covered,
                     const struct schema_changes *left)
{
    bool *all = ARENA_ARRAY(arena, changes->count + left->count + 1, bool);
    struct words told = {.arena = arena};

    for (size_t i = 0; i < changes->count; i++) {
        all[i] = (*covered)[i];
        if (!all[i])
            (void)is_told_first(&told, &changes->items[i]);
    }
    for (size_t i = 0; i < left->count; i++)
        if (is_told_first(&told, &left->items[i]))
            VEC_PUSH(arena, changes, left->items[i]);
    *covered = all;
}

void push_add_left_keys(struct pushed *pushed, struct schema_changes *changes, bool **covered)
{
    struct arena *arena = pushed->pusher->arena;
    struct tree *tree = pushed->after->tree;
    struct schema_changes left = {0};
    bool *found = ARENA_ARRAY(arena, changes->count + 1, bool);
    bool *older = ARENA_ARRAY(arena, changes->count + 1, bool), any = false, open = false;
    struct models_files files = {0}, all = {0};
    struct config_migrations_list sets = {0};

    for (size_t i = 0; i < changes->count; i++)
        any = any || ((*covered)[i] && changes->items[i].kind == SCHEMA_ADD);
    if (!any)
        return;
    for (size_t i = 0; i < pushed->after->sets.count; i++)
        VEC_PUSH(arena, &sets, pushed->after->sets.items[i].set);
    find_files(pushed, &sets, changes, true, &files);
    if (files.paths.count)
        models_left_keys(arena, tree, &files, changes, *covered, &left, found);
    /* Expand and contract: what an earlier push made. */
    for (size_t i = 0; i < changes->count; i++) {
        older[i] = (*covered)[i] && !found[i] && changes->items[i].kind == SCHEMA_ADD &&
                   changes->items[i].object != SCHEMA_OBJECT_INDEX;
        open = open || older[i];
    }
    bool types = models_bring_types(arena, changes, *covered);
    if (open || types)
        find_files(pushed, &sets, changes, false, &all);
    if (open)
        models_left_keys(arena, tree, &all, changes, older, &left, found);
    if (types)
        models_left_labels(arena, tree, &all, changes, *covered, &left);
    add_left(arena, changes, covered, &left);
}
