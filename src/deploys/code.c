#include "deploys/code.h"

#include <string.h>

#include "base/file.h"

static struct str join_from(struct recogniser *r, const struct call *call, size_t from)
{
    struct buf out = buf_new(r->arena, REQUEST_MAX * 2);

    for (size_t i = from; i < call->count; i++) {
        if (i > from)
            buf_add_byte(&out, ' ');
        buf_add(&out, call->words[i].text);
    }
    return buf_str(&out);
}

static bool is_standard_input(struct str path)
{
    return str_eq(path, STR("/dev/stdin")) || str_eq(path, STR("/proc/self/fd/0")) ||
           str_eq(path, STR("/dev/fd/0"));
}

/* `bash -s a b < file`: the words behind -s are $1…. */
static bool from_input(struct recogniser *r, struct shell_state *state, const struct call *call,
                       size_t first_argument, struct err *e)
{
    struct call inner = *call;
    size_t count = first_argument < call->count ? call->count - first_argument : 0;
    struct shell_value *arguments = ARENA_ARRAY(r->arena, count + 1, struct shell_value);

    arguments[0] = call->words[0];
    if (count)
        memcpy(arguments + 1, call->words + first_argument, count * sizeof arguments[0]);
    inner.depth++;
    inner.input = (struct input){0};
    if (call->input.kind == INPUT_TEXT) {
        struct shell_state *fork = judge_fork(state, call);
        shell_state_set_arguments(fork, arguments, count + 1);
        return judge_text(r, fork, &inner, call->input.text, true, e);
    }
    if (call->input.kind != INPUT_FILE)
        return fetched_input(r, call, arguments + 1, count, e);
    inner.directory = call->input.directory.length ? call->input.directory : call->directory;
    inner.remote = false; /* the file is read here, wherever the shell runs */
    return follow_input(r, state, &inner, call->input.text, arguments, count + 1, e);
}

static bool has_letter(struct str word, char letter)
{
    return word.length > 1 && word.bytes[1] != '-' && str_find_byte(word, letter) != SIZE_MAX;
}

/* A script's arguments are its $0, $1…. */
static bool shell_text_with_arguments(struct recogniser *r, struct shell_state *state,
                                      const struct call *call, size_t text_at, struct err *e)
{
    struct call inner = *call;
    struct shell_state *fork = judge_fork(state, call);

    inner.depth++;
    if (!fetched_word(r, call, &call->words[text_at], NULL, 0, e))
        return false;
    if (text_at + 1 < call->count)
        shell_state_set_arguments(fork, call->words + text_at + 1, call->count - text_at - 1);
    return judge_text(r, fork, &inner, call->words[text_at].text, true, e);
}

bool shell_call(struct recogniser *r, struct shell_state *state, const struct pack_wrapper *row,
                const struct call *call, struct err *e)
{
    const struct pack_tables *t = r->tables;
    bool wants_text = false, wants_input = row->takes == TAKES_NOTHING;
    size_t i = 1;

    for (; i < call->count; i++) {
        struct str word = call->words[i].text;
        bool option = word.length > 1 && (word.bytes[0] == '-' || word.bytes[0] == '+');
        if (!option || str_eq(word, STR("--")) || str_eq(word, STR("-")))
            break;
        if (pack_list_has(t, row->excuses, word) ||
            (has_letter(word, 'n') && word.bytes[0] == '-' && row->takes == TAKES_WORDS))
            return true; /* --help, -n: nothing runs */
        if (pack_list_has(t, row->code_options, word) ||
            (word.bytes[0] == '-' && has_letter(word, 'c') && row->code_options.count))
            wants_text = true;
        if (has_letter(word, 's') && word.bytes[0] == '-')
            wants_input = true;
        if (pack_list_has(t, row->file_options, word) && i + 1 < call->count)
            return follow_script(r, state, call, call->words[i + 1].text,
                                 value_is_known(&call->words[i + 1]), NULL, 0, false, e);
        if (pack_list_has(t, row->options_with_value, word) || has_letter(word, 'o') ||
            has_letter(word, 'O'))
            i++;
    }
    if (i < call->count && (str_eq(call->words[i].text, STR("--")) ||
                            (str_eq(call->words[i].text, STR("-")) && !wants_text)))
        i++;
    if (wants_text)
        return i >= call->count || shell_text_with_arguments(r, state, call, i, e);
    if (!wants_input && i < call->count && is_standard_input(call->words[i].text))
        return from_input(r, state, call, i + 1, e);
    if (wants_input || i >= call->count)
        return from_input(r, state, call, i, e);
    if (call->words[i].content) { /* bash <(list) */
        struct call inner = *call;
        inner.depth++;
        return fetched_word(r, call, &call->words[i], call->words + i + 1, call->count - i - 1,
                            e) &&
               judge_text(r, state, &inner, call->words[i].content->text, false, e);
    }
    return follow_script(r, state, call, call->words[i].text, value_is_known(&call->words[i]),
                         call->words + i, call->count - i, false, e);
}

/* deno run -A npm:wrangler@3 deploy: the program of a package. */
static bool package_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                         size_t at, struct err *e)
{
    struct call inner = call_of_words(call, call->words + at, call->count - at);
    if (!str_starts(inner.words[0].text, STR("npm:")) &&
        !str_starts(inner.words[0].text, STR("jsr:")))
        return true;
    struct shell_value *words = ARENA_ARRAY(r->arena, inner.count, struct shell_value);

    memcpy(words, inner.words, inner.count * sizeof words[0]);
    words[0].text = str_from_offset(words[0].text, 4);
    inner.words = words;
    return judge_call(r, state, &inner, e);
}

bool interpreter_call(struct recogniser *r, struct shell_state *state,
                      const struct pack_wrapper *row, const struct call *call, bool *ret_handled,
                      struct err *e)
{
    const struct pack_tables *t = r->tables;
    struct call inner = *call;
    size_t i = 1;

    *ret_handled = true;
    inner.depth++;
    for (; i < call->count; i++) {
        struct str word = call->words[i].text;
        if (word.length < 2 || word.bytes[0] != '-')
            break;
        if (pack_list_has(t, row->excuses, word))
            return true;
        bool code = pack_list_has(t, row->code_options, word);
        if (code && i + 1 < call->count)
            return literals_judge(
                r, state, &inner, call->words[0].text,
                row->takes == TAKES_TEXTS ? join_from(r, call, i + 1) : call->words[i + 1].text, e);
        for (uint32_t n = 0; n < row->code_options.count; n++) { /* --eval=text, -e'text' */
            struct str option = pack_list_item(t, row->code_options, n);
            if (str_starts(word, option) && word.length > option.length)
                return literals_judge(r, state, &inner, call->words[0].text,
                                      str_from_offset(word, option.length), e);
        }
        if (pack_list_has(t, row->command_options, word)) { /* python -m program */
            inner = call_of_words(call, call->words + i + 1, call->count - i - 1);
            return judge_call(r, state, &inner, e);
        }
        if (pack_list_has(t, row->options_with_value, word))
            i++;
    }
    if (row->takes == TAKES_TEXT)
        return awk_call(r, state, row, &inner, i, e);
    while (i < call->count && pack_list_has(t, row->commands, call->words[i].text)) {
        if (str_eq(call->words[i].text, STR("eval")) && i + 1 < call->count)
            return literals_judge(r, state, &inner, call->words[0].text, call->words[i + 1].text,
                                  e); /* deno eval */
        i++;                          /* deno run, bun run */
        while (i < call->count && str_starts(call->words[i].text, STR("-")))
            i++;
    }
    if (i >= call->count || str_eq(call->words[i].text, STR("-"))) {
        if (call->input.kind == INPUT_TEXT)
            return literals_judge(r, state, &inner, call->words[0].text, call->input.text, e);
        return true;
    }
    struct str file = call->words[i].text;
    size_t before = r->deploys->count;
    if (row->commands.count && !package_call(r, state, call, i, e))
        return false;
    if (r->deploys->count > before)
        return true;
    if (row->commands.count && str_find_byte(file, '.') == SIZE_MAX &&
        str_find_byte(file, '/') == SIZE_MAX) {
        *ret_handled = false; /* `deno deploy`, `bun x`, `bun run deploy`: others know it */
        return true;
    }
    inner.depth--;
    inner.language = call->words[0].text;
    return follow_script(r, state, &inner, file, value_is_known(&call->words[i]), call->words + i,
                         call->count - i, false, e);
}

static bool trap_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                      struct err *e)
{
    size_t i = 1;

    shell_state_doubt(state);
    while (i < call->count && str_starts(call->words[i].text, STR("-")))
        i++;
    if (i + 1 >= call->count)
        return true;
    return judge_text(r, state, call, call->words[i].text, false, e);
}

static bool source_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                        struct err *e)
{
    if (call->count < 2)
        return true;
    if (call->words[1].content)
        return fetched_word(r, call, &call->words[1], call->words + 2, call->count - 2, e) &&
               judge_text(r, state, call, call->words[1].content->text, true, e);
    if (is_standard_input(call->words[1].text))
        return from_input(r, state, call, 2, e);
    return follow_script(r, state, call, call->words[1].text, value_is_known(&call->words[1]),
                         call->count > 2 ? call->words + 1 : NULL,
                         call->count > 2 ? call->count - 1 : 0, true, e);
}

typedef bool builtin(struct recogniser *, struct shell_state *, const struct call *, struct err *);

static bool eval_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                      struct err *e)
{
    struct call inner = *call;

    for (size_t i = 1; i < call->count; i++) {
        if (!value_is_known(&call->words[i]))
            shell_state_doubt(state);
        if (!fetched_word(r, call, &call->words[i], NULL, 0, e))
            return false;
    }
    inner.depth++;
    return judge_text(r, state, &inner, join_from(r, call, 1), true, e);
}

bool code_call(struct recogniser *r, struct shell_state *state, const struct call *call,
               const struct line *line, bool *ret_handled, struct err *e)
{
    static const struct {
        const char *name;
        builtin *run;
    } builtins[] = {{"eval", eval_call},   {"source", source_call},    {".", source_call},
                    {"trap", trap_call},   {"xargs", xargs_call},      {"gxargs", xargs_call},
                    {"find", find_call},   {"gfind", find_call},       {"fd", find_call},
                    {"fdfind", find_call}, {"parallel", parallel_call}};
    const struct pack_tables *t = r->tables;
    uint32_t first;

    for (size_t i = 0; i < COUNT_OF(builtins); i++)
        if (str_eq(call->words[0].text, str_from(builtins[i].name)) ||
            (builtins[i].name[0] != '.' && str_eq(line->name, str_from(builtins[i].name)))) {
            *ret_handled = true;
            return builtins[i].run(r, state, call, e);
        }
    uint32_t count =
        pack_names_find(t, t->wrapper_names, t->wrapper_name_count, line->name, &first);
    for (uint32_t i = first; i < first + count; i++) {
        const struct pack_wrapper *row = &t->wrappers[t->wrapper_names[i].index];
        if (row->kind != WRAPPER_SHELL && row->kind != WRAPPER_INTERPRETER)
            continue;
        *ret_handled = true;
        return row->kind == WRAPPER_SHELL ? shell_call(r, state, row, call, e)
                                          : interpreter_call(r, state, row, call, ret_handled, e);
    }
    return true;
}
