/* backend.h -- what a way of reading git objects must be able to do. Two of them: libgit2 in a module, git's own plumbing commands.
 *
 * The rest (paths, caches, the search for ids) is written once on top of these.
 * Fails: ERR_NOT_FOUND no such repository, revision or object; ERR_UNREACHABLE it is there and cannot be read; ERR_TIMEOUT.
 */
#ifndef HOOKCHECK_REPOSITORY_BACKEND_H
#define HOOKCHECK_REPOSITORY_BACKEND_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "repository/history.h"

/* Bytes of a blob that are ever read: larger ones are cut. */
#define BLOB_MAX ((size_t)64 << 20)

enum object_mode { OBJECT_DIRECTORY, OBJECT_FILE, OBJECT_LINK, OBJECT_SUBMODULE };

struct object_entry {
    struct str name;
    struct str id;
    enum object_mode mode;
};
VEC_DEFINE(object_entries, struct object_entry);

struct object_bytes {
    struct str bytes;
    bool whole;
};

struct repository_ref {
    struct str name; /* as people write it: "main", "origin/main", "v1.0", "stash@{0}" */
    struct str commit;
    int64_t time; /* of the commit */
};
VEC_DEFINE(repository_refs, struct repository_ref);

/* A file that a ref's tree has, and no tree of a ref before it. */
struct repository_ref_file {
    size_t ref; /* index */
    struct str path, id;
};
VEC_DEFINE(repository_ref_files, struct repository_ref_file);

/* How a repository is opened. */
struct open_options {
    /* As a hook of git's: GIT_DIR, the quarantine of a push that is being received and the settings of the command line count. What has to
     * walk commits is never libgit2 in a shallow repository, which it cannot walk. */
    bool from_environment;
    bool no_network; /* objects that a partial clone lacks are not fetched */
};

struct repository_backend {
    unsigned version;
    const char *name;
    bool batches; /* the search through refs, which may not fetch, starts a process a call */
    bool (*open)(struct arena *arena, struct str directory, const struct open_options *options,
                 void **ret_self, struct err *e);
    void (*close)(void *self);
    bool (*resolve)(void *self, struct arena *arena, struct str revision, struct str *ret_commit,
                    struct err *e);
    bool (*tree_of_commit)(void *self, struct arena *arena, struct str commit, struct str *ret_tree,
                           struct err *e);
    /* In git's order. */
    bool (*list_tree)(void *self, struct arena *arena, struct str tree,
                      struct object_entries *ret_entries, struct err *e);
    /* Several at once; listed[i]: this one could be read. NULL: list_tree() is as fast. */
    bool (*list_trees)(void *self, struct arena *arena, const struct str *trees, size_t count,
                       struct object_entries *ret_entries, bool *listed, struct err *e);
    /* `deadline_ms`: clock_ms() value, 0 for none; `fetch`: objects that a partial clone lacks may be fetched. */
    bool (*read_blobs)(void *self, struct arena *arena, const struct str *ids, size_t count,
                       size_t maximum, uint64_t deadline_ms, bool fetch,
                       struct object_bytes *ret_blobs, struct err *e);
    /* The same for many, one after the other; what a partial clone lacks is fetched. NULL: read_blobs() is as fast. */
    bool (*each_blob)(void *self, const struct str *ids, size_t count, size_t maximum,
                      object_each_function *each, void *context, struct err *e);
    /* Unsorted. `directory` is "" for the whole work tree. */
    bool (*uncommitted)(void *self, struct arena *arena, struct str directory,
                        struct strs *ret_paths, struct err *e);
    /* Does the index have the file, or one below the directory? */
    bool (*tracks)(void *self, struct arena *arena, struct str path, bool *ret_tracks,
                   struct err *e);
    bool (*refs)(void *self, struct arena *arena, struct repository_refs *ret_refs, struct err *e);

    /* --- Commits and what lies between them: see history.h. Ids are full and name commits. --- */
    bool (*peel)(void *self, struct arena *arena, struct str id, enum repository_object *ret_kind,
                 struct str *ret_commit, struct err *e);
    bool (*named_refs)(void *self, struct arena *arena, struct repository_named_refs *ret_refs,
                       struct err *e);
    /* STR_NONE when it is no symbolic ref. */
    bool (*symbolic_ref)(void *self, struct arena *arena, struct str name, struct str *ret_target,
                         struct err *e);
    /* is_ancestor(), for who asks for the changes between the two next; NULL: nothing is won by knowing that. */
    bool (*is_forward)(void *self, struct arena *arena, struct str from, struct str to,
                       const struct repository_meanwhile *meanwhile, bool *ret_is, struct err *e);
    bool (*is_ancestor)(void *self, struct arena *arena, struct str ancestor, struct str commit,
                        bool *ret_is, struct err *e);
    bool (*walk)(void *self, struct arena *arena, const struct strs *from,
                 const struct strs *hidden, struct repository_commits *ret_commits, struct err *e);
    /* `from` empty: the empty tree. */
    bool (*changes)(void *self, struct arena *arena, struct str from, struct str to,
                    struct repository_changes *ret_changes, struct err *e);
    bool (*touched)(void *self, struct arena *arena, const struct repository_commits *commits,
                    const struct strs *paths, bool *touched, struct err *e);
    /* Commits whose parents were not fetched. */
    bool (*shallow)(void *self, struct arena *arena, struct strs *ret_commits, struct err *e);

    /* The files of many refs' trees under a directory, each once, in the order of the refs; NULL where asking tree by tree is as cheap.
     * listed[i]: the tree of refs[i] was looked at; false where it has no such directory, or lacks its object. */
    bool (*ref_files)(void *self, struct arena *arena, const struct repository_refs *refs,
                      struct str directory, uint64_t deadline_ms, bool *listed,
                      struct repository_ref_files *ret_files, struct err *e);
};

#define REPOSITORY_BACKEND_VERSION 6u
/* The module's one symbol. */
#define REPOSITORY_MODULE_FUNCTION "hookcheck_git_backend"
typedef const struct repository_backend *repository_module_function(void);

extern const struct repository_backend git_command_backend;

/* What was read, by object id: an open hash table. The trees of a repository share it, and two commits most of their directories and files. */
struct kept_object {
    struct str id; /* empty: a free place */
    const void *value;
};
struct kept_objects {
    struct kept_object *items;
    size_t count, size; /* size: a power of two */
};
struct kept_file {
    struct object_bytes content;
    size_t maximum; /* that was asked for */
};

struct repository {
    struct arena *arena;
    struct kept_objects directories; /* struct object_entries */
    struct kept_objects files;       /* struct kept_file: small ones, up to a limit in all */
    size_t files_size;
    struct str directory;
    struct open_options options;
    /* libgit2; in a hook git, most of whose objects are read in this process: libgit2's start costs more. */
    const struct repository_backend *backend;
    void *self;
};

/* Shared with the facade's parts. After a failure of libgit2 on an object, git itself is asked: true when there is something to try again. */
bool repository_fall_back(struct repository *repository, struct err *e);

struct tree;
struct tree *commit_tree_new(struct arena *arena, struct repository *repository, struct str commit,
                             struct str root_id);

#endif
