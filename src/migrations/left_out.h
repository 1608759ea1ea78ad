/* left_out.h -- files that lie among the migrations and that no tool runs.
 *
 * In:    the histories of one tree, and paths of files that look like migrations.
 * Out:   for each path the tool that leaves it out: it lies in a directory of that tool's migrations, the history has it not (no entry in
 *        Drizzle's journal, no number, a name that Flyway does not take…), and no migration reads it. A file that a migration names (SQL that it
 *        opens, a module that it imports), or whose name begins with that of a migration written as a program, is part of that migration.
 * Fails: never; a history that is not known for certain leaves nothing out.
 */
#ifndef HOOKCHECK_MIGRATIONS_LEFT_OUT_H
#define HOOKCHECK_MIGRATIONS_LEFT_OUT_H

#include "migrations/history.h"
#include "schema/schema.h"

struct left_out;

struct left_out *left_out_new(struct arena *arena, struct tree *tree);
/* `history` lives as long as the arena; NULL: it could not be read. */
void left_out_add(struct left_out *left_out, const struct config_migrations *set,
                  const struct history *history);
/* The tools' titles, one a path; STR_NONE: nothing says that it is not run. The first fifty are kept for left_out_maker. */
struct str *left_out_find(struct left_out *left_out, const struct strs *paths);
/* For each path, of any place: is it no migration itself, and part of one? */
bool *left_out_named(struct left_out *left_out, const struct strs *paths);
/* "drizzle/0001_a.sql makes it, but Drizzle does not run that file": of those that were kept, one that makes the change; empty: none. */
struct str left_out_maker(struct left_out *left_out, const struct schema_change *change);

#endif
