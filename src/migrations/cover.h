/* cover.h -- does a migration make this change of the schema?
 *
 * In:    the path and the text of a migration (Alembic's Python, or SQL), read once; a change of the models.
 * Out:   true when one of its operations creates, alters or drops just that column, table, index or type, in the direction of the change.
 *        What goes back (downgrade) does not count. Names that the text computes are taken for the right ones when table and column both
 *        occur in it: a migration that cannot be read is no reason to block.
 */
#ifndef HOOKCHECK_MIGRATIONS_COVER_H
#define HOOKCHECK_MIGRATIONS_COVER_H

#include "schema/schema.h"

struct cover; /* a migration that was read */

/* It lives as long as the arena and the text do. */
struct cover *cover_read(struct arena *arena, struct str path, struct str text);
bool cover_makes(const struct cover *cover, const struct schema_change *change);
/* Does it surely take away what the change adds, or bring back what it drops? */
bool cover_undoes(const struct cover *cover, const struct schema_change *change);
/* Does it make the table, column by column as far as can be read, and leave out the one that `change` adds? Other migrations may add it. */
bool cover_lacks(const struct cover *cover, const struct schema_change *change);
/* Of TypeORM and Ecto: is all that it adds to tables in its steps (readers/steps.h), or may helpers add more? Names that are computed are in the
 * steps. */
enum cover_reading { COVER_NOT_BY_STEPS, COVER_PLAIN, COVER_VEILED };
enum cover_reading cover_reading(struct str path, struct str text);
/* Is it there as a whole word, without regard to case? */
bool text_has_word(struct str text, struct str word);

#endif
