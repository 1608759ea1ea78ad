#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

/* As cJSON_Delete(): JSON_NESTING_MAX bounds the depth. */
static void release_items(cJSON *item)
{
    while (item) {
        cJSON *next = item->next;
        release_items(item->child);
        free(item->valuestring);
        free(item->string);
        free(item);
        item = next;
    }
}

void json_release(cJSON **document)
{
    release_items(*document);
    *document = NULL;
}

const cJSON *json_get(const cJSON *object, const char *key)
{
    if (!json_is_object(object))
        return NULL;
    for (const cJSON *member = object->child; member; member = member->next)
        if (strcmp(member->string, key) == 0)
            return member;
    return NULL;
}

const cJSON *json_at(const cJSON *array, size_t index)
{
    const cJSON *item = json_is_array(array) ? array->child : NULL;

    while (item && index-- > 0)
        item = item->next;
    return item;
}

static size_t json_count(const cJSON *container)
{
    size_t count = 0;

    for (const cJSON *item = container->child; item; item = item->next)
        count++;
    return count;
}

static bool parts_are_same(const cJSON *a, const cJSON *b)
{
    if (json_count(a) != json_count(b))
        return false;
    const cJSON *other = b->child;
    for (const cJSON *item = a->child; item; item = item->next) {
        if (!json_same(item, json_is_object(a) ? json_get(b, item->string) : other))
            return false;
        other = other->next;
    }
    return true;
}

bool json_same(const cJSON *a, const cJSON *b)
{
    if (!a || !b || !json_is(a, b->type & 0xFF))
        return false;
    if (json_is_number(a))
        return !(a->valuedouble < b->valuedouble) && !(a->valuedouble > b->valuedouble);
    if (json_is_string(a))
        return strcmp(a->valuestring, b->valuestring) == 0;
    if (json_is_array(a) || json_is_object(a))
        return parts_are_same(a, b);
    return true;
}

struct str json_value_string(const cJSON *item)
{
    return json_is_string(item) ? str_from(item->valuestring) : STR_NONE;
}

struct str json_string(const cJSON *object, const char *key)
{
    return json_value_string(json_get(object, key));
}

bool json_bool(const cJSON *object, const char *key, bool otherwise)
{
    const cJSON *item = json_get(object, key);

    return json_is_bool(item) ? json_is_true(item) : otherwise;
}

static void write_escaped(struct buf *buf, unsigned char byte)
{
    switch (byte) {
    case '"':
        buf_add(buf, STR("\\\""));
        return;
    case '\\':
        buf_add(buf, STR("\\\\"));
        return;
    case '\n':
        buf_add(buf, STR("\\n"));
        return;
    case '\t':
        buf_add(buf, STR("\\t"));
        return;
    case '\r':
        buf_add(buf, STR("\\r"));
        return;
    default:
        buf_printf(buf, "\\u%04x", byte);
    }
}

/* U+0080 to U+009F: JSON allows them, terminals obey them. */
static bool is_c1(struct str s, size_t at)
{
    return s.bytes[at] == '\xC2' && at + 1 < s.length && (unsigned char)s.bytes[at + 1] <= 0x9f;
}

void json_write_string(struct buf *buf, struct str s)
{
    buf_add_byte(buf, '"');
    while (s.length) {
        size_t good = s.length, run = 0;
        bool valid = str_is_utf8(s, &good);
        if (valid)
            good = s.length;
        while (run < good) {
            size_t end = run;
            while (end < good && (unsigned char)s.bytes[end] >= 0x20 && s.bytes[end] != '"' &&
                   s.bytes[end] != '\\' && s.bytes[end] != 0x7f && !is_c1(s, end))
                end++;
            buf_add(buf, str_slice(s, run, end));
            if (end < good && is_c1(s, end))
                end++; /* the code point is the second byte */
            if (end < good)
                write_escaped(buf, (unsigned char)s.bytes[end++]);
            run = end;
        }
        if (!valid)
            buf_add(buf, STR("\xEF\xBF\xBD"));
        s = str_from_offset(s, valid ? s.length : good + 1);
    }
    buf_add_byte(buf, '"');
}

void json_write_key(struct buf *buf, bool *first, const char *key)
{
    if (!*first)
        buf_add_byte(buf, ',');
    *first = false;
    json_write_string(buf, str_from(key));
    buf_add_byte(buf, ':');
}

void json_write_strings(struct buf *buf, const struct strs *list)
{
    buf_add_byte(buf, '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i)
            buf_add_byte(buf, ',');
        json_write_string(buf, list->items[i]);
    }
    buf_add_byte(buf, ']');
}

void json_add_string(struct buf *buf, bool *first, const char *key, struct str value)
{
    json_write_key(buf, first, key);
    json_write_string(buf, value);
}

void json_add_strings(struct buf *buf, bool *first, const char *key, const struct strs *list)
{
    json_write_key(buf, first, key);
    json_write_strings(buf, list);
}
