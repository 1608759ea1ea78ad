/* django_migration.h -- what a Django migration says of its place: dependencies, replaces, run_before; nothing is run.
 *
 * In:    a file by its path, read through a python_tree.
 * Out:   keys "application.name" as written; names may be "__first__" and "__latest__". swappable_dependency(settings.X) is the application
 *        of that setting, with "__first__".
 * Fails: never. What cannot be known without running the file is `computed`, with its line.
 * Source: Django 3.2 to 5.2: db/migrations/migration.py, loader.py.
 *
 * Lists of pairs of strings, as makemigrations writes them, are read as they stand; whatever is less plain is parsed by tree-sitter, base
 * classes and names of other files included.
 */
#ifndef HOOKCHECK_READERS_DJANGO_MIGRATION_H
#define HOOKCHECK_READERS_DJANGO_MIGRATION_H

#include "readers/python_tree.h"

struct django_migration {
    bool found;  /* it has a class Migration */
    size_t line; /* of that */
    struct strs dependencies, replaces, run_before;
    struct str computed; /* the attribute whose value cannot be known; empty: none */
    size_t computed_line;
    struct str broken; /* why Python refuses the file; empty: it does not */
    size_t broken_line;
};

/* The value of a setting: "auth.User" of AUTH_USER_MODEL; empty: not known. */
struct django_settings_source {
    void *self;
    struct str (*value)(void *self, struct str name);
};

/* `source` is the text at `path`; views in the answer lie in it, or in the arena. The tree is asked only for what is not plain. */
void django_migration_read(struct arena *arena, struct python_tree *tree, struct str path,
                           struct str source, const struct django_settings_source *settings,
                           struct django_migration *ret_migration);

#endif
