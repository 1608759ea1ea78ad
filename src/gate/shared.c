/* shared.c -- rows that another migration set of this code has put into the same table: several contexts of EF Core, several directories of a tool
 * that does not mind rows without a file.
 *
 * Or the other way round: schemas with a table each, of which every set has its own (the modules of one program, the tenants beside what all share).
 *
 * The ids of all sets that name one table are put together once: to load set after set for each would be quadratic.
 */
#include "gate/look.h"
#include "migrations/tracker.h"

#define ROWS_FEW 1000u    /* so many are compared whole */
#define EXPLAINED_MAX 20u /* of the rows of a large table that are others' */

struct shared_migration {
    struct str id, set, file;
};

struct shared_table {
    const struct tracker *tracker;
    const struct config_database *source;
    struct str table, schema;
    VEC(struct shared_migration) all;
    struct id_map ids; /* to `all` */
    /* Of the rows that were asked about last: their ids, and whose they are (SIZE_MAX: nobody's). */
    const struct database_row *rows;
    struct str *normals;
    size_t *owners;
};

struct shared_tables {
    VEC(struct shared_table) list;
};

/* A tool that refuses rows without a file refuses those of another directory too. */
static bool may_share(const struct tracker *tracker)
{
    if (!tracker || str_eq(tracker->missing_file, STR("refused")))
        return false;
    return !tracker_code_of(tracker) || tracker->missing_file.length;
}

/* Two trackers of one table, as what a tenant library runs beside Ecto's own: they read its rows alike. */
static bool reads_alike(const struct tracker *a, const struct tracker *b)
{
    return a == b ||
           (str_eq(a->table.applied, b->table.applied) && str_eq(a->unit.id_type, b->unit.id_type));
}

/* NULL: no set that may share it has it. */
static struct shared_table *table_of(const struct viewer *viewer,
                                     const struct config_migrations *wanted,
                                     const struct history *history)
{
    const struct config_database *source = viewer_source(viewer, wanted);

    for (size_t i = 0; i < viewer->shared->list.count; i++) {
        struct shared_table *table = &viewer->shared->list.items[i];
        if (reads_alike(table->tracker, history->row) && table->source == source &&
            str_eq(table->table, history->table) && str_eq(table->schema, history->schema))
            return table;
    }
    return NULL;
}

static bool add(struct viewer *viewer, const struct config_migrations *wanted, struct err *e)
{
    struct history history = {.set = wanted->name, .tracker = wanted->tracker};
    struct err unread = ERR_NONE; /* it is said when that set is looked at */

    if (!may_share(wanted->row) ||
        !history_load(viewer->arena, viewer->tree, wanted, &history, &unread) || !history.row)
        return true;
    struct shared_table *table = table_of(viewer, wanted, &history);
    if (!table) {
        VEC_PUSH(viewer->arena, &viewer->shared->list,
                 (struct shared_table){.tracker = history.row,
                                       .source = viewer_source(viewer, wanted),
                                       .table = history.table,
                                       .schema = history.schema});
        table = &VEC_LAST(&viewer->shared->list);
    }
    for (size_t i = 0; i < history.migrations.count; i++) {
        struct shared_migration one = {.set = wanted->name,
                                       .file = history.migrations.items[i].file};
        if (!tracker_id_normal(viewer->arena, history.row, history.migrations.items[i].id, &one.id,
                               e))
            return false;
        VEC_PUSH(viewer->arena, &table->all, one);
    }
    return true;
}

/* Liquibase's ids begin with the change log's path, from the directory it was run in: src/main/resources/db/a.sql, or db/a.sql. */
static size_t count_ids(const struct shared_table *table)
{
    size_t count = table->all.count;

    for (size_t i = 0; i < table->all.count && tracker_code_of(table->tracker); i++) {
        struct str id = table->all.items[i].id;
        for (size_t at = 0; at < id.length; at++)
            count += id.bytes[at] == '/';
    }
    return count;
}

static void add_ids(struct shared_table *table, size_t index)
{
    struct str id = table->all.items[index].id;
    size_t other, slash;

    (void)id_map_add(&table->ids, id, index, &other);
    while (tracker_code_of(table->tracker) && (slash = str_find_byte(id, '/')) != SIZE_MAX) {
        id = str_from_offset(id, slash + 1);
        (void)id_map_add(&table->ids, id, index, &other);
    }
}

static bool put_together(struct viewer *viewer, struct err *e)
{
    viewer->shared = ARENA_NEW(viewer->arena, struct shared_tables);
    for (size_t i = 0; i < viewer->all.count; i++)
        if (!add(viewer, &viewer->all.items[i], e))
            return false;
    for (size_t i = 0; i < viewer->shared->list.count; i++) {
        struct shared_table *table = &viewer->shared->list.items[i];
        table->ids = id_map_new(viewer->arena, count_ids(table) + 1);
        for (size_t j = 0; j < table->all.count; j++)
            add_ids(table, j);
    }
    return true;
}

static void add_other(struct viewer *viewer, const struct shared_migration *other, struct str id,
                      struct plan *plan)
{
    struct plan_unknown row = {.id = id, .kind = UNKNOWN_EXTERNAL};

    row.where = str_printf(viewer->arena, "of the migration set " STR_FMT " (" STR_FMT ")",
                           STR_ARG(other->set), STR_ARG(other->file));
    VEC_PUSH(viewer->arena, &plan->explained, row);
}

static bool explain(struct viewer *viewer, struct look_set *set, const struct shared_table *table,
                    struct err *e)
{
    struct plan_unknowns *unknown = &set->plan.unknown;
    size_t kept = 0, index;
    struct str normal;

    for (size_t i = 0; i < unknown->count; i++) {
        struct plan_unknown row = unknown->items[i];
        if (!tracker_id_normal(viewer->arena, set->history.row, row.id, &normal, e))
            return false;
        if (!id_map_get(&table->ids, normal, &index)) {
            unknown->items[kept++] = row;
            continue;
        }
        add_other(viewer, &table->all.items[index], row.id, &set->plan);
    }
    unknown->count = kept;
    return true;
}

bool viewer_explain_shared(struct viewer *viewer, struct look_set *set,
                           const struct config_migrations *wanted, struct err *e)
{
    const struct history *history = &set->history;

    if (viewer->all.count < 2 || !may_share(history->row))
        return true;
    if (!viewer->shared && !put_together(viewer, e))
        return false;
    const struct shared_table *table = table_of(viewer, wanted, history);
    return !table || explain(viewer, set, table, e);
}

/* --- A schema for each set. --- */

struct share { /* whose rows a table has */
    bool own, others;
};

static bool share_of(struct viewer *viewer, const struct look_set *set,
                     const struct shared_table *table, const struct id_map *own,
                     const struct database_rows *rows, struct share *ret_share, struct err *e)
{
    struct str normal;
    size_t index;

    for (size_t i = 0; i < rows->ids.count; i++) {
        if (!tracker_id_normal(viewer->arena, set->history.row, rows->ids.items[i], &normal, e))
            return false;
        if (id_map_get(own, normal, &index))
            ret_share->own = true;
        else if (id_map_get(&table->ids, normal, &index))
            ret_share->others = true;
    }
    return true;
}

static bool own_ids(struct viewer *viewer, const struct history *history, struct id_map *ret_ids,
                    struct err *e)
{
    struct str normal;
    size_t other;

    *ret_ids = id_map_new(viewer->arena, history->migrations.count + 1);
    for (size_t i = 0; i < history->migrations.count; i++) {
        if (!tracker_id_normal(viewer->arena, history->row, history->migrations.items[i].id,
                               &normal, e))
            return false;
        (void)id_map_add(ret_ids, normal, i, &other);
    }
    return true;
}

/* --- Many rows. --- */

/* A tool that looks at what this code has and the table has not. */
static bool minds_no_others(const struct tracker *tracker)
{
    static const char *const rules[] = {"set", "set_no_gaps", NULL};

    return !tracker_code_of(tracker) && str_is_one_of(tracker->rule, rules);
}

static bool find_owners(struct viewer *viewer, struct shared_table *table,
                        const struct database_row_list *rows, struct err *e)
{
    if (table->rows == rows->items)
        return true;
    table->rows = rows->items;
    table->normals = ARENA_ARRAY(viewer->arena, rows->count, struct str);
    table->owners = ARENA_ARRAY(viewer->arena, rows->count, size_t);
    for (size_t i = 0; i < rows->count; i++) {
        const struct database_row *row = &rows->items[i];
        if (!tracker_id_normal(viewer->arena, table->tracker, row->id, &table->normals[i], e))
            return false;
        if ((row->state.length && !str_eq(row->state, STR("ok"))) ||
            !id_map_get(&table->ids, table->normals[i], &table->owners[i]))
            table->owners[i] = SIZE_MAX;
    }
    return true;
}

bool viewer_part_others(struct viewer *viewer, const struct look_set *set,
                        const struct config_migrations *wanted, struct database_rows *rows,
                        struct plan *ret_plan, struct err *e)
{
    const struct database_row_list all = rows->rows;
    struct id_map own;
    size_t others = 0, index;

    if (all.count <= ROWS_FEW || viewer->all.count < 2 || !may_share(set->history.row) ||
        !minds_no_others(set->history.row))
        return true;
    if (!viewer->shared && !put_together(viewer, e))
        return false;
    struct shared_table *table = table_of(viewer, wanted, &set->history);
    if (!table)
        return true;
    if (!find_owners(viewer, table, &all, e) || !own_ids(viewer, &set->history, &own, e))
        return false;
    rows->rows = (struct database_row_list){0};
    for (size_t i = 0; i < all.count; i++) {
        if (table->owners[i] == SIZE_MAX || id_map_get(&own, table->normals[i], &index))
            VEC_PUSH(viewer->arena, &rows->rows, all.items[i]);
        else if (others++ < EXPLAINED_MAX)
            add_other(viewer, &table->all.items[table->owners[i]], all.items[i].id, ret_plan);
    }
    if (!rows->rows.count) /* the ids alone would be taken */
        rows->ids = (struct strs){0};
    if (others > EXPLAINED_MAX)
        VEC_PUSH(viewer->arena, &ret_plan->notes,
                 str_printf(viewer->arena, "%zu more rows are of other migration sets",
                            others - EXPLAINED_MAX));
    return true;
}

bool viewer_mark_tables_of_others(struct viewer *viewer, const struct look_set *set,
                                  const struct config_migrations *wanted, bool *ret_marks,
                                  struct err *e)
{
    const struct database_tables *tables = &set->answer.tables;
    struct share *shares = ARENA_ARRAY(viewer->arena, tables->count, struct share);
    bool any = false, apart = true;
    struct id_map own;

    if (tables->count < 2 || viewer->all.count < 2 || !may_share(set->history.row))
        return true;
    if (!viewer->shared && !put_together(viewer, e))
        return false;
    const struct shared_table *table = table_of(viewer, wanted, &set->history);
    if (!table)
        return true;
    if (!own_ids(viewer, &set->history, &own, e))
        return false;
    for (size_t i = 0; i < tables->count; i++) {
        if (!share_of(viewer, set, table, &own, &tables->items[i], &shares[i], e))
            return false;
        any = any || shares[i].own;
        apart = apart && !(shares[i].own && shares[i].others);
    }
    for (size_t i = 0; i < tables->count; i++)
        ret_marks[i] = any && apart && shares[i].others && !shares[i].own;
    return true;
}
