/* typeorm.h -- TypeORM's entities, read without running them (inside readers only, but for typeorm_read).
 *
 * In:    TypeScript and JavaScript files: classes with @Entity, their bases and embedded classes, EntitySchema objects; the files in which a
 *        data source may name its naming strategy.
 * Out:   tables, columns, indexes, enumerated types as `schema:sync` makes them in PostgreSQL, or in MySQL where the data source or the packages
 *        that are installed say so; join tables too.
 * Fails: never; what cannot be read is in schema->unread, with file and line.
 * Source: TypeORM 0.3: decorator/, metadata-builder/, metadata/ColumnMetadata, naming-strategy/DefaultNamingStrategy, util/StringUtils,
 *         driver/postgres/PostgresDriver and driver/mysql/MysqlDriver (normalizeType, normalizeDefault); typeorm-naming-strategies 4.1.
 */
#ifndef HOOKCHECK_READERS_TYPEORM_H
#define HOOKCHECK_READERS_TYPEORM_H

#include "readers/typescript.h"
#include "schema/schema.h"

#define TYPEORM_BASES_MAX 24u

/* One decorator that comes from TypeORM: @Column("varchar", { length: 50 }). */
struct typeorm_decorator {
    struct str name; /* "Column"; empty: a function of the tree that cannot be followed */
    struct script_scope scope;
    TSNode call; /* null: written without brackets */
};
VEC_DEFINE(typeorm_decorators, struct typeorm_decorator);

struct typeorm_member { /* a property of a class with decorators */
    struct str name;
    struct script_file *file;
    TSNode annotation, value; /* null: none */
    struct typeorm_decorators decorators;
    struct schema_place place;
    bool child; /* of a child of single-table inheritance: its columns may be null */
};
VEC_DEFINE(typeorm_members, struct typeorm_member);

struct
    typeorm_property { /* which columns a property stands for, by its path: "name", "address.street" */
    struct str path;
    struct strs columns;
};
VEC_DEFINE(typeorm_properties, struct typeorm_property);

struct typeorm_entity {
    struct script_file *file;
    TSNode node; /* the class; of an EntitySchema its object */
    struct script_scope scope;
    struct str name, table, schema;
    bool is_child, is_object;
    bool aside; /* synchronize: false: its table is somebody else's business */
    struct schema_place place;
    struct typeorm_decorators decorators; /* of the class and its bases */
    struct typeorm_members members;
    struct typeorm_properties properties;
    struct str foreign_base; /* a base that may bring columns and cannot be read */
    bool columns_read;
};
VEC_DEFINE(typeorm_entities, struct typeorm_entity *);

struct relation; /* typeorm_relation.c */

struct typeorm_reader {
    struct arena *arena;
    struct script_tree *tree;
    struct schema *schema;
    struct typeorm_entities entities;
    VEC(struct relation *) join_tables; /* of many-to-many relations, to be read last */
    bool snake;                         /* typeorm-naming-strategies' SnakeNamingStrategy */
    bool mysql;                         /* the data source's type is "mysql" or "mariadb" */
    bool sqlite;                        /* it is one of SQLite's */
    bool pgcrypto;                      /* its uuidExtension makes the uuids */
    struct str prefix;                  /* entityPrefix of the data source: of all tables */
};

void typeorm_read(struct arena *arena, struct script_tree *tree, const struct strs *paths,
                  const struct strs *settings, struct schema *schema);

/* --- Parts. --- */
/* typeorm_decorator.c */
/* "Column" of "typeorm:Column"; empty when it is nothing of TypeORM's. */
struct str typeorm_word(struct str dotted);
void typeorm_add_decorator(struct typeorm_reader *r, struct script_scope scope, TSNode expression,
                           struct typeorm_decorators *decorators);
/* Those among the children of a node. */
void typeorm_add_decorators(struct typeorm_reader *r, struct script_scope scope, TSNode around,
                            struct typeorm_decorators *decorators);
/* Those of a class. */
void typeorm_decorators_in(struct typeorm_reader *r, struct script_scope scope, TSNode node,
                           struct typeorm_decorators *decorators);
const struct typeorm_decorator *typeorm_decorator_named(const struct typeorm_decorators *decorators,
                                                        const char *name);
/* Of `owner`, a class or a property. */
void typeorm_say_unknown(struct typeorm_reader *r, const struct typeorm_decorators *decorators,
                         struct schema_place place, struct str owner);

/* typeorm_class.c */
/* Members of a class and its bases, the last word per name; stops at an entity when the class is a child of one. */
void typeorm_members_of(struct typeorm_reader *r, struct typeorm_entity *entity,
                        struct script_file *file, TSNode node);
/* The decorator of a member that stands for the columns of a class, @Column(() => Address), and that class's members; NULL: it is no such member. */
const struct typeorm_decorator *typeorm_embedded(struct typeorm_reader *r,
                                                 const struct typeorm_member *member,
                                                 struct typeorm_entity *ret_class);
/* The entity that a class or a name stands for; NULL when there is none. */
struct typeorm_entity *typeorm_entity_of(struct typeorm_reader *r, struct script_scope scope,
                                         TSNode target);
struct str typeorm_table_name(struct typeorm_reader *r, const struct typeorm_entity *entity);
/* Without the data source's prefix, which the names of join tables and of their columns are not made of. */
struct str typeorm_bare_name(const struct typeorm_reader *r, const struct typeorm_entity *entity);
/* With it. */
struct str typeorm_prefixed(struct typeorm_reader *r, struct str table);
struct schema_table *typeorm_table(struct typeorm_reader *r, const struct typeorm_entity *entity);

/* typeorm_column.c */
/* What one column says of itself: options, and the annotation when they name no type. */
struct typeorm_column {
    struct script_scope scope;
    TSNode type, options; /* null: none */
    TSNode annotation;    /* of the property */
    struct script_file *annotation_file;
    TSNode value;
    const char *kind;     /* the decorator: "CreateDateColumn" */
    struct str generated; /* "increment", "uuid", "identity"; empty: no */
    struct schema_place place;
};
/* Columns of the entity that no relation makes; once. */
void typeorm_read_columns(struct typeorm_reader *r, struct typeorm_entity *entity);
void typeorm_column_add(struct typeorm_reader *r, struct typeorm_entity *entity,
                        const struct typeorm_column *source, struct str name, struct str path,
                        bool nullable_anyway);
void typeorm_property_add(struct typeorm_reader *r, struct typeorm_entity *entity, struct str path,
                          struct str column);
/* The boolean of an option; false when it is not there or no constant. */
bool typeorm_option_is(struct typeorm_reader *r, struct script_scope scope, TSNode options,
                       const char *name, enum script_constant_kind kind);
/* { deferrable: "INITIALLY DEFERRED" } as schema_deferral has it. */
const char *typeorm_deferral(struct typeorm_reader *r, struct script_scope scope, TSNode options);
struct str typeorm_option_text(struct typeorm_reader *r, struct script_scope scope, TSNode options,
                               const char *name);

/* typeorm_type.c */
/* The word for a column's type as it is written: "varchar", String, or the annotation's. Empty: not readable. */
struct str typeorm_written_type(struct typeorm_reader *r, const struct typeorm_column *source);
/* "varchar" for String and string; empty for other names. */
struct str typeorm_word_of_name(struct str name);
/* "VARCHAR(50)", "NUMERIC(10, 2)", "TIMESTAMP(3) WITH TIME ZONE". */
struct str typeorm_full_type(struct typeorm_reader *r, const struct typeorm_column *source,
                             struct str word);
/* The enumerated type of a column is TABLE_COLUMN_enum unless it is named. */
struct str typeorm_enum_type(struct typeorm_reader *r, const struct typeorm_entity *entity,
                             const struct typeorm_column *source, struct str column);

/* typeorm_relation.c: columns and tables of relations, when the columns of all entities are known. */
void typeorm_read_relations(struct typeorm_reader *r, struct typeorm_entity *entity);
/* typeorm_join.c: tables of many-to-many relations, when those of all entities are there. */
void typeorm_read_join_tables(struct typeorm_reader *r);

/* typeorm_index.c: indexes and constraints, when all columns are known. */
void typeorm_read_indexes(struct typeorm_reader *r, struct typeorm_entity *entity);

/* typeorm_names.c: the naming strategies. */
struct str typeorm_snake(struct arena *arena, struct str text);
struct str typeorm_camel(struct arena *arena, struct str text);
struct str typeorm_column_name(const struct typeorm_reader *r, struct str property,
                               struct str custom, const struct strs *prefixes);
struct str typeorm_join_column_name(const struct typeorm_reader *r, struct str relation,
                                    struct str referenced);
struct str typeorm_join_table_column_name(const struct typeorm_reader *r, struct str table,
                                          struct str column);
/* "IDX_" and the first 26 digits of a SHA-1 over table, columns and condition; "UQ_" and 27. */
struct str typeorm_hashed_name(struct arena *arena, const char *prefix, size_t digits,
                               struct str table, const struct strs *columns, struct str condition);

#endif
