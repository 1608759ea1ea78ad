/* django.c -- Django's migrations: files of the installed applications, and which of them the rows of django_migrations leave to do. */
#include "migrations/django.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/quote.h"
#include "database/database.h"
#include "migrations/graph.h"
#include "migrations/tracker.h"

#define MIGRATION_FILE_MAX ((size_t)4 << 20)
#define SCRATCH_BUDGET ((size_t)512 << 20)
#define SCRATCH_ENOUGH ((size_t)8 << 20)
#define GRAMMAR_FILES_MAX 200u /* their trees are kept until so many are there */

/* --- Reading the files. --- */

struct loader {
    struct arena *arena;
    struct arena *scratch;
    struct tree *tree;
    struct python_tree *python; /* of migrations that are not plain; renewed now and then */
    struct python_settings *settings;
    struct django_project project;
    struct history *history;
    size_t parsed;
};

static bool read_source(void *self, struct str path, struct str *ret_bytes)
{
    struct loader *l = self;
    struct err bad = ERR_NONE;

    l->parsed++;
    if (tree_read(l->tree, l->arena, path, MIGRATION_FILE_MAX, ret_bytes, &bad))
        return true;
    history_not_read(l->arena, l->history, &bad);
    return false;
}

static struct str setting_value(void *self, struct str name)
{
    struct loader *l = self;
    struct setting_value value = {.kind = SETTING_ABSENT};

    if (l->project.settings.length)
        value = python_setting(l->settings, l->project.settings, name);
    if (value.kind == SETTING_STRING)
        return value.text;
    return str_eq(name, STR("AUTH_USER_MODEL")) ? STR("auth.User") : STR_NONE;
}

/* pkgutil.iter_modules(): importable, no package, and the first character is neither '_' nor '~'. */
static bool is_migration(struct loader *l, struct str directory, const struct tree_entry *entry,
                         struct str *ret_name)
{
    enum tree_entry_kind kind;
    struct str stem;

    if (entry->kind == TREE_DIRECTORY || !str_ends(entry->name, STR(".py")))
        return false;
    stem = str_prefix(entry->name, entry->name.length - 3);
    if (!stem.length || stem.bytes[0] == '_' || stem.bytes[0] == '~' ||
        str_find_byte(stem, '.') != SIZE_MAX)
        return false;
    *ret_name = stem;
    return !tree_exists(l->tree, l->scratch,
                        str_printf(l->scratch, STR_FMT "/" STR_FMT "/__init__.py",
                                   STR_ARG(directory), STR_ARG(stem)),
                        &kind);
}

static struct str title_of(struct arena *arena, struct str name)
{
    size_t from = 0;

    while (from < name.length && name.bytes[from] >= '0' && name.bytes[from] <= '9')
        from++;
    while (from < name.length && name.bytes[from] == '_')
        from++;
    struct str words = str_copy(arena, from < name.length ? str_from_offset(name, from) : name);
    char *bytes = str_c(arena, words);
    for (size_t i = 0; i < words.length; i++)
        if (bytes[i] == '_')
            bytes[i] = ' ';
    return str_of(bytes, words.length);
}

static void refuse(struct loader *l, struct str path, size_t line, struct str what,
                   const char *hint)
{
    history_problem_add(l->arena, l->history, REASON_BROKEN_HISTORY,
                        str_printf(l->arena, STR_FMT ":%zu: " STR_FMT, STR_ARG(path),
                                   line ? line : 1, STR_ARG(what)),
                        str_from(hint));
}

static void split_dependencies(struct loader *l, const struct django_migration *read,
                               struct str label, struct migration *made)
{
    for (size_t i = 0; i < read->dependencies.count; i++) {
        struct str id = read->dependencies.items[i];
        bool own = str_eq(str_prefix(id, str_find_byte(id, '.')), label);
        struct strs *list = own ? &made->down : &made->depends_on;
        VEC_PUSH(l->arena, list, id);
    }
    made->replaces = read->replaces;
    made->before = read->run_before;
}

static bool read_bytes(struct loader *l, struct str path, struct str *ret_bytes, struct err *e)
{
    struct err why = ERR_NONE;

    if (l->scratch->used > SCRATCH_ENOUGH)
        arena_release(l->scratch);
    if (tree_read(l->tree, l->scratch, path, MIGRATION_FILE_MAX, ret_bytes, &why))
        return true;
    if (why.kind == ERR_SYSTEM || why.kind == ERR_UNREACHABLE)
        return err_set(e, why.kind, "%s", why.message);
    history_problem_add(
        l->arena, l->history, REASON_INDETERMINATE_HISTORY,
        str_printf(l->arena, STR_FMT ": cannot be read as a migration", STR_ARG(path)),
        STR("look at the file"));
    *ret_bytes = STR_NONE;
    return true;
}

static bool read_migration(struct loader *l, const struct django_app *app, struct str name,
                           struct err *e)
{
    struct django_settings_source settings = {.self = l, .value = setting_value};
    struct str path =
        str_printf(l->arena, STR_FMT "/" STR_FMT ".py", STR_ARG(app->versions), STR_ARG(name));
    struct migration made = {.file = path, .unit = path_base_name(path)};
    struct django_migration read;
    struct str bytes;

    if (l->history->migrations.count >= MIGRATIONS_MAX)
        return err_set(e, ERR_LIMIT, "more than %u migrations", MIGRATIONS_MAX);
    if (!read_bytes(l, path, &bytes, e))
        return false;
    if (!bytes.bytes)
        return true;
    django_migration_read(l->arena, l->python, path, bytes, &settings, &read);
    if (read.broken.length) {
        refuse(l, path, read.broken_line,
               str_printf(l->arena, "Python refuses this file: " STR_FMT, STR_ARG(read.broken)),
               "mend the file: Django cannot load it");
        return true;
    }
    if (!read.found) {
        refuse(l, path, 1, STR("no class \"Migration\", so that Django refuses to work"),
               "move what is no migration out of the migrations directory\n"
               "or let its name begin with '_'");
        return true;
    }
    made.id = str_printf(l->arena, STR_FMT "." STR_FMT, STR_ARG(app->label), STR_ARG(name));
    made.title = title_of(l->arena, name);
    made.line = read.line ? read.line : 1;
    if (read.computed.length)
        history_problem_add(l->arena, l->history, REASON_INDETERMINATE_HISTORY,
                            str_printf(l->arena,
                                       STR_FMT ":%zu: the value of \"" STR_FMT
                                               "\" cannot be known without running the file",
                                       STR_ARG(path), read.computed_line, STR_ARG(read.computed)),
                            STR("write it as a list of pairs of strings"));
    split_dependencies(l, &read, app->label, &made);
    VEC_PUSH(l->arena, &l->history->migrations, made);
    return true;
}

static bool read_app(struct loader *l, const struct django_app *app, struct django_without *without,
                     struct err *e)
{
    struct source_files files = {.self = l, .read = read_source};
    struct tree_entries entries;
    struct str name;
    bool exists, empty = true;

    if (!tree_list(l->tree, l->arena, app->versions, &entries, &exists, e))
        return false;
    for (size_t i = 0; i < entries.count; i++) {
        if (!is_migration(l, app->versions, &entries.items[i], &name))
            continue;
        empty = false;
        if (!read_migration(l, app, name, e))
            return false;
        if (!python_tree_is_whole(l->python, e))
            return false;
        if (l->parsed > GRAMMAR_FILES_MAX) {
            python_tree_release(&l->python);
            l->python = python_tree_new(l->arena, &files);
            l->parsed = 0;
        }
    }
    if (empty)
        VEC_PUSH(l->arena, &without->empty, app->label);
    return true;
}

static bool read_apps(struct loader *l, struct err *e)
{
    const struct django_apps *apps = &l->project.apps;
    struct django_without *without = ARENA_NEW(l->arena, struct django_without);
    struct strs versions = {0};

    without->absent = l->project.absent;
    for (size_t i = 0; i < apps->count; i++) {
        const struct django_app *app = &apps->items[i];
        if (app->versions.length)
            VEC_PUSH(l->arena, &versions, app->versions);
        else if (!app->elsewhere)
            VEC_PUSH(l->arena, &without->bare, app->label);
        if (app->versions.length && !read_app(l, app, without, e))
            return false;
    }
    strs_sort(&versions);
    l->history->versions = versions;
    l->history->own = without;
    return true;
}

/* --- Order, edges, heads. --- */

static int compare_ids(const void *a, const void *b)
{
    const struct migration *left = a, *right = b;

    return str_compare(left->id, right->id);
}

/* Edges as they are written, for whoever asks what stands on what. */
static void find_parents(struct arena *arena, struct history *history)
{
    struct migrations *all = &history->migrations;
    struct id_map ids = id_map_new(arena, all->count + 1);
    size_t parent;

    for (size_t i = 0; i < all->count; i++)
        (void)id_map_add(&ids, all->items[i].id, i, &parent);
    for (size_t i = 0; i < all->count; i++) {
        struct migration *migration = &all->items[i];
        const struct strs *lists[] = {&migration->down, &migration->depends_on};
        migration->parents =
            ARENA_ARRAY(arena, migration->down.count + migration->depends_on.count + 1, size_t);
        for (size_t k = 0; k < COUNT_OF(lists); k++)
            for (size_t j = 0; j < lists[k]->count; j++)
                if (id_map_get(&ids, lists[k]->items[j], &parent) && parent != i)
                    migration->parents[migration->parent_count++] = parent;
    }
}

static void find_heads(struct arena *arena, struct history *history)
{
    struct strs none = {0};
    struct django_graph graph;

    history->merge_command =
        shell_command_in(arena, history->root, STR("python manage.py makemigrations --merge"));
    django_graph_build(arena, history, &none, &history->problems, &graph);
    for (size_t i = 0; i < graph.real; i++)
        if (django_node_is_leaf(&graph, i))
            VEC_PUSH(arena, &history->heads, graph.nodes[i].id);
    history->real_heads = history->heads;
}

/* --- Two histories in one tree. --- */

/* A leaf that only this history has. */
static bool has_own_leaf(const struct django_graph *graph, struct str app,
                         const struct id_map *others)
{
    size_t place;

    for (size_t i = 0; i < graph->real; i++)
        if (str_eq(graph->nodes[i].app, app) && django_node_is_leaf(graph, i) &&
            !id_map_get(others, graph->nodes[i].id, &place))
            return true;
    return false;
}

static struct id_map ids_of(struct arena *arena, const struct history *history)
{
    struct id_map ids = id_map_new(arena, history->migrations.count + 1);
    size_t place;

    for (size_t i = 0; i < history->migrations.count; i++)
        (void)id_map_add(&ids, history->migrations.items[i].id, i, &place);
    return ids;
}

void history_join_django(struct arena *arena, const struct history *ours,
                         const struct history *theirs, struct history_problems *problems)
{
    struct id_map our_ids = ids_of(arena, ours), their_ids = ids_of(arena, theirs);
    struct history joined = {0};
    struct history_problems found = {0};
    struct strs none = {0};
    struct django_graph graph;
    size_t place;

    for (size_t i = 0; i < ours->migrations.count; i++)
        VEC_PUSH(arena, &joined.migrations, ours->migrations.items[i]);
    for (size_t i = 0; i < theirs->migrations.count; i++)
        if (!id_map_get(&our_ids, theirs->migrations.items[i].id, &place))
            VEC_PUSH(arena, &joined.migrations, theirs->migrations.items[i]);
    if (!joined.migrations.count)
        return;
    qsort(joined.migrations.items, joined.migrations.count, sizeof joined.migrations.items[0],
          compare_ids);
    django_graph_build(arena, &joined, &none, &found, &graph);
    for (size_t i = 0; i < found.count; i++)
        if (found.items[i].code == REASON_MULTIPLE_HEADS &&
            has_own_leaf(&graph, found.items[i].of, &their_ids) &&
            has_own_leaf(&graph, found.items[i].of, &our_ids))
            VEC_PUSH(arena, problems, found.items[i]);
}

static bool django_load(struct arena *arena, struct tree *tree,
                        const struct config_migrations *set UNUSED, struct history *history,
                        struct err *e)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct loader l = {.arena = arena, .scratch = &scratch, .tree = tree, .history = history};
    struct source_files files = {.self = &l, .read = read_source};
    PYTHON_TREE(python, arena, &files);
    bool done;

    l.settings = python_settings_new(python);
    if (!django_project_read(arena, tree, python, l.settings, history, &l.project, e) ||
        !python_tree_is_whole(python, e))
        return false;
    django_find_schema(arena, python, l.settings, history);
    l.parsed = 0;
    l.python = python_tree_new(arena, &files);
    done = read_apps(&l, e);
    python_tree_release(&l.python);
    if (!done)
        return false;
    if (history->migrations.count)
        qsort(history->migrations.items, history->migrations.count,
              sizeof history->migrations.items[0], compare_ids);
    find_parents(arena, history);
    find_heads(arena, history);
    return true;
}

/* --- Rows. --- */

struct planner {
    struct arena *arena;
    const struct history *history;
    struct plan *plan;
    struct django_graph graph;
    struct id_map replaced; /* id → the squash that names it */
    struct id_map labels;   /* of the applications with migrations */
};

static struct str label_of(struct str id)
{
    return str_prefix(id, str_find_byte(id, '.'));
}

static void map_names(struct planner *p)
{
    const struct migrations *all = &p->history->migrations;
    size_t count = 1, other;

    for (size_t i = 0; i < all->count; i++)
        count += all->items[i].replaces.count;
    p->replaced = id_map_new(p->arena, count);
    p->labels = id_map_new(p->arena, all->count + 1);
    for (size_t i = 0; i < all->count; i++) {
        (void)id_map_add(&p->labels, label_of(all->items[i].id), i, &other);
        for (size_t j = 0; j < all->items[i].replaces.count; j++)
            (void)id_map_add(&p->replaced, all->items[i].replaces.items[j], i, &other);
    }
}

static bool has_row(const struct planner *p, struct str label)
{
    for (size_t i = 0; i < p->graph.real; i++)
        if (p->graph.nodes[i].row && str_eq(p->graph.nodes[i].app, label))
            return true;
    return false;
}

/* "0002_b" of "shop.0002_b" */
static struct str name_of(struct str id)
{
    return str_from_offset(id, str_find_byte(id, '.') + 1);
}

/* Do rows of a label that this code does not have carry the names of an application that has no rows? "0001_initial" says nothing. */
static bool is_renamed(const struct planner *p, const struct strs *rows, struct str old_label,
                       struct str *ret_label)
{
    struct str last = STR_NONE;

    for (size_t i = 0; i < p->graph.real; i++) {
        struct str label = p->graph.nodes[i].app;
        size_t same = 0, count = 0;
        if (str_eq(label, last))
            continue;
        last = label;
        if (has_row(p, label))
            continue;
        for (size_t r = 0; r < rows->count; r++) {
            struct str name = str_from_offset(rows->items[r], old_label.length + 1);
            size_t index;
            if (!str_eq(label_of(rows->items[r]), old_label))
                continue;
            count++;
            same +=
                id_map_get(&p->graph.ids,
                           str_printf(p->arena, STR_FMT "." STR_FMT, STR_ARG(label), STR_ARG(name)),
                           &index) &&
                !str_eq(name, STR("0001_initial"));
        }
        if (same && same + 1 >= count) {
            *ret_label = label;
            return true;
        }
    }
    return false;
}

static void explain(struct planner *p, struct str id, enum unknown_kind kind, struct str where)
{
    VEC_PUSH(p->arena, &p->plan->explained,
             (struct plan_unknown){.id = id, .kind = kind, .where = where});
}

static void take_foreign(struct planner *p, const struct strs *rows, struct str id,
                         struct id_map *judged, struct strs *renamed)
{
    struct str label = label_of(id), now = STR_NONE;
    size_t index;

    if (!id_map_get(judged, label, &index)) {
        index = is_renamed(p, rows, label, &now) ? renamed->count : SIZE_MAX;
        (void)id_map_add(judged, label, index, &(size_t){0});
        if (index != SIZE_MAX) {
            VEC_PUSH(p->arena, renamed, now);
            VEC_PUSH(p->arena, &p->plan->notes,
                     str_printf(p->arena,
                                "the rows of " STR_FMT " are those of the application " STR_FMT
                                " under an older label: to Django its migrations are new; if it "
                                "was only renamed: update " STR_FMT " set app = '" STR_FMT
                                "' where app = '" STR_FMT "'",
                                STR_ARG(label), STR_ARG(now), STR_ARG(p->history->table),
                                STR_ARG(now), STR_ARG(label)));
        }
    }
    if (index >= renamed->count) /* SIZE_MAX: none */
        explain(p, id, UNKNOWN_EXTERNAL, STR("of an application outside this repository"));
    else
        explain(p, id, UNKNOWN_RENAMED,
                str_printf(p->arena, "the application is called " STR_FMT " now",
                           STR_ARG(renamed->items[index])));
}

static void take_rows(struct planner *p, const struct strs *rows)
{
    struct id_map judged = id_map_new(p->arena, rows->count + 1);
    struct strs renamed = {0};
    size_t index;

    for (size_t i = 0; i < rows->count; i++) {
        struct str id = rows->items[i];
        if (id_map_get(&p->graph.ids, id, &index) && index < p->graph.real)
            continue;
        if (id_map_get(&p->replaced, id, &index))
            explain(p, id, UNKNOWN_SQUASHED,
                    str_printf(p->arena, "replaced by " STR_FMT " (" STR_FMT ")",
                               STR_ARG(p->history->migrations.items[index].id),
                               STR_ARG(p->history->migrations.items[index].file)));
        else if (id_map_get(&p->labels, label_of(id), &index))
            VEC_PUSH(p->arena, &p->plan->unknown, (struct plan_unknown){.id = id});
        else
            take_foreign(p, rows, id, &judged, &renamed);
    }
}

/* MigrationLoader.check_consistent_history() */
static void check_consistency(struct planner *p, const struct strs *rows)
{
    struct id_map recorded = id_map_new(p->arena, rows->count + 1);
    size_t other;

    for (size_t i = 0; i < rows->count; i++)
        (void)id_map_add(&recorded, rows->items[i], i, &other);
    for (size_t i = 0; i < p->graph.real; i++) {
        const struct django_node *node = &p->graph.nodes[i];
        if (node->gone || !node->row)
            continue;
        for (size_t j = 0; j < node->parents.count; j++) {
            size_t parent = node->parents.items[j];
            const struct django_node *above = &p->graph.nodes[parent];
            if (above->row || above->dummy)
                continue;
            const struct strs *replaces = &p->history->migrations.items[parent].replaces;
            size_t there = 0;
            for (size_t k = 0; k < replaces->count; k++)
                there += id_map_get(&recorded, replaces->items[k], &other);
            if (replaces->count && there == replaces->count)
                continue;
            VEC_PUSH(
                p->arena, &p->plan->problems,
                (struct history_problem){
                    .code = REASON_INDETERMINATE_HISTORY,
                    .message = str_printf(p->arena,
                                          STR_FMT " is applied before its dependency " STR_FMT
                                                  " (" STR_FMT "): Django refuses to migrate",
                                          STR_ARG(node->id), STR_ARG(above->id),
                                          STR_ARG(p->history->migrations.items[parent].file)),
                    .hint = str_printf(
                        p->arena,
                        "let " STR_FMT " come after " STR_FMT
                        "\nor, if its change is there already: " STR_FMT " --fake " STR_FMT
                        " " STR_FMT,
                        STR_ARG(above->id), STR_ARG(node->id), STR_ARG(p->history->upgrade_command),
                        STR_ARG(str_prefix(above->id, str_find_byte(above->id, '.'))),
                        STR_ARG(name_of(above->id)))});
        }
    }
}

/* What history_load() found in the code alone is told there. */
static bool was_told(const struct history *history, const struct history_problem *problem)
{
    for (size_t i = 0; i < history->problems.count; i++)
        if (history->problems.items[i].code == problem->code &&
            str_eq(history->problems.items[i].message, problem->message))
            return true;
    return false;
}

/* The last applied ones of each application. */
static void find_version(struct planner *p)
{
    struct strs last = {0};

    for (size_t i = 0; i < p->graph.real; i++) {
        const struct django_node *node = &p->graph.nodes[i];
        bool below = false;
        for (size_t j = 0; j < node->children.count && !below; j++) {
            const struct django_node *child = &p->graph.nodes[node->children.items[j]];
            below = !child->gone && child->applied && str_eq(child->app, node->app);
        }
        if (!node->gone && node->applied && !below)
            VEC_PUSH(p->arena, &last, node->id);
    }
    p->plan->version = str_join(p->arena, last.items, last.count, STR(","));
}

static void find_pending(struct planner *p)
{
    bool *planned = ARENA_ARRAY(p->arena, p->graph.count + 1, bool);

    for (size_t i = 0; i < p->graph.plan_count; i++) {
        size_t index = p->graph.plan[i];
        planned[index] = true;
        if (index < p->graph.real && !p->graph.nodes[index].applied)
            VEC_PUSH(p->arena, &p->plan->pending, index);
    }
    /* What lies on a cycle has no place in the order, but is not applied all the same. */
    for (size_t i = 0; i < p->graph.real; i++)
        if (!planned[i] && !p->graph.nodes[i].gone && !p->graph.nodes[i].applied)
            VEC_PUSH(p->arena, &p->plan->pending, i);
}

static bool django_plan(struct arena *arena, const struct history *history,
                        const struct database_rows *rows, struct plan *plan, struct err *e UNUSED)
{
    struct planner p = {.arena = arena, .history = history, .plan = plan};
    struct history_problems problems = {0};

    django_graph_build(arena, history, &rows->ids, &problems, &p.graph);
    for (size_t i = 0; i < problems.count; i++)
        if (!was_told(history, &problems.items[i]))
            VEC_PUSH(arena, &plan->problems, problems.items[i]);
    map_names(&p);
    take_rows(&p, &rows->ids);
    check_consistency(&p, &rows->ids);
    for (size_t i = 0; i < p.graph.real; i++)
        plan->applied_count += !p.graph.nodes[i].gone && p.graph.nodes[i].applied;
    find_pending(&p);
    find_version(&p);
    return true;
}

const struct tracker_code django_tracker = {
    .name = "django",
    .load = django_load,
    .plan = django_plan,
};
