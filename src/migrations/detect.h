/* detect.h -- where migrations lie in a tree that nobody has configured (inside migrations only). */
#ifndef HOOKCHECK_MIGRATIONS_DETECT_H
#define HOOKCHECK_MIGRATIONS_DETECT_H

#include "migrations/history.h"

/* Directories under `root` with an env.py that uses Alembic and a directory versions/, sorted. */
MUST_CHECK bool detect_script_directories(struct arena *arena, struct tree *tree, struct str root,
                                          struct strs *ret_directories, struct err *e);
/* Directories under `root` with numbered SQL files of no known tool, sorted. */
MUST_CHECK bool detect_sql_directories(struct arena *arena, struct tree *tree, struct str root,
                                       struct strs *ret_directories, struct err *e);

/* The parent of "migrations" is ""; path_directory would say ".". */
struct str parent_of(struct str directory);
/* services/billing/db/migrations belongs to services/billing. */
struct str owner_of(struct str directory);

#endif
