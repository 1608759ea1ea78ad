/* flyway_names.c -- names of Flyway's files, and its versions. */
#include "migrations/flyway.h"
#include "migrations/tracker.h"

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* --- Versions. --- */

/* "1_2" and "1.2" are one version, "1", "1.0" and "01" another (MigrationVersion: parts as numbers, zeros at the end left out). */
bool flyway_version_canonical(struct arena *arena, struct str version, struct str *ret_canonical)
{
    struct str rest = version, made = STR(""), zeros = STR("");

    if (!version.length || version.bytes[version.length - 1] == '.' ||
        version.bytes[version.length - 1] == '_')
        return false;
    while (rest.length) {
        size_t end = 0;
        while (end < rest.length && is_digit(rest.bytes[end]))
            end++;
        struct str number = str_prefix(rest, end);
        if (end == 0 || (end < rest.length && rest.bytes[end] != '.' && rest.bytes[end] != '_'))
            return false;
        rest = str_from_offset(rest, end + (end < rest.length));
        while (number.length && number.bytes[0] == '0')
            number = str_from_offset(number, 1);
        if (!number.length) {
            zeros = str_printf(arena, STR_FMT "%s0", STR_ARG(zeros), made.length ? "." : "");
            if (!made.length) {
                made = STR("0");
                zeros = STR("");
            }
            continue;
        }
        made = str_printf(arena, STR_FMT STR_FMT "%s" STR_FMT, STR_ARG(made), STR_ARG(zeros),
                          made.length ? "." : "", STR_ARG(number));
        zeros = STR("");
    }
    *ret_canonical = made;
    return true;
}

int flyway_version_compare(struct str a, struct str b)
{
    while (a.length || b.length) {
        struct str left = str_cut(&a, '.'), right = str_cut(&b, '.');
        int order =
            tracker_compare_numbers(left.length ? left : STR("0"), right.length ? right : STR("0"));
        if (order)
            return order;
    }
    return 0;
}

/* --- Names. --- */

/* Events of callbacks: the longest prefix that fits decides, and theirs are longer than a prefix of one letter (Flyway 13, api/callback/Event). */
static bool is_callback(struct str stem)
{
    static const char *const words[] = {
        "before", "after", "createSchema", "onConnect", "beforeClean", "beforeBaseline", NULL,
    };

    for (size_t i = 0; words[i]; i++) {
        struct str word = str_from(words[i]);
        struct str next = str_from_offset(stem, word.length);
        bool event = next.length && next.bytes[0] >= 'A' && next.bytes[0] <= 'Z';
        if (str_starts(stem, word) && (event || !next.length))
            return true;
    }
    return false;
}

static bool cut_suffix(struct str *stem, const struct strs *suffixes)
{
    for (size_t i = 0; i < suffixes->count; i++) {
        struct str suffix = suffixes->items[i];
        if (suffix.length && stem->length > suffix.length &&
            str_eq_nocase(str_from_offset(*stem, stem->length - suffix.length), suffix)) {
            *stem = str_prefix(*stem, stem->length - suffix.length);
            return true;
        }
    }
    return false;
}

static struct str replaced(struct arena *arena, struct str text, char from, char to)
{
    char *bytes = str_c(arena, text);

    for (size_t i = 0; i < text.length; i++)
        if (bytes[i] == from)
            bytes[i] = to;
    return str_of(bytes, text.length);
}

static enum flyway_kind kind_of(const struct flyway_naming *naming, struct str stem,
                                struct str *ret_prefix)
{
    const struct {
        struct str prefix;
        enum flyway_kind kind;
    } prefixes[] = {{naming->versioned, FLYWAY_VERSIONED},
                    {naming->repeatable, FLYWAY_REPEATABLE},
                    {naming->undo, FLYWAY_UNDO},
                    {naming->baseline, FLYWAY_BASELINE}};
    enum flyway_kind kind = FLYWAY_NONE;

    *ret_prefix = STR("");
    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
        if (str_starts(stem, prefixes[i].prefix) &&
            (kind == FLYWAY_NONE || prefixes[i].prefix.length > ret_prefix->length)) {
            *ret_prefix = prefixes[i].prefix;
            kind = prefixes[i].kind;
        }
    return kind;
}

bool flyway_name_parse(struct arena *arena, const struct flyway_naming *naming, struct str name,
                       struct flyway_name *ret_name)
{
    static const struct flyway_naming classes = {.versioned = STR_INIT("V"),
                                                 .repeatable = STR_INIT("R"),
                                                 .undo = STR_INIT("U"),
                                                 .baseline = STR_INIT("B"),
                                                 .separator = STR_INIT("__")};
    static struct str sources[] = {STR_INIT(".java"), STR_INIT(".kt"), STR_INIT(".groovy"),
                                   STR_INIT(".scala")};
    static const struct strs source_suffixes = {.items = sources, .count = COUNT_OF(sources)};
    struct flyway_name made = {.kind = FLYWAY_NONE};
    struct str stem = name, prefix, canonical;

    made.source = cut_suffix(&stem, &source_suffixes);
    if ((!made.source && !cut_suffix(&stem, &naming->suffixes)) || is_callback(stem))
        return false;
    /* Classes are named by the fixed prefixes (BaseJavaMigration). */
    const struct flyway_naming *by = made.source ? &classes : naming;
    made.kind = kind_of(by, stem, &prefix);
    if (made.kind == FLYWAY_NONE)
        return false;
    stem = str_from_offset(stem, prefix.length);
    size_t at = str_find(stem, by->separator);
    if (at == SIZE_MAX && (made.source || made.kind == FLYWAY_REPEATABLE))
        return false;
    struct str version = str_prefix(stem, at);
    made.description =
        replaced(arena, at == SIZE_MAX ? STR("") : str_from_offset(stem, at + by->separator.length),
                 '_', ' ');
    made.version = replaced(arena, version, '_', '.');
    bool numbers = flyway_version_canonical(arena, version, &canonical);
    if (made.kind == FLYWAY_REPEATABLE && version.length)
        return false;
    if (made.kind != FLYWAY_REPEATABLE && !numbers) {
        /* "views.sql" with the prefix "v" is no migration; "V1a__x.sql" is one that Flyway refuses. */
        if (made.source || !version.length || at == SIZE_MAX || !is_digit(version.bytes[0]))
            return false;
        made.bad = "only digits, dots and underscores can stand in its version";
    }
    *ret_name = made;
    return true;
}
