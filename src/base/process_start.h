/* process_start.h -- the child's side of process.c: everything prepared before vfork(), nothing allocated after it.
 *
 * Only process.c and companion.c include this.
 */
#ifndef HOOKCHECK_BASE_PROCESS_START_H
#define HOOKCHECK_BASE_PROCESS_START_H

#include <sys/types.h>

#include "base/process.h"

/* All descriptors of one run; -1 where there is none. None is below PROCESS_LOWEST_FD, so that putting them in their places
 * in the child cannot overwrite one that is still needed. */
enum process_end {
    END_INPUT,
    END_DOCUMENT,
    END_OUTPUT_READ,
    END_OUTPUT_WRITE,
    END_ERRORS_READ,
    END_ERRORS_WRITE,
    END_ANSWER_READ,
    END_ANSWER_WRITE,
    END_FAILURE_READ,
    END_FAILURE_WRITE,
    END_COUNT
};
#define PROCESS_LOWEST_FD 10

struct process_ends {
    int fds[END_COUNT];
};

struct process_start {
    char **arguments;
    char **environment;
    char **programs; /* paths to try, NULL-terminated */
    char *directory; /* NULL: stay */
    bool own_session, inherit_stderr;
    bool ends_with_input; /* by itself, when the caller is gone */
    pid_t parent;
};

/* What the child writes to END_FAILURE_WRITE when it cannot become the program. */
enum process_stage { STAGE_DIRECTORY = 1, STAGE_PREPARE, STAGE_EXECUTE };
struct process_failure {
    int stage;
    int number; /* errno */
};

MUST_CHECK bool process_prepare(struct arena *arena, const struct process_options *options,
                                struct process_start *ret_start, struct err *e);
MUST_CHECK bool process_ends_open(const struct process_options *options, struct process_ends *ends,
                                  struct err *e);
void process_ends_close(struct process_ends *ends);
void process_end_close(struct process_ends *ends, enum process_end which);
/* Runs in the child, between vfork() and execve(), in the memory of the caller, which waits: async-signal-safe calls only, and nothing is changed that the
 * caller would miss. A copy of its pages, as fork() makes one, costs more than all the rest of the start. */
NO_RETURN void process_become(const struct process_start *start, const struct process_ends *ends);

#endif
