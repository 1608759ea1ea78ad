/* graph.h -- Alembic's revisions as a graph (inside migrations only). Every algorithm is iterative and linear. */
#ifndef HOOKCHECK_MIGRATIONS_GRAPH_H
#define HOOKCHECK_MIGRATIONS_GRAPH_H

#include "migrations/history.h"
#include "migrations/id_map.h"

/* Ids and branch labels of a history whose migrations are sorted and distinct. */
struct graph_names {
    struct id_map ids, labels;
};
struct graph_names graph_names_new(struct arena *arena, const struct history *history);

/* Commands for messages: `refused` by several heads, and the one that joins them. */
struct graph_commands {
    struct str refused, merge;
};

/* Sorts, drops doubles, resolves parents, finds heads; each thing Alembic would refuse becomes a problem. */
void graph_build(struct arena *arena, struct history *history,
                 const struct graph_commands *commands);

/* Does each head, but for one at most, have a branch label that no other head's line has? Then they are no accident. */
bool graph_heads_are_branches(struct arena *arena, const struct history *history,
                              const struct graph_names *names);

/* Indexes of all migrations, parents first; what lies on a cycle comes last. *ret_ordered: how many do not. */
size_t *graph_order(struct arena *arena, const struct history *history, size_t *ret_ordered);
/* Marks what the marked ones stand on. */
void graph_close_over_parents(struct arena *arena, const struct history *history, bool *marked);

void history_problem_add(struct arena *arena, struct history *history, enum reason_code code,
                         struct str message, struct str hint);
/* A file that is there and cannot be read, as the failure has it: what it says is not known. Nothing is added for one that is absent. */
void history_not_read(struct arena *arena, struct history *history, const struct err *failure);
/* Directories of migrations that are nested deeper than they are read: indeterminate. */
void history_nested_too_deep(struct arena *arena, struct history *history, struct str directory,
                             unsigned limit);

#endif
