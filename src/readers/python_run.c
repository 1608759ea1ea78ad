/* python_run.c -- functions that make a text out of texts, run: what names tables after classes. */
#include "readers/python_run.h"

#include "readers/python_constant.h"
#include "readers/python_run_values.h"

#define STEPS_MAX 4000u
#define NAMES_MAX 32u
#define NESTING_MAX 48u
/* A function that runs asks for constants, and not for others that run: their steps would multiply. */
#define CONSTANT_DEPTH (PYTHON_FOLLOW_MAX / 2 + 1)

struct name {
    struct str name;
    struct value value;
};

struct run {
    struct python_tree *tree;
    struct arena *arena;
    struct python_scope scope;
    struct name names[NAMES_MAX];
    size_t name_count, steps, nesting, depth;
};

enum flow { FLOW_NEXT = 0, FLOW_RETURN, FLOW_BREAK, FLOW_CONTINUE };

static bool evaluate(struct run *run, TSNode node, struct value *ret);

/* --- Names. --- */

static bool set_name(struct run *run, struct str name, struct value value)
{
    for (size_t i = 0; i < run->name_count; i++)
        if (str_eq(run->names[i].name, name)) {
            run->names[i].value = value;
            return true;
        }
    if (run->name_count == NAMES_MAX)
        return false;
    run->names[run->name_count++] = (struct name){.name = name, .value = value};
    return true;
}

static const struct value *value_of(const struct run *run, struct str name)
{
    for (size_t i = 0; i < run->name_count; i++)
        if (str_eq(run->names[i].name, name))
            return &run->names[i].value;
    return NULL;
}

/* `a`, `a, b`, `(a, b)` */
static bool assign(struct run *run, TSNode target, struct value value)
{
    if (node_is(target, "identifier"))
        return set_name(run, node_source(run->scope.file, target), value);
    if ((!node_is(target, "pattern_list") && !node_is(target, "tuple_pattern")) ||
        value.kind != VALUE_LIST || value.list->count != ts_node_named_child_count(target))
        return false;
    for (uint32_t i = 0; i < value.list->count; i++)
        if (!assign(run, ts_node_named_child(target, i), value.list->items[i]))
            return false;
    return true;
}

/* What is no work with texts: constants of the tree, cls.__name__, re.sub(…), other functions. Texts go with it under their names. */
static bool constant_of(struct run *run, TSNode node, struct value *ret)
{
    struct python_scope scope = run->scope;
    uint64_t digits;

    for (size_t i = 0; i < run->name_count; i++) {
        struct python_bound *bound = ARENA_NEW(run->arena, struct python_bound);
        *bound = (struct python_bound){
            .name = run->names[i].name, .text = run->names[i].value.text, .outer = scope.bound};
        if (run->names[i].value.kind != VALUE_TEXT)
            bound->rest = node; /* hides what the module calls so */
        scope.bound = bound;
    }
    struct python_constant found = python_constant_within(run->tree, scope, node, run->depth);
    switch (found.kind) {
    case CONSTANT_STRING:
        return run_text(found.text, ret);
    case CONSTANT_TRUE:
    case CONSTANT_FALSE:
        return run_truth(found.kind == CONSTANT_TRUE, ret);
    case CONSTANT_NONE:
        *ret = (struct value){.kind = VALUE_NONE};
        return true;
    case CONSTANT_NUMBER:
        return str_to_u64(found.text, &digits) && digits < INT32_MAX &&
               run_number((int64_t)digits, ret);
    default:
        return false;
    }
}

/* --- Calls. --- */

static bool method(struct run *run, struct str name, struct value object, TSNode call,
                   struct value *ret)
{
    TSNode arguments = node_field(call, "arguments");
    bool generated = node_is(arguments, "generator_expression");
    size_t count = generated ? 1 : call_positional_count(call);
    struct value given[2];

    if (count > COUNT_OF(given) || (!generated && ts_node_named_child_count(arguments) != count))
        return false; /* keywords */
    for (size_t i = 0; i < count; i++)
        if (!evaluate(run, generated ? arguments : call_positional(call, i), &given[i]))
            return false;
    if (object.kind == VALUE_TEXT)
        return run_method(run->arena, name, object.text, given, count, ret);
    *ret = (struct value){.kind = VALUE_NONE};
    return object.kind == VALUE_LIST && count == 1 && str_eq(name, STR("append")) &&
           run_add(run->arena, object, given[0]);
}

/* re.split("(?=[A-Z])", name) */
static bool matches_of(struct run *run, TSNode call, bool split, struct value *ret)
{
    struct value pattern, subject;

    return call_positional_count(call) == 2 &&
           ts_node_named_child_count(node_field(call, "arguments")) == 2 &&
           evaluate(run, call_positional(call, 0), &pattern) && pattern.kind == VALUE_TEXT &&
           evaluate(run, call_positional(call, 1), &subject) && subject.kind == VALUE_TEXT &&
           run_matches(run->arena, pattern.text, subject.text, split, ret);
}

/* enumerate(x): pairs */
static bool enumerated(struct run *run, TSNode call, struct value *ret)
{
    struct value items, pair, place;

    if (!evaluate(run, call_positional(call, 0), &items) || !run_items(run->arena, items, &items) ||
        !run_list(run->arena, ret))
        return false;
    for (size_t i = 0; i < items.list->count; i++)
        if (!run_list(run->arena, &pair) || !run_number((int64_t)i, &place) ||
            !run_add(run->arena, pair, place) || !run_add(run->arena, pair, items.list->items[i]) ||
            !run_add(run->arena, *ret, pair))
            return false;
    return true;
}

static bool call_of(struct run *run, TSNode node, struct value *ret)
{
    TSNode function = node_field(node, "function");
    struct str name = node_source(run->scope.file, function);
    bool alone = ts_node_named_child_count(node_field(node, "arguments")) == 1 &&
                 call_positional_count(node) == 1;
    struct value object;

    if (alone && str_eq(name, STR("len")))
        return evaluate(run, call_positional(node, 0), &object) &&
               run_items(run->arena, object, &object) &&
               run_number((int64_t)object.list->count, ret);
    if (alone && str_eq(name, STR("enumerate")))
        return enumerated(run, node, ret);
    struct str called = python_foreign(run->tree, run->scope, function);
    if (str_eq(called, STR("re.split")) || str_eq(called, STR("re.findall")))
        return matches_of(run, node, str_eq(called, STR("re.split")), ret);
    if (constant_of(run, node, ret))
        return true;
    return node_is(function, "attribute") &&
           evaluate(run, node_field(function, "object"), &object) &&
           method(run, node_source(run->scope.file, node_field(function, "attribute")), object,
                  node, ret);
}

/* --- Expressions. --- */

static bool ordered(struct str operator, int order, struct value *ret)
{
    if (str_eq(operator, STR("<")))
        return run_truth(order < 0, ret);
    if (str_eq(operator, STR("<=")))
        return run_truth(order <= 0, ret);
    if (str_eq(operator, STR(">")))
        return run_truth(order > 0, ret);
    return str_eq(operator, STR(">=")) && run_truth(order >= 0, ret);
}

/* A part of a text, or one of a list of texts. */
static bool has_text(struct value whole, struct str wanted, bool *ret_found)
{
    *ret_found = whole.kind == VALUE_TEXT && str_contains(whole.text, wanted);
    for (size_t i = 0; whole.kind == VALUE_LIST && i < whole.list->count; i++) {
        if (whole.list->items[i].kind != VALUE_TEXT)
            return false;
        *ret_found = *ret_found || str_eq(whole.list->items[i].text, wanted);
    }
    return whole.kind == VALUE_TEXT || whole.kind == VALUE_LIST;
}

static bool compared(struct run *run, TSNode node, struct value *ret)
{
    bool found;
    struct value left, right;
    struct str operator;

    if (ts_node_named_child_count(node) != 2 ||
        !evaluate(run, ts_node_named_child(node, 0), &left) ||
        !evaluate(run, ts_node_named_child(node, 1), &right))
        return false;
    operator= python_comparison_sign(node);
    bool inside = str_eq(operator, STR("in"));
    if (inside || str_eq(operator, STR("not in")))
        return left.kind == VALUE_TEXT && has_text(right, left.text, &found) &&
               run_truth(inside == found, ret);
    bool numbers = run_is_number(left) && run_is_number(right);
    if (!numbers && (left.kind != VALUE_TEXT || right.kind != VALUE_TEXT))
        return false;
    bool same = numbers ? left.number == right.number : str_eq(left.text, right.text);
    if (str_eq(operator, STR("==")) || str_eq(operator, STR("!=")))
        return run_truth(same == str_eq(operator, STR("==")), ret);
    return numbers &&
           ordered(operator, left.number<right.number ? -1 : left.number> right.number, ret);
}

static bool combined(struct run *run, struct str operator, struct value left, struct value right,
                     struct value *ret)
{
    if (run_is_number(left) && run_is_number(right))
        return (str_eq(operator, STR("+")) && run_number(left.number + right.number, ret)) ||
               (str_eq(operator, STR("-")) && run_number(left.number - right.number, ret));
    return left.kind == VALUE_TEXT && right.kind == VALUE_TEXT && str_eq(operator, STR("+")) &&
           run_text(
               str_printf(run->arena, STR_FMT STR_FMT, STR_ARG(left.text), STR_ARG(right.text)),
               ret);
}

static bool either(struct run *run, TSNode node, struct value *ret)
{
    bool both = str_eq(node_source(run->scope.file, node_field(node, "operator")), STR("and"));

    if (!evaluate(run, node_field(node, "left"), ret))
        return false;
    return run_holds(*ret) != both || evaluate(run, node_field(node, "right"), ret);
}

/* [1:], [:-2]: where it begins and ends; false: a step, or no number */
static bool bounds_of(struct run *run, TSNode slice, size_t length, size_t *ret_from,
                      size_t *ret_to)
{
    bool behind = false;

    *ret_from = 0;
    *ret_to = length;
    for (uint32_t i = 0; i < ts_node_child_count(slice); i++) {
        TSNode part = ts_node_child(slice, i);
        struct value at;
        if (node_is(part, ":")) {
            if (behind)
                return false;
            behind = true;
            continue;
        }
        if (!evaluate(run, part, &at) || at.kind != VALUE_NUMBER)
            return false;
        int64_t place = at.number < 0 ? at.number + (int64_t)length : at.number;
        size_t clipped = place < 0 ? 0 : (uint64_t)place > length ? length : (size_t)place;
        *(behind ? ret_to : ret_from) = clipped;
    }
    return true;
}

static bool part_of(struct run *run, TSNode node, struct value *ret)
{
    TSNode place = node_field(node, "subscript");
    struct value object, index;
    size_t from, to;

    if (!evaluate(run, node_field(node, "value"), &object))
        return constant_of(run, node, ret);
    if (node_is(place, "slice"))
        return object.kind == VALUE_TEXT && bounds_of(run, place, object.text.length, &from, &to) &&
               run_text(from < to ? str_slice(object.text, from, to) : STR(""), ret);
    if (!evaluate(run, place, &index) || index.kind != VALUE_NUMBER ||
        !run_items(run->arena, object, &object))
        return false;
    int64_t at = index.number < 0 ? index.number + (int64_t)object.list->count : index.number;
    if (at < 0 || (uint64_t)at >= object.list->count)
        return false; /* IndexError */
    *ret = object.list->items[at];
    return true;
}

static bool comprehend(struct run *run, TSNode node, struct value *ret)
{
    uint32_t count = ts_node_named_child_count(node);
    TSNode clause = ts_node_named_child(node, 1);
    struct value items, item, wanted;

    if (count < 2 || !node_is(clause, "for_in_clause") ||
        !evaluate(run, node_field(clause, "right"), &items) ||
        !run_items(run->arena, items, &items) || !run_list(run->arena, ret))
        return false;
    for (size_t i = 0; i < items.list->count; i++) {
        bool kept = true;
        if (!assign(run, node_field(clause, "left"), items.list->items[i]))
            return false;
        for (uint32_t j = 2; kept && j < count; j++) {
            TSNode other = ts_node_named_child(node, j);
            if (!node_is(other, "if_clause") ||
                !evaluate(run, ts_node_named_child(other, 0), &wanted))
                return false;
            kept = run_holds(wanted);
        }
        if (kept &&
            (!evaluate(run, node_field(node, "body"), &item) || !run_add(run->arena, *ret, item)))
            return false;
    }
    return true;
}

/* [f(x) for x in y if …]: its names are its own */
static bool comprehended(struct run *run, TSNode node, struct value *ret)
{
    size_t count = run->name_count;
    struct name *before = ARENA_ARRAY(run->arena, count + 1, struct name);

    memcpy(before, run->names, count * sizeof before[0]);
    bool read = comprehend(run, node, ret);
    memcpy(run->names, before, count * sizeof before[0]);
    run->name_count = count;
    return read;
}

static bool listed(struct run *run, TSNode node, struct value *ret)
{
    bool read = run_list(run->arena, ret);

    for (uint32_t i = 0; read && i < ts_node_named_child_count(node); i++) {
        TSNode item = ts_node_named_child(node, i);
        struct value value;
        read = node_is(item, "comment") ||
               (evaluate(run, item, &value) && run_add(run->arena, *ret, value));
    }
    return read;
}

static bool expression(struct run *run, TSNode node, struct value *ret)
{
    struct value left, right;

    if (node_is(node, "identifier")) {
        const struct value *known = value_of(run, node_source(run->scope.file, node));
        if (known)
            *ret = *known;
        return known || constant_of(run, node, ret);
    }
    if (node_is(node, "call"))
        return call_of(run, node, ret);
    if (node_is(node, "subscript"))
        return part_of(run, node, ret);
    if (node_is(node, "list") || node_is(node, "tuple"))
        return listed(run, node, ret);
    if (node_is(node, "list_comprehension") || node_is(node, "generator_expression"))
        return comprehended(run, node, ret);
    if (node_is(node, "comparison_operator"))
        return compared(run, node, ret);
    if (node_is(node, "boolean_operator"))
        return either(run, node, ret);
    if (node_is(node, "not_operator"))
        return evaluate(run, node_field(node, "argument"), &left) &&
               run_truth(!run_holds(left), ret);
    if (node_is(node, "conditional_expression"))
        return evaluate(run, ts_node_named_child(node, 1), &left) &&
               evaluate(run, ts_node_named_child(node, run_holds(left) ? 0 : 2), ret);
    if (node_is(node, "unary_operator"))
        return str_starts(node_source(run->scope.file, node), STR("-")) &&
               evaluate(run, node_field(node, "argument"), &left) && run_is_number(left) &&
               run_number(-left.number, ret);
    if (node_is(node, "binary_operator") && constant_of(run, node, ret))
        return true;
    if (node_is(node, "binary_operator"))
        return evaluate(run, node_field(node, "left"), &left) &&
               evaluate(run, node_field(node, "right"), &right) &&
               combined(run, node_source(run->scope.file, node_field(node, "operator")), left,
                        right, ret);
    return constant_of(run, node, ret);
}

static bool evaluate(struct run *run, TSNode node, struct value *ret)
{
    bool read;

    node = node_bare(node);
    if (ts_node_is_null(node) || run->steps++ > STEPS_MAX || run->nesting > NESTING_MAX)
        return false;
    run->nesting++;
    read = expression(run, node, ret);
    run->nesting--;
    return read;
}

/* --- Statements. --- */

static bool block(struct run *run, TSNode body, enum flow *flow, struct value *ret);

static bool loop(struct run *run, TSNode node, enum flow *flow, struct value *ret)
{
    struct value items;

    if (!ts_node_is_null(node_field(node, "alternative")) ||
        !evaluate(run, node_field(node, "right"), &items) || !run_items(run->arena, items, &items))
        return false;
    for (size_t i = 0; i < items.list->count; i++) {
        if (!assign(run, node_field(node, "left"), items.list->items[i]) ||
            !block(run, node_field(node, "body"), flow, ret))
            return false;
        if (*flow == FLOW_RETURN)
            return true;
        if (*flow == FLOW_BREAK)
            break;
    }
    *flow = FLOW_NEXT;
    return true;
}

static bool choice(struct run *run, TSNode node, enum flow *flow, struct value *ret)
{
    struct value condition;

    if (!evaluate(run, node_field(node, "condition"), &condition))
        return false;
    if (run_holds(condition))
        return block(run, node_field(node, "consequence"), flow, ret);
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode other = ts_node_named_child(node, i);
        if (node_is(other, "else_clause"))
            return block(run, node_field(other, "body"), flow, ret);
        if (!node_is(other, "elif_clause"))
            continue;
        if (!evaluate(run, node_field(other, "condition"), &condition))
            return false;
        if (run_holds(condition))
            return block(run, node_field(other, "consequence"), flow, ret);
    }
    return true;
}

static bool simple(struct run *run, TSNode node)
{
    TSNode left = node_field(node, "left"), right = node_field(node, "right");
    struct value value, before;

    if (node_is(node, "string"))
        return true;
    if (node_is(node, "assignment") && ts_node_is_null(right))
        return true; /* chars: list[str] */
    if (node_is(node, "assignment"))
        return evaluate(run, right, &value) && assign(run, left, value);
    if (!node_is(node, "augmented_assignment"))
        return node_is(node, "call") && evaluate(run, node, &value);
    return str_eq(node_source(run->scope.file, node_field(node, "operator")), STR("+=")) &&
           evaluate(run, left, &before) && evaluate(run, right, &value) &&
           combined(run, STR("+"), before, value, &value) && assign(run, left, value);
}

static bool statement(struct run *run, TSNode node, enum flow *flow, struct value *ret)
{
    if (node_is(node, "comment") || node_is(node, "pass_statement") ||
        node_is(node, "import_statement") || node_is(node, "import_from_statement"))
        return true;
    if (node_is(node, "expression_statement"))
        return ts_node_named_child_count(node) == 1 && simple(run, ts_node_named_child(node, 0));
    if (node_is(node, "for_statement"))
        return loop(run, node, flow, ret);
    if (node_is(node, "if_statement"))
        return choice(run, node, flow, ret);
    *flow = node_is(node, "return_statement")     ? FLOW_RETURN
            : node_is(node, "break_statement")    ? FLOW_BREAK
            : node_is(node, "continue_statement") ? FLOW_CONTINUE
                                                  : FLOW_NEXT;
    return *flow == FLOW_RETURN ? evaluate(run, ts_node_named_child(node, 0), ret)
                                : *flow != FLOW_NEXT;
}

static bool block(struct run *run, TSNode body, enum flow *flow, struct value *ret)
{
    *flow = FLOW_NEXT;
    for (uint32_t i = 0; *flow == FLOW_NEXT && i < ts_node_named_child_count(body); i++)
        if (run->steps++ > STEPS_MAX || !statement(run, ts_node_named_child(body, i), flow, ret))
            return false;
    return true;
}

bool python_run_expression(struct python_tree *tree, struct python_scope scope, TSNode expression,
                           size_t depth, struct str *ret_text)
{
    struct arena *arena = python_tree_arena(tree);
    struct run *run = ARENA_NEW(arena, struct run);
    struct value value;

    *run =
        (struct run){.tree = tree, .arena = arena, .scope = scope, .depth = depth + CONSTANT_DEPTH};
    if (run->depth > PYTHON_FOLLOW_MAX || !evaluate(run, expression, &value) ||
        value.kind != VALUE_TEXT)
        return false;
    *ret_text = value.text;
    return true;
}

bool python_run(struct python_tree *tree, struct python_scope scope, TSNode function, size_t depth,
                struct str *ret_text)
{
    struct arena *arena = python_tree_arena(tree);
    struct run *run = ARENA_NEW(arena, struct run);
    enum flow flow;
    struct value value;

    *run =
        (struct run){.tree = tree, .arena = arena, .scope = scope, .depth = depth + CONSTANT_DEPTH};
    run->scope.body = node_field(function, "body"); /* what is imported there */
    if (run->depth > PYTHON_FOLLOW_MAX || !block(run, run->scope.body, &flow, &value) ||
        flow != FLOW_RETURN || value.kind != VALUE_TEXT)
        return false;
    *ret_text = value.text;
    return true;
}
