/* expression_json.c -- a jsonb as the server keeps it: no blanks, keys by length and then by their bytes (manual §8.14). */
#include <stdlib.h>

#include "schema/expression_tree.h"

#define NESTING_MAX 64u

struct member {
    struct str key, text;
};

struct document {
    struct arena *arena;
    struct str text;
    size_t at;
    unsigned depth;
};

static bool value(struct document *d, struct buf *buf);

static char next(struct document *d)
{
    while (d->at < d->text.length && expression_is_space(d->text.bytes[d->at]))
        d->at++;
    return d->at < d->text.length ? d->text.bytes[d->at] : 0;
}

static bool take(struct document *d, char byte)
{
    bool is = next(d) == byte;

    d->at += is;
    return is;
}

/* With its quotes. */
static bool string(struct document *d, struct str *ret_text)
{
    size_t start = d->at;

    for (d->at++; d->at < d->text.length && d->text.bytes[d->at] != '"'; d->at++)
        d->at += d->text.bytes[d->at] == '\\';
    if (d->at >= d->text.length)
        return false;
    d->at++;
    *ret_text = str_slice(d->text, start, d->at);
    return true;
}

static int by_key(const void *a, const void *b)
{
    struct str left = ((const struct member *)a)->key, right = ((const struct member *)b)->key;

    if (left.length != right.length)
        return left.length < right.length ? -1 : 1;
    return str_compare(left, right);
}

/* Of two members of one key the last counts: such a document is not understood. */
static bool object(struct document *d, struct buf *buf)
{
    VEC(struct member) members = {0};

    while (next(d) == '"') {
        struct member member = {0};
        struct buf inner = buf_new(d->arena, EXPRESSION_MAX);
        if (!string(d, &member.key) || !take(d, ':') || !value(d, &inner))
            return false;
        member.text = buf_str(&inner);
        VEC_PUSH(d->arena, &members, member);
        if (!take(d, ','))
            break;
    }
    if (!take(d, '}'))
        return false;
    if (members.count)
        qsort(members.items, members.count, sizeof members.items[0], by_key);
    buf_add_byte(buf, '{');
    for (size_t i = 0; i < members.count; i++) {
        if (i && str_eq(members.items[i - 1].key, members.items[i].key))
            return false;
        buf_printf(buf, "%s" STR_FMT ":" STR_FMT, i ? "," : "", STR_ARG(members.items[i].key),
                   STR_ARG(members.items[i].text));
    }
    buf_add_byte(buf, '}');
    return true;
}

static bool array(struct document *d, struct buf *buf)
{
    bool more = next(d) != ']';

    buf_add_byte(buf, '[');
    while (more) {
        if (!value(d, buf))
            return false;
        more = take(d, ',');
        if (more)
            buf_add_byte(buf, ',');
    }
    buf_add_byte(buf, ']');
    return take(d, ']');
}

static bool word(struct document *d, struct buf *buf)
{
    size_t start = d->at;

    while (d->at < d->text.length && (byte_is_word(d->text.bytes[d->at]) ||
                                      str_find_byte(STR("+-."), d->text.bytes[d->at]) != SIZE_MAX))
        d->at++;
    buf_add(buf, str_slice(d->text, start, d->at));
    return d->at > start;
}

static bool value(struct document *d, struct buf *buf)
{
    char byte = next(d);
    struct str text;
    bool good;

    if (byte == '"') {
        good = string(d, &text);
        buf_add(buf, good ? text : STR_NONE);
        return good;
    }
    if (byte != '{' && byte != '[')
        return word(d, buf);
    if (++d->depth > NESTING_MAX)
        return false;
    d->at++;
    good = byte == '{' ? object(d, buf) : array(d, buf);
    d->depth--;
    return good;
}

struct str value_of_json(struct arena *arena, struct str text)
{
    struct document document = {.arena = arena, .text = text};
    struct buf buf = buf_new(arena, EXPRESSION_MAX);

    return value(&document, &buf) && !next(&document) && !buf.truncated ? buf_str(&buf) : text;
}
