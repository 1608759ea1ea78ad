#include "config/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/quote.h"

#define TRUST_MAX ((size_t)4 << 20)

static void close_descriptor(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

struct str state_directory(struct arena *arena)
{
    struct str own = str_from(getenv("HOOKCHECK_STATE_DIR"));
    struct str xdg = str_from(getenv("XDG_STATE_HOME"));
    struct str home = str_from(getenv("HOME"));
    char here[PATH_MAX];

    if (own.length) {
        if (path_is_absolute(own))
            return path_join(arena, STR("/"), own);
        return getcwd(here, sizeof here) ? path_join(arena, str_from(here), own) : STR_NONE;
    }
    if (path_is_absolute(xdg)) /* the XDG specification: relative ones are ignored */
        return path_join(arena, xdg, STR("hookcheck"));
    if (path_is_absolute(home))
        return path_join(arena, home, STR(".local/state/hookcheck"));
    return STR_NONE;
}

bool state_make(struct arena *arena, struct str directory, struct err *e)
{
    struct stat status;

    if (directory.length == 0) {
        err_set(e, ERR_NOT_FOUND,
                "no directory for state: neither HOOKCHECK_STATE_DIR nor HOME is set");
        return err_hint(e, "export HOOKCHECK_STATE_DIR=/path/of/a/private/directory");
    }
    if (!path_is_absolute(directory) || str_has_nul(directory))
        return err_set(e, ERR_INPUT, "the state directory is not an absolute path");
    char *path = str_c(arena, directory);
    if (stat(path, &status) != 0) {
        struct str parent = path_directory(directory);
        if (parent.length > 1 && !file_make_directories(arena, parent, 0755, e))
            return false;
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return err_errno(e, "cannot make the directory %s", path);
        if (stat(path, &status) != 0)
            return err_errno(e, "cannot stat %s", path);
    }
    if (!S_ISDIR(status.st_mode))
        return err_set(e, ERR_SYSTEM, "%s is not a directory", path);
    return true;
}

static struct str trust_file(struct arena *arena, struct str state)
{
    return path_join(arena, state, STR("trust"));
}

/* However a repository is reached, its configuration has one path. */
static struct str canonical(struct arena *arena, struct str path)
{
    return path_join(arena, STR("/"), path_real(arena, path));
}

static bool refuse_path(struct str digest, struct str path, struct err *e)
{
    if (digest.length != DIGEST_HEX_LENGTH)
        return err_set(e, ERR_INTERNAL, "a trust line without a SHA-256 digest");
    if (!path_is_absolute(path) || str_has_nul(path) || str_find_byte(path, '\n') != SIZE_MAX)
        return err_set(e, ERR_INPUT, "a path that cannot stand in the list of trusted files");
    return true;
}

/* Absent is empty. Whoever can write this file decides what is trusted: it must be ours alone. */
static bool read_trust(struct arena *arena, struct str file, struct str *ret_lines, struct err *e)
{
    struct stat status;
    bool whole;

    *ret_lines = STR_NONE;
    CLEANUP_WITH(close_descriptor)
    int fd = open(str_c(arena, file), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ||
               err_errno(e, STR_FMT ": cannot open", STR_ARG(file));
    if (fstat(fd, &status) != 0)
        return err_errno(e, STR_FMT ": cannot stat", STR_ARG(file));
    bool ours = S_ISREG(status.st_mode) && (status.st_uid == geteuid() || status.st_uid == 0);
    if (!ours || (status.st_mode & (S_IWGRP | S_IWOTH))) {
        err_set(e, ERR_REFUSED, STR_FMT ": others can write it: nothing in it is trusted",
                STR_ARG(file));
        return err_hint(e, "chmod 600 " STR_FMT "\nonce you have looked at it",
                        STR_ARG(shell_shown(arena, file)));
    }
    if (!file_read_descriptor(arena, fd, TRUST_MAX, ret_lines, &whole, e))
        return false;
    return whole ||
           err_set(e, ERR_LIMIT, STR_FMT ": larger than %zu bytes", STR_ARG(file), TRUST_MAX);
}

bool trust_has(struct arena *arena, struct str state, struct str digest, struct str path,
               bool *ret_trusted, struct err *e)
{
    struct str rest, line;

    if (!refuse_path(digest, path, e))
        return false;
    path = canonical(arena, path);
    if (!read_trust(arena, trust_file(arena, state), &rest, e))
        return false;
    *ret_trusted = false;
    while (str_next_line(&rest, &line)) {
        struct str trusted_digest = str_cut(&line, ' ');
        if (str_eq(trusted_digest, digest) && str_eq(line, path))
            *ret_trusted = true;
    }
    return true;
}

bool trust_knows(struct arena *arena, struct str state, struct str path, bool *ret_known,
                 struct err *e)
{
    struct str rest, line;

    path = canonical(arena, path);
    if (!read_trust(arena, trust_file(arena, state), &rest, e))
        return false;
    *ret_known = false;
    while (str_next_line(&rest, &line)) {
        (void)str_cut(&line, ' ');
        *ret_known = *ret_known || str_eq(line, path);
    }
    return true;
}

/* All lines but those of `path`; then, when there is a digest, the new one. Under a lock: two people trust at once. */
static bool rewrite(struct arena *arena, struct str state, struct str digest, struct str path,
                    struct err *e)
{
    struct str rest, line, file = trust_file(arena, state);
    struct buf lines = buf_new(arena, TRUST_MAX);

    if (!state_make(arena, state, e))
        return false;
    struct str lock = path_join(arena, state, STR("trust.lock"));
    CLEANUP_WITH(close_descriptor)
    int fd = open(str_c(arena, lock), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(e, STR_FMT ": cannot open", STR_ARG(lock));
    while (flock(fd, LOCK_EX) != 0)
        if (errno != EINTR)
            return err_errno(e, STR_FMT ": cannot lock", STR_ARG(lock));
    if (!read_trust(arena, file, &rest, e))
        return false;
    while (str_next_line(&rest, &line)) {
        struct str whole = line;
        (void)str_cut(&line, ' ');
        if (!str_eq(line, path))
            buf_printf(&lines, STR_FMT "\n", STR_ARG(whole));
    }
    if (digest.length)
        buf_printf(&lines, STR_FMT " " STR_FMT "\n", STR_ARG(digest), STR_ARG(path));
    if (lines.truncated)
        return err_set(e, ERR_LIMIT, STR_FMT ": too many trusted files", STR_ARG(file));
    return file_write_atomically(arena, file, buf_str(&lines), 0600, e);
}

bool trust_add(struct arena *arena, struct str state, struct str digest, struct str path,
               struct err *e)
{
    if (!refuse_path(digest, path, e))
        return false;
    return rewrite(arena, state, digest, canonical(arena, path), e);
}

bool trust_remove(struct arena *arena, struct str state, struct str path, struct err *e)
{
    return rewrite(arena, state, STR_NONE, canonical(arena, path), e);
}
