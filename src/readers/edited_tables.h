/* edited_tables.h -- do two editions of a Python file differ in classes of tables alone? Then no other file's models can differ but by what their tables
 * say of these.
 *
 * Alone are: what a class with a table of its own says of columns, its methods, its Meta; definitions and imports that are added; imports from
 * packages that hold no models of the project; docstrings. Anything else that is altered or goes (a mixin, an enumeration, a constant, a
 * function, a statement that does something) may be what models elsewhere are made from.
 *
 * In:    two editions of a file; an empty one is a file that is not there.
 * Out:   the names of the classes that differ or come, and others that another file may mean something else by from now on; false: it differs
 *        in more, or cannot be followed.
 * Fails: never; what it says of a file that is no Python is false.
 * Source: SQLAlchemy 2.0, "Mapping Class Inheritance Hierarchies" (the columns of a class with a table are no subclass's, but for those that
 *         say so); Django 5.0, "Model inheritance" (multi-table).
 */
#ifndef HOOKCHECK_READERS_EDITED_TABLES_H
#define HOOKCHECK_READERS_EDITED_TABLES_H

#include "readers/edited_parts.h"

struct edited_pair { /* begun with `texts` */
    struct str texts[2];
    struct edited_parts parts[2]; /* their statements, where nothing but such tables differs */
};

/* *ret_references: how keys of other tables write the tables and columns that come, "teams." and "users.code"; NULL: not asked for. */
bool edited_tables(struct arena *arena, struct edited_pair *pair, struct strs *ret_names,
                   struct strs *ret_references);

/* Of a file without models, whose definitions stay: does it import all that it did, and give each name it gave the same meaning? Others may import from it. */
bool edited_tables_beside(struct arena *arena, const struct str texts[2], struct strs *ret_names);
/* Words of files that set what concerns every table (a naming convention, a map of types), NULL at the end. */
extern const char *const edited_tables_wide_words[];
/* Of a file that did not change, the names that it binds at its top level, and those of the tables that it names in words; may hold more. False: it
 * runs something there, which may concern any table, or puts a table's name together. */
bool edited_tables_look(struct arena *arena, struct str source, struct strs *ret_names);

#endif
