/* branches.h -- is a part of a program only for other environments than production? (inside migrations)
 *
 * In:    the text of a Ruby program, and a part of it.
 * Out:   true where `Rails.env.test?` and its like stand before it in the line, behind it (`… if Rails.env.test?`), or on a line around it, by the
 *        indentation. What another condition decides counts.
 * Fails: never.
 */
#ifndef HOOKCHECK_MIGRATIONS_BRANCHES_H
#define HOOKCHECK_MIGRATIONS_BRANCHES_H

#include "base/str.h"

bool branch_is_of_others(struct str text, struct str part);

#endif
