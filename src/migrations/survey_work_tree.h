/* survey_work_tree.h -- other work trees of the same repository inside the tree (inside migrations only). */
#ifndef HOOKCHECK_MIGRATIONS_SURVEY_WORK_TREE_H
#define HOOKCHECK_MIGRATIONS_SURVEY_WORK_TREE_H

#include "repository/tree.h"

/* A second work tree of this very repository (`git worktree add` inside it): another state of the same migrations. A deploy of a work tree ships files,
 * not commits: repositories that were cloned or made inside it, and submodules, are part of it. */
bool survey_is_own_work_tree(struct arena *scratch, struct tree *tree, struct str directory,
                             const struct tree_entries *entries);

#endif
