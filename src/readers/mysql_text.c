/* mysql_text.c -- whether a text is in MySQL's language, and its tokens. */
#include "readers/mysql.h"

/* --- The text. --- */

static bool is_at(struct str text, size_t at, const char *what)
{
    return str_starts(str_from_offset(text, at), str_from(what));
}

/* A `name` where names stand: psql runs what its own commands hold between such quotes. */
static bool is_quoted_name(struct str token, struct str before)
{
    static const char *const words[] = {"table", "exists", "index", "key",      "on",
                                        "(",     ",",      ".",     "add",      "column",
                                        "use",   "into",   "view",  "database", NULL};

    return token.bytes[0] == '`' && str_is_one_of_nocase(before, words);
}

static bool is_pair(struct str before, const char *first, struct str token, const char *second)
{
    return str_eq_nocase(before, str_from(first)) && str_eq_nocase(token, str_from(second));
}

/* Of PostgreSQL's own language: one odd statement in such a file is what is not understood there. */
static bool is_of_postgresql(struct str token, struct str before)
{
    static const char *const types[] = {"timestamptz", "jsonb",       "bytea",
                                        "bigserial",   "smallserial", "tsvector",
                                        "citext",      "plpgsql",     NULL};
    bool dollars = token.length > 3 && token.bytes[0] == '$';

    return dollars || str_is_one_of_nocase(token, types) || is_pair(before, ":", token, ":") ||
           is_pair(before, "[", token, "]") || is_pair(before, "CREATE", token, "EXTENSION") ||
           is_pair(before, "CREATE", token, "TYPE") || is_pair(before, "CREATE", token, "DOMAIN") ||
           is_pair(before, "TABLE", token, "ONLY") || is_pair(before, "AS", token, "IDENTITY") ||
           is_pair(before, "TIME", token, "ZONE") || is_pair(before, "OWNER", token, "TO");
}

static void blank(char *copy, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (copy[i] != '\n')
            copy[i] = ' ';
}

static size_t line_end(struct str text, size_t at)
{
    size_t end = str_find_byte(str_from_offset(text, at), '\n');

    return end == SIZE_MAX ? text.length : at + end;
}

static bool is_delimiter(struct str text, size_t at)
{
    static const struct str word = STR_INIT("DELIMITER ");

    return str_eq_nocase(str_slice(text, at, at + word.length), word);
}

static size_t skip_indent(struct str text, size_t at)
{
    while (at < text.length && (text.bytes[at] == ' ' || text.bytes[at] == '\t'))
        at++;
    return at;
}

/* "DELIMITER ;;" … "DELIMITER ;": bodies of procedures and triggers. */
static size_t blank_delimited(char *copy, struct str text, size_t at)
{
    size_t from = at;
    struct str delimiter;

    do {
        size_t end = line_end(text, at);
        delimiter = str_trim(str_slice(text, at + STR("DELIMITER").length, end));
        delimiter = str_cut(&delimiter, ' ');
        for (at = end; at < text.length && !str_eq(delimiter, STR(";"));) {
            at = skip_indent(text, at + 1);
            if (is_delimiter(text, at))
                break;
            at = line_end(text, at);
        }
    } while (at < text.length && !str_eq(delimiter, STR(";")));
    blank(copy, from, at);
    return at;
}

/* Behind the string or name that begins at `at`. */
static size_t plain_string(char *copy, struct str text, size_t at)
{
    char quote = text.bytes[at];

    for (at++; at < text.length; at++) {
        if (quote != '`' && text.bytes[at] == '\\' && at + 1 < text.length) {
            if (text.bytes[at + 1] == quote)
                copy[at] = quote;
            at++;
        } else if (text.bytes[at] == quote) {
            if (at + 1 == text.length || text.bytes[at + 1] != quote)
                return at + 1;
            at++;
        }
    }
    return text.length;
}

/* A comment stays one; of "/ *!50100 PARTITION …" only the marks go. Out: behind what was read. */
static size_t plain_comment(char *copy, struct str text, size_t at)
{
    size_t end = str_find(str_from_offset(text, at), STR("*/")), behind = at + 3;

    if (end == SIZE_MAX)
        return text.length;
    end += at;
    bool mariadb = is_at(text, at, "/*M!");
    if (!is_at(text, at, "/*!") && !mariadb) {
        blank(copy, at, end + 2); /* they do not nest, as PostgreSQL's do */
        return end + 2;
    }
    for (behind += mariadb; behind < end && byte_is_digit(text.bytes[behind]);)
        behind++;
    blank(copy, at, behind);
    blank(copy, end, end + 2);
    return behind;
}

static struct str plain_text(struct arena *arena, struct str text)
{
    char *copy = str_c(arena, text);
    bool begins = true; /* of a line: there the client takes "--x" for a comment */

    for (size_t at = 0; at < text.length;) {
        char byte = text.bytes[at];
        bool dashes = is_at(text, at, "--") &&
                      (begins || at + 2 == text.length || (unsigned char)text.bytes[at + 2] <= ' ');
        if (begins && is_delimiter(text, skip_indent(text, at))) {
            at = blank_delimited(copy, text, skip_indent(text, at));
        } else if (byte == '-' && is_at(text, at, "--") && !dashes) {
            copy[at] = ' '; /* "--x" is no comment */
            at += 2;
        } else if (byte == '#' || dashes) {
            size_t end = line_end(text, at);
            blank(copy, at, end);
            at = end;
        } else if (is_at(text, at, "/*")) {
            at = plain_comment(copy, text, at);
        } else if (byte == '\'' || byte == '"' || byte == '`') {
            at = plain_string(copy, text, at);
        } else {
            at++;
        }
        begins = at > 0 && at <= text.length && text.bytes[at - 1] == '\n';
    }
    return str_of(copy, text.length);
}

/* ") ENGINE", "int(10) unsigned", "body longtext": where these words cannot be names. */
static bool is_of_mysql(struct str token, struct str before)
{
    static const char *const numbers[] = {"int",       "integer", "bigint",  "smallint", "tinyint",
                                          "mediumint", "decimal", "numeric", "float",    "double",
                                          "real",      ")",       NULL};
    static const char *const texts[] = {"longtext", "mediumtext", "longblob", "mediumblob", NULL};
    static const char *const names[] = {"(", ",", "column", "add", "domain", ".", "as", NULL};

    return is_quoted_name(token, before) || str_eq_nocase(token, STR("AUTO_INCREMENT")) ||
           is_pair(before, ")", token, "ENGINE") ||
           (str_eq_nocase(token, STR("unsigned")) && str_is_one_of_nocase(before, numbers)) ||
           (str_is_one_of_nocase(token, texts) && !str_is_one_of_nocase(before, names));
}

bool mysql_is_written(struct arena *arena, struct str text, struct str *ret_plain)
{
    /* Most files have none of these, and are not looked into any further. */
    static const char *const signs[] = {"`",        "AUTO_INCREMENT", "auto_increment", "ENGINE",
                                        "engine",   "UNSIGNED",       "unsigned",       "LONG",
                                        "longtext", "longblob",       "MEDIUM",         "medium"};
    struct str token, before = STR_NONE, plain;
    bool any = false, is = false;

    for (size_t i = 0; i < COUNT_OF(signs); i++)
        any = any || str_contains(text, str_from(signs[i]));
    if (!any)
        return false;
    /* Its strings and comments would be misread otherwise. */
    plain = plain_text(arena, text);
    for (size_t at = 0; (token = sql_token(plain, &at)).length; before = token) {
        if (is_of_postgresql(token, before))
            return false;
        is = is || is_of_mysql(token, before);
    }
    *ret_plain = plain;
    return is;
}

/* --- Tokens. --- */

struct str mysql_peek(const struct mysql_cursor *c)
{
    size_t at = c->at;

    return sql_token(c->text, &at);
}

struct str mysql_take(struct mysql_cursor *c)
{
    return sql_token(c->text, &c->at);
}

bool mysql_is(const struct mysql_cursor *c, const char *word)
{
    return str_eq_nocase(mysql_peek(c), str_from(word));
}

bool mysql_word(struct mysql_cursor *c, const char *word)
{
    if (!mysql_is(c, word))
        return false;
    (void)mysql_take(c);
    return true;
}

struct str mysql_brackets(struct mysql_cursor *c)
{
    size_t depth = 0, from = 0;

    if (!mysql_is(c, "("))
        return STR_NONE;
    for (struct str token; (token = mysql_take(c)).length;) {
        if (str_eq(token, STR("(")) && depth++ == 0)
            from = c->at;
        else if (str_eq(token, STR(")")) && --depth == 0)
            return str_slice(c->text, from, c->at - 1);
    }
    return str_from_offset(c->text, from);
}

struct str mysql_name(struct mysql_cursor *c)
{
    struct str token = mysql_take(c);
    char first = token.length ? token.bytes[0] : '\0';

    if (first == '`' || first == '"' || first == '\'') /* SQLite lets '…' stand for a name */
        return token.length > 2 ? str_copy(c->r->arena, str_slice(token, 1, token.length - 1))
                                : STR_NONE;
    return byte_is_word(first) || (unsigned char)first >= 128 || first == '$'
               ? str_copy(c->r->arena, token)
               : STR_NONE;
}

struct str mysql_table_name(struct mysql_cursor *c)
{
    struct str schema = STR_NONE, name = mysql_name(c);

    if (!mysql_word(c, "."))
        return name;
    schema = name;
    name = mysql_name(c);
    return str_printf(c->r->arena, STR_FMT "." STR_FMT, STR_ARG(schema), STR_ARG(name));
}
