/* git_changes.c -- what differs between the trees of two commits, found as `git diff-tree -r` does: directories of the same id are not opened, and all
 * those of one depth are asked for together. */
#include <string.h>

#include "repository/git_command.h"

#define TREES_AT_ONCE 256u
#define TREES_BUDGET ((size_t)1 << 30)

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

static bool is_directory(const struct git_entry *entry)
{
    return git_mode_of(entry->mode) == OBJECT_DIRECTORY;
}

/* Git's own order: a directory's name ends in '/'. A file that became a directory stands in two places then: one went, one came. */
static int compare_entries(const struct git_entry *a, const struct git_entry *b)
{
    struct str x = a->name, y = b->name;
    size_t common = x.length < y.length ? x.length : y.length;
    int order = str_compare(str_prefix(x, common), str_prefix(y, common));

    if (order)
        return order;
    unsigned char ends[2];
    const struct git_entry *entries[] = {a, b};
    for (size_t i = 0; i < 2; i++) {
        struct str name = entries[i]->name;
        ends[i] = name.length > common       ? (unsigned char)name.bytes[common]
                  : is_directory(entries[i]) ? '/'
                                             : 0;
    }
    if (ends[0] != ends[1])
        return ends[0] < ends[1] ? -1 : 1;
    return (x.length > y.length) - (x.length < y.length);
}

static struct str path_of(struct arena *arena, struct str directory, struct str name)
{
    size_t length = directory.length ? directory.length + 1 : 0;
    char *text = arena_alloc(arena, length + name.length + 1);

    if (length) {
        memcpy(text, directory.bytes, directory.length);
        text[length - 1] = '/';
    }
    memcpy(text + length, name.bytes, name.length);
    return str_of(text, length + name.length);
}

/* Either may be NULL: not there. What is added lives in the arena of the changes, and nothing else does. */
static void add_difference(struct comparing *comparing, struct str directory,
                           const struct git_entry *old, const struct git_entry *new)
{
    struct arena *arena = comparing->arena;
    const struct git_entry *counts = new ? new : old;

    if (!counts)
        return;
    struct str path = path_of(arena, directory, counts->name);
    struct str old_id = old ? git_hex(arena, old->id) : STR_NONE;
    struct str new_id = new ? git_hex(arena, new->id) : STR_NONE;
    if (is_directory(counts))
        VEC_PUSH(arena, &comparing->next,
                 (struct pair){.path = path, .old_id = old_id, .new_id = new_id});
    else
        VEC_PUSH(arena, comparing->changes,
                 (struct repository_change){
                     .kind = !new   ? CHANGE_DELETED
                             : !old ? CHANGE_ADDED
                                    : CHANGE_MODIFIED,
                     .path = path,
                     .old_id = old_id,
                     .new_id = new_id,
                     .is_file = git_mode_of(counts->mode) == OBJECT_FILE,
                 });
}

/* One of two trees that are read side by side. */
struct side {
    struct str id; /* the tree's */
    struct str rest;
    struct git_entry entry;
    bool has_entry;
};

static bool advance(struct side *side, struct err *e)
{
    side->has_entry = side->rest.length > 0;
    return !side->has_entry || git_tree_next(&side->rest, side->id.length / 2, &side->entry) ||
           git_tree_misread(side->id, e);
}

static bool compare_trees(struct comparing *comparing, struct str directory, struct side *old,
                          struct side *new, struct err *e)
{
    if (!advance(old, e) || !advance(new, e))
        return false;
    while (old->has_entry || new->has_entry) {
        int order = !old->has_entry   ? 1
                    : !new->has_entry ? -1
                                      : compare_entries(&old->entry, &new->entry);
        if (order || !str_eq(old->entry.id, new->entry.id) || old->entry.mode != new->entry.mode)
            add_difference(comparing, directory, order <= 0 ? &old->entry : NULL,
                           order >= 0 ? &new->entry : NULL);
        if ((order <= 0 && !advance(old, e)) || (order >= 0 && !advance(new, e)))
            return false;
    }
    return true;
}

/* *at: the object that comes next; one is there for each id that is. */
static bool begin_side(struct side *side, struct str id, const struct git_object *objects,
                       size_t *at, struct err *e)
{
    *side = (struct side){.id = id};
    if (!id.length)
        return true;
    const struct git_object *object = &objects[(*at)++];
    side->rest = object->bytes;
    return object->type == GIT_TREE ||
           err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is %s", STR_ARG(id),
                   object->type == GIT_MISSING ? "missing" : "no directory");
}

static bool compare_some(struct comparing *comparing, const struct pair *pairs, size_t count,
                         struct err *e)
{
    ARENA(trees, TREES_BUDGET);
    struct str *ids = ARENA_ARRAY(&trees, count * 2, struct str);
    struct git_object *objects = ARENA_ARRAY(&trees, count * 2, struct git_object);
    size_t asked = 0, at = 0;

    for (size_t i = 0; i < count; i++) {
        if (pairs[i].old_id.length)
            ids[asked++] = pairs[i].old_id;
        if (pairs[i].new_id.length)
            ids[asked++] = pairs[i].new_id;
    }
    if (!git_objects_read(comparing->git, &trees, ids, asked, 0, objects, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct side old, new;
        if (!begin_side(&old, pairs[i].old_id, objects, &at, e) ||
            !begin_side(&new, pairs[i].new_id, objects, &at, e) ||
            !compare_trees(comparing, pairs[i].path, &old, &new, e))
            return false;
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
        for (size_t at = 0; at < depth.count; at += TREES_AT_ONCE) {
            size_t left = depth.count - at;
            if (!compare_some(&comparing, depth.items + at,
                              left < TREES_AT_ONCE ? left : TREES_AT_ONCE, e))
                return false;
        }
        depth = comparing.next;
    }
    return true;
}
