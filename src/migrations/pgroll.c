/* pgroll.c -- pgroll's files and its history.
 *
 * In:     the files *.json, *.yaml and *.yml of one directory, in the order of their names; the rows of pgroll.migrations of one schema in the
 *         order of created_at.
 * Rules:  the rows behind the latest baseline, those that pgroll inferred from DDL of others included, must be the files whose names are
 *         greater than the baseline's, one by one; files beyond them are pending, rows beyond them are ignored. A row that is not done is a
 *         migration in its first phase: `migrate` does nothing until it is completed or rolled back.
 * Source: pgroll 0.16.2: pkg/state/init.sql and history.go, pkg/roll/unapplied.go, missing.go and status.go, pkg/migrations/op_common.go.
 */
#include "base/file.h"
#include "database/database.h"
#include "migrations/graph.h"
#include "migrations/tracker.h"
#include "readers/document.h"

#define SCRATCH_BUDGET ((size_t)192 << 20)
#define SCRATCH_ENOUGH ((size_t)8 << 20)

struct pgroll_loading {
    struct arena *arena, *scratch;
    struct tree *tree;
    struct history *history;
    struct err *e;
};

static bool cut_extension(struct str name, struct str *ret_stem)
{
    static const struct str extensions[] = {STR_INIT(".json"), STR_INIT(".yaml"), STR_INIT(".yml")};

    for (size_t i = 0; i < COUNT_OF(extensions); i++)
        if (name.length > extensions[i].length && str_ends(name, extensions[i])) {
            *ret_stem = str_prefix(name, name.length - extensions[i].length);
            return true;
        }
    return false;
}

/* What pgroll would say of the text; empty: nothing. */
static struct str refusal(struct pgroll_loading *l, struct str path, struct str text)
{
    struct err bad = ERR_NONE;
    struct node *root = NULL;
    struct nodes roots = {0};
    const char *name = str_c(l->scratch, path);
    bool json = str_ends(path, STR(".json"));

    if (json ? !json_document(l->scratch, text, JSON_STRICT, name, &root, &bad)
             : !yaml_parse(l->scratch, text, name, &roots, &bad))
        return str_copy(l->arena, str_from(bad.message));
    if (roots.count)
        root = roots.items[0];
    return node_get(root, "operations")
               ? STR_NONE
               : str_printf(l->arena, STR_FMT ": it has no operations", STR_ARG(path));
}

static bool add_file(struct pgroll_loading *l, struct str directory, struct str name)
{
    struct migration made = {.unit = name, .line = 1};
    struct str text;

    if (!cut_extension(name, &made.id))
        return true;
    if (l->history->migrations.count >= MIGRATIONS_MAX)
        return err_set(l->e, ERR_LIMIT, "more than %u migrations", MIGRATIONS_MAX);
    if (!tree_path_join(l->arena, directory, name, &made.file) ||
        !tree_read(l->tree, l->scratch, made.file, FILE_MAX, &text, l->e))
        return false;
    struct str refused = refusal(l, made.file, text);
    if (refused.length)
        history_problem_add(l->arena, l->history, REASON_BROKEN_HISTORY,
                            str_printf(l->arena,
                                       "pgroll refuses to work with the directory: " STR_FMT,
                                       STR_ARG(refused)),
                            STR("mend the file, or move it out of the directory"));
    made.title = made.id;
    VEC_PUSH(l->arena, &l->history->migrations, made);
    if (l->scratch->used > SCRATCH_ENOUGH)
        arena_release(l->scratch);
    return true;
}

static bool pgroll_load(struct arena *arena, struct tree *tree,
                        const struct config_migrations *set UNUSED, struct history *history,
                        struct err *e)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct pgroll_loading l = {
        .arena = arena, .scratch = &scratch, .tree = tree, .history = history, .e = e};

    for (size_t i = 0; i < history->versions.count; i++) {
        struct tree_entries entries;
        bool exists;
        if (!tree_list(tree, arena, history->versions.items[i], &entries, &exists, e))
            return false;
        for (size_t j = 0; j < entries.count; j++)
            if (entries.items[j].kind != TREE_DIRECTORY &&
                !add_file(&l, history->versions.items[i], entries.items[j].name))
                return false;
    }
    if (!history->parameter.length)
        VEC_PUSH(arena, &history->assumptions,
                 str_printf(arena,
                            "pgroll was assumed to work on the schema " STR_FMT
                            ": \"parameter\" of the migration set names another",
                            STR_ARG(history->row->table.parameter)));
    return true;
}

/* --- The plan. --- */

struct pgroll_planning {
    struct arena *arena;
    const struct history *history;
    const struct database_rows *rows;
    struct plan *plan;
    struct id_map ids;
    bool *seen; /* per migration: it has a row */
    struct str baseline;
    size_t begin; /* the first row behind the latest baseline */
};

static bool state_is(const struct database_row *row, const char *state)
{
    return str_eq(row->state, str_from(state));
}

static void explain(struct pgroll_planning *p, struct str id, enum unknown_kind kind,
                    const char *where)
{
    VEC_PUSH(p->arena, &p->plan->explained,
             (struct plan_unknown){.id = id, .kind = kind, .where = str_from(where)});
}

static void take_row(struct pgroll_planning *p, const struct database_row *row, size_t at)
{
    size_t index;
    bool known = id_map_get(&p->ids, row->id, &index);

    if (known)
        p->seen[index] = true;
    if (state_is(row, "in_progress")) {
        VEC_PUSH(p->arena, &p->plan->dirty,
                 (struct plan_dirty){.id = row->id,
                                     .state = row->state,
                                     .detail = STR("both versions of the schema are live: run "
                                                   "pgroll complete, or pgroll rollback")});
        return;
    }
    if (known) {
        p->plan->applied_count++;
        p->plan->version = row->id;
    } else if (state_is(row, "external_ddl")) {
        explain(p, row->id, UNKNOWN_EXTERNAL, "made outside the tool");
    } else if (state_is(row, "baseline")) {
        explain(p, row->id, UNKNOWN_BASELINE, "a baseline");
    } else if (at < p->begin) {
        explain(p, row->id, UNKNOWN_SQUASHED, "it stands before the baseline");
    } else {
        VEC_PUSH(p->arena, &p->plan->unknown, (struct plan_unknown){.id = row->id});
    }
}

/* Row by row against the files: the first difference is where pgroll stops. */
static void compare_in_order(struct pgroll_planning *p)
{
    const struct migrations *all = &p->history->migrations;
    size_t at = p->begin;

    for (size_t i = 0; i < all->count && at < p->rows->rows.count; i++) {
        const struct database_row *row = &p->rows->rows.items[at];
        if (p->baseline.length && str_compare(all->items[i].id, p->baseline) <= 0)
            continue;
        if (!str_eq(all->items[i].id, row->id)) {
            bool inferred = state_is(row, "external_ddl");
            VEC_PUSH(p->arena, &p->plan->problems,
                     (struct history_problem){
                         .code = REASON_INDETERMINATE_HISTORY,
                         .message = str_printf(
                             p->arena,
                             "pgroll refuses to work: migration %zu of its history is " STR_FMT
                             "%s, where this code has " STR_FMT,
                             at - p->begin + 1, STR_ARG(row->id),
                             inferred ? " (a change that was made without pgroll)" : "",
                             STR_ARG(all->items[i].id)),
                         .hint = inferred
                                     ? STR("write the missing files with: pgroll pull")
                                     : STR("deploy the code that has this migration, or give the "
                                           "new one a later name")});
            return;
        }
        at++;
    }
}

static bool pgroll_plan(struct arena *arena, const struct history *history,
                        const struct database_rows *rows, struct plan *plan, struct err *e UNUSED)
{
    const struct migrations *all = &history->migrations;
    struct pgroll_planning p = {.arena = arena,
                                .history = history,
                                .rows = rows,
                                .plan = plan,
                                .ids = id_map_new(arena, all->count + 1),
                                .seen = ARENA_ARRAY(arena, all->count + 1, bool)};
    size_t index, below = 0;

    for (size_t i = 0; i < all->count; i++)
        (void)id_map_add(&p.ids, all->items[i].id, i, &index);
    for (size_t i = 0; i < rows->rows.count; i++)
        if (state_is(&rows->rows.items[i], "baseline")) {
            p.begin = i + 1;
            p.baseline = rows->rows.items[i].id;
        }
    for (size_t i = 0; i < rows->rows.count; i++)
        take_row(&p, &rows->rows.items[i], i);
    for (size_t i = 0; rows->rows.count == 0 && i < rows->ids.count; i++)
        take_row(&p, &(struct database_row){.id = rows->ids.items[i]}, i);
    compare_in_order(&p);
    for (size_t i = 0; i < all->count; i++) {
        if (p.seen[i])
            continue;
        if (p.baseline.length && str_compare(all->items[i].id, p.baseline) <= 0)
            below++;
        else
            VEC_PUSH(arena, &plan->pending, i);
    }
    if (below)
        VEC_PUSH(arena, &plan->notes,
                 str_printf(arena,
                            "%zu migration%s below the baseline " STR_FMT " will not be applied",
                            below, below == 1 ? "" : "s", STR_ARG(p.baseline)));
    return true;
}

/* It keeps the migration itself and no checksum. */
static bool pgroll_verify(struct arena *arena UNUSED, struct tree *tree UNUSED,
                          const struct history *history UNUSED,
                          const struct database_rows *rows UNUSED, struct plan *plan UNUSED,
                          struct err *e UNUSED)
{
    return true;
}

const struct tracker_code pgroll_tracker = {
    .name = "pgroll", .load = pgroll_load, .plan = pgroll_plan, .verify = pgroll_verify};
