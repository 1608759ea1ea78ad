#include <string.h>

#include "shell/evaluator.h"

/* What a command prints, as far as its words tell. The rest prints something unknown. */

static int hexadecimal(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

/* An escape behind the backslash at `at`; returns the offset behind it. */
static size_t add_escape(struct buf *out, struct str text, size_t at, bool *ret_stop)
{
    static const char NAMES[] = "abefnrtv\\\"'", VALUES[] = "\a\b\033\f\n\r\t\v\\\"'";
    char byte = at + 1 < text.length ? text.bytes[at + 1] : '\0';
    const char *name = byte ? strchr(NAMES, byte) : NULL;
    size_t from = at + 2, digits = 0;
    unsigned value = 0;

    if (name) {
        buf_add_byte(out, VALUES[name - NAMES]);
        return from;
    }
    if (byte == 'c') {
        *ret_stop = true;
        return text.length;
    }
    if (byte >= '0' && byte <= '7') {
        for (from = at + 1 + (byte == '0'); digits < 3 && from < text.length; digits++, from++) {
            if (text.bytes[from] < '0' || text.bytes[from] > '7')
                break;
            value = value * 8 + (unsigned)(text.bytes[from] - '0');
        }
        buf_add_byte(out, (char)value);
        return from;
    }
    if (byte == 'x') {
        for (; digits < 2 && from < text.length && hexadecimal(text.bytes[from]) >= 0;
             digits++, from++)
            value = value * 16 + (unsigned)hexadecimal(text.bytes[from]);
        buf_add_byte(out, (char)value);
        return from;
    }
    buf_add_byte(out, '\\');
    return at + 1;
}

static bool add_escaped(struct buf *out, struct str text)
{
    bool stop = false;

    for (size_t i = 0; i < text.length && !stop;) {
        if (text.bytes[i] == '\\')
            i = add_escape(out, text, i, &stop);
        else
            buf_add_byte(out, text.bytes[i++]);
    }
    return !stop;
}

/* %q: as the shell would read it back. */
static void add_quoted(struct buf *out, struct str text)
{
    if (text.length == 0)
        buf_add(out, STR("''"));
    for (size_t i = 0; i < text.length; i++) {
        if (strchr(" \t\n'\"\\$`&|;<>()*?[]{}!#~^", text.bytes[i]))
            buf_add_byte(out, '\\');
        buf_add_byte(out, text.bytes[i]);
    }
}

struct printing {
    struct buf out;
    const struct shell_value *words;
    size_t count, next;
    bool stop;
};

/* One conversion at `at`, with an argument if one is left; returns the offset behind it. */
static size_t add_conversion(struct printing *p, struct str format, size_t at)
{
    size_t from = at + 1;
    bool plain = true;

    if (from < format.length && format.bytes[from] == '%') {
        buf_add_byte(&p->out, '%');
        return from + 1;
    }
    while (from < format.length && strchr("-+ #0123456789.*", format.bytes[from])) {
        plain = false;
        if (format.bytes[from] == '*')
            p->next++;
        from++;
    }
    char conversion = from < format.length ? format.bytes[from] : '\0';
    struct str argument = p->next < p->count ? p->words[p->next].text : STR("");
    p->next++;
    if (!plain || !strchr("sbqdiuc", conversion))
        buf_add(&p->out, UNKNOWN_TEXT);
    else if (conversion == 'b')
        p->stop = !add_escaped(&p->out, argument);
    else if (conversion == 'q')
        add_quoted(&p->out, argument);
    else if (conversion == 'c')
        buf_add(&p->out, str_prefix(argument, 1));
    else
        buf_add(&p->out, argument.length || conversion == 's' ? argument : STR("0"));
    return conversion ? from + 1 : from;
}

bool output_printf(struct shell_state *state, const struct shell_value *words, size_t count,
                   struct str *ret_text, struct err *e)
{
    struct printing p = {.words = words, .count = count, .next = 1};
    struct str format = count ? words[0].text : STR("");

    p.out = buf_new(state->session->arena, VALUE_MAX);
    do {
        size_t before = p.next;
        for (size_t i = 0; i < format.length && !p.stop;) {
            if (format.bytes[i] == '\\')
                i = add_escape(&p.out, format, i, &p.stop);
            else if (format.bytes[i] == '%')
                i = add_conversion(&p, format, i);
            else
                buf_add_byte(&p.out, format.bytes[i++]);
        }
        if (p.next == before)
            break;
    } while (p.next < count && !p.stop && !p.out.truncated);
    *ret_text = p.out.truncated ? UNKNOWN_TEXT : buf_str(&p.out);
    return session_charge(state->session, 2 * p.out.length, e);
}

static bool is_echo_option(struct str text)
{
    for (size_t i = 1; i < text.length; i++)
        if (!strchr("neE", text.bytes[i]))
            return false;
    return text.length > 1 && text.bytes[0] == '-';
}

static bool print_echo(struct shell_state *state, const struct shell_values *words, struct err *e)
{
    struct buf out = buf_new(state->session->arena, SHELL_TEXT_MAX);
    bool newline = true, escapes = false, stop = false;
    size_t at = 1;

    for (; at < words->count && is_echo_option(words->items[at].text); at++) {
        newline = newline && str_find_byte(words->items[at].text, 'n') == SIZE_MAX;
        escapes = escapes || str_find_byte(words->items[at].text, 'e') != SIZE_MAX;
    }
    for (size_t i = at; i < words->count && !stop; i++) {
        if (i > at)
            buf_add_byte(&out, ' ');
        if (escapes)
            stop = !add_escaped(&out, words->items[i].text);
        else
            buf_add(&out, words->items[i].text);
    }
    if (newline && !stop)
        buf_add_byte(&out, '\n');
    if (!session_charge(state->session, 2 * out.length, e))
        return false;
    sink_add(state, out.truncated ? UNKNOWN_TEXT : buf_str(&out));
    return true;
}

/* What the caller knows of the one file that a command prints. */
static struct str text_of_file(struct shell_state *state, const struct shell_command *command)
{
    const struct shell_visitor *visitor = state->session->visitor;
    struct str text;

    return visitor->output && visitor->output(visitor->context, state, command, &text)
               ? text
               : UNKNOWN_TEXT;
}

static void print_input(struct shell_state *state, const struct shell_command *command)
{
    if (command->input == INPUT_TEXT)
        sink_add(state, command->input_text.text);
    else if (command->input == INPUT_FILE)
        sink_add_file(state, command->input_text, UNKNOWN_TEXT);
    else
        sink_add(state, UNKNOWN_TEXT);
}

static void print_cat(struct shell_state *state, const struct shell_command *command,
                      const struct shell_values *words)
{
    size_t at = 1;

    if (words->count > 1 && str_eq(words->items[1].text, STR("--")))
        at = 2;
    if (words->count <= at || (words->count == at + 1 && str_eq(words->items[at].text, STR("-"))))
        print_input(state, command);
    else if (words->count == at + 1 && words->items[at].content)
        sink_add(state, words->items[at].content->text);
    else if (words->count == at + 1)
        sink_add_file(state, words->items[at], text_of_file(state, command));
    else
        sink_add(state, UNKNOWN_TEXT);
}

static struct str directory_name(struct str path)
{
    while (path.length > 1 && path.bytes[path.length - 1] == '/')
        path.length--;
    size_t slash = str_find_last_byte(path, '/');
    if (slash == SIZE_MAX)
        return STR(".");
    path.length = slash;
    while (path.length > 1 && path.bytes[path.length - 1] == '/')
        path.length--;
    return path.length ? path : STR("/");
}

static struct str base_name(struct str path, struct str suffix)
{
    while (path.length > 1 && path.bytes[path.length - 1] == '/')
        path.length--;
    size_t slash = str_find_last_byte(path, '/');
    if (slash != SIZE_MAX && path.length > 1)
        path = str_from_offset(path, slash + 1);
    if (path.length > suffix.length && str_ends(path, suffix))
        path.length -= suffix.length;
    return path;
}

static void print_line(struct shell_state *state, struct str line)
{
    sink_add(state, line);
    sink_add(state, STR("\n"));
}

static bool all_known(const struct shell_values *words)
{
    for (size_t i = 1; i < words->count; i++)
        if (!words->items[i].known || words->items[i].glob)
            return false;
    return true;
}

/* pwd, dirname, basename, realpath: false when it is none of them, or not knowable. */
static bool print_path(struct shell_state *state, struct str name, const struct shell_values *words)
{
    bool options = words->count > 1 && str_starts(words->items[1].text, STR("-"));
    struct str path = words->count > 1 ? words->items[words->count - 1].text : STR("");

    if (!all_known(words))
        return false;
    if (str_eq(name, STR("pwd")) && state->directory_known) {
        print_line(state, state->directory);
    } else if (str_eq(name, STR("dirname")) && words->count == 2) {
        print_line(state, directory_name(path));
    } else if (str_eq(name, STR("basename")) && !options && words->count == 2) {
        print_line(state, base_name(path, STR("")));
    } else if (str_eq(name, STR("basename")) && !options && words->count == 3) {
        print_line(state, base_name(words->items[1].text, path));
    } else if (((str_eq(name, STR("realpath")) && words->count == 2) ||
                (str_eq(name, STR("readlink")) && options && words->count == 3)) &&
               state->directory_known && path.length) {
        print_line(state, path_resolve(state->session->arena, state->directory, path));
    } else {
        return false;
    }
    return true;
}

static bool is_silent(struct str name)
{
    static const char *const NAMES[] = {
        ":",         "true",    "false",   "test",  "[",      "cd",    "export",   "set",
        "shift",     "unset",   "read",    "local", "return", "exit",  "readonly", "break",
        "mapfile",   "let",     "source",  "sleep", "mkdir",  "touch", "eval",     "wait",
        "shopt",     "trap",    ".",       "umask", "pushd",  "popd",  "typeset",  "continue",
        "readarray", "getopts", "declare", NULL};

    return str_is_one_of(name, NAMES);
}

/* They print what the text given to them printed, which the visitor has evaluated. */
static bool runs_text(struct str name)
{
    return str_eq(name, STR("eval")) || str_eq(name, STR("source")) || str_eq(name, STR(".")) ||
           str_eq(name, STR("bash")) || str_eq(name, STR("sh"));
}

bool output_collect(struct shell_state *state, const struct shell_command *command, bool grew,
                    struct err *e)
{
    const struct shell_visitor *visitor = state->session->visitor;
    struct shell_values words = builtin_words(command);
    struct str name = words.items[0].known ? words.items[0].text : STR(""), text;

    if (grew && runs_text(name))
        return true;
    if (str_eq(name, STR("echo")))
        return print_echo(state, &words, e);
    if (str_eq(name, STR("printf"))) {
        if (words.count > 1 && str_eq(words.items[1].text, STR("-v")))
            return true;
        size_t from = words.count > 1 && str_eq(words.items[1].text, STR("--")) ? 2 : 1;
        if (!output_printf(state, words.items + from, words.count - from, &text, e))
            return false;
        sink_add(state, text);
    } else if (str_eq(name, STR("cat"))) {
        print_cat(state, command, &words);
    } else if (str_eq(name, STR("tee"))) {
        print_input(state, command);
    } else if (print_path(state, name, &words)) {
        return true;
    } else if (visitor->output && visitor->output(visitor->context, state, command, &text)) {
        print_line(state, text);
    } else if (!is_silent(name) || runs_text(name)) {
        sink_add(state, UNKNOWN_TEXT);
    }
    return true;
}
