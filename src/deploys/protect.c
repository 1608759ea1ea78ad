#include "deploys/protect.h"

#include <ctype.h>
#include <string.h>

#include "base/regex.h"
#include "deploys/judge.h"
#include "deploys/mask.h"
#include "deploys/pattern.h"
#include "deploys/protect_path.h"
#include "deploys/protect_sql.h"
#include "deploys/protect_write.h"

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

static bool same_edits(const struct edit_steps *a, const struct edit_steps *b)
{
    for (size_t i = 0; i < a->count && a->count == b->count; i++)
        if (!str_eq(a->items[i].old_text, b->items[i].old_text) ||
            !str_eq(a->items[i].new_text, b->items[i].new_text) ||
            !str_eq(a->items[i].at, b->items[i].at) || a->items[i].kind != b->items[i].kind ||
            a->items[i].all != b->items[i].all)
            return false;
    return a->count == b->count;
}

/* Of two changes of one file it is not known what the second one meets: it is judged by what it says itself, or by nothing. */
static void forget_steps(const struct tampers *tampers, struct tamper *tamper)
{
    for (size_t i = 0; i < tampers->count; i++) {
        const struct tamper *other = &tampers->items[i];
        if (!str_eq(other->path, tamper->path) || same_edits(&other->edits, &tamper->edits))
            continue;
        tamper->edits.count = 0;
        tamper->has_text = tamper->has_text && tamper->change == CHANGE_REPLACED;
    }
}

bool protect_report(struct recogniser *r, struct tamper tamper, struct err *e)
{
    if (tamper.kind == TAMPER_FILE)
        forget_steps(r->tampers, &tamper);
    for (size_t i = 0; i < r->tampers->count; i++) {
        const struct tamper *other = &r->tampers->items[i];
        bool same = tamper.kind == TAMPER_FILE || str_eq(other->command, tamper.command);
        if (same && str_eq(other->rule, tamper.rule) && str_eq(other->path, tamper.path) &&
            other->change == tamper.change && str_eq(other->text, tamper.text) &&
            same_edits(&other->edits, &tamper.edits))
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

/* One of the words, in any case: looked for all at once, as texts may be large. */
static bool has_mention(const struct protect_tables *t, struct pack_list mentions, struct str text)
{
    bool first[256] = {false};

    for (uint32_t i = 0; i < mentions.count; i++) {
        struct str word = pack_list_item(&t->packs, mentions, i);
        first[(unsigned char)word.bytes[0]] = true;
        first[toupper((unsigned char)word.bytes[0])] = true;
    }
    for (size_t at = 0; at < text.length; at++)
        for (uint32_t i = 0; first[(unsigned char)text.bytes[at]] && i < mentions.count; i++) {
            struct str word = pack_list_item(&t->packs, mentions, i);
            if (str_eq_nocase(str_slice(text, at, at + word.length), word))
                return true;
        }
    return mentions.count == 0;
}

static bool rule_may_take(const struct protect_tables *t, const struct protect_rule *rule,
                          struct str text)
{
    return str_contains(text, pack_str(&t->packs, rule->need)) &&
           has_mention(t, rule->mentions, text) &&
           pattern_may_match(pack_str(&t->packs, rule->command), rule->alternatives, text);
}

static bool rule_takes(struct recogniser *r, uint32_t index, const struct call *call,
                       const struct line *line, bool *ret_takes, struct err *e)
{
    const struct protect_rule *rule = &r->protect->rules[index];
    bool same = str_eq(line->typed, line->canonical);
    bool reads = (rule->sql || rule->input) && call->input.kind == INPUT_TEXT;
    struct regex *regex;

    *ret_takes = false;
    struct strs files = {0};
    if (rule->sql)
        files = protect_sql_files(r, call, line);
    bool may = files.count || rule_may_take(r->protect, rule, line->canonical) ||
               (!same && rule_may_take(r->protect, rule, line->typed)) ||
               (reads && rule_may_take(r->protect, rule, call->input.text));
    if (!may ||
        (rule->setting.length &&
         !match_may_have_setting(r, call, pack_str(&r->protect->packs, rule->setting), true)))
        return true;
    if (!compiled(r, SLOT_RULE_COMMAND, index, rule->command, &regex, e))
        return false;
    bool matched = takes_line(regex, line) || (reads && takes(regex, call->input.text));
    if (matched && rule->sql)
        matched = protect_sql_stated(r, regex, call, line);
    for (size_t i = 0; i < files.count && !matched; i++)
        matched = rule_may_take(r->protect, rule, files.items[i]) &&
                  protect_sql_only(regex, files.items[i]);
    if (matched && rule->unless.length) {
        if (!compiled(r, SLOT_RULE_UNLESS, index, rule->unless, &regex, e))
            return false;
        matched = !takes_line(regex, line);
    }
    if (matched && rule->setting.length) {
        if (!compiled(r, SLOT_RULE_SETTING, index, rule->setting, &regex, e) ||
            !match_setting(r, regex, pack_str(&r->protect->packs, rule->setting), call, true,
                           &matched, e))
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
                                .command = line_show(r, call, line),
                                .directory = call->directory};
        struct str setting = pack_str(t, rule->setting);
        tamper.has_text = setting.length && match_named(r, call, setting, &tamper.text);
        if (!protect_report(r, tamper, e))
            return false;
    }
    return true;
}

/* --- Files. --- */

static bool writer_may_take(const struct protect_tables *t, const struct protect_writer *writer,
                            struct str text)
{
    return str_contains(text, pack_str(&t->packs, writer->need)) &&
           pattern_may_match(pack_str(&t->packs, writer->when), writer->alternatives, text);
}

static bool write_operands(struct recogniser *r, const struct protect_writer *writer,
                           const struct call *call, const struct line *line, struct write *write,
                           struct err *e)
{
    switch ((enum protect_operands)writer->operands) {
    case OPERANDS_PATCH:
        return protect_write_patched(r, call, write, line, e);
    case OPERANDS_INCLUDE:
        return protect_write_include(r, call, write, line, e);
    case OPERANDS_INDEX:
        protect_note_index(r, call, line);
        return true;
    case OPERANDS_CLEAN:
        return protect_write_clean(r, call, write, line, e);
    case OPERANDS_ARCHIVE:
        return protect_write_archive(r, call, write, line, e);
    case OPERANDS_SCRIPT:
        return protect_write_script(r, call, write, line, e);
    case OPERANDS_DOWNLOAD:
        return protect_write_download(r, call, write, line, e);
    case OPERANDS_REVISION:
        return protect_write_revision(r, call, write, line, e);
    default:
        return writer->options.count ? protect_write_options(r, writer, write, e)
                                     : protect_write_operands(r, writer, write, line, e);
    }
}

static bool try_writers(struct recogniser *r, uint32_t program, const struct call *call,
                        const struct line *line, struct err *e)
{
    for (uint32_t i = 0; i < r->protect->writer_count; i++) {
        const struct protect_writer *writer = &r->protect->writers[i];
        struct write write = {.change = (enum tamper_change)writer->does,
                              .directory = call->directory,
                              .call = call,
                              .line = line};
        struct regex *regex;
        if (writer->program != program || call->remote)
            continue;
        if (!writer_may_take(r->protect, writer, line->canonical) &&
            !writer_may_take(r->protect, writer, line->typed))
            continue;
        if (writer->when.length) {
            if (!compiled(r, SLOT_WHEN, i, writer->when, &regex, e))
                return false;
            if (!takes_line(regex, line))
                continue;
            write.when = regex;
        }
        if (writer->unless.length) {
            if (!compiled(r, SLOT_UNLESS, i, writer->unless, &regex, e))
                return false;
            if (takes_line(regex, line))
                continue;
        }
        protect_find_text(r, call, line, &write);
        if (!write_operands(r, writer, call, line, &write, e))
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
    for (uint32_t i = first; i < first + count; i++) {
        uint32_t program = t->packs.program_names[i].index;
        const struct pack_program *row = &t->packs.programs[program];
        struct call spelt = protect_spelt_out(r, row, call, line);
        struct line own; /* with the options' arities of our own rows */
        line_rebuild(r, &t->packs, &spelt, line, &own);
        if (line_has_option(&spelt, &t->packs, row->excuses) ||
            (own.operands.count &&
             pack_list_has(&t->packs, row->excuse_commands, own.operands.items[0])))
            continue;
        if (!try_rules(r, program, &spelt, &own, e) || !try_writers(r, program, &spelt, &own, e))
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
        struct tamper included;
        if (str_starts(output->path.text, STR("/dev/")))
            continue;
        /* Before anything is put together: nearly all redirections go elsewhere. */
        bool ours =
            !protect_is_known(output->path.text) ||
            protect_names_path(r->arena, protect_state(r), command->directory, output->path.text);
        if (!ours && (!command->words.count || output->descriptor != 1 ||
                      !output_printed(r, command, &write.text) ||
                      !protect_may_be_included(r->arena, output->path.text, write.text, &included)))
            continue;
        write.shown = shown_of(r, state, command);
        if (command->words.count == 0) {
            write.has_text = true; /* `> file` empties it */
            write.text = STR("");
        } else if (output->descriptor == 1 && output_printed(r, command, &write.text)) {
            write.has_text = protect_is_known(write.text);
        }
        if (!protect_write(r, &write, output->path.text, e))
            return false;
    }
    return true;
}

bool protect_text_has_name(const struct protect_tables *t, struct str text)
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

    if (!r->tampers || call->remote)
        return true;
    text = protect_code_from_outside(r, call, text);
    if (!protect_text_has_name(t, text))
        return true;
    text = protect_code_with_values(r, text);
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
            if (!protect_write(r, &write, groups[1], e))
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
