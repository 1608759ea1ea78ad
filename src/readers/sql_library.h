/* sql_library.h -- what the module hookcheck-sql.so does: libpg_query, PostgreSQL's own parser (inside readers only).
 *
 * It is a module because its tables of messages hold 24,000 addresses: were it linked, each start of each program would write them
 * (a millisecond), and few need SQL at all.
 *
 * In:    a statement; a node of a tree.
 * Out:   memory of malloc: trees for release(), texts for free().
 * Fails: NULL.
 * Source: libpg_query 15-4.0.0, pg_query.h and pg_query.proto.
 */
#ifndef HOOKCHECK_READERS_SQL_LIBRARY_H
#define HOOKCHECK_READERS_SQL_LIBRARY_H

#include <stddef.h>

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

struct sql_library {
    unsigned version;
    /* NULL: *ret_message says why, or is NULL too. */
    PgQuery__ParseResult *(*parse)(const char *statement, char **ret_message);
    void (*release)(PgQuery__ParseResult *tree);
    /* "SELECT " and the expression; NULL: it cannot be written, or takes more than `maximum` bytes packed. */
    char *(*write)(const PgQuery__Node *expression, size_t maximum);
};

#define SQL_LIBRARY_VERSION 1u
#define SQL_LIBRARY_FILE "hookcheck-sql.so"
/* The module's one symbol. */
#define SQL_LIBRARY_FUNCTION "hookcheck_sql_library"
typedef const struct sql_library *sql_library_function(void);

#endif
