/* sqitch_rows.c -- what Sqitch's registry says of its plan. Ids are computed, so that a plan that was rewritten behind what is deployed shows. */
#include "migrations/sqitch_rows.h"

#include "database/database.h"
#include "migrations/id_map.h"

struct planner {
    struct arena *arena;
    const struct history *history;
    struct plan *plan;
    struct id_map ids, names; /* names: the last change of each */
    bool *applied;            /* by id */
    bool *rewritten;          /* its name is deployed under another id */
    const struct database_row *latest;
    bool latest_known;
    size_t latest_place;
};

static bool is_failed(const struct database_row *row)
{
    return str_eq(row->state, STR("failed"));
}

/* Deployed under this name, but as another line of the plan. */
static void take_unknown(struct planner *p, const struct database_row *row)
{
    size_t place;

    if (!row->name.length || !id_map_get(&p->names, row->name, &place) || p->applied[place] ||
        p->rewritten[place]) {
        VEC_PUSH(p->arena, &p->plan->unknown, (struct plan_unknown){.id = row->id});
        return;
    }
    p->rewritten[place] = true;
    VEC_PUSH(p->arena, &p->plan->diverged,
             (struct plan_difference){.migration = place,
                                      .what = STR("change id"),
                                      .recorded = row->id,
                                      .actual = p->history->migrations.items[place].id});
}

static void take_deployed(struct planner *p, const struct database_row_list *rows)
{
    size_t place;

    for (size_t i = 0; i < rows->count; i++) {
        const struct database_row *row = &rows->items[i];
        if (is_failed(row))
            continue;
        p->latest = row;
        p->latest_known = id_map_get(&p->ids, row->id, &p->latest_place);
        if (p->latest_known)
            p->applied[p->latest_place] = true;
    }
    for (size_t i = 0; i < rows->count; i++)
        if (!is_failed(&rows->items[i]) && !id_map_get(&p->ids, rows->items[i].id, &place))
            take_unknown(p, &rows->items[i]);
}

/* The last thing that happened to it was a failure; changes that left the plan since do not matter any more. */
static void take_failed(struct planner *p, const struct database_row_list *rows)
{
    size_t place;

    for (size_t i = 0; i < rows->count; i++)
        if (is_failed(&rows->items[i]) && id_map_get(&p->ids, rows->items[i].id, &place) &&
            !p->applied[place])
            VEC_PUSH(p->arena, &p->plan->dirty,
                     (struct plan_dirty){.id = rows->items[i].id,
                                         .state = rows->items[i].state,
                                         .detail = rows->items[i].name});
}

static void refuse_latest(struct planner *p)
{
    VEC_PUSH(p->arena, &p->plan->problems,
             (struct history_problem){
                 .code = REASON_INDETERMINATE_HISTORY,
                 .message = str_printf(p->arena,
                                       "Sqitch refuses to work: what was deployed last is " STR_FMT
                                       " (" STR_FMT
                                       "), and no line of this plan has that id; ids change with "
                                       "every edit of a line, and of one before it",
                                       STR_ARG(p->latest->name), STR_ARG(p->latest->id)),
                 .hint = STR("restore the lines of the plan as they were deployed (git log -p), "
                             "and write new changes at its end")});
}

static void cannot_deploy(struct planner *p, const struct migration *migration, struct str why,
                          struct str hint)
{
    const struct sqitch_own *own = migration->own;

    VEC_PUSH(p->arena, &p->plan->problems,
             (struct history_problem){
                 .code = REASON_BROKEN_HISTORY,
                 .message = str_printf(
                     p->arena,
                     STR_FMT ":%zu: the change " STR_FMT " " STR_FMT ": Sqitch cannot deploy it",
                     STR_ARG(own->plan), migration->line, STR_ARG(migration->name), STR_ARG(why)),
                 .hint = hint});
}

/* Conflicts count with what is deployed, and with what will be before it. */
static void check_deployable(struct planner *p, size_t index, size_t first)
{
    const struct migration *all = p->history->migrations.items, *migration = &all[index];
    const struct sqitch_own *own = migration->own;

    if (own->scriptless)
        cannot_deploy(p, migration,
                      str_printf(p->arena, "has no script " STR_FMT, STR_ARG(migration->file)),
                      STR("add the script, or take the change out of the plan"));
    for (size_t i = 0; i < own->conflicts.count; i++) {
        size_t other = own->conflicts.items[i];
        if (p->applied[other] || (other >= first && other < index))
            cannot_deploy(p, migration,
                          str_printf(p->arena, "conflicts with " STR_FMT ", which %s",
                                     STR_ARG(all[other].name),
                                     p->applied[other] ? "is deployed" : "stands before it"),
                          STR("revert that one and take it out of the plan, or take this one out"));
    }
}

static void find_pending(struct planner *p)
{
    bool reached = p->latest && p->latest_known;

    for (size_t i = 0; i < p->history->migrations.count; i++) {
        if (p->applied[i]) {
            p->plan->applied_count++;
            continue;
        }
        if (reached && i < p->latest_place)
            VEC_PUSH(p->arena, &p->plan->never_applied, i);
        else if (!p->rewritten[i]) {
            VEC_PUSH(p->arena, &p->plan->pending, i);
            check_deployable(p, i, reached ? p->latest_place + 1 : 0);
        }
    }
}

/* An external command names ids alone: the last one of the plan is the latest. */
static struct database_row_list rows_of(struct planner *p, const struct database_rows *rows)
{
    struct database_row_list made = {0};
    size_t place, last = SIZE_MAX, best = 0;

    if (rows->rows.count)
        return rows->rows;
    for (size_t i = 0; i < rows->ids.count; i++) {
        VEC_PUSH(p->arena, &made, (struct database_row){.id = rows->ids.items[i]});
        if (id_map_get(&p->ids, rows->ids.items[i], &place) && (last == SIZE_MAX || place > best)) {
            best = place;
            last = i;
        }
    }
    if (last != SIZE_MAX) {
        struct database_row swap = made.items[last];
        made.items[last] = VEC_LAST(&made);
        VEC_LAST(&made) = swap;
    }
    return made;
}

bool sqitch_rows_plan(struct arena *arena, const struct history *history,
                      const struct database_rows *rows, struct plan *plan, struct err *e UNUSED)
{
    const struct migrations *all = &history->migrations;
    struct planner p = {.arena = arena,
                        .history = history,
                        .plan = plan,
                        .ids = id_map_new(arena, all->count + 1),
                        .names = id_map_new(arena, all->count + 1),
                        .applied = ARENA_ARRAY(arena, all->count + 1, bool),
                        .rewritten = ARENA_ARRAY(arena, all->count + 1, bool)};
    size_t other;

    for (size_t i = all->count; i-- > 0;) {
        (void)id_map_add(&p.ids, all->items[i].id, i, &other);
        (void)id_map_add(&p.names, all->items[i].name, i, &other);
    }
    struct database_row_list list = rows_of(&p, rows);
    take_deployed(&p, &list);
    take_failed(&p, &list);
    find_pending(&p);
    if (p.latest && !p.latest_known) {
        plan->pending_is_exact = false;
        refuse_latest(&p);
    }
    if (p.latest)
        plan->version = p.latest->id;
    return true;
}

/* Registries from before version 1.0 have the change's id where the script's hash stands now. */
bool sqitch_rows_verify(struct arena *arena, struct tree *tree, const struct history *history,
                        const struct database_rows *rows, struct plan *plan, struct err *e)
{
    struct database_rows hashed = *rows;

    hashed.rows = (struct database_row_list){0};
    for (size_t i = 0; i < rows->rows.count; i++)
        if (!str_eq(rows->rows.items[i].id, rows->rows.items[i].checksum))
            VEC_PUSH(arena, &hashed.rows, rows->rows.items[i]);
    return tracker_verify(arena, tree, history, &hashed, plan, e);
}
