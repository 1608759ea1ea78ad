#include "base/process_start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/vec.h"

extern char **environ;

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

static bool is_scrubbed(struct str variable)
{
    static const struct str prefixes[] = {STR_INIT("LD_"), STR_INIT("GIT_"), STR_INIT("MALLOC_"),
                                          STR_INIT("BASH_FUNC_")};
    static const struct str names[] = {
        STR_INIT("GLIBC_TUNABLES"), STR_INIT("GCONV_PATH"), STR_INIT("BASH_ENV"), STR_INIT("ENV"),
        STR_INIT("SHELLOPTS"),      STR_INIT("BASHOPTS"),   STR_INIT("PS4"),
    };
    struct str name = str_cut(&variable, '=');

    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
        if (str_starts(name, prefixes[i]))
            return true;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(name, names[i]))
            return true;
    return false;
}

static bool is_set_anew(const struct process_options *options, struct str variable)
{
    struct str name = str_cut(&variable, '=');

    for (size_t i = 0; i < options->setting_count; i++) {
        struct str setting = options->settings[i];
        if (str_eq(str_cut(&setting, '='), name))
            return true;
    }
    return false;
}

static char **prepare_environment(struct arena *arena, const struct process_options *options)
{
    size_t count = 0, kept = 0;

    while (environ && environ[count])
        count++;
    char **result = ARENA_ARRAY(arena, count + options->setting_count + 1, char *);
    for (size_t i = 0; i < count; i++) {
        struct str variable = str_from(environ[i]);
        if (!(options->scrub_environment && is_scrubbed(variable)) &&
            !is_set_anew(options, variable))
            result[kept++] = str_c(arena, variable);
    }
    for (size_t i = 0; i < options->setting_count; i++)
        result[kept++] = str_c(arena, options->settings[i]);
    return result;
}

/* As execvp, but an empty or relative entry of PATH is never taken: it would be the directory of whoever asks. */
static char **prepare_programs(struct arena *arena, struct str program)
{
    struct str path = str_from(getenv("PATH"));
    VEC(char *) programs = {0};

    if (str_is_empty(path))
        path = STR("/usr/local/bin:/usr/bin:/bin");
    while (!str_is_empty(path)) {
        struct str directory = str_cut(&path, ':');
        if (path_is_absolute(directory))
            VEC_PUSH(arena, &programs, str_c(arena, path_join(arena, directory, program)));
    }
    VEC_PUSH(arena, &programs, NULL);
    return programs.items;
}

bool process_prepare(struct arena *arena, const struct process_options *options,
                     struct process_start *ret_start, struct err *e)
{
    struct process_start start = {.own_session = options->own_session,
                                  .inherit_stderr = options->inherit_stderr,
                                  .parent = getpid()};

    if (options->argument_count == 0 || str_is_empty(options->arguments[0]))
        return err_set(e, ERR_USAGE, "no program to start");
    start.arguments = ARENA_ARRAY(arena, options->argument_count + 1, char *);
    for (size_t i = 0; i < options->argument_count; i++) {
        if (str_has_nul(options->arguments[i]))
            return err_set(e, ERR_INPUT, "an argument of " STR_FMT " holds a NUL byte",
                           STR_ARG(options->arguments[0]));
        start.arguments[i] = str_c(arena, options->arguments[i]);
    }
    if (str_has_nul(options->directory))
        return err_set(e, ERR_INPUT, "a directory with a NUL byte");
    if (!str_is_empty(options->directory))
        start.directory = str_c(arena, options->directory);

    struct str program = options->arguments[0];
    bool has_slash = str_find_byte(program, '/') != SIZE_MAX;
    if (!options->search_path && !path_is_absolute(program))
        return err_set(e, ERR_USAGE, STR_FMT " is not an absolute path", STR_ARG(program));
    if (options->search_path && !has_slash) {
        start.programs = prepare_programs(arena, program);
    } else {
        start.programs = ARENA_ARRAY(arena, 2, char *);
        start.programs[0] = start.arguments[0];
    }
    start.environment = prepare_environment(arena, options);
    *ret_start = start;
    return true;
}

void process_end_close(struct process_ends *ends, enum process_end which)
{
    if (ends->fds[which] >= 0)
        close(ends->fds[which]);
    ends->fds[which] = -1;
}

void process_ends_close(struct process_ends *ends)
{
    for (size_t i = 0; i < END_COUNT; i++)
        process_end_close(ends, (enum process_end)i);
}

/* Takes `fd` (or its errno, when it is -1) and moves it out of the way of the child's 0 to 4: the caller may have been
 * started with any of these closed. */
static bool end_set(struct process_ends *ends, enum process_end which, int fd)
{
    if (fd < 0)
        return false;
    if (fd < PROCESS_LOWEST_FD) {
        int moved = fcntl(fd, F_DUPFD_CLOEXEC, PROCESS_LOWEST_FD);
        int number = errno;
        close(fd);
        errno = number;
        fd = moved;
    }
    ends->fds[which] = fd;
    return fd >= 0;
}

static bool open_pipe(struct process_ends *ends, enum process_end read_end,
                      enum process_end write_end, struct err *e)
{
    int both[2];

    if (pipe2(both, O_CLOEXEC) != 0)
        return err_errno(e, "cannot make a pipe");
    bool has_write = end_set(ends, write_end, both[1]);
    bool has_read = end_set(ends, read_end, both[0]);
    if (!has_read || !has_write || fcntl(ends->fds[read_end], F_SETFL, O_NONBLOCK) != 0)
        return err_errno(e, "cannot make a pipe");
    return true;
}

/* A memfd rather than a pipe: nothing has to be written while the child runs, and a child that never reads costs nothing. */
static bool open_memory(struct process_ends *ends, enum process_end which, const char *name,
                        struct str bytes, struct err *e)
{
    /* A file size limit would end us by SIGXFSZ, and a host lets the call of a killed hook through. */
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;

    if (!end_set(ends, which, memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)))
        return err_errno(e, "cannot make a memory file");
    sigaction(SIGXFSZ, &ignore, &before);
    bool written = file_write_descriptor(ends->fds[which], bytes, e);
    sigaction(SIGXFSZ, &before, NULL);
    if (!written)
        return false;
    if (lseek(ends->fds[which], 0, SEEK_SET) != 0 ||
        fcntl(ends->fds[which], F_ADD_SEALS,
              F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
        return err_errno(e, "cannot seal a memory file");
    return true;
}

bool process_ends_open(const struct process_options *options, struct process_ends *ends,
                       struct err *e)
{
    if (!open_pipe(ends, END_FAILURE_READ, END_FAILURE_WRITE, e) ||
        !open_pipe(ends, END_OUTPUT_READ, END_OUTPUT_WRITE, e))
        return false;
    if (!options->inherit_stderr && !open_pipe(ends, END_ERRORS_READ, END_ERRORS_WRITE, e))
        return false;
    if (options->wants_answer && !open_pipe(ends, END_ANSWER_READ, END_ANSWER_WRITE, e))
        return false;
    if (options->has_document && !open_memory(ends, END_DOCUMENT, "document", options->document, e))
        return false;
    if (!str_is_empty(options->input))
        return open_memory(ends, END_INPUT, "input", options->input, e);
    if (!end_set(ends, END_INPUT, open("/dev/null", O_RDONLY | O_CLOEXEC)))
        return err_errno(e, "cannot open /dev/null");
    return true;
}

/* ---- In the child: no allocation, no stdio, no locks. ---- */

NO_RETURN static void give_up(int failure_fd, enum process_stage stage)
{
    struct process_failure failure = {.stage = (int)stage, .number = errno};

    while (write(failure_fd, &failure, sizeof failure) < 0 && errno == EINTR)
        continue;
    _exit(127);
}

/* The caller runs with all signals blocked across vfork(), so that none of its handlers can run in here. */
static void reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        sigaction(number, &action,
                  NULL); /* fails for SIGKILL, SIGSTOP and libc's own: as it should */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_on_execute_from(unsigned first)
{
    struct rlimit limit;

    if (syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    /* Before Linux 5.11, or a sandbox without the call. */
    rlim_t last = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 65536;
    for (rlim_t fd = first; fd < last && fd < 65536; fd++)
        fcntl((int)fd, F_SETFD, FD_CLOEXEC);
}

static bool place(int fd, int where)
{
    while (dup2(fd, where) < 0)
        if (errno != EINTR)
            return false;
    return true;
}

static bool place_descriptors(const struct process_start *start, const struct process_ends *ends)
{
    close_on_execute_from(3);
    if (!place(ends->fds[END_INPUT], STDIN_FILENO) ||
        !place(ends->fds[END_OUTPUT_WRITE], STDOUT_FILENO))
        return false;
    if (!start->inherit_stderr) {
        if (!place(ends->fds[END_ERRORS_WRITE], STDERR_FILENO))
            return false;
    } else if (fcntl(STDERR_FILENO, F_GETFD) < 0) {
        int null_fd =
            open("/dev/null", O_WRONLY); /* the lowest free one: this can be no other than 2 */
        if (null_fd != STDERR_FILENO)
            return false;
    }
    if (ends->fds[END_ANSWER_WRITE] >= 0 && !place(ends->fds[END_ANSWER_WRITE], PROCESS_ANSWER_FD))
        return false;
    return ends->fds[END_DOCUMENT] < 0 || place(ends->fds[END_DOCUMENT], PROCESS_INPUT_FD);
}

/* Tries each path as execvp does: a permission problem is remembered, since a later entry may still work. That of a directory in
 * PATH that we may not search is none of the program's. */
static void execute(const struct process_start *start)
{
    int number = ENOENT;

    for (char **program = start->programs; *program; program++) {
        execve(*program, start->arguments, start->environment);
        if (errno == EACCES && (!start->programs[1] || access(*program, F_OK) == 0))
            number = EACCES;
        else if (errno != EACCES && errno != ENOENT && errno != ENOTDIR)
            return;
    }
    errno = number;
}

void process_become(const struct process_start *start, const struct process_ends *ends)
{
    int failure_fd = ends->fds[END_FAILURE_WRITE];

    if (start->own_session)
        setsid();
    else
        setpgid(0, 0);
    /* If the caller is killed, what it started must not go on. The signal comes when the thread that started it ends, not only with the process. */
    if (!start->ends_with_input && prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        give_up(failure_fd, STAGE_PREPARE);
    if (getppid() != start->parent)
        _exit(127);
    if (!place_descriptors(start, ends))
        give_up(failure_fd, STAGE_PREPARE);
    if (start->directory && chdir(start->directory) != 0)
        give_up(failure_fd, STAGE_DIRECTORY);
    reset_signals();
    execute(start);
    give_up(failure_fd, STAGE_EXECUTE);
}
