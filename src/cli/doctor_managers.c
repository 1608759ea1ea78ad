/* Hook managers: does git start them here, and would they run our entry? */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/quote.h"
#include "cli/doctor_git.h"
#include "cli/manager_entry.h"

static bool is_set_to(const char *variable, const char *const *values)
{
    const char *set = getenv(variable);

    return set && str_is_one_of_nocase(str_from(set), values);
}

static void switched_off(struct looked_git *looked, struct str path, struct str message,
                         struct str hint)
{
    git_problem(looked, "hooks-disabled", path, message, hint);
    looked->registered = true;
}

/* Where husky reads what a person sets for all of their repositories; the first one is version 9's. */
static bool husky_is_off(struct looked_git *looked)
{
    struct arena *arena = looked->doctor->arena;
    struct str home = looked->doctor->in.home, text;
    const char *config = getenv("XDG_CONFIG_HOME");
    struct str base = config && *config ? str_from(config) : path_join(arena, home, STR(".config"));
    struct str files[] = {path_join(arena, base, STR("husky/init.sh")),
                          path_join(arena, home, STR(".huskyrc"))};
    struct err absent = ERR_NONE;

    if (is_set_to("HUSKY", (const char *const[]){"0", NULL})) {
        switched_off(looked, STR_NONE, STR("HUSKY=0 is set here: husky runs no hook"),
                     STR("unset HUSKY"));
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(files) && home.length; i++)
        if (file_read(arena, files[i], FILE_MAX, &text, &absent) &&
            str_contains(text, STR("HUSKY=0"))) {
            switched_off(looked, files[i],
                         STR("sets HUSKY=0: husky runs no hook, in any repository"),
                         STR("take HUSKY=0 out of it"));
            return true;
        }
    return false;
}

static bool is_left_out(struct looked_git *looked, struct str path)
{
    struct err absent = ERR_NONE;
    struct str text;

    if (!file_read(looked->doctor->arena, path, FILE_MAX, &text, &absent) ||
        !entry_is_skipped(looked->doctor->arena, path, text))
        return false;
    switched_off(looked, path, STR("\"skip: true\" leaves our script out"),
                 STR("take skip out of pre-push and of hookcheck"));
    return true;
}

static bool lefthook_is_off(struct looked_git *looked, struct str path)
{
    struct doctor *doctor = looked->doctor;
    struct str script = manager_script(&doctor->in, &looked->place),
               local = manager_local_file(&doctor->in, &looked->place);

    if (is_set_to("LEFTHOOK", (const char *const[]){"0", "false", NULL})) {
        switched_off(looked, STR_NONE, STR("LEFTHOOK=0 is set here: lefthook runs no hook"),
                     STR("unset LEFTHOOK"));
        return true;
    }
    if (is_left_out(looked, path) || (local.length && is_left_out(looked, local)))
        return true;
    if (access(str_c(doctor->arena, script), X_OK) == 0)
        return false;
    git_problem(looked, "missing-program", script,
                STR("the script that lefthook's entry names is not there, or may not be run"),
                STR("hookcheck install lefthook"));
    looked->registered = true;
    return true;
}

static bool pre_commit_is_off(struct looked_git *looked, struct str path)
{
    struct doctor *doctor = looked->doctor;
    struct str skipped = str_from(getenv("SKIP")), text;
    struct str beside = path_join(doctor->arena, looked->place.hooks, STR("pre-push.legacy"));
    struct err absent = ERR_NONE;

    while (skipped.length)
        if (str_eq(str_trim(str_cut(&skipped, ',')), STR("hookcheck"))) {
            switched_off(looked, STR_NONE,
                         STR("SKIP names hookcheck here: pre-commit leaves the hook out"),
                         STR("unset SKIP"));
            return true;
        }
    if (!file_read(doctor->arena, beside, FILE_MAX, &text, &absent) || !git_hook_is_ours(text))
        doctor_add(doctor, FINDING_NOTE, "first-ref-only", STR("git"), path,
                   STR("pre-commit hands its hooks only the first ref of a push"),
                   STR("hookcheck install git, which puts the gate before it too"));
    return false;
}

static bool is_off(struct looked_git *looked, enum git_manager manager, struct str path)
{
    return manager == MANAGER_HUSKY      ? husky_is_off(looked)
           : manager == MANAGER_LEFTHOOK ? lefthook_is_off(looked, path)
                                         : pre_commit_is_off(looked, path);
}

void git_look_at_manager(struct looked_git *looked, enum git_manager manager, struct str hook)
{
    struct doctor *doctor = looked->doctor;
    struct str path = manager_file(&doctor->in, &looked->place, manager), text;
    struct err ignored = ERR_NONE;

    if (!file_read(doctor->arena, path, FILE_MAX, &text, &ignored) ||
        !entry_is_there(&doctor->in, manager, path, text))
        return;
    bool active = manager == MANAGER_HUSKY ? husky_directory(&doctor->in, &looked->place).length > 0
                                           : str_contains(hook, str_from(manager_name(manager)));
    if (!active) {
        git_problem(looked, "hooks-path", path,
                    str_printf(doctor->arena, "%s has the entry, but git does not run %s here",
                               manager_name(manager), manager_name(manager)),
                    str_from(manager_start(manager)));
        looked->registered = true;
        return;
    }
    if (is_off(looked, manager, path))
        return;
    struct str way =
        manager == MANAGER_HUSKY
            ? str_printf(doctor->arena, "sh " STR_FMT, STR_ARG(shell_quote(doctor->arena, path)))
            : git_gate(looked);
    git_prove(looked, path, way, git_gate(looked));
}
