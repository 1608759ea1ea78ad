/* flyway_plan.c -- Flyway's history table against its files.
 *
 * The rows are folded in the order of installed_rank (MigrationInfoServiceImpl.refresh): a DELETE row (written by `repair`) takes back the
 * latest row of its version or description, an UNDO_… row the latest of its version, a BASELINE row says that everything up to its version
 * stands already. What is left then has one of Flyway's states (MigrationInfoImpl.getState):
 *   Ignored (older than the newest applied one, outOfOrder off)   never_applied: `migrate` will not run it, `validate` refuses
 *   Missing, Future (a row without a file)                        unknown
 *   Outdated (a repeatable one whose text has changed)            pending
 *   Below Baseline, Ignored (Baseline), Above Target              neither applied nor pending
 */
#include "database/database.h"
#include "migrations/checksum.h"
#include "migrations/flyway.h"
#include "migrations/tracker.h"

#define FILE_BYTES_MAX ((size_t)16 << 20)
#define SCRATCH_BUDGET ((size_t)256 << 20)
#define SCRATCH_ENOUGH ((size_t)8 << 20)

enum slot_state { SLOT_EMPTY = 0, SLOT_APPLIED, SLOT_FAILED, SLOT_UNDONE, SLOT_DELETED };

struct slot { /* what the rows say of one version or description */
    struct str key;
    enum slot_state state;
    size_t row, migration; /* indexes; SIZE_MAX: no migration */
    bool versioned;
};

struct flyway_planning {
    struct arena *arena;
    const struct history *history;
    const struct flyway_settings *settings;
    const struct database_rows *rows;
    struct plan *plan;
    struct id_map keys;
    VEC(struct slot) slots;
    struct str baseline;                    /* canonical; empty: none */
    struct str last_applied, last_resolved; /* canonical; empty: none */
};

static void note(struct flyway_planning *p, struct str sentence)
{
    VEC_PUSH(p->arena, &p->plan->notes, sentence);
}

static struct str type_of(const struct database_row *row)
{
    struct str rest = row->name;

    return str_cut(&rest, ':');
}

static struct str description_of(const struct database_row *row)
{
    size_t colon = str_find_byte(row->name, ':');

    return colon == SIZE_MAX ? STR("") : str_from_offset(row->name, colon + 1);
}

static bool is_failed(const struct database_row *row)
{
    return str_eq(row->state, STR("failed"));
}

static struct str later(struct str a, struct str b)
{
    return !a.length || flyway_version_compare(b, a) > 0 ? b : a;
}

/* --- Keys: "V" and the canonical version, "B" for baseline migrations, else the id of a repeatable one. --- */

static struct str key_of_migration(struct arena *arena, const struct migration *migration)
{
    const struct flyway_own *own = migration->own;

    if (own->kind == FLYWAY_REPEATABLE)
        return migration->id;
    return str_printf(arena, "%s" STR_FMT, own->kind == FLYWAY_BASELINE ? "B" : "V",
                      STR_ARG(own->canonical));
}

static struct str key_of_row(struct flyway_planning *p, const struct database_row *row,
                             struct str *ret_canonical)
{
    *ret_canonical = STR_NONE;
    if (str_starts(row->id, STR("R__")) ||
        !flyway_version_canonical(p->arena, row->id, ret_canonical))
        return row->id;
    return str_printf(p->arena, "%s" STR_FMT,
                      str_eq(type_of(row), STR("SQL_BASELINE")) ||
                              str_eq(type_of(row), STR("JDBC_BASELINE"))
                          ? "B"
                          : "V",
                      STR_ARG(*ret_canonical));
}

static struct slot *slot_for(struct flyway_planning *p, struct str key)
{
    size_t index;

    if (id_map_add(&p->keys, key, p->slots.count, &index)) {
        index = p->slots.count;
        VEC_PUSH(p->arena, &p->slots, (struct slot){.key = key, .migration = SIZE_MAX});
    }
    return &p->slots.items[index];
}

static void map_migrations(struct flyway_planning *p)
{
    const struct migrations *all = &p->history->migrations;

    p->keys = id_map_new(p->arena, all->count + p->rows->rows.count + p->rows->ids.count + 1);
    for (size_t i = 0; i < all->count; i++) {
        const struct flyway_own *own = all->items[i].own;
        struct slot *slot = slot_for(p, key_of_migration(p->arena, &all->items[i]));
        slot->migration = i;
        slot->versioned = own->kind != FLYWAY_REPEATABLE;
        if (own->kind == FLYWAY_VERSIONED)
            p->last_resolved = later(p->last_resolved, own->canonical);
    }
}

/* --- Rows. --- */

static void fold_row(struct flyway_planning *p, const struct database_row *row, size_t index)
{
    struct str canonical, type = type_of(row), key = key_of_row(p, row, &canonical);

    if (str_eq(row->state, STR("synthetic")) || str_eq(type, STR("SCHEMA")))
        return;
    if (str_eq(type, STR("BASELINE"))) {
        if (is_failed(row))
            return;
        p->baseline = later(p->baseline, canonical);
        VEC_PUSH(p->arena, &p->plan->explained,
                 (struct plan_unknown){
                     .id = row->id, .where = STR("a baseline"), .kind = UNKNOWN_BASELINE});
        return;
    }
    struct slot *slot = slot_for(p, key);
    if (str_eq(type, STR("DELETE"))) {
        if (!is_failed(row) && slot->state != SLOT_EMPTY)
            slot->state = SLOT_DELETED;
        return;
    }
    if (str_starts(type, STR("UNDO_"))) {
        if (is_failed(row))
            slot->state = SLOT_FAILED;
        else if (slot->state == SLOT_APPLIED)
            slot->state = SLOT_UNDONE;
        slot->row = index;
        return;
    }
    if (key.length && key.bytes[0] == 'B' && canonical.length && !is_failed(row))
        p->baseline = later(p->baseline, canonical);
    slot->state = is_failed(row) ? SLOT_FAILED : SLOT_APPLIED;
    slot->row = index;
    slot->versioned = canonical.length > 0;
}

static const struct database_row *row_at(const struct flyway_planning *p, size_t index)
{
    return &p->rows->rows.items[index];
}

static void fold(struct flyway_planning *p)
{
    struct str canonical;

    map_migrations(p);
    for (size_t i = 0; i < p->rows->rows.count; i++)
        fold_row(p, row_at(p, i), i);
    for (size_t i = 0; i < p->slots.count; i++) {
        const struct slot *slot = &p->slots.items[i];
        if ((slot->state == SLOT_APPLIED || slot->state == SLOT_FAILED) &&
            flyway_version_canonical(p->arena, row_at(p, slot->row)->id, &canonical))
            p->last_applied = later(p->last_applied, canonical);
    }
    if (p->baseline.length)
        p->last_applied = later(p->last_applied, p->baseline);
}

/* --- What was found in the table alone, and what did not end well. --- */

static void report_unknown(struct flyway_planning *p, const struct slot *slot)
{
    const struct database_row *row = row_at(p, slot->row);
    struct str canonical;
    bool version = flyway_version_canonical(p->arena, row->id, &canonical);
    bool future = version && (!p->last_resolved.length ||
                              flyway_version_compare(canonical, p->last_resolved) > 0);

    VEC_PUSH(p->arena, &p->plan->unknown, (struct plan_unknown){.id = row->id});
    note(p, str_printf(p->arena,
                       future ? STR_FMT " is Future to Flyway: newer than every file here, and "
                                        "ignored by migrate unless ignoreMigrationPatterns says "
                                        "otherwise"
                              : STR_FMT " is Missing to Flyway: validate, and migrate with it, "
                                        "refuses to work until the file is back or `flyway "
                                        "repair` has marked it deleted",
                       STR_ARG(row->id)));
}

static void report_slots(struct flyway_planning *p)
{
    for (size_t i = 0; i < p->slots.count; i++) {
        const struct slot *slot = &p->slots.items[i];
        const struct database_row *row = slot->state ? row_at(p, slot->row) : NULL;
        if (slot->state == SLOT_FAILED)
            VEC_PUSH(p->arena, &p->plan->dirty,
                     (struct plan_dirty){
                         .id = row->id, .state = STR("failed"), .detail = description_of(row)});
        else if (slot->state == SLOT_UNDONE)
            note(p,
                 str_printf(p->arena, STR_FMT " was rolled back (flyway undo)", STR_ARG(row->id)));
        else if (slot->state == SLOT_DELETED)
            note(p, str_printf(p->arena, STR_FMT " was marked deleted (flyway repair)",
                               STR_ARG(row->id)));
        else if (slot->state == SLOT_APPLIED && slot->migration == SIZE_MAX)
            report_unknown(p, slot);
    }
}

/* --- What would be applied. --- */

static bool checksum_is(const struct migration *migration, const struct flyway_own *own,
                        struct str recorded)
{
    return !recorded.length || str_eq(recorded, migration->checksum) ||
           (own->substituted.length && str_eq(recorded, own->substituted));
}

static bool repeatable_is_current(struct flyway_planning *p, const struct slot *slot,
                                  const struct migration *migration)
{
    const struct flyway_own *own = migration->own;

    if (!slot || slot->state != SLOT_APPLIED)
        return false;
    if (own->source || checksum_is(migration, own, row_at(p, slot->row)->checksum))
        return true;
    if (own->uncertain)
        note(p, str_printf(p->arena,
                           STR_FMT " holds placeholders whose values are not known here: whether "
                                   "it changed was not compared",
                           STR_ARG(migration->file)));
    return own->uncertain;
}

/* The newest baseline migration runs on an empty history, instead of all up to its version. */
static struct str starting_baseline(struct flyway_planning *p, size_t *ret_index)
{
    const struct migrations *all = &p->history->migrations;
    struct str newest = STR_NONE;

    *ret_index = SIZE_MAX;
    for (size_t i = 0; i < all->count && !p->last_applied.length; i++) {
        const struct flyway_own *own = all->items[i].own;
        bool below = !p->settings->target.length ||
                     flyway_version_compare(own->canonical, p->settings->target) <= 0;
        if (own->kind != FLYWAY_BASELINE || !below)
            continue;
        newest = own->canonical; /* in the order of versions */
        *ret_index = i;
    }
    return newest;
}

struct counts {
    size_t below, above;
};

static void plan_versioned(struct flyway_planning *p, size_t index, const struct flyway_own *own,
                           struct str baseline, struct counts *counts)
{
    if (baseline.length && flyway_version_compare(own->canonical, baseline) <= 0)
        counts->below++;
    else if (p->settings->target.length &&
             flyway_version_compare(own->canonical, p->settings->target) > 0)
        counts->above++;
    else if (!p->settings->out_of_order && p->last_applied.length &&
             flyway_version_compare(own->canonical, p->last_applied) < 0)
        VEC_PUSH(p->arena, &p->plan->never_applied, index);
    else
        VEC_PUSH(p->arena, &p->plan->pending, index);
}

static void plan_migrations(struct flyway_planning *p)
{
    const struct migrations *all = &p->history->migrations;
    struct counts counts = {0};
    size_t starting;
    struct str baseline = starting_baseline(p, &starting);

    if (!baseline.length)
        baseline = p->baseline;
    for (size_t i = 0; i < all->count; i++) {
        const struct flyway_own *own = all->items[i].own;
        size_t at = SIZE_MAX;
        const struct slot *slot =
            id_map_get(&p->keys, key_of_migration(p->arena, &all->items[i]), &at)
                ? &p->slots.items[at]
                : NULL;
        enum slot_state state = slot ? slot->state : SLOT_EMPTY;
        if (state == SLOT_FAILED)
            continue;
        if (own->kind == FLYWAY_REPEATABLE && !repeatable_is_current(p, slot, &all->items[i])) {
            VEC_PUSH(p->arena, &p->plan->pending, i);
        } else if (state == SLOT_APPLIED) {
            p->plan->applied_count++;
            if (own->kind != FLYWAY_REPEATABLE)
                p->plan->version = all->items[i].id;
        } else if (own->kind == FLYWAY_BASELINE) {
            if (i == starting)
                VEC_PUSH(p->arena, &p->plan->pending, i);
        } else {
            plan_versioned(p, i, own, baseline, &counts);
        }
    }
    if (counts.below)
        note(p, str_printf(p->arena,
                           "%zu migration%s below the baseline " STR_FMT
                           " will not be applied: the baseline stands for them",
                           counts.below, counts.below == 1 ? "" : "s", STR_ARG(baseline)));
    if (counts.above)
        note(p, str_printf(
                    p->arena, "%zu migration%s above the target " STR_FMT " of the configuration",
                    counts.above, counts.above == 1 ? "" : "s", STR_ARG(p->settings->target)));
    if (p->plan->never_applied.count)
        note(p, STR("what is older than the newest applied one is Ignored to Flyway: validate, and "
                    "migrate with it, refuses to work unless outOfOrder is on or "
                    "ignoreMigrationPatterns has *:ignored; then it is left out for good"));
    if (!p->plan->version.length)
        p->plan->version = p->last_applied;
}

static struct flyway_planning planning(struct arena *arena, const struct history *history,
                                       const struct database_rows *rows, struct plan *plan)
{
    return (struct flyway_planning){
        .arena = arena, .history = history, .settings = history->own, .rows = rows, .plan = plan};
}

/* A command lists ids alone: rows without a type. */
static struct database_rows as_rows(struct arena *arena, const struct database_rows *rows)
{
    struct database_rows made = *rows;

    if (rows->rows.count)
        return made;
    for (size_t i = 0; i < rows->ids.count; i++)
        VEC_PUSH(arena, &made.rows, (struct database_row){.id = rows->ids.items[i]});
    return made;
}

bool flyway_plan(struct arena *arena, const struct history *history,
                 const struct database_rows *rows, struct plan *plan, struct err *e UNUSED)
{
    struct database_rows all = as_rows(arena, rows);
    struct flyway_planning p = planning(arena, history, &all, plan);

    fold(&p);
    report_slots(&p);
    plan_migrations(&p);
    return true;
}

/* --- Texts: type, description and checksum, which `validate` compares. --- */

static void differs(struct flyway_planning *p, size_t migration, const char *what,
                    struct str recorded, struct str actual)
{
    VEC_PUSH(p->arena, &p->plan->diverged,
             (struct plan_difference){.migration = migration,
                                      .what = str_from(what),
                                      .recorded = recorded,
                                      .actual = actual});
}

static void compare_text(struct flyway_planning *p, struct tree *tree, struct arena *scratch,
                         const struct slot *slot)
{
    const struct migration *migration = &p->history->migrations.items[slot->migration];
    const struct database_row *row = row_at(p, slot->row);
    struct err ignored = ERR_NONE;
    struct str text;

    if (!tree_read(tree, scratch, migration->file, FILE_BYTES_MAX, &text, &ignored) ||
        checksum_is_of_lfs(text)) {
        note(p, str_printf(p->arena,
                           "the text of " STR_FMT
                           " cannot be read here: its checksum was not compared",
                           STR_ARG(migration->file)));
        return;
    }
    struct str actual = str_printf(p->arena, "%d", (int)checksum_crc32_lines(text, false));
    struct str old = str_printf(scratch, "%d", (int)checksum_crc32_lines(text, true));
    struct str old_crlf = str_printf(
        scratch, "%d", (int)checksum_crc32_lines(checksum_with_crlf(scratch, text), true));
    struct str old_lf =
        str_printf(scratch, "%d", (int)checksum_crc32_lines(checksum_with_lf(scratch, text), true));
    if (str_eq(row->checksum, actual))
        return;
    /* Old versions hashed the ends of lines too (flyway issue 2474). */
    if (str_eq(row->checksum, old))
        return;
    if (str_eq(row->checksum, old_crlf) || str_eq(row->checksum, old_lf))
        note(p, str_printf(p->arena, STR_FMT " was applied with other line ends",
                           STR_ARG(migration->file)));
    else
        differs(p, slot->migration, "checksum", row->checksum, actual);
}

bool flyway_verify(struct arena *arena, struct tree *tree, const struct history *history,
                   const struct database_rows *rows, struct plan *plan, struct err *e UNUSED)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct plan ignored_plan = {0};
    struct flyway_planning p = planning(arena, history, rows, &ignored_plan);

    fold(&p);
    p.plan = plan;
    for (size_t i = 0; i < p.slots.count; i++) {
        const struct slot *slot = &p.slots.items[i];
        if (slot->state != SLOT_APPLIED || slot->migration == SIZE_MAX || !slot->versioned)
            continue;
        const struct migration *migration = &history->migrations.items[slot->migration];
        const struct flyway_own *own = migration->own;
        const struct database_row *row = row_at(&p, slot->row);
        struct str type = type_of(row);
        bool sql = str_starts(type, STR("SQL"));
        if (type.length && sql == own->source)
            differs(&p, slot->migration, "type", type, own->source ? STR("JDBC") : STR("SQL"));
        else if (row->name.length && !str_eq(description_of(row), migration->name))
            differs(&p, slot->migration, "name", description_of(row), migration->name);
        if (!own->source && sql && row->checksum.length)
            compare_text(&p, tree, &scratch, slot);
        if (scratch.used > SCRATCH_ENOUGH)
            arena_release(&scratch);
    }
    return true;
}
