#include "base/buf.h"

#include "readers/python.h"
#include "readers/python_constant.h"
#include "readers/python_run.h"

#define NAMES_MAX 8u

static struct python_constant number(struct arena *arena, struct str text)
{
    struct buf buf = buf_new(arena, text.length + 1);

    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] != '_')
            buf_add_byte(&buf, text.bytes[i]);
    return (struct python_constant){.kind = CONSTANT_NUMBER, .text = buf_str(&buf)};
}

bool python_constant_to_integer(struct python_constant value, int64_t *ret)
{
    uint64_t magnitude;
    bool negative = str_starts(value.text, STR("-"));

    if (value.kind != CONSTANT_NUMBER ||
        !str_to_u64(str_from_offset(value.text, negative), &magnitude) || magnitude > INT32_MAX)
        return false;
    *ret = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

static struct python_constant binary(struct arena *arena, struct str operator,
                                     struct python_constant left, struct python_constant right)
{
    int64_t a, b, result;

    if (left.kind == CONSTANT_STRING && right.kind == CONSTANT_STRING && str_eq(operator, STR("+")))
        return python_constant_string(
            str_printf(arena, STR_FMT STR_FMT, STR_ARG(left.text), STR_ARG(right.text)));
    if (!python_constant_to_integer(left, &a) || !python_constant_to_integer(right, &b))
        return python_constant_none();
    if (str_eq(operator, STR("+")))
        result = a + b;
    else if (str_eq(operator, STR("-")))
        result = a - b;
    else if (str_eq(operator, STR("*")))
        result = a * b;
    else if (str_eq(operator, STR("//")) && b > 0 && a >= 0)
        result = a / b;
    else if (str_eq(operator, STR("**")) && a == 2 && b >= 0 && b < 31)
        result = (int64_t)1 << b;
    else
        return python_constant_none();
    return (struct python_constant){.kind = CONSTANT_NUMBER,
                                    .text = str_printf(arena, "%lld", (long long)result)};
}

/* re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__), pattern.sub("_", cls.__name__): `pattern` is of the scope that it stands in. */
static struct python_constant substitution(struct python_tree *tree, struct python_scope in,
                                           TSNode pattern, struct python_scope scope, TSNode call,
                                           size_t skipped, size_t depth)
{
    struct python_constant words = python_constant_within(tree, in, pattern, depth + 1);
    struct python_constant by =
        python_constant_within(tree, scope, call_positional(call, skipped), depth + 1);
    struct python_constant text =
        python_constant_within(tree, scope, call_positional(call, skipped + 1), depth + 1);

    if (words.kind != CONSTANT_STRING || by.kind != CONSTANT_STRING ||
        text.kind != CONSTANT_STRING || call_positional_count(call) != skipped + 2 ||
        !python_substitute(python_tree_arena(tree), words.text, by.text, text.text, &text.text))
        return python_constant_none();
    return text;
}

/* Assignments and a return, as snake_case() has them. */
static struct python_constant straight(struct python_tree *tree, struct python_scope inside,
                                       TSNode body, size_t depth)
{
    struct python_bound bound[NAMES_MAX];
    size_t count = 0;

    for (uint32_t i = 0; i < ts_node_named_child_count(body); i++) {
        TSNode statement = ts_node_named_child(body, i), inner = ts_node_named_child(statement, 0);
        if (node_is(statement, "comment") || node_is(inner, "string"))
            continue;
        if (node_is(statement, "return_statement"))
            return python_constant_within(tree, inside, inner, depth + 1);
        if (!node_is(inner, "assignment") || !node_is(node_field(inner, "left"), "identifier") ||
            count == NAMES_MAX)
            return python_constant_none();
        struct python_constant value =
            python_constant_within(tree, inside, node_field(inner, "right"), depth + 1);
        if (value.kind != CONSTANT_STRING)
            return python_constant_none();
        bound[count] =
            (struct python_bound){.name = node_source(inside.file, node_field(inner, "left")),
                                  .text = value.text,
                                  .outer = inside.bound};
        inside.bound = &bound[count++];
    }
    return python_constant_none();
}

/* A function of the tree over strings. */
static struct python_constant function_call(struct python_tree *tree, struct python_scope scope,
                                            TSNode node, struct python_thing function, size_t depth)
{
    TSNode parameters = node_field(function.node, "parameters");
    struct python_bound bound[NAMES_MAX];
    struct python_scope inside = {.file = function.file};
    size_t count = 0;

    if (ts_node_named_child_count(parameters) != call_positional_count(node))
        return python_constant_none();
    for (uint32_t i = 0; i < ts_node_named_child_count(parameters); i++) {
        TSNode name = ts_node_named_child(parameters, i);
        struct python_constant value =
            python_constant_within(tree, scope, call_positional(node, i), depth + 1);
        name = node_is(name, "typed_parameter") ? ts_node_named_child(name, 0) : name;
        if (!node_is(name, "identifier") || value.kind != CONSTANT_STRING || count == NAMES_MAX)
            return python_constant_none();
        bound[count] = (struct python_bound){
            .name = node_source(function.file, name), .text = value.text, .outer = inside.bound};
        inside.bound = &bound[count++];
    }
    struct python_constant value = straight(tree, inside, node_field(function.node, "body"), depth);
    if (value.kind == CONSTANT_NOT &&
        python_run(tree, inside, function.node, depth + 1, &value.text))
        value.kind = CONSTANT_STRING;
    return value;
}

/* name.removesuffix("Model"), name[:-1] */
static struct python_constant of_texts(struct python_tree *tree, struct python_scope scope,
                                       TSNode expression, size_t depth)
{
    struct str text;

    return python_run_expression(tree, scope, expression, depth, &text)
               ? python_constant_string(text)
               : python_constant_none();
}

/* Of libraries: what a variable of the environment is where nobody sets it, a name in snake_case, the text of an empty document. */
static struct python_constant library_call(struct python_tree *tree, struct python_scope scope,
                                           TSNode node, struct str called, size_t depth)
{
    static const char *const environment[] = {"os.getenv", "os.environ.get", NULL};
    static const char *const snake[] = {"pydantic.alias_generators.to_snake",
                                        "inflection.underscore",
                                        "humps.decamelize",
                                        "stringcase.snakecase",
                                        "flask_sqlalchemy.model.camel_to_snake_case",
                                        NULL};
    TSNode first = call_positional(node, 0);

    if (str_eq(called, STR("re.sub")))
        return substitution(tree, scope, first, scope, node, 1, depth);
    if (str_is_one_of(called, environment)) {
        TSNode given = call_positional_count(node) == 2 ? call_positional(node, 1)
                                                        : call_keyword(scope.file, node, "default");
        struct python_constant value = python_constant_within(tree, scope, given, depth + 1);
        return value.kind == CONSTANT_STRING ? value : python_constant_none();
    }
    if (str_is_one_of(called, snake)) {
        struct python_constant name = python_constant_within(tree, scope, first, depth + 1);
        return name.kind == CONSTANT_STRING &&
                       python_snake_case(python_tree_arena(tree), name.text, &name.text)
                   ? name
                   : python_constant_none();
    }
    if (str_eq(called, STR("json.dumps")) && ts_node_named_child_count(first) == 0 &&
        (node_is(first, "dictionary") || node_is(first, "list")))
        return python_constant_string(node_is(first, "list") ? STR("[]") : STR("{}"));
    return python_constant_none();
}

static struct python_constant call(struct python_tree *tree, struct python_scope scope, TSNode node,
                                   size_t depth)
{
    TSNode function = node_field(node, "function");
    struct python_constant known =
        library_call(tree, scope, node, python_foreign(tree, scope, function), depth);

    if (known.kind != CONSTANT_NOT)
        return known;
    if (node_is(function, "identifier") && call_positional_count(node) == 1 &&
        (str_eq(node_source(scope.file, function), STR("str")) ||
         str_eq(node_source(scope.file, function), STR("int")))) {
        struct python_constant value =
            python_constant_within(tree, scope, call_positional(node, 0), depth + 1);
        if (value.kind == CONSTANT_NUMBER && str_eq(node_source(scope.file, function), STR("str")))
            value.kind = CONSTANT_STRING;
        return value;
    }
    struct python_thing called = python_resolve(tree, scope, function);
    if (called.kind == THING_FUNCTION && called.file)
        return function_call(tree, scope, node, called, depth);
    if (!node_is(function, "attribute"))
        return python_constant_none();
    struct str name = node_source(scope.file, node_field(function, "attribute"));
    if (str_eq(name, STR("sub"))) { /* _camel = re.compile("…"); flags are another meaning */
        struct python_thing made = python_resolve(tree, scope, node_field(function, "object"));
        struct python_scope in = {.file = made.file, .body = made.scope, .bound = made.bound};
        return made.file && str_eq(made.dotted, STR("re.compile()")) &&
                       ts_node_named_child_count(node_field(made.node, "arguments")) == 1
                   ? substitution(tree, in, call_positional(made.node, 0), scope, node, 0, depth)
                   : python_constant_none();
    }
    struct python_constant object =
        python_constant_within(tree, scope, node_field(function, "object"), depth + 1);
    if (object.kind != CONSTANT_STRING)
        return python_constant_none();
    if (str_eq(name, STR("format")))
        return python_constant_format(tree, scope, object.text, node, depth);
    if (call_positional_count(node) == 0 && str_eq(name, STR("lower")))
        return python_constant_string(str_lower(python_tree_arena(tree), object.text));
    return of_texts(tree, scope, node, depth);
}

/* class Status(models.TextChoices): NEW = "new", "New" – the first is the value, the other a label. */
static bool is_labelled(struct python_tree *tree, struct python_scope scope, TSNode object)
{
    struct python_thing class = python_resolve(tree, scope, object);
    struct python_bases bases;

    if (class.kind != THING_CLASS)
        return false;
    python_class_bases(class.file, class.node, &bases);
    for (size_t i = 0; i < bases.count; i++)
        if (str_ends(node_source(class.file, bases.items[i]), STR("Choices")))
            return true;
    return false;
}

/* `Status.__name__`, `cls.__name__`: of the class that the name means, also as a parameter; of a method the class it is called for. */
static struct python_constant class_name(struct python_tree *tree, struct python_scope scope,
                                         TSNode object, size_t depth)
{
    struct python_thing class = python_resolve(tree, scope, object);

    if (depth > PYTHON_FOLLOW_MAX)
        return python_constant_none();
    if (class.kind == THING_CLASS)
        return python_constant_string(node_source(class.file, node_field(class.node, "name")));
    if (!node_is(object, "identifier"))
        return python_constant_none();
    for (const struct python_bound *bound = scope.bound; bound; bound = bound->outer)
        if (str_eq(bound->name, node_source(scope.file, object)))
            return ts_node_is_null(bound->node) || !ts_node_is_null(bound->rest)
                       ? python_constant_none()
                       : class_name(tree, *bound->scope, node_bare(bound->node), depth + 1);
    return scope.class_name.length ? python_constant_string(scope.class_name)
                                   : python_constant_none();
}

/* SCHEMA = "shop", SCHEMA = os.getenv("SCHEMA", "shop") */
static bool is_expression(struct python_thing thing)
{
    return thing.kind == THING_VALUE ||
           (thing.kind == THING_FOREIGN && thing.file && node_is(thing.node, "call"));
}

/* settings = Settings(), get_settings(): the class that it is an instance of. */
static struct python_thing class_of(struct python_tree *tree, struct python_scope scope,
                                    TSNode expression, size_t depth)
{
    struct python_thing made = python_resolve(tree, scope, expression);
    struct python_scope in = {.file = made.file, .body = made.scope, .bound = made.bound};
    TSNode function =
        made.file && node_is(made.node, "call") ? node_field(made.node, "function") : node_null();
    struct python_thing called = python_resolve(tree, in, function), none = {0};

    if (called.kind == THING_FUNCTION && depth < PYTHON_FOLLOW_MAX) {
        TSNode body = node_field(called.node, "body"), only = ts_node_named_child(body, 0);
        return ts_node_named_child_count(body) == 1 && node_is(only, "return_statement")
                   ? class_of(tree, (struct python_scope){.file = called.file},
                              ts_node_named_child(only, 0), depth + 1)
                   : none;
    }
    return called.kind == THING_CLASS ? called : none;
}

/* What an instance has from its class: settings of the environment, as they are where nobody sets them. */
static struct python_thing member_of_instance(struct python_tree *tree, struct python_scope scope,
                                              TSNode object, struct str name, size_t depth)
{
    struct python_thing class = class_of(tree, scope, object, depth), none = {0};

    if (class.kind != THING_CLASS ||
        str_contains(node_source(class.file, class.node),
                     str_printf(python_tree_arena(tree), "self." STR_FMT, STR_ARG(name))))
        return none;
    return python_resolve_member(tree, &class, name);
}

/* `User.__pk__`, where a declared_attr of the class makes it. */
static struct python_constant of_property(struct python_tree *tree, struct python_scope scope,
                                          TSNode object, struct python_thing function, size_t depth)
{
    struct python_thing class = scope.class && str_eq(node_source(scope.file, object), STR("cls"))
                                    ? *scope.class
                                    : python_resolve(tree, scope, object);
    TSNode decorated = ts_node_parent(function.node);
    struct str text, above = node_is(decorated, "decorated_definition")
                                 ? str_slice(function.file->source, ts_node_start_byte(decorated),
                                             ts_node_start_byte(function.node))
                                 : STR_NONE;

    if (class.kind != THING_CLASS ||
        !(str_contains(above, STR("declared_attr")) || str_contains(above, STR("classproperty"))))
        return python_constant_none();
    struct python_scope inside = {.file = function.file,
                                  .class_name =
                                      node_source(class.file, node_field(class.node, "name")),
                                  .class = &class};
    return python_run(tree, inside, function.node, depth + 1, &text) ? python_constant_string(text)
                                                                     : python_constant_none();
}

/* Status.ACTIVE.value, Status.ACTIVE.name, Status.ACTIVE (a str enumeration), settings.LENGTH. */
static struct python_constant attribute(struct python_tree *tree, struct python_scope scope,
                                        TSNode node, size_t depth)
{
    struct str name = node_source(scope.file, node_field(node, "attribute"));
    TSNode object = node_field(node, "object");

    for (const struct python_bound *bound = scope.bound; bound; bound = bound->outer)
        if (str_starts(bound->name, STR("self.")) &&
            str_eq(bound->name, node_source(scope.file, node)))
            return bound->text.bytes
                       ? python_constant_string(bound->text)
                       : python_constant_within(tree, *bound->scope, bound->node, depth + 1);
    if (str_eq(name, STR("__name__")))
        return class_name(tree, scope, object, depth);
    if (scope.table_name.length && node_is(object, "identifier") &&
        str_eq(name, STR("__tablename__")))
        return python_constant_string(scope.table_name);
    if (node_is(object, "attribute") && str_eq(name, STR("value")))
        return python_constant_within(tree, scope, object, depth + 1);
    if (node_is(object, "attribute") && str_eq(name, STR("name")) &&
        python_resolve(tree, scope, node_field(object, "object")).kind == THING_CLASS)
        return python_constant_string(node_source(scope.file, node_field(object, "attribute")));
    struct python_thing thing = scope.class && str_eq(node_source(scope.file, object), STR("cls"))
                                    ? python_resolve_member(tree, scope.class, name)
                                    : python_resolve(tree, scope, node);
    if (thing.kind == THING_FUNCTION && thing.file)
        return of_property(tree, scope, object, thing, depth);
    if (thing.kind == THING_UNKNOWN || (thing.kind == THING_FOREIGN && !thing.file))
        thing = member_of_instance(tree, scope, object, name, depth);
    if (!is_expression(thing) || ts_node_eq(thing.node, node))
        return python_constant_none();
    bool several = node_is(thing.node, "expression_list") || node_is(thing.node, "tuple");
    return python_constant_within(
        tree, (struct python_scope){.file = thing.file, .body = thing.scope},
        several && is_labelled(tree, scope, object) ? ts_node_named_child(thing.node, 0)
                                                    : thing.node,
        depth + 1);
}

/* STATES[0], LIMITS["name"] */
static struct python_constant element(struct python_tree *tree, struct python_scope scope,
                                      TSNode node, size_t depth)
{
    struct python_constant index =
        python_constant_within(tree, scope, node_field(node, "subscript"), depth + 1);
    struct python_thing thing = python_resolve(tree, scope, node_field(node, "value"));
    struct python_scope in = {.file = thing.file, .body = thing.scope, .bound = thing.bound};
    int64_t place = -1;

    if (thing.kind != THING_VALUE)
        return python_constant_none();
    bool list = node_is(thing.node, "list") || node_is(thing.node, "tuple");
    if (list && (!python_constant_to_integer(index, &place) || place < 0))
        return python_constant_none();
    if (!list && (!node_is(thing.node, "dictionary") || index.kind != CONSTANT_STRING))
        return python_constant_none();
    for (uint32_t i = 0; i < ts_node_named_child_count(thing.node); i++) {
        TSNode item = ts_node_named_child(thing.node, i);
        if (node_is(item, "comment"))
            continue;
        if (node_is(item, "list_splat") || node_is(item, "dictionary_splat"))
            return python_constant_none();
        if (list && place-- == 0)
            return python_constant_within(tree, in, item, depth + 1);
        if (!list &&
            str_eq(python_constant_within(tree, in, node_field(item, "key"), depth + 1).text,
                   index.text))
            return python_constant_within(tree, in, node_field(item, "value"), depth + 1);
    }
    return python_constant_none();
}

static struct python_constant literal(struct python_tree *tree, struct python_scope scope,
                                      TSNode node, size_t depth)
{
    struct arena *arena = python_tree_arena(tree);
    struct str source = node_source(scope.file, node), text;

    if (node_is(node, "string")) {
        if (python_string_decode(arena, source, &text))
            return python_constant_string(text);
        return str_starts(source, STR("f")) || str_starts(source, STR("F"))
                   ? python_constant_of_f_string(tree, scope, node, depth)
                   : python_constant_none();
    }
    struct buf whole = buf_new(arena, (size_t)1 << 20);
    for (uint32_t i = 0; i < ts_node_named_child_count(node); i++) {
        if (node_is(ts_node_named_child(node, i), "comment"))
            continue;
        struct python_constant part =
            python_constant_within(tree, scope, ts_node_named_child(node, i), depth + 1);
        if (part.kind != CONSTANT_STRING)
            return python_constant_none();
        buf_add(&whole, part.text);
    }
    return python_constant_string(buf_str(&whole));
}

struct python_constant python_constant_within(struct python_tree *tree, struct python_scope scope,
                                              TSNode expression, size_t depth)
{
    struct arena *arena = python_tree_arena(tree);

    expression = node_bare(expression);
    if (ts_node_is_null(expression) || depth > PYTHON_FOLLOW_MAX)
        return python_constant_none();
    if (node_is(expression, "string") || node_is(expression, "concatenated_string"))
        return literal(tree, scope, expression, depth);
    if (node_is(expression, "integer") || node_is(expression, "float"))
        return number(arena, node_source(scope.file, expression));
    if (node_is(expression, "true"))
        return (struct python_constant){.kind = CONSTANT_TRUE};
    if (node_is(expression, "false"))
        return (struct python_constant){.kind = CONSTANT_FALSE};
    if (node_is(expression, "none"))
        return (struct python_constant){.kind = CONSTANT_NONE};
    if (node_is(expression, "unary_operator")) {
        struct python_constant value =
            python_constant_within(tree, scope, node_field(expression, "argument"), depth + 1);
        if (value.kind == CONSTANT_NUMBER &&
            str_starts(node_source(scope.file, expression), STR("-")))
            value.text = str_printf(arena, "-" STR_FMT, STR_ARG(value.text));
        return value;
    }
    if (node_is(expression, "binary_operator")) {
        struct str operator= node_source(scope.file, node_field(expression, "operator"));
        struct python_constant left =
            python_constant_within(tree, scope, node_field(expression, "left"), depth + 1);
        TSNode right = node_field(expression, "right");
        if (left.kind == CONSTANT_STRING && str_eq(operator, STR("%")))
            return python_constant_percent(tree, scope, left.text, right, depth);
        return binary(arena, operator, left, python_constant_within(tree, scope, right, depth + 1));
    }
    if (node_is(expression, "boolean_operator") || node_is(expression, "conditional_expression"))
        return python_constant_chosen(tree, scope, expression, depth);
    if (node_is(expression, "call"))
        return call(tree, scope, expression, depth);
    if (node_is(expression, "attribute"))
        return attribute(tree, scope, expression, depth);
    if (node_is(expression, "subscript")) {
        struct python_constant value = element(tree, scope, expression, depth);
        return value.kind == CONSTANT_NOT ? of_texts(tree, scope, expression, depth) : value;
    }
    if (node_is(expression, "identifier")) {
        struct str name = node_source(scope.file, expression);
        for (const struct python_bound *bound = scope.bound; bound; bound = bound->outer)
            if (str_eq(bound->name, name))
                return !ts_node_is_null(bound->rest) ? python_constant_none()
                       : ts_node_is_null(bound->node)
                           ? python_constant_string(bound->text)
                           : python_constant_within(tree, *bound->scope, bound->node, depth + 1);
        struct python_thing thing = python_resolve(tree, scope, expression);
        if (is_expression(thing) && !ts_node_eq(thing.node, expression))
            return python_constant_within(tree,
                                          (struct python_scope){.file = thing.file,
                                                                .body = thing.scope,
                                                                .bound = thing.bound},
                                          thing.node, depth + 1);
    }
    return python_constant_none();
}

struct python_constant python_constant(struct python_tree *tree, struct python_scope scope,
                                       TSNode expression)
{
    return python_constant_within(tree, scope, expression, 0);
}
