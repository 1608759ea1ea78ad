#include "migrations/id_map.h"

struct id_map_slot {
    struct str id;
    size_t value;
    bool used;
};

struct id_map id_map_new(struct arena *arena, size_t capacity)
{
    size_t size = 16;

    while (size < capacity * 2)
        size *= 2;
    return (struct id_map){.slots = ARENA_ARRAY(arena, size, struct id_map_slot), .mask = size - 1};
}

static uint64_t hash(struct str id)
{
    uint64_t value = str_hash(STR_HASH_START, id);

    return value ^ (value >> 32);
}

static struct id_map_slot *slot_of(const struct id_map *map, struct str id)
{
    size_t at = (size_t)hash(id) & map->mask;

    while (map->slots[at].used && !str_eq(map->slots[at].id, id))
        at = (at + 1) & map->mask;
    return &map->slots[at];
}

bool id_map_add(struct id_map *map, struct str id, size_t value, size_t *ret_value)
{
    struct id_map_slot *slot = slot_of(map, id);

    if (slot->used) {
        *ret_value = slot->value;
        return false;
    }
    *slot = (struct id_map_slot){.id = id, .value = value, .used = true};
    map->count++;
    return true;
}

bool id_map_get(const struct id_map *map, struct str id, size_t *ret_value)
{
    const struct id_map_slot *slot = slot_of(map, id);

    if (slot->used)
        *ret_value = slot->value;
    return slot->used;
}
