/* steps_sql.h -- the tokens of SQL and what they say of keys, types and tables of others (inside steps_sql*.c).
 *
 * In:    SQL of any database, a migration's.
 * Out:   tokens without comments; what stands at one of them.
 * Fails: never; behind the last token stands a `;`.
 */
#ifndef HOOKCHECK_READERS_STEPS_SQL_H
#define HOOKCHECK_READERS_STEPS_SQL_H

#include "readers/steps.h"

struct token {
    struct str text; /* identifiers without their quotes */
    char
        kind; /* 'w' word, 'q' quoted identifier, 's' string, '$' what $$ … $$ encloses, or the byte itself */
};

struct tokens {
    struct arena *arena;
    VEC(struct token) all;
    size_t at;
    size_t blocks; /* DO $$ … $$ around this text */
};

/* --- steps_tokens.c --- */
void tokens_split(struct tokens *t, struct str text);
struct token tokens_at(const struct tokens *t, size_t at);
struct token tokens_peek(const struct tokens *t);
struct token tokens_ahead(const struct tokens *t, size_t by);
bool tokens_take(struct tokens *t, const char *word);
void tokens_if_exists(struct tokens *t);
/* Unquoted names are folded to lower case; "public." is dropped. */
struct str tokens_name(struct tokens *t);
/* To the next `,` or closing bracket of this level, or the statement's end. */
void tokens_skip_item(struct tokens *t);
bool token_is(struct token token, const char *word);
struct str token_name(const struct tokens *t, struct token token);

/* --- steps_sql_keys.c; nothing is taken --- */
/* (a, b DESC, lower(c)): `at` is the opening bracket. */
void sql_key_parts(const struct tokens *t, size_t at, struct step *step);
/* [CONSTRAINT name] UNIQUE (a, b), KEY name (a), FOREIGN KEY (a) …: false where it is none of these. */
bool sql_key(const struct tokens *t, size_t at, struct step *step);
/* "SET NULL" of ON DELETE SET NULL in the definition that goes on at `at`; "NO ACTION" where it says none. */
struct str sql_rule(const struct tokens *t, size_t at, const char *event);
/* "users" of REFERENCES users (id) in the definition that goes on at `at`; empty: it says none. */
struct str sql_target(const struct tokens *t, size_t at);
/* What comes with a column: its tokens from `start` to where `t` stands. */
void sql_column_keys(struct tokens *t, const struct step *column, size_t start,
                     struct steps *steps);
/* "varchar(50)" of character varying ( 50 ) NOT NULL; empty: not one of the usual types. */
struct str sql_type_written(const struct tokens *t, size_t at);

/* Behind ALTER INDEX; this is taken. */
void sql_alter_index(struct tokens *t, struct steps *steps);

/* --- steps_sql_others.c --- */
/* Behind the name of a table that is made, the step `at`: AS SELECT …, LIKE other. */
void sql_table_of_others(struct tokens *t, size_t at, struct steps *steps);

/* --- steps_sql_types.c: behind the words CREATE TYPE, ALTER TYPE; and what SET SCHEMA makes of a name --- */
struct str sql_in_schema(struct tokens *t, struct str schema, struct str name);
void sql_create_type(struct tokens *t, struct steps *steps);
void sql_alter_type(struct tokens *t, struct steps *steps);

#endif
