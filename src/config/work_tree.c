#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "config/config.h"

static struct str parent_of(struct str directory)
{
    return str_eq(directory, STR("/")) ? STR_NONE : path_directory(directory);
}

static struct str entry_in(struct arena *arena, struct str directory, const char *name)
{
    struct str parts[] = {str_eq(directory, STR("/")) ? STR("") : directory, str_from(name)};

    return str_join(arena, parts, COUNT_OF(parts), STR("/"));
}

/* As git does it: an empty directory called .git makes no repository (and must not hide the configuration above it). */
static bool is_git_entry(struct arena *arena, struct str path)
{
    struct stat status;

    if (stat(path.bytes, &status) != 0)
        return errno == EACCES; /* what cannot be looked at is not known to be absent */
    if (!S_ISDIR(status.st_mode))
        return true;
    struct str head = entry_in(arena, path, "HEAD");
    /* HEAD may be a symbolic link to a branch that does not exist yet. */
    return lstat(head.bytes, &status) == 0 || errno == EACCES;
}

static struct str walk_up(struct arena *arena, struct str directory, struct str *ret_git_entry)
{
    struct stat status;

    for (struct str at = directory; at.length; at = parent_of(at)) {
        struct str entry = entry_in(arena, at, ".git");
        if (is_git_entry(arena, entry)) {
            *ret_git_entry = entry;
            return at;
        }
    }
    for (struct str at = directory; at.length; at = parent_of(at))
        if (lstat(entry_in(arena, at, CONFIG_NAME).bytes, &status) == 0)
            return at;
    return STR_NONE;
}

/* The deepest existing directory's real path: what the commands before this one will make does not exist yet. */
static struct str real_directory(struct arena *arena, struct str directory)
{
    char real[PATH_MAX];

    for (struct str at = directory; at.length; at = parent_of(at))
        if (realpath(str_c(arena, at), real))
            return str_copy(arena, str_from(real));
    return STR("/");
}

/* `directory` may go through symbolic links. git sees the real path; callers compare with the path they gave. So the answer is that
 * ancestor of the given path which is the real work tree, and the real one if no ancestor is. */
static struct str as_given(struct arena *arena, struct str directory, struct str root)
{
    char real[PATH_MAX];

    for (struct str at = directory; at.length; at = parent_of(at))
        if (realpath(str_c(arena, at), real) && str_eq(str_from(real), root))
            return at;
    return root;
}

struct str work_tree_find(struct arena *arena, struct str directory, struct str *ret_git_entry)
{
    struct str git_entry = STR_NONE;

    *ret_git_entry = STR_NONE;
    if (str_has_nul(directory) || !path_is_absolute(directory))
        return STR_NONE;
    directory = path_join(arena, STR("/"), directory);
    struct str real = real_directory(arena, directory);
    struct str root = walk_up(arena, real, &git_entry);
    struct str below;
    if (root.length && !path_relative(real, directory, &below)) {
        struct str given = as_given(arena, directory, root);
        if (git_entry.length)
            git_entry = entry_in(arena, given, ".git");
        root = given;
    }
    *ret_git_entry = git_entry;
    return root;
}
