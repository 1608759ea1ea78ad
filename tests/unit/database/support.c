#include "database/support.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};
PGconn *admin;
const char *database_name;

static void ignore_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static PGconn *connect_to(const char *url, const char *database)
{
    const char *const keywords[] = {"dbname", "dbname", NULL};
    const char *const values[] = {url, database, NULL};
    PGconn *conn = PQconnectdbParams(database ? keywords : keywords + 1,
                                     database ? values : (const char *const[]){url, NULL}, 1);

    cr_assert_eq(PQstatus(conn), CONNECTION_OK, "%s", PQerrorMessage(conn));
    PQsetNoticeProcessor(conn, ignore_notice, NULL);
    return conn;
}

static const char *server_url(void)
{
    const char *url = getenv("HOOKCHECK_TEST_POSTGRES");

    cr_assert(url && *url,
              "HOOKCHECK_TEST_POSTGRES is not set: use tests/run, or tests/postgres start DIR");
    return url;
}

static void run(PGconn *conn, const char *text)
{
    PGresult *result = PQexec(conn, text);
    ExecStatusType status = PQresultStatus(result);

    cr_assert(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "%s: %s", text,
              PQerrorMessage(conn));
    PQclear(result);
}

void server_begin(void)
{
    PGconn *conn = connect_to(server_url(), NULL);

    database_name = str_printf(&arena, "hookcheck_%ld", (long)getpid()).bytes;
    run(conn, str_printf(&arena, "DROP DATABASE IF EXISTS %s WITH (FORCE)", database_name).bytes);
    run(conn, str_printf(&arena, "CREATE DATABASE %s", database_name).bytes);
    PQfinish(conn);
    admin = connect_to(url_for(NULL, NULL, NULL).bytes, NULL);
}

void server_end(void)
{
    PQfinish(admin);
    PGconn *conn = connect_to(server_url(), NULL);
    run(conn, str_printf(&arena, "DROP DATABASE IF EXISTS %s WITH (FORCE)", database_name).bytes);
    PQfinish(conn);
    arena_release(&arena);
}

void sql(const char *format, ...)
{
    char text[4096];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    run(admin, text);
}

struct str sql_value(const char *text)
{
    PGresult *result = PQexec(admin, text);

    cr_assert_eq(PQresultStatus(result), PGRES_TUPLES_OK, "%s: %s", text, PQerrorMessage(admin));
    struct str value =
        str_copy(&arena, str_from(PQntuples(result) ? PQgetvalue(result, 0, 0) : ""));
    PQclear(result);
    return value;
}

const char *role_new(const char *attributes)
{
    const char *name = str_printf(&arena, "role_%ld", (long)getpid()).bytes;

    sql("DROP ROLE IF EXISTS %s", name);
    sql("CREATE ROLE %s LOGIN PASSWORD 'geheim' %s", name, attributes);
    return name;
}

static const char *part(PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword; options++)
        if (str_eq(str_from(options->keyword), str_from(keyword)))
            return options->val;
    return NULL;
}

struct str url_for(const char *user, const char *password, const char *database)
{
    PQconninfoOption *options = PQconninfoParse(server_url(), NULL);

    cr_assert_not_null(options);
    if (!user)
        password = part(options, "password");
    struct str url = str_printf(
        &arena, "postgresql://%s:%s@%s:%s/%s", user ? user : part(options, "user"), password,
        part(options, "host"), part(options, "port"), database ? database : database_name);
    PQconninfoFree(options);
    return url;
}

struct database_target postgresql_target(struct str url)
{
    return (struct database_target){.driver = DRIVER_POSTGRESQL,
                                    .url = url,
                                    .directory = STR("/"),
                                    .connect_timeout_ms = 60000,
                                    .statement_timeout_ms = 60000};
}

struct database_question alembic_question(void)
{
    return (struct database_question){.layout = LAYOUT_ALEMBIC, .table = STR("alembic_version")};
}

static struct database_answer ask_how(const struct database_target *target,
                                      const struct database_question *question, bool in_thread)
{
    struct database_answer answer;
    struct err e = ERR_NONE;

    DATABASE(database);
    cr_assert(database_start(&arena, target, &database, &e), "%s", e.message);
    if (in_thread)
        database_go_on(database);
    cr_assert(database_ask(database, &arena, question, &answer, &e), "%s", e.message);
    return answer;
}

/* Both ways of connecting must come to the same. */
struct database_answer ask(const struct database_target *target,
                           const struct database_question *question)
{
    struct database_answer answer = ask_how(target, question, true);

    if (target->driver != DRIVER_POSTGRESQL)
        return answer;
    struct database_answer waited = ask_how(target, question, false);
    cr_assert_eq(waited.state, answer.state);
    cr_assert(str_eq(waited.message, answer.message), STR_FMT "\n" STR_FMT, STR_ARG(waited.message),
              STR_ARG(answer.message));
    cr_assert(str_eq(waited.hint, answer.hint));
    return answer;
}

struct database_answer ask_alembic(struct str url)
{
    struct database_target target = postgresql_target(url);
    struct database_question question = alembic_question();

    return ask(&target, &question);
}

struct str ids_of(const struct database_rows *rows)
{
    return str_join(&arena, rows->ids.items, rows->ids.count, STR(","));
}
