/* edited_parts.h -- the statements of an edition of a Python file, and what of a class with a table is its own (edited_tables.h).
 *
 * In:    a source, or a class of it. What is said of a class is kept with it.
 * Out:   its statements by their text and by the name that they bind.
 * Fails: false: strings and brackets cannot be followed, two statements share a line, or a name is bound twice.
 */
#ifndef HOOKCHECK_READERS_EDITED_PARTS_H
#define HOOKCHECK_READERS_EDITED_PARTS_H

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"
#include "base/words.h"

enum edited_kind {
    EDITED_CLASS,
    EDITED_FUNCTION,
    EDITED_VALUE, /* NAME = …, NAME: … */
    EDITED_IMPORT,
    EDITED_TEXT, /* a docstring */
    EDITED_OTHER,
};

struct edited_body; /* of a class */

struct edited_part {
    enum edited_kind kind;
    struct str name; /* of classes, functions and values */
    struct str text; /* with its decorators */
    size_t begins;   /* behind them */
    struct edited_body *body;
};

struct edited_parts {
    VEC(struct edited_part) list;
    struct words texts, names;
};

struct edited_body {
    bool asked, whole;
    struct edited_parts members;
    bool placed;
    size_t at;
    bool judged, has_table;
};

enum edited_kind edited_kind_of(struct str statement, struct str *ret_name);
bool edited_parts_read(struct arena *arena, struct str source, struct edited_parts *ret_parts);
bool edited_parts_have(const struct edited_parts *parts, const struct edited_part *part);
/* NULL: there is none. */
const struct edited_part *edited_class_named(const struct edited_parts *parts, struct str name);
/* NULL: its body cannot be followed. */
const struct edited_parts *edited_class_members(struct arena *arena,
                                                const struct edited_part *class);
/* Where its body begins in its text; SIZE_MAX: on the line of the header. */
size_t edited_class_body(const struct edited_part *class);
/* A table that no other class takes columns from. */
bool edited_class_has_table(const struct edited_part *class);
/* Do two editions of a class with a table differ in nothing that another class could be given? */
bool edited_class_alone(struct arena *arena, const struct edited_part *before,
                        const struct edited_part *after);

#endif
