#include "config/config.h"
#include "config/keys.h"
#include "config/layer.h"

bool config_duration_parse(struct str text, uint64_t *ret_milliseconds, struct err *e)
{
    static const struct {
        struct str suffix;
        uint64_t milliseconds;
    } units[] = {{STR_INIT("ms"), 1},
                 {STR_INIT("s"), 1000},
                 {STR_INIT("m"), 60000},
                 {STR_INIT("h"), 3600000}};
    uint64_t number, milliseconds;

    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (!str_ends(text, units[i].suffix))
            continue;
        if (!str_to_u64(str_prefix(text, text.length - units[i].suffix.length), &number))
            break;
        if (number == 0 || __builtin_mul_overflow(number, units[i].milliseconds, &milliseconds))
            break;
        *ret_milliseconds = milliseconds;
        return true;
    }
    return err_set(e, ERR_INPUT, "not a duration such as \"25s\", \"500ms\" or \"2m\"");
}

static bool is_variable_name(struct str s)
{
    for (size_t i = 0; i < s.length; i++) {
        char byte = s.bytes[i];
        bool letter = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '_';
        if (!letter && (i == 0 || byte < '0' || byte > '9'))
            return false;
    }
    return s.length > 0;
}

/* "host=… dbname=…": a word of libpq's, then '='. */
static bool is_conninfo(struct str text)
{
    size_t equals = str_find_byte(text, '=');

    if (equals == SIZE_MAX || equals == 0)
        return false;
    struct str word = str_trim(str_prefix(text, equals));
    for (size_t i = 0; i < word.length; i++)
        if ((word.bytes[i] < 'a' || word.bytes[i] > 'z') && word.bytes[i] != '_')
            return false;
    return word.length > 0;
}

/* SQLAlchemy writes the driver into the scheme ("postgresql+psycopg2://"); libpq does not know that form. */
static bool parse_url(struct arena *arena, struct str text, struct str *ret_url)
{
    static const struct str schemes[] = {
        STR_INIT("postgresql"), STR_INIT("postgres"), STR_INIT("mysql"), STR_INIT("mysql2"),
        STR_INIT("mariadb"),    STR_INIT("trilogy"),  STR_INIT("sqlite")};

    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        struct str rest = str_from_offset(text, schemes[i].length);
        size_t end = str_find(rest, STR("://"));
        if (!str_starts(text, schemes[i]) || end == SIZE_MAX || (end > 0 && rest.bytes[0] != '+'))
            continue;
        struct str tail = str_from_offset(rest, end);
        *ret_url = end == 0
                       ? text
                       : str_printf(arena, STR_FMT STR_FMT, STR_ARG(schemes[i]), STR_ARG(tail));
        return true;
    }
    return false;
}

static bool parse_prefixed(struct str text, struct config_database *ret_database, struct err *e)
{
    static const struct {
        struct str prefix;
        enum config_database_kind kind;
    } prefixes[] = {{STR_INIT("env:"), DATABASE_ENVIRONMENT},
                    {STR_INIT("sqlite:"), DATABASE_SQLITE},
                    {STR_INIT("file:"), DATABASE_FILE}};

    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        if (!str_starts(text, prefixes[i].prefix))
            continue;
        struct str rest = str_from_offset(text, prefixes[i].prefix.length);
        if (rest.length == 0)
            return err_set(e, ERR_INPUT, "nothing after \"" STR_FMT "\"",
                           STR_ARG(prefixes[i].prefix));
        if (prefixes[i].kind == DATABASE_ENVIRONMENT && !is_variable_name(rest))
            return err_set(e, ERR_INPUT, "\"env:\" without the name of a variable");
        if (str_starts(rest, STR("//")))
            return err_set(e, ERR_INPUT,
                           "two slashes after \"" STR_FMT "\": a plain path was expected",
                           STR_ARG(prefixes[i].prefix));
        ret_database->kind = prefixes[i].kind;
        ret_database->value = rest;
        return true;
    }
    return true;
}

bool config_database_parse(struct arena *arena, struct str text,
                           struct config_database *ret_database, struct err *e)
{
    struct config_database database = {0};

    text = str_trim(text);
    if (str_has_nul(text))
        return err_set(e, ERR_INPUT, "not a database: it holds a NUL byte");
    if (parse_url(arena, text, &database.value)) {
        database.kind = DATABASE_URL;
    } else if (!parse_prefixed(text, &database, e)) {
        return false;
    } else if (database.kind == DATABASE_NONE) {
        if (is_conninfo(text)) {
            database.kind = DATABASE_URL;
            database.value = text;
        } else {
            return err_set(e, ERR_INPUT,
                           "not a database: expected \"env:NAME\", \"postgresql://…\", "
                           "\"mysql://…\", \"service=…\", "
                           "\"host=… dbname=…\", \"sqlite:FILE\" or \"file:PATH\"");
        }
    }
    database.place = ret_database->place;
    *ret_database = database;
    return true;
}
