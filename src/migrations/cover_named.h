/* cover_named.h -- the SQL that a Python migration executes by a name (private to cover*.c).
 *
 * In:    the text of a migration, without a parse: SQL = "…", sql: str = ("…" "…"), each in a line of its own; a call that executes.
 * Out:   the expression that is executed: of a name the one that it is assigned nearest above, else the first one below.
 * Fails: never; keywords of a call that stand in lines of their own are taken for assignments too.
 */
#ifndef HOOKCHECK_MIGRATIONS_COVER_NAMED_H
#define HOOKCHECK_MIGRATIONS_COVER_NAMED_H

#include "migrations/cover_match.h"

struct cover_assignment {
    struct str name, value;
    size_t at;
};
VEC_DEFINE(cover_assigned, struct cover_assignment);

void cover_assigned_note(struct arena *arena, struct str text, struct cover_assigned *ret_names);
/* op.execute(SQL), sa.text(SQL), RunSQL(SQL), at that place. `ret_whole`: it is nothing but literals, and no other ones. */
struct str cover_executed(const struct cover_assigned *names, const struct cover_call *call,
                          size_t at, bool *ret_whole);

#endif
