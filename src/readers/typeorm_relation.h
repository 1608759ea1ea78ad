/* typeorm_relation.h -- what a relation says of both its sides (inside TypeORM's reader only).
 *
 * In:    a relation of an entity, and what @JoinColumn or @JoinTable say.
 * Out:   the columns that it refers to, as the other side calls them.
 * Fails: never; a side that cannot be found is said.
 */
#ifndef HOOKCHECK_READERS_TYPEORM_RELATION_H
#define HOOKCHECK_READERS_TYPEORM_RELATION_H

#include "readers/typeorm.h"

#define TYPEORM_KEY_MAX 8u

/* One relation of an entity, by decorators or in an EntitySchema. */
struct relation {
    struct typeorm_entity *entity;
    struct str property, path;
    struct strs prefixes;
    bool many_to_one, one_to_one, many_to_many;
    struct script_scope scope; /* of target and options */
    TSNode target, options;
    struct script_scope join_scope;
    TSNode join; /* the argument of @JoinColumn or @JoinTable; null: none */
    bool has_join, nullable, primary, no_constraint;
    struct str actions;   /* " ON DELETE CASCADE" */
    const char *deferral; /* of the keys of a column; a join table has none */
    TSNode inverse;       /* what names the property of the other side; null: nothing does */
    struct schema_place place;
};

struct join { /* one entry of @JoinColumn */
    struct str name, referenced;
};

struct joins {
    struct join items[TYPEORM_KEY_MAX];
    size_t count;
};

struct referenced { /* columns of the other side */
    struct str properties[TYPEORM_KEY_MAX];
    struct schema_column columns[TYPEORM_KEY_MAX];
    size_t count;
};

/* The other side's entity; NULL: not known, which typeorm_say_target says. */
struct typeorm_entity *typeorm_target_of(struct typeorm_reader *r, const struct relation *relation);
void typeorm_say_target(struct typeorm_reader *r, const struct relation *relation);
/* The argument of @JoinColumn, one object or a list. */
void typeorm_read_joins(struct typeorm_reader *r, struct script_scope scope, TSNode argument,
                        struct joins *joins);
struct str typeorm_joined_name(const struct joins *joins, struct str property);
/* Which columns of the other side: those named, or its primary ones. */
void typeorm_read_referenced(struct typeorm_reader *r, struct typeorm_entity *target,
                             const struct joins *joins, struct referenced *referenced);
/* "users (id)" */
struct str typeorm_target_text(struct typeorm_reader *r, struct typeorm_entity *target,
                               struct str column);
/* NULL: no property of that path is a column. */
const struct typeorm_property *typeorm_property_named(const struct typeorm_entity *entity,
                                                      struct str path);
/* " ON DELETE CASCADE", by the options of a relation. */
struct str typeorm_actions(struct typeorm_reader *r, const struct relation *relation);
/* typeorm_foreign.c: keys without a relation, when the columns of the entity are known. */
void typeorm_read_foreign_keys(struct typeorm_reader *r, struct typeorm_entity *entity);
/* typeorm_join.c: names of all indexes of a table, made of their columns' final names. */
void typeorm_name_indexes(struct typeorm_reader *r, struct str name, struct schema_table *table);

#endif
