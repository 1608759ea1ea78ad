#include "database/postgresql.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/process.h"
#include "database/handshake.h"

/* What libpq would take from the environment where the configuration is silent: another server, another database, another
 * search path. (PGDATESTYLE, PGTZ and PGGEQO are startup parameters that poolers refuse.) RES_OPTIONS: a dead name server must
 * not hold us for half a minute inside getaddrinfo(), which has no time limit. */
static const struct {
    const char *name;
    const char *value; /* NULL: unset */
} overrides[] = {
    {"PGHOST", NULL},
    {"PGHOSTADDR", NULL},
    {"PGPORT", NULL},
    {"PGDATABASE", NULL},
    {"PGUSER", NULL},
    {"PGSERVICE", NULL},
    {"PGOPTIONS", NULL},
    {"PGTARGETSESSIONATTRS", NULL},
    {"PGAPPNAME", NULL},
    {"PGDATESTYLE", NULL},
    {"PGTZ", NULL},
    {"PGGEQO", NULL},
    {"PGCLIENTENCODING", NULL},
    {"PGCONNECT_TIMEOUT", NULL},
    {"RES_OPTIONS", "timeout:2 attempts:2"},
};

struct environment {
    char *saved[COUNT_OF(overrides)];
};

/* Commands that are started later get the environment as it was: it is put back. */
static void environment_restore(struct environment *environment)
{
    for (size_t i = 0; i < COUNT_OF(overrides); i++) {
        if (environment->saved[i])
            setenv(overrides[i].name, environment->saved[i], 1);
        else
            unsetenv(overrides[i].name);
        free(environment->saved[i]);
    }
}

static bool environment_override(struct environment *environment)
{
    bool done = true;

    handshakes_wait();
    for (size_t i = 0; i < COUNT_OF(overrides); i++) {
        const char *value = getenv(overrides[i].name);
        environment->saved[i] = value ? strdup(value) : NULL;
        if (value && !environment->saved[i])
            done = false;
        if (!overrides[i].value)
            done = unsetenv(overrides[i].name) == 0 && done;
        else if (!value)
            done = setenv(overrides[i].name, overrides[i].value, 1) == 0 && done;
    }
    return done;
}

static void ignore_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

/* libpq cuts "user:p@ss@host" at the first '@', and would look the rest of the password up as a host. */
static struct str looks_cut(const PGconn *conn)
{
    struct str host = str_from(PQhost(conn)), port = str_from(PQport(conn));
    struct str name = str_from(PQdb(conn));

    if ((str_contains(host, STR("@")) && !str_starts(host, STR("@"))) ||
        !str_is_empty(str_trim_bytes(port, "0123456789,")) || str_contains(name, STR("@")))
        return STR("the user's name or password holds a character that ends it");
    return STR_NONE;
}

/* A message about the text itself repeats parts of it, and these may be the password. */
static struct str without_quotes(struct arena *arena, struct str message)
{
    struct buf kept = buf_new(arena, 300);
    bool inside = false;

    message = str_cut(&message, '\n');
    for (size_t i = 0; i < message.length; i++) {
        if (message.bytes[i] == '"') {
            inside = !inside;
            if (inside)
                buf_add(&kept, STR("\"…\""));
        } else if (!inside) {
            buf_add_byte(&kept, message.bytes[i]);
        }
    }
    return str_trim(buf_str(&kept));
}

static void fail(struct database *database, struct str what, const char *hint)
{
    database->failure = str_printf(database->arena, "cannot connect to " STR_FMT ": " STR_FMT,
                                   STR_ARG(database->shown), STR_ARG(what));
    database->failure_hint = str_from(hint);
}

static void message_free(char **message)
{
    PQfreemem(*message);
}

static void options_free(PQconninfoOption **options)
{
    PQconninfoFree(*options);
}

/* Refuses what libpq would misunderstand; also takes its connect_timeout, which libpq ignores when it does not wait. */
static bool check_text(struct database *database, struct postgresql *state)
{
    struct str url = database->target.url;
    CLEANUP_WITH(message_free) char *message = NULL;

    /* libpq takes any other word for the name of a local database. */
    if (str_has_nul(url) || (!str_contains(url, STR("=")) && !str_contains(url, STR("://")))) {
        fail(database, STR("its URL is none"), "write postgresql://user@host/database");
        return false;
    }
    CLEANUP_WITH(options_free)
    PQconninfoOption *options = PQconninfoParse(str_c(database->arena, url), &message);
    if (!options) {
        fail(database, without_quotes(database->arena, str_from(message)),
             "in a name or password write @ : / ? # % as %40 %3A %2F %3F %23 %25");
        return false;
    }
    for (const PQconninfoOption *option = options; option->keyword; option++) {
        uint64_t seconds;
        if (strcmp(option->keyword, "connect_timeout") == 0 &&
            str_to_u64(str_from(option->val), &seconds) && seconds > 0 &&
            seconds < state->connect_timeout_ms / 1000)
            state->connect_timeout_ms = seconds * 1000;
    }
    return true;
}

/* Would libpq find Kerberos credentials? It looks for them before each connection (gssencmode=prefer), which loads and sets up a library for
 * nothing where there are none. Source: MIT Kerberos 1.20, "Where credentials are": the default cache and client keytab. */
static bool may_have_kerberos(const struct database *database)
{
    static const char *const variables[] = {"PGGSSENCMODE", "KRB5CCNAME", "KRB5_CONFIG",
                                            "KRB5_CLIENT_KTNAME"};
    unsigned long user = (unsigned long)geteuid();
    struct arena *arena = database->arena;

    for (size_t i = 0; i < COUNT_OF(variables); i++)
        if (getenv(variables[i]))
            return true;
    /* A service file may want it too. */
    return str_contains(database->target.url, STR("service")) ||
           access("/etc/krb5.conf", F_OK) == 0 ||
           access(str_c(arena, str_printf(arena, "/tmp/krb5cc_%lu", user)), F_OK) == 0 ||
           access(str_c(arena, str_printf(arena, "/etc/krb5/user/%lu/client.keytab", user)),
                  F_OK) == 0;
}

static bool postgresql_start(struct database *database, struct err *e)
{
    /* What comes before "dbname" counts where the URL says nothing. */
    static const char *const keywords[] = {"gssencmode", "dbname", "fallback_application_name",
                                           "client_encoding", NULL};
    struct postgresql *state = ARENA_NEW(database->arena, struct postgresql);

    database->shown = database_url_masked(database->arena, database->target.url);
    database->state = state;
    state->connect_timeout_ms = database->target.connect_timeout_ms;
    struct err missing = ERR_NONE;
    if (!libpq_load(&missing)) {
        fail(database, str_copy(database->arena, str_from(missing.message)),
             "install libpq 5 (Debian: libpq5)");
        return true;
    }
    if (!check_text(database, state))
        return true;

    const char *const values[] = {may_have_kerberos(database) ? NULL : "disable",
                                  str_c(database->arena, database->target.url), "hookcheck", "UTF8",
                                  NULL};
    CLEANUP_WITH(environment_restore) struct environment environment = {{NULL}};
    if (!environment_override(&environment))
        return err_set(e, ERR_SYSTEM, "out of memory");
    uint64_t now = clock_ms();
    state->connect_limit = limit_from_now(database, state->connect_timeout_ms);
    state->connect_timeout_ms = state->connect_limit > now ? state->connect_limit - now : 0;
    state->conn = PQconnectStartParams(keywords, values, 1);
    if (!state->conn)
        return err_set(e, ERR_SYSTEM, "out of memory");
    state->password = str_copy(database->arena, str_from(PQpass(state->conn)));
    struct str cut = looks_cut(state->conn);
    if (!str_is_empty(cut)) {
        fail(database, cut, "in a name or password write @ : / ? # % as %40 %3A %2F %3F %23 %25");
        return true;
    }
    PQsetNoticeProcessor(state->conn, ignore_notice, NULL);
    PQsetErrorVerbosity(state->conn, PQERRORS_VERBOSE); /* with it comes the SQLSTATE */
    state->polling =
        PQstatus(state->conn) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    return true;
}

static void postgresql_stop(struct database *database)
{
    struct postgresql *state = database->state;

    if (!state)
        return;
    if (state->handshake && !handshake_end(&state->handshake, true, &state->polling))
        state->conn = NULL;
    if (state->conn)
        PQfinish(state->conn);
    state->conn = NULL;
}

bool postgresql_wait(PGconn *conn, bool reading, bool writing, uint64_t limit)
{
    for (;;) {
        uint64_t now = clock_ms();
        uint64_t left = now < limit ? limit - now : 0;
        struct pollfd watched = {.fd = PQsocket(conn),
                                 .events =
                                     (short)((reading ? POLLIN : 0) | (writing ? POLLOUT : 0))};
        int ready = poll(&watched, 1, left > INT_MAX ? INT_MAX : (int)left);
        if (ready > 0)
            return true;
        if (ready == 0 && left == 0)
            return false;
    }
}

static bool is_settled(const struct postgresql *state)
{
    return state->polling == PGRES_POLLING_OK || state->polling == PGRES_POLLING_FAILED;
}

static void poll_once(struct postgresql *state)
{
    /* A list of hosts is looked up as it is walked through: the environment counts here too. */
    CLEANUP_WITH(environment_restore) struct environment environment = {{NULL}};

    state->polling =
        environment_override(&environment) ? PQconnectPoll(state->conn) : PGRES_POLLING_FAILED;
}

static void postgresql_go_on(struct database *database)
{
    struct postgresql *state = database->state;

    /* Without a thread it goes on when it is asked. */
    if (!is_settled(state) && !state->handshake &&
        !handshake_begin(state->conn, state->polling, state->connect_limit, &state->handshake))
        state->handshake = NULL;
}

/* ---- Why not? ---- */

struct advice {
    const char *sign; /* an SQLSTATE, or words of libpq (which we never translate) */
    const char *hint;
};
static const struct advice advices[] = {
    {"28P01", "check the user's password in the URL, or in the password file"},
    {"28000", "check user, pg_hba.conf, and whether it wants TLS (sslmode=require)"},
    {"3D000", "check the database's name in the URL"},
    {"42501", "the user needs CONNECT on the database"},
    {"53300", "the server has no free connection: try again, or use its pooler"},
    {"57P03", "the server is starting up or shutting down: try again"},
    {"57P01", "the server is shutting down: try again"},
    {"no password supplied", "put the password into the URL, the password file or PGPASSWORD"},
    {"Connection refused", "is the server running, and is this the right host and port?"},
    {"No such file or directory",
     "is the server running, and is this the directory of its socket?"},
    {"could not translate host name",
     "check the host's name; in a private network: is the VPN up?"},
    {"timeout expired", "is the host reachable from here (VPN, security group)?"},
    {"No route to host", "is the host reachable from here (VPN, security group)?"},
    {"Network is unreachable", "is the host reachable from here (VPN, security group)?"},
    {"does not support SSL", "it speaks no TLS: is it the right server, or sslmode too strict?"},
    {"certificate", "check sslrootcert and the name in the server's certificate"},
    {"definition of service", "check the service's name and pg_service.conf (PGSERVICEFILE)"},
    {"closed the connection unexpectedly", "what listens there may be no PostgreSQL, or wants TLS"},
    {"expected authentication request", "what listens there is no PostgreSQL"},
    {"invalid response to SSL negotiation", "what listens there is no PostgreSQL"},
};

static const char *advice_for(struct str message)
{
    for (size_t i = 0; i < COUNT_OF(advices); i++)
        if (str_contains(message, str_from(advices[i].sign)))
            return advices[i].hint;
    return "check the URL, and that the server can be reached from here";
}

/* "connection to server at "db" (10.0.0.1), port 5432 failed: FATAL:  28P01: password …": what comes after "failed: ", without
 * severity and SQLSTATE. */
static struct str line_core(struct str line)
{
    size_t failed = str_find(line, STR(" failed: "));

    if (str_starts(line, STR("connection to server ")) && failed != SIZE_MAX)
        line = str_from_offset(line, failed + 9);
    if (str_starts(line, STR("FATAL:  ")) || str_starts(line, STR("ERROR:  "))) {
        line = str_from_offset(line, 8);
        if (line.length > 7 && line.bytes[5] == ':' && line.bytes[6] == ' ')
            line = str_from_offset(line, 7);
    }
    return str_trim(line);
}

/* Each attempt (several addresses, with and without TLS) has its line; the same words are said once. */
struct str postgresql_words(struct arena *arena, struct str message, struct str password)
{
    struct buf words = buf_new(arena, 600);
    struct strs said = {0};
    struct str line;

    while (str_next_line(&message, &line)) {
        if (str_is_empty(line) || line.bytes[0] == '\t' || str_starts(line, STR("LOCATION: ")) ||
            str_starts(line, STR("DETAIL: ")) || str_starts(line, STR("HINT: ")))
            continue;
        struct str core = line_core(line);
        if (strs_have(&said, core))
            continue;
        if (said.count)
            buf_add(&words, STR("; "));
        buf_add(&words, core);
        VEC_PUSH(arena, &said, core);
    }
    return text_for_people(arena, buf_str(&words), password);
}

bool postgresql_connect(struct database *database, struct str *ret_message, struct str *ret_hint)
{
    struct postgresql *state = database->state;
    struct arena *arena = database->arena;

    /* Who is stuck in there keeps the connection. */
    bool stuck = state->handshake && !handshake_end(&state->handshake, false, &state->polling);
    if (stuck)
        state->conn = NULL;
    while (stuck || !is_settled(state)) {
        if (stuck ||
            !postgresql_wait(state->conn, state->polling == PGRES_POLLING_READING,
                             state->polling == PGRES_POLLING_WRITING, state->connect_limit)) {
            struct str why = str_printf(arena, "no answer in " STR_FMT,
                                        STR_ARG(seconds_text(arena, state->connect_timeout_ms)));
            *ret_message = str_printf(
                arena, "cannot connect to " STR_FMT ": " STR_FMT, STR_ARG(database->shown),
                STR_ARG(state->connect_timeout_ms ? why : STR("no time was left")));
            *ret_hint = STR("is the host reachable (VPN, security group), and is it PostgreSQL?");
            return false;
        }
        poll_once(state);
    }
    if (state->polling == PGRES_POLLING_FAILED) {
        struct str message = str_from(PQerrorMessage(state->conn));
        struct str words = postgresql_words(arena, message, state->password);
        *ret_message = str_printf(arena, "cannot connect to " STR_FMT ": " STR_FMT,
                                  STR_ARG(database->shown), STR_ARG(words));
        *ret_hint = str_from(advice_for(message));
        return false;
    }
    state->connected = true;
    database->shown = url_render(arena, str_copy(arena, str_from(PQuser(state->conn))),
                                 str_copy(arena, str_from(PQhost(state->conn))),
                                 str_copy(arena, str_from(PQport(state->conn))),
                                 str_copy(arena, str_from(PQdb(state->conn))));
    return true;
}

const struct driver postgresql_driver = {
    .start = postgresql_start,
    .go_on = postgresql_go_on,
    .ask = postgresql_ask,
    .stop = postgresql_stop,
};
