/* Through PgBouncer in transaction mode: every transaction may run on another server connection, settings outside of one are lost,
 * and startup parameters that it does not know are refused. */
#include "database/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[] = "/tmp/hookcheck-pooler-XXXXXX";
static pid_t pooler;
static int pooler_port;

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert_eq(bind(fd, (struct sockaddr *)&address, length), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static struct str configuration(int port)
{
    struct str path = str_printf(&arena, "%s/pgbouncer.ini", directory);
    FILE *file = fopen(path.bytes, "w");

    cr_assert_not_null(file);
    fprintf(file,
            "[databases]\n* = host=127.0.0.1 port=%s user=%s password=%s\n"
            "[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\n"
            "auth_type = any\npool_mode = transaction\n",
            PQport(admin), PQuser(admin), PQpass(admin), port);
    fclose(file);
    return path;
}

/* Starts it and reads its log until it says that it is up; false when it ends before. */
static bool start(int port)
{
    struct str path = configuration(port);
    char line[1024];
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    pooler = fork();
    if (pooler == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (getuid() == 0)
            execlp("pgbouncer", "pgbouncer", "-u", "nobody", path.bytes, NULL);
        else
            execlp("pgbouncer", "pgbouncer", path.bytes, NULL);
        perror("pgbouncer (package pgbouncer)");
        _exit(127);
    }
    close(ends[1]);
    FILE *log = fdopen(ends[0], "r");
    struct str said = STR_NONE;
    while (fgets(line, sizeof line, log)) {
        said = str_copy(&arena, str_from(line));
        if (str_contains(said, STR("process up")))
            return true; /* the pipe stays open: it would die of writing to a closed one */
    }
    fclose(log);
    waitpid(pooler, NULL, 0);
    cr_assert(str_contains(said, STR("in use")) || str_contains(said, STR("listen")), STR_FMT,
              STR_ARG(said));
    return false;
}

static void begin(void)
{
    /* Debian keeps it where only root's PATH looks. */
    setenv("PATH", str_printf(&arena, "%s:/usr/sbin", getenv("PATH")).bytes, 1);
    server_begin();
    cr_assert(mkdtemp(directory));
    chmod(directory, 0755);
    for (int attempt = 0; attempt < 5; attempt++) {
        pooler_port = free_port();
        if (start(pooler_port))
            return;
    }
    cr_assert_fail("pgbouncer found no free port");
}

static void end(void)
{
    kill(pooler, SIGKILL);
    waitpid(pooler, NULL, 0);
    unlink(str_printf(&arena, "%s/pgbouncer.ini", directory).bytes);
    rmdir(directory);
    server_end();
}

TestSuite(pooler, .init = begin, .fini = end, .timeout = 120);

Test(pooler, answers_as_the_server_would)
{
    struct database_target target = postgresql_target(
        str_printf(&arena, "postgresql://app@127.0.0.1:%d/%s", pooler_port, database_name));
    struct database_question question = alembic_question();
    struct database_answer answer;
    struct err e = ERR_NONE;

    sql("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)");
    sql("INSERT INTO alembic_version VALUES ('a1')");
    setenv("PGOPTIONS", "-c geqo=off", 1);
    setenv("PGTZ", "UTC", 1);
    DATABASE(database);
    cr_assert(database_start(&arena, &target, &database, &e));
    for (int i = 0; i < 3; i++) {
        cr_assert(database_ask(database, &arena, &question, &answer, &e), "%s", e.message);
        cr_assert_eq(answer.state, DATABASE_ANSWERED, STR_FMT, STR_ARG(answer.message));
        ASSERT_TEXT(ids_of(&answer.tables.items[0]), "a1");
        ASSERT_TEXT(answer.database, database_name);
        ASSERT_STR(answer.system_identifier,
                   sql_value("SELECT system_identifier FROM pg_control_system()"));
    }
    unsetenv("PGOPTIONS");
    unsetenv("PGTZ");
}

Test(pooler, leaves_no_setting_behind)
{
    struct str url =
        str_printf(&arena, "postgresql://app@127.0.0.1:%d/%s", pooler_port, database_name);

    cr_assert_eq(ask_alembic(url).state, DATABASE_ANSWERED);
    PGconn *conn = PQconnectdb(url.bytes);
    PGresult *result = PQexec(conn, "SELECT current_setting('statement_timeout'),"
                                    " current_setting('search_path'),"
                                    " current_setting('transaction_read_only')");
    cr_assert_eq(PQresultStatus(result), PGRES_TUPLES_OK, "%s", PQerrorMessage(conn));
    cr_assert_str_eq(PQgetvalue(result, 0, 0), "0");
    cr_assert_str_eq(PQgetvalue(result, 0, 1), "\"$user\", public");
    cr_assert_str_eq(PQgetvalue(result, 0, 2), "off");
    PQclear(result);
    PQfinish(conn);
}

Test(pooler, a_server_behind_it_that_is_missing_is_unreachable)
{
    struct database_answer answer = ask_alembic(
        str_printf(&arena, "postgresql://app@127.0.0.1:%d/no_such_database", pooler_port));

    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
    ASSERT_HAS(answer.message, "no_such_database");
}
