/* follow_make.c -- Makefiles: literal variables, rules, prerequisites, recipes. Source: GNU Make manual 4.4 §3–§6.
 *
 * Both branches of a conditional are read; `define` and what functions compute are not.
 */
#include <string.h>

#include "base/file.h"
#include "deploys/targets.h"

#define INCLUDES_MAX 20u

struct reader {
    struct recogniser *r;
    const struct call *call;
    struct target_file *file;
    struct str shown; /* of the file being read */
    struct str directory;
    size_t first, count; /* the rules that the recipe lines belong to */
    bool in_recipe, in_define, one_shell;
    unsigned includes;
};

/* A line with its continuations joined; *lines counts them. */
static bool next_logical_line(struct recogniser *r, struct str *rest, struct str *ret_line,
                              size_t *ret_lines)
{
    struct str line;

    *ret_lines = 0;
    if (!str_next_line(rest, ret_line))
        return false;
    *ret_lines = 1;
    if (!str_ends(*ret_line, STR("\\")))
        return true;
    bool recipe = str_starts(*ret_line, STR("\t"));
    struct buf out = buf_new(r->arena, SCRIPT_MAX);
    while (str_ends(*ret_line, STR("\\"))) {
        buf_add(&out, str_prefix(*ret_line, recipe ? ret_line->length : ret_line->length - 1));
        buf_add_byte(&out, recipe ? '\n' : ' ');
        if (!str_next_line(rest, &line)) {
            *ret_line = STR("");
            break;
        }
        ++*ret_lines;
        *ret_line = recipe && str_starts(line, STR("\t")) ? str_from_offset(line, 1)
                                                          : (recipe ? line : str_trim(line));
    }
    buf_add(&out, *ret_line);
    *ret_line = buf_str(&out);
    return true;
}

static struct str without_comment(struct str line)
{
    for (size_t i = 0; i < line.length; i++)
        if (line.bytes[i] == '#' && (i == 0 || line.bytes[i - 1] != '\\'))
            return str_prefix(line, i);
    return line;
}

/* NAME = value with one of make's operators; the operator decides nothing for us but += . */
static bool read_assignment(struct reader *m, struct str line, struct settings *into)
{
    size_t equals = str_find_byte(line, '='), colon = str_find_byte(line, ':');
    static const char *const words[] = {"export ", "override ", "private ", "unexport "};

    if (equals == SIZE_MAX || equals == 0)
        return false;
    if (colon != SIZE_MAX && colon < equals && !(colon + 1 == equals) &&
        !(colon + 2 == equals && line.bytes[colon + 1] == ':'))
        return false;
    size_t end = equals;
    bool append = line.bytes[end - 1] == '+', shell = line.bytes[end - 1] == '!';
    while (end > 0 && memchr(":?+!", line.bytes[end - 1], 4))
        end--;
    struct str name = str_trim(str_prefix(line, end));
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_starts(name, str_from(words[i])))
            name = str_trim(str_from_offset(name, strlen(words[i])));
    if (!name.length || str_find_byte(name, ' ') != SIZE_MAX)
        return false;
    struct str value = str_trim(str_from_offset(line, equals + 1));
    if (shell)
        value = str_printf(m->r->arena, "$(shell " STR_FMT ")", STR_ARG(value));
    struct str old = append ? setting_find(into, name) : STR_NONE;
    if (old.bytes)
        value = str_printf(m->r->arena, STR_FMT " " STR_FMT, STR_ARG(old), STR_ARG(value));
    setting_put(m->r, into, name, value);
    return true;
}

static void read_text(struct reader *m, struct str text);

static void read_include(struct reader *m, struct str names)
{
    names = targets_expand(m->r, m->file, NULL, names, STR(""), STR(""), 0);
    while (names.length) {
        struct str name = str_cut(&names, ' ');
        struct followed included;
        if (!name.length)
            continue;
        struct str shown = m->shown;
        follow_read(m->r, m->call, path_join(m->r->arena, m->directory, name), &included);
        if (!included.found || included.why.length || ++m->includes > INCLUDES_MAX) {
            m->file->incomplete = true;
            continue;
        }
        m->shown = included.shown;
        read_text(m, included.text);
        m->shown = shown;
        m->in_recipe = false;
    }
}

static void add_recipe(struct reader *m, size_t line, struct str text)
{
    if (!str_trim(text).length)
        return;
    for (size_t i = m->first; i < m->first + m->count; i++) {
        struct target *target = &m->file->targets.items[i];
        struct target_command command = {.line = line, .text = text};
        if (m->one_shell && target->commands.count) {
            struct target_command *whole = &target->commands.items[0];
            whole->text =
                str_printf(m->r->arena, STR_FMT "\n" STR_FMT, STR_ARG(whole->text), STR_ARG(text));
        } else {
            VEC_PUSH(m->r->arena, &target->commands, command);
        }
    }
}

static void read_rule(struct reader *m, struct str line, size_t number)
{
    struct str rest = line, recipe = STR_NONE;
    struct str names =
        targets_expand(m->r, m->file, NULL, str_cut(&rest, ':'), STR(""), STR(""), 0);
    struct settings variables = {0};

    if (str_starts(rest, STR(":")))
        rest = str_from_offset(rest, 1);
    bool assigns = read_assignment(m, str_trim(rest), &variables);
    if (!assigns) {
        recipe = rest;
        rest = str_cut(&recipe, ';');
    }
    struct str needs =
        assigns ? STR("") : targets_expand(m->r, m->file, NULL, rest, STR(""), STR(""), 0);
    m->first = m->file->targets.count;
    m->count = 0;
    while (names.length) {
        struct str name = str_trim(str_cut(&names, ' ')), left = needs;
        struct target target = {.name = name, .line = number, .variables = variables};
        if (!name.length)
            continue;
        while (left.length) {
            struct str need = str_trim(str_cut(&left, ' '));
            if (need.length && !str_eq(need, STR("|")))
                VEC_PUSH(m->r->arena, &target.before, need);
        }
        VEC_PUSH(m->r->arena, &m->file->targets, target);
        m->count++;
        if (!m->file->default_target.length && name.bytes[0] != '.' && !assigns)
            m->file->default_target = name;
        if (str_find_byte(name, '$') != SIZE_MAX)
            m->file->incomplete = true;
    }
    m->in_recipe = !assigns;
    if (recipe.length)
        add_recipe(m, number, str_trim(recipe));
}

static bool is_conditional(struct str line)
{
    static const char *const words[] = {"ifeq", "ifneq", "ifdef", "ifndef", "else", "endif"};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_starts(line, str_from(words[i])))
            return true;
    return false;
}

static void read_line(struct reader *m, struct str line, size_t number)
{
    struct str trimmed = str_trim(without_comment(line));

    if (m->in_define) {
        m->in_define = !str_starts(trimmed, STR("endef"));
        return;
    }
    if (line.length && line.bytes[0] == '\t' && m->in_recipe) {
        add_recipe(m, number, str_from_offset(line, 1));
        return;
    }
    if (!trimmed.length || is_conditional(trimmed))
        return;
    if (str_starts(trimmed, STR("define "))) {
        m->in_define = true;
        m->file->incomplete = true;
    } else if (str_starts(trimmed, STR("include ")) || str_starts(trimmed, STR("-include ")) ||
               str_starts(trimmed, STR("sinclude "))) {
        read_include(m, str_trim(str_from_offset(trimmed, str_find_byte(trimmed, ' '))));
    } else if (str_starts(trimmed, STR(".ONESHELL"))) {
        m->one_shell = true;
    } else if (read_assignment(m, trimmed, &m->file->variables)) {
        m->in_recipe = false;
        struct str goal = setting_find(&m->file->variables, STR(".DEFAULT_GOAL"));
        if (goal.length)
            m->file->default_target = goal;
    } else if (str_find_byte(trimmed, ':') != SIZE_MAX) {
        read_rule(m, trimmed, number);
    } else if (str_starts(trimmed, STR("$("))) {
        m->file->incomplete = true; /* $(eval …), $(foreach …): rules we do not see */
    }
}

static void read_text(struct reader *m, struct str text)
{
    struct str line;
    size_t number = 1, lines;

    while (next_logical_line(m->r, &text, &line, &lines)) {
        read_line(m, line, number);
        number += lines;
    }
}

/* A target may stand in several rules: prerequisites here, the recipe there. */
static void merge_rules(struct recogniser *r, struct target_file *file)
{
    for (size_t i = 0; i < file->targets.count; i++)
        for (size_t k = i + 1; k < file->targets.count && k < 2000; k++) {
            struct target *one = &file->targets.items[i], *other = &file->targets.items[k];
            if (!str_eq(one->name, other->name))
                continue;
            for (size_t n = 0; n < other->before.count; n++)
                strs_add(r->arena, &one->before, other->before.items[n]);
            for (size_t n = 0; n < other->variables.count; n++)
                VEC_PUSH(r->arena, &one->variables, other->variables.items[n]);
            for (size_t n = 0; n < other->commands.count; n++)
                VEC_PUSH(r->arena, &one->commands, other->commands.items[n]);
            if (other->commands.count)
                one->line = other->line;
            other->commands.count = other->before.count = 0;
        }
}

void makefile_read(struct recogniser *r, const struct call *call, struct target_file *file)
{
    struct reader m = {.r = r, .call = call, .file = file, .shown = file->file.shown};

    m.directory = file->directory;
    file->escape = '$';
    read_text(&m, file->file.text);
    merge_rules(r, file);
}

struct make_words {
    struct str directory, file;
    struct strs targets;
    struct settings variables;
    bool excused;
};

static bool is_make_assignment(struct str word)
{
    size_t equals = str_find_byte(word, '=');

    return equals != SIZE_MAX && equals > 0 && word.bytes[0] != '-' &&
           str_find_byte(str_prefix(word, equals), '/') == SIZE_MAX;
}

static void read_option(struct recogniser *r, const struct call *call, size_t *at,
                        struct make_words *ret)
{
    struct str word = call->words[*at].text, value = STR_NONE, name = word;
    size_t equals = str_find_byte(word, '=');
    bool is_short = word.bytes[1] != '-';

    if (!is_short && equals != SIZE_MAX) {
        name = str_prefix(word, equals);
        value = str_from_offset(word, equals + 1);
    } else if (is_short && word.length > 2 && strchr("CfIoWO", word.bytes[1])) {
        name = str_prefix(word, 2);
        value = str_from_offset(word, 2);
    }
    static const char *const with_value[] = {
        "-C", "--directory",   "-f",         "--file",    "--makefile", "-I", "-o",
        "-W", "--include-dir", "--old-file", "--what-if", "--eval"};
    for (size_t i = 0; i < COUNT_OF(with_value) && !value.bytes; i++)
        if (str_eq(name, str_from(with_value[i])) && *at + 1 < call->count)
            value = call->words[++*at].text;
    if (str_eq(name, STR("-C")) || str_eq(name, STR("--directory")))
        ret->directory = path_join(r->arena, ret->directory, value);
    else if (str_eq(name, STR("-f")) || str_eq(name, STR("--file")) ||
             str_eq(name, STR("--makefile")))
        ret->file = value;
    else if (str_eq(name, STR("--dry-run")) || str_eq(name, STR("--just-print")) ||
             str_eq(name, STR("--recon")) || str_eq(name, STR("--question")) ||
             str_eq(name, STR("--touch")) || str_eq(name, STR("--help")) ||
             str_eq(name, STR("--version")) ||
             (is_short && !value.bytes &&
              (str_find_byte(word, 'n') != SIZE_MAX || str_find_byte(word, 'q') != SIZE_MAX ||
               str_find_byte(word, 't') != SIZE_MAX || str_find_byte(word, 'h') != SIZE_MAX ||
               str_find_byte(word, 'v') != SIZE_MAX)))
        ret->excused = true;
}

static void read_make_words(struct recogniser *r, const struct call *call, struct make_words *ret)
{
    ret->directory = call->directory;
    for (size_t i = 1; i < call->count; i++) {
        struct str word = call->words[i].text;
        if (word.length > 1 && word.bytes[0] == '-' && !str_eq(word, STR("--"))) {
            bool jobs = str_eq(word, STR("-j")) || str_eq(word, STR("-l"));
            uint64_t number;
            if (jobs && i + 1 < call->count && str_to_u64(call->words[i + 1].text, &number))
                i++;
            else
                read_option(r, call, &i, ret);
        } else if (is_make_assignment(word)) {
            struct str value = word;
            struct str name = str_cut(&value, '=');
            setting_put(r, &ret->variables, str_trim_bytes(name, ":"), value);
        } else if (word.length && !str_eq(word, STR("--"))) {
            VEC_PUSH(r->arena, &ret->targets, word);
        }
    }
    for (size_t i = 0; i < call->settings.count; i++)
        if (!setting_find(&ret->variables, call->settings.items[i].name).bytes)
            VEC_PUSH(r->arena, &ret->variables, call->settings.items[i]);
}

bool make_call(struct recogniser *r, struct shell_state *state, const struct call *call,
               const struct line *line, bool *ret_handled, struct err *e)
{
    static const char *const names[] = {"GNUmakefile", "makefile", "Makefile"};
    struct make_words words = {0};
    struct target_file file = {0};

    if (!str_eq(line->name, STR("make")) && !str_eq(line->name, STR("gmake")))
        return true;
    *ret_handled = true;
    read_make_words(r, call, &words);
    if (words.excused)
        return true;
    if (str_eq(words.file, STR("-")) || str_eq(words.file, STR("/dev/stdin")))
        file.file = (struct followed){.found = call->input.kind == INPUT_TEXT,
                                      .text = call->input.text,
                                      .shown = STR("standard input"),
                                      .path = STR("/dev/stdin")};
    else if (words.file.length)
        follow_read(r, call, path_join(r->arena, words.directory, words.file), &file.file);
    else
        targets_open(r, call, words.directory, names, COUNT_OF(names), false, &file.file);
    file.directory = words.directory;
    if (!file.file.found || file.file.why.length) {
        for (size_t i = 0; i < words.targets.count; i++)
            if (!follow_suspect(r, call, words.targets.items[i], STR(""),
                                STR("there is no Makefile to read"), e))
                return false;
        return true;
    }
    makefile_read(r, call, &file);
    if (!words.targets.count && file.default_target.length)
        VEC_PUSH(r->arena, &words.targets, file.default_target);
    for (size_t i = 0; i < words.targets.count; i++)
        if (!targets_run(r, state, call, &file, words.targets.items[i], &words.variables, NULL, e))
            return false;
    return true;
}
