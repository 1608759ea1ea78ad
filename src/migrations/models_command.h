/* models_command.h -- the command that makes the migration which a change of the models lacks.
 *
 * In:    the migration sets of the tree, the paths of its migrations, the change.
 * Out:   a command line for people, begun in the directory where its tool looks ("cd apps/api && …"); a sentence ("write a new file …") where
 *        there is no tool for it; empty: the tree has no migrations that we know.
 * Fails: never; files that cannot be read say nothing.
 *
 * Of several sets the one counts whose root is the nearest above the model; a set elsewhere in the tree only where none is above it.
 */
#ifndef HOOKCHECK_MIGRATIONS_MODELS_COMMAND_H
#define HOOKCHECK_MIGRATIONS_MODELS_COMMAND_H

#include "base/vec.h"
#include "migrations/history.h"
#include "repository/tree.h"
#include "schema/schema.h"

struct models_maker {
    struct str tracker, root; /* as in struct history */
    struct str create;        /* the pack's command; empty: there is none */
    struct str directory;     /* where its migrations lie, from the work tree's root */
    bool flask;               /* Alembic behind Flask-Migrate */
};

struct models_makers {
    struct models_maker *items;
    size_t count, capacity;
    bool django; /* some migration is one of Django's, in a set or not */
};

/* Alembic's, in the directory of its settings; `flask`: Flask-Migrate's. */
struct str models_alembic_command(struct arena *arena, struct str root, bool flask,
                                  struct str message);
bool models_are_flask(const struct history *history);
struct str models_command(struct arena *arena, struct tree *tree,
                          const struct models_makers *makers, const struct strs *migrations,
                          const struct schema_change *change);

#endif
