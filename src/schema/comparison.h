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
/* compare_types.c: all; a type that comes or goes; a label of one that does. */
void comparison_types(struct comparison *c);
void comparison_type(struct comparison *c, const struct schema_type *type,
                     enum schema_change_kind kind);
void comparison_label(struct comparison *c, const struct schema_type *type,
                      enum schema_change_kind kind, struct str label);
bool comparison_is_of_type(const struct schema_column *column, struct str type);

/* compare.c: a column that changes; an index or constraint that comes or goes. */
void comparison_column(struct comparison *c, const struct schema_table *table,
                       const struct schema_column *old, const struct schema_column *column,
                       enum schema_aspect aspect, struct str what);
void comparison_index(struct comparison *c, const struct schema_table *table,
                      const struct schema_index *index, enum schema_change_kind kind, bool beside);

#endif
