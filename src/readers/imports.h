/* imports.h -- what a source file imports and models of other files may be made from.
 *
 * A module hands on what it imports and does not use itself (`from .plain import Base` in a package's __init__.py), and what its own definitions are
 * made from may stand elsewhere (`NAME_LENGTH = LENGTH * 2`). What only functions of an application use matters to none.
 *
 * In:    two editions of each of some files; any bytes.
 * Out:   whether a name that is handed on, or that a definition uses, comes from somewhere else in the second edition, or is defined there instead of
 *        imported. A name that is imported no more, or anew, is no such: whoever takes it from here has changed too.
 * Fails: never.
 * Source: The Python Language Reference 3.12, 7.11 (import); ECMAScript 2024, 16.2.
 */
#ifndef HOOKCHECK_READERS_IMPORTS_H
#define HOOKCHECK_READERS_IMPORTS_H

#include "readers/definitions.h"

struct import { /* kept by their hashes, as definitions are */
    uint64_t name, source;
    bool counts; /* it is handed on, or a definition uses it */
};

struct imports {
    VEC(struct import) all;
    VEC(uint64_t) defined; /* names that the file defines itself */
};

/* `path`: of a package's __init__.py each name is handed on. */
void imports_read(struct arena *arena, struct str path, struct str source, struct imports *ret);
bool imports_altered(const struct imports *before, const struct imports *after);

#endif
