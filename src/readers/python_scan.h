/* python_scan.h -- the logical lines of Python's top level, or of one class there, that mention a name (inside readers only).
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
    bool *conditional;       /* per name: assigned in a branch, loop or try of the top level */
    size_t *conditional_at;  /* offset of that */
    size_t class_at;         /* python_scan_class: where the class stands; SIZE_MAX: nowhere */
    struct str class_header; /* … and its first line */
    bool broken;             /* unclosed string or bracket, NUL, a merge conflict's marker */
    size_t broken_at;
    const char *broken_reason;
};

void python_scan(struct arena *arena, struct str source, const struct strs *names,
                 struct python_scan *ret_scan);
/* The same of the body of the last top-level class of that name: `statements` stand right in it, `conditional` tells what stands deeper. */
void python_scan_class(struct arena *arena, struct str source, struct str class_name,
                       const struct strs *names, struct python_scan *ret_scan);

#endif
