/* SQLite: nothing is created, nothing is changed, and what cannot be read is not taken for empty. */
#include "database/support.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

static char directory[] = "/tmp/hookcheck-sqlite-XXXXXX";

static void begin(void)
{
    cr_assert(mkdtemp(directory));
}

static void end(void)
{
    struct strs names = {0};
    struct err e = ERR_NONE;

    chmod(directory, 0700);
    cr_assert(file_list(&arena, str_from(directory), &names, &e));
    for (size_t i = 0; i < names.count; i++)
        unlink(path_join(&arena, str_from(directory), names.items[i]).bytes);
    rmdir(directory);
    arena_release(&arena);
}

TestSuite(sqlite, .init = begin, .fini = end, .timeout = 120);

static struct str path_of(const char *name)
{
    return path_join(&arena, str_from(directory), str_from(name));
}

static sqlite3 *writer(const char *name, const char *statements)
{
    sqlite3 *handle;
    char *message = NULL;

    cr_assert_eq(sqlite3_open(path_of(name).bytes, &handle), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(handle, statements, NULL, NULL, &message), SQLITE_OK, "%s", message);
    return handle;
}

static void make(const char *name, const char *statements)
{
    sqlite3_close(writer(name, statements));
}

static void put(const char *name, const char *bytes)
{
    int fd = open(path_of(name).bytes, O_WRONLY | O_CREAT, 0600);

    cr_assert_eq(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
    close(fd);
}

static struct database_answer ask_file(const char *name, enum table_layout layout)
{
    struct database_target target = {.driver = DRIVER_SQLITE,
                                     .url = str_from(name),
                                     .directory = str_from(directory),
                                     .statement_timeout_ms = 200};
    struct database_question question = {
        .layout = layout,
        .table = layout == LAYOUT_ALEMBIC ? STR("alembic_version") : STR("schema_migrations")};

    return ask(&target, &question);
}

static struct database_rows rows_in(const char *name, enum table_layout layout)
{
    struct database_answer answer = ask_file(name, layout);

    cr_assert_eq(answer.state, DATABASE_ANSWERED, STR_FMT, STR_ARG(answer.message));
    cr_assert_eq(answer.tables.count, 1);
    return answer.tables.items[0];
}

static struct str unreachable(const char *name)
{
    struct database_answer answer = ask_file(name, LAYOUT_ALEMBIC);

    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
    cr_assert_not(str_is_empty(answer.hint));
    return answer.message;
}

static size_t files(void)
{
    struct strs names = {0};
    struct err e = ERR_NONE;

    cr_assert(file_list(&arena, str_from(directory), &names, &e));
    return names.count;
}

#define ALEMBIC "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);"

Test(sqlite, absent_empty_and_filled)
{
    struct database_rows rows;

    make("app.db", "CREATE TABLE users (id int);");
    rows = rows_in("app.db", LAYOUT_ALEMBIC);
    cr_assert_eq(rows.state, TABLE_ABSENT);
    ASSERT_TEXT(rows.message, "there is no table alembic_version");
    make("app.db", ALEMBIC);
    cr_assert_eq(rows_in("app.db", LAYOUT_ALEMBIC).state, TABLE_EMPTY);
    make("app.db", "INSERT INTO alembic_version VALUES ('b'), ('a')");
    rows = rows_in("app.db", LAYOUT_ALEMBIC);
    cr_assert_eq(rows.state, TABLE_FILLED);
    ASSERT_TEXT(ids_of(&rows), "a,b");
    cr_assert_eq(files(), 1);
}

Test(sqlite, it_is_shown_by_its_path)
{
    make("a ?#%.db", ALEMBIC);
    struct database_answer answer = ask_file("a ?#%.db", LAYOUT_ALEMBIC);

    cr_assert_eq(answer.state, DATABASE_ANSWERED, STR_FMT, STR_ARG(answer.message));
    ASSERT_STR(answer.shown, str_printf(&arena, "sqlite:%s/a ?#%%.db", directory));
    ASSERT_STR(answer.database, path_of("a ?#%.db"));
}

Test(sqlite, an_absent_file_is_unreachable_and_not_created)
{
    ASSERT_STR(unreachable("missing.db"),
               str_printf(&arena, "cannot open sqlite:%s/missing.db: no such file", directory));
    cr_assert_eq(files(), 0);
}

Test(sqlite, what_is_no_database_is_unreachable)
{
    put("text.db", "this is only text, but long enough for a header");
    ASSERT_HAS(unreachable("text.db"), "it is not a SQLite database");
    put("short.db", "SQLite");
    ASSERT_HAS(unreachable("short.db"), "it is not a SQLite database");
    ASSERT_HAS(unreachable("."), "not a regular file");
    cr_assert_eq(mkfifo(path_of("fifo.db").bytes, 0600), 0);
    ASSERT_HAS(unreachable("fifo.db"), "not a regular file");
    make("broken.db", ALEMBIC);
    cr_assert_eq(truncate(path_of("broken.db").bytes, 2048), 0);
    ASSERT_HAS(unreachable("broken.db"), "malformed");
}

Test(sqlite, an_empty_file_is_an_empty_database)
{
    put("empty.db", "");
    cr_assert_eq(rows_in("empty.db", LAYOUT_ALEMBIC).state, TABLE_ABSENT);
}

Test(sqlite, wrong_columns_are_unreadable)
{
    make("app.db", "CREATE TABLE alembic_version (id INTEGER PRIMARY KEY)");
    struct database_rows rows = rows_in("app.db", LAYOUT_ALEMBIC);

    cr_assert_eq(rows.state, TABLE_UNREADABLE);
    ASSERT_TEXT(rows.message, "alembic_version is not the tracking table expected: its columns are "
                              "id INTEGER; Alembic's has a text column version_num");
}

Test(sqlite, plain_sql_with_a_time_of_any_type)
{
    static const struct {
        const char *columns;
        enum table_state state;
    } cases[] = {
        {"version TEXT PRIMARY KEY, applied_at TEXT DEFAULT CURRENT_TIMESTAMP", TABLE_EMPTY},
        {"version TEXT PRIMARY KEY, applied_at INTEGER", TABLE_EMPTY},
        {"name VARCHAR(255) PRIMARY KEY, run DATETIME", TABLE_EMPTY},
        {"version TEXT PRIMARY KEY, checksum TEXT", TABLE_UNREADABLE},
        {"version BIGINT PRIMARY KEY, dirty BOOLEAN", TABLE_UNREADABLE},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        make("app.db", str_printf(&arena,
                                  "DROP TABLE IF EXISTS schema_migrations; "
                                  "CREATE TABLE schema_migrations (%s)",
                                  cases[i].columns)
                           .bytes);
        struct database_rows rows = rows_in("app.db", LAYOUT_PLAIN_SQL);
        cr_assert_eq(rows.state, cases[i].state, "%s: " STR_FMT, cases[i].columns,
                     STR_ARG(rows.message));
    }
}

Test(sqlite, a_row_without_an_id_is_unreadable)
{
    make("app.db", "CREATE TABLE alembic_version (version_num TEXT);"
                   "INSERT INTO alembic_version VALUES ('a'), (NULL)");
    ASSERT_TEXT(rows_in("app.db", LAYOUT_ALEMBIC).message,
                "alembic_version has a row without an id");
}

Test(sqlite, a_locked_database_is_unreachable)
{
    sqlite3 *handle = writer("app.db", ALEMBIC "BEGIN EXCLUSIVE;");
    struct database_answer answer = ask_file("app.db", LAYOUT_ALEMBIC);

    sqlite3_close(handle);
    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
    ASSERT_HAS(answer.message, "database is locked");
    ASSERT_HAS(answer.hint, "another process is writing");
}

Test(sqlite, a_slow_view_ends_at_the_limit)
{
    make("app.db",
         "CREATE VIEW alembic_version AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
         "SELECT i + 1 FROM n) SELECT CAST('x' AS TEXT) AS version_num FROM n WHERE i < 0");
    struct database_answer answer = ask_file("app.db", LAYOUT_ALEMBIC);
    struct str message =
        answer.state == DATABASE_ANSWERED ? answer.tables.items[0].message : answer.message;

    ASSERT_HAS(message, "interrupted");
}

Test(sqlite, wal_is_read_with_what_waits_in_it)
{
    sqlite3 *handle =
        writer("app.db", "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;" ALEMBIC
                         "INSERT INTO alembic_version VALUES ('in-wal')");
    struct database_rows rows = rows_in("app.db", LAYOUT_ALEMBIC);

    ASSERT_TEXT(ids_of(&rows), "in-wal");
    sqlite3_close(handle);
}

Test(sqlite, a_closed_wal_database_is_read_without_making_files)
{
    make("app.db", "PRAGMA journal_mode = WAL;" ALEMBIC "INSERT INTO alembic_version VALUES ('a')");
    cr_assert_eq(files(), 1);
    struct database_rows rows = rows_in("app.db", LAYOUT_ALEMBIC);
    ASSERT_TEXT(ids_of(&rows), "a");
    cr_assert_eq(files(), 1);
}

/* As another user, since root may write everywhere; the file is not ours then. */
Test(sqlite, a_directory_that_cannot_be_written_is_enough)
{
    make("app.db", "PRAGMA journal_mode = WAL;" ALEMBIC "INSERT INTO alembic_version VALUES ('a')");
    chmod(path_of("app.db").bytes, 0444);
    chmod(directory, 0555);
    pid_t pid = fork();
    if (pid == 0) {
        if (getuid() == 0 && setuid(65534) != 0)
            _exit(2);
        struct database_rows rows = rows_in("app.db", LAYOUT_ALEMBIC);
        _exit(str_eq(ids_of(&rows), STR("a")) ? 0 : 1);
    }
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert_eq(status, 0);
}

Test(sqlite, a_file_that_may_not_be_read_is_unreachable)
{
    make("app.db", ALEMBIC);
    chmod(path_of("app.db").bytes, 0000);
    pid_t pid = fork();
    if (pid == 0) {
        if (getuid() == 0 && setuid(65534) != 0)
            _exit(2);
        _exit(str_contains(unreachable("app.db"), STR("Permission denied")) ? 0 : 1);
    }
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert_eq(status, 0);
}

Test(sqlite, a_schema_other_than_main_is_absent)
{
    struct database_target target = {
        .driver = DRIVER_SQLITE, .url = STR("app.db"), .directory = str_from(directory)};
    struct database_question question = alembic_question();

    make("app.db", ALEMBIC);
    question.schema = STR("tenant");
    struct database_answer answer = ask(&target, &question);
    cr_assert_eq(answer.tables.items[0].state, TABLE_ABSENT);
    ASSERT_TEXT(answer.tables.items[0].message, "SQLite has no schema tenant");
    question.schema = STR("main");
    cr_assert_eq(ask(&target, &question).tables.items[0].state, TABLE_EMPTY);
}
