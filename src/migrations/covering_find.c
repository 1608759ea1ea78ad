/* covering_find.c -- of thousands of migrations, those whose steps may say anything of one change: thousands of changes ask. */
#include <stdint.h>
#include <stdlib.h>

#include "migrations/cover_parts.h"
#include "migrations/covering.h"
#include "migrations/table_names.h"

struct covering_key {
    uint64_t key;
    size_t file;
};

static int compare_places(const void *a, const void *b)
{
    const size_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void add(struct covering *c, enum cover_space space, struct str word, size_t file)
{
    if (word.length)
        VEC_PUSH(c->arena, &c->keys, (struct covering_key){cover_key_of(space, word), file});
}

/* True: the step may be about any table. OF_DJANGO: its table, and those of many-to-many fields, which go on behind its name. */
static bool add_step(struct covering *c, const struct step *step, size_t file)
{
    struct str table = table_name_of(step->table).table;

    add(c, OF_STEPS, table, file);
    add(c, OF_STEPS, step->name, file);
    add(c, OF_STEPS, table_name_of(step->name).table, file);
    if (step->family)
        add(c, OF_DJANGO, table, file);
    return step->kind == STEP_RENAME_MODEL ||
           (!step->table.length && (step->computed.length || step->of_models));
}

void covering_index(struct covering *c)
{
    for (size_t f = 0; f < c->files.count; f++) {
        const struct steps *steps = &c->files.items[f].steps;
        bool any = false;
        for (size_t i = 0; i < steps->count; i++)
            any = add_step(c, &steps->items[i], f) || any;
        if (any)
            VEC_PUSH(c->arena, &c->anyhow, f);
    }
    c->found = ARENA_ARRAY(c->arena, c->files.count + 1, bool);
    VEC_SORT_KEYS(&c->keys);
}

static void find(const struct covering *c, enum cover_space space, struct str word,
                 struct file_places *places)
{
    uint64_t key = cover_key_of(space, word);

    if (!word.length)
        return;
    for (size_t i = VEC_FIRST_KEY(&c->keys, key); i < c->keys.count && c->keys.items[i].key == key;
         i++) {
        size_t file = c->keys.items[i].file;
        if (!c->found[file])
            VEC_PUSH(c->arena, places, file);
        c->found[file] = true;
    }
}

/* What the table is called elsewhere: "shop_order_tags" is "_tags" behind the table of a model that is called otherwise. */
static void find_names(const struct covering *c, struct str table, struct file_places *places)
{
    for (size_t i = 0; i < c->names.count; i++) {
        const struct step *name = &c->names.items[i];
        if (!str_starts(table, name->name))
            continue;
        struct str other = table.length == name->name.length
                               ? name->table
                               : str_printf(c->arena, STR_FMT STR_FMT, STR_ARG(name->table),
                                            STR_ARG(str_from_offset(table, name->name.length)));
        find(c, OF_STEPS, table_name_of(other).table, places);
    }
}

struct file_places covering_find(const struct covering *c, const struct schema_change *change)
{
    struct file_places places = {0};
    struct str type = change->after.type;

    for (size_t i = 0; i < c->anyhow.count; i++) {
        VEC_PUSH(c->arena, &places, c->anyhow.items[i]);
        c->found[c->anyhow.items[i]] = true;
    }
    find(c, OF_STEPS, table_name_of(change->table).table, &places);
    find(c, OF_STEPS, change->name, &places);
    find(c, OF_STEPS, table_name_of(change->name).table, &places);
    find(c, OF_STEPS, type, &places);
    if (str_ends(type, STR("[]")))
        find(c, OF_STEPS, str_prefix(type, type.length - 2), &places);
    for (size_t i = 0; i <= change->table.length; i++)
        if (i == change->table.length || change->table.bytes[i] == '_')
            find(c, OF_DJANGO, table_name_of(str_prefix(change->table, i)).table, &places);
    find_names(c, change->table, &places);
    for (size_t i = 0; i < places.count; i++)
        c->found[places.items[i]] = false;
    if (places.count)
        qsort(places.items, places.count, sizeof places.items[0], compare_places);
    return places;
}
