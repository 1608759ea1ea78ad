/* postgresql_talk.c -- pipelines of read-only transactions, with a limit on every wait.
 *
 * A round trip is one transaction: BEGIN READ ONLY, settings local to it (a pooler in transaction mode may give us another server
 * connection next time), the queries, a synchronisation point, ROLLBACK, another one. Both directions can fill up, so nothing is
 * flushed without also reading.
 */
#include <string.h>

#include "database/postgresql.h"

bool talk_lost(struct asking *asking)
{
    struct str words = asking->last_words;

    if (str_is_empty(words))
        words = postgresql_words(asking->arena, str_from(PQerrorMessage(asking->state->conn)),
                                 asking->state->password);
    if (str_is_empty(words))
        words = STR("the server closed the connection");
    answer_unreachable(asking->answer,
                       str_printf(asking->arena, "lost the connection to " STR_FMT ": " STR_FMT,
                                  STR_ARG(asking->database->shown), STR_ARG(words)),
                       STR("try again; the server's log knows why it closed the connection"));
    return false;
}

static bool no_answer(struct asking *asking)
{
    answer_unreachable(asking->answer,
                       str_printf(asking->arena,
                                  STR_FMT " is connected but did not answer in " STR_FMT,
                                  STR_ARG(asking->database->shown),
                                  STR_ARG(seconds_text(asking->arena, asking->timeout_ms))),
                       STR("look at the server or its pooler (overloaded? stopped?); try again"));
    return false;
}

bool talk_send(struct asking *asking, const char *sql, const char *first, const char *second)
{
    return talk_send_three(asking, sql, first, second, NULL);
}

bool talk_send_three(struct asking *asking, const char *sql, const char *first, const char *second,
                     const char *third)
{
    const char *values[3] = {first, second, third};
    int count = third ? 3 : second ? 2 : first ? 1 : 0;

    return PQsendQueryParams(asking->state->conn, sql, count, NULL, values, NULL, NULL, 0) == 1;
}

bool talk_send_sync(struct asking *asking)
{
    return PQpipelineSync(asking->state->conn) == 1;
}

/* The next result that is one; NULL results only separate them. */
static bool next_result(struct asking *asking, PGresult **ret_result)
{
    PGconn *conn = asking->state->conn;

    for (int separators = 0; separators < 3; separators++) {
        for (;;) {
            int unsent = PQflush(conn);
            if (unsent < 0)
                return talk_lost(asking);
            if (!PQisBusy(conn))
                break;
            if (!postgresql_wait(conn, true, unsent == 1, asking->limit))
                return no_answer(asking);
            if (PQconsumeInput(conn) != 1)
                return talk_lost(asking);
        }
        *ret_result = PQgetResult(conn);
        if (*ret_result)
            return true;
        if (PQstatus(conn) == CONNECTION_BAD)
            return talk_lost(asking);
    }
    return talk_lost(asking);
}

static bool is_failure(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_PIPELINE_SYNC;
}

/* "permission denied for table x", in the server's words. */
struct str talk_failure_words(struct asking *asking, const PGresult *failure)
{
    const char *primary = PQresultErrorField(failure, PG_DIAG_MESSAGE_PRIMARY);

    return text_for_people(asking->arena,
                           primary ? str_from(primary) : str_from(PQresultErrorMessage(failure)),
                           asking->state->password);
}

/* A server that ends the session answers the query under way with FATAL, and nothing after it. */
static void note_last_words(struct asking *asking, const PGresult *failure)
{
    const char *severity = PQresultErrorField(failure, PG_DIAG_SEVERITY_NONLOCALIZED);

    if (severity && strcmp(severity, "FATAL") == 0)
        asking->last_words = talk_failure_words(asking, failure);
}

/* Everything up to a synchronisation point: the result of query `wanted` (counted from 0) goes to *ret_wanted, and the first
 * failure to *ret_failure. */
bool talk_read(struct asking *asking, PGresult *ret_wanted[], size_t count, PGresult **ret_failure)
{
    for (size_t i = 0;; i++) {
        RESULT(result);
        if (!next_result(asking, &result))
            return false;
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
            return true;
        PGresult **place = i < count ? &ret_wanted[i] : NULL;
        if (is_failure(result)) {
            note_last_words(asking, result);
            place = ret_failure && !*ret_failure ? ret_failure : NULL;
        }
        if (place) {
            *place = result;
            result = NULL;
        }
    }
}

bool talk_skip(struct asking *asking)
{
    return talk_read(asking, NULL, 0, NULL);
}

bool talk_send_begin(struct asking *asking)
{
    /* Who waits for a lock waits for a migration that runs right now: no use in waiting as long as for an answer. */
    uint64_t lock_ms = asking->timeout_ms / 2 ? asking->timeout_ms / 2 : 1;
    struct str statement =
        str_printf(asking->arena, "%llums", (unsigned long long)asking->timeout_ms);
    struct str lock = str_printf(asking->arena, "%llums", (unsigned long long)lock_ms);

    return talk_send(asking, "BEGIN TRANSACTION READ ONLY", NULL, NULL) &&
           talk_send(asking,
                     "SELECT pg_catalog.set_config('statement_timeout', $1, true),"
                     " pg_catalog.set_config('idle_in_transaction_session_timeout', $1, true),"
                     " pg_catalog.set_config('lock_timeout', $2, true),"
                     " pg_catalog.set_config('row_security', 'off', true)",
                     statement.bytes, lock.bytes);
}

bool talk_send_end(struct asking *asking)
{
    return talk_send_sync(asking) && talk_send(asking, "ROLLBACK", NULL, NULL) &&
           talk_send_sync(asking);
}
