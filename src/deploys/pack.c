#include "deploys/pack.h"

#include <string.h>

struct str pack_str(const struct pack_tables *tables, struct pack_text text)
{
    return text.length ? str_of(tables->bytes + text.at, text.length) : STR("");
}

struct str pack_example_str(const struct pack_examples *examples, struct pack_text text)
{
    return text.length ? str_of(examples->bytes + text.at, text.length) : STR("");
}

struct str pack_list_item(const struct pack_tables *tables, struct pack_list list, uint32_t index)
{
    return pack_str(tables, tables->lists[list.first + index]);
}

bool pack_list_has(const struct pack_tables *tables, struct pack_list list, struct str word)
{
    for (uint32_t i = 0; i < list.count; i++)
        if (str_eq(pack_list_item(tables, list, i), word))
            return true;
    return false;
}

uint32_t pack_names_find(const struct pack_tables *tables, const struct pack_name *names,
                         uint32_t count, struct str name, uint32_t *ret_first)
{
    uint32_t low = 0, high = count;

    while (low < high) { /* the first that is not smaller */
        uint32_t middle = low + (high - low) / 2;
        if (str_compare(pack_str(tables, names[middle].name), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_first = low;
    while (high < count && str_eq(pack_str(tables, names[high].name), name))
        high++;
    return high - low;
}

bool pack_has_word(const struct pack_tables *tables, struct str word)
{
    uint32_t low = 0, high = tables->word_count;
    char lower[64];

    if (word.length == 0 || word.length > sizeof lower)
        return false;
    for (size_t i = 0; i < word.length; i++) {
        char byte = word.bytes[i];
        lower[i] = byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : byte;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = str_compare(str_from(tables->words[middle]), str_of(lower, word.length));
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
