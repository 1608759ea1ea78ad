/* astray.h -- migrations that lie where their tool surely does not look.
 *
 * In:    a history, or a set that was found and is not configured, of one directory.
 * Out:   true for Prisma's directories in migrations/, while prisma/ beside it has schema and migrations and no configuration says otherwise; for
 *        src/migrations/, while the tool's settings name src/migration/ and no other; for migrations_old/ and migrations.bak/ beside migrations/,
 *        while no setting names them.
 * Fails: never; what is not known for certain is not astray.
 */
#ifndef HOOKCHECK_MIGRATIONS_ASTRAY_H
#define HOOKCHECK_MIGRATIONS_ASTRAY_H

#include "migrations/history.h"

bool astray_is(struct arena *arena, struct tree *tree, const struct history *history);
/* Marks the sets whose directory is one of these, where another set of the same tool is none, which is told of them. */
void astray_mark(struct arena *arena, struct tree *tree, struct config_migrations_list *sets);
/* "migrations_old", "migrations.bak", "old-migrations": of "migrations"; empty: of none. */
struct str astray_copied_name(struct str name);
/* The sets that are none of these. */
void astray_drop(struct config_migrations_list *sets);

#endif
