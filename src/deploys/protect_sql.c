#include "deploys/protect_sql.h"

#include <ctype.h>
#include <string.h>

#include "deploys/follow.h"

static void add_file(struct recogniser *r, const struct call *call, struct str path,
                     struct strs *texts)
{
    struct followed file;

    follow_read(r, call, path, &file);
    if (file.found && !file.why.length)
        VEC_PUSH(r->arena, texts, file.text);
}

/* The SQL of this call: values of options, operands, standard input. */
static struct strs texts_of(struct recogniser *r, const struct call *call, const struct line *line)
{
    struct strs texts = {0};

    for (size_t i = 0; i < line->options.count; i++)
        if (line->options.items[i].has_value)
            VEC_PUSH(r->arena, &texts, line->options.items[i].value);
    for (size_t i = 0; i < line->operands.count; i++)
        VEC_PUSH(r->arena, &texts, line->operands.items[i]);
    if (call->input.kind == INPUT_TEXT)
        VEC_PUSH(r->arena, &texts, call->input.text);
    return texts;
}

/* `\\i FILE` of psql, `source FILE` of mysql, `.read FILE` of sqlite3. */
static void add_included(struct recogniser *r, const struct call *call, struct str text,
                         struct strs *files)
{
    static const char *const words[] = {"\\i",    "\\ir", "\\include", "\\include_relative",
                                        "source", "\\.",  ".read",     NULL};

    while (text.length) {
        struct str line = str_trim(str_cut(&text, '\n')), word = str_cut(&line, ' ');
        if (line.length && str_is_one_of_nocase(word, words))
            add_file(r, call, str_trim_bytes(str_trim(line), "'\";"), files);
    }
}

/* psql -qf FILE: the last of several letters takes the word behind. */
static void add_clustered(struct recogniser *r, const struct call *call, struct strs *files)
{
    for (size_t i = 1; i + 1 < call->count; i++) {
        struct str word = call->words[i].text;
        bool letters = word.length > 2 && word.bytes[0] == '-' && str_ends(word, STR("f"));
        for (size_t n = 1; n < word.length && letters; n++)
            letters = isalnum((unsigned char)word.bytes[n]);
        if (letters)
            add_file(r, call, call->words[i + 1].text, files);
    }
}

struct strs protect_sql_files(struct recogniser *r, const struct call *call,
                              const struct line *line)
{
    struct strs files = {0}, texts = texts_of(r, call, line);
    struct call reader = *call;

    for (size_t i = 0; i < line->options.count; i++) {
        const struct option_word *option = &line->options.items[i];
        if (option->has_value &&
            (str_eq(option->name, STR("-f")) || str_eq(option->name, STR("--file"))))
            add_file(r, call, option->value, &files);
    }
    if (str_eq(line->name, STR("psql")))
        add_clustered(r, call, &files);
    for (size_t i = 0; i < texts.count; i++)
        add_included(r, call, texts.items[i], &files);
    if (call->input.kind == INPUT_FILE) {
        reader.directory = call->input.directory.length ? call->input.directory : call->directory;
        reader.remote = false; /* read here, wherever the client runs */
        add_file(r, &reader, call->input.text, &files);
    }
    return files;
}

/* --- Statements. --- */

/* Behind the quoted text, comment or byte that starts there. Source: PostgreSQL's manual, "Lexical Structure". */
static size_t skip_piece(struct str text, size_t at)
{
    char byte = text.bytes[at];
    struct str rest = str_from_offset(text, at), end;
    size_t found, tag = 1;

    if (byte == '\'' || byte == '"' || byte == '`') {
        found = str_find_byte(str_from_offset(rest, 1), byte);
        return found == SIZE_MAX ? text.length : at + found + 2;
    }
    if (str_starts(rest, STR("--")))
        return at + str_prefix(rest, str_find_byte(rest, '\n')).length;
    if (str_starts(rest, STR("/*"))) {
        found = str_find(rest, STR("*/"));
        return found == SIZE_MAX ? text.length : at + found + 2;
    }
    if (byte != '$')
        return at + 1;
    while (tag < rest.length && (isalnum((unsigned char)rest.bytes[tag]) || rest.bytes[tag] == '_'))
        tag++;
    if (tag >= rest.length || rest.bytes[tag] != '$')
        return at + 1;
    end = str_prefix(rest, tag + 1);
    found = str_find(str_from_offset(rest, tag + 1), end);
    return found == SIZE_MAX ? text.length : at + found + 2 * (tag + 1);
}

static bool runs_text(struct str text)
{
    for (size_t at = 0; at + 7 <= text.length; at++)
        if (str_eq_nocase(str_slice(text, at, at + 7), STR("execute")))
            return true;
    return false;
}

/* The text without comments and without what it quotes: 'x', and "x" where a blank shows that it is no name. Whole, where it cannot be
 * told what is quoted, and where quoted text is run. */
static struct str bare(struct recogniser *r, struct str text)
{
    struct buf out = buf_new(r->arena, REQUEST_MAX);
    size_t at = 0;

    if (str_contains(text, STR("\\'")) || str_contains(text, STR("\\\"")) || runs_text(text))
        return text;
    while (at < text.length) {
        size_t end = skip_piece(text, at);
        struct str piece = str_slice(text, at, end);
        bool comment = str_starts(piece, STR("--")) || str_starts(piece, STR("/*"));
        bool quoted =
            piece.bytes[0] == '\'' || (piece.bytes[0] == '"' && str_contains(piece, STR(" ")));
        if (quoted && (piece.length < 2 || piece.bytes[piece.length - 1] != piece.bytes[0]))
            return text;
        buf_add(&out, comment || quoted ? STR(" ") : piece);
        at = end;
    }
    return buf_str(&out);
}

bool protect_sql_stated(struct recogniser *r, struct regex *pattern, const struct call *call,
                        const struct line *line)
{
    struct strs texts = texts_of(r, call, line);
    struct err why = ERR_NONE;
    bool seen = false;

    for (size_t i = 0; i < texts.count; i++) {
        bool matched = false;
        if (!regex_match(pattern, texts.items[i], &matched, NULL, 0, &why))
            return true;
        if (!matched)
            continue;
        seen = true;
        if (!regex_match(pattern, bare(r, texts.items[i]), &matched, NULL, 0, &why) || matched)
            return true;
    }
    return !seen;
}

/* The next statement, from its first word on; false: no further one. One of psql's own ends with its line. */
static bool next_statement(struct str *rest, struct str *ret)
{
    size_t at = 0;

    while (at < rest->length) {
        bool comment = str_starts(str_from_offset(*rest, at), STR("--")) ||
                       str_starts(str_from_offset(*rest, at), STR("/*"));
        if (!comment && !memchr(" \t\r\n\f;", rest->bytes[at], 6))
            break;
        at = comment ? skip_piece(*rest, at) : at + 1;
    }
    size_t start = at;
    char end = at < rest->length && rest->bytes[at] == '\\' ? '\n' : ';';
    while (at < rest->length && rest->bytes[at] != end)
        at = end == '\n' ? at + 1 : skip_piece(*rest, at);
    *ret = str_slice(*rest, start, at);
    *rest = str_from_offset(*rest, at + 1);
    return ret->length > 0;
}

static struct str first_word(struct str statement)
{
    size_t end = 0;

    while (end < statement.length && (isalpha((unsigned char)statement.bytes[end]) ||
                                      (end == 0 && statement.bytes[end] == '\\')))
        end++;
    return str_prefix(statement, end);
}

/* What stands around the others and changes nothing. */
static bool is_frame(struct str statement)
{
    static const char *const words[] = {"begin", "start", "commit", "end",    "set", "select",
                                        "use",   "\\set", "\\pset", "\\echo", NULL};
    struct str word = first_word(statement);

    return str_is_one_of_nocase(word, words);
}

/* The statement itself, or one inside its WITH; not words that it quotes. A match that cannot be finished counts as one. */
static bool records(struct regex *pattern, struct str statement)
{
    struct str match[1] = {STR_NONE};
    struct err why = ERR_NONE;
    bool matched = false;

    if (!regex_match(pattern, statement, &matched, match, 1, &why))
        return true;
    return matched &&
           (match[0].bytes == statement.bytes || str_eq_nocase(first_word(statement), STR("with")));
}

bool protect_sql_only(struct regex *pattern, struct str text)
{
    struct str statement;
    size_t taken = 0;

    while (next_statement(&text, &statement)) {
        if (records(pattern, statement))
            taken++;
        else if (!is_frame(statement))
            return false;
    }
    return taken > 0;
}
