/* uninstall -- takes back what install did, byte for byte. */
#include <stdio.h>

#include "base/file.h"
#include "cli/install_git.h"
#include "config/state.h"

static const enum git_manager managers[] = {MANAGER_HUSKY, MANAGER_LEFTHOOK, MANAGER_PRE_COMMIT};

struct targets {
    struct strs names; /* empty: all */
    struct str ci;     /* the system, after "ci"; empty: all of them */
};

static bool is_target(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(managers); i++)
        if (str_eq(name, str_from(manager_name(managers[i]))))
            return true;
    return registration_named(name) || str_eq(name, STR("git"));
}

/* False: wrong usage, said. */
static bool read_targets(const struct cli *cli, struct targets *ret)
{
    *ret = (struct targets){0};
    for (size_t i = 0; i < cli->operands.count; i++) {
        struct str name = cli->operands.items[i];
        struct str next = i + 1 < cli->operands.count ? cli->operands.items[i + 1] : STR_NONE;
        bool ci = str_eq(name, STR("ci"));
        if (ci && ci_is_known(next)) {
            ret->ci = next;
            i++;
        } else if (ci && next.length && !is_target(next)) {
            (void)ci_usage_error(cli, next);
            return false;
        } else if (!ci && !is_target(name)) {
            (void)install_unknown_target(cli, name);
            return false;
        }
        VEC_PUSH(cli->arena, &ret->names, name);
    }
    /* The template is git's: nothing of others is meant with it. */
    if (cli_has(cli, "global-template") && ret->names.count == 0)
        VEC_PUSH(cli->arena, &ret->names, STR("git"));
    return true;
}

/* Without names everything is meant. */
static bool is_meant(const struct targets *targets, const char *name)
{
    return targets->names.count == 0 || strs_have(&targets->names, str_from(name));
}

static void uninstall_git(struct install *in, const struct targets *targets)
{
    struct str directory = in->work_tree.length ? in->work_tree : in->cli->directory;
    struct git_place place;
    struct err nowhere = ERR_NONE;

    if (is_meant(targets, "git")) {
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
    for (size_t i = 0; i < COUNT_OF(managers) && in->scope == SCOPE_PROJECT; i++)
        if (is_meant(targets, manager_name(managers[i])))
            manager_uninstall(in, &place, managers[i]);
}

/* "restores what was there" is read as "everything": what is the user's own stays, and is named. */
static void note_user(struct install *in)
{
    struct err unreadable = ERR_NONE;

    for (size_t i = 0; i < registration_count; i++) {
        struct str path = agent_file(in, &registrations[i], SCOPE_USER), text;
        if (path.length && file_read(in->arena, path, FILE_MAX, &text, &unreadable) &&
            str_contains(text, STR(REGISTRATION_PROGRAM)))
            install_note(in, registrations[i].name, path, "note",
                         STR("still registered, for all of your repositories"),
                         STR("hookcheck uninstall --user"));
    }
}

static enum cli_status run(struct cli *cli)
{
    struct install in;
    struct err e = ERR_NONE;
    struct targets targets;
    struct str why;

    if (agent_is_there(&why)) {
        fprintf(stderr,
                "hookcheck uninstall: this is for a person: " STR_FMT
                "\n  next step: a person runs it in their own terminal\n",
                STR_ARG(why));
        return CLI_BLOCKED;
    }
    if (!install_scope_is_clear(cli))
        return CLI_USAGE;
    if (!install_open(cli, &in, &e)) {
        cli_say_error(cli, &e);
        return CLI_BLOCKED;
    }
    if (!read_targets(cli, &targets))
        return CLI_USAGE;
    /* Nothing of git's is local in this sense, but what is asked for by name. */
    if (in.scope != SCOPE_LOCAL || targets.names.count)
        uninstall_git(&in, &targets);
    /* Their files are the repository's. */
    if (in.scope == SCOPE_PROJECT && is_meant(&targets, "ci"))
        ci_uninstall(&in, targets.ci);
    for (size_t i = 0; i < registration_count; i++)
        if (is_meant(&targets, registrations[i].name))
            agent_uninstall(&in, &registrations[i]);
    if (in.results.count == 0 && cli->out.length == 0 && !cli->json)
        buf_add(&cli->out, STR("nothing of hookcheck is registered here\n"));
    if (in.scope == SCOPE_PROJECT && targets.names.count == 0)
        note_user(&in);
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
        "TARGET: as for install; without one: all of them. A file that is as install left it is "
        "restored byte for byte; in one that was changed since, only our entries are taken out.\n",
    .options = options,
    .run = run,
};
