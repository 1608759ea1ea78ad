/* cover_match.h -- does one statement of SQL, or one call of a Python migration, make a change? (private to cover*.c and effect.c) */
#ifndef HOOKCHECK_MIGRATIONS_COVER_MATCH_H
#define HOOKCHECK_MIGRATIONS_COVER_MATCH_H

#include "migrations/cover.h"

struct cover_call {
    struct str receiver, name, arguments;
    struct strs literals; /* all in its arguments */
    struct str table;     /* of the batch around it */
    struct str schema;    /* of that batch, as a literal; empty: none, or computed */
};

/* "public.users" is "users". */
struct str cover_bare(struct str name);
bool cover_is_call(const struct cover_call *call, const char *name);
/* One of its literals is this name; none is the empty one. */
bool cover_names(const struct cover_call *call, struct str wanted);
/* The argument of this keyword, else the one at that place; empty: there is none. */
struct str cover_keyword_argument(const struct cover_call *call, const char *keyword, size_t index);
/* schema="archive": which; empty: none, or not a literal. */
struct str cover_schema(const struct cover_call *call);
/* It is one string and nothing else: what that says. */
bool cover_is_literal(struct str argument, struct str *ret_text);
/* All columns of an index or unique constraint are words of the text; of expressions nothing is asked. True for other changes. */
bool cover_has_parts(struct str text, const struct schema_change *change);
/* "VARCHAR(120)": the numbers of a type must be in what changes it. */
bool cover_has_numbers(struct str text, struct str type);
/* cover_python.c: the text with blanks where it goes back: downgrade(), and the functions that nothing else calls. */
struct str cover_forward(struct arena *arena, struct str text);
/* At the state_operations of this call: behind them, when all that its database is told can be read. Else `at`. */
size_t cover_skip_state(struct str text, const struct cover_call *call, size_t at);
/* cover_sql.c: SQL without comments. */
bool cover_statement(struct str statement, const struct schema_change *change);
/* cover_table.c: does it make the table of the column, with all of its columns in sight, and without that one? A statement of SQL, a Django's
 * CreateModel. */
bool cover_statement_lacks(struct str statement, const struct schema_change *change);
/* … and does its list of fields name the column? Its options may do so too. */
bool cover_model_says(const struct cover_call *call, struct str column);
bool cover_model_lacks(struct str path, const struct cover_call *call,
                       const struct schema_change *change);
/* A migration of Rails: are tables made there with nothing but what Rails itself gives? */
bool cover_ruby_is_plain(struct str text);
/* Is the `t` of its tables given to nobody else? */
bool cover_ruby_tables_are_plain(struct str text);
/* Is the column named, or what it refers to: author_id, author? */
bool cover_says_column(struct str text, struct str column);
/* cover_view.c: CREATE VIEW, DROP VIEW, where the model is one of that view. */
bool cover_view(struct str statement, const struct schema_change *change);
/* Alembic's. */
bool cover_call(const struct cover_call *call, const struct schema_change *change);
/* cover_django.c */
/* `path`: of the migration; those of one application do not touch the models of another. */
bool cover_django(struct str path, const struct cover_call *call,
                  const struct schema_change *change);
/* What cover_computed.c asks of a call of Alembic's: an argument by its place, its table, what alter_column alters of a column, whether its type is one that is
 * there already: ENUM("a", "b", name="kind", create_type=False), unless something calls its create(). */
struct str cover_argument(const struct cover_call *call, size_t index);
bool cover_is_table(const struct cover_call *call, const struct schema_change *change);
bool cover_alters_aspect(const struct cover_call *call, const struct schema_change *change);
bool cover_leaves_type(const struct cover_call *call);
/* cover_computed.c */
/* A table or column that the call names by a variable: of a loop, a constant, a function's parameter. */
bool cover_is_computed(const struct cover_call *call);
/* Such names, while `upgrade` holds those of the change. */
bool cover_computed(const struct cover_call *call, const struct schema_change *change,
                    struct str upgrade);

/* cover_gaps.c: SQL with a gap where the table stands, or the column ("ALTER TABLE {} ADD COLUMN age int"), while `upgrade` holds its name. */
bool cover_is_gapped(struct str statement);
/* The same in a DO block: EXECUTE format('ALTER TABLE %I …', name), EXECUTE 'ALTER TABLE ' || name || '…' */
bool cover_is_executed(struct str statement);
bool cover_gapped(struct arena *arena, struct str statement, const struct schema_change *change,
                  struct str upgrade);

/* --- cover_words.c --- */
/* Without the body of what goes back, `function down() { … }`. */
struct str cover_words_forward(struct arena *arena, struct str text);
/* The column stands there only in what drops it: dropColumn('age'), removeColumn('age'). */
bool cover_words_only_drop(struct str text, struct str column);

/* --- cover_table.c: what op.create_table says of one column. --- */
/* What makes a column makes no index of it by that: the column must say so, or a constraint that names it. */
bool cover_makes_index(const struct cover_call *call, const struct schema_change *change);
/* Neither does a field of Django's, unless it is unique, a key, indexed. */
bool cover_makes_field_index(const struct cover_call *call, struct str column, bool unique);
/* Does it say the column, and not only in a key, an index or a check of others? */
bool cover_table_says(const struct cover_call *call, struct str column);
bool cover_table_lacks(const struct cover_call *call, const struct schema_change *change);

#endif
