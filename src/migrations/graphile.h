/* graphile.h -- graphile-migrate's committed files: headers, an empty line, the statements. Private to src/migrations.
 *
 * In:     the text of a file; for the chain, the tree, the history and what its plan says is pending.
 * Out:    the headers; problems of the plan, where the tool refuses to work.
 * Fails:  never; what cannot be read is passed over.
 * Source: graphile-migrate 1.4.1: migration.js (parseMigrationText, getAllMigrations, runCommittedMigration), hash.js.
 */
#ifndef HOOKCHECK_MIGRATIONS_GRAPHILE_H
#define HOOKCHECK_MIGRATIONS_GRAPHILE_H

#include "migrations/history.h"

struct graphile_file {
    struct str previous, hash; /* as the headers have them; empty: none */
    struct str body;
    bool headed;       /* it begins with a header */
    bool hash_is_free; /* AllowInvalidHash: the statements have another hash, and may */
    const char *fault; /* why the tool refuses the file; NULL: it does not */
};

/* Line ends must be LF. */
void graphile_parse(struct str text, struct graphile_file *ret_file);
/* What the file's Hash should be. */
struct str graphile_hash(struct arena *arena, const struct graphile_file *file);
/* Each file names the hash of the one before it, and its own. */
void graphile_check_chain(struct arena *arena, struct tree *tree, const struct history *history,
                          struct plan *plan);

#endif
