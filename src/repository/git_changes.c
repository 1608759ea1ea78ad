/* git_changes.c -- what differs between the trees of two commits, found as `git diff-tree -r` does: directories of the same id are not opened. Those that
 * differ stand in a line; git reads the next ones while we compare. */
#include <string.h>

#include "repository/git_command.h"

/* Asked for in portions of so many; the next portion when fewer than so many are still to be answered. */
#define PAIRS_AT_ONCE 32u
#define PAIRS_WAITING 16u
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
    struct pairs line;
    size_t asked; /* of them */
    struct buf questions[2];
    size_t question;
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
        VEC_PUSH(arena, &comparing->line,
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

static bool take_side(struct comparing *comparing, struct arena *arena, struct str id,
                      struct side *side, struct err *e)
{
    struct git_object object;

    *side = (struct side){.id = id};
    if (!id.length)
        return true;
    if (!git_objects_take(comparing->git, arena, &object, e))
        return false;
    side->rest = object.bytes;
    return object.type == GIT_TREE ||
           err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is %s", STR_ARG(id),
                   object.type == GIT_MISSING ? "missing" : "no directory");
}

/* The next portion. It may wait while git has not taken the last one, unless `at`, which comes next, is part of it. */
static bool ask_some(struct comparing *comparing, size_t at, struct err *e)
{
    struct str ids[PAIRS_AT_ONCE * 2];
    size_t count = 0, end = comparing->asked;

    if (comparing->asked > at && (comparing->asked - at >= PAIRS_WAITING ||
                                  !companion_is_listening(comparing->git->objects)))
        return true;
    for (; end < comparing->line.count && end < comparing->asked + PAIRS_AT_ONCE; end++) {
        const struct pair *pair = &comparing->line.items[end];
        if (pair->old_id.length)
            ids[count++] = pair->old_id;
        if (pair->new_id.length)
            ids[count++] = pair->new_id;
    }
    comparing->asked = end;
    if (!count)
        return true;
    comparing->question = 1 - comparing->question;
    return git_objects_ask(comparing->git, &comparing->questions[comparing->question], ids, count,
                           e);
}

static bool compare_next(struct comparing *comparing, size_t at, struct err *e)
{
    ARENA(scratch, TREES_BUDGET);
    struct pair pair = comparing->line.items[at];
    struct side old, new;

    return ask_some(comparing, at, e) && take_side(comparing, &scratch, pair.old_id, &old, e) &&
           take_side(comparing, &scratch, pair.new_id, &new, e) &&
           compare_trees(comparing, pair.path, &old, &new, e);
}

/* Their bytes may have come with the commits. */
static bool compare_roots(struct comparing *comparing, struct str old_id, struct str new_id,
                          struct err *e)
{
    const struct git_tree *old_root = git_root_kept(comparing->git, old_id),
                          *new_root = git_root_kept(comparing->git, new_id);

    if (!old_root || !new_root) {
        VEC_PUSH(comparing->arena, &comparing->line,
                 (struct pair){.old_id = old_id, .new_id = new_id});
        return true;
    }
    struct side old = {.id = old_id, .rest = old_root->bytes},
                new = {.id = new_id, .rest = new_root->bytes};
    return compare_trees(comparing, STR(""), &old, &new, e);
}

bool git_changes(void *self, struct arena *arena, struct str from, struct str to,
                 struct repository_changes *ret_changes, struct err *e)
{
    struct comparing comparing = {.git = self, .arena = arena, .changes = ret_changes};
    ARENA(scratch, (size_t)1 << 20);
    struct git_commit old = {0}, new;

    if ((from.length && !git_read_commit(self, from, &old, e)) ||
        !git_read_commit(self, to, &new, e))
        return false;
    if (str_eq(old.tree, new.tree))
        return true;
    for (size_t i = 0; i < COUNT_OF(comparing.questions); i++)
        comparing.questions[i] = buf_new(&scratch, PAIRS_AT_ONCE * 2 * 96 + 128);
    if (!compare_roots(&comparing, old.tree, new.tree, e))
        return false;
    for (size_t at = 0; at < comparing.line.count; at++)
        if (!compare_next(&comparing, at, e)) {
            /* Answers to what was asked are still to come. */
            companion_stop(&comparing.git->objects);
            return false;
        }
    return true;
}
