/* models_changed.c -- which files differ between two trees. */
#include "base/file.h"
#include "migrations/models.h"

#define DEPTH_MAX 24u

static bool collect(struct arena *arena, struct tree *tree, struct str directory, size_t depth,
                    struct strs *paths, struct err *e)
{
    struct tree_entries entries;
    bool exists;

    if (depth > DEPTH_MAX)
        return true;
    if (!tree_list(tree, arena, directory, &entries, &exists, e))
        return false;
    for (size_t i = 0; i < entries.count; i++) {
        struct str path = path_below(arena, directory, entries.items[i].name);
        if (entries.items[i].kind == TREE_FILE)
            VEC_PUSH(arena, paths, path);
        else if (entries.items[i].kind == TREE_DIRECTORY &&
                 !collect(arena, tree, path, depth + 1, paths, e))
            return false;
    }
    return true;
}

static bool differ(struct arena *arena, struct tree *before, struct tree *after,
                   struct str directory, size_t depth, struct strs *paths, struct err *e)
{
    struct tree_entries old, new;
    bool exists;
    size_t i = 0, j = 0;

    if (depth > DEPTH_MAX)
        return true;
    if (!tree_list(before, arena, directory, &old, &exists, e) ||
        !tree_list(after, arena, directory, &new, &exists, e))
        return false;
    while (i < old.count || j < new.count) {
        int order = i == old.count   ? 1
                    : j == new.count ? -1
                                     : str_compare(old.items[i].name, new.items[j].name);
        const struct tree_entry *a = order <= 0 ? &old.items[i++] : NULL;
        const struct tree_entry *b = order >= 0 ? &new.items[j++] : NULL;
        if (!a && !b)
            break; /* one of the lists is not at its end */
        if (a && b && a->id.length && str_eq(a->id, b->id))
            continue;
        struct str path = path_below(arena, directory, a ? a->name : b->name);
        if (a && b && a->kind == TREE_DIRECTORY && b->kind == TREE_DIRECTORY) {
            if (!differ(arena, before, after, path, depth + 1, paths, e))
                return false;
            continue;
        }
        if ((a && a->kind == TREE_FILE) || (b && b->kind == TREE_FILE))
            VEC_PUSH(arena, paths, path);
        if ((a && a->kind == TREE_DIRECTORY &&
             !collect(arena, before, path, depth + 1, paths, e)) ||
            (b && b->kind == TREE_DIRECTORY && !collect(arena, after, path, depth + 1, paths, e)))
            return false;
    }
    return true;
}

bool models_changed_paths(struct arena *arena, struct tree *before, struct tree *after,
                          struct strs *ret_paths, struct err *e)
{
    struct strs paths = {0};

    if (!differ(arena, before, after, STR(""), 0, &paths, e))
        return false;
    strs_sort(&paths);
    *ret_paths = paths;
    return true;
}
