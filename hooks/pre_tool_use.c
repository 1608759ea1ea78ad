/* hookcheck-pre-tool-use -- started by an agent's host before every tool call: may this command run, may this file be edited?
 *
 * In:     the host's JSON on stdin.
 * Out:    exit 0, silently, when nothing is to be said; exit 2 with the reasons on stderr otherwise. Never another status. Hosts that want an
 *         answer as JSON (Cursor, Gemini, Antigravity) get it on stdout besides.
 * Method: recognises deploys here, and what would change the gate itself: its files, by commands and by edits, and the ways around it. What these
 *         lead to is decided by `hookcheck decide`, a child of ours with a deadline. Only its exit 0 together with the digest of our question
 *         lets the call through.
 *
 * Runs before every command of an agent: links libc and PCRE2 only, statically (tests/integration checks).
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/door.h"
#include "base/file.h"
#include "base/process.h"
#include "config/state.h"
#include "deploys/document.h"
#include "host/host.h"

#define NAME "hookcheck-pre-tool-use"
/* Hosts let a call run when a hook takes too long: nothing of ours may take that long. Seconds. */
#define RECOGNISE_SECONDS 20u
#define DECIDE_EXTRA_SECONDS 3u
#define PATCH_FILES_MAX 16u /* of ours or not; what more would do is not known */
#define CHILD_OUTPUT_MAX ((size_t)1 << 20)
/* Past REQUEST_MAX the bytes are only looked through for words, piece by piece. */
#define PIECE ((size_t)256 << 10)
#define PIECE_OVERLAP ((size_t)4 << 10)

static const char usage_text[] =
    "usage: " NAME " [--recognise] [--verbose]\n"
    "Reads a tool call as JSON on standard input, as agents' hosts write it: a\n"
    "command, or an edit of a file. Ends with 0 when the call may run, with 2 and the\n"
    "reasons on standard error when it may not: a deploy that the check objects to,\n"
    "or a change to what guards deploys. For people: hookcheck command.\n"
    "\n"
    "  --recognise  print what would be asked about it, ask nobody\n"
    "  --verbose    say what was checked when the call may run\n"
    "  --version    print the version\n"
    "  --help       print this\n";

struct hook {
    struct arena *arena;
    bool recognise, verbose;
    bool is_deploy; /* else something touches the gate itself */
    struct configs *configs;
    struct request request;
};

static void read_options(struct hook *hook, int argc, char **argv)
{
    static const struct option options[] = {{"recognise", no_argument, NULL, 'r'},
                                            {"verbose", no_argument, NULL, 'v'},
                                            {"version", no_argument, NULL, 'V'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;

    if (argc <= 1)
        return; /* as hosts start it */
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'V')
            door_leave_printing(STR("hookcheck " HOOKCHECK_VERSION "\n"));
        if (option == 'h')
            door_leave_printing(str_from(usage_text));
        if (option == '?')
            door_leave(DOOR_BLOCK,
                       str_printf(hook->arena, NAME ": this option is not known: %s\n%s",
                                  argv[optind - 1], usage_text));
        hook->recognise |= option == 'r';
        hook->verbose |= option == 'v';
    }
    if (optind < argc)
        door_leave(
            DOOR_BLOCK,
            str_printf(hook->arena, NAME ": the call is read from standard input\n%s", usage_text));
}

/* The request, read before anything is allocated: whatever fails later, its bytes can be looked through for deploy words. Pages that are not
 * written to cost nothing. */
static char request_bytes[REQUEST_MAX + 1];

static ssize_t read_some(char *bytes, size_t length)
{
    ssize_t got;

    for (;;) {
        got = read(STDIN_FILENO, bytes, length);
        if (got >= 0 || (errno != EINTR && errno != EAGAIN))
            return got;
        /* A host that shares a non-blocking pipe with us has not written yet: that is not the end. */
        struct pollfd host = {.fd = STDIN_FILENO, .events = POLLIN};
        if (errno == EAGAIN)
            poll(&host, 1, -1);
    }
}

/* Up to REQUEST_MAX bytes, watched as they come. One byte more shows that there is more. */
static struct str read_raw(bool *ret_whole)
{
    size_t length = 0;

    while (length < sizeof request_bytes) {
        ssize_t got = read_some(request_bytes + length, sizeof request_bytes - length);
        if (got < 0)
            door_fault("standard input cannot be read");
        if (got == 0)
            break;
        length += (size_t)got;
        door_watch(str_of(request_bytes, length));
    }
    *ret_whole = length <= REQUEST_MAX;
    return str_of(request_bytes, length);
}

/* A request that is too large to be parsed: is there a deploy word in it? The rest of it is read piece by piece. */
NO_RETURN static void judge_oversized(void)
{
    char *piece = request_bytes;
    size_t kept = sizeof request_bytes;

    while (!door_has_word(str_of(piece, kept))) {
        /* A word may lie across the border. */
        size_t overlap = kept < PIECE_OVERLAP ? kept : PIECE_OVERLAP;
        memmove(piece, piece + kept - overlap, overlap);
        ssize_t got = read_some(piece + overlap, PIECE);
        if (got <= 0)
            break;
        kept = overlap + (size_t)got;
        door_watch(str_of(piece, kept));
    }
    door_fault("the request is larger than 4 MiB");
}

static struct str own_directory(struct arena *arena)
{
    char directory[PATH_MAX];

    return getcwd(directory, sizeof directory) ? str_copy(arena, str_from(directory)) : STR("/");
}

/* The user's own rules count among the deploy words; a configuration that cannot be read adds none. */
static const struct config *load_config(struct hook *hook, struct str directory)
{
    const struct config *config = NULL;
    struct err e = ERR_NONE;

    if (!configs_for(hook->configs, directory, &config, &e))
        door_fault(e.message);
    door_add_words(deploys_config_words(hook->arena, config));
    return config;
}

/* A directory that is gone, with no work tree around it: the host starts the command where it is itself, as it did this hook, or not at all. */
static bool is_nowhere(struct arena *arena, struct str directory)
{
    struct str entry;

    return file_kind(arena, directory) == FILE_ABSENT &&
           !work_tree_find(arena, directory, &entry).length;
}

static void parse_request(struct hook *hook, struct str raw, bool whole)
{
    struct str here = own_directory(hook->arena);
    struct err e = ERR_NONE;

    if (!whole) {
        load_config(hook, here);
        judge_oversized();
    }
    if (!host_parse_request(hook->arena, raw, here, &hook->request, &e)) {
        load_config(hook, here);
        door_fault(e.message);
    }
    if (hook->request.runs_shell && is_nowhere(hook->arena, hook->request.cwd))
        hook->request.cwd = here;
}

NO_RETURN static void allow(const struct hook *hook, struct str text)
{
    struct err ignored = ERR_NONE;

    (void)!file_write_descriptor(STDOUT_FILENO, host_allow_answer(hook->request.host), &ignored);
    door_leave(DOOR_ALLOW, text);
}

NO_RETURN static void block(struct hook *hook, struct str text)
{
    struct err ignored = ERR_NONE;

    (void)!file_write_descriptor(
        STDOUT_FILENO, host_block_answer(hook->arena, hook->request.host, text), &ignored);
    door_leave(DOOR_BLOCK, text);
}

NO_RETURN static void block_unasked(struct hook *hook, struct str code, struct str why,
                                    struct str hint)
{
    const char *what = hook->is_deploy
                           ? "this is a deploy, and whether migrations are pending is not known"
                           : "this touches what guards deploys, and whether it may is not known";

    block(hook, str_printf(hook->arena,
                           NAME ": blocked: %s\n"
                                "\n" STR_FMT " (block)\n  " STR_FMT "\n  next step: " STR_FMT "\n",
                           what, STR_ARG(code), STR_ARG(why), STR_ARG(hint)));
}

/* What the child said, then what became of it. */
NO_RETURN static void judge_answer(struct hook *hook, const struct process_options *options,
                                   const struct process_result *result, struct str digest)
{
    bool ended = !result->timed_out && !result->signalled;
    bool answered = str_eq(str_trim(result->answer), digest);
    struct str how = process_describe(hook->arena, options, result);

    if (ended && result->status == 0 && answered)
        allow(hook, result->errors);
    if (ended && result->status == 2 && !answered && result->errors.length)
        block(hook, result->errors);
    struct str said = result->errors.length
                          ? str_printf(hook->arena, "\n" STR_FMT, STR_ARG(str_trim(result->errors)))
                          : STR("");
    if (result->timed_out)
        block_unasked(
            hook, STR("deadline"),
            str_printf(hook->arena, "the check " STR_FMT STR_FMT, STR_ARG(how), STR_ARG(said)),
            STR("hookcheck status\n    shows what is slow; or raise \"deadline\" in " CONFIG_NAME));
    if (ended && result->status == 0)
        how = STR("ended without the right answer");
    block_unasked(
        hook, STR("internal-error"),
        str_printf(hook->arena, HOOKCHECK_PROGRAM " decide " STR_FMT STR_FMT, STR_ARG(how),
                   STR_ARG(said)),
        STR("hookcheck doctor\n    if that fails too, a person installs hookcheck again"));
}

NO_RETURN static void ask_child(struct hook *hook, struct document *document, uint64_t deadline_ms)
{
    struct str arguments[] = {STR(HOOKCHECK_PROGRAM), STR("decide"), STR("--verbose")};
    struct process_result result;
    struct err e = ERR_NONE;
    struct str bytes;

    if (!document_write(hook->arena, document, &bytes, &e))
        block_unasked(hook, STR("internal-error"), str_from(e.message),
                      STR("split the call into smaller ones"));
    if (hook->recognise)
        door_leave_printing(str_printf(hook->arena, STR_FMT "\n", STR_ARG(bytes)));
    struct process_options options = {
        .arguments = arguments,
        .argument_count = hook->verbose ? 3 : 2,
        /* Ours, so that a relative HOOKCHECK_CONFIG means the same file; / when ours was removed. */
        .directory = own_directory(hook->arena),
        .document = bytes,
        .has_document = true,
        .wants_answer = true,
        .scrub_environment = true,
        .deadline_ms = deadline_ms,
        .output_maximum = CHILD_OUTPUT_MAX,
    };
    if (!process_run(hook->arena, &options, &result, &e))
        block_unasked(
            hook, STR("internal-error"),
            str_starts(str_from(e.message), STR("cannot start "))
                ? str_from(e.message)
                : str_printf(hook->arena, "cannot start %s: %s", HOOKCHECK_PROGRAM, e.message),
            STR("run ./install/quickstart or cmake --install, which put it there"));
    judge_answer(hook, &options, &result, digest_sha256(hook->arena, bytes));
}

/* A tool that runs no command may still change a file. Nearly all of them are none of ours: only their names are looked at. */
static void look_at_edits(struct hook *hook, struct tampers *tampers)
{
    const struct request *request = &hook->request;
    struct str state = state_directory(hook->arena);
    struct request_edit edit = {0};
    bool parsed = false;
    bool speaks = request->edits.count && protect_may_speak_of_hooks(hook->arena, request->raw);

    for (size_t i = 0; i < request->edits.count; i++) {
        struct str path = request->edits.items[i];
        if (str_has_nul(path) ||
            (!speaks && !protect_names_path(hook->arena, state, request->cwd, path)))
            continue;
        if (!parsed && request->edits.count <= PATCH_FILES_MAX)
            host_parse_edit(hook->arena, request, &edit);
        parsed = true;
        if (request->edits.count > 1 && !edit.patch.length)
            edit = (struct request_edit){0}; /* which of them it is about is the tool's affair */
        protect_edit(hook->arena, state, request, path, &edit, tampers);
    }
}

static void look(struct hook *hook, struct document *document, uint64_t *ret_deadline)
{
    const struct config *config = NULL;
    struct err e = ERR_NONE;

    *ret_deadline = CONFIG_DEADLINE_DEFAULT_MS;
    if (!hook->request.runs_shell) {
        look_at_edits(hook, &document->tampers);
        if (document->tampers.count == 0)
            allow(hook, hook->verbose ? STR(NAME ": this tool runs no command\n") : STR(""));
        return;
    }
    config = load_config(hook, hook->request.cwd);
    if (config->deadline_ms)
        *ret_deadline = config->deadline_ms;
    if (!deploys_recognise(hook->arena, hook->configs, &hook->request, &document->deploys,
                           &document->tampers, &e))
        door_fault(e.message);
    if (document->deploys.count == 0 && document->tampers.count == 0)
        allow(hook, hook->verbose ? STR(NAME ": no deploy in this command\n") : STR(""));
}

int main(int argc, char **argv)
{
    uint64_t deadline;

    door_open(NAME);
    door_add_words(deploys_words());
    door_add_words(protect_words());
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct hook hook = {.arena = &arena};
    struct config_options config_options;
    struct document document = {0};

    read_options(&hook, argc, argv);
    alarm(RECOGNISE_SECONDS);
    bool whole;
    struct str raw = read_raw(&whole);
    config_options_from_environment(&arena, &config_options);
    hook.configs = configs_new(&arena, &config_options);
    parse_request(&hook, raw, whole);
    look(&hook, &document, &deadline);
    door_deploy_recognised();
    hook.is_deploy = document.deploys.count > 0;
    alarm((unsigned)(deadline / 1000) + DECIDE_EXTRA_SECONDS);
    document.request = hook.request;
    document.host_name = host_name(hook.request.host);
    /* The child shall be able to say what was slow before we say that it was. */
    document.deadline_ms = deadline - deadline / 10;
    ask_child(&hook, &document, deadline);
}
