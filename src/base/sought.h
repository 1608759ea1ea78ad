/* sought.h -- does a text hold one of some words? One pass over it, however many they are.
 *
 * In:    words of two bytes and more, as a list that ends with NULL; any text.
 * Out:   whether one of them stands in it, anywhere.
 * Workload: some dozen words, and tens of thousands of texts of a few hundred bytes (a push's first look), most of which hold none.
 */
#ifndef HOOKCHECK_BASE_SOUGHT_H
#define HOOKCHECK_BASE_SOUGHT_H

#include "base/str.h"

struct sought {
    const char *const *words;
    size_t step;          /* bytes from one pair looked at to the next: 2, or 1 for short words */
    uint64_t pairs[1024]; /* a bit for each pair of bytes at the start of a word, or one behind */
};

void sought_make(const char *const *words, struct sought *ret_sought);
bool sought_in(const struct sought *sought, struct str text);
/* The same, with a list that is made when it is first needed: `sought` begins as zeros, and belongs to one thread (_Thread_local). */
bool sought_one_of(struct sought *sought, const char *const *words, struct str text);

#endif
