/* expression_token.c -- the tokens of an expression (PostgreSQL 15 manual §4.1). */
#include "schema/expression_tree.h"

#define OPERATOR_BYTES "+-*/<>=~!@#%^&|?"

static bool is_operator_byte(char byte)
{
    return str_find_byte(STR(OPERATOR_BYTES), byte) != SIZE_MAX;
}

/* What stands between quotes, of which two are one; *at is behind the first. SIZE_MAX in *at: it is not closed. */
static struct str quoted(struct arena *arena, struct str text, size_t *at, char quote, bool escapes)
{
    struct buf buf = buf_new(arena, text.length + 1);

    for (size_t i = *at; i < text.length; i++) {
        char byte = text.bytes[i];
        if (byte == quote && i + 1 < text.length && text.bytes[i + 1] == quote) {
            i++;
        } else if (byte == quote) {
            *at = i + 1;
            return buf_str(&buf);
        } else if (byte == '\\' && escapes) {
            /* The letters that mean another byte; what is written in digits stays unread. */
            static const struct str letters = STR_INIT("bfnrt\\'"),
                                    meant = STR_INIT("\b\f\n\r\t\\'");
            size_t which =
                i + 1 < text.length ? str_find_byte(letters, text.bytes[i + 1]) : SIZE_MAX;
            if (which == SIZE_MAX)
                break;
            byte = meant.bytes[which];
            i++;
        } else if (byte == '\\' && i + 1 < text.length && text.bytes[i + 1] == quote) {
            break; /* MySQL's \' goes on, PostgreSQL's ends here */
        }
        buf_add_byte(&buf, byte);
    }
    *at = SIZE_MAX;
    return STR_NONE;
}

static bool begins_escaped(struct str text, size_t at, char letter)
{
    return at + 1 < text.length && (text.bytes[at] | 0x20) == letter && text.bytes[at + 1] == '\'';
}

static size_t number_end(struct str text, size_t at)
{
    while (at < text.length && (byte_is_digit(text.bytes[at]) || text.bytes[at] == '.'))
        at++;
    if (at < text.length && (text.bytes[at] | 0x20) == 'e') {
        size_t digits = at + 1;
        if (digits < text.length && (text.bytes[digits] == '+' || text.bytes[digits] == '-'))
            digits++;
        if (digits < text.length && byte_is_digit(text.bytes[digits])) {
            at = digits;
            while (at < text.length && byte_is_digit(text.bytes[at]))
                at++;
        }
    }
    return at;
}

/* An operator of several bytes ends in + or - only when it has one of those that no plain operator has. */
static size_t operator_end(struct str text, size_t at)
{
    size_t end = at;
    bool special = false;

    while (end < text.length && is_operator_byte(text.bytes[end])) {
        special = special || str_find_byte(STR("~!@#%^&|?"), text.bytes[end]) != SIZE_MAX;
        end++;
    }
    while (!special && end > at + 1 && (text.bytes[end - 1] == '-' || text.bytes[end - 1] == '+'))
        end--;
    return end;
}

static bool next(struct arena *arena, struct str text, size_t *at, struct token *ret_token)
{
    char byte = text.bytes[*at];
    size_t end = *at + 1;

    if (byte == '\'' || begins_escaped(text, *at, 'e') || begins_escaped(text, *at, 'b')) {
        end += byte != '\'';
        ret_token->kind = (byte | 0x20) == 'b' ? TOKEN_BITS : TOKEN_STRING;
        ret_token->text = quoted(arena, text, &end, '\'', (byte | 0x20) == 'e');
    } else if (byte == '"') {
        ret_token->kind = TOKEN_NAME;
        ret_token->text = quoted(arena, text, &end, '"', false);
    } else if (byte_is_digit(byte) ||
               (byte == '.' && end < text.length && byte_is_digit(text.bytes[end]))) {
        end = number_end(text, *at);
        ret_token->kind = TOKEN_NUMBER;
        ret_token->text = str_slice(text, *at, end);
    } else if (byte_is_word(byte)) {
        while (end < text.length && (byte_is_word(text.bytes[end]) || text.bytes[end] == '$'))
            end++;
        ret_token->kind = TOKEN_WORD;
        ret_token->text = str_lower(arena, str_slice(text, *at, end));
    } else if (is_operator_byte(byte) || str_find_byte(STR("()[],.:"), byte) != SIZE_MAX) {
        if (is_operator_byte(byte))
            end = operator_end(text, *at);
        else if (byte == ':')
            end = *at + 2;
        ret_token->kind = TOKEN_OPERATOR;
        ret_token->text = str_slice(text, *at, end);
        if ((byte == ':' && !str_eq(ret_token->text, STR("::"))) ||
            str_contains(ret_token->text, STR("--")) || str_contains(ret_token->text, STR("/*")))
            return false; /* parameters, slices; comments */
    } else {
        return false;
    }
    *at = end;
    return end != SIZE_MAX;
}

bool expression_tokens(struct arena *arena, struct str text, struct tokens *ret_tokens)
{
    struct tokens tokens = {0};

    if (text.length > EXPRESSION_MAX || str_has_nul(text))
        return false;
    for (size_t at = 0; at < text.length;) {
        struct token token = {0};
        if (expression_is_space(text.bytes[at])) {
            at++;
            continue;
        }
        if (!next(arena, text, &at, &token))
            return false;
        VEC_PUSH(arena, &tokens, token);
    }
    for (size_t i = 0; i < TOKENS_BEHIND; i++)
        VEC_PUSH(arena, &tokens, (struct token){0});
    *ret_tokens = tokens;
    return true;
}
