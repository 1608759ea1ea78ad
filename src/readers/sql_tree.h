/* sql_tree.h -- PostgreSQL's own parse tree of one statement (inside readers only).
 *
 * In:     a statement up to SQL_STATEMENT_MAX bytes.
 * Out:    libpg_query's tree; types and expressions of it as text.
 * Fails:  a statement that PostgreSQL 15 would refuse, with its words for it.
 * Source: libpg_query 15-4.0.0, pg_query.proto.
 *
 * The library walks trees by recursion: a sum of many terms is a deep one, and 100,000 of them need more than the usual 8 MiB of stack
 * (brackets and prefix operators are bounded by its own parser). All that touches a tree therefore runs inside sql_with_stack().
 */
#ifndef HOOKCHECK_READERS_SQL_TREE_H
#define HOOKCHECK_READERS_SQL_TREE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#define SQL_STATEMENT_MAX ((size_t)128 << 10)
/* Bytes of an expression's tree, packed. Packing asks each level again how large all below it is: what is longer is not written. */
#define SQL_EXPRESSION_MAX ((size_t)64 << 10)

/* Runs it on a stack that holds what SQL_STATEMENT_MAX bytes can nest. False: no such stack is to be had. */
MUST_CHECK bool sql_with_stack(void (*run)(void *argument), void *argument, struct err *e);

struct sql_tree;
/* NULL: *ret_reason says why not. */
struct sql_tree *sql_tree_parse(struct arena *arena, struct str statement, struct str *ret_reason);
/* The tree's only statement. */
const PgQuery__Node *sql_tree_statement(const struct sql_tree *tree);
void sql_tree_release(struct sql_tree **tree);

/* An expression as PostgreSQL writes it, in one line; empty when it cannot be written. */
struct str sql_expression(struct arena *arena, const PgQuery__Node *node);
/* A default: string constants lose their cast, NULL is none at all (empty). False: not writable. */
bool sql_default(struct arena *arena, const PgQuery__Node *node, struct str *ret_text);
/* The same for a column of that type: '0' of an INTEGER is 0, 't' of a BOOLEAN true. */
struct str sql_default_as(struct arena *arena, struct str type, struct str text);
/* "VARCHAR(80)", "TIMESTAMP(6) WITHOUT TIME ZONE", "TEXT[]"; names of the schema's own types as they are. *ret_serial: it brings a sequence. */
struct str sql_type(struct arena *arena, const PgQuery__TypeName *type, bool *ret_serial);
/* The same name for what a word of a type stands for: "int8" is BIGINT; a type of the schema's own stays as it is. */
struct str sql_type_word(struct arena *arena, struct str word);
/* The same of a type with what stands in brackets behind it: "vector(3)". */
struct str sql_type_words(struct arena *arena, struct str words);

#endif
