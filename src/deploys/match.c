#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "deploys/judge.h"
#include "deploys/pattern.h"
#include "deploys/user_rules.h"

static bool compiled(struct recogniser *r, struct regex **slot, struct pack_text text,
                     struct err *e)
{
    return *slot || regex_compile(r->arena, pack_str(r->tables, text), slot, e);
}

/* Tries a pattern on the forms of a line. A match that cannot be finished counts as one: uncertain is not harmless. */
static bool try_lines(struct recogniser *r, struct regex *regex, const struct line *line,
                      bool with_vanished, struct str *groups, bool *ret_vanished)
{
    struct str forms[3] = {line->canonical, line->typed, line->without};
    size_t count = with_vanished && line->without.length ? 3 : 2;
    bool matched = false;

    (void)r;
    for (size_t i = 0; i < count; i++) {
        struct err why = ERR_NONE;
        if (i == 1 && str_eq(forms[1], forms[0]))
            continue;
        if (!regex_match(regex, forms[i], &matched, groups, groups ? REGEX_GROUPS_MAX : 0, &why)) {
            for (size_t g = 0; groups && g < REGEX_GROUPS_MAX; g++)
                groups[g] = STR_NONE;
            return true;
        }
        if (matched) {
            *ret_vanished = i == 2;
            return true;
        }
    }
    return false;
}

static bool is_exported(const struct recogniser *r, const struct call *call, struct str name)
{
    bool before = r->inherits && !str_has_nul(name) && getenv(str_c(r->arena, name));

    return shell_state_exports(call->state, name, before);
}

/* The value that a variable has for this call: set before the command, or in the shell, or what a command chose instead of it. `exported`: only
 * what the program that is started gets of the shell's. */
static bool setting_value(const struct recogniser *r, const struct call *call, struct str name,
                          bool exported, struct str *ret_value)
{
    char chosen[64];

    for (size_t i = call->settings.count; i > 0; i--)
        if (str_eq(call->settings.items[i - 1].name, name)) {
            *ret_value = call->settings.items[i - 1].value.text;
            return ret_value->bytes != NULL;
        }
    if (!call->state || (exported && !is_exported(r, call, name)))
        return false;
    if (shell_state_peek_variable(call->state, name, ret_value) && ret_value->length)
        return true;
    if (name.length + sizeof SETTING_CHOSEN > sizeof chosen)
        return false;
    memcpy(chosen, name.bytes, name.length);
    memcpy(chosen + name.length, SETTING_CHOSEN, sizeof SETTING_CHOSEN);
    return shell_state_peek_variable(call->state, str_from(chosen), ret_value);
}

/* Is the variable itself set, not chosen by a command? */
static bool is_set(const struct call *call, struct str name)
{
    struct str value;

    for (size_t i = 0; i < call->settings.count; i++)
        if (str_eq(call->settings.items[i].name, name))
            return true;
    return shell_state_peek_variable(call->state, name, &value) && value.length;
}

bool match_variable(const struct recogniser *r, const struct call *call, struct str name,
                    struct str *ret_value)
{
    return setting_value(r, call, name, true, ret_value);
}

/* "operand:2", "match:1", "env:STAGE", "host", "--stage" → the word that stands there. */
static bool read_place(const struct recogniser *r, const struct call *call, const struct line *line,
                       const struct str *groups, struct str place, struct str *ret)
{
    uint64_t number;

    if (str_starts(place, STR("operand:")) && str_to_u64(str_from_offset(place, 8), &number)) {
        if (number < 1 || number > line->operands.count)
            return false;
        *ret = line->operands.items[number - 1];
        return true;
    }
    if (str_starts(place, STR("match:")) && str_to_u64(str_from_offset(place, 6), &number)) {
        if (number >= REGEX_GROUPS_MAX || str_is_empty(groups[number]))
            return false;
        *ret = groups[number];
        return true;
    }
    if (str_starts(place, STR("env:"))) {
        struct str name = str_from_offset(place, 4);
        /* What was chosen by a command, and is not known, says no less in another place. */
        return setting_value(r, call, name, false, ret) &&
               (is_set(call, name) ||
                (str_find_byte(*ret, SHELL_UNKNOWN) == SIZE_MAX && !call_is_for_elsewhere(call)));
    }
    if (str_eq(place, STR("host"))) {
        *ret = call->host;
        return call->host.length > 0;
    }
    return call_option_value(call, place, ret);
}

static bool report_rule(struct recogniser *r, const struct call *call, const struct line *line,
                        const struct pack_rule *rule, const struct str *groups, bool vanished,
                        struct err *e)
{
    struct finding finding = {.rule = pack_str(r->tables, rule->id),
                              .certainty = (enum deploy_certainty)rule->certainty,
                              .kind = (enum deploy_kind)rule->kind};

    for (uint32_t i = 0; i < rule->environment.count; i++)
        if (read_place(r, call, line, groups, pack_list_item(r->tables, rule->environment, i),
                       &finding.environment_word))
            break;
    if (finding.kind == DEPLOY_COMMIT &&
        (!read_place(r, call, line, groups, pack_str(r->tables, rule->commit), &finding.commit) ||
         str_find_byte(finding.commit, SHELL_UNKNOWN) != SIZE_MAX))
        finding.commit = STR("HEAD");
    if (vanished && finding.certainty == DEPLOY_CERTAIN) {
        finding.certainty = DEPLOY_SUSPECTED;
        finding.why = STR("words of it are not known before it runs");
    }
    return report_deploy(r, call, line_show(r, call, line), &finding, e);
}

static bool program_excuses(const struct recogniser *r, const struct pack_program *program,
                            const struct call *call, const struct line *line)
{
    const struct pack_tables *t = r->tables;

    if (line_has_option(call, t, program->excuses))
        return true;
    if (!line->operands.count || !program->excuse_commands.count)
        return false;
    if (pack_list_has(t, program->excuse_commands, line->operands.items[0]))
        return true;
    /* `aws lambda update-function-code help` */
    return pack_list_has(t, program->excuse_commands, STR("help")) &&
           str_eq(VEC_LAST(&line->operands), STR("help"));
}

/* "^NAME=…" with a plain name: → that name. */
static bool named_setting(struct str pattern, struct str *ret_name)
{
    size_t equals = str_find_byte(pattern, '=');

    if (equals == SIZE_MAX || !str_starts(pattern, STR("^")))
        return false;
    *ret_name = str_slice(pattern, 1, equals);
    for (size_t i = 0; i < ret_name->length; i++)
        if (!isalnum((unsigned char)ret_name->bytes[i]) && ret_name->bytes[i] != '_')
            return false;
    return true;
}

bool match_named(const struct recogniser *r, const struct call *call, struct str pattern,
                 struct str *ret_value)
{
    struct str name;

    return named_setting(pattern, &name) && setting_value(r, call, name, true, ret_value);
}

bool match_may_have_setting(const struct recogniser *r, const struct call *call, struct str pattern,
                            bool exported)
{
    struct str name, value;

    return named_setting(pattern, &name) ? setting_value(r, call, name, exported, &value)
                                         : call->settings.count > 0;
}

static bool match_value(struct recogniser *r, struct regex *regex, struct str name,
                        struct str value, bool *ret_matches, struct err *e)
{
    struct str text = str_printf(r->arena, STR_FMT "=" STR_FMT, STR_ARG(name), STR_ARG(value));

    return regex_match(regex, text, ret_matches, NULL, 0, e);
}

bool match_setting(struct recogniser *r, struct regex *regex, struct str pattern,
                   const struct call *call, bool exported, bool *ret_matches, struct err *e)
{
    struct str name, value;

    *ret_matches = false;
    if (named_setting(pattern, &name)) {
        if (!setting_value(r, call, name, exported, &value))
            return true;
        bool several = exported && call->state && str_eq(value, UNKNOWN_TEXT);
        if (!match_value(r, regex, name, value, ret_matches, e))
            return false;
        for (size_t i = 0;
             several && !*ret_matches && shell_state_peek_alternative(call->state, name, i, &value);
             i++)
            if (!match_value(r, regex, name, value, ret_matches, e))
                return false;
        return true;
    }
    for (size_t i = 0; i < call->settings.count && !*ret_matches; i++)
        if (call->settings.items[i].value.text.bytes &&
            !match_value(r, regex, call->settings.items[i].name, call->settings.items[i].value.text,
                         ret_matches, e))
            return false;
    return true;
}

/* A rule that asks for a variable: "^NAME=pattern". */
static bool setting_matches(struct recogniser *r, uint32_t index, const struct call *call,
                            bool *ret_matches, struct err *e)
{
    return compiled(r, &r->settings[index], r->tables->rules[index].setting, e) &&
           match_setting(r, r->settings[index],
                         pack_str(r->tables, r->tables->rules[index].setting), call, false,
                         ret_matches, e);
}

/* Compiling costs more than all else here: most rules of a program are seen not to fit by how their pattern starts. */
static bool may_match(const struct pack_tables *t, const struct pack_rule *rule,
                      const struct line *line)
{
    struct str pattern = pack_str(t, rule->command), need = pack_str(t, rule->need);
    const struct str lines[] = {line->canonical, line->typed, line->without};

    for (size_t i = 0; i < COUNT_OF(lines); i++)
        if ((i < 2 || lines[i].length) && str_contains(lines[i], need) &&
            pattern_may_match(pattern, rule->alternatives, lines[i]))
            return true;
    return false;
}

/* The line with the options that variables stand for: AWS_ENDPOINT_URL for --endpoint-url. */
static struct str with_stand_ins(struct recogniser *r, const struct pack_program *program,
                                 const struct call *call, const struct line *line)
{
    struct str text = line->canonical, unused;

    for (uint32_t i = 0; !call->remote && i < program->stand_ins.count; i++) {
        struct str option = pack_list_item(r->tables, program->stand_ins, i), value;
        struct str name = str_cut(&option, '=');
        if (!call_option_value(call, option, &unused) &&
            setting_value(r, call, name, false, &value))
            text = str_printf(r->arena, STR_FMT " " STR_FMT "=" STR_FMT, STR_ARG(text),
                              STR_ARG(option), STR_ARG(value));
    }
    return text;
}

/* Asked only once a rule has taken the line: most commands never need the pattern. */
static bool program_unless(struct recogniser *r, const struct pack_program *program,
                           const struct call *call, const struct line *line, bool *ret_unless,
                           struct err *e)
{
    struct regex **regex = &r->program_unlesses[program - r->tables->programs];
    bool unused;

    *ret_unless = false;
    if (!program->unless.length)
        return true;
    if (!compiled(r, regex, program->unless, e))
        return false;
    struct line extended = *line;
    extended.canonical = with_stand_ins(r, program, call, line);
    *ret_unless = try_lines(r, *regex, &extended, false, NULL, &unused);
    return true;
}

/* The first certain rule of a program that takes this line, else the first suspected one. */
static bool match_program(struct recogniser *r, const struct pack_program *program,
                          const struct call *call, const struct line *line,
                          const struct pack_rule **ret_rule, struct str *ret_groups,
                          bool *ret_vanished, bool *ret_excused, struct err *e)
{
    struct str groups[REGEX_GROUPS_MAX] = {0};

    for (uint32_t i = program->first_rule; i < program->first_rule + program->rule_count; i++) {
        const struct pack_rule *rule = &r->tables->rules[i];
        bool vanished = false, unused;
        if (*ret_rule &&
            ((*ret_rule)->certainty == DEPLOY_CERTAIN || rule->certainty != DEPLOY_CERTAIN))
            continue;
        if (rule->remote && !call->remote)
            continue;
        bool matched = may_match(r->tables, rule, line);
        if (matched && !compiled(r, &r->commands[i], rule->command, e))
            return false;
        matched = matched && try_lines(r, r->commands[i], line, true, groups, &vanished);
        if (matched && rule->unless.length && !compiled(r, &r->unlesses[i], rule->unless, e))
            return false;
        bool unless = matched && rule->unless.length &&
                      try_lines(r, r->unlesses[i], line, false, NULL, &unused);
        if (matched && !unless && !program_unless(r, program, call, line, &unless, e))
            return false;
        if (matched && !unless && rule->setting.length) {
            if (!setting_matches(r, i, call, &matched, e))
                return false;
        }
        if (r->tried)
            r->tried(r->tried_context, rule, line->canonical, matched, unless);
        *ret_excused = *ret_excused || unless;
        if (!matched || unless)
            continue;
        *ret_rule = rule;
        memcpy(ret_groups, groups, sizeof groups);
        *ret_vanished = vanished;
    }
    return true;
}

static bool is_distinctive(const struct pack_tables *t, const struct pack_program *program)
{
    for (uint32_t i = 0; i < program->names.count; i++)
        if (pack_list_has(t, program->words, pack_list_item(t, program->names, i)))
            return true;
    return false;
}

static bool any_is_distinctive(const struct pack_tables *t, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++)
        if (is_distinctive(t, &t->programs[t->program_names[i].index]))
            return true;
    return false;
}

/* A deploy tool that is asked to deploy in a way no rule knows: `aliyun fc deploy`. */
static bool match_verb(struct recogniser *r, const struct call *call, const struct line *line,
                       enum match_answer *ret_answer, struct err *e)
{
    struct str verb = line_asked_verb(call);

    if ((!str_eq(verb, STR("deploy")) && !str_eq(verb, STR("redeploy"))) || !line->operands.count ||
        !str_eq(VEC_LAST(&line->operands), verb))
        return true; /* `aws deploy list-deployments` */
    *ret_answer = MATCH_DEPLOY;
    return report_suspected(r, call, line_show(r, call, line), "named-deploy",
                            str_printf(r->arena, "no rule knows this command of \"" STR_FMT "\"",
                                       STR_ARG(line->program)),
                            e);
}

static bool match_packs(struct recogniser *r, const struct call *call, const struct line *line,
                        enum match_answer *ret_answer, struct err *e)
{
    const struct pack_tables *t = r->tables;
    struct str groups[REGEX_GROUPS_MAX] = {0};
    const struct pack_rule *rule = NULL;
    bool vanished = false, excused = false;
    uint32_t first;
    uint32_t count =
        pack_names_find(t, t->program_names, t->program_name_count, line->name, &first);

    for (uint32_t i = first; i < first + count; i++) {
        const struct pack_program *program = &t->programs[t->program_names[i].index];
        if (program_excuses(r, program, call, line)) {
            excused = true;
            continue; /* not a deploy of this tool; what it runs is still looked at */
        }
        if (!match_program(r, program, call, line, &rule, groups, &vanished, &excused, e))
            return false;
    }
    if (!rule)
        return excused || !any_is_distinctive(t, first, count) ||
               match_verb(r, call, line, ret_answer, e);
    *ret_answer = MATCH_DEPLOY;
    if (rule->certainty == DEPLOY_SUSPECTED && call->state) {
        /* A task's name was all we went by: what it runs says more, where it can be read. */
        size_t before = r->deploys->count;
        bool handled = false;
        if (!follow_call(r, call->state, call, line, &handled, e))
            return false;
        if (r->deploys->count > before)
            return true;
    }
    return report_rule(r, call, line, rule, groups, vanished, e);
}

static bool match_user_rule(struct recogniser *r, const struct call *call, const struct line *line,
                            struct user_rules *rules, enum match_answer *ret_answer, struct err *e)
{
    struct str groups[REGEX_GROUPS_MAX] = {0};
    bool vanished = false, unused;

    for (size_t i = 0; i < rules->config->deploys.count; i++) {
        const struct config_deploy_rule *rule = &rules->config->deploys.items[i];
        if (!rules->deploys[i] || !try_lines(r, rules->deploys[i], line, true, groups, &vanished))
            continue;
        if (rules->unlesses[i] && try_lines(r, rules->unlesses[i], line, false, NULL, &unused))
            continue;
        bool suspected = vanished || str_eq(rule->certainty, STR("suspected"));
        bool rollback = str_eq(rule->kind, STR("rollback"));
        struct finding finding = {.rule = rule->id,
                                  .certainty = suspected ? DEPLOY_SUSPECTED : DEPLOY_CERTAIN,
                                  .kind = rollback ? DEPLOY_ROLLBACK : DEPLOY_WORK_TREE,
                                  .environment = rule->environment,
                                  .environment_word = rule->environment,
                                  .migrations = rule->migrations};
        *ret_answer = MATCH_DEPLOY;
        return report_deploy(r, call, line_show(r, call, line), &finding, e);
    }
    for (size_t i = 0; i < rules->config->not_deploys.count; i++)
        if (rules->not_deploys[i] &&
            try_lines(r, rules->not_deploys[i], line, false, NULL, &vanished)) {
            *ret_answer = MATCH_EXCUSED;
            return true;
        }
    return true;
}

/* While the configuration is broken its own rules are unknown: every word of it counts. */
static bool match_broken_config(struct recogniser *r, const struct call *call,
                                const struct line *line, const struct config *config,
                                enum match_answer *ret_answer, struct err *e)
{
    for (size_t i = 0; config->broken && i < call->count; i++) {
        struct str word = call->words[i].text;
        if (i > 0 && word.length && word.bytes[0] == '-')
            continue;
        size_t slash = str_find_last_byte(word, '/');
        struct str base = slash == SIZE_MAX ? word : str_from_offset(word, slash + 1);
        if (!strs_have(&config->broken_words, word) && !strs_have(&config->broken_words, base))
            continue;
        *ret_answer = MATCH_DEPLOY;
        return report_suspected(r, call, line_show(r, call, line), "broken-config",
                                str_printf(r->arena,
                                           "\"" STR_FMT "\" stands in the configuration, which "
                                           "cannot be read: " STR_FMT,
                                           STR_ARG(word), STR_ARG(config->broken_message)),
                                e);
    }
    return true;
}

bool match_line(struct recogniser *r, const struct call *call, const struct line *line,
                enum match_answer *ret_answer, struct err *e)
{
    struct user_rules *rules;

    *ret_answer = MATCH_NONE;
    if (!user_rules_for(r, call->directory, &rules, e))
        return false;
    if (rules) {
        if (!match_user_rule(r, call, line, rules, ret_answer, e))
            return false;
        if (*ret_answer != MATCH_NONE)
            return true;
    }
    if (!str_eq(line->name, UNKNOWN_TEXT) && !match_packs(r, call, line, ret_answer, e))
        return false;
    if (*ret_answer == MATCH_DEPLOY || !rules)
        return true;
    return match_broken_config(r, call, line, rules->config, ret_answer, e);
}

bool match_migration(struct recogniser *r, const struct line *line, bool *ret_matched,
                     struct err *e)
{
    const struct pack_tables *t = r->tables;
    uint32_t first;
    uint32_t count =
        pack_names_find(t, t->wrapper_names, t->wrapper_name_count, line->name, &first);
    bool unused;

    *ret_matched = false;
    for (uint32_t i = first; i < first + count; i++) {
        uint32_t index = t->wrapper_names[i].index;
        const struct pack_wrapper *row = &t->wrappers[index];
        struct regex *unless = NULL;
        if (row->kind != WRAPPER_MIGRATION)
            continue;
        if (!compiled(r, &r->migrations[index], row->command, e))
            return false;
        if (!try_lines(r, r->migrations[index], line, false, NULL, &unused))
            continue;
        if (row->unless.length && !compiled(r, &unless, row->unless, e))
            return false;
        if (!unless || !try_lines(r, unless, line, false, NULL, &unused))
            *ret_matched = true;
    }
    return true;
}

/* As if the unknown program were this one. Only rules that spell out two of the operands are tried: one verb alone
 * ("apply", "up") is too common, and compiling all patterns would cost more than the process. */
static bool match_as(struct recogniser *r, const struct call *call, const struct line *line,
                     const struct pack_program *program, bool *ret_matched, struct err *e)
{
    const struct pack_tables *t = r->tables;
    struct line as = *line;
    struct str groups[REGEX_GROUPS_MAX];
    bool vanished = false;

    for (uint32_t i = program->first_rule; i < program->first_rule + program->rule_count; i++) {
        const struct pack_rule *rule = &t->rules[i];
        struct str pattern = pack_str(t, rule->command);
        if (!str_contains(pattern, line->operands.items[0]) ||
            !str_contains(pattern, line->operands.items[1]))
            continue;
        if (!compiled(r, &r->commands[i], rule->command, e) ||
            (rule->unless.length && !compiled(r, &r->unlesses[i], rule->unless, e)))
            return false;
        for (uint32_t n = 0; n < program->names.count; n++) {
            struct str name = pack_list_item(t, program->names, n);
            as.canonical = as.typed =
                str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(name),
                           STR_ARG(str_from_offset(line->canonical, line->program.length)));
            if (!try_lines(r, r->commands[i], &as, false, groups, &vanished) ||
                (rule->unless.length && try_lines(r, r->unlesses[i], &as, false, NULL, &vanished)))
                continue;
            *ret_matched = true;
            return report_suspected(
                r, call, line_show(r, call, line), "unknown-program",
                str_printf(r->arena,
                           "its program is not known before it runs; with " STR_FMT
                           " it would be " STR_FMT,
                           STR_ARG(name), STR_ARG(pack_str(t, rule->id))),
                e);
        }
    }
    return true;
}

bool match_unknown_program(struct recogniser *r, const struct call *call, const struct line *line,
                           struct err *e)
{
    const struct pack_tables *t = r->tables;
    bool matched = false;

    if (!line->operands.count || str_find_byte(line->operands.items[0], SHELL_UNKNOWN) != SIZE_MAX)
        return true;
    struct str verb = line->operands.items[0];
    bool file = str_find_byte(verb, '.') != SIZE_MAX || str_find_byte(verb, '/') != SIZE_MAX ||
                str_find_byte(verb, ' ') != SIZE_MAX;
    if (!file && name_promises_deploy(r, verb))
        return report_suspected(r, call, line_show(r, call, line), "unknown-program",
                                STR("its program is not known before it runs"), e);
    if (line->operands.count < 2 || line->operands.items[0].length < 2 ||
        line->operands.items[1].length < 2)
        return true;
    for (uint32_t i = 0; i < t->program_count && !matched; i++)
        if (!line_has_option(call, t, t->programs[i].excuses) &&
            (is_distinctive(t, &t->programs[i]) || line->operands.count > 2) &&
            !match_as(r, call, line, &t->programs[i], &matched, e))
            return false;
    return true;
}
