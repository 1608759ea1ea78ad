/* id_map.h -- from text to a number, in constant time: histories have thousands of ids, and every one names others. */
#ifndef HOOKCHECK_MIGRATIONS_ID_MAP_H
#define HOOKCHECK_MIGRATIONS_ID_MAP_H

#include "base/arena.h"
#include "base/str.h"

struct id_map {
    struct id_map_slot *slots;
    size_t mask, count;
};

/* Room for at most `capacity` entries. */
struct id_map id_map_new(struct arena *arena, size_t capacity);
/* False when the id is there already; *ret_value is then its value. */
bool id_map_add(struct id_map *map, struct str id, size_t value, size_t *ret_value);
bool id_map_get(const struct id_map *map, struct str id, size_t *ret_value);

#endif
