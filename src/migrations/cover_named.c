/* cover_named.c -- which expression does a name of a Python migration stand for? */
#include "migrations/cover_named.h"

#include "migrations/cover_scan.h"

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Behind the expression: the end of its line, or of the last one that brackets or a backslash join to it. */
static size_t expression_end(struct str text, size_t at)
{
    size_t depth = 0;

    while (at < text.length) {
        char byte = text.bytes[at];
        struct str ignored;
        if (byte == '"' || byte == '\'') {
            at = cover_skip_string(text, at, &ignored);
            continue;
        }
        if (depth == 0 && (byte == '\n' || byte == '#' || byte == ';'))
            break;
        if (byte == '#') {
            while (at < text.length && text.bytes[at] != '\n')
                at++;
            continue;
        }
        depth += byte == '(' || byte == '[' || byte == '{';
        depth -= depth && (byte == ')' || byte == ']' || byte == '}');
        at += byte == '\\' && at + 1 < text.length ? 2 : 1;
    }
    return at;
}

/* `at` is the first word of a line: behind `NAME =` and `NAME: str =`, or SIZE_MAX. */
static size_t behind_equals(struct str text, size_t at, struct str *ret_name)
{
    size_t start = at;

    while (at < text.length && byte_is_word(text.bytes[at]))
        at++;
    *ret_name = str_slice(text, start, at);
    while (at < text.length && is_blank(text.bytes[at]))
        at++;
    if (at < text.length && text.bytes[at] == ':')
        while (at < text.length && text.bytes[at] != '=' && text.bytes[at] != '\n')
            at++;
    if (at >= text.length || text.bytes[at] != '=' ||
        str_starts(str_from_offset(text, at), STR("==")))
        return SIZE_MAX;
    return at + 1;
}

void cover_assigned_note(struct arena *arena, struct str text, struct cover_assigned *ret_names)
{
    struct cover_assigned names = {0};
    bool first = true; /* nothing but blanks stands before it in its line */

    for (size_t at = 0; at < text.length;) {
        char byte = text.bytes[at];
        struct str name;
        if (byte == '"' || byte == '\'') {
            at = cover_skip_string(text, at, &name);
            first = false;
        } else if (byte == '#') {
            while (at < text.length && text.bytes[at] != '\n')
                at++;
        } else if (first && byte_is_word(byte)) {
            size_t start = behind_equals(text, at, &name);
            size_t end = start == SIZE_MAX ? at + name.length : expression_end(text, start);
            if (start != SIZE_MAX)
                VEC_PUSH(arena, &names,
                         (struct cover_assignment){.name = name,
                                                   .value = str_trim(str_slice(text, start, end)),
                                                   .at = at});
            at = end;
            first = false;
        } else {
            first = byte == '\n' || (first && is_blank(byte));
            at++;
        }
    }
    *ret_names = names;
}

/* `only`: there is one assignment. */
static struct str value_of(const struct cover_assigned *names, struct str name, size_t at,
                           bool *ret_only)
{
    struct str value = STR_NONE;
    size_t count = 0;

    for (size_t i = 0; i < names->count; i++) {
        if (!str_eq(names->items[i].name, name))
            continue;
        if (!count++ || names->items[i].at < at)
            value = names->items[i].value;
    }
    *ret_only = count == 1;
    return value;
}

static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!byte_is_word(text.bytes[i]))
            return false;
    return text.length > 0;
}

struct str cover_executed(const struct cover_assigned *names, const struct cover_call *call,
                          size_t at, bool *ret_whole)
{
    bool run = cover_is_call(call, "RunSQL"), only = true;
    struct str first = cover_keyword_argument(call, run ? "sql" : "statement", 0), value;
    struct str given = run ? first : call->arguments;

    if (is_name(first) && (value = value_of(names, first, at, &only)).length)
        given = value;
    *ret_whole = only && cover_is_literals(given);
    return given;
}
