/* demo -- replays incident RIS-051 in a temporary repository: a deploy whose migration is not applied is stopped, and let through once it is.
 *
 * Nothing is pretended: the hook's executable beside this one is given the JSON that Claude Code sends, and the database is a real one.
 * Exit status 0 only when each step ended as it must.
 */
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/process.h"
#include "cli/cli.h"
#include "cli/demo_files.h"
#include "config/state.h"

#define STEP_MS 30000u

struct demo {
    struct cli *cli;
    char root[PATH_MAX]; /* temporary, removed at the end */
    struct str repository;
    struct str hook; /* absolute path of hookcheck-pre-tool-use */
    struct str call; /* the JSON */
    struct str url;  /* PostgreSQL; empty: SQLite */
    struct str schema;
    bool schema_made;
};

static void say(struct demo *demo, struct str text)
{
    buf_add(&demo->cli->out, text);
    buf_add_byte(&demo->cli->out, '\n');
    (void)!cli_flush(demo->cli);
}

static void say_command(struct demo *demo, struct str text)
{
    say(demo, str_printf(demo->cli->arena, "$ " STR_FMT, STR_ARG(text)));
}

static bool run_step(struct demo *demo, const struct str *arguments, size_t count, struct str input,
                     struct process_result *result, struct err *e)
{
    struct process_options options = {
        .arguments = arguments,
        .argument_count = count,
        .directory = demo->repository,
        .search_path = true,
        .input = input,
        .deadline_ms = STEP_MS,
        .output_maximum = (size_t)1 << 20,
    };

    if (!process_run(demo->cli->arena, &options, result, e))
        return false;
    if (result->timed_out || result->signalled)
        return err_set(e, ERR_SYSTEM, STR_FMT " " STR_FMT, STR_ARG(arguments[0]),
                       STR_ARG(process_describe(demo->cli->arena, &options, result)));
    return true;
}

/* A step that must end with 0. */
static bool run_well(struct demo *demo, const struct str *arguments, size_t count,
                     struct str *ret_output, struct err *e)
{
    struct process_result result;

    if (!run_step(demo, arguments, count, STR_NONE, &result, e))
        return false;
    if (result.status != 0)
        return err_set(e, ERR_SYSTEM, STR_FMT " ended with status %d: " STR_FMT,
                       STR_ARG(arguments[0]), result.status, STR_ARG(str_trim(result.errors)));
    if (ret_output)
        *ret_output = result.output;
    return true;
}

static bool write_file(struct demo *demo, const char *name, struct str bytes, struct err *e)
{
    struct arena *arena = demo->cli->arena;
    struct str path = path_join(arena, demo->repository, str_from(name));

    return file_make_directories(arena, path_directory(path), 0755, e) &&
           file_write_atomically(arena, path, bytes, 0644, e);
}

static struct str configuration(const struct demo *demo)
{
    if (demo->url.length == 0)
        return STR("{ \"environments\": { \"production\": { \"database\": \"sqlite:production.db\" "
                   "} } }\n");
    return str_printf(demo->cli->arena,
                      "{ \"migrations\": { \"backend\": { \"tracker\": \"alembic\", \"root\": "
                      "\"apps/backend-api\",\n"
                      "                                \"schema\": \"" STR_FMT "\" } },\n"
                      "  \"environments\": { \"production\": { \"database\": "
                      "\"env:PRODUCTION_DATABASE_URL\" } } }\n",
                      STR_ARG(demo->schema));
}

static bool make_repository(struct demo *demo, struct err *e)
{
    struct str init[] = {STR("git"), STR("init"), STR("--quiet")};
    struct str add[] = {STR("git"), STR("add"), STR(".")};
    struct str commit[] = {STR("git"),
                           STR("-c"),
                           STR("user.name=demo"),
                           STR("-c"),
                           STR("user.email=demo@localhost"),
                           STR("commit"),
                           STR("--quiet"),
                           STR("--message"),
                           STR("users: note email problems")};
    struct str config = configuration(demo), state = state_directory(demo->cli->arena);

    if (!file_make_directories(demo->cli->arena, demo->repository, 0755, e) ||
        !run_well(demo, init, COUNT_OF(init), NULL, e))
        return false;
    for (size_t i = 0; i < demo_file_count; i++)
        if (!write_file(demo, demo_files[i].path, str_from(demo_files[i].text), e))
            return false;
    if (!write_file(demo, ".gitignore", STR("production.db\n"), e) ||
        !write_file(demo, CONFIG_NAME, config, e) || !run_well(demo, add, COUNT_OF(add), NULL, e) ||
        !run_well(demo, commit, COUNT_OF(commit), NULL, e))
        return false;
    struct str path = path_join(demo->cli->arena, demo->repository, STR(CONFIG_NAME));
    /* The temporary state directory trusts the file that we wrote ourselves; the person's own is not touched. */
    return state_make(demo->cli->arena, state, e) &&
           trust_add(demo->cli->arena, state, digest_sha256(demo->cli->arena, config), path, e);
}

/* Runs SQL where "production" is, and shows how. */
static bool run_sql(struct demo *demo, struct str sql, bool show, struct str *ret_output,
                    struct err *e)
{
    struct arena *arena = demo->cli->arena;
    struct str sqlite[] = {STR("sqlite3"), STR("-bail"), STR("production.db"), sql};
    struct str set_path = str_printf(arena, "set search_path to " STR_FMT "; " STR_FMT,
                                     STR_ARG(demo->schema), STR_ARG(sql));
    struct str psql[] = {
        STR("psql"), STR("-X"), STR("-q"), STR("-A"), STR("-t"), STR("-v"), STR("ON_ERROR_STOP=1"),
        STR("-c"),   set_path,  demo->url};
    bool postgres = demo->url.length;

    if (show)
        say_command(demo, postgres ? str_printf(arena, "psql -c \"" STR_FMT "\"", STR_ARG(sql))
                                   : str_printf(arena, "sqlite3 production.db \"" STR_FMT "\"",
                                                STR_ARG(sql)));
    if (!run_well(demo, postgres ? psql : sqlite, postgres ? COUNT_OF(psql) : COUNT_OF(sqlite),
                  ret_output, e)) {
        if (e->kind == ERR_NOT_FOUND)
            (void)err_hint(e, "install the package %s", postgres ? "postgresql-client" : "sqlite3");
        return false;
    }
    return true;
}

static bool make_database(struct demo *demo, struct err *e)
{
    if (demo->url.length) {
        struct str made =
            str_printf(demo->cli->arena, "create schema " STR_FMT, STR_ARG(demo->schema));
        if (!run_sql(demo, made, false, NULL, e))
            return false;
        demo->schema_made = true;
    }
    return run_sql(demo, str_from(demo_sql_before), false, NULL, e);
}

/* The call as Claude Code would send it; *ret_blocked says what the hook answered. */
static bool call_hook(struct demo *demo, bool *ret_blocked, struct err *e)
{
    struct str arguments[] = {demo->hook};
    struct process_result result;

    say_command(demo, STR("hookcheck-pre-tool-use < call.json"));
    if (!run_step(demo, arguments, 1, demo->call, &result, e))
        return false;
    if (result.output.length)
        say(demo, str_trim(result.output));
    if (result.errors.length)
        say(demo, str_trim(result.errors));
    say_command(demo, STR("echo $?"));
    say(demo, str_printf(demo->cli->arena, "%d\n", result.status));
    if (result.status != 0 && result.status != 2)
        return err_set(e, ERR_INTERNAL,
                       "the hook ended with status %d, which hosts do not take for a block",
                       result.status);
    if (result.output.length)
        return err_set(e, ERR_INTERNAL, "the hook wrote to standard output");
    *ret_blocked = result.status == 2;
    if (*ret_blocked && (!str_contains(result.errors, STR("pending-migrations")) ||
                         !str_contains(result.errors, STR(DEMO_REVISION))))
        return err_set(e, ERR_INTERNAL, "the hook blocked, but not for the pending migration");
    return true;
}

static bool replay(struct demo *demo, struct err *e)
{
    struct arena *arena = demo->cli->arena;
    struct str output = STR_NONE;
    bool blocked = false;

    say(demo, STR("RIS-051, replayed: new code reads users.email_issue_*, the migration that adds\n"
                  "these columns was never applied to production. Every login would fail.\n"));
    if (!make_repository(demo, e) || !make_database(demo, e))
        return false;
    say_command(demo, STR("ls " DEMO_VERSIONS));
    struct strs names = {0};
    if (!file_list(arena, path_join(arena, demo->repository, STR(DEMO_VERSIONS)), &names, e))
        return false;
    say(demo, str_join(arena, names.items, names.count, STR("\n")));
    if (!run_sql(demo, STR("select version_num from alembic_version"), true, &output, e))
        return false;
    say(demo, str_trim(output));
    say(demo, STR("\nAn agent is about to deploy. Its host asks the hook first:\n"));
    say_command(demo, STR("cat call.json"));
    say(demo, str_trim(demo->call));
    if (!call_hook(demo, &blocked, e))
        return false;
    if (!blocked)
        return err_set(e, ERR_INTERNAL,
                       "the deploy was let through although a migration is pending");
    say(demo, STR("The agent's host does not run the command. The migration is applied:\n"));
    if (!run_sql(demo, str_from(demo_sql_upgrade), true, NULL, e))
        return false;
    say(demo, STR("\nThe same call again:\n"));
    if (!call_hook(demo, &blocked, e))
        return false;
    if (blocked)
        return err_set(e, ERR_INTERNAL, "the deploy was blocked although nothing is pending");
    say(demo, STR("Blocked while the migration was pending, let through once it was applied."));
    return true;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

static void clean_up(struct demo *demo)
{
    struct err e = ERR_NONE;

    if (demo->schema_made &&
        !run_sql(
            demo,
            str_printf(demo->cli->arena, "drop schema " STR_FMT " cascade", STR_ARG(demo->schema)),
            false, NULL, &e))
        fprintf(stderr, "hookcheck demo: the schema " STR_FMT " is left behind: %s\n",
                STR_ARG(demo->schema), e.message);
    if (demo->root[0] && nftw(demo->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0)
        fprintf(stderr, "hookcheck demo: %s is left behind\n", demo->root);
}

/* Our children must see the demo's world, not the person's configuration, trust or git settings. */
static void make_world(struct demo *demo)
{
    const char *home = getenv("HOME");
    struct arena *arena = demo->cli->arena;

    if (home && !getenv("PGPASSFILE"))
        setenv("PGPASSFILE", str_c(arena, str_printf(arena, "%s/.pgpass", home)), 1);
    if (home && !getenv("PGSERVICEFILE"))
        setenv("PGSERVICEFILE", str_c(arena, str_printf(arena, "%s/.pg_service.conf", home)), 1);
    setenv("HOME", demo->root, 1);
    setenv("HOOKCHECK_STATE_DIR", str_c(arena, str_printf(arena, "%s/state", demo->root)), 1);
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    static const char *const foreign[] = {"HOOKCHECK_CONFIG", "HOOKCHECK_DATABASE_URL",
                                          "XDG_CONFIG_HOME",  "GIT_DIR",
                                          "GIT_WORK_TREE",    "GIT_INDEX_FILE"};
    for (size_t i = 0; i < COUNT_OF(foreign); i++)
        unsetenv(foreign[i]);
    if (demo->url.length)
        setenv("PRODUCTION_DATABASE_URL", str_c(arena, demo->url), 1);
}

static bool prepare(struct demo *demo, struct err *e)
{
    struct arena *arena = demo->cli->arena;
    const char *temporary = getenv("TMPDIR");
    char self[PATH_MAX];

    ssize_t length = readlink("/proc/self/exe", self, sizeof self);
    if (length < 0 || (size_t)length >= sizeof self)
        return err_errno(e, "cannot find out where hookcheck is installed");
    struct str here = str_of(self, (size_t)length);
    demo->hook = path_join(arena, path_directory(here), STR("hookcheck-pre-tool-use"));
    if (file_kind(arena, demo->hook) != FILE_REGULAR) {
        err_set(e, ERR_NOT_FOUND, STR_FMT " is not there", STR_ARG(demo->hook));
        return err_hint(e, "run ./install/quickstart or cmake --install, which put it there");
    }
    struct str template = str_printf(arena, "%s/hookcheck-demo-XXXXXX",
                                     temporary && *temporary == '/' ? temporary : "/tmp");
    char *root = str_c(arena, template);
    if (template.length >= sizeof demo->root || !mkdtemp(root))
        return err_errno(e, "cannot make a temporary directory");
    snprintf(demo->root, sizeof demo->root, "%s", root);
    demo->repository = str_printf(arena, "%s/shop", demo->root);
    demo->schema = str_printf(arena, "hookcheck_demo_%ld", (long)getpid());
    demo->call = str_printf(arena,
                            "{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Bash\",\n"
                            " \"tool_input\":{\"command\":\"npx sst deploy --stage production\"},\n"
                            " \"cwd\":\"" STR_FMT "\"}\n",
                            STR_ARG(demo->repository));
    make_world(demo);
    return true;
}

static enum cli_status run(struct cli *cli)
{
    struct demo demo = {.cli = cli, .url = cli_value(cli, "postgres")};
    struct err e = ERR_NONE;

    if (cli->json)
        return cli_usage_error(cli, "the demo is a transcript for people: there is no --json");
    bool done = prepare(&demo, &e) && replay(&demo, &e);
    clean_up(&demo);
    if (done)
        return CLI_OK;
    cli_say_error(cli, &e);
    return CLI_BLOCKED;
}

static const struct cli_option options[] = {
    {"postgres", "URL", "use this PostgreSQL, in a schema of its own that is removed at the end"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_demo = {
    .name = "demo",
    .operands = "",
    .summary = "shows a deploy being stopped and let through, in a temporary repository",
    .text = "Needs git and the sqlite3 shell (with --postgres: psql). Leaves nothing behind.\n",
    .options = options,
    .run = run,
};
