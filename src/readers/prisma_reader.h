/* prisma_reader.h -- the parts of prisma.h's reader (inside readers only). */
#ifndef HOOKCHECK_READERS_PRISMA_READER_H
#define HOOKCHECK_READERS_PRISMA_READER_H

#include "readers/prisma.h"
#include "readers/prisma_tree.h"

enum prisma_provider { PRISMA_POSTGRESQL, PRISMA_MYSQL, PRISMA_SQLITE, PRISMA_SQLSERVER };

struct prisma_reader {
    struct arena *arena;
    struct schema *schema;
    struct prisma_blocks blocks;
    enum prisma_provider provider;
    bool foreign_keys; /* relationMode is not "prisma" */
};

/* Elsewhere its fields are plain text, and the values are the client's business. */
bool prisma_has_enums(const struct prisma_reader *r);
/* What @map or @@map calls it, else its own name. */
struct str prisma_mapped(const struct prisma_attributes *attributes, struct str name);
/* With its schema, but for "public". */
struct str prisma_table_name(struct prisma_reader *r, const struct prisma_block *model);
/* A name in the schema that a model is in. */
struct str prisma_in_schema(struct prisma_reader *r, const struct prisma_block *model,
                            struct str name);
struct str prisma_bare(struct str table);
/* Prisma's own cut: the names first, the suffix stays. */
struct str prisma_made_up_name(struct prisma_reader *r, struct str table,
                               const struct strs *columns, const char *suffix);
const struct prisma_block *prisma_block_named(const struct prisma_reader *r, const char *keyword,
                                              struct str name);
struct str prisma_column_name(const struct prisma_block *model, struct str field);
/* NULL when absent. */
const struct prisma_field *prisma_field_named(const struct prisma_block *block, struct str name);
/* What a default is in SQL: of Decimal a number, whatever its quotes. */
struct str prisma_literal(struct prisma_reader *r, const struct prisma_field *field,
                          const struct prisma_value *value);
/* Empty: a relation, or nothing that we know. */
struct str prisma_field_type(struct prisma_reader *r, const struct prisma_field *field);
/* The column of a field; none for a relation. */
void prisma_column_add(struct prisma_reader *r, struct schema_table *table,
                       const struct prisma_block *model, const struct prisma_field *field);

#endif
