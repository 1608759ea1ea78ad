/* models_renamed.c -- columns of a table that a migration renames, which the old one had not: the new name brings none. */
#include "migrations/cover.h"
#include "migrations/covering.h"
#include "migrations/effect.h"

/* What the table was called before this step; empty: the step gives it no name, or what was is computed. */
static struct str name_before(const struct step *step, struct str table)
{
    if (step->kind == STEP_TABLE_NAME && str_eq(step->name, table))
        return step->table;
    return step->kind == STEP_ADD_TABLE && !step->member.length && str_eq(step->table, table)
               ? step->was
               : STR_NONE;
}

/* The table that went when this one came; NULL: it was no renaming. */
static const struct schema_table *table_before(const struct covering *c,
                                               const struct schema_changes *changes,
                                               const struct schema_change *column)
{
    for (size_t f = 0; f < c->files.count; f++) {
        const struct steps *steps = &c->files.items[f].steps;
        if (covering_file_is_foreign(c, &c->files.items[f], column))
            continue;
        for (size_t s = 0; s < steps->count; s++) {
            struct str was = name_before(&steps->items[s], column->table);
            for (size_t i = 0; was.length && i < changes->count; i++)
                if (changes->items[i].object == SCHEMA_OBJECT_TABLE &&
                    changes->items[i].kind == SCHEMA_DROP && str_eq(changes->items[i].table, was))
                    return changes->items[i].whole;
        }
    }
    return NULL;
}

/* Under the old name too: before it goes, or by a migration of long ago. */
static bool is_added(const struct covering *c, const struct schema_change *column,
                     struct str old_table)
{
    struct schema_change old = *column;

    old.table = old_table;
    for (size_t f = 0; f < c->files.count; f++)
        for (size_t s = 0; s < c->files.items[f].steps.count; s++) {
            const struct step *step = &c->files.items[f].steps.items[s];
            if (step->kind == STEP_ADD_COLUMN && (step_effect(&c->names, step, &old) > 0 ||
                                                  step_effect(&c->names, step, column) > 0))
                return true;
        }
    return false;
}

static bool any_dropped(const struct schema_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        if (changes->items[i].object == SCHEMA_OBJECT_TABLE &&
            changes->items[i].kind == SCHEMA_DROP)
            return true;
    return false;
}

void covering_note_renamed(const struct covering *c, const struct schema_changes *changes,
                           const struct schema_changes *columns, bool *lacking)
{
    for (size_t i = 0; any_dropped(changes) && i < columns->count; i++) {
        const struct schema_change *column = &columns->items[i];
        const struct schema_table *before = lacking[i] ? NULL : table_before(c, changes, column);
        if (before && !schema_column_named(before, column->column))
            lacking[i] = !is_added(c, column, before->name);
    }
}

void models_renamed(struct arena *arena, struct tree *tree, const struct strs *paths,
                    const struct schema_changes *changes, const struct schema_changes *columns,
                    bool *lacking)
{
    COVERING(c, arena, tree);

    if (!any_dropped(changes))
        return;
    covering_begin_with(&c, paths);
    covering_note_renamed(&c, changes, columns, lacking);
}
