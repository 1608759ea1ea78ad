/* detect.h -- where migrations lie in a tree that nobody has configured (inside migrations only). */
#ifndef HOOKCHECK_MIGRATIONS_DETECT_H
#define HOOKCHECK_MIGRATIONS_DETECT_H

#include "migrations/history.h"
#include "migrations/survey.h"

/* Directories under `root` with an env.py that uses Alembic and a directory versions/, sorted. */
MUST_CHECK bool detect_script_directories(struct arena *arena, struct tree *tree, struct str root,
                                          struct strs *ret_directories, struct err *e);
/* Directories under `root` with numbered SQL files of no known tool, sorted. */
MUST_CHECK bool detect_sql_directories(struct arena *arena, struct tree *tree, struct str root,
                                       struct strs *ret_directories, struct err *e);

/* services/billing/db/migrations belongs to services/billing. */
struct str owner_of(struct str directory);
/* The same, but that packages/db with a package.json (go.mod, Cargo.toml…) of its own is a project. */
struct str project_around(struct arena *arena, struct tree *tree, struct str directory);

/* The sets of the configuration, with a tracker each where the tree tells which; else `undecided` says why not. */
MUST_CHECK bool detect_configured(struct arena *arena, struct tree *tree,
                                  const struct config *config,
                                  struct config_migrations_list *ret_sets, struct err *e);
/* `directory` seen from `root`, "." for the root itself. */
struct str detect_inside(struct arena *arena, struct str root, struct str directory);
/* Of several applications: those that come later must count too, so that nothing is written down. */
bool detect_is_dynamic(const struct tracker *tracker);
/* Projects of one tool whose own files name different databases: each has its own (own_databases.c). */
void detect_own_databases(struct arena *arena, struct tree *tree,
                          struct config_migrations_list *sets);
/* Sentences on what a survey did not look into. */
struct str detect_too_deep(struct arena *arena, const struct survey *survey);
struct str detect_submodule_unseen(struct arena *arena, struct str path);

#endif
