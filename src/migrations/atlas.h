/* atlas.h -- Atlas's directories and revisions (inside migrations).
 *
 * In:     a directory with atlas.sum, or one that atlas.hcl names; the rows of atlas_schema_revisions by version.
 * Out:    one migration a file, bytewise by name; each knows the value that atlas.sum holds for it, and whether it is a checkpoint.
 * Source: Atlas 1.2.3: sql/migrate/dir.go (Files, directives, NewHashFile), sql/migrate/migrate.go (Executor.Pending),
 *        cmd/atlas/internal/migrate/ent/schema/revision.go, cmd/atlas/internal/cmdapi/migrate.go (exec-order).
 */
#ifndef HOOKCHECK_MIGRATIONS_ATLAS_H
#define HOOKCHECK_MIGRATIONS_ATLAS_H

#include "migrations/history.h"

struct atlas_own { /* migration.own */
    bool checkpoint;
    bool unhashed; /* "atlas:sum ignore": only its name goes into the sum */
};

enum atlas_order { ATLAS_LINEAR = 0, ATLAS_LINEAR_SKIP, ATLAS_NON_LINEAR };
struct atlas_settings { /* history.own */
    enum atlas_order order;
};

/* The running SHA-256 of a directory: after each file, its digest so far is the file's value. */
struct atlas_sum;
struct atlas_sum *atlas_sum_new(struct arena *arena);
/* *ret_value: base64; empty for a file that is not hashed. */
void atlas_sum_add(struct arena *arena, struct atlas_sum *sum, struct str name, struct str bytes,
                   struct str *ret_value);
/* The first line of atlas.sum, from what all files added. */
struct str atlas_sum_total(struct arena *arena, const struct atlas_sum *sum);

/* "-- atlas:checkpoint tag" in the comment that heads a file, parted from its SQL by an empty line. */
bool atlas_directive(struct str bytes, struct str name);
bool atlas_is_unhashed(struct str bytes);

MUST_CHECK bool atlas_plan(struct arena *arena, const struct history *history,
                           const struct database_rows *rows, struct plan *plan, struct err *e);
MUST_CHECK bool atlas_verify(struct arena *arena, struct tree *tree, const struct history *history,
                             const struct database_rows *rows, struct plan *plan, struct err *e);

#endif
