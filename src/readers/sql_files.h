/* sql_files.h -- files of SQL that migrations run: psql's \ir, and what programs read before they execute it.
 *
 * File.read(Rails.root.join("db", "sql", "x.sql")), readFileSync(path.join(__dirname, "../x.sql"), "utf8"), (HERE / "x.sql").read_text(),
 * execute_file("priv/repo/x.sql"): the literals up to the one that ends in .sql are the path; names lead to where they are set. What it is relative
 * to is not asked: the file is looked for from the migration's directory up to the top, and one that is not there is none.
 *
 * In:    the files of a tree; the path and the source of a migration.
 * Out:   their texts, in the order of the expression.
 * Fails: never. SQL_FILES_MAX files an expression, or a file.
 * Source: psql 16, \i, \include, \ir, \include_relative.
 */
#ifndef HOOKCHECK_READERS_SQL_FILES_H
#define HOOKCHECK_READERS_SQL_FILES_H

#include "base/vec.h"
#include "readers/steps.h"

#define SQL_FILES_MAX 32u

struct sql_files {
    struct arena *arena;
    const struct source_files *files;
    struct str path, source; /* of the migration */
    /* What a name means in the call that is followed; NULL, empty: nothing is known. */
    struct str (*meant)(void *context, struct str name);
    void *context;
};

void sql_files_read(const struct sql_files *files, struct str expression, struct strs *ret_texts);
/* The steps of those texts. False: there are none. */
bool sql_files_steps(const struct sql_files *files, struct str expression, struct steps *steps);
/* With the files that it includes in their place; of another language the text alone. */
struct str sql_with_included(struct arena *arena, const struct source_files *files, struct str path,
                             struct str text);

#endif
