/* added.c -- what comes with a table or a column that is new: keys, indexes, types, each as a change of its own. */
#include "schema/comparison.h"

/* A key over several columns makes none of them unique. */
static bool is_whole_key(const struct schema_table *table, const struct schema_column *column)
{
    size_t count = 0;

    for (size_t i = 0; i < table->columns.count; i++)
        count += table->columns.items[i].primary_key;
    return column->primary_key && count == 1;
}

static void add_column_keys(struct comparison *c, const struct schema_table *table,
                            const struct schema_column *column)
{
    const struct schema_column none = {0};

    if (column->unread)
        return;
    if (column->unique && !is_whole_key(table, column))
        comparison_column(c, table, &none, column, ASPECT_KEY, STR("UNIQUE"));
    if (column->references.length)
        comparison_column(c, table, &none, column, ASPECT_KEY,
                          str_printf(c->arena, "REFERENCES " STR_FMT, STR_ARG(column->references)));
}

/* Alembic writes no check of a column, neither of one that it adds nor of a new table: such a one does not come with its migration. */
static bool is_written(const struct schema_index *check, bool whole)
{
    bool of_column = check->of_column.length && str_ends(check->place.file, STR(".py"));

    return whole && !check->of_type && !of_column;
}

void schema_added_keys(struct arena *arena, const struct schema_change *added,
                       struct schema_changes *ret_keys)
{
    struct schema_difference difference = {0};
    struct comparison c = {.arena = arena, .difference = &difference};
    const struct schema_table *table = added->whole;
    bool whole = added->object == SCHEMA_OBJECT_TABLE;

    for (size_t i = 0; table && i < table->columns.count; i++)
        if (whole || str_eq(table->columns.items[i].name, added->column))
            add_column_keys(&c, table, &table->columns.items[i]);
    for (size_t i = 0; table && i < table->indexes.count; i++) {
        const struct schema_index *index = &table->indexes.items[i];
        bool comes = whole || str_eq(index->of_column, added->column);
        bool check = index->kind == SCHEMA_CHECK && !is_written(index, whole);
        if (comes && !index->implied && !check && index->kind != SCHEMA_EXCLUDE)
            comparison_index(&c, table, index, SCHEMA_ADD, false);
    }
    *ret_keys = difference.changes;
}

struct schema_change schema_made_as(struct arena *arena, const struct schema_table *table,
                                    const struct schema_column *column, struct str type)
{
    struct schema_difference difference = {0};
    struct comparison c = {.arena = arena, .difference = &difference};
    const struct schema_column made = {.type = type};

    comparison_column(
        &c, table, &made, column, ASPECT_TYPE,
        str_printf(arena, STR_FMT " -> " STR_FMT, STR_ARG(type), STR_ARG(column->type)));
    return difference.changes.items[0];
}

void schema_added_types(struct arena *arena, const struct schema_change *table,
                        struct schema_changes *ret_types)
{
    struct schema_difference difference = {0};
    const struct schema after = {.types = table->types};
    struct comparison c = {.arena = arena, .after = &after, .difference = &difference};

    for (size_t i = 0; table->whole && i < after.types.count; i++) {
        const struct schema_type *type = &after.types.items[i];
        bool used = false;
        for (size_t j = 0; j < table->whole->columns.count && !used; j++)
            used = comparison_is_of_type(&table->whole->columns.items[j], type->name);
        if (used && !type->unread)
            comparison_type(&c, type, SCHEMA_ADD);
    }
    *ret_types = difference.changes;
}

void schema_added_labels(struct arena *arena, const struct schema_change *type,
                         struct schema_changes *ret_labels)
{
    struct schema_difference difference = {0};
    struct comparison c = {.arena = arena, .difference = &difference};

    for (size_t i = 0; i < type->types.count; i++) {
        const struct schema_type *one = &type->types.items[i];
        for (size_t j = 0; str_eq(one->name, type->name) && j < one->labels.count; j++)
            comparison_label(&c, one, SCHEMA_ADD, one->labels.items[j]);
    }
    *ret_labels = difference.changes;
}

bool schema_is_computed(const struct schema_column *column)
{
    return str_starts(column->default_value, STR("GENERATED ALWAYS AS ("));
}

struct schema_change schema_made_plain(struct arena *arena, const struct schema_table *table,
                                       const struct schema_column *column)
{
    struct schema_difference difference = {0};
    struct comparison c = {.arena = arena, .difference = &difference};
    const struct schema_column made = {.type = column->type};

    comparison_column(&c, table, &made, column, ASPECT_DEFAULT,
                      schema_is_computed(column) ? column->default_value : STR("DROP EXPRESSION"));
    return difference.changes.items[0];
}
