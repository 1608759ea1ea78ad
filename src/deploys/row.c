#include "deploys/row.h"

#include <string.h>

#define KEY_LENGTH_MAX 40u

/* Levenshtein's distance of two short words. */
static size_t distance(struct str a, struct str b)
{
    size_t line[KEY_LENGTH_MAX + 1];

    if (a.length > KEY_LENGTH_MAX || b.length > KEY_LENGTH_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.length; j++)
        line[j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        size_t diagonal = line[0];
        line[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            size_t above = line[j];
            size_t best = diagonal + (a.bytes[i - 1] == b.bytes[j - 1] ? 0 : 1);
            if (above + 1 < best)
                best = above + 1;
            if (line[j - 1] + 1 < best)
                best = line[j - 1] + 1;
            line[j] = best;
            diagonal = above;
        }
    }
    return line[b.length];
}

static struct str place_of(const struct row *row, const char *key)
{
    if (str_is_empty(row->path))
        return str_from(key);
    if (key[0] == '\0')
        return row->path;
    return str_printf(row->arena, STR_FMT ".%s", STR_ARG(row->path), key);
}

bool row_fail(const struct row *row, const char *key, const char *what)
{
    struct str place = place_of(row, key);

    return err_set(row->e, ERR_INPUT, STR_FMT ": " STR_FMT ": %s", STR_ARG(row->file),
                   STR_ARG(place), what);
}

bool row_open(struct row *row, const char *const *known)
{
    if (!json_is_object(row->object))
        return row_fail(row, "", "an object was expected");
    for (const cJSON *item = row->object->child; item; item = item->next) {
        const char *nearest = known[0];
        size_t least = SIZE_MAX;
        for (size_t i = 0; known[i]; i++) {
            size_t d = distance(str_from(item->string), str_from(known[i]));
            if (d < least) {
                least = d;
                nearest = known[i];
            }
        }
        if (least == 0)
            continue;
        row_fail(row, item->string, "no such key");
        return err_hint(row->e, "the nearest key is \"%s\"", nearest);
    }
    return true;
}

struct row row_child(const struct row *row, const char *key, int index, const cJSON *object)
{
    struct row child = *row;
    struct str place = place_of(row, key);

    child.object = object;
    child.path = index < 0 ? place : str_printf(row->arena, STR_FMT "[%d]", STR_ARG(place), index);
    return child;
}

bool row_text(const struct row *row, const char *key, bool required, struct str *ret)
{
    const cJSON *item = json_get(row->object, key);

    *ret = STR_NONE;
    if (!item)
        return !required || row_fail(row, key, "is missing");
    if (!json_is_string(item) || item->valuestring[0] == '\0')
        return row_fail(row, key, "a text that is not empty was expected");
    *ret = str_copy(row->arena, str_from(item->valuestring));
    return true;
}

bool row_texts(const struct row *row, const char *key, struct strs *ret)
{
    const cJSON *list = json_get(row->object, key), *item;

    *ret = (struct strs){0};
    if (!list)
        return true;
    if (!json_is_array(list))
        return row_fail(row, key, "an array of texts was expected");
    cJSON_ArrayForEach(item, list)
    {
        if (!json_is_string(item) || item->valuestring[0] == '\0')
            return row_fail(row, key, "an array of texts that are not empty was expected");
        VEC_PUSH(row->arena, ret, str_copy(row->arena, str_from(item->valuestring)));
    }
    return true;
}

bool row_bool(const struct row *row, const char *key, bool *ret)
{
    const cJSON *item = json_get(row->object, key);

    *ret = false;
    if (!item)
        return true;
    if (!json_is_bool(item))
        return row_fail(row, key, "true or false was expected");
    *ret = json_is_true(item);
    return true;
}

bool row_count(const struct row *row, const char *key, uint32_t maximum, uint32_t *ret)
{
    const cJSON *item = json_get(row->object, key);

    *ret = 0;
    if (!item)
        return true;
    if (!json_is_number(item) || item->valueint < 0 || (uint32_t)item->valueint > maximum ||
        item->valuedouble != (double)item->valueint)
        return row_fail(row, key, "a small whole number was expected");
    *ret = (uint32_t)item->valueint;
    return true;
}

bool row_choice(const struct row *row, const char *key, const char *const *choices, uint32_t *ret)
{
    const cJSON *item = json_get(row->object, key);

    *ret = 0;
    if (!item)
        return true;
    if (json_is_string(item))
        for (uint32_t i = 0; choices[i]; i++)
            if (strcmp(item->valuestring, choices[i]) == 0) {
                *ret = i;
                return true;
            }
    row_fail(row, key, "not one of its values");
    struct str list = STR_NONE;
    for (uint32_t i = 0; choices[i]; i++)
        list = str_printf(row->arena, STR_FMT "%s%s", STR_ARG(list), i ? ", " : "", choices[i]);
    return err_hint(row->e, "it can be: " STR_FMT, STR_ARG(list));
}

bool row_array(const struct row *row, const char *key, const cJSON **ret)
{
    *ret = json_get(row->object, key);
    if (*ret && !json_is_array(*ret))
        return row_fail(row, key, "an array was expected");
    return true;
}
