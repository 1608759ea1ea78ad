#include "shell/syntax.h"

/* Bytes at which a word surely ends, however the text is meant. */
static bool is_break(char byte)
{
    switch (byte) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case '\0':
    case ';':
    case '&':
    case '|':
    case '<':
    case '>':
    case '(':
    case ')':
    case '`':
        return true;
    default:
        return false;
    }
}

/* Bytes that are part of a word to one reader and its end to another. */
static bool is_joint(char byte)
{
    switch (byte) {
    case '\'':
    case '"':
    case '\\':
    case '$':
    case '{':
    case '}':
    case '[':
    case ']':
    case ',':
    case '=':
    case '\n': /* only behind a backslash */
        return true;
    default:
        return false;
    }
}

static bool is_dropped(char byte)
{
    return byte == '\'' || byte == '"' || byte == '\\' || byte == '\n';
}

/* The word as a whole, without quotes and backslashes. */
static void add_whole(struct arena *arena, struct str raw, struct strs *words)
{
    char *bytes = arena_alloc(arena, raw.length + 1);
    size_t length = 0;

    for (size_t i = 0; i < raw.length; i++)
        if (!is_dropped(raw.bytes[i]))
            bytes[length++] = raw.bytes[i];
    if (length)
        VEC_PUSH(arena, words, str_of(bytes, length));
}

/* Its pieces, too: in `["aws","lambda"]` neither reader is wrong. */
static void add_pieces(struct arena *arena, struct str raw, struct strs *words)
{
    size_t from = 0;

    for (size_t i = 0; i <= raw.length; i++) {
        if (i < raw.length && !is_joint(raw.bytes[i]))
            continue;
        if (i > from && i - from < raw.length)
            VEC_PUSH(arena, words, str_slice(raw, from, i));
        from = i + 1;
    }
}

void shell_words_of(struct arena *arena, struct str text, struct strs *ret_words)
{
    size_t from = 0;

    for (size_t i = 0; i <= text.length; i++) {
        bool joint = false;
        /* A continued line is one word's two halves. */
        if (i + 1 < text.length && text.bytes[i] == '\\' && text.bytes[i + 1] == '\n') {
            i++;
            continue;
        }
        if (i < text.length && !is_break(text.bytes[i]))
            continue;
        struct str raw = str_slice(text, from, i);
        for (size_t k = 0; k < raw.length && !joint; k++)
            joint = is_joint(raw.bytes[k]);
        if (raw.length && !joint) {
            VEC_PUSH(arena, ret_words, raw);
        } else if (raw.length) {
            add_whole(arena, raw, ret_words);
            add_pieces(arena, raw, ret_words);
        }
        from = i + 1;
    }
}
