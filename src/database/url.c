/* url.c -- connection strings for people: without what is secret. */
#include "base/buf.h"
#include "base/file.h"
#include "database/driver.h"
#include "database/libpq.h"
#include "database/mysql.h"

static void options_free(PQconninfoOption **options)
{
    if (*options)
        PQconninfoFree(*options);
}

static void message_free(char **message)
{
    if (*message)
        PQfreemem(*message);
}

static struct str option(const PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword; options++)
        if (str_eq(str_from(options->keyword), str_from(keyword)))
            return str_from(options->val);
    return STR_NONE;
}

struct str url_render(struct arena *arena, struct str user, struct str host, struct str port,
                      struct str database)
{
    struct buf url = buf_new(arena, 2000);
    bool is_socket = str_starts(host, STR("/")) || str_starts(host, STR("@"));
    bool is_ipv6 =
        !is_socket && str_find_byte(host, ':') != SIZE_MAX && str_find_byte(host, ',') == SIZE_MAX;

    buf_add(&url, STR("postgresql://"));
    if (!str_is_empty(user))
        buf_printf(&url, STR_FMT "@", STR_ARG(user));
    if (!is_socket) {
        buf_printf(&url, is_ipv6 ? "[" STR_FMT "]" : STR_FMT, STR_ARG(host));
        if (!str_is_empty(port))
            buf_printf(&url, ":" STR_FMT, STR_ARG(port));
    }
    buf_printf(&url, "/" STR_FMT, STR_ARG(database));
    if (is_socket)
        buf_printf(&url, "?host=" STR_FMT, STR_ARG(host));
    if (is_socket && !str_is_empty(port) && !str_eq(port, STR("5432")))
        buf_printf(&url, "&port=" STR_FMT, STR_ARG(port));
    return buf_str(&url);
}

static bool is_port_list(struct str port)
{
    return str_is_empty(str_trim_bytes(port, "0123456789,"));
}

/* The connection string as libpq understands it. False where it does not, and where its parts show that a password with an
 * unescaped '@' or '/' was cut at the wrong place. */
static bool render_parsed(struct arena *arena, struct str text, struct str *ret_shown)
{
    struct err missing = ERR_NONE; /* whoever connects says so */
    CLEANUP_WITH(message_free) char *message = NULL;
    CLEANUP_WITH(options_free) PQconninfoOption *options = NULL;

    if (!libpq_load(&missing))
        return false;
    options = PQconninfoParse(str_c(arena, text), &message);
    if (!options)
        return false;
    struct str user = option(options, "user"), port = option(options, "port");
    struct str host = option(options, "host"), database = option(options, "dbname");
    struct str service = option(options, "service");
    if (str_is_empty(host))
        host = option(options, "hostaddr");
    if (!is_port_list(port) || str_contains(host, STR("@")) || str_contains(database, STR("@")) ||
        str_contains(database, STR("=")) || str_contains(database, STR("://")) ||
        str_contains(user, STR("@")))
        return false;
    user = str_cut(&user, ':');
    if (!str_is_empty(service) && str_is_empty(host))
        *ret_shown = str_printf(arena, "service=" STR_FMT, STR_ARG(service));
    else
        *ret_shown = str_copy(arena, url_render(arena, user, host, port, database));
    return true;
}

/* Of "host=db password='a b' …": the leading pairs that are surely no secret. */
static struct str pairs_masked(struct arena *arena, struct str text)
{
    static const struct str harmless[] = {STR_INIT("host"), STR_INIT("hostaddr"),
                                          STR_INIT("port"), STR_INIT("dbname"),
                                          STR_INIT("user"), STR_INIT("service")};
    struct buf shown = buf_new(arena, 500);

    while (!str_is_empty(text = str_trim(text))) {
        struct str pair = str_cut(&text, ' '), value = pair;
        struct str name = str_cut(&value, '=');
        bool known = name.length < pair.length && str_find_byte(value, '\'') == SIZE_MAX &&
                     str_find_byte(value, '\\') == SIZE_MAX && !str_contains(value, STR("@")) &&
                     !str_contains(value, STR("://"));
        bool is_harmless = false;
        for (size_t i = 0; i < COUNT_OF(harmless); i++)
            is_harmless = is_harmless || str_eq(name, harmless[i]);
        if (!known || !is_harmless) {
            buf_add(&shown, STR("***"));
            break;
        }
        buf_printf(&shown, STR_FMT " ", STR_ARG(pair));
    }
    return str_trim(buf_str(&shown));
}

struct str database_url_masked(struct arena *arena, struct str url)
{
    struct str text = str_trim(url), shown;
    size_t slashes = str_find(text, STR("://"));

    if (str_has_nul(text))
        return STR("***");
    if (mysql_is_url(text)) {
        struct mysql_address address;
        struct str message;
        if (mysql_address_parse(arena, text, &address, &message))
            return mysql_render(arena, &address);
    } else if ((slashes != SIZE_MAX || str_contains(text, STR("="))) &&
               render_parsed(arena, text, &shown)) {
        return shown;
    }
    size_t at = str_find_last_byte(text, '@');
    if (slashes == SIZE_MAX)
        return pairs_masked(arena, text);
    struct str scheme = str_prefix(text, slashes + 3);
    if (str_find_byte(str_trim_bytes(scheme, ":/"), ' ') != SIZE_MAX)
        return STR("***");
    /* An '@' behind a '?' may stand in a password given as a parameter. */
    if (at == SIZE_MAX || at < scheme.length || str_find_byte(text, '?') < at)
        return str_printf(arena, STR_FMT "***", STR_ARG(scheme));
    /* Whatever follows the host may hold a password again. */
    struct str rest = str_from_offset(text, at + 1);
    struct str host = str_cut(&rest, '?');
    return str_printf(arena, STR_FMT "***@" STR_FMT "%s", STR_ARG(scheme), STR_ARG(host),
                      str_is_empty(rest) ? "" : "?***");
}

/* ---- Any text. ---- */

bool names_secret(struct arena *arena, struct str word)
{
    static const struct str parts[] = {
        STR_INIT("password"),   STR_INIT("passwd"),    STR_INIT("pwd"),
        STR_INIT("passphrase"), STR_INIT("secret"),    STR_INIT("token"),
        STR_INIT("apikey"),     STR_INIT("api_key"),   STR_INIT("accesskey"),
        STR_INIT("access_key"), STR_INIT("credential")};
    struct str lower = str_lower(arena, word);

    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (str_contains(lower, parts[i]))
            return true;
    return false;
}

/* After a secret's name: where its value begins, past `"`, blanks and one of `=` or `:`; SIZE_MAX when there is none. */
static size_t value_start(struct str text, size_t at)
{
    bool separated = false;

    for (; at < text.length; at++) {
        char byte = text.bytes[at];
        if (!separated && (byte == '=' || byte == ':'))
            separated = true;
        else if (byte != ' ' && byte != '\t' && (byte != '"' || separated))
            break;
    }
    return separated && at < text.length ? at : SIZE_MAX;
}

static size_t value_end(struct str text, size_t at)
{
    char quote = text.bytes[at];

    if (quote == '"' || quote == '\'') {
        for (at++; at < text.length && text.bytes[at] != quote; at++)
            if (text.bytes[at] == '\\')
                at++;
        return at < text.length ? at + 1 : text.length;
    }
    while (at < text.length && !str_contains(STR(" \t\r\n&,;\"'}"), str_slice(text, at, at + 1)))
        at++;
    return at;
}

/* "scheme://user:secret@host": where the '@' stands, SIZE_MAX when there is none before the next blank. */
static size_t userinfo_end(struct str text, size_t at)
{
    size_t found = SIZE_MAX;

    for (; at < text.length && !str_contains(STR(" \t\r\n\"'"), str_slice(text, at, at + 1)); at++)
        if (text.bytes[at] == '@')
            found = at;
    return found;
}

struct str database_text_masked(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, SIZE_MAX / 2);
    size_t word = 0; /* where the current word began */

    for (size_t at = 0; at < text.length;) {
        if (str_starts(str_from_offset(text, at), STR("://"))) {
            size_t end = userinfo_end(text, at + 3);
            buf_add(&out, STR("://"));
            at += 3;
            if (end != SIZE_MAX) {
                buf_add(&out, STR("***"));
                at = end;
            }
            word = at;
            continue;
        }
        if (byte_is_word(text.bytes[at])) {
            buf_add_byte(&out, text.bytes[at++]);
            continue;
        }
        size_t value = SIZE_MAX;
        if (names_secret(arena, str_slice(text, word, at)))
            value = value_start(text, at);
        if (value != SIZE_MAX) {
            buf_add(&out, str_slice(text, at, value));
            buf_add(&out, STR("***"));
            at = value_end(text, value);
        } else {
            buf_add_byte(&out, text.bytes[at++]);
        }
        word = at;
    }
    return buf_str(&out);
}

struct str text_for_people(struct arena *arena, struct str text, struct str secret)
{
    struct buf line = buf_new(arena, 400);

    text = database_text_masked(arena, str_prefix(str_trim(text), 4000));
    for (size_t at = 0; at < text.length; at++) {
        unsigned char byte = (unsigned char)text.bytes[at];
        if (secret.length >= 3 && str_starts(str_from_offset(text, at), secret)) {
            buf_add(&line, STR("***"));
            at += secret.length - 1;
        } else {
            buf_add_byte(&line, byte < 0x20 || byte == 0x7f ? ' ' : (char)byte);
        }
    }
    struct str whole = str_trim(buf_str(&line));
    return line.truncated ? str_printf(arena, STR_FMT "…", STR_ARG(whole)) : whole;
}

/* ---- What people write. ---- */

static bool is_url_of(struct str url, struct str scheme, struct str *ret_rest)
{
    struct str rest = url;
    size_t colon = str_find(url, STR("://"));

    if (colon == SIZE_MAX)
        return false;
    struct str name = str_prefix(url, colon);
    name = str_cut(&name, '+'); /* "postgresql+asyncpg": the library an application uses */
    *ret_rest = str_from_offset(rest, colon + 3);
    return str_eq_nocase(name, scheme);
}

/* Parameters of other libraries that do not say which database is meant; libpq refuses a URL that has them. */
static struct str without_foreign_parameters(struct arena *arena, struct str url)
{
    static const struct str foreign[] = {
        STR_INIT("schema"),
        STR_INIT("pgbouncer"),
        STR_INIT("connection_limit"),
        STR_INIT("pool_timeout"),
        STR_INIT("socket_timeout"),
        STR_INIT("statement_cache_size"),
        STR_INIT("prepare_threshold"),
        STR_INIT("async_fallback"),
        STR_INIT("pool_size"),
        STR_INIT("max_overflow"),
        STR_INIT("prepared_statement_cache_size"),
    };
    struct buf kept = buf_new(arena, url.length + 1);
    struct str base = str_cut(&url, '?');

    buf_add(&kept, base);
    for (char before = '?'; !str_is_empty(url);) {
        struct str pair = str_cut(&url, '&'), value = pair, name = str_cut(&value, '=');
        bool is_foreign = false;
        for (size_t i = 0; i < COUNT_OF(foreign); i++)
            is_foreign = is_foreign || str_eq(name, foreign[i]);
        if (is_foreign)
            continue;
        buf_add_byte(&kept, before);
        buf_add(&kept, pair);
        before = '&';
    }
    return buf_str(&kept);
}

static bool refuse_text(struct err *e)
{
    err_set(e, ERR_INPUT, "that is no database URL");
    return err_hint(e, "write postgresql://user@host/database, mysql://… or sqlite:FILE");
}

bool database_url_is_mysql(struct str url)
{
    return mysql_is_url(str_trim(url));
}

bool database_target_from_url(struct arena *arena, struct str url, struct str directory,
                              struct database_target *target, struct err *e)
{
    struct str rest;

    url = str_trim(url);
    if (str_is_empty(url))
        return err_set(e, ERR_INPUT, "the database URL is empty");
    if (str_has_nul(url) || str_find_byte(url, '\n') != SIZE_MAX)
        return err_set(e, ERR_INPUT, "the database URL is more than one line");
    target->directory = directory;
    if (is_url_of(url, STR("postgresql"), &rest) || is_url_of(url, STR("postgres"), &rest)) {
        target->driver = DRIVER_POSTGRESQL;
        rest = without_foreign_parameters(arena, rest);
        target->url = str_printf(arena, "postgresql://" STR_FMT, STR_ARG(rest));
        return true;
    }
    if (mysql_is_url(url)) {
        target->driver = DRIVER_MYSQL;
        target->url = url;
        return true;
    }
    if (str_starts(url, STR("sqlite:")) || is_url_of(url, STR("sqlite"), &rest)) {
        /* Three slashes are a relative path, four an absolute one (SQLAlchemy); "sqlite:FILE" is the path as it stands. */
        if (is_url_of(url, STR("sqlite"), &rest))
            rest = str_starts(rest, STR("/")) ? str_from_offset(rest, 1) : rest;
        else
            rest = str_from_offset(url, 7);
        rest = str_cut(&rest, '?');
        if (str_is_empty(rest) || str_eq(rest, STR(":memory:")))
            return err_set(e, ERR_INPUT, "the SQLite URL names no file");
        target->driver = DRIVER_SQLITE;
        target->url = path_join(arena, directory, rest);
        return true;
    }
    if (str_contains(url, STR("://"))) {
        struct str scheme = str_prefix(url, str_find(url, STR("://")));
        err_set(e, ERR_INPUT, "a database URL of the kind " STR_FMT ":// is not supported",
                STR_ARG(str_prefix(text_for_people(arena, scheme, STR_NONE), 40)));
        return err_hint(e, "asked directly: PostgreSQL, MySQL, SQLite; others through a command");
    }
    if (!str_contains(url, STR("=")))
        return refuse_text(e);
    target->driver = DRIVER_POSTGRESQL;
    target->url = url;
    return true;
}
