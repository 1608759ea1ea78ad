/* Connection strings: shown without secrets, and taken from what people and secret stores write. */
#include "database/support.h"

#include <stdlib.h>

static void end(void)
{
    arena_release(&arena);
}

TestSuite(url, .fini = end, .timeout = 120);

static const struct {
    const char *url, *shown;
} masked[] = {
    {"postgresql://app:geheim@db.example:5432/credmate",
     "postgresql://app@db.example:5432/credmate"},
    {"postgres://app@db.example/credmate", "postgresql://app@db.example/credmate"},
    {"postgresql://app:ge%40heim@db/x?sslmode=require", "postgresql://app@db/x"},
    {"postgresql://db/x?user=app&password=geheim", "postgresql://app@db/x"},
    {"postgresql://db/x?sslpassword=geheim", "postgresql://db/x"},
    {"postgresql://app:geheim@[::1]:5433/x", "postgresql://app@[::1]:5433/x"},
    {"postgresql://app:geheim@a:1,b:2/x", "postgresql://app@a,b:1,2/x"},
    {"postgresql://app:geheim@/x?host=/var/run/postgresql",
     "postgresql://app@/x?host=/var/run/postgresql"},
    {"postgresql://app:ge@heim@db/x", "postgresql://***@db/x"},
    {"postgresql://app:ge/heim@db/x", "postgresql://***@db/x"},
    {"postgresql://app:ge?heim@db/x", "postgresql://app@db/x"},
    {"postgresql://app:ge#heim@db/x", "postgresql://app@db/x"},
    {"postgresql://app:%zzgeheim@db/x", "postgresql://***@db/x"},
    {"postgresql://app:geheim", "postgresql://***"},
    {"postgresql://app:12geheim/x", "postgresql://***"},
    {"postgresql+asyncpg://app:geheim@db/x?ssl=true", "postgresql+asyncpg://***@db/x?***"},
    {"mysql://app:geheim@db/x", "mysql://app@db:3306/x"},
    {"mysql://app:geheim@db/x?password=geheim", "mysql://app@db:3306/x"},
    {"mysql+pymysql://app:geh%40eim@db:3307/x?charset=utf8mb4", "mysql://app@db:3307/x"},
    {"mariadb://app:ge@heim@db/x", "mysql://app@db:3306/x"},
    {"mysql2://app:geheim@[::1]:3307/x", "mysql://app@[::1]:3307/x"},
    {"mysql://app:geheim@/x?unix_socket=/run/mysqld/mysqld.sock",
     "mysql://app@/x?socket=/run/mysqld/mysqld.sock"},
    {"mysql://app:geheim@%2Frun%2Fs/x", "mysql://app@/x?socket=/run/s"},
    {"mysql://app:geheim@", "mysql://app@localhost:3306/"},
    {"mysql://app:ge/heim@db/x", "mysql://***@db/x"},
    {"mysql://app:12/heim@db/x", "mysql://***@db/x"},
    {"mysql://app:12?heim@db/x", "mysql://***"},
    {"mysql://app:ge#heim@db/x", "mysql://***@db/x"},
    {"mysql://app:12#heim@db/x", "mysql://***@db/x"},
    {"mysql://app:%zzgeheim@db/x", "mysql://***@db/x"},
    {"mysql://app:geheim%", "mysql://***"},
    {"mysql://app:geheim%4", "mysql://***"},
    {"mysql://app:geheim@db:99999/x", "mysql://***@db:99999/x"},
    {"mysql://app:geheim", "mysql://***"},
    {"host=db user=app password=geheim dbname=x", "postgresql://app@db/x"},
    {"host=db password='ge heim' dbname=x", "postgresql://db/x"},
    {"host=db password='it''s geheim", "host=db ***"},
    {"host=db password = 'ge\\'heim' dbname=x", "postgresql://db/x"},
    {"host=db passwrod=geheim user=x", "host=db ***"},
    {"host='geheim", "***"},
    {"service=prod password=geheim", "service=prod"},
    {"dbname=postgresql://app:geheim@db/x", "dbname=postgresql://***@db/x"},
    {"geheim", "***"},
    {"", ""},
    {"  postgresql://app:geheim@db/x\n", "postgresql://app@db/x"},
};

Test(url, is_shown_without_its_password)
{
    for (size_t i = 0; i < COUNT_OF(masked); i++) {
        struct str shown = database_url_masked(&arena, str_from(masked[i].url));
        ASSERT_TEXT(shown, masked[i].shown);
        ASSERT_LACKS(shown, "heim");
    }
    ASSERT_TEXT(database_url_masked(&arena, STR("postgresql://a:b\0c@d/e")), "***");
}

Test(url, is_masked_inside_other_text)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"could not connect to postgresql://app:geheim@db/x: refused",
         "could not connect to postgresql://***@db/x: refused"},
        {"redis://:geheim@cache and amqp://u:ge@heim@mq", "redis://***@cache and amqp://***@mq"},
        {"PGPASSWORD=geheim psql", "PGPASSWORD=*** psql"},
        {"{\"SecretString\": \"geheim \\\" geheim\", \"a\": 1}",
         "{\"SecretString\": ***, \"a\": 1}"},
        {"token: geheim, next", "token: ***, next"},
        {"password authentication failed for user \"app\"",
         "password authentication failed for user \"app\""},
        {"AWS_SECRET_ACCESS_KEY=geheim", "AWS_SECRET_ACCESS_KEY=***"},
        {"password=", "password="},
        {"see https://example.com/path", "see https://example.com/path"},
        {"password='geheim", "password=***"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ASSERT_TEXT(database_text_masked(&arena, str_from(cases[i].text)), cases[i].shown);
}

static struct str target_text(const char *url)
{
    struct database_target target = {0};
    struct err e = ERR_NONE;

    if (!database_target_from_url(&arena, str_from(url), STR("/srv/app"), &target, &e)) {
        cr_assert_eq(e.kind, ERR_INPUT);
        return str_printf(&arena, "error: %s", e.message);
    }
    ASSERT_TEXT(target.directory, "/srv/app");
    return str_printf(&arena, "%s " STR_FMT,
                      target.driver == DRIVER_SQLITE  ? "sqlite"
                      : target.driver == DRIVER_MYSQL ? "mysql"
                                                      : "postgresql",
                      STR_ARG(target.url));
}

Test(url, becomes_a_target)
{
    static const struct {
        const char *url, *target;
    } cases[] = {
        {"postgres://u:p@h/d", "postgresql postgresql://u:p@h/d"},
        {" postgresql+psycopg2://u:p@h/d\n", "postgresql postgresql://u:p@h/d"},
        {"postgresql://u@h/d?schema=public&sslmode=require&connection_limit=1",
         "postgresql postgresql://u@h/d?sslmode=require"},
        {"postgresql://u@h/d?pgbouncer=true", "postgresql postgresql://u@h/d"},
        {"host=h dbname=d", "postgresql host=h dbname=d"},
        {"service=prod", "postgresql service=prod"},
        {"sqlite:app.db", "sqlite /srv/app/app.db"},
        {"sqlite:/var/app.db", "sqlite /var/app.db"},
        {"sqlite:///data/app.db", "sqlite /srv/app/data/app.db"},
        {"sqlite:////var/app.db", "sqlite /var/app.db"},
        {"sqlite+aiosqlite:///app.db?mode=rw", "sqlite /srv/app/app.db"},
        {"sqlite://", "error: the SQLite URL names no file"},
        {"sqlite::memory:", "error: the SQLite URL names no file"},
        {"mysql://u:p@h/d", "mysql mysql://u:p@h/d"},
        {" mysql+pymysql://u:p@h/d\n", "mysql mysql+pymysql://u:p@h/d"},
        {"mysql2://u:p@h/d", "mysql mysql2://u:p@h/d"},
        {"trilogy://u:p@h/d", "mysql trilogy://u:p@h/d"},
        {"mariadb+mariadbconnector://u:p@h/d", "mysql mariadb+mariadbconnector://u:p@h/d"},
        {"mysqlx://u:geheim@h/d", "error: a database URL of the kind mysqlx:// is not supported"},
        {"geheim", "error: that is no database URL"},
        {"  ", "error: the database URL is empty"},
        {"postgresql://h/a\npostgresql://h/b", "error: the database URL is more than one line"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ASSERT_TEXT(target_text(cases[i].url), cases[i].target);
}

static struct str from_command(const char *script)
{
    struct str items[] = {STR("sh"), STR("-c"), str_from(script)};
    struct strs arguments = {.items = items, .count = 3, .capacity = 3};
    struct str url;
    struct err e = ERR_NONE;

    if (!database_url_from_command(&arena, &arguments, STR("/"), 60000, &url, &e)) {
        cr_assert_eq(e.kind, ERR_UNREACHABLE);
        return str_printf(&arena, "error: %s", e.message);
    }
    return url;
}

Test(url, comes_from_a_command)
{
    ASSERT_TEXT(from_command("echo ' postgresql://u:p@h/d '; echo"), "postgresql://u:p@h/d");
    ASSERT_TEXT(from_command("echo '\"postgresql://u:p@h/d\"'"), "postgresql://u:p@h/d");
    ASSERT_TEXT(from_command("echo '{\"url\": \"postgresql://u:p@h/d\"}'"), "postgresql://u:p@h/d");
    ASSERT_TEXT(from_command("echo '{\"DATABASE_URL\": \"postgresql://u:p@h/d\"}'"),
                "postgresql://u:p@h/d");
    ASSERT_TEXT(
        from_command("echo '{\"username\": \"ap p\", \"password\": \"p@s:s/w?#%\", \"engine\": "
                     "\"postgres\", \"host\": \"db.example\", \"port\": 5432, \"dbname\": \"x\"}'"),
        "postgresql://ap%20p:p%40s%3As%2Fw%3F%23%25@db.example:5432/x");
    ASSERT_TEXT(from_command("echo '{\"user\": \"u\", \"host\": \"::1\", \"port\": \"5433\", "
                             "\"database\": \"x\"}'"),
                "postgresql://u@[::1]:5433/x");
}

Test(url, a_command_that_fails_gives_none)
{
    ASSERT_HAS(from_command("echo 'AccessDenied' >&2; exit 254"),
               ": it ended with status 254: AccessDenied");
    ASSERT_HAS(from_command("exit 0"), ": it printed nothing");
    ASSERT_HAS(from_command("echo a; echo b"), ": it printed more than one line");
    ASSERT_HAS(from_command("echo '{\"url\": '"), ": its output is neither a URL nor JSON");
    ASSERT_HAS(from_command("echo '{\"username\": \"u\", \"password\": \"geheim\"}'"),
               "the secret has no host");
    ASSERT_TEXT(
        from_command("echo '{\"username\": \"u\", \"password\": \"p@s\", \"engine\": "
                     "\"aurora-mysql\", \"host\": \"h\", \"port\": 3306, \"dbname\": \"x\"}'"),
        "mysql://u:p%40s@h:3306/x");
    ASSERT_HAS(from_command("echo '{\"engine\": \"oracle\", \"host\": \"h\"}'"),
               "the secret is for another kind of database: oracle");
}
