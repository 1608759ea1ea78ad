/* prisma_tree.h -- blocks, fields and attributes of .prisma files (inside readers only). */
#ifndef HOOKCHECK_READERS_PRISMA_TREE_H
#define HOOKCHECK_READERS_PRISMA_TREE_H

#include "readers/prisma.h"

#define PRISMA_DEPTH_MAX 32u

enum prisma_kind {
    PRISMA_WORD = 0, /* Cascade, true, PENDING */
    PRISMA_STRING,   /* decoded */
    PRISMA_NUMBER,
    PRISMA_LIST,
    PRISMA_OBJECT, /* { deletedAt: null } */
    PRISMA_CALL,   /* now(), email(sort: Desc) */
};

struct prisma_value {
    enum prisma_kind kind;
    struct str key; /* of a named argument; empty: positional */
    struct str text;
    VEC(struct prisma_value) items; /* of lists and objects; arguments of calls */
};

struct prisma_attribute {
    struct str name; /* "db.VarChar", "id" */
    struct schema_place place;
    struct prisma_value arguments;
};
VEC_DEFINE(prisma_attributes, struct prisma_attribute);

struct prisma_field {
    struct str name, type;
    struct str unsupported; /* Unsupported("…") */
    bool optional, list;
    struct prisma_attributes attributes;
    struct schema_place place;
};
VEC_DEFINE(prisma_fields, struct prisma_field);

struct prisma_block {
    struct str keyword, name; /* "model", "User" */
    struct prisma_fields
        fields; /* of enums: their values; of datasource: what it sets, in `settings` */
    struct prisma_attributes attributes;
    struct prisma_attributes settings;
    struct schema_place place;
    bool broken;
};
VEC_DEFINE(prisma_blocks, struct prisma_block);

void prisma_parse(struct arena *arena, struct str path, struct str source,
                  struct prisma_blocks *blocks, struct schema *schema);
/* NULL when absent. */
const struct prisma_attribute *prisma_attribute(const struct prisma_attributes *list,
                                                const char *name);
/* The argument of that name, else the positional one of that place (SIZE_MAX: none); NULL when absent. */
const struct prisma_value *prisma_argument(const struct prisma_value *arguments, const char *name,
                                           size_t position);

#endif
