/* sql.h -- a directory of numbered SQL files with a tracking table of their names (inside migrations only). */
#ifndef HOOKCHECK_MIGRATIONS_SQL_H
#define HOOKCHECK_MIGRATIONS_SQL_H

#include "database/database.h"
#include "migrations/history.h"

/* The digits at the start of "001_init.sql"; false when there are none, or no '_', '-', '.' behind them. */
bool sql_file_number(struct str name, struct str *ret_digits);
/* "001_x.down.sql", "001_x.undo.sql", "001_x_rollback.sql": the way back. */
bool sql_file_goes_back(struct str name);

MUST_CHECK bool sql_load(struct arena *arena, struct tree *tree,
                         const struct config_migrations *set, struct history *history,
                         struct err *e);
MUST_CHECK bool sql_plan(struct arena *arena, const struct history *history,
                         const struct database_rows *rows, struct plan *plan, struct err *e);

#endif
