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
/* Is its table the one of the change? */
bool step_is_about(const struct steps *names, const struct step *step,
                   const struct schema_change *change);
/* STEP_RENAME_MODEL, and a column or an index of a many-to-many table: RenameModel renames its columns, which are called after the models
 * ("topic_id"; of one with itself "from_topic_id" and "to_topic_id"), and so the names of its indexes are others than the models' would be. */
bool step_renames_member(const struct step *step, const struct schema_change *change);

/* Does a STEP_ADD_COLUMN surely make the column plain where it is to be computed from others, or the other way round? */
bool step_makes_otherwise(const struct step *step, const struct schema_column *column);

#endif
