/* comparison.h -- the parts of schema_compare (inside schema only). */
#ifndef HOOKCHECK_SCHEMA_COMPARISON_H
#define HOOKCHECK_SCHEMA_COMPARISON_H

#include "schema/schema.h"

struct comparison {
    struct arena *arena;
    const struct schema *before, *after;
    struct schema_difference *difference;
};

void comparison_add(struct comparison *c, struct schema_change change);
/* What changed in one table. */
void comparison_tables(struct comparison *c, const struct schema_table *old,
                       const struct schema_table *new);
/* compare_types.c */
void comparison_types(struct comparison *c);

#endif
