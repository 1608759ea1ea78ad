/* schema.h -- the relational model: tables, columns, enumerated types, indexes; and what changed between two of them.
 *
 * In:    what the readers of model source and of SQL found. Types are in PostgreSQL's upper-case spelling ("VARCHAR(50)", "TIMESTAMP WITH TIME
 *        ZONE"), names of enumerated types as they are; an empty type was not readable.
 * Out:   changes, one a line, sorted bytewise by their line.
 * Fails: never; what could not be read is listed beside the tables.
 */
#ifndef HOOKCHECK_SCHEMA_SCHEMA_H
#define HOOKCHECK_SCHEMA_SCHEMA_H

#include "base/buf.h"
#include "base/vec.h"

struct schema_place {
    struct str file; /* from the work tree's root */
    size_t line;
};

struct schema_column {
    struct str name;
    struct str type;
    struct str
        default_value; /* the database's own, as an SQL expression, or "GENERATED …"; empty: none */
    struct str references; /* "users (id)", "users (id) ON DELETE CASCADE"; empty: none */
    bool nullable, primary_key, unique;
    struct str
        unique_name;     /* what a naming convention calls that constraint; empty: there is none */
    bool unread_default; /* there is one, and it cannot be read */
    bool
        made_up; /* the default is the tool's own way to make up values: no line says that one became another */
    bool
        any_precision; /* the type names none, and the tool takes it for that of any other column */
    bool unread;       /* only its name is known: it is compared with nothing */
    bool named;        /* with `unread`: the name is sure, so it is sure that the column is there */
    struct schema_place place;
};
VEC_DEFINE(schema_columns, struct schema_column);

enum schema_index_kind {
    SCHEMA_INDEX = 0,
    SCHEMA_UNIQUE_INDEX,
    SCHEMA_UNIQUE,      /* constraint over several columns */
    SCHEMA_CHECK,       /* the expression is its only part */
    SCHEMA_FOREIGN_KEY, /* over several columns */
    SCHEMA_EXCLUDE,
};

struct schema_index {
    enum schema_index_kind kind;
    struct str name;
    struct strs parts;     /* columns and expressions */
    struct str condition;  /* partial index; empty: none */
    struct str references; /* foreign keys: "orders (id, line)" */
    struct str method;     /* "gin"; empty: btree */
    struct str extra;      /* "INCLUDE (a)", "NULLS NOT DISTINCT", "DEFERRABLE" */
    struct str of_column;  /* it stands in that column's definition, and comes and goes with it */
    bool
        of_type; /* it belongs to that column's type, an index to its key too: a line for that says it too */
    bool implied;   /* MySQL makes it with a foreign key: the other schema need not have it */
    bool as_unique; /* a constraint that UNIQUE in the definition of its one column makes too */
    struct schema_place place;
};
VEC_DEFINE(schema_indexes, struct schema_index);

struct schema_table {
    struct str name; /* "schema.table" when the model names a schema */
    struct schema_columns columns;
    struct schema_indexes indexes;
    struct str
        partition_of; /* its columns are those of this table, whether they stand here or not; empty: it is none */
    struct strs parents; /* INHERITS: the columns of these tables are its own too */
    bool partial;        /* it may have columns that could not be read */
    bool domain;         /* of `made_types`: its one column is what the domain is made of */
    struct schema_place place;
};
VEC_DEFINE(schema_tables, struct schema_table);

struct schema_type {
    struct str name;
    struct strs labels;
    bool unread; /* it is there, and its labels cannot be read */
    struct schema_place place;
};
VEC_DEFINE(schema_types, struct schema_type);

struct schema_domain {
    struct str name, type;
};
VEC_DEFINE(schema_domains, struct schema_domain);

struct schema_unread {
    struct schema_place place;
    struct str what;   /* "the type of users.payload" */
    struct str source; /* its text: two readings with the same text are the same */
};
VEC_DEFINE(schema_unreads, struct schema_unread);

#define SCHEMA_TWICE_MAX 256u

struct schema_twice { /* two files describe one table */
    struct str one, other;
};
VEC_DEFINE(schema_twices, struct schema_twice);

struct schema {
    struct schema_tables tables;
    struct schema_twices twice; /* at most SCHEMA_TWICE_MAX */
    struct schema_types types;
    struct schema_domains domains; /* what they are made of */
    struct schema_tables
        made_types; /* domains with their checks, composite types with their attributes: only what changes in one is told */
    struct schema_unreads unread;
};

struct schema_table *schema_table_named(const struct schema *schema, struct str name);
struct schema_column *schema_column_named(const struct schema_table *table, struct str name);
/* The same, or one of the tables whose columns it has. */
const struct schema_column *schema_column_of(const struct schema *schema,
                                             const struct schema_table *table, struct str name);
struct schema_type *schema_type_named(const struct schema *schema, struct str name);
const struct schema_domain *schema_domain_named(const struct schema *schema, struct str name);
/* The one that is there, or a new one with this name. */
struct schema_table *schema_table_add(struct arena *arena, struct schema *schema, struct str name,
                                      struct schema_place place);
/* A column of that name is replaced: subclasses say the last word. */
void schema_column_put(struct arena *arena, struct schema_table *table,
                       struct schema_column column);
/* How PostgreSQL writes that a constraint may be checked later: " DEFERRABLE INITIALLY DEFERRED"; empty: at once. */
const char *schema_deferral(bool deferrable, bool initially_deferred);
/* Those words at the end of what an index says of itself. */
void schema_index_defer(struct arena *arena, struct schema_index *index, const char *deferral);
/* What a package's class brings stands in no file of the tree: its place is the table's. */
void schema_table_place(struct schema_table *table);
void schema_unread_add(struct arena *arena, struct schema *schema, struct schema_place place,
                       struct str what, struct str source);

enum schema_change_kind { SCHEMA_ADD = 0, SCHEMA_DROP, SCHEMA_CHANGE };
enum schema_object {
    SCHEMA_OBJECT_COLUMN = 0,
    SCHEMA_OBJECT_TABLE,
    SCHEMA_OBJECT_INDEX, /* and constraints over several columns */
    SCHEMA_OBJECT_TYPE,
};

/* Which of a column's facts changed; several changes of one column are several entries. */
enum schema_aspect { ASPECT_NONE = 0, ASPECT_TYPE, ASPECT_NULL, ASPECT_DEFAULT, ASPECT_KEY };

struct schema_change {
    enum schema_change_kind kind;
    enum schema_object object;
    enum schema_aspect aspect;
    struct str table; /* of columns, tables and indexes */
    bool
        usual_schema; /* tables of one name in different schemas are different ones, and one without is that of the usual schema */
    struct str column;            /* of columns; of an index its first part */
    enum schema_index_kind index; /* of indexes */
    struct strs parts;            /* of indexes: all columns and expressions */
    bool beside;                  /* of an added index: there was another one over these parts */
    struct str name;              /* of indexes and types */
    struct str value;             /* of a type: the label that was added */
    struct schema_column after;   /* columns; the dropped one when dropped */
    struct str referred;          /* of a column that changes: what it referred to before */
    const struct schema_table *whole; /* of a table; of a column or an index, the table around it */
    struct schema_types types;        /* of a table or a type that is added: all of its schema */
    struct schema_place place;        /* in the newer source; where it stood before when dropped */
    struct str line;                  /* "ADD users.email_issue_type VARCHAR(50)" */
};
VEC_DEFINE(schema_changes, struct schema_change);

struct schema_difference {
    struct schema_changes changes;
    struct schema_unreads unread; /* what only one of the two sources says, and cannot be read */
    struct schema_changes
        unsure; /* columns that come or go, and of which nothing but the name can be read: in none of `changes` */
};

void schema_compare(struct arena *arena, const struct schema *before, const struct schema *after,
                    struct schema_difference *ret_difference);
/* The same type to the database. */
bool schema_same_type(struct arena *arena, struct str a, struct str b);
/* A string constant (PostgreSQL's documentation, 4.1.2.1): 'it''s' */
struct str schema_quoted(struct arena *arena, struct str text);
/* What PostgreSQL writes of an array of these texts: {a,"b c"} */
struct str schema_array(struct arena *arena, const struct strs *items);
/* The columns of a table that was added, each as an addition of its own; those that cannot be read are left out. */
void schema_added_columns(struct arena *arena, const struct schema_change *table,
                          struct schema_changes *ret_columns);
/* What comes with a table or a column that was added: its foreign keys, unique constraints and indexes, those of a table also its checks, as changes of
 * what is there. */
void schema_added_keys(struct arena *arena, const struct schema_change *added,
                       struct schema_changes *ret_keys);
/* The enumerated types of a table's columns, each as an addition of its own; each label of a type that was added, as one of a type that is there. */
void schema_added_types(struct arena *arena, const struct schema_change *table,
                        struct schema_changes *ret_types);
void schema_added_labels(struct arena *arena, const struct schema_change *type,
                         struct schema_changes *ret_labels);
/* A column that was made as `type`, which is another one than the models say. */
struct schema_change schema_made_as(struct arena *arena, const struct schema_table *table,
                                    const struct schema_column *column, struct str type);
/* Is it GENERATED ALWAYS AS (…), no identity? */
bool schema_is_computed(const struct schema_column *column);
/* A column that is computed from others and was made plain, or the other way round. */
struct schema_change schema_made_plain(struct arena *arena, const struct schema_table *table,
                                       const struct schema_column *column);
/* What another pair of sources says. A line that several say stands there for each: they may be of different databases, with migrations of their own. */
void schema_difference_add(struct arena *arena, struct schema_difference *difference,
                           const struct schema_difference *more);
/* {"changes":[…]}, and "unread" when there is something; no line feed. */
void schema_difference_json(struct buf *buf, const struct schema_difference *difference);

#endif
