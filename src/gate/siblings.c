/* siblings.c -- rows of a table in which several sets of one tool are recorded. */
#include "gate/look.h"
#include "migrations/tracker.h"

/* The name is that of the set in the configuration, or the one that was found. */
static bool is_sibling(const struct viewer *viewer, const struct config_migrations *other,
                       const struct history *history)
{
    return !str_eq(other->name, viewer->wanted->name) && str_eq(other->tracker, history->tracker) &&
           str_eq(other->database, viewer->wanted->database);
}

/* What this set knows of the rows goes from the unknown ones to the explained. */
static bool explain(struct viewer *viewer, struct plan *plan, const struct history *sibling,
                    struct err *e)
{
    struct arena *arena = viewer->arena;
    struct id_map ids = id_map_new(arena, sibling->migrations.count + 1);
    struct str normal;
    size_t index, left = 0;

    for (size_t i = 0; i < sibling->migrations.count; i++) {
        if (!tracker_id_normal(arena, sibling->row, sibling->migrations.items[i].id, &normal, e))
            return false;
        (void)id_map_add(&ids, normal, i, &index);
    }
    for (size_t i = 0; i < plan->unknown.count; i++) {
        struct plan_unknown unknown = plan->unknown.items[i];
        if (!tracker_id_normal(arena, sibling->row, unknown.id, &normal, e))
            return false;
        if (!id_map_get(&ids, normal, &index)) {
            plan->unknown.items[left++] = unknown;
            continue;
        }
        unknown.kind = UNKNOWN_EXTERNAL;
        unknown.where =
            str_printf(arena, "of the set " STR_FMT " (" STR_FMT ")", STR_ARG(sibling->set),
                       STR_ARG(sibling->migrations.items[index].file));
        VEC_PUSH(arena, &plan->explained, unknown);
    }
    plan->unknown.count = left;
    return true;
}

bool viewer_explain_siblings(struct viewer *viewer, struct look_set *set, struct err *e)
{
    const struct history *ours = &set->history;

    if (!ours->row || !str_eq(ours->row->rule, STR("set")) ||
        str_eq(ours->row->missing_file, STR("refused")))
        return true;
    for (size_t i = 0; i < viewer->sets->count && set->plan.unknown.count; i++) {
        struct config_migrations other = viewer->sets->items[i];
        struct err unread = ERR_NONE; /* its own look will say it */
        struct history history = {0};
        if (!is_sibling(viewer, &other, ours))
            continue;
        other.dbms = ours->dbms;
        if (!history_load(viewer->arena, viewer->tree, &other, &history, &unread) ||
            history.row != ours->row || !str_eq(history.table, ours->table) ||
            !str_eq(history.schema, ours->schema))
            continue;
        if (!explain(viewer, &set->plan, &history, e))
            return false;
    }
    return true;
}
