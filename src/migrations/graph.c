#include "migrations/graph.h"

#include <stdlib.h>

#include "base/buf.h"

#define NAMED_MAX 12u /* ids listed in one message */

void history_problem_add(struct arena *arena, struct history *history, enum reason_code code,
                         struct str message, struct str hint)
{
    VEC_PUSH(arena, &history->problems,
             (struct history_problem){.code = code, .message = message, .hint = hint});
}

void history_not_read(struct arena *arena, struct history *history, const struct err *failure)
{
    struct str message =
        str_printf(arena, "%s: what it says of the migrations is not known", failure->message);

    for (size_t i = 0; i < history->problems.count; i++)
        if (str_eq(history->problems.items[i].message, message))
            return;
    if (failure->kind != ERR_NOT_FOUND)
        history_problem_add(arena, history, REASON_INDETERMINATE_HISTORY, message,
                            STR("make it readable for the user that asks"));
}

void history_nested_too_deep(struct arena *arena, struct history *history, struct str directory,
                             unsigned limit)
{
    history_problem_add(arena, history, REASON_INDETERMINATE_HISTORY,
                        str_printf(arena,
                                   "the directories in " STR_FMT
                                   " are not read: they are nested deeper than %u",
                                   STR_ARG(directory), limit),
                        STR("move the migrations up, or the directories out of there"));
}

/* "versions/a.py:12" */
static struct str place(struct arena *arena, const struct migration *migration)
{
    return str_printf(arena, STR_FMT ":%zu", STR_ARG(str_shown(arena, migration->file)),
                      migration->line);
}

static int compare_migrations(const void *a, const void *b)
{
    const struct migration *left = a, *right = b;
    int order = str_compare(left->id, right->id);

    return order ? order : str_compare(left->file, right->file);
}

/* Alembic keeps the revision of the file it loads last, with a warning that nobody reads. */
static void sort_and_drop_doubles(struct arena *arena, struct history *history)
{
    struct migrations *all = &history->migrations;
    size_t kept = 0;

    if (all->count)
        qsort(all->items, all->count, sizeof all->items[0], compare_migrations);
    for (size_t i = 0; i < all->count; i++) {
        if (kept && str_eq(all->items[kept - 1].id, all->items[i].id)) {
            history_problem_add(
                arena, history, REASON_BROKEN_HISTORY,
                str_printf(arena,
                           "revision " STR_FMT " is defined twice, in " STR_FMT " and in " STR_FMT,
                           STR_ARG(all->items[i].id), STR_ARG(place(arena, &all->items[kept - 1])),
                           STR_ARG(place(arena, &all->items[i]))),
                STR("give one of the two files a new id\nand let its successors name that"));
            kept--;
        }
        all->items[kept++] = all->items[i];
    }
    all->count = kept;
}

struct graph_names graph_names_new(struct arena *arena, const struct history *history)
{
    const struct migrations *all = &history->migrations;
    struct graph_names names = {.ids = id_map_new(arena, all->count)};
    size_t labels = 0, other;

    for (size_t i = 0; i < all->count; i++) {
        labels += all->items[i].labels.count;
        (void)id_map_add(&names.ids, all->items[i].id, i, &other);
    }
    names.labels = id_map_new(arena, labels);
    for (size_t i = 0; i < all->count; i++)
        for (size_t j = 0; j < all->items[i].labels.count; j++)
            (void)id_map_add(&names.labels, all->items[i].labels.items[j], i, &other);
    return names;
}

static void check_id(struct arena *arena, struct history *history,
                     const struct migration *migration)
{
    for (size_t i = 0; i < migration->id.length; i++) {
        char byte = migration->id.bytes[i];
        if (byte != '@' && byte != '-' && byte != '+' && byte != ':')
            continue;
        history_problem_add(arena, history, REASON_BROKEN_HISTORY,
                            str_printf(arena,
                                       STR_FMT ": the revision id \"" STR_FMT
                                               "\" holds '%c', which Alembic refuses",
                                       STR_ARG(place(arena, migration)), STR_ARG(migration->id),
                                       byte),
                            STR("use letters, digits and underscores in revision ids"));
        return;
    }
}

static void check_labels(struct arena *arena, struct history *history,
                         const struct graph_names *names, size_t index)
{
    const struct migration *migration = &history->migrations.items[index];

    for (size_t j = 0; j < migration->labels.count; j++) {
        struct str label = migration->labels.items[j];
        size_t other = index;
        bool taken = id_map_get(&names->ids, label, &other) ||
                     (id_map_get(&names->labels, label, &other) && other != index);
        if (taken)
            history_problem_add(
                arena, history, REASON_BROKEN_HISTORY,
                str_printf(arena,
                           STR_FMT ": the branch label \"" STR_FMT "\" is used by " STR_FMT
                                   " already",
                           STR_ARG(place(arena, migration)), STR_ARG(label),
                           STR_ARG(place(arena, &history->migrations.items[other]))),
                STR("branch labels must be unique, and differ from every revision id"));
    }
}

static void parent_missing(struct arena *arena, struct history *history,
                           const struct migration *migration, const char *variable, struct str name)
{
    history_problem_add(
        arena, history, REASON_BROKEN_HISTORY,
        str_printf(
            arena,
            STR_FMT ": %s \"" STR_FMT "\" of revision " STR_FMT " names no revision in " STR_FMT,
            STR_ARG(place(arena, migration)), variable, STR_ARG(name), STR_ARG(migration->id),
            STR_ARG(str_join(arena, history->versions.items, history->versions.count, STR(", ")))),
        str_printf(arena,
                   "restore the file of revision " STR_FMT " (git log --all -S" STR_FMT
                   "), or correct %s",
                   STR_ARG(name), STR_ARG(name), variable));
}

/* Marks: who is named by whom. */
struct named {
    bool *down;       /* in down_revision */
    bool *either;     /* in down_revision or depends_on */
    struct strs lost; /* in down_revision, and not there */
};

static void add_parent(struct arena *arena, struct history *history, size_t index, size_t parent,
                       const char *variable)
{
    struct migration *migration = &history->migrations.items[index];

    if (parent == index) {
        history_problem_add(arena, history, REASON_BROKEN_HISTORY,
                            str_printf(arena, STR_FMT ": revision " STR_FMT " names itself in %s",
                                       STR_ARG(place(arena, migration)), STR_ARG(migration->id),
                                       variable),
                            STR("name the revision before it"));
        return;
    }
    for (size_t i = 0; i < migration->parent_count; i++)
        if (migration->parents[i] == parent)
            return;
    migration->parents[migration->parent_count++] = parent;
}

static void resolve_parents(struct arena *arena, struct history *history,
                            const struct graph_names *names, size_t index, struct named *named)
{
    struct migration *migration = &history->migrations.items[index];
    size_t parent = 0;

    migration->parents =
        ARENA_ARRAY(arena, migration->down.count + migration->depends_on.count + 1, size_t);
    for (size_t i = 0; i < migration->down.count; i++) {
        struct str name = migration->down.items[i];
        if (!id_map_get(&names->ids, name, &parent)) {
            parent_missing(arena, history, migration, "down_revision", name);
            strs_add(arena, &named->lost, name);
            continue;
        }
        named->down[parent] = named->either[parent] = true;
        add_parent(arena, history, index, parent, "down_revision");
    }
    for (size_t i = 0; i < migration->depends_on.count; i++) {
        struct str name = migration->depends_on.items[i];
        if (!id_map_get(&names->ids, name, &parent) && !id_map_get(&names->labels, name, &parent)) {
            parent_missing(arena, history, migration, "depends_on", name);
            continue;
        }
        named->either[parent] = true;
        add_parent(arena, history, index, parent, "depends_on");
    }
}

size_t *graph_order(struct arena *arena, const struct history *history, size_t *ret_ordered)
{
    size_t count = history->migrations.count, edges = 0, done = 0, ready = 0;
    const struct migration *all = history->migrations.items;
    size_t *order = ARENA_ARRAY(arena, count + 1, size_t);
    size_t *waits = ARENA_ARRAY(arena, count + 1, size_t);
    size_t *first = ARENA_ARRAY(arena, count + 2, size_t);

    /* Children of i: child[first[i]] .. child[first[i + 1] - 1], by counting. */
    for (size_t i = 0; i < count; i++) {
        waits[i] = all[i].parent_count;
        edges += all[i].parent_count;
        for (size_t j = 0; j < all[i].parent_count; j++)
            first[all[i].parents[j] + 1]++;
    }
    for (size_t i = 0; i < count; i++)
        first[i + 1] += first[i];
    size_t *child = ARENA_ARRAY(arena, edges + 1, size_t);
    size_t *next = ARENA_ARRAY(arena, count + 1, size_t);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < all[i].parent_count; j++) {
            size_t parent = all[i].parents[j];
            child[first[parent] + next[parent]++] = i;
        }
    for (size_t i = 0; i < count; i++)
        if (waits[i] == 0)
            order[ready++] = i;
    for (; done < ready; done++)
        for (size_t j = first[order[done]]; j < first[order[done] + 1]; j++)
            if (--waits[child[j]] == 0)
                order[ready++] = child[j];
    *ret_ordered = ready;
    for (size_t i = 0; i < count; i++)
        if (waits[i] > 0)
            order[ready++] = i;
    return order;
}

void graph_close_over_parents(struct arena *arena, const struct history *history, bool *marked)
{
    size_t count = history->migrations.count, height = 0;
    size_t *stack = ARENA_ARRAY(arena, count + 1, size_t);

    for (size_t i = 0; i < count; i++)
        if (marked[i])
            stack[height++] = i;
    while (height) {
        const struct migration *migration = &history->migrations.items[stack[--height]];
        for (size_t j = 0; j < migration->parent_count; j++)
            if (!marked[migration->parents[j]]) {
                marked[migration->parents[j]] = true;
                stack[height++] = migration->parents[j];
            }
    }
}

/* Everything that Kahn's algorithm leaves has a parent that it left too: walking there must come round. */
static void report_cycle(struct arena *arena, struct history *history, const size_t *order,
                         size_t ordered)
{
    size_t count = history->migrations.count, at = order[ordered];
    bool *left = ARENA_ARRAY(arena, count, bool);
    bool *seen = ARENA_ARRAY(arena, count, bool);
    struct buf path = buf_new(arena, 4096);

    for (size_t i = ordered; i < count; i++)
        left[order[i]] = true;
    for (size_t round = 0; round < 2; round++) {
        size_t shown = 0, start = at;
        for (size_t i = 0; i < count; i++)
            seen[i] = false;
        while (!seen[at]) {
            const struct migration *migration = &history->migrations.items[at];
            seen[at] = true;
            /* The first round only finds a node that is on the cycle. */
            if (round == 1 && shown++ < NAMED_MAX)
                buf_printf(&path, STR_FMT " -> ", STR_ARG(migration->id));
            for (size_t j = 0; j < migration->parent_count; j++)
                if (left[migration->parents[j]]) {
                    at = migration->parents[j];
                    break;
                }
        }
        if (round == 1)
            buf_printf(&path, "%s" STR_FMT, shown > NAMED_MAX ? "… -> " : "",
                       STR_ARG(history->migrations.items[start].id));
    }
    history_problem_add(arena, history, REASON_BROKEN_HISTORY,
                        str_printf(arena, STR_FMT ": the revisions form a cycle: " STR_FMT,
                                   STR_ARG(place(arena, &history->migrations.items[at])),
                                   STR_ARG(buf_str(&path))),
                        STR("correct the down_revision or depends_on that points forward"));
}

static void report_heads(struct arena *arena, struct history *history, const struct named *named,
                         const struct graph_commands *commands)
{
    struct buf list = buf_new(arena, 8192);
    size_t shown = 0;

    for (size_t i = 0; i < history->migrations.count; i++) {
        const struct migration *migration = &history->migrations.items[i];
        if (named->down[i] || shown++ >= NAMED_MAX)
            continue;
        buf_printf(&list, "%s" STR_FMT " (" STR_FMT ")", list.length ? ", " : "",
                   STR_ARG(migration->id), STR_ARG(place(arena, migration)));
    }
    if (shown > NAMED_MAX)
        buf_printf(&list, " and %zu more", shown - NAMED_MAX);
    history_problem_add(arena, history, REASON_MULTIPLE_HEADS,
                        str_printf(arena, "%zu heads, so that `" STR_FMT "` refuses: " STR_FMT,
                                   history->heads.count, STR_ARG(commands->refused),
                                   STR_ARG(buf_str(&list))),
                        str_printf(arena, STR_FMT "\njoins them", STR_ARG(commands->merge)));
    history->problems.items[history->problems.count - 1].heads = history->heads.count;
}

void graph_build(struct arena *arena, struct history *history,
                 const struct graph_commands *commands)
{
    sort_and_drop_doubles(arena, history);

    size_t count = history->migrations.count, ordered = 0;
    struct graph_names names = graph_names_new(arena, history);
    struct named named = {.down = ARENA_ARRAY(arena, count + 1, bool),
                          .either = ARENA_ARRAY(arena, count + 1, bool)};
    for (size_t i = 0; i < count; i++) {
        check_id(arena, history, &history->migrations.items[i]);
        check_labels(arena, history, &names, i);
        resolve_parents(arena, history, &names, i, &named);
    }
    for (size_t i = 0; i < count; i++) {
        if (!named.down[i])
            VEC_PUSH(arena, &history->heads, history->migrations.items[i].id);
        if (!named.either[i])
            VEC_PUSH(arena, &history->real_heads, history->migrations.items[i].id);
    }
    size_t *order = graph_order(arena, history, &ordered);
    if (ordered < count)
        report_cycle(arena, history, order, ordered);
    /* What stands before a revision that is gone looks like a head: merging would not help. */
    history->branches = graph_heads_are_branches(arena, history, &names);
    if (history->heads.count > 1 + named.lost.count && !history->branches)
        report_heads(arena, history, &named, commands);
}
