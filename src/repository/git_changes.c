/* git_changes.c -- what differs between the trees of two commits, found as `git diff-tree -r` does: directories of the same id are not opened. Those that
 * differ stand in a line; git reads the next ones while we compare. What was found is put into the order of paths at the end, which costs no comparison:
 * a tree's entries are in that order already. */
#include <string.h>

#include "repository/git_command.h"

/* Asked for in portions of so many; the next portion when fewer than so many are still to be answered, for each git that answers. */
#define PAIRS_AT_ONCE 64u
#define PAIRS_WAITING 192u
/* When so many are still to be asked for a second git is worth its start. */
#define PAIRS_FOR_TWO 1024u
#define TREES_BUDGET ((size_t)1 << 30)

/* A directory that differs; an empty id: not there on that side. */
struct pair {
    struct str path, old_id, new_id;
    size_t before;               /* how much was found before it in the directory that holds it */
    size_t found, found_end;     /* what differs directly in it */
    size_t children, last_child; /* directories in it: in the same line */
    size_t lane;                 /* that was asked for it */
};
VEC_DEFINE(pairs, struct pair);

struct lane {
    struct companion **objects;
    struct buf questions[2]; /* one may be on its way still */
    size_t question;
};

struct comparing {
    struct git *git;
    struct arena *arena;  /* of what is handed out */
    struct arena *places; /* of what is not */
    struct repository_changes found;
    struct pairs line;
    size_t asked; /* of them */
    struct lane lanes[2];
    size_t lane_count, lane; /* the one that is asked next */
    bool stays_alone;
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

/* Either may be NULL: not there. */
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
        VEC_PUSH(comparing->places, &comparing->line,
                 (struct pair){.path = path,
                               .old_id = old_id,
                               .new_id = new_id,
                               .before = comparing->found.count});
    else
        VEC_PUSH(comparing->places, &comparing->found,
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

static bool compare_entries_of(struct comparing *comparing, struct str directory, struct side *old,
                               struct side *new, struct err *e)
{
    if (!advance_both(old, new, e))
        return false;
    while (old->has_entry || new->has_entry) {
        int order = !old->has_entry   ? 1
                    : !new->has_entry ? -1
                                      : compare_entries(&old->entry, &new->entry);
        if (order || !str_eq(old->entry.id, new->entry.id) || old->entry.mode != new->entry.mode)
            add_difference(comparing, directory, order <= 0 ? &old->entry : NULL,
                           order >= 0 ? &new->entry : NULL);
        if (!(order < 0   ? advance(old, e)
              : order > 0 ? advance(new, e)
                          : advance_both(old, new, e)))
            return false;
    }
    return true;
}

/* The two sides of the pair at `at` of the line. */
static bool compare_trees(struct comparing *comparing, size_t at, struct side *old,
                          struct side *new, struct err *e)
{
    size_t found = comparing->found.count, children = comparing->line.count;

    if (!compare_entries_of(comparing, comparing->line.items[at].path, old, new, e))
        return false;
    struct pair *pair = &comparing->line.items[at]; /* the line may have moved */
    pair->found = found;
    pair->found_end = comparing->found.count;
    pair->children = children;
    pair->last_child = comparing->line.count;
    return true;
}

static bool take_side(struct companion **lane, struct arena *arena, struct str id,
                      struct side *side, struct err *e)
{
    struct git_object object;

    *side = (struct side){.id = id};
    if (!id.length)
        return true;
    if (!git_objects_take(lane, arena, &object, e))
        return false;
    side->rest = object.bytes;
    return object.type == GIT_TREE ||
           err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is %s", STR_ARG(id),
                   object.type == GIT_MISSING ? "missing" : "no directory");
}

/* The next portion. It may wait while git has not taken the last one, unless `at`, which comes next, is part of it. */
static bool ask_some(struct comparing *comparing, size_t at, struct err *e)
{
    struct lane *lane = &comparing->lanes[comparing->lane];
    struct str ids[PAIRS_AT_ONCE * 2];
    size_t count = 0, end = comparing->asked;

    if (comparing->asked > at && (comparing->asked - at >= PAIRS_WAITING * comparing->lane_count ||
                                  !companion_is_listening(*lane->objects)))
        return true;
    for (; end < comparing->line.count && end < comparing->asked + PAIRS_AT_ONCE; end++) {
        struct pair *pair = &comparing->line.items[end];
        pair->lane = comparing->lane;
        if (pair->old_id.length)
            ids[count++] = pair->old_id;
        if (pair->new_id.length)
            ids[count++] = pair->new_id;
    }
    comparing->asked = end;
    if (!count)
        return true;
    comparing->lane = (comparing->lane + 1) % comparing->lane_count;
    lane->question = 1 - lane->question;
    return git_objects_ask(comparing->git, lane->objects, &lane->questions[lane->question], ids,
                           count, e);
}

/* Without it the first does all: slower, and as good. */
static void start_second(struct comparing *comparing)
{
    struct err alone = ERR_NONE;

    if (comparing->stays_alone || comparing->lane_count > 1 ||
        comparing->line.count - comparing->asked < PAIRS_FOR_TWO)
        return;
    if (git_objects_second(comparing->git, &alone))
        comparing->lane_count = 2;
    else
        comparing->stays_alone = true;
}

static bool compare_next(struct comparing *comparing, size_t at, struct err *e)
{
    ARENA(scratch, TREES_BUDGET);
    struct side old, new;

    start_second(comparing);
    if (!ask_some(comparing, at, e))
        return false;
    struct pair pair = comparing->line.items[at];
    struct companion **lane = comparing->lanes[pair.lane].objects;
    return take_side(lane, &scratch, pair.old_id, &old, e) &&
           take_side(lane, &scratch, pair.new_id, &new, e) &&
           compare_trees(comparing, at, &old, &new, e);
}

/* Their bytes may have come with the commits; else they are asked for with the others. */
static bool compare_roots(struct comparing *comparing, struct str old_id, struct str new_id,
                          struct err *e)
{
    const struct git_tree *old_root = git_root_kept(comparing->git, old_id),
                          *new_root = git_root_kept(comparing->git, new_id);

    VEC_PUSH(comparing->places, &comparing->line,
             (struct pair){.old_id = old_id, .new_id = new_id});
    if (!old_root || !new_root)
        return true;
    struct side old = {.id = old_id, .rest = old_root->bytes},
                new = {.id = new_id, .rest = new_root->bytes};
    comparing->asked = 1;
    return compare_trees(comparing, 0, &old, &new, e);
}

struct place { /* in a directory: what of it comes next */
    const struct pair *pair;
    size_t found, child;
};
VEC_DEFINE(places, struct place);

static struct place place_of(const struct pair *pair)
{
    return (struct place){.pair = pair, .found = pair->found, .child = pair->children};
}

/* Directory by directory, each at its name. */
static void put_in_order(struct comparing *comparing, struct repository_changes *ret_changes)
{
    struct places places = {0};

    VEC_PUSH(comparing->places, &places, place_of(&comparing->line.items[0]));
    while (places.count) {
        struct place *place = &places.items[places.count - 1];
        const struct pair *child =
            place->child < place->pair->last_child ? &comparing->line.items[place->child] : NULL;
        size_t end = child ? child->before : place->pair->found_end;
        for (; place->found < end; place->found++)
            VEC_PUSH(comparing->arena, ret_changes, comparing->found.items[place->found]);
        place->child++;
        if (child)
            VEC_PUSH(comparing->places, &places, place_of(child));
        else
            places.count--;
    }
}

bool git_changes(void *self, struct arena *arena, struct str from, struct str to,
                 struct repository_changes *ret_changes, struct err *e)
{
    ARENA(scratch, TREES_BUDGET);
    struct git *git = self;
    struct comparing comparing = {.git = git,
                                  .arena = arena,
                                  .places = &scratch,
                                  .lanes = {{.objects = &git->objects}, {.objects = &git->second}},
                                  .lane_count = 1};
    struct git_commit old = {0}, new;

    if (to.length && str_eq(git->ahead.to, to) && str_eq(git->ahead.from, from)) {
        *ret_changes = git->ahead.changes;
        return true;
    }
    if ((from.length && !git_read_commit(self, from, &old, e)) ||
        !git_read_commit(self, to, &new, e))
        return false;
    if (str_eq(old.tree, new.tree))
        return true;
    for (size_t i = 0; i < COUNT_OF(comparing.lanes) * 2; i++)
        comparing.lanes[i / 2].questions[i % 2] = buf_new(&scratch, PAIRS_AT_ONCE * 2 * 96 + 128);
    if (!compare_roots(&comparing, old.tree, new.tree, e))
        return false;
    for (size_t at = comparing.asked; at < comparing.line.count; at++)
        if (!compare_next(&comparing, at, e)) {
            /* Answers to what was asked are still to come. */
            companion_stop(&git->objects);
            companion_stop(&git->second);
            return false;
        }
    put_in_order(&comparing, ret_changes);
    return true;
}
