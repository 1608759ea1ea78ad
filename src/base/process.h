/* process.h -- child processes with a deadline.
 *
 * The child gets its own process group, which is killed as a whole (SIGKILL) when the deadline passes and when the child
 * itself has ended. What left the group (setsid, a group of its own) is adopted by this process while it waits
 * (PR_SET_CHILD_SUBREAPER) and killed as well, so that nothing it started survives the call; the child also dies when this
 * process dies. Exceptions: without /proc, or when the caller already had children, only the group is killed.
 *
 * No shell is involved: arguments are an array. In the child every signal has its default action, none is blocked, and only
 * stdin, stdout, stderr and the two descriptors below are open.
 *
 * In:     an absolute program path, or a name looked up in PATH when `search_path` is set (empty and relative entries of
 *         PATH are skipped; a name with a slash starts at `directory`).
 * Out:    how it ended, and what it wrote to stdout, stderr and the answer descriptor, each up to its maximum.
 * Fails:  ERR_NOT_FOUND, ERR_SYSTEM when it cannot be started (the errno of execve is reported, not a later 127). A deadline
 *         or a bad exit status is not a failure of process_run: look at the result.
 * Memory: all of it is taken before the child starts (3 × output_maximum at most), so that running out leaves no child behind.
 * Source: fork(2), execve(2), pidfd_open(2), close_range(2), memfd_create(2), PR_SET_CHILD_SUBREAPER(2const).
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
    struct str input;    /* what stdin holds; empty: /dev/null */
    struct str document; /* when has_document: handed over on PROCESS_INPUT_FD */
    bool has_document;
    bool wants_answer; /* gives the child a pipe as PROCESS_ANSWER_FD */
    /* Takes LD_*, GIT_*, GLIBC_TUNABLES, MALLOC_*, GCONV_PATH, BASH_ENV, ENV, BASH_FUNC_*, SHELLOPTS, BASHOPTS and PS4 out of
     * the environment: what makes a program run code of others, or look into another repository. */
    bool scrub_environment;
    /* NAME=VALUE, put into the environment after that; at most one of a name. */
    const struct str *settings;
    size_t setting_count;
    bool inherit_stderr;
    bool own_session;      /* no controlling terminal: nothing can ask for a password there */
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
/* Kills what process_run is waiting for, with all that it started; nothing otherwise. For signal handlers that leave the process. */
void process_abandon(void);
/* "ended with status 3", "was killed by SIGSEGV", "did not finish in 25 s" */
struct str process_describe(struct arena *arena, const struct process_options *options,
                            const struct process_result *result);

/* Milliseconds of CLOCK_MONOTONIC. */
uint64_t clock_ms(void);

#endif
