/* sql_renamed.c -- a column's new name in what is said of it elsewhere: PostgreSQL keeps numbers of columns, and writes their names anew. */
#include "readers/sql_reader.h"

/* --- Texts. --- */

static struct str in_expression(struct sql_reader *r, struct str name)
{
    return sql_is_plain_name(name) ? name : str_printf(r->arena, "\"" STR_FMT "\"", STR_ARG(name));
}

/* k(…) is a function, k.x of a table, ::k a type, (address).k a part of a value. */
static bool is_column(struct str before, struct str before_that, struct str after)
{
    return !str_eq(after, STR("(")) && !str_eq(after, STR(".")) && !str_eq(before, STR(":")) &&
           (!str_eq(before, STR(".")) || !str_eq(before_that, STR(")")));
}

static struct str renamed(struct sql_reader *r, struct str expression, struct str from,
                          struct str to)
{
    struct buf out;
    struct str before = STR_NONE, before_that = STR_NONE;
    size_t at = 0, copied = 0;

    if (!sql_mentions(expression, from))
        return expression;
    out = buf_new(r->arena, expression.length * (to.length + 3) + 1);
    for (struct str token; (token = sql_token(expression, &at)).length;
         before_that = before, before = token) {
        size_t behind = at;
        if (!str_eq(str_trim_bytes(token, "\""), from) ||
            !is_column(before, before_that, sql_token(expression, &behind)))
            continue;
        buf_add(&out, str_slice(expression, copied, at - token.length));
        buf_add(&out, in_expression(r, to));
        copied = at;
    }
    buf_add(&out, str_from_offset(expression, copied));
    return buf_str(&out);
}

/* "INCLUDE (id, k)", "a (id, k) ON DELETE CASCADE": names that stand there as they are. */
static struct str renamed_in_list(struct sql_reader *r, struct str text, struct str from,
                                  struct str to)
{
    size_t open = str_find_byte(text, '('), close = str_find_byte(text, ')');
    struct strs names = {0};

    if (open == SIZE_MAX || close == SIZE_MAX || close < open)
        return text;
    for (struct str rest = str_slice(text, open + 1, close); rest.length;) {
        struct str name = str_trim_bytes(str_cut(&rest, ','), " ");
        strs_add(r->arena, &names, str_eq(name, from) ? to : name);
    }
    return str_printf(r->arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_prefix(text, open + 1)),
                      STR_ARG(str_join(r->arena, names.items, names.count, STR(", "))),
                      STR_ARG(str_from_offset(text, close)));
}

/* --- Where they stand. --- */

static void rename_in_index(struct sql_reader *r, struct schema_index *index, struct str from,
                            struct str to)
{
    for (size_t i = 0; i < index->parts.count; i++) {
        struct str *part = &index->parts.items[i];
        *part = str_eq(*part, from) ? to : renamed(r, *part, from, to);
    }
    index->condition = renamed(r, index->condition, from, to);
    index->extra = renamed_in_list(r, index->extra, from, to);
    if (str_eq(index->of_column, from))
        index->of_column = to;
}

static void rename_referred(struct sql_reader *r, struct str head, struct str from, struct str to)
{
    for (size_t i = 0; i < r->schema->tables.count; i++) {
        struct schema_table *table = &r->schema->tables.items[i];
        for (size_t j = 0; j < table->columns.count; j++) {
            struct str *references = &table->columns.items[j].references;
            if (str_starts(*references, head))
                *references = renamed_in_list(r, *references, from, to);
        }
        for (size_t j = 0; j < table->indexes.count; j++) {
            struct str *references = &table->indexes.items[j].references;
            if (str_starts(*references, head))
                *references = renamed_in_list(r, *references, from, to);
        }
    }
}

void sql_rename_within(struct sql_reader *r, struct schema_table *table, struct str from,
                       struct str to)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        struct str *value = &table->columns.items[i].default_value;
        if (str_starts(*value, STR("GENERATED ")))
            *value = renamed(r, *value, from, to);
    }
    for (size_t i = 0; i < table->indexes.count; i++)
        rename_in_index(r, &table->indexes.items[i], from, to);
    rename_referred(r, str_printf(r->arena, STR_FMT " (", STR_ARG(table->name)), from, to);
}
