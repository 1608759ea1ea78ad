/* services.h -- which service of a monorepo does a file belong to? A service has migrations of its own: its folder is the root of a set.
 *
 * In:    the migration sets of a tree; paths from its root.
 * Out:   the folder of the nearest set above a path; which migrations may speak of a model's table.
 * Fails: never.
 */
#ifndef HOOKCHECK_MIGRATIONS_SERVICES_H
#define HOOKCHECK_MIGRATIONS_SERVICES_H

#include "config/config.h"

/* The root of the nearest set with a folder of its own that holds `path`; STR_NONE: none does. */
struct str service_of(const struct config_migrations_list *sets, struct str path);
/* Does a set of the same tool lie nearer to `file`? Then that one is asked about its models, and not `set` (one of `sets`). */
bool service_is_nearer(const struct config_migrations_list *sets,
                       const struct config_migrations *set, struct str file);
/* May migrations of `set` be about models in `file`? Not when one is nearer, nor when another set's own folder holds the file and this one's does
 * not: two services may both have a table "users". */
bool service_has(const struct config_migrations_list *sets, const struct config_migrations *set,
                 struct str file);
/* Is the root that of the whole tree? */
bool service_is_whole_tree(struct str root);
/* Is `path` below the root? */
bool service_holds(struct str root, struct str path);

#endif
