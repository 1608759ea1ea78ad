#include "base/file.h"
#include "base/process.h"
#include "gate/look.h"

#define SEARCH_MS 5000u
#define QUESTIONS_MAX 16u

void viewer_failed(struct viewer *viewer, struct str set, const char *what, const struct err *e)
{
    enum reason_code code = REASON_INDETERMINATE_HISTORY;
    struct arena *arena = viewer->arena;

    if (e->kind == ERR_TIMEOUT)
        code = REASON_DEADLINE;
    else if (e->kind == ERR_INTERNAL || e->kind == ERR_NO_ERROR)
        code = REASON_INTERNAL_ERROR;
    judge_add(
        &viewer->judge, code, set,
        str_printf(arena, "%s: %s", what, e->message[0] ? e->message : "for a reason not given"),
        str_copy(arena, str_from(e->hint)));
}

/* False: there is none (no_repository), or it cannot be read (a reason). */
static bool need_repository(struct viewer *viewer)
{
    struct err e = ERR_NONE;

    if (!viewer->repository)
        viewer->repository = viewer->options->repository;
    if (viewer->repository)
        return true;
    if (viewer->repository_failed)
        return false;
    if (repository_open(viewer->arena, viewer->config->work_tree, &viewer->repository, &e))
        return true;
    viewer->repository = NULL;
    viewer->repository_failed = true;
    viewer->no_repository =
        e.kind == ERR_NOT_FOUND && str_is_empty(viewer->config->git_directory_hint);
    if (!viewer->no_repository)
        viewer_failed(viewer, STR_NONE, "the repository cannot be read", &e);
    return false;
}

bool viewer_open_tree(struct viewer *viewer, struct str *ret_at, struct err *e)
{
    struct err failure = ERR_NONE;
    struct str commit = STR_NONE, revision = viewer->options->revision;

    (void)e;
    if (str_is_empty(revision)) {
        viewer->tree = tree_of_directory(viewer->arena, viewer->config->work_tree);
        *ret_at = STR("work tree");
        return true;
    }
    *ret_at = revision;
    if (!need_repository(viewer)) {
        if (viewer->no_repository)
            judge_add(&viewer->judge, REASON_INDETERMINATE_HISTORY, STR_NONE,
                      str_printf(viewer->arena,
                                 "the revision " STR_FMT " cannot be read: no repository",
                                 STR_ARG(revision)),
                      STR_NONE);
        return true;
    }
    if (!repository_resolve(viewer->repository, viewer->arena, revision, &commit, &failure) ||
        !repository_tree(viewer->repository, viewer->arena, commit, &viewer->tree, &failure)) {
        viewer->tree = NULL;
        viewer_failed(viewer, STR_NONE, "what is deployed cannot be read", &failure);
        return true;
    }
    viewer->commit = commit;
    *ret_at = tree_describe(viewer->tree);
    return true;
}

static uint64_t search_limit(const struct viewer *viewer)
{
    uint64_t now = clock_ms(), deadline = viewer->options->deadline_ms;

    if (!deadline)
        return SEARCH_MS;
    if (now >= deadline)
        return 0;
    return deadline - now < 2 * SEARCH_MS ? (deadline - now) / 2 : SEARCH_MS;
}

static const struct config_migrations *as_wanted(struct viewer *viewer, const struct look_set *set,
                                                 struct config_migrations *wanted)
{
    const struct config_migrations_list *configured = &viewer->config->migrations;

    for (size_t i = 0; i < configured->count; i++)
        if (str_eq(configured->items[i].root, set->history.root) &&
            (str_is_empty(configured->items[i].tracker) ||
             str_eq(configured->items[i].tracker, set->history.tracker))) {
            *wanted = configured->items[i];
            wanted->tracker = set->history.tracker;
            wanted->row = set->history.row;
            wanted->dbms = set->history.dbms;
            return wanted;
        }
    *wanted = (struct config_migrations){
        .name = set->history.set,
        .tracker = set->history.tracker,
        .row = set->history.row,
        .root = set->history.root,
        .dbms = set->history.dbms,
    };
    /* Of a pack the directories are known; there they may lie in another place, and are looked for when these are gone. */
    for (size_t i = 0; set->history.row && i < set->history.versions.count; i++) {
        struct str directory = set->history.versions.items[i], inside = directory;
        if (set->history.root.length)
            (void)path_relative(set->history.root, directory, &inside);
        VEC_PUSH(viewer->arena, &wanted->versions, inside.length ? inside : STR("."));
    }
    return wanted;
}

/* Which ids does the history at a commit hold applied, given the rows? Adds them to *applied. */
static bool applied_at(struct viewer *viewer, const struct look_set *set,
                       const struct database_rows *rows, struct str commit, struct strs *applied,
                       struct err *e)
{
    struct config_migrations other_set;
    struct tree *tree = NULL;
    struct history history = {0};
    struct plan plan = {0};

    if (!repository_tree(viewer->repository, viewer->arena, commit, &tree, e) ||
        !history_load(viewer->arena, tree, as_wanted(viewer, set, &other_set), &history, e))
        return false;
    struct database_rows known = {.schema = rows->schema, .state = rows->state};
    for (size_t i = 0; i < rows->ids.count; i++)
        for (size_t m = 0; m < history.migrations.count; m++)
            if (str_eq(history.migrations.items[m].id, rows->ids.items[i])) {
                VEC_PUSH(viewer->arena, &known.ids, rows->ids.items[i]);
                break;
            }
    if (!plan_make(viewer->arena, &history, &known, &plan, e))
        return false;
    if (plan.problems.count || plan.unknown.count)
        return err_set(e, ERR_INPUT, "the history at " STR_FMT " is not in order", STR_ARG(commit));
    bool *pending = ARENA_ARRAY(viewer->arena, history.migrations.count + 1, bool);
    for (size_t i = 0; i < plan.pending.count; i++)
        pending[plan.pending.items[i]] = true;
    for (size_t i = 0; i < history.migrations.count; i++)
        if (!pending[i])
            VEC_PUSH(viewer->arena, applied, history.migrations.items[i].id);
    return true;
}

/* Our pending ones: all that no history calls applied, and that our own plan does not either. */
static void pending_without(struct viewer *viewer, struct look_set *set, struct strs *applied)
{
    size_t kept = 0;

    (void)viewer;
    for (size_t i = 0; i < set->plan.pending.count; i++) {
        struct str id = set->history.migrations.items[set->plan.pending.items[i]].id;
        size_t low = 0, high = applied->count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (str_compare(applied->items[middle], id) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        bool is_applied = low < applied->count && str_eq(applied->items[low], id);
        if (!is_applied)
            set->plan.pending.items[kept++] = set->plan.pending.items[i];
    }
    set->plan.applied_count += set->plan.pending.count - kept;
    set->plan.pending.count = kept;
}

static void note_sightings(struct viewer *viewer, struct look_set *set,
                           const struct repository_sightings *sightings, struct strs *commits)
{
    for (size_t u = 0; u < set->plan.unknown.count; u++)
        for (size_t s = 0; s < sightings->count; s++) {
            const struct repository_sighting *sighting = &sightings->items[s];
            struct plan_unknown *unknown = &set->plan.unknown.items[u];
            if (!str_eq(sighting->id, unknown->id))
                continue;
            unknown->elsewhere = true;
            unknown->where = str_printf(viewer->arena, "exists at " STR_FMT " (" STR_FMT ")",
                                        STR_ARG(sighting->ref),
                                        STR_ARG(str_shown(viewer->arena, sighting->path)));
            strs_add(viewer->arena, commits, sighting->commit);
            break;
        }
}

/* A word of a file is no revision: the history in which it was seen must hold it. */
static bool are_revisions(struct look_set *set, const struct strs *applied)
{
    bool all = true;

    for (size_t u = 0; u < set->plan.unknown.count; u++) {
        struct plan_unknown *unknown = &set->plan.unknown.items[u];
        if (unknown->elsewhere && strs_have(applied, unknown->id))
            continue;
        unknown->elsewhere = all = false;
        unknown->where = STR_NONE;
    }
    return all;
}

bool viewer_search_unknown(struct viewer *viewer, struct look_set *set,
                           const struct database_rows *rows, struct str *ret_why)
{
    struct repository_sightings sightings = {0};
    struct strs ids = {0}, commits = {0}, applied = {0};
    struct config_migrations other_set;
    struct err e = ERR_NONE;
    bool complete = false, found_all = true;

    if (!need_repository(viewer)) {
        *ret_why = STR("there is no repository in which to look for it");
        return false;
    }
    if (set->history.row)
        return viewer_search_refs(viewer, set, as_wanted(viewer, set, &other_set),
                                  search_limit(viewer), ret_why);
    for (size_t i = 0; i < set->plan.unknown.count; i++)
        VEC_PUSH(viewer->arena, &ids, set->plan.unknown.items[i].id);
    struct str directory =
        set->history.versions.count == 1 ? set->history.versions.items[0] : set->history.root;
    if (!repository_find_ids(viewer->repository, viewer->arena, directory, &ids,
                             search_limit(viewer), &sightings, &complete, &e)) {
        *ret_why = str_copy(viewer->arena, str_from(e.message));
        return false;
    }
    note_sightings(viewer, set, &sightings, &commits);
    for (size_t i = 0; i < set->plan.unknown.count; i++)
        found_all &= set->plan.unknown.items[i].elsewhere;
    if (!found_all) {
        if (!complete)
            *ret_why = STR("the search through all branches ran out of time");
        return false;
    }
    for (size_t i = 0; i < commits.count; i++)
        if (!applied_at(viewer, set, rows, commits.items[i], &applied, &e)) {
            *ret_why = str_copy(viewer->arena, str_from(e.message));
            return false;
        }
    strs_sort(&applied);
    if (!are_revisions(set, &applied))
        return false;
    pending_without(viewer, set, &applied);
    return true;
}

/* Git goes through the whole index for each directory that it is asked about: of many, one question is cheaper. */
static bool uncommitted_of_tree(struct viewer *viewer, struct strs *ret_changed, struct err *e)
{
    struct strs changed = {0};

    if (!viewer->uncommitted) {
        if (!repository_uncommitted(viewer->repository, viewer->arena, STR(""), &changed, e))
            return false;
        viewer->uncommitted = ARENA_NEW(viewer->arena, struct strs);
        *viewer->uncommitted = changed;
    }
    *ret_changed = *viewer->uncommitted;
    return true;
}

static bool uncommitted_below(struct viewer *viewer, const struct strs *directories,
                              struct strs *ret_changed, struct err *e)
{
    struct strs changed = {0};

    if (directories->count > QUESTIONS_MAX || viewer->all.count > QUESTIONS_MAX)
        return uncommitted_of_tree(viewer, ret_changed, e);
    for (size_t i = 0; i < directories->count; i++) {
        struct strs paths = {0};
        if (!repository_uncommitted(viewer->repository, viewer->arena, directories->items[i],
                                    &paths, e))
            return false;
        for (size_t p = 0; p < paths.count; p++)
            VEC_PUSH(viewer->arena, &changed, paths.items[p]);
    }
    strs_sort(&changed);
    *ret_changed = changed;
    return true;
}

void viewer_mark_uncommitted(struct viewer *viewer, struct look_set *set)
{
    struct strs changed = {0};
    struct err e = ERR_NONE;

    if (!str_is_empty(viewer->options->revision) || !need_repository(viewer))
        return;
    if (!uncommitted_below(viewer, &set->history.versions, &changed, &e)) {
        viewer_failed(viewer, set->history.set, "git cannot say what is committed", &e);
        return;
    }
    for (size_t m = 0; m < set->history.migrations.count && changed.count; m++)
        set->history.migrations.items[m].uncommitted =
            strs_sorted_have(&changed, set->history.migrations.items[m].file);
    judge_uncommitted(&viewer->judge, set);
}

void viewer_close(struct viewer *viewer)
{
    if (viewer->repository && viewer->repository != viewer->options->repository)
        repository_close(&viewer->repository);
}
