#include "schema/same.h"

/* --- Indexes and constraints. --- */

/* MySQL calls a CHECK without a name a_chk_1, and MariaDB CONSTRAINT_1: a dump has those names. */
static bool is_made_up(struct str name)
{
    size_t digits = name.length;

    while (digits && byte_is_digit(name.bytes[digits - 1]))
        digits--;
    struct str rest = str_prefix(name, digits);
    return digits < name.length &&
           (str_ends(rest, STR("_chk_")) || str_eq(rest, STR("CONSTRAINT_")));
}

static bool same_name(const struct schema_index *a, const struct schema_index *b)
{
    return str_eq(a->name, b->name) ||
           (a->kind == SCHEMA_CHECK &&
            ((!a->name.length && is_made_up(b->name)) || (!b->name.length && is_made_up(a->name))));
}

bool same_index(const struct expression_scope *scope_a, const struct schema_index *a,
                const struct expression_scope *scope_b, const struct schema_index *b)
{
    return a->kind == b->kind && same_name(a, b) && str_eq(a->references, b->references) &&
           str_eq(a->method, b->method) && str_eq(a->extra, b->extra) &&
           expression_same(scope_a, a->condition, scope_b, b->condition) &&
           expression_same_parts(scope_a, &a->parts, scope_b, &b->parts);
}

/* --- Defaults. --- */

/* What is computed from other columns; empty: not so. */
static struct str computed(struct str text)
{
    static const struct str before = STR_INIT("GENERATED ALWAYS AS ("),
                            behind = STR_INIT(") STORED");

    return str_starts(text, before) && str_ends(text, behind)
               ? str_slice(text, before.length, text.length - behind.length)
               : STR_NONE;
}

/* now() and CURRENT_TIMESTAMP are one; NULL is what a column without a default has. */
static struct str plain(struct str text)
{
    return str_eq_nocase(text, STR("NULL"))                ? STR_NONE
           : str_eq_nocase(text, STR("CURRENT_TIMESTAMP")) ? STR("now()")
                                                           : text;
}

/* ARRAY[1]::INTEGER[] of a column of that type: where the type becomes another one, its own line says so. */
static struct str without_own_cast(const struct schema_column *column, struct str text)
{
    static const struct str sign = STR_INIT("::");
    struct str rest = str_ends(text, column->type)
                          ? str_prefix(text, text.length - column->type.length)
                          : STR_NONE;

    return column->type.length && str_ends(rest, sign) ? str_prefix(rest, rest.length - sign.length)
                                                       : text;
}

static bool has_fractions(struct str type)
{
    static const char *const names[] = {"NUMERIC", "DECIMAL", "DOUBLE", "FLOAT", "REAL"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_starts(type, str_from(names[i])))
            return type.bytes[type.length - 1] != ']';
    return false;
}

/* The digits of a decimal fraction without zeros at its end; empty: no such number. */
static struct str fraction(struct str text)
{
    size_t at = str_starts(text, STR("-")), points = 0;

    for (size_t i = at; i < text.length; i++) {
        points += text.bytes[i] == '.';
        if (!byte_is_digit(text.bytes[i]) && text.bytes[i] != '.')
            return STR_NONE;
    }
    if (at == text.length || points > 1)
        return STR_NONE;
    while (points && text.bytes[text.length - 1] == '0')
        text = str_prefix(text, text.length - 1);
    return str_ends(text, STR(".")) ? str_prefix(text, text.length - 1) : text;
}

/* 1.5 and 1.50 */
static bool same_fraction(const struct schema_column *a, const struct schema_column *b)
{
    struct str of_a = fraction(a->default_value), of_b = fraction(b->default_value);

    return has_fractions(a->type) && has_fractions(b->type) && of_a.length && str_eq(of_a, of_b);
}

bool same_default(const struct expression_scope *scope_a, const struct schema_column *a,
                  const struct expression_scope *scope_b, const struct schema_column *b)
{
    struct str text_a = plain(a->default_value), text_b = plain(b->default_value);
    struct str of_a = computed(text_a), of_b = computed(text_b);

    if (str_eq(text_a, text_b) || same_fraction(a, b) ||
        (text_a.length && str_eq(without_own_cast(a, text_a), without_own_cast(b, text_b))))
        return true;
    if (!of_a.length != !of_b.length)
        return false;
    return expression_same_value(scope_a, of_a.length ? of_a : text_a, a->type, scope_b,
                                 of_b.length ? of_b : text_b, b->type);
}

/* --- Partitions. --- */

struct schema_column partition_column(const struct schema_table *partition,
                                      const struct schema_column *of)
{
    const struct schema_column *own = schema_column_named(partition, of->name);
    struct schema_column column = own ? *own : *of;

    if (!own || own->type.length)
        return column;
    column.type = of->type;
    column.nullable = own->nullable && of->nullable;
    if (!own->default_value.length && !own->unread_default) {
        column.default_value = of->default_value;
        column.unread_default = of->unread_default;
    }
    return column;
}
