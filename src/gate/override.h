/* override.h -- a person's word for one deploy: time-limited, bound to what was pending when it was given, in the trail.
 *
 * STATE/overrides.json, mode 0600, written under a lock (STATE/lock). Whoever can write it decides what is let through: it must be ours alone,
 * and an entry counts only as the trail says that it was given, and until the trail says that it was used or revoked.
 *
 * In:    one environment of one work tree; the reasons that stood in the way, and the pending migrations, at that time.
 * Out:   softens exactly these reasons to `warn`, once, before it expires: a push that an agent's hook let through is the same use when git's own
 *        hook asks about its commits. Never a reason that no repository may soften, never what the administrator
 *        has set, never a migration that was not pending then.
 * Limits: OVERRIDES_MAX entries, OVERRIDE_SECONDS_MAX.
 */
#ifndef HOOKCHECK_GATE_OVERRIDE_H
#define HOOKCHECK_GATE_OVERRIDE_H

#include "gate/gate.h"

#define OVERRIDES_MAX 256u
#define OVERRIDE_SECONDS_MAX (24u * 3600u)
#define OVERRIDE_REASON_MAX 500u

struct override {
    struct str id;
    struct str work_tree, environment; /* the work tree by its real path */
    struct str reason, by;
    uint64_t created, until; /* seconds since 1970 */
    struct strs codes;       /* of the reasons it softens */
    struct strs pending;     /* "set:revision" */
    /* Used for a push of these: what is left of it is for git's hook of that push. */
    struct strs commits;
};
VEC_DEFINE(overrides, struct override);

/* What would be written for these reasons and looks; `codes` holds those that block and may be softened. *ret_hard is the first that may not be. */
void override_bind(struct arena *arena, const struct config *config, const struct look *look,
                   struct override *entry, struct str *ret_hard);

/* Those that have not expired at `now` (seconds). An absent file is none. */
MUST_CHECK bool override_list(struct arena *arena, struct str state, uint64_t now,
                              struct overrides *ret, struct err *e);
/* An id, and the work tree's real path: before it is written anywhere. */
MUST_CHECK bool override_name(struct arena *arena, struct override *entry, struct err *e);
MUST_CHECK bool override_add(struct arena *arena, struct str state, struct override *entry,
                             uint64_t now, struct err *e);
/* By id; STR_NONE: all. *ret_count: how many there were. */
MUST_CHECK bool override_remove(struct arena *arena, struct str state, struct str id, uint64_t now,
                                size_t *ret_count, struct err *e);

/* Used for a push that has not begun: its own hook finds it left for these commits, and nothing else does. *ret_count: 0 when it was used
 * meanwhile. */
MUST_CHECK bool override_leave_to_push(struct arena *arena, struct str state, struct str id,
                                       const struct strs *commits, uint64_t now, size_t *ret_count,
                                       struct err *e);

/* Softens the reasons of a decision where an override covers all that block; uses it up unless `dry_run`. Notes of all that live for the
 * environments in question. */
void override_apply(struct arena *arena, const struct decision_input *input,
                    const struct looks *looks, struct reasons *reasons,
                    struct override_notes *ret_notes);
/* The notes alone: for `status`. */
void override_notes_for(struct arena *arena, struct str state, const struct look *look,
                        struct override_notes *ret_notes);
/* "2026-11-28T15:04Z" */
struct str override_time(struct arena *arena, uint64_t seconds);
/* One JSON object; members as in install/schema/override.schema.json. */
void override_write_json(struct buf *out, const struct override *entry);
/* Why it does not count, by the trail: not given in just these words, revoked, used. Empty: it counts. */
struct str override_trail_objects(struct arena *arena, struct str state,
                                  const struct override *entry);
/* A line in the trail: given, revoked. */
MUST_CHECK bool override_audit(struct arena *arena, struct str state, const struct override *entry,
                               const char *event, struct str cwd, struct err *e);

#endif
