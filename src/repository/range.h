/* range.h -- which commits does a push bring, and what does the other side have already?
 *
 * In:    one line of git's feed (ids as given, zero ids allowed), and what is known of the other side.
 * Out:   the range: the commit that is pushed, and the base to which it is compared.
 *        Fast-forward: the old commit. Everything else (new branch, rewritten branch, old commit unknown here): the merge base with what the
 *        remote is known to have that leaves the fewest commits; the empty tree when nothing is known.
 * Fails: objects that cannot be read. That is never an empty range.
 */
#ifndef HOOKCHECK_REPOSITORY_RANGE_H
#define HOOKCHECK_REPOSITORY_RANGE_H

#include "repository/history.h"

/* The commits that all refs of a push bring, asked for once: thousands of new branches would be as many walks. */
struct range_news;

struct range_known {
    bool complete; /* the rest is filled: a fast-forward needs nothing of it */
    struct str directory, name, url;
    bool server;       /* pre-receive: what is known are the server's own branches and tags */
    struct str remote; /* the remote's name; empty: none of this repository's */
    struct repository_named_refs refs;
    struct strs shallow;
    struct str default_branch; /* the remote's: "refs/heads/main"; empty: not known */
    struct str default_tip;    /* the commit it is known to be at; empty: not known */
    struct str default_shown;  /* "origin/main" */
    struct strs pushed;        /* the ids that are pushed, if several; may be empty */
    struct range_news *news;   /* NULL: not asked for yet */
};

enum range_kind {
    RANGE_DELETED,
    RANGE_NOT_A_COMMIT, /* a tag of a tree or of a blob */
    RANGE_NOTHING_NEW,  /* the remote has every commit of it */
    RANGE_FAST_FORWARD,
    RANGE_NEW, /* also rewritten ones */
};

struct push_range {
    enum range_kind kind;
    struct str tip;  /* the commit, tags peeled; empty when deleted or none */
    struct str base; /* empty: the empty tree */
    struct str old;  /* the commit the ref is at over there, when it is known here; tags peeled */
    /* RANGE_NEW: the commits that the remote lacks, newest first; empty with `everything`: all of them. */
    struct repository_commits commits;
    bool everything;
};

/* `name` and `url` as git hands them to its hook; both may be the same URL. Nothing is read yet. */
struct range_known range_known_new(struct str directory, struct str name, struct str url,
                                   bool server);
/* Reads it, unless that was done. */
MUST_CHECK bool range_known_need(struct repository *repository, struct arena *arena,
                                 struct range_known *known, struct err *e);
MUST_CHECK bool range_of(struct repository *repository, struct arena *arena,
                         struct range_known *known, struct str new_id, struct str old_id,
                         struct str remote_ref, const struct repository_meanwhile *meanwhile,
                         struct push_range *ret_range, struct err *e);
/* The known refs of the remote but the one that a push to `remote_ref` overwrites. */
void range_others(struct arena *arena, const struct range_known *known, struct str remote_ref,
                  struct repository_named_refs *ret_refs);
/* Where `tip` left the line of `other`: of the commits that both have, the one that leaves the fewest of `tip`'s own. Empty: they have none in common.
 */
MUST_CHECK bool range_fork(struct repository *repository, struct arena *arena, struct str tip,
                           struct str other, struct str *ret_fork, struct err *e);
/* One setting of git's, those of the command line included; STR_NONE when it is not set. */
MUST_CHECK bool repository_setting(struct repository *repository, struct arena *arena,
                                   struct str key, struct str *ret_value, struct err *e);
bool range_id_is_zero(struct str id);

#endif
