#include "deploys/powershell_reader.h"

#include <string.h>

#include "base/file.h"
#include "deploys/code.h"
#include "deploys/protect_write.h"

static bool judge_block(struct recogniser *r, struct shell_state *state, const struct call *call,
                        struct str text, struct err *e)
{
    struct call inner = *call;

    if (++inner.depth > CALL_DEPTH_MAX)
        return true;
    return powershell_judge(r, state, &inner, text, e);
}

/* The files that the text of a block lists. */
static bool block_lists(const struct reader *p, struct str directory, struct str text,
                        struct statement *ret_find)
{
    struct reader inner = {.r = p->r, .state = p->state, .text = text};

    inner.word = buf_new(p->r->arena, REQUEST_MAX);
    while (inner.at < text.length && !reader_at_end(&inner))
        reader_take(&inner);
    reader_end_word(&inner);
    return inner.at >= text.length &&
           powershell_listing(p->r, directory, inner.words.items, inner.words.count, ret_find);
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

/* What the statement before lists goes to this one; `Remove-Item (Get-ChildItem …)`, too. */
static bool take_files(struct reader *p, const struct call *call, size_t from, struct err *e)
{
    const struct shell_value *words = p->words.items + from;
    size_t count = p->words.count - from;
    struct statement find;

    if (!powershell_take(p->r, call, words, count, &p->found, e))
        return false;
    for (size_t i = 0; i < p->blocks.count; i++)
        if (block_lists(p, call->directory, p->blocks.items[i], &find) &&
            !powershell_take(p->r, call, words, count, &find, e))
            return false;
    if (powershell_listing(p->r, call->directory, words, count, &find))
        p->found = find;
    else if (!p->found.count || !powershell_filter(p->r, words, count, &p->blocks, &p->found))
        p->found = find;
    return true;
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
    if (!take_files(p, call, from, e))
        return false;
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

/* `… | ForEach-Object { $_ }`, `foreach ($f in …) { $f }`: the block once for each file of ours. */
static bool judge_for_each(struct reader *p, struct shell_state *state, struct call *call,
                           const struct statement *listed, struct err *e)
{
    static const char *const each[] = {"ForEach-Object", "foreach", "%", NULL};
    struct statement find = *listed;
    struct str name = STR("_"), block = p->blocks.count ? VEC_LAST(&p->blocks) : STR("");

    if (!p->words.count || !str_is_one_of_nocase(p->words.items[0].text, each) || !block.length)
        return true;
    if (p->blocks.count > 1) { /* $f in Get-ChildItem … */
        struct str rest = str_trim(p->blocks.items[0]);
        name = str_trim_bytes(str_cut(&rest, ' '), "$");
        rest = str_trim(rest);
        if (!str_eq_nocase(str_prefix(rest, 3), STR("in ")) ||
            !block_lists(p, call->directory, str_trim(str_from_offset(rest, 3)), &find))
            return true;
    }
    struct strs paths = powershell_found(p->r, call, &find);
    for (size_t i = 0; i < paths.count; i++) {
        shell_state_set_variable(state, reader_variable_key(p, name), word_value(paths.items[i]));
        if (!judge_block(p->r, state, call, block, e))
            return false;
    }
    if (paths.count)
        shell_state_set_variable(state, reader_variable_key(p, name), word_value(UNKNOWN_TEXT));
    return true;
}

/* `$file | Remove-Item`, `$file.Delete()` */
static bool judge_object(struct reader *p, const struct call *call, bool piped, struct err *e)
{
    struct str path = p->words.count == 1 ? p->words.items[0].text : STR("");
    struct statement find = {0};

    if (!path.length || !protect_is_known(path))
        return true;
    if (str_ends(path, STR(".Delete()"))) {
        struct write write = {
            .change = CHANGE_REMOVED, .directory = call->directory, .shown = path};
        return call->remote || !p->r->tampers ||
               protect_write(p->r, &write, str_prefix(path, path.length - STR(".Delete()").length),
                             e);
    }
    if (piped) {
        VEC_PUSH(p->r->arena, &find, word_value(STR("find")));
        VEC_PUSH(p->r->arena, &find, word_value(path));
        VEC_PUSH(p->r->arena, &find, word_value(STR("-maxdepth")));
        VEC_PUSH(p->r->arena, &find, word_value(STR("0")));
        p->found = find;
    }
    return true;
}

/* `$hooks = Get-ChildItem …`: the first of ours stands for all. */
static struct str listed_path(struct reader *p, const struct call *call, size_t from)
{
    struct statement find;

    if (p->words.count <= from || !powershell_listing(p->r, call->directory, p->words.items + from,
                                                      p->words.count - from, &find))
        return STR("");
    struct strs paths = powershell_found(p->r, call, &find);
    return paths.count ? paths.items[0] : STR("");
}

/* `$name = 'text'`, `$name=0` */
static void remember_variable(struct reader *p, const struct call *call, struct str name)
{
    const struct shell_value *last = &p->words.items[p->words.count - 1];
    struct str text = last->text;

    if (p->words.count == 1 && str_starts(text, STR("\x01=")))
        text = str_from_offset(text, 2);
    else if (p->words.count != 3 &&
             !(p->words.count == 1 && text.length && byte_is_digit(text.bytes[0])))
        text = UNKNOWN_TEXT;
    struct str path = listed_path(p, call, skip_assignment(&p->words));
    if (path.length)
        text = path;
    shell_state_set_variable(p->state, reader_variable_key(p, name), word_value(text));
    if (powershell_is_of_environment(name))
        shell_state_export(p->state, reader_variable_key(p, name));
}

/* The source of a statement ends before p->at; `piped`: the next one reads what it writes. */
static bool end_statement(struct reader *p, struct shell_state *state, struct call *call,
                          bool piped, struct err *e)
{
    struct str name = reader_assigned_name(p);
    struct call blocks = *call;

    reader_end_word(p);
    bool data = p->quoted && !p->called;
    struct statement listed = p->found;
    bool good = powershell_redirections(p->r, call, p->words.items, p->words.count,
                                        str_slice(p->text, p->from, p->at), e) &&
                (data || judge_statement(p, state, call, e));
    if (name.length && p->words.count)
        remember_variable(p, call, name);
    if (runs_elsewhere(p, &blocks.host))
        blocks.remote = true;
    blocks.directory = call->directory;
    for (size_t i = 0; good && i < p->blocks.count; i++)
        good = judge_block(p->r, state, &blocks, p->blocks.items[i], e);
    good = good && judge_for_each(p, state, &blocks, &listed, e) &&
           (!data || judge_object(p, call, piped, e));
    p->before = piped ? str_slice(p->text, p->from, p->at) : STR("");
    if (!piped)
        p->found = (struct statement){0};
    p->from = p->at;
    p->quoted = p->called = false;
    p->words = (struct statement){0};
    p->blocks = (struct strs){0};
    return good;
}

bool powershell_judge(struct recogniser *r, struct shell_state *state, const struct call *call,
                      struct str text, struct err *e)
{
    struct reader p = {.r = r, .state = state, .text = text};
    struct call here = *call;

    p.word = buf_new(r->arena, REQUEST_MAX);
    while (p.at < text.length) {
        if (!reader_at_end(&p)) {
            reader_take(&p);
            continue;
        }
        char byte = text.bytes[p.at], next = p.at + 1 < text.length ? text.bytes[p.at + 1] : '\0';
        bool twice = next == byte && byte != '\n' && byte != ';';
        p.at += twice ? 2 : 1;
        if (!end_statement(&p, state, &here, byte == '|' && !twice, e))
            return false;
    }
    return end_statement(&p, state, &here, false, e);
}
