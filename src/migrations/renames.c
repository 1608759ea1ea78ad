#include "migrations/renames.h"

#include "migrations/effect.h"

/* "owner" of a step may be the column owner_id. */
static bool is_called(const struct step *step, struct str name, struct str column)
{
    return str_eq(name, column) || (step->field && str_ends(column, STR("_id")) &&
                                    str_eq(name, str_prefix(column, column.length - 3)));
}

static bool is_renamed(const struct steps *renames, const struct steps *names,
                       const struct schema_change *index, struct str from, struct str to)
{
    for (size_t i = 0; i < renames->count; i++)
        if (is_called(&renames->items[i], renames->items[i].was, from) &&
            is_called(&renames->items[i], renames->items[i].column, to) &&
            step_is_about(names, &renames->items[i], index))
            return true;
    return false;
}

static bool is_same(const struct steps *renames, const struct steps *names,
                    const struct schema_change *gone, const struct schema_change *index)
{
    if (gone->kind != SCHEMA_DROP || gone->object != SCHEMA_OBJECT_INDEX ||
        !str_eq(gone->table, index->table) || gone->parts.count != index->parts.count ||
        gone->index != index->index)
        return false;
    size_t moved = 0;
    for (size_t i = 0; i < gone->parts.count; i++) {
        if (str_eq(gone->parts.items[i], index->parts.items[i]))
            continue;
        if (!is_renamed(renames, names, index, gone->parts.items[i], index->parts.items[i]))
            return false;
        moved++;
    }
    return moved > 0;
}

bool rename_carries_index(const struct steps *renames, const struct steps *names,
                          const struct schema_changes *changes, const struct schema_change *index)
{
    if (index->kind != SCHEMA_ADD || index->object != SCHEMA_OBJECT_INDEX || !renames->count)
        return false;
    for (size_t i = 0; i < changes->count; i++)
        if (is_same(renames, names, &changes->items[i], index))
            return true;
    return false;
}
