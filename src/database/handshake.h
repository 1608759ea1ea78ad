/* handshake.h -- a connection to PostgreSQL that is made in a thread, while the caller reads code. Inside src/database only.
 *
 * Loading TLS and hashing a password (SCRAM's 4,096 rounds) cost more than the code of 300 migrations: side by side they cost the longer of the two.
 *
 * In:     a connection that PQconnectStartParams began, which belongs to the thread until handshake_end; a limit in clock_ms().
 * Out:    where PQconnectPoll came to.
 * Fails:  handshake_begin: no thread can be had (the caller polls itself). handshake_end: the thread is stuck past its limit, in a lookup of a name
 *         for example; it is left behind, and nobody may touch the connection again.
 * Limits: the environment must not change while a thread runs, since libraries read it: handshakes_wait() before setenv().
 */
#ifndef HOOKCHECK_DATABASE_HANDSHAKE_H
#define HOOKCHECK_DATABASE_HANDSHAKE_H

#include <stdint.h>

#include "base/err.h"
#include "database/libpq.h"

struct handshake;

MUST_CHECK bool handshake_begin(PGconn *conn, PostgresPollingStatusType polling, uint64_t limit,
                                struct handshake **ret_handshake);
/* Waits for it to end by itself, or with `at_once` asks it to. */
MUST_CHECK bool handshake_end(struct handshake **handshake, bool at_once,
                              PostgresPollingStatusType *ret_polling);
/* Returns when no thread of ours runs, that of libpq_expect() included. */
void handshakes_wait(void);

#endif
