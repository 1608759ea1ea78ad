/* protect_hook.c -- would git still start hookcheck-pre-push after an edit of a hook, of a manager's file? */
#include "base/file.h"
#include "gate/protect.h"
#include "shell/evaluate.h"

#define HOOK_PROGRAM "hookcheck-pre-push"

static bool is_lefthook(struct str path)
{
    return str_contains(path_base_name(path), STR("lefthook."));
}

/* lefthook's entry names a script of ours, not the program. */
bool protect_hook_is_ours(struct str path, struct str text)
{
    return str_contains(text, is_lefthook(path) ? STR("hookcheck") : STR(HOOK_PROGRAM));
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
    if (!str_eq(program, STR(HOOK_PROGRAM)) && !str_contains(source, STR("$gate")) &&
        !str_contains(source, STR(HOOK_PROGRAM)))
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

static bool find_starts(struct arena *arena, struct str text, struct starts *ret, struct err *e)
{
    struct finder finder = {.arena = arena, .text = text};
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

    if (!is_shell_text(change->after))
        return STR("it would be no shell text any more");
    if (!find_starts(arena, change->after, &after, &e))
        return str_printf(arena, "sh could not read it any more: %s", e.message);
    if (!find_starts(arena, change->before, &before, &e))
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

/* --- Lines of other files. --- */

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

static bool leaves_out(struct str line)
{
    return str_starts(line, STR("skip")) || str_starts(line, STR("exclude_tags")) ||
           str_starts(line, STR("only:")) || str_starts(line, STR("only ="));
}

/* The lines of our entry, and the key they stand under. */
static struct str compare_lines(struct arena *arena, const struct protect_change *change)
{
    struct str rest = change->before, line;

    while (str_next_line(&rest, &line)) {
        line = str_trim(line);
        bool matters = str_contains(line, STR("hookcheck")) || str_eq(line, STR("pre-push:"));
        if (matters && !protect_is_comment(line, '#') && !has_line(change->after, line))
            return str_printf(arena, "this line would be gone: " STR_FMT, STR_ARG(line));
    }
    rest = change->after;
    while (str_next_line(&rest, &line)) {
        line = str_trim(line);
        if (leaves_out(line) && !has_line(change->before, line))
            return str_printf(arena, "this line could leave the hook out: " STR_FMT, STR_ARG(line));
    }
    return STR_NONE;
}

static void write_scalar(struct buf *out, const cJSON *value)
{
    if (json_is_string(value))
        buf_add(out, json_value_string(value));
    else if (json_is_number(value))
        buf_printf(out, "%g", value->valuedouble);
    else if (json_is_bool(value))
        buf_add(out, json_is_true(value) ? STR("true") : STR("false"));
    else
        buf_add(out, STR("null"));
}

/* One "key: value" a line, as YAML has it, so that formatting, quotes and the order of keys mean nothing. */
static void write_lines(struct buf *out, const cJSON *value)
{
    const cJSON *child;

    cJSON_ArrayForEach(child, value)
    {
        if (child->string)
            buf_printf(out, "%s:", child->string);
        if (json_is_object(child) || json_is_array(child)) {
            buf_add_byte(out, '\n');
            write_lines(out, child);
        } else {
            buf_add_byte(out, ' ');
            write_scalar(out, child);
            buf_add_byte(out, '\n');
        }
    }
}

static bool lines_of_json(struct arena *arena, struct str text, struct str *ret_lines)
{
    JSON_DOCUMENT(document);
    struct buf out = buf_new(arena, PROTECT_FILE_MAX);
    struct err unreadable = ERR_NONE;

    if (!json_parse(arena, text, JSON_COMMENTS, "lefthook's configuration", &document, &unreadable))
        return false;
    write_lines(&out, document);
    *ret_lines = buf_str(&out);
    return true;
}

static struct str compare_json(struct arena *arena, const struct protect_change *change)
{
    struct protect_change lines = *change;

    if (!lines_of_json(arena, change->after, &lines.after))
        return STR("lefthook could not read it any more");
    if (!lines_of_json(arena, change->before, &lines.before))
        return STR("lefthook cannot read it as it is");
    return compare_lines(arena, &lines);
}

struct str protect_hook(struct arena *arena, const struct protect_change *change)
{
    static const char *const line_files[] = {".yml", ".yaml", ".toml"};

    if (!change->existed || !protect_hook_is_ours(change->path, change->before))
        return STR_NONE;
    if (str_ends(change->path, STR(".json")) || str_ends(change->path, STR(".jsonc")))
        return compare_json(arena, change);
    for (size_t i = 0; i < COUNT_OF(line_files); i++)
        if (str_ends(change->path, str_from(line_files[i])))
            return compare_lines(arena, change);
    return compare_shell(arena, change);
}
