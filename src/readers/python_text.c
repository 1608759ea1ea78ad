#include "readers/python_text.h"

#include "readers/environment.h"

#define BASES_MAX 500u

struct telling {
    struct python_tree *tree;
    const struct source_files *files;
    struct str root;
    size_t depth;
    size_t bases; /* that were followed: a class may have several, and they have some */
};

static struct python_text text_of(struct telling *t, struct python_scope scope, TSNode expression);

static struct python_text unknown(void)
{
    return (struct python_text){0};
}

static struct python_text of_constant(struct python_constant constant)
{
    return (struct python_text){.known = constant.kind == CONSTANT_STRING ||
                                         constant.kind == CONSTANT_NONE,
                                .none = constant.kind == CONSTANT_NONE,
                                .text = constant.text};
}

static struct python_scope scope_of(struct python_thing thing)
{
    return (struct python_scope){.file = thing.file, .body = thing.scope, .bound = thing.bound};
}

/* --- Variables. --- */

static struct python_text of_variable(struct telling *t, struct python_file *file, struct str name,
                                      struct python_text otherwise)
{
    struct variable variable = variable_look_up(python_tree_arena(t->tree), t->files, file->path,
                                                file->source, t->root, name);

    if (variable.known)
        return (struct python_text){.known = true, .text = variable.value, .from = variable.from};
    if (variable.set)
        return unknown();
    if (otherwise.known && !otherwise.assumed.length)
        otherwise.assumed = name;
    return otherwise;
}

static TSNode default_of(struct python_file *file, TSNode call, size_t position)
{
    TSNode by_name = call_keyword(file, call, "default");

    return ts_node_is_null(by_name) ? call_positional(call, position) : by_name;
}

/* os.getenv("X", "y"), os.environ.get, decouple's config, environs' env and env.str */
static bool asks_environment(struct str callee)
{
    static const struct str names[] = {STR_INIT("getenv"), STR_INIT("environ.get"),
                                       STR_INIT("config"), STR_INIT("env"), STR_INIT("env.str")};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (str_ends(callee, names[i]) &&
            (callee.length == names[i].length ||
             callee.bytes[callee.length - names[i].length - 1] == '.'))
            return true;
    return false;
}

/* --- Classes. --- */

/* env_prefix="SHOP_" of the class, in model_config or in its class Config. */
static struct str prefix_of(const struct python_thing *class)
{
    struct str text = node_source(class->file, class->node);
    size_t at = str_find(text, STR("env_prefix"));

    if (at == SIZE_MAX)
        return STR("");
    text = str_from_offset(text, at + STR("env_prefix").length);
    struct str line = str_prefix(text, str_find_byte(text, '\n'));
    size_t open = str_find_byte(line, '"');
    char quote = open == SIZE_MAX ? '\'' : '"';
    if (open == SIZE_MAX)
        open = str_find_byte(line, quote);
    if (open == SIZE_MAX)
        return STR("");
    line = str_from_offset(line, open + 1);
    return str_prefix(line, str_find_byte(line, quote));
}

static bool reads_environment(struct telling *t, const struct python_thing *class, size_t depth)
{
    struct python_bases bases;

    python_class_bases(class->file, class->node, &bases);
    for (size_t i = 0; i < bases.count && t->bases++ < BASES_MAX; i++) {
        struct python_scope scope = {.file = class->file};
        struct python_thing base = python_resolve(t->tree, scope, bases.items[i]);
        if (str_ends(node_source(class->file, bases.items[i]), STR("BaseSettings")) ||
            (base.kind == THING_CLASS && depth < PYTHON_FOLLOW_MAX &&
             reads_environment(t, &base, depth + 1)))
            return true;
    }
    return false;
}

static bool find_member(struct telling *t, struct python_thing *class, struct str name,
                        const struct python_binding **ret_binding, size_t depth)
{
    struct python_bases bases;

    *ret_binding = python_binding_in(t->tree, class->file, node_field(class->node, "body"), name);
    if (*ret_binding)
        return true;
    python_class_bases(class->file, class->node, &bases);
    for (size_t i = 0; i < bases.count && depth < PYTHON_FOLLOW_MAX && t->bases++ < BASES_MAX;
         i++) {
        struct python_thing base =
            python_resolve(t->tree, (struct python_scope){.file = class->file}, bases.items[i]);
        if (base.kind == THING_CLASS && find_member(t, &base, name, ret_binding, depth + 1)) {
            *class = base;
            return true;
        }
    }
    return false;
}

/* `db_schema: str = "shop"`, `= Field("shop")`, of a class that may read the environment. */
static struct python_text of_member(struct telling *t, struct python_thing class, struct str name)
{
    struct arena *arena = python_tree_arena(t->tree);
    struct python_thing owner = class;
    const struct python_binding *binding;
    struct python_text value = unknown();

    if (!find_member(t, &owner, name, &binding, 0))
        return unknown();
    if (binding->kind == BINDING_VALUE && !ts_node_is_null(binding->node)) {
        TSNode node = node_bare(binding->node);
        struct python_scope scope = {.file = owner.file, .body = node_field(owner.node, "body")};
        if (node_is(node, "call") &&
            str_ends(node_source(owner.file, node_field(node, "function")), STR("Field")))
            node = default_of(owner.file, node, 0);
        value = ts_node_is_null(node) ? unknown() : text_of(t, scope, node);
    }
    if (!reads_environment(t, &class, 0))
        return value;
    struct str variable =
        str_printf(arena, STR_FMT STR_FMT, STR_ARG(prefix_of(&class)), STR_ARG(name));
    struct python_text upper = of_variable(t, class.file, str_upper(arena, variable), value);
    return upper.from.length || !value.known ? upper : of_variable(t, class.file, variable, upper);
}

/* A call that is a value of the tree, or an instance of a foreign class. */
static bool is_call(struct python_thing thing)
{
    return (thing.kind == THING_VALUE || thing.kind == THING_FOREIGN) && thing.file &&
           node_is(thing.node, "call");
}

static bool class_of(struct telling *t, struct python_scope scope, TSNode expression,
                     struct python_thing *ret_class);

/* `db: Database = Database()` of a class: the class of that member. */
static bool class_of_member(struct telling *t, struct python_scope scope, TSNode attribute,
                            struct python_thing *ret_class)
{
    const struct python_binding *binding;
    struct python_thing owner;

    if (t->depth >= PYTHON_FOLLOW_MAX ||
        !class_of(t, scope, node_field(attribute, "object"), &owner) ||
        !find_member(t, &owner, node_source(scope.file, node_field(attribute, "attribute")),
                     &binding, 0))
        return false;
    struct python_scope inside = {.file = owner.file, .body = node_field(owner.node, "body")};
    if (!ts_node_is_null(binding->annotation)) {
        *ret_class = python_resolve(t->tree, inside, binding->annotation);
        if (ret_class->kind == THING_CLASS)
            return true;
    }
    return !ts_node_is_null(binding->node) && class_of(t, inside, binding->node, ret_class);
}

/* The class of `Settings()`, of `get_settings()` that returns it, and of what its members are. */
static bool class_of(struct telling *t, struct python_scope scope, TSNode expression,
                     struct python_thing *ret_class)
{
    struct python_thing thing = python_resolve(t->tree, scope, expression), callee;
    bool found;

    if (node_is(node_bare(expression), "attribute") && !is_call(thing)) {
        t->depth++;
        found = class_of_member(t, scope, node_bare(expression), ret_class);
        t->depth--;
        return found;
    }

    for (size_t i = 0; i < PYTHON_FOLLOW_MAX; i++) {
        if (!is_call(thing))
            return false;
        callee = python_resolve(t->tree, scope_of(thing), node_field(thing.node, "function"));
        *ret_class = callee;
        if (callee.kind == THING_CLASS)
            return true;
        TSNode body = callee.kind == THING_FUNCTION ? node_field(callee.node, "body") : node_null();
        uint32_t count = ts_node_is_null(body) ? 0 : ts_node_named_child_count(body);
        TSNode last = count ? ts_node_named_child(body, count - 1) : body;
        if (!node_is(last, "return_statement") || !ts_node_named_child_count(last))
            return false;
        thing = python_resolve(t->tree, (struct python_scope){.file = callee.file, .body = body},
                               ts_node_named_child(last, 0));
    }
    return false;
}

/* --- Expressions. --- */

/* `Base.metadata.schema`: what MetaData(schema="shop") was given. */
static struct python_text schema_of(struct telling *t, struct python_scope scope, TSNode object)
{
    struct python_thing thing = python_resolve(t->tree, scope, object);

    /* target_metadata = Base.metadata */
    for (size_t i = 0; node_is(object, "identifier") && !is_call(thing) && i < PYTHON_FOLLOW_MAX;
         i++) {
        const struct python_binding *binding =
            python_binding_in(t->tree, scope.file, node_null(), node_source(scope.file, object));
        if (!binding || binding->kind != BINDING_VALUE)
            break;
        object = node_bare(binding->node);
        scope = (struct python_scope){.file = scope.file};
    }
    /* declarative_base(metadata=…) */
    if (!is_call(thing) && node_is(object, "attribute") &&
        str_eq(node_source(scope.file, node_field(object, "attribute")), STR("metadata"))) {
        thing = python_resolve(t->tree, scope, node_field(object, "object"));
        TSNode given =
            is_call(thing) ? call_keyword(thing.file, thing.node, "metadata") : node_null();
        if (!ts_node_is_null(given))
            thing = python_resolve(t->tree, scope_of(thing), given);
    }
    if (!is_call(thing) ||
        !str_ends(node_source(thing.file, node_field(thing.node, "function")), STR("MetaData")))
        return unknown();
    TSNode schema = call_keyword(thing.file, thing.node, "schema");
    return ts_node_is_null(schema) ? (struct python_text){.known = true, .none = true}
                                   : text_of(t, scope_of(thing), schema);
}

static struct python_text of_name(struct telling *t, struct python_scope scope, TSNode node)
{
    struct python_thing thing = python_resolve(t->tree, scope, node), class;

    if ((thing.kind == THING_VALUE || is_call(thing)) && !ts_node_eq(thing.node, node))
        return text_of(t, scope_of(thing), thing.node);
    if (!node_is(node, "attribute"))
        return unknown();
    TSNode object = node_field(node, "object");
    struct str name = node_source(scope.file, node_field(node, "attribute"));
    if (class_of(t, scope, object, &class))
        return of_member(t, class, name);
    thing = python_resolve(t->tree, scope, object);
    if (thing.kind == THING_CLASS)
        return of_member(t, thing, name);
    return str_eq(name, STR("schema")) ? schema_of(t, scope, node_bare(object)) : unknown();
}

static struct python_text of_call(struct telling *t, struct python_scope scope, TSNode call)
{
    struct str callee = node_source(scope.file, node_field(call, "function"));
    TSNode first = call_positional(call, 0);

    if (asks_environment(callee) && !ts_node_is_null(first)) {
        struct python_constant name = python_constant(t->tree, scope, first);
        TSNode otherwise = default_of(scope.file, call, 1);
        struct python_text value =
            ts_node_is_null(otherwise) ? unknown() : text_of(t, scope, otherwise);
        return name.kind == CONSTANT_STRING ? of_variable(t, scope.file, name.text, value)
                                            : unknown();
    }
    return str_eq(callee, STR("str")) && !ts_node_is_null(first) ? text_of(t, scope, first)
                                                                 : unknown();
}

static struct python_text any(struct telling *t, struct python_scope scope, TSNode node)
{
    struct python_constant constant = python_constant(t->tree, scope, node);

    if (constant.kind == CONSTANT_STRING || constant.kind == CONSTANT_NONE)
        return of_constant(constant);
    if (node_is(node, "call"))
        return of_call(t, scope, node);
    if (node_is(node, "subscript") &&
        str_ends(node_source(scope.file, node_field(node, "value")), STR("environ"))) {
        constant = python_constant(t->tree, scope, node_field(node, "subscript"));
        return constant.kind == CONSTANT_STRING
                   ? of_variable(t, scope.file, constant.text, unknown())
                   : unknown();
    }
    if (node_is(node, "boolean_operator") &&
        str_eq(node_source(scope.file, node_field(node, "operator")), STR("or"))) {
        struct python_text left = text_of(t, scope, node_field(node, "left"));
        return left.known && !left.none ? left : text_of(t, scope, node_field(node, "right"));
    }
    if (node_is(node, "identifier") || node_is(node, "attribute"))
        return of_name(t, scope, node);
    return unknown();
}

static struct python_text text_of(struct telling *t, struct python_scope scope, TSNode expression)
{
    struct python_text value = unknown();

    if (ts_node_is_null(expression) || t->depth >= PYTHON_FOLLOW_MAX)
        return value;
    t->depth++;
    value = any(t, scope, node_bare(expression));
    t->depth--;
    return value;
}

struct python_text python_text(struct python_tree *tree, const struct source_files *files,
                               struct str root, struct python_scope scope, TSNode expression)
{
    struct telling telling = {.tree = tree, .files = files, .root = root};

    return text_of(&telling, scope, expression);
}
