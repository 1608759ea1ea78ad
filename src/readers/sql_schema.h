/* sql_schema.h -- the schema that SQL files make: schema.sql, structure.sql, folders of them.
 *
 * In:     files in the order in which they run: pg_dump's, or DDL written by hand (CREATE, ALTER, DROP; DO blocks that hold such statements).
 * Out:    tables, columns, indexes, constraints and enumerated types as PostgreSQL would have them afterwards; names that it would make up
 *         (orders_user_id_fkey, users_email_key) are made up in its way. "public." is left out.
 *         A file in MySQL's language is read as MySQL would (mysql.h).
 * Fails:  no stack for the parser. A statement that PostgreSQL's parser refuses is in schema->unread with its words, file and line.
 * Source: PostgreSQL 15 manual (SQL commands), its ChooseConstraintName and ChooseIndexName, pg_dump's output of 12 to 18.
 *
 * Not part of the model: views, functions, triggers, sequences, extensions, rights, comments, rows; the tables in which migration tools keep
 * their history. Partitions have the columns of what they are a part of, and none of their own.
 */
#ifndef HOOKCHECK_READERS_SQL_SCHEMA_H
#define HOOKCHECK_READERS_SQL_SCHEMA_H

#include "base/err.h"
#include "readers/python_tree.h"
#include "schema/schema.h"

/* Loads the parser, a module; to be called before anything of sql_tree.h. Fails: ERR_SYSTEM it is not installed. */
MUST_CHECK bool sql_library_need(struct err *e);
MUST_CHECK bool sql_schema_read(struct arena *arena, const struct source_files *files,
                                const struct strs *paths, struct schema *schema, struct err *e);
/* PostgreSQL's name for what was given none: "orders_user_id_fkey", shortened to 63 bytes. `columns` may be empty. */
struct str sql_made_up_name(struct arena *arena, struct str table, struct str columns,
                            const char *label);
/* The default of a column that brings its sequence. */
struct str sql_serial_default(struct arena *arena, struct str table, struct str column);
/* The tables in which migration tools keep what they have applied. */
bool sql_is_history_table(struct str table);

#endif
