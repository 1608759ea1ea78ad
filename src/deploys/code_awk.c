/* code_awk.c -- awk's program: its first operand, or a file. Commands stand in system() as in other languages, and beside a pipe:
 * "COMMAND" | getline, print | "COMMAND". Comments say nothing; ARGV[1] and ENVIRON["X"] are what they are given. */
#include <ctype.h>
#include <string.h>

#include "base/regex.h"
#include "deploys/code.h"
#include "deploys/follow.h"

#define PIPES_MAX 64u
#define QUOTED "\"((?:[^\"\\\\\\n]|\\\\.)*+)\""

/* -v NAME=VALUE, and the file that it reads, as the program would give them. */
static struct str outer_values(struct recogniser *r, const struct call *call, size_t program)
{
    struct buf out = buf_new(r->arena, REQUEST_MAX);

    for (size_t i = 1; i < call->count; i++) {
        struct str word = call->words[i].text, name = STR("FILENAME");
        bool given = i < program && str_starts(word, STR("-v"));
        if (given) {
            word = word.length > 2 ? str_from_offset(word, 2) : call->words[++i].text;
            name = str_cut(&word, '=');
        }
        if ((given || i > program) && str_find_byte(word, '"') == SIZE_MAX)
            buf_printf(&out, STR_FMT " = \"" STR_FMT "\"; ", STR_ARG(name), STR_ARG(word));
    }
    return out.length ? buf_str(&out) : STR("");
}

/* --- The text as it runs: without comments, and with what it is given from outside as literals. --- */

struct plain {
    struct recogniser *r;
    const struct call *call;
    size_t program;
    struct str text;
    size_t at;
    struct buf out;
};

static bool is_word_at(const struct plain *p, size_t at)
{
    return at < p->text.length && byte_is_word(p->text.bytes[at]);
}

static size_t literal_end(const struct plain *p);

/* Behind a bracket both can be meant: if (x) /#/. A comment within hides nothing where it is taken for one. */
static bool holds_comment(const struct plain *p)
{
    struct str literal = str_slice(p->text, p->at + 1, literal_end(p));

    return str_ends(literal, STR("/")) && str_find_byte(literal, '#') != SIZE_MAX;
}

/* Does a slash open a regular expression here? Behind a value it divides. */
static bool expects_value(const struct plain *p)
{
    static const char *const keywords[] = {"print", "printf", "return",  "case", "in",
                                           "else",  "do",     "getline", NULL};
    size_t end = p->at, from;

    while (end && isspace((unsigned char)p->text.bytes[end - 1]) && p->text.bytes[end - 1] != '\n')
        end--;
    for (from = end; from && is_word_at(p, from - 1);)
        from--;
    if (from < end)
        return str_is_one_of(str_slice(p->text, from, end), keywords);
    if (end && p->text.bytes[end - 1] == ')')
        return holds_comment(p);
    return !end || !strchr("]\"$", p->text.bytes[end - 1]);
}

/* Behind a string or a regular expression that opens here. */
static size_t literal_end(const struct plain *p)
{
    char quote = p->text.bytes[p->at];
    bool class = false;
    size_t at = p->at + 1;

    for (; at < p->text.length && p->text.bytes[at] != '\n'; at++) {
        char byte = p->text.bytes[at];
        if (byte == quote && !class)
            return at + 1;
        if (byte == '\\')
            at++;
        else if (quote == '/' && (byte == '[' || byte == ']'))
            class = byte == '[';
    }
    return at < p->text.length ? at : p->text.length;
}

/* ARGV[1] is the first word behind the program, ARGV[ARGC-1] the last. */
static struct str argument_of(const struct plain *p, struct str index)
{
    size_t first = p->program + 1, count = p->call->count;
    uint64_t number = 0;

    if (first < count && str_eq(p->call->words[first].text, STR("--")))
        first++;
    if (first >= count)
        return STR("");
    if (str_starts(index, STR("ARGC")))
        return p->call->words[count - 1].text;
    if (!str_to_u64(index, &number) || !number || number > count - first)
        return STR("");
    return p->call->words[first + (size_t)number - 1].text;
}

static void add_given(struct plain *p)
{
    struct regex_walk walk =
        regex_walk(p->r->arena,
                   "\\A(?:ARGV\\[\\s*(\\d+|ARGC\\s*-\\s*1)\\s*\\]|ENVIRON\\[\\s*\"(\\w+)\"\\s*\\])",
                   str_from_offset(p->text, p->at));
    struct str value = STR("");

    if (!regex_walk_next(&walk)) {
        while (is_word_at(p, p->at))
            buf_add_byte(&p->out, p->text.bytes[p->at++]);
        return;
    }
    if (walk.groups[1].length)
        value = argument_of(p, walk.groups[1]);
    else if (!match_variable(p->r, p->call, walk.groups[2], &value))
        value = STR("");
    bool plain = value.length && str_find_byte(value, '"') == SIZE_MAX &&
                 str_find_byte(value, '\n') == SIZE_MAX;
    buf_printf(&p->out, "\"" STR_FMT "\"", STR_ARG(plain ? value : UNKNOWN_TEXT));
    p->at += walk.groups[0].length;
}

static struct str plain_text(struct recogniser *r, const struct call *call, size_t program,
                             struct str text)
{
    struct plain p = {.r = r, .call = call, .program = program, .text = text};

    p.out = buf_new(r->arena, 2 * REQUEST_MAX);
    while (p.at < text.length) {
        char byte = text.bytes[p.at];
        if (byte == '#') {
            while (p.at < text.length && text.bytes[p.at] != '\n')
                p.at++;
        } else if (byte == '"' || (byte == '/' && expects_value(&p))) {
            size_t end = literal_end(&p);
            buf_add(&p.out, str_slice(text, p.at, end));
            p.at = end;
        } else if (byte_is_word(byte)) {
            add_given(&p);
        } else {
            buf_add_byte(&p.out, byte);
            p.at++;
        }
    }
    return p.out.truncated ? text : p.out.length ? buf_str(&p.out) : STR("");
}

static struct str unescape(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, text.length + 1);

    for (size_t i = 0; i < text.length; i++) {
        i += text.bytes[i] == '\\' && i + 1 < text.length;
        buf_add_byte(&out, text.bytes[i]);
    }
    return out.length ? buf_str(&out) : STR("");
}

/* What a variable is given, by a literal, at first. */
static struct str value_of(struct arena *arena, struct str name, struct str text)
{
    struct regex_walk walk = regex_walk(
        arena, str_c(arena, str_printf(arena, "\\b" STR_FMT "\\s*=\\s*" QUOTED, STR_ARG(name))),
        text);

    return regex_walk_next(&walk) ? walk.groups[1] : STR("");
}

/* Each match: a literal (group 1), or a variable (group 2). */
static bool judge_pipes(struct recogniser *r, struct shell_state *state, const struct call *call,
                        struct str text, const char *pattern, struct err *e)
{
    struct regex_walk walk = regex_walk(r->arena, pattern, text);

    for (size_t i = 0; i < PIPES_MAX && regex_walk_next(&walk); i++) {
        struct str command = walk.groups[1];
        if (!command.length && walk.groups[2].length)
            command = value_of(r->arena, walk.groups[2], text);
        if (command.length && !judge_text(r, state, call, unescape(r->arena, command), false, e))
            return false;
    }
    return true;
}

bool awk_call(struct recogniser *r, struct shell_state *state, const struct pack_wrapper *row,
              const struct call *call, size_t program, struct err *e)
{
    struct followed file = {0};
    struct str text;

    if (program >= call->count)
        return true;
    text = call->words[program].text;
    if (pack_list_has(r->tables, row->file_options, call->words[program - 1].text)) {
        if (value_is_known(&call->words[program]))
            follow_read(r, call, text, &file);
        text = file.found ? file.text : STR("");
    }
    text = str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(outer_values(r, call, program)),
                      STR_ARG(plain_text(r, call, program, text)));
    return judge_pipes(r, state, call, text, "(?:" QUOTED "|\\b(\\w++))\\s*+\\|\\s*+getline\\b",
                       e) &&
           judge_pipes(r, state, call, text,
                       "(?<!\\|)\\|(?!\\|)\\s*+(?:" QUOTED "|((?!getline\\b)\\w++))", e) &&
           literals_judge(r, state, call, call->words[0].text, text, e);
}
