/* steps.h -- what a migration does to tables, columns, indexes and types, as far as its source says it.
 *
 * In:    an Alembic revision (its upgrade()), a Django migration (its operations), a Rails migration, TypeORM's and Ecto's (up, change), those of
 *        JavaScript's builders, or SQL.
 * Out:   steps in the order of the source. What is computed when it runs gives no step, but for columns of TypeORM, Ecto and the builders:
 *        there `computed` says where their names may come from.
 * Fails: never. Limits: STEPS_ENTERED_MAX, and those of the readers' own on functions, loops and blocks in each other; what lies behind one gives no step,
 *        so that a change that it makes counts as not made.
 * Source: Alembic operations (op.*, batch_op.*), Django 3.2–5.2 migrations.operations, Rails 5.0–8.0 ActiveRecord::Migration,
 *         TypeORM 0.3 QueryRunner, Ecto.Migration 3.12,
 *         PostgreSQL's ALTER TABLE.
 */
#ifndef HOOKCHECK_READERS_STEPS_H
#define HOOKCHECK_READERS_STEPS_H

#include "readers/python_tree.h"
#include "schema/schema.h"

enum step_kind {
    STEP_ADD_COLUMN = 0,
    STEP_DROP_COLUMN,
    STEP_ALTER_COLUMN,
    STEP_ADD_TABLE,
    STEP_DROP_TABLE,
    STEP_ADD_INDEX, /* and constraints */
    STEP_DROP_INDEX,
    STEP_ADD_TYPE,
    STEP_DROP_TYPE,
    STEP_ADD_VALUE,
    STEP_ALTER_TYPE, /* a domain, or what a composite type is made of */
    STEP_TABLE_NAME, /* Django: from here on the table of `table` is `name` in the database */
    STEP_RENAME_MODEL, /* Django: what many-to-many tables call after the model `column` is called after `value` now */
    STEP_RENAME_SCHEMA, /* what was in the schema `was` is in the schema `name` */
    STEP_KEY, /* an index, a constraint or a key beside the step that makes it: `makes`, over `parts` */
};

/* What a STEP_KEY makes. */
enum step_makes {
    STEP_MAKES_ANY = 0,
    STEP_MAKES_INDEX,
    STEP_MAKES_UNIQUE,
    STEP_MAKES_PRIMARY,
    STEP_MAKES_FOREIGN,
    STEP_MAKES_CHECK,
};

/* Is an index that a STEP_KEY makes a partial one? */
enum step_partial { STEP_PARTIAL_UNKNOWN = 0, STEP_PARTIAL_NO, STEP_PARTIAL_YES };

/* Is a column that is made computed from others: GENERATED ALWAYS AS (…)? */
enum step_generated { STEP_GENERATED_UNKNOWN = 0, STEP_GENERATED_NO, STEP_GENERATED_YES };

/* Which key a STEP_ALTER_COLUMN with `key` makes. */
enum step_key { STEP_KEY_ANY = 0, STEP_KEY_FOREIGN, STEP_KEY_UNIQUE, STEP_KEY_PRIMARY };

/* Functions and methods that one migration is followed into: those that call each other would have no end. */
#define STEPS_ENTERED_MAX 1000u

struct step {
    enum step_kind kind;
    struct str table, column;
    struct str name;  /* index, type */
    struct str value; /* label of a type */
    bool labels_told; /* STEP_ADD_TYPE: each label of it has its STEP_ADD_VALUE behind it */
    bool type, null, default_value, key; /* STEP_ALTER_COLUMN: what it changes */
    enum step_key which;                 /* with `key` */
    bool gone;                           /* with `key`: it takes that key away */
    struct str target; /* with `key`: the table that a foreign one refers to; empty: not known */
    /* STEP_KEY_FOREIGN, STEP_MAKES_FOREIGN: "SET NULL", "NO ACTION"; empty: not known */
    struct str deletes, updates;
    bool null_known, nullable; /* with `null`: what it becomes */
    bool unique_known, unique; /* with `key` of a field of Django's: is it unique from there on? */
    bool of_meta; /* Django: a STEP_DROP_INDEX of what Meta or a type brought, no key of a field */
    /* STEP_ADD_COLUMN of Alembic's: `becomes`, `null_known`, `nullable` and `default_value` are what it is made as; SQL's has `sql_type`. */
    struct str type_name;       /* with `type`: what it becomes; empty: not known */
    struct str mysql_type_name; /* with `type_name`: what it becomes if the database is MySQL's */
    struct str
        becomes; /* the same as Python's migrations say it: it is held against older migrations alone */
    struct str sql_type; /* SQL: the first word of the type that a column becomes or is added as */
    /* MySQL's MODIFY and CHANGE, token by token: all that the column is from here on. What it does not say is gone; empty: none of these. */
    struct str restated;
    /* SQL's STEP_ADD_TABLE, and SQL's and Rails' STEP_ADD_INDEX of a check without a name, with `checks_told`: what the checks say, one a line, token by token. */
    struct str checks;
    bool checks_told;
    /* STEP_KEY: of which columns, a field of Django's by its name; "" is an expression. Not `parts_told`: it may be any of the table. Of a STEP_ADD_INDEX
     * without a name the same, as far as its reader says it. */
    enum step_makes makes;
    struct strs parts;
    bool parts_told;
    enum step_partial partial;
    /* STEP_ADD_TABLE, STEP_ADD_COLUMN: each key that is made with it has its STEP_KEY. */
    bool keys_told;
    /* STEP_ADD_TABLE: columns come out of a query, a list or another table, and each that does has its step, or is one of `like`. */
    bool spread;
    struct str like;
    /* STEP_ADD_COLUMN, and STEP_ALTER_COLUMN with `type`: the type as the models' readers would spell it; empty: not known. */
    struct str made_type;
    enum step_generated generated; /* STEP_ADD_COLUMN */
    struct str computed; /* of columns: any word of it may be the table or column that is empty */
    /* Alembic: a table that the models make as they are when it runs; an empty `table`: each that they have. */
    bool of_models;
    bool field;  /* Django: `column` is a field's name */
    bool family; /* Django: the tables of its many-to-many fields, TABLE_FIELD, go with it */
    bool
        together; /* Django: of unique_together, index_together: a STEP_KEY, and a STEP_DROP_INDEX of all that the table had so far */
    bool many;    /* Django: STEP_ADD_TABLE of a many-to-many field */
    /* Django: the field that has this column, or this table of its own; empty: none. */
    struct str member;
    bool refers;      /* it is a key: its column is FIELD_id where nothing else is said */
    struct str owner; /* with a table: that of the model */
    /* What field, SQL's column, table or label was called until now, as far as it is written. */
    struct str was;
};
VEC_DEFINE(steps, struct step);

void steps_of_alembic(struct arena *arena, struct python_tree *tree, struct python_file *file,
                      struct steps *steps);
/* `app`: the label of the application that the migration belongs to. */
void steps_of_django(struct arena *arena, struct python_tree *tree, struct python_file *file,
                     struct str app, struct steps *steps);
/* `change` and `up`; of what goes back `down` and `dir.down` do not count, and `revert` the other way round. `files`: in which `path` stands, for SQL that
 * is read from there; NULL: they are not at hand. True: each column that it adds has its step. */
bool steps_of_rails(struct arena *arena, const struct source_files *files, struct str path,
                    struct str source, struct steps *steps);
struct script_tree;
struct script_file;
/* Its QueryRunner calls, and the SQL of query("…"). */
void steps_of_typeorm(struct arena *arena, struct script_tree *tree, struct script_file *file,
                      struct steps *steps);
/* What the reader of a migration knows of the gaps of its templates. */
struct steps_fill {
    void *context;
    struct str (*text)(void *context, TSNode expression); /* empty: it is computed */
    struct str words;                                     /* in which a computed name may stand */
};
/* `node`: a text of SQL, or a template with gaps: steps with `computed` where a gap is the table or column. `fill`: NULL: nothing is known of them, and
 * names may stand in the file. */
struct script_scope;
void steps_of_query(struct arena *arena, struct script_tree *tree, const struct script_scope *scope,
                    TSNode node, const struct steps_fill *fill, struct steps *steps);
/* Knex, Kysely, Sequelize, node-pg-migrate, MikroORM: does a text look like a migration of theirs? */
bool steps_has_builder(struct str text);
/* What does not go back; nothing of other files. */
void steps_of_builders(struct arena *arena, struct script_tree *tree, struct script_file *file,
                       struct steps *steps);
struct elixir_tree;
struct elixir_file;
void steps_of_ecto(struct arena *arena, struct elixir_tree *tree, struct elixir_file *file,
                   struct steps *steps);
void steps_of_sql(struct arena *arena, struct str text, struct steps *steps);
/* A text in which STEPS_GAP stands for what is computed: steps with `computed`, which is `source`, where that is the table or column. */
#define STEPS_GAP STR("hookcheck_gap")
void steps_of_gapped_sql(struct arena *arena, struct str text, struct str source,
                         struct steps *steps);
/* A file of SQL that holds both ways ("-- migrate:down", "-- +goose Down"): without what goes back, line by line. */
struct str sql_forward(struct arena *arena, struct str text);

/* What the type of a field class of Django's begins with: "CharField" is VARCHAR; empty: not known. */
struct str steps_django_type(struct str kind);
/* Its max_length where none is written; empty: it has none, or there must be one. */
struct str steps_django_length(struct str kind);

#endif
