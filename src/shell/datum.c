#include <string.h>

#include "shell/evaluator.h"

const struct datum DATUM_IS_ENVIRONMENT = {.kind = DATUM_ENVIRONMENT};
const struct datum DATUM_IS_UNSET = {.kind = DATUM_UNSET};
const struct datum DATUM_IS_UNKNOWN = {.kind = DATUM_TEXT, .text = STR_INIT("\x01")};

struct shell_value value_from_text(struct str text)
{
    bool known = text.length == 0 || memchr(text.bytes, SHELL_UNKNOWN, text.length) == NULL;

    return (struct shell_value){.text = text, .known = known};
}

struct shell_value value_unknown(void)
{
    return (struct shell_value){.text = UNKNOWN_TEXT, .may_vanish = true};
}

bool text_is_unknown(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] != SHELL_UNKNOWN)
            return false;
    return text.length > 0;
}

struct datum datum_text(struct str text)
{
    return (struct datum){.kind = DATUM_TEXT, .text = text};
}

struct datum datum_array(struct arena *arena)
{
    return (struct datum){.kind = DATUM_ARRAY, .store = ARENA_NEW(arena, struct elements)};
}

/* A store is shared by all the arrays it is the beginning of: only the longest one grows in place. */
void datum_push(struct arena *arena, struct datum *array, struct str key, struct shell_value value)
{
    struct elements *store = array->store;

    if (array->count >= ELEMENTS_MAX) {
        array->open = true;
        return;
    }
    if (array->count != store->count) {
        store = ARENA_NEW(arena, struct elements);
        for (size_t i = 0; i < array->count; i++)
            VEC_PUSH(arena, store, array->store->items[i]);
        array->store = store;
    }
    VEC_PUSH(arena, store, (struct element){key, value});
    array->count++;
}

void datum_put(struct arena *arena, struct datum *array, struct str key, struct shell_value value)
{
    struct datum copy = datum_array(arena);
    bool found = false;

    for (size_t i = 0; i < array->count && !found; i++)
        found = str_eq(array->store->items[i].key, key);
    if (!found) {
        datum_push(arena, array, key, value);
        return;
    }
    for (size_t i = 0; i < array->count; i++) {
        const struct element *element = &array->store->items[i];
        bool same = str_eq(element->key, key);
        datum_push(arena, &copy, element->key, same ? value : element->value);
    }
    array->store = copy.store;
}

bool datum_equal(const struct datum *a, const struct datum *b)
{
    if (a->kind != b->kind || a->count != b->count || a->function != b->function ||
        a->open != b->open || !str_eq(a->text, b->text))
        return false;
    for (size_t i = 0; i < a->count && a->store != b->store; i++) {
        const struct element *x = &a->store->items[i], *y = &b->store->items[i];
        if (!str_eq(x->key, y->key) || !str_eq(x->value.text, y->value.text))
            return false;
    }
    return true;
}

static bool is_anything(const struct datum *datum)
{
    return datum->kind == DATUM_ENVIRONMENT ||
           (datum->kind == DATUM_TEXT && text_is_unknown(datum->text));
}

void datums_add(struct arena *arena, struct datums *list, const struct datum *datum)
{
    for (size_t i = 0; i < list->count; i++)
        if (datum_equal(&list->items[i], datum) ||
            (is_anything(&list->items[i]) && is_anything(datum)))
            return;
    VEC_PUSH(arena, list, *datum);
}
