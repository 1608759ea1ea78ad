#include "deploys/powershell.h"

#include <string.h>

#include "base/file.h"

#define STATEMENT_WORDS_MAX 4096u

VEC_DEFINE(statement, struct shell_value);

struct reader {
    struct recogniser *r;
    struct str text;
    size_t at;
    struct statement words;
    struct buf word;
    bool in_word;
    bool quoted, called; /* the statement begins with a string: data, unless & stands before it */
    struct strs blocks;  /* $(…), (…) and {…}: text of their own */
};

static char byte_at(const struct reader *p, size_t ahead)
{
    return p->at + ahead < p->text.length ? p->text.bytes[p->at + ahead] : '\0';
}

static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == ':';
}

static void end_word(struct reader *p)
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

static void read_variable(struct reader *p)
{
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
        if (str_eq_nocase(name, STR("true")) || str_eq_nocase(name, STR("null")))
            return;
    }
    buf_add_byte(&p->word, SHELL_UNKNOWN);
}

static void note_quotes(struct reader *p)
{
    if (!p->words.count && !p->in_word)
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

static bool judge_block(struct recogniser *r, struct shell_state *state, const struct call *call,
                        struct str text, struct err *e)
{
    struct call inner = *call;

    if (++inner.depth > CALL_DEPTH_MAX)
        return true;
    return powershell_judge(r, state, &inner, text, e);
}

/* `$name = command …` runs the command. */
static size_t skip_assignment(const struct statement *words)
{
    if (words->count > 2 && str_eq(words->items[1].text, STR("=")) &&
        !value_is_known(&words->items[0]))
        return 2;
    return 0;
}

static bool is_word(const struct shell_value *word, const char *text)
{
    return str_eq_nocase(word->text, str_from(text));
}

/* .\scripts\deploy.ps1: a path is a path. */
static struct str with_slashes(struct recogniser *r, struct str text)
{
    char *bytes = arena_alloc(r->arena, text.length + 1);

    for (size_t i = 0; i < text.length; i++)
        bytes[i] = (char)(text.bytes[i] == '\\' ? '/' : text.bytes[i]);
    return str_of(bytes, text.length);
}

/* Commands of PowerShell that start others. */
static bool judge_statement(struct reader *p, struct shell_state *state, struct call *call,
                            struct err *e)
{
    size_t from = skip_assignment(&p->words);

    if (p->words.count > from &&
        (is_word(&p->words.items[from], "&") || is_word(&p->words.items[from], ".")))
        from++;
    if (p->words.count <= from)
        return true;
    struct call inner = call_of_words(call, p->words.items + from, p->words.count - from);
    const struct shell_value *first = &inner.words[0];
    p->words.items[from].text = with_slashes(p->r, first->text);
    if ((is_word(first, "cd") || is_word(first, "Set-Location") ||
         is_word(first, "Push-Location") || is_word(first, "sl")) &&
        inner.count > 1 && value_is_known(&inner.words[inner.count - 1])) {
        call->directory =
            path_join(p->r->arena, call->directory, inner.words[inner.count - 1].text);
        return true;
    }
    if ((is_word(first, "Invoke-Expression") || is_word(first, "iex")) && inner.count > 1)
        return judge_block(p->r, state, call, inner.words[inner.count - 1].text, e);
    if (is_word(first, "Start-Process") || is_word(first, "saps")) {
        struct statement words = {0};
        for (size_t i = 1; i < inner.count; i++) {
            struct str rest = inner.words[i].text;
            if (str_starts(rest, STR("-")) && !str_starts(rest, STR("--")) &&
                (str_eq_nocase(rest, STR("-FilePath")) ||
                 str_eq_nocase(rest, STR("-ArgumentList")) || str_eq_nocase(rest, STR("-Wait")) ||
                 str_eq_nocase(rest, STR("-NoNewWindow"))))
                continue;
            while (rest.length) {
                struct str list = str_cut(&rest, ' '); /* "a","b" has become a,b */
                while (list.length) {
                    struct str word = str_cut(&list, ',');
                    if (word.length)
                        VEC_PUSH(p->r->arena, &words, word_value(word));
                }
            }
        }
        inner.words = words.items;
        inner.count = words.count;
    }
    return judge_call(p->r, state, &inner, e);
}

static bool end_statement(struct reader *p, struct shell_state *state, struct call *call,
                          struct err *e)
{
    end_word(p);
    bool data = p->quoted && !p->called;
    bool good = data || judge_statement(p, state, call, e);
    for (size_t i = 0; good && i < p->blocks.count; i++)
        good = judge_block(p->r, state, call, p->blocks.items[i], e);
    p->quoted = p->called = false;
    p->words = (struct statement){0};
    p->blocks = (struct strs){0};
    return good;
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

static bool read_byte(struct reader *p, struct shell_state *state, struct call *call, struct err *e)
{
    char byte = byte_at(p, 0);

    if (byte == '`' && (byte_at(p, 1) == '\n' || byte_at(p, 1) == '\r')) {
        p->at += byte_at(p, 1) == '\r' ? 3 : 2; /* the statement goes on */
        end_word(p);
    } else if (byte == '`') {
        p->in_word = true;
        buf_add_byte(&p->word, byte_at(p, 1));
        p->at += 2;
    } else if ((byte == '#' && !p->in_word) || (byte == '<' && byte_at(p, 1) == '#')) {
        skip_comment(p);
    } else if (read_here_string(p)) {
        return true;
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
        end_word(p);
        p->at++;
    } else if (byte == '&' && byte_at(p, 1) != '&' && !p->words.count && !p->in_word) {
        p->called = true; /* the call operator */
        p->at++;
    } else if (byte == ';' || byte == '\n' || byte == '|' || byte == '&') {
        p->at += byte_at(p, 1) == byte && byte != '\n' && byte != ';' ? 2 : 1;
        return end_statement(p, state, call, e);
    } else {
        p->in_word = true;
        buf_add_byte(&p->word, byte);
        p->at++;
    }
    return true;
}

bool powershell_likely(struct str text, bool *ret_certain)
{
    static const char *const strong[] = {"$env:",
                                         "$ErrorActionPreference",
                                         "$LASTEXITCODE",
                                         "$PSScriptRoot",
                                         "Invoke-Expression",
                                         "Set-Location",
                                         "Push-Location",
                                         "Write-Host",
                                         "Write-Output",
                                         "Start-Process",
                                         "Get-Content"};
    static const char *const weak[] = {".ps1", ".bat", ".cmd", ":\\"};
    bool likely = false;

    *ret_certain = str_starts(str_trim(text), STR("& "));
    if (str_contains(text, STR("<<")))
        return false; /* a here-document: no PowerShell */
    for (size_t i = 0; i < COUNT_OF(strong); i++)
        *ret_certain = *ret_certain || str_contains(text, str_from(strong[i]));
    for (size_t i = 0; i < COUNT_OF(weak); i++)
        likely = likely || str_contains(text, str_from(weak[i]));
    return likely || *ret_certain;
}

bool powershell_judge(struct recogniser *r, struct shell_state *state, const struct call *call,
                      struct str text, struct err *e)
{
    struct reader p = {.r = r, .text = text};
    struct call here = *call;

    p.word = buf_new(r->arena, REQUEST_MAX);
    while (p.at < p.text.length)
        if (!read_byte(&p, state, &here, e))
            return false;
    return end_statement(&p, state, &here, e);
}
