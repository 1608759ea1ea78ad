/* database.h -- what a database says of its migrations: PostgreSQL (libpq), SQLite, an external command. Read-only, always.
 *
 * Opening is split in two so that a caller can read the code while the server answers: database_start() begins, database_applied() finishes.
 * PostgreSQL: one connection, BEGIN TRANSACTION READ ONLY, statement_timeout, lock_timeout; catalogs first (a schema without USAGE must read as
 * "unreadable", never as "absent"). SQLite: SQLITE_OPEN_READONLY, query_only.
 *
 * A database that does not answer is an answer (DATABASE_UNREACHABLE with a message), not a failure of the call; false only for limits and internal faults.
 * No message holds a password.
 */
#ifndef HOOKCHECK_DATABASE_DATABASE_H
#define HOOKCHECK_DATABASE_DATABASE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

enum database_driver { DRIVER_POSTGRESQL, DRIVER_SQLITE, DRIVER_COMMAND };

struct database_target {
    enum database_driver driver;
    struct str url;        /* PostgreSQL: URL or conninfo; SQLite: absolute path */
    struct strs arguments; /* DRIVER_COMMAND; {code_version} and {output} are replaced */
    struct str directory;  /* where commands run, and relative paths start */
    uint64_t connect_timeout_ms, statement_timeout_ms, command_timeout_ms;
    uint64_t deadline_ms; /* clock_ms() value after which everything ends; 0: none */
};

enum table_layout {
    LAYOUT_ALEMBIC,   /* version_num */
    LAYOUT_PLAIN_SQL, /* one text column that is the primary key, optionally one timestamp */
};

struct database_question {
    enum table_layout layout;
    struct str table; /* "alembic_version" */
    struct str
        schema; /* empty: search_path first, then every schema that has one (tenants are all reported) */
    struct str code_version; /* heads joined by commas: for commands */
};

enum table_state {
    TABLE_UNREADABLE = 0, /* no privilege, or not the expected columns: `message` says which */
    TABLE_ABSENT,
    TABLE_EMPTY,
    TABLE_FILLED,
};

struct database_rows { /* one tracking table */
    struct str schema;
    enum table_state state;
    struct str message;
    struct strs ids; /* sorted bytewise */
};
VEC_DEFINE(database_tables, struct database_rows);

enum database_state {
    DATABASE_UNREACHABLE = 0,
    DATABASE_ANSWERED,
};

struct database_answer {
    enum database_state state;
    struct str message,
        hint; /* when unreachable: what was tried and what failed, without password */
    struct str
        shown; /* "postgresql://app@db.example:5432/credmate", "sqlite:/srv/app.db", "command: aws lambda invoke …" */
    /* Identity, as the server says; empty where unknown. */
    struct str host, port, database, user, system_identifier, server_version;
    struct database_tables
        tables; /* as many as the schemas that have it; at least one when answered (ABSENT when there is none) */
    /* DRIVER_COMMAND: the command's own words, checked against ours by the gate. */
    bool has_pending_flag, pending_flag;
    struct str reported_version; /* database_version as given */
};

struct database; /* a question under way */

/* Begins: connects without waiting, or starts nothing yet for commands. Never blocks. */
MUST_CHECK bool database_start(struct arena *arena, const struct database_target *target,
                               struct database **ret_database, struct err *e);
/* Finishes and answers one question; may be called for several questions on the same database. */
MUST_CHECK bool database_ask(struct database *database, struct arena *arena,
                             const struct database_question *question,
                             struct database_answer *ret_answer, struct err *e);
void database_stop(struct database **database);

/* A URL or conninfo without its password, for people: works on unparsable text too (then everything after the scheme's "//" up to '@' goes). */
struct str database_url_masked(struct arena *arena, struct str url);

#endif
