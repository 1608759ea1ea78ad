/* postgresql.h -- the parts of the PostgreSQL driver: connecting (postgresql.c), talking (postgresql_talk.c) and asking
 * (postgresql_ask.c). */
#ifndef HOOKCHECK_DATABASE_POSTGRESQL_H
#define HOOKCHECK_DATABASE_POSTGRESQL_H

#include "database/driver.h"
#include "database/libpq.h"

struct postgresql {
    PGconn *conn;
    PostgresPollingStatusType polling;
    struct handshake *handshake;                /* set: the connection belongs to its thread */
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

static inline void result_clear(PGresult **result)
{
    PQclear(*result);
}
#define RESULT(name) CLEANUP_WITH(result_clear) PGresult *name = NULL

/* One table as the catalogs describe it. */
struct relation {
    struct str schema;
    char kind;   /* pg_class.relkind */
    bool usable; /* USAGE on the schema */
    struct columns columns;
    struct strs readable; /* columns that we may select */
    struct str column;    /* of the ids */
    bool has_beside;      /* the second table of the reading is in this schema, … */
    bool closed_beside;   /* … and cannot be read */
    size_t rank;          /* place of the schema in the search path */
};
VEC_DEFINE(relations, struct relation);

/* One question under way. A broken connection or a server that stops answering ends all of it. */
struct asking {
    struct postgresql *state;
    struct database *database;
    struct arena *arena;
    const struct database_question *question;
    struct database_answer *answer;
    uint64_t limit;
    uint64_t timeout_ms;
    struct relations relations;
    struct str last_words; /* why the server ends the session, when it says so */
};

/* --- Talking: what returns false has made the answer "unreachable". Sending fails only when memory or the connection does. --- */

/* postgresql_rows.c: the rows of one relation that can be read, by what layout the question has. */
bool rows_send(struct asking *asking, const struct relation *relation);
/* False: the connection is lost, and the answer says so. */
bool rows_read(struct asking *asking, const struct relation *relation, struct database_rows *rows);
/* A value in the arena; STR_NONE for NULL. */
struct str postgresql_field(struct arena *arena, const PGresult *result, int row, int column);
struct str postgresql_quoted(struct asking *asking, struct str name);
struct str postgresql_full_name(struct asking *asking, struct str schema);

#define TALK_SETTINGS 2 /* queries before the first of a transaction */

bool talk_send_begin(struct asking *asking);
bool talk_send(struct asking *asking, const char *query, const char *first, const char *second);
bool talk_send_three(struct asking *asking, const char *query, const char *first,
                     const char *second, const char *third);
bool talk_send_end(struct asking *asking);
bool talk_send_sync(struct asking *asking);
/* Everything up to a synchronisation point: the result of query i goes to ret_wanted[i], the first failure to *ret_failure (may be
 * NULL). */
bool talk_read(struct asking *asking, PGresult *ret_wanted[], size_t count, PGresult **ret_failure);
bool talk_skip(struct asking *asking);
bool talk_lost(struct asking *asking); /* the connection broke; false */
/* "permission denied for table x", in the server's words. */
struct str talk_failure_words(struct asking *asking, const PGresult *failure);

#endif
