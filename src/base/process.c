#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/companion.h"
#include "base/process_start.h"

/* How long we wait for what was killed: only a process in uninterruptible sleep, or one of another user, needs longer. */
#define KILLED_WAIT_MS 1000
/* Without pidfd_open (before Linux 5.3, or a sandbox): how often we look whether the child has ended. */
#define LOOK_MS 5

uint64_t clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

struct stream {
    enum process_end end;
    char *bytes; /* maximum + 1 */
    size_t length, maximum;
    bool truncated;
};
enum { STREAM_OUTPUT, STREAM_ERRORS, STREAM_ANSWER, STREAM_COUNT };

struct child {
    pid_t pid;                     /* 0: none, or already waited for */
    int pidfd;                     /* -1: not supported here */
    bool adopts;                   /* we are the subreaper, and had no child before */
    int was_subreaper;             /* to be restored */
    struct sigaction child_action; /* of SIGCHLD, to be restored */
    int status;
    struct process_ends ends;
    struct stream streams[STREAM_COUNT];
};

static int open_pidfd(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* ---- Our children, as the kernel lists them: blank-separated numbers. ---- */

static bool children_read(char *text, size_t size)
{
    char path[64];
    size_t length = 0;

    snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    while (length < size - 1) {
        ssize_t got = read(fd, text + length, size - 1 - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    close(fd);
    text[length] = '\0';
    return true;
}

/* Waits until `pid` can be reaped, at most until `limit`. */
static bool wait_until(pid_t pid, int pidfd, uint64_t limit)
{
    for (;;) {
        siginfo_t info = {.si_pid = 0};
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
            return errno == ECHILD;
        if (info.si_pid == pid)
            return true;
        uint64_t now = clock_ms();
        if (now >= limit)
            return false;
        struct pollfd watched = {.fd = pidfd, .events = POLLIN};
        poll(&watched, 1, pidfd >= 0 ? (int)(limit - now) : LOOK_MS);
    }
}

static void kill_and_reap(pid_t pid, uint64_t limit)
{
    pid_t group = getpgid(pid);
    int pidfd = open_pidfd(pid);

    if (group > 0 && group != getpgrp())
        kill(-group, SIGKILL);
    kill(pid, SIGKILL);
    if (wait_until(pid, pidfd, limit))
        waitpid(pid, NULL, 0);
    if (pidfd >= 0)
        close(pidfd);
}

/* Orphans of the child have become ours. A process hands its own children over before it can be waited for, so the list is
 * complete once it is empty. */
static void kill_adopted(pid_t except)
{
    char text[4096];
    uint64_t limit = clock_ms() + KILLED_WAIT_MS;
    bool found = true;

    while (found && clock_ms() < limit && children_read(text, sizeof text)) {
        found = false;
        for (char *at = text, *end; *at; at = end) {
            long pid = strtol(at, &end, 10);
            if (end == at)
                break;
            if (pid <= 0 || pid > INT_MAX || pid == except || companion_is(pid) ||
                (*end == '\0' && end == text + 4095))
                continue; /* a number cut off by our buffer comes again in the next round */
            found = true;
            kill_and_reap((pid_t)pid, limit);
        }
    }
}

/* ---- The child. ---- */

/* Those that stay are known, and start nothing that outlives them. */
static bool has_other_children(const char *text)
{
    for (char *end; *text; text = end) {
        long pid = strtol(text, &end, 10);
        if (end == text)
            break;
        if (!companion_is(pid))
            return true;
    }
    return false;
}

static void adoption_begin(struct child *child)
{
    char text[256];

    if (!children_read(text, sizeof text) || has_other_children(text))
        return;
    if (prctl(PR_GET_CHILD_SUBREAPER, &child->was_subreaper) == 0 &&
        prctl(PR_SET_CHILD_SUBREAPER, 1) == 0)
        child->adopts = true;
}

/* The one that process_run waits for; read by process_abandon in a signal handler. */
static struct child *volatile waited_for;

/* Kills all that is left and waits for it; safe to call twice. */
static void child_end(struct child *child)
{
    waited_for = NULL;
    if (child->pid > 0) {
        /* Before the child is waited for: until then its number, and so its group's, cannot be given to others. */
        kill(-child->pid, SIGKILL);
        kill(child->pid, SIGKILL);
        if (wait_until(child->pid, child->pidfd, clock_ms() + KILLED_WAIT_MS))
            while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
                continue;
        if (child->adopts)
            kill_adopted(0);
        child->pid = 0;
    }
    if (child->adopts)
        prctl(PR_SET_CHILD_SUBREAPER, child->was_subreaper);
    child->adopts = false;
    if (child->pidfd >= 0)
        close(child->pidfd);
    child->pidfd = -1;
}

void process_abandon(void)
{
    struct child *child = waited_for;

    if (child)
        child_end(child);
}

static void child_release(struct child *child)
{
    child_end(child);
    process_ends_close(&child->ends);
    sigaction(SIGCHLD, &child->child_action, NULL);
}

static bool child_begin(struct child *child, const struct process_start *start, struct err *e)
{
    sigset_t all, before;

    adoption_begin(child);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = vfork();
    if (pid == 0)
        process_become(start, &child->ends);
    int number = errno;
    if (pid > 0 && !start->own_session)
        setpgid(pid, pid); /* the child does the same: whoever comes first */
    if (pid > 0) {
        child->pid = pid;
        child->pidfd = open_pidfd(pid);
        waited_for = child;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = number;
    if (pid < 0)
        return err_errno(e, "cannot start %s", start->arguments[0]);
    static const enum process_end theirs[] = {END_INPUT,        END_DOCUMENT,
                                              END_OUTPUT_WRITE, END_ERRORS_WRITE,
                                              END_ANSWER_WRITE, END_FAILURE_WRITE};
    for (size_t i = 0; i < COUNT_OF(theirs); i++)
        process_end_close(&child->ends, theirs[i]);
    return true;
}

/* ---- What it says. ---- */

/* Reads once, at most `most` bytes; what is beyond the maximum is thrown away. Returns the bytes read, 0 when nothing more
 * comes (the end is then closed), and 0 with an open end when nothing is there now. */
static size_t stream_read(struct child *child, struct stream *stream, size_t most)
{
    char rest[16384];
    int fd = child->ends.fds[stream->end];
    size_t room = stream->maximum - stream->length;
    char *where = room ? stream->bytes + stream->length : rest;
    size_t size = room ? room : sizeof rest;
    ssize_t got = read(fd, where, size < most ? size : most);

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (got <= 0) {
        process_end_close(&child->ends, stream->end);
        return 0;
    }
    if (room)
        stream->length += (size_t)got;
    else
        stream->truncated = true;
    return (size_t)got;
}

/* What the ended child left in a pipe; no more, even if somebody still writes. */
static void stream_drain(struct child *child, struct stream *stream)
{
    int left = 0;

    if (child->ends.fds[stream->end] < 0 ||
        ioctl(child->ends.fds[stream->end], FIONREAD, &left) != 0)
        return;
    while (left > 0) {
        size_t got = stream_read(child, stream, (size_t)left);
        if (got == 0)
            return;
        left -= (int)got;
    }
}

/* True when the child could not become the program; the error is then set. */
static bool start_failed(struct child *child, const struct process_start *start, struct err *e)
{
    struct process_failure failure;
    ssize_t got = read(child->ends.fds[END_FAILURE_READ], &failure, sizeof failure);

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return false;
    process_end_close(&child->ends, END_FAILURE_READ);
    if (got != (ssize_t)sizeof failure)
        return false; /* closed by a successful execve, or by its death, which we shall see */
    errno = failure.number;
    if (failure.stage == STAGE_DIRECTORY)
        err_errno(e, "cannot enter %s", start->directory);
    else
        err_errno(e, "cannot start %s", start->arguments[0]);
    return true;
}

static int poll_timeout(const struct child *child, uint64_t deadline)
{
    uint64_t now = clock_ms();
    uint64_t left = !deadline ? UINT64_MAX : deadline > now ? deadline - now : 0;

    if (child->pidfd < 0 && left > LOOK_MS)
        return LOOK_MS;
    if (left == UINT64_MAX)
        return -1;
    return left > INT_MAX ? INT_MAX : (int)left;
}

/* Until the child has ended (still to be waited for) or the deadline has passed. */
static bool child_listen(struct child *child, const struct process_start *start, uint64_t deadline,
                         bool *ret_timed_out, struct err *e)
{
    for (;;) {
        struct pollfd watched[STREAM_COUNT + 2];
        for (size_t i = 0; i < STREAM_COUNT; i++)
            watched[i] = (struct pollfd){child->ends.fds[child->streams[i].end], POLLIN, 0};
        watched[STREAM_COUNT] = (struct pollfd){child->ends.fds[END_FAILURE_READ], POLLIN, 0};
        watched[STREAM_COUNT + 1] = (struct pollfd){child->pidfd, POLLIN, 0};
        if (poll(watched, COUNT_OF(watched), poll_timeout(child, deadline)) < 0) {
            if (errno != EINTR && errno != EAGAIN)
                return err_errno(e, "cannot wait for %s", start->arguments[0]);
            for (size_t i = 0; i < COUNT_OF(watched); i++)
                watched[i].revents = 0;
        }
        if (watched[STREAM_COUNT].revents && start_failed(child, start, e))
            return false;
        for (size_t i = 0; i < STREAM_COUNT; i++)
            if (watched[i].revents)
                stream_read(child, &child->streams[i], SIZE_MAX);
        if ((watched[STREAM_COUNT + 1].revents || child->pidfd < 0) &&
            wait_until(child->pid, -1, 0)) {
            /* It may have ended because it could not start. */
            return child->ends.fds[END_FAILURE_READ] < 0 || !start_failed(child, start, e);
        }
        if (deadline && clock_ms() >= deadline) {
            *ret_timed_out = true;
            return true;
        }
    }
}

static struct str stream_text(const struct stream *stream)
{
    return str_of(stream->bytes ? stream->bytes : "", stream->length);
}

static void result_fill(const struct child *child, bool timed_out, struct process_result *ret)
{
    struct process_result result = {.timed_out = timed_out};

    if (!timed_out && WIFSIGNALED(child->status)) {
        result.signalled = true;
        result.signal = WTERMSIG(child->status);
    } else if (!timed_out) {
        result.status = WEXITSTATUS(child->status);
    }
    result.output = stream_text(&child->streams[STREAM_OUTPUT]);
    result.errors = stream_text(&child->streams[STREAM_ERRORS]);
    result.answer = stream_text(&child->streams[STREAM_ANSWER]);
    for (size_t i = 0; i < STREAM_COUNT; i++)
        result.truncated = result.truncated || child->streams[i].truncated;
    *ret = result;
}

bool process_run(struct arena *arena, const struct process_options *options,
                 struct process_result *ret, struct err *e)
{
    static const enum process_end ends[STREAM_COUNT] = {END_OUTPUT_READ, END_ERRORS_READ,
                                                        END_ANSWER_READ};
    uint64_t deadline = options->deadline_ms ? clock_ms() + options->deadline_ms : 0;
    struct process_start start;
    bool timed_out = false;

    if (!process_prepare(arena, options, &start, e))
        return false;
    /* Should the status ever be lost, it must not read as success. */
    CLEANUP_WITH(child_release) struct child child = {.pidfd = -1, .status = 127 << 8};
    /* A host that ignores SIGCHLD hands that down to us, and the exit status would be lost. */
    struct sigaction default_action = {.sa_handler = SIG_DFL};
    sigaction(SIGCHLD, &default_action, &child.child_action);
    for (size_t i = 0; i < END_COUNT; i++)
        child.ends.fds[i] = -1;
    if (!process_ends_open(options, &child.ends, e))
        return false;
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        child.streams[i].end = ends[i];
        if (child.ends.fds[ends[i]] < 0)
            continue;
        child.streams[i].maximum = options->output_maximum;
        child.streams[i].bytes = arena_alloc(arena, options->output_maximum + 1);
    }
    if (!child_begin(&child, &start, e) || !child_listen(&child, &start, deadline, &timed_out, e))
        return false;
    child_end(&child);
    for (size_t i = 0; i < STREAM_COUNT; i++)
        stream_drain(&child, &child.streams[i]);
    result_fill(&child, timed_out, ret);
    return true;
}

struct str process_describe(struct arena *arena, const struct process_options *options,
                            const struct process_result *result)
{
    if (result->timed_out && options->deadline_ms % 1000 == 0)
        return str_printf(arena, "did not finish in %llu s",
                          (unsigned long long)options->deadline_ms / 1000);
    if (result->timed_out)
        return str_printf(arena, "did not finish in %llu ms",
                          (unsigned long long)options->deadline_ms);
    if (result->signalled) {
        const char *name = sigabbrev_np(result->signal);
        return name ? str_printf(arena, "was killed by SIG%s", name)
                    : str_printf(arena, "was killed by signal %d", result->signal);
    }
    return str_printf(arena, "ended with status %d", result->status);
}
