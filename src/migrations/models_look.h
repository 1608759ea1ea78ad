/* models_look.h -- could this change be one of models? A first look, by the paths of what changed, then by the words of those files. Most changes touch no
 * model.
 *
 * In:    what differs between two commits.
 * Out:   no: the models say the same on both sides. Yes: they may say something else.
 * Fails: a file cannot be read.
 */
#ifndef HOOKCHECK_MIGRATIONS_MODELS_LOOK_H
#define HOOKCHECK_MIGRATIONS_MODELS_LOOK_H

#include "config/config.h"
#include "repository/history.h"

struct models_look {
    struct arena *arena;
    const struct config *config;
    struct repository *repository;
    const struct repository_changes *changes;
    /* Files that are no models whatever they say; NULL: there are none. */
    bool (*is_migration)(const struct config *config, struct str path);
};

MUST_CHECK bool models_look_for(const struct models_look *look, bool *ret_any, struct err *e);
/* The same by the words alone, where models_any_path has been asked already. */
MUST_CHECK bool models_look_into_files(const struct models_look *look, bool *ret_any,
                                       struct err *e);

#endif
