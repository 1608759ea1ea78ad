#include <string.h>

#include "base/file.h"
#include "deploys/code.h"
#include "deploys/output_lines.h"
#include "deploys/protect_find.h"

#define ITEMS_MAX 256u

VEC_DEFINE(values, struct shell_value);

/* The words that xargs would read: split at blanks (or lines), quotes dropped. */
static void split_items(struct recogniser *r, struct str text, bool by_line, struct strs *items)
{
    while (text.length && items->count < ITEMS_MAX) {
        size_t end = 0;
        while (end < text.length &&
               !memchr(by_line ? "\n\0" : " \t\n\0", text.bytes[end], by_line ? 2 : 4))
            end++;
        struct str item = str_trim_bytes(str_trim(str_prefix(text, end)), "\"'");
        if (item.length)
            VEC_PUSH(r->arena, items, item);
        text = str_from_offset(text, end + 1);
    }
}

static struct str replace_all(struct recogniser *r, struct str text, struct str mark,
                              struct str with)
{
    struct buf out = buf_new(r->arena, REQUEST_MAX);

    for (;;) {
        size_t at = mark.length ? str_find(text, mark) : SIZE_MAX;
        if (at == SIZE_MAX)
            break;
        buf_add(&out, str_prefix(text, at));
        buf_add(&out, with);
        text = str_from_offset(text, at + mark.length);
    }
    buf_add(&out, text);
    return buf_str(&out);
}

static struct shell_value unknown_items(void)
{
    struct shell_value value = word_value(UNKNOWN_TEXT);

    value.may_vanish = true;
    return value;
}

static struct call with_item(struct recogniser *r, const struct call *call, struct str mark,
                             struct str item)
{
    struct shell_value *words = ARENA_ARRAY(r->arena, call->count, struct shell_value);

    for (size_t w = 0; w < call->count; w++)
        words[w] = word_value(replace_all(r, call->words[w].text, mark, item));
    return call_of_words(call, words, call->count);
}

/* The command with the mark replaced by each item in turn. */
static bool run_replaced(struct recogniser *r, struct shell_state *state, const struct call *call,
                         struct str mark, const struct strs *items, struct err *e)
{
    for (size_t i = 0; i < items->count; i++) {
        struct call inner = with_item(r, call, mark, items->items[i]);
        if (!judge_call(r, state, &inner, e))
            return false;
    }
    return true;
}

/* The same for files of ours: what is done to them, and no second deploy. */
static bool protect_replaced(struct recogniser *r, const struct call *call, struct str mark,
                             const struct strs *items, struct err *e)
{
    for (size_t i = 0; i < items->count; i++) {
        struct call inner = with_item(r, call, mark, items->items[i]);
        struct line line;
        line_build(r, &inner, &line);
        if (!protect_call(r, &inner, &line, e))
            return false;
    }
    return true;
}

/* The command with items behind its words: all at once, or one each. */
static bool run_appended(struct recogniser *r, struct shell_state *state, const struct call *call,
                         const struct strs *items, bool known, struct err *e)
{
    struct values words = {0};

    for (size_t i = 0; i < call->count; i++)
        VEC_PUSH(r->arena, &words, call->words[i]);
    for (size_t i = 0; known && i < items->count; i++)
        VEC_PUSH(r->arena, &words, word_value(items->items[i]));
    if (!known)
        VEC_PUSH(r->arena, &words, unknown_items());
    struct call inner = call_of_words(call, words.items, words.count);
    inner.input = (struct input){0};
    return judge_call(r, state, &inner, e);
}

/* What it reads: a text, or a file (`-a FILE`, `< FILE`) that the commands before have written. */
static bool read_items(struct recogniser *r, const struct call *call, struct str file,
                       struct str *ret_text)
{
    struct str directory = call->directory;

    *ret_text = call->input.text;
    if (!file.length && call->input.kind != INPUT_FILE)
        return call->input.kind == INPUT_TEXT;
    if (!file.length) {
        file = call->input.text;
        directory = call->input.directory.length ? call->input.directory : directory;
    }
    struct shell_value path = word_value(file);
    return output_written(r, directory, &path, ret_text);
}

bool xargs_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                struct err *e)
{
    static const char *const with_value[] = {
        "-n",         "-L",         "-P",          "-s",          "-d",          "-a",
        "-E",         "--max-args", "--max-lines", "--max-procs", "--max-chars", "--delimiter",
        "--arg-file", "--eof",      "-R",          "-S"};
    struct str mark = STR_NONE, file = STR("");
    struct strs items = {0};
    size_t i = 1;

    for (; i < call->count; i++) {
        struct str word = call->words[i].text;
        if (word.length < 2 || word.bytes[0] != '-')
            break;
        if (str_eq(word, STR("--"))) {
            i++;
            break;
        }
        if (str_eq(word, STR("-I")) || str_eq(word, STR("-J")))
            mark = i + 1 < call->count ? call->words[++i].text : STR("{}");
        else if (str_starts(word, STR("-I")))
            mark = str_from_offset(word, 2);
        else if (str_eq(word, STR("-i")) || str_eq(word, STR("--replace")))
            mark = STR("{}");
        else if (str_starts(word, STR("--replace=")))
            mark = str_from_offset(word, 10);
        else if (str_starts(word, STR("--arg-file=")))
            file = str_from_offset(word, strlen("--arg-file="));
        else if ((str_eq(word, STR("-a")) || str_eq(word, STR("--arg-file"))) &&
                 i + 1 < call->count)
            file = call->words[i + 1].text;
        for (size_t n = 0; n < COUNT_OF(with_value); n++)
            if (str_eq(word, str_from(with_value[n])))
                i++;
    }
    if (i >= call->count)
        return true; /* echo */
    struct call command = *call;
    command.words = call->words + i;
    command.count = call->count - i;
    struct str text;
    bool known = read_items(r, call, file, &text);
    if (known)
        split_items(r, text, mark.length > 0, &items);
    else
        VEC_PUSH(r->arena, &items, UNKNOWN_TEXT);
    if (mark.length)
        return run_replaced(r, state, &command, mark, &items, e);
    return run_appended(r, state, &command, &items, known, e);
}

static struct strs fd_items(struct recogniser *r, const struct call *call, struct strs *ret_ours)
{
    struct shell_values find = protect_fd_words(r, call);
    struct strs items = {0};

    VEC_PUSH(r->arena, &items, UNKNOWN_TEXT);
    *ret_ours = (struct strs){0};
    if (!call->remote)
        *ret_ours = protect_find_paths(r, call->directory, find.items, find.count, NULL);
    return items;
}

/* fd puts what it finds behind the words where no {} stands. */
static struct call with_mark(struct recogniser *r, const struct call *call)
{
    struct values words = {0};

    for (size_t i = 0; i < call->count; i++) {
        if (str_contains(call->words[i].text, STR("{}")))
            return *call;
        VEC_PUSH(r->arena, &words, call->words[i]);
    }
    VEC_PUSH(r->arena, &words, word_value(STR("{}")));
    struct call marked = *call;
    marked.words = words.items;
    marked.count = words.count;
    return marked;
}

/* Does what stands there run the words behind it? *ret_program: the first of them, where it stands in the word itself. */
static bool starts_running(struct str word, bool fd, struct str *ret_program)
{
    static const char *const runners[] = {"-exec", "-execdir", "-ok", "-okdir", NULL};

    *ret_program = STR_NONE;
    return fd ? protect_fd_runs(word, ret_program) : str_is_one_of(word, runners);
}

bool find_call(struct recogniser *r, struct shell_state *state, const struct call *call,
               struct err *e)
{
    bool fd = str_starts(path_base_name(call->words[0].text), STR("fd"));
    struct str program;

    for (size_t i = 1; i < call->count; i++) {
        if (!starts_running(call->words[i].text, fd, &program))
            continue;
        size_t end = i + 1;
        while (end < call->count && !str_eq(call->words[end].text, STR(";")) &&
               !(str_eq(call->words[end].text, STR("+")) &&
                 str_eq(call->words[end - 1].text, STR("{}"))))
            end++;
        struct call command = *call;
        struct strs ours,
            items = fd ? fd_items(r, call, &ours) : protect_find_items(r, call, i, &ours);
        struct values words = {0};
        if (program.length)
            VEC_PUSH(r->arena, &words, word_value(program));
        for (size_t n = i + 1; n < end; n++)
            VEC_PUSH(r->arena, &words, call->words[n]);
        command.words = words.items;
        command.count = words.count;
        if (fd)
            command = with_mark(r, &command);
        if (command.count && (!run_replaced(r, state, &command, STR("{}"), &items, e) ||
                              !protect_replaced(r, &command, STR("{}"), &ours, e)))
            return false;
        i = end;
    }
    return true;
}

static bool is_source(struct str word)
{
    return str_starts(word, STR(":::"));
}

/* parallel [options] [command] [::: items]: text of a shell; without a command the items are commands. */
bool parallel_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                   struct err *e)
{
    static const char *const with_value[] = {
        "-j",        "--jobs",      "-N", "-n",      "-S",       "--sshlogin",
        "-a",        "--colsep",    "-C", "--delay", "--joblog", "--timeout",
        "--retries", "--tagstring", "-I", "-P",      "--results"};
    struct buf text = buf_new(r->arena, REQUEST_MAX);
    struct strs items = {0};
    size_t i = 1;

    for (; i < call->count && str_starts(call->words[i].text, STR("-")); i++)
        for (size_t n = 0; n < COUNT_OF(with_value); n++)
            if (str_eq(call->words[i].text, str_from(with_value[n]))) {
                i++;
                break;
            }
    for (; i < call->count && !is_source(call->words[i].text); i++) {
        if (text.length)
            buf_add_byte(&text, ' ');
        buf_add(&text, call->words[i].text);
    }
    for (i++; i < call->count; i++)
        if (!is_source(call->words[i].text))
            VEC_PUSH(r->arena, &items, call->words[i].text);
    if (!items.count && call->input.kind == INPUT_TEXT)
        split_items(r, call->input.text, true, &items);
    if (!items.count)
        VEC_PUSH(r->arena, &items, UNKNOWN_TEXT);
    struct str command = buf_str(&text);
    for (i = 0; i < items.count; i++) {
        struct str one = items.items[i];
        if (command.length && str_contains(command, STR("{")))
            one = replace_all(r, replace_all(r, command, STR("{}"), one), STR("{1}"), one);
        else if (command.length)
            one = str_printf(r->arena, STR_FMT " " STR_FMT, STR_ARG(command), STR_ARG(one));
        if (!judge_text(r, state, call, one, false, e))
            return false;
    }
    return true;
}
