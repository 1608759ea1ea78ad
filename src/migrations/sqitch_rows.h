/* sqitch_rows.h -- the rows of Sqitch's registry beside its plan. Private to src/migrations.
 *
 * In:     the history, in the order of the plan, each migration with its struct sqitch_own; the rows in the order in which they were deployed.
 * Out:    the plan of what is to be deployed, and why Sqitch would refuse to.
 * Fails:  as tracker_verify() does; a plan never.
 */
#ifndef HOOKCHECK_MIGRATIONS_SQITCH_ROWS_H
#define HOOKCHECK_MIGRATIONS_SQITCH_ROWS_H

#include "migrations/tracker.h"

/* What matters of a change only while it is not deployed. */
struct sqitch_own {
    bool scriptless;
    struct str plan; /* the file, for people */
    struct plan_indexes conflicts;
};

MUST_CHECK bool sqitch_rows_plan(struct arena *arena, const struct history *history,
                                 const struct database_rows *rows, struct plan *plan,
                                 struct err *e);
MUST_CHECK bool sqitch_rows_verify(struct arena *arena, struct tree *tree,
                                   const struct history *history, const struct database_rows *rows,
                                   struct plan *plan, struct err *e);

#endif
