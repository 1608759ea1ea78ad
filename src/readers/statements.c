#include "readers/statements.h"

static char byte_at(const struct statements *s, size_t at)
{
    return at < s->source.length ? s->source.bytes[at] : '\0';
}

static bool is_at(const struct statements *s, struct str text)
{
    return str_starts(str_from_offset(s->source, s->at), text);
}

static void skip_line(struct statements *s)
{
    while (s->at < s->source.length && byte_at(s, s->at) != '\n')
        s->at++;
}

static void skip_past(struct statements *s, struct str end)
{
    size_t found = str_find(str_from_offset(s->source, s->at), end);

    s->broken = s->broken || found == SIZE_MAX;
    s->at = found == SIZE_MAX ? s->source.length : s->at + found + end.length;
}

/* From after the opening to after the closing one; one that its line must close is given up at the end of it. */
static void skip_quoted(struct statements *s, struct str end, bool one_line)
{
    while (s->at < s->source.length) {
        char byte = s->source.bytes[s->at];
        if ((byte == end.bytes[0] && is_at(s, end)) || (one_line && byte == '\n'))
            break;
        s->at += byte == '\\' ? 2 : 1;
    }
    if (one_line && byte_at(s, s->at) == '\n')
        return;
    s->broken = s->broken || s->at >= s->source.length;
    s->at += end.length;
}

static void skip_string(struct statements *s)
{
    char quote[] = {byte_at(s, s->at), byte_at(s, s->at), byte_at(s, s->at)};
    bool triple = !s->is_script && is_at(s, str_of(quote, 3));

    s->at += triple ? 3 : 1;
    skip_quoted(s, str_of(quote, triple ? 3 : 1), !triple && quote[0] != '`');
}

/* A slash that stands where a value may begin, and not after one. */
static bool begins_pattern(const struct statements *s)
{
    static const char *const words[] = {"return", "typeof", "case", "in",   "of",
                                        "delete", "void",   "do",   "else", "throw"};
    size_t at = s->at;

    while (at > 0 && (s->source.bytes[at - 1] == ' ' || s->source.bytes[at - 1] == '\t'))
        at--;
    if (at == 0 || str_find_byte(STR("(,=:[!&|?{};\n"), s->source.bytes[at - 1]) != SIZE_MAX ||
        str_ends(str_prefix(s->source, at), STR("=>")))
        return true;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct str word = str_from(words[i]), before = str_prefix(s->source, at);
        if (str_ends(before, word) &&
            (before.length == word.length ||
             !byte_is_word(before.bytes[before.length - word.length - 1])))
            return true;
    }
    return false;
}

static void skip_pattern(struct statements *s)
{
    bool in_class = false;

    for (s->at++; s->at < s->source.length && byte_at(s, s->at) != '\n'; s->at++) {
        char byte = byte_at(s, s->at);
        if (byte == '\\')
            s->at++;
        else if (byte == '[' || byte == ']')
            in_class = byte == '[';
        else if (byte == '/' && !in_class)
            break;
    }
    s->at++;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r' || byte == '\f';
}

/* Returns whether what was passed is more than a comment or a blank. */
static bool step(struct statements *s)
{
    char byte = byte_at(s, s->at);

    if (byte_is_word(byte)) { /* most of a text */
        while (byte_is_word(byte_at(s, s->at)))
            s->at++;
        return true;
    }
    if (s->is_script ? is_at(s, STR("//")) : byte == '#') {
        skip_line(s);
        return false;
    }
    if (s->is_script && is_at(s, STR("/*"))) {
        skip_past(s, STR("*/"));
        return false;
    }
    if (byte == '\'' || byte == '"' || (s->is_script && byte == '`')) {
        skip_string(s);
        return true;
    }
    if (s->is_script && byte == '/' && begins_pattern(s)) {
        skip_pattern(s);
        return true;
    }
    if (byte == '(' || byte == '[' || byte == '{')
        s->depth++;
    if ((byte == ')' || byte == ']' || byte == '}') && s->depth)
        s->depth--;
    s->at += byte == '\\' ? 2 : 1;
    return !is_blank(byte);
}

/* The line before ends in a backslash; or it is one that cannot begin a statement, as the brace below `class User`. */
static bool goes_on(const struct statements *s)
{
    size_t line = s->at;

    if (line >= 2 && byte_at(s, line - 1) == '\n' &&
        (byte_at(s, line - 2) == '\\' ||
         (byte_at(s, line - 2) == '\r' && line >= 3 && byte_at(s, line - 3) == '\\')))
        return true;
    return str_find_byte(STR("{.?:=|&<>,)]}*+-/%^"), byte_at(s, s->at)) != SIZE_MAX;
}

static bool begins_statement(const struct statements *s)
{
    char byte = byte_at(s, s->at);

    return !s->depth && !is_blank(byte) && byte != '#' &&
           (!s->at || byte_at(s, s->at - 1) == '\n') && !goes_on(s) && !is_at(s, STR("//")) &&
           !is_at(s, STR("/*"));
}

static bool next_of_script(struct statements *s, struct str *ret_statement)
{
    size_t start, end;

    /* Code that stands in no statement: behind a comment. */
    while (s->at < s->source.length && !begins_statement(s))
        s->broken = step(s) || s->broken;
    if (s->at >= s->source.length)
        return false;
    start = end = s->at;
    do {
        if (step(s))
            end = s->at;
    } while (s->at < s->source.length && !begins_statement(s));
    /* A value on the next line, in the first column. */
    if (end > start && str_find_byte(STR("=,+|&?:<"), byte_at(s, end - 1)) != SIZE_MAX)
        s->broken = true;
    *ret_statement = str_slice(s->source, start, end);
    return true;
}

/* --- Python, in one pass. --- */

/* Bytes that change what a byte behind them means. */
static const bool turns[256] = {
    ['\n'] = true, ['#'] = true, ['\''] = true, ['"'] = true, ['('] = true, [')'] = true,
    ['['] = true,  [']'] = true, ['{'] = true,  ['}'] = true, [';'] = true, ['\\'] = true};

/* At the start of a line; goes to the statement's first byte when one begins there. Behind a form feed the line begins anew. */
static bool begins_at_line(struct statements *s)
{
    size_t at = s->at, from = s->at;

    for (; byte_at(s, at) == ' ' || byte_at(s, at) == '\t' || byte_at(s, at) == '\f'; at++)
        if (s->source.bytes[at] == '\f')
            from = at + 1;
    if (at >= s->source.length || is_blank(s->source.bytes[at]) || s->source.bytes[at] == '#' ||
        at - from > s->indent)
        return false;
    s->at = at;
    return true;
}

static bool has_word_behind(const struct statements *s)
{
    size_t at = s->at + 1;

    while (byte_at(s, at) == ' ' || byte_at(s, at) == '\t')
        at++;
    return byte_is_word(byte_at(s, at));
}

/* The backslash, and the end of the line behind it. */
static void skip_escaped(struct statements *s)
{
    s->at++;
    if (byte_at(s, s->at) == '\r')
        s->at++;
    s->at++;
}

static size_t end_of_code(const struct statements *s, size_t from, size_t end)
{
    size_t at = s->at < s->source.length ? s->at : s->source.length;

    while (at > from && is_blank(s->source.bytes[at - 1]))
        at--;
    return at > from ? at : end;
}

/* To where the next statement begins, or the source ends; returns the end of the last code before. */
static size_t pass_statement(struct statements *s)
{
    size_t from = s->at, end = s->at; /* from: of code that does not end at `end` */

    while (s->at < s->source.length) {
        size_t at = s->at;
        while (at < s->source.length && !turns[(unsigned char)s->source.bytes[at]])
            at++;
        s->at = at;
        if (at == s->source.length)
            break;
        char byte = byte_at(s, at);
        if (byte == '\n' || byte == '#') {
            end = end_of_code(s, from, end);
            skip_line(s);
            from = ++s->at;
            if (!s->depth && begins_at_line(s))
                return end;
        } else if (byte == '\'' || byte == '"') {
            skip_string(s);
        } else if (byte == '\\') {
            skip_escaped(s);
        } else {
            s->several = s->several || (byte == ';' && !s->depth && has_word_behind(s));
            s->depth += byte == '(' || byte == '[' || byte == '{';
            s->depth -= s->depth && (byte == ')' || byte == ']' || byte == '}');
            s->at++;
        }
    }
    s->at = s->source.length;
    return end_of_code(s, from, end);
}

static bool next_of_python(struct statements *s, struct str *ret_statement)
{
    size_t start = s->at;

    /* Code that stands in no statement: it is indented. */
    if (!s->at && !begins_at_line(s))
        s->broken = pass_statement(s) > start || s->broken;
    if (s->at >= s->source.length)
        return false;
    start = s->at;
    s->several = false;
    *ret_statement = str_slice(s->source, start, pass_statement(s));
    return true;
}

bool statements_next(struct statements *s, struct str *ret_statement)
{
    return s->is_script ? next_of_script(s, ret_statement) : next_of_python(s, ret_statement);
}

bool statements_are_whole(const struct statements *s)
{
    return !s->broken && !s->depth;
}

static bool is_at_keyword(const struct statements *s)
{
    static const char *const words[] = {"export", "const",    "let",   "var",
                                        "class",  "function", "enum",  "interface",
                                        "type",   "abstract", "async", "import"};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct str word = str_from(words[i]);
        if (is_at(s, word) && !byte_is_word(byte_at(s, s->at + word.length)))
            return true;
    }
    return byte_at(s, s->at) == '@';
}

bool statements_are_several(struct str statement, bool is_script)
{
    struct statements s = {.source = statement, .is_script = is_script};
    bool ended = false;

    while (s.at < statement.length) {
        char byte = byte_at(&s, s.at);
        bool ends = !s.depth && byte == ';';
        size_t depth = s.depth;
        if (ended && !s.depth && (is_script ? is_at_keyword(&s) : byte_is_word(byte)))
            return true;
        bool code = step(&s);
        if (is_script && byte == '}' && depth == 1 && !s.depth)
            ends = true;
        if (code)
            ended = ends;
    }
    return false;
}
