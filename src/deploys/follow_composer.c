/* follow_composer.c -- scripts of composer.json and tasks of deno.json. */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "deploys/targets.h"

/* The line on which "name" stands as a key. */
static size_t line_of(struct recogniser *r, struct str text, const char *name)
{
    size_t at = str_find(text, str_printf(r->arena, "\"%s\"", name)), line, column;

    if (at == SIZE_MAX)
        return 1;
    str_position(text, at, &line, &column);
    return line;
}

static void add_text(struct recogniser *r, struct target *target, struct str text)
{
    struct target_command command = {.line = target->line};

    text = str_copy(r->arena, text);
    if (str_starts(text, STR("@php ")) || str_starts(text, STR("@composer ")))
        command.text = str_from_offset(text, 1);
    else if (str_starts(text, STR("@putenv ")))
        return;
    else if (str_starts(text, STR("@")))
        command.target =
            str_prefix(str_from_offset(text, 1), str_find_byte(str_from_offset(text, 1), ' '));
    else if (str_contains(text, STR("::")) && str_find_byte(text, ' ') == SIZE_MAX)
        return; /* a PHP callback */
    else
        command.text = text;
    VEC_PUSH(r->arena, &target->commands, command);
}

static void add_target(struct recogniser *r, struct target_file *file, const cJSON *item)
{
    struct target target = {.name = str_copy(r->arena, str_from(item->string)),
                            .line = line_of(r, file->file.text, item->string)};
    const cJSON *each;

    if (json_is_string(item))
        add_text(r, &target, str_from(item->valuestring));
    if (json_is_array(item))
        cJSON_ArrayForEach(each, item) if (json_is_string(each))
            add_text(r, &target, str_from(each->valuestring));
    if (json_is_object(item)) { /* deno: { "command": …, "dependencies": […] } */
        if (json_string(item, "command").length)
            add_text(r, &target, json_string(item, "command"));
        cJSON_ArrayForEach(each, json_get(item, "dependencies")) if (json_is_string(each))
            VEC_PUSH(r->arena, &target.before, str_copy(r->arena, str_from(each->valuestring)));
    }
    VEC_PUSH(r->arena, &file->targets, target);
}

static bool read_targets(struct recogniser *r, struct target_file *file, const char *key,
                         enum json_flags flags)
{
    JSON_DOCUMENT(document);
    struct err ignored = ERR_NONE;
    const cJSON *item;

    file->escape = '{';
    file->directory = path_directory(file->file.path);
    if (file->file.why.length ||
        !json_parse(r->arena, file->file.text, flags, "scripts", &document, &ignored))
        return false;
    cJSON_ArrayForEach(item, json_get(document, key)) add_target(r, file, item);
    return true;
}

static bool run_one(struct recogniser *r, struct shell_state *state, const struct call *call,
                    struct target_file *file, const char *key, enum json_flags flags,
                    struct str name, bool *ret_known, struct err *e)
{
    struct str stem;

    if (!file->file.found || !read_targets(r, file, key, flags)) {
        *ret_known = file->file.found || name_promises_deploy(r, name);
        return follow_suspect(r, call, name, file->file.text,
                              STR("there is no file of scripts to read"), e);
    }
    *ret_known = targets_find(file, name, &stem) != NULL;
    if (!*ret_known)
        return true;
    struct str pre = str_printf(r->arena, "pre-" STR_FMT, STR_ARG(name));
    struct str post = str_printf(r->arena, "post-" STR_FMT, STR_ARG(name));
    return (!targets_find(file, pre, &stem) ||
            targets_run(r, state, call, file, pre, NULL, NULL, e)) &&
           targets_run(r, state, call, file, name, NULL, NULL, e) &&
           (!targets_find(file, post, &stem) ||
            targets_run(r, state, call, file, post, NULL, NULL, e));
}

bool composer_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                   const struct line *line, bool *ret_handled, struct err *e)
{
    static const char *const names[] = {"composer.json"};
    struct target_file file = {0};
    struct str directory = call->directory, value;
    size_t at = 0;

    if (!str_eq(line->name, STR("composer")) || !line->operands.count)
        return true;
    if (call_option_value(call, STR("-d"), &value) ||
        call_option_value(call, STR("--working-dir"), &value))
        directory = path_join(r->arena, directory, value);
    bool run = str_eq(line->operands.items[0], STR("run")) ||
               str_eq(line->operands.items[0], STR("run-script"));
    if (run && line->operands.count < 2)
        return true;
    at = run ? 1 : 0;
    targets_open(r, call, directory, names, COUNT_OF(names), false, &file.file);
    if (!run && !file.file.found && !str_starts(line->operands.items[0], STR("deploy")))
        return true; /* composer's own commands, none of which is named so */
    return run_one(r, state, call, &file, "scripts", JSON_STRICT, line->operands.items[at],
                   ret_handled, e);
}

bool deno_task_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                    const struct line *line, bool *ret_handled, struct err *e)
{
    static const char *const names[] = {"deno.json", "deno.jsonc"};
    struct target_file file = {0};
    struct str directory = call->directory, value;

    if (!str_eq(line->name, STR("deno")) || line->operands.count < 2 ||
        !str_eq(line->operands.items[0], STR("task")))
        return true;
    if (call_option_value(call, STR("--cwd"), &value))
        directory = path_join(r->arena, directory, value);
    targets_open(r, call, directory, names, COUNT_OF(names), true, &file.file);
    if (!run_one(r, state, call, &file, "tasks", JSON_COMMENTS, line->operands.items[1],
                 ret_handled, e))
        return false;
    if (*ret_handled)
        return true;
    return npm_run_script(r, state, call, directory, line->operands.items[1], NULL, 0, ret_handled,
                          e);
}
