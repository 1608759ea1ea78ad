/* clear_type.h -- was a column clearly made as another type than the models say? (inside migrations only)
 *
 * In:    both types as they are written or as a reader spells them ("varchar(50)", "DOUBLE PRECISION"); how strictly they are held apart.
 * Out:   true for an integer where a text is meant, for VARCHAR(20) where it is VARCHAR(50), for an array where one value is meant. Enumerations and
 *        types that are not listed are none of these, nor what only one side says a length of.
 * Fails: never.
 */
#ifndef HOOKCHECK_MIGRATIONS_CLEAR_TYPE_H
#define HOOKCHECK_MIGRATIONS_CLEAR_TYPE_H

#include "base/arena.h"
#include "base/str.h"

enum clear_type_by {
    CLEAR_BY_SAME_TOOL, /* what makes the migration makes it of the models */
    CLEAR_BY_RAILS,     /* the same, but a setting says there whether a datetime has a time zone */
    CLEAR_BY_HAND,  /* SQL written by hand beside models of a program: what holds the values does */
    CLEAR_BY_FIELD, /* Ecto: a text is a :string there, a bigint an :integer */
};

bool clear_type_differs(struct str made, struct str wanted, enum clear_type_by by);
/* "VARCHAR(50)" of "character varying(50)", "INTEGER" of "int4". */
struct str clear_type_shown(struct arena *arena, struct str text);

#endif
