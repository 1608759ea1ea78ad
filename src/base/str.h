/* str.h -- byte strings as views: pointer and length, borrowed, may contain NUL.
 *
 * No function here allocates unless it takes an arena. Comparison is bytewise.
 */
#ifndef HOOKCHECK_BASE_STR_H
#define HOOKCHECK_BASE_STR_H

#include <string.h>

#include "base/base.h"

struct str {
    const char *bytes;
    size_t length;
};

/* STR("literal"); also usable in static initialisers as STR_INIT("literal"). */
#define STR_INIT(literal)                                                                          \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }
#define STR(literal) ((struct str)STR_INIT(literal))
#define STR_NONE ((struct str){NULL, 0})
/* For printf: printf(STR_FMT, STR_ARG(s)) */
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).length, (s).bytes ? (s).bytes : ""

struct arena;

/* These stand here because they are asked for a hundred times a path, of a hundred thousand paths. */

static inline struct str str_of(const char *bytes, size_t length)
{
    return (struct str){bytes, length};
}

static inline bool str_is_empty(struct str s)
{
    return s.length == 0;
}

static inline bool str_eq(struct str a, struct str b)
{
    /* What is compared begins alike more often than it ends so. */
    return a.length == b.length &&
           (a.length == 0 ||
            (a.bytes && b.bytes && a.bytes[a.length - 1] == b.bytes[b.length - 1] &&
             memcmp(a.bytes, b.bytes, a.length) == 0));
}

static inline struct str str_prefix(struct str s, size_t length)
{
    return (struct str){s.bytes, length < s.length ? length : s.length};
}

static inline bool str_starts(struct str s, struct str prefix)
{
    return s.length >= prefix.length && str_eq(str_prefix(s, prefix.length), prefix);
}

static inline bool str_ends(struct str s, struct str suffix)
{
    return suffix.length == 0 ||
           (s.length >= suffix.length &&
            str_eq(str_of(s.bytes + (s.length - suffix.length), suffix.length), suffix));
}

struct str str_from(const char *text); /* a NUL-terminated string; NULL gives STR_NONE */

bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
/* A list that ends with NULL. */
bool str_is_one_of(struct str s, const char *const *list);
bool str_is_one_of_nocase(struct str s, const char *const *list);
int str_compare(struct str a, struct str b);            /* bytewise, shorter first: for sorting */
int str_compare_pointers(const void *a, const void *b); /* qsort over struct str */
bool str_has_nul(struct str s);

/* Offset of the first match, or SIZE_MAX. */
size_t str_find(struct str s, struct str needle);
size_t str_find_byte(struct str s, char byte);
size_t str_find_last_byte(struct str s, char byte);
bool str_contains(struct str s, struct str needle);

/* The part from `from` to the end, and one in the middle (as str_prefix, which is the first `length` bytes): out-of-range values are clipped. */
struct str str_from_offset(struct str s, size_t from);
struct str str_slice(struct str s, size_t from, size_t to);

/* Cuts *rest at the first separator: returns what stands before it and leaves what stands after.
 * Without a separator everything is returned and *rest becomes empty. */
struct str str_cut(struct str *rest, char separator);
/* The next line of *rest without its LF or CRLF; false when nothing is left. */
bool str_next_line(struct str *rest, struct str *ret_line);
/* The word (byte_is_word) that it begins with. */
struct str str_word(struct str s);
/* The next word of *rest, which goes on behind it; empty at the end. */
struct str str_next_word(struct str *rest);
struct str str_trim(struct str s);
struct str str_trim_bytes(struct str s, const char *set);

/* From STR_HASH_START or from what stands before: each eight bytes are multiplied into 64 bits, and the length at last. For tables in memory, not to be
 * kept: it depends on the order of bytes of this machine. */
#define STR_HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t str_hash(uint64_t start, struct str s);
/* Decimal, no sign, no blanks; false on overflow or any other byte. */
bool str_to_u64(struct str s, uint64_t *ret_value);
/* ASCII, whatever the locale says. A word: letters, digits and '_'. */
static inline bool byte_is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}
static inline bool byte_is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}
static inline bool byte_is_word(char byte)
{
    return byte_is_letter(byte) || byte_is_digit(byte) || byte == '_';
}

/* Valid UTF-8 as of RFC 3629 (no surrogates, no overlong forms)? Offset of the first bad byte else. */
bool str_is_utf8(struct str s, size_t *ret_offset);
/* Bytes of the character at `at` (1 for a byte that begins none). *ret_control: it could steer a terminal or hide text in it: C0, DEL, C1
 * (as a bare byte too), and what turns the direction of writing. Signal-safe. */
size_t str_character(struct str s, size_t at, bool *ret_control);
/* One line to be shown: every control character is a '?'. */
struct str str_shown(struct arena *arena, struct str s);

/* 1-based line and column (in bytes) of an offset. */
void str_position(struct str s, size_t offset, size_t *ret_line, size_t *ret_column);

/* Copies into the arena, NUL-terminated. */
struct str str_copy(struct arena *arena, struct str s);
/* For libraries that want char *: the caller has refused NUL before. */
char *str_c(struct arena *arena, struct str s);
struct str str_join(struct arena *arena, const struct str *parts, size_t count, struct str between);
struct str str_lower(struct arena *arena, struct str s);
struct str str_upper(struct arena *arena, struct str s);
struct str str_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
