#include "readers/steps_sql.h"

#include <stdint.h>

#define TOKENS_MAX 200000u

static size_t skip_quoted(struct str text, size_t at, char quote)
{
    for (at++; at < text.length; at++)
        if (text.bytes[at] == quote) {
            if (at + 1 < text.length && text.bytes[at + 1] == quote)
                at++;
            else
                return at + 1;
        }
    return text.length;
}

static size_t skip_dollar(struct str text, size_t at, struct str *ret_body)
{
    size_t end = at + 1;

    while (end < text.length && text.bytes[end] != '$' && text.bytes[end] != ' ' &&
           text.bytes[end] != '\n')
        end++;
    *ret_body = STR_NONE;
    if (end >= text.length || text.bytes[end] != '$')
        return at + 1;
    struct str tag = str_slice(text, at, end + 1);
    size_t close = str_find(str_from_offset(text, end + 1), tag);
    *ret_body = str_prefix(str_from_offset(text, end + 1), close);
    return close == SIZE_MAX ? text.length : end + 1 + close + tag.length;
}

static bool is_word_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || (unsigned char)byte >= 128;
}

/* INSERT INTO … VALUES (…): nothing that steps are made of, and often most of a text. */
static bool is_data(const struct tokens *t, size_t statement)
{
    static const char *const words[] = {"INSERT", "UPDATE", "DELETE", "COPY", NULL};

    return statement < t->all.count && t->all.items[statement].kind == 'w' &&
           str_is_one_of_nocase(t->all.items[statement].text, words);
}

void tokens_split(struct tokens *t, struct str text)
{
    size_t at = 0, start, statement = 0;

    while (at < text.length && t->all.count < TOKENS_MAX) {
        char byte = text.bytes[at];
        start = at;
        if (byte == '-' && at + 1 < text.length && text.bytes[at + 1] == '-') {
            while (at < text.length && text.bytes[at] != '\n')
                at++;
        } else if (byte == '/' && at + 1 < text.length && text.bytes[at + 1] == '*') {
            size_t end = str_find(str_from_offset(text, at + 2), STR("*/"));
            at = end == SIZE_MAX ? text.length : at + 2 + end + 2;
        } else if (byte == '\'') {
            at = skip_quoted(text, at, '\'');
            VEC_PUSH(t->arena, &t->all,
                     (struct token){str_slice(text, start + 1, at > start + 1 ? at - 1 : at), 's'});
        } else if (byte == '"' || byte == '`') {
            at = skip_quoted(text, at, byte);
            VEC_PUSH(t->arena, &t->all,
                     (struct token){str_slice(text, start + 1, at > start + 1 ? at - 1 : at), 'q'});
        } else if (byte == '$') {
            struct str body;
            at = skip_dollar(text, at, &body);
            if (body.length)
                VEC_PUSH(t->arena, &t->all, (struct token){body, '$'});
        } else if (is_word_byte(byte)) {
            while (at < text.length && is_word_byte(text.bytes[at]))
                at++;
            VEC_PUSH(t->arena, &t->all, (struct token){str_slice(text, start, at), 'w'});
        } else {
            at++;
            if (byte == ';') {
                t->all.count = is_data(t, statement) ? statement : t->all.count;
                statement = t->all.count + 1;
            }
            if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r')
                VEC_PUSH(t->arena, &t->all, (struct token){str_slice(text, start, at), byte});
        }
    }
}

struct token tokens_at(const struct tokens *t, size_t at)
{
    return at < t->all.count ? t->all.items[at] : (struct token){STR_NONE, ';'};
}

struct token tokens_peek(const struct tokens *t)
{
    return tokens_at(t, t->at);
}

bool tokens_take(struct tokens *t, const char *word)
{
    if (tokens_peek(t).kind != 'w' || !str_eq_nocase(tokens_peek(t).text, str_from(word)))
        return false;
    t->at++;
    return true;
}

void tokens_if_exists(struct tokens *t)
{
    if (tokens_take(t, "IF")) {
        (void)tokens_take(t, "NOT");
        (void)tokens_take(t, "EXISTS");
    }
}

/* Unquoted names are folded to lower case; "public." is dropped. */
struct str tokens_name(struct tokens *t)
{
    struct str name = STR_NONE;

    while (tokens_peek(t).kind == 'w' || tokens_peek(t).kind == 'q') {
        struct token token = tokens_peek(t);
        struct str part = token.kind == 'w' ? str_lower(t->arena, token.text) : token.text;
        name = name.length && !str_eq(name, STR("public"))
                   ? str_printf(t->arena, STR_FMT "." STR_FMT, STR_ARG(name), STR_ARG(part))
                   : part;
        t->at++;
        if (tokens_peek(t).kind != '.')
            break;
        t->at++;
    }
    return name;
}

/* To the next `,` or closing bracket of this level, or the statement's end. */
void tokens_skip_item(struct tokens *t)
{
    size_t depth = 0;

    for (; t->at < t->all.count; t->at++) {
        char kind = tokens_peek(t).kind;
        if (kind == ';' || (depth == 0 && (kind == ',' || kind == ')')))
            return;
        depth += kind == '(';
        depth -= kind == ')';
    }
}

struct token tokens_ahead(const struct tokens *t, size_t by)
{
    return tokens_at(t, t->at + by);
}

bool token_is(struct token token, const char *word)
{
    return token.kind == 'w' && str_eq_nocase(token.text, str_from(word));
}

struct str token_name(const struct tokens *t, struct token token)
{
    return token.kind == 'w' ? str_lower(t->arena, token.text) : token.text;
}
