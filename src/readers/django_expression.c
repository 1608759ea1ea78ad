/* django_expression.c -- conditions and expressions of Meta as SQL: Q(price__gte=0), ~Q(live=True), F("a"), Lower("name"). */
#include "readers/django.h"
#include "readers/sqlalchemy.h"

#define EXPRESSION_DEPTH_MAX 8u

struct reading {
    struct django_reader *r;
    struct python_scope scope;
    const struct django_fields *fields;
};

static bool expression(const struct reading *e, TSNode node, struct str *ret_text, size_t depth);

/* customer_id of the relation `customer`, whatever its column is called */
static bool is_key_of(const struct django_field *field, struct str name)
{
    static const struct str end = STR_INIT("_id");

    return field->relation && str_ends(name, end) &&
           str_eq(str_prefix(name, name.length - end.length), field->name);
}

struct str django_column_of(const struct django_fields *fields, struct str name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (str_eq(fields->items[i].name, name) || str_eq(fields->items[i].column, name) ||
            is_key_of(&fields->items[i], name))
            return fields->items[i].column;
    return name;
}

static bool constant(struct arena *arena, struct python_constant value, struct str *ret_text)
{
    switch (value.kind) {
    case CONSTANT_STRING:
        *ret_text = schema_quoted(arena, value.text);
        return true;
    case CONSTANT_NUMBER:
        *ret_text = value.text;
        return true;
    case CONSTANT_TRUE:
    case CONSTANT_FALSE:
        *ret_text = value.kind == CONSTANT_TRUE ? STR("true") : STR("false");
        return true;
    case CONSTANT_NONE:
        *ret_text = STR("NULL");
        return true;
    case CONSTANT_NOT:
        break;
    }
    return false;
}

/* Also one that a call makes: Decimal("0"), here or under a name. */
static bool literal(const struct reading *e, TSNode node, struct str *ret_text)
{
    struct python_scope in = e->scope;

    if (constant(e->r->arena, python_constant(e->r->tree, in, node), ret_text))
        return true;
    if (node_is(node, "identifier") || node_is(node, "attribute")) {
        struct python_thing thing = python_resolve(e->r->tree, in, node);
        in = (struct python_scope){.file = thing.file, .body = thing.scope, .bound = thing.bound};
        node = thing.kind == THING_FOREIGN ? thing.node : node_null();
    }
    return node_is(node, "call") && django_value_made(e->r, in, node, ret_text);
}

/* (1, 2), STATES, Status.values */
static bool list_of(const struct reading *e, TSNode node, struct buf *buf)
{
    struct python_constants values = {0};
    struct str text;

    if (!django_values_of(e->r, e->scope, node, &values))
        return false;
    for (size_t i = 0; i < values.count; i++) {
        if (!constant(e->r->arena, values.items[i], &text))
            return false;
        buf_printf(buf, "%s" STR_FMT, i ? ", " : "", STR_ARG(text));
    }
    return true;
}

/* price__range=(1, 5) */
static bool range_of(const struct reading *e, struct str column, TSNode ends, struct str *ret_text)
{
    struct str low, high;

    ends = node_bare(ends);
    if ((!node_is(ends, "tuple") && !node_is(ends, "list")) || ts_node_named_child_count(ends) != 2)
        return false;
    TSNode first = ts_node_named_child(ends, 0), last = ts_node_named_child(ends, 1);
    if ((!literal(e, first, &low) && !expression(e, first, &low, 1)) ||
        (!literal(e, last, &high) && !expression(e, last, &high, 1)))
        return false;
    *ret_text = str_printf(e->r->arena, STR_FMT " BETWEEN " STR_FMT " AND " STR_FMT,
                           STR_ARG(column), STR_ARG(low), STR_ARG(high));
    return true;
}

/* name__startswith="a": name LIKE 'a%'; with an i before it, whatever the case; name__regex */
static bool matched(const struct reading *e, struct str column, struct str word, TSNode value,
                    struct str *ret_text)
{
    static const struct {
        const char *lookup, *before, *after;
    } words[] = {{"startswith", "", "%"}, {"endswith", "%", ""}, {"contains", "%", "%"}};
    struct arena *arena = e->r->arena;
    struct python_constant text = python_constant(e->r->tree, e->scope, value);

    if (text.kind != CONSTANT_STRING)
        return false;
    if (str_eq(word, STR("regex")) || str_eq(word, STR("iregex"))) {
        *ret_text =
            str_printf(arena, STR_FMT " ~%s " STR_FMT, STR_ARG(column),
                       word.bytes[0] == 'i' ? "*" : "", STR_ARG(schema_quoted(arena, text.text)));
        return true;
    }
    bool any_case = word.length && word.bytes[0] == 'i';
    struct str plain = any_case ? str_from_offset(word, 1) : word;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!str_eq(plain, str_from(words[i].lookup)))
            continue;
        struct str pattern =
            schema_quoted(arena, str_printf(arena, "%s" STR_FMT "%s", words[i].before,
                                            STR_ARG(text.text), words[i].after));
        *ret_text = any_case ? str_printf(arena, "upper(" STR_FMT ") LIKE upper(" STR_FMT ")",
                                          STR_ARG(column), STR_ARG(pattern))
                             : str_printf(arena, STR_FMT " LIKE " STR_FMT, STR_ARG(column),
                                          STR_ARG(pattern));
        return true;
    }
    if (!str_eq(word, STR("iexact")))
        return false;
    *ret_text = str_printf(arena, "upper(" STR_FMT ") = upper(" STR_FMT ")", STR_ARG(column),
                           STR_ARG(schema_quoted(arena, text.text)));
    return true;
}

/* price__gte=0 */
static bool lookup(const struct reading *e, struct str name, TSNode value, struct str *ret_text)
{
    static const struct {
        const char *lookup, *sign;
    } signs[] = {{"exact", "="}, {"gt", ">"}, {"gte", ">="}, {"lt", "<"}, {"lte", "<="}};
    struct arena *arena = e->r->arena;
    size_t at = str_find(name, STR("__"));
    struct str column = django_column_of(e->fields, str_prefix(name, at));
    struct str word = at == SIZE_MAX ? STR("exact") : str_from_offset(name, at + 2), text;
    struct buf buf = buf_new(arena, (size_t)64 << 10);

    if (str_eq(word, STR("in"))) {
        buf_printf(&buf, STR_FMT " IN (", STR_ARG(column));
        if (!list_of(e, value, &buf))
            return false;
        buf_add_byte(&buf, ')');
        *ret_text = buf_str(&buf);
        return true;
    }
    if (str_eq(word, STR("range")))
        return range_of(e, column, value, ret_text);
    if (!literal(e, value, &text) && !expression(e, value, &text, 1))
        return false;
    bool truth = str_eq(text, STR("true")), null = str_eq(text, STR("NULL"));
    bool truth_value = truth || str_eq(text, STR("false"));
    if (matched(e, column, word, value, ret_text))
        return true;
    if (str_eq(word, STR("isnull")) && truth_value)
        *ret_text = str_printf(arena, STR_FMT " IS %sNULL", STR_ARG(column), truth ? "" : "NOT ");
    else if (str_eq(word, STR("exact")) && null)
        *ret_text = str_printf(arena, STR_FMT " IS NULL", STR_ARG(column));
    else if (str_eq(word, STR("exact")) && truth_value)
        *ret_text = str_printf(arena, "%s" STR_FMT, truth ? "" : "NOT ", STR_ARG(column));
    else {
        const char *sign = NULL;
        for (size_t i = 0; i < COUNT_OF(signs); i++)
            if (str_eq(word, str_from(signs[i].lookup)))
                sign = signs[i].sign;
        if (!sign)
            return false;
        *ret_text = str_printf(arena, STR_FMT " %s " STR_FMT, STR_ARG(column), sign, STR_ARG(text));
    }
    return true;
}

static bool condition(const struct reading *e, TSNode node, struct str *ret_text, bool *ret_several,
                      size_t depth);

static struct str grouped(struct arena *arena, struct str text, bool several)
{
    return several ? str_printf(arena, "(" STR_FMT ")", STR_ARG(text)) : text;
}

/* _connector=Q.OR; NULL: another one */
static const char *connector_of(const struct reading *e, TSNode connector)
{
    struct python_constant text = python_constant(e->r->tree, e->scope, connector);
    struct str word = text.kind == CONSTANT_STRING
                          ? text.text
                          : dotted_last(python_foreign(e->r->tree, e->scope, connector));

    return ts_node_is_null(connector) || str_eq(word, STR("AND")) ? " AND "
           : str_eq(word, STR("OR"))                              ? " OR "
                                                                  : NULL;
}

/* Q(a=1, b=2, Q(c=3)) */
static bool q_call(const struct reading *e, TSNode call, struct str *ret_text, bool *ret_several,
                   size_t depth)
{
    TSNode arguments = node_field(call, "arguments");
    TSNode connector = call_keyword(e->scope.file, call, "_connector");
    TSNode negated = call_keyword(e->scope.file, call, "_negated");
    struct buf buf = buf_new(e->r->arena, (size_t)64 << 10);
    const char *between = connector_of(e, connector);
    size_t count = 0;

    if (!between || !(ts_node_is_null(negated) || node_is(negated, "true")))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(arguments); i++) {
        TSNode argument = ts_node_named_child(arguments, i);
        struct str text;
        bool several = false;
        if (node_is(argument, "comment") ||
            str_starts(node_source(e->scope.file, node_field(argument, "name")), STR("_")))
            continue;
        if (node_is(argument, "keyword_argument")
                ? !lookup(e, node_source(e->scope.file, node_field(argument, "name")),
                          node_bare(node_field(argument, "value")), &text)
            : node_is(argument, "tuple") && ts_node_named_child_count(argument) == 2
                ? !lookup(
                      e,
                      python_constant(e->r->tree, e->scope, ts_node_named_child(argument, 0)).text,
                      node_bare(ts_node_named_child(argument, 1)), &text)
                : !condition(e, argument, &text, &several, depth + 1))
            return false;
        text = grouped(e->r->arena, text, several);
        buf_printf(&buf, "%s" STR_FMT, count++ ? between : "", STR_ARG(text));
    }
    *ret_several = count > 1 && ts_node_is_null(negated);
    *ret_text = ts_node_is_null(negated)
                    ? buf_str(&buf)
                    : str_printf(e->r->arena, "NOT (" STR_FMT ")", STR_ARG(buf_str(&buf)));
    return count > 0;
}

static bool condition(const struct reading *e, TSNode node, struct str *ret_text, bool *ret_several,
                      size_t depth)
{
    struct arena *arena = e->r->arena;
    struct str left, right;
    bool left_several = false, right_several = false;

    node = node_bare(node);
    *ret_several = false;
    if (depth > EXPRESSION_DEPTH_MAX)
        return false;
    if (node_is(node, "call"))
        return str_eq(
                   dotted_last(python_foreign(e->r->tree, e->scope, node_field(node, "function"))),
                   STR("Q")) &&
               q_call(e, node, ret_text, ret_several, depth);
    if (node_is(node, "unary_operator") && str_starts(node_source(e->scope.file, node), STR("~"))) {
        if (!condition(e, node_field(node, "argument"), &left, &left_several, depth + 1))
            return false;
        *ret_text = str_printf(arena, "NOT (" STR_FMT ")", STR_ARG(left));
        return true;
    }
    if (!node_is(node, "binary_operator"))
        return false;
    struct str sign = node_source(e->scope.file, node_field(node, "operator"));
    bool all = str_eq(sign, STR("&"));
    if ((!all && !str_eq(sign, STR("|"))) ||
        !condition(e, node_field(node, "left"), &left, &left_several, depth + 1) ||
        !condition(e, node_field(node, "right"), &right, &right_several, depth + 1))
        return false;
    *ret_several = true;
    *ret_text =
        str_printf(arena, STR_FMT " %s " STR_FMT, STR_ARG(grouped(arena, left, left_several)),
                   all ? "AND" : "OR", STR_ARG(grouped(arena, right, right_several)));
    return true;
}

/* nulls_last=True of desc() and asc() */
static bool ordered(const struct reading *e, TSNode call, const char *word)
{
    return node_is(call_keyword(e->scope.file, call, word), "true");
}

/* What the functions of django.db.models.functions are called in SQL. */
static struct str function_name(const struct reading *e, TSNode call, struct str called)
{
    static const struct {
        const char *called, *sql;
    } names[] = {{"Lower", "lower"},       {"Upper", "upper"},     {"Length", "length"},
                 {"Trim", "trim"},         {"LTrim", "ltrim"},     {"RTrim", "rtrim"},
                 {"Abs", "abs"},           {"Ceil", "ceiling"},    {"Floor", "floor"},
                 {"Coalesce", "COALESCE"}, {"NullIf", "NULLIF"},   {"Greatest", "GREATEST"},
                 {"Least", "LEAST"},       {"MD5", "md5"},         {"Reverse", "reverse"},
                 {"Left", "left"},         {"Right", "right"},     {"Replace", "replace"},
                 {"Sqrt", "sqrt"},         {"StrIndex", "strpos"}, {"Substr", "substring"}};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_eq(called, str_from(names[i].called)))
            return str_from(names[i].sql);
    if (!str_eq(called, STR("Func")) ||
        !ts_node_is_null(call_keyword(e->scope.file, call, "template")))
        return STR_NONE;
    struct python_constant name =
        python_constant(e->r->tree, e->scope, call_keyword(e->scope.file, call, "function"));
    return name.kind == CONSTANT_STRING ? name.text : STR_NONE;
}

/* Lower("name"), Func("name", function="unaccent") */
static bool function_call(const struct reading *e, TSNode call, struct str called,
                          struct str *ret_text, size_t depth)
{
    struct buf buf = buf_new(e->r->arena, (size_t)64 << 10);
    struct str name = function_name(e, call, called), argument;

    if (!name.length || call_has_splat(call))
        return false;
    buf_printf(&buf, STR_FMT "(", STR_ARG(name));
    for (size_t i = 0; i < call_positional_count(call); i++) {
        if (!expression(e, call_positional(call, i), &argument, depth + 1))
            return false;
        buf_printf(&buf, "%s" STR_FMT, i ? ", " : "", STR_ARG(argument));
    }
    buf_add_byte(&buf, ')');
    *ret_text = buf_str(&buf);
    return true;
}

/* F("price").desc(), Lower("name"), F("a") * F("b"), Value(3) */
static bool expression(const struct reading *e, TSNode node, struct str *ret_text, size_t depth)
{
    struct arena *arena = e->r->arena;
    struct str left, right;

    node = node_bare(node);
    if (depth > EXPRESSION_DEPTH_MAX)
        return false;
    if (node_is(node, "string")) {
        struct python_constant name = python_constant(e->r->tree, e->scope, node);
        *ret_text = django_column_of(e->fields, name.text);
        return name.kind == CONSTANT_STRING;
    }
    if (node_is(node, "binary_operator")) {
        struct str sign = node_source(e->scope.file, node_field(node, "operator"));
        if (!expression(e, node_field(node, "left"), &left, depth + 1) ||
            !expression(e, node_field(node, "right"), &right, depth + 1))
            return false;
        *ret_text = str_printf(arena, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(left), STR_ARG(sign),
                               STR_ARG(right));
        return true;
    }
    if (!node_is(node, "call"))
        return literal(e, node, ret_text);
    TSNode function = node_field(node, "function");
    struct str called = dotted_last(python_foreign(e->r->tree, e->scope, function));
    if (str_eq(called, STR("F"))) {
        *ret_text = django_column_of(
            e->fields, python_constant(e->r->tree, e->scope, call_positional(node, 0)).text);
        return ret_text->length > 0;
    }
    if (str_eq(called, STR("Value")))
        return literal(e, call_positional(node, 0), ret_text);
    if (str_eq(called, STR("OpClass"))) { /* OpClass(Upper("name"), name="gin_trgm_ops") */
        TSNode name = call_keyword(e->scope.file, node, "name");
        struct python_constant class = python_constant(
            e->r->tree, e->scope, ts_node_is_null(name) ? call_positional(node, 1) : name);
        if (class.kind != CONSTANT_STRING ||
            !expression(e, call_positional(node, 0), &left, depth + 1))
            return false;
        *ret_text = str_printf(arena, STR_FMT " " STR_FMT, STR_ARG(left), STR_ARG(class.text));
        return true;
    }
    if (node_is(function, "attribute") && !str_ends(called, STR("()"))) {
        struct str method = node_source(e->scope.file, node_field(function, "attribute"));
        bool down = str_eq(method, STR("desc"));
        if (down || str_eq(method, STR("asc"))) {
            if (!expression(e, node_field(function, "object"), &left, depth + 1))
                return false;
            const char *nulls = ordered(e, node, "nulls_last")    ? " NULLS LAST"
                                : ordered(e, node, "nulls_first") ? " NULLS FIRST"
                                                                  : "";
            *ret_text =
                str_printf(arena, STR_FMT "%s%s", STR_ARG(left), down ? " DESC" : "", nulls);
            return true;
        }
    }
    return function_call(e, node, called, ret_text, depth);
}

bool django_condition(struct django_reader *r, struct python_scope scope, TSNode node,
                      const struct django_fields *fields, struct str *ret_text)
{
    struct reading e = {r, scope, fields};
    bool several;

    return condition(&e, node, ret_text, &several, 0);
}

bool django_expression(struct django_reader *r, struct python_scope scope, TSNode node,
                       const struct django_fields *fields, struct str *ret_text)
{
    struct reading e = {r, scope, fields};

    return expression(&e, node, ret_text, 0);
}
