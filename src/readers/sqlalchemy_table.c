#include "readers/sqlalchemy.h"

/* --- Index(…), UniqueConstraint(…) and their like. --- */

static TSNode unwrapped(TSNode node)
{
    node = node_bare(node);
    return node_is(node, "list_splat") ? node_null() : node;
}

/* desc(x), x.desc(), nulls_last(x), x.nullslast()… */
static const char *order_words(struct str name)
{
    static const char *const rows[][2] = {
        {"desc", " DESC"},
        {"asc", ""},
        {"nulls_first", " NULLS FIRST"},
        {"nullsfirst", " NULLS FIRST"},
        {"nulls_last", " NULLS LAST"},
        {"nullslast", " NULLS LAST"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(name, str_from(rows[i][0])))
            return rows[i][1];
    return NULL;
}

/* func.coalesce(nick, "none"): columns, and what else is written out. Of a single string a name is made, as people mean it. */
static bool function_part(struct sa_reader *r, struct python_scope scope, TSNode call,
                          struct str name, struct str *ret_part)
{
    struct strs parts = {0};
    size_t count = call_positional_count(call);

    for (size_t i = 0; i < count; i++) {
        TSNode node = call_positional(call, i);
        struct python_constant value = python_constant(r->tree, scope, node);
        struct str part = value.text;
        if (count > 1 && value.kind == CONSTANT_STRING)
            part = sql_quoted(r->arena, part);
        else if (value.kind != CONSTANT_NUMBER && !sa_index_part(r, scope, node, &part))
            return false;
        VEC_PUSH(r->arena, &parts, part);
    }
    *ret_part = str_printf(r->arena, STR_FMT "(" STR_FMT ")", STR_ARG(name),
                           STR_ARG(str_join(r->arena, parts.items, parts.count, STR(", "))));
    return count > 0;
}

/* "email", User.email, users.c.email, text("lower(email)"), email.desc(), func.lower(email) */
bool sa_index_part(struct sa_reader *r, struct python_scope scope, TSNode node,
                   struct str *ret_part)
{
    struct python_constant text = python_constant(r->tree, scope, node);

    if (text.kind == CONSTANT_STRING) {
        *ret_part = text.text;
        return true;
    }
    if (node_is(node, "identifier") || node_is(node, "attribute")) {
        struct str name = node_is(node, "identifier")
                              ? node_source(scope.file, node)
                              : node_source(scope.file, node_field(node, "attribute"));
        *ret_part = name;
        if (!node_is(node, "identifier") || ts_node_is_null(scope.body))
            return true;
        /* A column of this class may have another name in the database. */
        const struct python_binding *binding =
            python_binding_in(r->tree, scope.file, scope.body, name);
        if (binding && node_is(binding->node, "call")) {
            struct python_constant given =
                python_constant(r->tree, scope, call_positional(binding->node, 0));
            if (given.kind == CONSTANT_STRING)
                *ret_part = given.text;
        }
        return binding != NULL;
    }
    if (!node_is(node, "call"))
        return false;
    struct str called = python_foreign(r->tree, scope, node_field(node, "function"));
    TSNode function = node_field(node, "function");
    if (sa_is(called, "literal_column") || sa_is(called, "column")) {
        struct python_constant name = python_constant(r->tree, scope, call_positional(node, 0));
        *ret_part = name.text;
        return name.kind == CONSTANT_STRING;
    }
    bool string;
    struct str inner;
    if (sa_is(called, "text"))
        return sa_default_read(r, scope, node, ret_part, &string);
    if (str_contains(called, STR("func.")))
        return function_part(r, scope, node, dotted_last(called), ret_part);
    const char *order = order_words(dotted_last(called));
    if (order && str_starts(called, STR("sqlalchemy")) && call_positional_count(node) == 1) {
        if (!sa_index_part(r, scope, call_positional(node, 0), &inner))
            return false;
    } else {
        if (!node_is(function, "attribute"))
            return false;
        order = order_words(node_source(scope.file, node_field(function, "attribute")));
        if (!order || !sa_index_part(r, scope, node_field(function, "object"), &inner))
            return false;
    }
    *ret_part = str_printf(r->arena, STR_FMT "%s", STR_ARG(inner), order);
    return true;
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

/* --- User.deleted_at.is_(None), users.c.age > 18, ~User.active --- */

#define CONDITION_DEPTH_MAX 8u

static bool condition(struct sa_reader *r, struct python_scope scope, TSNode node,
                      struct str *ret_text, size_t depth);

static bool operand(struct sa_reader *r, struct python_scope scope, TSNode node,
                    struct str *ret_text)
{
    bool string;

    if (sa_default_read(r, scope, node, ret_text, &string)) {
        if (string)
            *ret_text = sql_quoted(r->arena, *ret_text);
        else if (!ret_text->length)
            *ret_text = STR("NULL");
        return true;
    }
    return sa_index_part(r, scope, node, ret_text);
}

/* X == None is IS NULL, as SQLAlchemy compiles it. */
static bool compared(struct sa_reader *r, struct python_scope scope, TSNode node,
                     struct str *ret_text)
{
    static const struct {
        const char *python, *sql;
    } words[] = {{"==", "="}, {"!=", "!="}, {"<", "<"}, {"<=", "<="}, {">", ">"}, {">=", ">="}};
    TSNode sign = node_field(node, "operators");
    struct str left, right;

    if (ts_node_named_child_count(node) != 2 || ts_node_is_null(sign) ||
        !operand(r, scope, ts_node_named_child(node, 0), &left) ||
        !operand(r, scope, ts_node_named_child(node, 1), &right))
        return false;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!str_eq(node_source(scope.file, sign), str_from(words[i].python)))
            continue;
        bool null = str_eq(right, STR("NULL"));
        *ret_text = str_printf(r->arena, STR_FMT " %s " STR_FMT, STR_ARG(left),
                               !null ? words[i].sql
                               : i   ? "IS NOT"
                                     : "IS",
                               STR_ARG(right));
        return !null || i < 2;
    }
    return false;
}

static bool condition_call(struct sa_reader *r, struct python_scope scope, TSNode node,
                           struct str *ret_text, size_t depth)
{
    TSNode function = node_field(node, "function");
    struct str called = python_foreign(r->tree, scope, function), left, right;
    bool all = sa_is(called, "and_"), any = sa_is(called, "or_");

    if (all || any) {
        struct buf buf = buf_new(r->arena, (size_t)64 << 10);
        for (size_t i = 0; i < call_positional_count(node); i++) {
            if (!condition(r, scope, call_positional(node, i), &left, depth + 1))
                return false;
            buf_printf(&buf, "%s" STR_FMT, !i ? "" : all ? " AND " : " OR ", STR_ARG(left));
        }
        *ret_text = buf_str(&buf);
        return ret_text->length > 0;
    }
    if (!node_is(function, "attribute") ||
        !sa_index_part(r, scope, node_field(function, "object"), &left) ||
        call_positional_count(node) != 1 || !operand(r, scope, call_positional(node, 0), &right))
        return false;
    struct str method = node_source(scope.file, node_field(function, "attribute"));
    bool is = str_eq(method, STR("is_"));
    if (!is && !str_eq(method, STR("is_not")) && !str_eq(method, STR("isnot")))
        return false;
    *ret_text = str_printf(r->arena, STR_FMT " %s " STR_FMT, STR_ARG(left), is ? "IS" : "IS NOT",
                           STR_ARG(right));
    return true;
}

static bool condition(struct sa_reader *r, struct python_scope scope, TSNode node,
                      struct str *ret_text, size_t depth)
{
    struct str inner;

    node = node_bare(node);
    if (depth > CONDITION_DEPTH_MAX)
        return false;
    if (node_is(node, "comparison_operator"))
        return compared(r, scope, node, ret_text);
    if (node_is(node, "call"))
        return condition_call(r, scope, node, ret_text, depth) ||
               sa_default_read(r, scope, node, ret_text, &(bool){false});
    if (node_is(node, "unary_operator") && str_starts(node_source(scope.file, node), STR("~"))) {
        if (!condition(r, scope, node_field(node, "argument"), &inner, depth + 1))
            return false;
        *ret_text = str_printf(r->arena, "NOT " STR_FMT, STR_ARG(inner));
        return true;
    }
    if (node_is(node, "binary_operator")) {
        struct str sign = node_source(scope.file, node_field(node, "operator")), right;
        if ((!str_eq(sign, STR("&")) && !str_eq(sign, STR("|"))) ||
            !condition(r, scope, node_field(node, "left"), &inner, depth + 1) ||
            !condition(r, scope, node_field(node, "right"), &right, depth + 1))
            return false;
        *ret_text = str_printf(r->arena, STR_FMT " %s " STR_FMT, STR_ARG(inner),
                               str_eq(sign, STR("&")) ? "AND" : "OR", STR_ARG(right));
        return true;
    }
    return (node_is(node, "identifier") || node_is(node, "attribute")) &&
           sa_index_part(r, scope, node, ret_text);
}

void sa_where_read(struct sa_reader *r, struct python_scope scope, TSNode where,
                   struct str *ret_text)
{
    bool string;

    if (!ts_node_is_null(where) && !sa_default_read(r, scope, where, ret_text, &string) &&
        !condition(r, scope, where, ret_text, 0))
        *ret_text = node_source(scope.file, where);
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
        !condition(r, scope, expression, &text, 0))
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

static bool read_foreign(struct sa_reader *r, struct python_scope scope, TSNode call,
                         struct schema_index *index)
{
    struct strs targets = {0}, columns = {0};
    struct str table = STR_NONE;

    index->kind = SCHEMA_FOREIGN_KEY;
    if (!string_list(r, scope, call_positional(call, 0), &index->parts) ||
        !string_list(r, scope, call_positional(call, 1), &targets))
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
        read = read_foreign(r, scope, argument, &index);
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
