/* doctor_git.h -- the pre-push hook, as doctor looks at it. Private to doctor_git.c and doctor_managers.c. */
#ifndef HOOKCHECK_CLI_DOCTOR_GIT_H
#define HOOKCHECK_CLI_DOCTOR_GIT_H

#include "cli/doctor.h"

struct looked_git {
    struct doctor *doctor;
    struct git_place place;
    struct str hook; /* the pre-push file git would run */
    bool registered;
    bool fires;
};

void git_problem(struct looked_git *looked, const char *code, struct str path, struct str message,
                 struct str hint);
/* hookcheck-pre-push, as a shell word. */
struct str git_gate(struct looked_git *looked);
/* Runs `way` with a list of refs that cannot be read, and `program` with an empty one. */
void git_prove(struct looked_git *looked, struct str path, struct str way, struct str program);

/* --- doctor_managers.c --- */
/* Is our entry in the manager's file, and would it be run? `hook`: the text of the pre-push file that git runs. */
void git_look_at_manager(struct looked_git *looked, enum git_manager manager, struct str hook);

#endif
