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
struct cover_alias { /* cover_alias.c */
    struct str name, receiver, operation;
    struct str table; /* that partial() gives it; empty: none */
    size_t at;
};
VEC_DEFINE(cover_aliases, struct cover_alias);

void cover_assigned_note(struct arena *arena, struct str text, struct cover_assigned *ret_names);
/* op.execute(SQL), sa.text(SQL), RunSQL(SQL), at that place. `ret_whole`: it is nothing but literals, and no other ones. */
struct str cover_executed(const struct cover_assigned *names, const struct cover_call *call,
                          size_t at, bool *ret_whole);
/* Which names stand for an operation of Alembic's: add = op.add_column. */
void cover_aliases_note(struct arena *arena, struct str text, const struct cover_assigned *assigned,
                        struct cover_aliases *ret_aliases);
/* A call by such a name, at that place, becomes one of the operation. */
void cover_follow_alias(const struct cover_aliases *aliases, struct cover_call *call, size_t at);

#endif
