/* url_command.c -- the URL from a command: credentials that are kept elsewhere. */
#include "base/buf.h"
#include "base/json.h"
#include "base/process.h"
#include "database/driver.h"

/* RFC 3986, 2.3: what needs no escape anywhere in a URL. */
static void add_escaped(struct buf *url, struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
            (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' ||
            byte == '~')
            buf_add_byte(url, byte);
        else
            buf_printf(url, "%%%02X", (unsigned)(unsigned char)byte);
    }
}

static struct str first_of(struct arena *arena, const cJSON *object, const char *const *keys,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const cJSON *item = json_get(object, keys[i]);
        if (json_is_number(item) && item->valuedouble > 0 && item->valuedouble < 65536)
            return str_printf(arena, "%.0f", item->valuedouble);
        struct str text = json_value_string(item);
        if (!str_is_empty(text))
            return str_copy(arena, text);
    }
    return STR_NONE;
}
#define FIRST_OF(arena, object, ...)                                                               \
    first_of((arena), (object), (const char *const[]){__VA_ARGS__},                                \
             COUNT_OF(((const char *const[]){__VA_ARGS__})))

/* AWS Secrets Manager, "JSON structure of database secrets". */
static bool url_of_secret(struct arena *arena, const cJSON *secret, struct str *ret_url,
                          struct err *e)
{
    struct str url = FIRST_OF(arena, secret, "url", "uri", "DATABASE_URL", "database_url",
                              "connectionString", "connection_string");
    struct str engine = FIRST_OF(arena, secret, "engine");
    struct str host = FIRST_OF(arena, secret, "host", "hostname");
    struct str port = FIRST_OF(arena, secret, "port");
    struct str user = FIRST_OF(arena, secret, "username", "user");
    struct str password = FIRST_OF(arena, secret, "password");
    struct str name = FIRST_OF(arena, secret, "dbname", "database", "dbName", "db");

    if (!str_is_empty(url)) {
        *ret_url = str_trim(url);
        return true;
    }
    bool is_mysql = str_starts(engine, STR("mysql")) || str_starts(engine, STR("mariadb")) ||
                    str_starts(engine, STR("aurora-mysql"));
    if (!str_is_empty(engine) && !is_mysql && !str_starts(engine, STR("postgres")) &&
        !str_starts(engine, STR("aurora-postgres")))
        return err_set(e, ERR_UNREACHABLE, "the secret is for another kind of database: " STR_FMT,
                       STR_ARG(text_for_people(arena, engine, password)));
    if (str_is_empty(host) || str_is_empty(user) || str_is_empty(name)) {
        err_set(e, ERR_UNREACHABLE, "the secret has no %s",
                str_is_empty(host)   ? "host"
                : str_is_empty(user) ? "username"
                                     : "dbname");
        return err_hint(e, "print the whole URL: a managed secret has only user and password");
    }
    struct buf built = buf_new(arena, 8192);
    buf_add(&built, is_mysql ? STR("mysql://") : STR("postgresql://"));
    add_escaped(&built, user);
    if (!str_is_empty(password)) {
        buf_add_byte(&built, ':');
        add_escaped(&built, password);
    }
    buf_add_byte(&built, '@');
    bool is_ipv6 = str_find_byte(host, ':') != SIZE_MAX;
    buf_add(&built, is_ipv6 ? STR("[") : STR_NONE);
    is_ipv6 ? buf_add(&built, host) : add_escaped(&built, host);
    buf_add(&built, is_ipv6 ? STR("]") : STR_NONE);
    if (!str_is_empty(port)) {
        buf_add_byte(&built, ':');
        add_escaped(&built, port);
    }
    buf_add_byte(&built, '/');
    add_escaped(&built, name);
    if (built.truncated)
        return err_set(e, ERR_LIMIT, "the secret is too long");
    *ret_url = buf_str(&built);
    return true;
}

bool database_url_from_command(struct arena *arena, const struct strs *arguments,
                               struct str directory, uint64_t timeout_ms, struct str *ret_url,
                               struct err *e)
{
    struct command command = {.arguments = *arguments,
                              .directory = directory,
                              .timeout_ms = timeout_ms ? timeout_ms : DATABASE_COMMAND_TIMEOUT_MS};
    struct str shown = command_shown(arena, arguments), output, message, content;
    struct err ignored = ERR_NONE;

    if (!command_run(arena, &command, &output, &message))
        return err_set(e, ERR_UNREACHABLE, "no database URL from " STR_FMT ": " STR_FMT,
                       STR_ARG(shown), STR_ARG(message));
    output = str_trim(output);
    JSON_DOCUMENT(document);
    if (str_starts(output, STR("{")) || str_starts(output, STR("\""))) {
        if (!json_parse(arena, output, JSON_STRICT, "secret", &document, &ignored))
            return err_set(e, ERR_UNREACHABLE,
                           "no database URL from " STR_FMT ": its output is neither a URL nor JSON",
                           STR_ARG(shown));
        if (json_is_object(document))
            return url_of_secret(arena, document, ret_url, e);
        content = str_trim(str_copy(arena, json_value_string(document)));
    } else {
        content = output;
    }
    if (str_is_empty(content))
        return err_set(e, ERR_UNREACHABLE, "no database URL from " STR_FMT ": it printed nothing",
                       STR_ARG(shown));
    if (str_find_byte(content, '\n') != SIZE_MAX || str_has_nul(content))
        return err_set(e, ERR_UNREACHABLE,
                       "no database URL from " STR_FMT ": it printed more than one line",
                       STR_ARG(shown));
    *ret_url = content;
    return true;
}
