/* library_names.h -- names that mean the same in two editions of a Python file: those of libraries, imported alike. What is written with these
 * alone means the same as well.
 *
 * In:    the statements of both editions.
 * Out:   names; a name that one of them imports from elsewhere too is none of them.
 * Fails: never.
 * Source: The Python Language Reference 3.12, 7.11 (import).
 */
#ifndef HOOKCHECK_READERS_LIBRARY_NAMES_H
#define HOOKCHECK_READERS_LIBRARY_NAMES_H

#include "readers/edited_parts.h"

/* Is a module one of those that models are written with, and that no project changes between two commits? */
bool library_has(struct str module);
void library_names(struct arena *arena, const struct edited_parts parts[2],
                   struct words *ret_library);
/* *ret_others: names that the imports of one edition alone bind. False: one that both bind comes from elsewhere than before. */
bool library_names_stay(struct arena *arena, const struct edited_parts parts[2],
                        struct words *ret_others);
/* Is a value written with such names? Of a call the keywords, of a dotted name what follows the first, and texts are none. Text: what stands behind its
 * name. False also where it cannot be followed: texts in pieces or with escapes, what Python would refuse. */
bool library_names_only(struct str text, const struct words *library);

#endif
