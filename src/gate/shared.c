/* shared.c -- rows that another migration set of this code has put into the same table: several contexts of EF Core, several directories of a tool
 * that does not mind rows without a file. */
#include "gate/look.h"
#include "migrations/tracker.h"

struct sharing {
    struct viewer *viewer;
    const struct look_set *set;
    struct plan_unknowns unknown, explained;
};

/* A tool that refuses rows without a file refuses those of another directory too. */
static bool may_share(const struct tracker *tracker)
{
    return tracker && !tracker_code_of(tracker) && !str_eq(tracker->missing_file, STR("refused"));
}

static bool is_of_one_table(const struct history *a, const struct history *b)
{
    return a->row == b->row && str_eq(a->table, b->table) && str_eq(a->schema, b->schema);
}

static bool take(struct sharing *s, const struct history *other, struct err *e)
{
    struct arena *arena = s->viewer->arena;
    const struct tracker *tracker = other->row;
    struct id_map ids = id_map_new(arena, other->migrations.count + 1);
    struct str normal;
    size_t index, kept = 0;

    for (size_t i = 0; i < other->migrations.count; i++) {
        if (!tracker_id_normal(arena, tracker, other->migrations.items[i].id, &normal, e))
            return false;
        (void)id_map_add(&ids, normal, i, &index);
    }
    for (size_t i = 0; i < s->unknown.count; i++) {
        struct plan_unknown unknown = s->unknown.items[i];
        if (!tracker_id_normal(arena, tracker, unknown.id, &normal, e))
            return false;
        if (!id_map_get(&ids, normal, &index)) {
            s->unknown.items[kept++] = unknown;
            continue;
        }
        unknown.kind = UNKNOWN_EXTERNAL;
        unknown.where =
            str_printf(arena, "of the migration set " STR_FMT " (" STR_FMT ")", STR_ARG(other->set),
                       STR_ARG(other->migrations.items[index].file));
        VEC_PUSH(arena, &s->explained, unknown);
    }
    s->unknown.count = kept;
    return true;
}

static bool look_at_other(struct sharing *s, const struct config_migrations *wanted, struct err *e)
{
    struct history other = {.set = wanted->name, .tracker = wanted->tracker, .root = wanted->root};
    struct err unread = ERR_NONE; /* it is said when that set is looked at */

    if (!history_load(s->viewer->arena, s->viewer->tree, wanted, &other, &unread))
        return true;
    return !is_of_one_table(&s->set->history, &other) || take(s, &other, e);
}

bool viewer_explain_shared(struct viewer *viewer, struct look_set *set,
                           const struct config_migrations *wanted, struct err *e)
{
    const struct config_migrations_list *all = &viewer->all;
    struct sharing sharing = {.viewer = viewer,
                              .set = set,
                              .unknown = set->plan.unknown,
                              .explained = set->plan.explained};

    if (!may_share(set->history.row))
        return true;
    for (size_t i = 0; i < all->count && sharing.unknown.count; i++)
        if (!str_eq(all->items[i].name, wanted->name) && all->items[i].row == set->history.row &&
            viewer_source(viewer, &all->items[i]) == viewer_source(viewer, wanted) &&
            !look_at_other(&sharing, &all->items[i], e))
            return false;
    set->plan.unknown = sharing.unknown;
    set->plan.explained = sharing.explained;
    return true;
}
