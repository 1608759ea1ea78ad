/* expression_value.c -- constants as PostgreSQL writes them back (manual §8.5, §8.14). */
#include "schema/expression_tree.h"

#define EXPONENT_MAX 30

/* --- Numbers. --- */

static void shifted(struct buf *buf, struct str digits, size_t point)
{
    size_t at = 0;

    while (at + 1 < point && at < digits.length && digits.bytes[at] == '0')
        at++; /* leading zeros */
    for (; at < point; at++)
        buf_add_byte(buf, at < digits.length ? digits.bytes[at] : '0');
    if (point < digits.length) {
        buf_add_byte(buf, '.');
        buf_add(buf, str_from_offset(digits, point));
    }
}

struct str value_number(struct arena *arena, struct str text)
{
    struct buf digits = buf_new(arena, EXPRESSION_MAX), out = buf_new(arena, EXPRESSION_MAX);
    long exponent = 0, behind = 0;
    bool negative = str_starts(text, STR("-")), point = false;
    size_t at = negative;

    for (; at < text.length && (text.bytes[at] | 0x20) != 'e'; at++) {
        if (byte_is_digit(text.bytes[at])) {
            buf_add_byte(&digits, text.bytes[at]);
            behind += point;
        } else if (text.bytes[at] != '.' || point) {
            return STR_NONE;
        }
        point = point || text.bytes[at] == '.';
    }
    if (at < text.length) {
        struct str power = str_from_offset(text, at + 1);
        bool down = str_starts(power, STR("-"));
        uint64_t value;
        power = str_from_offset(power, down || str_starts(power, STR("+")));
        if (!str_to_u64(power, &value) || value > EXPONENT_MAX)
            return STR_NONE;
        exponent = down ? -(long)value : (long)value;
    }
    struct str all = buf_str(&digits);
    long before = (long)all.length - behind + exponent;
    if (!all.length)
        return STR_NONE;
    if (negative)
        buf_add_byte(&out, '-');
    for (; before < 1; before++)
        all = str_printf(arena, "0" STR_FMT, STR_ARG(all));
    shifted(&out, all, (size_t)before);
    return buf_str(&out);
}

/* --- Intervals. --- */

struct span {
    int64_t months, days, seconds;
};

static bool add_unit(struct span *span, int64_t count, struct str unit)
{
    static const struct {
        const char *name;
        int64_t months, days, seconds;
    } units[] = {
        {"year", 12, 0, 0},  {"mon", 1, 0, 0},     {"month", 1, 0, 0}, {"week", 0, 7, 0},
        {"day", 0, 1, 0},    {"hour", 0, 0, 3600}, {"min", 0, 0, 60},  {"minute", 0, 0, 60},
        {"second", 0, 0, 1}, {"sec", 0, 0, 1},
    };

    if (str_ends(unit, STR("s")))
        unit.length--;
    for (size_t i = 0; i < COUNT_OF(units); i++)
        if (str_eq(unit, str_from(units[i].name))) {
            span->months += count * units[i].months;
            span->days += count * units[i].days;
            span->seconds += count * units[i].seconds;
            return true;
        }
    return false;
}

/* "04:05:06", "04:05" */
static bool add_clock(struct span *span, struct str word)
{
    uint64_t parts[3] = {0};
    size_t count = 0;

    while (word.length && count < 3)
        if (!str_to_u64(str_cut(&word, ':'), &parts[count++]) || parts[count - 1] > 100000)
            return false;
    if (word.length || count < 2)
        return false;
    span->seconds += (int64_t)(parts[0] * 3600 + parts[1] * 60 + parts[2]);
    return true;
}

/* Whole numbers of units, and a clock; anything else stays as it is written. */
static struct str interval(struct arena *arena, struct str value)
{
    struct span span = {0};
    struct str rest = str_trim(str_lower(arena, value));

    while (rest.length) {
        struct str word = str_cut(&rest, ' ');
        uint64_t count;
        if (!word.length)
            continue;
        if (str_find_byte(word, ':') != SIZE_MAX) {
            if (!add_clock(&span, word))
                return value;
            continue;
        }
        rest = str_trim(rest);
        if (!str_to_u64(word, &count) || count > 1000000 ||
            !add_unit(&span, (int64_t)count, str_cut(&rest, ' ')))
            return value;
    }
    return str_printf(arena, "%lld months %lld days %lld seconds", (long long)span.months,
                      (long long)span.days, (long long)span.seconds);
}

/* --- Times. --- */

static bool has_form(struct str value, const char *form)
{
    struct str wanted = str_from(form);

    if (value.length != wanted.length)
        return false;
    for (size_t i = 0; i < value.length; i++)
        if (wanted.bytes[i] == '0' ? !byte_is_digit(value.bytes[i])
                                   : wanted.bytes[i] != value.bytes[i])
            return false;
    return true;
}

/* Two digits of a clock or a zone. */
static bool take_two(struct str *rest, int *ret_number)
{
    if (rest->length < 2 || !byte_is_digit(rest->bytes[0]) || !byte_is_digit(rest->bytes[1]))
        return false;
    *ret_number = 10 * (rest->bytes[0] - '0') + rest->bytes[1] - '0';
    *rest = str_from_offset(*rest, 2);
    return true;
}

static bool take_byte(struct str *rest, char byte)
{
    bool is = rest->length && rest->bytes[0] == byte;

    *rest = str_from_offset(*rest, is);
    return is;
}

/* Days since a day long ago, in the Gregorian calendar; years begin in March, so that the odd day is the last. */
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month < 3;
    int64_t month_of = (month + 9) % 12;
    return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month_of + 2) / 5 + day - 1;
}

static void date_of(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day)
{
    int64_t year = days / 365 + 1, month_of = 0;

    while (days_of(year, 3, 1) > days)
        year--;
    int64_t of_year = days - days_of(year, 3, 1);
    month_of = (5 * of_year + 2) / 153;
    *ret_day = (int)(of_year - (153 * month_of + 2) / 5) + 1;
    *ret_month = (int)((month_of + 2) % 12) + 1;
    *ret_year = year + (*ret_month < 3);
}

/* "Z", "UTC", "+02", "-05:30": minutes east of Greenwich. */
static bool take_zone(struct str zone, int *ret_minutes)
{
    static const char *const greenwich[] = {"z", "utc", "gmt", NULL};
    int hours = 0, minutes = 0, sign = take_byte(&zone, '-') ? -1 : take_byte(&zone, '+') ? 1 : 0;

    *ret_minutes = 0;
    if (!sign)
        return str_is_one_of_nocase(zone, greenwich);
    if (!take_two(&zone, &hours))
        return false;
    (void)take_byte(&zone, ':');
    if (zone.length && !take_two(&zone, &minutes))
        return false;
    *ret_minutes = sign * (60 * hours + minutes);
    return !zone.length;
}

bool value_moment(struct arena *arena, struct str value, struct str *ret_utc, struct str *ret_wall,
                  bool *ret_zoned)
{
    struct str rest = str_trim(value), fraction = STR_NONE;
    int clock[3] = {0}, month, day, east = 0;
    size_t count = 0;
    uint64_t year;

    if (rest.length < 10 || !has_form(str_prefix(rest, 10), "0000-00-00") ||
        !str_to_u64(str_prefix(rest, 4), &year))
        return false;
    month = 10 * (rest.bytes[5] - '0') + rest.bytes[6] - '0';
    day = 10 * (rest.bytes[8] - '0') + rest.bytes[9] - '0';
    rest = str_from_offset(rest, 10);
    if (take_byte(&rest, ' ') || take_byte(&rest, 'T'))
        for (; count < COUNT_OF(clock) && (!count || take_byte(&rest, ':')); count++)
            if (!take_two(&rest, &clock[count]))
                return false;
    if (take_byte(&rest, '.')) {
        size_t digits = 0;
        while (digits < rest.length && byte_is_digit(rest.bytes[digits]))
            digits++;
        fraction = str_prefix(rest, digits);
        rest = str_from_offset(rest, digits);
        while (str_ends(fraction, STR("0")))
            fraction.length--;
    }
    rest = str_trim(rest);
    *ret_zoned = rest.length > 0;
    if (month < 1 || month > 12 || year < 1 || (*ret_zoned && !take_zone(rest, &east)))
        return false;
    struct str behind =
        str_printf(arena, "%s" STR_FMT, fraction.length ? "." : "", STR_ARG(fraction));
    *ret_wall = str_printf(arena, "%04u-%02d-%02d %02d:%02d:%02d" STR_FMT, (unsigned)year, month,
                           day, clock[0], clock[1], clock[2], STR_ARG(behind));
    int64_t minutes = 1440 * days_of((int64_t)year, month, day) + 60 * clock[0] + clock[1] - east;
    int64_t utc_year;
    date_of(minutes / 1440, &utc_year, &month, &day);
    *ret_utc = str_printf(arena, "%04lld-%02d-%02d %02d:%02d:%02d" STR_FMT "%s",
                          (long long)utc_year, month, day, (int)(minutes % 1440 / 60),
                          (int)(minutes % 60), clock[2], STR_ARG(behind), *ret_zoned ? "Z" : "");
    return true;
}

/* "9:05" is "09:05". */
static struct str two_digits(struct arena *arena, struct str value)
{
    struct buf buf = buf_new(arena, 2 * value.length + 1);

    for (size_t i = 0; i < value.length; i++) {
        char byte = value.bytes[i];
        bool alone = byte_is_digit(byte) && (!i || !byte_is_digit(value.bytes[i - 1])) &&
                     (i + 1 == value.length || !byte_is_digit(value.bytes[i + 1]));
        if (!byte_is_digit(byte) && byte != '-' && byte != ':' && byte != ' ')
            return value;
        if (alone)
            buf_add_byte(&buf, '0');
        buf_add_byte(&buf, byte);
    }
    return buf_str(&buf);
}

/* --- Names of relations. --- */

static bool is_plain_name(struct str name)
{
    for (size_t i = 0; i < name.length; i++)
        if (!byte_is_word(name.bytes[i]) || (name.bytes[i] >= 'A' && name.bytes[i] <= 'Z'))
            return false;
    return name.length && !byte_is_digit(name.bytes[0]);
}

/* app."Orders", object-sequence: folded where no quotes are, and in quotes where it needs them; the schema of everything is left out. */
static struct str relation(struct arena *arena, struct str value)
{
    static const struct str in_public = STR_INIT("public.");
    struct buf buf = buf_new(arena, 4 * value.length + 3);

    for (size_t at = 0; at < value.length; at++) {
        struct str name;
        if (value.bytes[at] == '"') {
            size_t end = str_find_byte(str_from_offset(value, at + 1), '"');
            if (end == SIZE_MAX)
                return value;
            name = str_slice(value, at + 1, at + 1 + end);
            at += end + 2;
        } else {
            size_t end = str_find_byte(str_from_offset(value, at), '.');
            end = end == SIZE_MAX ? value.length : at + end;
            name = str_lower(arena, str_trim(str_slice(value, at, end)));
            at = end;
        }
        if (at < value.length && value.bytes[at] != '.')
            return value;
        const char *quote = is_plain_name(name) ? "" : "\"";
        buf_printf(&buf, "%s" STR_FMT "%s%s", quote, STR_ARG(name), quote,
                   at < value.length ? "." : "");
    }
    struct str whole = buf_str(&buf);
    return str_starts(whole, in_public) ? str_from_offset(whole, in_public.length) : whole;
}

/* --- Bytes. --- */

static struct str hexadecimal(struct arena *arena, struct str value)
{
    struct buf buf = buf_new(arena, 2 * value.length + 3);

    if (str_find_byte(value, '\\') != SIZE_MAX) /* written so already, or with escapes */
        return value;
    buf_add(&buf, STR("\\x"));
    for (size_t i = 0; i < value.length; i++)
        buf_printf(&buf, "%02x", (unsigned char)value.bytes[i]);
    return buf_str(&buf);
}

struct str value_of_type(struct arena *arena, struct str type, struct str value)
{
    static const char *const yes[] = {"t", "true", "y", "yes", "on", "1", NULL};
    static const char *const no[] = {"f", "false", "n", "no", "off", "0", NULL};

    if (str_eq(type, STR("interval")))
        return interval(arena, value);
    if (str_eq(type, STR("jsonb")))
        return value_of_json(arena, value);
    if (str_eq(type, STR("bytea")))
        return hexadecimal(arena, value);
    if (str_eq(type, STR("regconfig")) && str_starts(value, STR("pg_catalog.")))
        return str_from_offset(value, STR("pg_catalog.").length);
    if (str_eq(type, STR("regclass")))
        return relation(arena, value);
    if (str_eq(type, STR("uuid")))
        return str_lower(arena, value);
    if (type_is_array(type))
        return value_of_array(arena, type_element(type), value);
    if (str_eq(type, STR("bool")))
        return str_is_one_of_nocase(value, yes)  ? STR("true")
               : str_is_one_of_nocase(value, no) ? STR("false")
                                                 : value;
    if (str_eq(type, STR("date")) || str_eq(type, STR("timestamp")) || str_eq(type, STR("time")))
        value = two_digits(arena, value);
    if (str_eq(type, STR("timestamp")) && has_form(value, "0000-00-00"))
        return str_printf(arena, STR_FMT " 00:00:00", STR_ARG(value));
    if ((str_eq(type, STR("timestamp")) && has_form(value, "0000-00-00 00:00")) ||
        (str_eq(type, STR("time")) && has_form(value, "00:00")))
        return str_printf(arena, STR_FMT ":00", STR_ARG(value));
    return value;
}
