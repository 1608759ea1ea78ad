/* What PostgreSQL answers: absent, unreadable, empty and filled are four different things. */
#include "database/support.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/process.h"

TestSuite(postgresql, .init = server_begin, .fini = server_end, .timeout = 120);

static void alembic_table(const char *schema)
{
    sql("CREATE TABLE %s.alembic_version (version_num varchar(32) NOT NULL,"
        " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
        schema);
}

static struct database_answer answered(struct str url)
{
    struct database_answer answer = ask_alembic(url);

    cr_assert_eq(answer.state, DATABASE_ANSWERED, STR_FMT, STR_ARG(answer.message));
    return answer;
}

Test(postgresql, an_absent_table_is_absent)
{
    struct database_answer answer = answered(url_for(NULL, NULL, NULL));

    cr_assert_eq(answer.tables.count, 1);
    cr_assert_eq(answer.tables.items[0].state, TABLE_ABSENT);
    ASSERT_TEXT(answer.tables.items[0].message, "there is no table alembic_version in any schema");
}

Test(postgresql, an_empty_table_is_empty)
{
    alembic_table("public");
    struct database_answer answer = answered(url_for(NULL, NULL, NULL));

    cr_assert_eq(answer.tables.count, 1);
    cr_assert_eq(answer.tables.items[0].state, TABLE_EMPTY);
    ASSERT_TEXT(answer.tables.items[0].schema, "public");
}

Test(postgresql, rows_come_sorted)
{
    alembic_table("public");
    sql("INSERT INTO alembic_version VALUES ('b2'), ('a1'), ('B3')");
    struct database_answer answer = answered(url_for(NULL, NULL, NULL));

    cr_assert_eq(answer.tables.items[0].state, TABLE_FILLED);
    ASSERT_TEXT(ids_of(&answer.tables.items[0]), "B3,a1,b2");
}

Test(postgresql, identity_is_what_the_server_says)
{
    struct str url = url_for(NULL, NULL, NULL);
    struct database_answer answer = answered(url);

    ASSERT_TEXT(answer.database, database_name);
    ASSERT_TEXT(answer.user, "postgres");
    ASSERT_TEXT(answer.host, "127.0.0.1");
    ASSERT_TEXT(answer.port, PQport(admin));
    ASSERT_STR(answer.system_identifier,
               sql_value("SELECT system_identifier FROM pg_control_system()"));
    ASSERT_STR(answer.server_version, sql_value("SHOW server_version"));
    ASSERT_STR(answer.shown, str_printf(&arena, "postgresql://postgres@127.0.0.1:%s/%s",
                                        PQport(admin), database_name));
}

Test(postgresql, identity_without_the_control_function_is_partly_unknown)
{
    const char *role = role_new("");

    sql("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
    alembic_table("public");
    sql("INSERT INTO alembic_version VALUES ('a1')");
    sql("GRANT SELECT ON alembic_version TO %s", role);
    struct database_answer answer = answered(url_for(role, "geheim", NULL));
    ASSERT_TEXT(answer.system_identifier, "");
    ASSERT_TEXT(answer.user, role);
    ASSERT_TEXT(ids_of(&answer.tables.items[0]), "a1");
}

Test(postgresql, every_schema_is_reported_and_the_search_path_comes_first)
{
    const char *schemas[] = {"alpha", "\"Tenant B\"", "zeta"};

    for (size_t i = 0; i < COUNT_OF(schemas); i++) {
        sql("CREATE SCHEMA %s", schemas[i]);
        alembic_table(schemas[i]);
        sql("INSERT INTO %s.alembic_version VALUES ('r%zu')", schemas[i], i);
    }
    sql("ALTER DATABASE %s SET search_path = missing, zeta, public", database_name);
    struct database_answer answer = answered(url_for(NULL, NULL, NULL));
    cr_assert_eq(answer.tables.count, 3);
    ASSERT_TEXT(answer.tables.items[0].schema, "zeta");
    ASSERT_TEXT(ids_of(&answer.tables.items[0]), "r2");
    ASSERT_TEXT(answer.tables.items[1].schema, "Tenant B");
    ASSERT_TEXT(ids_of(&answer.tables.items[1]), "r1");
    ASSERT_TEXT(answer.tables.items[2].schema, "alpha");
    ASSERT_TEXT(ids_of(&answer.tables.items[2]), "r0");
}

Test(postgresql, more_schemas_than_one_round_trip_takes)
{
    sql("DO $$ BEGIN FOR i IN 100..219 LOOP"
        " EXECUTE format('CREATE SCHEMA t%%s', i);"
        " EXECUTE format('CREATE TABLE t%%s.alembic_version (version_num text PRIMARY KEY)', i);"
        " EXECUTE format('INSERT INTO t%%s.alembic_version VALUES (%%L)', i, 'r' || i);"
        " END LOOP; END $$");
    struct database_answer answer = answered(url_for(NULL, NULL, NULL));
    cr_assert_eq(answer.tables.count, 120);
    for (size_t i = 0; i < 120; i++) {
        ASSERT_STR(answer.tables.items[i].schema, str_printf(&arena, "t%zu", i + 100));
        ASSERT_STR(ids_of(&answer.tables.items[i]), str_printf(&arena, "r%zu", i + 100));
    }
}

Test(postgresql, a_configured_schema_is_the_only_one)
{
    struct database_target target = postgresql_target(url_for(NULL, NULL, NULL));
    struct database_question question = alembic_question();

    alembic_table("public");
    sql("CREATE SCHEMA \"App-1\"");
    question.schema = STR("App-1");
    struct database_answer answer = ask(&target, &question);
    cr_assert_eq(answer.tables.count, 1);
    cr_assert_eq(answer.tables.items[0].state, TABLE_ABSENT);
    ASSERT_TEXT(answer.tables.items[0].schema, "App-1");
    ASSERT_TEXT(answer.tables.items[0].message,
                "there is no table alembic_version in the schema App-1");
    alembic_table("\"App-1\"");
    sql("INSERT INTO \"App-1\".alembic_version VALUES ('x')");
    answer = ask(&target, &question);
    cr_assert_eq(answer.tables.count, 1);
    ASSERT_TEXT(ids_of(&answer.tables.items[0]), "x");
}

Test(postgresql, quoted_identifiers_are_taken_as_they_are)
{
    struct database_target target = postgresql_target(url_for(NULL, NULL, NULL));
    struct database_question question = alembic_question();

    question.table = STR("Version\"s of; --");
    sql("CREATE TABLE \"Version\"\"s of; --\" (version_num text PRIMARY KEY)");
    sql("INSERT INTO \"Version\"\"s of; --\" VALUES ('q')");
    struct database_answer answer = ask(&target, &question);
    ASSERT_TEXT(ids_of(&answer.tables.items[0]), "q");
}

Test(postgresql, wrong_columns_are_unreadable)
{
    sql("CREATE TABLE alembic_version (id int, label text)");
    struct database_answer answer = answered(url_for(NULL, NULL, NULL));

    cr_assert_eq(answer.tables.items[0].state, TABLE_UNREADABLE);
    ASSERT_TEXT(answer.tables.items[0].message,
                "public.alembic_version is not the tracking table expected: its columns are id "
                "integer, label text; Alembic's has a text column version_num");
}

Test(postgresql, a_schema_without_usage_is_unreadable_not_absent)
{
    const char *role = role_new("");

    sql("CREATE SCHEMA hidden");
    alembic_table("hidden");
    struct database_answer answer = answered(url_for(role, "geheim", NULL));
    cr_assert_eq(answer.tables.count, 1);
    cr_assert_eq(answer.tables.items[0].state, TABLE_UNREADABLE);
    ASSERT_STR(answer.tables.items[0].message,
               str_printf(&arena, "%s has no USAGE on the schema hidden", role));
    ASSERT_STR(answer.tables.items[0].hint,
               str_printf(&arena, "GRANT USAGE ON SCHEMA \"hidden\" TO \"%s\";", role));
}

Test(postgresql, a_table_without_select_is_unreadable)
{
    const char *role = role_new("");

    alembic_table("public");
    struct database_answer answer = answered(url_for(role, "geheim", NULL));
    cr_assert_eq(answer.tables.items[0].state, TABLE_UNREADABLE);
    ASSERT_STR(answer.tables.items[0].message,
               str_printf(&arena, "%s may not read public.alembic_version", role));
    ASSERT_STR(
        answer.tables.items[0].hint,
        str_printf(&arena, "GRANT SELECT ON \"public\".\"alembic_version\" TO \"%s\";", role));
    sql("GRANT SELECT (version_num) ON alembic_version TO %s", role);
    answer = answered(url_for(role, "geheim", NULL));
    cr_assert_eq(answer.tables.items[0].state, TABLE_EMPTY, "the column's privilege is enough");
}

Test(postgresql, rows_hidden_by_a_policy_are_unreadable_not_empty)
{
    const char *role = role_new("");

    alembic_table("public");
    sql("INSERT INTO alembic_version VALUES ('a1')");
    sql("GRANT SELECT ON alembic_version TO %s", role);
    sql("ALTER TABLE alembic_version ENABLE ROW LEVEL SECURITY");
    struct database_answer answer = answered(url_for(role, "geheim", NULL));
    cr_assert_eq(answer.tables.items[0].state, TABLE_UNREADABLE);
    ASSERT_HAS(answer.tables.items[0].message, "row-level security");
}

Test(postgresql, a_locked_table_is_unreadable)
{
    struct database_target target = postgresql_target(url_for(NULL, NULL, NULL));
    struct database_question question = alembic_question();

    alembic_table("public");
    sql("BEGIN");
    sql("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE");
    target.statement_timeout_ms = 400;
    struct database_answer answer = ask(&target, &question);
    cr_assert_eq(answer.state, DATABASE_ANSWERED, STR_FMT, STR_ARG(answer.message));
    cr_assert_eq(answer.tables.items[0].state, TABLE_UNREADABLE);
    ASSERT_TEXT(answer.tables.items[0].message,
                "cannot read public.alembic_version: canceling statement due to lock timeout");
    ASSERT_HAS(answer.tables.items[0].hint, "a migration may be running right now");
    sql("ROLLBACK");
}

Test(postgresql, a_slow_table_is_unreadable)
{
    struct database_target target = postgresql_target(url_for(NULL, NULL, NULL));
    struct database_question question = alembic_question();

    sql("CREATE VIEW alembic_version AS SELECT 'a'::text AS version_num FROM pg_sleep(1000)");
    target.statement_timeout_ms = 300;
    struct database_answer answer = ask(&target, &question);
    cr_assert_eq(answer.state, DATABASE_ANSWERED, STR_FMT, STR_ARG(answer.message));
    cr_assert_eq(answer.tables.items[0].state, TABLE_UNREADABLE);
    ASSERT_TEXT(answer.tables.items[0].message,
                "cannot read public.alembic_version: canceling statement due to statement timeout");
}

Test(postgresql, views_and_partitioned_tables_are_tables)
{
    sql("CREATE SCHEMA a; CREATE SCHEMA b");
    sql("CREATE VIEW a.alembic_version AS SELECT 'v'::text AS version_num");
    sql("CREATE TABLE b.alembic_version (version_num text) PARTITION BY LIST (version_num)");
    sql("CREATE TABLE b.part PARTITION OF b.alembic_version DEFAULT");
    sql("INSERT INTO b.alembic_version VALUES ('p')");
    struct database_answer answer = answered(url_for(NULL, NULL, NULL));
    cr_assert_eq(answer.tables.count, 2);
    ASSERT_TEXT(ids_of(&answer.tables.items[0]), "v");
    ASSERT_TEXT(ids_of(&answer.tables.items[1]), "p");
}

Test(postgresql, a_view_that_writes_is_refused)
{
    sql("CREATE TABLE seen (n int)");
    sql("CREATE FUNCTION note() RETURNS text LANGUAGE sql AS"
        " $$ INSERT INTO seen VALUES (1); SELECT 'a'::text $$");
    sql("CREATE VIEW alembic_version AS SELECT note() AS version_num");
    struct database_answer answer = answered(url_for(NULL, NULL, NULL));
    cr_assert_eq(answer.tables.items[0].state, TABLE_UNREADABLE);
    ASSERT_HAS(answer.tables.items[0].message, "read-only transaction");
    ASSERT_TEXT(sql_value("SELECT count(*) FROM seen"), "0");
}

Test(postgresql, nobodys_operator_stands_in_for_the_catalogs)
{
    sql("CREATE SCHEMA evil");
    sql("CREATE FUNCTION evil.no(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false'");
    sql("CREATE FUNCTION evil.no(name, text) RETURNS boolean LANGUAGE sql AS 'SELECT false'");
    sql("CREATE OPERATOR evil.= (FUNCTION = evil.no, LEFTARG = text, RIGHTARG = text)");
    sql("CREATE OPERATOR evil.= (FUNCTION = evil.no, LEFTARG = name, RIGHTARG = text)");
    sql("ALTER DATABASE %s SET search_path = evil, public, pg_catalog", database_name);
    alembic_table("public");
    struct database_answer answer = answered(url_for(NULL, NULL, NULL));
    cr_assert_eq(answer.tables.items[0].state, TABLE_EMPTY);
}

static struct database_rows plain_rows(void)
{
    struct database_target target = postgresql_target(url_for(NULL, NULL, NULL));
    struct database_question question = {.layout = LAYOUT_PLAIN_SQL,
                                         .table = STR("schema_migrations")};
    struct database_answer answer = ask(&target, &question);

    cr_assert_eq(answer.state, DATABASE_ANSWERED, STR_FMT, STR_ARG(answer.message));
    return answer.tables.items[0];
}

Test(postgresql, plain_sql_is_one_text_key_and_a_time)
{
    static const struct {
        const char *columns;
        enum table_state state;
    } cases[] = {
        {"version text PRIMARY KEY, applied_at timestamptz DEFAULT now()", TABLE_EMPTY},
        {"version varchar(255) PRIMARY KEY", TABLE_EMPTY},
        {"filename text NOT NULL", TABLE_EMPTY},
        {"name text PRIMARY KEY, applied_at bigint", TABLE_EMPTY},
        {"version bigint PRIMARY KEY, dirty boolean", TABLE_UNREADABLE},
        {"version bigint PRIMARY KEY, inserted_at timestamp(0)", TABLE_UNREADABLE},
        {"version text PRIMARY KEY, statements text[], name text", TABLE_UNREADABLE},
        {"id serial PRIMARY KEY, version text", TABLE_UNREADABLE},
        {"id serial PRIMARY KEY, name text, hash text, executed_at timestamp", TABLE_UNREADABLE},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        sql("DROP TABLE IF EXISTS schema_migrations");
        sql("CREATE TABLE schema_migrations (%s)", cases[i].columns);
        struct database_rows rows = plain_rows();
        cr_assert_eq(rows.state, cases[i].state, "%s: " STR_FMT, cases[i].columns,
                     STR_ARG(rows.message));
    }
    sql("DROP TABLE schema_migrations");
    sql("CREATE TABLE schema_migrations (version text PRIMARY KEY, applied_at timestamptz)");
    sql("INSERT INTO schema_migrations VALUES ('002_b.sql'), ('001_ä.sql')");
    struct database_rows rows = plain_rows();
    ASSERT_TEXT(ids_of(&rows), "001_ä.sql,002_b.sql");
}

Test(postgresql, rows_without_an_id_are_unreadable)
{
    sql("CREATE VIEW schema_migrations AS SELECT NULL::text AS version");
    struct database_rows rows = plain_rows();

    cr_assert_eq(rows.state, TABLE_UNREADABLE);
    ASSERT_TEXT(rows.message, "public.schema_migrations has a row without an id");
    sql("CREATE OR REPLACE VIEW schema_migrations AS SELECT repeat('x', 100000) AS version");
    rows = plain_rows();
    ASSERT_TEXT(rows.message, "public.schema_migrations has a row with an id that is too long");
}

Test(postgresql, several_questions_on_one_connection)
{
    struct database_target target = postgresql_target(url_for(NULL, NULL, NULL));
    struct database_question alembic = alembic_question();
    struct database_question plain = {.layout = LAYOUT_PLAIN_SQL, .table = STR("applied")};
    struct database_answer answer;
    struct err e = ERR_NONE;

    alembic_table("public");
    sql("CREATE TABLE applied (version text PRIMARY KEY)");
    sql("INSERT INTO applied VALUES ('1.sql')");
    DATABASE(database);
    cr_assert(database_start(&arena, &target, &database, &e));
    database_go_on(database);
    cr_assert(database_ask(database, &arena, &alembic, &answer, &e), "%s", e.message);
    cr_assert_eq(answer.tables.items[0].state, TABLE_EMPTY);
    cr_assert(database_ask(database, &arena, &plain, &answer, &e), "%s", e.message);
    ASSERT_TEXT(ids_of(&answer.tables.items[0]), "1.sql");
    ASSERT_TEXT(answer.database, database_name);
    ASSERT_STR(sql_value("SELECT count(*) FROM pg_stat_activity WHERE application_name ="
                         " 'hookcheck' AND datname = current_database()"),
               STR("1"));
}

/* The number of the server process of our connection. */
static pid_t backend(void)
{
    uint64_t pid = 0;

    cr_assert(str_to_u64(sql_value("SELECT pid FROM pg_stat_activity WHERE application_name ="
                                   " 'hookcheck' AND datname = current_database()"),
                         &pid));
    return (pid_t)pid;
}

Test(postgresql, a_server_that_stops_answering_is_unreachable)
{
    struct database_target target = postgresql_target(url_for(NULL, NULL, NULL));
    struct database_question question = alembic_question();
    struct database_answer answer;
    struct err e = ERR_NONE;

    target.statement_timeout_ms = 300;
    DATABASE(database);
    cr_assert(database_start(&arena, &target, &database, &e));
    cr_assert(database_ask(database, &arena, &question, &answer, &e));
    cr_assert_eq(answer.state, DATABASE_ANSWERED);
    pid_t pid = backend();
    cr_assert_eq(kill(pid, SIGSTOP), 0);
    cr_assert(database_ask(database, &arena, &question, &answer, &e));
    kill(pid, SIGCONT);
    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
    ASSERT_HAS(answer.message, "is connected but did not answer in 300 ms");
    /* It may answer now, but these would be the answers to the question before. */
    cr_assert(database_ask(database, &arena, &question, &answer, &e));
    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
}

Test(postgresql, a_connection_that_breaks_is_unreachable)
{
    struct database_target target = postgresql_target(url_for(NULL, NULL, NULL));
    struct database_question question = alembic_question();
    struct database_answer answer;
    struct err e = ERR_NONE;

    DATABASE(database);
    cr_assert(database_start(&arena, &target, &database, &e));
    cr_assert(database_ask(database, &arena, &question, &answer, &e));
    sql("SELECT pg_terminate_backend(%ld, 60000)", (long)backend());
    cr_assert(database_ask(database, &arena, &question, &answer, &e));
    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
    ASSERT_HAS(answer.message, "lost the connection to postgresql://postgres@127.0.0.1:");
    ASSERT_HAS(answer.message, "terminating connection due to administrator command");
    ASSERT_LACKS(answer.message, "LOCATION");
}

Test(postgresql, options_of_the_url_are_kept)
{
    struct str url =
        str_printf(&arena, STR_FMT "?options=-csearch_path%%3Dother&application_name=mine",
                   STR_ARG(url_for(NULL, NULL, NULL)));

    sql("CREATE SCHEMA other");
    alembic_table("other");
    alembic_table("public");
    struct database_answer answer = answered(url);
    cr_assert_eq(answer.tables.count, 2);
    ASSERT_TEXT(answer.tables.items[0].schema, "other");
}

Test(postgresql, a_conninfo_string_and_a_service_work)
{
    char path[] = "/tmp/hookcheck-service-XXXXXX";
    int fd = mkstemp(path);
    struct str text =
        str_printf(&arena, "[prod]\nhost=127.0.0.1\nport=%s\ndbname=%s\nuser=postgres\n",
                   PQport(admin), database_name);

    cr_assert_eq(write(fd, text.bytes, text.length), (ssize_t)text.length);
    close(fd);
    alembic_table("public");
    setenv("PGSERVICEFILE", path, 1);
    setenv("PGPASSWORD", PQpass(admin), 1);
    struct database_answer answer = answered(STR("service=prod"));
    ASSERT_TEXT(answer.database, database_name);
    answer = answered(str_printf(&arena, "host=127.0.0.1 port=%s user=postgres dbname='%s'",
                                 PQport(admin), database_name));
    ASSERT_TEXT(answer.database, database_name);
    unlink(path);
    answer = ask_alembic(STR("service=prod"));
    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
    ASSERT_HAS(answer.message, "cannot connect to service=prod: ");
}

Test(postgresql, the_environment_does_not_choose_the_database)
{
    static const char *const names[] = {
        "PGDATABASE", "PGUSER",    "PGHOST",    "PGPORT",
        "PGHOSTADDR", "PGSERVICE", "PGOPTIONS", "PGTARGETSESSIONATTRS"};
    static const char *const values[] = {
        "postgres",  "nobody_else", "192.0.2.1",          "1",
        "192.0.2.1", "missing",     "-csearch_path=evil", "standby"};
    struct str url = url_for(NULL, NULL, NULL);

    for (size_t i = 0; i < COUNT_OF(names); i++)
        setenv(names[i], values[i], 1);
    struct database_answer answer = answered(url);
    ASSERT_TEXT(answer.database, database_name);
    ASSERT_TEXT(answer.user, "postgres");
    /* A URL without a database: its user's, never PGDATABASE. */
    const char *role = role_new("");
    sql("CREATE DATABASE %s", role);
    url = url_for(role, "geheim", "");
    answer = answered(str_prefix(url, url.length - 1));
    ASSERT_TEXT(answer.database, role);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        cr_assert_str_eq(getenv(names[i]), values[i], "%s is put back for commands", names[i]);
    sql("DROP DATABASE %s WITH (FORCE)", role);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        unsetenv(names[i]); /* the test's own connections would use them */
}
