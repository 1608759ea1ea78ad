/* units.h -- reading the migrations that a pack describes. Private to src/migrations.
 *
 * In:    the loader: arena, tree, set, tracker row; the history with its directories.
 * Out:   history->migrations, unsorted; ways back in `downs`.
 * Fails: an unreadable tree, more than MIGRATIONS_MAX; what the tool itself would refuse becomes a problem of the history.
 * Limits: UNIT_FILE_MAX a file.
 */
#ifndef HOOKCHECK_MIGRATIONS_UNITS_H
#define HOOKCHECK_MIGRATIONS_UNITS_H

#include "migrations/tracker.h"

struct unit_name { /* what no two migrations may share, and whose it is */
    struct str name, file;
};

struct unit_loader {
    struct str top; /* the directory of migrations that is read; folders in it are \\9 of an id */
    struct arena *arena;
    struct arena *scratch; /* texts of files, given back now and then */
    struct tree *tree;
    const struct config_migrations *set;
    const struct tracker *tracker;
    struct history *history;
    struct err *e;
    struct strs endings;         /* of files, that the tool's own file names */
    struct strs ignored;         /* PCRE2 on names that the tool is told to leave out */
    VEC(struct migration) downs; /* ways back whose migration was not seen yet */
    VEC(struct unit_name) names; /* where the tool wants them distinct */
};

void unit_problem_broken(struct unit_loader *l, struct str message, const char *hint);
void unit_problem_indeterminate(struct unit_loader *l, struct str message, struct str hint);
/* The file's words: "20240101_add-users.sql" is "add users". */
struct str unit_title(struct arena *arena, struct str unit);
/* One of the history's directories: its files or directories, its journal, or the source file that lists them. */
MUST_CHECK bool unit_read_directory(struct unit_loader *l, struct str directory);

#endif
