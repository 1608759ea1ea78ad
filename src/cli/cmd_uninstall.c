/* uninstall -- takes back what install did, byte for byte. */
#include <stdio.h>

#include "cli/install_git.h"
#include "config/state.h"

static const enum git_manager managers[] = {MANAGER_HUSKY, MANAGER_LEFTHOOK, MANAGER_PRE_COMMIT};

static bool is_target(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(managers); i++)
        if (str_eq(name, str_from(manager_name(managers[i]))))
            return true;
    return registration_named(name) || str_eq(name, STR("git")) || str_eq(name, STR("ci")) ||
           ci_is_known(name);
}

/* Without names everything is meant. */
static bool is_meant(const struct cli *cli, const char *name)
{
    return cli->operands.count == 0 || strs_have(&cli->operands, str_from(name));
}

static void uninstall_git(struct install *in)
{
    struct str directory = in->work_tree.length ? in->work_tree : in->cli->directory;
    struct git_place place;
    struct err nowhere = ERR_NONE;

    if (is_meant(in->cli, "git")) {
        git_uninstall(in, directory);
        struct strs submodules = {0};
        if (cli_has(in->cli, "recurse"))
            submodules = git_submodules(in, directory);
        for (size_t i = 0; i < submodules.count; i++)
            git_uninstall(in, submodules.items[i]);
        return; /* the managers with it */
    }
    if (!git_look(in, directory, &place, &nowhere))
        return;
    for (size_t i = 0; i < COUNT_OF(managers); i++)
        if (is_meant(in->cli, manager_name(managers[i])))
            manager_uninstall(in, &place, managers[i]);
}

static enum cli_status run(struct cli *cli)
{
    struct install in;
    struct err e = ERR_NONE;
    struct str why;

    if (agent_is_there(&why)) {
        fprintf(stderr,
                "hookcheck uninstall: this is for a person: " STR_FMT
                "\n  next step: a person runs it in their own terminal\n",
                STR_ARG(why));
        return CLI_BLOCKED;
    }
    if (cli_has(cli, "project") + cli_has(cli, "local") + cli_has(cli, "user") +
            cli_has(cli, "managed") >
        1)
        return cli_usage_error(cli, "--project, --local, --user and --managed exclude each other");
    if (!install_open(cli, &in, &e)) {
        cli_say_error(cli, &e);
        return CLI_BLOCKED;
    }
    for (size_t i = 0; i < cli->operands.count; i++)
        if (!is_target(cli->operands.items[i]))
            return cli_usage_error(cli, "there is nothing named " STR_FMT " to uninstall",
                                   STR_ARG(cli->operands.items[i]));
    uninstall_git(&in);
    if (is_meant(cli, "ci"))
        ci_uninstall(&in, cli->operands.count == 2 ? cli->operands.items[1] : STR_NONE);
    for (size_t i = 0; i < registration_count; i++)
        if (is_meant(cli, registrations[i].name))
            agent_uninstall(&in, &registrations[i]);
    return install_report(&in);
}

static const struct cli_option options[] = {
    {"project", NULL, "the repository's settings (default; its local ones too)"},
    {"local", NULL, "only the repository's settings that are yours alone"},
    {"user", NULL, "your own settings"},
    {"managed", NULL, "the administrator's settings"},
    {"global-template", NULL, "git: the template of new clones"},
    {"recurse", NULL, "git: in the submodules too"},
    {"print", NULL, "show what would change, change nothing"},
    {"sysroot", "DIR", "system-wide files are below DIR"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_uninstall = {
    .name = "uninstall",
    .operands = "[TARGET…]",
    .summary = "takes the hooks away and restores what was there (people only)",
    .text =
        "TARGET: as for install; without one: all of them. A file that is as install left it is\n"
        "restored byte for byte; in one that was changed since, only our entries are taken out.\n",
    .options = options,
    .run = run,
};
