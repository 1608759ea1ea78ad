#include "readers/sqlalchemy.h"

/* --- Index(…), UniqueConstraint(…) and their like. --- */

static TSNode unwrapped(TSNode node)
{
    node = node_bare(node);
    return node_is(node, "list_splat") ? node_null() : node;
}

static bool index_parts(struct sa_reader *r, struct python_scope scope, TSNode call, size_t from,
                        struct strs *parts)
{
    for (size_t i = from; i < call_positional_count(call); i++) {
        struct str part;
        TSNode node = unwrapped(call_positional(call, i));
        if (ts_node_is_null(node) || !sa_index_part(r, scope, node, &part))
            return false;
        VEC_PUSH(r->arena, parts, part);
    }
    return parts->count > 0;
}

struct str sa_keyword_text(struct sa_reader *r, struct python_scope scope, TSNode call,
                           const char *name)
{
    return python_constant(r->tree, scope, call_keyword(scope.file, call, name)).text;
}

/* postgresql_include=["name"], postgresql_nulls_not_distinct=True */
static bool read_include(struct sa_reader *r, struct python_scope scope, TSNode call,
                         struct schema_index *index)
{
    TSNode list = call_keyword(scope.file, call, "postgresql_include");
    struct strs parts = {0};

    if (node_is(call_keyword(scope.file, call, "postgresql_nulls_not_distinct"), "true"))
        index->extra = STR("NULLS NOT DISTINCT");
    for (uint32_t i = 0; !ts_node_is_null(list) && i < ts_node_named_child_count(list); i++) {
        struct str part;
        if (!sa_index_part(r, scope, ts_node_named_child(list, i), &part))
            return false;
        VEC_PUSH(r->arena, &parts, part);
    }
    if (parts.count)
        index->extra = str_printf(r->arena, "INCLUDE (" STR_FMT ")%s" STR_FMT,
                                  STR_ARG(str_join(r->arena, parts.items, parts.count, STR(", "))),
                                  index->extra.length ? " " : "", STR_ARG(index->extra));
    return true;
}

static bool read_index(struct sa_reader *r, const struct sa_class *class, struct python_scope scope,
                       struct schema_table *table, TSNode call, struct schema_index *index)
{
    struct python_constant name = python_constant(r->tree, scope, call_positional(call, 0));
    TSNode where = call_keyword(scope.file, call, "postgresql_where");

    if (name.kind != CONSTANT_STRING && name.kind != CONSTANT_NONE)
        return false;
    if (node_is(call_keyword(scope.file, call, "unique"), "true"))
        index->kind = SCHEMA_UNIQUE_INDEX;
    if (!index_parts(r, scope, call, 1, &index->parts))
        return false;
    index->name = sa_index_name(r, class, table, &index->parts, "ix", name.text);
    index->method = sa_keyword_text(r, scope, call, "postgresql_using");
    if (str_eq_nocase(index->method, STR("btree")))
        index->method = STR_NONE;
    if (!read_include(r, scope, call, index))
        return false;
    sa_where_read(r, scope, where, &index->condition);
    return sa_ops_read(r, scope, call, &index->parts);
}

static bool read_unique(struct sa_reader *r, const struct sa_class *class,
                        struct python_scope scope, struct schema_table *table, TSNode call,
                        struct schema_index *index)
{
    index->kind = SCHEMA_UNIQUE;
    if (!index_parts(r, scope, call, 0, &index->parts))
        return false;
    index->name = sa_index_name(r, class, table, &index->parts, "uq",
                                sa_keyword_text(r, scope, call, "name"));
    return read_include(r, scope, call, index);
}

static bool read_check(struct sa_reader *r, const struct sa_class *class, struct python_scope scope,
                       struct schema_table *table, TSNode call, struct schema_index *index)
{
    TSNode expression = call_positional(call, 0);
    bool string;
    struct str text;

    index->kind = SCHEMA_CHECK;
    if (ts_node_is_null(expression))
        expression = call_keyword(scope.file, call, "sqltext");
    if (!sa_default_read(r, scope, expression, &text, &string) &&
        !sa_condition_read(r, scope, expression, &text))
        text = node_source(scope.file, expression);
    strs_add(r->arena, &index->parts, text);
    struct str given = sa_keyword_text(r, scope, call, "name");
    if (!given.length)
        given = python_constant(r->tree, scope, call_positional(call, 1)).text;
    index->name =
        given.length ? sa_index_name(r, class, table, &(struct strs){0}, "ck", given) : STR_NONE;
    return true;
}

static bool string_list(struct sa_reader *r, struct python_scope scope, TSNode list,
                        struct strs *texts)
{
    for (uint32_t i = 0; !ts_node_is_null(list) && i < ts_node_named_child_count(list); i++) {
        struct str part;
        if (!sa_index_part(r, scope, ts_node_named_child(list, i), &part))
            return false;
        VEC_PUSH(r->arena, texts, part);
    }
    return texts->count > 0;
}

static bool target_list(struct sa_reader *r, struct sa_argument list, struct strs *targets)
{
    for (uint32_t i = 0; !ts_node_is_null(list.node) && i < ts_node_named_child_count(list.node);
         i++) {
        TSNode node = ts_node_named_child(list.node, i);
        if (node_is(node, "comment"))
            continue;
        struct str target = sa_target(r, list.scope, node);
        if (!target.length)
            return false;
        VEC_PUSH(r->arena, targets, target);
    }
    return targets->count > 0;
}

static bool read_foreign(struct sa_reader *r, const struct sa_class *class,
                         struct python_scope scope, const struct schema_table *of, TSNode call,
                         struct schema_index *index)
{
    struct strs targets = {0}, columns = {0};
    struct str table = STR_NONE;

    index->kind = SCHEMA_FOREIGN_KEY;
    struct sa_argument from = sa_argument(r, scope, call, "columns", 0);
    if (!string_list(r, from.scope, from.node, &index->parts) ||
        !target_list(r, sa_argument(r, scope, call, "refcolumns", 1), &targets))
        return false;
    for (size_t i = 0; i < targets.count; i++) {
        size_t dot = str_find_last_byte(targets.items[i], '.');
        table = dot == SIZE_MAX ? table : str_prefix(targets.items[i], dot);
        VEC_PUSH(r->arena, &columns, dotted_last(targets.items[i]));
    }
    index->references =
        str_printf(r->arena, STR_FMT " (" STR_FMT ")" STR_FMT, STR_ARG(table),
                   STR_ARG(str_join(r->arena, columns.items, columns.count, STR(", "))),
                   STR_ARG(sa_actions(r, scope, call)));
    index->name = sa_keyword_text(r, scope, call, "name");
    if (!index->name.length)
        index->name = python_constant(r->tree, scope, call_positional(call, 2)).text;
    index->name = sa_foreign_name(r, class, of, &index->parts, index->name, table);
    return true;
}

static void primary_key(struct sa_reader *r, struct python_scope scope, struct schema_table *table,
                        TSNode call)
{
    struct strs parts = {0};

    if (!index_parts(r, scope, call, 0, &parts))
        return;
    for (size_t i = 0; i < parts.count; i++) {
        struct schema_column *column = schema_column_named(table, parts.items[i]);
        if (column) {
            column->primary_key = true;
            column->nullable = false;
        }
    }
}

/* ForeignKeyConstraint(["team_id"], ["teams.id"]) makes what ForeignKey(…) of that column makes. */
static bool is_key_of_column(struct schema_table *table, const struct schema_index *index)
{
    struct schema_column *column = index->kind == SCHEMA_FOREIGN_KEY && index->parts.count == 1
                                       ? schema_column_named(table, index->parts.items[0])
                                       : NULL;

    if (column)
        column->references = index->references;
    return column != NULL;
}

/* UniqueConstraint("email") makes what unique=True of that column makes, unless it has a name of its own. */
static bool is_as_unique(struct sa_reader *r, const struct sa_class *class,
                         const struct schema_table *table, const struct schema_index *index)
{
    if (index->kind != SCHEMA_UNIQUE || index->parts.count != 1 || index->extra.length)
        return false;
    struct str usual = sa_index_name(r, class, table, &index->parts, "uq", STR_NONE);
    if (!usual.length)
        usual = str_printf(r->arena, STR_FMT "_" STR_FMT "_key", STR_ARG(dotted_last(table->name)),
                           STR_ARG(index->parts.items[0]));
    return !index->name.length || str_eq(index->name, usual);
}

void sa_argument_read(struct sa_reader *r, const struct sa_class *class, struct python_scope scope,
                      struct schema_table *table, TSNode argument)
{
    struct schema_index index = {.place = sa_place(scope.file, argument)};
    bool read = false;

    if (!node_is(argument, "call"))
        return;
    struct str called = python_foreign(r->tree, scope, node_field(argument, "function"));
    if (sa_is(called, "PrimaryKeyConstraint")) {
        primary_key(r, scope, table, argument);
        return;
    }
    if (sa_is(called, "Index"))
        read = read_index(r, class, scope, table, argument, &index);
    else if (sa_is(called, "UniqueConstraint"))
        read = read_unique(r, class, scope, table, argument, &index);
    else if (sa_is(called, "CheckConstraint"))
        read = read_check(r, class, scope, table, argument, &index);
    else if (sa_is(called, "ForeignKeyConstraint"))
        read = read_foreign(r, class, scope, table, argument, &index);
    else if (sa_is(called, "ExcludeConstraint"))
        read = sa_exclude_read(r, class, scope, table, argument, &index);
    if (read && (index.kind == SCHEMA_UNIQUE || index.kind == SCHEMA_EXCLUDE))
        schema_index_defer(r->arena, &index, sa_deferral(r, scope, argument));
    if (read && is_key_of_column(table, &index))
        return;
    index.as_unique = read && is_as_unique(r, class, table, &index);
    if (read)
        VEC_PUSH(r->arena, &table->indexes, index);
    else
        schema_unread_add(
            r->arena, r->schema, index.place,
            str_printf(r->arena, "an argument of table " STR_FMT, STR_ARG(table->name)),
            python_whole(r->tree, scope, argument));
}
