#include "schema/schema.h"

struct schema_table *schema_table_named(const struct schema *schema, struct str name)
{
    for (size_t i = 0; i < schema->tables.count; i++)
        if (str_eq(schema->tables.items[i].name, name))
            return &schema->tables.items[i];
    return NULL;
}

struct schema_column *schema_column_named(const struct schema_table *table, struct str name)
{
    for (size_t i = 0; i < table->columns.count; i++)
        if (str_eq(table->columns.items[i].name, name))
            return &table->columns.items[i];
    return NULL;
}

#define GENERATIONS_MAX 8u

static const struct schema_column *column_of(const struct schema *schema,
                                             const struct schema_table *table, struct str name,
                                             unsigned depth)
{
    const struct schema_column *column = table ? schema_column_named(table, name) : NULL;

    if (!table || column || depth > GENERATIONS_MAX)
        return column;
    if (table->partition_of.length)
        column =
            column_of(schema, schema_table_named(schema, table->partition_of), name, depth + 1);
    for (size_t i = 0; !column && i < table->parents.count; i++)
        column =
            column_of(schema, schema_table_named(schema, table->parents.items[i]), name, depth + 1);
    return column;
}

const struct schema_column *schema_column_of(const struct schema *schema,
                                             const struct schema_table *table, struct str name)
{
    return column_of(schema, table, name, 0);
}

struct schema_type *schema_type_named(const struct schema *schema, struct str name)
{
    for (size_t i = 0; i < schema->types.count; i++)
        if (str_eq(schema->types.items[i].name, name))
            return &schema->types.items[i];
    return NULL;
}

const struct schema_domain *schema_domain_named(const struct schema *schema, struct str name)
{
    for (size_t i = 0; i < schema->domains.count; i++)
        if (str_eq(schema->domains.items[i].name, name))
            return &schema->domains.items[i];
    return NULL;
}

static void note_twice(struct arena *arena, struct schema *schema, struct str one, struct str other)
{
    if (!one.length || !other.length || str_eq(one, other) ||
        schema->twice.count == SCHEMA_TWICE_MAX)
        return;
    for (size_t i = 0; i < schema->twice.count; i++)
        if (str_eq(schema->twice.items[i].one, one) && str_eq(schema->twice.items[i].other, other))
            return;
    VEC_PUSH(arena, &schema->twice, (struct schema_twice){.one = one, .other = other});
}

struct schema_table *schema_table_add(struct arena *arena, struct schema *schema, struct str name,
                                      struct schema_place place)
{
    struct schema_table *table = schema_table_named(schema, name);

    if (table) {
        note_twice(arena, schema, table->place.file, place.file);
        return table;
    }
    VEC_PUSH(arena, &schema->tables, (struct schema_table){.name = name, .place = place});
    return &VEC_LAST(&schema->tables);
}

void schema_column_put(struct arena *arena, struct schema_table *table, struct schema_column column)
{
    struct schema_column *known = schema_column_named(table, column.name);

    if (known)
        *known = column;
    else
        VEC_PUSH(arena, &table->columns, column);
}

const char *schema_deferral(bool deferrable, bool initially_deferred)
{
    return initially_deferred ? " DEFERRABLE INITIALLY DEFERRED" : deferrable ? " DEFERRABLE" : "";
}

void schema_index_defer(struct arena *arena, struct schema_index *index, const char *deferral)
{
    index->extra = str_trim(str_printf(arena, STR_FMT "%s", STR_ARG(index->extra), deferral));
}

void schema_table_place(struct schema_table *table)
{
    for (size_t i = 0; i < table->columns.count; i++)
        if (!table->columns.items[i].place.file.length)
            table->columns.items[i].place = table->place;
    for (size_t i = 0; i < table->indexes.count; i++)
        if (!table->indexes.items[i].place.file.length)
            table->indexes.items[i].place = table->place;
}

void schema_unread_add(struct arena *arena, struct schema *schema, struct schema_place place,
                       struct str what, struct str source)
{
    VEC_PUSH(arena, &schema->unread,
             (struct schema_unread){.place = place, .what = what, .source = source});
}
