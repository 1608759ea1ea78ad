/* protect_hook.c -- would git still start hookcheck-pre-push after an edit of a hook, of a manager's file? */
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "gate/protect.h"
#include "shell/evaluate.h"

#define HOOK_PROGRAM "hookcheck-pre-push"
#define NAMES_MAX 256u /* of commands above the check; each is looked up at each start */

/* lefthook's entry names a script of ours, not the program. */
bool protect_hook_is_ours(struct arena *arena, struct str path, struct str text)
{
    bool manager = str_contains(path_base_name(path), STR("lefthook")) ||
                   str_starts(path_base_name(path), STR(".pre-commit-config."));

    if (manager)
        return protect_manager_is_ours(path, text);
    return str_contains(text, STR(HOOK_PROGRAM)) || protect_manager_starts_ours(arena, path, text);
}

/* --- Shell text: which lines start it, whatever else happens? --- */

struct start {
    struct str line; /* trimmed */
    struct str
        runs; /* its words as far as the text says, "$gate" may have been given another value; and what it reads */
    bool conditional;
    bool forked; /* its `exit 2` ends a subshell alone */
};
VEC_DEFINE(starts, struct start);

struct finder {
    struct arena *arena;
    struct str text;
    bool all; /* a manager wrote it: which of its lines start the manager is not ours to know */
    struct starts starts;
    struct strs ends;    /* lines that may end the text well, or take what it reads */
    size_t ends_counted; /* those before the last start */
    struct strs names;   /* of the commands so far */
    size_t names_counted;
    const struct strs *watched; /* names that the check needs as they are; NULL: none */
    struct str shadowed; /* one of them that is a function or an alias where the check starts */
};

static struct str line_around(struct str text, size_t number)
{
    struct str line = STR_NONE;

    for (size_t i = 0; i < number; i++)
        if (!str_next_line(&text, &line))
            return STR_NONE;
    return str_trim(line);
}

static struct str words_of(struct arena *arena, const struct shell_command *command, bool all)
{
    struct strs words = {0};

    for (size_t i = 0; i < command->words.count && (all || i == 0); i++)
        VEC_PUSH(arena, &words, command->words.items[i].text);
    VEC_PUSH(arena, &words, command->input == INPUT_INHERITED ? STR("") : command->input_text.text);
    return str_join(arena, words.items, words.count, STR("\n"));
}

/* `cmd || exit` ends with what cmd ended with. */
static bool is_exit_well(struct str status, struct str line)
{
    uint64_t number;

    if (!status.length)
        return !str_contains(line, STR("|| exit")) || str_contains(line, STR("&& exit"));
    return !str_to_u64(status, &number) || number % 256 == 0;
}

/* trap 'rm -f x; exit 1' INT: what it ends with. */
static bool traps_exit(struct str text)
{
    size_t at = str_find(text, STR("exit"));
    struct str rest = at == SIZE_MAX ? STR("") : str_trim(str_from_offset(text, at + 4));

    return at != SIZE_MAX && is_exit_well(str_prefix(rest, rest.length > 0), text);
}

/* Could git take the hook for a good one, or find nothing more to read, because of this command? */
static bool may_end(const struct shell_command *command, struct str line)
{
    const struct shell_values *words = &command->words;
    struct str name = words->items[0].text, first = STR("");

    if (words->count > 1)
        first = words->items[1].text;
    if (str_eq(name, STR("exec")))
        return words->count > 1 || command->input != INPUT_INHERITED;
    bool ends = str_eq(name, STR("exit")) || (str_eq(name, STR("return")) && !command->in_function);
    return (ends && is_exit_well(first, line)) || (str_eq(name, STR("trap")) && traps_exit(first));
}

/* What git says of the push is read once: by such a command, and not by the check below it. */
static bool takes_input(const struct shell_command *command)
{
    static const char *const always[] = {"read", "tee", "mapfile", "readarray", "xargs", NULL};
    static const char *const alone[] = {"cat", "head", "tail", "sort", "wc", "tac", NULL};
    struct str name = path_base_name(command->words.items[0].text);
    bool files = false;

    for (size_t i = 1; i < command->words.count; i++)
        files = files || !str_starts(command->words.items[i].text, STR("-"));
    return command->input == INPUT_INHERITED &&
           (str_is_one_of(name, always) || (!files && str_is_one_of(name, alone)));
}

/* set -n, set -eo noexec: what stands below is read and not run. */
static bool stops_running(const struct shell_command *command)
{
    const struct shell_values *words = &command->words;

    for (size_t i = 1; i < words->count && str_eq(words->items[0].text, STR("set")); i++) {
        struct str word = words->items[i].text;
        if (!str_starts(word, STR("-")) || str_starts(word, STR("--")))
            break;
        if (str_find_byte(word, 'n') != SIZE_MAX)
            return true;
        if (str_find_byte(word, 'o') != SIZE_MAX && ++i < words->count &&
            str_eq(words->items[i].text, STR("noexec")))
            return true;
    }
    return false;
}

/* Tools by which a shell finds other programs, where they are a person's own: "$NVM_DIR/nvm.sh". */
static bool is_setup(const struct shell_value *path)
{
    static const char *const setups[] = {"/nvm.sh",         "/_/husky.sh", "/asdf.sh",
                                         "/sdkman-init.sh", "/rvm",        "/.cargo/env"};

    for (size_t i = 0; i < COUNT_OF(setups); i++)
        if (str_ends(path->text, str_from(setups[i])))
            return !path->known || str_starts(path->text, STR("/"));
    return false;
}

/* `. FILE`: what it holds when the hook runs is for anybody to change. */
static bool reads_file(const struct shell_command *command)
{
    const struct shell_values *words = &command->words;
    struct str name = words->items[0].text;

    return (str_eq(name, STR(".")) || str_eq(name, STR("source"))) && words->count > 1 &&
           !is_setup(&words->items[1]);
}

/* `eval TEXT` runs as if the text stood there; *ret_known is false when it cannot be told. */
static bool is_evaluated(struct arena *arena, const struct shell_command *command,
                         struct str *ret_text, bool *ret_known)
{
    const struct shell_values *words = &command->words;
    struct strs parts = {0};

    *ret_known = true;
    for (size_t i = 1; i < words->count; i++) {
        *ret_known = *ret_known && words->items[i].known;
        VEC_PUSH(arena, &parts, words->items[i].text);
    }
    *ret_text = str_join(arena, parts.items, parts.count, STR(" "));
    return parts.count && str_eq(words->items[0].text, STR("eval"));
}

static void look_at_end(struct finder *finder, const struct shell_state *state,
                        const struct shell_command *command, struct str line, bool unknown)
{
    bool ends = unknown || may_end(command, line) || stops_running(command) || reads_file(command);

    if ((ends && !shell_state_is_subshell(state)) || takes_input(command))
        VEC_PUSH(finder->arena, &finder->ends, line);
}

static void add_start(struct finder *finder, const struct shell_state *state,
                      const struct shell_command *command, struct str line)
{
    struct start start = {.line = line,
                          .runs = words_of(finder->arena, command, finder->all),
                          .conditional = command->conditional,
                          .forked = shell_state_is_subshell(state)};

    VEC_PUSH(finder->arena, &finder->starts, start);
    finder->ends_counted = finder->ends.count;
    finder->names_counted = finder->names.count;
    for (size_t i = 0; finder->watched && i < finder->watched->count; i++)
        if (shell_state_defines(state, finder->watched->items[i]))
            finder->shadowed = finder->watched->items[i];
}

static bool look(void *context, struct shell_state *state, const struct shell_command *command,
                 struct err *e)
{
    struct finder *finder = context;
    struct str source = shell_state_source(state, command->span);
    struct str program = path_base_name(command->words.items[0].text);
    struct str line = line_around(finder->text, command->line), text;

    bool known = true, evaluated = is_evaluated(finder->arena, command, &text, &known);
    look_at_end(finder, state, command, line, evaluated && !known);
    if (command->words.items[0].known && finder->names.count < NAMES_MAX)
        strs_add(finder->arena, &finder->names, command->words.items[0].text);
    if (evaluated && known) {
        struct str outer = finder->text;
        finder->text = text;
        bool good = shell_evaluate(state, text, e);
        finder->text = outer;
        return good;
    }
    if (!finder->all && !str_eq(program, STR(HOOK_PROGRAM)) &&
        !str_contains(source, STR("$gate")) && !str_contains(source, STR(HOOK_PROGRAM)))
        return true;
    if (str_eq(program, STR("echo")) || str_eq(program, STR("command")) ||
        (!finder->all && str_eq(program, STR("["))))
        return true;
    add_start(finder, state, command, line);
    return true;
}

static bool find_starts(struct finder *finder, struct err *e)
{
    struct shell_visitor visitor = {.context = finder, .command = look};
    struct shell_state *state = shell_state_new(finder->arena, STR("/"), STR("/"), &visitor);

    return shell_evaluate(state, finder->text, e);
}

/* The line that says who reads the file; git starts one without such a line by sh. */
static struct str interpreter_of(struct str text)
{
    struct str first = str_prefix(text, str_find_byte(text, '\n'));

    return str_starts(first, STR("#!")) ? str_trim(first) : STR("#!/bin/sh");
}

/* What git does with a file of another interpreter, or of none, is not ours to guess. */
static bool is_shell_text(struct str text)
{
    struct str first = str_prefix(text, str_find_byte(text, '\n'));

    return !str_starts(first, STR("#!")) || str_contains(first, STR("sh"));
}

static bool is_started(const struct starts *all, const struct start *start)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->items[i].line, start->line) && str_eq(all->items[i].runs, start->runs) &&
            (start->conditional || !all->items[i].conditional) &&
            (start->forked || !all->items[i].forked))
            return true;
    return false;
}

static struct str compare_finds(struct arena *arena, const struct finder *before,
                                const struct finder *after)
{
    for (size_t i = 0; i < before->starts.count; i++)
        if (!is_started(&after->starts, &before->starts.items[i]))
            return str_printf(arena,
                              "this line would be gone, not always be reached, or start another "
                              "program: " STR_FMT,
                              STR_ARG(before->starts.items[i].line));
    for (size_t i = 0; i < after->ends_counted; i++)
        if (!strs_have(&before->ends, after->ends.items[i]))
            return str_printf(arena,
                              "this line could end the hook, or take what it reads, before the "
                              "check below it (below the check it may stand): " STR_FMT,
                              STR_ARG(after->ends.items[i]));
    if (after->shadowed.length)
        return str_printf(arena,
                          "the check needs the command " STR_FMT
                          ", which would be a function or an alias of the hook's own",
                          STR_ARG(after->shadowed));
    return before->starts.count ? STR_NONE : STR("nothing in it would start the check");
}

/* What the check is started with, and ends the hook by. */
static struct strs watched_names(struct arena *arena, const struct finder *before)
{
    struct strs names = {0};

    strs_add(arena, &names, STR("exit"));
    for (size_t i = 0; i < before->names_counted; i++)
        strs_add(arena, &names, before->names.items[i]);
    return names;
}

static struct str compare_shell(struct arena *arena, const struct protect_change *change)
{
    bool all = !str_contains(change->before, STR(HOOK_PROGRAM));
    struct finder before = {.arena = arena, .text = change->before, .all = all};
    struct finder after = {.arena = arena, .text = change->after, .all = all};
    struct err e = ERR_NONE, of_before = ERR_NONE;

    if (!is_shell_text(change->after))
        return STR("it would be no shell text any more");
    bool readable = find_starts(&before, &of_before);
    struct strs watched = watched_names(arena, &before);
    after.watched = &watched;
    if (!find_starts(&after, &e))
        return str_printf(arena, "sh could not read it any more: %s", e.message);
    if (!readable)
        return STR("sh cannot read it as it is");
    struct str why = compare_finds(arena, &before, &after);
    if (!why.length && !str_eq(interpreter_of(change->before), interpreter_of(change->after)))
        why = STR("another program would read it: its first line would be another one");
    return why;
}

bool protect_is_comment(struct str line, char mark)
{
    return !line.length || line.bytes[0] == '#' || line.bytes[0] == mark;
}

/* --- What husky reads before any hook, of a person's own. --- */

static bool is_husky_start(struct str path)
{
    return str_eq(path_base_name(path), STR(".huskyrc")) || str_ends(path, STR("/husky/init.sh"));
}

#define HUSKY_STARTS "hookcheck-husky"

struct husky {
    struct str text;
    bool starts; /* the hook, whatever else happens */
    bool off;
};

/* "sh -e hook $HUSKY", as husky goes on; a value that is not known could be 0. */
static bool look_for_husky(void *context, struct shell_state *state,
                           const struct shell_command *command, struct err *e)
{
    const struct shell_values *words = &command->words;
    struct husky *husky = context;

    (void)state;
    (void)e;
    husky->off = husky->off || may_end(command, line_around(husky->text, command->line));
    if (words->count < 4 || !str_eq(words->items[2].text, STR(HUSKY_STARTS)))
        return true;
    husky->starts = husky->starts || !command->conditional;
    husky->off = husky->off || str_eq(words->items[3].text, STR("0")) ||
                 (command->alternative == 0 && !words->items[3].known);
    return true;
}

/* husky sources the text, which may return, and runs the hook unless HUSKY is 0. */
static bool leaves_husky_on(struct arena *arena, struct str text)
{
    struct husky husky = {0};
    struct shell_visitor visitor = {.context = &husky, .command = look_for_husky};
    struct shell_state *state = shell_state_new(arena, STR("/"), STR("/"), &visitor);
    struct err e = ERR_NONE;

    husky.text = text = str_printf(arena,
                                   "hookcheck_husky() {\n:\n" STR_FMT
                                   "\n}\nhookcheck_husky\nsh -e " HUSKY_STARTS " \"${HUSKY-}\"\n",
                                   STR_ARG(text));
    return shell_evaluate(state, text, &e) && husky.starts && !husky.off;
}

struct str protect_hook(struct arena *arena, const struct protect_change *change)
{
    static const char *const trees[] = {".yml", ".yaml", ".json", ".jsonc"};

    if (is_husky_start(change->path))
        return leaves_husky_on(arena, change->after) || !leaves_husky_on(arena, change->before)
                   ? STR_NONE
                   : STR("husky would run no hook, in any repository: HUSKY could be 0 then, or "
                         "the "
                         "text end its shell");
    for (size_t i = 0; i < COUNT_OF(trees); i++)
        if (str_ends(change->path, str_from(trees[i])))
            return protect_manager(arena, change);
    bool toml = str_ends(change->path, STR(".toml"));
    bool laid_over = toml && protect_manager_is_laid_over(arena, change->path);
    if (!laid_over &&
        (!change->existed || !protect_hook_is_ours(arena, change->path, change->before)))
        return STR_NONE;
    return toml ? protect_manager_toml(arena, change) : compare_shell(arena, change);
}
