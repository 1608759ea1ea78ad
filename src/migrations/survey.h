/* survey.h -- one walk through a tree, collecting every sign of migrations (inside migrations only).
 *
 * Breadth first, at most SURVEY_DEPTH_MAX levels and SURVEY_DIRECTORIES_MAX directories. Not entered: dot directories, dependencies,
 * virtual environments, build results, work trees of other repositories.
 */
#ifndef HOOKCHECK_MIGRATIONS_SURVEY_H
#define HOOKCHECK_MIGRATIONS_SURVEY_H

#include "migrations/history.h"

#define SURVEY_DEPTH_MAX 6u
#define SURVEY_DIRECTORIES_MAX 50000u

struct survey_foreign { /* a tracker we cannot read */
    struct str directory;
    const char *tracker;
};
VEC_DEFINE(survey_foreigns, struct survey_foreign);

struct survey {
    struct strs settings; /* directories with alembic.ini or a [tool.alembic] */
    struct strs scripts;  /* directories with env.py and versions/ */
    struct strs sql;      /* directories of numbered SQL files */
    struct survey_foreigns foreign;
};

MUST_CHECK bool survey_tree(struct arena *arena, struct tree *tree, struct str root,
                            struct survey *ret_survey, struct err *e);
/* Is the directory a test, an example or documentation? Its migrations count only where there are no others. */
bool survey_is_aside(struct str directory);

#endif
