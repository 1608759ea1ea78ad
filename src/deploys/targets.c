#include "deploys/targets.h"

#include <string.h>

#include "base/file.h"

#define EXPAND_DEPTH_MAX 12u

struct str setting_find(const struct settings *settings, struct str name)
{
    for (size_t i = settings->count; i > 0; i--)
        if (str_eq(settings->items[i - 1].name, name))
            return settings->items[i - 1].value.text;
    return STR_NONE;
}

void setting_put(struct recogniser *r, struct settings *settings, struct str name, struct str value)
{
    struct shell_setting setting = {name, word_value(value)};

    VEC_PUSH(r->arena, settings, setting);
}

bool targets_open(struct recogniser *r, const struct call *call, struct str directory,
                  const char *const *names, size_t count, bool upwards, struct followed *ret)
{
    for (unsigned step = 0; step < 32; step++) {
        for (size_t i = 0; i < count; i++) {
            follow_read(r, call, path_join(r->arena, directory, str_from(names[i])), ret);
            if (ret->found)
                return true;
        }
        if (!upwards || directory.length <= 1)
            break;
        directory = path_directory(directory);
    }
    return false;
}

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.length; i++) {
        char byte = s.bytes[i];
        if (!((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
              (i > 0 && byte >= '0' && byte <= '9')))
            return false;
    }
    return s.length > 0;
}

/* The text between the brackets that open at `at`, nested ones included; *ret_end is behind them. */
static struct str bracketed(struct str text, size_t at, size_t *ret_end)
{
    char open = text.bytes[at], close = (char)(open == '(' ? ')' : '}');
    size_t depth = 0;

    for (size_t i = at; i < text.length; i++) {
        if (text.bytes[i] == open)
            depth++;
        else if (text.bytes[i] == close && --depth == 0) {
            *ret_end = i + 1;
            return str_slice(text, at + 1, i);
        }
    }
    *ret_end = text.length;
    return str_from_offset(text, at + 1);
}

struct expansion {
    struct recogniser *r;
    const struct target_file *file;
    const struct settings *first;
    struct str stem, target;
    unsigned depth;
};

static void add_variable(struct expansion *x, struct buf *out, struct str name)
{
    struct str value = x->first ? setting_find(x->first, name) : STR_NONE;

    if (!value.bytes)
        value = setting_find(&x->file->variables, name);
    if (value.bytes && x->depth < EXPAND_DEPTH_MAX) {
        buf_add(out,
                targets_expand(x->r, x->file, x->first, value, x->stem, x->target, x->depth + 1));
        return;
    }
    if (str_eq(name, STR("MAKE")))
        buf_add(out, STR("make"));
    else if (is_name(name))
        buf_printf(out, "${" STR_FMT "}", STR_ARG(name));
    else
        buf_add(out, STR("${unknown}"));
}

/* $(X), ${X}, $X, $@, $$ of make. Returns how far it read. */
static size_t expand_make(struct expansion *x, struct str text, size_t at, struct buf *out)
{
    char next = at + 1 < text.length ? text.bytes[at + 1] : '\0';
    size_t end = at + 2;

    if (next == '$') {
        buf_add_byte(out, '$');
    } else if (next == '(' || next == '{') {
        struct str inner = bracketed(text, at + 1, &end);
        if (str_starts(inner, STR("shell ")))
            buf_printf(out, "$(" STR_FMT ")", STR_ARG(str_from_offset(inner, 6)));
        else
            add_variable(x, out, inner);
    } else if (next == '@') {
        buf_add(out, x->target);
    } else if (next == '*') {
        buf_add(out, x->stem);
    } else if (next == '<' || next == '^' || next == '?' || next == '+') {
        buf_add(out, STR("${unknown}"));
    } else if (next != '\0') {
        add_variable(x, out, str_slice(text, at + 1, at + 2));
    }
    return end > text.length ? text.length : end;
}

/* {{x}}, {{.X}}: one name, or something we do not compute. */
static size_t expand_template(struct expansion *x, struct str text, size_t at, struct buf *out)
{
    size_t end = str_find(str_from_offset(text, at + 2), STR("}}"));

    if (end == SIZE_MAX)
        return text.length;
    struct str inner = str_trim(str_slice(text, at + 2, at + 2 + end));
    if (str_starts(inner, STR(".")))
        inner = str_from_offset(inner, 1);
    if (inner.length > 1 && (inner.bytes[0] == '"' || inner.bytes[0] == '\'') &&
        inner.bytes[inner.length - 1] == inner.bytes[0])
        buf_add(out, str_slice(inner, 1, inner.length - 1));
    else
        add_variable(x, out, inner);
    return at + 2 + end + 2;
}

struct str targets_expand(struct recogniser *r, const struct target_file *file,
                          const struct settings *first, struct str text, struct str stem,
                          struct str target, unsigned depth)
{
    struct expansion x = {r, file, first, stem, target, depth};
    struct buf out = buf_new(r->arena, REQUEST_MAX);
    bool make = file->escape == '$';

    for (size_t at = 0; at < text.length;) {
        bool here =
            make ? text.bytes[at] == '$'
                 : text.bytes[at] == '{' && at + 1 < text.length && text.bytes[at + 1] == '{';
        if (here)
            at = make ? expand_make(&x, text, at, &out) : expand_template(&x, text, at, &out);
        else
            buf_add_byte(&out, text.bytes[at++]);
    }
    return buf_str(&out);
}

const struct target *targets_find(const struct target_file *file, struct str name,
                                  struct str *ret_stem)
{
    *ret_stem = STR("");
    for (size_t i = 0; i + 1 < file->aliases.count; i += 2)
        if (str_eq(file->aliases.items[i], name))
            name = file->aliases.items[i + 1];
    for (size_t i = 0; i < file->targets.count; i++)
        if (str_eq(file->targets.items[i].name, name) &&
            (file->targets.items[i].commands.count || file->targets.items[i].before.count))
            return &file->targets.items[i];
    for (size_t i = 0; i < file->targets.count; i++) {
        struct str pattern = file->targets.items[i].name;
        size_t percent = str_find_byte(pattern, '%');
        if (str_eq(pattern, name))
            return &file->targets.items[i];
        if (percent == SIZE_MAX || pattern.length == 1)
            continue;
        struct str head = str_prefix(pattern, percent),
                   tail = str_from_offset(pattern, percent + 1);
        if (name.length >= head.length + tail.length && str_starts(name, head) &&
            str_ends(name, tail)) {
            *ret_stem = str_slice(name, head.length, name.length - tail.length);
            return &file->targets.items[i];
        }
    }
    return NULL;
}

/* A `just` recipe's parameters, from its arguments and defaults. */
static void bind_parameters(struct recogniser *r, const struct target *target,
                            const struct strs *arguments, struct settings *variables)
{
    for (size_t i = 0; i < target->parameters.count; i++) {
        struct str value = target->parameters.items[i];
        struct str name = str_cut(&value, '=');
        bool rest = str_starts(name, STR("*"));
        if (rest)
            name = str_from_offset(name, 1);
        if (arguments && rest && i < arguments->count)
            value = str_join(r->arena, arguments->items + i, arguments->count - i, STR(" "));
        else if (arguments && i < arguments->count)
            value = arguments->items[i];
        setting_put(r, variables, name, value.bytes ? value : STR(""));
    }
}

static bool run_command(struct recogniser *r, struct shell_state *state, const struct call *call,
                        const struct target_file *file, const struct target *target,
                        const struct target_command *command, const struct settings *variables,
                        struct str stem, struct err *e)
{
    struct str text = targets_expand(r, file, variables, command->text, stem, target->name, 0);

    if (command->target.length)
        return targets_run(
            r, state, call, file,
            targets_expand(r, file, variables, command->target, stem, target->name, 0), variables,
            NULL, e);
    if (file->escape == '$') /* @ - + in front of a recipe's line */
        while (text.length && memchr("@-+ \t", text.bytes[0], 5))
            text = str_from_offset(text, 1);
    else
        while (text.length && (text.bytes[0] == '@' || text.bytes[0] == '-'))
            text = str_from_offset(text, 1);
    follow_push_frame(r, file->file.shown, command->line, true);
    if (target->script)
        VEC_LAST(&r->frames).fixed = false;
    bool good = judge_file_text(r, state, call, text, false, e);
    follow_pop_frame(r);
    return good;
}

static bool run_list(struct recogniser *r, struct shell_state *state, const struct call *call,
                     const struct target_file *file, const struct target *target,
                     const struct strs *names, const struct settings *variables, struct str stem,
                     struct err *e)
{
    for (size_t i = 0; i < names->count; i++) {
        struct str name = names->items[i];
        struct strs arguments = {0};
        size_t percent = str_find_byte(name, '%');
        if (percent != SIZE_MAX)
            name = str_printf(r->arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_prefix(name, percent)),
                              STR_ARG(stem), STR_ARG(str_from_offset(name, percent + 1)));
        name = targets_expand(r, file, variables, name, stem, target->name, 0);
        if (file->escape != '$' && str_find_byte(name, ' ') != SIZE_MAX) { /* (dep "argument") */
            struct str rest = name;
            name = str_cut(&rest, ' ');
            while (rest.length) {
                struct str word = str_trim_bytes(str_cut(&rest, ' '), "\"'");
                if (word.length)
                    VEC_PUSH(r->arena, &arguments, word);
            }
        }
        if (targets_find(file, name, &(struct str){0}) &&
            !targets_run(r, state, call, file, name, variables, &arguments, e))
            return false;
    }
    return true;
}

static bool run_target(struct recogniser *r, struct shell_state *state, const struct call *call,
                       const struct target_file *file, const struct target *target,
                       const struct settings *variables, const struct strs *arguments,
                       struct str stem, struct err *e)
{
    struct settings all = {0};
    struct call inner = *call;

    for (size_t i = 0; i < target->variables.count; i++)
        VEC_PUSH(r->arena, &all, target->variables.items[i]);
    bind_parameters(r, target, arguments, &all);
    for (size_t i = 0; variables && i < variables->count; i++)
        VEC_PUSH(r->arena, &all, variables->items[i]);
    inner.depth++;
    inner.input = (struct input){0};
    inner.directory =
        path_join(r->arena, file->directory,
                  target->directory.length
                      ? targets_expand(r, file, &all, target->directory, stem, target->name, 0)
                      : STR("."));
    if (!run_list(r, state, &inner, file, target, &target->before, &all, stem, e))
        return false;
    for (size_t i = 0; i < target->commands.count; i++)
        if (!run_command(r, state, &inner, file, target, &target->commands.items[i], &all, stem, e))
            return false;
    return run_list(r, state, &inner, file, target, &target->after, &all, stem, e);
}

static struct str text_of(struct recogniser *r, const struct target_file *file,
                          const struct target *target, const struct settings *variables,
                          struct str stem)
{
    struct buf out = buf_new(r->arena, SCRIPT_MAX);

    for (size_t i = 0; i < target->commands.count; i++) {
        buf_add(&out, targets_expand(r, file, variables, target->commands.items[i].text, stem,
                                     target->name, 0));
        buf_add_byte(&out, '\n');
    }
    return buf_str(&out);
}

bool targets_run(struct recogniser *r, struct shell_state *state, const struct call *call,
                 const struct target_file *file, struct str name, const struct settings *variables,
                 const struct strs *arguments, struct err *e)
{
    struct str stem;
    size_t before = r->deploys->count, unknowns = r->unknowns;
    const struct target *target = targets_find(file, name, &stem);

    if (!target) {
        if (!file->incomplete && str_find_byte(name, SHELL_UNKNOWN) == SIZE_MAX)
            return true; /* the runner would say so and end */
        return follow_suspect(
            r, call, name, file->file.text,
            str_printf(r->arena, STR_FMT " cannot be read to its end", STR_ARG(file->file.shown)),
            e);
    }
    if (follow_is_open(r, file->file.path, name))
        return true;
    if (!follow_enter(r, file->file.path, name))
        return follow_suspect(r, call, name, file->file.text, STR("followed too deeply"), e);
    bool good = run_target(r, state, call, file, target, variables, arguments, stem, e);
    follow_leave(r);
    if (!good || r->deploys->count > before)
        return good;
    return follow_promise(r, call, name, text_of(r, file, target, variables, stem),
                          file->file.shown, target->line, unknowns, e);
}
