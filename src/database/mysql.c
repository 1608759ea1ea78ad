/* mysql.c -- a server of MySQL or MariaDB: connecting, and one statement at a time, with a limit on every wait. */
#include "database/mysql.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/process.h"
#include "database/handshake.h"

static void fail(struct database *database, struct str what, const char *hint)
{
    database->failure = str_printf(database->arena, "cannot connect to " STR_FMT ": " STR_FMT,
                                   STR_ARG(database->shown), STR_ARG(what));
    database->failure_hint = str_from(hint);
}

#ifdef HOOKCHECK_MYSQL

#include <errmsg.h>
#include <mysqld_error.h>

/* Of the client's own stack, on which it looks up names and opens TLS. */
#define STACK_BYTES ((size_t)512 << 10)
#define PACKET_MAX ((unsigned long)64 << 20)

/* A dead name server must not hold us for half a minute inside getaddrinfo(), which has no time limit. */
#define RESOLVER_VARIABLE "RES_OPTIONS"

/* Ways to log in that do not send the password as it is. */
static const char secret_plugins[] = "mysql_native_password,caching_sha2_password,sha256_password,"
                                     "client_ed25519,auth_gssapi_client";

static bool set_options(struct mysql_link *link, struct arena *arena)
{
    const struct mysql_address *address = &link->address;
    my_bool yes = 1;
    unsigned int local_files = 0;
    size_t stack = STACK_BYTES;
    bool done;

    /* A server may ask its client for files: never. */
    done = mysql_options(link->handle, MYSQL_OPT_NONBLOCK, &stack) == 0 &&
           mysql_options(link->handle, MYSQL_OPT_LOCAL_INFILE, &local_files) == 0 &&
           mysql_options(link->handle, MYSQL_SET_CHARSET_NAME, "utf8mb4") == 0 &&
           mysql_options(link->handle, MYSQL_OPT_MAX_ALLOWED_PACKET,
                         &(unsigned long){PACKET_MAX}) == 0;
    /* A server may also ask for the password in clear: not where TLS is not sure. */
    if (str_is_empty(address->socket) && address->tls < TLS_REQUIRED)
        done =
            done && mysql_options(link->handle, MARIADB_OPT_RESTRICTED_AUTH, secret_plugins) == 0;
    if (str_is_empty(address->socket))
        done = done && mysql_options(link->handle, MYSQL_OPT_PROTOCOL,
                                     &(unsigned int){MYSQL_PROTOCOL_TCP}) == 0;
    if (address->tls == TLS_DISABLED)
        return done;
    /* Tried where the server offers it, whatever the option's name says: mysql_connect() looks. */
    done = done && mysql_options(link->handle, MYSQL_OPT_SSL_ENFORCE, &yes) == 0;
    if (address->tls == TLS_VERIFIED)
        done = done && mysql_options(link->handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes) == 0;
    if (!str_is_empty(address->authority))
        done = done &&
               mysql_options(link->handle, MYSQL_OPT_SSL_CA, str_c(arena, address->authority)) == 0;
    if (!str_is_empty(address->certificate))
        done = done && mysql_options(link->handle, MYSQL_OPT_SSL_CERT,
                                     str_c(arena, address->certificate)) == 0;
    if (!str_is_empty(address->key))
        done =
            done && mysql_options(link->handle, MYSQL_OPT_SSL_KEY, str_c(arena, address->key)) == 0;
    return done;
}

/* An empty text rather than NULL: for NULL the client takes MYSQL_PWD. */
static bool begin(struct database *database)
{
    struct mysql_link *link = database->state;
    const struct mysql_address *address = &link->address;
    struct arena *arena = database->arena;
    bool is_socket = !str_is_empty(address->socket);
    bool was_set = getenv(RESOLVER_VARIABLE) != NULL;
    MYSQL *joined = NULL;

    handshakes_wait();
    link->handle = mysql_init(NULL);
    if (!link->handle || !set_options(link, arena))
        return false;
    if (!was_set && setenv(RESOLVER_VARIABLE, "timeout:2 attempts:2", 1) != 0)
        return false;
    link->awaited = mysql_real_connect_start(
        &joined, link->handle, is_socket ? NULL : str_c(arena, address->host),
        str_c(arena, address->user), str_c(arena, address->password),
        str_is_empty(address->database) ? NULL : str_c(arena, address->database),
        (unsigned)address->port, is_socket ? str_c(arena, address->socket) : NULL, 0);
    link->joined = joined != NULL;
    return was_set || unsetenv(RESOLVER_VARIABLE) == 0;
}

static bool mysql_start(struct database *database, struct err *e)
{
    struct mysql_link *link = ARENA_NEW(database->arena, struct mysql_link);
    struct err missing = ERR_NONE;
    struct str message;

    database->shown = database_url_masked(database->arena, database->target.url);
    database->state = link;
    if (!mysql_address_parse(database->arena, database->target.url, &link->address, &message)) {
        fail(database, message,
             "in a name or password write @ : / ? # % as %40 %3A %2F %3F %23 %25");
        return true;
    }
    if (!libmariadb_load(&missing)) {
        fail(database, str_copy(database->arena, str_from(missing.message)),
             "install libmariadb 3 (Debian: libmariadb3)");
        return true;
    }
    link->connect_timeout_ms = database->target.connect_timeout_ms;
    if (link->address.connect_timeout_ms &&
        link->address.connect_timeout_ms < link->connect_timeout_ms)
        link->connect_timeout_ms = link->address.connect_timeout_ms;
    uint64_t now = clock_ms();
    link->connect_limit = limit_from_now(database, link->connect_timeout_ms);
    link->connect_timeout_ms = link->connect_limit > now ? link->connect_limit - now : 0;
    return begin(database) || err_set(e, ERR_SYSTEM, "out of memory");
}

/* Closing says good-bye to the server: on a socket that is shut, so that nobody waits for one that does not listen. */
static void close_link(struct mysql_link *link)
{
    my_socket fd;

    if (!link->handle)
        return;
    fd = mysql_get_socket(link->handle);
    if (fd != MARIADB_INVALID_SOCKET && link->awaited)
        shutdown(fd, SHUT_RDWR);
    mysql_close(link->handle);
    link->handle = NULL;
    link->awaited = 0;
    link->joined = false;
}

static void mysql_stop(struct database *database)
{
    if (database->state)
        close_link(database->state);
}

/* What of `awaited` has come; 0 at the limit. */
static int await(MYSQL *handle, int awaited, uint64_t limit)
{
    for (;;) {
        uint64_t now = clock_ms(), left = now < limit ? limit - now : 0;
        struct pollfd watched = {.fd = mysql_get_socket(handle),
                                 .events = (short)((awaited & MYSQL_WAIT_READ ? POLLIN : 0) |
                                                   (awaited & MYSQL_WAIT_WRITE ? POLLOUT : 0) |
                                                   (awaited & MYSQL_WAIT_EXCEPT ? POLLPRI : 0))};
        int ready = poll(&watched, 1, left > INT_MAX ? INT_MAX : (int)left);
        if (ready > 0) {
            int came = (watched.revents & POLLIN ? MYSQL_WAIT_READ : 0) |
                       (watched.revents & POLLOUT ? MYSQL_WAIT_WRITE : 0) |
                       (watched.revents & POLLPRI ? MYSQL_WAIT_EXCEPT : 0);
            /* An error or a hang-up is found by who reads or writes. */
            return came ? came : awaited & (MYSQL_WAIT_READ | MYSQL_WAIT_WRITE);
        }
        if (ready == 0 && left == 0)
            return 0;
    }
}

/* One step on; false at the limit. */
static bool step(struct mysql_link *link, uint64_t limit)
{
    MYSQL *joined = NULL;
    int came = await(link->handle, link->awaited, limit);

    if (!came)
        return false;
    link->awaited = mysql_real_connect_cont(&joined, link->handle, came);
    link->joined = joined != NULL;
    return true;
}

static void mysql_go_on(struct database *database)
{
    struct mysql_link *link = database->state;

    while (link->awaited && step(link, 0))
        ;
}

/* ---- Why not? ---- */

static const struct {
    unsigned number;
    const char *hint;
} advices[] = {
    {ER_ACCESS_DENIED_ERROR, "check the user's name and password where the URL comes from"},
    {ER_DBACCESS_DENIED_ERROR,
     "the user has no privilege in that database: check its name or GRANT"},
    {ER_BAD_DB_ERROR, "check the database's name in the URL"},
    {ER_CON_COUNT_ERROR, "the server has no free connection: try again"},
    {ER_HOST_NOT_PRIVILEGED, "the server lets nobody in from this host: check its accounts"},
    {ER_HOST_IS_BLOCKED, "the server blocks this host: mysqladmin flush-hosts"},
    {CR_CONNECTION_ERROR, "is the server running, and at that host, port or socket?"},
    {CR_CONN_HOST_ERROR, "is the server running there, and reachable (VPN, security group)?"},
    {CR_UNKNOWN_HOST, "check the host's name; in a private network: is the VPN up?"},
    {CR_SERVER_LOST, "what listens there may be no MySQL, or lets nobody in from here"},
    {CR_VERSION_ERROR, "what listens there is no MySQL"},
    {CR_SSL_CONNECTION_ERROR, "check ssl-mode, ssl-ca and the name in the server's certificate"},
};

static const char *advice_for(unsigned number)
{
    for (size_t i = 0; i < COUNT_OF(advices); i++)
        if (advices[i].number == number)
            return advices[i].hint;
    return "check the URL, and that the server can be reached from here";
}

static void describe_refusal(struct mysql_link *link, struct arena *arena, struct str *ret_said,
                             struct str *ret_hint)
{
    struct str said = str_copy(arena, str_from(mysql_error(link->handle)));

    /* The client names the way with bytes of a buffer that it has used again. */
    if (str_contains(said, STR("restricted_auth"))) {
        *ret_said = STR("it asks for the password in a way that only TLS would make safe");
        *ret_hint = STR("write ssl-mode=required or verify_identity into the URL");
        return;
    }
    /* "(using password: YES)" reads as a secret to the mask. */
    *ret_said = str_prefix(said, str_find(said, STR(" (using password: ")));
    *ret_hint = str_from(advice_for(mysql_errno(link->handle)));
}

bool mysql_connect(struct database *database, struct str *ret_message, struct str *ret_hint)
{
    struct mysql_link *link = database->state;
    struct arena *arena = database->arena;
    struct str shown = database->shown, said;

    while (link->awaited) {
        if (step(link, link->connect_limit))
            continue;
        struct str why = str_printf(arena, "no answer in " STR_FMT,
                                    STR_ARG(seconds_text(arena, link->connect_timeout_ms)));
        *ret_message =
            str_printf(arena, "cannot connect to " STR_FMT ": " STR_FMT, STR_ARG(shown),
                       STR_ARG(link->connect_timeout_ms ? why : STR("no time was left")));
        *ret_hint = STR("is the host reachable (VPN, security group), and is it a MySQL?");
        close_link(link);
        return false;
    }
    if (link->joined && link->address.tls >= TLS_REQUIRED && !mysql_get_ssl_cipher(link->handle)) {
        *ret_message = str_printf(arena, "cannot connect to " STR_FMT ": the server offers no TLS",
                                  STR_ARG(shown));
        *ret_hint = STR("the URL requires TLS: is it this server, or is ssl-mode too strict?");
        close_link(link);
        return false;
    }
    if (link->joined)
        return true;
    describe_refusal(link, arena, &said, ret_hint);
    struct str words = text_for_people(arena, said, link->address.password);
    *ret_message = str_printf(arena, "cannot connect to " STR_FMT ": " STR_FMT, STR_ARG(shown),
                              STR_ARG(words));
    return false;
}

/* ---- Talking. ---- */

void outcome_clear(struct mysql_outcome *outcome)
{
    if (outcome->result)
        mysql_free_result(outcome->result);
    outcome->result = NULL;
}

/* The client's own numbers (2000 and on) and a server that ends the session: nothing can be asked any more. */
static bool is_end(unsigned number)
{
    return (number >= CR_MIN_ERROR && number <= CR_MAX_ERROR) || number >= CR_VERSION_MISMATCH ||
           number == ER_SERVER_SHUTDOWN || number == ER_CONNECTION_KILLED;
}

static enum mysql_talk refused(struct mysql_link *link, struct arena *arena,
                               struct mysql_outcome *outcome)
{
    outcome->refused = mysql_errno(link->handle);
    outcome->words =
        text_for_people(arena, str_from(mysql_error(link->handle)), link->address.password);
    return is_end(outcome->refused) ? TALK_LOST : TALK_ANSWERED;
}

enum mysql_talk mysql_talk(struct database *database, struct arena *arena, struct str sql,
                           uint64_t limit, struct mysql_outcome *ret_outcome)
{
    struct mysql_link *link = database->state;
    int fault = 0, came;

    *ret_outcome = (struct mysql_outcome){0};
    link->awaited = mysql_real_query_start(&fault, link->handle, sql.bytes, sql.length);
    while (link->awaited) {
        if ((came = await(link->handle, link->awaited, limit)) == 0)
            return TALK_SILENT;
        link->awaited = mysql_real_query_cont(&fault, link->handle, came);
    }
    if (fault)
        return refused(link, arena, ret_outcome);
    link->awaited = mysql_store_result_start(&ret_outcome->result, link->handle);
    while (link->awaited) {
        if ((came = await(link->handle, link->awaited, limit)) == 0)
            return TALK_SILENT;
        link->awaited = mysql_store_result_cont(&ret_outcome->result, link->handle, came);
    }
    if (!ret_outcome->result && mysql_errno(link->handle))
        return refused(link, arena, ret_outcome);
    return TALK_ANSWERED;
}

const struct driver mysql_driver = {
    .start = mysql_start,
    .go_on = mysql_go_on,
    .ask = mysql_ask,
    .stop = mysql_stop,
};

#else

static bool mysql_start(struct database *database, struct err *e)
{
    (void)e;
    database->shown = database_url_masked(database->arena, database->target.url);
    fail(database, STR("this build has no MySQL"),
         "build hookcheck with libmariadb-dev, or configure a command");
    return true;
}

/* Never called: start left a failure. */
static bool mysql_ask(struct database *database, struct arena *arena,
                      const struct database_question *question, struct database_answer *answer,
                      struct err *e)
{
    (void)arena, (void)question, (void)e;
    return answer_unreachable(answer, database->failure, database->failure_hint);
}

const struct driver mysql_driver = {.start = mysql_start, .ask = mysql_ask};

#endif
