/* models_narrow.h -- of the files that hold models, those that must be read to tell what some changed files change (inside migrations).
 *
 * A change reaches an unchanged file by a name only: that of a class, a function, a value, a table. A file that names what is defined otherwise
 * now is read, and one that defines what the changed files and those name. A name that stands in it for something else costs time, no answer.
 *
 * In:    both trees' files; all paths that differ.
 * Out:   the paths of each tree that are to be read. What is read of them alone differs between the trees as all of them do, but for what
 *        several files share: who compares looks at the answer once more (models.c).
 * Fails: limits. False: all must be read, as when a constant or a function changed that an unchanged file names.
 */
#ifndef HOOKCHECK_MIGRATIONS_MODELS_NARROW_H
#define HOOKCHECK_MIGRATIONS_MODELS_NARROW_H

#include "migrations/languages.h"

struct narrowing {
    struct arena *arena;
    const struct model_language *language;
    struct source_files files[2]; /* before, after */
    const struct strs *paths[2];  /* sorted */
    const struct strs *settings[2];
    const struct strs
        *others[2]; /* of that language, in which no models are: names go through them */
    const struct strs *changed; /* sorted; of all languages */
};

MUST_CHECK bool models_narrow(const struct narrowing *narrowing, struct strs ret_paths[2]);

#endif
