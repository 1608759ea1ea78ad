/* cover_words.c -- migrations of languages that are not read (Laravel, Phinx, Go…): which words of them count. */
#include <stdint.h>

#include "migrations/cover_match.h"

static size_t braces_end(struct str text, size_t at)
{
    size_t depth = 0;

    for (; at < text.length; at++) {
        depth += text.bytes[at] == '{';
        if (text.bytes[at] == '}' && --depth == 0)
            return at + 1;
    }
    return text.length;
}

struct str cover_words_forward(struct arena *arena, struct str text)
{
    static const char *const starts[] = {"function down(", "def down", "void Down("};
    char *copy = NULL;

    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        size_t at = str_find(text, str_from(starts[i]));
        size_t open = at == SIZE_MAX ? SIZE_MAX : str_find_byte(str_from_offset(text, at), '{');
        if (open == SIZE_MAX)
            continue;
        copy = copy ? copy : str_c(arena, text);
        for (size_t end = braces_end(text, at + open); at < end; at++)
            copy[at] = copy[at] == '\n' ? '\n' : ' ';
    }
    return copy ? str_of(copy, text.length) : text;
}

/* The name of the call that a literal at `at` is an argument of: dropColumn(['age', 'size']). */
static struct str call_around(struct str text, size_t at)
{
    size_t end = at, start;

    while (end > 0 && text.bytes[end - 1] != '(' && text.bytes[end - 1] != ';' &&
           text.bytes[end - 1] != '{' && text.bytes[end - 1] != ')')
        end--;
    if (end == 0 || text.bytes[end - 1] != '(')
        return STR_NONE;
    for (start = --end; start > 0 && byte_is_word(text.bytes[start - 1]);)
        start--;
    return str_slice(text, start, end);
}

bool cover_words_only_drop(struct str text, struct str column)
{
    bool drops = false;

    for (size_t at = 0; column.length && at + column.length <= text.length; at++) {
        size_t end = at + column.length;
        if ((at > 0 && byte_is_word(text.bytes[at - 1])) ||
            (end < text.length && byte_is_word(text.bytes[end])) ||
            !str_eq_nocase(str_slice(text, at, end), column))
            continue;
        struct str call = call_around(text, at);
        bool drop = str_starts(call, STR("drop")) || str_starts(call, STR("remove")) ||
                    str_starts(call, STR("Drop")) || str_starts(call, STR("Remove"));
        if (!drop)
            return false;
        drops = true;
    }
    return drops;
}
