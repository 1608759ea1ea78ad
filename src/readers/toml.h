/* toml.h -- the part of TOML 1.0 that tool tables in pyproject.toml use.
 *
 * Read: [table] headers (bare and quoted keys, dotted), "key = value" with bare, quoted and dotted keys; values that are strings of all
 * four kinds, booleans, and arrays of strings (over several lines, with comments); what stands in an inline table, under the keys that
 * lines of a table would have. Everything else (numbers, dates, arrays of tables) is stepped over, strings and brackets in it being
 * understood, and answered as TOML_OTHER, as an inline table itself is.
 * Fails: never on content; what follows a string that is not closed is not read.
 */
#ifndef HOOKCHECK_READERS_TOML_H
#define HOOKCHECK_READERS_TOML_H

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

enum toml_kind { TOML_OTHER = 0, TOML_STRING, TOML_BOOLEAN, TOML_STRINGS };

struct toml_entry {
    struct str key; /* whole path: "tool.alembic.script_location" */
    enum toml_kind kind;
    struct str text;
    struct str source; /* of what is TOML_OTHER: "60" */
    struct str header; /* "tool.alembic" */
    size_t table;      /* how many headers stand before it */
    struct strs items;
    bool truth;
    size_t line;
};
VEC_DEFINE(toml_entries, struct toml_entry);

struct toml {
    struct toml_entries entries;
    struct strs tables; /* paths of the headers */
};

void toml_parse(struct arena *arena, struct str bytes, struct toml *ret_toml);
const struct toml_entry *toml_get(const struct toml *toml, struct str key); /* NULL when absent */

#endif
