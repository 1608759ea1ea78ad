#include "migrations/cover_index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "migrations/cover_parts.h"
#include "migrations/table_names.h"

struct cover_index_key {
    uint64_t key;
    size_t change;
};

static void add(struct cover_index *index, enum cover_space space, struct str word, size_t change)
{
    if (word.length)
        VEC_PUSH(index->arena, &index->keys,
                 (struct cover_index_key){cover_key_of(space, word), change});
}

/* The words under which cover.c looks for parts. */
static void add_change(struct cover_index *index, size_t i)
{
    const struct schema_change *change = &index->changes->items[i];
    struct str table = cover_bare(change->table), name = cover_bare(change->name),
               column = change->column;

    if (!cover_is_word(table) || !cover_is_word(name) || !cover_is_word(column)) {
        VEC_PUSH(index->arena, &index->always, i);
        return;
    }
    add(index, OF_STATEMENTS, table, i);
    add(index, OF_STATEMENTS, name, i);
    add(index, OF_STATEMENTS, change->name, i);
    add(index, OF_STATEMENTS, column, i);
    add(index, OF_CALLS, table, i);
    add(index, OF_CALLS, name, i);
    add(index, OF_STEPS, table_name_of(change->table).table, i);
    add(index, OF_STEPS, table_name_of(change->name).table, i);
    add(index, OF_STEPS, change->name, i);
    add(index, OF_DJANGO, column, i);
    add(index, OF_DJANGO, change->name, i);
    add(index, OF_DJANGO, name, i);
    if (str_ends(column, STR("_id")))
        add(index, OF_DJANGO, str_prefix(column, column.length - strlen("_id")), i);
    for (size_t from = 0; from < change->table.length; from++) /* a model's name ends its table's */
        add(index, OF_DJANGO, str_from_offset(change->table, from), i);
}

struct cover_index cover_index_of(struct arena *arena, const struct schema_changes *changes)
{
    struct cover_index index = {.changes = changes, .arena = arena};

    index.found = ARENA_ARRAY(arena, changes->count + 1, bool);
    for (size_t i = 0; i < changes->count; i++)
        add_change(&index, i);
    VEC_SORT_KEYS(&index.keys);
    return index;
}

static bool has_key(const struct cover *cover, enum cover_space space)
{
    uint64_t key = cover_key_of(space, STR(""));
    size_t at = VEC_FIRST_KEY(&cover->postings, key);

    return at < cover->postings.count && cover->postings.items[at].key == key;
}

static int compare_places(const void *a, const void *b)
{
    const size_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

struct change_places cover_index_find(const struct cover_index *index, struct arena *scratch,
                                      const struct cover *cover)
{
    struct change_places places = {0};

    if (cover->renames || has_key(cover, OF_ANY) || has_key(cover, OF_ANY_STEP)) {
        for (size_t i = 0; i < index->changes->count; i++)
            VEC_PUSH(scratch, &places, i);
        return places;
    }
    for (size_t i = 0; i < index->always.count; i++)
        VEC_PUSH(scratch, &places, index->always.items[i]);
    for (size_t p = 0; p < cover->postings.count; p++) {
        uint64_t key = cover->postings.items[p].key;
        if (p && cover->postings.items[p - 1].key == key)
            continue;
        for (size_t i = VEC_FIRST_KEY(&index->keys, key);
             i < index->keys.count && index->keys.items[i].key == key; i++) {
            size_t change = index->keys.items[i].change;
            if (!index->found[change])
                VEC_PUSH(scratch, &places, change);
            index->found[change] = true;
        }
    }
    for (size_t i = 0; i < places.count; i++)
        index->found[places.items[i]] = false;
    if (places.count)
        qsort(places.items, places.count, sizeof places.items[0], compare_places);
    return places;
}
