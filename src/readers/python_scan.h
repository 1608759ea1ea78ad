/* python_scan.h -- the logical lines of Python's top level that mention a name (inside readers only).
 *
 * Knows comments, strings (prefixes, triple quotes, escapes), brackets and backslash continuations; nothing else of the grammar.
 */
#ifndef HOOKCHECK_READERS_PYTHON_SCAN_H
#define HOOKCHECK_READERS_PYTHON_SCAN_H

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"

struct python_span {
    size_t start, end;
};
VEC_DEFINE(python_spans, struct python_span);

struct python_scan {
    struct python_spans statements; /* simple statements of the top level with a wanted name */
    struct python_span docstring;   /* empty when there is none */
    bool *conditional;      /* per name: assigned in a branch, loop or try of the top level */
    size_t *conditional_at; /* offset of that */
    bool broken;            /* unclosed string or bracket, NUL, a merge conflict's marker */
    size_t broken_at;
    const char *broken_reason;
};

void python_scan(struct arena *arena, struct str source, const struct strs *names,
                 struct python_scan *ret_scan);

#endif
