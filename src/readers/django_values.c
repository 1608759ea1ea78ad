/* django_values.c -- lists that a model computes from its choices: Status.values, [key for key, _ in STATES], max(len(v) for v in Status.values). */
#include "readers/django.h"

#define NESTING_MAX 8u
#define VALUES_MAX 512u

/* One that is gone through: a value, or a pair of which the first is known. */
struct item {
    struct python_constant value;
    bool pair;
};
VEC_DEFINE(items, struct item);

struct going {
    struct django_reader *r;
    struct python_scope scope;
};

static bool items_of(const struct going *g, TSNode node, struct items *items, unsigned depth);

static bool add(const struct going *g, struct items *items, struct python_constant value, bool pair)
{
    if (value.kind == CONSTANT_NOT || items->count == VALUES_MAX)
        return false;
    VEC_PUSH(g->r->arena, items, (struct item){value, pair});
    return true;
}

/* --- Members of an enumeration. --- */

static bool is_enumeration(const struct going *g, struct python_thing class, unsigned depth)
{
    static const char *const names[] = {"TextChoices", "IntegerChoices", "Choices", "Enum",
                                        "StrEnum",     "IntEnum",        NULL};
    struct python_bases bases;

    if (class.kind != THING_CLASS || depth > NESTING_MAX)
        return false;
    python_class_bases(class.file, class.node, &bases);
    for (size_t i = 0; i < bases.count; i++) {
        struct python_thing base =
            python_resolve(g->r->tree, (struct python_scope){.file = class.file}, bases.items[i]);
        if (base.kind == THING_FOREIGN ? str_is_one_of(dotted_last(base.dotted), names)
                                       : is_enumeration(g, base, depth + 1))
            return true;
    }
    return false;
}

static struct python_constant member(const struct going *g, struct python_scope body, TSNode node)
{
    bool several = node_is(node, "tuple") || node_is(node, "expression_list");

    return python_constant(g->r->tree, body, several ? ts_node_named_child(node, 0) : node);
}

static bool add_members(const struct going *g, struct python_thing class, bool pairs,
                        struct items *items)
{
    struct python_scope body = {.file = class.file, .body = node_field(class.node, "body")};
    struct python_bindings bindings;

    python_body_bindings(g->r->tree, body.file, body.body, &bindings);
    for (size_t i = 0; i < bindings.count; i++) {
        const struct python_binding *binding = &bindings.items[i];
        if (binding->kind != BINDING_VALUE || str_starts(binding->name, STR("_")))
            continue;
        if (!add(g, items, member(g, body, node_bare(binding->node)), pairs))
            return false;
    }
    return true;
}

/* --- Comprehensions. --- */

static struct python_constant length_of(const struct going *g, struct python_constant value)
{
    size_t length = 0;

    if (value.kind != CONSTANT_STRING)
        return (struct python_constant){.kind = CONSTANT_NOT};
    for (size_t i = 0; i < value.text.length; i++)
        length += ((unsigned char)value.text.bytes[i] & 0xc0) != 0x80;
    return (struct python_constant){.kind = CONSTANT_NUMBER,
                                    .text = str_printf(g->r->arena, "%zu", length)};
}

/* What the body of a comprehension gives for one item: x, x.value, x[0], the first of `key, label`, len() of these. */
static struct python_constant given(const struct going *g, TSNode body, TSNode target,
                                    const struct item *item, unsigned depth)
{
    static const struct python_constant none = {.kind = CONSTANT_NOT};
    struct str name = node_source(g->scope.file, target);
    bool several = node_is(target, "pattern_list") || node_is(target, "tuple_pattern");

    body = node_bare(body);
    if (node_is(body, "call") && call_positional_count(body) == 1 && depth < NESTING_MAX &&
        str_eq(node_source(g->scope.file, node_field(body, "function")), STR("len")))
        return length_of(g, given(g, call_positional(body, 0), target, item, depth + 1));
    if (several)
        name = node_source(g->scope.file, ts_node_named_child(target, 0));
    if (node_is(body, "identifier"))
        return str_eq(node_source(g->scope.file, body), name) && several == item->pair ? item->value
                                                                                       : none;
    if (several)
        return none;
    if (node_is(body, "attribute"))
        return !item->pair &&
                       str_eq(node_source(g->scope.file, node_field(body, "object")), name) &&
                       str_eq(node_source(g->scope.file, node_field(body, "attribute")),
                              STR("value"))
                   ? item->value
                   : none;
    return node_is(body, "subscript") && item->pair &&
                   str_eq(node_source(g->scope.file, node_field(body, "value")), name) &&
                   str_eq(node_source(g->scope.file, node_field(body, "subscript")), STR("0"))
               ? item->value
               : none;
}

static bool is_comprehension(TSNode node)
{
    return node_is(node, "list_comprehension") || node_is(node, "set_comprehension") ||
           node_is(node, "generator_expression");
}

static bool items_of_comprehension(const struct going *g, TSNode node, struct items *items,
                                   unsigned depth)
{
    TSNode clause = ts_node_named_child(node, 1);
    struct items through = {0};

    if (ts_node_named_child_count(node) != 2 || !node_is(clause, "for_in_clause") ||
        !items_of(g, node_field(clause, "right"), &through, depth + 1))
        return false;
    for (size_t i = 0; i < through.count; i++)
        if (!add(g, items,
                 given(g, node_field(node, "body"), node_field(clause, "left"), &through.items[i],
                       0),
                 false))
            return false;
    return true;
}

/* --- All. --- */

static bool items_of_display(const struct going *g, TSNode node, struct items *items,
                             unsigned depth)
{
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode child = ts_node_named_child(node, i), spread = node_spread(child);
        if (node_is(child, "comment"))
            continue;
        if (!ts_node_is_null(spread)) {
            if (!items_of(g, spread, items, depth + 1))
                return false;
            continue;
        }
        child = node_bare(node_is(child, "pair") ? node_field(child, "key") : child);
        bool pair = node_is(child, "tuple") || node_is(child, "list");
        if (!add(
                g, items,
                python_constant(g->r->tree, g->scope, pair ? ts_node_named_child(child, 0) : child),
                pair))
            return false;
    }
    return true;
}

static bool items_of_name(const struct going *g, TSNode node, struct items *items, unsigned depth)
{
    if (node_is(node, "attribute")) {
        struct python_thing class =
            python_resolve(g->r->tree, g->scope, node_field(node, "object"));
        struct str word = node_source(g->scope.file, node_field(node, "attribute"));
        bool pairs = str_eq(word, STR("choices"));
        if ((pairs || str_eq(word, STR("values"))) && is_enumeration(g, class, 0))
            return add_members(g, class, pairs, items);
    }
    struct python_thing thing = python_resolve(g->r->tree, g->scope, node);
    if (thing.kind == THING_CLASS)
        return is_enumeration(g, thing, 0) && add_members(g, thing, false, items);
    struct going there = {g->r, {.file = thing.file, .body = thing.scope, .bound = thing.bound}};
    return thing.kind == THING_VALUE && !ts_node_eq(thing.node, node) &&
           items_of(&there, thing.node, items, depth + 1);
}

static bool items_of_call(const struct going *g, TSNode call, struct items *items, unsigned depth)
{
    static const char *const same[] = {"list", "tuple", "set", "frozenset", "sorted", NULL};
    TSNode function = node_field(call, "function");
    struct str name = node_source(g->scope.file, function);
    size_t before = items->count;

    if (node_is(function, "attribute")) { /* STATES.keys(), STATES.items() */
        struct str method = node_source(g->scope.file, node_field(function, "attribute"));
        bool pairs = str_eq(method, STR("items"));
        if ((!pairs && !str_eq(method, STR("keys"))) ||
            !items_of(g, node_field(function, "object"), items, depth + 1))
            return false;
        for (size_t i = before; i < items->count; i++)
            items->items[i].pair = pairs;
        return true;
    }
    if (call_positional_count(call) != 1)
        return false;
    if (str_is_one_of(name, same))
        return items_of(g, call_positional(call, 0), items, depth + 1);
    if (!str_eq(name, STR("dict")) || !items_of(g, call_positional(call, 0), items, depth + 1))
        return false;
    for (size_t i = before; i < items->count; i++)
        items->items[i].pair = false;
    return true;
}

static bool items_of(const struct going *g, TSNode node, struct items *items, unsigned depth)
{
    node = node_bare(node);
    if (ts_node_is_null(node) || depth > NESTING_MAX)
        return false;
    if (node_is(node, "identifier") || node_is(node, "attribute"))
        return items_of_name(g, node, items, depth);
    if (node_is(node, "list") || node_is(node, "tuple") || node_is(node, "set") ||
        node_is(node, "dictionary"))
        return items_of_display(g, node, items, depth);
    if (is_comprehension(node))
        return items_of_comprehension(g, node, items, depth);
    if (node_is(node, "call"))
        return items_of_call(g, node, items, depth);
    return node_is(node, "binary_operator") &&
           str_eq(node_source(g->scope.file, node_field(node, "operator")), STR("+")) &&
           items_of(g, node_field(node, "left"), items, depth + 1) &&
           items_of(g, node_field(node, "right"), items, depth + 1);
}

bool django_values_of(struct django_reader *r, struct python_scope scope, TSNode node,
                      struct python_constants *ret_values)
{
    struct going g = {r, scope};
    struct items items = {0};

    if (!items_of(&g, node, &items, 0))
        return false;
    for (size_t i = 0; i < items.count; i++) {
        if (items.items[i].pair)
            return false;
        VEC_PUSH(r->arena, ret_values, items.items[i].value);
    }
    return true;
}

struct python_constant django_greatest(struct django_reader *r, struct python_scope scope,
                                       TSNode call)
{
    TSNode arguments = node_field(call, "arguments"), given = arguments;
    struct python_constants values = {0};
    uint64_t greatest = 0, number;
    bool lengths = false;

    if (!str_eq(node_source(scope.file, node_field(call, "function")), STR("max")))
        return (struct python_constant){.kind = CONSTANT_NOT};
    if (!is_comprehension(arguments))
        given = call_positional_count(call) > 1 ? arguments : call_positional(call, 0);
    if (node_is(given, "call") &&
        str_eq(node_source(scope.file, node_field(given, "function")), STR("map")) &&
        str_eq(node_source(scope.file, call_positional(given, 0)), STR("len"))) {
        lengths = true;
        given = call_positional(given, 1);
    }
    if (node_is(given, "argument_list") || !django_values_of(r, scope, given, &values))
        return (struct python_constant){.kind = CONSTANT_NOT};
    for (size_t i = 0; i < values.count; i++) {
        struct python_constant value =
            lengths ? length_of(&(struct going){r, scope}, values.items[i]) : values.items[i];
        if (value.kind != CONSTANT_NUMBER || !str_to_u64(value.text, &number))
            return (struct python_constant){.kind = CONSTANT_NOT};
        greatest = number > greatest ? number : greatest;
    }
    return (struct python_constant){.kind = values.count ? CONSTANT_NUMBER : CONSTANT_NOT,
                                    .text =
                                        str_printf(r->arena, "%llu", (unsigned long long)greatest)};
}
