/* effect.h -- what one step of a migration does to what changed in the models (inside migrations only).
 *
 * In:    a step (readers/steps.h), a change, and the STEP_TABLE_NAME steps of all migrations (NULL: none).
 * Out:   1: it brings the change about; -1: it undoes it; 0: neither.
 * Fails: never.
 */
#ifndef HOOKCHECK_MIGRATIONS_EFFECT_H
#define HOOKCHECK_MIGRATIONS_EFFECT_H

#include "readers/steps.h"
#include "schema/schema.h"

int step_effect(const struct steps *names, const struct step *step,
                const struct schema_change *change);

#endif
