/* cover_key.h -- which key, or which check, does a change speak of, and is that the one a migration makes? (inside migrations)
 *
 * In:    a change with ASPECT_KEY; a step, the name of a constraint, or words of SQL.
 * Out:   false when it surely is another key (UNIQUE where a foreign one is meant), or a foreign key with other rules (ON DELETE).
 * Fails: never. What is not known counts as the right one.
 */
#ifndef HOOKCHECK_MIGRATIONS_COVER_KEY_H
#define HOOKCHECK_MIGRATIONS_COVER_KEY_H

#include "readers/steps.h"
#include "schema/schema.h"

/* A STEP_KEY: has the foreign key that it makes the rules that `key` asks for, as far as this asks for any? */
bool key_has_rules(const struct step *step, const struct schema_change *key);
/* Has a foreign key with these rules (empty: none) just those of the column that changes? */
bool key_rules_fit(struct str deletes, struct str updates, const struct schema_change *change);
/* May a foreign key to this table, empty: not known, be the one of the column? */
bool key_refers_to(struct str target, const struct schema_change *change);
bool key_is_made(const struct step *step, const struct schema_change *change);
/* May the key of a column be one of this kind? An index stands for a unique one. */
bool key_is_of(enum step_makes makes, const struct schema_change *change);
/* By how Drizzle, Prisma, TypeORM and PostgreSQL call their constraints. */
bool key_may_be_called(struct str constraint, const struct schema_change *change);
bool key_is_in_words(struct str text, const struct schema_change *change);
/* Does the change ask for just that key? */
bool key_is_added(const struct schema_change *change, enum step_key key);
/* Do the checks of a table that SQL makes (struct step) hold the one of the change? An added one as far as its column and numbers tell; a dropped one
 * when all of it is the same. */
bool check_is_said(struct str checks, const struct schema_change *change);
/* Do they hold the check of the change as it was before the step renamed a column of it? */
bool check_was_said(struct str checks, const struct step *rename,
                    const struct schema_change *change);

#endif
