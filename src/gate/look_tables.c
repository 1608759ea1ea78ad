/* look_tables.c -- what the tables that a database answered with say of one set: its rows beside the history of the code. */
#include "gate/judge.h"
#include "gate/look.h"

static bool history_is_broken(const struct history *history)
{
    for (size_t i = 0; i < history->problems.count; i++)
        if (history->problems.items[i].code == REASON_BROKEN_HISTORY ||
            history->problems.items[i].code == REASON_INDETERMINATE_HISTORY)
            return true;
    return false;
}

/* The place of an id in the order of the tool; the number of migrations when it has none. */
static size_t place_of(const struct history *history, struct str id)
{
    size_t place = 0;

    while (place < history->migrations.count && !str_eq(history->migrations.items[place].id, id))
        place++;
    return place;
}

/* … of a pack: in its own order. An id that the code does not know stays alone, and is unknown. */
static struct database_rows up_to_place(struct viewer *viewer, const struct look_set *set,
                                        const struct database_rows *rows)
{
    struct database_rows all = *rows;
    size_t place = place_of(&set->history, rows->ids.items[rows->ids.count - 1]);

    all.ids = (struct strs){0};
    for (size_t i = 0; i < rows->ids.count; i++)
        VEC_PUSH(viewer->arena, &all.ids, rows->ids.items[i]);
    for (size_t m = 0; m < place && place < set->history.migrations.count; m++)
        VEC_PUSH(viewer->arena, &all.ids, set->history.migrations.items[m].id);
    strs_sort(&all.ids);
    return all;
}

/* A command that names only the newest version of a plain SQL history means all files up to it. */
static struct database_rows up_to_version(struct viewer *viewer, const struct look_set *set,
                                          const struct database_rows *rows)
{
    struct database_rows all = *rows;
    size_t named = rows->ids.count;

    if (set->history.row && named)
        return up_to_place(viewer, set, rows);
    all.ids = (struct strs){0};
    for (size_t i = 0; i < named; i++)
        VEC_PUSH(viewer->arena, &all.ids, rows->ids.items[i]);
    for (size_t m = 0; m < set->history.migrations.count && named; m++) {
        struct str id = set->history.migrations.items[m].id;
        if (str_compare(id, rows->ids.items[named - 1]) < 0 && !strs_have(&rows->ids, id))
            VEC_PUSH(viewer->arena, &all.ids, id);
    }
    strs_sort(&all.ids);
    return all;
}

/* One tracking table against the code. */
static bool judge_rows(struct viewer *viewer, struct look_set *set,
                       const struct config_migrations *wanted, const struct database_rows *rows,
                       struct err *e)
{
    struct str why_not = STR_NONE;
    bool proven = false;

    if (rows->state == TABLE_UNREADABLE) {
        set->state = SET_UNREACHABLE;
        judge_unreachable(&viewer->judge, set->history.set,
                          str_printf(viewer->arena, STR_FMT ": " STR_FMT,
                                     STR_ARG(set->answer.shown), STR_ARG(rows->message)),
                          rows->hint.length
                              ? rows->hint
                              : STR("grant the user of this URL SELECT on the tracking table"));
        return true;
    }
    struct database_rows own = *rows;
    struct plan others = {0};
    if (!viewer_part_others(viewer, set, wanted, &own, &others, e) ||
        !plan_make(viewer->arena, &set->history, &own, &set->plan, e) ||
        !plan_verify(viewer->arena, viewer->tree, &set->history, &own, &set->plan, e))
        return false;
    for (size_t i = 0; i < others.explained.count; i++)
        VEC_PUSH(viewer->arena, &set->plan.explained, others.explained.items[i]);
    for (size_t i = 0; i < others.notes.count; i++)
        VEC_PUSH(viewer->arena, &set->plan.notes, others.notes.items[i]);
    for (size_t i = 0; i < set->plan.problems.count; i++) {
        const struct history_problem *problem = &set->plan.problems.items[i];
        judge_add(&viewer->judge, problem->code, set->history.set, problem->message, problem->hint);
    }
    if (set->plan.unknown.count && !viewer_explain_shared(viewer, set, wanted, e))
        return false;
    if (set->plan.unknown.count)
        proven = viewer_search_unknown(viewer, set, rows, &why_not);
    judge_unknown(&viewer->judge, set, rows, proven, why_not);
    judge_dirty(&viewer->judge, set, rows);
    judge_never_applied(&viewer->judge, set, rows);
    judge_diverged(&viewer->judge, set, rows);
    if (!set->plan.unknown.count || proven || set->plan.pending_is_exact)
        judge_pending(&viewer->judge, set, rows);
    judge_command_flag(&viewer->judge, set, rows);
    bool command_says_pending = set->answer.has_pending_flag && set->answer.pending_flag;
    if (history_is_broken(&set->history) || set->plan.problems.count)
        set->state = SET_INDETERMINATE;
    else if (set->plan.dirty.count)
        set->state = SET_DIRTY;
    else if (set->plan.never_applied.count ||
             (set->plan.pending.count && set->plan.pending_is_exact))
        set->state = SET_PENDING;
    else if (set->plan.unknown.count && !proven)
        set->state = SET_UNKNOWN;
    else if (set->plan.pending.count || command_says_pending)
        set->state = SET_PENDING;
    else if (set->plan.diverged.count)
        set->state = SET_DIVERGED;
    else
        set->state = set->plan.unknown.count ? SET_AHEAD : SET_CURRENT;
    return true;
}

/* Alembic keeps heads, plain SQL every file: there, the last one is the version. */
static void add_versions(struct viewer *viewer, const struct look_set *set,
                         const struct database_rows *rows)
{
    struct strs *versions = &viewer->database_versions;

    if (set->answer.reported_version.length) {
        strs_add(viewer->arena, versions, set->answer.reported_version);
        return;
    }
    if (set->plan.version.length) {
        strs_add(viewer->arena, versions, set->plan.version);
        return;
    }
    bool heads = str_eq(set->history.tracker, STR("alembic"));
    for (size_t i = rows->ids.count && !heads ? rows->ids.count - 1 : 0; i < rows->ids.count; i++)
        strs_add(viewer->arena, versions, rows->ids.items[i]);
}

/* An unqualified name means the table of the first schema of the search path that has it. */
static void keep_first_of_path(struct viewer *viewer, const struct history *history,
                               struct database_tables *tables)
{
    struct database_tables kept = {0};

    if (!history->search_path.count || !str_eq(history->dbms, STR("postgresql")))
        return;
    for (size_t i = 0; i < history->search_path.count && !kept.count; i++)
        for (size_t j = 0; j < tables->count && !kept.count; j++)
            if (tables->items[j].state != TABLE_ABSENT &&
                str_eq(tables->items[j].schema, history->search_path.items[i]))
                VEC_PUSH(viewer->arena, &kept, tables->items[j]);
    if (!kept.count)
        VEC_PUSH(
            viewer->arena, &kept,
            (struct database_rows){.schema = history->search_path.items[0], .state = TABLE_ABSENT});
    *tables = kept;
}

/* Several schemas with a tracking table are tenants, and each is reported, unless another set has it for itself. */
static bool judge_each(struct viewer *viewer, struct look_set *set,
                       const struct config_migrations *wanted, struct look *look, struct err *e)
{
    const struct database_tables *tables = &set->answer.tables;
    bool *others = ARENA_ARRAY(viewer->arena, tables->count, bool);
    size_t own = 0;

    if (!viewer_mark_tables_of_others(viewer, set, wanted, others, e))
        return false;
    for (size_t i = 0; i < tables->count; i++) {
        own += !others[i];
        if (others[i])
            VEC_PUSH(viewer->arena, &set->history.assumptions,
                     str_printf(viewer->arena,
                                "the table in the schema " STR_FMT
                                " was taken for another migration set's: all rows that the code "
                                "knows there are others'",
                                STR_ARG(tables->items[i].schema)));
    }
    for (size_t i = 0; i < tables->count; i++) {
        struct look_set one = *set;
        if (others[i])
            continue;
        if (own > 1)
            one.history.set =
                str_printf(viewer->arena, STR_FMT "@" STR_FMT, STR_ARG(set->history.set),
                           STR_ARG(tables->items[i].schema));
        if (!judge_rows(viewer, &one, wanted, &tables->items[i], e))
            return false;
        add_versions(viewer, &one, &tables->items[i]);
        VEC_PUSH(viewer->arena, &look->sets, one);
    }
    return true;
}

bool viewer_judge_tables(struct viewer *viewer, struct look_set *set,
                         const struct config_migrations *wanted, enum table_layout layout,
                         struct look *look, struct err *e)
{
    struct database_answer *answer = &set->answer;

    if (answer->tables.count == 0)
        return err_set(e, ERR_INTERNAL, "the database answered without a table");
    keep_first_of_path(viewer, &set->history, &answer->tables);
    if (answer->has_pending_flag && layout != LAYOUT_ALEMBIC && !answer->applied_is_listed)
        answer->tables.items[0] = up_to_version(viewer, set, &answer->tables.items[0]);
    return judge_each(viewer, set, wanted, look, e);
}
