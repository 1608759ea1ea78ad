/* sqlalchemy_enum.c -- the labels of enumerated types: Enum("a", "b"), Enum(Status), and how they are kept. */
#include "readers/sqlalchemy.h"

/* MIN = "low" after LOW = "low" is another name of the same member, and no label. `seen`: the values so far, with their kind. */
static bool is_alias(struct sa_reader *r, struct python_constant value, struct strs *seen)
{
    struct str text = str_printf(r->arena, "%d" STR_FMT, (int)value.kind, STR_ARG(value.text));

    if (value.kind != CONSTANT_STRING && value.kind != CONSTANT_NUMBER)
        return false;
    if (strs_have(seen, text))
        return true;
    VEC_PUSH(r->arena, seen, text);
    return false;
}

/* The members of an Enum class: names in their order, or their values. */
static bool enum_members(struct sa_reader *r, struct python_thing class, bool values,
                         struct strs *ret_labels)
{
    struct python_bindings bindings;
    TSNode body = node_field(class.node, "body");
    struct python_scope scope = {.file = class.file, .body = body};
    struct strs seen = {0};

    python_body_bindings(r->tree, class.file, body, &bindings);
    for (size_t i = 0; i < bindings.count; i++) {
        const struct python_binding *member = &bindings.items[i];
        if (member->kind != BINDING_VALUE || str_starts(member->name, STR("_")) ||
            ts_node_is_null(member->node))
            continue;
        struct python_constant value = python_constant(r->tree, scope, member->node);
        if (is_alias(r, value, &seen))
            continue;
        if (!values) {
            strs_add(r->arena, ret_labels, member->name);
            continue;
        }
        if (value.kind == CONSTANT_NOT && node_is(member->node, "call") &&
            sa_is(python_foreign(r->tree, scope, node_field(member->node, "function")), "auto")) {
            value.kind = CONSTANT_STRING; /* StrEnum's auto() */
            value.text = str_lower(r->arena, member->name);
        }
        if (value.kind != CONSTANT_STRING)
            return false;
        strs_add(r->arena, ret_labels, value.text);
    }
    return ret_labels->count > 0;
}

/* values_callable=lambda x: [e.value for e in x]: the values; absent: the names. */
bool sa_enum_wants_values(struct sa_reader *r, struct python_scope scope, TSNode call,
                          bool *ret_values)
{
    struct sa_argument given = sa_keyword(r, scope, call, "values_callable");
    TSNode callable = given.node;

    *ret_values = false;
    if (ts_node_is_null(callable) || node_is(callable, "none"))
        return true;
    scope = given.scope;
    struct python_thing function = python_resolve(r->tree, scope, callable);
    struct str source = function.kind == THING_FUNCTION ? node_source(function.file, function.node)
                                                        : node_source(scope.file, callable);
    *ret_values =
        str_contains(source, STR(".value for ")) || str_contains(source, STR(".values()"));
    return *ret_values || str_contains(source, STR(".name for "));
}

void sa_enum_text(struct sa_reader *r, struct sa_type *type, bool native)
{
    size_t longest = 1;

    if (native) {
        type->text = type->enum_name;
        return;
    }
    for (size_t i = 0; i < type->labels.count; i++)
        if (type->labels.items[i].length > longest)
            longest = type->labels.items[i].length;
    type->text = str_printf(r->arena, "VARCHAR(%zu)", longest);
    type->labels = (struct strs){0};
    type->enum_name = STR_NONE;
}

bool sa_is_enum_class(struct sa_reader *r, struct python_thing thing, size_t depth)
{
    TSNode bases = thing.kind == THING_CLASS ? node_field(thing.node, "superclasses") : node_null();

    for (uint32_t i = 0; !ts_node_is_null(bases) && i < ts_node_named_child_count(bases); i++) {
        struct python_thing base = python_resolve(
            r->tree, (struct python_scope){.file = thing.file}, ts_node_named_child(bases, i));
        if (base.kind == THING_FOREIGN &&
            (sa_is(base.dotted, "Enum") || sa_is(base.dotted, "StrEnum") ||
             sa_is(base.dotted, "IntEnum") || sa_is(base.dotted, "TextChoices")))
            return true;
        if (base.kind == THING_CLASS && depth < 8 && sa_is_enum_class(r, base, depth + 1))
            return true;
    }
    return false;
}

bool sa_enum_of_class(struct sa_reader *r, struct python_thing class, bool values,
                      struct sa_type *type)
{
    type->enum_name = str_lower(r->arena, node_source(class.file, node_field(class.node, "name")));
    return enum_members(r, class, values, &type->labels);
}

/* The enumeration that a name stands for, `cls` in its own methods. */
static struct python_thing enumeration(struct sa_reader *r, struct python_scope scope, TSNode node)
{
    return scope.class && str_eq(node_source(scope.file, node), STR("cls"))
               ? *scope.class
               : python_resolve(r->tree, scope, node);
}

/* The one argument of list(Status), str(e.value); another expression is itself. */
static TSNode within(const struct python_file *file, TSNode node, const char *called)
{
    node = node_bare(node);
    return node_is(node, "call") &&
                   str_eq(node_source(file, node_field(node, "function")), str_from(called))
               ? call_positional(node, 0)
               : node;
}

/* `e.value`, `e.name` of each member `e`. */
static bool labels_of_each(struct sa_reader *r, struct python_scope scope, TSNode member,
                           TSNode said, TSNode of, struct strs *labels)
{
    said = within(scope.file, said, "str");
    of = within(scope.file, of, "list");
    struct python_thing class = enumeration(r, scope, of);
    struct str word = node_is(said, "attribute")
                          ? node_source(scope.file, node_field(said, "attribute"))
                          : STR_NONE;
    bool values = str_eq(word, STR("value"));

    return (values || str_eq(word, STR("name"))) &&
           str_eq(node_source(scope.file, node_field(said, "object")),
                  node_source(scope.file, member)) &&
           sa_is_enum_class(r, class, 0) && enum_members(r, class, values, labels);
}

/* [e.value for e in Status], (e.name for e in Status) */
static bool labels_of_comprehension(struct sa_reader *r, struct python_scope scope, TSNode node,
                                    struct strs *labels)
{
    TSNode body = node_field(node, "body"), clause = node_null();

    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        TSNode child = ts_node_named_child(node, i);
        if (node_is(child, "if_clause") ||
            (node_is(child, "for_in_clause") && !ts_node_is_null(clause)))
            return false;
        if (node_is(child, "for_in_clause"))
            clause = child;
    }
    return !ts_node_is_null(clause) && labels_of_each(r, scope, node_field(clause, "left"), body,
                                                      node_field(clause, "right"), labels);
}

/* map(lambda e: e.value, Status) */
static bool labels_of_map(struct sa_reader *r, struct python_scope scope, TSNode call,
                          struct strs *labels)
{
    TSNode function = call_positional(call, 0), parameters = node_field(function, "parameters");

    return node_is(function, "lambda") && ts_node_named_child_count(parameters) == 1 &&
           labels_of_each(r, scope, ts_node_named_child(parameters, 0),
                          node_field(function, "body"), call_positional(call, 1), labels);
}

/* Status.__members__ */
static bool labels_of_members(struct sa_reader *r, struct python_scope scope, TSNode node,
                              struct strs *labels)
{
    struct python_thing class = enumeration(r, scope, node_field(node, "object"));

    return sa_is_enum_class(r, class, 0) && enum_members(r, class, false, labels);
}

#define LABELS_DEPTH_MAX 8u

static bool labels_of(struct sa_reader *r, struct python_scope scope, TSNode node,
                      struct strs *labels, size_t depth);

static bool labels_of_list(struct sa_reader *r, struct python_scope scope, TSNode node,
                           struct strs *labels, size_t depth);

/* Status.values(), values_of(Status): what a method of the enumeration, or a function of the tree, returns. */
static bool labels_of_function(struct sa_reader *r, struct python_scope scope, TSNode call,
                               struct strs *labels, size_t depth)
{
    TSNode named = node_field(call, "function");
    struct python_thing function = python_resolve(r->tree, scope, named);
    struct python_scope inside = {.file = function.file};
    struct python_thing class = {0};

    if (function.kind != THING_FUNCTION)
        return false;
    if (node_is(named, "attribute"))
        class = enumeration(r, scope, node_field(named, "object"));
    if (class.kind == THING_CLASS)
        inside.class = &class;
    else if (!python_call_enter(r->tree, scope, call, function, &inside))
        return false;
    return labels_of_list(r, inside, sa_returned(function.node), labels, depth + 1);
}

/* The labels of ("a", "b"), STATES, STATES + ("c",), [*STATES, "c"], list(STATES), [e.value for e in Status]. */
static bool labels_of_list(struct sa_reader *r, struct python_scope scope, TSNode node,
                           struct strs *labels, size_t depth)
{
    node = node_bare(node);
    if (depth > LABELS_DEPTH_MAX || ts_node_is_null(node))
        return false;
    if (node_is(node, "attribute") &&
        str_eq(node_source(scope.file, node_field(node, "attribute")), STR("__members__")))
        return labels_of_members(r, scope, node, labels);
    if (node_is(node, "identifier") || node_is(node, "attribute")) {
        struct python_thing thing = python_resolve(r->tree, scope, node);
        struct python_scope in = {.file = thing.file, .body = thing.scope};
        return thing.kind == THING_VALUE && labels_of_list(r, in, thing.node, labels, depth + 1);
    }
    if (node_is(node, "list_comprehension") || node_is(node, "generator_expression"))
        return labels_of_comprehension(r, scope, node, labels);
    if (node_is(node, "binary_operator"))
        return str_eq(node_source(scope.file, node_field(node, "operator")), STR("+")) &&
               labels_of_list(r, scope, node_field(node, "left"), labels, depth + 1) &&
               labels_of_list(r, scope, node_field(node, "right"), labels, depth + 1);
    if (node_is(node, "call")) {
        struct str called = python_foreign(r->tree, scope, node_field(node, "function"));
        if (str_ends(node_source(scope.file, node_field(node, "function")),
                     STR(".__members__.keys")))
            node = node_field(node_field(node, "function"), "object");
        if (node_is(node, "attribute")) /* Status.__members__.keys() */
            return labels_of_members(r, scope, node, labels);
        if (str_eq(node_source(scope.file, node_field(node, "function")), STR("map")))
            return labels_of_map(r, scope, node, labels);
        if (!called.length)
            return labels_of_function(r, scope, node, labels, depth);
        TSNode given = node_field(node, "arguments"); /* tuple(e.value for e in Status) */
        if (!node_is(given, "generator_expression"))
            given = call_positional(node, 0);
        return (str_eq(called, STR("builtins.list")) || str_eq(called, STR("builtins.tuple"))) &&
               labels_of_list(r, scope, given, labels, depth + 1);
    }
    if (!node_is(node, "list") && !node_is(node, "tuple"))
        return false;
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++)
        if (!labels_of(r, scope, ts_node_named_child(node, i), labels, depth + 1))
            return false;
    return true;
}

/* "a", *STATES */
static bool labels_of(struct sa_reader *r, struct python_scope scope, TSNode node,
                      struct strs *labels, size_t depth)
{
    if (node_is(node, "comment"))
        return true;
    TSNode spread = node_spread(node);
    if (!ts_node_is_null(spread))
        return labels_of_list(r, scope, spread, labels, depth);
    struct python_constant label = python_constant(r->tree, scope, node);
    if (label.kind == CONSTANT_STRING)
        strs_add(r->arena, labels, label.text);
    return label.kind == CONSTANT_STRING;
}

static bool labels_of_arguments(struct sa_reader *r, struct python_scope scope, TSNode call,
                                struct sa_type *type)
{
    for (size_t i = 0; i < call_positional_count(call); i++)
        if (!labels_of(r, scope, call_positional(call, i), &type->labels, 0))
            return false;
    return type->labels.count > 0;
}

/* {"RED": "red", "GREEN": "green"} */
static bool labels_of_dictionary(struct sa_reader *r, struct python_scope scope, TSNode dictionary,
                                 bool values, struct strs *labels)
{
    for (uint32_t i = 0; i < ts_node_named_child_count(dictionary); i++) {
        TSNode pair = ts_node_named_child(dictionary, i);
        struct python_constant label =
            python_constant(r->tree, scope, node_field(pair, values ? "value" : "key"));
        if (node_is(pair, "comment"))
            continue;
        if (label.kind != CONSTANT_STRING)
            return false;
        strs_add(r->arena, labels, label.text);
    }
    return labels->count > 0;
}

/* Color = enum.Enum("Color", "RED GREEN"), enum.Enum("Color", ["RED", "GREEN"]): `made` is that call. */
static bool labels_of_call(struct sa_reader *r, struct python_thing made, bool values,
                           struct sa_type *type)
{
    struct python_scope scope = {.file = made.file, .body = made.scope, .bound = made.bound};
    struct python_constant name = python_constant(r->tree, scope, call_positional(made.node, 0));
    TSNode members = call_positional(made.node, 1);
    struct python_constant words = python_constant(r->tree, scope, members);

    type->enum_name = str_lower(r->arena, name.text);
    if (node_is(members, "dictionary"))
        return name.kind == CONSTANT_STRING &&
               labels_of_dictionary(r, scope, members, values, &type->labels);
    if (values || name.kind != CONSTANT_STRING)
        return false;
    if (words.kind != CONSTANT_STRING)
        return labels_of_list(r, scope, members, &type->labels, 0) && type->labels.count > 0;
    for (struct str rest = words.text; rest.length;) {
        struct str part = str_cut(&rest, ' ');
        while (part.length) {
            struct str label = str_cut(&part, ',');
            if (label.length)
                strs_add(r->arena, &type->labels, label);
        }
    }
    return type->labels.count > 0;
}

bool sa_enum_labels(struct sa_reader *r, struct python_scope scope, TSNode call,
                    struct sa_type *type)
{
    bool values;

    if (!sa_enum_wants_values(r, scope, call, &values))
        return false;
    struct python_scope in;
    TSNode given = python_call_positional(scope, call, 0, &in);
    struct python_thing first = python_resolve(r->tree, in, given);
    if (first.kind == THING_FOREIGN && first.file && node_is(first.node, "call") &&
        (str_eq(first.dotted, STR("enum.Enum()")) || str_eq(first.dotted, STR("enum.IntEnum()"))))
        return labels_of_call(r, first, values, type);
    return first.kind == THING_CLASS ? sa_enum_of_class(r, first, values, type)
                                     : labels_of_arguments(r, scope, call, type);
}
