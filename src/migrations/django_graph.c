/* django_graph.c -- MigrationLoader.build_graph(): dependencies, squashes that stand in or step back, the order of a plan. Every pass is linear in
 * nodes and edges (but for the parents of one node, which are few). */
#include <stdlib.h>

#include "base/buf.h"
#include "base/quote.h"
#include "migrations/django.h"
#include "migrations/graph.h"

#define NAMED_MAX 12u

struct builder {
    struct arena *arena;
    const struct history *history;
    struct history_problems *problems;
    struct django_graph graph;
    struct id_map rows; /* ids of the table */
    struct id_map apps; /* label → first and last place among the nodes, as roots and leaves */
    size_t *roots, *leaves;
    bool *in_set; /* while one squash is looked at */
};

static struct str app_of(struct str id)
{
    return str_prefix(id, str_find_byte(id, '.'));
}

static struct str place(struct builder *b, size_t index)
{
    const struct migration *migration = &b->history->migrations.items[index];

    return str_printf(b->arena, STR_FMT ":%zu", STR_ARG(migration->file), migration->line);
}

static void problem(struct builder *b, enum reason_code code, struct str message, struct str hint)
{
    VEC_PUSH(b->arena, b->problems,
             (struct history_problem){.code = code, .message = message, .hint = hint});
}

/* --- Nodes and edges. --- */

static bool is_there(const struct django_graph *graph, size_t index)
{
    return !graph->nodes[index].gone;
}

static bool has(const size_t *items, size_t count, size_t wanted)
{
    for (size_t i = 0; i < count; i++)
        if (items[i] == wanted)
            return true;
    return false;
}

static void add_edge(struct builder *b, size_t child, size_t parent)
{
    struct django_node *node = &b->graph.nodes[child];

    if (has(node->parents.items, node->parents.count, parent))
        return;
    VEC_PUSH(b->arena, &node->parents, parent);
    VEC_PUSH(b->arena, &b->graph.nodes[parent].children, child);
}

static void remove_parent(struct django_node *node, size_t parent)
{
    size_t kept = 0;

    for (size_t i = 0; i < node->parents.count; i++)
        if (node->parents.items[i] != parent)
            node->parents.items[kept++] = node->parents.items[i];
    node->parents.count = kept;
}

static size_t node_named(struct builder *b, struct str id, size_t named_by)
{
    size_t index;

    if (id_map_get(&b->graph.ids, id, &index))
        return index;
    index = b->graph.count++;
    b->graph.nodes[index] =
        (struct django_node){.id = id, .app = app_of(id), .dummy = true, .named_by = named_by};
    (void)id_map_add(&b->graph.ids, id, index, &(size_t){0});
    return index;
}

static void add_internal(struct builder *b, size_t index)
{
    const struct migration *migration = &b->history->migrations.items[index];

    for (size_t i = 0; i < migration->down.count; i++)
        if (!str_ends(migration->down.items[i], STR(".__first__")))
            add_edge(b, index, node_named(b, migration->down.items[i], index));
}

/* What a migration names of an application that has none; of those that are not in the tree nothing is known. */
static bool resolve_without(struct builder *b, struct str id, size_t named_by, bool any_of_it,
                            size_t *ret_index)
{
    const struct django_without *without = b->history->own;
    struct str app = app_of(id);
    bool empty = without && strs_have(&without->empty, app);
    bool absent = without && strs_have(&without->absent, app);

    if (!any_of_it && (empty || (without && strs_have(&without->bare, app)))) {
        *ret_index = node_named(b, id, named_by);
        return true;
    }
    if (empty || absent)
        problem(
            b, REASON_BROKEN_HISTORY,
            str_printf(b->arena,
                       STR_FMT ": " STR_FMT " names " STR_FMT ", but the application " STR_FMT
                               " %s: Django refuses to work",
                       STR_ARG(place(b, named_by)),
                       STR_ARG(b->history->migrations.items[named_by].id), STR_ARG(id),
                       STR_ARG(app), absent ? "is not in INSTALLED_APPS" : "has no migrations"),
            absent ? str_printf(b->arena, "add " STR_FMT " to INSTALLED_APPS", STR_ARG(app))
                   : str_printf(b->arena, STR_FMT "\nmakes its first",
                                STR_ARG(shell_command_in(
                                    b->arena, b->history->root,
                                    str_printf(b->arena, "python manage.py makemigrations " STR_FMT,
                                               STR_ARG(app))))));
    return false;
}

/* "shop.__first__", "shop.__latest__": the first root and leaf of that application. False: nothing to depend on. */
static bool resolve(struct builder *b, struct str id, size_t named_by, size_t *ret_index)
{
    struct str app = app_of(id);
    bool first = str_ends(id, STR(".__first__")), last = str_ends(id, STR(".__latest__"));
    size_t at;

    if (!id_map_get(&b->apps, app, &at))
        return resolve_without(b, id, named_by, first || last, ret_index);
    if (!first && !last) {
        *ret_index = node_named(b, id, named_by);
        return true;
    }
    if (str_eq(app, b->graph.nodes[named_by].app))
        return false;
    *ret_index = first ? b->roots[at] : b->leaves[at];
    return *ret_index != SIZE_MAX;
}

static void add_external(struct builder *b, size_t index)
{
    const struct migration *migration = &b->history->migrations.items[index];
    size_t other;

    for (size_t i = 0; i < migration->depends_on.count; i++)
        if (resolve(b, migration->depends_on.items[i], index, &other))
            add_edge(b, index, other);
    for (size_t i = 0; i < migration->before.count; i++)
        if (resolve(b, migration->before.items[i], index, &other))
            add_edge(b, other, index);
}

static bool stands_alone(const struct django_graph *graph, size_t index, bool above)
{
    const struct django_node *node = &graph->nodes[index];
    size_t count = above ? node->parents.count : node->children.count;
    const size_t *others = above ? node->parents.items : node->children.items;

    for (size_t i = 0; i < count; i++)
        if (is_there(graph, others[i]) && str_eq(graph->nodes[others[i]].app, node->app))
            return false;
    return true;
}

bool django_node_is_leaf(const struct django_graph *graph, size_t index)
{
    return is_there(graph, index) && stands_alone(graph, index, false);
}

/* After the edges inside applications: the first root and the first leaf of each, by name. */
static void find_ends(struct builder *b)
{
    for (size_t i = 0; i < b->graph.count; i++) {
        struct str id = b->graph.nodes[i].id;
        size_t at;
        if (!id_map_get(&b->apps, b->graph.nodes[i].app, &at))
            continue;
        size_t *ends[] = {&b->roots[at], &b->leaves[at]};
        for (size_t above = 0; above < COUNT_OF(ends); above++)
            if (stands_alone(&b->graph, i, above == 0) &&
                (*ends[above] == SIZE_MAX || str_compare(id, b->graph.nodes[*ends[above]].id) < 0))
                *ends[above] = i;
    }
}

/* --- Squashes. --- */

static void remove_replaced(struct builder *b, size_t squash, const size_t *set, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct django_node *old = &b->graph.nodes[set[i]];
        if (old->gone)
            continue;
        old->gone = true;
        for (size_t j = 0; j < old->children.count; j++) {
            size_t child = old->children.items[j];
            if (!is_there(&b->graph, child) || !has(b->graph.nodes[child].parents.items,
                                                    b->graph.nodes[child].parents.count, set[i]))
                continue;
            remove_parent(&b->graph.nodes[child], set[i]);
            if (!b->in_set[child])
                add_edge(b, child, squash);
        }
        for (size_t j = 0; j < old->parents.count; j++)
            if (!b->in_set[old->parents.items[j]])
                add_edge(b, squash, old->parents.items[j]);
    }
}

static void step_back(struct builder *b, size_t squash, const size_t *set, size_t count)
{
    struct django_node *node = &b->graph.nodes[squash];
    VEC(size_t) last = {0};

    node->gone = true;
    /* Only the latest of what it replaces: parents of others of them do not count. */
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; is_there(&b->graph, set[i]) && j < b->graph.nodes[set[i]].parents.count;
             j++)
            b->in_set[b->graph.nodes[set[i]].parents.items[j]] = false;
    for (size_t i = 0; i < count; i++)
        if (is_there(&b->graph, set[i]) && b->in_set[set[i]])
            VEC_PUSH(b->arena, &last, set[i]);
    for (size_t j = 0; j < node->children.count; j++) {
        size_t child = node->children.items[j];
        if (!has(b->graph.nodes[child].parents.items, b->graph.nodes[child].parents.count, squash))
            continue;
        remove_parent(&b->graph.nodes[child], squash);
        for (size_t i = 0; i < last.count; i++)
            add_edge(b, child, last.items[i]);
    }
}

static bool is_applied(const struct builder *b, struct str id)
{
    size_t index;

    if (id_map_get(&b->graph.ids, id, &index))
        return b->graph.nodes[index].applied;
    return id_map_get(&b->rows, id, &index);
}

static void replace(struct builder *b, size_t squash)
{
    const struct strs *replaces = &b->history->migrations.items[squash].replaces;
    size_t *set = ARENA_ARRAY(b->arena, replaces->count, size_t);
    size_t applied = 0, count = 0, index;

    for (size_t i = 0; i < replaces->count; i++) {
        applied += is_applied(b, replaces->items[i]);
        if (id_map_get(&b->graph.ids, replaces->items[i], &index) && index != squash) {
            set[count++] = index;
            b->in_set[index] = true;
        }
    }
    b->graph.nodes[squash].applied = applied == replaces->count;
    if (is_there(&b->graph, squash)) {
        if (applied == replaces->count || applied == 0)
            remove_replaced(b, squash, set, count);
        else
            step_back(b, squash, set, count);
    }
    for (size_t i = 0; i < count; i++)
        b->in_set[set[i]] = false;
}

/* A squash of squashes comes after those: they tell it whether they are applied. */
static void replace_all(struct builder *b)
{
    size_t count = b->graph.real, height = 0;
    size_t *stack = ARENA_ARRAY(b->arena, count + 1, size_t);
    size_t *next = ARENA_ARRAY(b->arena, count + 1, size_t);
    bool *entered = ARENA_ARRAY(b->arena, count + 1, bool);

    for (size_t i = 0; i < count; i++) {
        if (!b->history->migrations.items[i].replaces.count || entered[i])
            continue;
        entered[i] = true;
        stack[height++] = i;
        while (height) {
            size_t top = stack[height - 1], inner;
            const struct strs *replaces = &b->history->migrations.items[top].replaces;
            if (next[top] == replaces->count) {
                replace(b, top);
                height--;
            } else if (id_map_get(&b->graph.ids, replaces->items[next[top]++], &inner) &&
                       inner < count && !entered[inner] &&
                       b->history->migrations.items[inner].replaces.count) {
                entered[inner] = true;
                stack[height++] = inner;
            }
        }
    }
}

/* --- What Django would refuse. --- */

static void check_dummies(struct builder *b)
{
    for (size_t i = b->graph.real; i < b->graph.count; i++) {
        const struct django_node *node = &b->graph.nodes[i];
        if (node->gone)
            continue;
        const struct migration *by = &b->history->migrations.items[node->named_by];
        problem(b, REASON_BROKEN_HISTORY,
                str_printf(b->arena,
                           STR_FMT ": " STR_FMT " depends on " STR_FMT
                                   ", which is not there: Django refuses to work",
                           STR_ARG(place(b, node->named_by)), STR_ARG(by->id), STR_ARG(node->id)),
                str_printf(b->arena,
                           "restore the file of " STR_FMT
                           ", or let the migration depend on the one that took its place",
                           STR_ARG(node->id)));
    }
}

static int compare_places(const void *a, const void *b)
{
    const size_t *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

/* Parents before children, in Django's order; false: there is a cycle, and *ret_at lies on it. */
static bool visit(struct builder *b, size_t start, unsigned char *state, size_t *stack,
                  size_t *ret_at)
{
    struct django_graph *graph = &b->graph;
    size_t height = 0;

    stack[height++] = start;
    while (height) {
        size_t top = stack[--height];
        struct django_node *node = &graph->nodes[top];
        if (state[top] == 2)
            continue;
        if (state[top] == 1) { /* back from its parents */
            state[top] = 2;
            graph->plan[graph->plan_count++] = top;
            continue;
        }
        state[top] = 1;
        stack[height++] = top;
        /* Sorted, and the last one is looked at first: so does Django's stack. Places are in the order of the ids. */
        if (node->parents.count)
            qsort(node->parents.items, node->parents.count, sizeof node->parents.items[0],
                  compare_places);
        for (size_t i = 0; i < node->parents.count; i++) {
            size_t parent = node->parents.items[i];
            if (state[parent] == 1) {
                *ret_at = parent;
                return false;
            }
            if (state[parent] == 0)
                stack[height++] = parent;
        }
    }
    return true;
}

/* From a node on a cycle along parents that were entered and not left. */
static void report_cycle(struct builder *b, size_t at, const unsigned char *state)
{
    struct buf path = buf_new(b->arena, 4096);
    bool *seen = ARENA_ARRAY(b->arena, b->graph.count + 1, bool);
    size_t start, shown = 0;

    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < b->graph.count; i++)
            seen[i] = false;
        start = at;
        while (!seen[at]) {
            const struct django_node *node = &b->graph.nodes[at];
            seen[at] = true;
            if (round == 1 && shown++ < NAMED_MAX)
                buf_printf(&path, STR_FMT " -> ", STR_ARG(node->id));
            size_t following = at;
            for (size_t i = 0; i < node->parents.count; i++)
                if (state[node->parents.items[i]] == 1) {
                    following = node->parents.items[i];
                    break;
                }
            at = following;
        }
        if (round == 1)
            buf_printf(&path, "%s" STR_FMT, shown > NAMED_MAX ? "… -> " : "",
                       STR_ARG(b->graph.nodes[start].id));
    }
    problem(b, REASON_BROKEN_HISTORY,
            str_printf(b->arena, STR_FMT ": the migrations form a cycle: " STR_FMT,
                       STR_ARG(at < b->graph.real ? place(b, at) : b->graph.nodes[at].id),
                       STR_ARG(buf_str(&path))),
            STR("correct dependencies, run_before or replaces that point forward"));
}

static void make_plan(struct builder *b)
{
    struct django_graph *graph = &b->graph;
    unsigned char *state = ARENA_ARRAY(b->arena, graph->count + 1, unsigned char);
    size_t edges = 0, at;

    for (size_t i = 0; i < graph->count; i++)
        edges += graph->nodes[i].parents.count + 2;
    size_t *stack = ARENA_ARRAY(b->arena, edges + 2, size_t);
    graph->plan = ARENA_ARRAY(b->arena, graph->count + 1, size_t);
    /* Leaves first, as Django does; what only lies on cycles has none. */
    for (int leaves = 1; leaves >= 0; leaves--)
        for (size_t i = 0; i < graph->real; i++)
            if (is_there(graph, i) && state[i] == 0 && (!leaves || django_node_is_leaf(graph, i)) &&
                !visit(b, i, state, stack, &at)) {
                report_cycle(b, at, state);
                return;
            }
}

/* Something of the application is not there: Django stops at that, and which leaves there would be is not known. */
static bool lacks_some(const struct django_graph *graph, struct str app)
{
    for (size_t i = graph->real; i < graph->count; i++)
        if (!graph->nodes[i].gone && str_eq(graph->nodes[i].app, app))
            return true;
    return false;
}

static void check_leaves(struct builder *b)
{
    struct buf list = buf_new(b->arena, 8192);
    const struct django_graph *graph = &b->graph;

    for (size_t i = 0; i < graph->real;) {
        struct str app = graph->nodes[i].app;
        size_t count = 0;
        list.length = 0;
        for (; i < graph->real && str_eq(graph->nodes[i].app, app); i++) {
            if (!django_node_is_leaf(graph, i) || count++ >= NAMED_MAX)
                continue;
            buf_printf(&list, "%s" STR_FMT " (" STR_FMT ")", list.length ? ", " : "",
                       STR_ARG(graph->nodes[i].id), STR_ARG(place(b, i)));
        }
        if (count > 1 && !lacks_some(graph, app)) {
            problem(
                b, REASON_MULTIPLE_HEADS,
                str_printf(b->arena,
                           "%zu leaf nodes in the application " STR_FMT
                           ", so that `manage.py migrate` refuses: " STR_FMT "%s",
                           count, STR_ARG(app), STR_ARG(buf_str(&list)),
                           count > NAMED_MAX ? ", …" : ""),
                str_printf(b->arena, STR_FMT "\njoins them", STR_ARG(b->history->merge_command)));
            b->problems->items[b->problems->count - 1].heads = count;
            b->problems->items[b->problems->count - 1].of = app;
        }
    }
}

/* --- All of it. --- */

static void make_nodes(struct builder *b, const struct strs *rows)
{
    const struct migrations *all = &b->history->migrations;
    size_t names = all->count, other;

    for (size_t i = 0; i < all->count; i++)
        names +=
            all->items[i].down.count + all->items[i].depends_on.count + all->items[i].before.count;
    b->graph.nodes = ARENA_ARRAY(b->arena, names + 1, struct django_node);
    b->graph.ids = id_map_new(b->arena, names + 1);
    b->in_set = ARENA_ARRAY(b->arena, names + 1, bool);
    b->rows = id_map_new(b->arena, rows->count + 1);
    for (size_t i = 0; i < rows->count; i++)
        (void)id_map_add(&b->rows, rows->items[i], i, &other);
    b->apps = id_map_new(b->arena, all->count + b->history->heads.count + 1);
    b->roots = ARENA_ARRAY(b->arena, all->count + 1, size_t);
    b->leaves = ARENA_ARRAY(b->arena, all->count + 1, size_t);
    for (size_t i = 0; i < all->count; i++) {
        struct str app = app_of(all->items[i].id);
        bool row = id_map_get(&b->rows, all->items[i].id, &other);
        b->graph.nodes[i] =
            (struct django_node){.id = all->items[i].id, .app = app, .row = row, .applied = row};
        (void)id_map_add(&b->graph.ids, all->items[i].id, i, &other);
        if (id_map_add(&b->apps, app, b->apps.count, &other))
            b->roots[b->apps.count - 1] = b->leaves[b->apps.count - 1] = SIZE_MAX;
    }
    b->graph.count = b->graph.real = all->count;
}

void django_graph_build(struct arena *arena, const struct history *history, const struct strs *rows,
                        struct history_problems *problems, struct django_graph *ret_graph)
{
    struct builder b = {.arena = arena, .history = history, .problems = problems};

    make_nodes(&b, rows);
    for (size_t i = 0; i < b.graph.real; i++)
        add_internal(&b, i);
    find_ends(&b);
    for (size_t i = 0; i < b.graph.real; i++)
        add_external(&b, i);
    for (size_t i = b.graph.real; i < b.graph.count; i++)
        b.graph.nodes[i].applied = id_map_get(&b.rows, b.graph.nodes[i].id, &(size_t){0});
    replace_all(&b);
    check_dummies(&b);
    make_plan(&b);
    check_leaves(&b);
    *ret_graph = b.graph;
}
