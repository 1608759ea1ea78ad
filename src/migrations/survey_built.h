/* survey_built.h -- what a compiler made of migrations that are there as sources (inside migrations only). */
#ifndef HOOKCHECK_MIGRATIONS_SURVEY_BUILT_H
#define HOOKCHECK_MIGRATIONS_SURVEY_BUILT_H

#include "migrations/survey.h"

/* Takes build/migrations/1_a.js out where the same tool's src/migrations/1_a.ts, or migrations/1_a.ts, was found: the copy may be older than
 * its source. One that the tool's own file names stays. */
void survey_drop_built(struct arena *scratch, struct tree *tree, struct survey_founds *founds);

#endif
