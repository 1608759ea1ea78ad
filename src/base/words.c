#include "base/words.h"

static size_t slot_of(const struct words *words, struct str word)
{
    size_t at = (size_t)str_hash(STR_HASH_START, word) & (words->size - 1);

    while (words->slots[at].length && !str_eq(words->slots[at], word))
        at = (at + 1) & (words->size - 1);
    return at;
}

bool words_have(const struct words *words, struct str word)
{
    return words->count && words->slots[slot_of(words, word)].length > 0;
}

static void grow(struct words *words)
{
    struct words larger = {.arena = words->arena, .size = words->size ? words->size * 4 : 64};

    larger.slots = ARENA_ARRAY(words->arena, larger.size, struct str);
    for (size_t i = 0; i < words->size; i++)
        if (words->slots[i].length)
            larger.slots[slot_of(&larger, words->slots[i])] = words->slots[i];
    larger.count = words->count;
    *words = larger;
}

bool words_add(struct words *words, struct str word)
{
    if (!word.length)
        return false;
    if (words->count * 2 >= words->size)
        grow(words);
    struct str *slot = &words->slots[slot_of(words, word)];
    if (slot->length)
        return false;
    *slot = word;
    words->count++;
    return true;
}
