/* renames.h -- an index goes with its column when that gets another name, and is called anew: Rails renames the ones it named itself, Django's keep
 * their name in the database while the model would make another.
 *
 * In:    the steps that rename a column (STEP_ADD_COLUMN with `was`), the STEP_TABLE_NAME steps, all changes of the models, and one of them.
 * Out:   true when the change adds an index, and another one drops the same index of the old columns.
 * Fails: never.
 */
#ifndef HOOKCHECK_MIGRATIONS_RENAMES_H
#define HOOKCHECK_MIGRATIONS_RENAMES_H

#include "readers/steps.h"
#include "schema/schema.h"

bool rename_carries_index(const struct steps *renames, const struct steps *names,
                          const struct schema_changes *changes, const struct schema_change *index);

#endif
