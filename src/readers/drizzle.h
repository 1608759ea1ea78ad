/* drizzle.h -- Drizzle's tables, read without running them (inside readers only, but for drizzle_read).
 *
 * In:    TypeScript and JavaScript files with pgTable (also sqliteTable, mysqlTable), pgSchema, pgEnum; drizzle.config files, for "casing".
 * Out:   tables, columns, indexes, constraints, enumerated types as `drizzle-kit generate` makes them of what the files export.
 * Fails: never; what cannot be read is in schema->unread, with file and line.
 * Source: drizzle-orm 0.45: pg-core (columns, indexes, unique-constraint, primary-keys, foreign-keys, checks), casing.js; drizzle-kit 0.31.
 *
 * $default, $defaultFn, $onUpdate, $type work in the application: they change nothing here.
 */
#ifndef HOOKCHECK_READERS_DRIZZLE_H
#define HOOKCHECK_READERS_DRIZZLE_H

#include "readers/typescript.h"
#include "schema/schema.h"

#define DRIZZLE_METHODS_MAX 24u

enum drizzle_casing { CASING_NONE = 0, CASING_SNAKE, CASING_CAMEL };

struct drizzle_column_name { /* users.createdAt is "created_at" */
    struct str key, name;
    struct str
        written; /* the name that stands in the source, else the key: unique constraints are called after it, whatever the casing */
};

struct drizzle_table {
    struct script_file *file;
    TSNode value; /* what is exported: pgTable(…), or the call of a function that makes it */
    TSNode call;  /* pgTable(…) */
    struct script_scope scope; /* of it */
    struct str name;           /* with its schema */
    struct str bare;           /* without */
    struct str core;           /* the module that makes it: "drizzle-orm/pg-core" */
    struct script_scope columns_scope;
    struct script_properties columns;
    VEC(struct drizzle_column_name) names;
    bool whole; /* no spread of columns was lost */
    struct schema_place place;
};
VEC_DEFINE(drizzle_tables, struct drizzle_table *);

/* A chain of calls: text("name").notNull().default("x"). */
struct drizzle_chain {
    struct str base;           /* "text", "index"; "" when the base is a type of the tree */
    bool mysql, sqlite;        /* it is mysql-core's, sqlite-core's */
    struct script_scope scope; /* of the base's arguments */
    TSNode call;               /* the base */
    struct script_thing
        custom; /* what a base of the tree is: the call of pgEnum(…) or customType(…) */
    struct script_scope custom_scope; /* where that stands */
    struct {
        struct str name;
        struct script_scope scope;
        TSNode call;
    } methods[DRIZZLE_METHODS_MAX]; /* in the order in which they are called */
    size_t count;
};

struct drizzle_setting { /* a settings file that says a casing */
    struct str project;
    bool of_project;
    enum drizzle_casing casing;
};

struct drizzle_reader {
    struct arena *arena;
    struct script_tree *tree;
    struct schema *schema;
    struct drizzle_tables tables;
    const struct strs *settings;
    VEC(struct drizzle_setting) casings;
};

void drizzle_read(struct arena *arena, struct script_tree *tree, const struct strs *paths,
                  const struct strs *settings, struct schema *schema);

/* --- Parts. --- */
/* "pgTable" of "drizzle-orm/pg-core:pgTable"; empty when it is nothing of Drizzle's. */
struct str drizzle_word(struct str dotted);
/* False when the chain's beginning is nothing of Drizzle's. */
bool drizzle_chain(struct drizzle_reader *r, struct script_scope scope, TSNode expression,
                   struct drizzle_chain *ret_chain);
/* The table an expression stands for; NULL: none. */
struct drizzle_table *drizzle_table_of(struct drizzle_reader *r, struct script_scope scope,
                                       TSNode expression);
struct str drizzle_column_named(const struct drizzle_table *table, struct str key);
/* The schema that pgSchema("x") gives; false when the expression is none. */
bool drizzle_schema_of(struct drizzle_reader *r, struct script_scope scope, TSNode expression,
                       struct str *ret_schema);
/* The name of the enumerated type of pgEnum(…) or schema.enum(…); empty: it is none. */
struct str drizzle_enum(struct drizzle_reader *r, struct script_thing call);

/* drizzle_casing.c: "createdAt" as the settings have it: "created_at". */
struct str drizzle_cased(const struct drizzle_reader *r, enum drizzle_casing casing,
                         struct str key);
void drizzle_read_casings(struct drizzle_reader *r);
/* For the tables of a file. What a project sets, the directory of a drizzle.config, is of its tables alone; those that lie in none are
 * anybody's. */
enum drizzle_casing drizzle_casing_of(const struct drizzle_reader *r, struct str path);

/* drizzle_package.c: one of a package's own; NULL: it is none that is known. */
struct drizzle_table *drizzle_package_table(struct drizzle_reader *r, struct str dotted);

/* drizzle_column.c */
/* " ON DELETE CASCADE" of onDelete: "cascade"; empty: what PostgreSQL does anyway. */
struct str drizzle_actions(struct drizzle_reader *r, struct str on_delete, struct str on_update);
void drizzle_read_columns(struct drizzle_reader *r, struct drizzle_table *table);
/* A function where it stands, which may have a name or be what a function of the tree's own was given; anything else as it is. */
TSNode drizzle_function(struct drizzle_reader *r, struct script_scope *scope, TSNode expression);

/* drizzle_constraint.c */
/* A unique constraint over one column: the column's own, unless it has another name than Drizzle gives it (empty), or says more. */
void drizzle_add_unique(struct drizzle_reader *r, const struct drizzle_table *table,
                        struct schema_column *column, struct str name, bool nulls_not_distinct);
/* drizzle_extra.c: all that stand behind the columns of a table. */
void drizzle_read_constraints(struct drizzle_reader *r, struct drizzle_table *table);
void drizzle_read_constraint(struct drizzle_reader *r, struct drizzle_table *table,
                             struct script_scope scope, TSNode item);
/* Text of sql`…`, columns by their names. `own`: the table of the callback's parameter. False: it cannot be read. */
bool drizzle_sql(struct drizzle_reader *r, struct script_scope scope, struct drizzle_table *own,
                 TSNode expression, struct str *ret_text);
/* A condition of where(…): sql`…`, or isNull(t.a), eq(t.a, 1), and(…). False: it cannot be read. */
bool drizzle_condition(struct drizzle_reader *r, struct script_scope scope,
                       struct drizzle_table *own, TSNode expression, struct str *ret_text);
/* t.email, users.email: table and column. */
bool drizzle_column_of(struct drizzle_reader *r, struct script_scope scope,
                       struct drizzle_table *own, TSNode expression,
                       struct drizzle_table **ret_table, struct str *ret_name);

#endif
