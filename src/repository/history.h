/* history.h -- commits: what one reaches and another does not, and how their trees differ.
 *
 * In:    full ids of commits of an open repository.
 * Out:   answers in git's own sense; replacement objects and grafts are ignored, because what is pushed are the real objects. Renames are not
 *        looked for: a renamed file is one that went and one that came.
 * Fails: ERR_NOT_FOUND, ERR_UNREACHABLE, ERR_TIMEOUT, ERR_LIMIT. "Cannot be read" is never an empty answer.
 */
#ifndef HOOKCHECK_REPOSITORY_HISTORY_H
#define HOOKCHECK_REPOSITORY_HISTORY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

struct repository;

enum repository_object {
    REPOSITORY_ABSENT = 0,
    REPOSITORY_COMMIT,
    REPOSITORY_OTHER /* a tree or a blob */
};

struct repository_named_ref {
    struct str name; /* refs/heads/main */
    struct str commit;
};
VEC_DEFINE(repository_named_refs, struct repository_named_ref);

struct repository_commit {
    struct str id;
    struct strs parents;
};
VEC_DEFINE(repository_commits, struct repository_commit);

enum change_kind { CHANGE_MODIFIED = 0, CHANGE_ADDED, CHANGE_DELETED };

struct repository_change {
    struct str path;
    struct str old_id, new_id; /* empty where there is none */
    enum change_kind kind;
    bool is_file; /* on the side that counts: not a symbolic link or a submodule */
};
VEC_DEFINE(repository_changes, struct repository_change);

/* As a hook of git's: GIT_DIR and the quarantine of a push that is being received count. `network`: a partial clone may fetch. */
MUST_CHECK bool repository_open_hook(struct arena *arena, struct str directory, bool network,
                                     struct repository **ret_repository, struct err *e);

/* What an id is, tags peeled. */
MUST_CHECK bool repository_peel(struct repository *repository, struct arena *arena, struct str id,
                                enum repository_object *ret_kind, struct str *ret_commit,
                                struct err *e);
/* Branches, remote-tracking branches and tags with the commit each leads to, sorted by name; without symbolic ones. */
MUST_CHECK bool repository_named_refs(struct repository *repository, struct arena *arena,
                                      struct repository_named_refs *ret_refs, struct err *e);
/* What a symbolic ref names ("HEAD", "refs/remotes/origin/HEAD"); STR_NONE when it is none. */
MUST_CHECK bool repository_symbolic_ref(struct repository *repository, struct arena *arena,
                                        struct str name, struct str *ret_target, struct err *e);
MUST_CHECK bool repository_is_ancestor(struct repository *repository, struct arena *arena,
                                       struct str ancestor, struct str commit, bool *ret_is,
                                       struct err *e);
/* What is to be done with changes while other work goes on; it may be done for nothing. */
struct repository_meanwhile {
    void (*look)(void *context, const struct repository_changes *changes); /* NULL: nothing */
    void *context;
};
/* The same of a push, from what was there to what is pushed, before the changes between them are asked for: those are looked for, and looked at, while
 * history is. */
MUST_CHECK bool repository_is_forward(struct repository *repository, struct arena *arena,
                                      struct str from, struct str to,
                                      const struct repository_meanwhile *meanwhile, bool *ret_is,
                                      struct err *e);
/* Commits reachable from `from` and from none of `hidden`, newest first. */
MUST_CHECK bool repository_walk(struct repository *repository, struct arena *arena, struct str from,
                                const struct strs *hidden, struct repository_commits *ret_commits,
                                struct err *e);
/* The same of several, at least one, each commit once. */
MUST_CHECK bool repository_walk_all(struct repository *repository, struct arena *arena,
                                    const struct strs *from, const struct strs *hidden,
                                    struct repository_commits *ret_commits, struct err *e);
/* The difference of two commits' trees, sorted by path; `from` may be empty (everything is new). */
MUST_CHECK bool repository_changes(struct repository *repository, struct arena *arena,
                                   struct str from, struct str to,
                                   struct repository_changes *ret_changes, struct err *e);
/* touched[i]: one of the commits changes paths[i] itself (a merge: to what none of its parents has). */
MUST_CHECK bool repository_touched(struct repository *repository, struct arena *arena,
                                   const struct repository_commits *commits,
                                   const struct strs *paths, bool *touched, struct err *e);
/* Returns false when it wants no more. */
typedef bool object_each_function(void *context, size_t index, struct str bytes);
/* The first `maximum` bytes of each of these blobs, in any order, as long as `each` returns true; they are gone when it returns. After a failure of
 * the first way to read them the next one begins anew: the same blob may come again. */
MUST_CHECK bool repository_each_blob(struct repository *repository, const struct strs *ids,
                                     size_t maximum, object_each_function *each, void *context,
                                     struct err *e);
MUST_CHECK bool repository_shallow(struct repository *repository, struct arena *arena,
                                   struct strs *ret_commits, struct err *e);

#endif
