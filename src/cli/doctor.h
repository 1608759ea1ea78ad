/* doctor.h -- proves that the hooks fire, and finds what would silence them.
 *
 * Each registration's command is run as its host runs it, with a request that must be blocked and one that must pass, in a temporary
 * repository whose block needs no database. Nothing of the user's is changed; the proof's audit lines go to a state directory of its own.
 */
#ifndef HOOKCHECK_CLI_DOCTOR_H
#define HOOKCHECK_CLI_DOCTOR_H

#include "base/process.h"
#include "cli/install_git.h"

enum finding_level { FINDING_OK = 0, FINDING_NOTE, FINDING_PROBLEM };

struct finding {
    enum finding_level level;
    const char *code;   /* "relative-path" */
    struct str subject; /* "claude", "git", "config", "production" */
    struct str path;    /* may be empty */
    struct str message, hint;
};
VEC_DEFINE(findings, struct finding);

struct doctor {
    struct install in;
    struct cli *cli;
    struct arena *arena;
    const struct config *config; /* NULL: it could not be loaded */
    struct str proof;            /* the temporary directory; "proof/repo" is the repository */
    struct findings findings;
};

void doctor_add(struct doctor *doctor, enum finding_level level, const char *code,
                struct str subject, struct str path, struct str message, struct str hint);
/* Runs a shell command line as a host does, with that input. */
MUST_CHECK bool doctor_run(struct doctor *doctor, struct str command, struct str input,
                           struct process_result *ret, struct err *e);
/* What a command that could not do its work says: "missing-library", "missing-program" or "does-not-answer". */
const char *doctor_failure_code(const struct process_result *result);
struct str doctor_first_line(struct str text);

void doctor_agents(struct doctor *doctor);
void doctor_git(struct doctor *doctor);
void doctor_config(struct doctor *doctor);

#endif
