/* protect_code.h -- what the files that read code of other languages share. Private to protect_*.c. */
#ifndef HOOKCHECK_DEPLOYS_PROTECT_CODE_H
#define HOOKCHECK_DEPLOYS_PROTECT_CODE_H

#include "deploys/judge.h"

#define CONSTANTS_MAX 64u

struct constant {
    struct str name, value; /* value: with its quotes */
    size_t at;              /* where it is given */
};
VEC_DEFINE(constants, struct constant);

/* Variables of loops over files: their value is a wildcard of the shell's. */
void protect_loops_read(struct recogniser *r, struct str text, struct constants *constants);

#endif
