/* push_join.c -- new migrations against what the remote has elsewhere: heads that appear only when both are joined, and ids that are taken. */
#include <stdlib.h>

#include "base/file.h"
#include "gate/pusher.h"

#define MESSAGE_MAX ((size_t)8 << 10)
/* Other branches of the remote whose migrations are looked at, and files read of each. */
#define OTHERS_MAX 16u
#define FILES_MAX 200u
#define FILE_BYTES ((size_t)256 << 10)
#define LINKED_BYTES ((size_t)16 << 20)

/* --- What a merge of both would have. --- */

static struct words ids_of(struct arena *arena, const struct history *history)
{
    struct words ids = {.arena = arena};

    for (size_t m = 0; m < history->migrations.count; m++)
        (void)words_add(&ids, history->migrations.items[m].id);
    return ids;
}

/* One side without what the other has taken out since they parted. */
static struct history merged_side(struct arena *arena, const struct history *side,
                                  const struct history *other, const struct history *fork)
{
    struct words there = ids_of(arena, other), before = ids_of(arena, fork);
    struct history left = *side;

    left.migrations = (struct migrations){0};
    for (size_t m = 0; m < side->migrations.count; m++) {
        const struct migration *migration = &side->migrations.items[m];
        if (words_have(&there, migration->id) || !words_have(&before, migration->id))
            VEC_PUSH(arena, &left.migrations, *migration);
    }
    return left;
}

/* In another commit. One folder may hold several, which differ by their names. */
static struct commit_set *same_set(struct commit_view *view, const struct commit_set *set)
{
    struct commit_set *same = NULL;

    for (size_t s = 0; s < view->sets.count; s++) {
        struct commit_set *other = &view->sets.items[s];
        if (str_eq(other->set.tracker, set->set.tracker) &&
            str_eq(other->set.root, set->set.root) &&
            (!same || str_eq(other->set.name, set->set.name)))
            same = other;
    }
    return same;
}

struct both {
    struct history ours, theirs;
};

/* What a merge takes of each: where the branch left the other line tells what either took out since. Asked for only when something
 * is wrong without it. */
static bool both_merged(struct pushed *pushed, const struct commit_set *set,
                        const struct history *theirs, struct str their_tip, struct both *ret_both,
                        struct err *e)
{
    struct pusher *pusher = pushed->pusher;
    struct str fork = STR_NONE;
    struct commit_view *view;

    *ret_both = (struct both){.ours = set->history, .theirs = *theirs};
    if (!range_fork(pusher->input->repository, pusher->arena, pushed->range->tip, their_tip, &fork,
                    e))
        return false;
    if (!fork.length)
        return true;
    if (!pusher_view(pusher, fork, &view, e))
        return false;
    struct commit_set *before = same_set(view, set);
    if (!before)
        return true;
    if (!pusher_load(pusher, view, before, e))
        return false;
    ret_both->ours = merged_side(pusher->arena, &set->history, theirs, &before->history);
    ret_both->theirs = merged_side(pusher->arena, theirs, &set->history, &before->history);
    return true;
}

/* --- Heads. --- */

struct head {
    struct str id, file;
    bool ours;
};
VEC_DEFINE(heads, struct head);

static void name_parents(struct arena *arena, const struct history *history, struct strs *named)
{
    for (size_t m = 0; m < history->migrations.count; m++)
        for (size_t d = 0; d < history->migrations.items[m].down.count; d++)
            VEC_PUSH(arena, named, history->migrations.items[m].down.items[d]);
}

static bool is_among(const struct strs *sorted, struct str id)
{
    return sorted->count && bsearch(&id, sorted->items, sorted->count, sizeof sorted->items[0],
                                    str_compare_pointers);
}

static bool has_id(const struct history *history, struct str id)
{
    for (size_t m = 0; m < history->migrations.count; m++)
        if (str_eq(history->migrations.items[m].id, id))
            return true;
    return false;
}

static void add_heads(struct arena *arena, const struct history *history, const struct strs *named,
                      const struct history *except, bool ours, struct heads *heads)
{
    for (size_t m = 0; m < history->migrations.count; m++) {
        const struct migration *migration = &history->migrations.items[m];
        if (!is_among(named, migration->id) && !(except && has_id(except, migration->id)))
            VEC_PUSH(arena, heads,
                     (struct head){.id = migration->id, .file = migration->file, .ours = ours});
    }
}

/* Each side has a head that the other lacks. */
static bool heads_join(struct arena *arena, const struct history *history,
                       const struct history *other, struct heads *ret_heads)
{
    struct heads heads = {0};
    struct strs named = {0};
    bool ours = false, theirs = false;

    name_parents(arena, history, &named);
    name_parents(arena, other, &named);
    strs_sort(&named);
    add_heads(arena, history, &named, NULL, true, &heads);
    add_heads(arena, other, &named, history, false, &heads);
    for (size_t i = 0; i < heads.count; i++) {
        ours = ours || (heads.items[i].ours && !has_id(other, heads.items[i].id));
        theirs = theirs || !heads.items[i].ours;
    }
    /* Heads that are meant are no more than either side has: each branch moved on by itself. */
    bool meant = history->branches && other->branches;
    size_t most =
        history->heads.count > other->heads.count ? history->heads.count : other->heads.count;
    *ret_heads = heads;
    return ours && theirs && (meant ? heads.count > most : history->heads.count <= 1);
}

static bool judge_heads(struct pushed *pushed, const struct commit_set *set,
                        const struct history *other, const struct push_line *line, struct err *e)
{
    struct str shown = line->shown;
    struct arena *arena = pushed->pusher->arena;
    struct buf out = buf_new(arena, MESSAGE_MAX);
    struct both both;
    struct heads heads;

    if (!heads_join(arena, &set->history, other, &heads))
        return true;
    if (!both_merged(pushed, set, other, line->tip, &both, e))
        return false;
    if (!heads_join(arena, &both.ours, &both.theirs, &heads))
        return true;
    buf_printf(&out, "joined with " STR_FMT " there are %zu heads:", STR_ARG(shown), heads.count);
    for (size_t i = 0; i < heads.count && i < JUDGE_LISTED; i++)
        buf_printf(&out, "\n  " STR_FMT "  " STR_FMT "%s" STR_FMT, STR_ARG(heads.items[i].id),
                   STR_ARG(str_shown(arena, heads.items[i].file)),
                   heads.items[i].ours ? "" : "  at ",
                   STR_ARG(heads.items[i].ours ? STR_NONE : shown));
    buf_add(&out, STR("\n  `alembic upgrade head` refuses as soon as both are merged"));
    pusher_add(pushed->pusher, REASON_MULTIPLE_HEADS, set->set.name, buf_str(&out),
               str_printf(arena,
                          "git merge " STR_FMT " && " STR_FMT
                          "\nor let your first migration name the other head as its down_revision",
                          STR_ARG(shown), STR_ARG(set->history.merge_command)));
    return true;
}

/* An application that has several leaves already is told of by its own history. */
static bool has_leaves(const struct history *history, struct str application)
{
    for (size_t i = 0; i < history->problems.count; i++)
        if (history->problems.items[i].code == REASON_MULTIPLE_HEADS &&
            str_eq(history->problems.items[i].of, application))
            return true;
    return false;
}

static bool judge_leaves(struct pushed *pushed, const struct commit_set *set,
                         const struct history *other, const struct push_line *line, struct err *e)
{
    struct str shown = line->shown;
    struct arena *arena = pushed->pusher->arena;
    struct history_problems found = {0};
    struct both both;

    history_join_django(arena, &set->history, other, &found);
    if (!found.count)
        return true;
    if (!both_merged(pushed, set, other, line->tip, &both, e))
        return false;
    found = (struct history_problems){0};
    history_join_django(arena, &both.ours, &both.theirs, &found);
    for (size_t i = 0; i < found.count; i++)
        if (!has_leaves(&set->history, found.items[i].of))
            pusher_add(pushed->pusher, REASON_MULTIPLE_HEADS, set->set.name,
                       str_printf(arena, "joined with " STR_FMT " there are " STR_FMT,
                                  STR_ARG(shown), STR_ARG(found.items[i].message)),
                       str_printf(arena,
                                  "git merge " STR_FMT " && " STR_FMT
                                  "\nor let your first migration depend on the other leaf",
                                  STR_ARG(shown), STR_ARG(set->history.merge_command)));
    return true;
}

/* --- Ids that are taken. --- */

static void report_taken(struct pushed *pushed, const struct commit_set *set, struct str id,
                         struct str file, struct str shown, struct str other_file)
{
    struct arena *arena = pushed->pusher->arena;

    pusher_add(pushed->pusher, REASON_BROKEN_HISTORY, set->set.name,
               str_printf(arena,
                          "revision " STR_FMT " exists already, as another migration:\n  " STR_FMT
                          "\n  " STR_FMT "  at " STR_FMT
                          "\n  a database that has one of them counts the other as applied",
                          STR_ARG(id), STR_ARG(str_shown(arena, file)),
                          STR_ARG(str_shown(arena, other_file)), STR_ARG(shown)),
               str_printf(arena, "give the new migration an id of its own: " STR_FMT,
                          STR_ARG(str_shown(arena, file))));
}

/* The id of a file's bytes; empty: a link's. */
static bool object_at(struct tree *tree, struct arena *arena, struct str path, struct str *ret_id,
                      struct err *e)
{
    struct str name = path_base_name(path),
               directory = str_find_byte(path, '/') == SIZE_MAX ? STR("") : path_directory(path);
    struct tree_entries entries;
    bool exists;

    *ret_id = STR_NONE;
    if (!tree_list(tree, arena, directory, &entries, &exists, e))
        return false;
    for (size_t i = 0; i < entries.count; i++)
        if (str_eq(entries.items[i].name, name))
            *ret_id = entries.items[i].id;
    return true;
}

/* What a link leads to has to be read. */
static bool same_text(struct tree *a, struct str a_path, struct tree *b, struct str b_path,
                      bool *ret_same, struct err *e)
{
    ARENA(scratch, 2 * LINKED_BYTES + ((size_t)64 << 20));
    struct str left, right;
    bool whole[2];

    if (!tree_read_start(a, &scratch, a_path, LINKED_BYTES, &left, &whole[0], e) ||
        !tree_read_start(b, &scratch, b_path, LINKED_BYTES, &right, &whole[1], e))
        return false;
    *ret_same = whole[0] && whole[1] && str_eq(left, right);
    return true;
}

static bool same_bytes(struct tree *a, struct str a_path, struct tree *b, struct str b_path,
                       bool *ret_same, struct err *e)
{
    ARENA(scratch, (size_t)64 << 20);
    struct str left, right;

    if (!object_at(a, &scratch, a_path, &left, e) || !object_at(b, &scratch, b_path, &right, e))
        return false;
    *ret_same = str_eq(left, right);
    return (left.length && right.length) || same_text(a, a_path, b, b_path, ret_same, e);
}

static const struct migration *named(const struct history *history, struct str id)
{
    for (size_t m = 0; m < history->migrations.count; m++)
        if (str_eq(history->migrations.items[m].id, id))
            return &history->migrations.items[m];
    return NULL;
}

static bool judge_taken(struct pushed *pushed, const struct commit_set *set,
                        const struct strs *new_ids, const struct commit_view *view,
                        const struct history *other, struct str shown, struct err *e)
{
    for (size_t i = 0; i < new_ids->count; i++) {
        const struct migration *theirs = named(other, new_ids->items[i]);
        const struct migration *ours = named(&set->history, new_ids->items[i]);
        bool same = true;
        if (!theirs || !ours)
            continue;
        if (!same_bytes(pushed->after->tree, ours->file, view->tree, theirs->file, &same, e))
            return false;
        if (!same)
            report_taken(pushed, set, ours->id, ours->file, shown, theirs->file);
    }
    return true;
}

/* --- Other branches: only the files that this push does not have are read. --- */

static bool says_id(struct str bytes, struct str id)
{
    struct str line;

    while (str_next_line(&bytes, &line)) {
        size_t at = str_find(line, id);
        if (!str_starts(line, STR("revision")) || at == SIZE_MAX || at == 0)
            continue;
        struct str after = str_from_offset(line, at + id.length);
        char quote = line.bytes[at - 1];
        if ((quote == '"' || quote == '\'') && after.length && after.bytes[0] == quote)
            return true;
    }
    return false;
}

static bool in_versions(const struct history *history, struct str path)
{
    struct str inside;

    for (size_t i = 0; i < history->versions.count; i++)
        if (!history->versions.items[i].length ||
            path_relative(history->versions.items[i], path, &inside))
            return str_ends(path, STR(".py"));
    return false;
}

static bool report_said(struct pushed *pushed, const struct commit_set *set,
                        const struct strs *new_ids, struct str bytes, struct str shown,
                        struct tree *tree, struct str path, struct err *e)
{
    for (size_t n = 0; n < new_ids->count; n++) {
        bool same;
        if (!says_id(bytes, new_ids->items[n]))
            continue;
        struct str ours = named(&set->history, new_ids->items[n])->file;
        if (!same_bytes(pushed->after->tree, ours, tree, path, &same, e))
            return false;
        if (!same) /* it may have another name there */
            report_taken(pushed, set, new_ids->items[n], ours, shown, path);
    }
    return true;
}

static void note_overlooked(struct pushed *pushed, struct str what)
{
    strs_add(pushed->pusher->arena, &pushed->pusher->result->overlooked, what);
}

static bool look_at_branch(struct pushed *pushed, const struct commit_set *set,
                           const struct strs *new_ids, const struct repository_named_ref *ref,
                           struct err *e)
{
    struct repository *repository = pushed->pusher->input->repository;
    struct arena *arena = pushed->pusher->arena;
    struct repository_changes changes;
    struct tree *tree = NULL;
    size_t files = 0;

    if (!repository_changes(repository, arena, ref->commit, pushed->range->tip, &changes, e))
        return false;
    for (size_t i = 0; i < changes.count; i++) {
        ARENA(scratch, (size_t)64 << 20);
        struct str bytes;
        struct str path = changes.items[i].path;
        enum tree_entry_kind kind;
        bool whole;
        /* Seen from there: what went is there and not here. */
        if (changes.items[i].kind != CHANGE_DELETED || !in_versions(&set->history, path) ||
            files++ >= FILES_MAX)
            continue;
        if (!tree && !repository_tree(repository, arena, ref->commit, &tree, e))
            return false;
        /* A link may lead to a file. */
        if (!changes.items[i].is_file &&
            (!tree_exists(tree, &scratch, path, &kind) || kind != TREE_FILE))
            continue;
        if (!tree_read_start(tree, &scratch, path, FILE_BYTES, &bytes, &whole, e) ||
            !report_said(pushed, set, new_ids, bytes, push_ref_shown(ref->name), tree, path, e))
            return false;
    }
    if (files > FILES_MAX)
        note_overlooked(pushed, str_printf(arena,
                                           "revision ids were compared with %u of the %zu other "
                                           "migrations at " STR_FMT,
                                           FILES_MAX, files, STR_ARG(push_ref_shown(ref->name))));
    return true;
}

/* Branches that this push brings, as far as they were judged before this one. */
static void add_pushed(const struct pushed *pushed, struct repository_named_refs *others)
{
    const struct push_refs *refs = pushed->pusher->input->refs;

    for (size_t i = 0; i < refs->count && &refs->items[i] != pushed->ref; i++)
        if (str_starts(refs->items[i].remote_ref, STR("refs/heads/")) &&
            !range_id_is_zero(refs->items[i].local_id))
            VEC_PUSH(pushed->pusher->arena, others,
                     (struct repository_named_ref){.name = refs->items[i].remote_ref,
                                                   .commit = refs->items[i].local_id});
}

/* An old copy of this branch, or one that stands on it, has the very files; a branch that cannot be read says nothing about this push. */
static bool look_at_others(struct pushed *pushed, const struct commit_set *set,
                           const struct strs *new_ids, const struct push_line *joined,
                           struct err *e)
{
    struct repository_named_refs others = {0};
    struct words seen = {.arena = pushed->pusher->arena};

    (void)e;
    range_others(pushed->pusher->arena, &pushed->pusher->known, pushed->ref->remote_ref, &others);
    add_pushed(pushed, &others);
    for (size_t i = 0; i < others.count; i++) {
        struct err unreadable = ERR_NONE;
        struct str commit = others.items[i].commit;
        if (str_eq(commit, pushed->pusher->known.default_tip) || str_eq(commit, joined->tip) ||
            str_eq(commit, pushed->range->tip) || str_eq(commit, pushed->range->base) ||
            !words_add(&seen, commit))
            continue;
        if (seen.count <= OTHERS_MAX &&
            !look_at_branch(pushed, set, new_ids, &others.items[i], &unreadable))
            note_overlooked(
                pushed,
                str_printf(pushed->pusher->arena,
                           "revision ids were not compared with those at " STR_FMT ": %s",
                           STR_ARG(push_ref_shown(others.items[i].name)), unreadable.message));
    }
    if (seen.count > OTHERS_MAX)
        note_overlooked(pushed, str_printf(pushed->pusher->arena,
                                           "revision ids were compared with %u of the remote's "
                                           "%zu other branches",
                                           OTHERS_MAX, seen.count));
    return true;
}

/* *ret_other: the same set there; NULL: there is none. */
static bool set_at(struct pushed *pushed, const struct commit_set *set, struct str commit,
                   struct commit_view **ret_view, struct commit_set **ret_other, struct err *e)
{
    *ret_other = NULL;
    if (!commit.length || str_eq(commit, pushed->range->tip))
        return true;
    if (!pusher_view(pushed->pusher, commit, ret_view, e))
        return false;
    *ret_other = same_set(*ret_view, set);
    return !*ret_other || pusher_load(pushed->pusher, *ret_view, *ret_other, e);
}

static bool judge_line(struct pushed *pushed, const struct commit_set *set,
                       const struct strs *new_ids, const struct push_line *line, struct err *e)
{
    struct commit_set *other;
    struct commit_view *view;

    if (!set_at(pushed, set, line->tip, &view, &other, e))
        return false;
    if (!other)
        return true;
    if (str_eq(set->set.tracker, STR("alembic")) &&
        !judge_heads(pushed, set, &other->history, line, e))
        return false;
    if (str_eq(set->set.tracker, STR("django")) &&
        !judge_leaves(pushed, set, &other->history, line, e))
        return false;
    return judge_taken(pushed, set, new_ids, view, &other->history, line->shown, e);
}

/* Ids must not be taken there either, where the branch goes elsewhere first. */
static bool judge_default(struct pushed *pushed, const struct commit_set *set,
                          const struct strs *new_ids, const struct push_line *joined, struct err *e)
{
    const struct range_known *known = &pushed->pusher->known;
    struct commit_set *other;
    struct commit_view *view;

    if (!joined->tip.length || str_eq(known->default_shown, joined->shown))
        return true;
    if (!set_at(pushed, set, known->default_tip, &view, &other, e))
        return false;
    return !other ||
           judge_taken(pushed, set, new_ids, view, &other->history, known->default_shown, e);
}

bool push_judge_join(struct pushed *pushed, struct commit_set *set, const struct strs *new_ids,
                     struct err *e)
{
    struct push_line joined;

    if (!push_joined_line(pushed, &joined, e) || !judge_line(pushed, set, new_ids, &joined, e) ||
        !judge_default(pushed, set, new_ids, &joined, e))
        return false;
    return !str_eq(set->set.tracker, STR("alembic")) ||
           look_at_others(pushed, set, new_ids, &joined, e);
}
