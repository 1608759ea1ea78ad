/* whole_text.h -- the text of a migration with what else it runs (inside migrations and gate).
 *
 * In:    the path and the text of a migration; its tree.
 * Out:   Rails: with the other migrations behind it that it runs or reverts (rails_modules.h); SQL: with the files that it includes in their place
 *        (readers/sql_files.h); of other languages the text alone.
 * Fails: never.
 */
#ifndef HOOKCHECK_MIGRATIONS_WHOLE_TEXT_H
#define HOOKCHECK_MIGRATIONS_WHOLE_TEXT_H

#include "repository/tree.h"

struct str whole_text(struct arena *arena, struct tree *tree, struct str path, struct str text);

#endif
