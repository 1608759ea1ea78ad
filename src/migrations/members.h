/* members.h -- which column or table a field of Django's has: a step names the field, and an earlier one said db_column or db_table.
 *
 * In:    the steps of the migrations (readers/steps.h), file by file, oldest first.
 * Out:   the same steps, and behind each what it does besides: AlterField that moves a field to another column drops the one it had,
 *        RemoveField and DeleteModel drop what was called otherwise than the field.
 * Fails: never. A field that is not known has the column of its name.
 */
#ifndef HOOKCHECK_MIGRATIONS_MEMBERS_H
#define HOOKCHECK_MIGRATIONS_MEMBERS_H

#include "readers/steps.h"

struct member {
    struct str owner,
        name;          /* the model's table as its application and name make it, and the field */
    struct str called; /* its column, or its table */
    bool refers, many, gone;
};
VEC_DEFINE(members, struct member);

void members_follow(struct arena *arena, struct members *members, struct steps *steps);

#endif
