/* The pre-push hook: would git run it here, and does it answer? */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/quote.h"
#include "cli/doctor_git.h"

#define GARBLED "this is no list of refs\n"

void git_problem(struct looked_git *looked, const char *code, struct str path, struct str message,
                 struct str hint)
{
    doctor_add(looked->doctor, FINDING_PROBLEM, code, STR("git"), path, message, hint);
}

/* A feed that cannot be read must stop the push; an empty one is a push without anything to do. The first goes the whole way (other hooks
 * do not run behind ours once it objects), the second to our program alone, because others may start their tests. */
void git_prove(struct looked_git *looked, struct str path, struct str way, struct str program)
{
    struct doctor *doctor = looked->doctor;
    struct arena *arena = doctor->arena;
    struct process_result blocked, passed;
    struct err e = ERR_NONE;
    struct str command = str_printf(arena, "cd " STR_FMT " && " STR_FMT " origin doctor",
                                    STR_ARG(shell_quote(arena, looked->place.top)), STR_ARG(way));
    struct str harmless =
        str_printf(arena, "cd " STR_FMT " && " STR_FMT " origin doctor",
                   STR_ARG(shell_quote(arena, looked->place.top)), STR_ARG(program));

    looked->registered = true;
    if (!doctor_run(doctor, command, STR(GARBLED), &blocked, &e) ||
        !doctor_run(doctor, harmless, STR(""), &passed, &e)) {
        git_problem(looked, "does-not-answer", path, str_copy(arena, str_from(e.message)),
                    STR_NONE);
        return;
    }
    bool stopped = blocked.timed_out || blocked.signalled || blocked.status != 0;
    bool reasoned = str_contains(blocked.errors, STR(GIT_HOOK_PROGRAM ": blocked")) ||
                    str_contains(blocked.errors, STR("(block)"));
    if (!stopped)
        git_problem(looked, "does-not-block", path,
                    STR("a push whose list of refs cannot be read is let through"),
                    STR("hookcheck install git"));
    else if (!reasoned)
        git_problem(looked, doctor_failure_code(&blocked), path,
                    str_printf(arena, "every push is stopped without a check: " STR_FMT,
                               STR_ARG(doctor_first_line(blocked.errors))),
                    STR("./install/quickstart --no-demo, then hookcheck install git"));
    else if (passed.timed_out || passed.signalled || passed.status != 0)
        git_problem(looked, "blocks-everything", path,
                    str_printf(arena, "a push without anything to do is stopped: " STR_FMT,
                               STR_ARG(doctor_first_line(passed.errors))),
                    STR("hookcheck push"));
    else
        looked->fires = true;
    if (looked->fires)
        doctor_add(doctor, FINDING_OK, "fires", STR("git"), path,
                   STR("stops a push it cannot read, lets an empty one pass"), STR_NONE);
}

struct str git_gate(struct looked_git *looked)
{
    return shell_quote(looked->doctor->arena,
                       install_program(&looked->doctor->in, GIT_HOOK_PROGRAM));
}

/* --- git's configured hook --- */

/* hookcheck-pre-push starts the hookcheck beside it where a push needs a database; without one, that which it was built for. */
static void look_beside(struct looked_git *looked, struct str gate)
{
    struct doctor *doctor = looked->doctor;
    struct str path = path_join(doctor->arena, path_directory(gate), STR("hookcheck")), output;
    struct str ask[] = {path, STR("--version")};
    struct err e = ERR_NONE;

    if (!looked->fires || access(str_c(doctor->arena, path), X_OK) != 0)
        return;
    if (!install_ask(doctor->arena, doctor->proof, ask, COUNT_OF(ask), &output, &e))
        git_problem(looked, "does-not-answer", looked->hook,
                    str_printf(doctor->arena,
                               "pushes that need " STR_FMT " are stopped without a check: %s",
                               STR_ARG(path), e.message),
                    STR("./install/quickstart --no-demo"));
    else if (!str_eq(output, STR("hookcheck " HOOKCHECK_VERSION)))
        git_problem(looked, "version", looked->hook,
                    str_printf(doctor->arena,
                               STR_FMT " is " STR_FMT ", and this is hookcheck " HOOKCHECK_VERSION,
                               STR_ARG(path), STR_ARG(doctor_first_line(output))),
                    STR("./install/quickstart --no-demo"));
}

static void look_at_config(struct looked_git *looked)
{
    struct doctor *doctor = looked->doctor;
    struct str ask[] = {STR("git"), STR("config"), STR("--get"), STR("hook.hookcheck.command")};
    struct str enabled[] = {STR("git"), STR("config"), STR("--type=bool"), STR("--get"),
                            STR("hook.hookcheck.enabled")};
    struct str command, value;

    if (!install_ask(doctor->arena, looked->place.top, ask, COUNT_OF(ask), &command, NULL))
        return;
    if (!looked->place.config_hooks) {
        git_problem(looked, "old-client", looked->place.config,
                    str_printf(doctor->arena, "git " STR_FMT " ignores hook.hookcheck.command",
                               STR_ARG(looked->place.version)),
                    STR("hookcheck uninstall git && hookcheck install git"));
        return;
    }
    if (install_ask(doctor->arena, looked->place.top, enabled, COUNT_OF(enabled), &value, NULL) &&
        str_eq(value, STR("false"))) {
        git_problem(looked, "hooks-disabled", looked->place.config,
                    STR("hook.hookcheck.enabled is false"),
                    STR("git config --unset hook.hookcheck.enabled"));
        looked->registered = true;
        return;
    }
    git_prove(looked, looked->place.config, command, command);
    look_beside(looked, registration_first_word(doctor->arena, command));
}

/* --- The file in the hooks directory --- */

static struct str chmod_hint(struct looked_git *looked, struct str path)
{
    return str_printf(looked->doctor->arena, "chmod +x " STR_FMT,
                      STR_ARG(shell_quote(looked->doctor->arena, path)));
}

/* The program of its `#!` line that is not there; empty: it can be started. */
static struct str missing_interpreter(struct arena *arena, struct str text)
{
    struct str first = doctor_first_line(text);

    if (!str_starts(first, STR("#!")))
        return STR("");
    first = str_trim(str_from_offset(first, 2));
    struct str interpreter = str_cut(&first, ' ');
    return access(str_c(arena, interpreter), X_OK) == 0 ? STR("") : interpreter;
}

/* Can the kernel start it? `#!` with a program that is not there makes git before 2.55 wait for ever. */
static bool can_run(struct looked_git *looked, struct str text)
{
    struct arena *arena = looked->doctor->arena;
    struct str interpreter = missing_interpreter(arena, text);

    if (access(str_c(arena, looked->hook), X_OK) != 0) {
        git_problem(looked, "not-executable", looked->hook, STR("git does not run it"),
                    chmod_hint(looked, looked->hook));
        return false;
    }
    if (!interpreter.length)
        return true;
    git_problem(looked, "missing-program", looked->hook,
                str_printf(arena, "its interpreter " STR_FMT " is not there", STR_ARG(interpreter)),
                STR("mend its first line"));
    return false;
}

/* The hook that was here before is run behind ours where it can be; git itself would not run it otherwise either. */
static void look_at_earlier(struct looked_git *looked)
{
    struct arena *arena = looked->doctor->arena;
    struct str path = path_join(arena, looked->place.hooks, STR(GIT_HOOK_EARLIER)), text;
    struct err ignored = ERR_NONE;
    char link[1];
    bool dangles = file_kind(arena, path) == FILE_ABSENT &&
                   readlink(str_c(arena, path), link, sizeof link) >= 0;

    if (dangles ||
        (file_kind(arena, path) == FILE_REGULAR && access(str_c(arena, path), X_OK) != 0)) {
        doctor_add(looked->doctor, FINDING_NOTE, "not-executable", STR("git"), path,
                   dangles
                       ? STR("a link that leads nowhere: the hook that was here before is not run")
                       : STR("the hook that was here before is not run"),
                   dangles ? STR("") : chmod_hint(looked, path));
        return;
    }
    if (!file_read(arena, path, FILE_MAX, &text, &ignored))
        return;
    struct str interpreter = missing_interpreter(arena, text);
    if (interpreter.length)
        git_problem(looked, "missing-program", path,
                    str_printf(arena,
                               "every push is stopped: its interpreter " STR_FMT " is not there",
                               STR_ARG(interpreter)),
                    STR("mend its first line"));
}

/* Where core.hooksPath is one directory for all repositories, install asks to be told that it is meant. */
static struct str install_hint(const struct looked_git *looked)
{
    return git_hooks_are_shared(&looked->place) ? STR("hookcheck install git --user")
                                                : STR("hookcheck install git");
}

/* The program that our wrapper starts. */
static struct str gate_of(struct arena *arena, struct str text)
{
    struct str line;

    while (str_next_line(&text, &line))
        if (str_starts(line, STR("gate=")))
            return registration_first_word(arena, str_from_offset(line, STR("gate=").length));
    return STR("");
}

/* Ours in a place where git does not look (another tool has set core.hooksPath), or pushed aside by a hook manager that does not run it. */
static void look_for_lost(struct looked_git *looked)
{
    struct arena *arena = looked->doctor->arena;
    struct str places[] = {git_usual_hook_path(&looked->doctor->in, &looked->place),
                           path_join(arena, looked->place.hooks, STR("pre-push.old"))};
    struct err ignored = ERR_NONE;
    struct str text;

    for (size_t i = 0; i < COUNT_OF(places); i++) {
        if (str_eq(places[i], looked->hook) ||
            !file_read(arena, places[i], FILE_MAX, &text, &ignored) || !git_hook_is_ours(text))
            continue;
        git_problem(
            looked, "hooks-path", places[i],
            i == 0
                ? str_printf(arena, "git looks in " STR_FMT " (core.hooksPath) and does not run it",
                             STR_ARG(looked->place.hooks))
                : STR("another hook manager has moved it away and does not run it"),
            install_hint(looked));
    }
}

/* "rm PATH && hookcheck install git" */
static struct str away_with(struct looked_git *looked, const char *program)
{
    struct arena *arena = looked->doctor->arena;

    return str_printf(arena, "%s " STR_FMT " && hookcheck install git", program,
                      STR_ARG(shell_quote(arena, looked->hook)));
}

static void look_at_file(struct looked_git *looked)
{
    struct arena *arena = looked->doctor->arena;
    struct str text = STR(""), legacy;
    struct err ignored = ERR_NONE;
    char link[1];

    looked->hook = git_hook_path(&looked->doctor->in, &looked->place);
    enum file_kind kind = file_kind(arena, looked->hook);
    if (kind == FILE_ABSENT && readlink(str_c(arena, looked->hook), link, sizeof link) >= 0)
        git_problem(looked, "missing-program", looked->hook,
                    STR("a symbolic link that leads nowhere: git runs no hook and says nothing"),
                    away_with(looked, "rm"));
    if (kind == FILE_DIRECTORY)
        git_problem(looked, "missing-program", looked->hook, STR("a directory is no hook"),
                    away_with(looked, "rm -r"));
    bool read = file_read(arena, looked->hook, FILE_MAX, &text, &ignored);
    bool runs = read && can_run(looked, text);
    if (read && git_hook_is_ours(text)) {
        bool twice = looked->registered;
        looked->registered = true;
        if (twice)
            git_problem(looked, "twice", looked->hook,
                        STR("the gate runs twice: as a configured hook and as this file"),
                        STR("hookcheck install git"));
        else if (runs)
            git_prove(looked, looked->hook, shell_quote(arena, looked->hook), git_gate(looked));
        if (runs && !twice) {
            look_beside(looked, gate_of(arena, text));
            look_at_earlier(looked);
        }
        return;
    }
    struct str beside = path_join(arena, looked->place.hooks, STR("pre-push.legacy"));
    if (runs && str_contains(text, STR("File generated by pre-commit")) &&
        file_read(arena, beside, FILE_MAX, &legacy, &ignored) && git_hook_is_ours(legacy))
        git_prove(looked, beside, shell_quote(arena, beside), git_gate(looked));
    for (int manager = 1; manager < MANAGER_COUNT; manager++)
        if (!looked->registered)
            git_look_at_manager(looked, (enum git_manager)manager, runs ? text : STR(""));
}

/* A relative core.hooksPath is looked up in the work tree that pushes: one that lacks the directory pushes without any hook, silently. */
static void look_at_work_trees(struct looked_git *looked)
{
    struct arena *arena = looked->doctor->arena;
    struct str words[] = {STR("git"), STR("worktree"), STR("list"), STR("--porcelain")};
    struct str relative = looked->place.hooks_path, list, line;

    if (!relative.length || path_is_absolute(relative) || str_starts(relative, STR("~")) ||
        !install_ask(arena, looked->place.top, words, COUNT_OF(words), &list, NULL))
        return;
    while (str_next_line(&list, &line)) {
        if (!str_starts(line, STR("worktree ")))
            continue;
        struct str tree = str_from_offset(line, STR("worktree ").length);
        struct str hook = path_join(arena, path_join(arena, tree, relative), STR("pre-push"));
        if (str_eq(tree, looked->place.top) || file_kind(arena, tree) != FILE_DIRECTORY ||
            access(str_c(arena, hook), X_OK) == 0)
            continue;
        git_problem(looked, "hooks-path", hook,
                    str_printf(arena,
                               "core.hooksPath is relative, and the work tree " STR_FMT
                               " has no such hook: git pushes from there without any",
                               STR_ARG(tree)),
                    STR("make it there as here, or set core.hooksPath to an absolute path"));
    }
}

/* GitLab reads one file; ours is another, which that one has to name. */
static void look_at_ci(struct doctor *doctor)
{
    struct str top = doctor->in.work_tree, text = STR("");
    struct str ours = path_join(doctor->arena, top, STR(".gitlab/hookcheck.gitlab-ci.yml"));
    struct err absent = ERR_NONE;

    if (str_is_empty(top) || file_kind(doctor->arena, ours) != FILE_REGULAR)
        return;
    (void)!file_read(doctor->arena, path_join(doctor->arena, top, STR(".gitlab-ci.yml")), FILE_MAX,
                     &text, &absent);
    if (!str_contains(text, STR("hookcheck.gitlab-ci.yml")))
        doctor_add(doctor, FINDING_PROBLEM, "ci-not-included", STR("ci"), ours,
                   STR(".gitlab-ci.yml does not include it: no pipeline runs it"),
                   STR("add to .gitlab-ci.yml: include: { local: .gitlab/hookcheck.gitlab-ci.yml "
                       "}"));
}

static void look_at_variable(struct looked_git *looked)
{
    struct arena *arena = looked->doctor->arena;
    struct str name = looked->doctor->in.hooks_variable;

    if (name.length)
        git_problem(looked, "hooks-disabled", STR_NONE,
                    str_printf(arena,
                               STR_FMT " sets core.hooksPath here: a push looks for its hooks "
                                       "there alone",
                               STR_ARG(name)),
                    str_starts(name, STR("GIT_CONFIG_KEY_")) ? STR("unset GIT_CONFIG_COUNT")
                                                             : STR("unset GIT_CONFIG_PARAMETERS"));
}

void doctor_git(struct doctor *doctor)
{
    struct looked_git looked = {.doctor = doctor};
    struct err e = ERR_NONE;
    struct str directory =
        doctor->in.work_tree.length ? doctor->in.work_tree : doctor->cli->directory;

    if (!git_look(&doctor->in, directory, &looked.place, &e)) {
        doctor_add(doctor, FINDING_NOTE, "no-repository", STR("git"), directory,
                   STR("no repository: pushes are not looked at"), STR_NONE);
        return;
    }
    look_at_ci(doctor);
    look_at_variable(&looked);
    look_at_config(&looked);
    struct str fault = git_hooks_path_fault(&doctor->in, &looked.place);
    if (fault.length) {
        git_problem(&looked, "hooks-path", looked.place.config,
                    str_printf(doctor->arena, STR_FMT " of a directory", STR_ARG(fault)),
                    git_unset_hooks_path(&doctor->in, &looked.place));
        return;
    }
    look_at_file(&looked);
    if (!looked.fires)
        look_for_lost(&looked);
    look_at_work_trees(&looked);
    if (!looked.registered)
        git_problem(&looked, "not-registered", looked.hook,
                    STR("no pre-push hook of ours is run here"), install_hint(&looked));
}
