/* sqlalchemy_postgresql.c -- what sqlalchemy.dialects.postgresql adds to indexes and constraints. */
#include "readers/sqlalchemy.h"

/* "name" or "name DESC" with the class "gin_trgm_ops" between */
static struct str with_class(struct arena *arena, struct str part, struct str class)
{
    bool down = str_ends(part, STR(" DESC"));
    struct str column = str_prefix(part, part.length - (down ? STR(" DESC").length : 0));

    return str_printf(arena, STR_FMT " " STR_FMT "%s", STR_ARG(column), STR_ARG(class),
                      down ? " DESC" : "");
}

static bool is_part(struct str part, struct str column)
{
    return str_eq(part, column) ||
           (str_ends(part, STR(" DESC")) &&
            str_eq(str_prefix(part, part.length - STR(" DESC").length), column));
}

bool sa_ops_read(struct sa_reader *r, struct python_scope scope, TSNode call, struct strs *parts)
{
    TSNode map = call_keyword(scope.file, call, "postgresql_ops");

    if (ts_node_is_null(map) || node_is(map, "none"))
        return true;
    if (!node_is(map, "dictionary"))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(map); i++) {
        TSNode pair = ts_node_named_child(map, i);
        if (!node_is(pair, "pair"))
            continue;
        struct python_constant key = python_constant(r->tree, scope, node_field(pair, "key"));
        struct python_constant class = python_constant(r->tree, scope, node_field(pair, "value"));
        if (key.kind != CONSTANT_STRING || class.kind != CONSTANT_STRING)
            return false;
        for (size_t j = 0; j < parts->count; j++)
            if (is_part(parts->items[j], key.text))
                parts->items[j] = with_class(r->arena, parts->items[j], class.text);
    }
    return true;
}

bool sa_exclude_read(struct sa_reader *r, const struct sa_class *class, struct python_scope scope,
                     const struct schema_table *table, TSNode call, struct schema_index *index)
{
    struct python_constant method =
        python_constant(r->tree, scope, call_keyword(scope.file, call, "using"));
    struct strs none = {0};

    index->kind = SCHEMA_EXCLUDE;
    for (size_t i = 0; i < call_positional_count(call); i++) {
        TSNode pair = node_bare(call_positional(call, i));
        struct str part;
        if (!node_is(pair, "tuple") || ts_node_named_child_count(pair) != 2)
            return false;
        /* Column("room", Integer) is allowed where the column's name is */
        TSNode element = ts_node_named_child(pair, 0);
        if (node_is(element, "call") &&
            (sa_is(python_foreign(r->tree, scope, node_field(element, "function")), "Column") ||
             sa_is(python_foreign(r->tree, scope, node_field(element, "function")), "column")))
            element = call_positional(element, 0);
        struct python_constant sign = python_constant(r->tree, scope, ts_node_named_child(pair, 1));
        if (sign.kind != CONSTANT_STRING || !sa_index_part(r, scope, element, &part))
            return false;
        VEC_PUSH(r->arena, &index->parts,
                 str_printf(r->arena, STR_FMT " WITH " STR_FMT, STR_ARG(part), STR_ARG(sign.text)));
    }
    index->method = method.kind == CONSTANT_STRING ? method.text : STR("gist");
    struct str given = python_constant(r->tree, scope, call_keyword(scope.file, call, "name")).text;
    index->name = given.length ? sa_index_name(r, class, table, &none, "ex", given) : given;
    sa_where_read(r, scope, call_keyword(scope.file, call, "where"), &index->condition);
    return index->parts.count > 0;
}
