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

#define WIDTH 80u
#define OPTION_COLUMN 24u
#define COMMAND_COLUMN 13u
#define USAGE_COLUMN 17u /* behind "usage: hookcheck " */

static void add_options(struct buf *out, const struct cli_option *options)
{
    for (const struct cli_option *option = options; option && option->name; option++) {
        struct str name =
            str_printf(out->arena, "--%s%s%s", option->name, option->argument ? "=" : "",
                       option->argument ? option->argument : "");
        buf_printf(out, "  %-20.*s  ", STR_ARG(name));
        report_hanging(out, str_from(option->help), OPTION_COLUMN, OPTION_COLUMN, WIDTH);
    }
}

/* A line a paragraph; "  name     what it does" hangs under what it does. */
static void add_text(struct buf *out, struct str text)
{
    struct str line;

    while (str_next_line(&text, &line)) {
        size_t hang = 0;
        while (hang < line.length && line.bytes[hang] == ' ')
            hang++;
        size_t gap = hang ? str_find(str_from_offset(line, hang), STR("  ")) : SIZE_MAX;
        if (gap != SIZE_MAX)
            for (hang += gap; hang < line.length && line.bytes[hang] == ' ';)
                hang++;
        buf_add(out, str_prefix(line, hang));
        report_hanging(out, str_from_offset(line, hang), hang, hang, WIDTH);
    }
}

void cli_help(struct cli *cli, const struct cli_command *command)
{
    struct buf *out = &cli->out;
    struct str usage = str_printf(out->arena, "%s [OPTION…]%s%s", command->name,
                                  *command->operands ? " " : "", command->operands);

    buf_add(out, STR("usage: hookcheck "));
    report_hanging(out, usage, USAGE_COLUMN, USAGE_COLUMN, WIDTH);
    report_hanging(out, str_from(command->summary), 0, 0, WIDTH);
    buf_add_byte(out, '\n');
    add_options(out, command->options);
    add_options(out, common);
    if (command->text) {
        buf_add_byte(out, '\n');
        add_text(out, str_from(command->text));
    }
}

void cli_help_all(struct cli *cli)
{
    buf_add(&cli->out, STR("usage: hookcheck SUBCOMMAND [OPTION…]\n"
                           "stops code from reaching production ahead of its database schema\n\n"));
    for (size_t i = 0; cli_commands[i]; i++) {
        if (cli_commands[i]->hidden)
            continue;
        buf_printf(&cli->out, "  %-10s ", cli_commands[i]->name);
        report_hanging(&cli->out, str_from(cli_commands[i]->summary), COMMAND_COLUMN,
                       COMMAND_COLUMN, WIDTH);
    }
    buf_add(&cli->out,
            STR("\n  --version prints the version; hookcheck SUBCOMMAND --help says more\n"
                "\nexit status: 0 nothing to object, 2 blocked or found, 1 wrong usage\n"));
}
