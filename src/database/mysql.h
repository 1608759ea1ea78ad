/* mysql.h -- the parts of the driver for MySQL and MariaDB: the URL (mysql_url.c), connecting and talking (mysql.c) and asking
 * (mysql_ask.c). Inside src/database only.
 *
 * In:     mysql://, mysql2://, trilogy:// and mariadb:// URLs, with the name of an application's library behind a '+' or without.
 * Out:    a connection that is never waited for longer than a limit says: MariaDB's client has functions that return where others
 *         would wait.
 * Fails:  what cannot be parsed says which part, without repeating it.
 * Limits: no option file is read, nor MYSQL_PWD, MYSQL_HOST, MYSQL_TCP_PORT or MYSQL_UNIX_PORT. A host, also "localhost", is reached by TCP; a
 *         socket is one that the URL names. TLS is tried unless the URL says ssl-mode=disabled; it must succeed from "required" on.
 * Source: MariaDB Connector/C 3.3, mysql.h and "Non-blocking API"; MySQL 8.0 reference manual, 6.2.5 (URI-like strings), 6.3 (TLS).
 */
#ifndef HOOKCHECK_DATABASE_MYSQL_H
#define HOOKCHECK_DATABASE_MYSQL_H

#include "database/driver.h"

enum mysql_tls { TLS_PREFERRED = 0, TLS_DISABLED, TLS_REQUIRED, TLS_VERIFIED };

struct mysql_address {
    struct str user, password, host, socket, database;
    uint64_t port;
    enum mysql_tls tls;
    struct str authority, certificate, key; /* files; empty: none */
    uint64_t connect_timeout_ms;            /* 0: not given */
};

bool mysql_is_url(struct str url);
/* On failure *ret_message says what is wrong. */
bool mysql_address_parse(struct arena *arena, struct str url, struct mysql_address *ret_address,
                         struct str *ret_message);
/* "mysql://user@host:port/database", "mysql://user@/database?socket=/path". */
struct str mysql_render(struct arena *arena, const struct mysql_address *address);

#ifdef HOOKCHECK_MYSQL
#include "database/libmariadb.h"

struct mysql_link {
    MYSQL *handle;
    struct mysql_address address;
    uint64_t connect_timeout_ms, connect_limit; /* the limit is a clock_ms() value */
    int awaited; /* MYSQL_WAIT_…: what the connection waits for; 0: settled */
    bool joined, identified;
    /* Of the first question, for all. */
    struct str account, user, database, system_identifier, server_version;
};

/* Waits until the connection stands, or says why it does not. */
bool mysql_connect(struct database *database, struct str *ret_message, struct str *ret_hint);
bool mysql_ask(struct database *database, struct arena *arena,
               const struct database_question *question, struct database_answer *answer,
               struct err *e);

/* What a statement gave: a result (NULL where it has none), or the number and the words of the server's refusal. */
struct mysql_outcome {
    MYSQL_RES *result;
    unsigned refused; /* 0: not */
    struct str words;
};
enum mysql_talk { TALK_ANSWERED, TALK_SILENT, TALK_LOST }; /* silent: not by the limit */
enum mysql_talk mysql_talk(struct database *database, struct arena *arena, struct str sql,
                           uint64_t limit, struct mysql_outcome *ret_outcome);
void outcome_clear(struct mysql_outcome *outcome);
#define OUTCOME(name) CLEANUP_WITH(outcome_clear) struct mysql_outcome name = {0}
#endif

#endif
