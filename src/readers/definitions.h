/* definitions.h -- what a source file defines at its top level that models of other files may be made from.
 *
 * Enumerations, constants, names of types, plain classes of constants, classes of types and fields, short functions that return something; of
 * another class with methods what stands beside these, what modules of JavaScript hand on, and nothing of other functions, imports and calls. Statements are found by strings, comments and brackets, without a grammar: a push looks at each changed file, and few of them
 * define anything. A text in which these cannot be followed to the end is one definition.
 *
 * In:    two editions of each of some files; any bytes.
 * Out:   whether a definition of the first edition is another one in the second: what is only added cannot matter to a file that did not change,
 *        and what is moved from file to file as it was does not.
 * Source: The Python Language Reference 3.12, 2.1 (lines), 2.4.1 (strings), 7.2 (assignments); ECMAScript 2024, 12 (lexical grammar).
 */
#ifndef HOOKCHECK_READERS_DEFINITIONS_H
#define HOOKCHECK_READERS_DEFINITIONS_H

#include "base/str.h"
#include "base/vec.h"

struct definition { /* kept by their hashes: the texts of 40,000 files are not */
    uint64_t name;  /* 0: none */
    uint64_t text;
};
struct definitions {
    struct definition *items;
    size_t count, capacity;
    uint64_t
        imports; /* of what is imported, in any order: does it differ at all? What of it counts says imports.h */
};

typedef void definitions_function(struct arena *arena, struct str source,
                                  struct definitions *ret_definitions);
definitions_function definitions_of_python;
definitions_function definitions_of_script; /* TypeScript and JavaScript */

/* One statement: does it define something? Its name may be empty. */
typedef bool definition_function(struct arena *arena, struct str statement, struct str *ret_name,
                                 struct str *ret_text);
definition_function definition_in_python;
definition_function definition_in_script;
/* Is it an import, or may it hold some: try: from .fast import Base? */
bool definition_may_import(struct str statement, bool is_script);

/* before[i] and after[i] are those of one file. */
bool definitions_altered(struct arena *arena, const struct definitions *before,
                         const struct definitions *after, size_t count);

#endif
