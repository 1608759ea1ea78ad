#include <string.h>

#include "cli/cli.h"

static const struct cli_option common[] = {
    {"json", NULL, "answer in JSON"},
    {"color", "WHEN", "auto (default), always or never"},
    {"config", "FILE", "use this configuration instead of the usual ones"},
    {"directory", "DIR", "act as if started there (also: -C DIR)"},
    {"help", NULL, "print this"},
    {NULL, NULL, NULL},
};

static void add_options(struct buf *out, const struct cli_option *options)
{
    for (const struct cli_option *option = options; option && option->name; option++) {
        struct str name =
            str_printf(out->arena, "--%s%s%s", option->name, option->argument ? "=" : "",
                       option->argument ? option->argument : "");
        buf_printf(out, "  %-20.*s  %s\n", STR_ARG(name), option->help);
    }
}

void cli_help(struct cli *cli, const struct cli_command *command)
{
    struct buf *out = &cli->out;

    buf_printf(out, "usage: hookcheck %s [OPTION…]%s%s\n%s\n\n", command->name,
               *command->operands ? " " : "", command->operands, command->summary);
    add_options(out, command->options);
    add_options(out, common);
    if (command->text)
        buf_printf(out, "\n%s", command->text);
}

void cli_help_all(struct cli *cli)
{
    buf_add(&cli->out, STR("usage: hookcheck SUBCOMMAND [OPTION…]\n"
                           "stops code from reaching production ahead of its database schema\n\n"));
    for (size_t i = 0; cli_commands[i]; i++)
        if (!cli_commands[i]->hidden)
            buf_printf(&cli->out, "  %-10s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    buf_add(&cli->out,
            STR("\n  --version prints the version; hookcheck SUBCOMMAND --help says more\n"
                "\nexit status: 0 nothing to object, 2 blocked or found, 1 wrong usage\n"));
}
