/* order.c -- the order in which a tool applies its migrations. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "migrations/tracker.h"

static struct str digits_at_start(struct str text)
{
    size_t i = 0;

    while (i < text.length && text.bytes[i] >= '0' && text.bytes[i] <= '9')
        i++;
    return str_prefix(text, i);
}

static struct str without_zeros(struct str digits)
{
    while (digits.length > 1 && digits.bytes[0] == '0')
        digits = str_from_offset(digits, 1);
    return digits;
}

int tracker_compare_numbers(struct str a, struct str b)
{
    bool minus_a = str_starts(a, STR("-")), minus_b = str_starts(b, STR("-"));

    if (minus_a != minus_b)
        return minus_a ? -1 : 1;
    a = without_zeros(str_from_offset(a, minus_a));
    b = without_zeros(str_from_offset(b, minus_b));
    int order = a.length != b.length ? (a.length < b.length ? -1 : 1) : str_compare(a, b);
    return minus_a ? -order : order;
}

/* JavaScript's `<` compares UTF-16 code units: as bytes of UTF-8, but for characters past U+FFFF, whose surrogates are less than
 * U+E000 to U+FFFF. */
static int compare_utf16(struct str a, struct str b)
{
    size_t i = 0;

    while (i < a.length && i < b.length && a.bytes[i] == b.bytes[i])
        i++;
    if (i < a.length && i < b.length) {
        unsigned char left = (unsigned char)a.bytes[i], right = (unsigned char)b.bytes[i];
        if (left >= 0xf0 && (right == 0xee || right == 0xef))
            return -1;
        if (right >= 0xf0 && (left == 0xee || left == 0xef))
            return 1;
    }
    return str_compare(a, b);
}

int tracker_compare_ids(const struct tracker *tracker, struct str a, struct str b)
{
    return str_eq(tracker->unit.id_type, STR("int")) ? tracker_compare_numbers(a, b)
                                                     : str_compare(a, b);
}

static int compare_rest(const struct migration *left, const struct migration *right)
{
    int order = str_compare(left->unit, right->unit);

    return order ? order : str_compare(left->file, right->file);
}

static int by_id(const void *a, const void *b)
{
    const struct migration *left = a, *right = b;
    int order = str_compare(left->id, right->id);

    return order ? order : compare_rest(left, right);
}

static int by_file(const void *a, const void *b)
{
    return compare_rest(a, b);
}

static int by_int(const void *a, const void *b)
{
    const struct migration *left = a, *right = b;
    int order = tracker_compare_numbers(left->id, right->id);

    return order ? order : compare_rest(left, right);
}

/* Names without a number stand after those with one. */
static int by_number(const void *a, const void *b)
{
    const struct migration *left = a, *right = b;
    struct str first = digits_at_start(left->unit), second = digits_at_start(right->unit);

    if (!first.length != !second.length)
        return first.length ? -1 : 1;
    int order = tracker_compare_numbers(first, second);
    return order ? order : compare_rest(left, right);
}

/* 17 digits are a time of UTC, YYYYMMDDhhmmssSSS; other numbers are milliseconds since 1970. */
static struct str milliseconds_of(struct str digits, char ret_text[24])
{
    int parts[7] = {0};
    static const size_t widths[7] = {4, 2, 2, 2, 2, 2, 3};
    size_t at = 0;

    if (digits.length != 17)
        return digits;
    for (size_t i = 0; i < COUNT_OF(parts); at += widths[i++])
        for (size_t j = 0; j < widths[i]; j++)
            parts[i] = parts[i] * 10 + (digits.bytes[at + j] - '0');
    /* Days since 1970 of the civil date (Hinnant). */
    int64_t year = parts[0] - (parts[1] <= 2), era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (parts[1] + (parts[1] > 2 ? -3 : 9)) + 2) / 5 + parts[2] - 1;
    int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
    int64_t seconds = ((days * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5];
    int length = snprintf(ret_text, 24, "%" PRId64, seconds * 1000 + parts[6]);
    return str_of(ret_text, (size_t)length);
}

static int by_time(const void *a, const void *b)
{
    const struct migration *left = a, *right = b;
    char first[24], second[24];
    int order = tracker_compare_numbers(milliseconds_of(digits_at_start(left->unit), first),
                                        milliseconds_of(digits_at_start(right->unit), second));

    return order ? order : compare_rest(left, right);
}

static struct str digits_at_end(struct str text)
{
    size_t i = text.length;

    while (i > 0 && text.bytes[i - 1] >= '0' && text.bytes[i - 1] <= '9')
        i--;
    return str_from_offset(text, i);
}

static int by_end(const void *a, const void *b)
{
    const struct migration *left = a, *right = b;
    int order = tracker_compare_numbers(digits_at_end(left->id), digits_at_end(right->id));

    return order ? order : by_id(a, b);
}

static int by_utf16(const void *a, const void *b)
{
    const struct migration *left = a, *right = b;
    int order = compare_utf16(left->unit, right->unit);

    return order ? order : compare_rest(left, right);
}

void tracker_sort(const struct tracker *tracker, struct migrations *migrations)
{
    static const struct {
        struct str name;
        int (*compare)(const void *, const void *);
    } orders[] = {
        {STR_INIT("id"), by_id},         {STR_INIT("file"), by_file},   {STR_INIT("int"), by_int},
        {STR_INIT("number"), by_number}, {STR_INIT("utf16"), by_utf16}, {STR_INIT("time"), by_time},
        {STR_INIT("end"), by_end},
    };
    struct str wanted = tracker->order.length ? tracker->order : STR("id");

    for (size_t i = 0; i < COUNT_OF(orders); i++)
        if (str_eq(orders[i].name, wanted) && migrations->count)
            qsort(migrations->items, migrations->count, sizeof migrations->items[0],
                  orders[i].compare);
}
