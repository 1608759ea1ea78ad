/* target.h -- from the configuration's "database" to what src/database can open.
 *
 * In:    a trusted configuration; the caller checks that.
 * Out:   a target. Values come from the environment, a file or a command; none of them is ever part of a message.
 * Fails: ERR_UNREACHABLE when the place that holds the URL does not give one, ERR_TIMEOUT.
 */
#ifndef HOOKCHECK_GATE_TARGET_H
#define HOOKCHECK_GATE_TARGET_H

#include "config/config.h"
#include "database/database.h"

#define TARGET_CONNECT_MS 8000u
#define TARGET_STATEMENT_MS 5000u
#define TARGET_COMMAND_MS 20000u

/* The environment's database for a migration set; NULL when neither has one. */
const struct config_database *target_source(const struct config_environment *environment,
                                            struct str set);
/* "animals": ANIMALS_DATABASE_URL, proposed for a database that has no variable yet. */
struct str database_variable(struct arena *arena, struct str database);
/* Lets PostgreSQL's library be loaded meanwhile, if its URL stands in the configuration or in a variable. */
void target_expect(struct arena *arena, const struct config_environment *environment);
MUST_CHECK bool target_make(struct arena *arena, const struct config *config,
                            const struct config_database *source, uint64_t deadline_ms,
                            struct database_target *ret_target, struct err *e);
/* A URL as people write it: SQLAlchemy's "postgresql+psycopg2://" and "sqlite:///file", Prisma's "file:./dev.db" too. */
MUST_CHECK bool target_from_url(struct arena *arena, struct str url, struct str directory,
                                struct database_target *target, struct err *e);

#endif
