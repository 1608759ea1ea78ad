/* properties.h -- Java's .properties files.
 *
 * In:    lines "key = value", "key: value" or "key value"; '#' and '!' begin comments; a backslash at the end goes on in the next line.
 * Out:   entries in file order, escapes resolved (\uXXXX of the basic plane as UTF-8).
 * Fails: never on content.
 * Source: java.util.Properties, load(Reader), Java SE 17.
 */
#ifndef HOOKCHECK_READERS_PROPERTIES_H
#define HOOKCHECK_READERS_PROPERTIES_H

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

struct property {
    struct str key, value;
    size_t line;
};
VEC_DEFINE(properties, struct property);

void properties_parse(struct arena *arena, struct str bytes, struct properties *ret_properties);
/* The last of that key; STR_NONE: none. */
struct str properties_get(const struct properties *properties, struct str key);

#endif
