/* examples.c -- the examples of a pack: a small tree and rows, and what must come out. */
#include "base/file.h"
#include "migrations/tracker.h"

/* --- A tree of the example's files. --- */

struct example_tree {
    const struct tracker_example_files *files;
};

static bool is_below(struct str path, struct str directory, struct str *ret_rest)
{
    if (!directory.length) {
        *ret_rest = path;
        return true;
    }
    return path_relative(directory, path, ret_rest);
}

static bool example_kind(void *self, struct arena *arena UNUSED, struct str path,
                         enum tree_entry_kind *ret_kind)
{
    const struct example_tree *tree = self;
    struct str rest;

    *ret_kind = TREE_DIRECTORY;
    if (!path.length)
        return true;
    for (size_t i = 0; i < tree->files->count; i++) {
        struct str file = tree->files->items[i].path;
        if (str_eq(file, path)) {
            *ret_kind = TREE_FILE;
            return true;
        }
        if (is_below(file, path, &rest))
            return true;
    }
    return false;
}

static bool example_list(void *self, struct arena *arena, struct str directory,
                         struct tree_entries *ret_entries, bool *ret_exists, struct err *e UNUSED)
{
    const struct example_tree *tree = self;
    struct strs seen = {0};
    struct str rest;

    for (size_t i = 0; i < tree->files->count; i++) {
        if (!is_below(tree->files->items[i].path, directory, &rest) || !rest.length)
            continue;
        bool deeper = str_find_byte(rest, '/') != SIZE_MAX;
        struct str name = str_copy(arena, str_cut(&rest, '/'));
        *ret_exists = true;
        if (strs_have(&seen, name))
            continue;
        strs_add(arena, &seen, name);
        VEC_PUSH(arena, ret_entries,
                 (struct tree_entry){.name = name, .kind = deeper ? TREE_DIRECTORY : TREE_FILE});
    }
    return true;
}

static bool example_read(void *self, struct arena *arena, struct str path, size_t maximum,
                         struct str *ret_bytes, bool *ret_whole, struct err *e)
{
    const struct example_tree *tree = self;

    for (size_t i = 0; i < tree->files->count; i++)
        if (str_eq(tree->files->items[i].path, path)) {
            struct str text = tree->files->items[i].text;
            *ret_bytes = str_copy(arena, str_prefix(text, maximum));
            *ret_whole = text.length <= maximum;
            return true;
        }
    return err_set(e, ERR_NOT_FOUND, STR_FMT ": no such file", STR_ARG(path));
}

static struct str example_describe(const void *self UNUSED)
{
    return STR("example");
}

static struct tree *tree_of(struct arena *arena, const struct tracker_example *example)
{
    static const struct tree_driver driver = {.kind = example_kind,
                                              .list = example_list,
                                              .read = example_read,
                                              .describe = example_describe};
    struct example_tree *tree = ARENA_NEW(arena, struct example_tree);

    tree->files = &example->files;
    return tree_from_driver(arena, &driver, tree);
}

/* --- What comes out, against what must. --- */

static struct str joined(struct arena *arena, const struct strs *list)
{
    return list->count ? str_join(arena, list->items, list->count, STR(", ")) : STR("none");
}

static bool same(struct arena *arena, const char *what, const struct strs *wanted,
                 const struct strs *got, struct err *e)
{
    bool equal = wanted->count == got->count;

    for (size_t i = 0; equal && i < got->count; i++)
        equal = str_eq(wanted->items[i], got->items[i]);
    return equal || err_set(e, ERR_INPUT, "%s: " STR_FMT " was expected, " STR_FMT " came", what,
                            STR_ARG(joined(arena, wanted)), STR_ARG(joined(arena, got)));
}

static struct strs ids_at(struct arena *arena, const struct history *history,
                          const struct plan_indexes *indexes)
{
    struct strs ids = {0};

    for (size_t i = 0; i < indexes->count; i++)
        VEC_PUSH(arena, &ids, history->migrations.items[indexes->items[i]].id);
    return ids;
}

static struct strs unknown_ids(struct arena *arena, const struct plan_unknowns *unknowns)
{
    struct strs ids = {0};

    for (size_t i = 0; i < unknowns->count; i++)
        VEC_PUSH(arena, &ids, unknowns->items[i].id);
    return ids;
}

static bool has_problem(const struct history_problems *problems, struct str words)
{
    for (size_t i = 0; i < problems->count; i++)
        if (str_contains(problems->items[i].message, words))
            return true;
    return false;
}

static bool check_problems(struct arena *arena, const struct tracker_example *example,
                           const struct history *history, const struct plan *plan, struct err *e)
{
    struct strs all = {0};

    for (size_t i = 0; i < history->problems.count; i++)
        VEC_PUSH(arena, &all, history->problems.items[i].message);
    for (size_t i = 0; i < plan->problems.count; i++)
        VEC_PUSH(arena, &all, plan->problems.items[i].message);
    if (!example->problem.length)
        return !all.count ||
               err_set(e, ERR_INPUT, "problem: none was expected, \"" STR_FMT "\" came",
                       STR_ARG(joined(arena, &all)));
    return has_problem(&history->problems, example->problem) ||
           has_problem(&plan->problems, example->problem) ||
           err_set(e, ERR_INPUT, "problem: \"" STR_FMT "\" was expected, \"" STR_FMT "\" came",
                   STR_ARG(example->problem), STR_ARG(joined(arena, &all)));
}

static bool check_plan(struct arena *arena, const struct tracker_example *example,
                       const struct history *history, const struct plan *plan, struct err *e)
{
    struct strs migrations = {0}, dirty = {0}, diverged = {0};
    struct strs pending = ids_at(arena, history, &plan->pending);
    struct strs never = ids_at(arena, history, &plan->never_applied);
    struct strs refused = ids_at(arena, history, &plan->out_of_order);
    struct strs unknown = unknown_ids(arena, &plan->unknown);
    struct strs explained = unknown_ids(arena, &plan->explained);

    for (size_t i = 0; i < history->migrations.count; i++)
        VEC_PUSH(arena, &migrations, history->migrations.items[i].id);
    for (size_t i = 0; i < plan->dirty.count; i++)
        VEC_PUSH(arena, &dirty, plan->dirty.items[i].id);
    for (size_t i = 0; i < plan->diverged.count; i++)
        VEC_PUSH(arena, &diverged, history->migrations.items[plan->diverged.items[i].migration].id);
    return same(arena, "migrations", &example->migrations, &migrations, e) &&
           same(arena, "pending", &example->pending, &pending, e) &&
           same(arena, "never_applied", &example->never_applied, &never, e) &&
           same(arena, "out_of_order", &example->out_of_order, &refused, e) &&
           same(arena, "unknown", &example->unknown, &unknown, e) &&
           same(arena, "explained", &example->explained, &explained, e) &&
           same(arena, "dirty", &example->dirty, &dirty, e) &&
           same(arena, "diverged", &example->diverged, &diverged, e) &&
           check_problems(arena, example, history, plan, e);
}

static struct database_rows rows_of(struct arena *arena, const struct tracker_example *example)
{
    struct database_rows rows = {.state = example->rows.count ? TABLE_FILLED : TABLE_EMPTY};

    for (size_t i = 0; i < example->rows.count; i++) {
        const struct tracker_example_row *from = &example->rows.items[i];
        struct database_row row = {.id = from->id,
                                   .name = from->name,
                                   .checksum = from->checksum,
                                   .state = from->state,
                                   .ord = from->ord,
                                   .applied_at = from->applied_at};
        if (str_eq(row.state, STR("ok")))
            row.state = STR_NONE;
        VEC_PUSH(arena, &rows.rows, row);
        VEC_PUSH(arena, &rows.ids, row.id);
    }
    strs_sort(&rows.ids);
    return rows;
}

/* The set as it is found by looking, or as the example configures it. */
static bool find_set(struct arena *arena, struct tree *tree, const struct tracker *tracker,
                     const struct tracker_example *example, struct config_migrations *ret_set,
                     struct err *e)
{
    struct config config = {.work_tree = STR("/example")};
    struct config_migrations_list sets = {0};

    if (example->configured) {
        *ret_set = (struct config_migrations){.name = STR("example"),
                                              .tracker = tracker->id,
                                              .row = tracker,
                                              .root = example->root,
                                              .versions = example->versions};
        return true;
    }
    VEC_PUSH(arena, &config.trackers, *tracker);
    if (!sets_detect(arena, tree, &config, &sets, e))
        return false;
    if (sets.count != 1 || !str_eq(sets.items[0].tracker, tracker->id))
        return err_set(e, ERR_INPUT, "it is found as %zu migration sets%s" STR_FMT, sets.count,
                       sets.count ? ", the first one's tracker is " : "",
                       STR_ARG(sets.count ? sets.items[0].tracker : STR("")));
    *ret_set = sets.items[0];
    return true;
}

/* Whose it is instead, if anybody's, is for the rows of others to say. */
static bool check_other(struct arena *arena, const struct tracker *tracker,
                        const struct tracker_example *example, struct err *e)
{
    struct config config = {.work_tree = STR("/example")};
    struct config_migrations_list sets = {0};

    VEC_PUSH(arena, &config.trackers, *tracker);
    if (!sets_detect(arena, tree_of(arena, example), &config, &sets, e))
        return false;
    for (size_t i = 0; i < sets.count; i++)
        if (str_eq(sets.items[i].tracker, tracker->id))
            return err_set(e, ERR_INPUT, "other: it is found, in \"" STR_FMT "\"",
                           STR_ARG(sets.items[i].versions.count ? sets.items[i].versions.items[0]
                                                                : sets.items[i].root));
    return true;
}

static bool check_place(struct arena *arena, const struct tracker_example *example,
                        const struct config_migrations *set, const struct history *history,
                        struct err *e)
{
    struct str table = history->schema.length
                           ? str_printf(arena, STR_FMT "." STR_FMT, STR_ARG(history->schema),
                                        STR_ARG(history->table))
                           : history->table;

    if (example->root.bytes && !str_eq(example->root, set->root))
        return err_set(e, ERR_INPUT, "root: \"" STR_FMT "\" was expected, \"" STR_FMT "\" came",
                       STR_ARG(example->root), STR_ARG(set->root));
    if (example->table.length && !str_eq(example->table, table))
        return err_set(e, ERR_INPUT, "table: \"" STR_FMT "\" was expected, \"" STR_FMT "\" came",
                       STR_ARG(example->table), STR_ARG(table));
    return !example->versions.count || example->configured ||
           same(arena, "versions", &example->versions, &history->versions, e);
}

static bool run_example(struct arena *arena, const struct tracker *tracker,
                        const struct tracker_example *example, struct err *e)
{
    struct tree *tree = tree_of(arena, example);
    struct config_migrations set = {0};
    struct history history = {0};
    struct plan plan = {0};
    struct database_rows rows = rows_of(arena, example);

    if (example->other)
        return check_other(arena, tracker, example, e);
    if (!find_set(arena, tree, tracker, example, &set, e))
        return false;
    set.dbms = example->dbms;
    return history_load(arena, tree, &set, &history, e) &&
           check_place(arena, example, &set, &history, e) &&
           plan_make(arena, &history, &rows, &plan, e) &&
           plan_verify(arena, tree, &history, &rows, &plan, e) &&
           check_plan(arena, example, &history, &plan, e);
}

bool tracker_examples_run(struct arena *arena, const struct tracker *tracker, struct err *e)
{
    if (str_starts(tracker->rule, STR("code:")) && !tracker_code_of(tracker))
        return err_set(e, ERR_INPUT, STR_FMT ": there is no " STR_FMT, STR_ARG(tracker->id),
                       STR_ARG(tracker->rule));
    for (size_t i = 0; i < tracker->examples.count; i++) {
        struct err bad = ERR_NONE;
        if (!run_example(arena, tracker, &tracker->examples.items[i], &bad))
            return err_set(e, ERR_INPUT, STR_FMT ": examples[%zu]: %s", STR_ARG(tracker->id), i,
                           bad.message);
    }
    return true;
}
