#include "migrations/clear_type.h"

enum kind {
    KIND_NONE = 0,
    KIND_SMALLINT, /* the integers by their width */
    KIND_INTEGER,
    KIND_BIGINT,
    KIND_NUMERIC,
    KIND_FLOAT,
    KIND_VARCHAR,
    KIND_TEXT,
    KIND_BOOLEAN,
    KIND_UUID,
    KIND_JSON,
    KIND_DATE,
    KIND_TIMESTAMP,
    KIND_BEYOND = KIND_TIMESTAMP, /* those behind it have no type of their own in Ecto */
    KIND_CITEXT,
    KIND_BYTES,
    KIND_TIME,
    KIND_INTERVAL,
    KIND_INET,
    KINDS,
};

static const char *const names[KINDS][8] = {
    [KIND_SMALLINT] = {"SMALLINT", "INT2", "SMALLSERIAL"},
    [KIND_INTEGER] = {"INTEGER", "INT", "INT4", "SERIAL"},
    [KIND_BIGINT] = {"BIGINT", "INT8", "BIGSERIAL"},
    [KIND_NUMERIC] = {"NUMERIC", "DECIMAL"},
    [KIND_FLOAT] = {"FLOAT", "REAL", "FLOAT4", "FLOAT8", "DOUBLE", "DOUBLE PRECISION"},
    [KIND_VARCHAR] = {"VARCHAR", "CHARACTER VARYING", "NVARCHAR"},
    [KIND_TEXT] = {"TEXT"},
    [KIND_BOOLEAN] = {"BOOLEAN", "BOOL"},
    [KIND_UUID] = {"UUID"},
    [KIND_JSON] = {"JSON", "JSONB"},
    [KIND_DATE] = {"DATE"},
    [KIND_TIMESTAMP] = {"TIMESTAMP", "TIMESTAMPTZ", "DATETIME", "TIMESTAMP WITH TIME ZONE",
                        "TIMESTAMP WITHOUT TIME ZONE"},
    [KIND_CITEXT] = {"CITEXT"},
    [KIND_BYTES] = {"BYTEA", "BLOB"},
    [KIND_TIME] = {"TIME", "TIMETZ", "TIME WITH TIME ZONE", "TIME WITHOUT TIME ZONE"},
    [KIND_INTERVAL] = {"INTERVAL"},
    [KIND_INET] = {"INET"},
};

/* Of a timestamp; MySQL's DATETIME says nothing of it. */
enum zone { ZONE_UNKNOWN = 0, ZONE_NONE, ZONE_SOME };

struct type {
    enum kind kind;
    struct str numbers; /* "50", "10, 2" */
    bool array;         /* INTEGER[], INTEGER[][], INTEGER ARRAY */
    enum zone zone;
};

/* What stands behind the numbers, or behind the word: [], ARRAY; both are taken from it. */
static bool take_array(struct str *word, struct str *behind)
{
    static const struct str array = STR_INIT(" ARRAY");
    struct str *last = behind->length ? behind : word;
    size_t bracket = str_find_byte(*last, '[');

    if (bracket != SIZE_MAX) {
        *last = str_trim(str_prefix(*last, bracket));
        return true;
    }
    if (str_eq_nocase(*behind, STR("ARRAY"))) {
        *behind = STR_NONE;
        return true;
    }
    size_t before = word->length > array.length ? word->length - array.length : 0;
    if (behind->length || !before || !str_eq_nocase(str_from_offset(*word, before), array))
        return false;
    *word = str_prefix(*word, before);
    return true;
}

static enum zone zone_of(struct str word, struct str behind)
{
    struct str said = behind.length ? behind : word;
    static const struct str with = STR_INIT("WITH TIME ZONE");

    if (str_eq_nocase(word, STR("DATETIME")))
        return ZONE_UNKNOWN;
    return str_eq_nocase(word, STR("TIMESTAMPTZ")) ||
                   (said.length >= with.length &&
                    str_eq_nocase(str_from_offset(said, said.length - with.length), with))
               ? ZONE_SOME
               : ZONE_NONE;
}

static struct type type_of(struct str text)
{
    size_t open = str_find_byte(text, '('), close = str_find_byte(text, ')');
    bool numbers = open != SIZE_MAX && close != SIZE_MAX && close > open;
    struct str word = str_trim(str_prefix(text, numbers ? open : text.length));
    struct str behind = numbers ? str_trim(str_from_offset(text, close + 1)) : STR_NONE;
    struct type type = {.array = take_array(&word, &behind)};

    for (size_t i = KIND_NONE + 1; i < KINDS; i++)
        for (size_t j = 0; j < COUNT_OF(names[i]) && names[i][j]; j++)
            if (str_eq_nocase(word, str_from(names[i][j])))
                type.kind = (enum kind)i;
    if (numbers)
        type.numbers = str_slice(text, open + 1, close);
    if (type.kind == KIND_TIMESTAMP)
        type.zone = zone_of(word, behind);
    else if (behind.length && type.kind != KIND_TIME) /* TIME(3) WITH TIME ZONE */
        type.kind = KIND_NONE;
    return type;
}

static size_t number_at(struct str text, size_t index)
{
    struct str part = STR_NONE;
    size_t value = 0;

    for (size_t i = 0; i <= index; i++)
        part = str_trim(str_cut(&text, ','));
    for (size_t i = 0; i < part.length; i++) {
        if (!byte_is_digit(part.bytes[i]) || value > 100000000)
            return SIZE_MAX;
        value = value * 10 + (size_t)(part.bytes[i] - '0');
    }
    return part.length ? value : 0;
}

static bool is_integer(enum kind kind)
{
    return kind >= KIND_SMALLINT && kind <= KIND_BIGINT;
}

static bool is_text(enum kind kind)
{
    return kind == KIND_VARCHAR || kind == KIND_TEXT;
}

/* Does a column of the one hold what the models mean by the other, in some database or with some driver? */
static bool holds(struct type made, struct type wanted)
{
    if (is_integer(made.kind))
        return is_integer(wanted.kind)
                   ? made.kind >= wanted.kind
                   : wanted.kind == KIND_BOOLEAN || wanted.kind == KIND_TIMESTAMP ||
                         wanted.kind == KIND_INTERVAL;
    if (is_text(made.kind) || made.kind == KIND_CITEXT)
        return is_text(wanted.kind) || (wanted.kind >= KIND_BOOLEAN) || wanted.kind == KIND_NUMERIC;
    if (made.kind == KIND_NUMERIC || made.kind == KIND_FLOAT)
        return wanted.kind == KIND_NUMERIC || wanted.kind == KIND_FLOAT;
    return made.kind == KIND_UUID && is_text(wanted.kind);
}

static bool numbers_differ(struct type made, struct type wanted, bool by_hand)
{
    bool counted = made.kind == KIND_VARCHAR || made.kind == KIND_NUMERIC;

    if (made.kind != wanted.kind || !counted || !made.numbers.length || !wanted.numbers.length)
        return false;
    for (size_t i = 0; i < 2; i++) {
        size_t one = number_at(made.numbers, i), other = number_at(wanted.numbers, i);
        if (one == SIZE_MAX || other == SIZE_MAX)
            return false;
        if (by_hand ? one < other : one != other)
            return true;
    }
    return false;
}

bool clear_type_differs(struct str made_text, struct str wanted_text, enum clear_type_by by)
{
    struct type made = type_of(made_text), wanted = type_of(wanted_text);
    bool texts = is_text(made.kind) && is_text(wanted.kind);
    /* VARCHAR without a length is a text. */
    bool same =
        made.kind == wanted.kind || (texts && !made.numbers.length && !wanted.numbers.length);

    if (!made.kind || !wanted.kind)
        return false;
    if (made.array != wanted.array)
        return by == CLEAR_BY_SAME_TOOL || by == CLEAR_BY_RAILS;
    if ((made.array && by == CLEAR_BY_HAND) ||
        (by == CLEAR_BY_FIELD && (made.kind > KIND_BEYOND || wanted.kind > KIND_BEYOND)))
        return false;
    if (by == CLEAR_BY_FIELD)
        return !same && !texts && !(is_integer(made.kind) && is_integer(wanted.kind));
    if (!same)
        return by != CLEAR_BY_HAND || !holds(made, wanted);
    if (by == CLEAR_BY_SAME_TOOL && made.zone && wanted.zone && made.zone != wanted.zone)
        return true;
    return numbers_differ(made, wanted, by == CLEAR_BY_HAND);
}

struct str clear_type_shown(struct arena *arena, struct str text)
{
    struct type type = type_of(text);
    struct str name = str_from(names[type.kind][0]);

    if (type.numbers.length)
        name = str_printf(arena, STR_FMT "(" STR_FMT ")", STR_ARG(name), STR_ARG(type.numbers));
    return str_printf(arena, STR_FMT "%s%s", STR_ARG(name),
                      type.zone == ZONE_SOME   ? " WITH TIME ZONE"
                      : type.zone == ZONE_NONE ? " WITHOUT TIME ZONE"
                                               : "",
                      type.array ? "[]" : "");
}
