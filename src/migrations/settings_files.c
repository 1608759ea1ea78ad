#include <stdlib.h>

#include "base/file.h"
#include "migrations/commands.h"
#include "migrations/markers.h"
#include "migrations/settings.h"

#define LISTED_MAX 400u /* directories that a form leads to */
#define NEAR_MAX 40u    /* files of one directory */

struct finding {
    struct asking *a;
    struct strs *paths;
    size_t listed;
};

static bool list(struct asking *a, struct str path, struct tree_entries *ret_entries)
{
    struct listing listing = {.path = path};
    bool exists = false;

    for (size_t i = 0; i < a->listings.count; i++)
        if (str_eq(a->listings.items[i].path, path)) {
            *ret_entries = a->listings.items[i].entries;
            return true;
        }
    if (!tree_list(a->tree, a->arena, path, &listing.entries, &exists, a->e))
        return false;
    VEC_PUSH(a->arena, &a->listings, listing);
    *ret_entries = listing.entries;
    return true;
}

static int compare_name(const void *name, const void *entry)
{
    return str_compare(*(const struct str *)name, ((const struct tree_entry *)entry)->name);
}

/* A directory that is listed already tells what it lacks: most names of settings are of files that are not there. */
static bool is_lacking(const struct asking *a, struct str at, struct str name)
{
    for (size_t i = 0; i < a->listings.count; i++) {
        const struct tree_entries *entries = &a->listings.items[i].entries;
        if (str_eq(a->listings.items[i].path, at))
            return !entries->count || !bsearch(&name, entries->items, entries->count,
                                               sizeof entries->items[0], compare_name);
    }
    return false;
}

static bool is_near(struct str form)
{
    return str_starts(form, STR("^/"));
}

/* What the rest of the path leads to below a directory: "internal", then any name, then "*.go". */
static bool find(struct finding *f, struct str at, struct str rest)
{
    struct asking *a = f->a;
    struct tree_entries entries = {0};
    enum tree_entry_kind kind;
    struct str part = str_cut(&rest, '/');
    bool last = !rest.length;

    if (str_find_byte(part, '*') == SIZE_MAX) {
        struct str path;
        if (is_lacking(a, at, part) || !tree_path_join(a->arena, at, part, &path))
            return true;
        if (!last)
            return find(f, path, rest);
        if (tree_exists(a->tree, a->arena, path, &kind) && kind == TREE_FILE)
            VEC_PUSH(a->arena, f->paths, path);
        return true;
    }
    if (f->listed++ >= LISTED_MAX)
        return true;
    if (!list(a, at, &entries))
        return false;
    for (size_t i = 0; i < entries.count; i++) {
        const struct tree_entry *entry = &entries.items[i];
        if (entry->kind != (last ? TREE_FILE : TREE_DIRECTORY) ||
            !form_matches(part, entry->name) || command_is_of_tests(entry->name))
            continue;
        struct str path = path_below(a->arena, at, entry->name);
        if (last)
            VEC_PUSH(a->arena, f->paths, path);
        else if (!find(f, path, rest))
            return false;
    }
    return true;
}

bool settings_files(struct asking *a, const struct tracker_setting *setting, struct strs *ret_paths)
{
    struct finding finding = {.a = a, .paths = ret_paths};

    for (size_t i = 0; i < setting->file.count; i++)
        if (!is_near(setting->file.items[i]) && !find(&finding, a->root, setting->file.items[i]))
            return false;
    return true;
}

static bool add_near(struct asking *a, const struct tracker_setting *setting, struct str at,
                     struct strs *paths)
{
    struct tree_entries entries = {0};
    size_t before = paths->count;

    if (!list(a, at, &entries))
        return false;
    for (size_t i = 0; i < entries.count && paths->count - before < NEAR_MAX; i++) {
        const struct tree_entry *entry = &entries.items[i];
        if (entry->kind != TREE_FILE || command_is_of_tests(entry->name))
            continue;
        for (size_t j = 0; j < setting->file.count; j++)
            if (is_near(setting->file.items[j]) &&
                form_matches(str_from_offset(setting->file.items[j], 2), entry->name)) {
                VEC_PUSH(a->arena, paths, path_below(a->arena, at, entry->name));
                break;
            }
    }
    return true;
}

bool settings_near_files(struct asking *a, const struct tracker_setting *setting,
                         struct strs *ret_paths)
{
    struct str at = a->wanted, inside;
    bool any = false;

    for (size_t i = 0; i < setting->file.count; i++)
        any = any || is_near(setting->file.items[i]);
    for (size_t i = 0; any && i < 2 && at.length; i++) {
        at = path_parent(at);
        if ((a->root.length && !path_relative(a->root, at, &inside)) ||
            !add_near(a, setting, at, ret_paths))
            break;
    }
    return !err_is_set(a->e);
}
