/* companion.h -- a child process that stays: questions go to its stdin, answers come from its stdout. For programs like `git cat-file --batch`, whose
 * start costs more than a hundred answers.
 *
 * In:     as process.h, without `input`, `document`, `wants_answer` and `deadline_ms`; `inherit_stderr` is ignored: its first 2,000 bytes are the complaint.
 * Out:    lines and bytes, as they come. What is asked is sent while answers are read, so that neither side waits for the other.
 * Fails:  ERR_UNREACHABLE it ended, ERR_TIMEOUT, ERR_LIMIT a line of more than 8 KB. After any of them only companion_stop() may follow.
 * Ends:   with companion_stop(), by its own end of input, or with this process (PR_SET_PDEATHSIG). process_run() neither waits for it nor kills it.
 */
#ifndef HOOKCHECK_BASE_COMPANION_H
#define HOOKCHECK_BASE_COMPANION_H

#include "base/process.h"

struct companion;

MUST_CHECK bool companion_start(struct arena *arena, const struct process_options *options,
                                struct companion **ret_companion, struct err *e);
/* `question` stays where it is until its last answer, and so long there is no next one. `answers`: how many lines of
 * answers it will have, 0 where that is not known; where many are to come they are read by the heap. */
void companion_ask(struct companion *companion, struct str question, size_t answers);
/* `limit`: a clock_ms() value. The line is valid until the next call, and has no newline. */
MUST_CHECK bool companion_line(struct companion *companion, uint64_t limit, struct str *ret_line,
                               struct err *e);
/* Exactly so many bytes; NULL: they are thrown away. */
MUST_CHECK bool companion_bytes(struct companion *companion, size_t count, char *ret_bytes,
                                uint64_t limit, struct err *e);
/* What it wrote to stderr so far. */
struct str companion_complaint(struct companion *companion);
void companion_stop(struct companion **companion);

/* For process.c: is this child one that stays? */
bool companion_is(long pid);

#endif
