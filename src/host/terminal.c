#include "host/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

static void close_terminal(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* One line; what comes after it is left. False: nothing came in time. */
static bool read_answer(int fd, uint64_t limit_ms, char *line, size_t size)
{
    uint64_t end = clock_ms() + limit_ms;
    size_t length = 0;

    for (;;) {
        uint64_t now = clock_ms();
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (now >= end)
            return false;
        int ready = poll(&wait, 1, (int)(end - now));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0 || read(fd, line + length, 1) != 1)
            return false;
        if (line[length] == '\n' || length + 2 == size) {
            line[length] = '\0';
            return true;
        }
        length++;
    }
}

bool terminal_read(struct arena *arena, struct str question, uint64_t limit_ms,
                   struct str *ret_line, struct err *e)
{
    CLEANUP_WITH(close_terminal) int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    char line[256];

    *ret_line = STR("");
    if (fd < 0)
        return err_set(e, ERR_NOT_FOUND, "there is no terminal: %s", strerror(errno));
    if (tcgetpgrp(fd) != getpgrp())
        return err_set(e, ERR_REFUSED, "this runs in the background of the terminal");
    /* What was typed before the question is no answer to it. */
    (void)tcflush(fd, TCIFLUSH);
    if (!file_write_descriptor(fd, question, e))
        return false;
    if (!read_answer(fd, limit_ms, line, sizeof line)) {
        struct err ignored = ERR_NONE;
        (void)!file_write_descriptor(fd, STR("\nno answer\n"), &ignored);
        return true;
    }
    *ret_line = str_copy(arena, str_from(line));
    return true;
}

bool terminal_ask(struct str question, uint64_t limit_ms, bool *ret_yes, struct err *e)
{
    ARENA(arena, 4096);
    struct str line;

    *ret_yes = false;
    if (!terminal_read(&arena, question, limit_ms, &line, e))
        return false;
    struct str answer = str_trim(line);
    *ret_yes = str_eq_nocase(answer, STR("y")) || str_eq_nocase(answer, STR("yes"));
    return true;
}
