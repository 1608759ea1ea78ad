/* expression.h -- do two texts of an SQL expression mean the same to PostgreSQL?
 *
 * In:    the expression of a check, a predicate, an index, a default or a generated column, and the table it belongs to, whose columns say
 *        what the server would cast; either text by hand, or as pg_dump writes it back.
 * Out:   true when both become the same tree after the server's own analysis: IN as = ANY, BETWEEN as two comparisons, LIKE as ~~, implied casts.
 * Fails: never. What is not understood is the same only when it is the same text.
 * Limits: EXPRESSION_DEPTH_MAX levels; longer texts than EXPRESSION_MAX are compared as texts.
 * Source: PostgreSQL 15 manual §4.1.6 (precedence), §10 (type conversion); its parse_expr.c, parse_coerce.c, ruleutils.c.
 */
#ifndef HOOKCHECK_SCHEMA_EXPRESSION_H
#define HOOKCHECK_SCHEMA_EXPRESSION_H

#include "schema/schema.h"

#define EXPRESSION_MAX ((size_t)16 << 10)
#define EXPRESSION_DEPTH_MAX 200u

/* Where an expression stands. */
struct expression_scope {
    const struct schema *schema;
    const struct schema_table *table;
};

bool expression_same(const struct expression_scope *a, struct str text_a,
                     const struct expression_scope *b, struct str text_b);
/* As values that become one of these types: '0' of an INTEGER is 0, a cast to the type says nothing. */
bool expression_same_value(const struct expression_scope *a, struct str text_a, struct str type_a,
                           const struct expression_scope *b, struct str text_b, struct str type_b);
/* As parts of indexes: expressions with what stands behind them ("DESC", an operator class, "WITH =") and names of columns as they are. */
bool expression_same_parts(const struct expression_scope *a, const struct strs *parts_a,
                           const struct expression_scope *b, const struct strs *parts_b);

#endif
