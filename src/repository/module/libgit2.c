/* libgit2.c -- the module hookcheck-git.so: reads objects by libgit2, in the process.
 *
 * Loaded on first use, because libgit2 brings nineteen libraries. Extensions that 1.5 cannot honour (partial clones, reftable, SHA-256) are
 * left unknown to it, so that it refuses the repository and git itself is asked. The ownership check is off: it protects from a
 * repository whose configuration starts programs; libgit2 starts none. (Its check would also refuse safe.directory=*, and root in a CI
 * container.) Replacement objects and grafts are ignored by libgit2, rightly: what is deployed are the real objects.
 */
#include <git2/sys/repository.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/process.h"
#include "repository/module/libgit2.h"

const struct repository_backend *hookcheck_git_backend(void);

bool module_fail(struct err *e, enum err_kind kind, const char *what, struct str name)
{
    const git_error *error = git_error_last();

    return err_set(e, kind, "%s " STR_FMT ": %s", what, STR_ARG(name),
                   error && error->message ? error->message : "libgit2 failed without a word");
}

/* libgit2's start reads all certificates of the system's authorities, for connections that nothing here ever makes: more time than all of the rest
 * takes (mbedTLS 2.28, streams/mbedtls.c in libgit2 1.5). What libgit2 calls is looked up in this module first. */
int mbedtls_x509_crt_parse_file(void *chain, const char *path);
int mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
    (void)chain;
    (void)path;
    return 0;
}

static bool start(struct err *e)
{
    static bool started;
    static const char *extensions[] = {"worktreeconfig", "preciousobjects", "relativeworktrees"};

    if (started)
        return true;
    if (git_libgit2_init() < 0)
        return module_fail(e, ERR_UNREACHABLE, "libgit2", STR("start"));
    if (git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0 ||
        git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, COUNT_OF(extensions)) < 0 ||
        /* git does not compute the digest of each object it reads either; a third of the time went there. */
        git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0) < 0)
        return module_fail(e, ERR_UNREACHABLE, "libgit2", STR("options"));
    started = true;
    return true;
}

struct str module_id_text(struct arena *arena, const git_oid *id)
{
    char text[GIT_OID_HEXSZ + 1];

    git_oid_tostr(text, sizeof text, id);
    return str_copy(arena, str_from(text));
}

bool module_parse_id(struct str text, git_oid *ret, struct err *e)
{
    if (text.length != GIT_OID_HEXSZ || git_oid_fromstrn(ret, text.bytes, text.length) < 0)
        return err_set(e, ERR_NOT_FOUND, "not an object id: " STR_FMT, STR_ARG(text));
    return true;
}

/* GIT_WORK_TREE and GIT_COMMON_DIR are not implemented there; a shallow repository cannot be walked by 1.5. */
static bool open_as_hook(struct arena *arena, struct str directory, git_repository **ret)
{
    const char *git_directory = getenv("GIT_DIR");

    if (getenv("GIT_WORK_TREE") || getenv("GIT_COMMON_DIR"))
        return false;
    int status = git_directory
                     ? git_repository_open_ext(ret, NULL, GIT_REPOSITORY_OPEN_FROM_ENV, NULL)
                     : git_repository_open_ext(ret, str_c(arena, directory),
                                               GIT_REPOSITORY_OPEN_CROSS_FS, NULL);
    if (status < 0)
        return false;
    if (git_repository_is_shallow(*ret) == 0)
        return true;
    git_repository_free(*ret);
    *ret = NULL;
    return false;
}

static bool module_open(struct arena *arena, struct str directory,
                        const struct open_options *options, void **ret_self, struct err *e)
{
    git_repository *repository = NULL;

    if (!start(e))
        return false;
    if (options->from_environment) {
        if (!open_as_hook(arena, directory, &repository))
            return err_set(e, ERR_UNREACHABLE, "libgit2 cannot walk this repository");
        *ret_self = repository;
        return true;
    }
    int status = git_repository_open_ext(&repository, str_c(arena, directory),
                                         GIT_REPOSITORY_OPEN_CROSS_FS, NULL);
    if (status == GIT_ENOTFOUND)
        return module_fail(e, ERR_NOT_FOUND, "no git repository in", directory);
    if (status < 0)
        return module_fail(e, ERR_UNREACHABLE, "the repository of", directory);
    *ret_self = repository;
    return true;
}

static void module_close(void *self)
{
    git_repository_free(self);
}

static bool all_hexadecimal(struct str s)
{
    for (size_t i = 0; i < s.length; i++)
        if (s.bytes[i] == '\0' || !strchr("0123456789abcdefABCDEF", s.bytes[i]))
            return false;
    return true;
}

static bool module_resolve(void *self, struct arena *arena, struct str revision,
                           struct str *ret_commit, struct err *e)
{
    CLEANUP_WITH(release_object) git_object *object = NULL;
    CLEANUP_WITH(release_object) git_object *commit = NULL;

    if (revision.length > GIT_OID_HEXSZ && all_hexadecimal(revision))
        return err_set(e, ERR_NOT_FOUND, "no such revision: " STR_FMT, STR_ARG(revision));
    int status = git_revparse_single(&object, self, str_c(arena, revision));
    if (status == GIT_ENOTFOUND || status == GIT_EINVALIDSPEC || status == GIT_EAMBIGUOUS)
        return err_set(e, ERR_NOT_FOUND, "no such revision: " STR_FMT, STR_ARG(revision));
    if (status < 0)
        return module_fail(e, ERR_UNREACHABLE, "revision", revision);
    status = git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
    if (status == GIT_EPEEL || status == GIT_EINVALIDSPEC)
        return err_set(e, ERR_NOT_FOUND, "not a commit: " STR_FMT, STR_ARG(revision));
    if (status < 0)
        return module_fail(e, ERR_UNREACHABLE, "revision", revision);
    *ret_commit = module_id_text(arena, git_object_id(commit));
    return true;
}

static bool module_tree_of_commit(void *self, struct arena *arena, struct str commit_id,
                                  struct str *ret_tree, struct err *e)
{
    CLEANUP_WITH(release_commit) git_commit *commit = NULL;
    git_oid id;

    if (!module_parse_id(commit_id, &id, e))
        return false;
    if (git_commit_lookup(&commit, self, &id) < 0)
        return module_fail(e, ERR_UNREACHABLE, "commit", commit_id);
    *ret_tree = module_id_text(arena, git_commit_tree_id(commit));
    return true;
}

static bool module_list_tree(void *self, struct arena *arena, struct str tree_id,
                             struct object_entries *ret_entries, struct err *e)
{
    CLEANUP_WITH(release_tree) git_tree *tree = NULL;
    struct object_entries entries = {0};
    git_oid id;

    if (!module_parse_id(tree_id, &id, e))
        return false;
    if (git_tree_lookup(&tree, self, &id) < 0)
        return module_fail(e, ERR_UNREACHABLE, "tree", tree_id);
    entries.items = ARENA_ARRAY(arena, git_tree_entrycount(tree), struct object_entry);
    entries.capacity = git_tree_entrycount(tree);
    for (size_t i = 0; i < git_tree_entrycount(tree); i++) {
        const git_tree_entry *from = git_tree_entry_byindex(tree, i);
        struct object_entry entry = {
            .name = str_copy(arena, str_from(git_tree_entry_name(from))),
            .id = module_id_text(arena, git_tree_entry_id(from)),
            .mode = OBJECT_FILE,
        };
        if (git_tree_entry_filemode(from) == GIT_FILEMODE_TREE)
            entry.mode = OBJECT_DIRECTORY;
        else if (git_tree_entry_filemode(from) == GIT_FILEMODE_COMMIT)
            entry.mode = OBJECT_SUBMODULE;
        else if (git_tree_entry_filemode(from) == GIT_FILEMODE_LINK)
            entry.mode = OBJECT_LINK;
        VEC_PUSH(arena, &entries, entry);
    }
    *ret_entries = entries;
    return true;
}

static bool read_blob(git_repository *repository, struct arena *arena, struct str blob_id,
                      size_t maximum, struct object_bytes *ret, struct err *e)
{
    CLEANUP_WITH(release_blob) git_blob *blob = NULL;
    git_oid id;

    if (!module_parse_id(blob_id, &id, e))
        return false;
    if (git_blob_lookup(&blob, repository, &id) < 0)
        return module_fail(e, ERR_UNREACHABLE, "file", blob_id);
    size_t size = (size_t)git_blob_rawsize(blob);
    ret->whole = size <= maximum;
    ret->bytes = str_copy(arena, str_of(git_blob_rawcontent(blob), ret->whole ? size : maximum));
    return true;
}

static bool module_read_blobs(void *self, struct arena *arena, const struct str *ids, size_t count,
                              size_t maximum, uint64_t deadline_ms, bool fetch,
                              struct object_bytes *ret_blobs, struct err *e)
{
    (void)deadline_ms; /* the caller looks at the clock between its small batches */
    (void)fetch;       /* libgit2 never does */
    for (size_t i = 0; i < count; i++)
        if (!read_blob(self, arena, ids[i], maximum, &ret_blobs[i], e))
            return false;
    return true;
}

static const char *status_path(const git_status_entry *entry)
{
    const git_diff_delta *delta =
        entry->index_to_workdir ? entry->index_to_workdir : entry->head_to_index;

    return delta->new_file.path ? delta->new_file.path : delta->old_file.path;
}

static bool module_uncommitted(void *self, struct arena *arena, struct str directory,
                               struct strs *ret_paths, struct err *e)
{
    CLEANUP_WITH(release_status) git_status_list *list = NULL;
    git_status_options options;
    char *path = str_c(arena, directory);

    if (git_repository_is_bare(self))
        return true;
    git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
    options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
    options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS |
                    GIT_STATUS_OPT_EXCLUDE_SUBMODULES | GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH |
                    GIT_STATUS_OPT_INCLUDE_UNREADABLE;
    if (directory.length) {
        options.pathspec.strings = &path;
        options.pathspec.count = 1;
    }
    if (git_status_list_new(&list, self, &options) < 0)
        return module_fail(e, ERR_UNREACHABLE, "the state of", directory);
    for (size_t i = 0; i < git_status_list_entrycount(list); i++) {
        const git_status_entry *entry = git_status_byindex(list, i);
        strs_add(arena, ret_paths, str_copy(arena, str_from(status_path(entry))));
    }
    return true;
}

static bool module_tracks(void *self, struct arena *arena, struct str path, bool *ret_tracks,
                          struct err *e)
{
    CLEANUP_WITH(release_index) git_index *index = NULL;
    struct str below = str_printf(arena, STR_FMT "/", STR_ARG(path));

    if (git_repository_index(&index, self) < 0)
        return module_fail(e, ERR_UNREACHABLE, "the index for", path);
    *ret_tracks = git_index_find(NULL, index, str_c(arena, path)) == 0 ||
                  git_index_find_prefix(NULL, index, str_c(arena, below)) == 0;
    return true;
}

static bool add_ref(struct arena *arena, git_reference *reference, struct repository_refs *refs)
{
    CLEANUP_WITH(release_object) git_object *commit = NULL;
    struct str name = str_from(git_reference_name(reference));
    bool wanted = git_reference_is_branch(reference) || git_reference_is_remote(reference) ||
                  git_reference_is_tag(reference) || str_eq(name, STR("refs/stash"));

    /* Symbolic: origin/HEAD, another name of a ref that is listed. Tags of trees and blobs have no commit. */
    if (!wanted || git_reference_type(reference) != GIT_REFERENCE_DIRECT)
        return true;
    int status = git_reference_peel(&commit, reference, GIT_OBJECT_COMMIT);
    if (status < 0)
        return status == GIT_EPEEL || status == GIT_EINVALIDSPEC || status == GIT_ENOTFOUND;
    struct str shorthand = str_from(git_reference_shorthand(reference));
    struct repository_ref ref = {
        .name = str_eq(name, STR("refs/stash")) ? STR("stash@{0}") : str_copy(arena, shorthand),
        .commit = module_id_text(arena, git_object_id(commit)),
        .time = (int64_t)git_commit_time((const git_commit *)commit)};
    VEC_PUSH(arena, refs, ref);
    return true;
}

static bool module_refs(void *self, struct arena *arena, struct repository_refs *ret_refs,
                        struct err *e)
{
    CLEANUP_WITH(release_iterator) git_reference_iterator *iterator = NULL;

    if (git_reference_iterator_new(&iterator, self) < 0)
        return module_fail(e, ERR_UNREACHABLE, "the refs of", str_from(git_repository_path(self)));
    for (;;) {
        CLEANUP_WITH(release_reference) git_reference *reference = NULL;
        int status = git_reference_next(&reference, iterator);
        if (status == GIT_ITEROVER)
            return true;
        if (status < 0 || !add_ref(arena, reference, ret_refs))
            return module_fail(e, ERR_UNREACHABLE, "the refs of",
                               str_from(git_repository_path(self)));
    }
}

const struct repository_backend *hookcheck_git_backend(void)
{
    static const struct repository_backend backend = {
        .version = REPOSITORY_BACKEND_VERSION,
        .name = "libgit2",
        .batches = false,
        .open = module_open,
        .close = module_close,
        .resolve = module_resolve,
        .tree_of_commit = module_tree_of_commit,
        .list_tree = module_list_tree,
        .read_blobs = module_read_blobs,
        .uncommitted = module_uncommitted,
        .tracks = module_tracks,
        .refs = module_refs,
        .peel = module_peel,
        .named_refs = module_named_refs,
        .symbolic_ref = module_symbolic_ref,
        .is_ancestor = module_is_ancestor,
        .walk = module_walk,
        .changes = module_changes,
        .touched = module_touched,
        .shallow = module_shallow,
    };

    return &backend;
}
