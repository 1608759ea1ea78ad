#include "repository/tree.h"

#include <stdlib.h>

#include "base/file.h"

#define LARGE 256u       /* entries of a directory whose listing is kept */
#define LISTINGS_KEPT 8u /* the latest */

struct listing {
    struct str path;
    struct tree_entries entries;
};

struct tree {
    const struct tree_driver *driver;
    void *self;
    struct arena *arena;
    struct listing kept[LISTINGS_KEPT];
    size_t next;
};

struct tree *tree_from_driver(struct arena *arena, const struct tree_driver *driver, void *self)
{
    struct tree *tree = ARENA_NEW(arena, struct tree);

    tree->driver = driver;
    tree->self = self;
    tree->arena = arena;
    return tree;
}

bool tree_path_join(struct arena *arena, struct str directory, struct str path,
                    struct str *ret_path)
{
    if (path_is_absolute(path) || path_is_absolute(directory) || str_has_nul(path))
        return false;
    struct str joined = path_join(arena, directory, path);
    if (str_eq(joined, STR("..")) || str_starts(joined, STR("../")))
        return false;
    *ret_path = str_eq(joined, STR(".")) ? STR("") : joined;
    return true;
}

/* Paths come from configuration files too: nothing outside the tree may be named. */
static bool path_check(struct arena *arena, struct str path, struct str *ret_path, struct err *e)
{
    /* The usual case allocates nothing. */
    if (!str_contains(path, STR("./")) && !str_contains(path, STR("//")) &&
        !str_ends(path, STR(".")) && !str_ends(path, STR("/")) && !path_is_absolute(path) &&
        !str_has_nul(path)) {
        *ret_path = path;
        return true;
    }
    if (tree_path_join(arena, STR(""), path, ret_path))
        return true;
    return err_set(e, ERR_INPUT, "the path \"" STR_FMT "\" leaves the tree", STR_ARG(path));
}

static int compare_entries(const void *a, const void *b)
{
    return str_compare(((const struct tree_entry *)a)->name, ((const struct tree_entry *)b)->name);
}

/* Git's order differs where a directory's name is the start of another name only. */
static bool is_sorted(const struct tree_entries *entries)
{
    for (size_t i = 1; i < entries->count; i++)
        if (str_compare(entries->items[i - 1].name, entries->items[i].name) > 0)
            return false;
    return true;
}

/* Ten thousand migrations are listed by everything that looks for one: by signs, for settings, for the history. */
static const struct listing *kept_listing(const struct tree *tree, const struct arena *arena,
                                          struct str path)
{
    for (size_t i = 0; i < COUNT_OF(tree->kept) && arena == tree->arena; i++)
        if (tree->kept[i].entries.count && str_eq(tree->kept[i].path, path))
            return &tree->kept[i];
    return NULL;
}

/* What lies in another arena may go before the tree. */
static void keep_listing(struct tree *tree, struct arena *arena, struct str path,
                         struct tree_entries entries)
{
    if (arena != tree->arena || entries.count < LARGE)
        return;
    entries.capacity = entries.count; /* who appends gets a copy */
    tree->kept[tree->next] = (struct listing){str_copy(arena, path), entries};
    tree->next = (tree->next + 1) % LISTINGS_KEPT;
}

bool tree_list(struct tree *tree, struct arena *arena, struct str directory,
               struct tree_entries *ret_entries, bool *ret_exists, struct err *e)
{
    struct tree_entries entries = {0};
    bool exists = false;
    struct str path = STR_NONE;

    if (!path_check(arena, directory, &path, e))
        return false;
    const struct listing *kept = kept_listing(tree, arena, path);
    if (kept) {
        *ret_entries = kept->entries;
        *ret_exists = true;
        return true;
    }
    if (!tree->driver->list(tree->self, arena, path, &entries, &exists, e))
        return false;
    if (!is_sorted(&entries))
        qsort(entries.items, entries.count, sizeof entries.items[0], compare_entries);
    keep_listing(tree, arena, path, entries);
    *ret_entries = entries;
    *ret_exists = exists;
    return true;
}

void tree_expect(struct tree *tree, const struct strs *directories, const struct strs *files)
{
    if (tree->driver->expect)
        tree->driver->expect(tree->self, directories, files);
}

void tree_expect_files(struct tree *tree, const struct strs *paths)
{
    if (tree->driver->expect_files)
        tree->driver->expect_files(tree->self, paths);
}

bool tree_read_start(struct tree *tree, struct arena *arena, struct str path, size_t maximum,
                     struct str *ret_bytes, bool *ret_whole, struct err *e)
{
    struct str checked = STR_NONE;

    return path_check(arena, path, &checked, e) &&
           tree->driver->read(tree->self, arena, checked, maximum, ret_bytes, ret_whole, e);
}

bool tree_read(struct tree *tree, struct arena *arena, struct str path, size_t maximum,
               struct str *ret_bytes, struct err *e)
{
    struct str bytes;
    bool whole = false;

    if (!tree_read_start(tree, arena, path, maximum, &bytes, &whole, e))
        return false;
    if (!whole)
        return err_set(e, ERR_LIMIT, STR_FMT ": larger than %zu bytes", STR_ARG(path), maximum);
    *ret_bytes = bytes;
    return true;
}

static bool kind_from_parent(struct tree *tree, struct arena *arena, struct str path,
                             enum tree_entry_kind *ret_kind)
{
    struct tree_entries entries = {0};
    struct err ignored = ERR_NONE;
    bool exists = false;
    struct str parent = str_find_byte(path, '/') == SIZE_MAX ? STR("") : path_directory(path);

    if (path.length == 0) {
        *ret_kind = TREE_DIRECTORY;
        return true;
    }
    if (!tree->driver->list(tree->self, arena, parent, &entries, &exists, &ignored) || !exists)
        return false;
    for (size_t i = 0; i < entries.count; i++)
        if (str_eq(entries.items[i].name, path_base_name(path))) {
            *ret_kind = entries.items[i].kind;
            return true;
        }
    return false;
}

bool tree_exists(struct tree *tree, struct arena *arena, struct str path,
                 enum tree_entry_kind *ret_kind)
{
    struct err ignored = ERR_NONE;
    struct str checked = STR_NONE;

    if (!path_check(arena, path, &checked, &ignored))
        return false;
    if (tree->driver->kind)
        return tree->driver->kind(tree->self, arena, checked, ret_kind);
    return kind_from_parent(tree, arena, checked, ret_kind);
}

struct str tree_describe(const struct tree *tree)
{
    return tree->driver->describe(tree->self);
}

/* --- The empty tree. --- */

static bool nothing_kind(void *self, struct arena *arena, struct str path,
                         enum tree_entry_kind *ret_kind)
{
    (void)self;
    (void)arena;
    *ret_kind = TREE_DIRECTORY;
    return path.length == 0;
}

static bool nothing_list(void *self, struct arena *arena, struct str directory,
                         struct tree_entries *ret_entries, bool *ret_exists, struct err *e)
{
    (void)self;
    (void)arena;
    (void)e;
    *ret_entries = (struct tree_entries){0};
    *ret_exists = directory.length == 0;
    return true;
}

static bool nothing_read(void *self, struct arena *arena, struct str path, size_t maximum,
                         struct str *ret_bytes, bool *ret_whole, struct err *e)
{
    (void)self;
    (void)arena;
    (void)maximum;
    (void)ret_bytes;
    (void)ret_whole;
    return err_set(e, ERR_NOT_FOUND, STR_FMT ": no such file", STR_ARG(path));
}

static struct str nothing_describe(const void *self)
{
    (void)self;
    return STR("nothing");
}

struct tree *tree_nothing(struct arena *arena)
{
    static const struct tree_driver driver = {.kind = nothing_kind,
                                              .list = nothing_list,
                                              .read = nothing_read,
                                              .describe = nothing_describe};

    return tree_from_driver(arena, &driver, NULL);
}
