/* exports.h -- what the statements of a source file give to other files: by these names what a change of it can reach is told, without parsing.
 *
 * In:    Python, TypeScript or JavaScript; any bytes.
 * Out:   one entry a statement of the top level, its decorators with it. Too many names are no fault, a name that is missing is.
 * Fails: limits. Where strings and brackets cannot be followed to the end there is no answer.
 * Source: as statements.h; SQLAlchemy 2.0 (`__tablename__`, Table), Flask-SQLAlchemy 3.1 and SQLModel 0.0 (names from the class), Django 5.0
 *         (Meta.db_table), TypeORM 0.3 (@Entity), Drizzle 0.44 (pgTable).
 */
#ifndef HOOKCHECK_READERS_EXPORTS_H
#define HOOKCHECK_READERS_EXPORTS_H

#include "base/vec.h"

enum export_kind {
    EXPORT_NOTHING = 0, /* docstrings, calls */
    EXPORT_IMPORT,      /* of other files: not theirs but by this one */
    EXPORT_MODEL,       /* a class, or an object, that is a table */
    EXPORT_NAMES,       /* other classes, functions, values */
    EXPORT_ANYTHING,    /* not told: conditions, loops, a table whose name is computed */
};

struct export
{
    enum export_kind kind;
    struct str text;
    bool function;
    struct str head;     /* of classes: with the bases, without the body */
    struct strs names;   /* words of the language; of imports all that stand there */
    struct strs renamed; /* imports: the names that `as` gives */
    struct strs tables;  /* models: what is written as the table's name, and its schema's */
};
VEC_DEFINE(exports, struct export);

/* False: the text cannot be followed. */
MUST_CHECK bool exports_of(struct arena *arena, struct str source, bool is_script,
                           struct exports *ret_exports);
/* The next word of a text: a name, a part of a dotted one, a word of a string. */
bool exports_next_word(struct str *rest, struct str *ret_word);

#endif
