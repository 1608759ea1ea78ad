#include "base/buf.h"
#include "database/database.h"
#include "migrations/graph.h"
#include "migrations/sql.h"
#include "migrations/tracker.h"

#define NAMED_MAX 5u
#define PARTIAL_LENGTH_MIN 4u /* ids and labels shorter than this are never abbreviated */

/* How a row was read. */
enum row_kind { ROW_UNKNOWN = 0, ROW_EXACT, ROW_PARTIAL, ROW_LABEL, ROW_AMBIGUOUS };

struct resolver {
    struct arena *arena;
    const struct history *history;
    struct graph_names names;
    struct plan *plan;
    size_t *rows; /* indexes of the resolved ones */
    enum row_kind *kinds;
    struct str *texts;
    size_t count;
};

static void problem(struct resolver *r, struct str message, struct str hint)
{
    VEC_PUSH(r->arena, &r->plan->problems,
             (struct history_problem){
                 .code = REASON_INDETERMINATE_HISTORY, .message = message, .hint = hint});
}

/* The first migration whose id is not below `text`. */
static size_t lower_bound(const struct history *history, struct str text)
{
    size_t low = 0, high = history->migrations.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_compare(history->migrations.items[middle].id, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct candidates {
    size_t count, index;
    struct buf list;
};

static void add_candidate(struct candidates *found, struct str name, struct str row, size_t index)
{
    if (name.length < PARTIAL_LENGTH_MIN || !str_starts(name, row))
        return;
    if (found->count < NAMED_MAX)
        buf_printf(&found->list, "%s" STR_FMT, found->count ? ", " : "", STR_ARG(name));
    found->count++;
    found->index = index;
}

/* Alembic takes a unique beginning of an id or of a branch label for the whole. */
static enum row_kind resolve_partial(struct resolver *r, struct str row, size_t *ret_index)
{
    const struct migrations *all = &r->history->migrations;
    struct candidates found = {.list = buf_new(r->arena, 4096)};

    if (row.length == 0)
        return ROW_UNKNOWN;
    for (size_t i = lower_bound(r->history, row);
         i < all->count && str_starts(all->items[i].id, row); i++)
        add_candidate(&found, all->items[i].id, row, i);
    for (size_t i = 0; i < all->count && r->names.labels.count; i++)
        for (size_t j = 0; j < all->items[i].labels.count; j++)
            add_candidate(&found, all->items[i].labels.items[j], row, i);
    if (found.count > 1) {
        problem(r,
                str_printf(r->arena,
                           "the row \"" STR_FMT "\" of " STR_FMT
                           " is the beginning of several revisions: " STR_FMT "%s",
                           STR_ARG(row), STR_ARG(r->history->table), STR_ARG(buf_str(&found.list)),
                           found.count > NAMED_MAX ? ", …" : ""),
                STR("find out which one is meant, and write its whole id into the row"));
        return ROW_AMBIGUOUS;
    }
    *ret_index = found.index;
    return found.count ? ROW_PARTIAL : ROW_UNKNOWN;
}

static void resolve_row(struct resolver *r, struct str row)
{
    size_t index = 0;
    enum row_kind kind;

    if (id_map_get(&r->names.ids, row, &index))
        kind = ROW_EXACT;
    else if (id_map_get(&r->names.labels, row, &index))
        kind = ROW_LABEL;
    else
        kind = resolve_partial(r, row, &index);
    if (kind == ROW_UNKNOWN || kind == ROW_AMBIGUOUS) {
        VEC_PUSH(r->arena, &r->plan->unknown, (struct plan_unknown){.id = row});
        return;
    }
    if (kind != ROW_EXACT)
        VEC_PUSH(r->arena, &r->plan->notes,
                 str_printf(r->arena, "the row \"" STR_FMT "\" was read as revision " STR_FMT,
                            STR_ARG(row), STR_ARG(r->history->migrations.items[index].id)));
    r->rows[r->count] = index;
    r->kinds[r->count] = kind;
    r->texts[r->count++] = row;
}

/* Alembic reads such a row, but its UPDATE of it matches nothing, and the upgrade ends there. */
static void report_inexact(struct resolver *r)
{
    for (size_t i = 0; i < r->count; i++) {
        struct str id = r->history->migrations.items[r->rows[i]].id;
        if (r->kinds[i] == ROW_EXACT)
            continue;
        problem(r,
                str_printf(r->arena,
                           "the row \"" STR_FMT "\" of " STR_FMT " is %s revision " STR_FMT
                           ": Alembic reads it but cannot upgrade from it",
                           STR_ARG(r->texts[i]), STR_ARG(r->history->table),
                           r->kinds[i] == ROW_LABEL ? "a branch label of" : "only the beginning of",
                           STR_ARG(id)),
                str_printf(r->arena,
                           "update " STR_FMT " set version_num = '" STR_FMT
                           "' where version_num = '" STR_FMT "'",
                           STR_ARG(r->history->table), STR_ARG(id), STR_ARG(r->texts[i])));
    }
}

/* A row that another one stands on: Alembic refuses to upgrade. */
static void report_overlaps(struct resolver *r)
{
    size_t count = r->history->migrations.count;
    bool *below = ARENA_ARRAY(r->arena, count + 1, bool);

    for (size_t i = 0; i < r->count; i++) {
        const struct migration *migration = &r->history->migrations.items[r->rows[i]];
        for (size_t j = 0; j < migration->parent_count; j++)
            below[migration->parents[j]] = true;
    }
    graph_close_over_parents(r->arena, r->history, below);
    for (size_t i = 0; i < r->count; i++) {
        if (below[r->rows[i]])
            problem(r,
                    str_printf(r->arena,
                               "the row \"" STR_FMT "\" of " STR_FMT
                               " overlaps with another row that already "
                               "includes it: Alembic refuses to upgrade",
                               STR_ARG(r->texts[i]), STR_ARG(r->history->table)),
                    str_printf(r->arena,
                               "delete from " STR_FMT " where version_num = '" STR_FMT "'",
                               STR_ARG(r->history->table), STR_ARG(r->texts[i])));
    }
}

static void alembic_plan(struct arena *arena, const struct history *history,
                         const struct database_rows *rows, struct plan *plan)
{
    size_t count = history->migrations.count, ordered;
    struct resolver r = {
        .arena = arena,
        .history = history,
        .names = graph_names_new(arena, history),
        .plan = plan,
        .rows = ARENA_ARRAY(arena, rows->ids.count + 1, size_t),
        .kinds = ARENA_ARRAY(arena, rows->ids.count + 1, enum row_kind),
        .texts = ARENA_ARRAY(arena, rows->ids.count + 1, struct str),
    };
    bool *applied = ARENA_ARRAY(arena, count + 1, bool);
    const size_t *order = graph_order(arena, history, &ordered);

    for (size_t i = 0; i < rows->ids.count; i++)
        resolve_row(&r, rows->ids.items[i]);
    for (size_t i = 0; i < r.count; i++)
        applied[r.rows[i]] = true;
    graph_close_over_parents(arena, history, applied);
    for (size_t i = 0; i < count; i++) {
        plan->applied_count += applied[i];
        if (!applied[order[i]])
            VEC_PUSH(arena, &plan->pending, order[i]);
    }
    if (plan->pending.count)
        report_inexact(&r);
    report_overlaps(&r);
}

bool plan_make(struct arena *arena, const struct history *history, const struct database_rows *rows,
               struct plan *ret_plan, struct err *e)
{
    struct plan plan = {0};

    for (size_t i = 0; i < rows->ids.count; i++)
        VEC_PUSH(arena, &plan.database_heads, rows->ids.items[i]);
    strs_sort(&plan.database_heads);
    if (history->row) {
        bool coded = history->code && history->code->plan;
        plan.pending_is_exact = true;
        if (coded ? !history->code->plan(arena, history, rows, &plan, e)
                  : !tracker_plan(arena, history, rows, &plan, e))
            return false;
    } else if (str_eq(history->tracker, STR("sql"))) {
        if (!sql_plan(arena, history, rows, &plan, e))
            return false;
    } else {
        alembic_plan(arena, history, rows, &plan);
    }
    *ret_plan = plan;
    return true;
}

bool plan_verify(struct arena *arena, struct tree *tree, const struct history *history,
                 const struct database_rows *rows, struct plan *plan, struct err *e)
{
    if (!history->row)
        return true;
    if (history->code && history->code->verify)
        return history->code->verify(arena, tree, history, rows, plan, e);
    return tracker_verify(arena, tree, history, rows, plan, e);
}

struct str unknown_kind_name(enum unknown_kind kind)
{
    static const struct str names[] = {
        [UNKNOWN_GONE] = STR_INIT("gone"),         [UNKNOWN_ELSEWHERE] = STR_INIT("elsewhere"),
        [UNKNOWN_DELETED] = STR_INIT("deleted"),   [UNKNOWN_RENAMED] = STR_INIT("renamed"),
        [UNKNOWN_SQUASHED] = STR_INIT("squashed"), [UNKNOWN_BASELINE] = STR_INIT("baseline"),
        [UNKNOWN_EXTERNAL] = STR_INIT("external"),
    };

    return (unsigned)kind < COUNT_OF(names) ? names[kind] : names[UNKNOWN_GONE];
}
