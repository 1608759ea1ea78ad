/* protect_history.c -- what git's history and its index say of a file: as it was in a revision, and whether `git clean` or `git reset --hard` would
 * take it away. */
#include <string.h>

#include "base/file.h"
#include "gate/protect.h"
#include "repository/repository.h"

/* The repository around the file, and its path there. */
static bool open_around(struct arena *arena, struct str path, struct repository **ret_repository,
                        struct str *ret_relative, struct err *e)
{
    struct str real = path_real(arena, path), entry;
    struct str root = path_real(arena, work_tree_find(arena, path_directory(real), &entry));

    return repository_open(arena, path_directory(path), ret_repository, e) &&
           path_relative(root, real, ret_relative);
}

/* What the file holds in a revision; git leaves it alone, with an error, when it is not there. */
static enum protect_after find_in_revision(struct arena *arena, struct str path,
                                           struct str revision, struct str *ret_text)
{
    struct str relative;
    struct err e = ERR_NONE;
    struct tree *tree;
    REPOSITORY(repository);

    if (!open_around(arena, path, &repository, &relative, &e))
        return AFTER_UNKNOWN;
    if (!repository_tree(repository, arena, revision, &tree, &e) ||
        !tree_read(tree, arena, relative, PROTECT_FILE_MAX, ret_text, &e))
        return e.kind == ERR_NOT_FOUND ? AFTER_REFUSED : AFTER_UNKNOWN;
    *ret_text = protect_plain_text(arena, *ret_text, false);
    return AFTER_KNOWN;
}

/* As it was before a commit, or before those of a range A..B, if they have changed it, and nothing since. */
static enum protect_after find_reverted(struct arena *arena, struct str revision,
                                        struct protect_change *change)
{
    struct str of_commit, parent = str_printf(arena, STR_FMT "^", STR_ARG(revision));
    size_t dots = str_find(revision, STR(".."));

    if (dots != SIZE_MAX) {
        parent = str_prefix(revision, dots);
        revision = str_from_offset(revision, dots + 2);
        revision = revision.length ? revision : STR("HEAD");
    }
    enum protect_after before = find_in_revision(arena, change->path, parent, &change->after);
    enum protect_after after = find_in_revision(arena, change->path, revision, &of_commit);

    if (after != AFTER_KNOWN) /* it has taken the file away, or is not there */
        return after;
    if (before == AFTER_REFUSED)
        return str_eq(of_commit, change->before) ? AFTER_UNKNOWN : AFTER_REFUSED;
    if (before == AFTER_KNOWN && str_eq(change->after, of_commit))
        return AFTER_REFUSED;
    return str_eq(of_commit, change->before) ? before : AFTER_UNKNOWN;
}

/* Does git's index have it? What cannot be found out, it has not. */
static bool is_tracked(struct arena *arena, struct repository *repository, struct str path)
{
    struct err ignored = ERR_NONE;
    bool tracks = false;

    return repository_tracks(repository, arena, path, &tracks, &ignored) && tracks;
}

/* Would `git clean` with these options take the file away? What cannot be found out, it would. */
static bool is_cleaned(struct arena *arena, struct str options, struct str path)
{
    struct str relative;
    struct err e = ERR_NONE;
    struct strs listed = {0};
    REPOSITORY(repository);

    if (!open_around(arena, path, &repository, &relative, &e))
        return true;
    bool forgotten = str_contains(options, STR(CLEAN_FORGOTTEN));
    if (!forgotten && is_tracked(arena, repository, relative))
        return false;
    if (!str_contains(options, STR(" -d")) && str_find_byte(relative, '/') != SIZE_MAX &&
        !is_tracked(arena, repository, path_directory(relative)))
        return false;
    if (forgotten || str_contains(options, STR(" -x")) ||
        !repository_uncommitted(repository, arena, relative, &listed, &e))
        return true;
    return str_contains(options, STR(" -X")) ? listed.count == 0 : listed.count > 0;
}

/* Would `git reset --hard` take it away? What cannot be found out, it would. */
static bool is_reset(struct arena *arena, struct str revision, struct str path)
{
    struct str relative;
    enum tree_entry_kind kind;
    struct err e = ERR_NONE;
    struct tree *tree;
    bool tracks;
    REPOSITORY(repository);

    if (!open_around(arena, path, &repository, &relative, &e))
        return true;
    if (!repository_tree(repository, arena, revision, &tree, &e))
        return e.kind != ERR_NOT_FOUND; /* git refuses it */
    return !repository_tracks(repository, arena, relative, &tracks, &e) ||
           (tracks && !tree_exists(tree, arena, relative, &kind));
}

enum protect_after protect_in_revision(struct arena *arena, struct str revision,
                                       struct protect_change *change)
{
    return str_starts(revision, STR(REVERTED))
               ? find_reverted(arena, str_from_offset(revision, strlen(REVERTED)), change)
               : find_in_revision(arena, change->path, revision, &change->after);
}

bool protect_is_taken(struct arena *arena, struct str revision, struct str path)
{
    if (!revision.length)
        return true;
    return str_starts(revision, STR(RESET_TO))
               ? is_reset(arena, str_from_offset(revision, strlen(RESET_TO)), path)
               : is_cleaned(arena, revision, path);
}
