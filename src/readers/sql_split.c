#include "readers/sql_split.h"

/* --- Tokens. --- */

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

static bool is_word(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '$' || (unsigned char)byte >= 128;
}

static bool is_at(struct str text, size_t at, const char *what)
{
    return str_starts(str_from_offset(text, at), str_from(what));
}

/* Behind the block comment that begins at `at`; they nest. */
static size_t skip_block(struct str text, size_t at)
{
    size_t depth = 0;

    while (at < text.length) {
        if (is_at(text, at, "/*")) {
            depth++;
            at += 2;
        } else if (is_at(text, at, "*/")) {
            at += 2;
            if (--depth == 0)
                return at;
        } else {
            at++;
        }
    }
    return text.length;
}

static size_t skip_blank(struct str text, size_t at)
{
    for (;;) {
        while (at < text.length && is_space(text.bytes[at]))
            at++;
        if (is_at(text, at, "--")) {
            while (at < text.length && text.bytes[at] != '\n')
                at++;
        } else if (is_at(text, at, "/*")) {
            at = skip_block(text, at);
        } else {
            return at;
        }
    }
}

static size_t skip_quoted(struct str text, size_t at, bool escapes)
{
    char quote = text.bytes[at];

    for (at++; at < text.length; at++) {
        if (escapes && text.bytes[at] == '\\')
            at++;
        else if (text.bytes[at] == quote) {
            if (at + 1 < text.length && text.bytes[at + 1] == quote)
                at++;
            else
                return at + 1;
        }
    }
    return text.length;
}

/* "$tag$ … $tag$"; a lone "$" is one byte. */
static size_t skip_dollar(struct str text, size_t at)
{
    size_t end = at + 1;

    while (end < text.length && is_word(text.bytes[end]) && text.bytes[end] != '$')
        end++;
    if (end >= text.length || text.bytes[end] != '$')
        return at + 1;
    struct str tag = str_slice(text, at, end + 1);
    size_t close = str_find(str_from_offset(text, end + 1), tag);
    return close == SIZE_MAX ? text.length : end + 1 + close + tag.length;
}

struct str sql_token(struct str text, size_t *at)
{
    size_t start = skip_blank(text, *at), end = start;

    if (start >= text.length) {
        *at = text.length;
        return STR_NONE;
    }
    char byte = text.bytes[start];
    bool escapes = (byte == 'E' || byte == 'e') && is_at(text, start + 1, "'");
    if (escapes)
        end = skip_quoted(text, start + 1, true);
    else if (byte == '\'' || byte == '"' || byte == '`')
        end = skip_quoted(text, start, false);
    else if (byte == '$')
        end = skip_dollar(text, start);
    else if (is_word(byte))
        while (end < text.length && is_word(text.bytes[end]))
            end++;
    else
        end = start + 1;
    *at = end;
    return str_slice(text, start, end);
}

bool sql_has_words(struct str text, size_t *at, const char *const *words)
{
    size_t behind = *at;

    for (; *words; words++)
        if (!str_eq_nocase(sql_token(text, &behind), str_from(*words)))
            return false;
    *at = behind;
    return true;
}

/* --- Statements. --- */

static size_t line_end(struct str text, size_t at)
{
    while (at < text.length && text.bytes[at] != '\n')
        at++;
    return at;
}

static bool is_copy_from_stdin(struct str statement)
{
    size_t at = 0;
    struct str before = STR_NONE;

    if (!str_eq_nocase(sql_token(statement, &at), STR("COPY")))
        return false;
    for (struct str token; (token = sql_token(statement, &at)).length; before = token)
        if (str_eq_nocase(before, STR("FROM")))
            return str_eq_nocase(token, STR("STDIN"));
    return false;
}

/* Behind the line "\." that ends the rows. */
static size_t skip_rows(struct str text, size_t at)
{
    for (at = line_end(text, at); at < text.length; at = line_end(text, at)) {
        at++;
        if (is_at(text, at, "\\.") && line_end(text, at) <= at + 3)
            return line_end(text, at);
    }
    return at;
}

/* Where the statement that begins at `at` ends: its semicolon, or the text's end. */
static size_t statement_end(struct str text, size_t at)
{
    struct str before = STR_NONE;
    size_t depth = 0, behind = at;

    for (;;) {
        struct str token = sql_token(text, &behind);
        if (!token.length)
            return text.length;
        if (str_eq(token, STR(";")) && !depth)
            return behind - 1;
        /* The body of a function between BEGIN ATOMIC and END. */
        if (str_eq_nocase(token, STR("ATOMIC")) && str_eq_nocase(before, STR("BEGIN")))
            depth = 1;
        else if (depth && str_eq_nocase(token, STR("CASE")))
            depth++;
        else if (depth && str_eq_nocase(token, STR("END")))
            depth--;
        before = token;
    }
}

static void move_to(struct sql_split *split, size_t at)
{
    for (; split->at < at; split->at++)
        split->line += split->text.bytes[split->at] == '\n';
}

bool sql_split_next(struct sql_split *split, struct sql_statement *ret_statement)
{
    struct str text = split->text;

    if (!split->line) {
        split->line = 1;
        if (is_at(text, 0, "\xef\xbb\xbf"))
            split->at = 3;
    }
    for (;;) {
        move_to(split, skip_blank(text, split->at));
        if (split->at >= text.length)
            return false;
        if (text.bytes[split->at] == '\\' || text.bytes[split->at] == ';') {
            move_to(split,
                    text.bytes[split->at] == ';' ? split->at + 1 : line_end(text, split->at));
            continue;
        }
        size_t end = statement_end(text, split->at);
        *ret_statement = (struct sql_statement){.text = str_trim(str_slice(text, split->at, end)),
                                                .line = split->line};
        move_to(split, end < text.length ? end + 1 : end);
        if (is_copy_from_stdin(ret_statement->text))
            move_to(split, skip_rows(text, split->at));
        return true;
    }
}
