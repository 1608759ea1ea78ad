#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "cli/install_record.h"
#include "config/state.h"

#define LOCK_MS 30000u

static void close_descriptor(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

bool install_read(struct install *in, struct str path, struct install_file *ret, struct err *e)
{
    char real[PATH_MAX];
    struct stat link;

    *ret = (struct install_file){.path = path, .real = str_copy(in->arena, path)};
    if (str_has_nul(path))
        return err_set(e, ERR_INPUT, "a path with a NUL byte");
    const char *name = str_c(in->arena, path);
    if (!realpath(name, real)) {
        if (errno != ENOENT && errno != ENOTDIR)
            return err_errno(e, STR_FMT ": cannot be looked at", STR_ARG(path)) ||
                   err_hint(e, "mend the way to it, or move it away");
        if (lstat(name, &link) == 0)
            return err_set(e, ERR_INPUT, STR_FMT ": a symbolic link that leads nowhere",
                           STR_ARG(path)) ||
                   err_hint(e, "remove the link, or make the file that it names");
        /* The directory may still be reached through a link. */
        if (realpath(str_c(in->arena, path_directory(path)), real))
            ret->real =
                path_join(in->arena, str_copy(in->arena, str_from(real)), path_base_name(path));
        return true;
    }
    ret->real = str_copy(in->arena, str_from(real));
    ret->exists = true;
    if (stat(real, &ret->status) != 0)
        return err_errno(e, STR_FMT ": cannot be looked at", STR_ARG(path));
    if (!S_ISREG(ret->status.st_mode) || ret->status.st_size > (off_t)FILE_MAX)
        return err_set(e, ERR_INPUT, STR_FMT ": %s", STR_ARG(path),
                       S_ISREG(ret->status.st_mode) ? "larger than any settings file"
                                                    : "not a regular file") ||
               err_hint(e, "look at it, and move it away");
    if (access(real, R_OK) != 0)
        return err_errno(e, STR_FMT ": cannot be read", STR_ARG(path)) ||
               err_hint(e, "whoever may read it runs this again");
    return file_read(in->arena, ret->real, FILE_MAX, &ret->text, e);
}

/* Where the file would be made: the nearest thing that is there on the way to it is a directory. */
static bool check_way(struct install *in, const struct install_file *file, struct err *e)
{
    struct str at = path_directory(file->real);
    struct stat status;

    if (file->exists)
        return true;
    while (at.length > 1 && lstat(str_c(in->arena, at), &status) != 0)
        at = path_directory(at);
    if (stat(str_c(in->arena, at), &status) == 0 && S_ISDIR(status.st_mode))
        return true;
    return err_set(e, ERR_INPUT, STR_FMT ": not a directory", STR_ARG(at)) ||
           err_hint(e, "look at it, and move it away");
}

bool install_lock(struct install *in, struct err *e)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    uint64_t end = clock_ms() + LOCK_MS;

    if (in->locked)
        return true;
    if (!state_make(in->arena, path_directory(in->state), e) ||
        !state_make(in->arena, in->state, e))
        return err_hint(e, "set HOOKCHECK_STATE_DIR to a directory that you can write");
    int fd = open(str_c(in->arena, in->state), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, "cannot open " STR_FMT, STR_ARG(in->state));
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || clock_ms() >= end) {
            err_errno(e, "cannot lock " STR_FMT, STR_ARG(in->state));
            close(fd);
            return err_hint(e, "wait for the other hookcheck install to end");
        }
        nanosleep(&pause, NULL);
    }
    in->locked = true; /* the descriptor is left open: its end is the process's */
    return true;
}

/* --- Writing --- */

static bool same_file(const struct install_file *file)
{
    struct stat now;
    bool exists = stat(file->real.bytes, &now) == 0;

    if (!file->exists)
        return !exists;
    return exists && now.st_ino == file->status.st_ino && now.st_dev == file->status.st_dev &&
           now.st_size == file->status.st_size &&
           now.st_mtim.tv_sec == file->status.st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == file->status.st_mtim.tv_nsec;
}

static bool is_unchanged(const struct install_file *file, struct err *e)
{
    return same_file(file) ||
           err_set(e, ERR_TIMEOUT, STR_FMT ": somebody else wrote it meanwhile",
                   STR_ARG(file->path)) ||
           err_hint(e, "run this again");
}

static void unlink_temporary(char **path)
{
    if (*path)
        unlink(*path);
}

static bool flush_directory(struct arena *arena, struct str directory, struct err *e)
{
    CLEANUP_WITH(close_descriptor)
    int fd = open(str_c(arena, directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) != 0)
        return err_errno(e, "cannot flush " STR_FMT, STR_ARG(directory));
    return true;
}

/* The mode that a file has is the one its owner wants. */
static bool replace(struct install *in, const struct install_file *file, struct str text,
                    unsigned mode, struct err *e)
{
    struct str directory = path_directory(file->real);
    char *template =
        str_c(in->arena, str_printf(in->arena, STR_FMT "/.hookcheck-XXXXXX", STR_ARG(directory)));
    CLEANUP_WITH(unlink_temporary) char *temporary = NULL;
    CLEANUP_WITH(close_descriptor) int fd = mkostemp(template, O_CLOEXEC);

    if (fd < 0)
        return err_errno(e, "cannot write in " STR_FMT, STR_ARG(directory)) ||
               err_hint(e, "whoever may write there runs this again (--print shows it)");
    temporary = template;
    if (file->exists && (file->status.st_uid != geteuid() || file->status.st_gid != getegid()) &&
        fchown(fd, file->status.st_uid, file->status.st_gid) != 0)
        return err_errno(e, "cannot keep the owner of " STR_FMT, STR_ARG(file->real));
    if (fchmod(fd, (mode_t)mode) != 0)
        return err_errno(e, "cannot set the mode of %s", template);
    if (!file_write_descriptor(fd, text, e))
        return false;
    if (fsync(fd) != 0)
        return err_errno(e, "cannot flush %s", template);
    if (!is_unchanged(file, e))
        return false;
    if (rename(template, str_c(in->arena, file->real)) != 0)
        return err_errno(e, "cannot replace " STR_FMT, STR_ARG(file->real));
    temporary = NULL;
    return flush_directory(in->arena, directory, e);
}

/* The directories that are missing on the way to the file, outermost first, made. */
static bool make_directories(struct install *in, const struct install_file *file,
                             struct strs *ret_made, struct err *e)
{
    struct strs missing = {0};
    struct str directory = path_directory(file->real);

    while (file_kind(in->arena, directory) == FILE_ABSENT && directory.length > 1) {
        VEC_PUSH(in->arena, &missing, directory);
        directory = path_directory(directory);
    }
    for (size_t i = missing.count; i > 0; i--) {
        if (mkdir(str_c(in->arena, missing.items[i - 1]), 0755) != 0 && errno != EEXIST)
            return err_errno(e, "cannot make the directory " STR_FMT,
                             STR_ARG(missing.items[i - 1])) ||
                   err_hint(e, "whoever may write there runs this again (--print shows it)");
        VEC_PUSH(in->arena, ret_made, missing.items[i - 1]);
    }
    return true;
}

/* Those that others use by now stay: rmdir refuses them. */
static void remove_directories(struct install *in, const struct strs *made)
{
    for (size_t i = made->count; i > 0; i--)
        if (rmdir(str_c(in->arena, made->items[i - 1])) != 0)
            break;
}

/* --- What would change, line by line: the lines between the common beginning and the common end. --- */

static void show_lines(struct buf *out, char sign, struct str text)
{
    struct str line;

    while (str_next_line(&text, &line))
        buf_printf(out, "%c " STR_FMT "\n", sign, STR_ARG(line));
}

static size_t line_start(struct str text, size_t at)
{
    while (at > 0 && text.bytes[at - 1] != '\n')
        at--;
    return at;
}

static bool starts_line(struct str text, size_t at)
{
    return at == 0 || text.bytes[at - 1] == '\n';
}

static void show_change(struct install *in, const struct install_file *file, struct str text)
{
    struct buf *out = &in->cli->out;
    struct str old = file->text;
    const char *verb = !text.bytes ? "remove" : file->exists ? "change" : "create";
    size_t head = 0, tail = 0;

    if (in->cli->json)
        return;
    if (!text.bytes)
        text = STR("");
    while (head < old.length && head < text.length && old.bytes[head] == text.bytes[head])
        head++;
    head = line_start(old, head);
    while (tail < old.length - head && tail < text.length - head &&
           old.bytes[old.length - 1 - tail] == text.bytes[text.length - 1 - tail])
        tail++;
    while (tail > 0 &&
           !(starts_line(old, old.length - tail) && starts_line(text, text.length - tail)))
        tail--;
    buf_printf(out, "%s " STR_FMT "\n", verb, STR_ARG(file->path));
    show_lines(out, '-', str_slice(old, head, old.length - tail));
    show_lines(out, '+', str_slice(text, head, text.length - tail));
}

bool install_write(struct install *in, const char *target, const struct install_file *file,
                   const struct install_change *change, struct err *e)
{
    struct strs made = {0};
    struct install_record old = {0}, none = {0};
    const char *action = file->exists ? "changed" : "created";

    if (!check_way(in, file, e))
        return false;
    if (in->print) {
        show_change(in, file, change->text);
        if (in->cli->json)
            install_note(in, target, file->path, action, STR("not done: --print"), STR_NONE);
        return true;
    }
    unsigned mode = file->exists ? (unsigned)(file->status.st_mode & 07777) : change->mode;
    if (!install_lock(in, e) || !is_unchanged(file, e) || !install_recall(in, file, &old, e))
        return false;
    if (!make_directories(in, file, &made, e) ||
        !install_record_write(in, file, change, &old, &made, e) ||
        !replace(in, file, change->text, mode, e)) {
        remove_directories(in, &made);
        if (!old.found)
            install_forget(in, file, &none);
        return false;
    }
    install_note(in, target, file->path, action, STR_NONE, STR_NONE);
    return true;
}

bool install_put_back(struct install *in, const char *target, const struct install_file *file,
                      const struct install_record *record, struct str text, struct err *e)
{
    const char *action = text.bytes ? "restored" : "removed";

    if (in->print) {
        show_change(in, file, text);
        if (in->cli->json)
            install_note(in, target, file->path, action, STR("not done: --print"), STR_NONE);
        return true;
    }
    if (!install_lock(in, e) || !is_unchanged(file, e))
        return false;
    if (text.bytes) {
        if (!replace(in, file, text, (unsigned)(file->status.st_mode & 07777), e))
            return false;
    } else {
        if (unlink(str_c(in->arena, file->real)) != 0)
            return err_errno(e, "cannot remove " STR_FMT, STR_ARG(file->path)) ||
                   err_hint(e, "whoever may write there runs this again");
        remove_directories(in, &record->made);
    }
    install_note(in, target, file->path, action, STR_NONE, STR_NONE);
    install_forget(in, file, record);
    return true;
}

/* An element that was added behind ours may leave a comma with nothing before it. */
static bool still_json(struct install *in, struct str before, struct str after)
{
    JSON_DOCUMENT(old);
    JSON_DOCUMENT(new);
    struct err ignored = ERR_NONE, bad = ERR_NONE;

    return !json_parse(in->arena, before, JSON_COMMENTS, "before", &old, &ignored) ||
           json_parse(in->arena, after, JSON_COMMENTS, "after", &new, &bad);
}

bool install_undo(struct install *in, const char *target, const struct install_file *file,
                  const struct install_record *record, bool *ret_done, struct err *e)
{
    *ret_done = true;
    if (!file->exists) {
        if (!in->print)
            install_forget(in, file, record);
        return true;
    }
    if (record->found && record->untouched)
        return install_put_back(in, target, file, record,
                                record->existed ? record->before : STR_NONE, e);
    size_t at = record->found ? install_find_once(file->text, record->inserted) : SIZE_MAX;
    struct str text = STR_NONE;
    if (at != SIZE_MAX)
        text = str_printf(in->arena, STR_FMT STR_FMT, STR_ARG(str_prefix(file->text, at)),
                          STR_ARG(str_from_offset(file->text, at + record->inserted.length)));
    if (!text.bytes || !still_json(in, file->text, text)) {
        *ret_done = false;
        return true;
    }
    return install_put_back(in, target, file, record, text, e);
}
