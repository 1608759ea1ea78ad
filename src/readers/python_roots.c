#include "readers/python_roots.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/words.h"

static int compare(const void *a, const void *b)
{
    const struct python_root *left = a, *right = b;
    int order = str_compare(left->name, right->name);

    return order ? order : str_compare(left->directory, right->directory);
}

void python_tree_expect(struct python_tree *tree, const struct strs *paths)
{
    static const struct str init = STR_INIT("__init__.py");
    struct arena *arena = python_tree_arena(tree);
    struct python_roots *roots = python_tree_roots(tree);
    struct words packages = {.arena = arena};

    for (size_t i = 0; i < paths->count; i++)
        if (str_eq(path_base_name(paths->items[i]), init))
            (void)words_add(&packages, path_parent(paths->items[i]));
    for (size_t i = 0; i < paths->count; i++) {
        struct str package = path_parent(paths->items[i]), above = path_parent(package);
        if (package.length && str_eq(path_base_name(paths->items[i]), init) &&
            !words_have(&packages, above))
            VEC_PUSH(arena, roots,
                     (struct python_root){.name = path_base_name(package), .directory = above});
    }
    if (roots->count)
        qsort(roots->items, roots->count, sizeof(struct python_root), compare);
}

bool python_root_of(struct python_tree *tree, struct str name, struct str *ret_directory)
{
    const struct python_roots *roots = python_tree_roots(tree);
    size_t low = 0, high = roots->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_compare(roots->items[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == roots->count || !str_eq(roots->items[low].name, name) ||
        (low + 1 < roots->count && str_eq(roots->items[low + 1].name, name)))
        return false;
    *ret_directory = roots->items[low].directory;
    return true;
}
