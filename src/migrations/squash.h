/* squash.h -- files that stand for migrations which were deleted (Laravel: `php artisan schema:dump --prune`).
 *
 * In:    a tree, and a tracker whose pack says where such files lie ("squashed_by"), from the set's root.
 * Out:   their paths.
 * Fails: a directory that cannot be listed.
 */
#ifndef HOOKCHECK_MIGRATIONS_SQUASH_H
#define HOOKCHECK_MIGRATIONS_SQUASH_H

#include "base/words.h"
#include "migrations/tracker.h"
#include "repository/tree.h"

MUST_CHECK bool squash_files(struct arena *arena, struct tree *tree, const struct tracker *tracker,
                             struct str root, struct strs *ret_paths, struct err *e);
/* Adds the ids of the migrations that they record as applied: the dump of a database ends with the rows of its tracking table. */
void squash_records(struct tree *tree, const struct strs *paths, struct words *recorded);

#endif
