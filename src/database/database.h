/* database.h -- what a database says of its migrations: PostgreSQL (libpq), SQLite, MySQL and MariaDB (libmariadb), an external command. Read-only, always.
 *
 * Opening is split in three so that a caller can read the code while the server answers: database_start() begins, database_go_on() lets it go on
 * by itself, database_ask() finishes.
 *
 * PostgreSQL: everything runs in BEGIN TRANSACTION READ ONLY with statement_timeout, lock_timeout and row_security = off
 *   (rows that a policy would hide are an error, not an empty table); catalogs first, since a schema without USAGE must read
 *   as "unreadable", never as "absent". URL, conninfo, service file, password file and TLS options are libpq's own; PGHOST,
 *   PGDATABASE, PGUSER, PGSERVICE, PGOPTIONS and the like are ignored: what the configuration leaves out must not be filled in
 *   by whoever sets the environment. PGPASSWORD, PGPASSFILE, PGSERVICEFILE and PGSSL* count. Works through a pooler in
 *   transaction mode.
 * SQLite: SQLITE_OPEN_READONLY, query_only; nothing is created, not even a -wal file.
 * MySQL: START TRANSACTION READ ONLY with limits on statements and locks; the database of the URL alone, or the schema that is asked for. A table
 *   that the user may not read is "unreadable", also where it may not exist: the server does not tell. No option file, no MYSQL_PWD. A build
 *   without libmariadb answers "unreachable: this build has no MySQL".
 * Command: no shell, own session, no stdin; LD_*, GIT_* and the like are taken out of its environment.
 *
 * A database that does not answer is an answer (DATABASE_UNREACHABLE with a message), not a failure of the call; false only for
 * limits and internal faults. No message holds a password.
 */
#ifndef HOOKCHECK_DATABASE_DATABASE_H
#define HOOKCHECK_DATABASE_DATABASE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

enum database_driver { DRIVER_POSTGRESQL, DRIVER_SQLITE, DRIVER_MYSQL, DRIVER_COMMAND };

struct database_target {
    enum database_driver driver;
    struct str url;        /* PostgreSQL: URL or conninfo; SQLite: path; MySQL: URL */
    struct strs arguments; /* DRIVER_COMMAND; {code_version} and {output} are replaced */
    struct str directory;  /* where commands run, and relative paths start */
    /* 0: the defaults below. The shorter of these and deadline_ms counts. */
    uint64_t connect_timeout_ms, statement_timeout_ms, command_timeout_ms;
    uint64_t deadline_ms; /* clock_ms() value after which everything ends; 0: none */
};

#define DATABASE_CONNECT_TIMEOUT_MS 5000u
#define DATABASE_STATEMENT_TIMEOUT_MS 5000u
#define DATABASE_COMMAND_TIMEOUT_MS 20000u
/* Rows of one tracking table, bytes of one id, bytes of any other value (what is longer is cut), schemas that have the table. */
#define DATABASE_ROWS_MAX 200000u
#define DATABASE_ID_MAX 1024u
#define DATABASE_VALUE_MAX 4096u
#define DATABASE_TABLES_MAX 2000u

enum table_layout {
    LAYOUT_ALEMBIC,   /* version_num */
    LAYOUT_PLAIN_SQL, /* one text column that is the primary key, optionally one timestamp */
    LAYOUT_GIVEN,     /* as `reading` of the question says */
};

struct database_column { /* "version" of the tracker is "v" here */
    struct str column, name;
};
VEC_DEFINE(database_columns, struct database_column);

/* One SELECT for each dialect; `other` counts where a dialect has none of its own. In it {table} is the tracking table, {beside} the table
 * beside it, {parameter} a literal, and {name} the column that the tracker calls so, all quoted. Its columns are found by name: id, and
 * where it has them name, checksum, state, ord, applied_at. */
struct database_select {
    struct str other, sqlite, mysql;
    struct str column; /* counts where the table has this column */
};
VEC_DEFINE(database_selects, struct database_select);

/* How to know and to read the tracking table of a tracker. */
struct table_reading {
    struct str tracker;               /* its title, for messages */
    struct strs need, need_any, deny; /* "column" or "column:class" */
    bool only_these;
    /* A second table in the same schema; empty: none. Where it is there, it must be readable too. */
    struct str beside;
    struct str parameter; /* of {parameter} */
    struct database_columns columns;
    struct database_selects applied; /* the first whose column is there */
    /* Empty: none. Its rows are "failed" unless they say otherwise. */
    struct database_select failed;
    struct database_select locked; /* … "locked" */
};

struct database_question {
    enum table_layout layout;
    struct str table; /* "alembic_version" */
    /* Empty: those of the search path first, then every schema that has one (tenants are all reported). */
    struct str schema;
    struct str code_version;             /* heads joined by commas: for commands */
    const struct table_reading *reading; /* LAYOUT_GIVEN */
};

enum table_state {
    TABLE_UNREADABLE =
        0, /* no privilege, locked, or not the expected columns: `message` says which */
    TABLE_ABSENT,
    TABLE_EMPTY,
    TABLE_FILLED,
};

struct database_row {
    struct str id, name, checksum, applied_at, ord;
    /* Empty: ok. failed, dirty, partial, in_progress, rolled_back, baseline, synthetic, external_ddl, locked. */
    struct str state;
};
VEC_DEFINE(database_row_list, struct database_row);

struct database_rows { /* one tracking table */
    struct str schema;
    enum table_state state;
    struct str message, hint; /* when unreadable or absent */
    struct strs ids;          /* sorted bytewise, each once */
    /* LAYOUT_GIVEN: all that were read, in the order of the SELECT. */
    struct database_row_list rows;
};
VEC_DEFINE(database_tables, struct database_rows);

enum database_state {
    DATABASE_UNREACHABLE = 0,
    DATABASE_ANSWERED,
};

struct database_answer {
    enum database_state state;
    /* When unreachable: what was tried and what failed, without password. */
    struct str message, hint;
    /* "postgresql://app@db.example:5432/credmate", "sqlite:/srv/app.db", "command: aws lambda invoke …" */
    struct str shown;
    /* Identity: `host` and `port` as connected to, the others as the server says; empty where unknown. SQLite: `database` is
     * the absolute path without symbolic links. MariaDB has no system_identifier; a MySQL socket is a `host`. */
    struct str host, port, database, user, system_identifier, server_version;
    /* As many as the schemas that have it; at least one when answered (ABSENT when there is none). A command's answer is one
     * table: FILLED or EMPTY. */
    struct database_tables tables;
    /* DRIVER_COMMAND: the command's own words, checked against ours by the gate. */
    bool has_pending_flag, pending_flag;
    /* database_version as given, several joined by commas; "" for none. */
    struct str reported_version;
    /* LAYOUT_PLAIN_SQL, LAYOUT_GIVEN: the command listed all applied ids. False: tables[0].ids is only the version it named. */
    bool applied_is_listed;
};

struct database; /* a question under way */

/* A hint that PostgreSQL will be asked: its client library is loaded while the caller does other things. */
void database_expect_postgresql(void);
/* Begins: connects without waiting, or starts nothing yet for files and commands. Blocks for no longer than a lookup of the
 * host's name. A target that cannot even be tried is reported by database_ask. */
MUST_CHECK bool database_start(struct arena *arena, const struct database_target *target,
                               struct database **ret_database, struct err *e);
/* From here on the connection is made in a thread of its own, where the driver can. No database_start() after this until the database was asked
 * or stopped: it would wait for it. */
void database_go_on(struct database *database);
/* Finishes and answers one question; may be called for several questions on the same database. */
MUST_CHECK bool database_ask(struct database *database, struct arena *arena,
                             const struct database_question *question,
                             struct database_answer *ret_answer, struct err *e);
/* What kind it is, as Liquibase and Spring call it: postgresql, sqlite, mysql (MariaDB too); empty for commands. */
struct str database_dbms(const struct database *database);
void database_stop(struct database **database);
#define DATABASE(name) CLEANUP_WITH(database_stop) struct database *name = NULL

/* Fills driver and url from what people write: postgresql:// and postgres:// (a driver's name as in "postgresql+asyncpg://" is
 * dropped), "host=… dbname=…", "service=NAME", sqlite:FILE, sqlite:///FILE (relative to `directory`), sqlite:////FILE,
 * mysql://, mysql2://, trilogy:// and mariadb://.
 * Fails: ERR_INPUT for another kind of database or no URL at all; the text is not repeated, it may hold a password. */
MUST_CHECK bool database_target_from_url(struct arena *arena, struct str url, struct str directory,
                                         struct database_target *target, struct err *e);
/* Runs a command that prints a URL, or a secret as JSON: {"url": …}, or the host, port, username, password and dbname of AWS
 * Secrets Manager. The URL is for database_target_from_url; it holds a password: never print it.
 * Fails: ERR_UNREACHABLE with what the command did. */
MUST_CHECK bool database_url_from_command(struct arena *arena, const struct strs *arguments,
                                          struct str directory, uint64_t timeout_ms,
                                          struct str *ret_url, struct err *e);

/* Is this a URL of MySQL or MariaDB? */
bool database_url_is_mysql(struct str url);

/* A URL or conninfo without its password, for people. What cannot be parsed loses everything between "//" and the last '@',
 * and everything after a word that looks like a password's name. */
struct str database_url_masked(struct arena *arena, struct str url);
/* The same for any text of others, an error message for example: URLs and name=value pairs inside it. */
struct str database_text_masked(struct arena *arena, struct str text);

#endif
