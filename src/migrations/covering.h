/* covering.h -- the migrations of a tree with what each of them does, for models_cover.c and models_schemas.c.
 *
 * In:    a tree; its sets, or NULL: they are looked for; which of its files the range changed.
 * Out:   the files that its tools run, those of a set in the order in which they are applied, before those that only lie in a folder of
 *        migrations; the steps of each, as far as they can be read.
 * Fails: a directory that cannot be listed. A file that cannot be read has no steps.
 */
#ifndef HOOKCHECK_MIGRATIONS_COVERING_H
#define HOOKCHECK_MIGRATIONS_COVERING_H

#include "base/words.h"
#include "migrations/left_out.h"
#include "migrations/models.h"
#include "migrations/models_command.h"
#include "readers/elixir.h"
#include "readers/python.h"
#include "readers/steps.h"
#include "readers/typescript.h"

struct covering_key;
VEC_DEFINE(file_places, size_t);

#define COVERING_FILE_MAX ((size_t)4 << 20) /* bytes of a migration that are read */

struct file_steps {
    struct str path;
    const struct config_migrations *set; /* whose it is; NULL: it only lies in such a folder */
    bool in_range;
    struct steps steps;
};

struct covering {
    struct arena *arena;
    const struct config *config;
    struct tree *tree;
    const struct config_migrations_list *sets; /* NULL: they are looked for, and put here */
    struct python_tree *python;
    struct script_tree *script;
    struct elixir_tree *elixir;
    struct strs paths;                            /* of migrations, oldest first */
    struct words known;                           /* the same */
    VEC(const struct config_migrations *) owners; /* of those that are of a set */
    struct strs roots;                            /* of the sets that have a folder of their own */
    struct strs settings;                         /* files that may say which schema is searched */
    VEC(struct file_steps) files;
    VEC(struct covering_key) keys; /* covering_find.c: what the steps of `files` name, sorted */
    struct file_places anyhow;     /* files with steps that no name finds */
    bool *found;                   /* of each file; all false between two questions */
    struct steps manys;            /* tables of many-to-many fields */
    struct steps names; /* what other steps call a table, and what it is called in the database */
    bool schemas;       /* some table is named with one */
    size_t schemas_renamed;
    size_t ordered; /* so many of `paths` stand in the order in which they are applied */
    struct models_makers makers;
    struct left_out *left_out;
    struct words *tables; /* that each of `sets` makes; NULL: not looked at */
};

/* One of these with the trees of the readers, all of which go when the block ends. */
#define COVERING(name, in_arena, of_tree)                                                          \
    struct covering name = {.arena = (in_arena), .tree = (of_tree)};                               \
    struct source_files name##_files = {.self = &(name), .read = covering_read};                   \
    PYTHON_TREE(name##_python, (in_arena), &name##_files);                                         \
    SCRIPT_TREE(name##_script, (in_arena), &name##_files);                                         \
    ELIXIR_TREE(name##_elixir, (in_arena), &name##_files);                                         \
    (name).python = name##_python;                                                                 \
    (name).script = name##_script;                                                                 \
    (name).elixir = name##_elixir

/* Fills in what stands below `sets`. */
MUST_CHECK bool covering_begin(struct covering *c, const struct strs *changed, struct err *e);
/* The same of the migrations in `paths` alone, which are all of the range, oldest first. */
void covering_begin_with(struct covering *c, const struct strs *paths);
/* … of which the first ones are those of `owners`, each one of `sets`. */
void covering_begin_owned(struct covering *c, const struct strs *paths);
/* covering_find.c: the places in `files`, in their order, of at least those with a step that has an effect on the change (effect.h), or is about its
 * table by one of c->names. */
void covering_index(struct covering *c);
struct file_places covering_find(const struct covering *c, const struct schema_change *change);
/* A file of the tree; `self` is the struct covering (struct source_files). */
bool covering_read(void *self, struct str path, struct str *ret_bytes);
/* Two packages may both have a table "users": does `path` lie in the folder of one, and the model in another's? */
bool covering_is_foreign(const struct covering *c, struct str path,
                         const struct schema_change *change);
/* The same of a migration, of whose set more is known (services.h): a set of the same tool is nearer to the model, or holds it where this one does not
 * and both of them make the table. */
bool covering_file_is_foreign(const struct covering *c, const struct file_steps *file,
                              const struct schema_change *change);
/* models_lacking.c: lacking[i] becomes true where the migration of TypeORM's or Ecto's that makes the table makes other columns of it, each in its
 * steps, and not this one. Another migration may add it. */
void covering_note_lacking(const struct covering *c, const struct schema_changes *columns,
                           bool *lacking);
/* models_renamed.c: … where they give a dropped table of `changes` the name of the column's, and it had no such column. */
void covering_note_renamed(const struct covering *c, const struct schema_changes *changes,
                           const struct schema_changes *columns, bool *lacking);
/* models_keys.c: of tables and columns that are added and covered, the keys and indexes that come with them and that no migration makes, and the
 * columns that are clearly made as another type. What cannot be read is taken for made. */
void covering_note_keys(struct covering *c, const struct schema_changes *asked, const bool *covered,
                        struct schema_changes *ret_left, bool *ret_found);
/* models_labels.c: of types that are added and covered, the labels that no migration gives them; of tables that are, the types that none makes. */
void covering_note_labels(struct covering *c, const struct schema_changes *asked,
                          const bool *covered, struct schema_changes *ret_left);
/* Do the migrations know the table of `change`, which has no schema, beside one of that name in some schema? */
bool covering_tells_schemas_apart(struct covering *c, const struct schema_change *change);

#endif
