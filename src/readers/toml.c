#include "readers/toml.h"

#include <string.h>

#include "base/buf.h"
#include "readers/python.h"

#define INLINE_DEPTH_MAX 8u

struct toml_state {
    struct arena *arena;
    struct str source;
    size_t at;
    size_t line, line_at; /* the line of offset line_at */
    struct str table;
    size_t headers;
    struct toml *toml;
};

static char byte_at(const struct toml_state *s, size_t at)
{
    return at < s->source.length ? s->source.bytes[at] : '\0';
}

static bool at_end(const struct toml_state *s)
{
    return s->at >= s->source.length;
}

static size_t line_now(struct toml_state *s)
{
    for (; s->line_at < s->at; s->line_at++)
        s->line += byte_at(s, s->line_at) == '\n';
    return s->line;
}

static void skip_line(struct toml_state *s)
{
    size_t newline = str_find_byte(str_from_offset(s->source, s->at), '\n');

    s->at = newline == SIZE_MAX ? s->source.length : s->at + newline;
}

static void skip_blanks(struct toml_state *s, bool newlines)
{
    while (!at_end(s)) {
        char byte = byte_at(s, s->at);
        if (byte == ' ' || byte == '\t' || (newlines && (byte == '\n' || byte == '\r')))
            s->at++;
        else if (byte == '#' && newlines)
            skip_line(s);
        else
            break;
    }
}

/* A string of any of the four kinds; `*ret_literal` with its quotes. */
static bool take_literal(struct toml_state *s, struct str *ret_literal)
{
    size_t start = s->at;
    char quote = byte_at(s, s->at);
    bool triple = byte_at(s, s->at + 1) == quote && byte_at(s, s->at + 2) == quote;

    s->at += triple ? 3 : 1;
    while (!at_end(s)) {
        char byte = byte_at(s, s->at);
        if (byte == '\\' && quote == '"') {
            s->at += 2;
        } else if (byte == quote && (!triple || (byte_at(s, s->at + 1) == quote &&
                                                 byte_at(s, s->at + 2) == quote))) {
            s->at += triple ? 3 : 1;
            *ret_literal = str_slice(s->source, start, s->at);
            return true;
        } else if (byte == '\n' && !triple) {
            break;
        } else {
            s->at++;
        }
    }
    s->at = s->source.length;
    return false;
}

static bool take_string(struct toml_state *s, struct str *ret_text)
{
    struct str literal;

    if (!take_literal(s, &literal))
        return false;
    /* Python's escapes hold TOML's; a literal string is a raw one. */
    struct str python =
        literal.bytes[0] == '\'' ? str_printf(s->arena, "r" STR_FMT, STR_ARG(literal)) : literal;
    struct str text;
    if (!python_string_decode(s->arena, python, &text))
        return false;
    bool triple = literal.length >= 6 && literal.bytes[1] == literal.bytes[0] &&
                  literal.bytes[2] == literal.bytes[0];
    if (triple && str_starts(text, STR("\n")))
        text = str_from_offset(text, 1);
    *ret_text = text;
    return true;
}

/* "a.b . 'c'" up to `end`; the parts joined by dots behind `prefix`. */
static bool take_key(struct toml_state *s, struct str prefix, char end, struct str *ret_key)
{
    struct buf buf = buf_new(s->arena, 4096);

    buf_add(&buf, prefix);
    for (;;) {
        struct str part;
        skip_blanks(s, false);
        char byte = byte_at(s, s->at);
        if (byte == '"' || byte == '\'') {
            if (!take_string(s, &part))
                return false;
        } else {
            size_t start = s->at;
            while (!at_end(s) && (byte = byte_at(s, s->at)) != '.' && byte != end && byte != '\n' &&
                   byte != ' ' && byte != '\t' && byte != '#')
                s->at++;
            part = str_slice(s->source, start, s->at);
            if (part.length == 0)
                return false;
        }
        if (buf.length)
            buf_add_byte(&buf, '.');
        buf_add(&buf, part);
        skip_blanks(s, false);
        if (byte_at(s, s->at) != '.')
            break;
        s->at++;
    }
    *ret_key = buf_str(&buf);
    return byte_at(s, s->at) == end && !buf.truncated;
}

/* Steps over any value: to the end of the line outside brackets and strings; in an inline table to what ends it there. */
static void skip_value(struct toml_state *s, bool in_table)
{
    size_t depth = 0;
    struct str ignored;

    while (!at_end(s)) {
        char byte = byte_at(s, s->at);
        if (byte == '"' || byte == '\'') {
            if (!take_literal(s, &ignored))
                return;
            continue;
        }
        if (byte == '#') {
            skip_line(s);
            continue;
        }
        if (depth == 0 && (byte == '\n' || (in_table && (byte == ',' || byte == '}'))))
            return;
        if (byte == '[' || byte == '{')
            depth++;
        else if ((byte == ']' || byte == '}') && depth)
            depth--;
        s->at++;
    }
}

static bool take_strings(struct toml_state *s, struct strs *ret_items)
{
    struct strs items = {0};

    s->at++;
    for (;;) {
        struct str text;
        skip_blanks(s, true);
        if (byte_at(s, s->at) == ']')
            break;
        if (byte_at(s, s->at) != '"' && byte_at(s, s->at) != '\'')
            return false;
        if (!take_string(s, &text))
            return false;
        VEC_PUSH(s->arena, &items, text);
        skip_blanks(s, true);
        if (byte_at(s, s->at) == ',')
            s->at++;
        else if (byte_at(s, s->at) != ']')
            return false;
    }
    s->at++;
    *ret_items = items;
    return true;
}

/* The value's kind; *at stands behind it where that is known, else where it was. */
static void read_value(struct toml_state *s, struct toml_entry *entry)
{
    size_t start = s->at;
    char byte = byte_at(s, s->at);
    struct str rest = str_from_offset(s->source, s->at);

    if ((byte == '"' || byte == '\'') && take_string(s, &entry->text)) {
        entry->kind = TOML_STRING;
    } else if (byte == '[' && take_strings(s, &entry->items)) {
        entry->kind = TOML_STRINGS;
    } else if (str_starts(rest, STR("true")) || str_starts(rest, STR("false"))) {
        entry->kind = TOML_BOOLEAN;
        entry->truth = byte == 't';
        s->at += entry->truth ? strlen("true") : strlen("false");
    }
    if (entry->kind == TOML_OTHER)
        s->at = start;
}

/* What a number or a table says, without the remark behind it. */
static void keep_source(struct toml_state *s, struct toml_entry *entry, size_t start)
{
    struct str source = str_slice(s->source, start, s->at);
    bool plain = str_find_byte(source, '"') == SIZE_MAX &&
                 str_find_byte(source, '\'') == SIZE_MAX && str_find_byte(source, '\n') == SIZE_MAX;

    if (entry->kind == TOML_OTHER)
        entry->source = str_trim(plain ? str_prefix(source, str_find_byte(source, '#')) : source);
}

static bool take_inline_table(struct toml_state *s, struct str table, unsigned depth);

/* "key = value" of an inline table, up to the comma or bracket behind it. */
static bool take_inline_entry(struct toml_state *s, struct str table, unsigned depth)
{
    struct toml_entry entry = {.line = line_now(s), .header = s->table, .table = s->headers};

    if (!take_key(s, table, '=', &entry.key))
        return false;
    s->at++;
    skip_blanks(s, false);
    if (byte_at(s, s->at) == '{')
        return take_inline_table(s, entry.key, depth + 1);
    size_t start = s->at;
    read_value(s, &entry);
    if (entry.kind == TOML_OTHER)
        skip_value(s, true);
    keep_source(s, &entry, start);
    VEC_PUSH(s->arena, &s->toml->entries, entry);
    return true;
}

/* { a = 1, b.c = "x" }: as lines of a table would be. */
static bool take_inline_table(struct toml_state *s, struct str table, unsigned depth)
{
    s->at++;
    for (skip_blanks(s, true); byte_at(s, s->at) != '}'; skip_blanks(s, true)) {
        if (depth == INLINE_DEPTH_MAX || !take_inline_entry(s, table, depth))
            return false;
        skip_blanks(s, true);
        if (byte_at(s, s->at) == ',')
            s->at++;
        else if (byte_at(s, s->at) != '}')
            return false;
    }
    s->at++;
    return true;
}

static void take_value(struct toml_state *s, struct toml_entry *entry)
{
    size_t start = s->at;

    if (byte_at(s, s->at) != '{')
        read_value(s, entry);
    else if (!take_inline_table(s, entry->key, 0))
        s->at = start;
    skip_value(s, false);
    keep_source(s, entry, start);
}

static void take_header(struct toml_state *s)
{
    bool array = byte_at(s, s->at + 1) == '[';

    s->at += array ? 2 : 1;
    s->table = STR_NONE;
    s->headers++;
    if (take_key(s, STR(""), ']', &s->table))
        VEC_PUSH(s->arena, &s->toml->tables, s->table);
    skip_line(s);
}

void toml_parse(struct arena *arena, struct str bytes, struct toml *ret_toml)
{
    struct toml toml = {0};
    struct toml_state s = {.arena = arena, .source = bytes, .line = 1, .toml = &toml};

    for (skip_blanks(&s, true); !at_end(&s); skip_blanks(&s, true)) {
        struct toml_entry entry = {.header = s.table, .table = s.headers};
        if (byte_at(&s, s.at) == '[') {
            take_header(&s);
            continue;
        }
        entry.line = line_now(&s);
        if (!take_key(&s, s.table, '=', &entry.key)) {
            skip_line(&s);
            continue;
        }
        s.at++;
        skip_blanks(&s, false);
        take_value(&s, &entry);
        VEC_PUSH(arena, &toml.entries, entry);
    }
    *ret_toml = toml;
}

const struct toml_entry *toml_get(const struct toml *toml, struct str key)
{
    for (size_t i = 0; i < toml->entries.count; i++)
        if (str_eq(toml->entries.items[i].key, key))
            return &toml->entries.items[i];
    return NULL;
}
