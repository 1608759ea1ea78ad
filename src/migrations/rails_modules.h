/* rails_modules.h -- modules of the project that a Rails migration includes (inside migrations only).
 *
 * In:    a migration, its path, and the files of its tree.
 * Out:   its text with that of the modules behind it: `include MigrationHelpers` is lib/migration_helpers.rb, of the directories around.
 * Fails: never. A module that is not found, of a library, adds nothing.
 */
#ifndef HOOKCHECK_MIGRATIONS_RAILS_MODULES_H
#define HOOKCHECK_MIGRATIONS_RAILS_MODULES_H

#include "readers/python_tree.h" /* source_files */
#include "repository/tree.h"

struct str rails_with_modules(struct arena *arena, const struct source_files *files,
                              struct str path, struct str text);
/* The same with other migrations of its directory that it runs or reverts: `revert DropSku` is …_drop_sku.rb; of another language the text alone. */
struct str rails_with_others(struct arena *arena, struct tree *tree, struct str path,
                             struct str text);

#endif
