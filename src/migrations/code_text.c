/* code_text.c -- bytes, literals and lists of PHP and Ruby. */
#include "migrations/code_reader.h"

/* --- Bytes. --- */

char code_peek(const struct code_reader *r, size_t ahead)
{
    return r->at + ahead < r->end ? r->text.bytes[r->at + ahead] : '\0';
}

bool code_starts_with(const struct code_reader *r, const char *word)
{
    return str_starts(str_slice(r->text, r->at, r->end), str_from(word));
}

bool code_is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

bool code_is_of_name(char byte)
{
    return byte == '_' || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
}

static bool starts_comment(const struct code_reader *r)
{
    return code_peek(r, 0) == '#' ||
           (code_peek(r, 0) == '/' && (code_peek(r, 1) == '/' || code_peek(r, 1) == '*'));
}

static void skip_comment(struct code_reader *r)
{
    bool lines = code_peek(r, 1) != '*' || code_peek(r, 0) == '#';
    struct str end = lines ? STR("\n") : STR("*/");
    size_t found = str_find(str_slice(r->text, r->at, r->end), end);

    r->at = found == SIZE_MAX ? r->end : r->at + found + (lines ? 0 : end.length);
}

/* Ruby ends an expression with its line, but not inside of brackets. */
void code_skip_spaces(struct code_reader *r, bool lines)
{
    for (;;) {
        while (code_is_space(code_peek(r, 0)) && (lines || code_peek(r, 0) != '\n'))
            r->at++;
        if (!lines || r->at >= r->end || !starts_comment(r))
            return;
        skip_comment(r);
    }
}

bool code_take(struct code_reader *r, const char *word)
{
    if (!code_starts_with(r, word))
        return false;
    r->at += strlen(word);
    return true;
}

struct str code_read_name(struct code_reader *r)
{
    size_t from = r->at;

    while (code_is_of_name(code_peek(r, 0)))
        r->at++;
    return str_slice(r->text, from, r->at);
}

/* To the bracket that ends the one in which the reader stands, or to a comma beside it; texts are passed over. */
void code_skip_rest(struct code_reader *r, bool to_comma)
{
    size_t deep = 0;

    for (; r->at < r->end; r->at++) {
        char byte = r->text.bytes[r->at];
        if (byte == '\'' || byte == '"') {
            while (++r->at < r->end && r->text.bytes[r->at] != byte)
                if (r->text.bytes[r->at] == '\\')
                    r->at++;
        } else if (byte == '(' || byte == '[' || byte == '{') {
            deep++;
        } else if (byte == ')' || byte == ']' || byte == '}') {
            if (!deep--)
                return;
        } else if (!deep && (byte == ';' || (to_comma && byte == ','))) {
            return;
        }
    }
}

/* --- Literals. --- */

/* The text inside #{…} is Ruby's own expression. */
static struct code_value interpolated(struct code_reader *r, size_t from, size_t to)
{
    struct code_reader inner = *r;

    inner.at = from;
    inner.end = to;
    inner.depth++;
    return code_read_value(&inner);
}

static bool takes_placeholder(struct code_reader *r, char quote, struct code_value *value,
                              struct buf *plain)
{
    struct code_value part = {0};
    size_t from = r->at;

    if (r->ruby && quote == '"' && code_starts_with(r, "#{")) {
        while (r->at < r->end && r->text.bytes[r->at] != '}')
            r->at++;
        part = interpolated(r, from + 2, r->at);
        r->at++;
    } else if (!r->ruby && quote == '"' &&
               (code_starts_with(r, "{$") || code_starts_with(r, "${"))) {
        while (r->at < r->end && r->text.bytes[r->at] != '}')
            r->at++;
        r->at++;
        part = code_value_unknown(r);
    } else if (!r->ruby && quote == '"' && code_peek(r, 0) == '$' &&
               code_is_of_name(code_peek(r, 1))) {
        r->at++;
        (void)code_read_name(r);
        part = code_value_unknown(r);
    } else {
        return false;
    }
    struct code_value before = code_value_one(r, CODE_LITERAL, str_copy(r->arena, buf_str(plain)));
    before = code_value_combined(r, value, &before, "");
    *value = code_value_combined(r, &before, &part, "");
    *plain = buf_new(r->arena, CODE_TEXT_MAX);
    return true;
}

struct code_value code_read_text(struct code_reader *r)
{
    char quote = code_peek(r, 0);
    struct code_value value = code_value_one(r, CODE_LITERAL, STR(""));
    struct buf plain = buf_new(r->arena, CODE_TEXT_MAX);

    r->at++;
    while (r->at < r->end && code_peek(r, 0) != quote) {
        if (takes_placeholder(r, quote, &value, &plain))
            continue;
        if (code_peek(r, 0) == '\\' && (code_peek(r, 1) == quote || code_peek(r, 1) == '\\'))
            r->at++;
        buf_add_byte(&plain, code_peek(r, 0));
        r->at++;
    }
    r->at++;
    struct code_value rest = code_value_one(r, CODE_LITERAL, str_copy(r->arena, buf_str(&plain)));
    return code_value_combined(r, &value, &rest, "");
}

/* %w[a b] */
struct code_value code_read_words(struct code_reader *r)
{
    struct code_value value = {.is_list = true};
    char open = code_peek(r, 2), close = open == '['   ? ']'
                                         : open == '(' ? ')'
                                         : open == '{' ? '}'
                                                       : open;

    r->at += 3;
    while (r->at < r->end && code_peek(r, 0) != close) {
        size_t from = r->at;
        while (r->at < r->end && !code_is_space(code_peek(r, 0)) && code_peek(r, 0) != close)
            r->at++;
        code_value_add(r, &value, CODE_LITERAL, str_slice(r->text, from, r->at));
        code_skip_spaces(r, true);
    }
    r->at++;
    return value;
}

/* --- Lists and arguments. --- */

/* Up to the closing bracket; of `key => value` the value. */
struct code_values code_read_items(struct code_reader *r, char close)
{
    struct code_values items = {0};

    for (;;) {
        code_skip_spaces(r, true);
        if (r->at >= r->end || code_peek(r, 0) == close) {
            r->at++;
            return items;
        }
        size_t before = r->at;
        struct code_value item = code_read_value(r);
        code_skip_spaces(r, true);
        if (code_take(r, "=>") ||
            (close != ')' && !code_starts_with(r, "::") && code_take(r, ":"))) {
            code_skip_spaces(r, true);
            item = code_read_value(r);
            code_skip_spaces(r, true);
        }
        if (code_peek(r, 0) != ',' && code_peek(r, 0) != close) {
            item = code_value_unknown(r);
            code_skip_rest(r, true);
        }
        VEC_PUSH(r->arena, &items, item);
        if (code_peek(r, 0) == ',')
            r->at++;
        else if (code_peek(r, 0) != close || r->at == before) {
            r->at = r->end;
            return items;
        }
    }
}

struct code_value code_list_of(struct code_reader *r, const struct code_values *items)
{
    struct code_value value = {.is_list = true};

    for (size_t i = 0; i < items->count; i++)
        code_value_add_all(r, &value, &items->items[i]);
    return value;
}
