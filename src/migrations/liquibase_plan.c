/* liquibase_plan.c -- DATABASECHANGELOG against the change sets (changelog/filter/ShouldRunChangeSetFilter.java).
 *
 * A change set has run if a row has its id, author and path, compared without regard to case and after both paths were normalised; every
 * EXECTYPE but FAILED counts (EXECUTED, RERAN, MARK_RAN). Pending is what has no row and is not filtered, and runOnChange with another
 * checksum. runAlways change sets that have run are `status`'s too; they would be pending for ever, so they are noted instead. Checksums of
 * version 9 are compared where every change is SQL; others cannot be computed without Liquibase.
 */
#include "database/database.h"
#include "migrations/liquibase.h"
#include "migrations/tracker.h"

struct liquibase_planning {
    struct arena *arena;
    const struct history *history;
    const struct liquibase_settings *settings;
    const struct database_rows *rows;
    struct plan *plan;
    struct id_map ids;                  /* by whole id, as compared */
    struct id_map names;                /* by "id::author": the last of that name */
    const struct database_row **row_of; /* per migration; the last row counts */
    struct str cut, put; /* in front of the rows' paths, where they call the log otherwise */
};

static void note(struct liquibase_planning *p, struct str sentence)
{
    VEC_PUSH(p->arena, &p->plan->notes, sentence);
}

/* --- Ids. --- */

static struct str path_of(struct str id)
{
    size_t at = str_find(id, STR("::"));

    return at == SIZE_MAX ? STR("") : str_prefix(id, at);
}

static struct str name_of(struct str id)
{
    size_t at = str_find(id, STR("::"));

    return at == SIZE_MAX ? id : str_from_offset(id, at + 2);
}

static struct str key_of(struct arena *arena, struct str path, struct str name)
{
    return str_lower(arena, str_printf(arena, STR_FMT "::" STR_FMT,
                                       STR_ARG(liquibase_path(arena, path)), STR_ARG(name)));
}

static struct str row_key(struct liquibase_planning *p, const struct database_row *row)
{
    struct str path = liquibase_path(p->arena, path_of(row->id));

    if (p->cut.length && str_starts(path, p->cut))
        path = str_from_offset(path, p->cut.length);
    if (p->put.length)
        path = str_printf(p->arena, STR_FMT STR_FMT, STR_ARG(p->put), STR_ARG(path));
    return key_of(p->arena, path, name_of(row->id));
}

static void map_migrations(struct liquibase_planning *p)
{
    const struct migrations *all = &p->history->migrations;
    size_t other;

    p->ids = id_map_new(p->arena, all->count * 2 + 1);
    p->names = id_map_new(p->arena, all->count + 1);
    p->row_of = ARENA_ARRAY(p->arena, all->count + 1, const struct database_row *);
    for (size_t i = 0; i < all->count; i++) {
        const struct liquibase_own *own = all->items[i].own;
        struct str name =
            str_printf(p->arena, STR_FMT "::" STR_FMT, STR_ARG(own->id), STR_ARG(own->author));
        (void)id_map_add(&p->ids, key_of(p->arena, own->path, name), i, &other);
        if (own->other_path.length)
            (void)id_map_add(&p->ids, key_of(p->arena, own->other_path, name), i, &other);
        (void)id_map_add(&p->names, str_lower(p->arena, name), i, &other);
    }
}

/* --- The path by which the log was run, where no file says it: as the rows have it. --- */

static size_t count_known(struct liquibase_planning *p)
{
    size_t known = 0, index;

    for (size_t i = 0; i < p->rows->rows.count; i++)
        known += id_map_get(&p->ids, row_key(p, &p->rows->rows.items[i]), &index);
    return known;
}

/* Is `path` the other one with something in front? */
static bool is_longer(struct str path, struct str other, struct str *ret_front)
{
    if (path.length <= other.length || !other.length || !str_ends(path, other) ||
        path.bytes[path.length - other.length - 1] != '/')
        return false;
    *ret_front = str_prefix(path, path.length - other.length);
    return true;
}

static void find_front(struct liquibase_planning *p)
{
    size_t index;

    if (!p->settings->path_assumed || count_known(p))
        return;
    for (size_t i = 0; i < p->rows->rows.count; i++) {
        const struct database_row *row = &p->rows->rows.items[i];
        struct str path = liquibase_path(p->arena, path_of(row->id)), front;
        if (!id_map_get(&p->names, str_lower(p->arena, name_of(row->id)), &index))
            continue;
        const struct liquibase_own *own = p->history->migrations.items[index].own;
        if (is_longer(path, own->path, &front))
            p->cut = front;
        else if (is_longer(own->path, path, &front))
            p->put = front;
        else
            continue;
        note(p, str_printf(p->arena,
                           "the table calls the change log by paths %s \"" STR_FMT
                           "\": they were read so",
                           p->cut.length ? "below" : "without", STR_ARG(front)));
        return;
    }
}

/* --- Rows. --- */

static bool state_is(const struct database_row *row, const char *state)
{
    return str_eq(row->state, str_from(state));
}

static void take_unknown(struct liquibase_planning *p, const struct database_row *row)
{
    size_t index;

    VEC_PUSH(p->arena, &p->plan->unknown, (struct plan_unknown){.id = row->id});
    if (id_map_get(&p->names, str_lower(p->arena, name_of(row->id)), &index))
        note(p, str_printf(p->arena,
                           STR_FMT " is here as " STR_FMT
                                   ": Liquibase goes by the path too, and would run it again",
                           STR_ARG(row->id), STR_ARG(p->history->migrations.items[index].id)));
}

static void take_row(struct liquibase_planning *p, const struct database_row *row, bool report)
{
    size_t index;

    if (state_is(row, "locked")) {
        if (report)
            VEC_PUSH(p->arena, &p->plan->dirty,
                     (struct plan_dirty){
                         .id = STR("DATABASECHANGELOGLOCK"),
                         .state = STR("in_progress"),
                         .detail = str_printf(p->arena, "held by " STR_FMT " since " STR_FMT,
                                              STR_ARG(row->name), STR_ARG(row->applied_at))});
        return;
    }
    bool known = id_map_get(&p->ids, row_key(p, row), &index);
    if (known)
        p->row_of[index] = row;
    if (!report)
        return;
    if (state_is(row, "failed"))
        VEC_PUSH(p->arena, &p->plan->dirty,
                 (struct plan_dirty){.id = row->id, .state = row->state, .detail = row->name});
    else if (known)
        p->plan->version = p->history->migrations.items[index].id;
    else
        take_unknown(p, row);
}

static void take_rows(struct liquibase_planning *p, bool report)
{
    for (size_t i = 0; i < p->rows->rows.count; i++)
        take_row(p, &p->rows->rows.items[i], report);
    for (size_t i = 0; p->rows->rows.count == 0 && i < p->rows->ids.count; i++) {
        struct database_row *row = ARENA_NEW(p->arena, struct database_row);
        row->id = p->rows->ids.items[i];
        take_row(p, row, report);
    }
}

/* --- Checksums. --- */

enum sum_outcome { SUM_SAME = 0, SUM_DIFFERS, SUM_NONE, SUM_OLD, SUM_OTHER };

static bool is_valid(const struct liquibase_own *own, struct str recorded)
{
    for (size_t i = 0; i < own->valid.count; i++) {
        struct str valid = own->valid.items[i];
        if (str_ends(valid, STR("any")) || str_eq_nocase(valid, recorded))
            return true;
    }
    return false;
}

static enum sum_outcome compare(const struct migration *migration, struct str recorded)
{
    const struct liquibase_own *own = migration->own;

    if (!recorded.length)
        return SUM_NONE; /* after clear-checksums */
    if (is_valid(own, recorded))
        return SUM_SAME;
    if (!str_starts(recorded, STR("9:")))
        return SUM_OLD;
    if (!own->computable)
        return SUM_OTHER;
    return str_eq_nocase(recorded, migration->checksum) ? SUM_SAME : SUM_DIFFERS;
}

/* --- What would run. --- */

struct tally {
    size_t filtered, always, marked, guarded, uncompared;
    const char *why;
};

static void plan_one(struct liquibase_planning *p, size_t index, struct tally *tally)
{
    const struct migration *migration = &p->history->migrations.items[index];
    const struct liquibase_own *own = migration->own;
    const struct database_row *row = p->row_of[index];

    if (row && state_is(row, "failed"))
        return;
    if (!row && own->filtered) {
        tally->filtered++;
        tally->why = own->filtered;
    } else if (!row) {
        VEC_PUSH(p->arena, &p->plan->pending, index);
        tally->guarded += own->preconditions;
    } else {
        enum sum_outcome outcome = compare(migration, row->checksum);
        bool again = own->run_on_change && !own->filtered;
        tally->always += own->run_always;
        tally->marked += str_eq(row->name, STR("MARK_RAN"));
        tally->uncompared += again && outcome > SUM_NONE;
        if (again && outcome == SUM_DIFFERS)
            VEC_PUSH(p->arena, &p->plan->pending, index);
        else
            p->plan->applied_count++;
    }
}

static void tell(struct liquibase_planning *p, size_t count, const char *words)
{
    if (count)
        note(p, str_printf(p->arena, "%zu change set%s %s", count, count == 1 ? "" : "s", words));
}

static struct liquibase_planning planning(struct arena *arena, const struct history *history,
                                          const struct database_rows *rows, struct plan *plan)
{
    struct liquibase_planning p = {
        .arena = arena, .history = history, .settings = history->own, .rows = rows, .plan = plan};

    map_migrations(&p);
    return p;
}

bool liquibase_plan(struct arena *arena, const struct history *history,
                    const struct database_rows *rows, struct plan *plan, struct err *e UNUSED)
{
    struct liquibase_planning p = planning(arena, history, rows, plan);
    struct tally tally = {.why = "filtered"};

    find_front(&p);
    take_rows(&p, true);
    for (size_t i = 0; i < history->migrations.count; i++)
        plan_one(&p, i, &tally);
    tell(&p, tally.filtered,
         str_printf(arena, "will not run here (the last one is %s)", tally.why).bytes);
    tell(&p, tally.always, "runs again at every update (runAlways): not counted as pending");
    tell(&p, tally.marked, "was marked as run without running (MARK_RAN)");
    tell(&p, tally.guarded, "pending here has preconditions, which only the database can answer");
    tell(&p, tally.uncompared,
         "with runOnChange could not be compared: whether it changed is not known");
    return true;
}

bool liquibase_verify(struct arena *arena, struct tree *tree UNUSED, const struct history *history,
                      const struct database_rows *rows, struct plan *plan, struct err *e UNUSED)
{
    struct plan ignored = {0};
    struct liquibase_planning p = planning(arena, history, rows, &ignored);
    size_t counts[SUM_OTHER + 1] = {0};

    find_front(&p);
    take_rows(&p, false);
    p.plan = plan;
    for (size_t i = 0; i < history->migrations.count; i++) {
        const struct migration *migration = &history->migrations.items[i];
        const struct liquibase_own *own = migration->own;
        const struct database_row *row = p.row_of[i];
        if (!row || row->state.length || own->run_on_change || own->run_always)
            continue;
        enum sum_outcome outcome = compare(migration, row->checksum);
        counts[outcome]++;
        if (outcome == SUM_DIFFERS)
            VEC_PUSH(arena, &plan->diverged,
                     (struct plan_difference){.migration = i,
                                              .what = STR("checksum"),
                                              .recorded = row->checksum,
                                              .actual = migration->checksum});
    }
    tell(&p, counts[SUM_OLD],
         "has a checksum of version 8 or older, which cannot be computed here: not compared");
    tell(&p, counts[SUM_OTHER],
         "makes other changes than SQL, whose checksum only Liquibase can compute: not compared");
    return true;
}
