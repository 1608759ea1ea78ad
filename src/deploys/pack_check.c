/* pack_check.c -- the packs' own examples, run through the recogniser that hooks use. */
#include "deploys/judge.h"
#include "deploys/mask.h"
#include "deploys/recognise.h"

struct check {
    struct arena *arena;
    const struct pack_tables *tables;
    const struct pack_examples *examples;
    struct pack_failures *failures;
    size_t count;
};

static struct str describe(struct check *c, const struct deploys *deploys)
{
    struct buf out = buf_new(c->arena, 2000);

    for (size_t i = 0; i < deploys->count; i++) {
        const struct deploy *deploy = &deploys->items[i];
        buf_printf(&out, "%s%s " STR_FMT " \"" STR_FMT "\" (" STR_FMT ")", i ? "; " : "",
                   deploy->certainty == DEPLOY_CERTAIN ? "certain" : "suspected",
                   STR_ARG(deploy->rule), STR_ARG(deploy->environment_word),
                   STR_ARG(deploy->command));
    }
    return deploys->count ? buf_str(&out) : STR("no deploy");
}

static void fail(struct check *c, struct str file, struct str row, struct str example,
                 struct str expected, struct str found)
{
    struct pack_failure failure = {file, row, example, expected, found};

    VEC_PUSH(c->arena, c->failures, failure);
}

static bool check_rule_example(struct check *c, const struct pack_rule *rule, struct str file,
                               const struct pack_example *example, struct err *e)
{
    struct deploys deploys = {0};
    struct str command = pack_example_str(c->examples, example->command);
    struct str id = pack_str(c->tables, rule->id);
    struct recogniser *r = recogniser_new(c->arena, NULL, c->tables, &deploys);

    c->count++;
    if (!recogniser_run(r, DIALECT_SH, command, STR("/nowhere/repository"), STR("/nowhere/home"),
                        e))
        return false;
    if (!example->deploy) {
        if (deploys.count)
            fail(c, file, id, command, STR("no deploy"), describe(c, &deploys));
        return true;
    }
    struct str wanted = pack_example_str(c->examples, example->expected);
    for (size_t i = 0; i < deploys.count; i++)
        if (str_eq(deploys.items[i].rule, id) &&
            (!example->has_expected || str_eq(deploys.items[i].environment_word, wanted)))
            return true;
    struct str expected = example->has_expected ? str_printf(c->arena, STR_FMT " \"" STR_FMT "\"",
                                                             STR_ARG(id), STR_ARG(wanted))
                                                : id;
    fail(c, file, id, command, expected, describe(c, &deploys));
    return true;
}

/* The first command of the example, taken apart by its row: what does it run, in one line? */
struct peel_probe {
    struct check *check;
    const struct pack_wrapper *row;
    struct str found;
    bool seen;
};

static bool probe_command(void *context, struct shell_state *state,
                          const struct shell_command *command, struct err *e)
{
    struct peel_probe *probe = context;
    struct check *c = probe->check;
    struct deploys none = {0};
    struct recogniser *r = recogniser_new(c->arena, NULL, c->tables, &none);
    struct call call = {.words = command->words.items,
                        .count = command->words.count,
                        .directory = command->directory,
                        .state = state};
    struct line line;
    struct peeled peeled;
    bool migrates;

    if (probe->seen)
        return true;
    probe->seen = true;
    if (probe->row->kind == WRAPPER_MIGRATION) {
        if (call.count > 1 && str_eq(call.words[0].text, STR("php"))) {
            call.words++;
            call.count--;
        }
        line_build(r, &call, &line);
        if (!match_migration(r, &line, &migrates, e))
            return false;
        probe->found = migrates ? STR("migrates") : STR("");
        return true;
    }
    peel_row(r, probe->row, &call, &peeled);
    if (!peeled.applies || peeled.excused)
        return true;
    if (peeled.texts.count) {
        struct strs texts = peeled.texts;
        probe->found = texts.items[0];
        return true;
    }
    if (peeled.has_words) {
        line_build(r, &peeled.call, &line);
        probe->found = line.typed;
    }
    return true;
}

static bool words_of(struct check *c, struct str text, struct str *ret, struct err *e);

static bool check_wrapper_example(struct check *c, const struct pack_wrapper *row,
                                  const struct pack_example *example, struct err *e)
{
    struct str command = pack_example_str(c->examples, example->command);
    struct str expected = pack_example_str(c->examples, example->expected), found;
    struct peel_probe probe = {.check = c, .row = row};
    struct shell_visitor visitor = {.context = &probe, .command = probe_command};

    c->count++;
    struct shell_state *state =
        shell_state_new(c->arena, STR("/nowhere/repository"), STR("/nowhere/home"), &visitor);
    if (!shell_evaluate(state, command, e))
        return false;
    found = probe.found;
    if (row->kind != WRAPPER_MIGRATION && !words_of(c, probe.found, &found, e))
        return false;
    if (!str_eq(found, expected))
        fail(c, pack_str(c->tables, row->file), pack_list_item(c->tables, row->names, 0), command,
             str_printf(c->arena, "\"" STR_FMT "\"", STR_ARG(expected)),
             str_printf(c->arena, "\"" STR_FMT "\"", STR_ARG(found)));
    return true;
}

static bool join_command(void *context, struct shell_state *state,
                         const struct shell_command *command, struct err *e)
{
    struct peel_probe *probe = context;
    struct deploys none = {0};
    struct recogniser *r = recogniser_new(probe->check->arena, NULL, probe->check->tables, &none);
    struct call call = {.words = command->words.items,
                        .count = command->words.count,
                        .directory = command->directory,
                        .state = state};
    struct line line;

    (void)e;
    line_build(r, &call, &line);
    probe->found = line.canonical;
    return true;
}

/* Both sides of a comparison in canonical form. */
static bool words_of(struct check *c, struct str text, struct str *ret, struct err *e)
{
    struct peel_probe probe = {.check = c, .found = STR("")};
    struct shell_visitor visitor = {.context = &probe, .command = join_command};
    struct shell_state *state =
        shell_state_new(c->arena, STR("/nowhere/repository"), STR("/nowhere/home"), &visitor);

    if (!shell_evaluate(state, text, e))
        return false;
    *ret = probe.found;
    return true;
}

bool pack_check_examples(struct arena *arena, const struct pack_tables *tables,
                         const struct pack_examples *examples, struct str file,
                         struct pack_failures *ret_failures, size_t *ret_count, struct err *e)
{
    struct pack_failures failures = {0};
    struct check c = {arena, tables, examples, &failures, 0};

    for (uint32_t i = 0; i < tables->rule_count; i++) {
        const struct pack_rule *rule = &tables->rules[i];
        struct str name =
            pack_str(tables, tables->packs[tables->programs[rule->program].pack].file);
        for (uint32_t n = 0; n < rule->example_count; n++)
            if ((!file.length || str_eq(file, name)) &&
                !check_rule_example(&c, rule, name, &examples->items[rule->first_example + n], e))
                return false;
    }
    for (uint32_t i = 0; i < tables->wrapper_count; i++) {
        const struct pack_wrapper *row = &tables->wrappers[i];
        for (uint32_t n = 0; n < row->example_count; n++)
            if ((!file.length || str_eq(file, pack_str(tables, row->file))) &&
                !check_wrapper_example(&c, row, &examples->items[row->first_example + n], e))
                return false;
    }
    *ret_failures = failures;
    *ret_count = c.count;
    return true;
}
