#include "migrations/cover_scan.h"

#include "migrations/cover_match.h"

static bool starts_at(struct str text, size_t at, const char *what)
{
    return str_starts(str_from_offset(text, at), str_from(what));
}

size_t cover_skip_string(struct str text, size_t at, struct str *ret)
{
    char quote = text.bytes[at];
    const char *three = quote == '"' ? "\"\"\"" : "'''";
    bool triple = starts_at(text, at, three);
    size_t width = triple ? 3 : 1, start = at + width, i = start;

    for (; i < text.length; i++) {
        if (text.bytes[i] == '\\')
            i++;
        else if (text.bytes[i] == quote && (!triple || starts_at(text, i, three)))
            break;
    }
    if (i > text.length)
        i = text.length;
    *ret = str_slice(text, start, i);
    return i + width < text.length ? i + width : text.length;
}

size_t cover_skip_arguments(struct str text, size_t at, struct arena *arena, struct strs *literals)
{
    size_t depth = 0;

    while (at < text.length) {
        char byte = text.bytes[at];
        struct str literal;
        if (byte == '"' || byte == '\'') {
            at = cover_skip_string(text, at, &literal);
            if (literals)
                VEC_PUSH(arena, literals, literal);
            continue;
        }
        if (byte == '#')
            while (at < text.length && text.bytes[at] != '\n')
                at++;
        depth += byte == '(';
        if (byte == ')' && --depth == 0)
            return at + 1;
        at++;
    }
    return text.length;
}

struct strs cover_literals(struct arena *arena, struct str text)
{
    struct strs literals = {0};
    size_t at = 0;

    while (at < text.length) {
        struct str literal;
        char byte = text.bytes[at];
        if (byte == '"' || byte == '\'') {
            at = cover_skip_string(text, at, &literal);
            VEC_PUSH(arena, &literals, literal);
        } else if (byte == '#')
            while (at < text.length && text.bytes[at] != '\n')
                at++;
        else
            at++;
    }
    return literals;
}

bool cover_is_literals(struct str arguments)
{
    static const char *const around[] = {"sa",     "sqlalchemy", "text", "DDL", "textwrap",
                                         "dedent", "r",          "R",    "u",   NULL};

    for (size_t at = 0; at < arguments.length;) {
        struct str ignored;
        size_t start = at;
        char byte = arguments.bytes[at];
        if (byte == '"' || byte == '\'') {
            at = cover_skip_string(arguments, at, &ignored);
            continue;
        }
        while (at < arguments.length && byte_is_word(arguments.bytes[at]))
            at++;
        if (at > start && !str_is_one_of(str_slice(arguments, start, at), around))
            return false;
        if (byte == '#')
            while (at < arguments.length && arguments.bytes[at] != '\n')
                at++;
        else if (at == start && str_find_byte(STR("()+. \t\r\n"), byte) == SIZE_MAX)
            return false;
        at += at == start;
    }
    return true;
}

struct str cover_identifier_before(struct str text, size_t end)
{
    size_t start = end;

    while (start > 0 && byte_is_word(text.bytes[start - 1]))
        start--;
    return str_slice(text, start, end);
}

struct str cover_next_word(struct str text, size_t *at)
{
    size_t start = *at;

    while (start < text.length && !byte_is_word(text.bytes[start]))
        start++;
    for (*at = start; *at < text.length && byte_is_word(text.bytes[*at]);)
        ++*at;
    return str_slice(text, start, *at);
}
