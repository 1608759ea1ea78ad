/* mysql_url.c -- URLs of MySQL and MariaDB as applications write them. */
#include "base/buf.h"
#include "database/mysql.h"

#define DEFAULT_PORT 3306u

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte = (char)(byte | 0x20);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* False for a bad escape, and for bytes that no name has. */
static bool decode(struct arena *arena, struct str text, bool any_byte, struct str *ret_decoded)
{
    struct buf decoded = buf_new(arena, text.length + 1);

    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        if (byte == '%') {
            int high = i + 2 < text.length ? hex_digit(text.bytes[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(text.bytes[i + 2]) : -1;
            if (low < 0)
                return false;
            byte = (char)(high * 16 + low);
            i += 2;
        }
        if (byte == '\0' || (!any_byte && ((unsigned char)byte < 0x20 || byte == 0x7f)))
            return false;
        buf_add_byte(&decoded, byte);
    }
    *ret_decoded = buf_str(&decoded);
    return true;
}

bool mysql_is_url(struct str url)
{
    static const struct str schemes[] = {STR_INIT("mysql"), STR_INIT("mysql2"), STR_INIT("mariadb"),
                                         STR_INIT("trilogy")};
    size_t end = str_find(url, STR("://"));

    if (end == SIZE_MAX)
        return false;
    struct str scheme = str_prefix(url, end);
    scheme = str_cut(&scheme, '+'); /* "mysql+pymysql": the library an application uses */
    for (size_t i = 0; i < COUNT_OF(schemes); i++)
        if (str_eq_nocase(scheme, schemes[i]))
            return true;
    return false;
}

/* --- Parameters: the spellings of several libraries for the same. --- */

enum parameter {
    USER,
    PASSWORD,
    SOCKET,
    TLS_MODE,
    TLS_SWITCH,
    TLS_ACCEPT,
    AUTHORITY,
    CERTIFICATE,
    KEY,
    TIMEOUT
};
static const struct {
    struct str name; /* lower case, without '-' and '_' */
    enum parameter parameter;
} parameters[] = {
    {STR_INIT("user"), USER},
    {STR_INIT("password"), PASSWORD},
    {STR_INIT("socket"), SOCKET},
    {STR_INIT("unixsocket"), SOCKET},
    {STR_INIT("socketpath"), SOCKET},
    {STR_INIT("sslmode"), TLS_MODE},
    {STR_INIT("ssl"), TLS_SWITCH},
    {STR_INIT("usessl"), TLS_SWITCH},
    {STR_INIT("sslaccept"), TLS_ACCEPT}, /* Prisma */
    {STR_INIT("sslca"), AUTHORITY},
    {STR_INIT("sslcert"), CERTIFICATE},
    {STR_INIT("sslkey"), KEY},
    {STR_INIT("connecttimeout"), TIMEOUT},
};

static struct str bare_name(struct arena *arena, struct str name)
{
    struct buf bare = buf_new(arena, name.length + 1);
    struct str lower = str_lower(arena, name);

    for (size_t i = 0; i < lower.length; i++)
        if (lower.bytes[i] != '-' && lower.bytes[i] != '_')
            buf_add_byte(&bare, lower.bytes[i]);
    return buf_str(&bare);
}

static bool read_mode(struct arena *arena, struct str value, enum mysql_tls *tls)
{
    static const struct {
        struct str name;
        enum mysql_tls tls;
    } modes[] = {
        {STR_INIT("disabled"), TLS_DISABLED},       {STR_INIT("disable"), TLS_DISABLED},
        {STR_INIT("preferred"), TLS_PREFERRED},     {STR_INIT("prefer"), TLS_PREFERRED},
        {STR_INIT("required"), TLS_REQUIRED},       {STR_INIT("require"), TLS_REQUIRED},
        {STR_INIT("trust"), TLS_REQUIRED},          {STR_INIT("verifyca"), TLS_VERIFIED},
        {STR_INIT("verifyidentity"), TLS_VERIFIED}, {STR_INIT("verifyfull"), TLS_VERIFIED},
    };
    struct str bare = bare_name(arena, value);

    for (size_t i = 0; i < COUNT_OF(modes); i++)
        if (str_eq(bare, modes[i].name)) {
            *tls = modes[i].tls;
            return true;
        }
    return false;
}

static bool is_off(struct str value)
{
    return str_eq_nocase(value, STR("false")) || str_eq(value, STR("0")) ||
           str_eq_nocase(value, STR("off"));
}

static bool set_parameter(struct arena *arena, enum parameter parameter, struct str value,
                          struct mysql_address *address, struct str *ret_message)
{
    uint64_t seconds;

    switch (parameter) {
    case USER:
        address->user = value;
        break;
    case PASSWORD:
        address->password = value;
        break;
    case SOCKET:
        address->socket = value;
        break;
    case TLS_MODE:
        if (!read_mode(arena, value, &address->tls)) {
            *ret_message =
                STR("its ssl-mode is none of disabled, preferred, required, verify_ca and "
                    "verify_identity");
            return false;
        }
        break;
    case TLS_SWITCH:
        address->tls = is_off(value) ? TLS_DISABLED : TLS_REQUIRED;
        break;
    case TLS_ACCEPT:
        address->tls = str_eq(value, STR("strict")) ? TLS_VERIFIED : TLS_REQUIRED;
        break;
    case AUTHORITY:
        address->authority = value;
        break;
    case CERTIFICATE:
        address->certificate = value;
        break;
    case KEY:
        address->key = value;
        break;
    case TIMEOUT:
        if (str_to_u64(value, &seconds) && seconds < 3600)
            address->connect_timeout_ms = seconds * 1000;
        break;
    }
    return true;
}

/* Others (charset, pools) do not say which database is meant; read_default_file names a file that we do not read. */
static bool read_parameters(struct arena *arena, struct str query, struct mysql_address *address,
                            struct str *ret_message)
{
    while (!str_is_empty(query)) {
        struct str value = str_cut(&query, '&'), decoded;
        struct str name = bare_name(arena, str_cut(&value, '='));
        for (size_t i = 0; i < COUNT_OF(parameters); i++) {
            if (!str_eq(name, parameters[i].name))
                continue;
            if (!decode(arena, value, parameters[i].parameter == PASSWORD, &decoded)) {
                *ret_message = STR("a parameter holds a bad escape");
                return false;
            }
            if (!set_parameter(arena, parameters[i].parameter, decoded, address, ret_message))
                return false;
        }
    }
    /* Prisma calls the authority's certificate sslcert: without a key it can be no other. */
    if (str_is_empty(address->key) && str_is_empty(address->authority)) {
        address->authority = address->certificate;
        address->certificate = STR_NONE;
    }
    /* Who names an authority wants it asked. */
    if (!str_is_empty(address->authority) && address->tls == TLS_PREFERRED)
        address->tls = TLS_VERIFIED;
    return true;
}

static bool read_host(struct arena *arena, struct str text, struct mysql_address *address)
{
    struct str port = STR_NONE;

    if (str_starts(text, STR("["))) {
        size_t close = str_find_byte(text, ']');
        if (close == SIZE_MAX)
            return false;
        address->host = str_slice(text, 1, close);
        port = str_from_offset(text, close + 1);
        if (!str_is_empty(port) && !str_starts(port, STR(":")))
            return false;
        port = str_from_offset(port, 1);
    } else {
        port = text;
        if (!decode(arena, str_cut(&port, ':'), false, &address->host))
            return false;
    }
    address->port = DEFAULT_PORT;
    if (!str_is_empty(port) &&
        (!str_to_u64(port, &address->port) || address->port == 0 || address->port > 65535))
        return false;
    if (str_starts(address->host, STR("/"))) {
        address->socket = address->host;
        address->host = STR_NONE;
    } else if (str_is_empty(address->host)) {
        address->host = STR("localhost");
    }
    return true;
}

bool mysql_address_parse(struct arena *arena, struct str url, struct mysql_address *ret_address,
                         struct str *ret_message)
{
    struct mysql_address address = {0};
    struct str rest = str_from_offset(url, str_find(url, STR("://")) + 3);
    size_t end = 0;

    while (end < rest.length && !str_contains(STR("/?#"), str_slice(rest, end, end + 1)))
        end++;
    struct str host = str_prefix(rest, end), userinfo = STR_NONE;
    rest = str_from_offset(rest, end);
    size_t at = str_find_last_byte(host, '@');
    if (at != SIZE_MAX) {
        userinfo = str_prefix(host, at);
        host = str_from_offset(host, at + 1);
    }
    struct str query = rest, user = STR_NONE;
    struct str path = str_cut(&query, '?');
    path = str_starts(path, STR("/")) ? str_from_offset(path, 1) : path;
    user = str_cut(&userinfo, ':');
    *ret_message = STR("its user's name or password holds a character that ends it");
    /* An '@' behind the host: the password was cut at a '/', a '?' or a '#'. */
    if (str_has_nul(url) || str_find_byte(rest, '@') != SIZE_MAX ||
        !read_host(arena, host, &address))
        return false;
    if (!decode(arena, user, false, &address.user) ||
        !decode(arena, userinfo, true, &address.password) ||
        !decode(arena, path, false, &address.database)) {
        *ret_message = STR("it holds a bad escape");
        return false;
    }
    if (!read_parameters(arena, query, &address, ret_message))
        return false;
    if (!str_is_empty(address.socket))
        address.host = STR_NONE;
    *ret_address = address;
    return true;
}

struct str mysql_render(struct arena *arena, const struct mysql_address *address)
{
    struct buf url = buf_new(arena, 2000);
    bool is_ipv6 = str_find_byte(address->host, ':') != SIZE_MAX;

    buf_add(&url, STR("mysql://"));
    if (!str_is_empty(address->user))
        buf_printf(&url, STR_FMT "@", STR_ARG(address->user));
    if (str_is_empty(address->socket))
        buf_printf(&url, is_ipv6 ? "[" STR_FMT "]:%llu" : STR_FMT ":%llu", STR_ARG(address->host),
                   (unsigned long long)address->port);
    buf_printf(&url, "/" STR_FMT, STR_ARG(address->database));
    if (!str_is_empty(address->socket))
        buf_printf(&url, "?socket=" STR_FMT, STR_ARG(address->socket));
    return buf_str(&url);
}
