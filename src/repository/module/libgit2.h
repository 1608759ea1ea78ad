/* libgit2.h -- what the module's files share. */
#ifndef HOOKCHECK_REPOSITORY_MODULE_LIBGIT2_H
#define HOOKCHECK_REPOSITORY_MODULE_LIBGIT2_H

#include <git2.h>

#include "repository/backend.h"

#define RELEASE(name, type, free_function)                                                         \
    static inline void name(type **item)                                                           \
    {                                                                                              \
        free_function(*item);                                                                      \
        *item = NULL;                                                                              \
    }
RELEASE(release_object, git_object, git_object_free)
RELEASE(release_commit, git_commit, git_commit_free)
RELEASE(release_tree, git_tree, git_tree_free)
RELEASE(release_blob, git_blob, git_blob_free)
RELEASE(release_status, git_status_list, git_status_list_free)
RELEASE(release_index, git_index, git_index_free)
RELEASE(release_iterator, git_reference_iterator, git_reference_iterator_free)
RELEASE(release_reference, git_reference, git_reference_free)
RELEASE(release_walk, git_revwalk, git_revwalk_free)
RELEASE(release_tree_entry, git_tree_entry, git_tree_entry_free)

/* "WHAT NAME: libgit2's words"; returns false. */
bool module_fail(struct err *e, enum err_kind kind, const char *what, struct str name);
struct str module_id_text(struct arena *arena, const git_oid *id);
/* Full ids only: git_oid_fromstrn truncates what is too long. */
bool module_parse_id(struct str text, git_oid *ret, struct err *e);

bool module_peel(void *self, struct arena *arena, struct str id, enum repository_object *ret_kind,
                 struct str *ret_commit, struct err *e);
bool module_named_refs(void *self, struct arena *arena, struct repository_named_refs *ret_refs,
                       struct err *e);
bool module_symbolic_ref(void *self, struct arena *arena, struct str name, struct str *ret_target,
                         struct err *e);
bool module_is_ancestor(void *self, struct arena *arena, struct str ancestor, struct str commit,
                        bool *ret_is, struct err *e);
bool module_walk(void *self, struct arena *arena, const struct strs *from,
                 const struct strs *hidden, struct repository_commits *ret_commits, struct err *e);
bool module_changes(void *self, struct arena *arena, struct str from, struct str to,
                    struct repository_changes *ret_changes, struct err *e);
bool module_touched(void *self, struct arena *arena, const struct repository_commits *commits,
                    const struct strs *paths, bool *touched, struct err *e);
bool module_shallow(void *self, struct arena *arena, struct strs *ret_commits, struct err *e);

#endif
