/* Why a server was not reached: one sentence each, with the way out and without the password. */
#include "database/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(unreachable, .init = server_begin, .fini = server_end, .timeout = 120);

static struct database_answer unreachable(struct str url)
{
    struct database_answer answer = ask_alembic(url);

    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
    cr_assert_eq(answer.tables.count, 0);
    cr_assert_not(str_is_empty(answer.hint));
    ASSERT_LACKS(answer.message, "geheim");
    ASSERT_LACKS(answer.shown, "geheim");
    ASSERT_LACKS(answer.message, "\n");
    return answer;
}

/* A socket that listens; *ret_port is its port. */
static int listener(int *ret_port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;

    cr_assert_eq(bind(fd, (struct sockaddr *)&address, length), 0);
    cr_assert_eq(listen(fd, 5), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static struct str local_url(int port)
{
    return str_printf(&arena, "postgresql://app:geheim@127.0.0.1:%d/credmate", port);
}

Test(unreachable, nothing_listens)
{
    int port;

    close(listener(&port));
    struct database_answer answer = unreachable(local_url(port));
    ASSERT_STR(answer.message,
               str_printf(&arena,
                          "cannot connect to postgresql://app@127.0.0.1:%d/credmate: "
                          "Connection refused",
                          port));
    ASSERT_TEXT(answer.hint, "is the server running, and is this the right host and port?");
}

Test(unreachable, no_such_socket)
{
    struct database_answer answer =
        unreachable(STR("postgresql://app:geheim@/credmate?host=/nonexistent"));

    ASSERT_TEXT(answer.message, "cannot connect to postgresql://app@/credmate?host=/nonexistent: "
                                "No such file or directory");
    ASSERT_HAS(answer.hint, "the directory of its socket");
}

Test(unreachable, accepts_and_never_answers)
{
    int port, fd = listener(&port);
    struct database_target target = postgresql_target(local_url(port));
    struct database_question question = alembic_question();

    target.connect_timeout_ms = 300;
    struct database_answer answer = ask(&target, &question);
    close(fd);
    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
    ASSERT_STR(answer.message,
               str_printf(&arena,
                          "cannot connect to postgresql://app@127.0.0.1:%d/credmate: no answer in "
                          "300 ms",
                          port));
}

/* The thread that connects is told to stop, and nobody waits for its time limit. */
Test(unreachable, stopped_before_it_was_asked)
{
    int port, fd = listener(&port);
    struct database_target target = postgresql_target(local_url(port));
    struct database *database = NULL, *second = NULL;
    struct err e = ERR_NONE;

    target.connect_timeout_ms = 100000; /* longer than the test may take */
    cr_assert(database_start(&arena, &target, &database, &e), "%s", e.message);
    database_go_on(database);
    database_stop(&database);
    cr_assert_null(database);
    /* Nothing is left that a second one would wait for. */
    cr_assert(database_start(&arena, &target, &second, &e), "%s", e.message);
    database_go_on(second);
    database_stop(&second);
    close(fd);
}

/* The library may be loaded ahead; whoever needs it first waits for it. */
Test(unreachable, expected_and_then_asked)
{
    int port;

    close(listener(&port));
    database_expect_postgresql();
    database_expect_postgresql();
    ASSERT_HAS(unreachable(local_url(port)).message, "Connection refused");
}

Test(unreachable, the_connect_timeout_of_the_url_counts)
{
    int port, fd = listener(&port);
    struct database_answer answer =
        unreachable(str_printf(&arena, STR_FMT "?connect_timeout=1", STR_ARG(local_url(port))));

    close(fd);
    ASSERT_HAS(answer.message, "no answer in 1 s");
}

Test(unreachable, speaks_something_else)
{
    int port, fd = listener(&port);
    pid_t pid = fork();

    if (pid == 0) {
        for (;;) {
            int peer = accept(fd, NULL, NULL);
            char request[64];
            if (read(peer, request, sizeof request) > 0 &&
                write(peer, "HTTP/1.1 400 Bad Request\r\n\r\n", 28) < 0)
                _exit(1);
            close(peer);
        }
    }
    struct database_answer answer = unreachable(local_url(port));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(fd);
    ASSERT_HAS(answer.hint, "what listens there is no PostgreSQL");
}

Test(unreachable, wrong_password)
{
    const char *role = role_new("");
    struct database_answer answer = unreachable(url_for(role, "xx-geheim-xx", NULL));

    ASSERT_STR(answer.message,
               str_printf(&arena,
                          "cannot connect to postgresql://%s@127.0.0.1:%s/%s: password "
                          "authentication failed for user \"%s\"",
                          role, PQport(admin), database_name, role));
    ASSERT_HAS(answer.hint, "check the user's password");
}

Test(unreachable, no_password)
{
    const char *role = role_new("");
    struct database_answer answer = unreachable(
        str_printf(&arena, "postgresql://%s@127.0.0.1:%s/%s", role, PQport(admin), database_name));

    ASSERT_HAS(answer.message, "no password supplied");
    ASSERT_HAS(answer.hint, "PGPASSWORD");
}

Test(unreachable, no_such_database)
{
    struct database_answer answer = unreachable(url_for(NULL, NULL, "credmate_prod"));

    ASSERT_HAS(answer.message, "database \"credmate_prod\" does not exist");
    ASSERT_TEXT(answer.hint, "check the database's name in the URL");
}

Test(unreachable, no_privilege_to_connect)
{
    const char *role = role_new("");

    sql("REVOKE CONNECT ON DATABASE %s FROM PUBLIC", database_name);
    struct database_answer answer = unreachable(url_for(role, "geheim", NULL));
    ASSERT_HAS(answer.message, "permission denied for database");
    ASSERT_HAS(answer.hint, "CONNECT");
}

Test(unreachable, too_many_connections)
{
    const char *role = role_new("CONNECTION LIMIT 0");
    struct database_answer answer = unreachable(url_for(role, "geheim", NULL));

    ASSERT_HAS(answer.message, "too many connections for role");
    ASSERT_HAS(answer.hint, "no free connection");
}

Test(unreachable, the_server_has_no_tls)
{
    struct database_answer answer = unreachable(
        str_printf(&arena, STR_FMT "?sslmode=require", STR_ARG(url_for(NULL, NULL, NULL))));

    ASSERT_HAS(answer.message, "server does not support SSL, but SSL was required");
    ASSERT_HAS(answer.hint, "TLS");
}

Test(unreachable, the_server_wants_tls)
{
    struct database_answer answer = unreachable(url_for("tls_only", "geheim", NULL));

    ASSERT_HAS(answer.message, "pg_hba.conf rejects connection");
    ASSERT_HAS(answer.hint, "sslmode=require");
}

Test(unreachable, no_such_host)
{
    struct database_answer answer =
        unreachable(STR("postgresql://app:geheim@db.invalid:5432/credmate"));

    ASSERT_HAS(answer.message, "cannot connect to postgresql://app@db.invalid:5432/credmate: could "
                               "not translate host name \"db.invalid\"");
    ASSERT_HAS(answer.hint, "check the host's name");
}

Test(unreachable, a_deadline_in_the_past_ends_at_once)
{
    int port, fd = listener(&port);
    struct database_target target = postgresql_target(local_url(port));
    struct database_question question = alembic_question();

    target.deadline_ms = 1;
    struct database_answer answer = ask(&target, &question);
    close(fd);
    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
    ASSERT_HAS(answer.message, "no time was left");
}

Test(unreachable, malformed_urls_do_not_show_their_password)
{
    static const char *const urls[] = {
        "postgresql://app:ge@heim-geheim@127.0.0.1:1/db",
        "postgresql://app:ge/heim-geheim@127.0.0.1:1/db",
        "postgresql://app:geheim/x@127.0.0.1:1/db",
        "postgresql://app:%zzgeheim@127.0.0.1:1/db",
        "postgresql://app:geheim@127.0.0.1:x/db",
        "postgresql://127.0.0.1:1/db?password=geheim&nonsense=geheim",
        "host=127.0.0.1 port=1 password='geheim",
        "host=127.0.0.1 port=1 password=ab geheim",
        "host=127.0.0.1 passwrod=geheim",
        "geheim",
        "postgresql://app:geheim",
    };

    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct database_answer answer = unreachable(str_from(urls[i]));
        ASSERT_LACKS(answer.message, "heim");
        ASSERT_LACKS(answer.shown, "heim");
        ASSERT_LACKS(answer.hint, "heim");
    }
}
