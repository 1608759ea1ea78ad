/* protect_regex.c -- patterns of find's -regex and of grep, in the words of PCRE2. */
#include <string.h>

#include "deploys/protect_expression.h"

/* Copies a bracket expression, in which a backslash is a plain byte; returns the offset behind it. */
static size_t copy_bracket(struct buf *out, struct str pattern, size_t at)
{
    buf_add_byte(out, pattern.bytes[at++]);
    if (at < pattern.length && pattern.bytes[at] == '^')
        buf_add_byte(out, pattern.bytes[at++]);
    for (size_t first = at; at < pattern.length && (pattern.bytes[at] != ']' || at == first);) {
        struct str rest = str_from_offset(pattern, at);
        size_t end = str_starts(rest, STR("[:")) ? str_find(rest, STR(":]")) : SIZE_MAX;
        if (end != SIZE_MAX) { /* [:alpha:] */
            buf_add(out, str_prefix(rest, end + 2));
            at += end + 2;
            continue;
        }
        if (strchr("\\[]", rest.bytes[0]))
            buf_add_byte(out, '\\');
        buf_add_byte(out, rest.bytes[0]);
        at++;
    }
    if (at < pattern.length)
        buf_add_byte(out, ']');
    return at + 1;
}

/* `special`: what has a meaning behind a backslash alone. */
static void add_escape(struct buf *out, char byte, const char *special)
{
    if (byte == '<' || byte == '>')
        buf_add(out, STR("\\b"));
    else if (byte_is_letter(byte) ? strchr("wWsSbB", byte) == NULL : strchr(special, byte) != NULL)
        buf_add_byte(out, byte);
    else
        buf_printf(out, "\\%c", byte);
}

struct str protect_regex(struct arena *arena, struct str pattern, enum regex_syntax syntax,
                         bool any_case)
{
    static const char *const specials[] = {"(){}|", "(){}|+?", ""};
    const char *special = specials[syntax];
    struct buf out = buf_new(arena, 4 * REGEX_PATTERN_MAX);

    buf_add(&out, any_case ? STR("(?si)") : STR("(?s)"));
    for (size_t i = 0; i < pattern.length;) {
        char byte = pattern.bytes[i];
        if (byte == '[') {
            i = copy_bracket(&out, pattern, i);
        } else if (byte == '\\' && i + 1 < pattern.length) {
            add_escape(&out, pattern.bytes[i + 1], special);
            i += 2;
        } else {
            if (strchr(special, byte))
                buf_add_byte(&out, '\\');
            buf_add(&out, byte == SHELL_UNKNOWN ? STR(".*") : str_of(&byte, 1));
            i++;
        }
    }
    return out.length ? buf_str(&out) : STR("");
}
