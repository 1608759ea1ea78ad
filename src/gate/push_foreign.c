/* push_foreign.c -- what came into the pushed branch with commits that others made is not this push's: a branch that merged main. */
#include "gate/pusher.h"

/* Each is walked from. */
#define MAIN_LINES_MAX 6u

/* Branches that others are merged from day by day. */
static bool is_main_line(struct str ref)
{
    static const char *const names[] = {"main",        "master", "trunk", "develop",
                                        "development", "dev",    "next",  NULL};
    size_t slash = str_find_last_byte(ref, '/');
    struct str name = slash == SIZE_MAX ? ref : str_from_offset(ref, slash + 1);

    return str_is_one_of(name, names);
}

bool push_counts_whole(const struct pushed *pushed)
{
    return pushed->is_deploy || pushed->range->everything ||
           str_eq(pushed->pusher->known.default_branch, pushed->ref->remote_ref);
}

bool push_main_lines(struct pushed *pushed, struct strs *ret_commits, struct err *e)
{
    struct pusher *pusher = pushed->pusher;
    struct repository_named_refs others = {0};

    *ret_commits = (struct strs){0};
    if (!range_known_need(pusher->input->repository, pusher->arena, &pusher->known, e))
        return false;
    if (pusher->known.default_tip.length)
        strs_add(pusher->arena, ret_commits, pusher->known.default_tip);
    range_others(pusher->arena, &pusher->known, pushed->ref->remote_ref, &others);
    for (size_t i = 0; i < others.count; i++)
        if (is_main_line(others.items[i].name))
            strs_add(pusher->arena, ret_commits, others.items[i].commit);
    return true;
}

struct str push_ref_shown(struct str name)
{
    struct str shown = str_starts(name, STR("refs/")) ? str_from_offset(name, 5) : name;

    if (str_starts(shown, STR("remotes/")) || str_starts(shown, STR("heads/")))
        (void)str_cut(&shown, '/');
    return shown;
}

/* Where a branch of the remote will stand: this push may move it too. */
static struct str tip_after(const struct pushed *pushed, struct str branch, struct str tip)
{
    const struct push_refs *refs = pushed->pusher->input->refs;

    for (size_t i = 0; i < refs->count; i++)
        if (str_eq(refs->items[i].remote_ref, branch) && !range_id_is_zero(refs->items[i].local_id))
            return refs->items[i].local_id;
    return tip;
}

/* refs/remotes/origin/develop: refs/heads/develop. */
static struct str branch_there(const struct pushed *pushed, struct str name)
{
    const struct range_known *known = &pushed->pusher->known;
    size_t prefix = STR("refs/remotes/").length + known->remote.length + 1;

    if (known->server || !known->remote.length || name.length <= prefix)
        return name;
    return str_printf(pushed->pusher->arena, "refs/heads/" STR_FMT,
                      STR_ARG(str_from_offset(name, prefix)));
}

/* The default branch comes first: what is as near to others goes there, as the other lines do. It goes into none itself. */
static void list_lines(const struct pushed *pushed, struct push_lines *lines)
{
    struct pusher *pusher = pushed->pusher;
    const struct range_known *known = &pusher->known;
    struct repository_named_refs others = {0};

    if (str_eq(known->default_branch, pushed->ref->remote_ref))
        return;
    if (known->default_tip.length)
        VEC_PUSH(
            pusher->arena, lines,
            (struct push_line){.tip = tip_after(pushed, known->default_branch, known->default_tip),
                               .shown = known->default_shown});
    if (is_main_line(pushed->ref->remote_ref))
        return;
    range_others(pusher->arena, known, pushed->ref->remote_ref, &others);
    for (size_t i = 0; i < others.count && lines->count < MAIN_LINES_MAX; i++) {
        struct str shown = push_ref_shown(others.items[i].name);
        if (is_main_line(others.items[i].name) && !str_eq(shown, known->default_shown))
            VEC_PUSH(pusher->arena, lines,
                     (struct push_line){.tip = tip_after(pushed,
                                                         branch_there(pushed, others.items[i].name),
                                                         others.items[i].commit),
                                        .shown = shown});
    }
}

bool push_joined_line(struct pushed *pushed, struct push_line *ret_line, struct err *e)
{
    struct pusher *pusher = pushed->pusher;
    struct push_lines lines = {0};
    size_t fewest = SIZE_MAX;

    *ret_line = (struct push_line){0};
    if (!range_known_need(pusher->input->repository, pusher->arena, &pusher->known, e))
        return false;
    list_lines(pushed, &lines);
    for (size_t i = 0; i < lines.count; i++) {
        struct repository_commits own = {0};
        struct strs hidden = {0};
        VEC_PUSH(pusher->arena, &hidden, lines.items[i].tip);
        if (lines.count > 1 && !repository_walk(pusher->input->repository, pusher->arena,
                                                pushed->range->tip, &hidden, &own, e))
            return false;
        if (own.count < fewest) {
            fewest = own.count;
            *ret_line = lines.items[i];
        }
    }
    return true;
}

/* Those of the range that the other side knows already: they came with a merge. */
static bool known_commits(const struct pushed *pushed, const struct repository_commits *own,
                          struct repository_commits *ret_known, struct err *e)
{
    struct arena *arena = pushed->pusher->arena;
    struct repository_commits all;
    struct words ids = {.arena = arena};
    struct strs hidden = {0};

    *ret_known = (struct repository_commits){0};
    VEC_PUSH(arena, &hidden, pushed->range->base);
    if (!repository_walk(pushed->pusher->input->repository, arena, pushed->range->tip, &hidden,
                         &all, e))
        return false;
    for (size_t i = 0; i < own->count; i++)
        (void)words_add(&ids, own->items[i].id);
    for (size_t i = 0; i < all.count; i++)
        if (!words_have(&ids, all.items[i].id))
            VEC_PUSH(arena, ret_known, all.items[i]);
    return true;
}

static bool has_merge(const struct repository_commits *commits)
{
    for (size_t i = 0; i < commits->count; i++)
        if (commits->items[i].parents.count > 1)
            return true;
    return false;
}

/* A path that differs although no commit changes it, neither one of this push nor one that the other side knows: a merge threw away what the other
 * side did (-s ours, a conflict resolved by taking one's own). */
static bool touched_by_merges(const struct pushed *pushed, const struct repository_commits *own,
                              const struct repository_commits *known, const struct strs *paths,
                              bool *touched, struct err *e)
{
    struct pusher *pusher = pushed->pusher;
    bool open = false;

    for (size_t i = 0; i < paths->count; i++)
        open = open || !touched[i];
    if (!open || !has_merge(own))
        return true;
    bool *theirs = ARENA_ARRAY(pusher->arena, paths->count + 1, bool);
    if (!repository_touched(pusher->input->repository, pusher->arena, known, paths, theirs, e))
        return false;
    for (size_t i = 0; i < paths->count; i++)
        touched[i] = touched[i] || (!theirs[i] && pushed_change(pushed, paths->items[i]) != NULL);
    return true;
}

/* The commits of the push itself. *ret_all: no other ones come. */
static bool own_commits(struct pushed *pushed, struct repository_commits *ret_own,
                        struct repository_commits *ret_known, bool *ret_all, struct err *e)
{
    struct pusher *pusher = pushed->pusher;
    struct strs hidden;

    *ret_own = pushed->range->commits;
    *ret_all = push_counts_whole(pushed) || !pushed->range->base.length;
    if (*ret_all)
        return true;
    if (pushed->range->kind == RANGE_FAST_FORWARD) {
        if (!push_main_lines(pushed, &hidden, e))
            return false;
        *ret_all = !hidden.count;
        if (*ret_all)
            return true;
        VEC_PUSH(pusher->arena, &hidden, pushed->range->base);
        if (!repository_walk(pusher->input->repository, pusher->arena, pushed->range->tip, &hidden,
                             ret_own, e))
            return false;
    }
    if (!known_commits(pushed, ret_own, ret_known, e))
        return false;
    /* Nothing but theirs: then it is their work that goes here. */
    *ret_all = !ret_known->count || !ret_own->count;
    return true;
}

bool push_touches(struct pushed *pushed, const struct strs *paths, bool *touched, struct err *e)
{
    struct pusher *pusher = pushed->pusher;
    struct repository_commits own, known;
    bool all;

    if (!own_commits(pushed, &own, &known, &all, e))
        return false;
    for (size_t i = 0; all && i < paths->count; i++)
        touched[i] = true;
    return all ||
           (repository_touched(pusher->input->repository, pusher->arena, &own, paths, touched, e) &&
            touched_by_merges(pushed, &own, &known, paths, touched, e));
}
