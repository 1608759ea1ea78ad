#include "repository/repository.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/module.h"
#include "base/quote.h"
#include "repository/backend.h"
#include "repository/git_command.h"

#define MODULE_NAME "hookcheck-git.so"

/* --- The module: libgit2 costs 7 ms to load, so it is not linked. --- */

static const struct repository_backend *module_backend(void)
{
    static const struct repository_backend *backend;
    static bool tried;

    if (tried)
        return backend;
    tried = true;
    repository_module_function *function;
    /* POSIX's way to make a function of dlsym's object pointer. */
    *(void **)&function = module_symbol(MODULE_NAME, REPOSITORY_MODULE_FUNCTION);
    const struct repository_backend *found = function ? function() : NULL;
    if (found && found->version == REPOSITORY_BACKEND_VERSION)
        backend = found;
    return backend;
}

bool repository_has_module(void)
{
    return module_backend() != NULL;
}

/* --- Opening. --- */

/* Is there a .git at or above? Then "no repository" would be a wrong answer: it is one that cannot be read. */
static bool git_entry_above(struct arena *arena, struct str directory, struct str *ret_entry)
{
    struct stat status;

    for (struct str at = directory;; at = path_directory(at)) {
        *ret_entry = path_join(arena, at, STR(".git"));
        if (lstat(ret_entry->bytes, &status) == 0 || errno == EACCES)
            return true;
        if (str_eq(at, STR("/")) || !path_is_absolute(at))
            return false;
    }
}

/* Both libraries say "not found" of what they may not read: look for what stands in the way. */
static struct str obstacle(struct arena *arena, struct str entry)
{
    static const struct str parts[] = {STR_INIT(""), STR_INIT("HEAD"), STR_INIT("objects"),
                                       STR_INIT("refs")};
    struct stat status;
    bool directory = stat(entry.bytes, &status) == 0 && S_ISDIR(status.st_mode);

    for (size_t i = 0; i < (directory ? COUNT_OF(parts) : 1); i++) {
        struct str part = path_join(arena, entry, parts[i]);
        if (access(part.bytes, R_OK) != 0)
            return str_printf(arena, STR_FMT ": %s", STR_ARG(part), strerror(errno));
    }
    return directory ? STR("it lacks what a repository has")
                     : STR("it does not lead to a repository");
}

static bool open_module(struct repository *repository, struct err *e)
{
    const struct repository_backend *module = module_backend();

    if (!module || !module->open(repository->arena, repository->directory, &repository->options,
                                 &repository->self, e))
        return false;
    repository->backend = module;
    return true;
}

static bool open_with(struct arena *arena, struct str directory, const struct open_options *options,
                      struct repository **ret_repository, struct err *e)
{
    struct repository *repository = ARENA_NEW(arena, struct repository);
    struct err first = ERR_NONE, second = ERR_NONE;
    struct str entry;

    if (str_has_nul(directory))
        return err_set(e, ERR_INPUT, "a directory with a NUL byte");
    repository->arena = arena;
    repository->directory = str_copy(arena, directory);
    repository->options = *options;
    if (!options->from_environment && open_module(repository, &first)) {
        *ret_repository = repository;
        return true;
    }
    if (git_command_backend.open(arena, repository->directory, options, &repository->self,
                                 &second)) {
        repository->backend = &git_command_backend;
        *ret_repository = repository;
        return true;
    }
    if (second.kind == ERR_NOT_FOUND && git_entry_above(arena, repository->directory, &entry)) {
        err_set(e, ERR_UNREACHABLE, STR_FMT ": the repository cannot be read: " STR_FMT,
                STR_ARG(entry), STR_ARG(obstacle(arena, entry)));
        return err_hint(e, "git -C " STR_FMT " status\nsays why",
                        STR_ARG(shell_shown(arena, directory)));
    }
    *e = second;
    return second.kind == ERR_NOT_FOUND ? err_hint(e, "go to the repository, or name it: -C DIR")
                                        : false;
}

bool repository_open(struct arena *arena, struct str directory, struct repository **ret_repository,
                     struct err *e)
{
    return open_with(arena, directory, &(struct open_options){0}, ret_repository, e);
}

bool repository_open_hook(struct arena *arena, struct str directory, bool network,
                          struct repository **ret_repository, struct err *e)
{
    struct open_options options = {.from_environment = true, .no_network = !network};

    return open_with(arena, directory, &options, ret_repository, e);
}

static bool open_near(struct arena *arena, struct str directory, struct str *revisions,
                      size_t count, struct repository *repository)
{
    struct str *ids = ARENA_ARRAY(arena, count, struct str);
    bool known = !str_has_nul(directory) && path_is_absolute(directory);

    repository->arena = arena;
    repository->directory = str_copy(arena, directory);
    repository->backend = &git_command_backend;
    if (!known || !git_open_near(arena, repository->directory, &repository->self))
        return false;
    for (size_t i = 0; i < count && known; i++)
        known = git_refs_commit(repository->self, arena, revisions[i], &ids[i]);
    for (size_t i = 0; i < count && known; i++)
        revisions[i] = ids[i];
    if (!known)
        repository->backend->close(repository->self);
    return known;
}

bool repository_open_commits(struct arena *arena, struct str directory, struct str *revisions,
                             size_t count, struct repository **ret_repository, struct err *e)
{
    struct repository *repository = ARENA_NEW(arena, struct repository);

    if (!open_near(arena, directory, revisions, count, repository))
        return repository_open(arena, directory, ret_repository, e);
    *ret_repository = repository;
    return true;
}

void repository_close(struct repository **repository)
{
    struct repository *one = *repository;

    if (one && one->self)
        one->backend->close(one->self);
    *repository = NULL;
}

bool repository_fall_back(struct repository *repository, struct err *e)
{
    struct err again = ERR_NONE;
    void *self;

    if (e->kind != ERR_UNREACHABLE || repository->backend == &git_command_backend)
        return false;
    if (!git_command_backend.open(repository->arena, repository->directory, &repository->options,
                                  &self, &again))
        return false;
    repository->backend->close(repository->self);
    repository->backend = &git_command_backend;
    repository->self = self;
    *e = ERR_NONE;
    return true;
}

/* --- Questions. --- */

bool repository_resolve(struct repository *repository, struct arena *arena, struct str revision,
                        struct str *ret_commit, struct err *e)
{
    /* A leading '-' would be an option of git's; no revision has one. */
    if (revision.length == 0 || revision.bytes[0] == '-' || str_has_nul(revision) ||
        str_find_byte(revision, '\n') != SIZE_MAX)
        return err_set(e, ERR_NOT_FOUND, "not a revision: \"" STR_FMT "\"", STR_ARG(revision));
    do
        if (repository->backend->resolve(repository->self, arena, revision, ret_commit, e))
            return true;
    while (repository_fall_back(repository, e));
    if (e->kind != ERR_NOT_FOUND)
        return false;
    return str_eq(revision, STR("HEAD"))
               ? err_hint(e, "commit first: this branch has no commit yet")
               : err_hint(e, "git log --all --oneline\nlists what there is; or git fetch");
}

bool repository_tree(struct repository *repository, struct arena *arena, struct str revision,
                     struct tree **ret_tree, struct err *e)
{
    struct str commit = STR_NONE, root = STR_NONE;

    if (!repository_resolve(repository, arena, revision, &commit, e))
        return false;
    do
        if (repository->backend->tree_of_commit(repository->self, arena, commit, &root, e)) {
            *ret_tree = commit_tree_new(arena, repository, commit, root);
            return true;
        }
    while (repository_fall_back(repository, e));
    return false;
}

bool repository_uncommitted(struct repository *repository, struct arena *arena,
                            struct str directory, struct strs *ret_paths, struct err *e)
{
    if (str_eq(directory, STR(".")))
        directory = STR("");
    while (str_ends(directory, STR("/")))
        directory.length--;
    do {
        struct strs paths = {0};
        if (repository->backend->uncommitted(repository->self, arena, directory, &paths, e)) {
            strs_sort(&paths);
            *ret_paths = paths;
            return true;
        }
    } while (repository_fall_back(repository, e));
    return false;
}

bool repository_tracks(struct repository *repository, struct arena *arena, struct str path,
                       bool *ret_tracks, struct err *e)
{
    do
        if (repository->backend->tracks(repository->self, arena, path, ret_tracks, e))
            return true;
    while (repository_fall_back(repository, e));
    return false;
}
