/* python_call.c -- functions of the tree: what their parameters mean in one call. */
#include "readers/python_parameters.h"

#define PARAMETERS_MAX 24u

/* Does an assignment bind the name, alone or among others? */
static bool binds(const struct python_file *file, TSNode assignment, struct str name)
{
    TSNode left = node_field(assignment, "left");
    bool found = str_eq(node_source(file, left), name);

    for (uint32_t i = 0; !node_is(left, "identifier") && i < ts_node_named_child_count(left); i++)
        found = found || str_eq(node_source(file, ts_node_named_child(left, i)), name);
    return found;
}

/* No parameter, unless it is filled, and no name that a statement before has bound. */
static bool is_new_name(const struct python_file *file, TSNode function, uint32_t index,
                        TSNode assignment, TSNode name)
{
    TSNode body = node_field(function, "body"), parameters = node_field(function, "parameters");
    struct str text = node_source(file, name);

    if (!node_is(name, "identifier"))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(parameters); i++)
        if (str_eq(python_parameter_name(file, ts_node_named_child(parameters, i)), text) &&
            !python_parameter_is_filled(file, assignment))
            return false;
    for (uint32_t i = 0; i < index; i++) {
        TSNode before = ts_node_named_child(ts_node_named_child(body, i), 0);
        if (node_is(before, "assignment") && binds(file, before, text))
            return false;
    }
    return true;
}

/* `a = …`, `a, b = …` */
static bool binds_new_names(const struct python_file *file, TSNode function, uint32_t index,
                            TSNode assignment)
{
    TSNode left = node_field(assignment, "left");

    if (!node_is(left, "pattern_list") && !node_is(left, "tuple_pattern"))
        return is_new_name(file, function, index, assignment, left);
    for (uint32_t i = 0; i < ts_node_named_child_count(left); i++)
        if (!is_new_name(file, function, index, assignment, ts_node_named_child(left, i)))
            return false;
    return true;
}

/* What the parameters mean behind such statements. False: it cannot be told. */
static bool fill_parameters(struct python_tree *tree, struct python_thing function,
                            struct python_scope *inside)
{
    struct arena *arena = python_tree_arena(tree);

    for (uint32_t i = 0; i < ts_node_named_child_count(inside->body); i++) {
        TSNode statement = ts_node_named_child(inside->body, i), name, condition;
        TSNode value = python_parameter_filled_with(function.file, function.node, statement, &name,
                                                    &condition);
        bool is_true, empty = ts_node_is_null(condition);
        if (ts_node_is_null(value))
            continue;
        if (!python_condition(tree, *inside, empty ? name : condition, &is_true)) {
            if (!empty ||
                !python_parameter_is_filled(function.file, ts_node_named_child(statement, 0)))
                return false;
            continue;
        }
        if (is_true == empty)
            continue;
        struct python_scope *before = ARENA_NEW(arena, struct python_scope);
        struct python_bound *bound = ARENA_NEW(arena, struct python_bound);
        *before = *inside;
        *bound = (struct python_bound){.name = node_source(function.file, name),
                                       .outer = inside->bound,
                                       .node = value,
                                       .scope = before};
        inside->bound = bound;
    }
    return true;
}

/* A docstring, imports, names assigned once that are no parameters or where the call gives none, words set in `**kw`, and the return. */
static bool is_plain_body(const struct python_file *file, TSNode function)
{
    TSNode body = node_field(function, "body"), key, name, condition;
    bool final;

    for (uint32_t i = 0; !ts_node_is_null(body) && i < ts_node_named_child_count(body); i++) {
        TSNode statement = ts_node_named_child(body, i), inner = ts_node_named_child(statement, 0);
        if (node_is(statement, "return_statement"))
            return true;
        if (node_is(statement, "comment") || node_is(statement, "import_statement") ||
            node_is(statement, "import_from_statement") || node_is(inner, "string") ||
            node_is(statement, "class_definition") || node_is(statement, "function_definition") ||
            node_is(statement, "decorated_definition"))
            continue;
        if (!ts_node_is_null(
                python_parameter_filled_with(file, function, statement, &name, &condition)))
            continue;
        if (!node_is(statement, "expression_statement"))
            return false;
        if (!ts_node_is_null(python_parameter_rest_set(file, function, statement, &final, &key)))
            continue;
        if (!node_is(inner, "assignment") || !binds_new_names(file, function, i, inner))
            return false;
    }
    return false;
}

/* The keywords of a call are all taken by a parameter; so are its places. */
static bool all_taken(const struct python_file *from, TSNode call, struct python_thing function)
{
    TSNode arguments = node_field(call, "arguments"),
           parameters = node_field(function.node, "parameters");
    bool words = false, places = false;

    for (uint32_t i = 0; i < ts_node_named_child_count(parameters); i++) {
        words = words || python_parameter_takes(ts_node_named_child(parameters, i),
                                                "dictionary_splat_pattern");
        places = places ||
                 python_parameter_takes(ts_node_named_child(parameters, i), "list_splat_pattern");
    }
    for (uint32_t i = 0; !words && i < ts_node_named_child_count(arguments); i++) {
        TSNode argument = ts_node_named_child(arguments, i);
        if (node_is(argument, "keyword_argument") &&
            !python_parameter_is_there(function.file, function.node,
                                       node_source(from, node_field(argument, "name"))))
            return false;
    }
    return places || call_positional_count(call) <= python_parameter_places(function.node);
}

/* `method`: the first parameter is `self`, and without a call every other one is what it is by default. */
static bool bind_parameters(struct python_tree *tree, struct python_scope scope, TSNode call,
                            struct python_thing function, bool method,
                            struct python_scope *ret_inside)
{
    struct arena *arena = python_tree_arena(tree);
    TSNode parameters = node_field(function.node, "parameters");
    struct python_scope *outside = ARENA_NEW(arena, struct python_scope),
                        *around = ARENA_NEW(arena, struct python_scope);
    const struct python_bound *inner = NULL;
    bool by_place = true;
    size_t place = 0, places = ts_node_is_null(call) ? 0 : call_positional_count(call);

    *outside = scope;
    *around = (struct python_scope){.file = function.file};
    if (ts_node_named_child_count(parameters) > PARAMETERS_MAX ||
        (!ts_node_is_null(call) && call_has_splat(call)))
        return false;
    for (uint32_t i = method; i < ts_node_named_child_count(parameters); i++) {
        TSNode parameter = ts_node_named_child(parameters, i), given = node_null();
        struct python_bound *bound = ARENA_NEW(arena, struct python_bound);

        if (node_is(parameter, "positional_separator") || node_is(parameter, "comment"))
            continue;
        if (python_parameter_is_rest(parameter) || node_is(parameter, "keyword_separator"))
            by_place = false;
        bound->name = python_parameter_name(function.file, parameter);
        if (!bound->name.length)
            continue;
        bound->scope = outside;
        bound->outer = inner;
        inner = bound;
        if (python_parameter_is_rest(parameter)) {
            bound->node = call;
            bound->rest = function.node;
            bound->rest_from = place;
            continue;
        }
        if (by_place && place < places)
            given = call_positional(call, place);
        place += by_place;
        if (ts_node_is_null(given) && !ts_node_is_null(call))
            given = call_keyword(scope.file, call, str_c(arena, bound->name));
        if (ts_node_is_null(given)) {
            given = node_field(parameter, "value");
            bound->scope = around;
        }
        if (ts_node_is_null(given))
            return false;
        bound->node = given;
    }
    *ret_inside = (struct python_scope){.file = function.file,
                                        .body = node_field(function.node, "body"),
                                        .class_name = scope.class_name,
                                        .bound = inner,
                                        .table_name = scope.table_name,
                                        .class = scope.class};
    return true;
}

bool python_call_enter(struct python_tree *tree, struct python_scope scope, TSNode call,
                       struct python_thing function, struct python_scope *ret_inside)
{
    bool lambda = node_is(function.node, "lambda");

    if (lambda && ts_node_is_null(node_field(function.node, "parameters")))
        return false;
    if ((!lambda && !is_plain_body(function.file, function.node)) ||
        !all_taken(scope.file, call, function) ||
        !bind_parameters(tree, scope, call, function, false, ret_inside))
        return false;
    if (lambda) /* an expression binds no names */
        ret_inside->body = node_null();
    return lambda || fill_parameters(tree, function, ret_inside);
}

TSNode python_call_returned(struct python_thing function)
{
    TSNode body = node_field(function.node, "body");

    if (node_is(function.node, "lambda"))
        return node_bare(body);
    for (uint32_t i = 0; !ts_node_is_null(body) && i < ts_node_named_child_count(body); i++)
        if (node_is(ts_node_named_child(body, i), "return_statement"))
            return node_bare(ts_node_named_child(ts_node_named_child(body, i), 0));
    return node_null();
}

/* super().__init__(…) of a body that does nothing else but set attributes of its own; null: it does. */
static TSNode super_call(const struct python_file *file, TSNode function)
{
    TSNode body = node_field(function, "body"), found = node_null(), name, key;
    bool final;

    for (uint32_t i = 0; i < ts_node_named_child_count(body); i++) {
        TSNode statement = ts_node_named_child(body, i), node = ts_node_named_child(statement, 0);
        if (!ts_node_is_null(
                python_parameter_filled_with(file, function, statement, &name, &key)) ||
            !ts_node_is_null(python_parameter_rest_set(file, function, statement, &final, &key)))
            continue;
        bool own = node_is(node, "assignment") &&
                   str_starts(node_source(file, node_field(node, "left")), STR("self."));
        if (node_is(statement, "comment") || node_is(node, "string") || own)
            continue;
        if (!node_is(statement, "expression_statement") || !node_is(node, "call") ||
            !str_starts(node_source(file, node), STR("super(")) ||
            !str_ends(node_source(file, node_field(node, "function")), STR(".__init__")) ||
            !ts_node_is_null(found))
            return node_null();
        found = node;
    }
    return found;
}

TSNode python_init_passes(struct python_tree *tree, struct python_scope scope, TSNode call,
                          struct python_thing init, struct python_scope *ret_inside)
{
    TSNode passed = super_call(init.file, init.node);

    if (ts_node_is_null(passed) || !bind_parameters(tree, scope, call, init, true, ret_inside) ||
        !fill_parameters(tree, init, ret_inside) ||
        python_call_has_splat(tree, *ret_inside, passed))
        return node_null();
    return passed;
}

static bool add_sets(struct python_tree *tree, struct python_scope *inside, TSNode block,
                     const struct python_bound **sets);

/* if length is None: self.length = 20 else: self.length = length. False: which of them it is cannot be told. */
static bool add_branch(struct python_tree *tree, struct python_scope *inside, TSNode statement,
                       const struct python_bound **sets)
{
    bool holds;

    if (!str_contains(node_source(inside->file, statement), STR("self.")))
        return true; /* raise ValueError(…) */
    if (!python_condition(tree, *inside, node_field(statement, "condition"), &holds))
        return false;
    if (holds)
        return add_sets(tree, inside, node_field(statement, "consequence"), sets);
    for (uint32_t i = 0; i < ts_node_named_child_count(statement); i++) {
        TSNode other = ts_node_named_child(statement, i);
        bool otherwise = node_is(other, "else_clause");
        if (!otherwise && !node_is(other, "elif_clause"))
            continue;
        if (!otherwise && !python_condition(tree, *inside, node_field(other, "condition"), &holds))
            return false;
        if (otherwise || holds)
            return add_sets(tree, inside, node_field(other, otherwise ? "body" : "consequence"),
                            sets);
    }
    return true;
}

static bool add_sets(struct python_tree *tree, struct python_scope *inside, TSNode block,
                     const struct python_bound **sets)
{
    for (uint32_t i = 0; i < ts_node_named_child_count(block); i++) {
        TSNode statement = ts_node_named_child(block, i), node = ts_node_named_child(statement, 0);
        struct str name = node_source(inside->file, node_field(node, "left"));
        if (node_is(statement, "if_statement") && !add_branch(tree, inside, statement, sets))
            return false;
        if (!node_is(node, "assignment") || !str_starts(name, STR("self.")))
            continue;
        struct python_bound *set = ARENA_NEW(python_tree_arena(tree), struct python_bound);
        *set = (struct python_bound){
            .name = name, .outer = *sets, .node = node_field(node, "right"), .scope = inside};
        *sets = set;
    }
    return true;
}

const struct python_bound *python_init_sets(struct python_tree *tree, struct python_scope scope,
                                            TSNode call, struct python_thing init)
{
    struct python_scope *inside = ARENA_NEW(python_tree_arena(tree), struct python_scope);
    const struct python_bound *sets = NULL;

    return bind_parameters(tree, scope, call, init, true, inside) &&
                   add_sets(tree, inside, node_field(init.node, "body"), &sets)
               ? sets
               : NULL;
}

const struct python_bound *python_rest_of(struct python_scope scope, TSNode splat)
{
    TSNode name = ts_node_named_child(splat, 0);

    for (const struct python_bound *bound = scope.bound; bound; bound = bound->outer)
        if (node_is(name, "identifier") && str_eq(bound->name, node_source(scope.file, name)))
            return ts_node_is_null(bound->rest) ? NULL : bound;
    return NULL;
}

#define DICTIONARIES_DEPTH_MAX 8u

static struct python_thing dictionary_at(struct python_tree *tree, struct python_scope scope,
                                         TSNode expression, size_t depth);

/* {"null": True, **SHORT}, dict(SHORT, null=True), SHORT | {"null": True}: every part of it can be looked into. */
static bool is_plain_dictionary(struct python_tree *tree, struct python_thing thing, size_t depth)
{
    struct python_scope in = {.file = thing.file, .body = thing.scope, .bound = thing.bound};
    TSNode holder = node_is(thing.node, "call") ? node_field(thing.node, "arguments") : thing.node;
    bool joined = node_is(thing.node, "binary_operator");

    if (joined && !str_eq(node_source(thing.file, node_field(thing.node, "operator")), STR("|")))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(holder); i++) {
        TSNode part = ts_node_named_child(holder, i);
        if (node_is(part, "comment") || node_is(part, "keyword_argument"))
            continue;
        if (node_is(part, "pair")) {
            if (python_constant(tree, in, node_field(part, "key")).kind != CONSTANT_STRING)
                return false;
            continue;
        }
        if (node_is(part, "dictionary_splat"))
            part = ts_node_named_child(part, 0);
        if (dictionary_at(tree, in, part, depth + 1).kind == THING_UNKNOWN)
            return false;
    }
    return true;
}

/* COMMON = common_arguments(): what a function of the tree returns. */
static struct python_thing dictionary_made(struct python_tree *tree, struct python_thing made,
                                           size_t depth)
{
    struct python_scope in = {.file = made.file, .body = made.scope, .bound = made.bound}, inside;
    struct python_thing function = python_resolve(tree, in, node_field(made.node, "function"));

    if (function.kind != THING_FUNCTION ||
        !python_call_enter(tree, in, made.node, function, &inside))
        return (struct python_thing){.kind = THING_UNKNOWN};
    for (uint32_t i = 0; i < ts_node_named_child_count(inside.body); i++) {
        TSNode statement = ts_node_named_child(inside.body, i);
        if (node_is(statement, "return_statement") && ts_node_named_child_count(statement))
            return dictionary_at(tree, inside, ts_node_named_child(statement, 0), depth);
    }
    return (struct python_thing){.kind = THING_UNKNOWN};
}

static struct python_thing dictionary_at(struct python_tree *tree, struct python_scope scope,
                                         TSNode expression, size_t depth)
{
    struct python_thing thing = python_resolve(tree, scope, expression);
    bool called = thing.kind == THING_FOREIGN && str_eq(thing.dotted, STR("builtins.dict()"));

    if (thing.kind == THING_VALUE && node_is(thing.node, "none"))
        return thing; /* as python_parameter_is_filled() has it */
    if (thing.kind == THING_VALUE && node_is(thing.node, "call") && depth < DICTIONARIES_DEPTH_MAX)
        return dictionary_made(tree, thing, depth + 1);
    if (thing.file && depth < DICTIONARIES_DEPTH_MAX &&
        (called || (thing.kind == THING_VALUE && (node_is(thing.node, "dictionary") ||
                                                  node_is(thing.node, "binary_operator")))) &&
        is_plain_dictionary(tree, thing, depth))
        return thing;
    return (struct python_thing){.kind = THING_UNKNOWN};
}

/* The dictionary that `**x` opens, when it is written out with plain keys: {"null": True}, dict(null=True). */
static struct python_thing dictionary_of(struct python_tree *tree, struct python_scope scope,
                                         TSNode splat)
{
    return dictionary_at(tree, scope, ts_node_named_child(splat, 0), 0);
}

/* Of a plain dictionary; what stands later wins. */
static TSNode in_dictionary(struct python_tree *tree, struct python_thing thing, const char *name,
                            struct python_scope *ret_scope, size_t depth)
{
    struct python_scope in = {.file = thing.file, .body = thing.scope, .bound = thing.bound};
    bool called = node_is(thing.node, "call");
    TSNode holder = called ? node_field(thing.node, "arguments") : thing.node;
    TSNode found = called ? call_keyword(thing.file, thing.node, name) : node_null();

    *ret_scope = in;
    for (uint32_t i = ts_node_named_child_count(holder); ts_node_is_null(found) && i > 0; i--) {
        TSNode part = ts_node_named_child(holder, i - 1);
        if (node_is(part, "pair")) {
            if (str_eq(python_constant(tree, in, node_field(part, "key")).text, str_from(name)))
                found = node_field(part, "value");
            continue;
        }
        if (node_is(part, "comment") || node_is(part, "keyword_argument"))
            continue;
        TSNode inner = node_is(part, "dictionary_splat") ? ts_node_named_child(part, 0) : part;
        struct python_thing other = dictionary_at(tree, in, inner, depth + 1);
        if (other.kind != THING_UNKNOWN)
            found = in_dictionary(tree, other, name, ret_scope, depth + 1);
        if (ts_node_is_null(found))
            *ret_scope = in;
    }
    return found;
}

TSNode python_dictionary_value(struct python_tree *tree, struct python_scope scope,
                               TSNode expression, const char *key, struct python_scope *ret_scope)
{
    TSNode method = node_is(expression, "call")
                        ? node_field(node_field(expression, "function"), "attribute")
                        : node_null();
    bool shown =
        node_is(expression, "dictionary") ||
        (!ts_node_is_null(method) && str_eq(node_source(scope.file, method), STR("update")));
    struct python_thing thing = shown ? (struct python_thing){.kind = THING_VALUE,
                                                              .file = scope.file,
                                                              .node = expression,
                                                              .scope = scope.body,
                                                              .bound = scope.bound}
                                      : dictionary_at(tree, scope, expression, 0);

    *ret_scope = scope;
    if (thing.kind == THING_UNKNOWN || node_is(thing.node, "none"))
        return node_null();
    return in_dictionary(tree, thing, key, ret_scope, 0);
}

/* A word of `**kw`: as the function sets it, as the call gives it, or what is set by default. */
static TSNode rest_keyword(struct python_tree *tree, struct python_scope scope,
                           const struct python_bound *rest, const char *name,
                           struct python_scope *ret_scope)
{
    TSNode found = python_parameter_rest_word(tree, scope.file, rest->rest, str_from(name), true);

    *ret_scope = scope;
    if (ts_node_is_null(found) &&
        !python_parameter_is_there(scope.file, rest->rest, str_from(name)))
        found = python_call_keyword(tree, *rest->scope, rest->node, name, ret_scope);
    if (!ts_node_is_null(found))
        return found;
    *ret_scope = scope;
    return python_parameter_rest_word(tree, scope.file, rest->rest, str_from(name), false);
}

TSNode python_call_keyword(struct python_tree *tree, struct python_scope scope, TSNode call,
                           const char *name, struct python_scope *ret_scope)
{
    TSNode found = ts_node_is_null(call) ? call : call_keyword(scope.file, call, name);

    *ret_scope = scope;
    if (ts_node_is_null(call) || !ts_node_is_null(found) ||
        !call_arguments(scope.file, call)->has_splat)
        return found;
    TSNode arguments = node_field(call, "arguments");
    for (uint32_t i = 0; ts_node_is_null(found) && i < ts_node_named_child_count(arguments); i++) {
        TSNode argument = ts_node_named_child(arguments, i);
        if (!node_is(argument, "dictionary_splat"))
            continue;
        const struct python_bound *rest = python_rest_of(scope, argument);
        if (rest) {
            found = rest_keyword(tree, scope, rest, name, ret_scope);
            continue;
        }
        struct python_thing thing = dictionary_of(tree, scope, argument);
        if (thing.kind != THING_UNKNOWN)
            found = in_dictionary(tree, thing, name, ret_scope, 0);
    }
    return found;
}

TSNode python_call_positional(struct python_scope scope, TSNode call, size_t index,
                              struct python_scope *ret_scope)
{
    size_t place = 0;

    *ret_scope = scope;
    if (ts_node_is_null(call))
        return call;
    const struct python_arguments *arguments = call_arguments(scope.file, call);
    for (size_t i = 0; i < arguments->items.count; i++) {
        const struct python_argument *argument = &arguments->items.items[i];
        if (argument->keyword.length || argument->dictionary_splat)
            continue;
        const struct python_bound *rest =
            argument->list_splat ? python_rest_of(scope, argument->node) : NULL;
        if (rest)
            return python_call_positional(*rest->scope, rest->node, index - place + rest->rest_from,
                                          ret_scope);
        if (place++ == index)
            return node_bare(argument->node);
    }
    return node_null();
}

bool python_call_has_splat(struct python_tree *tree, struct python_scope scope, TSNode call)
{
    if (!call_arguments(scope.file, call)->has_splat)
        return false;
    TSNode arguments = node_field(call, "arguments");
    for (uint32_t i = 0; i < ts_node_named_child_count(arguments); i++) {
        TSNode argument = ts_node_named_child(arguments, i);
        bool words = node_is(argument, "dictionary_splat");
        if ((words || node_is(argument, "list_splat")) && !python_rest_of(scope, argument) &&
            !(words && dictionary_of(tree, scope, argument).kind != THING_UNKNOWN))
            return true;
    }
    return false;
}
