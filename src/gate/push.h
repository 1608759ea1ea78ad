/* push.h -- the gate in front of `git push`: what leaves, judged by what it changes for the other side.
 *
 * In:    the refs as git's feed names them, the repository, the configurations.
 * Out:   one verdict over all refs; what each range was; which migrations travel.
 * Fails: never: what cannot be read is a reason, and blocks.
 *
 * Invariants:
 * 1. HEAD, the index and the work tree decide nothing: only the commits that are pushed.
 * 2. The net effect of a push counts, not its single commits.
 * 3. A range that could not be read is never an empty one.
 */
#ifndef HOOKCHECK_GATE_PUSH_H
#define HOOKCHECK_GATE_PUSH_H

#include "gate/gate.h"
#include "host/push_feed.h"
#include "repository/range.h"

struct push_input {
    const struct push_refs *refs;
    struct str remote, url; /* as git hands them over; both empty on a server */
    struct str directory;   /* absolute: whose configuration counts */
    struct repository *repository;
    struct configs *configs;
    struct str state_directory;
    bool server;          /* pre-receive */
    bool dry_run;         /* no audit line */
    uint64_t deadline_ms; /* clock_ms() value */
};

struct push_seen { /* one ref */
    struct push_ref ref;
    struct push_range range;
    bool known;   /* the range could be determined */
    bool ignored; /* notes and the like: no code */
    size_t changed_files;
    size_t schema_changes;
    struct str environment; /* the push is a deploy there; empty: it is none */
};
VEC_DEFINE(push_seens, struct push_seen);

/* Migrations that travel: they must be applied before what is pushed is deployed. */
struct push_travel {
    struct str set;
    struct str environment;
    struct strs files;
    struct str command;
};
VEC_DEFINE(push_travels, struct push_travel);

struct push_result {
    struct verdict verdict;
    struct looks looks;
    struct deploys deploys;
    struct push_seens seen;
    struct push_travels travels;
    struct strs unread; /* changed, not compared: "app/models.py:12: the default of users.flag" */
    struct strs overlooked; /* what there was too much of to look at all of it, as sentences */
};

void gate_push(struct arena *arena, const struct push_input *input, struct push_result *ret_result);
/* "fast-forward", "new", "nothing-new", "deleted", "not-a-commit". */
struct str range_kind_name(enum range_kind kind);

#endif
