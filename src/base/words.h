/* words.h -- a set of strings, in an arena.
 *
 * In:    strings that live as long as the set; an empty one is in none.
 * Fails: never.
 */
#ifndef HOOKCHECK_BASE_WORDS_H
#define HOOKCHECK_BASE_WORDS_H

#include "base/arena.h"
#include "base/str.h"

struct words { /* begun with `arena` alone */
    struct arena *arena;
    struct str *slots;  /* open addressing; those without length are free */
    size_t size, count; /* size: a power of two */
};

bool words_have(const struct words *words, struct str word);
/* Returns whether it is new. */
bool words_add(struct words *words, struct str word);

#endif
