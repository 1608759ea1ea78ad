/* environments.h -- which environment a key of a settings file is called after: "production", "prod_eu", "pre-production", "staging2"
 * (inside migrations only).
 */
#ifndef HOOKCHECK_MIGRATIONS_ENVIRONMENTS_H
#define HOOKCHECK_MIGRATIONS_ENVIRONMENTS_H

#include "base/str.h"

enum environment { OF_ALL, OF_PRODUCTION, OF_ANOTHER };
/* `around`: keys, outermost first, joined by dots. The first that names an environment counts; OF_ALL: none does. */
enum environment environment_of(struct str around);

#endif
