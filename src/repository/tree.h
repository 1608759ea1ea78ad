/* tree.h -- the files of a work tree or of a commit, behind one interface. Paths are relative to the root, '/'-separated, without "." or "..".
 *
 * A work-tree source never starts git. A commit source reads objects by libgit2, or by git plumbing where libgit2 cannot.
 */
#ifndef HOOKCHECK_REPOSITORY_TREE_H
#define HOOKCHECK_REPOSITORY_TREE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

enum tree_entry_kind { TREE_FILE, TREE_DIRECTORY, TREE_SUBMODULE, TREE_OTHER };

struct tree_entry {
    struct str name; /* base name */
    enum tree_entry_kind kind;
    bool link;     /* symbolic: `kind` is what it leads to */
    struct str id; /* of the object in a commit; empty in work trees and for links */
};
VEC_DEFINE(tree_entries, struct tree_entry);

struct tree; /* opaque */

/* `root`: absolute path of the work tree. */
struct tree *tree_of_directory(struct arena *arena, struct str root);

/* Without any file: what a first commit is compared with. */
struct tree *tree_nothing(struct arena *arena);

/* Sorted bytewise. An absent directory is an empty answer with *ret_exists false. Symbolic links are followed in work trees (inside the root). A large
 * directory is listed once for each tree. */
MUST_CHECK bool tree_list(struct tree *tree, struct arena *arena, struct str directory,
                          struct tree_entries *ret_entries, bool *ret_exists, struct err *e);
/* ERR_NOT_FOUND when absent. */
MUST_CHECK bool tree_read(struct tree *tree, struct arena *arena, struct str path, size_t maximum,
                          struct str *ret_bytes, struct err *e);
/* Only the first bytes (a work tree reads no more than that from the file; a commit cuts the blob). */
MUST_CHECK bool tree_read_start(struct tree *tree, struct arena *arena, struct str path,
                                size_t maximum, struct str *ret_bytes, bool *ret_whole,
                                struct err *e);
bool tree_exists(struct tree *tree, struct arena *arena, struct str path,
                 enum tree_entry_kind *ret_kind);
/* A hint: these objects of a commit (the ids that tree_list() tells) are asked for next, and are read together. Nothing for work trees. Never fails: what
 * cannot be read is said when it is asked for. */
void tree_expect(struct tree *tree, const struct strs *directories, const struct strs *files);
/* The same of files by their paths. */
void tree_expect_files(struct tree *tree, const struct strs *paths);
/* `path` seen from `directory` (both relative to the root, "" is the root): without ".", ".." and doubled slashes.
 * False when it is absolute or leaves the tree. */
MUST_CHECK bool tree_path_join(struct arena *arena, struct str directory, struct str path,
                               struct str *ret_path);
/* "work tree", or the commit's abbreviated id. */
struct str tree_describe(const struct tree *tree);

/* For implementations (repository/commit_tree.c). `kind` may be NULL: then the parent directory is listed; `expect` and
 * `expect_files` too. `read` cuts at `maximum`. */
struct tree_driver {
    bool (*kind)(void *self, struct arena *arena, struct str path, enum tree_entry_kind *ret_kind);
    bool (*list)(void *self, struct arena *arena, struct str directory,
                 struct tree_entries *ret_entries, bool *ret_exists, struct err *e);
    bool (*read)(void *self, struct arena *arena, struct str path, size_t maximum,
                 struct str *ret_bytes, bool *ret_whole, struct err *e);
    void (*expect)(void *self, const struct strs *directories, const struct strs *files);
    void (*expect_files)(void *self, const struct strs *paths);
    struct str (*describe)(const void *self);
};
struct tree *tree_from_driver(struct arena *arena, const struct tree_driver *driver, void *self);

#endif
