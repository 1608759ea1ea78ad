/* cover_loose.h -- SQL of an Alembic revision that reaches execute() on ways that are not followed (private to cover*.c).
 *
 * In:    the text of a revision, without what goes back.
 * Out:   each string that begins as a statement of SQL does (ALTER TABLE …), with the pieces behind it in its line and in `NAME += …` below. Not
 *        docstrings, not what execute() is given as it stands, not constants of which nothing but downgrade() speaks.
 * Fails: never. Whether it is executed is not known: it may be, and what cannot be read is no reason to block.
 */
#ifndef HOOKCHECK_MIGRATIONS_COVER_LOOSE_H
#define HOOKCHECK_MIGRATIONS_COVER_LOOSE_H

#include "base/arena.h"
#include "base/vec.h"

void cover_loose(struct arena *arena, struct str text, struct strs *ret_texts);

#endif
