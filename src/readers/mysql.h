/* mysql.h -- SQL files in MySQL's own language (inside readers only).
 *
 * In:     the text of a schema file: mysqldump's, mariadb-dump's, phpMyAdmin's, or DDL written by hand. What PostgreSQL's parser refuses there:
 *         `names`, AUTO_INCREMENT, ENGINE=InnoDB, keys among the columns, ALTER … MODIFY.
 * Out:    tables, columns, indexes and constraints. Types and defaults that both databases have are spelt as PostgreSQL does (INTEGER, NUMERIC(10, 2));
 *         MySQL's own as it does, in capitals (DATETIME(6), BIGINT UNSIGNED, ENUM('a', 'b')). TINYINT(1) is BOOLEAN, which is another
 *         word for it; other widths of display say nothing and are left out, and so are character sets, collations and comments.
 * Fails:  a statement that is not understood is in schema->unread.
 * Source: MySQL 8.0 manual §13.1 (data definition statements), §9 (language structure), §4.5.4 (mysqldump); MariaDB's CREATE TABLE.
 */
#ifndef HOOKCHECK_READERS_MYSQL_H
#define HOOKCHECK_READERS_MYSQL_H

#include "readers/sql_reader.h"

/* Does the text say something that only MySQL's language (or SQLite's, with its `names`) has? *ret_plain: the same text, byte for byte as long, for
 * sql_split.h: "#" comments, the marks of what only MySQL runs, and what DELIMITER lines enclose are blank; a backslash before a quote in a
 * string doubles the quote. */
bool mysql_is_written(struct arena *arena, struct str text, struct str *ret_plain);
/* One statement of such a text; behind the last one the indexes are marked that foreign keys bring along. */
void mysql_statement(struct sql_reader *r, struct str statement);
void mysql_finish(struct sql_reader *r);

/* --- Between its files. --- */

struct mysql_cursor {
    struct sql_reader *r;
    struct str text;
    size_t at;
};

/* The next token, which stays; taking it; a word of the language, in any case. */
struct str mysql_peek(const struct mysql_cursor *c);
struct str mysql_take(struct mysql_cursor *c);
bool mysql_word(struct mysql_cursor *c, const char *word);
bool mysql_is(const struct mysql_cursor *c, const char *word);
/* "(…)" with all it holds, without its brackets; STR_NONE: none is next. */
struct str mysql_brackets(struct mysql_cursor *c);
/* A name without its quotes, as it is written. */
struct str mysql_name(struct mysql_cursor *c);
/* `shop`.`users` */
struct str mysql_table_name(struct mysql_cursor *c);
/* The column that `c` stands before, its name first; keys that stand in it are the table's. False: it has no type. */
bool mysql_column(struct mysql_cursor *c, struct schema_table *table, struct str replaced);
/* `DEFAULT` was taken. */
struct str mysql_default(struct mysql_cursor *c, struct str type);
/* An expression with no more than one blank between its words, names without their quotes. */
struct str mysql_expression(struct arena *arena, struct str expression);
/* The condition of a CHECK, whose word is taken: the next brackets. */
struct str mysql_check(struct mysql_cursor *c);
/* `REFERENCES` was taken: "teams (id) ON DELETE CASCADE". Without columns, which SQLite allows, it means the primary key. */
struct str mysql_references(struct mysql_cursor *c, struct str table, struct str column);
/* PRIMARY KEY (…), KEY x (…), CONSTRAINT x FOREIGN KEY … False: it is none. */
bool mysql_constraint(struct mysql_cursor *c, struct schema_table *table);

#endif
