#include "evaluation.h"

#include <string.h>

struct recorder {
    struct buf out;
    size_t count;
    bool quiet;
};

static bool is_plain(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] <= ' ' || text.bytes[i] > '~' || strchr("\"\\?'<>@|*", text.bytes[i]))
            return false;
    return text.length > 0;
}

static void write_quoted(struct buf *out, struct str text)
{
    buf_add_byte(out, '"');
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        if (byte == SHELL_UNKNOWN)
            buf_add_byte(out, '?');
        else if (byte == '\n')
            buf_add(out, STR("\\n"));
        else if (byte == '\t')
            buf_add(out, STR("\\t"));
        else if (byte == '"' || byte == '\\' || byte == '?')
            buf_printf(out, "\\%c", byte);
        else
            buf_add_byte(out, byte);
    }
    buf_add_byte(out, '"');
}

static void write_value(struct buf *out, const struct shell_value *value)
{
    bool unknown = memchr(value->text.bytes ? value->text.bytes : "", SHELL_UNKNOWN,
                          value->text.length) != NULL;

    if (unknown == value->known)
        buf_add(out, STR("KNOWN-IS-WRONG "));
    if (value->may_vanish && str_eq(value->text, STR("\x01")))
        buf_add_byte(out, '?');
    else if (is_plain(value->text))
        buf_add(out, value->text);
    else
        write_quoted(out, value->text);
    if (value->content) {
        buf_add(out, STR("<("));
        write_quoted(out, value->content->text);
        buf_add_byte(out, ')');
    }
}

static void write_input(struct buf *out, const struct shell_command *command)
{
    if (command->piped_from) {
        buf_add(out, STR("  |"));
        write_value(out, &command->piped_from->words.items[0]);
    }
    switch (command->input) {
    case INPUT_INHERITED:
        break;
    case INPUT_TEXT:
        buf_add(out, STR("  <"));
        write_quoted(out, command->input_text.text);
        break;
    case INPUT_FILE:
        buf_add(out, STR("  <"));
        write_value(out, &command->input_text);
        break;
    case INPUT_UNKNOWN:
        buf_add(out, STR("  <?"));
        break;
    }
}

static void write_command(struct buf *out, const struct shell_command *command)
{
    for (size_t i = 0; i < command->setting_count; i++) {
        buf_printf(out, STR_FMT "=", STR_ARG(command->settings[i].name));
        write_value(out, &command->settings[i].value);
        buf_add_byte(out, ' ');
    }
    for (size_t i = 0; i < command->words.count; i++) {
        if (i)
            buf_add_byte(out, ' ');
        write_value(out, &command->words.items[i]);
    }
    if (!command->directory_known || !str_eq(command->directory, STR("/w")))
        buf_printf(out, "  @%s" STR_FMT, command->directory_known ? "" : "?",
                   STR_ARG(command->directory));
    write_input(out, command);
    for (size_t i = 0; i < command->output_count; i++) {
        buf_add(out, STR("  "));
        if (command->outputs[i].descriptor != 1)
            buf_printf(out, "%d", command->outputs[i].descriptor);
        buf_add(out, command->outputs[i].append ? STR(">>") : STR(">"));
        write_value(out, &command->outputs[i].path);
    }
    if (command->conditional)
        buf_add(out, STR("  maybe"));
    if (command->alternative)
        buf_add(out, STR("  or"));
    buf_add_byte(out, '\n');
}

static bool run_text(struct shell_state *state, const struct shell_value *text, struct err *e)
{
    return !text->known || shell_evaluate(state, text->text, e);
}

/* A small part of what the real visitor does. */
static bool follow(struct shell_state *state, const struct shell_command *command, struct err *e)
{
    const struct shell_values *words = &command->words;
    struct str name = words->items[0].text;
    bool shell = str_eq(name, STR("sh")) || str_eq(name, STR("bash"));
    struct arena *arena = shell_state_arena(state);

    if (str_eq(name, STR("eval"))) {
        struct strs parts = {0};
        for (size_t i = 1; i < words->count; i++)
            VEC_PUSH(arena, &parts, words->items[i].text);
        struct str text = str_join(arena, parts.items, parts.count, STR(" "));
        return str_find_byte(text, SHELL_UNKNOWN) != SIZE_MAX || shell_evaluate(state, text, e);
    }
    if (str_eq(name, STR("source")) && words->count == 2 && words->items[1].content)
        return run_text(state, words->items[1].content, e);
    if (!shell)
        return true;
    struct shell_state *fork = shell_state_fork(state);
    if (words->count > 2 && str_eq(words->items[1].text, STR("-c"))) {
        shell_state_set_arguments(fork, words->items + 3, words->count - 3);
        shell_state_set_input(fork, command->input, command->input_text);
        return run_text(fork, &words->items[2], e);
    }
    if (words->count == 2 && words->items[1].content)
        return run_text(fork, words->items[1].content, e);
    if (words->count == 1 && command->input == INPUT_TEXT)
        return run_text(fork, &command->input_text, e);
    return true;
}

static bool record(void *context, struct shell_state *state, const struct shell_command *command,
                   struct err *e)
{
    struct recorder *recorder = context;

    recorder->count++;
    if (!recorder->quiet)
        write_command(&recorder->out, command);
    return follow(state, command, e);
}

static bool know_output(void *context UNUSED, struct shell_state *state UNUSED,
                        const struct shell_command *command, struct str *ret_text)
{
    const struct shell_values *words = &command->words;

    *ret_text = STR("/w");
    return words->count == 3 && str_eq(words->items[0].text, STR("git")) &&
           str_eq(words->items[2].text, STR("--show-toplevel"));
}

static bool evaluate(struct arena *arena, struct str text, struct recorder *recorder, struct err *e)
{
    struct shell_visitor visitor = {.context = recorder, .command = record, .output = know_output};
    struct shell_state *state = shell_state_new(arena, STR("/w"), STR("/home/u"), &visitor);

    return shell_evaluate(state, text, e);
}

struct str evaluation_of(struct arena *arena, struct str text)
{
    struct recorder recorder = {.out = buf_new(arena, 8u << 20)};
    struct err e = ERR_NONE;

    if (!evaluate(arena, text, &recorder, &e))
        buf_printf(&recorder.out, "error: %s\n", e.message);
    return buf_str(&recorder.out);
}

bool evaluation_count(struct arena *arena, struct str text, size_t *ret_count, struct err *e)
{
    struct recorder recorder = {.quiet = true};
    bool ok = evaluate(arena, text, &recorder, e);

    *ret_count = recorder.count;
    return ok;
}
