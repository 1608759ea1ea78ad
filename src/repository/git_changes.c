/* git_changes.c -- what differs between the trees of two commits, found as `git diff-tree -r` does: directories of the same id are not opened, and all
 * those of one depth are asked for together. */
#include "base/file.h"
#include "repository/git_command.h"

/* A directory that differs; an empty id: not there on that side. */
struct pair {
    struct str path, old_id, new_id;
};
VEC_DEFINE(pairs, struct pair);

struct comparing {
    struct git *git;
    struct arena *arena;
    struct repository_changes *changes;
    struct pairs next; /* of the depth below */
};

/* Git's own order: a directory's name ends in '/'. A file that became a directory stands in two places then: one went, one came. */
static int compare_entries(const struct git_entry *a, const struct git_entry *b)
{
    struct str x = a->object.name, y = b->object.name;
    size_t common = x.length < y.length ? x.length : y.length;
    int order = str_compare(str_prefix(x, common), str_prefix(y, common));

    if (order)
        return order;
    unsigned char ends[2];
    const struct git_entry *entries[] = {a, b};
    for (size_t i = 0; i < 2; i++) {
        struct str name = entries[i]->object.name;
        bool directory = entries[i]->object.mode == OBJECT_DIRECTORY;
        ends[i] = name.length > common ? (unsigned char)name.bytes[common] : directory ? '/' : 0;
    }
    if (ends[0] != ends[1])
        return ends[0] < ends[1] ? -1 : 1;
    return (x.length > y.length) - (x.length < y.length);
}

/* `counts`: the new one, or the old one of what is gone. */
static void add_change(struct comparing *comparing, struct str path, const struct git_entry *old,
                       const struct git_entry *new, const struct git_entry *counts)
{
    VEC_PUSH(comparing->arena, comparing->changes,
             (struct repository_change){
                 .kind = !new   ? CHANGE_DELETED
                         : !old ? CHANGE_ADDED
                                : CHANGE_MODIFIED,
                 .path = path,
                 .old_id = old ? old->object.id : STR_NONE,
                 .new_id = new ? new->object.id : STR_NONE,
                 .is_file = str_starts(counts->mode, STR("100")),
             });
}

/* Either may be NULL: not there. */
static void compare_one(struct comparing *comparing, struct str directory,
                        const struct git_entry *old, const struct git_entry *new)
{
    const struct git_entry *one = old ? old : new;

    if (!one)
        return;
    struct str name = one->object.name;
    struct str path = directory.length ? str_printf(comparing->arena, STR_FMT "/" STR_FMT,
                                                    STR_ARG(directory), STR_ARG(name))
                                       : name;
    bool is_directory = one->object.mode == OBJECT_DIRECTORY;
    bool both = old != NULL && new != NULL;

    if (both && str_eq(old->object.id, new->object.id) && str_eq(old->mode, new->mode))
        return;
    if (is_directory)
        VEC_PUSH(comparing->arena, &comparing->next,
                 (struct pair){.path = path,
                               .old_id = old ? old->object.id : STR_NONE,
                               .new_id = new ? new->object.id : STR_NONE});
    else
        add_change(comparing, path, old, new, new ? new : one);
}

static void compare_lists(struct comparing *comparing, struct str directory,
                          const struct git_entries *old, const struct git_entries *new)
{
    size_t i = 0, j = 0;

    while (i < old->count || j < new->count) {
        const struct git_entry *left = i < old->count ? &old->items[i] : NULL;
        const struct git_entry *right = j < new->count ? &new->items[j] : NULL;
        int order = !left ? 1 : !right ? -1 : compare_entries(left, right);
        compare_one(comparing, directory, order <= 0 ? left : NULL, order >= 0 ? right : NULL);
        i += order <= 0;
        j += order >= 0;
    }
}

static bool entries_of(struct comparing *comparing, struct str id, const struct git_object *object,
                       struct git_entries *ret_entries, struct err *e)
{
    if (object->type != GIT_TREE)
        return err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is %s", STR_ARG(id),
                       object->type == GIT_MISSING ? "missing" : "no directory");
    return git_tree_parse(comparing->arena, id, object->bytes, ret_entries, e);
}

static bool compare_depth(struct comparing *comparing, const struct pairs *pairs, struct err *e)
{
    struct arena *arena = comparing->arena;
    struct str *ids = ARENA_ARRAY(arena, pairs->count * 2 + 1, struct str);
    struct git_object *objects = ARENA_ARRAY(arena, pairs->count * 2 + 1, struct git_object);
    size_t count = 0, at = 0;

    for (size_t i = 0; i < pairs->count; i++) {
        if (pairs->items[i].old_id.length)
            ids[count++] = pairs->items[i].old_id;
        if (pairs->items[i].new_id.length)
            ids[count++] = pairs->items[i].new_id;
    }
    if (!git_objects_read(comparing->git, arena, ids, count, 0, objects, e))
        return false;
    for (size_t i = 0; i < pairs->count; i++) {
        const struct pair *pair = &pairs->items[i];
        struct git_entries old = {0}, new = {0};
        if (pair->old_id.length && !entries_of(comparing, pair->old_id, &objects[at++], &old, e))
            return false;
        if (pair->new_id.length && !entries_of(comparing, pair->new_id, &objects[at++], &new, e))
            return false;
        compare_lists(comparing, pair->path, &old, &new);
    }
    return true;
}

bool git_changes(void *self, struct arena *arena, struct str from, struct str to,
                 struct repository_changes *ret_changes, struct err *e)
{
    struct comparing comparing = {.git = self, .arena = arena, .changes = ret_changes};
    struct git_commit old = {0}, new;
    struct pairs depth = {0};

    if ((from.length && !git_read_commit(self, arena, from, &old, e)) ||
        !git_read_commit(self, arena, to, &new, e))
        return false;
    if (str_eq(old.tree, new.tree))
        return true;
    VEC_PUSH(arena, &depth, (struct pair){.old_id = old.tree, .new_id = new.tree});
    while (depth.count) {
        comparing.next = (struct pairs){0};
        if (!compare_depth(&comparing, &depth, e))
            return false;
        depth = comparing.next;
    }
    return true;
}
