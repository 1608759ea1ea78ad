#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/vec.h"

static void close_descriptor(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static void close_directory(DIR **directory)
{
    if (*directory)
        closedir(*directory);
}

enum file_kind file_kind(struct arena *arena, struct str path)
{
    struct stat status;

    if (str_has_nul(path))
        return FILE_ABSENT;
    if (stat(str_c(arena, path), &status) != 0) /* no file can have a name that is too long */
        return errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG ? FILE_ABSENT
                                                                            : FILE_UNKNOWN;
    if (S_ISREG(status.st_mode))
        return FILE_REGULAR;
    return S_ISDIR(status.st_mode) ? FILE_DIRECTORY : FILE_OTHER;
}

bool file_read_descriptor(struct arena *arena, int fd, size_t maximum, struct str *ret_bytes,
                          bool *ret_whole, struct err *e)
{
    size_t capacity = 4096, length = 0;
    char *bytes = arena_alloc(arena, capacity + 1);

    for (;;) {
        if (length == capacity) {
            if (length >= maximum) {
                char probe;
                ssize_t more = read(fd, &probe, 1);
                if (more < 0 && errno == EINTR)
                    continue;
                if (more < 0)
                    return err_errno(e, "cannot read");
                *ret_whole = more == 0;
                break;
            }
            capacity = capacity > maximum / 2 ? maximum : capacity * 2;
            char *larger = arena_alloc(arena, capacity + 1);
            for (size_t i = 0; i < length; i++)
                larger[i] = bytes[i];
            bytes = larger;
        }
        ssize_t got = read(fd, bytes + length, capacity - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(e, "cannot read");
        if (got == 0) {
            *ret_whole = true;
            break;
        }
        length += (size_t)got;
    }
    bytes[length] = '\0';
    *ret_bytes = str_of(bytes, length);
    return true;
}

bool file_read(struct arena *arena, struct str path, size_t maximum, struct str *ret_bytes,
               struct err *e)
{
    struct stat status;
    bool whole = false;

    if (str_has_nul(path))
        return err_set(e, ERR_INPUT, "a path with a NUL byte");
    /* O_NONBLOCK: opening a FIFO must not hang the hook. */
    CLEANUP_WITH(close_descriptor)
    int fd = open(str_c(arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return err_errno(e, "cannot open " STR_FMT, STR_ARG(path));
    if (fstat(fd, &status) != 0)
        return err_errno(e, "cannot stat " STR_FMT, STR_ARG(path));
    if (!S_ISREG(status.st_mode))
        return err_set(e, ERR_INPUT, STR_FMT " is not a regular file", STR_ARG(path));
    if (status.st_size > 0 && (uintmax_t)status.st_size > maximum)
        return err_set(e, ERR_LIMIT, STR_FMT " is larger than %zu bytes", STR_ARG(path), maximum);
    /* Files in /proc say size 0: read on until the end in any case. */
    size_t size = (size_t)status.st_size, length = 0;
    char *bytes = arena_alloc(arena, size + 1);
    while (length < size) {
        ssize_t got = read(fd, bytes + length, size - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(e, "cannot read " STR_FMT, STR_ARG(path));
        if (got == 0)
            break;
        length += (size_t)got;
    }
    if (size == 0) {
        if (!file_read_descriptor(arena, fd, maximum, ret_bytes, &whole, e))
            return false;
        return whole ||
               err_set(e, ERR_LIMIT, STR_FMT " is larger than %zu bytes", STR_ARG(path), maximum);
    }
    *ret_bytes = str_of(bytes, length);
    return true;
}

bool file_write_descriptor(int fd, struct str bytes, struct err *e)
{
    while (bytes.length) {
        ssize_t written = write(fd, bytes.bytes, bytes.length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return err_errno(e, "cannot write");
        bytes = str_from_offset(bytes, (size_t)written);
    }
    return true;
}

static void unlink_temporary(char **path)
{
    if (*path)
        unlink(*path);
}

bool file_write_atomically(struct arena *arena, struct str path, struct str bytes, unsigned mode,
                           struct err *e)
{
    char real[PATH_MAX];

    if (str_has_nul(path))
        return err_set(e, ERR_INPUT, "a path with a NUL byte");
    if (realpath(str_c(arena, path), real))
        path = str_copy(arena, str_from(real));
    struct str directory = path_directory(path);
    struct str name = str_printf(arena, STR_FMT "/.hookcheck-XXXXXX", STR_ARG(directory));
    CLEANUP_WITH(unlink_temporary) char *temporary = NULL;
    char *template = str_c(arena, name);
    CLEANUP_WITH(close_descriptor) int fd = mkostemp(template, O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, "cannot write in " STR_FMT, STR_ARG(directory));
    temporary = template;
    if (fchmod(fd, (mode_t)mode) != 0)
        return err_errno(e, "cannot set the mode of %s", template);
    if (!file_write_descriptor(fd, bytes, e))
        return false;
    if (fsync(fd) != 0)
        return err_errno(e, "cannot flush %s", template);
    if (rename(template, str_c(arena, path)) != 0)
        return err_errno(e, "cannot replace " STR_FMT, STR_ARG(path));
    temporary = NULL;
    CLEANUP_WITH(close_descriptor)
    int parent = open(str_c(arena, directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0 || fsync(parent) != 0)
        return err_errno(e, "cannot flush " STR_FMT, STR_ARG(directory));
    return true;
}

bool file_make_directories(struct arena *arena, struct str path, unsigned mode, struct err *e)
{
    char *copy = str_c(arena, path);

    for (size_t i = 1; i <= path.length; i++) {
        if (i < path.length && copy[i] != '/')
            continue;
        char kept = copy[i];
        copy[i] = '\0';
        if (mkdir(copy, (mode_t)mode) != 0 && errno != EEXIST)
            return err_errno(e, "cannot make the directory %s", copy);
        copy[i] = kept;
    }
    return true;
}

bool file_list(struct arena *arena, struct str path, struct strs *ret_names, struct err *e)
{
    struct strs names = {0};

    if (str_has_nul(path))
        return err_set(e, ERR_INPUT, "a path with a NUL byte");
    CLEANUP_WITH(close_directory) DIR *directory = opendir(str_c(arena, path));
    if (!directory)
        return err_errno(e, "cannot list " STR_FMT, STR_ARG(path));
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (!entry && errno)
            return err_errno(e, "cannot list " STR_FMT, STR_ARG(path));
        if (!entry)
            break;
        struct str name = str_from(entry->d_name);
        if (!str_eq(name, STR(".")) && !str_eq(name, STR("..")))
            VEC_PUSH(arena, &names, str_copy(arena, name));
    }
    strs_sort(&names);
    *ret_names = names;
    return true;
}

bool path_is_absolute(struct str path)
{
    return path.length && path.bytes[0] == '/';
}

/* Where the last part of out[from, end) begins. */
static size_t last_part(const char *out, size_t from, size_t end)
{
    while (end > from && out[end - 1] != '/')
        end--;
    return end;
}

struct str path_join(struct arena *arena, struct str base, struct str path)
{
    struct str whole[] = {path_is_absolute(path) ? STR_NONE : base, path};
    bool absolute = path_is_absolute(path) || path_is_absolute(base);
    char *out = arena_alloc(arena, base.length + path.length + 3);
    size_t from = absolute, end = from;

    for (size_t i = 0; i < COUNT_OF(whole); i++)
        for (struct str rest = whole[i]; rest.length;) {
            struct str part = str_cut(&rest, '/');
            bool up = str_eq(part, STR(".."));
            size_t last = up ? last_part(out, from, end) : end;
            if (part.length == 0 || str_eq(part, STR(".")))
                continue;
            if (up && end > from && !str_eq(str_of(out + last, end - last), STR(".."))) {
                end = last > from ? last - 1 : from;
            } else if (!up || !absolute) {
                if (end > from)
                    out[end++] = '/';
                memcpy(out + end, part.bytes, part.length);
                end += part.length;
            }
        }
    if (end == from)
        return absolute ? STR("/") : STR(".");
    if (absolute)
        out[0] = '/';
    out[end] = '\0';
    return str_of(out, end);
}

struct str path_below(struct arena *arena, struct str base, struct str name)
{
    if (!base.length)
        return str_copy(arena, name);
    /* Each file of a tree comes by here. */
    char *bytes = ARENA_ARRAY(arena, base.length + name.length + 2, char);
    memcpy(bytes, base.bytes, base.length);
    bytes[base.length] = '/';
    if (name.length)
        memcpy(bytes + base.length + 1, name.bytes, name.length);
    return str_of(bytes, base.length + name.length + 1);
}

size_t path_depth(struct str path)
{
    size_t depth = path.length > 0;

    for (size_t i = 0; i < path.length; i++)
        depth += path.bytes[i] == '/';
    return depth;
}

struct str path_real(struct arena *arena, struct str path)
{
    char real[PATH_MAX];

    return realpath(str_c(arena, path), real) ? str_copy(arena, str_from(real)) : path;
}

struct str path_base_name(struct str path)
{
    while (path.length > 1 && path.bytes[path.length - 1] == '/')
        path.length--;
    size_t slash = str_find_last_byte(path, '/');
    return slash == SIZE_MAX ? path : str_from_offset(path, slash + 1);
}

struct str path_directory(struct str path)
{
    size_t slash = str_find_last_byte(path, '/');

    if (slash == SIZE_MAX)
        return STR(".");
    return slash == 0 ? STR("/") : str_prefix(path, slash);
}

struct str path_parent(struct str path)
{
    size_t slash = str_find_last_byte(path, '/');

    return slash == SIZE_MAX ? STR("") : str_prefix(path, slash);
}

bool path_relative(struct str base, struct str path, struct str *ret_relative)
{
    if (str_eq(base, path)) {
        *ret_relative = STR("");
        return true;
    }
    if (str_eq(base, STR("/")) && path_is_absolute(path)) {
        *ret_relative = str_from_offset(path, 1);
        return true;
    }
    if (!str_starts(path, base) || path.bytes[base.length] != '/')
        return false;
    *ret_relative = str_from_offset(path, base.length + 1);
    return true;
}
