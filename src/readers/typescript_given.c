/* typescript_given.c -- what a parameter of a function of the tree stands for, in one call of it. */
#include "readers/typescript.h"

struct given {
    TSNode value; /* null: the call gives nothing there */
    struct script_scope scope;
};

/* `x`, `x = 1`, `x?: T`: the name or pattern, and the value that counts where the call gives none. */
static TSNode pattern_of(struct script_tree *tree, TSNode parameter, TSNode *ret_value)
{
    struct script_nodes parts = script_children(tree, parameter);
    TSNode pattern = parameter;

    *ret_value = node_null();
    if (!node_is(parameter, "required_parameter") && !node_is(parameter, "optional_parameter") &&
        !node_is(parameter, "assignment_pattern") &&
        !node_is(parameter, "object_assignment_pattern"))
        return pattern;
    for (size_t i = 0; i < parts.count; i++) {
        TSNode part = parts.items[i];
        if (ts_node_eq(pattern, parameter) &&
            (node_is(part, "identifier") || node_is(part, "object_pattern") ||
             node_is(part, "shorthand_property_identifier_pattern")))
            pattern = part;
        else if (!node_is(part, "type_annotation") && !ts_node_eq(pattern, parameter))
            *ret_value = part;
    }
    return pattern;
}

/* The property of what was given, else the value that the pattern says. */
static struct given property_of(struct script_tree *tree, struct given holder, struct str key,
                                TSNode otherwise, struct script_scope inside)
{
    struct given found = {.scope = holder.scope};

    found.value = script_property(tree, holder.scope, holder.value,
                                  str_c(script_tree_arena(tree), key), &found.scope);
    return ts_node_is_null(found.value) ? (struct given){.value = otherwise, .scope = inside}
                                        : found;
}

/* ({ length = 50, type: word, ...rest }) */
static bool in_object(struct script_tree *tree, struct script_scope inside, TSNode pattern,
                      struct str name, struct given holder, struct given *ret_given)
{
    struct script_nodes parts = script_children(tree, pattern);

    for (size_t i = 0; i < parts.count; i++) {
        TSNode part = parts.items[i], value;
        if (node_is(part, "rest_pattern")) {
            *ret_given = holder;
            if (str_eq(script_source(inside.file, ts_node_named_child(part, 0)), name))
                return true;
            continue;
        }
        TSNode key = part;
        if (node_is(part, "pair_pattern")) {
            struct script_nodes pair = script_children(tree, part);
            key = pair.items[0];
            part = pair.items[pair.count - 1];
        }
        TSNode local = pattern_of(tree, part, &value);
        if (!str_eq(script_source(inside.file, local), name))
            continue;
        struct str word =
            script_source(inside.file, node_is(parts.items[i], "pair_pattern") ? key : local);
        *ret_given = property_of(tree, holder, word, value, inside);
        return true;
    }
    return false;
}

bool script_given(struct script_tree *tree, struct script_scope scope, struct str name,
                  TSNode *ret_value, struct script_scope *ret_scope)
{
    const struct script_call *call = scope.call;

    if (!call)
        return false;
    struct script_scope inside = {.file = call->file};
    TSNode list = script_child(call->function, "formal_parameters");
    struct script_nodes parameters =
        script_children(tree, ts_node_is_null(list) ? call->function : list);
    if (ts_node_is_null(list)) /* x => … */
        parameters.count = parameters.count && node_is(parameters.items[0], "identifier");
    for (size_t i = 0; i < parameters.count; i++) {
        TSNode otherwise, pattern = pattern_of(tree, parameters.items[i], &otherwise);
        struct given given = {.value = script_argument(tree, call->node, i + call->before),
                              .scope = call->scope};
        if (ts_node_is_null(given.value) || node_is(given.value, "undefined"))
            given = (struct given){.value = otherwise, .scope = inside};
        if (!(node_is(pattern, "object_pattern")
                  ? in_object(tree, inside, pattern, name, given, &given)
                  : str_eq(script_source(call->file, pattern), name)))
            continue;
        *ret_value = given.value;
        *ret_scope = given.scope;
        return true;
    }
    return false;
}

bool script_given_rest(struct script_tree *tree, struct script_scope scope, struct str name,
                       struct script_nodes *ret_values, struct script_scope *ret_scope)
{
    const struct script_call *call = scope.call;
    TSNode given;

    *ret_values = (struct script_nodes){0};
    if (!call)
        return false;
    struct script_nodes parameters =
        script_children(tree, script_child(call->function, "formal_parameters"));
    TSNode last = parameters.count ? parameters.items[parameters.count - 1] : node_null();
    TSNode rest = node_is(last, "rest_pattern") ? last : script_child(last, "rest_pattern");
    if (!ts_node_is_null(rest) &&
        str_eq(script_source(call->file, ts_node_named_child(rest, 0)), name)) {
        *ret_scope = call->scope;
        for (size_t i = parameters.count - 1 + call->before;
             given = script_argument(tree, call->node, i), !ts_node_is_null(given); i++)
            VEC_PUSH(script_tree_arena(tree), ret_values, given);
        return true;
    }
    if (!script_given(tree, scope, name, &given, ret_scope) ||
        !node_is(script_bare(given), "array"))
        return false;
    *ret_values = script_children(tree, script_bare(given));
    return true;
}

bool script_is_not_given(struct script_tree *tree, struct script_scope scope, TSNode member)
{
    struct script_properties properties;
    TSNode object = script_bare(script_first(member)), given;
    struct script_scope outer;

    if (!node_is(member, "member_expression") || !node_is(object, "identifier") ||
        !script_given(tree, scope, script_source(scope.file, object), &given, &outer))
        return false;
    if (ts_node_is_null(given))
        return true;
    struct str name = script_source(scope.file, script_child(member, "property_identifier"));
    if (!script_properties(tree, outer, given, &properties))
        return false;
    for (size_t i = 0; i < properties.count; i++)
        if (str_eq(properties.items[i].name, name))
            return false;
    return true;
}

struct script_scope script_scope_of_call(struct script_tree *tree, struct script_scope scope,
                                         TSNode node, struct script_thing function)
{
    struct script_call *call = ARENA_NEW(script_tree_arena(tree), struct script_call);

    *call = (struct script_call){
        .file = function.file, .function = function.node, .node = node, .scope = scope};
    return (struct script_scope){.file = function.file, .call = call};
}
