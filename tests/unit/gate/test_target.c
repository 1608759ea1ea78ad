#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/target.h"

#include "cr_str.h"

static const struct {
    const char *url;
    enum database_driver driver;
    const char *expected; /* NULL: refused */
} cases[] = {
    {"postgresql://app:secret@db/credmate", DRIVER_POSTGRESQL,
     "postgresql://app:secret@db/credmate"},
    {"postgresql+psycopg2://app@db/credmate", DRIVER_POSTGRESQL, "postgresql://app@db/credmate"},
    {"postgres+asyncpg://app@db/credmate", DRIVER_POSTGRESQL, "postgres://app@db/credmate"},
    {"host=db dbname=credmate", DRIVER_POSTGRESQL, "host=db dbname=credmate"},
    {"  postgresql://db/x\n", DRIVER_POSTGRESQL, "postgresql://db/x"},
    {"sqlite:app.db", DRIVER_SQLITE, "/repo/app.db"},
    {"sqlite:///data/app.db", DRIVER_SQLITE, "/repo/data/app.db"},
    {"sqlite:////srv/app.db?mode=ro", DRIVER_SQLITE, "/srv/app.db"},
    {"sqlite+pysqlite:///app.db", DRIVER_SQLITE, "/repo/app.db"},
    {"sqlite://", DRIVER_SQLITE, NULL},
    {"mysql://app:secret@db/x", DRIVER_MYSQL, "mysql://app:secret@db/x"},
    {"mysql+pymysql://app@db/x", DRIVER_MYSQL, "mysql://app@db/x"},
    {"mysql2://app@db/x", DRIVER_MYSQL, "mysql2://app@db/x"},
    {"mariadb://app@db/x", DRIVER_MYSQL, "mariadb://app@db/x"},
    {"mongodb://root:secret@db/x", DRIVER_POSTGRESQL, NULL},
    {"env:OTHER", DRIVER_POSTGRESQL, NULL},
    {"file:/etc/passwd", DRIVER_POSTGRESQL, NULL},
    {"secret", DRIVER_POSTGRESQL, NULL},
    {"", DRIVER_POSTGRESQL, NULL},
};

Test(target, urls)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ARENA(arena, 1 << 20);
        struct database_target target = {0};
        struct err e = ERR_NONE;
        bool known = target_from_url(&arena, str_from(cases[i].url), STR("/repo"), &target, &e);
        cr_assert_eq(known, cases[i].expected != NULL, "%s: %s", cases[i].url, e.message);
        if (!known) {
            cr_assert_eq(e.kind, ERR_UNREACHABLE, "%s", cases[i].url);
            cr_assert_null(strstr(e.message, "secret"), "%s", e.message);
            continue;
        }
        cr_assert_eq(target.driver, cases[i].driver, "%s", cases[i].url);
        assert_str(target.url, cases[i].expected);
    }
}

Test(target, a_variable_that_is_not_set_is_named)
{
    ARENA(arena, 1 << 20);
    struct config config = {.work_tree = STR("/")};
    struct config_database source = {.kind = DATABASE_ENVIRONMENT, .value = STR("NO_SUCH_URL")};
    struct database_target target;
    struct err e = ERR_NONE;

    unsetenv("NO_SUCH_URL");
    cr_assert(!target_make(&arena, &config, &source, 0, &target, &e));
    cr_assert_eq(e.kind, ERR_UNREACHABLE);
    cr_assert_str_eq(
        e.message, "the environment variable NO_SUCH_URL, which holds the database URL, is not set "
                   "where the agent or the hook was started");
    e = ERR_NONE;
    setenv("NO_SUCH_URL", "postgresql://db/x", 1);
    cr_assert(target_make(&arena, &config, &source, 0, &target, &e), "%s", e.message);
    assert_str(target.url, "postgresql://db/x");
}

Test(target, url_from_a_command)
{
    ARENA(arena, 8 << 20);
    struct config config = {.work_tree = STR("/")};
    struct config_database source = {.kind = DATABASE_URL_FROM};
    struct database_target target;
    struct err e = ERR_NONE;

    VEC_PUSH(&arena, &source.arguments, STR("printf"));
    VEC_PUSH(&arena, &source.arguments, STR("postgresql://app:secret@db/x\\n"));
    cr_assert(target_make(&arena, &config, &source, 0, &target, &e), "%s", e.message);
    assert_str(target.url, "postgresql://app:secret@db/x");
    source.arguments.items[0] = STR("false");
    cr_assert(!target_make(&arena, &config, &source, 0, &target, &e));
    cr_assert_str_eq(e.message,
                     "the command that gives the database URL (false) ended with status 1");
    e = ERR_NONE;
    source.arguments.items[0] = STR("true");
    cr_assert(!target_make(&arena, &config, &source, 0, &target, &e));
    cr_assert_str_eq(e.message, "the command that gives the database URL (true) printed nothing");
}

Test(target, a_sets_own_database_comes_first)
{
    ARENA(arena, 1 << 20);
    struct config_environment environment = {
        .database = {.kind = DATABASE_URL, .value = STR("postgresql://a/a")}};
    struct config_named_database own = {
        .migrations = STR("billing"),
        .database = {.kind = DATABASE_URL, .value = STR("postgresql://b/b")}};

    VEC_PUSH(&arena, &environment.databases, own);
    assert_str(target_source(&environment, STR("billing"))->value, "postgresql://b/b");
    assert_str(target_source(&environment, STR("api"))->value, "postgresql://a/a");
    environment.database.kind = DATABASE_NONE;
    cr_assert_null(target_source(&environment, STR("api")));
    cr_assert_null(target_source(NULL, STR("api")));
}

/* --- "file:./dev.db" --- */

static void write_file(const char *directory, const char *name, const char *bytes, size_t length)
{
    char path[400];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    cr_assert_eq(fwrite(bytes, 1, length, file), length);
    cr_assert_eq(fclose(file), 0);
}

Test(target, a_file_url_is_prismas_database)
{
    static const char sqlite[] = "SQLite format 3\0rest";
    ARENA(arena, 1 << 20);
    char directory[] = "/tmp/hookcheck_target_XXXXXX", path[400];
    struct database_target target = {0};
    struct err e = ERR_NONE;

    cr_assert_not_null(mkdtemp(directory));
    struct str root = str_from(directory);
    struct config config = {.work_tree = root};
    struct config_database source = {.kind = DATABASE_FILE, .value = STR("dev.db")};
    snprintf(path, sizeof path, "%s/prisma", directory);
    cr_assert_eq(mkdir(path, 0700), 0);

    cr_assert(!target_from_url(&arena, STR("file:./dev.db"), root, &target, &e));
    cr_assert_str_eq(e.message, "the URL begins with \"file:\", and no SQLite database is there");

    e = ERR_NONE;
    write_file(directory, "prisma/dev.db", sqlite, sizeof sqlite);
    cr_assert(target_from_url(&arena, STR("file:./dev.db?connection_limit=1"), root, &target, &e),
              "%s", e.message);
    cr_assert_eq(target.driver, DRIVER_SQLITE);
    snprintf(path, sizeof path, "%s/prisma/dev.db", directory);
    assert_str(target.url, path);
    cr_assert(target_from_url(&arena, str_printf(&arena, "file://%s", path), root, &target, &e));
    assert_str(target.url, path);
    cr_assert(target_from_url(&arena, STR("file:../prisma/dev.db"), root, &target, &e));
    assert_str(target.url, path);

    /* In the configuration too, where a file of that name would hold a URL. */
    cr_assert(target_make(&arena, &config, &source, 0, &target, &e), "%s", e.message);
    assert_str(target.url, path);
    write_file(directory, "dev.db", "postgresql://db/x\n", strlen("postgresql://db/x\n"));
    source.value = STR("./dev.db");
    cr_assert(target_from_url(&arena, STR("file:dev.db"), root, &target, &e), "%s", e.message);
    assert_str(target.url, path);

    write_file(directory, "dev.db", "", 0);
    cr_assert(!target_from_url(&arena, STR("file:dev.db"), root, &target, &e));
    cr_assert(strstr(e.message, "which database a \"file:\" URL means is not known"), "%s",
              e.message);
    cr_assert_eq(unlink(path), 0);
    snprintf(path, sizeof path, "%s/prisma", directory);
    cr_assert_eq(rmdir(path), 0);
    snprintf(path, sizeof path, "%s/dev.db", directory);
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(rmdir(directory), 0);
}
