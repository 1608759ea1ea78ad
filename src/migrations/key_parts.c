#include "migrations/key_parts.h"

static bool has_column(const struct schema_table *table, struct str name)
{
    return table && schema_column_named(table, name);
}

/* A column that is written as a part: itself, or the field of Django's that it is of ("owner" of owner_id); one that has another name there may be any. */
static bool part_is(const struct step *step, struct str made, const struct schema_table *table,
                    struct str wanted)
{
    if (str_eq_nocase(made, wanted))
        return true;
    if (!made.length)
        return !has_column(table, wanted); /* an expression */
    if (!step->field)
        return false;
    if (str_ends(wanted, STR("_id")) && str_eq(made, str_prefix(wanted, wanted.length - 3)))
        return true;
    for (size_t i = 0; table && i < table->columns.count; i++) {
        struct str name = table->columns.items[i].name;
        if (str_eq(name, made) ||
            (str_ends(name, STR("_id")) && str_eq(made, str_prefix(name, name.length - 3))))
            return false;
    }
    return true;
}

static bool has_part(const struct step *step, struct str wanted, const struct schema_table *table)
{
    for (size_t i = 0; i < step->parts.count; i++)
        if (part_is(step, step->parts.items[i], table, wanted))
            return true;
    return false;
}

bool key_parts_fit(const struct step *step, const struct schema_change *key)
{
    const struct schema_table *table = key->whole;

    if (!step->parts_told)
        return true;
    if (key->object == SCHEMA_OBJECT_COLUMN)
        return has_part(step, key->column, table) &&
               (step->parts.count == 1 || step->makes == STEP_MAKES_FOREIGN);
    for (size_t i = 0; i < key->parts.count; i++)
        if (!has_part(step, key->parts.items[i], table))
            return false;
    return step->parts.count == key->parts.count;
}
