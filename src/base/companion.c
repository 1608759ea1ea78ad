#include "base/companion.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/door.h"
#include "base/process_start.h"

#define BUFFER_SIZE ((size_t)64 << 10)
#define LINE_MAX_LENGTH ((size_t)8 << 10)
#define PIPE_SIZE (1 << 20)
#define COMPLAINT_MAX 2000u
/* After so many answers, and while so many are to come, they are read by the heap. */
#define GATHER_AFTER 2000u
#define GATHER_FROM 64u
#define GATHER_NS 200000

struct companion {
    struct companion *next;
    pid_t pid;
    int pidfd; /* -1: not supported here */
    int input; /* our end of its stdin */
    struct process_ends ends;
    struct str unsent;
    char *buffer; /* BUFFER_SIZE; [from, to) is not read yet */
    size_t from, to;
    size_t expected; /* answers that were asked for and have not begun to be read */
    size_t answered; /* lines that were read */
    size_t last_got;
    char complaint[COMPLAINT_MAX];
    size_t complaint_length;
    const char *name;
};

static struct companion *companions;

bool companion_is(long pid)
{
    for (const struct companion *one = companions; one; one = one->next)
        if (one->pid == (pid_t)pid)
            return true;
    return false;
}

/* ---- Starting. ---- */

/* A socket and no pipe: writing to one whose reader is gone must not raise SIGPIPE. */
static bool open_input(struct companion *companion, struct err *e)
{
    int both[2];

    process_end_close(&companion->ends, END_INPUT);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) != 0)
        return err_errno(e, "cannot make a pair of sockets");
    companion->input = both[0];
    if (both[1] < PROCESS_LOWEST_FD) {
        int moved = fcntl(both[1], F_DUPFD_CLOEXEC, PROCESS_LOWEST_FD);
        close(both[1]);
        both[1] = moved;
    }
    companion->ends.fds[END_INPUT] = both[1];
    if (both[1] < 0 || fcntl(both[0], F_SETFL, O_NONBLOCK) != 0)
        return err_errno(e, "cannot make a pair of sockets");
    return true;
}

static bool begin(struct companion *companion, const struct process_start *start, struct err *e)
{
    static const enum process_end theirs[] = {END_INPUT, END_OUTPUT_WRITE, END_ERRORS_WRITE,
                                              END_FAILURE_WRITE};
    struct process_failure failure;
    sigset_t all, before;
    ssize_t got;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = vfork();
    if (pid == 0)
        process_become(start, &companion->ends);
    int number = errno;
    companion->pid = pid;
    if (companion->pid > 0) {
        setpgid(companion->pid, companion->pid);
        companion->pidfd = (int)syscall(SYS_pidfd_open, companion->pid, 0);
        companion->next = companions;
        companions = companion;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = number;
    if (companion->pid < 0)
        return err_errno(e, "cannot start %s", start->arguments[0]);
    for (size_t i = 0; i < COUNT_OF(theirs); i++)
        process_end_close(&companion->ends, theirs[i]);
    /* Closed by a successful execve: there is nothing to wait for but that. */
    fcntl(companion->ends.fds[END_FAILURE_READ], F_SETFL, 0);
    do
        got = read(companion->ends.fds[END_FAILURE_READ], &failure, sizeof failure);
    while (got < 0 && errno == EINTR);
    process_end_close(&companion->ends, END_FAILURE_READ);
    if (got != (ssize_t)sizeof failure)
        return true;
    errno = failure.number;
    return failure.stage == STAGE_DIRECTORY ? err_errno(e, "cannot enter %s", start->directory)
                                            : err_errno(e, "cannot start %s", start->arguments[0]);
}

/* Started by another thread than the first, it is asked by others when that one is gone. */
static const struct process_start *outlive_thread(struct process_start *start)
{
    start->ends_with_input = syscall(SYS_gettid) != getpid();
    return start;
}

bool companion_start(struct arena *arena, const struct process_options *options,
                     struct companion **ret_companion, struct err *e)
{
    struct process_options plain = *options;
    struct companion *companion = ARENA_NEW(arena, struct companion);
    struct process_start start;

    plain.inherit_stderr = false;
    plain.input = STR("");
    companion->pidfd = companion->input = -1;
    for (size_t i = 0; i < END_COUNT; i++)
        companion->ends.fds[i] = -1;
    /* Not from the arena, which would write zeros to all of it: most answers are small. */
    companion->buffer = malloc(BUFFER_SIZE);
    if (!companion->buffer)
        door_memory();
    companion->name = str_c(arena, options->arguments[0]);
    if (process_prepare(arena, &plain, &start, e) &&
        process_ends_open(&plain, &companion->ends, e) && open_input(companion, e) &&
        begin(companion, outlive_thread(&start), e)) {
        /* It goes on while we read what it wrote; smaller where the system says so. */
        (void)fcntl(companion->ends.fds[END_OUTPUT_READ], F_SETPIPE_SZ, PIPE_SIZE);
        *ret_companion = companion;
        return true;
    }
    companion_stop(&companion);
    return false;
}

static void forget(const struct companion *companion)
{
    struct companion **place = &companions;

    while (*place && *place != companion)
        place = &(*place)->next;
    if (*place)
        *place = companion->next;
}

void companion_stop(struct companion **companion)
{
    struct companion *one = *companion;

    *companion = NULL;
    if (!one)
        return;
    if (one->input >= 0)
        close(one->input);
    process_ends_close(&one->ends);
    if (one->pid > 0) {
        /* Its number cannot be given to others before it is waited for, and nobody else waits for it. */
        kill(-one->pid, SIGKILL);
        kill(one->pid, SIGKILL);
        while (waitpid(one->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        forget(one);
    }
    if (one->pidfd >= 0)
        close(one->pidfd);
    free(one->buffer);
    one->buffer = NULL;
}

/* ---- Talking. ---- */

static void send_more(struct companion *companion)
{
    ssize_t sent = send(companion->input, companion->unsent.bytes, companion->unsent.length,
                        MSG_NOSIGNAL | MSG_DONTWAIT);

    if (sent > 0)
        companion->unsent = str_from_offset(companion->unsent, (size_t)sent);
    else if (sent < 0 && errno != EAGAIN && errno != EINTR)
        companion->unsent = STR(""); /* it does not listen: its answers will end */
}

void companion_ask(struct companion *companion, struct str question, size_t answers)
{
    companion->unsent = question;
    companion->expected += answers;
    send_more(companion);
}

static void read_complaint(struct companion *companion)
{
    char rest[512];
    int fd = companion->ends.fds[END_ERRORS_READ];
    size_t room = COMPLAINT_MAX - companion->complaint_length;
    ssize_t got = room ? read(fd, companion->complaint + companion->complaint_length, room)
                       : read(fd, rest, sizeof rest);

    if (got > 0 && room)
        companion->complaint_length += (size_t)got;
    else if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        process_end_close(&companion->ends, END_ERRORS_READ);
}

/* Where many answers are to come and they come in drops, they are let gather: to wake up for each costs both sides more than the answer. */
static void let_gather(const struct companion *companion)
{
    struct timespec pause = {.tv_nsec = GATHER_NS};

    if (companion->answered >= GATHER_AFTER && companion->expected >= GATHER_FROM &&
        companion->last_got < BUFFER_SIZE / 4)
        (void)nanosleep(&pause, NULL);
}

/* Reads at least a byte to `where`. */
static bool read_some(struct companion *companion, char *where, size_t room, uint64_t limit,
                      size_t *ret_got, struct err *e)
{
    for (;;) {
        uint64_t now = clock_ms(), left = now < limit ? limit - now : 0;
        struct pollfd watched[] = {
            {.fd = companion->ends.fds[END_OUTPUT_READ], .events = POLLIN},
            {.fd = companion->ends.fds[END_ERRORS_READ], .events = POLLIN},
            {.fd = companion->unsent.length ? companion->input : -1, .events = POLLOUT},
        };
        if (companion->unsent.length)
            send_more(companion);
        if (!companion->unsent.length)
            watched[2].fd = -1;
        let_gather(companion);
        int ready = poll(watched, COUNT_OF(watched), left > INT_MAX ? INT_MAX : (int)left);
        if (ready == 0 && left == 0)
            return err_set(e, ERR_TIMEOUT, "%s does not answer", companion->name);
        if (ready > 0 && watched[1].revents)
            read_complaint(companion);
        if (ready <= 0 || !watched[0].revents)
            continue;
        ssize_t got = read(companion->ends.fds[END_OUTPUT_READ], where, room);
        if (got > 0) {
            *ret_got = companion->last_got = (size_t)got;
            return true;
        }
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            return err_set(e, ERR_UNREACHABLE, "%s ended: " STR_FMT, companion->name,
                           STR_ARG(str_trim(companion_complaint(companion))));
    }
}

bool companion_line(struct companion *companion, uint64_t limit, struct str *ret_line,
                    struct err *e)
{
    size_t seen = companion->from, got = 0;

    for (;;) {
        char *end = memchr(companion->buffer + seen, '\n', companion->to - seen);
        if (end) {
            size_t at = (size_t)(end - companion->buffer);
            *ret_line = str_of(companion->buffer + companion->from, at - companion->from);
            companion->from = at + 1;
            companion->expected -= companion->expected > 0;
            companion->answered++;
            return true;
        }
        if (companion->to - companion->from > LINE_MAX_LENGTH)
            return err_set(e, ERR_LIMIT, "%s: a line of more than %zu bytes", companion->name,
                           LINE_MAX_LENGTH);
        memmove(companion->buffer, companion->buffer + companion->from,
                companion->to - companion->from);
        companion->to -= companion->from;
        companion->from = 0;
        seen = companion->to;
        if (!read_some(companion, companion->buffer + companion->to, BUFFER_SIZE - companion->to,
                       limit, &got, e))
            return false;
        companion->to += got;
    }
}

bool companion_bytes(struct companion *companion, size_t count, char *ret_bytes, uint64_t limit,
                     struct err *e)
{
    size_t there = companion->to - companion->from, taken = there < count ? there : count;

    if (ret_bytes && taken)
        memcpy(ret_bytes, companion->buffer + companion->from, taken);
    companion->from += taken;
    while (taken < count) {
        /* Nothing is in the buffer: what is large goes past it. */
        size_t left = count - taken, got = 0;
        bool direct = ret_bytes && left >= BUFFER_SIZE;
        if (!read_some(companion, direct ? ret_bytes + taken : companion->buffer,
                       direct ? left : BUFFER_SIZE, limit, &got, e))
            return false;
        size_t mine = got < left ? got : left;
        if (ret_bytes && !direct)
            memcpy(ret_bytes + taken, companion->buffer, mine);
        companion->from = direct ? 0 : mine;
        companion->to = direct ? 0 : got;
        taken += mine;
    }
    return true;
}

struct str companion_complaint(struct companion *companion)
{
    if (companion->ends.fds[END_ERRORS_READ] >= 0)
        read_complaint(companion);
    return str_of(companion->complaint, companion->complaint_length);
}
