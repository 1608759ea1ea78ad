#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct str str_from(const char *text)
{
    return text ? (struct str){text, strlen(text)} : STR_NONE;
}

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (lower(a.bytes[i]) != lower(b.bytes[i]))
            return false;
    return true;
}

bool str_is_one_of(struct str s, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(s, str_from(*list)))
            return true;
    return false;
}

bool str_is_one_of_nocase(struct str s, const char *const *list)
{
    for (; *list; list++)
        if (str_eq_nocase(s, str_from(*list)))
            return true;
    return false;
}

int str_compare(struct str a, struct str b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter ? memcmp(a.bytes, b.bytes, shorter) : 0;

    if (order != 0)
        return order;
    return (a.length > b.length) - (a.length < b.length);
}

int str_compare_pointers(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

bool str_has_nul(struct str s)
{
    return s.length && memchr(s.bytes, '\0', s.length);
}

size_t str_find(struct str s, struct str needle)
{
    if (needle.length == 0)
        return 0;
    if (s.length < needle.length)
        return SIZE_MAX;
    const char *found = memmem(s.bytes, s.length, needle.bytes, needle.length);
    return found ? (size_t)(found - s.bytes) : SIZE_MAX;
}

size_t str_find_byte(struct str s, char byte)
{
    const char *found = s.length ? memchr(s.bytes, byte, s.length) : NULL;
    return found ? (size_t)(found - s.bytes) : SIZE_MAX;
}

size_t str_find_last_byte(struct str s, char byte)
{
    const char *found = s.length ? memrchr(s.bytes, byte, s.length) : NULL;
    return found ? (size_t)(found - s.bytes) : SIZE_MAX;
}

bool str_contains(struct str s, struct str needle)
{
    return str_find(s, needle) != SIZE_MAX;
}

struct str str_from_offset(struct str s, size_t from)
{
    if (from >= s.length)
        return (struct str){s.bytes ? s.bytes + s.length : NULL, 0};
    return (struct str){s.bytes + from, s.length - from};
}

struct str str_slice(struct str s, size_t from, size_t to)
{
    if (to > s.length)
        to = s.length;
    return from >= to ? str_from_offset(str_prefix(s, to), to)
                      : (struct str){s.bytes + from, to - from};
}

struct str str_cut(struct str *rest, char separator)
{
    size_t at = str_find_byte(*rest, separator);
    struct str before = str_prefix(*rest, at);

    *rest = at == SIZE_MAX ? str_from_offset(*rest, rest->length) : str_from_offset(*rest, at + 1);
    return before;
}

bool str_next_line(struct str *rest, struct str *ret_line)
{
    if (rest->length == 0)
        return false;
    struct str line = str_cut(rest, '\n');
    if (line.length && line.bytes[line.length - 1] == '\r')
        line.length--;
    *ret_line = line;
    return true;
}

struct str str_trim_bytes(struct str s, const char *set)
{
    while (s.length && s.bytes[0] && strchr(set, s.bytes[0])) {
        s.bytes++;
        s.length--;
    }
    while (s.length && s.bytes[s.length - 1] && strchr(set, s.bytes[s.length - 1]))
        s.length--;
    return s;
}

struct str str_word(struct str s)
{
    size_t length = 0;

    while (length < s.length && byte_is_word(s.bytes[length]))
        length++;
    return str_prefix(s, length);
}

struct str str_next_word(struct str *rest)
{
    size_t start = 0;

    while (start < rest->length && !byte_is_word(rest->bytes[start]))
        start++;
    struct str word = str_word(str_from_offset(*rest, start));
    *rest = str_from_offset(*rest, start + word.length);
    return word;
}

struct str str_trim(struct str s)
{
    return str_trim_bytes(s, " \t\r\n\v\f");
}

static uint64_t mix(uint64_t value, uint64_t word)
{
    value = (value ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return value ^ value >> 32;
}

uint64_t str_hash(uint64_t start, struct str s)
{
    uint64_t value = start, word;
    size_t at = 0;

    for (; at + sizeof word <= s.length; at += sizeof word) {
        memcpy(&word, s.bytes + at, sizeof word);
        value = mix(value, word);
    }
    word = 0;
    if (at < s.length)
        memcpy(&word, s.bytes + at, s.length - at);
    return mix(mix(value, word), s.length);
}

bool str_to_u64(struct str s, uint64_t *ret_value)
{
    uint64_t value = 0;

    if (s.length == 0)
        return false;
    for (size_t i = 0; i < s.length; i++) {
        if (s.bytes[i] < '0' || s.bytes[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.bytes[i] - '0'), &value))
            return false;
    }
    *ret_value = value;
    return true;
}

/* Length of the well-formed sequence at the start (RFC 3629 §4), 0 when there is none. */
static size_t utf8_sequence(const unsigned char *at, size_t left)
{
    unsigned char low = 0x80, high = 0xBF;
    size_t length;

    if (at[0] < 0x80)
        return 1;
    if (at[0] >= 0xC2 && at[0] <= 0xDF)
        length = 2;
    else if (at[0] >= 0xE0 && at[0] <= 0xEF)
        length = 3;
    else if (at[0] >= 0xF0 && at[0] <= 0xF4)
        length = 4;
    else
        return 0;
    if (at[0] == 0xE0)
        low = 0xA0;
    else if (at[0] == 0xED)
        high = 0x9F;
    else if (at[0] == 0xF0)
        low = 0x90;
    else if (at[0] == 0xF4)
        high = 0x8F;
    if (left < length || at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (at[i] < 0x80 || at[i] > 0xBF)
            return 0;
    return length;
}

static bool is_ascii(const char *bytes)
{
    uint64_t eight;

    memcpy(&eight, bytes, sizeof eight);
    return (eight & 0x8080808080808080u) == 0;
}

bool str_is_utf8(struct str s, size_t *ret_offset)
{
    for (size_t i = 0; i < s.length;) {
        if (s.length - i >= 8 && is_ascii(s.bytes + i)) {
            i += 8;
            continue;
        }
        size_t length = utf8_sequence((const unsigned char *)s.bytes + i, s.length - i);
        if (length == 0) {
            *ret_offset = i;
            return false;
        }
        i += length;
    }
    return true;
}

size_t str_character(struct str s, size_t at, bool *ret_control)
{
    const unsigned char *bytes = (const unsigned char *)s.bytes + at;
    size_t length = utf8_sequence(bytes, s.length - at);

    *ret_control = bytes[0] < 0x20 || (bytes[0] >= 0x7F && bytes[0] <= 0x9F);
    if (length == 2)
        *ret_control = bytes[0] == 0xC2 && bytes[1] <= 0x9F;
    if (length == 3) /* U+2028 to U+202E, U+2066 to U+2069 */
        *ret_control =
            bytes[0] == 0xE2 && ((bytes[1] == 0x80 && bytes[2] >= 0xA8 && bytes[2] <= 0xAE) ||
                                 (bytes[1] == 0x81 && bytes[2] >= 0xA6 && bytes[2] <= 0xA9));
    return length ? length : 1;
}

struct str str_shown(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.length + 1);
    size_t written = 0, length;
    bool control;

    for (size_t at = 0; at < s.length; at += length) {
        length = str_character(s, at, &control);
        if (control) {
            copy[written++] = '?';
            continue;
        }
        memcpy(copy + written, s.bytes + at, length);
        written += length;
    }
    return (struct str){copy, written};
}

void str_position(struct str s, size_t offset, size_t *ret_line, size_t *ret_column)
{
    size_t line = 1, start = 0;

    if (offset > s.length)
        offset = s.length;
    for (size_t i = 0; i < offset; i++)
        if (s.bytes[i] == '\n') {
            line++;
            start = i + 1;
        }
    *ret_line = line;
    *ret_column = offset - start + 1;
}

struct str str_copy(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.length + 1);

    if (s.length)
        memcpy(copy, s.bytes, s.length);
    return (struct str){copy, s.length};
}

char *str_c(struct arena *arena, struct str s)
{
    return (char *)str_copy(arena, s).bytes;
}

struct str str_join(struct arena *arena, const struct str *parts, size_t count, struct str between)
{
    size_t length = 0, at = 0;

    for (size_t i = 0; i < count; i++)
        length += parts[i].length + (i ? between.length : 0);
    char *bytes = arena_alloc(arena, length + 1);
    for (size_t i = 0; i < count; i++) {
        if (i && between.length) {
            memcpy(bytes + at, between.bytes, between.length);
            at += between.length;
        }
        if (parts[i].length)
            memcpy(bytes + at, parts[i].bytes, parts[i].length);
        at += parts[i].length;
    }
    return (struct str){bytes, length};
}

struct str str_lower(struct arena *arena, struct str s)
{
    char *copy = str_c(arena, s);

    for (size_t i = 0; i < s.length; i++)
        copy[i] = lower(copy[i]);
    return (struct str){copy, s.length};
}

struct str str_upper(struct arena *arena, struct str s)
{
    char *copy = str_c(arena, s);

    for (size_t i = 0; i < s.length; i++)
        if (copy[i] >= 'a' && copy[i] <= 'z')
            copy[i] = (char)(copy[i] - 'a' + 'A');
    return (struct str){copy, s.length};
}

struct str str_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;

    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *bytes = arena_alloc(arena, length < 0 ? 1 : (size_t)length + 1);
    if (length > 0)
        vsnprintf(bytes, (size_t)length + 1, format, again);
    va_end(again);
    return (struct str){bytes, length < 0 ? 0 : (size_t)length};
}
