/* repository.h -- git questions that the gate asks. Backed by libgit2, in a module of its own that is loaded on first use (libgit2's start costs
 * 7 ms: `hookcheck status` must not pay for it when nothing asks), and by git plumbing in git's own hooks and where libgit2 1.5 cannot (SHA-256,
 * reftable, …).
 *
 * Fails: ERR_NOT_FOUND no repository or no such revision; ERR_UNREACHABLE the repository cannot be read.
 */
#ifndef HOOKCHECK_REPOSITORY_REPOSITORY_H
#define HOOKCHECK_REPOSITORY_REPOSITORY_H

#include "repository/tree.h"

struct repository;

/* `directory`: anywhere in a work tree, or a bare repository. */
/* Is the module there that reads objects in the process? Without it git is started for them. */
bool repository_has_module(void);
MUST_CHECK bool repository_open(struct arena *arena, struct str directory,
                                struct repository **ret_repository, struct err *e);
/* For what is read of some commits alone, which these revisions name: they become full ids. Where refs and objects can be read as they lie, neither
 * libgit2 nor git is started. */
MUST_CHECK bool repository_open_commits(struct arena *arena, struct str directory,
                                        struct str *revisions, size_t count,
                                        struct repository **ret_repository, struct err *e);
void repository_close(struct repository **repository);
#define REPOSITORY(name) CLEANUP_WITH(repository_close) struct repository *name = NULL

/* Full id of the commit a revision names (tags peeled). */
MUST_CHECK bool repository_resolve(struct repository *repository, struct arena *arena,
                                   struct str revision, struct str *ret_commit, struct err *e);
/* The files of a commit. */
MUST_CHECK bool repository_tree(struct repository *repository, struct arena *arena,
                                struct str revision, struct tree **ret_tree, struct err *e);

/* Paths under `directory` (relative to the root) that differ from HEAD or are untracked (ignored files not counted), sorted. */
MUST_CHECK bool repository_uncommitted(struct repository *repository, struct arena *arena,
                                       struct str directory, struct strs *ret_paths, struct err *e);

/* Does the index have this file, or one below this directory? Relative to the root. */
MUST_CHECK bool repository_tracks(struct repository *repository, struct arena *arena,
                                  struct str path, bool *ret_tracks, struct err *e);

struct repository_sighting {
    struct str id;     /* as asked */
    struct str ref;    /* "origin/feature-x", "stash@{0}": one ref that has it */
    struct str commit; /* abbreviated */
    struct str path;   /* the file */
};
VEC_DEFINE(repository_sightings, struct repository_sighting);
/* Looks in the trees of all refs (heads, remotes, tags), under `directory`, for files whose content holds one of the ids; one sighting per id at
 * most, the most recent ref first. Trees seen already are not read again; at most `limit_ms`. *ret_complete is false when it ran out of time. */
MUST_CHECK bool repository_find_ids(struct repository *repository, struct arena *arena,
                                    struct str directory, const struct strs *ids, uint64_t limit_ms,
                                    struct repository_sightings *ret_sightings, bool *ret_complete,
                                    struct err *e);

#endif
