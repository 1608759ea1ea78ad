#include "base/file.h"
#include "readers/typescript.h"

static struct script_thing unknown(void)
{
    return (struct script_thing){.node = node_null()};
}

static struct script_thing foreign(struct str dotted)
{
    return (struct script_thing){.kind = SCRIPT_FOREIGN, .node = node_null(), .dotted = dotted};
}

/* --- Modules. --- */

struct script_file *script_file_for(struct script_tree *tree, struct str base)
{
    static const char *const endings[] = {".ts",        ".js",       ".mts",      ".mjs",
                                          ".cts",       ".cjs",      "/index.ts", "/index.js",
                                          "/index.mts", "/index.mjs"};
    static const char *const written[][2] = {{".js", ".ts"}, {".mjs", ".mts"}, {".cjs", ".cts"}};
    struct arena *arena = script_tree_arena(tree);
    struct script_file *file = script_path(base) ? script_tree_file(tree, base) : NULL;

    for (size_t i = 0; i < COUNT_OF(written) && !file; i++)
        if (str_ends(base, str_from(written[i][0])))
            file = script_tree_file(
                tree,
                str_printf(arena, STR_FMT "%s",
                           STR_ARG(str_prefix(base, base.length - str_from(written[i][0]).length)),
                           written[i][1]));
    for (size_t i = 0; i < COUNT_OF(endings) && !file; i++)
        file = script_tree_file(tree, str_printf(arena, STR_FMT "%s", STR_ARG(base), endings[i]));
    return file;
}

struct str script_without_dots(struct arena *arena, struct str path)
{
    struct strs parts = {0};

    while (path.length) {
        struct str part = str_cut(&path, '/');
        if (str_eq(part, STR("..")) && parts.count)
            parts.count--;
        else if (part.length && !str_eq(part, STR(".")))
            VEC_PUSH(arena, &parts, part);
    }
    return str_join(arena, parts.items, parts.count, STR("/"));
}

/* By what a tsconfig.json maps; else "@/x", "~/x" and "src/x" are looked for in the folders above, with and without src. */
static struct script_file *mapped_file(struct script_tree *tree, struct str from, struct str module)
{
    struct arena *arena = script_tree_arena(tree);
    struct str rest = module;
    struct strs paths = {0};

    script_mapped_paths(tree, from, module, &paths);
    for (size_t i = 0; i < paths.count; i++) {
        struct script_file *file =
            script_file_for(tree, script_without_dots(arena, paths.items[i]));
        if (file)
            return file;
    }

    struct script_file *package = script_package_file(tree, module);
    if (package)
        return package;
    if (str_starts(module, STR("@/")) || str_starts(module, STR("~/")) ||
        str_starts(module, STR("#/")))
        rest = str_from_offset(module, 2);
    else if (!str_starts(module, STR("src/")))
        return NULL;
    for (struct str at = path_directory(from);; at = path_directory(at)) {
        struct str base = str_eq(at, STR(".")) ? STR("") : at;
        struct script_file *file = script_file_for(tree, path_join(arena, base, rest));
        if (!file)
            file =
                script_file_for(tree, path_join(arena, path_join(arena, base, STR("src")), rest));
        if (file || !base.length)
            return file;
    }
}

static struct script_file *module_file(struct script_tree *tree, struct str from, struct str module)
{
    struct arena *arena = script_tree_arena(tree);

    if (!str_starts(module, STR(".")))
        return mapped_file(tree, from, module);
    return script_file_for(
        tree,
        script_without_dots(arena, str_printf(arena, STR_FMT "/" STR_FMT,
                                              STR_ARG(path_directory(from)), STR_ARG(module))));
}

/* --- Names. --- */

static struct script_thing follow(struct script_tree *tree, struct script_scope scope,
                                  TSNode expression);
static struct script_thing exported(struct script_tree *tree, struct script_file *file,
                                    struct str name);

static struct script_thing imported(struct script_tree *tree, struct script_file *file,
                                    struct str module, struct str member)
{
    struct script_file *target = module_file(tree, file->path, module);

    if (target && str_eq(member, STR("*")))
        return (struct script_thing){.kind = SCRIPT_MODULE, .file = target, .node = target->root};
    if (target)
        return exported(tree, target, member);
    if (str_starts(module, STR(".")))
        return unknown();
    return foreign(
        str_printf(script_tree_arena(tree), STR_FMT ":" STR_FMT, STR_ARG(module), STR_ARG(member)));
}

static struct script_thing bound(struct script_tree *tree, struct script_file *file,
                                 const struct script_binding *binding)
{
    if (binding->module.length)
        return imported(tree, file, binding->module, binding->member);
    if (ts_node_is_null(binding->node))
        return unknown();
    return follow(tree, (struct script_scope){.file = file}, binding->node);
}

/* A type may have the name of a value (`const Status = {…} as const; type Status = …`): the value is what a schema names. */
static const struct script_binding *binding_of(const struct script_bindings *bindings,
                                               struct str name)
{
    const struct script_binding *type = NULL;

    for (size_t i = bindings->count; i > 0; i--) {
        const struct script_binding *binding = &bindings->items[i - 1];
        if (!str_eq(binding->name, name))
            continue;
        if (!node_is(binding->node, "type_alias_declaration") &&
            !node_is(binding->node, "interface_declaration"))
            return binding;
        type = type ? type : binding;
    }
    return type;
}

/* A name that nothing in the file binds: an import is missing. These mean one thing wherever tables are written. */
static struct script_thing known(struct script_tree *tree, struct str name)
{
    static const struct {
        const char *module;
        const char *const names[40];
    } rows[] = {
        {"typeorm",
         {"Check",
          "ChildEntity",
          "Column",
          "CreateDateColumn",
          "DeleteDateColumn",
          "Entity",
          "Exclusion",
          "Generated",
          "Index",
          "JoinColumn",
          "JoinTable",
          "ManyToMany",
          "ManyToOne",
          "OneToMany",
          "OneToOne",
          "PrimaryColumn",
          "PrimaryGeneratedColumn",
          "RelationId",
          "TableInheritance",
          "Unique",
          "UpdateDateColumn",
          "VersionColumn",
          "ViewColumn",
          "ViewEntity"}},
        {"drizzle-orm/pg-core",
         {"bigint",          "bigserial",  "boolean", "char",       "check",     "date",
          "doublePrecision", "foreignKey", "index",   "integer",    "jsonb",     "numeric",
          "pgEnum",          "pgSchema",   "pgTable", "primaryKey", "real",      "serial",
          "smallint",        "sql",        "text",    "time",       "timestamp", "unique",
          "uniqueIndex",     "uuid",       "varchar"}},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t j = 0; j < COUNT_OF(rows[i].names) && rows[i].names[j]; j++)
            if (str_eq(name, str_from(rows[i].names[j])))
                return foreign(str_printf(script_tree_arena(tree), "%s:" STR_FMT, rows[i].module,
                                          STR_ARG(name)));
    return unknown();
}

static struct script_thing local(struct script_tree *tree, struct script_file *file,
                                 struct str name)
{
    const struct script_binding *binding = binding_of(&file->bindings, name);

    return binding ? bound(tree, file, binding) : unknown();
}

static struct script_thing seen(struct script_tree *tree, struct script_file *file, struct str name)
{
    const struct script_binding *binding = binding_of(&file->exports, name);

    if (binding && (binding->module.length || !ts_node_is_null(binding->node)))
        return bound(tree, file, binding);
    if (binding)
        return local(tree, file, binding->member);
    if (binding_of(&file->bindings, name))
        return local(tree, file, name);
    for (size_t i = 0; i < file->stars.count; i++) {
        struct script_thing thing = imported(tree, file, file->stars.items[i], name);
        if (thing.kind != SCRIPT_UNKNOWN && thing.kind != SCRIPT_FOREIGN)
            return thing;
    }
    /* A foreign module of which everything is passed on may be the one that has it. */
    for (size_t i = 0; i < file->stars.count; i++)
        if (!str_starts(file->stars.items[i], STR(".")))
            return imported(tree, file, file->stars.items[i], name);
    return unknown();
}

static struct script_thing exported(struct script_tree *tree, struct script_file *file,
                                    struct str name)
{
    struct script_thing thing;

    if (!script_enter(tree))
        return unknown();
    thing = seen(tree, file, name);
    script_leave(tree);
    return thing;
}

/* What require() gives: `module.exports = {…}` of the file. */
static struct script_thing required(struct script_tree *tree, struct script_thing module)
{
    struct script_thing thing = module.kind == SCRIPT_MODULE && module.file->exports_all
                                    ? exported(tree, module.file, STR("default"))
                                    : unknown();

    return thing.kind == SCRIPT_VALUE && node_is(thing.node, "object") ? thing : module;
}

static struct script_thing member(struct script_tree *tree, struct script_scope scope,
                                  TSNode expression)
{
    TSNode object = ts_node_named_child(expression, 0),
           name = script_child(expression, "property_identifier");
    struct script_thing thing = required(tree, follow(tree, scope, object));
    struct str text = script_source(scope.file, name);

    switch (thing.kind) {
    case SCRIPT_MODULE:
        return exported(tree, thing.file, text);
    case SCRIPT_FOREIGN:
        if (str_ends(thing.dotted, STR(":*")) || str_ends(thing.dotted, STR(":default")))
            return foreign(
                str_printf(script_tree_arena(tree), STR_FMT ":" STR_FMT,
                           STR_ARG(str_prefix(thing.dotted, str_find_last_byte(thing.dotted, ':'))),
                           STR_ARG(text)));
        return foreign(str_printf(script_tree_arena(tree), STR_FMT "." STR_FMT,
                                  STR_ARG(thing.dotted), STR_ARG(text)));
    case SCRIPT_VALUE:
        if (node_is(thing.node, "object")) {
            struct script_scope inner;
            struct script_scope outer = {.file = thing.file};
            TSNode value = script_property(tree, outer, thing.node,
                                           str_c(script_tree_arena(tree), text), &inner);
            if (!ts_node_is_null(value))
                return follow(tree, inner, value);
        }
        break;
    case SCRIPT_DECLARATION: { /* a member of an enum is what its node stands for: see constants */
        TSNode value = script_static(tree, thing.file, thing.node, text);
        return ts_node_is_null(value)
                   ? unknown()
                   : follow(tree, (struct script_scope){.file = thing.file}, value);
    }
    case SCRIPT_UNKNOWN:
        break;
    }
    return unknown();
}

static struct script_thing what(struct script_tree *tree, struct script_scope scope, TSNode node)
{
    if (node_is(node, "identifier") || node_is(node, "type_identifier") ||
        node_is(node, "shorthand_property_identifier")) {
        struct str name = script_source(scope.file, node);
        if (scope.parameter.length && str_eq(name, scope.parameter))
            return scope.namespace.length
                       ? foreign(str_printf(script_tree_arena(tree), STR_FMT ":*",
                                            STR_ARG(scope.namespace)))
                       : unknown();
        TSNode given;
        struct script_scope outer;
        if (script_given(tree, scope, name, &given, &outer))
            return follow(tree, outer, given);
        given = script_local(tree, scope, name);
        if (!ts_node_is_null(given))
            return follow(tree, scope, given);
        if (scope.namespace.length && !scope.parameter.length &&
            !binding_of(&scope.file->bindings, name))
            return foreign(str_printf(script_tree_arena(tree), STR_FMT ":" STR_FMT,
                                      STR_ARG(scope.namespace), STR_ARG(name)));
        return binding_of(&scope.file->bindings, name) ? local(tree, scope.file, name)
                                                       : known(tree, name);
    }
    if (node_is(node, "member_expression"))
        return member(tree, scope, node);
    if (node_is(node, "class_declaration") || node_is(node, "abstract_class_declaration") ||
        node_is(node, "enum_declaration") || node_is(node, "function_declaration") ||
        node_is(node, "type_alias_declaration") || node_is(node, "interface_declaration"))
        return (struct script_thing){.kind = SCRIPT_DECLARATION, .file = scope.file, .node = node};
    return (struct script_thing){.kind = SCRIPT_VALUE, .file = scope.file, .node = node};
}

static struct script_thing follow(struct script_tree *tree, struct script_scope scope,
                                  TSNode expression)
{
    TSNode node = script_bare(expression);
    struct script_thing thing;

    if (ts_node_is_null(node) || !script_enter(tree))
        return unknown();
    thing = what(tree, scope, node);
    script_leave(tree);
    return thing;
}

struct script_thing script_resolve(struct script_tree *tree, struct script_scope scope,
                                   TSNode expression)
{
    return follow(tree, scope, expression);
}

struct str script_foreign(struct script_tree *tree, struct script_scope scope, TSNode expression)
{
    struct script_thing thing = follow(tree, scope, expression);

    return thing.kind == SCRIPT_FOREIGN ? thing.dotted : STR_NONE;
}

/* --- Objects. --- */

static struct str key_text(struct script_tree *tree, struct script_scope scope, TSNode key)
{
    if (node_is(key, "string"))
        return script_constant(tree, scope, key).text;
    if (node_is(key, "computed_property_name"))
        return script_text(tree, scope, ts_node_named_child(key, 0));
    return script_source(scope.file, key);
}

static void put(struct arena *arena, struct script_properties *properties,
                struct script_property property)
{
    for (size_t i = 0; i < properties->count; i++)
        if (str_eq(properties->items[i].name, property.name)) {
            properties->items[i] = property;
            return;
        }
    VEC_PUSH(arena, properties, property);
}

/* The objects that are being opened, one in the other: one that spreads itself, by whatever way, has no end. */
struct opened {
    const void *id;
    const struct opened *outer;
};

static bool add_properties(struct script_tree *tree, struct script_scope scope, TSNode object,
                           const struct opened *outer, struct script_properties *properties);

/* What a spread or a name stands for, when that is an object, and where its parts stand. */
static bool find_object(struct script_tree *tree, struct script_scope *scope, TSNode object,
                        TSNode *ret_object)
{
    struct script_thing thing = required(tree, script_resolve(tree, *scope, object));

    if (thing.kind == SCRIPT_VALUE && thing.file != scope->file)
        *scope = (struct script_scope){.file = thing.file};
    /* `...timestamps()`: a function that returns an object */
    if (thing.kind == SCRIPT_VALUE && node_is(thing.node, "call_expression")) {
        struct script_thing called = script_resolve(tree, *scope, script_callee(thing.node));
        if (called.kind == SCRIPT_VALUE || called.kind == SCRIPT_DECLARATION) {
            *scope = script_scope_of_call(tree, *scope, thing.node, called);
            thing.node = script_returned_at_end(tree, called.node);
        }
    }
    *ret_object = thing.node;
    return thing.kind == SCRIPT_VALUE && node_is(thing.node, "object");
}

static bool is_open(const struct opened *opened, const void *id)
{
    while (opened && opened->id != id)
        opened = opened->outer;
    return opened != NULL;
}

/* Object.assign(a, b): what a has, then what b has. False: it is no such call. */
static bool add_assigned(struct script_tree *tree, struct script_scope scope, TSNode expression,
                         const struct opened *outer, struct script_properties *properties,
                         bool *ret_whole)
{
    struct script_thing thing = script_resolve(tree, scope, expression);
    TSNode argument;

    if (thing.kind != SCRIPT_VALUE || !node_is(thing.node, "call_expression") ||
        !str_eq(script_source(thing.file, script_callee(thing.node)), STR("Object.assign")))
        return false;
    if (thing.file != scope.file)
        scope = (struct script_scope){.file = thing.file};
    *ret_whole = true;
    for (size_t i = 0; argument = script_argument(tree, thing.node, i), !ts_node_is_null(argument);
         i++)
        *ret_whole = add_properties(tree, scope, argument, outer, properties) && *ret_whole;
    return true;
}

static bool add_object(struct script_tree *tree, struct script_scope scope, TSNode expression,
                       const struct opened *outer, struct script_properties *properties)
{
    TSNode object;
    bool whole = true;

    if (add_assigned(tree, scope, expression, outer, properties, &whole))
        return whole;
    if (!find_object(tree, &scope, expression, &object) || is_open(outer, object.id))
        return false;
    struct opened here = {.id = object.id, .outer = outer};
    struct script_nodes children = script_children(tree, object);
    for (size_t i = 0; i < children.count; i++) {
        TSNode child = children.items[i];
        struct script_property property = {.scope = scope, .line = node_line(child)};
        if (node_is(child, "spread_element")) {
            TSNode inner = script_spread(tree, scope, child);
            whole = ts_node_is_null(inner) ||
                    (add_properties(tree, scope, inner, &here, properties) && whole);
            continue;
        }
        if (node_is(child, "pair")) {
            struct script_nodes pair = script_children(tree, child);
            property.name = key_text(tree, scope, pair.items[0]);
            property.value = pair.items[pair.count - 1];
        } else if (node_is(child, "shorthand_property_identifier")) {
            property.name = script_source(scope.file, child);
            property.value = child;
        } else if (node_is(child, "method_definition")) {
            property.name = script_source(scope.file, script_child(child, "property_identifier"));
            property.value = child;
        }
        whole = whole && property.name.length;
        if (property.name.length)
            put(script_tree_arena(tree), properties, property);
    }
    return whole;
}

static bool add_properties(struct script_tree *tree, struct script_scope scope, TSNode object,
                           const struct opened *outer, struct script_properties *properties)
{
    bool whole;

    if (!script_enter(tree))
        return false;
    whole = add_object(tree, scope, object, outer, properties);
    script_leave(tree);
    return whole;
}

bool script_properties(struct script_tree *tree, struct script_scope scope, TSNode object,
                       struct script_properties *ret_properties)
{
    bool keep = !scope.parameter.length && !scope.namespace.length && !scope.call &&
                !ts_node_is_null(object),
         whole;

    if (keep && script_remembered(tree, object, ret_properties, &whole))
        return whole;
    *ret_properties = (struct script_properties){0};
    whole = add_properties(tree, scope, object, NULL, ret_properties);
    if (keep && script_enter(tree)) { /* not when it was the bounds that ended it */
        script_leave(tree);
        script_remember(tree, object, ret_properties, whole);
    }
    return whole;
}

TSNode script_property(struct script_tree *tree, struct script_scope scope, TSNode object,
                       const char *name, struct script_scope *ret_scope)
{
    struct script_properties properties;

    *ret_scope = scope;
    if (ts_node_is_null(object))
        return node_null();
    (void)script_properties(tree, scope, object, &properties);
    for (size_t i = 0; i < properties.count; i++)
        if (str_eq(properties.items[i].name, str_from(name))) {
            *ret_scope = properties.items[i].scope;
            return properties.items[i].value;
        }
    return node_null();
}
