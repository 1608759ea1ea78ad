/* fuzz_evaluate -- any bytes as shell text: walked to its end or refused with a message, within its limits, and each visit is well formed.
 * The visitor evaluates what shells would: eval's words, `sh -c`, stdin of a shell.
 *
 * hookcheck-layers: hc_shell
 * Corpus: tests/corpus/evaluate
 */
#include <stdlib.h>
#include <string.h>

#include "shell/evaluate.h"

/* A text of this size, with all that its limits let it ask for. */
#define MEMORY ((size_t)200 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
    size_t commands;
};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_value(const struct shell_value *value)
{
    bool unknown =
        value->text.length && memchr(value->text.bytes, SHELL_UNKNOWN, value->text.length);

    check(value->known == !unknown);
    check(!value->may_vanish || unknown);
}

static bool visit(void *context, struct shell_state *state, const struct shell_command *command,
                  struct err *e)
{
    struct run *run = context;
    const struct shell_values *words = &command->words;

    check(++run->commands <= SHELL_COMMANDS_MAX);
    check(words->count > 0);
    for (size_t i = 0; i < words->count; i++)
        check_value(&words->items[i]);
    for (size_t i = 0; i < command->setting_count; i++)
        check_value(&command->settings[i].value);
    for (size_t i = 0; i < command->output_count; i++)
        check_value(&command->outputs[i].path);
    if (command->input == INPUT_TEXT || command->input == INPUT_FILE)
        check(command->input_text.text.length == 0 || command->input_text.text.bytes);
    check(command->directory.length && command->directory.bytes[0] == '/');
    struct str name = words->items[0].text;
    struct err failure = ERR_NONE;
    bool ok = true;
    if (str_eq(name, STR("eval")) && words->count == 2 && words->items[1].known)
        ok = shell_evaluate(state, words->items[1].text, &failure);
    else if (str_eq(name, STR("sh")) && words->count > 2 && words->items[2].known)
        ok = shell_evaluate(shell_state_fork(state), words->items[2].text, &failure);
    else if (str_eq(name, STR("bash")) && command->input == INPUT_TEXT)
        ok = shell_evaluate(shell_state_fork(state), command->input_text.text, &failure);
    check(ok || failure.message[0]);
    if (ok || failure.kind == ERR_INPUT)
        return true;
    *e = failure;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA(arena, 8 * MEMORY);
    struct run run = {0};
    struct shell_visitor visitor = {.context = &run, .command = visit};
    struct err e = ERR_NONE;
    struct shell_state *state = shell_state_new(&arena, STR("/w"), STR("/home/u"), &visitor);

    if (!shell_evaluate(state, str_of((const char *)data, size), &e))
        check(e.kind == ERR_INPUT || e.kind == ERR_LIMIT);
    /* Here, for the door would leave without a trace of the input. */
    check(arena.used <= MEMORY);
    return 0;
}
