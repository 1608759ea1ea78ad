/* literals.c -- commands that Python, JavaScript, Ruby, Perl and PHP hand to the system as string literals.
 *
 * Not a parser of those languages: it knows strings, comments, and the names of the functions that start programs. A string anywhere
 * else is data. What such a function is given and is no literal stays unknown.
 */
#include <string.h>

#include "deploys/code.h"
#include "deploys/powershell.h"

#define LITERAL_WORDS_MAX 64u

struct source {
    struct recogniser *r;
    struct str text;
    size_t at;
    bool slash_comments; /* else '#' */
    bool backticks_run;  /* Ruby, Perl, PHP; in JavaScript they are strings */
};

VEC_DEFINE(literal_words, struct shell_value);

static bool at_end(const struct source *s)
{
    return s->at >= s->text.length;
}

static char peek(const struct source *s, size_t ahead)
{
    return s->at + ahead < s->text.length ? s->text.bytes[s->at + ahead] : '\0';
}

static void skip_blanks(struct source *s)
{
    while (!at_end(s) && memchr(" \t\r\n", peek(s, 0), 4))
        s->at++;
}

/* "${x}" and "#{x}" and, in f-strings, "{x}": unknown. Returns false when none stands here. */
static bool skip_interpolation(struct source *s, char quote, bool formatted)
{
    bool marked = (peek(s, 0) == '$' || peek(s, 0) == '#') && peek(s, 1) == '{' && quote != '\'';

    if (!marked && !(formatted && peek(s, 0) == '{' && peek(s, 1) != '{'))
        return false;
    while (!at_end(s) && peek(s, 0) != '}' && peek(s, 0) != quote)
        s->at++;
    if (peek(s, 0) == '}')
        s->at++;
    return true;
}

static char unescape(char byte)
{
    return (char)(byte == 'n' ? '\n' : byte == 't' ? '\t' : byte);
}

/* A literal that opens at s->at; moves behind it. */
static struct str read_string(struct source *s, bool formatted)
{
    struct buf out = buf_new(s->r->arena, REQUEST_MAX);
    char quote = peek(s, 0);
    bool triple = quote != '`' && peek(s, 1) == quote && peek(s, 2) == quote;

    s->at += triple ? 3 : 1;
    while (!at_end(s)) {
        if (peek(s, 0) == quote && (!triple || (peek(s, 1) == quote && peek(s, 2) == quote))) {
            s->at += triple ? 3 : 1;
            break;
        }
        if (peek(s, 0) == '\\' && s->at + 1 < s->text.length) {
            if (peek(s, 1) != '\n')
                buf_add_byte(&out, quote == '\'' && peek(s, 1) != '\'' && peek(s, 1) != '\\'
                                       ? peek(s, 1)
                                       : unescape(peek(s, 1)));
            s->at += 2;
            continue;
        }
        if (skip_interpolation(s, quote, formatted)) {
            buf_add_byte(&out, SHELL_UNKNOWN);
            continue;
        }
        buf_add_byte(&out, s->text.bytes[s->at++]);
    }
    return buf_str(&out);
}

static bool opens_string(const struct source *s)
{
    return peek(s, 0) == '"' || peek(s, 0) == '\'' || peek(s, 0) == '`';
}

/* One value: a literal (with Python's prefixes), or anything else up to the next comma or bracket, which is unknown. */
static struct shell_value read_value(struct source *s, bool *ret_literal)
{
    bool formatted = false;
    size_t start = s->at, depth = 0;

    while (byte_is_word(peek(s, 0)) && s->at - start < 2 && memchr("fFrRbBuU", peek(s, 0), 8)) {
        formatted = formatted || peek(s, 0) == 'f' || peek(s, 0) == 'F';
        s->at++;
    }
    if (!opens_string(s))
        s->at = start;
    *ret_literal = opens_string(s);
    if (*ret_literal) {
        struct str text = read_string(s, formatted);
        skip_blanks(s);
        if (peek(s, 0) == '+' || (peek(s, 0) == '.' && peek(s, 1) == ' '))
            text = str_printf(s->r->arena, STR_FMT "\x01", STR_ARG(text));
        while (opens_string(s)) { /* "a" "b" */
            struct str more = read_string(s, formatted);
            text = str_printf(s->r->arena, STR_FMT STR_FMT, STR_ARG(text), STR_ARG(more));
            skip_blanks(s);
        }
        start = s->at;
        while (!at_end(s) && !memchr(",)]}\n;", peek(s, 0), 6))
            s->at++;
        return word_value(text);
    }
    while (!at_end(s)) {
        char byte = peek(s, 0);
        if (opens_string(s)) {
            (void)read_string(s, false);
            continue;
        }
        if (byte == '(' || byte == '[' || byte == '{')
            depth++;
        if (byte == ')' || byte == ']' || byte == '}') {
            if (!depth)
                break;
            depth--;
        }
        if ((byte == ',' || byte == ';') && !depth)
            break;
        s->at++;
    }
    return word_value(UNKNOWN_TEXT);
}

/* The members of […] at s->at, flattened. */
static void read_list(struct source *s, struct literal_words *words)
{
    bool literal;

    s->at++;
    for (;;) {
        skip_blanks(s);
        if (at_end(s) || peek(s, 0) == ']' || words->count >= LITERAL_WORDS_MAX)
            break;
        if (peek(s, 0) == ',') {
            s->at++;
            continue;
        }
        size_t before = s->at;
        VEC_PUSH(s->r->arena, words, read_value(s, &literal));
        if (s->at == before)
            break;
    }
    if (peek(s, 0) == ']')
        s->at++;
}

/* name = "…" or name = […] earlier in the text: moves there. */
static bool find_assignment(struct source *s, struct str name, size_t before)
{
    struct str text = str_prefix(s->text, before);

    for (size_t from = 0; name.length && from < text.length;) {
        size_t found = str_find(str_from_offset(text, from), name);
        if (found == SIZE_MAX)
            return false;
        size_t start = from + found, end = start + name.length;
        from = end;
        if ((start > 0 && byte_is_word(text.bytes[start - 1])) ||
            (end < text.length && byte_is_word(text.bytes[end])))
            continue;
        while (end < text.length && (text.bytes[end] == ' ' || text.bytes[end] == '\t'))
            end++;
        if (end + 1 >= text.length || text.bytes[end] != '=' || text.bytes[end + 1] == '=')
            continue;
        s->at = end + 1;
        return true;
    }
    return false;
}

/* Moves over `shlex.split(`, `(`, `{cmd:` and to the literal that a variable names. */
static void reach_literal(struct source *s, size_t call_at)
{
    for (unsigned step = 0; step < 4; step++) {
        skip_blanks(s);
        size_t start = s->at, end = s->at;
        while (end < s->text.length && (byte_is_word(s->text.bytes[end]) ||
                                        s->text.bytes[end] == '.' || s->text.bytes[end] == '$'))
            end++;
        char next = end < s->text.length ? s->text.bytes[end] : '\0';
        if (end - start <= 2 && (next == '"' || next == '\''))
            return; /* f"…" */
        if (end > start && (next == '(' || next == ':')) {
            s->at = end + 1;
        } else if (peek(s, 0) == '{' || peek(s, 0) == '(') {
            s->at++;
        } else if (end > start) {
            if (!find_assignment(s, str_slice(s->text, start, end), call_at))
                return;
        } else {
            return;
        }
    }
}

static bool judge_words(struct source *s, struct shell_state *state, const struct call *call,
                        struct literal_words *words, struct err *e)
{
    struct call inner = call_of_words(call, words->items, words->count);

    inner.input = (struct input){0};
    return !words->count || judge_call(s->r, state, &inner, e);
}

/* Behind the bracket that closes the one at `at`; the end when none does. */
static size_t behind_bracket(const struct source *s, size_t at)
{
    size_t depth = 0;

    for (; at < s->text.length; at++) {
        depth += s->text.bytes[at] == '{';
        if (s->text.bytes[at] == '}' && --depth == 0)
            return at + 1;
    }
    return at;
}

static bool is_hash(struct source *s)
{
    size_t here = s->at;
    bool hash = peek(s, 0) == '{';

    if (hash) {
        s->at++;
        skip_blanks(s);
        hash = peek(s, 0) == '}' || opens_string(s);
    }
    s->at = here;
    return hash;
}

/* Ruby's system({"A" => "b"}, "cmd") and system(env, "cmd"): code_environment has read the first. */
static void skip_environment(struct source *s)
{
    size_t start = s->at, end;

    skip_blanks(s);
    end = s->at;
    if (is_hash(s)) {
        end = behind_bracket(s, s->at);
    } else {
        while (end < s->text.length && byte_is_word(s->text.bytes[end]))
            end++;
        struct str name = str_slice(s->text, s->at, end);
        if (!name.length || !find_assignment(s, name, start))
            end = s->at;
        else if (skip_blanks(s), !is_hash(s))
            end = s->text.length;
    }
    s->at = end;
    skip_blanks(s);
    if (peek(s, 0) == ',' && end > start)
        s->at++;
    else
        s->at = start;
}

/* Behind "name(": a shell line, a list of words, or a program and its words. */
static bool judge_arguments(struct source *s, struct shell_state *state, const struct call *call,
                            bool twice, struct err *e)
{
    struct literal_words words = {0};
    bool literal = true;

    skip_environment(s);
    size_t behind = s->at;
    reach_literal(s, behind);
    bool direct = s->at == behind;
    if (peek(s, 0) == '[') {
        read_list(s, &words);
        s->at = direct ? s->at : behind;
        return judge_words(s, state, call, &words, e);
    }
    struct shell_value first = read_value(s, &literal);
    if (!literal) {
        s->at = behind;
        return true;
    }
    VEC_PUSH(s->r->arena, &words, first);
    for (;;) {
        skip_blanks(s);
        if (peek(s, 0) != ',' || words.count >= LITERAL_WORDS_MAX)
            break;
        s->at++;
        skip_blanks(s);
        if (peek(s, 0) == '[') {
            if (twice)
                words.count = 0; /* execvp("aws", ["aws", …]) */
            read_list(s, &words);
            break;
        }
        if (peek(s, 0) == '{') { /* Deno.Command("sst", {args: ["deploy"]}) */
            size_t args = str_find(str_from_offset(s->text, s->at), STR("args:"));
            if (args == SIZE_MAX)
                break;
            s->at += args + 5;
            skip_blanks(s);
            if (peek(s, 0) == '[')
                read_list(s, &words);
            break;
        }
        if (!opens_string(s))
            break;
        VEC_PUSH(s->r->arena, &words, read_value(s, &literal));
    }
    s->at = behind;
    if (words.count == 1)
        return judge_text(s->r, state, call, first.text, false, e);
    if (twice && words.count > 1 && str_ends(words.items[0].text, words.items[1].text)) {
        words.items++;
        words.count--;
    }
    return judge_words(s, state, call, &words, e);
}

/* Functions that start programs; `twice`: the program's name stands twice. */
static bool starts_programs(struct str name, bool *ret_twice)
{
    static const char *const names[] = {"system",
                                        "execute",
                                        "run",
                                        "call",
                                        "check_call",
                                        "check_output",
                                        "Popen",
                                        "getoutput",
                                        "getstatusoutput",
                                        "popen",
                                        "exec",
                                        "execSync",
                                        "execFile",
                                        "execFileSync",
                                        "spawn",
                                        "spawnSync",
                                        "execa",
                                        "execaSync",
                                        "execaCommand",
                                        "execaCommandSync",
                                        "shell_exec",
                                        "passthru",
                                        "proc_open",
                                        "capture2",
                                        "capture2e",
                                        "capture3",
                                        "Command",
                                        "sh",
                                        "create_subprocess_shell",
                                        "create_subprocess_exec",
                                        "script",
                                        "pcntl_exec",
                                        "Process",
                                        "fromShellCommandline"};
    static const char *const doubled[] = {"execv",   "execve",  "execvp", "execvpe", "execl",
                                          "execle",  "execlp",  "spawnv", "spawnvp", "spawnl",
                                          "spawnlp", "execlpe", NULL};

    *ret_twice = false;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(name, str_from(names[i])))
            return true;
    *ret_twice = true;
    return str_is_one_of(name, doubled);
}

/* `…`, $`…`, %x{…}, qx{…} */
static bool judge_backticks(struct source *s, struct shell_state *state, const struct call *call,
                            bool *ret_taken, struct err *e)
{
    bool tagged = peek(s, 0) == '$' && peek(s, 1) == '`';
    bool percent =
        (peek(s, 0) == '%' && peek(s, 1) == 'x') || (peek(s, 0) == 'q' && peek(s, 1) == 'x');
    char open = peek(s, 2);

    *ret_taken = true;
    if (tagged || (peek(s, 0) == '`' && s->backticks_run)) {
        s->at += tagged ? 1 : 0;
        return judge_text(s->r, state, call, read_string(s, false), false, e);
    }
    if (percent && s->backticks_run && open != '\0' && memchr("({[|!/", open, 6)) {
        char close = (char)(open == '(' ? ')' : open == '{' ? '}' : open == '[' ? ']' : open);
        size_t end = s->at + 3;
        while (end < s->text.length && s->text.bytes[end] != close)
            end++;
        struct str text = str_slice(s->text, s->at + 3, end);
        s->at = end < s->text.length ? end + 1 : end;
        return judge_text(s->r, state, call, text, false, e);
    }
    *ret_taken = false;
    return true;
}

static bool skip_comment(struct source *s)
{
    bool line_start = s->at == 0 || memchr(" \t\n;", s->text.bytes[s->at - 1], 4);
    bool hash = !s->slash_comments && peek(s, 0) == '#' && line_start;
    bool slashes = s->slash_comments && peek(s, 0) == '/' && peek(s, 1) == '/' && line_start;

    if (s->slash_comments && peek(s, 0) == '/' && peek(s, 1) == '*') {
        size_t end = str_find(str_from_offset(s->text, s->at + 2), STR("*/"));
        s->at = end == SIZE_MAX ? s->text.length : s->at + 2 + end + 2;
        return true;
    }
    if (!hash && !slashes)
        return false;
    while (!at_end(s) && peek(s, 0) != '\n')
        s->at++;
    return true;
}

/* Name="value", Name: "value" → --name=value. */
static void read_named_arguments(struct source *s, struct literal_words *words)
{
    for (;;) {
        while (!at_end(s) && memchr(" \t\r\n({,", peek(s, 0), 7))
            s->at++;
        size_t start = s->at;
        bool literal;
        while (byte_is_word(peek(s, 0)))
            s->at++;
        struct str name = cloud_call_kebab(s->r->arena, str_slice(s->text, start, s->at));
        skip_blanks(s);
        if (!name.length || words->count >= LITERAL_WORDS_MAX ||
            (peek(s, 0) != '=' && peek(s, 0) != ':'))
            return;
        s->at++;
        skip_blanks(s);
        start = s->at;
        struct shell_value value = read_value(s, &literal);
        struct str source = str_trim(str_slice(s->text, start, s->at));
        if (str_eq_nocase(source, STR("false")))
            continue;
        struct str word = str_printf(s->r->arena, "--" STR_FMT, STR_ARG(name));
        if (!str_eq_nocase(source, STR("true")))
            word = str_printf(s->r->arena, STR_FMT "=" STR_FMT, STR_ARG(word), STR_ARG(value.text));
        VEC_PUSH(s->r->arena, words, word_value(word));
    }
}

/* client.update_function_code(FunctionName=…), new UpdateFunctionCodeCommand({…}): as the command line that does the same. */
static bool judge_cloud_call(struct source *s, struct shell_state *state, const struct call *call,
                             struct str command, struct err *e)
{
    struct literal_words words = {0};
    size_t behind = s->at;
    bool literal;

    while (command.length)
        VEC_PUSH(s->r->arena, &words, word_value(str_cut(&command, ' ')));
    read_named_arguments(s, &words);
    if (find_assignment(s, STR("endpoint_url"), behind) ||
        find_assignment(s, STR("endpoint"), behind)) {
        skip_blanks(s);
        struct shell_value value = read_value(s, &literal);
        VEC_PUSH(
            s->r->arena, &words,
            word_value(str_printf(s->r->arena, "--endpoint-url=" STR_FMT, STR_ARG(value.text))));
    }
    s->at = behind;
    return judge_words(s, state, call, &words, e);
}

static bool judge_name(struct source *s, struct shell_state *state, const struct call *call,
                       struct err *e)
{
    size_t start = s->at;
    bool twice;

    while (byte_is_word(peek(s, 0)))
        s->at++;
    struct str name = str_slice(s->text, start, s->at), command;
    struct str before = str_prefix(s->text, start);
    if (peek(s, 0) == '(' && (str_ends(before, STR(".")) || str_ends(before, STR("new "))) &&
        cloud_call_words(s->r->arena, s->text, name, &command))
        return judge_cloud_call(s, state, call, command, e);
    if (!starts_programs(name, &twice))
        return true;
    size_t behind = s->at;
    while (peek(s, 0) == ' ')
        s->at++;
    bool bracket = peek(s, 0) == '(';
    if (!bracket && !(s->at > behind && opens_string(s))) { /* system "sst deploy" */
        s->at = behind;
        return true;
    }
    s->at += bracket ? 1 : 0;
    return judge_arguments(s, state, call, twice, e);
}

bool literals_judge(struct recogniser *r, struct shell_state *state, const struct call *call,
                    struct str program, struct str text, struct err *e)
{
    struct source s = {.r = r, .text = text};
    struct call inner = *call;
    bool taken;

    if (!protect_text(r, call, text, e))
        return false;
    if (str_contains(program, STR("pwsh")) || str_contains(program, STR("powershell")))
        return powershell_judge(r, state, call, text, e);
    s.backticks_run = str_contains(program, STR("ruby")) || str_contains(program, STR("perl")) ||
                      str_contains(program, STR("php"));
    s.slash_comments = !str_ends(program, STR("awk")) && !str_contains(program, STR("python")) &&
                       !str_contains(program, STR("ruby")) && !str_contains(program, STR("perl"));
    state = code_environment(r, state, call, text);
    inner.state = call->state ? state : NULL;
    while (!at_end(&s)) {
        if (skip_comment(&s))
            continue;
        if (!judge_backticks(&s, state, &inner, &taken, e))
            return false;
        if (taken)
            continue;
        if (opens_string(&s))
            (void)read_string(&s, false);
        else if (!byte_is_word(peek(&s, 0)))
            s.at++;
        else if (!judge_name(&s, state, &inner, e))
            return false;
    }
    return true;
}
