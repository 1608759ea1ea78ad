/* key_parts.h -- is what a migration makes a key of just the columns that the models say? (inside migrations only)
 *
 * In:    a STEP_KEY (readers/steps.h); an index, a constraint or a key of the models, with the table around it (`whole`).
 * Out:   true where they are the same columns, in any order, as far as they are written.
 * Fails: never. What is not known counts as the right one.
 */
#ifndef HOOKCHECK_MIGRATIONS_KEY_PARTS_H
#define HOOKCHECK_MIGRATIONS_KEY_PARTS_H

#include "readers/steps.h"
#include "schema/schema.h"

bool key_parts_fit(const struct step *step, const struct schema_change *key);

#endif
