#include "cli/pre_push.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/door.h"
#include "base/file.h"
#include "base/process.h"
#include "config/state.h"
#include "gate/audit.h"
#include "host/terminal.h"
#include "report/report.h"

#define NAME PRE_PUSH_NAME
#define MEMORY ((size_t)2 << 30)
/* The remote waits with an open connection while a person thinks; hosts close it after some minutes. */
#define ASK_MS 90000u
#define DEADLINE_EXTRA_SECONDS 5u
#define OUTPUT_MAX ((size_t)1 << 20)

static const char usage_text[] =
    "usage: " NAME " [--verbose] REMOTE URL <REFS     (git's pre-push)\n"
    "       " NAME " [--verbose] --pre-receive <REFS  (a server's)\n"
    "Reads git's list of refs on standard input. Ends with 0 when the push may go on,\n"
    "with 2 and the reasons on standard error when it may not. For people: hookcheck\n"
    "push.\n"
    "\n"
    "  --pre-receive  judge what is received, on the server\n"
    "  --verbose      say what was checked when the push may go on\n"
    "  --version      print the version\n"
    "  --help         print this\n";

struct hook {
    struct arena *arena;
    bool server, verbose;
    struct push_input input;
    struct push_result result;
};

static void read_options(struct hook *hook, int argc, char **argv)
{
    static const struct option options[] = {{"pre-receive", no_argument, NULL, 's'},
                                            {"verbose", no_argument, NULL, 'v'},
                                            {"version", no_argument, NULL, 'V'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;

    opterr = 0;
    /* "+": a remote may be called -x. */
    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        if (option == 'V')
            door_leave_printing(STR("hookcheck " HOOKCHECK_VERSION "\n"));
        if (option == 'h')
            door_leave_printing(str_from(usage_text));
        if (option == '?')
            door_leave(DOOR_BLOCK,
                       str_printf(hook->arena, NAME ": this option is not known: %s\n%s",
                                  argv[optind - 1], usage_text));
        hook->server |= option == 's';
        hook->verbose |= option == 'v';
    }
    if (hook->server)
        return;
    if (argc > optind)
        hook->input.remote = str_from(argv[optind]);
    hook->input.url = argc > optind + 1 ? str_from(argv[optind + 1]) : hook->input.remote;
}

/* Whose configuration counts: the work tree's. With --git-dir that is where the .git directory stands, wherever git was started. */
static struct str directory_of(struct arena *arena)
{
    char here[PATH_MAX];
    const char *git = getenv("GIT_DIR"), *work_tree = getenv("GIT_WORK_TREE");

    if (!getcwd(here, sizeof here))
        door_fault("the current directory cannot be read");
    struct str directory = str_copy(arena, str_from(here));
    if (work_tree && *work_tree)
        return path_join(arena, directory, str_from(work_tree));
    if (!git || !*git)
        return directory;
    struct str path = path_join(arena, directory, str_from(git));
    return str_eq(path_base_name(path), STR(".git")) ? path_directory(path) : directory;
}

static void read_refs(struct hook *hook, struct push_refs *refs)
{
    struct err e = ERR_NONE;
    struct str bytes;
    bool whole = false;

    if (isatty(STDIN_FILENO))
        door_leave(DOOR_BLOCK, str_printf(hook->arena,
                                          NAME ": git's list of refs is read from standard input; "
                                               "a terminal has none\n%s",
                                          usage_text));
    if (!file_read_descriptor(hook->arena, STDIN_FILENO, PUSH_FEED_MAX, &bytes, &whole, &e))
        door_fault(e.message);
    if (!whole)
        door_fault("the list of refs is too large");
    if (!push_feed_parse(hook->arena, bytes, hook->server, refs, &e))
        door_leave(
            DOOR_BLOCK,
            str_printf(hook->arena,
                       NAME
                       ": blocked: %s\n  next step: git rev-parse --git-path hooks\n"
                       "    names the directory of what stands before this hook and feeds it\n",
                       e.message));
}

static struct str variable(const char *name)
{
    const char *value = getenv(name);

    return value ? str_from(value) : STR_NONE;
}

/* pre-commit gives its hooks an empty list, and tells of the push's first ref in the environment: no PRE_COMMIT_FROM_REF where the remote has nothing,
 * no PRE_COMMIT_TO_REF where all is new. */
static bool read_pre_commit(struct hook *hook, struct push_refs *refs)
{
    struct str local = variable("PRE_COMMIT_LOCAL_BRANCH"), to = variable("PRE_COMMIT_TO_REF");
    struct str from = variable("PRE_COMMIT_FROM_REF");
    struct push_ref ref = {.local_ref = local, .remote_ref = variable("PRE_COMMIT_REMOTE_BRANCH")};
    struct err e = ERR_NONE;

    if (hook->server || !ref.remote_ref.length || !(to.length + local.length))
        return false;
    if (!repository_resolve(hook->input.repository, hook->arena, to.length ? to : local,
                            &ref.local_id, &e) ||
        (from.length &&
         !repository_resolve(hook->input.repository, hook->arena, from, &ref.remote_id, &e)))
        door_fault(e.message);
    if (!from.length)
        ref.remote_id = str_printf(hook->arena, "%0*d", (int)ref.local_id.length, 0);
    VEC_PUSH(hook->arena, refs, ref);
    hook->input.remote = variable("PRE_COMMIT_REMOTE_NAME");
    hook->input.url = variable("PRE_COMMIT_REMOTE_URL");
    return true;
}

static uint64_t deadline(struct hook *hook)
{
    const struct config *config = NULL;
    struct err e = ERR_NONE;

    if (!configs_for(hook->input.configs, hook->input.directory, &config, &e))
        door_fault(e.message);
    uint64_t limit = config->deadline_ms ? config->deadline_ms : CONFIG_DEADLINE_DEFAULT_MS;
    alarm((unsigned)(limit / 1000) + DEADLINE_EXTRA_SECONDS);
    return clock_ms() + limit;
}

static struct report_style style_of(void)
{
    const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
    bool color = isatty(STDERR_FILENO) && !(no && *no) && term && *term &&
                 !str_eq(str_from(term), STR("dumb"));

    return (struct report_style){.color = color, .width = 80};
}

/* A person's yes stands in the trail, like every decision. */
static bool note_yes(struct hook *hook)
{
    struct audit_options options = {.state = hook->input.state_directory};
    struct buf fields = buf_new(hook->arena, (size_t)64 << 10);
    struct err e = ERR_NONE;
    bool first = true;

    json_write_key(&fields, &first, "host");
    buf_add(&fields, STR("\"git\""));
    json_write_key(&fields, &first, "cwd");
    json_write_string(&fields, hook->input.directory);
    json_write_key(&fields, &first, "verdict");
    buf_add(&fields, STR("\"allow\""));
    json_write_key(&fields, &first, "confirmed");
    buf_add(&fields, STR("true"));
    json_write_key(&fields, &first, "refs");
    buf_add_byte(&fields, '[');
    for (size_t i = 0; i < hook->result.seen.count && i < 64; i++) {
        if (i)
            buf_add_byte(&fields, ',');
        json_write_string(&fields, hook->result.seen.items[i].ref.remote_ref);
    }
    buf_add_byte(&fields, ']');
    return audit_append(hook->arena, &options, buf_str(&fields), &e);
}

/* "Continue anyway?" */
NO_RETURN static void confirm(struct hook *hook, struct str text)
{
    struct err e = ERR_NONE;
    struct str agent = STR_NONE;
    bool yes = false;

    alarm(0);
    (void)!file_write_descriptor(STDERR_FILENO, text, &e);
    e = ERR_NONE;
    if (agent_is_there(&agent))
        door_leave(DOOR_BLOCK, str_printf(hook->arena,
                                          NAME ": blocked: a person must decide this, in their "
                                               "own terminal (here: " STR_FMT ")\n",
                                          STR_ARG(agent)));
    if (!terminal_ask(STR("Continue anyway? (y/N) "), ASK_MS, &yes, &e))
        door_leave(DOOR_BLOCK,
                   str_printf(hook->arena, NAME ": blocked: a person must decide this, and %s\n",
                              e.message));
    if (yes && !note_yes(hook))
        door_leave(DOOR_BLOCK, STR(NAME ": blocked: the audit trail cannot be written\n"));
    door_leave(yes ? DOOR_ALLOW : DOOR_BLOCK,
               yes ? STR("") : STR(NAME ": blocked: not confirmed\n"));
}

NO_RETURN static void answer(struct hook *hook)
{
    struct buf out = buf_new(hook->arena, OUTPUT_MAX);
    struct report_style style = style_of();
    enum action action = hook->result.verdict.action;
    struct str text = STR_NONE;
    struct err ignored = ERR_NONE;

    report_push_text(&out, &hook->result, hook->verbose, &style);
    if (action == ACTION_CONFIRM && !hook->server)
        confirm(hook, buf_str(&out));
    bool passes = action == ACTION_ALLOW || action == ACTION_WARN;
    /* The door would show colours as text. Names were made printable by the report. */
    if (style.color)
        (void)!file_write_descriptor(STDERR_FILENO, buf_str(&out), &ignored);
    else
        text = buf_str(&out);
    door_leave(passes ? DOOR_ALLOW : DOOR_BLOCK, text);
}

NO_RETURN static void leave_up_to_date(const struct hook *hook)
{
    door_leave(DOOR_ALLOW, hook->verbose ? STR(NAME ": up to date\n") : STR(""));
}

void pre_push_main(int argc, char **argv)
{
    ARENA(arena, MEMORY);
    struct hook hook = {.arena = &arena};
    struct config_options options;
    struct push_refs refs = {0};
    struct err e = ERR_NONE;

    read_options(&hook, argc, argv);
    read_refs(&hook, &refs);
    if (!refs.count && !variable("PRE_COMMIT_REMOTE_BRANCH").length)
        leave_up_to_date(&hook);
    config_options_from_environment(&arena, &options);
    hook.input.refs = &refs;
    hook.input.server = hook.server;
    hook.input.directory = directory_of(&arena);
    hook.input.configs = configs_new(&arena, &options);
    hook.input.state_directory = state_directory(&arena);
    hook.input.deadline_ms = deadline(&hook);
    char here[PATH_MAX];
    if (!getcwd(here, sizeof here))
        door_fault("the current directory cannot be read");
    if (!repository_open_hook(&arena, str_from(here), !hook.server, &hook.input.repository, &e))
        door_fault(e.message);
    if (!refs.count && !read_pre_commit(&hook, &refs))
        leave_up_to_date(&hook);
    gate_push(&arena, &hook.input, &hook.result);
    answer(&hook);
}
