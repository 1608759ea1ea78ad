/* Where git looks for its hooks here. */
#include <string.h>

#include "base/file.h"
#include "base/quote.h"
#include "cli/install_git.h"

bool git_ask(struct install *in, struct str directory, const char *const *words,
             struct str *ret_output, struct err *e)
{
    struct str arguments[8] = {STR("git")};
    size_t count = 1;

    for (; *words; words++)
        arguments[count++] = str_from(*words);
    return install_ask(in->arena, directory, arguments, count, ret_output, e);
}
static bool at_least(struct str version, uint64_t wanted_major, uint64_t wanted_minor)
{
    struct str rest = version, major_text = str_cut(&rest, '.'), minor_text = str_cut(&rest, '.');
    uint64_t major = 0, minor = 0;

    return str_to_u64(major_text, &major) && str_to_u64(minor_text, &minor) &&
           (major > wanted_major || (major == wanted_major && minor >= wanted_minor));
}

/* "2.39.5" of "git version 2.39.5 (Apple Git-154)". */
static bool read_version(struct install *in, struct git_place *place, struct err *e)
{
    struct str output;

    if (!ASK_GIT(in, place->top, &output, e, "version"))
        return false;
    if (str_starts(output, STR("git version ")))
        output = str_from_offset(output, strlen("git version "));
    place->version = str_cut(&output, ' ');
    place->config_hooks = at_least(place->version, 2, 54);
    return true;
}

bool git_look(struct install *in, struct str directory, struct git_place *ret, struct err *e)
{
    struct str output;

    *ret = (struct git_place){.top = directory};
    if (ASK_GIT(in, directory, &output, NULL, "config", "--show-scope", "--get",
                "core.hooksPath")) {
        ret->hooks_path_scope = str_cut(&output, '\t');
        ret->hooks_path = output.bytes ? output : STR("");
    }
    /* An empty core.hooksPath is fatal for the question where the hooks are; pushes just run none. */
    bool none = ret->hooks_path.bytes && ret->hooks_path.length == 0;
    if ((!none && !ASK_GIT(in, directory, &ret->hooks, e, "rev-parse", "--path-format=absolute",
                           "--git-path", "hooks")) ||
        !ASK_GIT(in, directory, &ret->config, e, "rev-parse", "--path-format=absolute",
                 "--git-path", "config")) {
        if (strstr(e->message, "not a git repository (or any")) {
            *e = ERR_NONE;
            (void)err_set(e, ERR_NOT_FOUND, "no git repository");
        }
        return strstr(e->message, "dubious ownership")
                   ? err_hint(e, "git config --global --add safe.directory " STR_FMT,
                              STR_ARG(shell_shown(in->arena, directory)))
                   : err_hint(e, "go to the repository, or name it: -C DIR");
    }
    if (ASK_GIT(in, directory, &output, NULL, "rev-parse", "--show-toplevel") && output.length)
        ret->top = output;
    return read_version(in, ret, e);
}

struct str git_hook_path(struct install *in, const struct git_place *place)
{
    return path_join(in->arena, place->hooks, STR("pre-push"));
}

struct str git_usual_hook_path(struct install *in, const struct git_place *place)
{
    return path_join(in->arena, path_directory(place->config), STR("hooks/pre-push"));
}

bool git_hook_is_ours(struct str text)
{
    return str_find(str_prefix(text, 200), STR("\n" GIT_HOOK_MARK)) != SIZE_MAX;
}

struct strs git_submodules(struct install *in, struct str directory)
{
    struct strs found = {0};
    struct str output, line;

    if (ASK_GIT(in, directory, &output, NULL, "submodule", "--quiet", "foreach", "--recursive",
                "pwd"))
        while (str_next_line(&output, &line))
            if (path_is_absolute(line))
                VEC_PUSH(in->arena, &found, line);
    return found;
}

bool git_hooks_are_shared(const struct git_place *place)
{
    bool wide = str_eq(place->hooks_path_scope, STR("global")) ||
                str_eq(place->hooks_path_scope, STR("system"));

    return wide && (path_is_absolute(place->hooks_path) || str_starts(place->hooks_path, STR("~")));
}

struct str git_unset_hooks_path(struct install *in, const struct git_place *place)
{
    if (str_eq(place->hooks_path_scope, STR("command")))
        return STR("take core.hooksPath out of git's variables in the environment");
    return str_printf(in->arena, "git config --" STR_FMT " --unset core.hooksPath",
                      STR_ARG(place->hooks_path_scope));
}

struct str git_hooks_path_fault(struct install *in, const struct git_place *place)
{
    struct str set = place->hooks_path;
    const char *why;

    if (!set.bytes)
        return STR("");
    enum file_kind kind = place->hooks.length ? file_kind(in->arena, place->hooks) : FILE_ABSENT;
    if (!set.length)
        why = "";
    else if (str_eq(set, STR(".")) || str_eq(set, STR("./")))
        /* git then looks for a program "pre-push" in PATH, and before 2.55 waits for ever when there is none. */
        why = ", the work tree itself";
    else if (kind == FILE_REGULAR || kind == FILE_OTHER)
        why = ", no directory";
    else
        return STR("");
    return str_printf(in->arena, "core.hooksPath is " STR_FMT " (" STR_FMT ")%s: git runs no hook",
                      STR_ARG(set.length ? set : STR("empty")), STR_ARG(place->hooks_path_scope),
                      why);
}
