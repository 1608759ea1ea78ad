/* sqlalchemy_expression.c -- columns, expressions and conditions of indexes and checks, as SQLAlchemy compiles them for PostgreSQL. */
#include "readers/sqlalchemy.h"

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
            part = schema_quoted(r->arena, part);
        else if (value.kind != CONSTANT_NUMBER && !sa_index_part(r, scope, node, &part))
            return false;
        VEC_PUSH(r->arena, &parts, part);
    }
    *ret_part = str_printf(r->arena, STR_FMT "(" STR_FMT ")", STR_ARG(name),
                           STR_ARG(str_join(r->arena, parts.items, parts.count, STR(", "))));
    return count > 0;
}

static bool operand(struct sa_reader *r, struct python_scope scope, TSNode node,
                    struct str *ret_text)
{
    bool string;

    if (sa_default_read(r, scope, node, ret_text, &string)) {
        if (string)
            *ret_text = schema_quoted(r->arena, *ret_text);
        else if (!ret_text->length)
            *ret_text = STR("NULL");
        return true;
    }
    return sa_index_part(r, scope, node, ret_text);
}

/* meta["a"]["b"]: meta -> 'a' -> 'b' */
static bool element_part(struct sa_reader *r, struct python_scope scope, TSNode node,
                         struct str *ret_part)
{
    struct python_constant key = python_constant(r->tree, scope, node_field(node, "subscript"));
    struct str inner;

    if ((key.kind != CONSTANT_STRING && key.kind != CONSTANT_NUMBER) ||
        !sa_index_part(r, scope, node_field(node, "value"), &inner))
        return false;
    *ret_part = str_printf(
        r->arena, STR_FMT " -> " STR_FMT, STR_ARG(inner),
        STR_ARG(key.kind == CONSTANT_STRING ? schema_quoted(r->arena, key.text) : key.text));
    return true;
}

/* meta["a"].astext, meta["a"].as_string(): meta ->> 'a' */
static bool text_part(struct sa_reader *r, struct python_scope scope, TSNode object,
                      struct str *ret_part)
{
    static const struct str arrow = STR_INIT(" -> ");
    struct str inner;
    size_t at = SIZE_MAX;

    if (!node_is(object, "subscript") || !element_part(r, scope, object, &inner))
        return false;
    for (size_t next, from = 0; (next = str_find(str_from_offset(inner, from), arrow)) != SIZE_MAX;
         from = at + 1)
        at = from + next;
    *ret_part = str_printf(r->arena, STR_FMT " ->> " STR_FMT, STR_ARG(str_prefix(inner, at)),
                           STR_ARG(str_from_offset(inner, at + arrow.length)));
    return true;
}

/* cast(x, Integer), x.cast(Integer): CAST(x AS INTEGER) */
static bool cast_part(struct sa_reader *r, struct python_scope scope, TSNode object, TSNode type,
                      struct str *ret_part)
{
    struct sa_type made;
    struct str inner;

    if (!sa_index_part(r, scope, object, &inner) || !sa_type_read(r, scope, type, &made))
        return false;
    *ret_part = str_printf(r->arena, "CAST(" STR_FMT " AS " STR_FMT ")", STR_ARG(inner),
                           STR_ARG(made.text));
    return true;
}

/* meta.op("->>")("name") */
static bool operator_part(struct sa_reader *r, struct python_scope scope, TSNode call,
                          struct str *ret_part)
{
    TSNode made = node_field(call, "function"), method = node_field(made, "function");
    struct python_constant sign = python_constant(r->tree, scope, call_positional(made, 0));
    struct str left, right;

    if (!node_is(method, "attribute") ||
        !str_eq(node_source(scope.file, node_field(method, "attribute")), STR("op")) ||
        sign.kind != CONSTANT_STRING ||
        !sa_index_part(r, scope, node_field(method, "object"), &left) ||
        !operand(r, scope, call_positional(call, 0), &right))
        return false;
    *ret_part = str_printf(r->arena, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(left),
                           STR_ARG(sign.text), STR_ARG(right));
    return true;
}

/* x.desc(), x.cast(Integer), meta["a"].as_string(), x.collate("C") */
static bool method_part(struct sa_reader *r, struct python_scope scope, TSNode call,
                        struct str *ret_part)
{
    TSNode function = node_field(call, "function"), object = node_field(function, "object");
    struct str name = node_source(scope.file, node_field(function, "attribute")), inner;
    const char *order = order_words(name);
    struct python_constant collation = python_constant(r->tree, scope, call_positional(call, 0));

    if (str_eq(name, STR("as_string")))
        return text_part(r, scope, object, ret_part);
    if (str_eq(name, STR("cast")))
        return cast_part(r, scope, object, call_positional(call, 0), ret_part);
    bool collate = str_eq(name, STR("collate")) && collation.kind == CONSTANT_STRING;
    if ((!order && !collate) || !sa_index_part(r, scope, object, &inner))
        return false;
    *ret_part = collate ? str_printf(r->arena, STR_FMT " COLLATE \"" STR_FMT "\"", STR_ARG(inner),
                                     STR_ARG(collation.text))
                        : str_printf(r->arena, STR_FMT "%s", STR_ARG(inner), order);
    return true;
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
    if (node_is(node, "subscript"))
        return element_part(r, scope, node, ret_part);
    if (node_is(node, "attribute") &&
        str_eq(node_source(scope.file, node_field(node, "attribute")), STR("astext")))
        return text_part(r, scope, node_field(node, "object"), ret_part);
    if (node_is(node, "identifier") || node_is(node, "attribute")) {
        struct str name = node_is(node, "identifier")
                              ? node_source(scope.file, node)
                              : node_source(scope.file, node_field(node, "attribute"));
        *ret_part = name;
        if (node_is(node, "attribute"))
            *ret_part = sa_column_named(r, scope, node);
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
    if (node_is(function, "call"))
        return operator_part(r, scope, node, ret_part);
    if (sa_is(called, "cast") && str_starts(called, STR("sqlalchemy")))
        return cast_part(r, scope, call_positional(node, 0), call_positional(node, 1), ret_part);
    const char *order = order_words(dotted_last(called));
    if (!order || !str_starts(called, STR("sqlalchemy")) || call_positional_count(node) != 1)
        return node_is(function, "attribute") && method_part(r, scope, node, ret_part);
    if (!sa_index_part(r, scope, call_positional(node, 0), &inner))
        return false;
    *ret_part = str_printf(r->arena, STR_FMT "%s", STR_ARG(inner), order);
    return true;
}

/* --- User.deleted_at.is_(None), users.c.age > 18, ~User.active --- */

#define CONDITION_DEPTH_MAX 8u

static bool condition(struct sa_reader *r, struct python_scope scope, TSNode node,
                      struct str *ret_text, size_t depth);

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

/* Which of its parts stand in parentheses. */
enum around { AROUND_ANY = 0, AROUND_ALL, AROUND_NOT };

/* or_(…), x | y; and_(…), x & y where NOT stands around it */
static bool is_grouped(struct sa_reader *r, struct python_scope scope, TSNode node,
                       enum around around)
{
    struct str called = node_is(node, "call")
                            ? python_foreign(r->tree, scope, node_field(node, "function"))
                            : STR_NONE;
    struct str sign = node_is(node, "binary_operator")
                          ? node_source(scope.file, node_field(node, "operator"))
                          : STR_NONE;
    bool any = sa_is(called, "or_") || str_eq(sign, STR("|"));
    bool all = sa_is(called, "and_") || str_eq(sign, STR("&"));

    return around != AROUND_ANY && (any || (all && around == AROUND_NOT));
}

static bool member(struct sa_reader *r, struct python_scope scope, TSNode node, enum around around,
                   struct str *ret_text, size_t depth)
{
    node = node_bare(node);
    if (!condition(r, scope, node, ret_text, depth + 1))
        return false;
    if (is_grouped(r, scope, node, around))
        *ret_text = str_printf(r->arena, "(" STR_FMT ")", STR_ARG(*ret_text));
    return true;
}

static bool list_of(struct sa_reader *r, struct python_scope scope, TSNode list,
                    struct str *ret_text)
{
    struct strs parts = {0};

    for (uint32_t i = 0; i < ts_node_named_child_count(list); i++) {
        TSNode item = ts_node_named_child(list, i);
        struct str text;
        if (node_is(item, "comment"))
            continue;
        if (!operand(r, scope, item, &text))
            return false;
        VEC_PUSH(r->arena, &parts, text);
    }
    *ret_text = str_printf(r->arena, "(" STR_FMT ")",
                           STR_ARG(str_join(r->arena, parts.items, parts.count, STR(", "))));
    return parts.count > 0 &&
           (node_is(list, "list") || node_is(list, "tuple") || node_is(list, "set"));
}

/* x.is_(None), x.in_(["a", "b"]), x.like("a%"), x.between(1, 5) */
static bool condition_method(struct sa_reader *r, struct python_scope scope, TSNode node,
                             struct str *ret_text)
{
    static const struct {
        const char *method, *sql;
        bool list;
    } words[] = {
        {"is_", "IS", false},
        {"is_not", "IS NOT", false},
        {"isnot", "IS NOT", false},
        {"in_", "IN", true},
        {"not_in", "NOT IN", true},
        {"notin_", "NOT IN", true},
        {"like", "LIKE", false},
        {"ilike", "ILIKE", false},
        {"not_like", "NOT LIKE", false},
        {"notlike", "NOT LIKE", false},
    };
    TSNode function = node_field(node, "function"), first = call_positional(node, 0);
    struct str left, right, last;

    if (!node_is(function, "attribute") ||
        !sa_index_part(r, scope, node_field(function, "object"), &left))
        return false;
    struct str method = node_source(scope.file, node_field(function, "attribute"));
    size_t count = call_positional_count(node);
    if (str_eq(method, STR("between")) && count == 2 && operand(r, scope, first, &right) &&
        operand(r, scope, call_positional(node, 1), &last)) {
        *ret_text = str_printf(r->arena, STR_FMT " BETWEEN " STR_FMT " AND " STR_FMT, STR_ARG(left),
                               STR_ARG(right), STR_ARG(last));
        return true;
    }
    for (size_t i = 0; count == 1 && i < COUNT_OF(words); i++) {
        if (!str_eq(method, str_from(words[i].method)))
            continue;
        *ret_text = STR_NONE;
        if (words[i].list ? !list_of(r, scope, first, &right) : !operand(r, scope, first, &right))
            return false;
        *ret_text = str_printf(r->arena, STR_FMT " %s " STR_FMT, STR_ARG(left), words[i].sql,
                               STR_ARG(right));
        return true;
    }
    return false;
}

static bool condition_call(struct sa_reader *r, struct python_scope scope, TSNode node,
                           struct str *ret_text, size_t depth)
{
    struct str called = python_foreign(r->tree, scope, node_field(node, "function")), part;
    bool all = sa_is(called, "and_"), any = sa_is(called, "or_");

    if (sa_is(called, "not_")) {
        TSNode inner = node_bare(call_positional(node, 0));
        if (!member(r, scope, inner, AROUND_NOT, &part, depth))
            return false;
        *ret_text = str_printf(r->arena, "NOT " STR_FMT, STR_ARG(part));
        return true;
    }
    if (!all && !any)
        return condition_method(r, scope, node, ret_text);
    struct buf buf = buf_new(r->arena, (size_t)64 << 10);
    for (size_t i = 0; i < call_positional_count(node); i++) {
        if (!member(r, scope, call_positional(node, i), all ? AROUND_ALL : AROUND_ANY, &part,
                    depth))
            return false;
        buf_printf(&buf, "%s" STR_FMT, !i ? "" : all ? " AND " : " OR ", STR_ARG(part));
    }
    *ret_text = buf_str(&buf);
    return ret_text->length > 0;
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
        if (!member(r, scope, node_field(node, "argument"), AROUND_NOT, &inner, depth))
            return false;
        *ret_text = str_printf(r->arena, "NOT " STR_FMT, STR_ARG(inner));
        return true;
    }
    if (node_is(node, "binary_operator")) {
        struct str sign = node_source(scope.file, node_field(node, "operator")), right;
        bool all = str_eq(sign, STR("&"));
        enum around around = all ? AROUND_ALL : AROUND_ANY;
        if ((!all && !str_eq(sign, STR("|"))) ||
            !member(r, scope, node_field(node, "left"), around, &inner, depth) ||
            !member(r, scope, node_field(node, "right"), around, &right, depth))
            return false;
        *ret_text = str_printf(r->arena, STR_FMT " %s " STR_FMT, STR_ARG(inner), all ? "AND" : "OR",
                               STR_ARG(right));
        return true;
    }
    return (node_is(node, "identifier") || node_is(node, "attribute")) &&
           sa_index_part(r, scope, node, ret_text);
}

bool sa_condition_read(struct sa_reader *r, struct python_scope scope, TSNode node,
                       struct str *ret_text)
{
    return condition(r, scope, node, ret_text, 0);
}

void sa_where_read(struct sa_reader *r, struct python_scope scope, TSNode where,
                   struct str *ret_text)
{
    bool string;

    if (!ts_node_is_null(where) && !sa_default_read(r, scope, where, ret_text, &string) &&
        !condition(r, scope, where, ret_text, 0))
        *ret_text = node_source(scope.file, where);
}
