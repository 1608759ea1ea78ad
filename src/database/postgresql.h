/* postgresql.h -- the two halves of the PostgreSQL driver: connecting (postgresql.c) and asking (postgresql_ask.c). */
#ifndef HOOKCHECK_DATABASE_POSTGRESQL_H
#define HOOKCHECK_DATABASE_POSTGRESQL_H

#include <libpq-fe.h>

#include "database/driver.h"

struct postgresql {
    PGconn *conn;
    PostgresPollingStatusType polling;
    uint64_t connect_timeout_ms, connect_limit; /* the limit is a clock_ms() value */
    struct str password;                        /* to be masked in what the server says */
    bool connected, identified;
    /* Of the first question, for all. */
    struct str database, user, system_identifier, server_version;
    struct strs search_path;
};

/* Waits until the connection stands, or says why it does not. */
bool postgresql_connect(struct database *database, struct str *ret_message, struct str *ret_hint);
/* Waits until the socket can be read (and written, when asked); false at the limit. */
bool postgresql_wait(PGconn *conn, bool reading, bool writing, uint64_t limit);
/* libpq's message on one line, without places in the server's source, said once. */
struct str postgresql_words(struct arena *arena, struct str message, struct str password);
bool postgresql_ask(struct database *database, struct arena *arena,
                    const struct database_question *question, struct database_answer *answer,
                    struct err *e);

#endif
