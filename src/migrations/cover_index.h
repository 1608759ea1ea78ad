/* cover_index.h -- of thousands of changes, those of which one migration may say anything.
 *
 * In:    the changes, once; a migration that was read.
 * Out:   at least those for which cover_makes(), cover_undoes() or cover_lacks() is true. The others need not be asked about: thousands of migrations
 *        by thousands of changes are millions of questions, nearly all of them with the same answer.
 * Fails: never.
 */
#ifndef HOOKCHECK_MIGRATIONS_COVER_INDEX_H
#define HOOKCHECK_MIGRATIONS_COVER_INDEX_H

#include "base/vec.h"
#include "migrations/cover.h"

VEC_DEFINE(change_places, size_t);

struct cover_index {
    const struct schema_changes *changes;
    struct arena *arena;
    VEC(struct cover_index_key) keys; /* sorted */
    struct change_places always;      /* what no word finds */
    bool *found;                      /* of each change; all false between two questions */
};

/* Both live as long as the arena. */
struct cover_index cover_index_of(struct arena *arena, const struct schema_changes *changes);
/* Places in the changes, in their order; in the arena `scratch`. */
struct change_places cover_index_find(const struct cover_index *index, struct arena *scratch,
                                      const struct cover *cover);

#endif
