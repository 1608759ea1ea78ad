/* python_condition.c -- what depends on what is given: name or "x", "x" if name is None else name. */
#include "readers/python_constant.h"

/* 0, 0.0 */
static bool is_zero(struct str number)
{
    for (size_t i = 0; i < number.length; i++)
        if (number.bytes[i] != '0' && number.bytes[i] != '.')
            return false;
    return true;
}

static bool is_truthy(struct python_constant value)
{
    return value.kind == CONSTANT_TRUE || (value.kind == CONSTANT_STRING && value.text.length) ||
           (value.kind == CONSTANT_NUMBER && !is_zero(value.text));
}

/* Classes and functions of the tree are no constants, and not None. */
static bool is_definition(struct python_tree *tree, struct python_scope scope, TSNode node)
{
    struct python_thing thing = python_resolve(tree, scope, node);

    return thing.kind == THING_CLASS || thing.kind == THING_FUNCTION;
}

/* --- Comparisons. --- */

static bool compare_numbers(struct str operator, int64_t left, int64_t right, bool *ret_true)
{
    static const struct {
        const char *word;
        bool less, same, more;
    } words[] = {{"==", false, true, false}, {"!=", true, false, true}, {"<", true, false, false},
                 {"<=", true, true, false},  {">", false, false, true}, {">=", false, true, true}};

    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_eq(operator, str_from(words[i].word))) {
            *ret_true = left < right    ? words[i].less
                        : left == right ? words[i].same
                                        : words[i].more;
            return true;
        }
    return false;
}

/* c in "aeiou", name in ("news", "sheep") */
static bool is_in(struct python_tree *tree, struct python_scope scope, struct str text,
                  TSNode right, size_t depth, bool *ret_true)
{
    struct python_constant whole = python_constant_within(tree, scope, right, depth + 1);

    if (whole.kind == CONSTANT_STRING) {
        *ret_true = str_contains(whole.text, text);
        return true;
    }
    right = node_bare(right);
    if (!node_is(right, "tuple") && !node_is(right, "list") && !node_is(right, "set"))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(right); i++) {
        struct python_constant item =
            python_constant_within(tree, scope, ts_node_named_child(right, i), depth + 1);
        if (item.kind != CONSTANT_STRING)
            return false;
        *ret_true = *ret_true || str_eq(item.text, text);
    }
    return true;
}

struct str python_comparison_sign(TSNode comparison)
{
    TSNode sign = node_field(comparison, "operators");

    return ts_node_is_null(sign) ? STR_NONE : str_from(ts_node_type(sign));
}

/* One operator: name is None, i > 0, c == "_", name not in (…) */
static bool comparison(struct python_tree *tree, struct python_scope scope, TSNode node,
                       size_t depth, bool *ret_true)
{
    TSNode left = ts_node_named_child(node, 0), right = ts_node_named_child(node, 1);
    int64_t a, b;

    if (ts_node_named_child_count(node) != 2)
        return false;
    struct str operator= python_comparison_sign(node);
    struct python_constant value = python_constant_within(tree, scope, left, depth + 1);
    bool negative = str_eq(operator, STR("is not")) || str_eq(operator, STR("not in")) ||
                    str_eq(operator, STR("!="));
    if (str_starts(operator, STR("is"))) {
        *ret_true = (value.kind == CONSTANT_NONE) != negative;
        return node_is(right, "none") &&
               (value.kind != CONSTANT_NOT || is_definition(tree, scope, left));
    }
    if (str_ends(operator, STR("in"))) {
        bool told =
            value.kind == CONSTANT_STRING && is_in(tree, scope, value.text, right, depth, ret_true);
        *ret_true = *ret_true != negative;
        return told;
    }
    struct python_constant other = python_constant_within(tree, scope, right, depth + 1);
    if (python_constant_to_integer(value, &a) && python_constant_to_integer(other, &b))
        return compare_numbers(operator, a, b, ret_true);
    *ret_true = str_eq(value.text, other.text) != negative;
    return value.kind == CONSTANT_STRING && other.kind == CONSTANT_STRING &&
           (negative || str_eq(operator, STR("==")));
}

/* --- What strings are asked. --- */

/* endswith("s"), startswith(("a", "b")) */
static bool has_end(struct python_tree *tree, struct python_scope scope, struct str text,
                    TSNode ends, bool first, size_t depth, bool *ret_true)
{
    ends = node_bare(ends);
    if (node_is(ends, "tuple")) {
        bool told = true, one;
        for (uint32_t i = 0; told && !*ret_true && i < ts_node_named_child_count(ends); i++) {
            one = false;
            told = has_end(tree, scope, text, ts_node_named_child(ends, i), first, depth + 1, &one);
            *ret_true = one;
        }
        return told && depth <= PYTHON_FOLLOW_MAX;
    }
    struct python_constant end = python_constant_within(tree, scope, ends, depth + 1);
    *ret_true = first ? str_starts(text, end.text) : str_ends(text, end.text);
    return end.kind == CONSTANT_STRING;
}

enum letters { LETTER_UPPER = 1, LETTER_LOWER = 2, LETTER_DIGIT = 4 };

static unsigned letter_kind(char byte)
{
    return byte >= 'A' && byte <= 'Z'   ? LETTER_UPPER
           : byte >= 'a' && byte <= 'z' ? LETTER_LOWER
           : byte >= '0' && byte <= '9' ? LETTER_DIGIT
                                        : 0;
}

/* c.isupper(): of one character; of more, Python looks for one that has a case. */
static bool is_letter(struct str text, struct str name, bool *ret_true)
{
    static const struct {
        const char *name;
        unsigned kinds;
    } words[] = {{"isupper", LETTER_UPPER},
                 {"islower", LETTER_LOWER},
                 {"isdigit", LETTER_DIGIT},
                 {"isalpha", LETTER_UPPER | LETTER_LOWER},
                 {"isalnum", LETTER_UPPER | LETTER_LOWER | LETTER_DIGIT}};

    for (size_t i = 0; text.length == 1 && i < COUNT_OF(words); i++)
        if (str_eq(name, str_from(words[i].name))) {
            *ret_true = (letter_kind(text.bytes[0]) & words[i].kinds) != 0;
            return (unsigned char)text.bytes[0] < 0x80;
        }
    return false;
}

/* A method of a string that answers; false: another call. */
static bool asks_string(struct python_tree *tree, struct python_scope scope, TSNode call,
                        size_t depth, bool *ret_true)
{
    TSNode function = node_field(call, "function");
    struct str name = node_is(function, "attribute")
                          ? node_source(scope.file, node_field(function, "attribute"))
                          : STR_NONE;
    bool first = str_eq(name, STR("startswith")), last = str_eq(name, STR("endswith"));

    if (!first && !last && !str_starts(name, STR("is")))
        return false;
    struct python_constant of =
        python_constant_within(tree, scope, node_field(function, "object"), depth + 1);
    if (of.kind != CONSTANT_STRING || call_positional_count(call) != (first || last))
        return false;
    return first || last
               ? has_end(tree, scope, of.text, call_positional(call, 0), first, depth, ret_true)
               : is_letter(of.text, name, ret_true);
}

/* --- The whole. --- */

bool python_constant_condition(struct python_tree *tree, struct python_scope scope, TSNode node,
                               size_t depth, bool *ret_true)
{
    *ret_true = false;
    node = node_bare(node);
    if (depth > PYTHON_FOLLOW_MAX)
        return false;
    if (node_is(node, "not_operator")) {
        bool told = python_constant_condition(tree, scope, node_field(node, "argument"), depth + 1,
                                              ret_true);
        *ret_true = !*ret_true;
        return told;
    }
    if (node_is(node, "boolean_operator")) {
        bool either = str_eq(node_source(scope.file, node_field(node, "operator")), STR("or"));
        if (!python_constant_condition(tree, scope, node_field(node, "left"), depth + 1, ret_true))
            return false;
        return *ret_true == either ||
               python_constant_condition(tree, scope, node_field(node, "right"), depth + 1,
                                         ret_true);
    }
    if (node_is(node, "comparison_operator"))
        return comparison(tree, scope, node, depth, ret_true);
    if (node_is(node, "call") && asks_string(tree, scope, node, depth, ret_true))
        return true;
    *ret_true = false;
    struct python_constant value = python_constant_within(tree, scope, node, depth + 1);
    *ret_true = value.kind == CONSTANT_NOT || is_truthy(value);
    return value.kind != CONSTANT_NOT || is_definition(tree, scope, node);
}

bool python_condition(struct python_tree *tree, struct python_scope scope, TSNode expression,
                      bool *ret_true)
{
    return python_constant_condition(tree, scope, expression, 0, ret_true);
}

/* Each part is asked for once: parts of parts would be asked for as often as there are of them, to the power of their depth. */
struct python_constant python_constant_chosen(struct python_tree *tree, struct python_scope scope,
                                              TSNode node, size_t depth)
{
    bool is_true;

    if (node_is(node, "conditional_expression")) {
        if (ts_node_named_child_count(node) != 3 || /* with a comment inside */
            !python_constant_condition(tree, scope, ts_node_named_child(node, 1), depth, &is_true))
            return python_constant_none();
        return python_constant_within(tree, scope, ts_node_named_child(node, is_true ? 0 : 2),
                                      depth + 1);
    }
    TSNode left = node_field(node, "left");
    bool either = str_eq(node_source(scope.file, node_field(node, "operator")), STR("or"));
    struct python_constant value = python_constant_within(tree, scope, left, depth + 1);
    if (value.kind == CONSTANT_NOT && (either || !is_definition(tree, scope, left)))
        return value;
    is_true = value.kind == CONSTANT_NOT || is_truthy(value);
    return is_true == either
               ? value
               : python_constant_within(tree, scope, node_field(node, "right"), depth + 1);
}
