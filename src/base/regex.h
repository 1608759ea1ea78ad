/* regex.h -- PCRE2 with limits; an error is an error and never "no match".
 *
 * Subjects are matched as bytes (no UTF mode), so that invalid UTF-8 cannot hide anything. Source: pcre2api(3), 10.42.
 * Compiled patterns live until the process ends: a run compiles only what its program index selects.
 */
#ifndef HOOKCHECK_BASE_REGEX_H
#define HOOKCHECK_BASE_REGEX_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct regex; /* opaque */

#define REGEX_PATTERN_MAX 8192u
#define REGEX_GROUPS_MAX 10u
#define REGEX_MATCH_LIMIT 200000u
#define REGEX_DEPTH_LIMIT 5000u

/* Fails with offset and PCRE2's message. Backslash-C, (*VERBS) that lift limits and callouts are refused. */
MUST_CHECK bool regex_compile(struct arena *arena, struct str pattern, struct regex **ret_regex,
                              struct err *e);
/* Can it be compiled? Keeps nothing: for configuration that is checked when it is read and used seldom. */
MUST_CHECK bool regex_check(struct str pattern, struct err *e);
/* For a pattern that is about to be matched against thousands of subjects: machine code instead of the interpreter, where this build and the system
 * allow it. Costs about a hundred matches. Not while another thread matches the same one. Source: pcre2jit(3). */
void regex_hurry(struct regex *regex);
/* groups[0] is the whole match; unset groups are STR_NONE. `groups` may be NULL. */
MUST_CHECK bool regex_match(struct regex *regex, struct str subject, bool *ret_matched,
                            struct str *groups, size_t group_count, struct err *e);
/* The first match that begins at `start` or later; what is before it, lookbehinds see. */
MUST_CHECK bool regex_match_from(struct regex *regex, struct str subject, size_t start,
                                 bool *ret_matched, struct str *groups, size_t group_count,
                                 struct err *e);

/* One match after the other, none within the one before. */
struct regex_walk {
    struct str text;
    struct regex *regex; /* NULL: the pattern cannot be compiled */
    size_t from, to;     /* of the latest match, in the text */
    struct str groups[REGEX_GROUPS_MAX];
};
struct regex_walk regex_walk(struct arena *arena, const char *pattern, struct str text);
/* False: there is none any more, the next one is empty, or matching took too long. */
bool regex_walk_next(struct regex_walk *walk);

#endif
