/* veiled.h -- may a migration make keys and indexes in ways that its steps do not say? (inside migrations only)
 *
 * In:    the path and the text of a migration.
 * Out:   true where it computes statements, hands its table on, or is of a tool whose steps do not tell keys.
 * Fails: never.
 */
#ifndef HOOKCHECK_MIGRATIONS_VEILED_H
#define HOOKCHECK_MIGRATIONS_VEILED_H

#include "base/str.h"

bool migration_is_veiled(struct str path, struct str text);

#endif
