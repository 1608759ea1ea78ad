/* typescript_texts.c -- the texts of a list, an enum or an object, and of what is usually made of them: Object.values(X), list.map(…),
 * a function of the tree that returns such, the options of a zod enum. */
#include "readers/typescript.h"

static bool add_texts(struct script_tree *tree, struct script_scope scope, TSNode expression,
                      struct strs *texts);

static struct script_scope scope_of(struct script_scope scope, const struct script_thing *thing)
{
    return thing->file == scope.file ? scope : (struct script_scope){.file = thing->file};
}

/* What X is in `Object.values(X)`; null: it is no such call. */
static TSNode argument_of(struct script_tree *tree, struct script_scope scope, TSNode node,
                          const char *function)
{
    TSNode callee = script_callee(node);

    return node_is(callee, "member_expression") &&
                   str_eq(script_source(scope.file, callee), str_from(function))
               ? script_argument(tree, node, 0)
               : node_null();
}

static bool add_enum(struct script_tree *tree, const struct script_thing *thing, bool keys,
                     struct strs *texts)
{
    struct strs names, values;
    bool whole = script_enum(tree, thing->file, thing->node, &names, &values);

    for (size_t i = 0; i < names.count; i++)
        VEC_PUSH(script_tree_arena(tree), texts, keys ? names.items[i] : values.items[i]);
    return whole;
}

static bool add_object(struct script_tree *tree, struct script_scope scope, TSNode object,
                       bool keys, struct strs *texts)
{
    struct script_properties properties;
    bool whole = script_properties(tree, scope, object, &properties);

    for (size_t i = 0; i < properties.count; i++) {
        struct script_constant value =
            keys ? (struct script_constant){SCRIPT_STRING, properties.items[i].name}
                 : script_constant(tree, properties.items[i].scope, properties.items[i].value);
        whole = whole && (value.kind == SCRIPT_STRING || value.kind == SCRIPT_NUMBER);
        VEC_PUSH(script_tree_arena(tree), texts, value.text);
    }
    return whole;
}

static bool add_array(struct script_tree *tree, struct script_scope scope, TSNode array,
                      struct strs *texts)
{
    struct script_nodes items = script_children(tree, array);

    for (size_t i = 0; i < items.count; i++) {
        struct script_constant value = script_constant(tree, scope, items.items[i]);
        if (node_is(items.items[i], "spread_element")) {
            if (!add_texts(tree, scope, ts_node_named_child(items.items[i], 0), texts))
                return false;
            continue;
        }
        if (value.kind != SCRIPT_STRING && value.kind != SCRIPT_NUMBER)
            return false;
        VEC_PUSH(script_tree_arena(tree), texts, value.text);
    }
    return true;
}

/* `v => v`, `v => `${v}``, `v => String(v)`, `v => v.toString()`, String */
static bool gives_text(struct script_tree *tree, const struct script_file *file, TSNode function)
{
    struct str name = script_parameter(tree, file, function, 0);
    TSNode given = script_bare(script_returned(tree, function));
    struct script_nodes parts = {0};

    if (node_is(function, "identifier"))
        return str_eq(script_source(file, function), STR("String"));
    if (ts_node_is_null(given) || !name.length)
        return false;
    if (node_is(given, "template_string")) {
        parts = script_children(tree, given);
        given = parts.count == 1 ? ts_node_named_child(parts.items[0], 0) : node_null();
    } else if (node_is(given, "call_expression")) {
        TSNode callee = script_callee(given);
        if (str_eq(script_source(file, callee), STR("String")))
            given = script_argument(tree, given, 0);
        else if (str_eq(script_source(file, script_child(callee, "property_identifier")),
                        STR("toString")))
            given = ts_node_named_child(callee, 0);
    }
    return node_is(given, "identifier") && str_eq(script_source(file, given), name);
}

/* LIST.map((item) => item.id) */
static bool add_members(struct script_tree *tree, struct script_scope scope, TSNode list,
                        struct script_scope of_function, TSNode function, struct strs *texts)
{
    TSNode member = script_bare(script_returned(tree, function));
    struct script_thing thing = script_resolve(tree, scope, list);
    struct str name = script_parameter(tree, of_function.file, function, 0);

    if (thing.kind != SCRIPT_VALUE || !node_is(thing.node, "array") ||
        !node_is(member, "member_expression") || !name.length ||
        !str_eq(script_source(of_function.file, ts_node_named_child(member, 0)), name))
        return false;
    struct str key = script_source(of_function.file, script_child(member, "property_identifier"));
    struct script_nodes items = script_children(tree, thing.node);
    scope = scope_of(scope, &thing);
    for (size_t i = 0; i < items.count; i++) {
        struct script_scope inner;
        TSNode value = script_property(tree, scope, items.items[i],
                                       str_c(script_tree_arena(tree), key), &inner);
        struct str text = script_text(tree, inner, value);
        if (!text.length)
            return false;
        VEC_PUSH(script_tree_arena(tree), texts, text);
    }
    return true;
}

/* A call: Object.values(X), Object.keys(X), list.map(…), or one of a function of the tree. */
static bool add_call(struct script_tree *tree, struct script_scope scope, TSNode call,
                     struct strs *texts)
{
    TSNode callee = script_callee(call), inner = argument_of(tree, scope, call, "Object.values");
    TSNode keys = argument_of(tree, scope, call, "Object.keys");
    struct script_thing thing;

    if (!ts_node_is_null(inner))
        return add_texts(tree, scope, inner, texts);
    if (!ts_node_is_null(keys)) {
        thing = script_resolve(tree, scope, keys);
        if (thing.kind == SCRIPT_DECLARATION && node_is(thing.node, "enum_declaration"))
            return add_enum(tree, &thing, true, texts);
        return thing.kind == SCRIPT_VALUE && node_is(thing.node, "object") &&
               add_object(tree, scope_of(scope, &thing), thing.node, true, texts);
    }
    if (node_is(callee, "member_expression") &&
        str_eq(script_source(scope.file, script_child(callee, "property_identifier")),
               STR("map"))) {
        TSNode list = ts_node_named_child(callee, 0);
        TSNode function = script_bare(script_argument(tree, call, 0));
        return gives_text(tree, scope.file, function)
                   ? add_texts(tree, scope, list, texts)
                   : add_members(tree, scope, list, scope, function, texts);
    }
    thing = script_resolve(tree, scope, callee);
    if (thing.kind != SCRIPT_VALUE && thing.kind != SCRIPT_DECLARATION)
        return false;
    TSNode returned = script_returned(tree, thing.node);
    return !ts_node_is_null(returned) &&
           add_texts(tree, script_scope_of_call(tree, scope, call, thing), returned, texts);
}

/* z.enum([…]).options, pgEnum("x", […]).enumValues */
static bool add_values_of(struct script_tree *tree, struct script_scope scope, TSNode member,
                          struct strs *texts)
{
    struct str name = script_source(scope.file, script_child(member, "property_identifier"));
    struct script_thing thing = script_resolve(tree, scope, ts_node_named_child(member, 0));

    if (thing.kind != SCRIPT_VALUE || !node_is(thing.node, "call_expression"))
        return false;
    scope = scope_of(scope, &thing);
    struct str called = script_foreign(tree, scope, script_callee(thing.node));
    bool zod = str_starts(called, STR("zod")) &&
               (str_ends(called, STR(".enum")) || str_ends(called, STR(":enum")));
    if (str_eq(name, STR("options")) && zod)
        return add_texts(tree, scope, script_argument(tree, thing.node, 0), texts);
    return str_eq(name, STR("enumValues")) && str_ends(called, STR(":pgEnum")) &&
           add_texts(tree, scope, script_argument(tree, thing.node, 1), texts);
}

static bool add_items(struct script_tree *tree, struct script_scope scope, TSNode expression,
                      struct strs *texts)
{
    TSNode node = script_bare(expression);
    struct script_thing thing = script_resolve(tree, scope, node);

    if (thing.kind == SCRIPT_DECLARATION && node_is(thing.node, "enum_declaration"))
        return add_enum(tree, &thing, false, texts);
    if (thing.kind == SCRIPT_UNKNOWN && node_is(node, "member_expression"))
        return add_values_of(tree, scope, node, texts);
    if (thing.kind != SCRIPT_VALUE)
        return false;
    scope = scope_of(scope, &thing);
    if (node_is(thing.node, "call_expression"))
        return add_call(tree, scope, thing.node, texts);
    if (node_is(thing.node, "member_expression"))
        return !ts_node_eq(thing.node, node) && add_texts(tree, scope, thing.node, texts);
    if (node_is(thing.node, "object"))
        return add_object(tree, scope, thing.node, false, texts);
    return node_is(thing.node, "array") && add_array(tree, scope, thing.node, texts);
}

static bool add_texts(struct script_tree *tree, struct script_scope scope, TSNode expression,
                      struct strs *texts)
{
    bool whole;

    if (!script_enter(tree))
        return false;
    whole = add_items(tree, scope, expression, texts);
    script_leave(tree);
    return whole;
}

bool script_texts(struct script_tree *tree, struct script_scope scope, TSNode expression,
                  struct strs *ret_texts)
{
    *ret_texts = (struct strs){0};
    return add_texts(tree, scope, expression, ret_texts);
}
