/* settings_text.h -- positions of values in the text of a JSON document, and cutting and inserting there.
 *
 * In: text that json_parse has accepted, with comments blanked.
 */
#ifndef HOOKCHECK_HOST_SETTINGS_TEXT_H
#define HOOKCHECK_HOST_SETTINGS_TEXT_H

#include "base/json.h"
#include "base/vec.h"

struct json_child {
    size_t start; /* of the key, or of the value in an array */
    size_t value, end;
    const cJSON *item;
};
VEC_DEFINE(json_children, struct json_child);

struct json_place {
    size_t start, end;
    const cJSON *item;
};

/* The document's own value. */
struct json_place json_place_of(struct str clean, const cJSON *document);
/* The members of an object or the elements of an array; none for other values. */
struct json_children json_children_of(struct arena *arena, struct str clean,
                                      struct json_place place);
/* The member of that name; false when there is none. */
bool json_place_member(struct arena *arena, struct str clean, struct json_place place,
                       const char *key, struct json_place *ret_member);

/* How the file is written. */
struct json_style {
    struct str unit; /* one step of indentation */
    struct str eol;
    bool lines;  /* the document stands on several lines, or has nothing in it yet */
    bool spaced; /* a blank after ':' and ',' */
};
struct json_style json_style_of(struct arena *arena, struct str clean, const cJSON *document);
/* `indent`: of the line the value starts on. */
void json_render(struct buf *out, const cJSON *value, const struct json_style *style,
                 struct str indent);

/* What has to be inserted, and where, so that `items` become the last children of `place`. Each item is rendered behind its key, if the
 * place is an object. */
struct json_insertion {
    size_t at;
    struct str text;
};
struct json_insertion json_insert_last(struct arena *arena, struct str clean,
                                       struct json_place place, const struct json_style *style,
                                       const char *key, const cJSON *const *items, size_t count);
/* The text without that child, and without one comma. */
struct str json_cut_child(struct arena *arena, struct str text, struct str clean,
                          struct json_place place, size_t index);

#endif
