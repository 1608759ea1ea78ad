#include "cli/install.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "cli/install_git.h"
#include "config/keys.h"
#include "config/state.h"

#define ASK_DEADLINE_MS 10000u
#define GIT_SETTINGS_MAX 64u

/* What git sets for the programs it starts (git rev-parse --local-env-vars): with these an installer that runs below a hook would write
 * into another repository than the one it was started in. */
static const char *const git_variables[] = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_INTERNAL_SUPER_PREFIX",
};

static enum registration_scope scope_of(const struct cli *cli)
{
    return cli_has(cli, "managed") ? SCOPE_MANAGED
           : cli_has(cli, "user")  ? SCOPE_USER
           : cli_has(cli, "local") ? SCOPE_LOCAL
                                   : SCOPE_PROJECT;
}

bool install_scope_is_clear(const struct cli *cli)
{
    static const char *const scopes[] = {"project", "local", "user", "managed"};
    size_t count = 0;

    for (size_t i = 0; i < COUNT_OF(scopes); i++)
        count += cli_has(cli, scopes[i]);
    if (count > 1)
        (void)cli_usage_error(cli, "--project, --local, --user and --managed exclude each other");
    return count <= 1;
}

enum cli_status install_unknown_target(const struct cli *cli, struct str name)
{
    struct strs names = {0};

    strs_add(cli->arena, &names, STR("git"));
    strs_add(cli->arena, &names, STR("ci"));
    for (int i = MANAGER_NONE + 1; i < MANAGER_COUNT; i++)
        strs_add(cli->arena, &names, str_from(manager_name((enum git_manager)i)));
    for (size_t i = 0; i < registration_count; i++)
        strs_add(cli->arena, &names, str_from(registrations[i].name));
    struct str near = config_nearest(name, names.items, names.count);
    struct str all = str_join(cli->arena, names.items, names.count, STR(", "));
    return cli_usage_error(cli, "there is nothing named " STR_FMT " to %s%s" STR_FMT "%s",
                           STR_ARG(name), cli->command->name,
                           near.length ? "; did you mean " : ": ",
                           STR_ARG(near.length ? near : all), near.length ? "?" : "");
}

/* A push that is started here gets it too. */
static struct str hooks_variable(struct arena *arena)
{
    struct str parameters = str_lower(arena, str_from(getenv("GIT_CONFIG_PARAMETERS")));
    uint64_t count = 0;

    if (str_contains(parameters, STR("core.hookspath")))
        return STR("GIT_CONFIG_PARAMETERS");
    if (!str_to_u64(str_from(getenv("GIT_CONFIG_COUNT")), &count))
        return STR("");
    for (uint64_t i = 0; i < count && i < GIT_SETTINGS_MAX; i++) {
        struct str name = str_printf(arena, "GIT_CONFIG_KEY_%llu", (unsigned long long)i);
        if (str_eq_nocase(str_from(getenv(str_c(arena, name))), STR("core.hookspath")))
            return name;
    }
    return STR("");
}

bool install_open(struct cli *cli, struct install *ret, struct err *e)
{
    char self[PATH_MAX];
    struct str git_entry = STR_NONE, state = state_directory(cli->arena);
    ssize_t length = readlink("/proc/self/exe", self, sizeof self);

    struct str variable = hooks_variable(cli->arena);
    for (size_t i = 0; i < COUNT_OF(git_variables); i++)
        unsetenv(git_variables[i]);
    if (length <= 0 || (size_t)length >= sizeof self)
        return err_errno(e, "cannot find out where hookcheck's programs are");
    if (str_is_empty(state))
        return err_set(e, ERR_NOT_FOUND, "no home directory is known") ||
               err_hint(e, "set HOME or HOOKCHECK_STATE_DIR");
    *ret = (struct install){
        .cli = cli,
        .arena = cli->arena,
        .work_tree = work_tree_find(cli->arena, cli->directory, &git_entry),
        .home = str_from(getenv("HOME")),
        .sysroot = cli_value(cli, "sysroot"),
        .programs = str_copy(cli->arena, path_directory(str_of(self, (size_t)length))),
        .state = path_join(cli->arena, state, STR("install")),
        .hooks_variable = variable,
        .scope = scope_of(cli),
        .print = cli_has(cli, "print"),
        .mend = cli_has(cli, "mend"),
    };
    if (ret->sysroot.length)
        ret->sysroot = path_join(cli->arena, cli->directory, ret->sysroot);
    return true;
}

struct str install_program(const struct install *in, const char *name)
{
    return path_join(in->arena, in->programs, str_from(name));
}

bool install_has_program(struct install *in, const char *name, struct err *e)
{
    struct str path = install_program(in, name);

    if (access(str_c(in->arena, path), X_OK) == 0)
        return true;
    return err_errno(e, "cannot start " STR_FMT, STR_ARG(path)) ||
           err_hint(e, "install hookcheck again: ./install/quickstart --no-demo");
}

void install_note(struct install *in, const char *target, struct str path, const char *action,
                  struct str message, struct str hint)
{
    VEC_PUSH(
        in->arena, &in->results,
        (struct install_result){
            .target = target, .path = path, .action = action, .message = message, .hint = hint});
}

void install_refuse(struct install *in, const char *target, struct str path, const struct err *e)
{
    install_note(in, target, path, "refused", str_copy(in->arena, str_from(e->message)),
                 str_copy(in->arena, str_from(e->hint)));
}

static void write_json(struct install *in)
{
    struct buf *out = &in->cli->out;

    buf_add(out, STR("{\"results\":["));
    for (size_t i = 0; i < in->results.count; i++) {
        const struct install_result *result = &in->results.items[i];
        bool first = true;
        buf_add(out, i ? STR(",{") : STR("{"));
        json_write_key(out, &first, "target");
        json_write_string(out, str_from(result->target));
        json_write_key(out, &first, "path");
        json_write_string(out, result->path);
        json_write_key(out, &first, "action");
        json_write_string(out, str_from(result->action));
        json_write_key(out, &first, "message");
        json_write_string(out, result->message);
        json_write_key(out, &first, "hint");
        json_write_string(out, result->hint);
        buf_add_byte(out, '}');
    }
    buf_add(out, STR("]}\n"));
}

#define HANG 2u

/* A line each, folded on a terminal. Many a message begins with the path already, with line and column behind it. */
static void write_result(struct install *in, const struct install_result *result)
{
    bool refused = str_eq(str_from(result->action), STR("refused"));
    int stream = refused ? STDERR_FILENO : STDOUT_FILENO;
    bool named = result->path.length && str_starts(result->message, result->path);
    struct buf line = buf_new(in->arena, FILE_MAX), text = buf_new(in->arena, FILE_MAX);

    if (refused)
        buf_printf(&line, "hookcheck %s: ", in->cli->command->name);
    buf_printf(&line, "%s: %s", result->target, result->action);
    if (result->path.length && !named)
        buf_printf(&line, " " STR_FMT, STR_ARG(result->path));
    if (result->message.length)
        buf_printf(&line, "%s" STR_FMT, named ? " " : ": ", STR_ARG(result->message));
    report_hanging(&text, buf_str(&line), 0, HANG, isatty(stream) ? cli_style(in->cli).width : 0);
    if (result->hint.length)
        buf_printf(&text, "  next step: " STR_FMT "\n", STR_ARG(cli_hint(in->arena, result->hint)));
    if (refused)
        fprintf(stderr, STR_FMT, STR_ARG(buf_str(&text)));
    else
        buf_add(&in->cli->out, buf_str(&text));
}

enum cli_status install_report(struct install *in)
{
    enum cli_status status = CLI_OK;

    for (size_t i = 0; i < in->results.count; i++) {
        if (str_eq(str_from(in->results.items[i].action), STR("refused")))
            status = CLI_BLOCKED;
        if (!in->cli->json)
            write_result(in, &in->results.items[i]);
    }
    if (in->cli->json)
        write_json(in);
    return status;
}

/* Of what a program said: git's reason, else the first line. */
static struct str main_line(struct str text)
{
    struct str line, first = STR("");

    text = str_trim(text);
    while (str_next_line(&text, &line)) {
        if (str_starts(line, STR("fatal: ")))
            return line;
        if (!first.length)
            first = line;
    }
    return first;
}

bool install_ask(struct arena *arena, struct str directory, const struct str *arguments,
                 size_t count, struct str *ret_output, struct err *e)
{
    struct process_options options = {
        .arguments = arguments,
        .argument_count = count,
        .directory = directory,
        .search_path = true,
        .own_session = true,
        .deadline_ms = ASK_DEADLINE_MS,
        .output_maximum = 1 << 20,
    };
    struct process_result result;
    struct err own = ERR_NONE;

    if (!e)
        e = &own;
    if (!process_run(arena, &options, &result, e))
        return false;
    if (result.timed_out || result.signalled || result.status != 0)
        return err_set(e, ERR_SYSTEM, STR_FMT " " STR_FMT " " STR_FMT "%s" STR_FMT,
                       STR_ARG(arguments[0]), STR_ARG(count > 1 ? arguments[1] : STR("")),
                       STR_ARG(process_describe(arena, &options, &result)),
                       result.errors.length ? ": " : "", STR_ARG(main_line(result.errors)));
    *ret_output = result.output;
    if (str_ends(*ret_output, STR("\n")))
        ret_output->length--;
    return true;
}
