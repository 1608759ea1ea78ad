/* cover_python.c -- which part of a Python migration goes forward. */
#include "migrations/cover_scan.h"

#include <stdint.h>

#include "migrations/cover_match.h"

/* A statement at the margin, with what is indented below it. */
struct piece {
    size_t start, end;
    struct str function; /* its name; empty: none */
    bool forward;
};
VEC_DEFINE(pieces, struct piece);

static bool is_margin(char byte)
{
    return byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r' && byte != ')' &&
           byte != ']' && byte != '}' && byte != '#';
}

static struct str function_name(struct str text)
{
    struct str rest = text;

    if (str_starts(rest, STR("async ")))
        rest = str_from_offset(rest, STR("async ").length);
    if (!str_starts(rest, STR("def ")))
        return STR_NONE;
    return str_word(str_from_offset(rest, STR("def ").length));
}

static void split(struct arena *arena, struct str text, struct pieces *pieces)
{
    size_t at = 0;

    while (at < text.length) {
        char byte = text.bytes[at];
        struct str ignored;
        if ((at == 0 || text.bytes[at - 1] == '\n') && is_margin(byte)) {
            if (pieces->count)
                pieces->items[pieces->count - 1].end = at;
            VEC_PUSH(arena, pieces,
                     (struct piece){.start = at,
                                    .end = text.length,
                                    .function = function_name(str_from_offset(text, at))});
        }
        if (byte == '#')
            while (at < text.length && text.bytes[at] != '\n')
                at++;
        else if (byte == '"' || byte == '\'')
            at = cover_skip_string(text, at, &ignored);
        else
            at++;
    }
}

static bool is_called(struct str text, const struct pieces *pieces, struct str function)
{
    for (size_t i = 0; i < pieces->count; i++) {
        const struct piece *piece = &pieces->items[i];
        if (piece->forward && text_has_word(str_slice(text, piece->start, piece->end), function))
            return true;
    }
    return false;
}

struct str cover_forward(struct arena *arena, struct str text)
{
    struct pieces pieces = {0};
    bool more = true;

    split(arena, text, &pieces);
    for (size_t i = 0; i < pieces.count; i++)
        pieces.items[i].forward = !pieces.items[i].function.length ||
                                  str_starts(pieces.items[i].function, STR("upgrade"));
    while (more) {
        more = false;
        for (size_t i = 0; i < pieces.count; i++) {
            struct piece *piece = &pieces.items[i];
            if (piece->forward || str_starts(piece->function, STR("downgrade")) ||
                !is_called(text, &pieces, piece->function))
                continue;
            piece->forward = more = true;
        }
    }
    char *copy = str_c(arena, text);
    for (size_t i = 0; i < pieces.count; i++)
        for (size_t at = pieces.items[i].start;
             !pieces.items[i].forward && at < pieces.items[i].end; at++)
            copy[at] = copy[at] == '\n' ? '\n' : ' ';
    return str_of(copy, text.length);
}

/* --- Django: what is only said of the state. --- */

/* RunSQL("…"), RunSQL(["…"]), RunSQL(sql="…"): all that the database is told stands here. */
static bool is_readable_sql(struct str arguments)
{
    struct str sql = str_trim(str_from_offset(arguments, 1));

    if (str_starts(sql, STR("sql=")))
        sql = str_from_offset(sql, STR("sql=").length);
    return sql.length && str_find_byte(STR("\"'[("), sql.bytes[0]) != SIZE_MAX;
}

static bool is_readable(const struct cover_call *call)
{
    static const struct str run = STR_INIT("RunSQL");
    struct str text = call->arguments;

    if (cover_is_call(call, "RunSQL"))
        return is_readable_sql(text);
    if (str_contains(text, STR("RunPython")))
        return false;
    for (size_t at = 0, found; (found = str_find(str_from_offset(text, at), run)) != SIZE_MAX;) {
        at += found + run.length;
        struct str arguments = str_from_offset(text, at);
        if (str_starts(arguments, STR("(")) && !is_readable_sql(arguments))
            return false;
    }
    return true;
}

static size_t bracket_end(struct str text, size_t at)
{
    size_t depth = 0;
    struct str ignored;

    while (at < text.length) {
        char byte = text.bytes[at];
        if (byte == '"' || byte == '\'') {
            at = cover_skip_string(text, at, &ignored);
            continue;
        }
        depth += byte == '[';
        at++;
        if (byte == ']' && --depth == 0)
            break;
    }
    return at;
}

size_t cover_skip_state(struct str text, const struct cover_call *call, size_t at)
{
    static const struct str word = STR_INIT("state_operations");
    struct str rest = str_from_offset(text, at), behind;

    if (!str_starts(rest, word) ||
        (!cover_is_call(call, "RunSQL") && !cover_is_call(call, "SeparateDatabaseAndState")))
        return at;
    behind = str_trim(str_from_offset(rest, word.length));
    if (!str_starts(behind, STR("=")))
        return at;
    behind = str_trim(str_from_offset(behind, 1));
    return str_starts(behind, STR("[")) && is_readable(call)
               ? bracket_end(text, (size_t)(behind.bytes - text.bytes))
               : at;
}
