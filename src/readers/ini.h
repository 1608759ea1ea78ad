/* ini.h -- configuration files in the dialect of Python's ConfigParser with basic interpolation.
 *
 * In:    "[section]", "key = value" or "key: value", continuation lines (indented deeper than their key), comment lines ('#', ';').
 * Out:   entries in file order; keys in lower case, values with their lines joined by '\n'.
 * Fails: never on content: a line that ConfigParser would refuse is counted in `refused_line`.
 * Source: Python 3.11 configparser.
 */
#ifndef HOOKCHECK_READERS_INI_H
#define HOOKCHECK_READERS_INI_H

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

struct ini_entry {
    struct str section, key, value;
    size_t line;
};
VEC_DEFINE(ini_entries, struct ini_entry);

struct ini {
    struct ini_entries entries;
    struct strs sections; /* in file order, without DEFAULT */
    size_t refused_line;  /* first line that is neither section, key nor continuation; 0: none */
};

void ini_parse(struct arena *arena, struct str bytes, struct ini *ret_ini);
/* The section's, else DEFAULT's; NULL when neither has it. The last of equal keys counts. */
const struct ini_entry *ini_get(const struct ini *ini, struct str section, struct str key);
/* %(here)s, %(other key)s and %%; false when a name is unknown or nested too deeply. `ini` may be NULL. */
bool ini_expand(struct arena *arena, const struct ini *ini, struct str section, struct str here,
                struct str value, struct str *ret_value);

#endif
