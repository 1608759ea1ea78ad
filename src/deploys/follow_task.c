/* follow_task.c -- Taskfile.yml, by an indentation reader for the subset that tasks are written in; no YAML library in the light hook.
 * Source: taskfile.dev, schema version 3.
 */
#include <string.h>

#include "base/file.h"
#include "deploys/targets.h"

#define LEVELS_MAX 12u

struct yaml_line {
    size_t number, indent;
    bool item;      /* began with "- " */
    struct str key; /* empty: a plain value */
    struct str value;
};

struct reader {
    struct recogniser *r;
    struct target_file *file;
    struct str rest;
    size_t number;
    struct yaml_line now;
    bool have;
    size_t tasks_indent; /* of the names below "tasks:" */
    struct target *task; /* the one being filled */
    struct str section;  /* cmds, deps, vars… of that task */
    size_t section_indent;
};

static struct str unquote(struct str text)
{
    text = str_trim(text);
    if (text.length > 1 && (text.bytes[0] == '"' || text.bytes[0] == '\'') &&
        text.bytes[text.length - 1] == text.bytes[0])
        return str_slice(text, 1, text.length - 1);
    return text;
}

static bool is_key(struct str text, size_t *ret_colon)
{
    size_t colon = SIZE_MAX;

    for (size_t i = 0; i < text.length && colon == SIZE_MAX; i++)
        if (text.bytes[i] == ':' && (i + 1 == text.length || text.bytes[i + 1] == ' '))
            colon = i;
    if (colon == SIZE_MAX || colon == 0)
        return false;
    struct str key = unquote(str_prefix(text, colon));
    for (size_t i = 0; i < key.length; i++)
        if (memchr(" \t\"'$&|;(){}", key.bytes[i], 12))
            return false;
    *ret_colon = colon;
    return key.length > 0;
}

/* "|", ">", "|-": the deeper lines below, joined. */
static struct str read_block(struct reader *y, size_t indent, bool folded)
{
    struct buf out = buf_new(y->r->arena, SCRIPT_MAX);
    struct str line;

    for (;;) {
        struct str ahead = y->rest;
        if (!str_next_line(&ahead, &line))
            break;
        size_t depth = 0;
        while (depth < line.length && line.bytes[depth] == ' ')
            depth++;
        if (depth < line.length && depth <= indent)
            break;
        y->rest = ahead;
        y->number++;
        buf_add(&out, str_trim(line));
        buf_add_byte(&out, folded ? ' ' : '\n');
    }
    return buf_str(&out);
}

static bool read_yaml_line(struct reader *y)
{
    struct str line;
    size_t colon;

    while (str_next_line(&y->rest, &line)) {
        y->number++;
        size_t indent = 0;
        while (indent < line.length && line.bytes[indent] == ' ')
            indent++;
        struct str text = str_trim(line);
        if (!text.length || text.bytes[0] == '#' || str_eq(text, STR("---")))
            continue;
        y->now = (struct yaml_line){.number = y->number, .indent = indent};
        if (str_starts(text, STR("- "))) {
            y->now.item = true;
            text = str_trim(str_from_offset(text, 2));
        }
        if (text.bytes[0] != '"' && text.bytes[0] != '\'' && text.bytes[0] != '[' &&
            is_key(text, &colon)) {
            y->now.key = unquote(str_prefix(text, colon));
            text = str_trim(str_from_offset(text, colon + 1));
        }
        if (text.length && text.length < 4 && (text.bytes[0] == '|' || text.bytes[0] == '>'))
            text = read_block(y, indent, text.bytes[0] == '>');
        y->now.value = text;
        return true;
    }
    return false;
}

static void add_command(struct reader *y, struct str text, struct str target)
{
    struct target_command command = {
        .line = y->now.number, .text = unquote(text), .target = unquote(target)};

    VEC_PUSH(y->r->arena, &y->task->commands, command);
}

/* [a, b] */
static void add_flow(struct reader *y, struct str text, bool commands)
{
    text = str_trim_bytes(str_trim(text), "[]");
    while (text.length) {
        struct str item = str_trim(str_cut(&text, ','));
        if (!item.length)
            continue;
        if (commands)
            add_command(y, item, STR(""));
        else
            VEC_PUSH(y->r->arena, &y->task->before, unquote(item));
    }
}

/* "{task: other, vars: …}" */
static struct str flow_task(struct str text)
{
    size_t at = str_find(text, STR("task:"));

    if (at == SIZE_MAX)
        return STR("");
    struct str rest = str_trim(str_from_offset(text, at + 5));
    size_t end = 0;
    while (end < rest.length && !memchr(",}", rest.bytes[end], 2))
        end++;
    return unquote(str_prefix(rest, end));
}

static void read_member(struct reader *y)
{
    struct yaml_line *now = &y->now;

    if (str_eq(y->section, STR("cmds")) || str_eq(y->section, STR("cmd"))) {
        if (now->item && !now->key.length && str_starts(now->value, STR("{")))
            add_command(y, STR(""), flow_task(now->value));
        else if (!now->key.length && now->item)
            add_command(y, now->value, STR(""));
        else if (str_eq(now->key, STR("cmd")) || str_eq(now->key, STR("defer")))
            add_command(y, now->value, STR(""));
        else if (str_eq(now->key, STR("task")))
            add_command(y, STR(""), now->value);
    } else if (str_eq(y->section, STR("deps"))) {
        if (now->item && !now->key.length)
            VEC_PUSH(y->r->arena, &y->task->before,
                     str_starts(now->value, STR("{")) ? flow_task(now->value)
                                                      : unquote(now->value));
        else if (str_eq(now->key, STR("task")))
            VEC_PUSH(y->r->arena, &y->task->before, unquote(now->value));
    } else if (str_eq(y->section, STR("vars")) || str_eq(y->section, STR("env"))) {
        if (now->key.length && now->value.length)
            setting_put(y->r, &y->task->variables, now->key, unquote(now->value));
    } else if (str_eq(y->section, STR("aliases")) && now->item) {
        VEC_PUSH(y->r->arena, &y->file->aliases, unquote(now->value));
        VEC_PUSH(y->r->arena, &y->file->aliases, y->task->name);
    }
}

static void read_task_key(struct reader *y)
{
    struct yaml_line *now = &y->now;

    y->section = now->key;
    y->section_indent = now->indent;
    if (str_eq(now->key, STR("cmds")) && now->value.length)
        add_flow(y, now->value, true);
    else if (str_eq(now->key, STR("cmd")) && now->value.length)
        add_command(y, now->value, STR(""));
    else if (str_eq(now->key, STR("deps")) && now->value.length)
        add_flow(y, now->value, false);
    else if (str_eq(now->key, STR("dir")))
        y->task->directory = unquote(now->value);
}

static void read_task_line(struct reader *y)
{
    struct yaml_line *now = &y->now;

    if (!y->tasks_indent)
        y->tasks_indent = now->indent;
    if (now->indent == y->tasks_indent && now->key.length && !now->item) {
        struct target task = {.name = now->key, .line = now->number};
        VEC_PUSH(y->r->arena, &y->file->targets, task);
        y->task = &VEC_LAST(&y->file->targets);
        y->section = STR("");
        if (str_eq(now->key, STR("default")))
            y->file->default_target = now->key;
        if (str_starts(now->value, STR("[")))
            add_flow(y, now->value, true);
        else if (now->value.length && !str_starts(now->value, STR("{")))
            add_command(y, now->value, STR(""));
    } else if (y->task && now->item && !y->section.length) {
        y->section = STR("cmds"); /* name: and its commands directly below */
        y->section_indent = y->tasks_indent;
        read_member(y);
    } else if (y->task && !now->item && (!y->section.length || now->indent <= y->section_indent)) {
        read_task_key(y);
    } else if (y->task) {
        read_member(y);
    }
}

void taskfile_read(struct recogniser *r, struct target_file *file)
{
    struct reader y = {.r = r, .file = file, .rest = file->file.text};
    struct str top = STR("");

    file->escape = '{';
    while (read_yaml_line(&y)) {
        if (y.now.indent == 0 && !y.now.item) {
            top = y.now.key;
            file->incomplete = file->incomplete || str_eq(top, STR("includes"));
        } else if (str_eq(top, STR("tasks"))) {
            read_task_line(&y);
        } else if (str_eq(top, STR("vars")) && y.now.value.length) {
            setting_put(r, &file->variables, y.now.key, unquote(y.now.value));
        }
    }
}

struct task_words {
    struct str directory, file;
    struct strs targets;
    struct settings variables;
    bool excused;
};

static void read_task_words(struct recogniser *r, const struct call *call, struct task_words *ret)
{
    static const char *const excuses[] = {"-n",         "--dry", "-l",     "--list",    "-a",
                                          "--list-all", "-h",    "--help", "--version", "--status",
                                          "--summary",  "-i",    "--init"};
    size_t i = 1;

    ret->directory = call->directory;
    for (; i < call->count && !str_eq(call->words[i].text, STR("--")); i++) {
        struct str word = call->words[i].text, value = word;
        bool more = i + 1 < call->count;
        for (size_t n = 0; n < COUNT_OF(excuses); n++)
            ret->excused = ret->excused || str_eq(word, str_from(excuses[n]));
        if (more && (str_eq(word, STR("-d")) || str_eq(word, STR("--dir"))))
            ret->directory = path_join(r->arena, call->directory, call->words[++i].text);
        else if (more && (str_eq(word, STR("-t")) || str_eq(word, STR("--taskfile"))))
            ret->file = call->words[++i].text;
        else if (word.length && word.bytes[0] == '-')
            continue;
        else if (str_find_byte(word, '=') != SIZE_MAX) {
            struct str name = str_cut(&value, '=');
            setting_put(r, &ret->variables, name, value);
        } else
            VEC_PUSH(r->arena, &ret->targets, word);
    }
    struct buf rest = buf_new(r->arena, REQUEST_MAX);
    for (i++; i < call->count; i++) {
        buf_add(&rest, call->words[i].text);
        buf_add_byte(&rest, ' ');
    }
    setting_put(r, &ret->variables, STR("CLI_ARGS"), rest.length ? buf_str(&rest) : STR(""));
}

bool task_call(struct recogniser *r, struct shell_state *state, const struct call *call,
               const struct line *line, bool *ret_handled, struct err *e)
{
    static const char *const names[] = {"Taskfile.yml", "taskfile.yml", "Taskfile.yaml",
                                        "taskfile.yaml", "Taskfile.dist.yml"};
    struct task_words words = {0};
    struct target_file file = {0};

    if (!str_eq(line->name, STR("task")) && !str_eq(line->name, STR("go-task")))
        return true;
    *ret_handled = true;
    read_task_words(r, call, &words);
    if (words.excused)
        return true;
    if (words.file.length)
        follow_read(r, call, path_join(r->arena, call->directory, words.file), &file.file);
    else
        targets_open(r, call, words.directory, names, COUNT_OF(names), true, &file.file);
    if (!file.file.found || file.file.why.length) {
        if (!words.targets.count)
            return true;
        return follow_suspect(r, call, words.targets.items[0], STR(""),
                              STR("there is no Taskfile to read"), e);
    }
    file.directory = path_directory(file.file.path);
    taskfile_read(r, &file);
    if (!words.targets.count && file.default_target.length)
        VEC_PUSH(r->arena, &words.targets, file.default_target);
    for (size_t i = 0; i < words.targets.count; i++)
        if (!targets_run(r, state, call, &file, words.targets.items[i], &words.variables, NULL, e))
            return false;
    return true;
}
