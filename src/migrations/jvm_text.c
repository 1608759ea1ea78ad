/* jvm_text.c -- build files without their comments. */
#include "base/buf.h"
#include "migrations/jvm_modules.h"

/* To the quote that ends the text, or to the end of its line. */
static size_t past_text(struct str text, size_t at)
{
    char quote = text.bytes[at++];

    while (at < text.length && text.bytes[at] != quote && text.bytes[at] != '\n')
        at += text.bytes[at] == '\\' ? 2 : 1;
    return at < text.length ? at + 1 : text.length;
}

/* Behind the first `end` at or after `at`. */
static size_t past(struct str text, size_t at, struct str end)
{
    size_t found = str_find(str_from_offset(text, at), end);

    return found == SIZE_MAX ? text.length : at + found + end.length;
}

/* The line that a comment ends stays one. */
static size_t past_comment(struct str text, size_t at)
{
    if (text.bytes[at + 1] == '*')
        return past(text, at + 2, STR("*/"));
    size_t end = past(text, at, STR("\n"));
    return text.bytes[end - 1] == '\n' ? end - 1 : end;
}

struct str jvm_without_comments(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, text.length + 1);

    for (size_t at = 0; at < text.length;) {
        size_t from = at;
        char byte = text.bytes[at];
        char follows = at + 1 < text.length ? text.bytes[at + 1] : '\0';
        if (byte == '/' && (follows == '/' || follows == '*')) {
            at = past_comment(text, at);
            continue;
        }
        at = byte == '"' || byte == '\'' ? past_text(text, at) : at + 1;
        buf_add(&out, str_slice(text, from, at));
    }
    return buf_str(&out);
}

struct str jvm_without_xml_comments(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, text.length + 1);
    size_t found;

    while ((found = str_find(text, STR("<!--"))) != SIZE_MAX) {
        buf_add(&out, str_prefix(text, found));
        text = str_from_offset(text, past(text, found + 4, STR("-->")));
    }
    buf_add(&out, text);
    return buf_str(&out);
}
