/* git_command.c -- git's own plumbing, for what libgit2 1.5 cannot open: SHA-256, reftable, partial clones, unknown extensions.
 *
 * git is looked for in fixed places only, its environment loses every GIT_* variable, replacement objects and grafts are ignored (what is deployed are
 * the real ones), nothing is written (no optional locks), nobody is asked for a password. The ownership check is off (safe.directory=*), as with
 * libgit2: it protects from a repository whose configuration starts programs, and none is started here: hooks, the file system monitor and
 * the pager are off, and so are the "clean" filters that `git status` would run on files that look modified.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/process.h"
#include "repository/git_command.h"

#define GIT_ARGUMENTS_MAX 128u
#define GIT_SETTINGS_MAX 32u
#define GIT_TIME_MS 20000u

/* A hook asks the git that started it: what that one can read, another may not. */
static struct str git_that_started_us(struct arena *arena)
{
    const char *directory = getenv("GIT_EXEC_PATH");

    if (!directory || *directory != '/')
        return STR_NONE;
    struct str program = path_join(arena, str_from(directory), STR("git"));
    return access(program.bytes, X_OK) == 0 ? program : STR_NONE;
}

static struct str find_git(void)
{
    static const struct str places[] = {STR_INIT("/usr/bin/git"), STR_INIT("/usr/local/bin/git"),
                                        STR_INIT("/bin/git"), STR_INIT("/opt/homebrew/bin/git"),
                                        STR_INIT("/run/current-system/sw/bin/git")};

    for (size_t i = 0; i < COUNT_OF(places); i++)
        if (access(places[i].bytes, X_OK) == 0)
            return places[i];
    return STR_NONE;
}

/* Everything of a call but its input and its limits. The environment's last word only where nothing may be fetched. */
static struct process_options options_of(const struct git *git, bool fetch,
                                         const struct str *arguments, size_t count)
{
    static const struct str environment[] = {STR_INIT("LC_ALL=C"),
                                             STR_INIT("GIT_NO_REPLACE_OBJECTS=1"),
                                             STR_INIT("GIT_GRAFT_FILE=/dev/null"),
                                             STR_INIT("GIT_OPTIONAL_LOCKS=0"),
                                             STR_INIT("GIT_TERMINAL_PROMPT=0"),
                                             STR_INIT("GIT_ASKPASS=/bin/false"),
                                             STR_INIT("SSH_ASKPASS=/bin/false"),
                                             STR_INIT("GIT_NO_LAZY_FETCH=1")};

    return (struct process_options){
        .settings = environment,
        .setting_count = COUNT_OF(environment) - (fetch && !git->options.no_network ? 1 : 0),
        .arguments = arguments,
        .argument_count = count,
        .directory = git->directory,
        .scrub_environment = !git->options.from_environment,
    };
}

/* The whole maximum is set aside before the child starts, for each of its streams: in an arena of its own, of which only what was written
 * is kept. */
static bool run_words(struct arena *arena, const struct call *call, const struct str *arguments,
                      size_t count, uint64_t limit, struct process_result *ret, struct err *e)
{
    size_t maximum = call->output_maximum ? call->output_maximum : GIT_OUTPUT_MAX;
    ARENA(scratch, 4 * maximum + 2 * call->input.length + ((size_t)4 << 20));
    struct process_options options = options_of(call->git, call->fetch, arguments, count);

    options.input = call->input;
    options.deadline_ms = limit;
    options.output_maximum = maximum;
    if (!process_run(&scratch, &options, ret, e))
        return false;
    ret->output = str_copy(arena, ret->output);
    ret->errors = str_copy(arena, ret->errors);
    ret->answer = STR_NONE;
    return true;
}

static size_t put_arguments(const struct git *git, const struct strs *settings,
                            const struct str *words, size_t count, struct str *ret_arguments)
{
    static const struct str always[] = {
        STR_INIT("-c"), STR_INIT("safe.directory=*"),
        STR_INIT("-c"), STR_INIT("core.fsmonitor=false"),
        STR_INIT("-c"), STR_INIT("core.hooksPath=/dev/null"),
        STR_INIT("-c"), STR_INIT("core.quotePath=false"),
        STR_INIT("-c"), STR_INIT("core.pager=cat"),
        STR_INIT("-c"), STR_INIT("advice.graftFileDeprecated=false")};
    size_t used = 0;

    ret_arguments[used++] = git->program;
    for (size_t i = 0; i < COUNT_OF(always); i++)
        ret_arguments[used++] = always[i];
    for (size_t i = 0; settings && i < settings->count && i < GIT_SETTINGS_MAX; i++) {
        ret_arguments[used++] = STR("-c");
        ret_arguments[used++] = settings->items[i];
    }
    for (size_t i = 0; i < count; i++)
        ret_arguments[used++] = words[i];
    return used;
}

bool git_run(struct arena *arena, const struct call *call, const struct str *words, size_t count,
             struct process_result *ret, struct err *e)
{
    struct str arguments[GIT_ARGUMENTS_MAX];
    uint64_t limit = GIT_TIME_MS;
    size_t used = put_arguments(call->git, &call->settings, words, count, arguments);

    *ret = (struct process_result){.status = 127};

    if (call->deadline_ms) {
        uint64_t now = clock_ms();
        if (now >= call->deadline_ms)
            return err_set(e, ERR_TIMEOUT, "no time left for git");
        limit = call->deadline_ms - now;
    }
    return run_words(arena, call, arguments, used, limit, ret, e) &&
           (!ret->timed_out || err_set(e, ERR_TIMEOUT, "git " STR_FMT " did not finish in %llu ms",
                                       STR_ARG(words[0]), (unsigned long long)limit));
}

bool git_stay(const struct git *git, struct arena *arena, const struct str *words, size_t count,
              struct companion **ret_companion, struct err *e)
{
    struct str arguments[GIT_ARGUMENTS_MAX];
    size_t used = put_arguments(git, NULL, words, count, arguments);
    struct process_options options = options_of(git, true, arguments, used);

    return companion_start(arena, &options, ret_companion, e);
}

/* git's first line of complaint, without its "fatal: ". */
struct str git_complaint(struct str errors)
{
    struct str line = STR_NONE, prefix[] = {STR("fatal: "), STR("error: ")};

    while (str_next_line(&errors, &line) && line.length == 0)
        continue;
    for (size_t i = 0; i < COUNT_OF(prefix); i++)
        if (str_starts(line, prefix[i]))
            line = str_from_offset(line, prefix[i].length);
    return str_prefix(line, 400);
}

bool git_fail(const struct process_result *result, const char *what, struct err *e)
{
    struct str words = git_complaint(result->errors);

    if (result->signalled)
        return err_set(e, ERR_UNREACHABLE, "git %s was killed by signal %d", what, result->signal);
    return err_set(e, ERR_UNREACHABLE, "git %s: " STR_FMT "%s", what, STR_ARG(words),
                   words.length ? "" : "failed without a word");
}

bool git_failed(const struct process_result *result)
{
    return result->signalled || result->status != 0;
}

/* Whether a work tree belongs to it, and where its git directory is. */
static bool ask_what_it_is(struct arena *arena, struct git *git, struct str *ret_path,
                           struct err *e)
{
    static const struct str words[] = {STR_INIT("rev-parse"), STR_INIT("--is-bare-repository"),
                                       STR_INIT("--absolute-git-dir")};
    struct call call = {.git = git};
    struct process_result result;
    struct str bare;

    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    if (git_failed(&result)) {
        struct str why = git_complaint(result.errors);
        bool none = str_contains(why, STR("not a git repository"));
        return none ? err_set(e, ERR_NOT_FOUND, STR_FMT ": no git repository",
                              STR_ARG(git->directory))
                    : err_set(e, ERR_UNREACHABLE, STR_FMT ": " STR_FMT, STR_ARG(git->directory),
                              STR_ARG(why));
    }
    struct str rest = result.output;
    if (!str_next_line(&rest, &bare) || !str_next_line(&rest, ret_path))
        return err_set(e, ERR_UNREACHABLE, "git rev-parse: an answer that is not understood");
    git->bare = str_eq(bare, STR("true"));
    return true;
}

static bool git_open(struct arena *arena, struct str directory, const struct open_options *options,
                     void **ret_self, struct err *e)
{
    static const struct str top[] = {STR_INIT("rev-parse"), STR_INIT("--show-toplevel")};
    struct git *git = ARENA_NEW(arena, struct git);
    struct call call = {.git = git};
    struct process_result result;
    struct str path = STR("");

    git->arena = arena;
    git->options = *options;
    git->directory = directory;
    *ret_self = git;
    if (options->from_environment)
        git->program = git_that_started_us(arena);
    /* The git that runs us has opened the repository already: asking it whether there is one would cost a process a push. */
    if (git->program.length)
        return true;
    git->program = find_git();
    if (git->program.length == 0)
        return err_set(e, ERR_UNREACHABLE, "git was not found in /usr/bin or /usr/local/bin");
    if (file_kind(arena, directory) != FILE_DIRECTORY)
        return err_set(e, ERR_NOT_FOUND, STR_FMT " is not a directory", STR_ARG(directory));
    if (!ask_what_it_is(arena, git, &path, e))
        return false;
    /* GIT_DIR may be relative: everything is asked from where the hook stands. */
    if (options->from_environment)
        return true;
    if (!git->bare) {
        /* In the .git directory itself there is no work tree to be at the top of. */
        if (!GIT_RUN(arena, &call, top, &result, e))
            return false;
        if (!git_failed(&result) && result.output.length)
            path = str_trim_bytes(result.output, "\n");
        else
            git->bare = true;
    }
    git->directory = str_copy(arena, path);
    return true;
}

bool git_open_near(struct arena *arena, struct str directory, void **ret_self)
{
    struct git *git = ARENA_NEW(arena, struct git);

    git->arena = arena;
    git->directory = directory;
    git->program = find_git();
    *ret_self = git;
    return git->program.length && file_kind(arena, directory) == FILE_DIRECTORY;
}

static void git_close(void *self)
{
    struct git *git = self;

    companion_stop(&git->objects);
    if (git->store)
        object_store_close(git->store);
    git->store = NULL;
}

bool git_is_id(struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (!(s.bytes[i] >= '0' && s.bytes[i] <= '9') && !(s.bytes[i] >= 'a' && s.bytes[i] <= 'f'))
            return false;
    return s.length == 40 || s.length == 64;
}

static bool resolve_to(const struct git *git, struct arena *arena, struct str revision,
                       const char *type, struct str *ret_id, struct err *e)
{
    struct str words[] = {STR("rev-parse"), STR("--verify"), STR("--quiet"),
                          str_printf(arena, STR_FMT "^{%s}", STR_ARG(revision), type)};
    struct call call = {.git = git};
    struct process_result result;

    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    struct str id = str_trim(result.output);
    if (!git_failed(&result) && git_is_id(id)) {
        *ret_id = id;
        return true;
    }
    struct str why = git_complaint(result.errors);
    if (result.signalled || str_contains(why, STR("corrupt")) ||
        str_contains(why, STR("unable to")))
        return git_fail(&result, "rev-parse", e);
    return err_set(e, ERR_NOT_FOUND, "no such revision: " STR_FMT, STR_ARG(revision));
}

static bool git_resolve(void *self, struct arena *arena, struct str revision,
                        struct str *ret_commit, struct err *e)
{
    enum repository_object kind;

    if (!git_is_id(revision))
        return resolve_to(self, arena, revision, "commit", ret_commit, e);
    return git_history_peel(self, arena, revision, &kind, ret_commit, e) &&
           (kind == REPOSITORY_COMMIT ||
            err_set(e, ERR_NOT_FOUND, "no such revision: " STR_FMT, STR_ARG(revision)));
}

static bool git_tree_of_commit(void *self, struct arena *arena, struct str commit,
                               struct str *ret_tree, struct err *e)
{
    struct git_commit read;

    if (!git_is_id(commit))
        return resolve_to(self, arena, commit, "tree", ret_tree, e);
    if (!git_read_commit(self, commit, &read, e))
        return false;
    *ret_tree = read.tree;
    return true;
}

/* One answer of cat-file --batch: "ID blob SIZE\nBYTES\n" or "ID missing\n". False when the output ends before. */
static bool take_blob(struct str *rest, struct str id, size_t maximum, struct object_bytes *ret,
                      struct err *e)
{
    uint64_t size;
    size_t end = str_find_byte(*rest, '\n');

    if (end == SIZE_MAX)
        return err_set(e, ERR_UNREACHABLE, "git cat-file: the answer ends early");
    struct str line = str_prefix(*rest, end), given = str_cut(&line, ' '),
               type = str_cut(&line, ' ');
    if (str_eq(type, STR("missing")))
        return err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is missing", STR_ARG(id));
    if (!str_eq(given, id) || !str_eq(type, STR("blob")) || !str_to_u64(line, &size))
        return err_set(e, ERR_UNREACHABLE, "git cat-file: an answer that is not understood");
    struct str bytes = str_from_offset(*rest, end + 1);
    bool cut = size > bytes.length;
    if (cut && bytes.length < maximum)
        return err_set(e, ERR_UNREACHABLE, "git cat-file: the answer ends early");
    ret->bytes = str_prefix(bytes, size < maximum ? (size_t)size : maximum);
    ret->whole = size <= maximum;
    *rest = cut ? STR_NONE : str_from_offset(bytes, (size_t)size + 1);
    return true;
}

static bool ask_for_blobs(const struct call *base, struct arena *arena, const struct str *ids,
                          size_t count, size_t output_maximum, struct process_result *ret,
                          struct err *e)
{
    static const struct str words[] = {STR_INIT("cat-file"), STR_INIT("--batch")};
    struct buf input = buf_new(arena, count * 65 + 1);
    struct call call = *base;

    for (size_t i = 0; i < count; i++)
        buf_printf(&input, STR_FMT "\n", STR_ARG(ids[i]));
    call.input = buf_str(&input);
    call.output_maximum = output_maximum;
    if (!GIT_RUN(arena, &call, words, ret, e))
        return false;
    return !git_failed(ret) || git_fail(ret, "cat-file", e);
}

static bool git_read_blobs(void *self, struct arena *arena, const struct str *ids, size_t count,
                           size_t maximum, uint64_t deadline_ms, bool fetch,
                           struct object_bytes *ret_blobs, struct err *e)
{
    struct call call = {.git = self, .deadline_ms = deadline_ms, .fetch = fetch};
    struct process_result result;

    /* The one that stays may fetch. */
    if (fetch && !deadline_ms)
        return git_objects_blobs(self, arena, ids, count, maximum, ret_blobs, e);
    if (!ask_for_blobs(&call, arena, ids, count, GIT_OUTPUT_MAX, &result, e))
        return false;
    struct str rest = result.output;
    size_t done = 0;
    for (; done < count; done++) {
        struct err cut = ERR_NONE;
        if (take_blob(&rest, ids[done], maximum, &ret_blobs[done], &cut))
            continue;
        if (!result.truncated) {
            *e = cut;
            return false;
        }
        break;
    }
    /* All together were too large: the rest one by one, each cut. */
    for (; done < count; done++) {
        if (!ask_for_blobs(&call, arena, &ids[done], 1, maximum + 128, &result, e))
            return false;
        rest = result.output;
        if (!take_blob(&rest, ids[done], maximum, &ret_blobs[done], e))
            return false;
    }
    return true;
}

/* Filters are programs that the repository's configuration names: each is set to nothing. */
static bool without_filters(struct arena *arena, struct call *call, struct err *e)
{
    static const struct str words[] = {STR_INIT("config"), STR_INIT("-z"), STR_INIT("--name-only"),
                                       STR_INIT("--get-regexp"), STR_INIT("^filter\\.")};
    struct process_result result;
    struct strs names = {0};

    if (!GIT_RUN(arena, call, words, &result, e))
        return false;
    if (result.signalled || result.status > 1 || result.truncated) /* 1: there are none */
        return git_fail(&result, "config", e);
    for (struct str rest = result.output; rest.length;) {
        struct str name = str_cut(&rest, '\0');
        /* git would take what stands before the first '=' for the name. */
        if (str_find_byte(name, '=') != SIZE_MAX)
            return err_set(e, ERR_UNREACHABLE,
                           "a git filter with a name that cannot be switched off");
        strs_add(arena, &names, name);
    }
    if (names.count > GIT_SETTINGS_MAX)
        return err_set(e, ERR_LIMIT, "more than %u settings of git filters", GIT_SETTINGS_MAX);
    for (size_t i = 0; i < names.count; i++)
        VEC_PUSH(arena, &call->settings,
                 str_printf(arena, STR_FMT "=%s", STR_ARG(names.items[i]),
                            str_ends(names.items[i], STR(".required")) ? "false" : ""));
    return true;
}

static bool git_tracks(void *self, struct arena *arena, struct str path, bool *ret_tracks,
                       struct err *e)
{
    struct str words[] = {STR("ls-files"), STR("-z"), STR("--cached"), STR("--"),
                          str_printf(arena, ":(top,literal)" STR_FMT, STR_ARG(path))};
    struct call call = {.git = self};
    struct process_result result;

    if (!git_run(arena, &call, words, COUNT_OF(words), &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "ls-files", e);
    *ret_tracks = result.output.length > 0;
    return true;
}

static bool git_uncommitted(void *self, struct arena *arena, struct str directory,
                            struct strs *ret_paths, struct err *e)
{
    struct git *git = self;
    struct str path;
    struct str words[] = {
        STR("status"),       STR("--porcelain=v1"),
        STR("-z"),           STR("--untracked-files=all"),
        STR("--no-renames"), STR("--ignore-submodules=all"),
        STR("--"),           str_printf(arena, ":(top,literal)" STR_FMT, STR_ARG(directory))};
    struct call call = {.git = git};
    struct process_result result;
    size_t count = COUNT_OF(words) - (directory.length ? 0 : 2);

    if (git->options.from_environment && !ask_what_it_is(arena, git, &path, e))
        return false;
    if (git->bare)
        return true;
    if (!without_filters(arena, &call, e) || !git_run(arena, &call, words, count, &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "status", e);
    struct str rest = result.output;
    while (rest.length) {
        struct str record = str_cut(&rest, '\0');
        if (record.length < 4)
            return err_set(e, ERR_UNREACHABLE, "git status: an answer that is not understood");
        VEC_PUSH(arena, ret_paths, str_from_offset(record, 3));
    }
    return true;
}

static struct str short_name(struct str name)
{
    static const struct str prefixes[] = {STR_INIT("refs/heads/"), STR_INIT("refs/remotes/"),
                                          STR_INIT("refs/tags/")};

    if (str_eq(name, STR("refs/stash")))
        return STR("stash@{0}");
    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
        if (str_starts(name, prefixes[i]))
            return str_from_offset(name, prefixes[i].length);
    return name;
}

static bool to_time(struct str digits, int64_t *ret)
{
    uint64_t value;

    if (!str_to_u64(digits, &value) || value > INT64_MAX)
        return false;
    *ret = (int64_t)value;
    return true;
}

/* Tags of tags, of trees and of blobs have no commit here and are left out. */
static bool git_refs(void *self, struct arena *arena, struct repository_refs *ret_refs,
                     struct err *e)
{
    static const struct str words[] = {
        STR_INIT("for-each-ref"),
        STR_INIT("--format=%(refname) %(objecttype) %(objectname) %(committerdate:unix) "
                 "%(*objecttype) %(*objectname) %(*committerdate:unix)|%(symref)"),
        STR_INIT("refs/heads"),
        STR_INIT("refs/remotes"),
        STR_INIT("refs/tags"),
        STR_INIT("refs/stash")};
    struct call call = {.git = self};
    struct process_result result;
    struct str line;

    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "for-each-ref", e);
    struct str rest = result.output;
    while (str_next_line(&rest, &line)) {
        struct str fields = str_cut(&line, '|'), name = str_cut(&fields, ' ');
        if (line.length) /* origin/HEAD: another name of a ref that is listed */
            continue;
        for (unsigned round = 0; round < 2; round++) {
            struct str type = str_cut(&fields, ' '), id = str_cut(&fields, ' ');
            struct str time = str_cut(&fields, ' ');
            struct repository_ref ref = {.name = short_name(name), .commit = id};
            if (!str_eq(type, STR("commit")) || !git_is_id(id) || !to_time(time, &ref.time))
                continue;
            VEC_PUSH(arena, ret_refs, ref);
            break;
        }
    }
    return true;
}

const struct repository_backend git_command_backend = {
    .version = REPOSITORY_BACKEND_VERSION,
    .name = "git",
    .batches = true,
    .open = git_open,
    .close = git_close,
    .resolve = git_resolve,
    .tree_of_commit = git_tree_of_commit,
    .list_tree = git_objects_list,
    .list_trees = git_objects_list_all,
    .read_blobs = git_read_blobs,
    .each_blob = git_each_blob,
    .uncommitted = git_uncommitted,
    .tracks = git_tracks,
    .refs = git_refs,
    .peel = git_history_peel,
    .named_refs = git_history_named_refs,
    .symbolic_ref = git_history_symbolic_ref,
    .is_ancestor = git_history_is_ancestor,
    .is_forward = git_history_is_forward,
    .walk = git_history_walk,
    .changes = git_changes,
    .touched = git_history_touched,
    .shallow = git_history_shallow,
    .ref_files = git_find_ref_files,
};
