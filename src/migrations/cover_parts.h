/* cover_parts.h -- what a migration was read into (private to cover*.c). */
#ifndef HOOKCHECK_MIGRATIONS_COVER_PARTS_H
#define HOOKCHECK_MIGRATIONS_COVER_PARTS_H

#include <stdint.h>

#include "migrations/cover_match.h"
#include "migrations/cover_named.h"
#include "readers/steps.h"

/* One statement, or one call. */
struct part {
    const struct cover_call *call; /* NULL: `statement` */
    struct str statement;
    bool loose; /* it may be executed, or not: it undoes nothing */
    bool whole; /* all of the statement: nothing is put into it, and nothing comes behind it */
};

/* Under which words a part is found: a migration of some thousand calls meets some thousand changes. cover_index.c looks the other way, for some
 * thousand migrations: what cover.c does not look up under one of its keys, that does not find. */
struct posting {
    uint64_t key;
    size_t part;
};

enum language { SQL, PYTHON, RUBY, OTHER, STEPS, BUILDER };

struct cover {
    struct arena *arena;
    struct str path;
    enum language language;
    struct str text; /* of Python: what goes forward */
    struct cover_assigned assigned;
    struct cover_aliases aliases;
    VEC(struct part) parts;
    VEC(struct posting) postings;
    struct steps steps;
    bool steps_told; /* Rails: each column that it adds is in `steps` */
    bool renames;    /* some part may give a table another name */
};

/* What a posting's key speaks of; OF_ANY, OF_ANY_STEP: of no name. The part of a step's is 0. */
enum cover_space { OF_CALLS = 1, OF_DJANGO, OF_STATEMENTS, OF_STEPS, OF_ANY, OF_ANY_STEP };

uint64_t cover_key_of(enum cover_space space, struct str word);
bool cover_is_word(struct str text);
/* Does this part make the change, as far as can be told? */
bool cover_part(const struct cover *cover, size_t index, const struct schema_change *change);
/* The same without what is computed. */
bool cover_part_surely(const struct cover *cover, size_t index, const struct schema_change *change);
/* cover_order.c: a table that was made with the column of the change gets the name of its table. */
bool cover_gives(const struct cover *cover, const struct schema_change *change);
/* cover_order.c: what the one part makes, a later one takes back. */
bool cover_takes_back(const struct cover *cover, const struct schema_change *change);

#endif
