/* drizzle_condition.c -- what drizzle-orm's operators say, as SQL: isNull(t.deletedAt), and(eq(t.a, 1), gt(t.b, 2)). */
#include "base/buf.h"
#include "readers/drizzle.h"

#define TEXT_MAX ((size_t)64 << 10)
#define CONDITION_DEPTH_MAX 8u

struct reading {
    struct drizzle_reader *r;
    struct script_scope scope;
    struct drizzle_table *own;
};

static bool operand(const struct reading *reading, TSNode node, struct str *ret_text)
{
    struct drizzle_reader *r = reading->r;
    struct drizzle_table *table;

    if (ts_node_is_null(node))
        return false;
    if (drizzle_column_of(r, reading->scope, reading->own, node, &table, ret_text) ||
        drizzle_sql(r, reading->scope, reading->own, node, ret_text))
        return true;
    struct script_constant value = script_constant(r->tree, reading->scope, node);
    *ret_text = value.kind == SCRIPT_STRING    ? schema_quoted(r->arena, value.text)
                : value.kind == SCRIPT_NUMBER  ? value.text
                : value.kind == SCRIPT_TRUE    ? STR("true")
                : value.kind == SCRIPT_FALSE   ? STR("false")
                : value.kind == SCRIPT_NOTHING ? STR("NULL")
                                               : STR_NONE;
    return value.kind != SCRIPT_NOT;
}

static bool condition(const struct reading *reading, TSNode node, struct str *ret_text,
                      size_t depth);

/* and(…), or(…) */
static bool joined(const struct reading *reading, TSNode call, const char *word,
                   struct str *ret_text, size_t depth)
{
    struct arena *arena = reading->r->arena;
    struct buf buf = buf_new(arena, TEXT_MAX);

    for (size_t i = 0;; i++) {
        TSNode argument = script_argument(reading->r->tree, call, i);
        struct str text;
        if (ts_node_is_null(argument))
            break;
        if (!condition(reading, argument, &text, depth + 1))
            return false;
        buf_printf(&buf, "%s" STR_FMT, i ? word : "", STR_ARG(text));
    }
    *ret_text = str_printf(arena, "(" STR_FMT ")", STR_ARG(buf_str(&buf)));
    return buf_str(&buf).length > 0;
}

static bool condition(const struct reading *reading, TSNode node, struct str *ret_text,
                      size_t depth)
{
    static const struct {
        const char *word, *sign;
    } signs[] = {{"eq", "="}, {"ne", "<>"},  {"gt", ">"},      {"gte", ">="},
                 {"lt", "<"}, {"lte", "<="}, {"like", "LIKE"}, {"ilike", "ILIKE"}};
    struct drizzle_reader *r = reading->r;
    struct str left, right;

    node = script_bare(node);
    if (depth > CONDITION_DEPTH_MAX)
        return false;
    if (drizzle_sql(r, reading->scope, reading->own, node, ret_text))
        return true;
    if (!node_is(node, "call_expression"))
        return false;
    struct str word = drizzle_word(script_foreign(r->tree, reading->scope, script_callee(node)));
    if (str_eq(word, STR("and")) || str_eq(word, STR("or")))
        return joined(reading, node, str_eq(word, STR("and")) ? " AND " : " OR ", ret_text, depth);
    TSNode first = script_argument(r->tree, node, 0);
    if (str_eq(word, STR("not"))) {
        if (!condition(reading, first, &left, depth + 1))
            return false;
        *ret_text = str_printf(r->arena, "NOT " STR_FMT, STR_ARG(left));
        return true;
    }
    if (!word.length || !operand(reading, first, &left))
        return false;
    if (str_eq(word, STR("isNull")) || str_eq(word, STR("isNotNull"))) {
        *ret_text = str_printf(r->arena, STR_FMT " IS %sNULL", STR_ARG(left),
                               str_eq(word, STR("isNull")) ? "" : "NOT ");
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(signs); i++)
        if (str_eq(word, str_from(signs[i].word)) &&
            operand(reading, script_argument(r->tree, node, 1), &right)) {
            *ret_text = str_printf(r->arena, STR_FMT " %s " STR_FMT, STR_ARG(left), signs[i].sign,
                                   STR_ARG(right));
            return true;
        }
    return false;
}

bool drizzle_condition(struct drizzle_reader *r, struct script_scope scope,
                       struct drizzle_table *own, TSNode expression, struct str *ret_text)
{
    struct reading reading = {r, scope, own};

    return condition(&reading, expression, ret_text, 0);
}
