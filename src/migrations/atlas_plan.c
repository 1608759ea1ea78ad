/* atlas_plan.c -- Atlas's revisions against its files (Executor.Pending of sql/migrate/migrate.go).
 *
 * No rows: everything from the last checkpoint on. Else: what stands above the greatest row, without checkpoints; what has no row between
 * the first row and the greatest one is out of order, and exec_order decides: linear (refused), linear-skip (left out for good), non-linear
 * (applied). What stands below the first row is never looked at.
 */
#include "database/database.h"
#include "migrations/atlas.h"
#include "migrations/checksum.h"
#include "migrations/tracker.h"

#define FILE_BYTES_MAX ((size_t)16 << 20)
#define SCRATCH_BUDGET ((size_t)192 << 20)
#define CHAINS 6u

struct atlas_planning {
    struct arena *arena;
    const struct history *history;
    const struct database_rows *rows;
    struct plan *plan;
    struct id_map ids;
    bool *applied, *partial;
    struct str first, last;
    bool any, last_is_partial, last_is_known;
};

static void note(struct atlas_planning *p, struct str sentence)
{
    VEC_PUSH(p->arena, &p->plan->notes, sentence);
}

static const struct atlas_own *own_of(const struct atlas_planning *p, size_t index)
{
    return p->history->migrations.items[index].own;
}

static struct str last_checkpoint(const struct atlas_planning *p, size_t *ret_index)
{
    struct str version = STR_NONE;

    *ret_index = 0;
    for (size_t i = 0; i < p->history->migrations.count; i++)
        if (own_of(p, i)->checkpoint) {
            version = p->history->migrations.items[i].id;
            *ret_index = i;
        }
    return version;
}

static void take_unknown(struct atlas_planning *p, const struct database_row *row,
                         struct str checkpoint)
{
    struct plan_unknown unknown = {.id = row->id};

    if (str_eq(row->state, STR("baseline"))) {
        unknown.kind = UNKNOWN_BASELINE;
        unknown.where = STR("a baseline");
        VEC_PUSH(p->arena, &p->plan->explained, unknown);
    } else if (checkpoint.length && str_compare(row->id, checkpoint) < 0) {
        unknown.kind = UNKNOWN_SQUASHED;
        unknown.where =
            str_printf(p->arena, "the checkpoint " STR_FMT " holds it", STR_ARG(checkpoint));
        VEC_PUSH(p->arena, &p->plan->explained, unknown);
    } else {
        VEC_PUSH(p->arena, &p->plan->unknown, unknown);
    }
}

static void take_row(struct atlas_planning *p, const struct database_row *row,
                     struct str checkpoint)
{
    size_t index = SIZE_MAX;
    bool known = id_map_get(&p->ids, row->id, &index);
    bool partial = str_eq(row->state, STR("partial"));

    if (str_eq(row->state, STR("synthetic")))
        return;
    if (!p->any || str_compare(row->id, p->first) < 0)
        p->first = row->id;
    if (!p->any || str_compare(row->id, p->last) > 0) {
        p->last = row->id;
        p->last_is_partial = partial;
        p->last_is_known = known;
    }
    p->any = true;
    if (partial)
        VEC_PUSH(p->arena, &p->plan->dirty,
                 (struct plan_dirty){.id = row->id, .state = row->state, .detail = row->ord});
    if (known && partial)
        p->partial[index] = true;
    else if (known)
        p->applied[index] = true;
    else if (!partial)
        take_unknown(p, row, checkpoint);
}

static void plan_beginning(struct atlas_planning *p, size_t from)
{
    for (size_t i = from; i < p->history->migrations.count; i++)
        VEC_PUSH(p->arena, &p->plan->pending, i);
    if (from)
        note(p, str_printf(p->arena,
                           "%zu migration%s before the checkpoint " STR_FMT
                           " will not be applied: it stands for them",
                           from, from == 1 ? "" : "s",
                           STR_ARG(p->history->migrations.items[from].id)));
}

static void plan_between(struct atlas_planning *p, size_t index)
{
    const struct atlas_settings *settings = p->history->own;

    if (settings->order == ATLAS_LINEAR_SKIP) {
        VEC_PUSH(p->arena, &p->plan->never_applied, index);
        return;
    }
    VEC_PUSH(p->arena, &p->plan->pending, index);
    if (settings->order == ATLAS_LINEAR)
        VEC_PUSH(p->arena, &p->plan->out_of_order, index);
}

static void plan_rest(struct atlas_planning *p)
{
    size_t below = 0;

    for (size_t i = 0; i < p->history->migrations.count; i++) {
        struct str id = p->history->migrations.items[i].id;
        if (p->applied[i]) {
            p->plan->applied_count++;
            p->plan->version = id;
        } else if (p->partial[i] || own_of(p, i)->checkpoint) {
            continue; /* under way, or not for a database that has begun */
        } else if (str_compare(id, p->last) > 0) {
            VEC_PUSH(p->arena, &p->plan->pending, i);
        } else if (str_compare(id, p->first) > 0) {
            plan_between(p, i);
        } else {
            below++;
        }
    }
    if (below)
        note(p, str_printf(p->arena,
                           "%zu migration%s below the first revision " STR_FMT
                           " will never be looked at by Atlas",
                           below, below == 1 ? "" : "s", STR_ARG(p->first)));
    if (!p->plan->version.length)
        p->plan->version = p->last;
    if (p->last_is_partial && !p->last_is_known)
        VEC_PUSH(p->arena, &p->plan->problems,
                 (struct history_problem){
                     .code = REASON_INDETERMINATE_HISTORY,
                     .message = str_printf(p->arena,
                                           "the last revision " STR_FMT
                                           " is partially applied and its file is gone: Atlas "
                                           "refuses to work",
                                           STR_ARG(p->last)),
                     .hint = STR("bring the file back, or run: atlas migrate set")});
}

static void map_ids(struct atlas_planning *p)
{
    size_t count = p->history->migrations.count, other;

    p->ids = id_map_new(p->arena, count + 1);
    p->applied = ARENA_ARRAY(p->arena, count + 1, bool);
    p->partial = ARENA_ARRAY(p->arena, count + 1, bool);
    for (size_t i = 0; i < count; i++)
        (void)id_map_add(&p->ids, p->history->migrations.items[i].id, i, &other);
}

bool atlas_plan(struct arena *arena, const struct history *history,
                const struct database_rows *rows, struct plan *plan, struct err *e UNUSED)
{
    struct atlas_planning p = {.arena = arena, .history = history, .rows = rows, .plan = plan};
    size_t from;

    map_ids(&p);
    struct str checkpoint = last_checkpoint(&p, &from);
    for (size_t i = 0; i < rows->rows.count; i++)
        take_row(&p, &rows->rows.items[i], checkpoint);
    for (size_t i = 0; rows->rows.count == 0 && i < rows->ids.count; i++)
        take_row(&p, &(struct database_row){.id = rows->ids.items[i]}, checkpoint);
    if (p.any)
        plan_rest(&p);
    else
        plan_beginning(&p, from);
    return true;
}

/* --- Hashes. A value depends on all files before it, as they were when the row was written: a file that came in between later, and other
 * line ends, change every later value although nothing that ran was edited. So a row fits if it has the value of any of these readings of
 * the directory: its bytes, LF, CRLF, each over all files and over the applied ones. The first row that fits none names the file that was
 * edited; what differs after it is a consequence. --- */

struct chains {
    struct atlas_sum *sums[CHAINS];
    struct str values[CHAINS];
};

static void chain_add(struct arena *scratch, struct arena *arena, struct chains *chains,
                      const struct migration *migration, struct str bytes, bool applied)
{
    struct str forms[] = {bytes, checksum_with_lf(scratch, bytes),
                          checksum_with_crlf(scratch, bytes)};

    for (size_t i = 0; i < CHAINS; i++)
        if (i < COUNT_OF(forms) || applied)
            atlas_sum_add(arena, chains->sums[i], migration->unit, forms[i % COUNT_OF(forms)],
                          &chains->values[i]);
}

static bool compare(struct atlas_planning *p, const struct chains *chains, size_t index,
                    struct str recorded, bool *ret_line_ends)
{
    const struct migration *migration = &p->history->migrations.items[index];

    if (str_starts(recorded, STR("h1:")))
        recorded = str_from_offset(recorded, 3);
    for (size_t i = 0; i < CHAINS; i++)
        if (str_eq(recorded, chains->values[i])) {
            *ret_line_ends =
                *ret_line_ends || (i % 3 && !str_eq(recorded, chains->values[i / 3 * 3]));
            return true;
        }
    VEC_PUSH(p->arena, &p->plan->diverged,
             (struct plan_difference){.migration = index,
                                      .what = STR("checksum"),
                                      .recorded = recorded,
                                      .actual = migration->checksum});
    return false;
}

bool atlas_verify(struct arena *arena, struct tree *tree, const struct history *history,
                  const struct database_rows *rows, struct plan *plan, struct err *e UNUSED)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct atlas_planning p = {.arena = arena, .history = history, .rows = rows, .plan = plan};
    size_t count = history->migrations.count, index;
    const struct database_row **row_of = ARENA_ARRAY(arena, count + 1, const struct database_row *);
    struct chains chains = {0};
    bool line_ends = false;

    map_ids(&p);
    for (size_t i = 0; i < CHAINS; i++)
        chains.sums[i] = atlas_sum_new(arena);
    for (size_t i = 0; i < rows->rows.count; i++)
        if (id_map_get(&p.ids, rows->rows.items[i].id, &index))
            row_of[index] = &rows->rows.items[i];
    for (size_t i = 0; i < count; i++) {
        const struct migration *migration = &history->migrations.items[i];
        struct err ignored = ERR_NONE;
        struct str bytes;
        if (!tree_read(tree, &scratch, migration->file, FILE_BYTES_MAX, &bytes, &ignored) ||
            checksum_is_of_lfs(bytes)) {
            /* Each sum stands on those before it. */
            note(&p, str_printf(arena,
                                "the text of " STR_FMT
                                " cannot be read here: from there on no checksum was compared",
                                STR_ARG(migration->file)));
            return true;
        }
        chain_add(&scratch, arena, &chains, migration, bytes, row_of[i] != NULL);
        bool hashed = row_of[i] && row_of[i]->checksum.length && !row_of[i]->state.length;
        if (hashed && !own_of(&p, i)->unhashed &&
            !compare(&p, &chains, i, row_of[i]->checksum, &line_ends))
            break;
        if (scratch.used > SCRATCH_BUDGET / 8)
            arena_release(&scratch);
    }
    if (line_ends)
        note(&p, STR("the files were applied with other line ends, which Atlas hashes"));
    return true;
}
