/* drizzle_casing.c -- what columns are called that only have a key. */
#include "readers/drizzle.h"

#include "base/buf.h"

#define NAME_MAX_BYTES ((size_t)4 << 10)

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_word(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

/* casing.js: /[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g */
static size_t word_end(struct str text, size_t at)
{
    size_t end = at;

    if (is_word(text.bytes[at])) {
        while (end < text.length && is_word(text.bytes[end]))
            end++;
        return end;
    }
    while (end < text.length && is_upper(text.bytes[end]))
        end++;
    /* Letters before a small one belong to the next word, but for a single capital. */
    if (end < text.length && text.bytes[end] >= 'a' && text.bytes[end] <= 'z')
        end--;
    if (end > at)
        return end;
    for (end = at + 1; end < text.length && is_word(text.bytes[end]);)
        end++;
    return end;
}

struct str drizzle_cased(const struct drizzle_reader *r, struct str key)
{
    struct buf buf = buf_new(r->arena, NAME_MAX_BYTES);
    size_t at = 0, words = 0;

    if (r->casing == CASING_NONE)
        return key;
    while (at < key.length) {
        if (!is_word(key.bytes[at]) && !is_upper(key.bytes[at])) {
            at++;
            continue;
        }
        size_t end = word_end(key, at);
        struct str word = str_slice(key, at, end);
        if (r->casing == CASING_SNAKE)
            buf_printf(&buf, "%s" STR_FMT, words ? "_" : "", STR_ARG(str_lower(r->arena, word)));
        else if (!words)
            buf_add(&buf, str_lower(r->arena, word));
        else
            buf_printf(&buf, STR_FMT STR_FMT, STR_ARG(str_upper(r->arena, str_prefix(word, 1))),
                       STR_ARG(str_from_offset(word, 1)));
        words++;
        at = end;
    }
    return buf_str(&buf);
}

/* drizzle.config: casing: "snake_case" */
void drizzle_read_casing(struct drizzle_reader *r, const struct strs *settings)
{
    for (size_t i = 0; i < settings->count; i++) {
        struct str text = STR_NONE;
        size_t at = script_tree_text(r->tree, settings->items[i], &text)
                        ? str_find(text, STR("casing"))
                        : SIZE_MAX;
        if (at == SIZE_MAX || !str_contains(text, STR("drizzle")))
            continue;
        struct str rest = str_from_offset(text, at + STR("casing").length);
        struct str value = str_trim_bytes(str_cut(&rest, ','), " \t\r\n:'\"`})(;");
        if (str_starts(value, STR("snake_case")))
            r->casing = CASING_SNAKE;
        else if (str_starts(value, STR("camelCase")))
            r->casing = CASING_CAMEL;
    }
}
