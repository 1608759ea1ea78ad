/* git_changes.c -- what differs between the trees of two commits, found as `git diff-tree -r` does: directories of the same id are not opened, and those
 * that differ are entered where they stand, so that what is found comes in the order of paths. */
#include <string.h>

#include "repository/git_command.h"

/* git's own limit (core.maxTreeDepth). */
#define DEPTH_MAX 2048u
/* One directory's two sides. */
#define TREES_BUDGET ((size_t)1 << 30)

struct comparing {
    struct git *git;
    struct arena *arena;
    struct repository_changes *found;
    size_t depth;
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

/* Most entries stand on both sides as they are: their bytes are passed over together, and not taken apart. */
static bool advance_both(struct side *old, struct side *new, struct err *e)
{
    size_t id_size = old->id.length / 2, name_end;

    while ((name_end = str_find_byte(old->rest, '\0')) != SIZE_MAX &&
           name_end + 1 + id_size <= old->rest.length) {
        struct str same = str_prefix(old->rest, name_end + 1 + id_size);
        if (!str_starts(new->rest, same))
            break;
        old->rest = str_from_offset(old->rest, same.length);
        new->rest = str_from_offset(new->rest, same.length);
    }
    return advance(old, e) && advance(new, e);
}

static bool side_read(struct git *git, struct arena *arena, struct str id, struct side *side,
                      struct err *e)
{
    const struct git_tree *root = git_root_kept(git, id);
    struct git_object object = {.type = GIT_MISSING};

    *side = (struct side){.id = id, .rest = root ? root->bytes : STR_NONE};
    if (!id.length || root)
        return true;
    if (!git_objects_read(git, arena, &id, 1, 0, &object, e))
        return false;
    side->rest = object.bytes;
    return object.type == GIT_TREE ||
           err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is %s", STR_ARG(id),
                   object.type == GIT_MISSING ? "missing" : "no directory");
}

static bool compare_trees(struct comparing *comparing, struct str directory, struct str old_id,
                          struct str new_id, struct err *e);

/* Either may be NULL: not there. */
static bool add_difference(struct comparing *comparing, struct str directory,
                           const struct git_entry *old, const struct git_entry *new, struct err *e)
{
    struct arena *arena = comparing->arena;
    const struct git_entry *counts = new ? new : old;

    if (!counts)
        return true;
    struct str path = path_of(arena, directory, counts->name);
    struct str old_id = old ? git_hex(arena, old->id) : STR_NONE;
    struct str new_id = new ? git_hex(arena, new->id) : STR_NONE;
    if (is_directory(counts))
        return compare_trees(comparing, path, old_id, new_id, e);
    VEC_PUSH(arena, comparing->found,
             (struct repository_change){
                 .kind = !new   ? CHANGE_DELETED
                         : !old ? CHANGE_ADDED
                                : CHANGE_MODIFIED,
                 .path = path,
                 .old_id = old_id,
                 .new_id = new_id,
                 .is_file = git_mode_of(counts->mode) == OBJECT_FILE,
             });
    return true;
}

static bool compare_sides(struct comparing *comparing, struct str directory, struct side *old,
                          struct side *new, struct err *e)
{
    if (!advance_both(old, new, e))
        return false;
    while (old->has_entry || new->has_entry) {
        int order = !old->has_entry   ? 1
                    : !new->has_entry ? -1
                                      : compare_entries(&old->entry, &new->entry);
        if ((order || !str_eq(old->entry.id, new->entry.id) ||
             old->entry.mode != new->entry.mode) &&
            !add_difference(comparing, directory, order <= 0 ? &old->entry : NULL,
                            order >= 0 ? &new->entry : NULL, e))
            return false;
        if (!(order < 0   ? advance(old, e)
              : order > 0 ? advance(new, e)
                          : advance_both(old, new, e)))
            return false;
    }
    return true;
}

/* As deep as directories are. */
static bool compare_trees(struct comparing *comparing, struct str directory, struct str old_id,
                          struct str new_id, struct err *e)
{
    ARENA(scratch, TREES_BUDGET);
    struct side old, new;

    if (comparing->depth == DEPTH_MAX)
        return err_set(e, ERR_LIMIT, "directories nested deeper than %u", DEPTH_MAX);
    comparing->depth++;
    bool compared = side_read(comparing->git, &scratch, old_id, &old, e) &&
                    side_read(comparing->git, &scratch, new_id, &new, e) &&
                    compare_sides(comparing, directory, &old, &new, e);
    comparing->depth--;
    return compared;
}

bool git_changes(void *self, struct arena *arena, struct str from, struct str to,
                 struct repository_changes *ret_changes, struct err *e)
{
    struct git *git = self;
    struct repository_changes changes = {0};
    struct comparing comparing = {.git = git, .arena = arena, .found = &changes};
    struct git_commit old = {0}, new;

    if (to.length && str_eq(git->ahead.to, to) && str_eq(git->ahead.from, from)) {
        *ret_changes = git->ahead.changes;
        return true;
    }
    if ((from.length && !git_read_commit(self, from, &old, e)) ||
        !git_read_commit(self, to, &new, e))
        return false;
    if (!str_eq(old.tree, new.tree) && !compare_trees(&comparing, STR(""), old.tree, new.tree, e))
        return false;
    *ret_changes = changes;
    return true;
}
