/* follow.h -- indirection into files of the work tree. Private to src/deploys. */
#ifndef HOOKCHECK_DEPLOYS_FOLLOW_H
#define HOOKCHECK_DEPLOYS_FOLLOW_H

#include "deploys/judge.h"

/* A file of the work tree, read once per run; *ret_found is false when it is absent. A file that is there and cannot be read
 * (too large, not regular, no permission) is found, with *ret_text empty and *ret_why set. */
struct followed {
    bool found;
    struct str text;
    struct str why;   /* not empty: it could not be read */
    struct str shown; /* path from the work tree's root, for trails */
    struct str path;  /* absolute */
};
void follow_read(struct recogniser *r, const struct call *call, struct str path,
                 struct followed *ret);

/* Enters a target of a file; false when it is being followed already, or the limits are reached. */
bool follow_enter(struct recogniser *r, struct str path, struct str target);
bool follow_is_open(const struct recogniser *r, struct str path, struct str target);
void follow_leave(struct recogniser *r);
void follow_push_frame(struct recogniser *r, struct str shown, size_t line, bool fixed);
void follow_pop_frame(struct recogniser *r);

/* One line of shell text that stands at `line` of a file. */
MUST_CHECK bool follow_text_at(struct recogniser *r, struct shell_state *state,
                               const struct call *call, struct str shown, size_t line,
                               struct str text, struct err *e);

/* A script or target that cannot be followed: suspected when its name promises a deploy, or its text holds a deploy word. */
MUST_CHECK bool follow_suspect(struct recogniser *r, const struct call *call, struct str name,
                               struct str text, struct str why, struct err *e);

/* After a script or target was read to its end and held no deploy: one whose name promises a deploy and whose text reaches
 * other machines, or runs what is not knowable, is suspected all the same. */
MUST_CHECK bool follow_promise(struct recogniser *r, const struct call *call, struct str name,
                               struct str text, struct str shown, size_t line,
                               size_t unknowns_before, struct err *e);

/* The runners; each reads the call's words and judges what its targets run. */
typedef bool runner(struct recogniser *, struct shell_state *, const struct call *,
                    const struct line *, bool *, struct err *);
runner npm_call, make_call, just_call, task_call, composer_call, deno_task_call;

/* package.json's script NAME of the package in `directory`, with pre and post; *ret_known is false when there is none. */
MUST_CHECK bool npm_run_script(struct recogniser *r, struct shell_state *state,
                               const struct call *call, struct str directory, struct str name,
                               const struct shell_value *arguments, size_t argument_count,
                               bool *ret_known, struct err *e);

#endif
