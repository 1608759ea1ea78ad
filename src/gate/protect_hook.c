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

/* --- Lines of lefthook.toml. --- */

static bool has_line(struct str text, struct str wanted)
{
    struct str line;

    while (str_next_line(&text, &line))
        if (str_eq(str_trim(line), wanted))
            return true;
    return false;
}

bool protect_is_comment(struct str line, char mark)
{
    return !line.length || line.bytes[0] == '#' || line.bytes[0] == mark;
}

static bool has_any(struct str text, const char *const *words)
{
    for (; *words; words++)
        if (str_contains(text, str_from(*words)))
            return true;
    return false;
}

/* "pre-push.skip": the header above the line, and its key, without quotes, brackets and blanks. */
static struct str key_path(struct arena *arena, struct str table, struct str key)
{
    struct str parts[] = {table, key};
    struct buf out = buf_new(arena, table.length + key.length + 2);

    for (size_t p = 0; p < COUNT_OF(parts); p++) {
        if (p && out.length)
            buf_add_byte(&out, '.');
        for (size_t i = 0; i < parts[p].length; i++)
            if (!strchr("\"'[] \t", parts[p].bytes[i]))
                buf_add_byte(&out, parts[p].bytes[i]);
    }
    return out.length ? buf_str(&out) : STR("");
}

/* `laid_over`: a file that may change our entry, which stands in the one beside it. */
static bool leaves_out(struct str path, struct str value, bool laid_over)
{
    static const char *const general[] = {"source_dir", "source_dir_local", "remotes", "remote",
                                          "rc",         "lefthook",         "extends", NULL};
    static const char *const switches[] = {".skip", ".only", NULL};
    static const char *const inline_keys[] = {"skip", "only", "hookcheck", NULL};
    struct str rest = path, first = str_cut(&rest, '.');

    if (str_is_one_of(first, general))
        return true;
    if (!str_eq(first, STR("pre-push")))
        return false;
    if (str_contains(rest, STR("hookcheck")))
        return laid_over || has_any(path, switches) ||
               (str_starts(value, STR("{")) && has_any(value, inline_keys));
    if (str_eq(rest, STR("skip")) || str_eq(rest, STR("only")) ||
        (laid_over && str_eq(rest, STR("exclude_tags"))))
        return true;
    bool table = !rest.length || str_eq(rest, STR("scripts")) || str_eq(rest, STR("commands"));
    return table && str_starts(value, STR("{")) && has_any(value, inline_keys);
}

/* TOML: the lines of our entry, and what stands beside it. */
static struct str compare_lines(struct arena *arena, const struct protect_change *change)
{
    bool laid_over = protect_manager_is_laid_over(arena, change->path);
    struct str rest = change->before, line, table = STR("");

    while (str_next_line(&rest, &line)) {
        line = str_trim(line);
        if (str_contains(line, STR("hookcheck")) && !protect_is_comment(line, '#') &&
            !has_line(change->after, line))
            return str_printf(arena, "this line would be gone: " STR_FMT, STR_ARG(line));
    }
    rest = change->after;
    while (str_next_line(&rest, &line)) {
        line = str_trim(line);
        struct str value = line, key = str_trim(str_cut(&value, '='));
        if (str_starts(line, STR("[")))
            table = str_prefix(line, str_find_byte(line, '#'));
        else if (value.bytes && !protect_is_comment(line, '#') && !has_line(change->before, line) &&
                 leaves_out(key_path(arena, table, key), str_trim(value), laid_over))
            return str_printf(arena, "this line could leave the hook out: " STR_FMT, STR_ARG(line));
    }
    return STR_NONE;
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
    return toml ? compare_lines(arena, change) : compare_shell(arena, change);
}
