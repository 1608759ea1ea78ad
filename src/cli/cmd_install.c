/* install -- puts the hooks where git and the agents look for them. */
#include <stdio.h>

#include "base/file.h"
#include "cli/install_git.h"

static const char *const managers[] = {"husky", "lefthook", "pre-commit"};

static enum git_manager manager_named(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(managers); i++)
        if (str_eq(name, str_from(managers[i])))
            return (enum git_manager)(i + 1);
    return MANAGER_NONE;
}

static struct str repository(const struct install *in)
{
    return in->work_tree.length ? in->work_tree : in->cli->directory;
}

static void install_git(struct install *in)
{
    git_install(in, repository(in));
    if (!cli_has(in->cli, "recurse"))
        return;
    struct strs submodules = git_submodules(in, repository(in));
    for (size_t i = 0; i < submodules.count; i++)
        git_install(in, submodules.items[i]);
}

/* Up to version 4 its hooks stand in the hooks directory and .husky is nothing to it. */
static bool is_old_husky(struct install *in, const struct git_place *place)
{
    return file_kind(in->arena, path_join(in->arena, place->hooks, STR("husky.sh"))) ==
               FILE_REGULAR &&
           file_kind(in->arena, path_join(in->arena, place->top, STR(".husky"))) == FILE_ABSENT;
}

static bool manager_is_usable(struct install *in, const struct git_place *place,
                              enum git_manager manager, struct err *e)
{
    return manager != MANAGER_HUSKY || !is_old_husky(in, place) ||
           err_set(e, ERR_REFUSED, "husky 4 reads no .husky/pre-push") ||
           err_hint(e, "hookcheck install git: husky's own hook runs after ours");
}

static void install_manager(struct install *in, enum git_manager manager)
{
    struct git_place place;
    struct err e = ERR_NONE;

    if (install_has_program(in, GIT_HOOK_PROGRAM, &e) && git_look(in, repository(in), &place, &e) &&
        manager_is_usable(in, &place, manager, &e))
        manager_install(in, &place, manager);
    else
        install_refuse(in, manager_name(manager), repository(in), &e);
}

static void install_one(struct install *in, struct str name)
{
    const struct registration *registration = registration_named(name);

    if (registration)
        agent_install(in, registration);
    else if (str_eq(name, STR("git")))
        install_git(in);
    else
        install_manager(in, manager_named(name));
}

static const char *scope_option(enum registration_scope scope)
{
    static const char *const names[SCOPE_COUNT] = {
        [SCOPE_PROJECT] = "project",
        [SCOPE_LOCAL] = "local",
        [SCOPE_USER] = "user",
        [SCOPE_MANAGED] = "managed",
    };

    return names[scope];
}

/* Of CI the system counts too: it is the word behind. */
static bool is_named_before(const struct strs *names, size_t at)
{
    bool ci = str_eq(names->items[at], STR("ci"));

    for (size_t i = 0; i < at; i++)
        if (str_eq(names->items[i], names->items[at]) &&
            (!ci || str_eq(names->items[i + 1], names->items[at + 1])))
            return true;
    return false;
}

/* Named ones; without names everything that is found here. False: wrong usage, said. */
static bool install_named(struct install *in)
{
    const struct strs *names = &in->cli->operands;

    for (size_t i = 0; i < names->count; i++) {
        struct str name = names->items[i];
        bool ci = str_eq(name, STR("ci"));
        if (in->scope != SCOPE_PROJECT && (ci || manager_named(name) != MANAGER_NONE)) {
            (void)cli_usage_error(in->cli,
                                  "--%s is not for " STR_FMT ": its file lies in the repository",
                                  scope_option(in->scope), STR_ARG(name));
            return false;
        }
        if (ci && i + 1 < names->count && ci_is_known(names->items[i + 1])) {
            i++;
        } else if (ci) {
            (void)ci_usage_error(in->cli, i + 1 < names->count ? names->items[i + 1] : STR_NONE);
            return false;
        } else if (!registration_named(names->items[i]) && !str_eq(names->items[i], STR("git")) &&
                   manager_named(names->items[i]) == MANAGER_NONE) {
            (void)install_unknown_target(in->cli, names->items[i]);
            return false;
        }
    }
    for (size_t i = 0; i < names->count; i++) {
        bool ci = str_eq(names->items[i], STR("ci"));
        bool again = is_named_before(names, i);
        i += ci;
        if (again)
            continue;
        if (ci)
            ci_install(in, names->items[i]);
        else
            install_one(in, names->items[i]);
    }
    return true;
}

/* A repository that git does not look into (somebody else's, broken) is found all the same: what git says is a refusal. */
static bool has_repository(struct install *in)
{
    struct git_place place;
    struct err nowhere = ERR_NONE;

    return in->work_tree.length || git_look(in, repository(in), &place, &nowhere);
}

static enum cli_status install_found(struct install *in)
{
    if (in->scope == SCOPE_PROJECT && has_repository(in))
        install_git(in);
    for (size_t i = 0; i < registration_count; i++)
        if (agent_is_used(in, &registrations[i]) &&
            agent_file(in, &registrations[i], in->scope).length)
            agent_install(in, &registrations[i]);
    if (in->results.count || in->cli->out.length)
        return CLI_OK;
    fprintf(stderr,
            "hookcheck install: found no %s here\n"
            "  next step: hookcheck install claude\n"
            "    or another that hookcheck install --help names\n",
            in->scope == SCOPE_PROJECT ? "repository and no agent" : "agent");
    return CLI_BLOCKED;
}

static enum cli_status run(struct cli *cli)
{
    struct install in;
    struct err e = ERR_NONE;
    enum cli_status status = CLI_OK;

    if (!install_scope_is_clear(cli))
        return CLI_USAGE;
    if (!install_open(cli, &in, &e)) {
        cli_say_error(cli, &e);
        return CLI_BLOCKED;
    }
    if (cli_has(cli, "global-template")) {
        if (cli->operands.count != 1 || !str_eq(cli->operands.items[0], STR("git")))
            return cli_usage_error(cli, "--global-template is for: install git");
        git_install_template(&in);
    } else if (cli->operands.count) {
        if (!install_named(&in))
            return CLI_USAGE;
    } else {
        status = install_found(&in);
    }
    enum cli_status reported = install_report(&in);
    return reported == CLI_OK ? status : reported;
}

static const struct cli_option options[] = {
    {"project", NULL, "the repository's settings, shared with the team (default)"},
    {"local", NULL, "the repository's settings that are yours alone"},
    {"user", NULL, "your own settings, for all repositories"},
    {"managed", NULL, "the administrator's settings, which nobody below can switch off"},
    {"global-template", NULL, "git: into the template of new clones (init.templateDir)"},
    {"recurse", NULL, "git: in the submodules too"},
    {"mend", NULL, "take out hook entries that no client can read"},
    {"print", NULL, "show what would change, change nothing"},
    {"sysroot", "DIR", "write system-wide files below DIR (for images)"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_install = {
    .name = "install",
    .operands = "[TARGET…]",
    .summary = "registers the hooks; again: no change",
    .text = "TARGET: git, husky, lefthook, pre-commit, claude, codex, copilot, gemini, cursor, "
            "opencode, ci github, ci gitlab. Without one: git and every agent that is found here.\n"
            "git means: a configured hook where git has them (2.54), else an entry in the "
            "configuration of husky, lefthook or pre-commit where one of them looks after the "
            "hooks, else a wrapper in the hooks directory git really uses; a hook that was there "
            "is kept and run after ours, with the same arguments and the same standard input.\n"
            "Files of others are edited, not rewritten; a copy of each as it was is kept below the "
            "state directory, and hookcheck uninstall brings it back byte for byte.\n",
    .options = options,
    .run = run,
};
