/* survey_sql.h -- is this a directory of SQL migrations for a runner of one's own? (inside migrations)
 *
 * Numbered files, most of the directory's *.sql, below a folder of a telling name; or of a weaker one ("db"), with a runner near that names
 * its table schema_migrations.
 */
#ifndef HOOKCHECK_MIGRATIONS_SURVEY_SQL_H
#define HOOKCHECK_MIGRATIONS_SURVEY_SQL_H

#include "repository/tree.h"

/* *ret_owner: the tool whose they are, which no pack describes; NULL: nobody's that is known. Files that could tell and cannot be read are
 * added to *unreadable ("PATH: why"). */
bool survey_sql_lies_in(struct arena *scratch, struct tree *tree, struct str directory,
                        const struct tree_entries *entries, struct strs *unreadable,
                        const char **ret_owner);

#endif
