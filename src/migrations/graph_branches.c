/* graph_branches.c -- heads that are meant: branches that live on side by side, each with a label of its own.
 *
 * Source: Alembic 1.13, "Working with Branches": `alembic upgrade heads`, branch labels, multiple bases. keystone and neutron have "expand" and
 * "contract".
 */
#include "migrations/graph.h"

#define BRANCHES_MAX 8u

/* Marks what a migration comes after by down_revision, and itself. */
static bool *line_of(struct arena *arena, const struct history *history,
                     const struct graph_names *names, size_t head)
{
    size_t count = history->migrations.count, height = 0, parent;
    bool *marked = ARENA_ARRAY(arena, count + 1, bool);
    size_t *stack = ARENA_ARRAY(arena, count + 1, size_t);

    marked[head] = true;
    stack[height++] = head;
    while (height) {
        const struct migration *migration = &history->migrations.items[stack[--height]];
        for (size_t i = 0; i < migration->down.count; i++)
            if (id_map_get(&names->ids, migration->down.items[i], &parent) && !marked[parent]) {
                marked[parent] = true;
                stack[height++] = parent;
            }
    }
    return marked;
}

bool graph_heads_are_branches(struct arena *arena, const struct history *history,
                              const struct graph_names *names)
{
    const bool *lines[BRANCHES_MAX];
    size_t heads = history->heads.count, nameless = 0, at;

    if (heads < 2 || heads > BRANCHES_MAX)
        return false;
    for (size_t h = 0; h < heads; h++) {
        if (!id_map_get(&names->ids, history->heads.items[h], &at))
            return false;
        lines[h] = line_of(arena, history, names, at);
    }
    for (size_t h = 0; h < heads; h++) {
        bool named = false;
        for (size_t m = 0; m < history->migrations.count && !named; m++) {
            size_t through = 0;
            for (size_t other = 0; other < heads; other++)
                through += lines[other][m];
            named = lines[h][m] && through == 1 && history->migrations.items[m].labelled;
        }
        nameless += !named;
    }
    return nameless <= 1;
}
