/* pattern.h -- can this pattern match this line at all? Seen from the pattern's start, without compiling it.
 *
 * Out:    false only when no match is possible; true when there may be one, whenever in doubt.
 * Limits: understands what rules begin with: '^', characters that stand for themselves, escaped punctuation, and groups of
 *         alternatives; everything else counts as "may match". Groups nested deeper than PATTERN_DEPTH_MAX likewise.
 * Source: pcre2pattern(3), 10.42.
 */
#ifndef HOOKCHECK_DEPLOYS_PATTERN_H
#define HOOKCHECK_DEPLOYS_PATTERN_H

#include "base/str.h"

#define PATTERN_DEPTH_MAX 8u

/* Does a '|' stand outside all groups? Found once, when packs are read: the search costs more than the rest. */
bool pattern_has_alternatives(struct str pattern);
bool pattern_may_match(struct str pattern, bool alternatives, struct str line);
/* A stretch of the pattern that stands in every line it matches, byte for byte: the longest behind what pattern_may_match() compares, or what all
 * alternatives begin with. Empty when none is seen. Found once, too. */
struct str pattern_needs(struct str pattern);

#endif
