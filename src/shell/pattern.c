#include <ctype.h>
#include <string.h>

#include "shell/evaluator.h"

static bool is_special(char byte)
{
    return byte == '*' || byte == '?' || byte == '[';
}

/* @(a|b) and its kin, which only some shells know. */
static bool is_extended(struct str pattern, size_t at)
{
    return at + 1 < pattern.length && pattern.bytes[at + 1] == '(' &&
           strchr("?*+@!", pattern.bytes[at]) != NULL;
}

bool pattern_is_plain(struct str pattern)
{
    for (size_t i = 0; i < pattern.length; i++) {
        if (pattern.bytes[i] == '\\')
            i++;
        else if (is_special(pattern.bytes[i]) || is_extended(pattern, i) ||
                 pattern.bytes[i] == SHELL_UNKNOWN)
            return false;
    }
    return true;
}

struct str pattern_plain(struct arena *arena, struct str pattern)
{
    if (str_find_byte(pattern, '\\') == SIZE_MAX)
        return pattern;
    char *bytes = arena_alloc(arena, pattern.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < pattern.length; i++) {
        if (pattern.bytes[i] == '\\' && i + 1 < pattern.length)
            i++;
        bytes[length++] = pattern.bytes[i];
    }
    return str_of(bytes, length);
}

static bool in_class(struct str name, unsigned char byte)
{
    static const struct {
        const char *name;
        int (*test)(int);
    } CLASSES[] = {{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank},
                   {"cntrl", iscntrl}, {"digit", isdigit}, {"graph", isgraph},
                   {"lower", islower}, {"print", isprint}, {"punct", ispunct},
                   {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit}};

    for (size_t i = 0; i < COUNT_OF(CLASSES); i++)
        if (str_eq(name, str_from(CLASSES[i].name)))
            return byte < 0x80 && CLASSES[i].test(byte) != 0;
    return false;
}

/* [:name:] at `at`; its length, 0 when there is none. */
static size_t class_at(struct str pattern, size_t at, struct str *ret_name)
{
    if (!str_starts(str_from_offset(pattern, at), STR("[:")))
        return 0;
    struct str rest = str_from_offset(pattern, at + 2);
    size_t end = str_find(rest, STR(":]"));
    if (end == SIZE_MAX)
        return 0;
    *ret_name = str_prefix(rest, end);
    return end + 4;
}

/* [...] at `at`: its length, 0 when it is not closed. */
static size_t bracket(struct str pattern, size_t at, unsigned char byte, bool *ret_match)
{
    size_t i = at + 1;
    bool negated = i < pattern.length && (pattern.bytes[i] == '!' || pattern.bytes[i] == '^');
    bool match = false;

    i += negated;
    for (size_t first = i; i < pattern.length; i++) {
        struct str name;
        size_t class_length = class_at(pattern, i, &name);
        if (class_length) {
            match = match || in_class(name, byte);
            i += class_length - 1;
            continue;
        }
        if (pattern.bytes[i] == ']' && i > first) {
            *ret_match = match != negated;
            return i + 1 - at;
        }
        if (pattern.bytes[i] == '\\' && i + 1 < pattern.length)
            i++;
        unsigned char low = (unsigned char)pattern.bytes[i], high = low;
        if (i + 2 < pattern.length && pattern.bytes[i + 1] == '-' && pattern.bytes[i + 2] != ']') {
            i += 2;
            if (pattern.bytes[i] == '\\' && i + 1 < pattern.length)
                i++;
            high = (unsigned char)pattern.bytes[i];
        }
        match = match || (byte >= low && byte <= high);
    }
    return 0;
}

/* One pattern character other than * against one byte: how much of the pattern it took, 0 for no match. */
static size_t match_one(struct str pattern, size_t at, unsigned char byte)
{
    char special = pattern.bytes[at];
    bool match;

    if (special == '?')
        return 1;
    if (special == '[') {
        size_t length = bracket(pattern, at, byte, &match);
        if (length)
            return match ? length : 0;
    }
    if (special == '\\' && at + 1 < pattern.length)
        return (unsigned char)pattern.bytes[at + 1] == byte ? 2 : 0;
    return (unsigned char)special == byte ? 1 : 0;
}

enum match pattern_match(struct session *session, struct str pattern, struct str text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, star_text = 0;

    if (str_eq(pattern, STR("*")))
        return MATCH_YES;
    for (size_t i = 0; i < pattern.length; i++) {
        if (pattern.bytes[i] == '\\')
            i++;
        else if (pattern.bytes[i] == SHELL_UNKNOWN || is_extended(pattern, i))
            return MATCH_UNKNOWN;
    }
    if (!value_from_text(text).known)
        return MATCH_UNKNOWN;
    while (t < text.length || p < pattern.length) {
        if (!session_work(
                session,
                1 + (p < pattern.length && pattern.bytes[p] == '[' ? pattern.length - p : 0)))
            return MATCH_UNKNOWN;
        if (p < pattern.length && pattern.bytes[p] == '*') {
            star = ++p;
            star_text = t;
            continue;
        }
        size_t taken = t < text.length && p < pattern.length
                           ? match_one(pattern, p, (unsigned char)text.bytes[t])
                           : 0;
        if (taken) {
            p += taken;
            t++;
        } else if (star != SIZE_MAX && star_text < text.length) {
            p = star;
            t = ++star_text;
        } else {
            return MATCH_NO;
        }
    }
    return MATCH_YES;
}
