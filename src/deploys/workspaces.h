/* workspaces.h -- the packages of a JavaScript monorepo. Private to src/deploys. */
#ifndef HOOKCHECK_DEPLOYS_WORKSPACES_H
#define HOOKCHECK_DEPLOYS_WORKSPACES_H

#include "deploys/judge.h"

#define WORKSPACES_MAX 100u

/* Directories of the workspaces that `filter` names: a package's name, a directory, a glob; "*" names all. Read from package.json's
 * "workspaces" and pnpm-workspace.yaml of the work tree around `directory`. */
void workspaces_find(struct recogniser *r, const struct call *call, struct str directory,
                     struct str filter, struct strs *directories);

#endif
