/* protect_sql.h -- SQL in files that a database's client is given. Private to src/deploys.
 *
 * In:    a call's `< FILE`, and the values of -f and --file; the files are read as scripts are (follow.h).
 * Out:   does one of them do nothing but what `pattern` takes: write the tables in which migration tools keep what is applied?
 *        A file that does something else too is a migration, a dump or a schema: what it records has been done.
 * Fails: never: a file that cannot be read does not count.
 */
#ifndef HOOKCHECK_DEPLOYS_PROTECT_SQL_H
#define HOOKCHECK_DEPLOYS_PROTECT_SQL_H

#include "base/regex.h"
#include "deploys/judge.h"

/* The texts of those files that were found, in the order of the call. */
struct strs protect_sql_files(struct recogniser *r, const struct call *call,
                              const struct line *line);
/* Does one of the call's texts that fit the pattern state it, outside of what it quotes and of comments? True as well when only the whole line
 * fits. */
bool protect_sql_stated(struct recogniser *r, struct regex *pattern, const struct call *call,
                        const struct line *line);
bool protect_sql_only(struct regex *pattern, struct str text);

#endif
