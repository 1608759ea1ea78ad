#include "migrations/effect.h"

#include <stdint.h>

#include "migrations/cover.h"
#include "migrations/cover_key.h"
#include "migrations/cover_match.h"
#include "migrations/key_parts.h"
#include "migrations/table_names.h"

/* "shop_order_tags" of "shop_order" is "_tags": a many-to-many field's table is called after its model's. */
static bool same_member(struct str table, struct str family, struct str other,
                        struct str other_family)
{
    return str_starts(table, family) && str_starts(other, other_family) &&
           table.length > family.length && table.bytes[family.length] == '_' &&
           str_eq(str_from_offset(table, family.length),
                  str_from_offset(other, other_family.length));
}

/* A name of a loop or a function stands somewhere in the text. */
static bool may_be(const struct step *step, struct str name)
{
    return step->computed.length && text_has_word(step->computed, name);
}

/* One of both says a schema, and the other says another one or none. */
enum by_schema { NOT_BY_SCHEMA, SAME_TABLE, OTHER_TABLE };

static enum by_schema in_schema(const struct step *step, const struct schema_change *change)
{
    if (str_find_byte(step->table, '.') == SIZE_MAX &&
        str_find_byte(change->table, '.') == SIZE_MAX)
        return NOT_BY_SCHEMA;
    if (!str_eq(table_name_of(step->table).table, table_name_of(change->table).table))
        return NOT_BY_SCHEMA;
    return table_is_of(step->table, change) ? SAME_TABLE : OTHER_TABLE;
}

static bool is_table(const struct steps *names, const struct step *step,
                     const struct schema_change *change)
{
    struct str table = change->table;

    if (!step->table.length)
        return step->of_models || may_be(step, table);
    if (str_eq(step->table, table) || in_schema(step, change) == SAME_TABLE)
        return true;
    for (size_t i = 0; names && i < names->count; i++) {
        const struct step *name = &names->items[i];
        if ((str_eq(name->table, step->table) && str_eq(name->name, table)) ||
            (name->family && same_member(step->table, name->table, table, name->name)))
            return true;
    }
    return false;
}

/* -1: the step takes it away, 1: it makes it. */
static int table_effect(const struct steps *names, const struct step *step,
                        const struct schema_change *change)
{
    struct str table = change->table;
    bool member = step->family && str_starts(table, step->table) &&
                  table.length > step->table.length && table.bytes[step->table.length] == '_';

    switch (step->kind) {
    case STEP_ADD_TABLE:
        return is_table(names, step, change);
    case STEP_DROP_TABLE:
        return -(member || is_table(names, step, change));
    case STEP_TABLE_NAME:
        if (str_eq(step->name, table))
            return 1;
        /* What it was called until now. */
        return -((member && !str_starts(table, step->name)) || is_table(names, step, change));
    default:
        return 0;
    }
}

static bool is_column(const struct step *step, struct str column)
{
    if (!step->column.length)
        return may_be(step, column);
    return str_eq(step->column, column) ||
           (step->field && str_ends(column, STR("_id")) &&
            str_eq(step->column, str_prefix(column, column.length - 3)));
}

/* The next byte that counts of a type: no blanks, in small letters. */
static char type_byte(struct str text, size_t *at)
{
    while (*at < text.length && text.bytes[*at] == ' ')
        (*at)++;
    if (*at >= text.length)
        return 0;
    char byte = text.bytes[(*at)++];
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

/* "enum ( 'a' , 'b' ) not null" begins with ENUM('a', 'b'). */
static bool begins_with_type(struct str text, struct str type)
{
    size_t at = 0, in_text = 0;

    for (char byte; (byte = type_byte(type, &at));)
        if (type_byte(text, &in_text) != byte)
            return false;
    return true;
}

static bool is_listed(struct str type)
{
    return str_starts(type, STR("ENUM(")) || str_starts(type, STR("SET("));
}

/* MySQL's MODIFY says all of a column again. */
static bool restates(const struct step *step, const struct schema_change *change)
{
    const struct schema_column *after = &change->after;
    bool not_null =
        str_contains(step->restated, STR("not null")) || text_has_word(step->restated, STR("key"));

    switch (change->aspect) {
    case ASPECT_TYPE:
        return is_listed(after->type) ? begins_with_type(step->restated, after->type)
                                      : cover_has_numbers(step->restated, after->type);
    case ASPECT_NULL:
        return not_null != after->nullable;
    case ASPECT_DEFAULT:
        return (text_has_word(step->restated, STR("default")) ||
                text_has_word(step->restated, STR("auto_increment"))) ==
               (after->default_value.length > 0);
    case ASPECT_KEY:
    case ASPECT_NONE:
        break;
    }
    return false;
}

static bool alters(const struct step *step, const struct schema_change *change)
{
    if (step->restated.length)
        return restates(step, change);
    switch (change->aspect) {
    case ASPECT_TYPE:
        return step->type && (!step->type_name.length || !change->after.type.length ||
                              str_eq(step->type_name, change->after.type) ||
                              str_eq(step->mysql_type_name, change->after.type));
    case ASPECT_NULL: /* what becomes a key may not be null either */
        return (step->null && (!step->null_known || step->nullable == change->after.nullable)) ||
               (step->key && step->which == STEP_KEY_PRIMARY && !change->after.nullable);
    case ASPECT_DEFAULT:
        return step->default_value;
    case ASPECT_KEY:
        if (step->unique_known && str_ends(change->line, STR(" UNIQUE")))
            return step->unique != str_ends(change->line, STR(" DROP UNIQUE"));
        return step->key && key_is_made(step, change);
    case ASPECT_NONE:
        break;
    }
    return false;
}

/* Which columns a constraint had that goes is not written where it goes: any of its table may be it. */
static bool drops_key(const struct step *step, const struct schema_change *change)
{
    return change->aspect == ASPECT_KEY && step->kind == STEP_DROP_INDEX && !step->of_meta &&
           str_contains(change->line, STR(" DROP ")) && key_is_of(step->makes, change) &&
           key_may_be_called(step->name, change) &&
           (step->name.length || key_parts_fit(step, change));
}

/* A label goes by a type that is made anew without it, or by getting another name. */
static int label_effect(const struct step *step, const struct schema_change *change)
{
    bool same = step->kind == STEP_ADD_VALUE && str_eq(step->value, change->value);

    if (!change->value.length)
        return step->kind == STEP_ALTER_TYPE;
    if (str_contains(change->line, STR(" DROP VALUE ")))
        return same ? -1
                    : step->kind == STEP_ADD_TYPE ||
                          (step->kind == STEP_ADD_VALUE && str_eq(step->was, change->value));
    return same;
}

/* An index goes with any of its columns, a check with any that it speaks of. */
static bool drops_part(const struct steps *names, const struct step *step,
                       const struct schema_change *change)
{
    if (change->kind != SCHEMA_DROP || step->kind != STEP_DROP_COLUMN ||
        !is_table(names, step, change))
        return false;
    for (size_t i = 0; i < change->parts.count; i++)
        if (is_column(step, change->parts.items[i]) ||
            (change->index == SCHEMA_CHECK && text_has_word(change->parts.items[i], step->column)))
            return true;
    return false;
}

/* AlterUniqueTogether says all of a table's unique_together anew. */
static int together_effect(const struct steps *names, const struct step *step,
                           const struct schema_change *change, int wanted)
{
    bool unique = change->index == SCHEMA_UNIQUE;

    if (!is_table(names, step, change) || (change->index != SCHEMA_INDEX && !unique) ||
        (step->makes == STEP_MAKES_UNIQUE) != unique ||
        (step->kind == STEP_KEY && !key_parts_fit(step, change)))
        return 0;
    /* One with a name of its own is none of these. */
    if (step->kind == STEP_DROP_INDEX &&
        !str_ends(change->name, unique ? STR("_uniq") : STR("_idx")))
        return 0;
    return step->kind == STEP_KEY ? wanted : -wanted;
}

/* What a field of Django's brings, of a table that has a name of its own. */
static bool makes_key(const struct steps *names, const struct step *step,
                      const struct schema_change *change)
{
    bool unique = step->makes == STEP_MAKES_UNIQUE || step->makes == STEP_MAKES_PRIMARY;

    return change->kind == SCHEMA_ADD && step->field && step->parts_told && !step->name.length &&
           (change->index == SCHEMA_UNIQUE  ? unique
            : change->index == SCHEMA_INDEX ? unique || step->makes == STEP_MAKES_INDEX
                                            : false) &&
           is_table(names, step, change) && key_parts_fit(step, change);
}

/* Beside a name it may be any of its table, but none of another kind, nor over other columns. */
static bool may_be_key(const struct step *step, const struct schema_change *change)
{
    bool foreign = step->makes == STEP_MAKES_FOREIGN, check = step->makes == STEP_MAKES_CHECK;

    if (step->makes == STEP_MAKES_ANY)
        return true;
    return foreign == (change->index == SCHEMA_FOREIGN_KEY) &&
           check == (change->index == SCHEMA_CHECK) && key_parts_fit(step, change);
}

int step_effect(const struct steps *names, const struct step *step,
                const struct schema_change *change)
{
    /* A drop is brought about by what undoes an addition. */
    int wanted = change->kind == SCHEMA_DROP ? -1 : 1;

    switch (change->object) {
    case SCHEMA_OBJECT_COLUMN:
        if (!is_table(names, step, change))
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
        return wanted * table_effect(names, step, change);
    case SCHEMA_OBJECT_INDEX:
        if (drops_part(names, step, change))
            return 1;
        if (step->together)
            return together_effect(names, step, change, wanted);
        if (step->kind == STEP_KEY)
            return makes_key(names, step, change);
        if (step->kind != STEP_ADD_INDEX && step->kind != STEP_DROP_INDEX)
            return 0;
        if (in_schema(step, change) == OTHER_TABLE)
            return 0;
        if (step->checks_told &&
            (change->index != SCHEMA_CHECK || !check_is_said(step->checks, change)))
            return 0;
        if (step->name.length && change->name.length
                ? !str_eq(step->name, change->name)
                : !step->table.length || !is_table(names, step, change) ||
                      !may_be_key(step, change))
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

bool step_makes_otherwise(const struct step *step, const struct schema_column *column)
{
    return step->kind == STEP_ADD_COLUMN && !step->was.length &&
           step->generated == (schema_is_computed(column) ? STEP_GENERATED_NO : STEP_GENERATED_YES);
}

bool step_is_about(const struct steps *names, const struct step *step,
                   const struct schema_change *change)
{
    return is_table(names, step, change);
}

static bool is_member_of(struct str column, struct str model)
{
    struct str rest = str_starts(column, STR("from_")) ? str_from_offset(column, 5)
                      : str_starts(column, STR("to_")) ? str_from_offset(column, 3)
                                                       : column;

    return str_starts(rest, model) && str_eq(str_from_offset(rest, model.length), STR("_id"));
}

bool step_renames_member(const struct step *step, const struct schema_change *change)
{
    struct str model = change->kind == SCHEMA_DROP ? step->column : step->value;

    if (step->kind != STEP_RENAME_MODEL || change->kind == SCHEMA_CHANGE)
        return false;
    if (change->object == SCHEMA_OBJECT_COLUMN)
        return is_member_of(change->column, model);
    for (size_t i = 0; change->object == SCHEMA_OBJECT_INDEX && i < change->parts.count; i++)
        if (is_member_of(change->parts.items[i], model))
            return true;
    return false;
}
