#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "config/keys.h"

const struct cli_command *const cli_commands[] = {
    &cmd_init,      &cmd_command, &cmd_push,     &cmd_status, &cmd_packs,
    &cmd_log,       &cmd_trust,   &cmd_override, &cmd_models, &cmd_install,
    &cmd_uninstall, &cmd_doctor,  &cmd_demo,     &cmd_decide, NULL,
};

bool cli_has(const struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->value_count; i++)
        if (str_eq(str_from(cli->values[i].name), str_from(name)))
            return true;
    return false;
}

struct str cli_value(const struct cli *cli, const char *name)
{
    /* The last one counts, as everywhere. */
    for (size_t i = cli->value_count; i > 0; i--)
        if (strcmp(cli->values[i - 1].name, name) == 0)
            return cli->values[i - 1].value;
    return STR_NONE;
}

void cli_say(const struct cli *cli, struct str line)
{
    struct buf text = buf_new(cli->arena, line.length * 3 + 64);

    report_hanging(&text, line, 0, 2, isatty(STDERR_FILENO) ? cli_style(cli).width : 0);
    fprintf(stderr, STR_FMT, STR_ARG(buf_str(&text)));
}

enum cli_status cli_usage_error(const struct cli *cli, const char *format, ...)
{
    const char *space = cli->command ? " " : "", *name = cli->command ? cli->command->name : "";
    char message[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    cli_say(cli, str_printf(cli->arena, "hookcheck%s%s: %s", space, name, message));
    fprintf(stderr, "(hookcheck%s%s --help says more)\n", space, name);
    return CLI_USAGE;
}

struct str cli_hint(struct arena *arena, struct str hint)
{
    struct buf out = buf_new(arena, hint.length * 5 + 1);

    for (size_t i = 0; i < hint.length; i++) {
        buf_add_byte(&out, hint.bytes[i]);
        if (hint.bytes[i] == '\n')
            buf_add(&out, STR("    "));
    }
    return buf_str(&out);
}

/* The next step is not folded, so that commands can be copied. */
void cli_say_error(const struct cli *cli, const struct err *e)
{
    cli_say(cli, str_printf(cli->arena, "hookcheck %s: %s", cli->command->name, e->message));
    if (e->hint[0])
        fprintf(stderr, "  next step: " STR_FMT "\n",
                STR_ARG(cli_hint(cli->arena, str_from(e->hint))));
}

bool cli_flush(struct cli *cli)
{
    struct err e = ERR_NONE;
    struct str text = buf_str(&cli->out);

    if (cli->out.truncated)
        err_set(&e, ERR_LIMIT, "the answer is larger than %zu bytes", cli->out.maximum);
    bool written = !err_is_set(&e) && file_write_descriptor(STDOUT_FILENO, text, &e);
    cli->out.length = 0;
    if (!written)
        fprintf(stderr, "hookcheck: standard output: %s\n", e.message);
    return written;
}

enum cli_status cli_status_of(const struct verdict *verdict)
{
    bool passes = verdict->action == ACTION_ALLOW || verdict->action == ACTION_WARN;

    return passes ? CLI_OK : CLI_BLOCKED;
}

struct report_style cli_style(const struct cli *cli)
{
    return (struct report_style){.color = cli->color, .width = 80};
}

bool cli_config(struct cli *cli, struct str directory, const struct config **ret_config)
{
    struct config *config = ARENA_NEW(cli->arena, struct config);
    struct err e = ERR_NONE;

    if (!config_load(cli->arena, directory, &cli->config_options, config, &e)) {
        cli_say_error(cli, &e);
        return false;
    }
    *ret_config = config;
    return true;
}

static bool wants_color(struct str when, bool *ret_color)
{
    const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

    *ret_color = false;
    if (str_is_empty(when) || str_eq(when, STR("auto"))) {
        *ret_color = isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb") != 0;
        return true;
    }
    *ret_color = str_eq(when, STR("always"));
    return *ret_color || str_eq(when, STR("never"));
}

static bool set_directory(struct cli *cli, struct str wanted)
{
    char here[PATH_MAX];

    if (!getcwd(here, sizeof here)) {
        fprintf(stderr, "hookcheck: the current directory: %s\n", strerror(errno));
        return false;
    }
    cli->directory = path_join(cli->arena, str_copy(cli->arena, str_from(here)), wanted);
    if (wanted.length && file_kind(cli->arena, cli->directory) != FILE_DIRECTORY) {
        (void)cli_usage_error(cli, "-C: " STR_FMT " is not a directory", STR_ARG(wanted));
        return false;
    }
    return true;
}

static void keep_value(struct cli *cli, const char *name, const char *value)
{
    if (cli->value_count == CLI_OPTIONS_MAX) {
        /* Repeated options: the newest replaces the oldest of its name. */
        for (size_t i = 0; i < cli->value_count; i++)
            if (str_eq(str_from(cli->values[i].name), str_from(name))) {
                cli->values[i].value = str_from(value);
                return;
            }
        return;
    }
    cli->values[cli->value_count].name = name;
    cli->values[cli->value_count].value = str_from(value);
    cli->value_count++;
}

enum { OPTION_DIRECTORY = 'C', OPTION_OWN = 1000 };

/* Fills cli->values. False: wrong usage, said. */
static bool parse(struct cli *cli, int argc, char **argv)
{
    struct option options[CLI_OPTIONS_MAX + 8] = {
        {"json", no_argument, NULL, OPTION_OWN},
        {"color", required_argument, NULL, OPTION_OWN},
        {"config", required_argument, NULL, OPTION_OWN},
        {"directory", required_argument, NULL, OPTION_DIRECTORY},
        {"help", no_argument, NULL, OPTION_OWN}};
    size_t count = 5;
    int option, index = 0;

    for (const struct cli_option *own = cli->command->options; own && own->name; own++)
        options[count++] = (struct option){
            own->name, own->argument ? required_argument : no_argument, NULL, OPTION_OWN};
    optind = 1;
    while ((option = getopt_long(argc, argv, "C:h", options, &index)) != -1) {
        if (option == '?')
            return false; /* getopt has said which */
        if (option == OPTION_DIRECTORY)
            keep_value(cli, "directory", optarg);
        else if (option == 'h')
            keep_value(cli, "help", NULL);
        else
            keep_value(cli, options[index].name, optarg);
    }
    cli->has_separator = optind > 1 && strcmp(argv[optind - 1], "--") == 0;
    for (int i = optind; i < argc; i++)
        VEC_PUSH(cli->arena, &cli->operands, str_from(argv[i]));
    return true;
}

static enum cli_status run(struct cli *cli, int argc, char **argv)
{
    char name[64];

    /* getopt starts its messages with argv[0]. */
    snprintf(name, sizeof name, "hookcheck %s", cli->command->name);
    argv[0] = name;
    if (!parse(cli, argc, argv)) {
        if (cli->command == &cmd_command)
            fprintf(stderr, "(its text goes behind --, in quotes: %s -- 'ls -la')\n", name);
        fprintf(stderr, "(%s --help says more)\n", name);
        return CLI_USAGE;
    }
    if (cli_has(cli, "help")) {
        cli_help(cli, cli->command);
        return cli_flush(cli) ? CLI_OK : CLI_USAGE;
    }
    if (cli->operands.count && !*cli->command->operands)
        return cli_usage_error(cli, "takes no operand, but was given " STR_FMT,
                               STR_ARG(cli->operands.items[0]));
    if (!wants_color(cli_value(cli, "color"), &cli->color))
        return cli_usage_error(cli, "--color is auto, always or never");
    cli->json = cli_has(cli, "json");
    if (!set_directory(cli, cli_value(cli, "directory")))
        return CLI_USAGE;
    config_options_from_environment(cli->arena, &cli->config_options);
    if (cli_has(cli, "config"))
        cli->config_options.file = path_join(cli->arena, cli->directory, cli_value(cli, "config"));
    enum cli_status status = cli->command->run(cli);
    return cli_flush(cli) || status != CLI_OK ? status : CLI_BLOCKED;
}

static enum cli_status unknown_command(const struct cli *cli, struct str name)
{
    struct str names[COUNT_OF(cli_commands)];
    size_t count = 0;

    if (str_starts(name, STR("-")))
        return cli_usage_error(
            cli, "options stand behind the subcommand: hookcheck status " STR_FMT, STR_ARG(name));
    for (size_t i = 0; cli_commands[i]; i++)
        if (!cli_commands[i]->hidden)
            names[count++] = str_from(cli_commands[i]->name);
    struct str near = config_nearest(name, names, count);
    return cli_usage_error(cli, "there is no subcommand " STR_FMT "%s" STR_FMT "%s", STR_ARG(name),
                           near.length ? "; did you mean " : "", STR_ARG(near),
                           near.length ? "?" : "");
}

int cli_main(int argc, char **argv)
{
    struct arena arena = {.budget = (size_t)2 << 30}; /* given back with the process */
    struct cli cli = {.arena = &arena, .out = buf_new(&arena, CLI_OUTPUT_MAX)};

    if (argc < 2) {
        (void)cli_usage_error(&cli, "which subcommand?");
        return CLI_USAGE;
    }
    struct str name = str_from(argv[1]);
    if (str_eq(name, STR("--version")) || str_eq(name, STR("-V"))) {
        buf_add(&cli.out, STR("hookcheck " HOOKCHECK_VERSION "\n"));
        return cli_flush(&cli) ? CLI_OK : CLI_USAGE;
    }
    if (str_eq(name, STR("--help")) || str_eq(name, STR("-h")) ||
        (str_eq(name, STR("help")) && argc == 2)) {
        cli_help_all(&cli);
        return cli_flush(&cli) ? CLI_OK : CLI_USAGE;
    }
    bool help = str_eq(name, STR("help"));
    if (help)
        name = str_from(argv[2]);
    for (size_t i = 0; cli_commands[i]; i++)
        if (str_eq(name, str_from(cli_commands[i]->name)))
            cli.command = cli_commands[i];
    if (!cli.command)
        return (int)unknown_command(&cli, name);
    if (help) {
        cli_help(&cli, cli.command);
        return cli_flush(&cli) ? CLI_OK : CLI_USAGE;
    }
    return (int)run(&cli, argc - 1, argv + 1);
}
