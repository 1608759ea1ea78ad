#include "gate/audit_files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/process.h"

void audit_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

struct str audit_directory(struct arena *arena, struct str state)
{
    return path_join(arena, state, STR("audit"));
}

static bool is_rotated(struct str name)
{
    uint64_t number;

    return str_starts(name, STR("audit-")) && str_ends(name, STR(".jsonl")) &&
           name.length == sizeof "audit-000001.jsonl" - 1 &&
           str_to_u64(str_slice(name, 6, 12), &number);
}

bool audit_rotated(struct arena *arena, struct str directory, struct strs *ret_names, struct err *e)
{
    struct strs all = {0}, names = {0};

    if (file_kind(arena, directory) == FILE_ABSENT) {
        *ret_names = names;
        return true;
    }
    if (!file_list(arena, directory, &all, e))
        return false;
    for (size_t i = 0; i < all.count; i++)
        if (is_rotated(all.items[i]))
            VEC_PUSH(arena, &names, all.items[i]);
    *ret_names = names;
    return true;
}

bool audit_read_digest(struct arena *arena, struct str directory, const char *name,
                       struct str *ret_digest, struct err *e)
{
    struct str path = path_join(arena, directory, str_from(name)), bytes;

    if (file_kind(arena, path) == FILE_ABSENT) {
        *ret_digest = STR_NONE;
        return true;
    }
    if (!file_read(arena, path, 4096, &bytes, e))
        return false;
    bytes = str_trim(bytes);
    *ret_digest = bytes.length == DIGEST_HEX_LENGTH ? bytes : STR_NONE;
    return true;
}

bool audit_lock(struct arena *arena, struct str directory, uint64_t deadline_ms, int *ret_fd,
                struct err *e)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    struct str path = path_join(arena, directory, STR("lock"));

    AUDIT_FD(fd);
    fd = open(str_c(arena, path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(e, "cannot open " STR_FMT, STR_ARG(path));
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return err_errno(e, "cannot lock " STR_FMT, STR_ARG(path));
        if (clock_ms() >= deadline_ms)
            return err_set(e, ERR_TIMEOUT, "another process holds the lock " STR_FMT,
                           STR_ARG(path));
        nanosleep(&pause, NULL);
    }
    *ret_fd = fd;
    fd = -1;
    return true;
}

static bool read_at(int fd, char *bytes, size_t length, uint64_t offset, struct err *e)
{
    while (length) {
        ssize_t got = pread(fd, bytes, length, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(e, "cannot read the audit trail");
        if (got == 0)
            return err_set(e, ERR_INPUT, "the audit trail became shorter while it was read");
        bytes += got;
        length -= (size_t)got;
        offset += (uint64_t)got;
    }
    return true;
}

bool audit_last_line(struct arena *arena, int fd, struct str *ret_line, uint64_t *ret_end,
                     struct str *ret_torn, struct err *e)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return err_errno(e, "cannot stat the audit trail");
    uint64_t size = (uint64_t)status.st_size;
    /* A torn line and the line before it: each at most AUDIT_LINE_MAX. */
    size_t window = size > 2 * AUDIT_LINE_MAX + 2 ? 2 * AUDIT_LINE_MAX + 2 : (size_t)size;
    struct str tail = STR("");
    for (size_t want = window < 8192 ? window : 8192;;
         want = want * 4 < window ? want * 4 : window) {
        char *bytes = arena_alloc(arena, want + 1);
        if (!read_at(fd, bytes, want, size - want, e))
            return false;
        tail = str_of(bytes, want);
        size_t feeds = 0;
        for (size_t i = 0; i < want; i++)
            feeds += bytes[i] == '\n';
        if (want == window || feeds >= 2)
            break;
    }
    size_t last = str_find_last_byte(tail, '\n');
    *ret_torn = str_from_offset(tail, last == SIZE_MAX ? 0 : last + 1);
    *ret_end = size - ret_torn->length;
    *ret_line = STR_NONE;
    if (last == SIZE_MAX)
        return size == tail.length ||
               err_set(e, ERR_INPUT, "the audit trail ends with a line longer than %zu bytes",
                       AUDIT_LINE_MAX);
    struct str lines = str_prefix(tail, last);
    size_t before = str_find_last_byte(lines, '\n');
    *ret_line = str_from_offset(lines, before == SIZE_MAX ? 0 : before + 1);
    return true;
}
