/* status -- per environment and migration set: state, heads, applied, pending, unknown. */
#include <stdio.h>

#include "base/door.h"
#include "base/process.h"
#include "cli/cli.h"
#include "config/state.h"
#include "gate/override.h"
#include "repository/repository.h"

/* A bare repository has no work tree: its commits are looked at, HEAD unless another is named. NULL elsewhere. */
static struct repository *bare_repository(struct cli *cli, const struct config *config)
{
    struct repository *repository = NULL;
    struct err none = ERR_NONE;

    if (config->work_tree.length ||
        !repository_open(cli->arena, cli->directory, &repository, &none))
        return NULL;
    return repository;
}

static enum cli_status show(struct cli *cli, const struct config *config, struct str environment)
{
    CLEANUP_WITH(repository_close) struct repository *bare = bare_repository(cli, config);
    struct look_options options = {
        .repository = bare,
        .environment = environment,
        .revision = cli_value(cli, "at"),
        .offline = cli_has(cli, "offline"),
        .deadline_ms =
            clock_ms() + (config->deadline_ms ? config->deadline_ms : CONFIG_DEADLINE_DEFAULT_MS),
    };
    struct err e = ERR_NONE;
    struct look look;
    struct report_style style = cli_style(cli);

    if (bare && !options.revision.length)
        options.revision = STR("HEAD");
    if (!gate_look(cli->arena, config, &options, &look, &e)) {
        cli_say_error(cli, &e);
        return CLI_BLOCKED;
    }
    struct verdict verdict = verdict_of(look.reasons);
    override_notes_for(cli->arena, state_directory(cli->arena), &look, &verdict.overrides);
    if (cli->json) {
        report_status_json(&cli->out, &look, &verdict);
        buf_add_byte(&cli->out, '\n');
    } else {
        report_look_text(&cli->out, &look, &verdict, &style);
    }
    return cli_status_of(&verdict);
}

static bool is_configured(const struct config *config, struct str name)
{
    for (size_t i = 0; i < config->environments.count; i++)
        if (str_eq(config->environments.items[i].name, name))
            return true;
    return false;
}

static struct str environment_names(const struct cli *cli, const struct config *config)
{
    struct strs names = {0};

    for (size_t i = 0; i < config->environments.count; i++)
        VEC_PUSH(cli->arena, &names, config->environments.items[i].name);
    if (!names.count)
        return STR(": none is configured (hookcheck init)");
    return str_printf(cli->arena, " (configured: " STR_FMT ")",
                      STR_ARG(str_join(cli->arena, names.items, names.count, STR(", "))));
}

static enum cli_status run(struct cli *cli)
{
    struct str environment = cli_value(cli, "environment");
    const struct config *config;
    enum cli_status worst = CLI_OK;

    /* Whatever goes wrong from here on: nobody was told that nothing is pending. */
    door_open("hookcheck status");
    door_deploy_recognised();
    if (!cli_config(cli, cli->directory, &config))
        return CLI_BLOCKED;
    if (environment.length && !config->broken && !is_configured(config, environment))
        return cli_usage_error(cli, "no environment is named " STR_FMT STR_FMT,
                               STR_ARG(environment), STR_ARG(environment_names(cli, config)));
    if (environment.length && cli_has(cli, "all"))
        return cli_usage_error(cli, "--all and --environment exclude each other");
    for (size_t i = 0; i < config->notes.count; i++)
        cli_say(cli, str_printf(cli->arena, "hookcheck status: note: " STR_FMT,
                                STR_ARG(config->notes.items[i])));
    if (!cli_has(cli, "all") || config->environments.count == 0)
        return show(cli, config, environment);
    for (size_t i = 0; i < config->environments.count; i++) {
        if (i && !cli->json)
            buf_add_byte(&cli->out, '\n');
        enum cli_status status = show(cli, config, config->environments.items[i].name);
        worst = status > worst ? status : worst;
    }
    return worst;
}

static const struct cli_option options[] = {
    {"environment", "NAME", "this environment instead of the default one"},
    {"all", NULL, "every configured environment; with --json one document a line"},
    {"offline", NULL, "the code side alone: no database is asked"},
    {"at", "REV", "the migrations of this commit, not the work tree's (bare: HEAD's)"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_status = {
    .name = "status",
    .operands = "",
    .summary = "compares the migrations in the code with those in the database",
    .text = "exit status: 0 nothing is pending (or only a warning), 2 for every other verdict, 1 "
            "wrong usage\n",
    .options = options,
    .run = run,
};
