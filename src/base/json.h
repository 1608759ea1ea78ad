/* json.h -- JSON documents, read strictly into cJSON's tree.
 *
 * In:    bytes up to the given limit; nesting up to JSON_NESTING_MAX. With JSON_COMMENTS, line and block comments outside strings
 *        are blanked in place first, so that positions stay true.
 * Out:   a cJSON tree, laid out and allocated as cJSON does; use the getters below (case-sensitive).
 * Fails: syntax (line and column), trailing bytes, duplicate keys, NUL (raw or \u0000), invalid UTF-8, lone surrogates, depth;
 *        ERR_SYSTEM when there is no memory.
 * Source: RFC 8259. cJSON 1.7.15 for the tree; its parser truncates strings at \u0000, answers the first of duplicate keys, accepts control
 *        characters in strings and says less about where it fails, so a strict check stood before it that read everything once already:
 *        now that check makes the tree. The hooks use these functions and none of libcjson's, of which Debian has no static
 *        library: so they can be linked statically, and start faster. The full program uses both.
 */
#ifndef HOOKCHECK_BASE_JSON_H
#define HOOKCHECK_BASE_JSON_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum json_flags { JSON_STRICT = 0, JSON_COMMENTS = 1 };

/* `name` (a file, "request") stands in messages. The tree is freed by json_release or lives until exit. */
MUST_CHECK bool json_parse(struct arena *arena, struct str bytes, enum json_flags flags,
                           const char *name, cJSON **ret_document, struct err *e);
void json_release(cJSON **document);
/* A copy in which comments are blanks: offsets in it are offsets in the original. */
MUST_CHECK bool json_blank_comments(struct arena *arena, struct str bytes, const char *name,
                                    struct str *ret_blanked, struct err *e);
#define JSON_DOCUMENT(name) CLEANUP_WITH(json_release) cJSON *name = NULL

/* NULL is of no type. */
static inline bool json_is(const cJSON *item, int types)
{
    return item && (item->type & 0xFF & types);
}
static inline bool json_is_null(const cJSON *item)
{
    return json_is(item, cJSON_NULL);
}
static inline bool json_is_bool(const cJSON *item)
{
    return json_is(item, cJSON_True | cJSON_False);
}
static inline bool json_is_true(const cJSON *item)
{
    return json_is(item, cJSON_True);
}
static inline bool json_is_number(const cJSON *item)
{
    return json_is(item, cJSON_Number);
}
static inline bool json_is_string(const cJSON *item)
{
    return json_is(item, cJSON_String) && item->valuestring;
}
static inline bool json_is_array(const cJSON *item)
{
    return json_is(item, cJSON_Array);
}
static inline bool json_is_object(const cJSON *item)
{
    return json_is(item, cJSON_Object);
}

/* NULL when the array is shorter, or not an array. */
const cJSON *json_at(const cJSON *array, size_t index);
/* NULL when absent or not an object. */
const cJSON *json_get(const cJSON *object, const char *key);
/* The string value; STR_NONE when absent or of another type. */
struct str json_string(const cJSON *object, const char *key);
struct str json_value_string(const cJSON *item);
bool json_bool(const cJSON *object, const char *key, bool otherwise);
/* The same value: members in any order, elements in theirs. Documents of json_parse(), which lets no key stand twice. */
bool json_same(const cJSON *a, const cJSON *b);

/* Writing: appends a quoted, escaped string. Invalid UTF-8 becomes U+FFFD, so that the output is always JSON. */
void json_write_string(struct buf *buf, struct str s);
/* "key": with the comma before it when `*first` is false; sets *first to false. */
void json_write_key(struct buf *buf, bool *first, const char *key);
/* ["a","b"] */
struct strs;
void json_write_strings(struct buf *buf, const struct strs *list);
/* "key":"value", "key":["a","b"] */
void json_add_string(struct buf *buf, bool *first, const char *key, struct str value);
void json_add_strings(struct buf *buf, bool *first, const char *key, const struct strs *list);

#endif
