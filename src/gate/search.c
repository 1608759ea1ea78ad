/* search.c -- rows of a pack's table that this code does not know: do other branches know them? Their histories are read, so that a word in
 * some file is no sighting. */
#include "base/file.h"
#include "base/process.h"
#include "gate/look.h"
#include "migrations/tracker.h"
#include "repository/history.h"

#define REFS_MAX 500u
#define SCRATCH_BUDGET ((size_t)512 << 20)

struct search {
    struct viewer *viewer;
    struct look_set *set;
    const struct config_migrations *wanted;
    size_t left; /* rows not seen yet */
};

static bool take(struct search *s, const struct history *history, struct str ref, struct err *e)
{
    struct arena *arena = s->viewer->arena;
    const struct tracker *tracker = s->set->history.row;
    struct id_map ids = id_map_new(arena, history->migrations.count + 1);
    struct str normal;
    size_t index;

    for (size_t i = 0; i < history->migrations.count; i++) {
        if (!tracker_id_normal(arena, tracker, history->migrations.items[i].id, &normal, e))
            return false;
        (void)id_map_add(&ids, normal, i, &index);
    }
    for (size_t i = 0; i < s->set->plan.unknown.count; i++) {
        struct plan_unknown *unknown = &s->set->plan.unknown.items[i];
        if (unknown->elsewhere)
            continue;
        if (!tracker_id_normal(arena, tracker, unknown->id, &normal, e))
            return false;
        if (!id_map_get(&ids, normal, &index))
            continue;
        unknown->elsewhere = true;
        unknown->kind = UNKNOWN_ELSEWHERE;
        unknown->where = str_printf(arena, "exists at " STR_FMT " (" STR_FMT ")", STR_ARG(ref),
                                    STR_ARG(history->migrations.items[index].file));
        s->left--;
    }
    return true;
}

static struct str short_name(struct str ref)
{
    static const struct str prefixes[] = {STR_INIT("refs/heads/"), STR_INIT("refs/remotes/"),
                                          STR_INIT("refs/tags/")};

    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
        if (str_starts(ref, prefixes[i]))
            return str_from_offset(ref, prefixes[i].length);
    return ref;
}

/* A ref that cannot be read hides nothing of the others. */
static void look_at_ref(struct search *s, const struct repository_named_ref *ref, bool *complete)
{
    struct viewer *viewer = s->viewer;
    struct history history = {0};
    struct tree *tree = NULL;
    struct err bad = ERR_NONE;

    if (!repository_tree(viewer->repository, viewer->arena, ref->commit, &tree, &bad) ||
        !history_load(viewer->arena, tree, s->wanted, &history, &bad) ||
        !take(s, &history, short_name(ref->name), &bad))
        *complete = false;
}

bool viewer_search_refs(struct viewer *viewer, struct look_set *set,
                        const struct config_migrations *wanted, uint64_t limit_ms,
                        struct str *ret_why)
{
    struct search search = {
        .viewer = viewer, .set = set, .wanted = wanted, .left = set->plan.unknown.count};
    struct repository_named_refs refs = {0};
    struct strs seen = {0};
    struct err e = ERR_NONE;
    uint64_t limit = clock_ms() + limit_ms;
    bool complete = true;

    if (!repository_named_refs(viewer->repository, viewer->arena, &refs, &e)) {
        *ret_why = str_copy(viewer->arena, str_from(e.message));
        return false;
    }
    for (size_t i = 0; i < refs.count && search.left; i++) {
        if (strs_have(&seen, refs.items[i].commit))
            continue;
        strs_add(viewer->arena, &seen, refs.items[i].commit);
        if (seen.count > REFS_MAX || clock_ms() >= limit) {
            *ret_why = STR("the search through all branches ran out of time");
            return false;
        }
        look_at_ref(&search, &refs.items[i], &complete);
    }
    if (search.left && !complete)
        *ret_why = STR("not every branch could be read");
    return search.left == 0;
}
