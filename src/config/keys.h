/* keys.h -- what may stand in a configuration file: one table, read by the loader and compared with the JSON Schema by a test.
 *
 * A shape describes a JSON object and the C struct it fills: each key has a type and the offset of its field. A map is an object with free
 * names ("environments"), each becoming one item of a vector; a list is an array of objects.
 */
#ifndef HOOKCHECK_CONFIG_KEYS_H
#define HOOKCHECK_CONFIG_KEYS_H

#include "base/str.h"

enum config_key_type {
    KEY_IGNORED,  /* "$schema" */
    KEY_STRING,   /* not empty */
    KEY_PATH,     /* a string that may be empty */
    KEY_STRINGS,  /* one string or an array of them */
    KEY_BOOL,     /* `set_offset` remembers that it was given */
    KEY_DURATION, /* "25s" */
    KEY_REGEX,    /* PCRE2, compiled once to see that it can be */
    KEY_CHOICE,   /* one of `choices`, which ends with NULL */
    KEY_POLICY,   /* { reason code: action } */
    KEY_DATABASE, /* string or { "command" | "url_from" } */
    KEY_OBJECT,   /* a nested struct */
    KEY_MAP,      /* vector of structs, the key fills the field at name_offset */
    KEY_LIST,     /* vector of structs */
};

#define CONFIG_NO_OFFSET SIZE_MAX

struct config_key {
    const char *name;
    enum config_key_type type;
    bool required;
    size_t offset;
    size_t set_offset;                /* KEY_BOOL */
    const struct config_shape *shape; /* KEY_OBJECT, KEY_MAP, KEY_LIST */
    const char *const *choices;       /* KEY_CHOICE */
};

struct config_shape {
    const char *what; /* definition name in the JSON Schema; "" is the document */
    const struct config_key *keys;
    size_t count;
    size_t size;         /* of one item of the vector */
    size_t name_offset;  /* struct str; KEY_MAP */
    size_t place_offset; /* struct config_place */
    /* A map whose values are not objects: type and offset of the value. */
    const struct config_key *value;
};

extern const struct config_shape config_document_shape;
/* The keys of { "command": […] } and { "url_from": […] }. */
extern const struct config_shape config_database_shape;

/* The name nearest to what was written, for "did you mean"; STR_NONE when nothing is near. */
struct str config_nearest(struct str written, const struct str *names, size_t count);

#endif
