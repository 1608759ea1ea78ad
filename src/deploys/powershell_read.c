#include "deploys/powershell_reader.h"

#include <string.h>

#include "base/file.h"

static char byte_at(const struct reader *p, size_t ahead)
{
    return p->at + ahead < p->text.length ? p->text.bytes[p->at + ahead] : '\0';
}

static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == ':';
}

void reader_end_word(struct reader *p)
{
    if (p->in_word)
        VEC_PUSH(p->r->arena, &p->words, word_value(buf_str(&p->word)));
    p->in_word = false;
    p->word = buf_new(p->r->arena, REQUEST_MAX);
}

/* From an opening bracket to its partner; quotes are respected. Returns what is between. */
static struct str read_block(struct reader *p)
{
    char open = byte_at(p, 0), close = (char)(open == '(' ? ')' : '}');
    size_t start = p->at + 1, depth = 0;

    for (; p->at < p->text.length; p->at++) {
        char byte = byte_at(p, 0);
        if (byte == '`') {
            p->at++;
        } else if (byte == '\'' || byte == '"') {
            size_t end = str_find_byte(str_from_offset(p->text, p->at + 1), byte);
            if (end == SIZE_MAX)
                break;
            p->at += end + 1;
        } else if (byte == open) {
            depth++;
        } else if (byte == close && --depth == 0) {
            return str_slice(p->text, start, p->at++);
        }
    }
    p->at = p->text.length;
    return str_from_offset(p->text, start);
}

bool powershell_is_of_environment(struct str name)
{
    return str_eq_nocase(str_prefix(name, 4), STR("env:"));
}

/* $name → the name under which the state keeps it: $env:NAME is the shell's NAME. */
struct str reader_variable_key(struct reader *p, struct str name)
{
    char *bytes = arena_alloc(p->r->arena, name.length + 1);

    if (powershell_is_of_environment(name))
        return str_from_offset(name, 4);
    for (size_t i = 0; i < name.length; i++)
        bytes[i] = (char)(name.bytes[i] >= 'A' && name.bytes[i] <= 'Z' ? name.bytes[i] + 32
                                                                       : name.bytes[i]);
    return str_printf(p->r->arena, "$" STR_FMT, STR_ARG(str_of(bytes, name.length)));
}

/* The name of the variable that a statement begins with, when it is one: `$x = …`. */
struct str reader_assigned_name(const struct reader *p)
{
    struct str text = str_trim(str_from_offset(p->text, p->from));
    size_t end = 1;

    if (!str_starts(text, STR("$")))
        return STR_NONE;
    while (end < text.length && is_name_byte(text.bytes[end]))
        end++;
    struct str rest = str_trim(str_from_offset(text, end));
    bool assigns = str_starts(rest, STR("=")) && !str_starts(rest, STR("=="));
    return assigns || str_starts(rest, STR("+=")) ? str_slice(text, 1, end) : STR_NONE;
}

/* $file.FullName is its path, $file.Name the last part of it. */
static struct str read_property(struct reader *p, struct str value)
{
    static const char *const paths[] = {"FullName", "PSPath", "Path", NULL};
    size_t end = p->at + 1;

    if (byte_at(p, 0) != '.')
        return value;
    while (end < p->text.length && byte_is_letter(p->text.bytes[end]))
        end++;
    struct str name = str_slice(p->text, p->at + 1, end);
    bool base = str_eq_nocase(name, STR("Name"));
    if (base || str_is_one_of_nocase(name, paths))
        p->at = end;
    return base ? path_base_name(value) : value;
}

static void read_variable(struct reader *p)
{
    bool first = !p->words.count && !p->in_word;
    struct str value;

    if (first && !reader_assigned_name(p).length)
        p->quoted = true;
    p->in_word = true;
    p->at++;
    if (byte_at(p, 0) == '(') {
        VEC_PUSH(p->r->arena, &p->blocks, read_block(p));
    } else if (byte_at(p, 0) == '{') {
        (void)read_block(p);
    } else {
        size_t start = p->at;
        while (is_name_byte(byte_at(p, 0)))
            p->at++;
        struct str name = str_slice(p->text, start, p->at);
        if (!first && (str_eq_nocase(name, STR("true")) || str_eq_nocase(name, STR("null"))))
            return;
        if (!(first && reader_assigned_name(p).length) &&
            shell_state_peek_variable(p->state, reader_variable_key(p, name), &value)) {
            buf_add(&p->word, read_property(p, value));
            return;
        }
    }
    buf_add_byte(&p->word, SHELL_UNKNOWN);
}

/* `$x = ` has been read so far, in one word or two. */
static bool is_assigned(const struct reader *p)
{
    if (p->words.count == 2 && !p->in_word)
        return str_eq(p->words.items[0].text, UNKNOWN_TEXT) &&
               str_ends(p->words.items[1].text, STR("=")) && p->words.items[1].text.length <= 2;
    return p->words.count == 0 && p->in_word && str_eq(buf_str(&p->word), STR("\x01="));
}

static void note_quotes(struct reader *p)
{
    if ((!p->words.count && !p->in_word) || is_assigned(p))
        p->quoted = true;
}

static void read_single_quotes(struct reader *p)
{
    note_quotes(p);
    p->in_word = true;
    for (p->at++; p->at < p->text.length; p->at++) {
        if (byte_at(p, 0) == '\'') {
            if (byte_at(p, 1) != '\'')
                break;
            p->at++;
        }
        buf_add_byte(&p->word, byte_at(p, 0));
    }
    p->at++;
}

static void read_double_quotes(struct reader *p)
{
    note_quotes(p);
    p->in_word = true;
    for (p->at++; p->at < p->text.length && byte_at(p, 0) != '"';) {
        if (byte_at(p, 0) == '$') {
            read_variable(p);
            continue;
        }
        if (byte_at(p, 0) == '`')
            p->at++;
        buf_add_byte(&p->word, byte_at(p, 0));
        p->at++;
    }
    p->at++;
}

/* @'…'@ and @"…"@: data, as an argument. */
static bool read_here_string(struct reader *p)
{
    char quote = byte_at(p, 1);

    if (byte_at(p, 0) != '@' || (quote != '\'' && quote != '"'))
        return false;
    struct str end = str_printf(p->r->arena, "\n%c@", quote);
    struct str body = str_from_offset(p->text, p->at + 2);
    size_t at = str_find(body, end);
    note_quotes(p);
    p->in_word = true;
    buf_add(&p->word, str_trim(str_prefix(body, at)));
    p->at = at == SIZE_MAX ? p->text.length : p->at + 2 + at + end.length;
    return true;
}

static void skip_comment(struct reader *p)
{
    if (byte_at(p, 0) == '<') {
        size_t end = str_find(str_from_offset(p->text, p->at), STR("#>"));
        p->at = end == SIZE_MAX ? p->text.length : p->at + end + 2;
        return;
    }
    while (p->at < p->text.length && byte_at(p, 0) != '\n')
        p->at++;
}

/* The byte that ends the statement stands here: ; | & or a newline. */
bool reader_at_end(const struct reader *p)
{
    char byte = byte_at(p, 0);
    bool call = byte == '&' && byte_at(p, 1) != '&' && !p->words.count && !p->in_word;

    return byte == ';' || byte == '\n' || byte == '|' || (byte == '&' && !call);
}

void reader_take(struct reader *p)
{
    char byte = byte_at(p, 0);

    if (byte == '`' && (byte_at(p, 1) == '\n' || byte_at(p, 1) == '\r')) {
        p->at += byte_at(p, 1) == '\r' ? 3 : 2; /* the statement goes on */
        reader_end_word(p);
    } else if (byte == '`') {
        p->in_word = true;
        buf_add_byte(&p->word, byte_at(p, 1));
        p->at += 2;
    } else if ((byte == '#' && !p->in_word) || (byte == '<' && byte_at(p, 1) == '#')) {
        skip_comment(p);
    } else if (read_here_string(p)) {
        return;
    } else if (byte == '\'') {
        read_single_quotes(p);
    } else if (byte == '"') {
        read_double_quotes(p);
    } else if (byte == '$' &&
               (is_name_byte(byte_at(p, 1)) || byte_at(p, 1) == '(' || byte_at(p, 1) == '{')) {
        read_variable(p);
    } else if ((byte == '(' || byte == '{') && !p->in_word) {
        VEC_PUSH(p->r->arena, &p->blocks, read_block(p));
    } else if (byte == ' ' || byte == '\t' || byte == '\r') {
        reader_end_word(p);
        p->at++;
    } else if (byte == '&') {
        p->called = true; /* the call operator */
        p->at++;
    } else {
        p->in_word = true;
        buf_add_byte(&p->word, byte);
        p->at++;
    }
}
