/* packs -- lists, explains and tests the rules by which deploys and migration tools are recognised. */
#include <stdio.h>

#include "base/file.h"
#include "cli/packs_trackers.h"
#include "deploys/protect_tables.h"
#include "deploys/recognise.h"

static const char *const certainties[] = {"certain", "suspected"};
static const char *const kinds[] = {"work-tree", "commit", "rollback"};

static struct str text_of(struct pack_text text)
{
    return pack_str(&pack_builtin, text);
}

static struct str str_or(struct str value, const char *otherwise)
{
    return value.length ? value : str_from(otherwise);
}

static void add_rule_json(struct buf *out, struct str id, struct str pack, struct str program,
                          struct str command, struct str unless, struct str certainty,
                          struct str kind)
{
    bool first = true;

    buf_add_byte(out, '{');
    json_add_string(out, &first, "id", id);
    json_add_string(out, &first, "pack", pack);
    json_add_string(out, &first, "program", program);
    json_add_string(out, &first, "command", command);
    json_add_string(out, &first, "unless", unless);
    json_add_string(out, &first, "certainty", certainty);
    json_add_string(out, &first, "kind", kind);
    buf_add(out, STR("}\n"));
}

static void list_rule(struct cli *cli, const struct pack_rule *rule)
{
    const struct pack_program *program = &pack_builtin.programs[rule->program];
    struct str pack = text_of(pack_builtin.packs[program->pack].name);
    struct str name = pack_list_item(&pack_builtin, program->names, 0);
    const char *certainty = certainties[rule->certainty], *kind = kinds[rule->kind];

    if (cli->json)
        add_rule_json(&cli->out, text_of(rule->id), pack, name, text_of(rule->command),
                      text_of(rule->unless), str_from(certainty), str_from(kind));
    else
        buf_printf(&cli->out, "%-14.*s %-38.*s %s\n", STR_ARG(pack), STR_ARG(text_of(rule->id)),
                   rule->kind        ? kind
                   : rule->certainty ? certainty
                                     : "");
}

static struct str guarded_text(struct pack_text text)
{
    return pack_str(&protect_builtin.packs, text);
}

/* What may not be done to the gate itself: rules, then files. */
static void list_guarded(struct cli *cli, struct str id, struct str program, struct str pattern,
                         struct str unless, const char *reason)
{
    if (cli->json)
        add_rule_json(&cli->out, id, STR("protect"), program, pattern, unless,
                      str_from(certainties[0]), str_from(reason));
    else
        buf_printf(&cli->out, "%-14s %-38.*s %s\n", "protect", STR_ARG(id), reason);
}

static void list_protect(struct cli *cli)
{
    const struct pack_tables *t = &protect_builtin.packs;

    for (uint32_t i = 0; i < protect_builtin.rule_count; i++) {
        const struct protect_rule *rule = &protect_builtin.rules[i];
        list_guarded(cli, guarded_text(rule->id),
                     pack_list_item(t, t->programs[rule->program].names, 0),
                     guarded_text(rule->command), guarded_text(rule->unless),
                     rule->stamp ? "stamp" : "protected");
    }
    for (uint32_t i = 0; i < protect_builtin.file_count; i++)
        list_guarded(cli, guarded_text(protect_builtin.files[i].id), STR(""),
                     guarded_text(protect_builtin.files[i].path), STR(""), "file");
}

static enum cli_status list(struct cli *cli, const struct config *config)
{
    for (uint32_t i = 0; i < pack_builtin.rule_count; i++)
        list_rule(cli, &pack_builtin.rules[i]);
    list_protect(cli);
    for (size_t i = 0; i < config->deploys.count; i++) {
        const struct config_deploy_rule *rule = &config->deploys.items[i];
        if (cli->json)
            add_rule_json(&cli->out, rule->id, rule->place.file, STR_NONE, rule->command,
                          rule->unless, str_or(rule->certainty, certainties[0]),
                          str_or(rule->kind, kinds[0]));
        else
            buf_printf(&cli->out, "%-14s %-38.*s " STR_FMT "\n", "(yours)", STR_ARG(rule->id),
                       STR_ARG(rule->place.file));
    }
    packs_list_trackers(cli, config);
    return CLI_OK;
}

static void explain_examples(struct cli *cli, const struct pack_rule *rule)
{
    for (uint32_t i = 0; i < rule->example_count; i++) {
        const struct pack_example *example = &pack_builtin_examples.items[rule->first_example + i];
        buf_printf(&cli->out, "  %-8s " STR_FMT "\n", example->deploy ? "deploy" : "safe",
                   STR_ARG(pack_example_str(&pack_builtin_examples, example->command)));
    }
}

static bool explain_rule(struct cli *cli, struct str id)
{
    for (uint32_t i = 0; i < pack_builtin.rule_count; i++) {
        const struct pack_rule *rule = &pack_builtin.rules[i];
        if (!str_eq(text_of(rule->id), id))
            continue;
        const struct pack *pack = &pack_builtin.packs[pack_builtin.programs[rule->program].pack];
        buf_printf(&cli->out,
                   STR_FMT "\n  pack     " STR_FMT ": " STR_FMT " (" STR_FMT
                           ")\n  command  " STR_FMT "\n",
                   STR_ARG(id), STR_ARG(text_of(pack->name)), STR_ARG(text_of(pack->title)),
                   STR_ARG(text_of(pack->file)), STR_ARG(text_of(rule->command)));
        if (rule->unless.length)
            buf_printf(&cli->out, "  unless   " STR_FMT "\n", STR_ARG(text_of(rule->unless)));
        for (uint32_t w = 0; w < rule->environment.count; w++)
            buf_printf(&cli->out, "  where    " STR_FMT "\n",
                       STR_ARG(pack_list_item(&pack_builtin, rule->environment, w)));
        buf_printf(&cli->out, "  judged   %s, %s\n", certainties[rule->certainty],
                   kinds[rule->kind]);
        explain_examples(cli, rule);
        return true;
    }
    return false;
}

static void explain_guarded_examples(struct cli *cli, uint32_t first, uint32_t count,
                                     const char *taken, const char *other)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct pack_example *example = &protect_builtin_examples.items[first + i];
        buf_printf(&cli->out, "  %-8s " STR_FMT "\n", example->deploy ? taken : other,
                   STR_ARG(pack_example_str(&protect_builtin_examples, example->command)));
    }
}

static bool explain_protect(struct cli *cli, struct str id)
{
    for (uint32_t i = 0; i < protect_builtin.rule_count; i++) {
        const struct protect_rule *rule = &protect_builtin.rules[i];
        if (!str_eq(guarded_text(rule->id), id))
            continue;
        buf_printf(&cli->out, STR_FMT "\n  reason   %s\n  command  " STR_FMT "\n", STR_ARG(id),
                   rule->stamp ? "stamp" : "protected", STR_ARG(guarded_text(rule->command)));
        if (rule->unless.length)
            buf_printf(&cli->out, "  unless   " STR_FMT "\n", STR_ARG(guarded_text(rule->unless)));
        if (rule->setting.length)
            buf_printf(&cli->out, "  setting  " STR_FMT "\n", STR_ARG(guarded_text(rule->setting)));
        buf_printf(&cli->out, "  because  " STR_FMT "\n", STR_ARG(guarded_text(rule->says)));
        explain_guarded_examples(cli, rule->first_example, rule->example_count, "blocked",
                                 "passes");
        return true;
    }
    for (uint32_t i = 0; i < protect_builtin.file_count; i++) {
        const struct protect_file *file = &protect_builtin.files[i];
        if (!str_eq(guarded_text(file->id), id))
            continue;
        buf_printf(&cli->out,
                   STR_FMT "\n  reason   protected, when a change would take something away\n"
                           "  path     " STR_FMT "\n  it is    " STR_FMT "\n",
                   STR_ARG(id), STR_ARG(guarded_text(file->path)),
                   STR_ARG(guarded_text(file->what)));
        explain_guarded_examples(cli, file->first_example, file->example_count, "file", "other");
        return true;
    }
    return false;
}

static bool explain_own(struct cli *cli, const struct config *config, struct str id)
{
    for (size_t i = 0; i < config->deploys.count; i++) {
        const struct config_deploy_rule *rule = &config->deploys.items[i];
        if (!str_eq(rule->id, id))
            continue;
        buf_printf(&cli->out, STR_FMT "\n  file     " STR_FMT "\n  command  " STR_FMT "\n",
                   STR_ARG(id), STR_ARG(rule->place.file), STR_ARG(rule->command));
        for (size_t e = 0; e < rule->deploy_examples.count; e++)
            buf_printf(&cli->out, "  deploy   " STR_FMT "\n",
                       STR_ARG(rule->deploy_examples.items[e]));
        for (size_t e = 0; e < rule->safe_examples.count; e++)
            buf_printf(&cli->out, "  safe     " STR_FMT "\n",
                       STR_ARG(rule->safe_examples.items[e]));
        return true;
    }
    return false;
}

struct explanation {
    struct cli *cli;
    struct str line;      /* the command whose rules are being told */
    struct strs refusing; /* rules that were tried on it and do not match */
};

#define EXPLAIN_COLUMNS 78u

/* The rules that do not match, as one list: there may be a dozen. */
static void say_refusing(struct explanation *x)
{
    struct buf *out = &x->cli->out;
    size_t column = 0;

    for (size_t i = 0; i < x->refusing.count; i++) {
        struct str id = x->refusing.items[i];
        if (i && column + 2 + id.length <= EXPLAIN_COLUMNS) {
            column += 2 + id.length;
            buf_add(out, STR(", "));
        } else {
            buf_add(out, i ? STR(",\n                  ") : STR("  does not match: "));
            column = 18 + id.length;
        }
        buf_add(out, id);
    }
    if (x->refusing.count)
        buf_add_byte(out, '\n');
    x->refusing = (struct strs){0};
}

static void note_tried(void *context, const struct pack_rule *rule, struct str line, bool matched,
                       bool unless)
{
    struct explanation *x = context;
    struct str shown = deploys_mask(x->cli->arena, line);

    if (!str_eq(shown, x->line)) {
        say_refusing(x);
        x->line = shown;
        buf_printf(&x->cli->out, STR_FMT "\n", STR_ARG(shown));
    }
    if (matched)
        buf_printf(&x->cli->out, "  %s " STR_FMT "\n",
                   unless ? "excused:       " : "matches:       ", STR_ARG(text_of(rule->id)));
    else
        VEC_PUSH(x->cli->arena, &x->refusing, text_of(rule->id));
}

/* Every rule that was tried on the commands of a text. */
static enum cli_status explain_text(struct cli *cli, struct str text)
{
    struct deploys deploys = {0};
    struct tampers tampers = {0};
    struct err e = ERR_NONE;
    struct configs *configs = configs_new(cli->arena, &cli->config_options);
    struct recogniser *recogniser = recogniser_new(cli->arena, configs, &pack_builtin, &deploys);
    struct explanation explanation = {.cli = cli};

    recogniser_protect(recogniser, &protect_builtin, &tampers);
    recogniser_inherit(recogniser);
    recogniser_explain(recogniser, note_tried, &explanation);
    if (!recogniser_run(recogniser, DIALECT_SH, text, cli->directory, recogniser_home(), &e)) {
        cli_say_error(cli, &e);
        return CLI_BLOCKED;
    }
    say_refusing(&explanation);
    if (!explanation.line.length)
        buf_add(
            &cli->out,
            STR("no rule was tried: none is about these programs, or their options excuse them\n"));
    buf_printf(&cli->out, "deploys found: %zu\n", deploys.count);
    for (size_t i = 0; i < deploys.count; i++) {
        const struct deploy *deploy = &deploys.items[i];
        buf_printf(
            &cli->out, "  " STR_FMT " (%s)%s" STR_FMT "\n    " STR_FMT "\n", STR_ARG(deploy->rule),
            certainties[deploy->certainty], deploy->why.length ? ": " : "", STR_ARG(deploy->why),
            STR_ARG(str_join(cli->arena, deploy->trail.items, deploy->trail.count, STR(" -> "))));
    }
    for (size_t i = 0; i < tampers.count; i++) {
        const struct tamper *tamper = &tampers.items[i];
        buf_printf(
            &cli->out, "touches the gate itself: " STR_FMT "\n    " STR_FMT "\n",
            STR_ARG(tamper->rule),
            STR_ARG(str_join(cli->arena, tamper->trail.items, tamper->trail.count, STR(" -> "))));
    }
    return CLI_OK;
}

static enum cli_status explain(struct cli *cli, const struct config *config)
{
    if (cli->operands.count != 2)
        return cli_usage_error(cli,
                               "explain takes a rule's or tracker's id, or a command in quotes");
    struct str what = cli->operands.items[1];
    if (explain_rule(cli, what) || explain_protect(cli, what) || explain_own(cli, config, what) ||
        packs_explain_tracker(cli, config, what))
        return CLI_OK;
    return explain_text(cli, what);
}

static void say_failure(struct cli *cli, size_t *failed, struct str place, struct str example,
                        struct str expected, struct str found)
{
    (*failed)++;
    buf_printf(&cli->out, STR_FMT ": " STR_FMT "\n  expected " STR_FMT ", found " STR_FMT "\n",
               STR_ARG(place), STR_ARG(example), STR_ARG(expected), STR_ARG(found));
}

/* One example of the user's own rule, through all rules, as the hook would see it. */
static bool test_own(struct cli *cli, struct configs *configs,
                     const struct config_deploy_rule *rule, struct str example, bool wanted,
                     size_t *failed, struct err *e)
{
    struct deploys deploys = {0};
    struct tampers tampers = {0};
    struct request request = {.host = HOST_DRY_RUN,
                              .runs_shell = true,
                              .command = example,
                              .cwd = cli->directory,
                              .raw = example};
    bool found = false;

    if (!deploys_recognise(cli->arena, configs, &request, &deploys, &tampers, e))
        return false;
    for (size_t i = 0; i < deploys.count; i++)
        found |= str_eq(deploys.items[i].rule, rule->id);
    if (found != wanted)
        say_failure(cli, failed, rule->id, example,
                    wanted ? STR("a deploy by this rule") : STR("no deploy by it"),
                    found ? STR("one") : STR("none"));
    return true;
}

static bool test_owns(struct cli *cli, const struct config *config, size_t *count, size_t *failed,
                      struct err *e)
{
    struct configs *configs = configs_new(cli->arena, &cli->config_options);

    for (size_t i = 0; i < config->deploys.count; i++) {
        const struct config_deploy_rule *rule = &config->deploys.items[i];
        for (size_t x = 0; x < rule->deploy_examples.count; x++, (*count)++)
            if (!test_own(cli, configs, rule, rule->deploy_examples.items[x], true, failed, e))
                return false;
        for (size_t x = 0; x < rule->safe_examples.count; x++, (*count)++)
            if (!test_own(cli, configs, rule, rule->safe_examples.items[x], false, failed, e))
                return false;
    }
    return true;
}

/* What is tested: all that is built in, or one pack file of somebody who writes one. */
struct tested {
    struct str trackers; /* the bytes of a pack of trackers */
    struct pack_tables tables;
    struct pack_examples examples;
    bool has_protect;
    struct protect_tables protect;
    struct pack_examples protect_examples;
};

static bool load_file(struct cli *cli, struct str path, struct tested *ret, struct err *e)
{
    struct pack_loader *loader = pack_loader_new(cli->arena);
    struct protect_loader *protect = protect_loader_new(cli->arena);
    struct str bytes;

    *ret = (struct tested){0};
    if (!file_read(cli->arena, path_join(cli->arena, cli->directory, path), FILE_MAX, &bytes, e))
        return false;
    if (str_contains(bytes, STR("\"trackers\""))) {
        ret->trackers = bytes;
        return true;
    }
    ret->has_protect = str_contains(bytes, STR("\"protect\""));
    if (ret->has_protect)
        return protect_load(protect, bytes, path, e) &&
               protect_loader_finish(protect, &ret->protect, &ret->protect_examples, e);
    return pack_load_deploys(loader, bytes, path, e) &&
           pack_loader_finish(loader, &ret->tables, &ret->examples, e);
}

static bool run_examples(struct cli *cli, const struct tested *tested,
                         struct pack_failures *failures, size_t *count, struct err *e)
{
    struct pack_failures more = {0};
    size_t guarded = 0;

    if (!pack_check_examples(cli->arena, &tested->tables, &tested->examples, STR_NONE, failures,
                             count, e))
        return false;
    if (!tested->has_protect)
        return true;
    if (!protect_check_examples(cli->arena, &tested->protect, &tested->protect_examples, &more,
                                &guarded, e))
        return false;
    *count += guarded;
    for (size_t i = 0; i < more.count; i++)
        VEC_PUSH(cli->arena, failures, more.items[i]);
    return true;
}

static enum cli_status test(struct cli *cli, const struct config *config)
{
    struct tested tested = {STR_NONE, pack_builtin,    pack_builtin_examples,
                            true,     protect_builtin, protect_builtin_examples};
    struct pack_failures failures = {0};
    struct err e = ERR_NONE;
    size_t count = 0, failed = 0;
    bool done = true;

    if (cli->operands.count > 2)
        return cli_usage_error(cli, "test takes one pack file at most");
    if (cli->operands.count == 2)
        done = load_file(cli, cli->operands.items[1], &tested, &e);
    if (done && tested.trackers.length)
        done = packs_test_tracker_file(cli, tested.trackers, cli->operands.items[1], &count,
                                       &failed, &e);
    else
        done = done && run_examples(cli, &tested, &failures, &count, &e);
    if (done && cli->operands.count == 1)
        done = test_owns(cli, config, &count, &failed, &e) &&
               packs_test_trackers(cli, config, &count, &failed, &e);
    if (!done) {
        cli_say_error(cli, &e);
        return CLI_BLOCKED;
    }
    for (size_t i = 0; i < failures.count; i++)
        say_failure(cli, &failed,
                    str_printf(cli->arena, STR_FMT ": " STR_FMT, STR_ARG(failures.items[i].file),
                               STR_ARG(failures.items[i].row)),
                    failures.items[i].example, failures.items[i].expected, failures.items[i].found);
    if (cli->json) {
        cli->out.length = 0;
        buf_printf(&cli->out, "{\"examples\":%zu,\"failed\":%zu}\n", count, failed);
    } else {
        buf_printf(&cli->out, "%zu examples, %zu failed\n", count, failed);
    }
    return failed ? CLI_BLOCKED : CLI_OK;
}

static enum cli_status run(struct cli *cli)
{
    const struct config *config;

    if (cli->operands.count == 0)
        return cli_usage_error(cli, "list, explain or test?");
    if (!cli_config(cli, cli->directory, &config))
        return CLI_BLOCKED;
    if (config->broken)
        fprintf(stderr, "hookcheck packs: your own rules are left out: " STR_FMT "\n",
                STR_ARG(config->broken_message));
    struct str what = cli->operands.items[0];
    if (str_eq(what, STR("list")))
        return cli->operands.count > 1 ? cli_usage_error(cli, "list takes no operand")
                                       : list(cli, config);
    if (str_eq(what, STR("explain")))
        return explain(cli, config);
    if (str_eq(what, STR("test")))
        return test(cli, config);
    return cli_usage_error(cli, "list, explain or test, not " STR_FMT, STR_ARG(what));
}

const struct cli_command cmd_packs = {
    .name = "packs",
    .operands = "list | explain RULE-TRACKER-OR-COMMAND | test [FILE]",
    .summary =
        "lists, explains and tests the rules by which deploys and migration tools are recognised",
    .text = "  list     every rule and tracker, and your own from " CONFIG_NAME "\n"
            "  explain  what a rule takes, how a tracker is read, or which rules were tried on a "
            "command\n"
            "  test     runs the examples of all rules and trackers, or of one pack file\n",
    .run = run,
};
