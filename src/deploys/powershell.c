#include "deploys/powershell.h"

#include <string.h>

#include "base/file.h"
#include "deploys/code.h"

VEC_DEFINE(statement, struct shell_value);

struct reader {
    struct recogniser *r;
    struct shell_state *state; /* keeps the variables that were given literally */
    struct str text;
    size_t at;
    struct statement words;
    struct buf word;
    bool in_word;
    bool quoted,
        called; /* the statement begins with a string or a variable: data, unless & stands before it */
    struct strs blocks; /* $(…), (…) and {…}: text of their own */
    size_t from;        /* where the statement begins */
    struct str before;  /* the source of the statement that is piped into this one */
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

static bool is_of_environment(struct str name)
{
    return str_eq_nocase(str_prefix(name, 4), STR("env:"));
}

/* $name → the name under which the state keeps it: $env:NAME is the shell's NAME. */
static struct str variable_key(struct reader *p, struct str name)
{
    char *bytes = arena_alloc(p->r->arena, name.length + 1);

    if (is_of_environment(name))
        return str_from_offset(name, 4);
    for (size_t i = 0; i < name.length; i++)
        bytes[i] = (char)(name.bytes[i] >= 'A' && name.bytes[i] <= 'Z' ? name.bytes[i] + 32
                                                                       : name.bytes[i]);
    return str_printf(p->r->arena, "$" STR_FMT, STR_ARG(str_of(bytes, name.length)));
}

/* The name of the variable that a statement begins with, when it is one: `$x = …`. */
static struct str assigned_name(const struct reader *p)
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

static void read_variable(struct reader *p)
{
    bool first = !p->words.count && !p->in_word;
    struct str value;

    if (first && !assigned_name(p).length)
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
        if (!(first && assigned_name(p).length) &&
            shell_state_peek_variable(p->state, variable_key(p, name), &value)) {
            buf_add(&p->word, value);
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
    if (words->count > 2 && !value_is_known(&words->items[0]) &&
        (str_eq(words->items[1].text, STR("=")) || str_eq(words->items[1].text, STR("+="))))
        return 2;
    if (words->count && str_starts(words->items[0].text, STR("\x01="))) /* $name=command … */
        words->items[0].text = str_from_offset(words->items[0].text, 2);
    return words->count && !words->items[0].text.length ? 1 : 0;
}

/* `$name = 'text'`, `$name=0` */
static void remember_variable(struct reader *p, struct str name)
{
    const struct shell_value *last = &p->words.items[p->words.count - 1];
    struct str text = last->text;

    if (p->words.count == 1 && str_starts(text, STR("\x01=")))
        text = str_from_offset(text, 2);
    else if (p->words.count != 3 &&
             !(p->words.count == 1 && text.length && byte_is_digit(text.bytes[0])))
        text = UNKNOWN_TEXT;
    shell_state_set_variable(p->state, variable_key(p, name), word_value(text));
    if (is_of_environment(name))
        shell_state_export(p->state, variable_key(p, name));
}

static bool is_word(const struct shell_value *word, const char *text)
{
    return str_eq_nocase(word->text, str_from(text));
}

static bool changes_directory(const struct shell_value *first)
{
    return is_word(first, "cd") || is_word(first, "Set-Location") ||
           is_word(first, "Push-Location") || is_word(first, "sl") || is_word(first, "pushd") ||
           is_word(first, "chdir");
}

/* Start-Process -FilePath kubectl -ArgumentList "apply","-f": the command it starts. */
static void started_process(struct reader *p, struct call *call)
{
    static const char *const flags[] = {"-FilePath",    "-ArgumentList", "-Args",           "-Wait",
                                        "-NoNewWindow", "-PassThru",     "-LoadUserProfile"};
    static const char *const valued[] = {
        "-WorkingDirectory",       "-WindowStyle", "-Verb",
        "-RedirectStandardOutput", "-Credential",  "-RedirectStandardError",
        "-RedirectStandardInput"};
    struct statement words = {0};

    for (size_t i = 1; i < call->count; i++) {
        struct str rest = call->words[i].text;
        bool skip = false;
        for (size_t n = 0; n < COUNT_OF(flags); n++)
            skip = skip || str_eq_nocase(rest, str_from(flags[n]));
        for (size_t n = 0; n < COUNT_OF(valued); n++)
            if (str_eq_nocase(rest, str_from(valued[n]))) {
                skip = true;
                i++;
            }
        while (!skip && rest.length) {
            struct str list = str_cut(&rest, ' '); /* "a","b" has become a,b */
            while (list.length) {
                struct str word = str_trim_bytes(str_cut(&list, ','), "@()");
                if (word.length)
                    VEC_PUSH(p->r->arena, &words, word_value(word));
            }
        }
    }
    call->words = words.items;
    call->count = words.count;
}

/* Invoke-RestMethod -Method Post -Uri … is what `curl -X POST …` is. */
static void web_request(struct reader *p, struct call *call)
{
    struct statement words = {0};
    struct str method = STR("GET");

    VEC_PUSH(p->r->arena, &words, word_value(STR("curl")));
    for (size_t i = 1; i < call->count; i++) {
        const struct shell_value *word = &call->words[i];
        bool last = i + 1 == call->count;
        if (!last && (is_word(word, "-Method") || is_word(word, "-CustomMethod"))) {
            method = call->words[++i].text;
        } else if (is_word(word, "-Body") && str_eq(method, STR("GET"))) {
            method = STR("POST");
            i++;
        } else if (str_contains(word->text, STR("://"))) {
            VEC_PUSH(p->r->arena, &words, *word);
        }
    }
    VEC_PUSH(p->r->arena, &words, word_value(STR("-X")));
    char *bytes = arena_alloc(p->r->arena, method.length + 1);
    for (size_t i = 0; i < method.length; i++)
        bytes[i] = (char)(method.bytes[i] >= 'a' && method.bytes[i] <= 'z' ? method.bytes[i] - 32
                                                                           : method.bytes[i]);
    VEC_PUSH(p->r->arena, &words, word_value(str_of(bytes, method.length)));
    call->words = words.items;
    call->count = words.count;
}

/* iex 'text', iex $text, iex (irm …): what is called at once. */
static bool invoke_expression(struct reader *p, struct shell_state *state, struct call *call,
                              const struct call *inner, struct err *e)
{
    size_t at = inner->count > 2 && is_word(&inner->words[1], "-Command") ? 2 : 1;
    struct str source = str_slice(p->text, p->from, p->at);

    if (!fetched_source(p->r, call, source, NULL, 0, e) ||
        !fetched_source(p->r, call, p->before, NULL, 0, e))
        return false;
    return inner->count <= at || judge_block(p->r, state, call, inner->words[at].text, e);
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
    struct shell_value *first = &p->words.items[from];
    first->text = powershell_path(p->r->arena, first->text);
    if (changes_directory(first)) {
        if (inner.count > 1 && value_is_known(&inner.words[inner.count - 1]))
            call->directory =
                path_join(p->r->arena, call->directory,
                          powershell_path(p->r->arena, inner.words[inner.count - 1].text));
        return true;
    }
    if (is_word(first, "Invoke-Expression") || is_word(first, "iex"))
        return invoke_expression(p, state, call, &inner, e);
    if (is_word(first, "Start-Process") || is_word(first, "saps")) {
        started_process(p, &inner);
    } else if (is_word(first, "Invoke-RestMethod") || is_word(first, "irm") ||
               is_word(first, "Invoke-WebRequest") || is_word(first, "iwr")) {
        web_request(p, &inner);
    } else if (powershell_is_cmdlet(first->text)) {
        first->text = powershell_name(p->r->tables, first->text);
        if (!powershell_files(p->r, &inner, e))
            return false;
        if (is_word(first, "Copy-Item")) { /* to a server's share, or one machine's own */
            struct line line;
            enum match_answer answer;
            line_build(p->r, &inner, &line);
            return match_line(p->r, &inner, &line, &answer, e);
        }
        if (powershell_is_data(first->text))
            return true;
    }
    return judge_call(p->r, state, &inner, e);
}

/* Invoke-Command -ComputerName web1 { … } runs its block there. */
static bool runs_elsewhere(const struct reader *p, struct str *ret_host)
{
    static const char *const options[] = {"-ComputerName", "-HostName", "-Session", "-Cn"};

    if (!p->words.count ||
        !(is_word(&p->words.items[0], "Invoke-Command") || is_word(&p->words.items[0], "icm")))
        return false;
    for (size_t i = 1; i + 1 < p->words.count; i++)
        for (size_t n = 0; n < COUNT_OF(options); n++)
            if (is_word(&p->words.items[i], options[n])) {
                *ret_host = p->words.items[i + 1].text;
                return true;
            }
    return false;
}

/* The source of a statement ends before p->at; `piped`: the next one reads what it writes. */
static bool end_statement(struct reader *p, struct shell_state *state, struct call *call,
                          bool piped, struct err *e)
{
    struct str name = assigned_name(p);
    struct call blocks = *call;

    end_word(p);
    bool data = p->quoted && !p->called;
    bool good = powershell_redirections(p->r, call, p->words.items, p->words.count,
                                        str_slice(p->text, p->from, p->at), e) &&
                (data || judge_statement(p, state, call, e));
    if (name.length && p->words.count)
        remember_variable(p, name);
    if (runs_elsewhere(p, &blocks.host))
        blocks.remote = true;
    blocks.directory = call->directory;
    for (size_t i = 0; good && i < p->blocks.count; i++)
        good = judge_block(p->r, state, &blocks, p->blocks.items[i], e);
    p->before = piped ? str_slice(p->text, p->from, p->at) : STR("");
    p->from = p->at;
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
        bool twice = byte_at(p, 1) == byte && byte != '\n' && byte != ';';
        p->at += twice ? 2 : 1;
        return end_statement(p, state, call, byte == '|' && !twice, e);
    } else {
        p->in_word = true;
        buf_add_byte(&p->word, byte);
        p->at++;
    }
    return true;
}

bool powershell_judge(struct recogniser *r, struct shell_state *state, const struct call *call,
                      struct str text, struct err *e)
{
    struct reader p = {.r = r, .state = state, .text = text};
    struct call here = *call;

    p.word = buf_new(r->arena, REQUEST_MAX);
    while (p.at < p.text.length)
        if (!read_byte(&p, state, &here, e))
            return false;
    return end_statement(&p, state, &here, false, e);
}
