/* vec.h -- growable arrays in an arena.
 *
 *   VEC(struct str) names = {0};
 *   VEC_PUSH(arena, &names, STR("a"));
 *   for (size_t i = 0; i < names.count; i++) use(names.items[i]);
 *
 * A vector type that crosses a header is declared there: VEC_DEFINE(strs, struct str) gives `struct strs`.
 * Doubling copies leave the old block in the arena: fine for lists that live as long as the invocation.
 */
#ifndef HOOKCHECK_BASE_VEC_H
#define HOOKCHECK_BASE_VEC_H

#include "base/arena.h"
#include "base/str.h"

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *items;                                                                               \
        size_t count;                                                                              \
        size_t capacity;                                                                           \
    }

#define VEC_DEFINE(name, type)                                                                     \
    struct name {                                                                                  \
        type *items;                                                                               \
        size_t count;                                                                              \
        size_t capacity;                                                                           \
    }

void *vec_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t item_size);

#define VEC_PUSH(arena, vec, ...)                                                                  \
    do {                                                                                           \
        if ((vec)->count == (vec)->capacity)                                                       \
            (vec)->items = vec_grow((arena), (vec)->items, (vec)->count, &(vec)->capacity,         \
                                    sizeof((vec)->items[0]));                                      \
        (vec)->items[(vec)->count++] = (__VA_ARGS__);                                              \
    } while (0)

#define VEC_LAST(vec) ((vec)->items[(vec)->count - 1])

/* Of items that are sorted by a uint64_t, their first member: the first with this key, or where it would stand. */
size_t vec_first_key(const void *items, size_t count, size_t item_size, uint64_t key);
#define VEC_FIRST_KEY(vec, key)                                                                    \
    vec_first_key((vec)->items, (vec)->count, sizeof((vec)->items[0]), (key))

/* Sorts items whose first members are a uint64_t and a size_t by these: a key, and the place of what it belongs to. */
void vec_sort_keys(void *items, size_t count, size_t item_size);
#define VEC_SORT_KEYS(vec) vec_sort_keys((vec)->items, (vec)->count, sizeof((vec)->items[0]))

VEC_DEFINE(strs, struct str);

bool strs_have(const struct strs *list, struct str s);
/* The same strings in the same order? */
bool strs_same(const struct strs *a, const struct strs *b);
void strs_sort(struct strs *list);
/* Of a list that strs_sort() has sorted. */
bool strs_sorted_have(const struct strs *list, struct str s);
/* Pushes unless it is there already. */
void strs_add(struct arena *arena, struct strs *list, struct str s);

#endif
