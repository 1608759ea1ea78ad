/* shell-evaluate -- what the evaluator visits, for the comparison with bash.
 *
 * stdin: texts, each ended by a NUL. argv: the directory they run in, and the home directory.
 * stdout: for each text one line a visit, and "." at its end: fields divided by tabs: K or ? (directory known or not), the directory, then
 * the words, each with a leading v when it may be no word or several, otherwise w. Tab, newline and backslash are \t \n \\; an unknown
 * stretch is \?. A failure is a line "! message".
 */
#include <stdio.h>

#include "base/buf.h"
#include "base/file.h"
#include "shell/evaluate.h"

static void write_escaped(struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        if (byte == '\t')
            fputs("\\t", stdout);
        else if (byte == '\n')
            fputs("\\n", stdout);
        else if (byte == '\\')
            fputs("\\\\", stdout);
        else if (byte == SHELL_UNKNOWN)
            fputs("\\?", stdout);
        else
            putchar(byte);
    }
}

static bool visit(void *context, struct shell_state *state, const struct shell_command *command,
                  struct err *e)
{
    const struct shell_values *words = &command->words;

    (void)context;
    putchar(command->directory_known ? 'K' : '?');
    putchar('\t');
    write_escaped(command->directory);
    for (size_t i = 0; i < words->count; i++) {
        fputs(words->items[i].may_vanish ? "\tv" : "\tw", stdout);
        write_escaped(words->items[i].text);
    }
    putchar('\n');
    if (!str_eq(words->items[0].text, STR("eval")))
        return true;
    struct strs parts = {0};
    struct arena *arena = shell_state_arena(state);
    for (size_t i = 1; i < words->count; i++)
        VEC_PUSH(arena, &parts, words->items[i].text);
    return shell_evaluate(state, str_join(arena, parts.items, parts.count, STR(" ")), e);
}

static void evaluate(struct str text, struct str directory, struct str home)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct shell_visitor visitor = {.command = visit};
    struct err e = ERR_NONE;
    struct shell_state *state = shell_state_new(&arena, directory, home, &visitor);

    if (!shell_evaluate(state, text, &e))
        printf("! %s\n", e.message);
    puts(".");
}

int main(int argc, char **argv)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct buf all = buf_new(&arena, 64u << 20);
    char bytes[65536];
    size_t got;

    if (argc != 3)
        return 1;
    while ((got = fread(bytes, 1, sizeof bytes, stdin)) > 0)
        buf_add(&all, str_of(bytes, got));
    struct str rest = buf_str(&all);
    while (rest.length)
        evaluate(str_cut(&rest, '\0'), str_from(argv[1]), str_from(argv[2]));
    return 0;
}
