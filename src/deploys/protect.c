#include "deploys/protect.h"

#include <string.h>

#include "base/file.h"
#include "base/patch.h"
#include "base/regex.h"
#include "deploys/follow.h"
#include "deploys/judge.h"
#include "deploys/mask.h"
#include "deploys/pattern.h"
#include "deploys/protect_path.h"

/* --- What was found. --- */

static void fill_trail(struct recogniser *r, struct tamper *tamper)
{
    for (size_t i = 0; i < r->frames.count; i++) {
        const struct frame *frame = &r->frames.items[i];
        if (frame->file.length)
            VEC_PUSH(r->arena, &tamper->trail,
                     str_printf(r->arena, STR_FMT ":%zu", STR_ARG(frame->file), frame->line));
    }
    VEC_PUSH(r->arena, &tamper->trail, tamper->command);
}

static bool report(struct recogniser *r, struct tamper tamper, struct err *e)
{
    for (size_t i = 0; i < r->tampers->count; i++) {
        const struct tamper *other = &r->tampers->items[i];
        if (str_eq(other->rule, tamper.rule) && str_eq(other->command, tamper.command) &&
            str_eq(other->path, tamper.path) && other->change == tamper.change &&
            str_eq(other->text, tamper.text))
            return true;
    }
    if (r->tampers->count == TAMPERS_MAX) {
        door_deploy_recognised(); /* one more could be the one that matters */
        return err_set(e, ERR_LIMIT, "more than %u changes to what guards deploys in one call",
                       TAMPERS_MAX);
    }
    fill_trail(r, &tamper);
    VEC_PUSH(r->arena, r->tampers, tamper);
    return true;
}

/* --- Patterns, compiled when a line could fit them. --- */

enum slot_kind {
    SLOT_RULE_COMMAND,
    SLOT_RULE_UNLESS,
    SLOT_RULE_SETTING,
    SLOT_WHEN,
    SLOT_UNLESS,
    SLOT_CODE
};

static struct regex **slot(struct recogniser *r, enum slot_kind kind, uint32_t index)
{
    const struct protect_tables *t = r->protect;

    if (!r->protect_patterns)
        r->protect_patterns = ARENA_ARRAY(
            r->arena, 3 * t->rule_count + 2 * t->writer_count + t->code_count + 1, struct regex *);
    if (kind <= SLOT_RULE_SETTING)
        return &r->protect_patterns[3 * index + (uint32_t)kind];
    if (kind <= SLOT_UNLESS)
        return &r->protect_patterns[3 * t->rule_count + 2 * index + (kind == SLOT_UNLESS)];
    return &r->protect_patterns[3 * t->rule_count + 2 * t->writer_count + index];
}

static bool compiled(struct recogniser *r, enum slot_kind kind, uint32_t index,
                     struct pack_text text, struct regex **ret, struct err *e)
{
    struct regex **kept = slot(r, kind, index);

    if (!*kept && !regex_compile(r->arena, pack_str(&r->protect->packs, text), kept, e))
        return false;
    *ret = *kept;
    return true;
}

/* A match that cannot be finished counts as one. */
static bool takes(struct regex *regex, struct str subject)
{
    struct err why = ERR_NONE;
    bool matched = false;

    return !regex_match(regex, subject, &matched, NULL, 0, &why) || matched;
}

static bool takes_line(struct regex *regex, const struct line *line)
{
    return takes(regex, line->canonical) ||
           (!str_eq(line->typed, line->canonical) && takes(regex, line->typed));
}

/* --- Rules. --- */

static bool rule_takes(struct recogniser *r, uint32_t index, const struct call *call,
                       const struct line *line, bool *ret_takes, struct err *e)
{
    const struct protect_rule *rule = &r->protect->rules[index];
    struct str pattern = pack_str(&r->protect->packs, rule->command);
    struct regex *regex;

    *ret_takes = false;
    if (!rule->sql && !pattern_may_match(pattern, rule->alternatives, line->canonical) &&
        !pattern_may_match(pattern, rule->alternatives, line->typed))
        return true;
    if (!compiled(r, SLOT_RULE_COMMAND, index, rule->command, &regex, e))
        return false;
    bool matched = takes_line(regex, line) ||
                   (rule->sql && call->input.kind == INPUT_TEXT && takes(regex, call->input.text));
    if (matched && rule->unless.length) {
        if (!compiled(r, SLOT_RULE_UNLESS, index, rule->unless, &regex, e))
            return false;
        matched = !takes_line(regex, line);
    }
    if (matched && rule->setting.length) {
        if (!compiled(r, SLOT_RULE_SETTING, index, rule->setting, &regex, e) ||
            !match_setting(r, regex, pack_str(&r->protect->packs, rule->setting), call, &matched,
                           e))
            return false;
    }
    *ret_takes = matched;
    return true;
}

static bool try_rules(struct recogniser *r, uint32_t program, const struct call *call,
                      const struct line *line, struct err *e)
{
    const struct pack_tables *t = &r->protect->packs;

    for (uint32_t i = 0; i < r->protect->rule_count; i++) {
        const struct protect_rule *rule = &r->protect->rules[i];
        bool matched;
        /* Another machine's hooks are not ours; what is recorded in a database is recorded from anywhere. */
        if (rule->program != program || (call->remote && !rule->stamp))
            continue;
        if (!rule_takes(r, i, call, line, &matched, e))
            return false;
        if (!matched)
            continue;
        struct tamper tamper = {.kind = rule->stamp ? TAMPER_STAMP : TAMPER_RULE,
                                .rule = pack_str(t, rule->id),
                                .says = pack_str(t, rule->says),
                                .instead = pack_str(t, rule->instead),
                                .command = line->shown,
                                .directory = call->directory};
        if (!report(r, tamper, e))
            return false;
    }
    return true;
}

/* --- Files. --- */

struct write {
    enum tamper_change change;
    struct str directory;
    struct str shown; /* the command */
    bool has_text;
    struct str text;
};

static bool is_known_text(struct str text)
{
    return str_find_byte(text, SHELL_UNKNOWN) == SIZE_MAX;
}

static bool write_path(struct recogniser *r, const struct write *write, struct str path,
                       struct err *e)
{
    bool removed = write->change == CHANGE_REMOVED;

    if (!path.length || str_starts(path, STR("/dev/")) || str_has_nul(path))
        return true;
    if (!is_known_text(path)) {
        /* "$(git rev-parse --git-path hooks)/pre-push": the name is there, and where hooks usually are is known. */
        struct str base = path_base_name(path), root = root_of(r, write->directory);
        if (!is_known_text(base) || !str_starts(base, STR("pre-")))
            return true;
        path = str_printf(r->arena, STR_FMT "/.git/hooks/" STR_FMT,
                          STR_ARG(root.length ? root : write->directory), STR_ARG(base));
    }
    struct strs paths =
        protect_expand(r->arena, r->protect, path_join(r->arena, write->directory, path));
    for (size_t i = 0; i < paths.count; i++) {
        struct protected_path found;
        struct tamper tamper = {.change = write->change,
                                .command = write->shown,
                                .directory = write->directory,
                                .has_text = write->has_text,
                                .text = write->text};
        if (!protect_look_up(r->arena, r->protect, paths.items[i], removed, &found))
            continue;
        if (found.row && found.row->judge == JUDGE_DIRECTORY && !removed)
            continue;
        protect_fill(r->arena, r->protect, &found, &tamper);
        if (!report(r, tamper, e))
            return false;
    }
    return true;
}

/* `cp a b dir/` writes dir/a and dir/b. */
static bool write_into(struct recogniser *r, const struct write *write, const struct line *line,
                       struct err *e)
{
    struct str last = VEC_LAST(&line->operands);

    if (!write_path(r, write, last, e))
        return false;
    for (size_t i = 0; i + 1 < line->operands.count; i++) {
        struct str path = str_printf(r->arena, STR_FMT "/" STR_FMT, STR_ARG(last),
                                     STR_ARG(path_base_name(line->operands.items[i])));
        if (!is_known_text(path) || !protect_names_path(r->arena, write->directory, path))
            continue;
        bool into =
            str_ends(last, STR("/")) ||
            file_kind(r->arena, path_join(r->arena, write->directory, last)) == FILE_DIRECTORY;
        if (into && !write_path(r, write, path, e))
            return false;
    }
    return true;
}

static bool write_operands(struct recogniser *r, const struct protect_writer *writer,
                           const struct write *write, const struct line *line, struct err *e)
{
    struct str prefix = pack_str(&r->protect->packs, writer->prefix);
    size_t count = line->operands.count, first = 0;

    if (!count)
        return true;
    if (writer->operands == OPERANDS_LAST)
        return write_into(r, write, line, e);
    if (writer->operands == OPERANDS_SOURCES)
        count--;
    if (writer->operands == OPERANDS_REST)
        first = 1;
    for (size_t i = first; i < count; i++) {
        struct str path = line->operands.items[i];
        if (!str_starts(path, prefix))
            continue;
        if (!write_path(r, write, str_from_offset(path, prefix.length), e))
            return false;
    }
    return true;
}

static bool write_options(struct recogniser *r, const struct protect_writer *writer,
                          const struct write *write, const struct line *line, struct err *e)
{
    for (size_t i = 0; i < line->options.count; i++) {
        const struct option_word *option = &line->options.items[i];
        if (option->has_value && pack_list_has(&r->protect->packs, writer->options, option->name) &&
            !write_path(r, write, option->value, e))
            return false;
    }
    return true;
}

/* A patch says itself which files it changes. A text of several lines is one; else the word names a file. */
static void add_patched(struct recogniser *r, const struct call *call, struct str word,
                        struct strs *paths)
{
    struct followed file;

    if (str_find_byte(word, '\n') == SIZE_MAX) {
        if (!is_known_text(word))
            return;
        follow_read(r, call, word, &file);
        word = file.found ? file.text : STR("");
    }
    patch_read_paths(r->arena, word, paths);
    diff_read_paths(r->arena, word, paths);
}

static bool write_patched(struct recogniser *r, const struct call *call, struct write *write,
                          const struct line *line, struct err *e)
{
    struct strs paths = {0};
    struct call reader = *call;
    struct str value;

    for (size_t i = 0; i < line->operands.count; i++)
        add_patched(r, call, line->operands.items[i], &paths);
    if (call_option_value(call, STR("-i"), &value) ||
        call_option_value(call, STR("--input"), &value))
        add_patched(r, call, value, &paths);
    if (call->input.kind == INPUT_TEXT) {
        patch_read_paths(r->arena, call->input.text, &paths);
        diff_read_paths(r->arena, call->input.text, &paths);
    } else if (call->input.kind == INPUT_FILE) {
        reader.directory = call->input.directory.length ? call->input.directory : call->directory;
        add_patched(r, &reader, call->input.text, &paths);
    }
    if (call_option_value(call, STR("-d"), &value) ||
        call_option_value(call, STR("--directory"), &value))
        write->directory = path_join(r->arena, call->directory, value);
    for (size_t i = 0; i < paths.count; i++)
        if (!write_path(r, write, paths.items[i], e))
            return false;
    return true;
}

/* tee: what it reads is what it writes. */
static void find_text(const struct call *call, const struct line *line, struct write *write)
{
    if (!str_eq(line->name, STR("tee")) || call->input.kind != INPUT_TEXT ||
        !is_known_text(call->input.text))
        return;
    write->has_text = true;
    write->text = call->input.text;
    for (size_t i = 0; i < line->options.count; i++)
        if (str_eq(line->options.items[i].name, STR("-a")) ||
            str_eq(line->options.items[i].name, STR("--append")))
            write->change = CHANGE_APPENDED;
}

static bool try_writers(struct recogniser *r, uint32_t program, const struct call *call,
                        const struct line *line, struct err *e)
{
    for (uint32_t i = 0; i < r->protect->writer_count; i++) {
        const struct protect_writer *writer = &r->protect->writers[i];
        struct write write = {.change = (enum tamper_change)writer->does,
                              .directory = call->directory,
                              .shown = line->shown};
        struct regex *regex;
        if (writer->program != program || call->remote)
            continue;
        if (writer->when.length) {
            if (!compiled(r, SLOT_WHEN, i, writer->when, &regex, e))
                return false;
            if (!takes_line(regex, line))
                continue;
        }
        if (writer->unless.length) {
            if (!compiled(r, SLOT_UNLESS, i, writer->unless, &regex, e))
                return false;
            if (takes_line(regex, line))
                continue;
        }
        find_text(call, line, &write);
        bool good = writer->operands == OPERANDS_PATCH ? write_patched(r, call, &write, line, e)
                    : writer->options.count            ? write_options(r, writer, &write, line, e)
                                                       : write_operands(r, writer, &write, line, e);
        if (!good)
            return false;
    }
    return true;
}

bool protect_call(struct recogniser *r, const struct call *call, const struct line *line,
                  struct err *e)
{
    const struct protect_tables *t = r->protect;
    uint32_t first;

    if (!r->tampers)
        return true;
    uint32_t count = pack_names_find(&t->packs, t->packs.program_names, t->packs.program_name_count,
                                     line->name, &first);
    if (!count)
        return true;
    const struct pack_tables *kept = r->tables;
    struct line own; /* with the options' arities of our own rows */
    r->tables = &t->packs;
    line_build(r, call, &own);
    r->tables = kept;
    for (uint32_t i = first; i < first + count; i++) {
        uint32_t program = t->packs.program_names[i].index;
        const struct pack_program *row = &t->packs.programs[program];
        if (line_has_option(call, &t->packs, row->excuses) ||
            (own.operands.count &&
             pack_list_has(&t->packs, row->excuse_commands, own.operands.items[0])))
            continue;
        if (!try_rules(r, program, call, &own, e) || !try_writers(r, program, call, &own, e))
            return false;
    }
    return true;
}

static struct str shown_of(struct recogniser *r, struct shell_state *state,
                           const struct shell_command *command)
{
    struct str source = shell_state_source(state, command->span);
    size_t end = str_find_byte(source, '\n');

    return mask_shown(r->arena, deploys_mask(r->arena, str_prefix(source, end)));
}

bool protect_outputs(struct recogniser *r, struct shell_state *state,
                     const struct shell_command *command, struct err *e)
{
    if (!r->tampers || r->remote)
        return true;
    for (size_t i = 0; i < command->output_count; i++) {
        const struct shell_output *output = &command->outputs[i];
        struct write write = {.change = output->append ? CHANGE_APPENDED : CHANGE_REPLACED,
                              .directory = command->directory};
        if (str_starts(output->path.text, STR("/dev/")))
            continue;
        /* Before anything is put together: nearly all redirections go elsewhere. */
        if (is_known_text(output->path.text) &&
            !protect_names_path(r->arena, command->directory, output->path.text))
            continue;
        write.shown = shown_of(r, state, command);
        if (command->words.count == 0) {
            write.has_text = true; /* `> file` empties it */
            write.text = STR("");
        } else if (output->descriptor == 1 && output_printed(r, command, &write.text)) {
            write.has_text = is_known_text(write.text);
        }
        if (!write_path(r, &write, output->path.text, e))
            return false;
    }
    return true;
}

/* Does the text hold a name of ours at all? */
static bool text_has_name(const struct protect_tables *t, struct str text)
{
    for (uint32_t i = 0; i < t->file_count; i++)
        for (uint32_t n = 0; n < t->files[i].names.count; n++)
            if (str_contains(text, pack_list_item(&t->packs, t->files[i].names, n)))
                return true;
    return false;
}

bool protect_text(struct recogniser *r, const struct call *call, struct str text, struct err *e)
{
    const struct protect_tables *t = r->protect;
    struct str groups[REGEX_GROUPS_MAX];

    if (!r->tampers || call->remote || !text_has_name(t, text))
        return true;
    for (uint32_t i = 0; i < t->code_count; i++) {
        struct write write = {.change = (enum tamper_change)t->codes[i].does,
                              .directory = call->directory};
        struct str rest = text;
        struct regex *regex;
        bool matched = true;
        if (!compiled(r, SLOT_CODE, i, t->codes[i].text, &regex, e))
            return false;
        while (rest.length) {
            struct err why = ERR_NONE;
            if (!regex_match(regex, rest, &matched, groups, REGEX_GROUPS_MAX, &why) || !matched)
                break;
            write.shown = mask_shown(r->arena, deploys_mask(r->arena, groups[0]));
            if (!write_path(r, &write, groups[1], e))
                return false;
            rest = str_from_offset(rest, (size_t)(groups[0].bytes - rest.bytes) +
                                             (groups[0].length ? groups[0].length : 1));
        }
    }
    return true;
}

struct door_words protect_words(void)
{
    /* Sorted. Seldom in other requests, and in all that matter here. */
    static const char *const words[] = {".hookcheck.json", "disableallhooks", "hookspath",
                                        "no-verify", "pre-push"};

    return (struct door_words){words, COUNT_OF(words)};
}
