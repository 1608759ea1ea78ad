/* protect_hook.c -- would git still start hookcheck-pre-push after an edit of a hook, of a manager's file? */
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "gate/protect.h"
#include "shell/evaluate.h"

#define HOOK_PROGRAM "hookcheck-pre-push"

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
    struct str line;    /* trimmed */
    struct str program; /* as far as the text says: "$gate" may have been given another value */
    bool conditional;
};
VEC_DEFINE(starts, struct start);

struct finder {
    struct arena *arena;
    struct str text;
    bool all; /* a manager wrote it: which of its lines start the manager is not ours to know */
    struct starts starts;
};

static struct str line_around(struct str text, size_t number)
{
    struct str line = STR_NONE;

    for (size_t i = 0; i < number; i++)
        if (!str_next_line(&text, &line))
            return STR_NONE;
    return str_trim(line);
}

static bool look(void *context, struct shell_state *state, const struct shell_command *command,
                 struct err *e)
{
    struct finder *finder = context;
    struct str source = shell_state_source(state, command->span);
    struct str program = path_base_name(command->words.items[0].text);

    (void)e;
    if (!finder->all && !str_eq(program, STR(HOOK_PROGRAM)) &&
        !str_contains(source, STR("$gate")) && !str_contains(source, STR(HOOK_PROGRAM)))
        return true;
    if (str_eq(program, STR("echo")) || str_eq(program, STR("[")) ||
        str_eq(program, STR("command")))
        return true;
    struct start start = {.line = line_around(finder->text, command->line),
                          .program = command->words.items[0].text,
                          .conditional = command->conditional};
    VEC_PUSH(finder->arena, &finder->starts, start);
    return true;
}

static bool find_starts(struct arena *arena, struct str text, bool all, struct starts *ret,
                        struct err *e)
{
    struct finder finder = {.arena = arena, .text = text, .all = all};
    struct shell_visitor visitor = {.context = &finder, .command = look};
    struct shell_state *state = shell_state_new(arena, STR("/"), STR("/"), &visitor);

    if (!shell_evaluate(state, text, e))
        return false;
    *ret = finder.starts;
    return true;
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

static struct str compare_shell(struct arena *arena, const struct protect_change *change)
{
    struct starts before, after;
    struct err e = ERR_NONE;
    bool all = !str_contains(change->before, STR(HOOK_PROGRAM));

    if (!is_shell_text(change->after))
        return STR("it would be no shell text any more");
    if (!find_starts(arena, change->after, all, &after, &e))
        return str_printf(arena, "sh could not read it any more: %s", e.message);
    if (!find_starts(arena, change->before, all, &before, &e))
        return STR("sh cannot read it as it is");
    for (size_t i = 0; i < before.count; i++) {
        bool kept = false;
        for (size_t n = 0; n < after.count; n++)
            kept = kept || (str_eq(after.items[n].line, before.items[i].line) &&
                            str_eq(after.items[n].program, before.items[i].program) &&
                            (before.items[i].conditional || !after.items[n].conditional));
        if (!kept)
            return str_printf(arena,
                              "this line would be gone, not always be reached, or start another "
                              "program: " STR_FMT,
                              STR_ARG(before.items[i].line));
    }
    if (!str_eq(interpreter_of(change->before), interpreter_of(change->after)))
        return STR("another program would read it: its first line would be another one");
    return before.count ? STR_NONE : STR("nothing in it would start the check");
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

static bool sets_husky_off(struct str text)
{
    static const char *const settings[] = {"HUSKY=0", "HUSKY=\"0", "HUSKY='0"};
    struct str line;

    while (str_next_line(&text, &line)) {
        line = str_trim(line);
        for (size_t i = 0; i < COUNT_OF(settings) && !protect_is_comment(line, '#'); i++)
            if (str_contains(line, str_from(settings[i])))
                return true;
    }
    return false;
}

struct str protect_hook(struct arena *arena, const struct protect_change *change)
{
    static const char *const trees[] = {".yml", ".yaml", ".json", ".jsonc"};

    if (is_husky_start(change->path))
        return sets_husky_off(change->after) && !sets_husky_off(change->before)
                   ? STR("HUSKY=0: husky would run no hook, in any repository")
                   : STR_NONE;
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
