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

bool same_default(const struct expression_scope *scope_a, const struct schema_column *a,
                  const struct expression_scope *scope_b, const struct schema_column *b)
{
    struct str text_a = plain(a->default_value), text_b = plain(b->default_value);
    struct str of_a = computed(text_a), of_b = computed(text_b);

    if (str_eq(text_a, text_b))
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
