/* rules.c -- what a tracker's rows mean for its history. One pass over the rows, one over the migrations.
 *
 * set              what has no row is pending, in any order
 * set_no_gaps      … and what is pending below the newest applied one is refused by the tool
 * high_water       only what stands above the newest row is pending; the rest is skipped silently, or refused
 * single_version   one row with a number: what is not above it counts as applied
 * prefix           the rows must be the first of the migrations, one by one; else the tool refuses to work
 */
#include "base/file.h"
#include "database/database.h"
#include "migrations/tracker.h"

#define NAMED_MAX 5u

struct planner {
    struct arena *arena;
    const struct history *history;
    const struct tracker *tracker;
    const struct database_rows *rows;
    struct plan *plan;
    struct err *e;
    struct id_map ids;
    size_t *first;     /* per migration: the first of the same id */
    bool *applied;     /* per migration, at `first` */
    bool *unsound;     /* failed or under way: neither applied nor pending */
    struct str newest; /* normal id of the newest row that counts */
    bool any;
};

static void problem(struct planner *p, struct str message, struct str hint)
{
    VEC_PUSH(p->arena, &p->plan->problems,
             (struct history_problem){
                 .code = REASON_INDETERMINATE_HISTORY, .message = message, .hint = hint});
}

static bool map_ids(struct planner *p)
{
    const struct migrations *all = &p->history->migrations;
    struct str normal;

    p->ids = id_map_new(p->arena, all->count + 1);
    p->first = ARENA_ARRAY(p->arena, all->count + 1, size_t);
    p->applied = ARENA_ARRAY(p->arena, all->count + 1, bool);
    p->unsound = ARENA_ARRAY(p->arena, all->count + 1, bool);
    for (size_t i = 0; i < all->count; i++) {
        if (!tracker_id_normal(p->arena, p->tracker, all->items[i].id, &normal, p->e))
            return false;
        if (id_map_add(&p->ids, normal, i, &p->first[i]))
            p->first[i] = i;
    }
    return true;
}

/* --- Rows. --- */

static bool state_is(const struct database_row *row, const char *state)
{
    return str_eq(row->state, str_from(state));
}

/* Failed, dirty, partial, in progress, locked, or in a state that is not known here: it must not count as applied. */
static bool is_unsound(const struct database_row *row)
{
    static const char *const sound[] = {"",         "ok",        "rolled_back",
                                        "baseline", "synthetic", "external_ddl"};

    for (size_t i = 0; i < COUNT_OF(sound); i++)
        if (state_is(row, sound[i]))
            return false;
    return true;
}

static void add_explained(struct planner *p, const struct database_row *row, enum unknown_kind kind,
                          struct str where)
{
    VEC_PUSH(p->arena, &p->plan->explained,
             (struct plan_unknown){.id = row->id, .where = where, .kind = kind});
}

static void add_unknown(struct planner *p, const struct database_row *row)
{
    if (tracker_regex_matches(p->tracker->external, row->id, NULL, 0, p->e))
        add_explained(p, row, UNKNOWN_EXTERNAL, STR("shipped by a package"));
    else if (p->history->squashed_by.length)
        add_explained(p, row, UNKNOWN_SQUASHED, p->history->squashed_by);
    else
        VEC_PUSH(p->arena, &p->plan->unknown, (struct plan_unknown){.id = row->id});
}

static void note_newest(struct planner *p, struct str normal)
{
    if (!p->any || tracker_compare_ids(p->tracker, normal, p->newest) > 0)
        p->newest = normal;
    p->any = true;
}

static void note_renamed(struct planner *p, const struct database_row *row, size_t index)
{
    const struct migration *migration = &p->history->migrations.items[index];

    if (!p->tracker->unit.same.length || str_eq(migration->id, row->id))
        return;
    add_explained(p, row, UNKNOWN_RENAMED,
                  str_printf(p->arena, "counted as " STR_FMT, STR_ARG(migration->id)));
}

static void compare_name(struct planner *p, const struct database_row *row, size_t index)
{
    const struct migration *migration = &p->history->migrations.items[index];

    if (!migration->name.length || !row->name.length || str_eq(migration->name, row->name) ||
        !p->tracker->unit.name.length || str_eq(p->tracker->unit.kind, STR("journal")))
        return;
    VEC_PUSH(p->arena, &p->plan->diverged,
             (struct plan_difference){.migration = index,
                                      .what = STR("name"),
                                      .recorded = row->name,
                                      .actual = migration->name});
}

static bool take_row(struct planner *p, const struct database_row *row)
{
    struct str normal;
    size_t index;

    if (!tracker_id_normal(p->arena, p->tracker, row->id, &normal, p->e))
        return false;
    bool known = id_map_get(&p->ids, normal, &index);
    if (is_unsound(row)) {
        VEC_PUSH(p->arena, &p->plan->dirty,
                 (struct plan_dirty){.id = row->id, .state = row->state, .detail = row->name});
        if (known)
            p->unsound[index] = true;
        return true;
    }
    if (state_is(row, "rolled_back")) {
        VEC_PUSH(p->arena, &p->plan->notes,
                 str_printf(p->arena, STR_FMT " was rolled back", STR_ARG(row->id)));
        return true;
    }
    if (state_is(row, "synthetic") || strs_have(&p->tracker->reserved, row->id))
        return true;
    if (state_is(row, "external_ddl")) {
        add_explained(p, row, UNKNOWN_EXTERNAL, STR("made outside the tool"));
        return true;
    }
    note_newest(p, normal);
    if (!known && state_is(row, "baseline")) {
        add_explained(p, row, UNKNOWN_BASELINE, STR("a baseline"));
    } else if (!known) {
        add_unknown(p, row);
    } else {
        p->applied[index] = true;
        note_renamed(p, row, index);
        compare_name(p, row, index);
    }
    return !err_is_set(p->e);
}

/* An external command lists ids alone. */
static bool take_rows(struct planner *p)
{
    for (size_t i = 0; i < p->rows->rows.count; i++)
        if (!take_row(p, &p->rows->rows.items[i]))
            return false;
    for (size_t i = 0; p->rows->rows.count == 0 && i < p->rows->ids.count; i++) {
        struct database_row row = {.id = p->rows->ids.items[i]};
        if (!take_row(p, &row))
            return false;
    }
    return true;
}

/* --- Rules. --- */

static bool is_applied(const struct planner *p, size_t index)
{
    return p->applied[p->first[index]];
}

static bool is_pending(const struct planner *p, size_t index)
{
    return !is_applied(p, index) && !p->unsound[p->first[index]];
}

static void add_pending(struct planner *p, size_t index, bool behind)
{
    behind =
        behind && !tracker_regex_matches(p->tracker->unit.unordered,
                                         p->history->migrations.items[index].unit, NULL, 0, p->e);
    bool skipped = behind && str_eq(p->tracker->out_of_order, STR("skipped"));
    bool refused =
        behind && (p->history->ordered ||
                   (str_eq(p->tracker->out_of_order, STR("refused")) && !p->history->unordered));

    if (skipped) {
        VEC_PUSH(p->arena, &p->plan->never_applied, index);
        return;
    }
    VEC_PUSH(p->arena, &p->plan->pending, index);
    if (refused)
        VEC_PUSH(p->arena, &p->plan->out_of_order, index);
}

/* Below the newest applied one of this code. */
static void plan_set(struct planner *p)
{
    size_t count = p->history->migrations.count, top = 0;

    for (size_t i = 0; i < count; i++)
        if (is_applied(p, i))
            top = i + 1;
    for (size_t i = 0; i < count; i++)
        if (is_pending(p, i))
            add_pending(p, i, i < top);
}

/* Below the newest row, whether this code knows it or not. */
static void plan_high_water(struct planner *p)
{
    struct str normal;

    for (size_t i = 0; i < p->history->migrations.count; i++) {
        if (!is_pending(p, i) ||
            !tracker_id_normal(p->arena, p->tracker, p->history->migrations.items[i].id, &normal,
                               p->e))
            continue;
        add_pending(p, i, p->any && tracker_compare_ids(p->tracker, normal, p->newest) <= 0);
    }
}

static void plan_single_version(struct planner *p)
{
    const struct migrations *all = &p->history->migrations;
    struct str version = p->any ? p->newest : STR_NONE;

    /* The number stands in the dirty row too. */
    for (size_t i = 0; !p->any && i < p->plan->dirty.count; i++)
        version = p->plan->dirty.items[i].id;
    if (p->rows->rows.count > 1)
        problem(p,
                str_printf(p->arena, STR_FMT " holds %zu rows, and " STR_FMT " keeps one",
                           STR_ARG(p->history->table), p->rows->rows.count,
                           STR_ARG(tracker_title(p->tracker))),
                STR("find out which one is meant, and delete the others"));
    for (size_t i = 0; i < all->count; i++) {
        bool reached = version.length && tracker_compare_numbers(all->items[i].id, version) <= 0;
        if (reached && !p->unsound[p->first[i]])
            p->applied[i] = true;
        else if (!reached)
            VEC_PUSH(p->arena, &p->plan->pending, i);
    }
    if (version.length) {
        p->plan->version = version;
        VEC_PUSH(p->arena, &p->plan->notes,
                 str_printf(p->arena,
                            "the table holds one number: whether migrations below " STR_FMT
                            " ran cannot be known",
                            STR_ARG(version)));
    }
    for (size_t i = 0;
         i < p->plan->unknown.count && str_eq(p->tracker->missing_file, STR("refused")); i++)
        problem(p,
                str_printf(p->arena,
                           "the version " STR_FMT " of " STR_FMT " is out of range: " STR_FMT
                           " refuses to work",
                           STR_ARG(p->plan->unknown.items[i].id), STR_ARG(p->history->table),
                           STR_ARG(tracker_title(p->tracker))),
                STR("deploy the code that has this migration"));
}

/* An external command lists ids in no order of its own: the tool's is taken. */
static struct database_row_list rows_in_order(struct planner *p)
{
    struct database_row_list ordered = {0};
    struct migrations ids = {0};

    if (p->rows->rows.count)
        return p->rows->rows;
    for (size_t i = 0; i < p->rows->ids.count; i++)
        VEC_PUSH(p->arena, &ids,
                 (struct migration){.id = p->rows->ids.items[i], .unit = p->rows->ids.items[i]});
    tracker_sort(p->tracker, &ids);
    for (size_t i = 0; i < ids.count; i++)
        VEC_PUSH(p->arena, &ordered, (struct database_row){.id = ids.items[i].id});
    return ordered;
}

/* The tool was told not to mind the order; a row without its migration it refuses all the same. */
static void plan_unordered(struct planner *p)
{
    plan_set(p);
    for (size_t i = 0; i < p->plan->unknown.count && !p->history->unchecked &&
                       str_eq(p->tracker->missing_file, STR("refused"));
         i++)
        problem(p,
                str_printf(p->arena,
                           STR_FMT " refuses to work: " STR_FMT
                                   " was applied, and this code does not have it",
                           STR_ARG(tracker_title(p->tracker)),
                           STR_ARG(p->plan->unknown.items[i].id)),
                STR("deploy the code that has this migration"));
}

static bool plan_prefix(struct planner *p)
{
    const struct migrations *all = &p->history->migrations;
    struct database_row_list rows = rows_in_order(p);
    size_t at = 0;
    bool told = false;

    for (size_t i = 0; i < rows.count; i++) {
        const struct database_row *row = &rows.items[i];
        struct str normal, wanted;
        if (is_unsound(row) || row->state.length || strs_have(&p->tracker->reserved, row->id))
            continue;
        if (at >= all->count)
            break;
        if (!tracker_id_normal(p->arena, p->tracker, row->id, &normal, p->e) ||
            !tracker_id_normal(p->arena, p->tracker, all->items[at].id, &wanted, p->e))
            return false;
        if (!told && !str_eq(normal, wanted))
            problem(p,
                    str_printf(p->arena,
                               STR_FMT " refuses to work: row %zu of " STR_FMT " is " STR_FMT
                                       ", where this code has " STR_FMT,
                               STR_ARG(tracker_title(p->tracker)), at + 1,
                               STR_ARG(p->history->table), STR_ARG(row->id),
                               STR_ARG(all->items[at].id)),
                    p->history->out_of_order_command);
        told = told || !str_eq(normal, wanted);
        at++;
    }
    plan_set(p);
    return true;
}

static bool plan_by_rule(struct planner *p)
{
    struct str rule = p->tracker->rule;

    if (str_eq(rule, STR("high_water")))
        plan_high_water(p);
    else if (str_eq(rule, STR("single_version")))
        plan_single_version(p);
    else if (str_eq(rule, STR("prefix")) && p->history->unordered)
        plan_unordered(p);
    else if (str_eq(rule, STR("prefix")))
        return plan_prefix(p);
    else
        plan_set(p);
    return !err_is_set(p->e);
}

static void finish(struct planner *p)
{
    const struct migrations *all = &p->history->migrations;

    for (size_t i = 0; i < all->count; i++) {
        if (!is_applied(p, i))
            continue;
        p->plan->applied_count++;
        if (!str_eq(p->tracker->rule, STR("single_version")))
            p->plan->version = all->items[i].id;
    }
    if (p->plan->unknown.count && str_eq(p->tracker->missing_file, STR("refused")))
        VEC_PUSH(p->arena, &p->plan->notes,
                 str_printf(p->arena,
                            STR_FMT " refuses to work while rows without a file are there",
                            STR_ARG(tracker_title(p->tracker))));
}

bool tracker_plan(struct arena *arena, const struct history *history,
                  const struct database_rows *rows, struct plan *plan, struct err *e)
{
    struct planner p = {.arena = arena,
                        .history = history,
                        .tracker = history->row,
                        .rows = rows,
                        .plan = plan,
                        .e = e};

    if (!map_ids(&p) || !take_rows(&p) || !plan_by_rule(&p))
        return false;
    finish(&p);
    return true;
}

/* --- What the database is asked. --- */

static struct database_select select_of(struct str other, struct str sqlite, struct str mysql,
                                        struct str column)
{
    return (struct database_select){
        .other = other, .sqlite = sqlite, .mysql = mysql, .column = column};
}

/* "{table}_lock" */
static struct str with_table(struct arena *arena, struct str text, struct str table)
{
    struct str word = STR("{table}");

    return str_starts(text, word) ? str_printf(arena, STR_FMT STR_FMT, STR_ARG(table),
                                               STR_ARG(str_from_offset(text, word.length)))
                                  : text;
}

static struct str parameter_of(const struct history *history)
{
    struct str given = history->row->table.parameter;

    if (history->parameter.length)
        return history->parameter;
    if (str_eq(given, STR("{directory}")))
        return history->versions.count ? path_base_name(history->versions.items[0]) : STR("");
    return given;
}

const struct table_reading *tracker_reading(struct arena *arena, const struct history *history)
{
    const struct tracker_table *table = &history->row->table;
    const struct config_columns *columns = &history->columns;
    struct table_reading *reading = ARENA_NEW(arena, struct table_reading);

    *reading = (struct table_reading){
        .tracker = tracker_title(history->row),
        .need = table->need,
        .need_any = table->need_any,
        .deny = table->deny,
        .only_these = table->only_these,
        .beside = history->beside.length ? history->beside
                                         : with_table(arena, table->beside, history->table),
        .parameter = parameter_of(history),
        .failed = select_of(table->failed, table->failed_sqlite, table->failed_mysql, STR_NONE),
        .locked = select_of(table->locked, table->locked_sqlite, table->locked_mysql, STR_NONE),
    };
    for (size_t i = 0; i < table->variants.count; i++) {
        const struct tracker_variant *variant = &table->variants.items[i];
        VEC_PUSH(arena, &reading->applied,
                 select_of(variant->applied, variant->applied_sqlite, variant->applied_mysql,
                           variant->column));
    }
    VEC_PUSH(arena, &reading->applied,
             select_of(table->applied, table->applied_sqlite, table->applied_mysql, STR_NONE));
    for (size_t i = 0; i < columns->count; i++)
        VEC_PUSH(arena, &reading->columns,
                 (struct database_column){.column = columns->items[i].column,
                                          .name = columns->items[i].name});
    return reading;
}
