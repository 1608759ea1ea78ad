/* sql_like.c -- tables made after another one: LIKE, INHERITS, and partitions. */
#include "readers/sql_reader.h"

/* --- LIKE. --- */

/* What LIKE takes with it (PostgreSQL 15, parsenodes.h: TableLikeOption). */
enum like {
    LIKE_CONSTRAINTS = 1 << 2,
    LIKE_DEFAULTS = 1 << 3,
    LIKE_GENERATED = 1 << 4,
    LIKE_IDENTITY = 1 << 5,
    LIKE_INDEXES = 1 << 6
};

static bool keeps_default(struct str value, uint32_t options)
{
    return !str_starts(value, STR("GENERATED ")) ? options & LIKE_DEFAULTS
           : str_ends(value, STR("AS IDENTITY")) ? options & LIKE_IDENTITY
                                                 : options & LIKE_GENERATED;
}

/* The copy of an index has the name that it would get without one; what has an expression in it is not copied here. */
static void copy_index(struct sql_reader *r, struct schema_table *table,
                       const struct schema_index *index)
{
    struct schema_index copy = *index;
    struct strs names = {0};
    bool unique = index->kind == SCHEMA_UNIQUE;

    for (size_t i = 0; i < index->parts.count; i++) {
        struct str rest = index->parts.items[i], name = str_cut(&rest, ' ');
        if (!schema_column_named(table, name))
            return;
        VEC_PUSH(r->arena, &names, name);
    }
    copy.place = r->place;
    copy.name = sql_free_name(r, table->name, &names, unique ? "key" : "idx");
    copy.of_column = STR_NONE;
    if (unique && names.count == 1 && !index->extra.length)
        sql_unique_column(r, table, names, copy.name);
    else
        VEC_PUSH(r->arena, &table->indexes, copy);
}

void sql_like(struct sql_reader *r, struct schema_table *table,
              const PgQuery__TableLikeClause *like)
{
    const struct schema_table *source =
        schema_table_named(r->schema, sql_table_name(r, like->relation));

    if (!source || source->partial) {
        table->partial = true;
        sql_unread(r, STR("it is LIKE a table that these files do not make"));
        return;
    }
    for (size_t i = 0; i < source->columns.count; i++) {
        struct schema_column column = source->columns.items[i];
        column.place = r->place;
        column.references = STR_NONE;
        if (!(like->options & LIKE_INDEXES))
            column.primary_key = column.unique = false;
        if (!keeps_default(column.default_value, like->options))
            column.default_value = STR_NONE;
        schema_column_put(r->arena, table, column);
    }
    for (size_t i = 0; i < source->indexes.count; i++)
        if (source->indexes.items[i].kind == SCHEMA_CHECK && like->options & LIKE_CONSTRAINTS)
            VEC_PUSH(r->arena, &table->indexes, source->indexes.items[i]);
    for (size_t i = 0; i < source->indexes.count && like->options & LIKE_INDEXES; i++) {
        enum schema_index_kind kind = source->indexes.items[i].kind;
        if (kind == SCHEMA_INDEX || kind == SCHEMA_UNIQUE_INDEX || kind == SCHEMA_UNIQUE)
            copy_index(r, table, &source->indexes.items[i]);
    }
}

/* --- INHERITS. --- */

#define GENERATIONS_MAX 8u

static void add_mentioned(struct sql_reader *r, const struct schema_table *table,
                          struct str expression, struct strs *columns, size_t depth)
{
    if (!table || depth > GENERATIONS_MAX)
        return;
    for (size_t i = 0; i < table->columns.count; i++) {
        struct str name = table->columns.items[i].name;
        if (sql_mentions(expression, name) && !strs_have(columns, name))
            VEC_PUSH(r->arena, columns, name);
    }
    if (table->partition_of.length)
        add_mentioned(r, schema_table_named(r->schema, table->partition_of), expression, columns,
                      depth + 1);
    for (size_t i = 0; i < table->parents.count; i++)
        add_mentioned(r, schema_table_named(r->schema, table->parents.items[i]), expression,
                      columns, depth + 1);
}

void sql_mentioned(struct sql_reader *r, const struct schema_table *table, struct str expression,
                   struct strs *columns)
{
    add_mentioned(r, table, expression, columns, 0);
}

/* --- Partitions. --- */

void sql_partition(struct sql_reader *r, struct schema_table *table, struct str of)
{
    table->partition_of = of;
    VEC_PUSH(r->arena, &r->partitions, (struct sql_partition){.table = table->name, .of = of});
}

/* The table, or one above it. */
static bool has_check(const struct schema *schema, const struct schema_table *table,
                      struct str name)
{
    for (size_t depth = 0; table && depth < GENERATIONS_MAX; depth++) {
        for (size_t i = 0; i < table->indexes.count; i++)
            if (table->indexes.items[i].kind == SCHEMA_CHECK &&
                str_eq(table->indexes.items[i].name, name))
                return true;
        table = table->partition_of.length ? schema_table_named(schema, table->partition_of) : NULL;
    }
    return false;
}

static void finish_partition(struct sql_reader *r, const struct sql_partition *partition)
{
    struct schema_table *table = schema_table_named(r->schema, partition->table);
    const struct schema_table *of = schema_table_named(r->schema, partition->of);
    size_t kept = 0;

    for (size_t i = 0; table && of && i < table->indexes.count; i++)
        if (table->indexes.items[i].kind != SCHEMA_CHECK ||
            !has_check(r->schema, of, table->indexes.items[i].name))
            table->indexes.items[kept++] = table->indexes.items[i];
    if (table && of)
        table->indexes.count = kept;
}

void sql_partitions_finish(struct sql_reader *r)
{
    for (size_t i = 0; i < r->partitions.count; i++)
        finish_partition(r, &r->partitions.items[i]);
}
