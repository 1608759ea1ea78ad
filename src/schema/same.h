/* same.h -- are an index or a default of one schema those of the other (inside schema only)?
 *
 * In:    both, each with where it stands.
 * Out:   true where only names that the database made up, or its spelling of an expression, differ.
 * Fails: never.
 */
#ifndef HOOKCHECK_SCHEMA_SAME_H
#define HOOKCHECK_SCHEMA_SAME_H

#include "schema/expression.h"

bool same_index(const struct expression_scope *scope_a, const struct schema_index *a,
                const struct expression_scope *scope_b, const struct schema_index *b);
bool same_default(const struct expression_scope *scope_a, const struct schema_column *a,
                  const struct expression_scope *scope_b, const struct schema_column *b);
/* What a partition has for this column of its table: what it says of it, or the same. */
struct schema_column partition_column(const struct schema_table *partition,
                                      const struct schema_column *of);

#endif
