#include "base/sought.h"

static unsigned pair_at(const char *bytes)
{
    return (unsigned)(unsigned char)bytes[0] << 8 | (unsigned char)bytes[1];
}

void sought_make(const char *const *words, struct sought *ret_sought)
{
    *ret_sought = (struct sought){.words = words};
    for (; *words; words++) {
        unsigned pair = pair_at(*words);
        ret_sought->starts[pair / 64] |= UINT64_C(1) << pair % 64;
    }
}

static bool begins_word(const struct sought *sought, struct str text)
{
    for (const char *const *word = sought->words; *word; word++)
        if (pair_at(*word) == pair_at(text.bytes) && str_starts(text, str_from(*word)))
            return true;
    return false;
}

bool sought_in(const struct sought *sought, struct str text)
{
    for (size_t i = 0; i + 1 < text.length; i++) {
        unsigned pair = pair_at(text.bytes + i);
        if (sought->starts[pair / 64] >> pair % 64 & 1 &&
            begins_word(sought, str_of(text.bytes + i, text.length - i)))
            return true;
    }
    return false;
}
