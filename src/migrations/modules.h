/* modules.h -- applications whose migrations lie in several directories and are recorded in one table (inside migrations only).
 *
 * Laravel runs what a service provider gives to loadMigrationsFrom(), Rails what an engine or an initializer appends to paths["db/migrate"], Doctrine
 * what migrations_paths names. A pack's "modules" says by which file an application's root is known, which directories are read unasked, and
 * what names others.
 *
 * In:    the directories that a survey found, and on its way (modules_note) the files that may name some.
 * Out:   of each application one history: directories that are read become its members, also such as no sign told of; those that nothing names
 *        are taken out and told of in survey.left_out. Where code computes which are meant, each that may be is one.
 *        An application of which no directory is known to be read is left as it was found.
 * Fails: only where a directory cannot be listed.
 */
#ifndef HOOKCHECK_MIGRATIONS_MODULES_H
#define HOOKCHECK_MIGRATIONS_MODULES_H

#include "migrations/survey.h"
#include "migrations/tracker.h"

#define MODULE_TRACKERS_MAX 32u

struct module_code { /* a file that may name directories */
    struct str path;
    size_t tracker; /* index into `trackers` */
    const struct tracker_registration *registration;
};
struct module_application {
    struct str root;
    size_t tracker;
};
struct modules {
    const struct tracker *trackers[MODULE_TRACKERS_MAX];
    size_t count;
    VEC(struct module_code) code;
    VEC(struct module_application) applications;
};

struct modules modules_new(const struct config *config, const struct tracker *only);
/* `around`: a bit for each tracker in whose application the directory lies; returns it with those that begin here. */
uint32_t modules_note(struct arena *arena, struct tree *tree, struct modules *modules,
                      struct str directory, const struct tree_entries *entries, uint32_t around);
MUST_CHECK bool modules_settle(struct arena *arena, struct tree *tree,
                               const struct modules *modules, struct survey *survey, struct err *e);

#endif
