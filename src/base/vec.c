#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#include "base/door.h"

void *vec_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t item_size)
{
    size_t larger = *capacity ? *capacity * 2 : 8;

    if (larger < *capacity)
        door_memory();
    void *grown = arena_array(arena, larger, item_size);
    if (count)
        memcpy(grown, items, count * item_size);
    *capacity = larger;
    return grown;
}

size_t vec_first_key(const void *items, size_t count, size_t item_size, uint64_t key)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        uint64_t found;
        memcpy(&found, (const char *)items + middle * item_size, sizeof found);
        if (found < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct placed_key {
    uint64_t key;
    size_t place;
};

static int compare_keys(const void *a, const void *b)
{
    struct placed_key x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    if (x.key != y.key)
        return x.key < y.key ? -1 : 1;
    return (x.place > y.place) - (x.place < y.place);
}

void vec_sort_keys(void *items, size_t count, size_t item_size)
{
    if (count)
        qsort(items, count, item_size, compare_keys);
}

bool strs_have(const struct strs *list, struct str s)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(list->items[i], s))
            return true;
    return false;
}

void strs_sort(struct strs *list)
{
    size_t sorted = 1; /* what comes from git's trees is, mostly */

    while (sorted < list->count && str_compare(list->items[sorted - 1], list->items[sorted]) <= 0)
        sorted++;
    if (sorted < list->count)
        qsort(list->items, list->count, sizeof(struct str), str_compare_pointers);
}

bool strs_sorted_have(const struct strs *list, struct str s)
{
    return list->count &&
           bsearch(&s, list->items, list->count, sizeof list->items[0], str_compare_pointers);
}

void strs_add(struct arena *arena, struct strs *list, struct str s)
{
    if (!strs_have(list, s))
        VEC_PUSH(arena, list, s);
}

bool strs_same(const struct strs *a, const struct strs *b)
{
    bool same = a->count == b->count;

    for (size_t i = 0; same && i < a->count; i++)
        same = str_eq(a->items[i], b->items[i]);
    return same;
}
