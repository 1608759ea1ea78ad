/* steps_python.h -- what the readers of Alembic's and Django's migrations share (inside readers only). */
#ifndef HOOKCHECK_READERS_STEPS_PYTHON_H
#define HOOKCHECK_READERS_STEPS_PYTHON_H

#include "base/buf.h"
#include "readers/python_tree.h"
#include "readers/steps.h"

#define STEPS_NAMES_MAX                                                                            \
    16u /* of a loop, or of a function's parameters; those behind stay unknown */

/* An operation under another name. */
struct steps_alias {
    TSNode call;
    struct str name; /* of the operation; empty: the call says it itself */
    TSNode given;    /* the call of partial() whose arguments come first; null: none */
};

struct steps_local {
    struct python_bound bound;
    struct buf text; /* what += has made of it so far */
};

struct steps_reader {
    struct arena *arena;
    struct python_tree *tree;
    struct python_scope scope;
    struct str app; /* Django */
    struct steps *steps;
    size_t calls, entered;            /* functions entered: now, and so far */
    VEC(struct steps_local *) locals; /* names that the body has set to texts */
    const struct python_file *looked; /* Alembic: the file that was looked into last */
    bool batches, creates_all;        /* it says batch_alter_table; it creates any Table(…) */
    TSNode class_body;                /* Django: of the Migration */
    TSNode code;                      /* Django: the body of a RunPython's function */
    struct str making;        /* Alembic: the table whose columns a list or a comprehension makes */
    struct steps_alias alias; /* Alembic */
    bool creates; /* upgrade() calls .create() or .create_all(): Table(…) with columns makes one */
};

/* The string that it is; empty: none that can be known. */
struct str steps_text(struct steps_reader *r, TSNode node);
/* An argument by its keyword, or else its place. */
TSNode steps_word(struct steps_reader *r, TSNode call, const char *keyword, size_t index);
/* unique=True; what is computed may be. */
bool steps_is_set(struct steps_reader *r, TSNode call, const char *keyword);
TSNode steps_keyword(struct steps_reader *r, TSNode call, const char *keyword);
TSNode steps_positional(struct steps_reader *r, TSNode call, size_t index);
/* All of them, for who goes through them: each that is asked for by its number is counted from the first. */
struct python_nodes steps_positionals(struct steps_reader *r, TSNode call);
/* steps_alias.c: from here on the call's name and arguments are those of the operation that it is under another name. */
void steps_alias_enter(struct steps_reader *r, TSNode call);
void steps_push(struct steps_reader *r, struct step step);
/* "create_table" of op.create_table(…). */
struct str steps_called(struct steps_reader *r, TSNode call);
/* The steps of a text of SQL, or of what text(…) is given. */
void steps_sql_argument(struct steps_reader *r, TSNode node);

typedef void steps_visit(struct steps_reader *r, TSNode call);
/* Each call below the node, those of a loop over names that can be read once a round. */
void steps_each_call(struct steps_reader *r, TSNode node, steps_visit *visit, size_t depth);

/* steps_django.c: "shop_product", and what a column becomes as far as a field of Django's own (models.CharField) says it. */
struct str steps_django_table(struct steps_reader *r, struct str app, struct str model);
void steps_django_becomes(struct steps_reader *r, TSNode field, struct step *step);
/* steps_django_code.c: RunPython(add_columns, …); `class_body`: where its function may stand too. */
void steps_of_run_python(struct steps_reader *r, TSNode call, TSNode class_body);

/* The same of [TABLES[name] for name in ("a", "b")], for what each round makes. False: the list cannot be read. */
bool steps_each_made(struct steps_reader *r, TSNode comprehension, steps_visit *visit);

/* steps_alembic_keys.c: of what stands among the columns of create_table (false: it may be any column or key), of a column, of an operation. */
bool steps_alembic_table_key(struct steps_reader *r, struct str table, TSNode made);
void steps_alembic_column_keys(struct steps_reader *r, const struct step *step, TSNode column);
void steps_alembic_operation_key(struct steps_reader *r, TSNode call, struct str table,
                                 size_t shift);
void steps_alembic_index(struct steps_reader *r, TSNode call);
/* steps_alembic_types.c: of sa.Enum("a", "b", name="kind"), as far as it makes a type; of what stands before .create(). */
void steps_alembic_type(struct steps_reader *r, TSNode call);
void steps_alembic_created(struct steps_reader *r, TSNode created);
/* ondelete, onupdate of a foreign key. */
void steps_alembic_rules(struct steps_reader *r, TSNode call, struct step *key);

#endif
