/* batch.h -- text of cmd.exe, spelt as a shell would read it. batch.c says how. Private to src/deploys. */
#ifndef HOOKCHECK_DEPLOYS_BATCH_H
#define HOOKCHECK_DEPLOYS_BATCH_H

#include "deploys/judge.h"

struct str batch_as_shell(struct arena *arena, struct str text);

#endif
