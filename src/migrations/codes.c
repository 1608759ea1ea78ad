/* codes.c -- the trackers that need code: one file src/migrations/NAME.c each, which defines `const struct tracker_code NAME_tracker`, and one
 * line here. */
#include "migrations/tracker.h"

extern const struct tracker_code atlas_tracker, django_tracker, flyway_tracker, liquibase_tracker,
    pgroll_tracker, sqitch_tracker;

static const struct tracker_code *const codes[] = {
    &atlas_tracker,
    &django_tracker,
    &flyway_tracker,
    &liquibase_tracker,
    &pgroll_tracker,
    &sqitch_tracker,
    NULL, /* the last one */
};

const struct tracker_code *tracker_code_find(struct str name)
{
    for (size_t i = 0; codes[i]; i++)
        if (str_eq(str_from(codes[i]->name), name))
            return codes[i];
    return NULL;
}
