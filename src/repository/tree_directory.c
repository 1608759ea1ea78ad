/* tree_directory.c -- the files of a work tree, without git.
 *
 * Every path is opened beneath the root by openat2(RESOLVE_BENEATH), which follows symbolic links but never out of the root, and
 * cannot be raced. Where the kernel or a sandbox has no openat2, and for links with an absolute target, the real path is compared.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "repository/tree.h"

#define READ_BLOCK ((size_t)64 << 10)
#define ENTRIES_MAX 500000u

struct directory_tree {
    struct str root;
    int fd; /* of the root; -1: not opened yet. Lives until the process ends, as the tree does. */
    bool no_openat2;
    char *block; /* READ_BLOCK bytes: most files fit and are copied out in their size */
};

static void close_descriptor(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static void free_text(char **text)
{
    free(*text);
}

static void close_directory(DIR **directory)
{
    if (*directory)
        closedir(*directory);
}

/* The slow way: where does the path lead, and is that in the root? */
static int open_checked(const struct directory_tree *tree, struct arena *arena, struct str path,
                        int flags)
{
    struct str full = str_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(tree->root), STR_ARG(path));
    CLEANUP_WITH(free_text) char *real = realpath(str_c(arena, full), NULL);
    CLEANUP_WITH(free_text) char *real_root = realpath(str_c(arena, tree->root), NULL);
    struct str relative;

    if (!real || !real_root)
        return -1;
    if (!path_relative(str_from(real_root), str_from(real), &relative)) {
        errno = EXDEV;
        return -1;
    }
    return open(real, flags | O_NOFOLLOW);
}

/* -1 with errno; ENOENT also for what is not a path in this tree. */
static int open_beneath(struct directory_tree *tree, struct arena *arena, struct str path,
                        int flags)
{
    struct open_how how = {.flags = (uint64_t)(unsigned)flags,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    char text[PATH_MAX];

    if (path.length >= sizeof text) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (tree->fd < 0)
        tree->fd = open(str_c(arena, tree->root), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (tree->fd < 0)
        return -1;
    memcpy(text, path.length ? path.bytes : ".", path.length ? path.length : 1);
    text[path.length ? path.length : 1] = '\0';
    while (!tree->no_openat2) {
        long fd = syscall(SYS_openat2, tree->fd, text, &how, sizeof how);
        if (fd >= 0)
            return (int)fd;
        if (errno == EINTR || errno == EAGAIN)
            continue;
        if (errno == ENOSYS || errno == EPERM)
            tree->no_openat2 = true;
        else if (errno == EXDEV)
            break;
        else
            return -1;
    }
    return open_checked(tree, arena, path, flags);
}

static bool is_absence(int number)
{
    return number == ENOENT || number == ENOTDIR || number == ELOOP || number == ENAMETOOLONG;
}

static enum tree_entry_kind kind_of_mode(mode_t mode)
{
    if (S_ISREG(mode))
        return TREE_FILE;
    return S_ISDIR(mode) ? TREE_DIRECTORY : TREE_OTHER;
}

static bool directory_kind(void *self, struct arena *arena, struct str path,
                           enum tree_entry_kind *ret_kind)
{
    CLEANUP_WITH(close_descriptor) int fd = open_beneath(self, arena, path, O_PATH | O_CLOEXEC);
    struct stat status;

    if (fd < 0 || fstat(fd, &status) != 0)
        return false;
    *ret_kind = kind_of_mode(status.st_mode);
    return true;
}

static enum tree_entry_kind entry_kind(struct directory_tree *tree, struct arena *arena,
                                       struct str directory, const struct dirent *entry)
{
    enum tree_entry_kind kind = TREE_OTHER;

    if (entry->d_type == DT_REG)
        return TREE_FILE;
    if (entry->d_type == DT_DIR)
        return TREE_DIRECTORY;
    if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
        return TREE_OTHER;
    struct str path = directory.length
                          ? str_printf(arena, STR_FMT "/%s", STR_ARG(directory), entry->d_name)
                          : str_copy(arena, str_from(entry->d_name));
    return directory_kind(tree, arena, path, &kind) ? kind : TREE_OTHER;
}

/* Some file systems do not tell. */
static bool is_link(int descriptor, const struct dirent *entry)
{
    struct stat status;

    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_LNK;
    return fstatat(descriptor, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISLNK(status.st_mode);
}

static bool directory_list(void *self, struct arena *arena, struct str path,
                           struct tree_entries *ret_entries, bool *ret_exists, struct err *e)
{
    struct directory_tree *tree = self;
    struct tree_entries entries = {0};
    int fd = open_beneath(tree, arena, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *ret_exists = fd >= 0;
    if (fd < 0 && is_absence(errno))
        return true;
    if (fd < 0)
        return err_errno(e, "cannot list " STR_FMT "/" STR_FMT, STR_ARG(tree->root), STR_ARG(path));
    CLEANUP_WITH(close_directory) DIR *directory = fdopendir(fd);
    if (!directory) {
        close(fd);
        return err_set(e, ERR_SYSTEM, "cannot list " STR_FMT, STR_ARG(path));
    }
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (!entry)
            break;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (entries.count >= ENTRIES_MAX)
            return err_set(e, ERR_LIMIT, STR_FMT ": more than %u entries", STR_ARG(path),
                           ENTRIES_MAX);
        VEC_PUSH(arena, &entries,
                 (struct tree_entry){.name = str_copy(arena, str_from(entry->d_name)),
                                     .kind = entry_kind(tree, arena, path, entry),
                                     .link = is_link(fd, entry)});
    }
    if (errno)
        return err_errno(e, "cannot list " STR_FMT "/" STR_FMT, STR_ARG(tree->root), STR_ARG(path));
    *ret_entries = entries;
    return true;
}

/* `expected`: what the file system says the size is; reached, the read that would only say "end" is saved. */
static bool read_fully(int fd, char *bytes, size_t size, uint64_t expected, size_t *ret_length)
{
    size_t length = 0;

    while (length < size && (length == 0 || length != expected)) {
        ssize_t got = read(fd, bytes + length, size - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        length += (size_t)got;
    }
    *ret_length = length;
    return true;
}

/* More than a block: the rest goes to the arena, which doubles. */
static bool read_long(struct directory_tree *tree, struct arena *arena, int fd, size_t maximum,
                      struct str *ret_bytes, bool *ret_whole, struct err *e)
{
    struct str rest;

    if (!file_read_descriptor(arena, fd, maximum - READ_BLOCK, &rest, ret_whole, e))
        return false;
    if (rest.length > maximum - READ_BLOCK) {
        rest.length = maximum - READ_BLOCK;
        *ret_whole = false;
    }
    char *bytes = arena_alloc(arena, READ_BLOCK + rest.length + 1);
    memcpy(bytes, tree->block, READ_BLOCK);
    memcpy(bytes + READ_BLOCK, rest.bytes, rest.length);
    *ret_bytes = str_of(bytes, READ_BLOCK + rest.length);
    return true;
}

static bool directory_read(void *self, struct arena *arena, struct str path, size_t maximum,
                           struct str *ret_bytes, bool *ret_whole, struct err *e)
{
    struct directory_tree *tree = self;
    /* O_NONBLOCK: a FIFO among the migrations must not stop us. */
    CLEANUP_WITH(close_descriptor)
    int fd = open_beneath(tree, arena, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    size_t length = 0, wanted = maximum < READ_BLOCK ? maximum : READ_BLOCK;

    if (fd < 0 && is_absence(errno))
        return err_set(e, ERR_NOT_FOUND, STR_FMT ": no such file", STR_ARG(path));
    if (fd < 0 && errno == EXDEV)
        return err_set(e, ERR_INPUT, STR_FMT ": leads out of the work tree", STR_ARG(path));
    if (fd < 0 || fstat(fd, &status) != 0)
        return err_errno(e, "cannot read " STR_FMT "/" STR_FMT, STR_ARG(tree->root), STR_ARG(path));
    if (!S_ISREG(status.st_mode))
        return err_set(e, ERR_INPUT, STR_FMT ": not a regular file", STR_ARG(path));
    if (!read_fully(fd, tree->block, wanted, (uint64_t)status.st_size, &length))
        return err_errno(e, "cannot read " STR_FMT "/" STR_FMT, STR_ARG(tree->root), STR_ARG(path));
    if (length == READ_BLOCK && maximum > READ_BLOCK)
        return read_long(tree, arena, fd, maximum, ret_bytes, ret_whole, e);
    *ret_bytes = str_copy(arena, str_of(tree->block, length));
    *ret_whole = length < wanted || (uint64_t)status.st_size <= length;
    return true;
}

static struct str directory_describe(const void *self UNUSED)
{
    return STR("work tree");
}

static const struct tree_driver directory_driver = {
    .kind = directory_kind,
    .list = directory_list,
    .read = directory_read,
    .describe = directory_describe,
};

struct tree *tree_of_directory(struct arena *arena, struct str root)
{
    struct directory_tree *tree = ARENA_NEW(arena, struct directory_tree);

    while (root.length > 1 && root.bytes[root.length - 1] == '/')
        root.length--;
    tree->root = str_copy(arena, root);
    tree->fd = -1;
    tree->block = ARENA_ARRAY(arena, READ_BLOCK, char);
    return tree_from_driver(arena, &directory_driver, tree);
}
