/* models.h -- what changed in the models between two trees, and which of it no migration covers.
 *
 * In:    two trees (commits, or the work tree), and the paths that differ between them.
 * Out:   changes of the schema, sorted by their line; what cannot be read statically and differs.
 * Fails: a tree cannot be read; limits.
 *
 * Read are the files that look like models by their path (patterns/models/, "models" of the configuration), those among the changed paths
 * that mention a mapper, and whatever these import from the same tree: Python, Prisma, Rails' schema.rb, SQL (languages.h). A schema.rb or
 * structure.sql is what migrations left: a change of it without one is what is looked for.
 */
#ifndef HOOKCHECK_MIGRATIONS_MODELS_H
#define HOOKCHECK_MIGRATIONS_MODELS_H

#include "config/config.h"
#include "migrations/history.h"
#include "repository/history.h"
#include "repository/repository.h"
#include "schema/schema.h"

#define MODEL_FILES_MAX 20000u

/* Files that differ between two trees of commits, sorted; directories with the same object id are not entered. */
MUST_CHECK bool models_changed_paths(struct arena *arena, struct tree *before, struct tree *after,
                                     struct strs *ret_paths, struct err *e);
/* Could one of these paths be model source? By path alone. */
MUST_CHECK bool models_any_path(struct arena *arena, const struct config *config,
                                const struct repository_changes *changes, bool *ret_any,
                                struct err *e);
/* `memo` (may be NULL): of the directories of commits in which no migrations lie, history.h. */
MUST_CHECK bool models_compare(struct arena *arena, const struct config *config,
                               struct survey_memo *memo, struct tree *before, struct tree *after,
                               const struct strs *changed_paths,
                               struct schema_difference *ret_difference, struct err *e);

struct models_uncovered {
    const struct schema_change *change;
    size_t
        asked; /* its place among the changes that were asked about; SIZE_MAX: it comes with one of them (a column of a new table) */
    /* That makes the migration; empty: the tree has no migrations that we know. */
    struct str command;
    /* The file that makes the change and is not run (left_out.h); empty: none. */
    struct str left_out;
};
VEC_DEFINE(models_uncovereds, struct models_uncovered);
/* The changes that no migration of `tree` (the newer one) makes. A migration among `changed_paths` covers what it touches; an older one
 * only what it left that way: a column that it added and none dropped since. `sets`: those of the tree; NULL: they are looked for. `by_words`: what gives no steps counts by its statements and
 * words too (cover.h). */
MUST_CHECK bool models_cover(struct arena *arena, const struct config *config, struct tree *tree,
                             const struct config_migrations_list *sets,
                             const struct strs *changed_paths,
                             const struct schema_difference *difference, bool by_words,
                             struct models_uncovereds *ret_uncovered, struct err *e);
/* Those that the steps of these migrations make, all of the range and oldest first, become covered. */
void models_cover_steps(struct arena *arena, struct tree *tree, const struct strs *paths,
                        const struct schema_changes *changes, bool *covered);
/* For columns of new tables: does the one of these migrations that makes the table leave the column out? Of TypeORM and Ecto, for which cover_lacks()
 * cannot say it. */
void models_lacking(struct arena *arena, struct tree *tree, const struct strs *paths,
                    const struct schema_changes *columns, bool *lacking);
/* The same for columns of tables that these migrations rename, and that the old ones, dropped among `changes`, had not. */
void models_renamed(struct arena *arena, struct tree *tree, const struct strs *paths,
                    const struct schema_changes *changes, const struct schema_changes *columns,
                    bool *lacking);
/* Migrations, oldest first, and of which of `sets` each of the first ones is. */
struct models_files {
    const struct config_migrations_list *sets;
    struct strs paths;
    VEC(const struct config_migrations *) owners;
};
/* What comes with tables and columns that these migrations add, and that none of them makes: keys, indexes, types (covering.h).
 * ret_found[i] becomes true where one of them makes the change. */
void models_left_keys(struct arena *arena, struct tree *tree, const struct models_files *migrations,
                      const struct schema_changes *changes, const bool *covered,
                      struct schema_changes *ret_left, bool *ret_found);
/* Does any of them that is covered bring an enumerated type? What the migrations, all of the tree's, leave out of such ones (covering.h). */
bool models_bring_types(struct arena *arena, const struct schema_changes *changes,
                        const bool *covered);
void models_left_labels(struct arena *arena, struct tree *tree,
                        const struct models_files *migrations, const struct schema_changes *changes,
                        const bool *covered, struct schema_changes *ret_left);
/* What refers to a table goes with it when the table gets another name. */
void models_follow_renames(const struct schema_changes *changes, bool *covered);
/* For each of these changes: does the tree tell its table from those of that name in other schemas? It does when its migrations name both, with a
 * schema and without one (of a model with a schema: when they make the one without), and nothing says that the other schema is searched
 * (search_path and what other tools call it, in the migrations or in settings). Else "app.users" may well be the model's "users", or "users" its
 * "app.users". Sets `usual_schema`. */
MUST_CHECK bool models_usual_schemas(struct arena *arena, const struct config *config,
                                     struct tree *tree, const struct config_migrations_list *sets,
                                     struct schema_changes *changes, struct err *e);

#endif
