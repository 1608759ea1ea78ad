#include "migrations/effect.h"

static bool is_table(const struct steps *names, const struct step *step, struct str table)
{
    if (str_eq(step->table, table))
        return true;
    for (size_t i = 0; names && i < names->count; i++)
        if (str_eq(names->items[i].table, step->table) && str_eq(names->items[i].name, table))
            return true;
    return false;
}

static bool is_column(const struct step *step, struct str column)
{
    return str_eq(step->column, column) ||
           (step->field && str_ends(column, STR("_id")) &&
            str_eq(step->column, str_prefix(column, column.length - 3)));
}

static bool alters(const struct step *step, const struct schema_change *change)
{
    switch (change->aspect) {
    case ASPECT_TYPE:
        return step->type && (!step->type_name.length || !change->after.type.length ||
                              str_eq(step->type_name, change->after.type));
    case ASPECT_NULL:
        return step->null && (!step->null_known || step->nullable == change->after.nullable);
    case ASPECT_DEFAULT:
        return step->default_value;
    case ASPECT_KEY:
        return step->key;
    case ASPECT_NONE:
        break;
    }
    return false;
}

/* Which columns a constraint had that goes is not written where it goes: any of its table may be it. */
static bool drops_key(const struct step *step, const struct schema_change *change)
{
    return change->aspect == ASPECT_KEY && step->kind == STEP_DROP_INDEX &&
           str_contains(change->line, STR(" DROP "));
}

/* A label goes by a type that is made anew without it. */
static int label_effect(const struct step *step, const struct schema_change *change)
{
    bool same = step->kind == STEP_ADD_VALUE && str_eq(step->value, change->value);

    if (str_contains(change->line, STR(" DROP VALUE ")))
        return same ? -1 : step->kind == STEP_ADD_TYPE;
    return same;
}

int step_effect(const struct steps *names, const struct step *step,
                const struct schema_change *change)
{
    /* A drop is brought about by what undoes an addition. */
    int wanted = change->kind == SCHEMA_DROP ? -1 : 1;

    switch (change->object) {
    case SCHEMA_OBJECT_COLUMN:
        if (!step->table.length || !is_table(names, step, change->table))
            return 0;
        if (change->kind == SCHEMA_CHANGE)
            return drops_key(step, change) ||
                   (step->kind == STEP_ALTER_COLUMN && is_column(step, change->column) &&
                    alters(step, change));
        if (step->kind == STEP_DROP_TABLE)
            return change->kind == SCHEMA_DROP ? 1 : -1;
        if (step->kind != STEP_ADD_COLUMN && step->kind != STEP_DROP_COLUMN)
            return 0;
        return is_column(step, change->column) ? (step->kind == STEP_ADD_COLUMN ? wanted : -wanted)
                                               : 0;
    case SCHEMA_OBJECT_TABLE:
        if ((step->kind == STEP_TABLE_NAME || step->kind == STEP_ADD_TABLE ||
             step->kind == STEP_DROP_TABLE) &&
            is_table(names, step, change->table))
            return step->kind == STEP_DROP_TABLE ? -wanted : wanted;
        return 0;
    case SCHEMA_OBJECT_INDEX:
        if (step->kind != STEP_ADD_INDEX && step->kind != STEP_DROP_INDEX)
            return 0;
        if (step->name.length && change->name.length
                ? !str_eq(step->name, change->name)
                : !step->table.length || !is_table(names, step, change->table))
            return 0;
        return step->kind == STEP_ADD_INDEX ? wanted : -wanted;
    case SCHEMA_OBJECT_TYPE:
        if (!str_eq(step->name, change->name))
            return 0;
        if (change->kind == SCHEMA_CHANGE)
            return label_effect(step, change);
        return step->kind == STEP_ADD_TYPE ? wanted : step->kind == STEP_DROP_TYPE ? -wanted : 0;
    }
    return 0;
}
