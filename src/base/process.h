/* process.h -- child processes with a deadline.
 *
 * The child gets its own process group, which is killed as a whole (SIGKILL) when the deadline passes and when the child
 * itself has ended, so that nothing it started survives the call. No shell is involved: arguments are an array.
 *
 * In:     an absolute program path, or a name looked up in PATH when `search_path` is set.
 * Out:    how it ended, and what it wrote to stdout, stderr and the answer descriptor, each up to its maximum.
 * Fails:  ERR_SYSTEM when it cannot be started (the errno of execve is reported, not a later 127). A deadline or a bad exit
 *         status is not a failure of process_run: look at the result.
 */
#ifndef HOOKCHECK_BASE_PROCESS_H
#define HOOKCHECK_BASE_PROCESS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define PROCESS_ANSWER_FD 3 /* in the child: where the answer is written */
#define PROCESS_INPUT_FD 4  /* in the child: a sealed memfd with `document`, read from offset 0 */

struct process_options {
    const struct str *arguments; /* [0] is the program */
    size_t argument_count;
    struct str directory; /* empty: the caller's */
    bool search_path;
    struct str input;    /* fed to stdin; empty: /dev/null */
    struct str document; /* when has_document: handed over on PROCESS_INPUT_FD */
    bool has_document;
    bool wants_answer; /* gives the child a pipe as PROCESS_ANSWER_FD */
    bool
        scrub_environment; /* takes LD_*, GIT_*, GLIBC_TUNABLES, MALLOC_*, BASH_ENV, ENV out of the environment */
    bool inherit_stderr;
    bool own_session;
    uint64_t deadline_ms;  /* from the call; 0 means none */
    size_t output_maximum; /* per stream; more is read and thrown away, and `truncated` set */
};

struct process_result {
    bool timed_out;
    bool signalled;
    int signal;
    int status; /* exit status when neither of the above */
    struct str output, errors, answer;
    bool truncated;
};

MUST_CHECK bool process_run(struct arena *arena, const struct process_options *options,
                            struct process_result *ret, struct err *e);
/* "ended with status 3", "was killed by SIGSEGV", "did not finish in 25 s" */
struct str process_describe(struct arena *arena, const struct process_options *options,
                            const struct process_result *result);

/* Milliseconds of CLOCK_MONOTONIC. */
uint64_t clock_ms(void);

#endif
