#include "shell/evaluator.h"

void choices_begin(struct session *session, struct choices *choices)
{
    *choices = (struct choices){.outer = session->choices};
    session->choices = choices;
}

void choices_end(struct session *session, struct choices *choices)
{
    session->choices = choices->outer;
}

bool choices_several(const struct choices *choices)
{
    for (size_t i = 0; i < choices->items.count; i++)
        if (choices->items.items[i].count > 1)
            return true;
    return false;
}

static bool too_many(const struct choices *choices)
{
    size_t product = 1;

    for (size_t i = 0; i < choices->items.count; i++) {
        product *= choices->items.items[i].count;
        if (product > SHELL_VALUES_MAX)
            return true;
    }
    return false;
}

/* As an odometer counts. */
static bool next_combination(struct choices *choices)
{
    for (size_t i = choices->items.count; i-- > 0;) {
        struct choice *choice = &choices->items.items[i];
        if (++choice->chosen < choice->count)
            return true;
        choice->chosen = 0;
    }
    return false;
}

/* Each value once while the other choices stay at their first; in the end all of them unknown. */
static bool next_single(struct choices *choices)
{
    if (choices->all_unknown)
        return false;
    for (size_t i = 0; i < choices->items.count; i++)
        choices->items.items[i].chosen = 0;
    while (choices->item < choices->items.count) {
        struct choice *choice = &choices->items.items[choices->item];
        if (++choices->value < choice->count && choices->run < READINGS_MAX) {
            choice->chosen = choices->value;
            return true;
        }
        choices->item++;
        choices->value = 0;
    }
    choices->all_unknown = true;
    return true;
}

bool choices_next(struct choices *choices)
{
    choices->run++;
    if (choices->items.count == 0)
        return false;
    if (choices->run == 1) {
        choices->one_by_one = too_many(choices);
        if (choices->items.count > CHOICES_MAX)
            choices->item = choices->items.count;
    }
    if (!choices->one_by_one && choices->run >= 2 * SHELL_VALUES_MAX) {
        /* Choices that only some readings meet have multiplied: end with the reading that covers the rest. */
        choices->one_by_one = true;
        choices->item = choices->items.count;
    }
    return choices->one_by_one ? next_single(choices) : next_combination(choices);
}

#define SLOTS_FROM 16u /* choices; below, a scan is quicker */

static size_t hash_of(enum choice_kind kind, struct str name, const void *key)
{
    size_t hash = (uintptr_t)key / 16 * 31 + (size_t)kind;

    for (size_t i = 0; i < name.length; i++)
        hash = (hash ^ (unsigned char)name.bytes[i]) * 16777619u;
    return hash;
}

static bool is_choice(const struct choice *choice, enum choice_kind kind, struct str name,
                      const void *key)
{
    return choice->kind == kind && choice->key == key && str_eq(choice->name, name);
}

const struct choice *choice_find(const struct session *session, enum choice_kind kind,
                                 struct str name, const void *key)
{
    const struct choices *choices = session->choices;

    if (!choices->slots) {
        for (size_t i = 0; i < choices->items.count; i++)
            if (is_choice(&choices->items.items[i], kind, name, key))
                return &choices->items.items[i];
        return NULL;
    }
    for (size_t at = hash_of(kind, name, key) & (choices->slot_count - 1); choices->slots[at];
         at = (at + 1) & (choices->slot_count - 1)) {
        const struct choice *choice = &choices->items.items[choices->slots[at] - 1];
        if (is_choice(choice, kind, name, key))
            return choice;
    }
    return NULL;
}

static void index_choice(struct choices *choices, size_t index)
{
    const struct choice *choice = &choices->items.items[index];
    size_t at = hash_of(choice->kind, choice->name, choice->key) & (choices->slot_count - 1);

    while (choices->slots[at])
        at = (at + 1) & (choices->slot_count - 1);
    choices->slots[at] = (uint32_t)index + 1;
}

static void index_last(struct arena *arena, struct choices *choices)
{
    if (choices->items.count < SLOTS_FROM)
        return;
    if (choices->items.count * 2 <= choices->slot_count) {
        index_choice(choices, choices->items.count - 1);
        return;
    }
    choices->slot_count = choices->slot_count ? choices->slot_count * 2 : 4 * SLOTS_FROM;
    choices->slots = ARENA_ARRAY(arena, choices->slot_count, uint32_t);
    for (size_t i = 0; i < choices->items.count; i++)
        index_choice(choices, i);
}

static const struct choice *choice_make(struct session *session, struct choice choice)
{
    const struct choice *known = choice_find(session, choice.kind, choice.name, choice.key);

    if (known)
        return known;
    VEC_PUSH(session->arena, &session->choices->items, choice);
    index_last(session->arena, session->choices);
    return &VEC_LAST(&session->choices->items);
}

size_t choose_index(struct session *session, enum choice_kind kind, struct str name,
                    const void *key, size_t count)
{
    if (session->choices->all_unknown)
        return SIZE_MAX;
    return choice_make(session,
                       (struct choice){.kind = kind, .name = name, .key = key, .count = count})
        ->chosen;
}

const struct datum *choose_datum(struct session *session, enum choice_kind kind, struct str name,
                                 const void *key, const struct datum *alternatives, size_t count)
{
    struct choice made = {.kind = kind, .name = name, .key = key, .count = count};

    if (count == 1 && kind != CHOICE_SUBSTITUTION)
        return alternatives;
    made.alternatives = alternatives;
    const struct choice *choice = choice_make(session, made);
    if (session->choices->all_unknown && choice->count > 1)
        return &DATUM_IS_UNKNOWN;
    /* The variable may have been assigned since, with fewer values. */
    return &choice->alternatives[choice->chosen < choice->count ? choice->chosen : 0];
}
