#include "gate/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "config/state.h"
#include "gate/audit_files.h"

/* An append under way: the lock is held. */
struct appender {
    struct arena *arena;
    struct str directory;
    struct str previous; /* digest with which the chain goes on */
    struct str gap;      /* what "head" remembered, when the trail no longer ends with it */
    size_t torn;
    uint64_t size; /* of the current file, without a torn line */
};

static bool flush_directory(struct arena *arena, struct str directory, struct err *e)
{
    AUDIT_FD(fd);
    fd = open(str_c(arena, directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return err_errno(e, "cannot flush " STR_FMT, STR_ARG(directory));
    return true;
}

static bool open_append(struct appender *a, const char *name, int *ret_fd, struct err *e)
{
    struct str path = path_join(a->arena, a->directory, str_from(name));
    struct stat status;

    AUDIT_FD(fd);
    fd = open(str_c(a->arena, path),
              O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0 || fstat(fd, &status) != 0)
        return err_errno(e, "cannot open " STR_FMT, STR_ARG(path));
    if (!S_ISREG(status.st_mode))
        return err_set(e, ERR_INPUT, STR_FMT " is not a regular file", STR_ARG(path));
    *ret_fd = fd;
    fd = -1;
    return true;
}

/* Nobody was told that a torn line was written: it is kept beside the trail, not in it. */
static bool set_torn_aside(struct appender *a, int fd, struct str torn, struct err *e)
{
    AUDIT_FD(aside);
    if (!open_append(a, "torn.jsonl", &aside, e) || !file_write_descriptor(aside, torn, e) ||
        !file_write_descriptor(aside, STR("\n"), e))
        return false;
    if (fsync(aside) != 0 || ftruncate(fd, (off_t)a->size) != 0 || fsync(fd) != 0)
        return err_errno(e, "cannot set a torn line of the audit trail aside");
    a->torn = torn.length;
    return true;
}

/* The newest line in the files before the current one; STR_NONE and the chain's beginning when there is none. */
static bool chain_before(struct appender *a, struct str *ret_line, struct err *e)
{
    struct strs rotated = {0};
    struct str torn, digest;
    uint64_t end;

    if (!audit_rotated(a->arena, a->directory, &rotated, e))
        return false;
    if (rotated.count == 0) {
        if (!audit_read_digest(a->arena, a->directory, "removed", &digest, e))
            return false;
        a->previous = digest.length ? digest : STR(AUDIT_FIRST);
        return true;
    }
    AUDIT_FD(fd);
    fd = open(str_c(a->arena, path_join(a->arena, a->directory, VEC_LAST(&rotated))),
              O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, "cannot open " STR_FMT, STR_ARG(VEC_LAST(&rotated)));
    return audit_last_line(a->arena, fd, ret_line, &end, &torn, e);
}

static struct str previous_of(struct arena *arena, struct str line)
{
    struct err ignored = ERR_NONE;
    JSON_DOCUMENT(record);

    if (!json_parse(arena, line, JSON_STRICT, "audit line", &record, &ignored))
        return STR_NONE;
    return str_copy(arena, json_string(record, "previous"));
}

/* Where does the chain stand, behind `line`, the last one of the current file? a->gap: not where "head" says. */
static bool compare_head(struct appender *a, struct str line, struct err *e)
{
    struct str head;

    if (!line.bytes && !chain_before(a, &line, e))
        return false;
    if (line.bytes)
        a->previous = digest_sha256(a->arena, line);
    if (!audit_read_digest(a->arena, a->directory, "head", &head, e))
        return false;
    bool as_remembered =
        str_eq(head, a->previous) || (line.bytes && str_eq(head, previous_of(a->arena, line)));
    bool fresh = str_is_empty(head) && str_eq(a->previous, STR(AUDIT_FIRST));
    if (!as_remembered && !fresh)
        a->gap = head.length ? head : STR("head was removed");
    return true;
}

/* Mends what a killed writer left; notices what somebody cut off. */
static bool find_end(struct appender *a, int fd, struct err *e)
{
    struct str line, torn;

    if (!audit_last_line(a->arena, fd, &line, &a->size, &torn, e))
        return false;
    if (torn.length && !set_torn_aside(a, fd, torn, e))
        return false;
    return compare_head(a, line, e);
}

bool audit_was_cut(struct arena *arena, struct str state, bool *ret_cut, struct err *e)
{
    struct appender a = {
        .arena = arena, .directory = audit_directory(arena, state), .previous = STR(AUDIT_FIRST)};
    struct str path = path_join(arena, a.directory, STR(AUDIT_CURRENT)), line = STR_NONE, torn;

    *ret_cut = false;
    if (file_kind(arena, a.directory) == FILE_ABSENT)
        return true;
    AUDIT_FD(fd);
    fd = open(str_c(arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno != ENOENT)
        return err_errno(e, "cannot open " STR_FMT, STR_ARG(path));
    if ((fd >= 0 && !audit_last_line(arena, fd, &line, &a.size, &torn, e)) ||
        !compare_head(&a, line, e))
        return false;
    *ret_cut = a.gap.length > 0;
    return true;
}

/* One small write in place: 64 digits and a line feed lie in one sector. */
static bool write_head(struct appender *a, struct str digest, struct err *e)
{
    struct str path = path_join(a->arena, a->directory, STR("head"));
    struct str line = str_printf(a->arena, STR_FMT "\n", STR_ARG(digest));

    AUDIT_FD(fd);
    fd = open(str_c(a->arena, path), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(e, "cannot open " STR_FMT, STR_ARG(path));
    if (pwrite(fd, line.bytes, line.length, 0) != (ssize_t)line.length || fsync(fd) != 0)
        return err_errno(e, "cannot write " STR_FMT, STR_ARG(path));
    return true;
}

static struct str time_now(struct arena *arena)
{
    struct timespec now;
    struct tm utc;
    char text[40];

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    return str_printf(arena, "%.*s.%03ldZ", (int)length, text, now.tv_nsec / 1000000);
}

/* RFC 3339 times of the same form compare as text. */
static struct str time_years_ago(struct arena *arena, unsigned years)
{
    time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    return str_printf(arena, "%04d-%02d-%02dT", utc.tm_year + 1900 - (int)years, utc.tm_mon + 1,
                      utc.tm_mday);
}

/* Removes the oldest rotated files whose newest line is past the retention. The digest with which the chain goes on is kept first. */
static bool prune(struct appender *a, unsigned years, struct err *e)
{
    struct strs rotated = {0};
    struct str limit = time_years_ago(a->arena, years);

    if (!audit_rotated(a->arena, a->directory, &rotated, e))
        return false;
    for (size_t i = 0; i < rotated.count; i++) {
        struct str path = path_join(a->arena, a->directory, rotated.items[i]), line, torn;
        struct err ignored = ERR_NONE;
        uint64_t end;
        JSON_DOCUMENT(record);
        AUDIT_FD(fd);
        fd = open(str_c(a->arena, path), O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return err_errno(e, "cannot open " STR_FMT, STR_ARG(path));
        if (!audit_last_line(a->arena, fd, &line, &end, &torn, e))
            return false;
        if (!json_parse(a->arena, line, JSON_STRICT, "audit line", &record, &ignored))
            return true; /* what we cannot read we do not remove */
        struct str when = json_string(record, "time");
        if (str_is_empty(when) || str_compare(when, limit) >= 0)
            return true;
        struct str digest =
            str_printf(a->arena, STR_FMT "\n", STR_ARG(digest_sha256(a->arena, line)));
        if (!file_write_atomically(a->arena, path_join(a->arena, a->directory, STR("removed")),
                                   digest, 0600, e))
            return false;
        if (unlink(str_c(a->arena, path)) != 0)
            return err_errno(e, "cannot remove " STR_FMT, STR_ARG(path));
    }
    return true;
}

static bool rotate(struct appender *a, int *fd, unsigned years, struct err *e)
{
    struct strs rotated = {0};
    uint64_t number = 0;

    if (!audit_rotated(a->arena, a->directory, &rotated, e))
        return false;
    if (rotated.count)
        (void)str_to_u64(str_slice(VEC_LAST(&rotated), 6, 12), &number);
    if (number >= 999999)
        return err_set(e, ERR_LIMIT, "the audit trail has no number left for another file");
    struct str from = path_join(a->arena, a->directory, STR(AUDIT_CURRENT));
    struct str to = path_join(a->arena, a->directory,
                              str_printf(a->arena, "audit-%06u.jsonl", (unsigned)number + 1));
    if (rename(str_c(a->arena, from), str_c(a->arena, to)) != 0)
        return err_errno(e, "cannot rotate " STR_FMT, STR_ARG(from));
    if (!flush_directory(a->arena, a->directory, e))
        return false;
    audit_close(fd);
    a->size = 0;
    return prune(a, years, e) && open_append(a, AUDIT_CURRENT, fd, e);
}

static struct str make_line(const struct appender *a, struct str fields)
{
    struct buf line = buf_new(a->arena, AUDIT_LINE_MAX);

    buf_add(&line, STR("{\"time\":"));
    json_write_string(&line, time_now(a->arena));
    buf_add(&line, STR(",\"previous\":"));
    json_write_string(&line, a->previous);
    if (a->torn)
        buf_printf(&line, ",\"torn\":%zu", a->torn);
    if (a->gap.length) {
        buf_add(&line, STR(",\"gap\":"));
        json_write_string(&line, a->gap);
    }
    if (fields.length)
        buf_add_byte(&line, ',');
    buf_add(&line, fields);
    buf_add(&line, STR("}\n"));
    return line.truncated ? STR_NONE : buf_str(&line);
}

/* All or nothing: a line that did not fit on the disk is taken back. */
static bool write_line(struct appender *a, int fd, struct str line, struct err *e)
{
    struct err undo = ERR_NONE;
    ssize_t written;

    do
        written = write(fd, line.bytes, line.length);
    while (written < 0 && errno == EINTR);
    if (written == (ssize_t)line.length && fsync(fd) == 0)
        return true;
    if (written >= 0 && written < (ssize_t)line.length)
        err_set(e, ERR_SYSTEM, "only %zd of %zu bytes could be written: no space left", written,
                line.length);
    else
        err_errno(e, "cannot write the line");
    if (written > 0 && ftruncate(fd, (off_t)a->size) != 0)
        (void)err_errno(&undo, "cannot take the line back"); /* the next writer sets it aside */
    return false;
}

bool audit_append(struct arena *arena, const struct audit_options *options, struct str fields,
                  struct err *e)
{
    struct appender a = {.arena = arena};
    size_t rotate_bytes = options->rotate_bytes ? options->rotate_bytes : AUDIT_ROTATE_BYTES;
    unsigned years =
        options->retention_years ? options->retention_years : AUDIT_RETENTION_YEARS_DEFAULT;
    uint64_t deadline = options->deadline_ms ? options->deadline_ms : clock_ms() + AUDIT_LOCK_MS;

    if (str_is_empty(options->state)) {
        err_set(e, ERR_NOT_FOUND, "there is no directory for it: HOME is not set");
        return err_hint(e, "set HOME or HOOKCHECK_STATE_DIR");
    }
    a.directory = audit_directory(arena, options->state);
    if (!state_make(arena, options->state, e) ||
        !file_make_directories(arena, a.directory, 0700, e))
        return false;
    AUDIT_FD(lock);
    AUDIT_FD(fd);
    if (!audit_lock(arena, a.directory, deadline, &lock, e) ||
        !open_append(&a, AUDIT_CURRENT, &fd, e) || !find_end(&a, fd, e))
        return false;
    if (a.size && a.size + fields.length > rotate_bytes && !rotate(&a, &fd, years, e))
        return false;
    /* Before the line: then "head" is never more than one line behind. */
    if (!write_head(&a, a.previous, e))
        return false;
    struct str line = make_line(&a, fields);
    if (str_is_empty(line))
        return err_set(e, ERR_LIMIT, "the record is larger than %zu bytes", AUDIT_LINE_MAX);
    if (!write_line(&a, fd, line, e))
        return false;
    return write_head(&a, digest_sha256(arena, str_prefix(line, line.length - 1)), e);
}
