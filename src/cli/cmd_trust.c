/* trust -- a person's word: this configuration may run commands and connect to servers. */
#include <stdio.h>

#include "base/digest.h"
#include "base/file.h"
#include "cli/cli.h"
#include "config/state.h"

static enum cli_status refuse(const struct cli *cli, struct str why)
{
    fprintf(stderr, "hookcheck %s: this is for a person in a terminal:\n  " STR_FMT "\n",
            cli->command->name, STR_ARG(why));
    fprintf(stderr,
            "  next step: a person reads the file and runs in a terminal: hookcheck trust\n");
    return CLI_BLOCKED;
}

static enum cli_status fail(const struct cli *cli, const struct err *e)
{
    cli_say_error(cli, e);
    return CLI_BLOCKED;
}

static enum cli_status show(struct cli *cli, const struct config *config)
{
    bool first = true;

    if (cli->json) {
        buf_add_byte(&cli->out, '{');
        json_write_key(&cli->out, &first, "file");
        json_write_string(&cli->out, config->repository_file);
        json_write_key(&cli->out, &first, "digest");
        json_write_string(&cli->out, config->repository_digest);
        json_write_key(&cli->out, &first, "trusted");
        buf_add(&cli->out, config->trusted ? STR("true}\n") : STR("false}\n"));
    } else {
        buf_printf(&cli->out, STR_FMT ": %s\n", STR_ARG(config->repository_file),
                   config->trusted ? "trusted" : "not trusted");
    }
    return config->trusted ? CLI_OK : CLI_BLOCKED;
}

/* A comment must not be able to hide a line from the person who reads this. */
static void show_lines(struct cli *cli, struct str bytes)
{
    struct str line;

    while (str_next_line(&bytes, &line)) {
        while (line.length) {
            size_t tab = str_find_byte(line, '\t');
            buf_add(&cli->out, str_shown(cli->arena, str_prefix(line, tab)));
            if (tab != SIZE_MAX)
                buf_add_byte(&cli->out, '\t');
            line = tab == SIZE_MAX ? STR_NONE : str_from_offset(line, tab + 1);
        }
        buf_add_byte(&cli->out, '\n');
    }
}

static enum cli_status change(struct cli *cli, const struct config *config)
{
    struct str state = state_directory(cli->arena), why = STR_NONE, bytes;
    struct err e = ERR_NONE;

    if (!person_is_there(&why))
        return refuse(cli, why);
    if (!state_make(cli->arena, state, &e))
        return fail(cli, &e);
    if (cli_has(cli, "revoke")) {
        if (!trust_remove(cli->arena, state, config->repository_file, &e))
            return fail(cli, &e);
        buf_printf(&cli->out, STR_FMT ": no longer trusted\n", STR_ARG(config->repository_file));
        return CLI_OK;
    }
    if (config->broken) {
        err_set(&e, ERR_INPUT, STR_FMT, STR_ARG(config->broken_message));
        (void)err_hint(&e, STR_FMT, STR_ARG(config->broken_hint));
        return fail(cli, &e);
    }
    /* What is trusted is what is shown. */
    if (!file_read(cli->arena, config->repository_file, FILE_MAX, &bytes, &e))
        return fail(cli, &e);
    if (!str_eq(digest_sha256(cli->arena, bytes), config->repository_digest)) {
        err_set(&e, ERR_INPUT, STR_FMT " changed while it was read",
                STR_ARG(config->repository_file));
        return fail(cli, &e);
    }
    if (!trust_add(cli->arena, state, config->repository_digest, config->repository_file, &e))
        return fail(cli, &e);
    show_lines(cli, bytes);
    buf_printf(&cli->out, "\ntrusted until it changes: " STR_FMT "\n",
               STR_ARG(str_shown(cli->arena, config->repository_file)));
    return CLI_OK;
}

static enum cli_status run(struct cli *cli)
{
    struct str directory = cli->directory;
    const struct config *config;

    if (cli->operands.count > 1)
        return cli_usage_error(cli, "one directory at a time");
    if (cli->operands.count)
        directory = path_join(cli->arena, directory, cli->operands.items[0]);
    if (file_kind(cli->arena, directory) != FILE_DIRECTORY)
        return cli_usage_error(cli, STR_FMT " is not a directory", STR_ARG(directory));
    if (cli_has(cli, "revoke") && cli_has(cli, "show"))
        return cli_usage_error(cli, "--revoke and --show exclude each other");
    /* It is the repository's own file that is trusted, whatever --config names. */
    cli->config_options.file = STR_NONE;
    if (!cli_config(cli, directory, &config))
        return CLI_BLOCKED;
    if (str_is_empty(config->repository_file)) {
        fprintf(stderr,
                "hookcheck trust: there is no " CONFIG_NAME " around " STR_FMT
                "\n  next step: hookcheck init\n",
                STR_ARG(directory));
        return CLI_BLOCKED;
    }
    return cli_has(cli, "show") ? show(cli, config) : change(cli, config);
}

static const struct cli_option options[] = {
    {"show", NULL, "only say whether it is trusted: 0 yes, 2 no"},
    {"revoke", NULL, "take the trust back"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_trust = {
    .name = "trust",
    .operands = "[DIR]",
    .summary = "lets a repository's " CONFIG_NAME " name commands and servers (people only)",
    .text = "The trust is in the file's content: after any change it has to be given again.\n"
            "Needs a terminal, and refuses where an agent runs it.\n",
    .options = options,
    .run = run,
};
