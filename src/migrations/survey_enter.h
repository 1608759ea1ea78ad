/* survey_enter.h -- which directories hold no migrations of this project, by their names and by what lies beside them (inside migrations only).
 *
 * Dependencies, virtual environments, what a build makes of the sources beside it.
 */
#ifndef HOOKCHECK_MIGRATIONS_SURVEY_ENTER_H
#define HOOKCHECK_MIGRATIONS_SURVEY_ENTER_H

#include "repository/tree.h"

enum entering {
    NOT_ENTERED = 0,
    ENTERED,
    ENTERED_LAST, /* dist: it may be all there is of a program, where nothing else is found */
};

/* `entries` are those of the directory that holds it. */
enum entering survey_entering(const struct tree_entries *entries, struct str name);

#endif
