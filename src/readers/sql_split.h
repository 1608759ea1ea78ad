/* sql_split.h -- the statements of an SQL file, as psql would send them.
 *
 * In:     the text of a schema file: pg_dump's, or written by hand.
 * Out:    one statement a call, without its semicolon and what stands before its first word; the line it begins on.
 * Fails:  never: what is not closed ends with the text.
 * Source: PostgreSQL 15 manual §4.1 (lexical structure), psql (meta-commands, COPY … FROM stdin), CREATE FUNCTION (BEGIN ATOMIC).
 *
 * Left out: comments between statements, lines of psql's own commands ("\connect", "\restrict"), and the rows that follow COPY … FROM stdin.
 */
#ifndef HOOKCHECK_READERS_SQL_SPLIT_H
#define HOOKCHECK_READERS_SQL_SPLIT_H

#include "base/str.h"

struct sql_split {
    struct str text;
    size_t at, line;
};

struct sql_statement {
    struct str text;
    size_t line;
};

/* False at the end of the text. */
bool sql_split_next(struct sql_split *split, struct sql_statement *ret_statement);

/* The next token at or behind *at: a word, a quoted name or string with its quotes, or one byte; empty at the end. Comments are passed over. */
struct str sql_token(struct str text, size_t *at);
/* Does the text begin with these words, whatever stands between them? *at: behind them. */
bool sql_has_words(struct str text, size_t *at, const char *const *words);

#endif
