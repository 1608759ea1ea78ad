/* sql_names.c -- the names PostgreSQL gives to what was given none (its indexcmds.c, parse_target.c). */
#include "readers/sql_reader.h"

/* NAMEDATALEN - 1: both parts are shortened, the longer first. */
#define NAME_MAX_BYTES 63u

static struct str bare(struct str table)
{
    size_t dot = str_find_byte(table, '.');

    return dot == SIZE_MAX ? table : str_from_offset(table, dot + 1);
}

struct str sql_made_up_name(struct arena *arena, struct str table, struct str columns,
                            const char *label)
{
    struct str first = bare(table), second = columns;
    size_t overhead = str_from(label).length + 1 + (second.length ? 1 : 0);

    while (first.length + second.length + overhead > NAME_MAX_BYTES) {
        if (first.length > second.length)
            first.length--;
        else
            second.length--;
    }
    return second.length ? str_printf(arena, STR_FMT "_" STR_FMT "_%s", STR_ARG(first),
                                      STR_ARG(second), label)
                         : str_printf(arena, STR_FMT "_%s", STR_ARG(first), label);
}

bool sql_is_taken(const struct sql_reader *r, struct str name)
{
    for (size_t i = 0; i < r->named.count; i++)
        if (str_eq(r->named.items[i].name, name))
            return true;
    for (size_t i = 0; i < r->schema->tables.count; i++)
        for (size_t j = 0; j < r->schema->tables.items[i].indexes.count; j++)
            if (str_eq(r->schema->tables.items[i].indexes.items[j].name, name))
                return true;
    return false;
}

struct str sql_free_name(struct sql_reader *r, struct str table, const struct strs *columns,
                         const char *label)
{
    struct str joined = str_join(r->arena, columns->items, columns->count, STR("_"));
    struct str name = sql_made_up_name(r->arena, table, joined, label);

    for (unsigned i = 1; sql_is_taken(r, name) && i < 1000; i++) {
        struct str numbered = str_printf(r->arena, "%s%u", label, i);
        name = sql_made_up_name(r->arena, table, joined, str_c(r->arena, numbered));
    }
    return name;
}

/* --- Sequences. --- */

bool sql_is_plain_name(struct str name)
{
    for (size_t i = 0; i < name.length; i++)
        if (!byte_is_word(name.bytes[i]) || (name.bytes[i] >= 'A' && name.bytes[i] <= 'Z'))
            return false;
    return name.length && !byte_is_digit(name.bytes[0]);
}

struct str sql_serial_default(struct arena *arena, struct str table, struct str column)
{
    struct str name = sql_made_up_name(arena, table, column, "seq");
    struct str schema = str_prefix(table, table.length - bare(table).length);
    const char *quote = sql_is_plain_name(name) ? "" : "\"";

    return str_printf(arena, "nextval('" STR_FMT "%s" STR_FMT "%s'::regclass)", STR_ARG(schema),
                      quote, STR_ARG(name), quote);
}

/* --- What an index calls its parts. --- */

/* How sure a name is: a type's and CASE's give way to one found further in. */
enum strength { STRENGTH_NONE = 0, STRENGTH_TYPE, STRENGTH_NAME };

static enum strength last_of(struct sql_reader *r, PgQuery__Node *const *names, size_t count,
                             enum strength strength, struct str *ret_name)
{
    if (!count || names[count - 1]->node_case != PG_QUERY__NODE__NODE_STRING)
        return STRENGTH_NONE;
    *ret_name = sql_text(r, names[count - 1]->string->sval);
    return strength;
}

static enum strength named(struct str name, struct str *ret_name)
{
    *ret_name = name;
    return STRENGTH_NAME;
}

static enum strength name_of(struct sql_reader *r, const PgQuery__Node *node, struct str *ret_name)
{
    enum strength strength;

    switch (node ? node->node_case : PG_QUERY__NODE__NODE__NOT_SET) {
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        return last_of(r, node->column_ref->fields, node->column_ref->n_fields, STRENGTH_NAME,
                       ret_name);
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        return last_of(r, node->func_call->funcname, node->func_call->n_funcname, STRENGTH_NAME,
                       ret_name);
    case PG_QUERY__NODE__NODE_A_INDIRECTION:
        return name_of(r, node->a_indirection->arg, ret_name);
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        return name_of(r, node->collate_clause->arg, ret_name);
    case PG_QUERY__NODE__NODE_TYPE_CAST:
        strength = name_of(r, node->type_cast->arg, ret_name);
        return strength == STRENGTH_NAME
                   ? strength
                   : last_of(r, node->type_cast->type_name->names,
                             node->type_cast->type_name->n_names, STRENGTH_TYPE, ret_name);
    case PG_QUERY__NODE__NODE_CASE_EXPR:
        strength = name_of(r, node->case_expr->defresult, ret_name);
        if (strength != STRENGTH_NAME)
            *ret_name = STR("case");
        return strength == STRENGTH_NAME ? strength : STRENGTH_TYPE;
    case PG_QUERY__NODE__NODE_A_EXPR:
        return node->a_expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF
                   ? named(STR("nullif"), ret_name)
                   : STRENGTH_NONE;
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        return named(STR("array"), ret_name);
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return named(STR("coalesce"), ret_name);
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        return named(node->min_max_expr->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST ? STR("greatest")
                                                                                 : STR("least"),
                     ret_name);
    default:
        return STRENGTH_NONE;
    }
}

void sql_element_name(struct sql_reader *r, const PgQuery__IndexElem *element, struct strs *names)
{
    struct str name = sql_text(r, element->name);

    if (!name.length && name_of(r, element->expr, &name) == STRENGTH_NONE)
        name = STR("expr");
    struct str free = name;
    for (unsigned i = 1; strs_have(names, free); i++)
        free = str_printf(r->arena, STR_FMT "%u", STR_ARG(name), i);
    VEC_PUSH(r->arena, names, free);
}
