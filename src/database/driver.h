/* driver.h -- what the drivers share; included only inside src/database.
 *
 * A driver's `ask` fills the answer completely or calls answer_unreachable(); it returns false only for limits and internal
 * faults. `start` may leave `failure` for `ask` to report.
 */
#ifndef HOOKCHECK_DATABASE_DRIVER_H
#define HOOKCHECK_DATABASE_DRIVER_H

#include "database/database.h"

struct driver {
    bool (*start)(struct database *database, struct err *e);
    void (*go_on)(struct database *database); /* may be NULL */
    bool (*ask)(struct database *database, struct arena *arena,
                const struct database_question *question, struct database_answer *answer,
                struct err *e);
    void (*stop)(struct database *database); /* may be NULL */
};
extern const struct driver postgresql_driver, sqlite_driver, mysql_driver, command_driver;

struct database {
    struct arena *arena; /* of database_start */
    const struct driver *driver;
    struct database_target target;
    struct str shown;
    struct str failure, failure_hint; /* set: nothing can be asked */
    void *state;                      /* the driver's own */
};

/* Makes the answer "unreachable"; returns true, so that an `ask` can end with it. */
bool answer_unreachable(struct database_answer *answer, struct str message, struct str hint);
/* A clock_ms() value: `timeout_ms` from now, but not after the target's deadline. */
uint64_t limit_from_now(const struct database *database, uint64_t timeout_ms);

/* --- The columns of a tracking table. --- */
struct column {
    struct str name;
    struct str type; /* as the database names it */
    bool is_text, is_time, is_primary;
    bool is_loose; /* the type says little of what is in it (SQLite) */
};
VEC_DEFINE(columns, struct column);

/* Which column holds the ids? On failure *ret_message says what is there instead. */
bool layout_find_column(struct arena *arena, enum table_layout layout,
                        const struct columns *columns, struct str *ret_column,
                        struct str *ret_message);
/* Is this the table that `reading` describes? On failure *ret_message says what is there instead. */
bool layout_matches(struct arena *arena, const struct table_reading *reading,
                    const struct columns *columns, struct str *ret_message);
/* Is it there, and of the class behind ':' if there is one? */
bool layout_has_column(const struct table_reading *reading, const struct columns *columns,
                       struct str wanted);
/* The name that a column of the tracker has here. */
struct str layout_column_name(const struct table_reading *reading, struct str column);

/* --- SELECTs of trackers (select.c). --- */
enum select_kind { SELECT_APPLIED, SELECT_FAILED, SELECT_LOCKED, SELECT_KINDS };
struct select_names {
    struct str table, beside; /* quoted, with their schema; beside is empty where there is none */
    struct str (*quote)(struct arena *arena, struct str name, bool literal);
};
/* The text to run; empty: nothing is to be asked. A SELECT of {beside} counts only where that table is there. */
struct str select_text(struct arena *arena, const struct table_reading *reading,
                       enum select_kind kind, enum database_driver driver,
                       const struct columns *columns, const struct select_names *names);
/* Which result column holds what; absent ones are -1. */
struct select_places {
    int id, name, checksum, state, ord, applied_at;
};
struct select_places select_places(int (*find)(const void *result, const char *name),
                                   const void *result);
/* Adds a row, with the state that its SELECT stands for when it names none. */
void select_add(struct arena *arena, struct database_rows *rows, enum select_kind kind,
                struct database_row row);
/* Makes ids of rows, sorts, drops doubles, sets the state. */
void select_finish(struct arena *arena, struct database_rows *rows);

/* Between two marks, those inside doubled: no server here lets a backslash mean anything. */
struct str text_quoted(struct arena *arena, struct str text, char mark);

/* A name that people give to "when was it applied", whatever the type. */
bool column_is_named_as_time(struct str name);
/* Sorts, drops doubles, sets the state. */
void rows_finish(struct database_rows *rows);
bool rows_unreadable(struct database_rows *rows, struct str message, struct str hint); /* true */

/* --- Text of others. --- */
/* One line without control characters, at most 400 bytes, secrets masked; `secret` (may be empty) is masked wherever it
 * stands. */
struct str text_for_people(struct arena *arena, struct str text, struct str secret);
/* Is this word the name of a secret? "sslpassword", "DB_PASSWORD", "--api-key", "SecretAccessKey". */
bool names_secret(struct arena *arena, struct str word);
struct str seconds_text(struct arena *arena, uint64_t ms); /* "5 s", "300 ms" */
/* "postgresql://user@host:port/database"; sockets as "postgresql://user@/database?host=/path". */
struct str url_render(struct arena *arena, struct str user, struct str host, struct str port,
                      struct str database);

/* --- The external command. --- */
struct command {
    struct strs arguments;
    struct str directory;
    uint64_t timeout_ms;
};
/* Runs it; false when it could not be started, did not end with 0 or said too much: *ret_message says so, without the
 * command's name. */
bool command_run(struct arena *arena, const struct command *command, struct str *ret_output,
                 struct str *ret_message);
/* "command: aws lambda invoke …", without secrets. */
struct str command_shown(struct arena *arena, const struct strs *arguments);
/* What a command's words say; false: unreachable, and *ret_message says why. */
bool command_answer_read(struct arena *arena, struct str text, enum table_layout layout,
                         struct database_answer *answer, struct str *ret_message);
/* The status document that `aws lambda invoke` writes to stdout when its payload goes to a file. */
bool invoke_status_is_good(struct arena *arena, struct str text, struct str *ret_message);

#endif
