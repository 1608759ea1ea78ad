#include "base/sought.h"

static unsigned pair_at(const char *bytes)
{
    return (unsigned)(unsigned char)bytes[0] << 8 | (unsigned char)bytes[1];
}

static void note_pair(struct sought *sought, const char *bytes)
{
    unsigned pair = pair_at(bytes);

    sought->pairs[pair / 64] |= UINT64_C(1) << pair % 64;
}

void sought_make(const char *const *words, struct sought *ret_sought)
{
    *ret_sought = (struct sought){.words = words, .step = 2};
    for (; *words; words++) {
        note_pair(ret_sought, *words);
        if (str_from(*words).length > 2)
            note_pair(ret_sought, *words + 1);
        else
            ret_sought->step = 1;
    }
}

static bool begins_word(const struct sought *sought, struct str text)
{
    for (const char *const *word = sought->words; *word; word++)
        if (pair_at(*word) == pair_at(text.bytes) && str_starts(text, str_from(*word)))
            return true;
    return false;
}

/* Of a word at an odd place its second pair is looked at. */
bool sought_in(const struct sought *sought, struct str text)
{
    for (size_t i = 0; i + 1 < text.length; i += sought->step) {
        unsigned pair = pair_at(text.bytes + i);
        if (sought->pairs[pair / 64] >> pair % 64 & 1 &&
            (begins_word(sought, str_from_offset(text, i)) ||
             (i && begins_word(sought, str_from_offset(text, i - 1)))))
            return true;
    }
    return false;
}

bool sought_one_of(struct sought *sought, const char *const *words, struct str text)
{
    if (!sought->words)
        sought_make(words, sought);
    return sought_in(sought, text);
}
