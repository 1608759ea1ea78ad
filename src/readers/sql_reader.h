/* sql_reader.h -- the parts of sql_schema.h's reader (inside readers only). */
#ifndef HOOKCHECK_READERS_SQL_READER_H
#define HOOKCHECK_READERS_SQL_READER_H

#include "readers/sql_schema.h"
#include "readers/sql_split.h"
#include "readers/sql_tree.h"

/* A constraint of one column: the table knows what it does, this list what it is called. */
enum sql_constraint { SQL_PRIMARY, SQL_UNIQUE, SQL_FOREIGN };
struct sql_named {
    enum sql_constraint kind;
    struct str table, name;
    struct strs columns;
};

/* REFERENCES users, without the column: known when every table is. */
struct sql_pending {
    struct str table, column, target, actions;
};

struct sql_partition {
    struct str table, of;
};

/* A constraint of the CREATE TABLE that is being read, over the same columns as one before it. */
struct sql_merged {
    const PgQuery__Constraint *node;
    char *name; /* NULL: it makes nothing; else what the first of them is called by the other */
};

struct sql_reader {
    struct arena *arena;
    const struct source_files *files;
    const struct strs *paths;
    struct schema *schema;
    struct str search_path; /* where names without a schema belong; empty: public */
    struct schema_place place;
    struct str statement;
    VEC(struct sql_named) named;
    VEC(struct sql_pending) pending;
    VEC(struct sql_partition) partitions;
    VEC(struct sql_merged) merged;
    struct strs others; /* views, whose indexes are no table's */
    size_t depth;       /* of DO blocks */
};

/* --- Names. --- */
struct str sql_table_name(struct sql_reader *r, const PgQuery__RangeVar *range);
/* The last words of a list of String nodes, with their schema. */
struct str sql_list_name(struct sql_reader *r, PgQuery__Node *const *items, size_t count);
struct str sql_text(struct sql_reader *r, const char *text);
void sql_names(struct sql_reader *r, PgQuery__Node *const *items, size_t count, struct strs *names);

bool sql_is_taken(const struct sql_reader *r, struct str name);
/* sql_made_up_name(), with a number when it is taken. */
struct str sql_free_name(struct sql_reader *r, struct str table, const struct strs *columns,
                         const char *label);
/* What a name that is made up calls this part of an index, unlike all before it. */
void sql_element_name(struct sql_reader *r, const PgQuery__IndexElem *element, struct strs *names);

/* --- sql_merge.c --- */
/* Which keys and UNIQUEs of the statement make one index: in r->merged, until the next one. */
void sql_merge_keys(struct sql_reader *r, const PgQuery__CreateStmt *create);
/* Does the constraint of that node make nothing? Else it may get the name of another. */
bool sql_is_merged(const struct sql_reader *r, PgQuery__Constraint *constraint,
                   const PgQuery__Constraint *node);

/* --- sql_names.c --- */
/* Does a name need no quotes, whatever its place? */
bool sql_is_plain_name(struct str name);

/* --- sql_types.c --- */
void sql_enum(struct sql_reader *r, const PgQuery__CreateEnumStmt *create);
void sql_alter_enum(struct sql_reader *r, const PgQuery__AlterEnumStmt *alter);
void sql_domain(struct sql_reader *r, const PgQuery__CreateDomainStmt *create);
void sql_alter_domain(struct sql_reader *r, const PgQuery__AlterDomainStmt *alter);
void sql_composite(struct sql_reader *r, const PgQuery__CompositeTypeStmt *create);
void sql_alter_composite(struct sql_reader *r, const PgQuery__AlterTableStmt *alter);
void sql_type_drop(struct schema *schema, struct str name);

/* --- sql_words.c --- */
/* Without the words that the parser does not know and that say nothing of tables here: SQLite's AUTOINCREMENT, later PostgreSQL's NOT ENFORCED… */
struct str sql_without_other_words(struct arena *arena, struct str statement);

/* --- sql_renamed.c --- */
/* A column's new name, wherever indexes, constraints, computed columns and the keys of other tables say it. */
void sql_rename_within(struct sql_reader *r, struct schema_table *table, struct str from,
                       struct str to);

/* --- Parts of a table. --- */
void sql_unread(struct sql_reader *r, struct str reason);
/* As sql_expression() and sql_default(); what is there and cannot be written is said. `node` may be NULL. */
struct str sql_written(struct sql_reader *r, const PgQuery__Node *node);
void sql_column_default(struct sql_reader *r, struct schema_column *column,
                        const PgQuery__Node *node);
void sql_column(struct sql_reader *r, struct schema_table *table, const PgQuery__ColumnDef *def);
/* The two halves of it: keys and checks may name columns that stand below. */
void sql_column_only(struct sql_reader *r, struct schema_table *table,
                     const PgQuery__ColumnDef *def);
void sql_column_constraints(struct sql_reader *r, struct schema_table *table,
                            const PgQuery__ColumnDef *def);
/* DEFERRABLE INITIALLY DEFERRED behind the constraint of a column: nodes of their own, which say it of that one. */
void sql_take_attributes(const PgQuery__ColumnDef *def, size_t at, PgQuery__Constraint *constraint);
/* " COLLATE "de"", behind the type; empty: none of its own. */
struct str sql_column_collation(struct sql_reader *r, const PgQuery__ColumnDef *def);
struct str sql_collation(struct sql_reader *r, const PgQuery__CollateClause *clause);
void sql_constraint(struct sql_reader *r, struct schema_table *table,
                    const PgQuery__Constraint *constraint);
/* A UNIQUE over one column, under the name that it gets by itself. */
void sql_unique_column(struct sql_reader *r, struct schema_table *table, struct strs columns,
                       struct str name);
void sql_constraint_drop(struct sql_reader *r, struct schema_table *table, struct str name);
void sql_index(struct sql_reader *r, const PgQuery__IndexStmt *statement);
/* The columns of a table and of those it inherits from that an expression names, each once. */
void sql_mentioned(struct sql_reader *r, const struct schema_table *table, struct str expression,
                   struct strs *columns);
/* Is the column named in the expression? */
bool sql_mentions(struct str expression, struct str column);
void sql_column_drop(struct schema_table *table, struct str name);
void sql_index_drop(struct schema *schema, struct str name);
/* LIKE: the columns, and what else is asked for, of a table that is known. */
void sql_like(struct sql_reader *r, struct schema_table *table,
              const PgQuery__TableLikeClause *like);
/* A partition has the columns and checks of its table: what a dump repeats of them goes. */
void sql_partition(struct sql_reader *r, struct schema_table *table, struct str of);
void sql_partitions_finish(struct sql_reader *r);
void sql_table_drop(struct schema *schema, struct str name);
void sql_alter_table(struct sql_reader *r, const PgQuery__AlterTableStmt *alter);
void sql_alter_command(struct sql_reader *r, struct schema_table *table,
                       const PgQuery__AlterTableCmd *command);
void sql_set_schema(struct sql_reader *r, const PgQuery__AlterObjectSchemaStmt *alter);
void sql_rename(struct sql_reader *r, const PgQuery__RenameStmt *rename);

#endif
