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
    uint64_t starts[1024]; /* a bit for each pair of bytes with which a word begins */
};

void sought_make(const char *const *words, struct sought *ret_sought);
bool sought_in(const struct sought *sought, struct str text);

#endif
