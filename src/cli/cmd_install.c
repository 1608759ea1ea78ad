/* install -- puts the hooks where git and the agents look for them. */
#include <stdio.h>

#include "cli/install.h"

/* Named ones; without names everything that is found here. False: wrong usage, said. */
static bool install_named(struct install *in)
{
    const struct strs *names = &in->cli->operands;

    for (size_t i = 0; i < names->count; i++)
        if (!registration_named(names->items[i])) {
            (void)cli_usage_error(in->cli, "there is nothing named " STR_FMT " to install",
                                  STR_ARG(names->items[i]));
            return false;
        }
    for (size_t i = 0; i < names->count; i++)
        agent_install(in, registration_named(names->items[i]));
    return true;
}

static void install_found(struct install *in)
{
    for (size_t i = 0; i < registration_count; i++)
        if (agent_is_used(in, &registrations[i]))
            agent_install(in, &registrations[i]);
    if (in->results.count == 0 && !in->print)
        fprintf(stderr, "hookcheck install: found no agent here\n"
                        "  next step: name what to install: hookcheck install claude\n");
}

static enum cli_status run(struct cli *cli)
{
    struct install in;
    struct err e = ERR_NONE;

    if (cli_has(cli, "project") + cli_has(cli, "local") + cli_has(cli, "user") +
            cli_has(cli, "managed") >
        1)
        return cli_usage_error(cli, "--project, --local, --user and --managed exclude each other");
    if (!install_open(cli, &in, &e)) {
        cli_say_error(cli, &e);
        return CLI_BLOCKED;
    }
    if (cli->operands.count) {
        if (!install_named(&in))
            return CLI_USAGE;
    } else {
        install_found(&in);
    }
    return install_report(&in);
}

static const struct cli_option options[] = {
    {"project", NULL, "the repository's settings, shared with the team (default)"},
    {"local", NULL, "the repository's settings that are yours alone"},
    {"user", NULL, "your own settings, for all repositories"},
    {"managed", NULL, "the administrator's settings, which nobody below can switch off"},
    {"mend", NULL, "take out hook entries that no client can read"},
    {"print", NULL, "show what would change, change nothing"},
    {"sysroot", "DIR", "write system-wide files below DIR (for images)"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_install = {
    .name = "install",
    .operands = "[TARGET…]",
    .summary = "registers the hooks; again: no change",
    .text =
        "TARGET: claude, codex, copilot, gemini, cursor, opencode. Without one: every agent that\n"
        "is found. Files of others are edited, not rewritten; a copy of each as it was is kept\n"
        "below the state directory, and hookcheck uninstall brings it back byte for byte.\n",
    .options = options,
    .run = run,
};
