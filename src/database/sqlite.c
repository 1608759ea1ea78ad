/* sqlite.c -- a file of SQLite, read without leaving a trace.
 *
 * A database in WAL mode wants to make -wal and -shm files even for readers. Where there is no -wal file (nobody has it open, and
 * nothing waits in it), it is opened as immutable, which makes none and also works in a directory that cannot be written.
 * Source: sqlite.org/wal.html ("Read-Only Databases"), sqlite.org/fileformat.html (bytes 18 and 19), sqlite.org/uri.html.
 */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/process.h"
#include "database/driver.h"

struct sqlite {
    sqlite3 *handle;
    struct str path;
    uint64_t limit; /* of the question under way */
};

static void statement_finalize(sqlite3_stmt **statement)
{
    sqlite3_finalize(*statement);
}
#define STATEMENT(name) CLEANUP_WITH(statement_finalize) sqlite3_stmt *name = NULL

static void descriptor_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static bool sqlite_start(struct database *database, struct err *e)
{
    struct sqlite *state = ARENA_NEW(database->arena, struct sqlite);
    struct arena *arena = database->arena;

    (void)e;
    state->path = path_join(arena, database->target.directory, database->target.url);
    database->state = state;
    database->shown = str_printf(arena, "sqlite:" STR_FMT, STR_ARG(state->path));
    if (str_is_empty(database->target.url) || str_has_nul(database->target.url)) {
        database->failure =
            STR("cannot open a SQLite database: its path is empty or holds a NUL byte");
        database->failure_hint = STR("write sqlite:FILE");
    }
    return true;
}

static void sqlite_stop(struct database *database)
{
    struct sqlite *state = database->state;

    if (state && state->handle) {
        sqlite3_close_v2(state->handle);
        state->handle = NULL;
    }
}

static bool cannot_open(const struct database *database, struct database_answer *answer,
                        const char *why, const char *hint)
{
    struct arena *arena = database->arena;

    return answer_unreachable(
        answer, str_printf(arena, "cannot open " STR_FMT ": %s", STR_ARG(database->shown), why),
        str_from(hint));
}

/* Looks at the file before SQLite does: it would wait at a FIFO, and says "unable to open database file" to everything.
 * True when the answer is given already. */
static bool refuse_file(const struct database *database, struct database_answer *answer,
                        bool *ret_has_wal_mode)
{
    const struct sqlite *state = database->state;
    char *path = str_c(database->arena, state->path);
    unsigned char header[20] = {0};
    struct stat status;

    CLEANUP_WITH(descriptor_close)
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return cannot_open(database, answer, "no such file",
                           "check the path: relative ones start at the root of the work tree");
    if (fd < 0 || fstat(fd, &status) != 0)
        return cannot_open(database, answer, strerror(errno), "check the file's owner and mode");
    if (!S_ISREG(status.st_mode))
        return cannot_open(database, answer, "not a regular file", "check the path");
    ssize_t got = pread(fd, header, sizeof header, 0);
    if (got < 0)
        return cannot_open(database, answer, strerror(errno), "check the file");
    if (got > 0 && (got < (ssize_t)sizeof header || memcmp(header, "SQLite format 3", 16) != 0))
        return cannot_open(database, answer, "it is not a SQLite database",
                           "check the path; an encrypted database needs a command that answers");
    *ret_has_wal_mode = header[18] == 2 || header[19] == 2;
    return false;
}

static bool wal_is_empty(struct arena *arena, struct str path)
{
    struct stat status;

    if (stat(str_printf(arena, STR_FMT "-wal", STR_ARG(path)).bytes, &status) != 0)
        return errno == ENOENT;
    return status.st_size == 0;
}

static struct str uri_of(struct arena *arena, struct str path, bool immutable)
{
    struct buf uri = buf_new(arena, path.length * 3 + 40);

    buf_add(&uri, STR("file:"));
    for (size_t i = 0; i < path.length; i++) {
        if (str_contains(STR("%?#"), str_slice(path, i, i + 1)))
            buf_printf(&uri, "%%%02X", (unsigned)(unsigned char)path.bytes[i]);
        else
            buf_add_byte(&uri, path.bytes[i]);
    }
    buf_add(&uri, immutable ? STR("?mode=ro&immutable=1") : STR("?mode=ro"));
    return buf_str(&uri);
}

static int interrupt_at_limit(void *context)
{
    const struct sqlite *state = context;

    return clock_ms() >= state->limit;
}

static bool query_failed(const struct database *database, struct database_answer *answer)
{
    const struct sqlite *state = database->state;
    struct arena *arena = database->arena;
    int code = sqlite3_extended_errcode(state->handle);
    const char *hint = "check the file with: sqlite3 FILE 'PRAGMA integrity_check'";

    if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
        hint = "another process is writing, maybe a migration: try again after it";
    else if ((code & 0xff) == SQLITE_INTERRUPT)
        hint = "it takes too long to read: is the table a view?";
    else if ((code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY)
        hint = "open it once with sqlite3: a writer left a journal or -wal file";
    struct str words = text_for_people(arena, str_from(sqlite3_errmsg(state->handle)), STR_NONE);
    return answer_unreachable(answer,
                              str_printf(arena, "cannot read " STR_FMT ": " STR_FMT,
                                         STR_ARG(database->shown), STR_ARG(words)),
                              str_from(hint));
}

/* True: open. False: the answer is "unreachable" by now. */
static bool sqlite_open(struct database *database, struct database_answer *answer)
{
    struct sqlite *state = database->state;
    bool has_wal_mode = false;

    if (state->handle)
        return true;
    if (refuse_file(database, answer, &has_wal_mode))
        return false;
    bool immutable = has_wal_mode && wal_is_empty(database->arena, state->path);
    struct str uri = uri_of(database->arena, state->path, immutable);
    int code = sqlite3_open_v2(uri.bytes, &state->handle,
                               SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        cannot_open(database, answer, sqlite3_errstr(code), "check the file's owner and mode");
        sqlite_stop(database);
        return false;
    }
    sqlite3_extended_result_codes(state->handle, 1);
    sqlite3_progress_handler(state->handle, 1000, interrupt_at_limit, state);
    sqlite3_db_config(state->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(state->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (sqlite3_exec(state->handle, "PRAGMA query_only = 1", NULL, NULL, NULL) != SQLITE_OK)
        return !query_failed(database, answer);
    return true;
}

static sqlite3_stmt *prepare(const struct sqlite *state, struct str sql, struct str parameter)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(state->handle, sql.bytes, (int)sql.length, &statement, NULL) !=
        SQLITE_OK)
        return NULL;
    if (sqlite3_bind_parameter_count(statement) &&
        sqlite3_bind_text(statement, 1, parameter.bytes, (int)parameter.length, SQLITE_TRANSIENT) !=
            SQLITE_OK) {
        sqlite3_finalize(statement);
        return NULL;
    }
    return statement;
}

static struct str column_text(struct arena *arena, sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    if (!text)
        return STR_NONE;
    return str_copy(arena,
                    str_of((const char *)text, (size_t)sqlite3_column_bytes(statement, column)));
}

/* SQLite's own rule for the affinity of a declared type; without a type anything goes. */
static bool type_is_text(struct arena *arena, struct str type)
{
    struct str lower = str_lower(arena, type);

    return str_is_empty(lower) || str_contains(lower, STR("char")) ||
           str_contains(lower, STR("clob")) || str_contains(lower, STR("text")) ||
           str_contains(lower, STR("string"));
}

static bool type_is_time(struct arena *arena, struct str type)
{
    struct str lower = str_lower(arena, type);

    return str_contains(lower, STR("date")) || str_contains(lower, STR("time"));
}

static bool read_columns(const struct database *database, struct arena *arena, struct str table,
                         struct columns *columns, struct database_answer *answer)
{
    const struct sqlite *state = database->state;
    int step;

    STATEMENT(statement);
    statement = prepare(state, STR("SELECT name, type, pk FROM pragma_table_info(?1)"), table);
    if (!statement)
        return !query_failed(database, answer);
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
        struct column column = {.name = column_text(arena, statement, 0),
                                .type = column_text(arena, statement, 1),
                                .is_primary = sqlite3_column_int(statement, 2) > 0};
        column.is_loose = true;
        column.is_time = type_is_time(arena, column.type);
        column.is_text = !column.is_time && type_is_text(arena, column.type);
        VEC_PUSH(arena, columns, column);
    }
    return step == SQLITE_DONE || !query_failed(database, answer);
}

static struct str quote(struct arena *arena, struct str name, bool literal)
{
    return text_quoted(arena, name, literal ? '\'' : '"');
}

static bool read_ids(const struct database *database, struct arena *arena, struct str table,
                     struct str column, struct database_rows *rows, struct database_answer *answer)
{
    const struct sqlite *state = database->state;
    int step;

    STATEMENT(statement);
    statement = prepare(state,
                        str_printf(arena, "SELECT " STR_FMT " FROM " STR_FMT,
                                   STR_ARG(quote(arena, column, false)),
                                   STR_ARG(quote(arena, table, false))),
                        STR_NONE);
    if (!statement)
        return !query_failed(database, answer);
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
        int type = sqlite3_column_type(statement, 0);
        if (type != SQLITE_TEXT && type != SQLITE_INTEGER)
            return rows_unreadable(
                rows, str_printf(arena, STR_FMT " has a row without an id", STR_ARG(table)),
                STR_NONE);
        struct str id = column_text(arena, statement, 0);
        if (id.length > DATABASE_ID_MAX || rows->ids.count == DATABASE_ROWS_MAX)
            return rows_unreadable(rows,
                                   str_printf(arena, STR_FMT " has %s", STR_ARG(table),
                                              id.length > DATABASE_ID_MAX ? "an id that is too long"
                                                                          : "too many rows"),
                                   STR_NONE);
        VEC_PUSH(arena, &rows->ids, id);
    }
    if (step != SQLITE_DONE)
        return !query_failed(database, answer);
    rows_finish(rows);
    return true;
}

/* False: unreachable by now. *ret_table is the name as the database spells it; empty when there is none. */
static bool find_table(const struct database *database, struct arena *arena, struct str wanted,
                       struct str *ret_table, struct database_answer *answer)
{
    const struct sqlite *state = database->state;

    STATEMENT(statement);
    statement = prepare(state,
                        STR("SELECT name FROM main.sqlite_master WHERE type IN ('table', 'view')"
                            " AND name = ?1 COLLATE NOCASE"),
                        wanted);
    int step = statement ? sqlite3_step(statement) : SQLITE_ERROR;
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        return !query_failed(database, answer);
    *ret_table = step == SQLITE_ROW ? column_text(arena, statement, 0) : STR_NONE;
    return true;
}

/* --- A tracker's own SELECTs. --- */

static int find_column(const void *result, const char *name)
{
    sqlite3_stmt *statement = (sqlite3_stmt *)(uintptr_t)result;

    for (int i = 0; i < sqlite3_column_count(statement); i++)
        if (sqlite3_stricmp(sqlite3_column_name(statement, i), name) == 0)
            return i;
    return -1;
}

static struct str value(struct arena *arena, sqlite3_stmt *statement, int column)
{
    return column < 0 ? STR_NONE
                      : str_prefix(column_text(arena, statement, column), DATABASE_VALUE_MAX);
}

/* False: unreachable by now. */
static bool run_select(const struct database *database, struct arena *arena, struct str sql,
                       enum select_kind kind, struct str table, struct database_rows *rows,
                       struct database_answer *answer)
{
    STATEMENT(statement);
    int step;

    statement = prepare(database->state, sql, STR_NONE);
    if (!statement)
        return !query_failed(database, answer);
    struct select_places at = select_places(find_column, statement);
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *fault = NULL;
        int type = at.id < 0 ? SQLITE_NULL : sqlite3_column_type(statement, at.id);
        struct database_row row = {
            .id = at.id < 0 ? STR_NONE : column_text(arena, statement, at.id),
            .name = value(arena, statement, at.name),
            .checksum = value(arena, statement, at.checksum),
            .state = value(arena, statement, at.state),
            .ord = value(arena, statement, at.ord),
            .applied_at = value(arena, statement, at.applied_at),
        };
        if (type != SQLITE_TEXT && type != SQLITE_INTEGER)
            fault = "has a row without an id";
        else if (row.id.length > DATABASE_ID_MAX)
            fault = "has a row with an id that is too long";
        else if (rows->rows.count == DATABASE_ROWS_MAX)
            fault = "has too many rows";
        if (fault)
            return rows_unreadable(rows, str_printf(arena, STR_FMT " %s", STR_ARG(table), fault),
                                   STR_NONE);
        select_add(arena, rows, kind, row);
    }
    return step == SQLITE_DONE || !query_failed(database, answer);
}

static bool read_given(const struct database *database, struct arena *arena,
                       const struct database_question *question, struct str table,
                       const struct columns *columns, struct database_rows *rows,
                       struct database_answer *answer)
{
    const struct table_reading *reading = question->reading;
    struct select_names names = {.table = quote(arena, table, false), .quote = quote};
    struct str beside = STR_NONE;

    if (reading->beside.length && !find_table(database, arena, reading->beside, &beside, answer))
        return false;
    if (beside.length)
        names.beside = quote(arena, beside, false);
    for (int kind = 0; kind < SELECT_KINDS; kind++) {
        struct str sql =
            select_text(arena, reading, (enum select_kind)kind, DRIVER_SQLITE, columns, &names);
        if (sql.length &&
            !run_select(database, arena, sql, (enum select_kind)kind, table, rows, answer))
            return false;
        if (rows->message.length)
            return true;
    }
    select_finish(arena, rows);
    return true;
}

/* False: unreachable by now. */
static bool read_table(const struct database *database, struct arena *arena,
                       const struct database_question *question, struct database_rows *rows,
                       struct database_answer *answer)
{
    struct columns columns = {0};
    struct str table = STR_NONE, column = STR_NONE, message = STR_NONE;

    if (!str_is_empty(question->schema) && !str_eq(question->schema, STR("main"))) {
        rows->state = TABLE_ABSENT;
        rows->message =
            str_printf(arena, "SQLite has no schema " STR_FMT, STR_ARG(question->schema));
        return true;
    }
    if (!find_table(database, arena, question->table, &table, answer))
        return false;
    if (str_is_empty(table)) {
        rows->state = TABLE_ABSENT;
        rows->message = str_printf(arena, "there is no table " STR_FMT, STR_ARG(question->table));
        rows->hint = STR("nothing was ever applied there, or it is another file");
        return true;
    }
    if (!read_columns(database, arena, table, &columns, answer))
        return false;
    bool given = question->layout == LAYOUT_GIVEN;
    if (given ? !layout_matches(arena, question->reading, &columns, &message)
              : !layout_find_column(arena, question->layout, &columns, &column, &message))
        return rows_unreadable(
            rows,
            str_printf(arena, STR_FMT " is not the tracking table expected: " STR_FMT,
                       STR_ARG(table), STR_ARG(message)),
            STR("where another tool keeps it: set \"table\" of the migration set"));
    if (given)
        return read_given(database, arena, question, table, &columns, rows, answer);
    return read_ids(database, arena, table, column, rows, answer);
}

static bool sqlite_ask(struct database *database, struct arena *arena,
                       const struct database_question *question, struct database_answer *answer,
                       struct err *e)
{
    struct sqlite *state = database->state;
    struct database_rows rows = {.schema = question->schema};

    if (str_has_nul(question->table))
        return err_set(e, ERR_INPUT, "a table name with a NUL byte");
    uint64_t now = clock_ms();
    state->limit = limit_from_now(database, database->target.statement_timeout_ms);
    if (!sqlite_open(database, answer))
        return true;
    sqlite3_busy_timeout(state->handle, state->limit > now ? (int)(state->limit - now) : 1);
    if (!read_table(database, arena, question, &rows, answer))
        return true;
    VEC_PUSH(arena, &answer->tables, rows);
    answer->state = DATABASE_ANSWERED;
    answer->database = path_real(arena, state->path);
    answer->server_version = str_from(sqlite3_libversion());
    return true;
}

const struct driver sqlite_driver = {
    .start = sqlite_start,
    .ask = sqlite_ask,
    .stop = sqlite_stop,
};
