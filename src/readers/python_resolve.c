#include "base/file.h"
#include "readers/python_package.h"
#include "readers/python_roots.h"
#include "readers/python_tree.h"

static struct python_thing resolve(struct python_tree *tree, struct python_scope scope,
                                   TSNode expression, size_t depth);

static struct python_thing unknown(void)
{
    return (struct python_thing){.kind = THING_UNKNOWN};
}

static struct python_thing foreign(struct str dotted)
{
    return (struct python_thing){.kind = THING_FOREIGN, .dotted = dotted};
}

static struct str dotted_join(struct arena *arena, struct str left, struct str right)
{
    return str_printf(arena, STR_FMT "." STR_FMT, STR_ARG(left), STR_ARG(right));
}

/* Packages that are never a folder of the tree, whatever stands there ("app/models/enum.py"). */
static bool is_foreign_package(struct str first)
{
    static const char *const names[] = {"sqlalchemy",  "sqlmodel", "flask_sqlalchemy",
                                        "django",      "typing",   "typing_extensions",
                                        "enum",        "uuid",     "datetime",
                                        "decimal",     "re",       "os",
                                        "pydantic",    "json",     "types",
                                        "collections", "abc",      "dataclasses",
                                        "functools",   "copy",     "secrets",
                                        "string",      "time",     "random",
                                        NULL};

    return str_is_one_of(first, names);
}

/* The file of a module below a directory: "a/b.py", or "a/b/__init__.py". */
static struct python_file *module_below(struct python_tree *tree, struct str directory,
                                        struct str module)
{
    struct arena *arena = python_tree_arena(tree);
    char *path = str_c(arena, module);

    for (size_t i = 0; i < module.length; i++)
        if (path[i] == '.')
            path[i] = '/';
    struct str base = directory.length ? str_printf(arena, STR_FMT "/%s", STR_ARG(directory), path)
                                       : str_from(path);
    struct python_file *file =
        python_tree_file(tree, str_printf(arena, STR_FMT ".py", STR_ARG(base)));
    if (file)
        return file;
    return python_tree_file(tree, str_printf(arena, STR_FMT "/__init__.py", STR_ARG(base)));
}

static struct str parent_directory(struct str path)
{
    size_t slash = str_find_last_byte(path, '/');

    return slash == SIZE_MAX ? STR("") : str_prefix(path, slash);
}

static struct python_thing module_thing(struct python_file *file)
{
    return (struct python_thing){.kind = THING_MODULE, .file = file};
}

static struct python_thing find_relative(struct python_tree *tree, struct python_file *from,
                                         struct str module)
{
    struct str directory = parent_directory(from->path);
    size_t dots = 0;

    while (dots < module.length && module.bytes[dots] == '.')
        dots++;
    struct str rest = str_trim(str_from_offset(module, dots));
    for (size_t i = 1; i < dots; i++)
        directory = parent_directory(directory);
    if (rest.length) {
        struct python_file *file = module_below(tree, directory, rest);
        return file ? module_thing(file) : unknown();
    }
    struct str init = directory.length ? str_printf(python_tree_arena(tree), STR_FMT "/__init__.py",
                                                    STR_ARG(directory))
                                       : STR("__init__.py");
    struct python_file *file = python_tree_file(tree, init);
    if (file)
        return module_thing(file);
    return (struct python_thing){.kind = THING_MODULE, .dotted = directory};
}

/* Absolute: sys.path may begin at any directory above the file; the nearest that is no package counts. */
static struct python_thing search_module(struct python_tree *tree, struct python_file *from,
                                         struct str module)
{
    struct arena *arena = python_tree_arena(tree);

    if (str_starts(module, STR(".")))
        return find_relative(tree, from, module);
    if (is_foreign_package(dotted_first(module)))
        return foreign(module);
    for (int pass = 0; pass < 2; pass++) {
        struct str directory = from->path;
        while (directory.length) {
            directory = parent_directory(directory);
            struct str init = directory.length
                                  ? str_printf(arena, STR_FMT "/__init__.py", STR_ARG(directory))
                                  : STR("__init__.py");
            if (pass == 0 && python_tree_file(tree, init))
                continue;
            struct python_file *file = module_below(tree, directory, module);
            if (file)
                return module_thing(file);
            if (!directory.length) {
                file = module_below(tree, STR("src"), module);
                if (file)
                    return module_thing(file);
            }
        }
    }
    struct str root;
    struct python_file *file =
        python_root_of(tree, dotted_first(module), &root) ? module_below(tree, root, module) : NULL;
    return file ? module_thing(file) : foreign(module);
}

/* The files of a directory import the same modules. */
static struct python_thing find_module(struct python_tree *tree, struct python_file *from,
                                       struct str module)
{
    struct str directory = parent_directory(from->path);
    struct python_import *known = python_tree_module(tree, directory, module);

    if (!known->module.length || !str_eq(known->module, module) ||
        !str_eq(known->directory, directory))
        *known = (struct python_import){
            .directory = directory, .module = module, .thing = search_module(tree, from, module)};
    return known->thing;
}

static struct python_thing follow(struct python_tree *tree, struct python_file *file, TSNode body,
                                  const struct python_binding *binding, size_t depth);

/* What is known of a package's class, by its dotted name; else that name is all. */
static struct python_thing of_package(struct python_tree *tree, struct str dotted, size_t depth)
{
    size_t number = python_package_of(dotted);
    struct python_file *file =
        number == SIZE_MAX ? NULL : python_tree_text(tree, number, python_packages[number].text);
    const struct python_binding *binding =
        file ? python_binding_in(tree, file, node_null(), dotted_last(dotted)) : NULL;

    return binding && binding->kind != BINDING_IMPORT
               ? follow(tree, file, node_null(), binding, depth + 1)
               : foreign(dotted);
}

static struct python_thing member_of(struct python_tree *tree, struct python_file *from,
                                     struct python_thing module, struct str name, size_t depth)
{
    struct arena *arena = python_tree_arena(tree);

    if (depth > PYTHON_FOLLOW_MAX)
        return unknown();
    if (module.kind == THING_FOREIGN) {
        struct str whole = dotted_join(arena, module.dotted, name);
        if (!from || str_find_byte(whole, '(') != SIZE_MAX)
            return foreign(whole);
        /* A package of the tree may do without __init__.py: then only its modules are files. */
        struct python_thing found = find_module(tree, from, whole);
        return found.kind == THING_FOREIGN ? of_package(tree, whole, depth) : found;
    }
    if (!module.file) { /* a package without __init__.py */
        struct python_file *file = module_below(tree, module.dotted, name);
        return file ? module_thing(file) : unknown();
    }
    const struct python_binding *binding = python_binding_in(tree, module.file, node_null(), name);
    /* `from . import user` in a package names the file beside it. */
    if (binding && !(binding->kind == BINDING_IMPORT && module.file == from))
        return follow(tree, module.file, node_null(), binding, depth + 1);
    if (str_ends(module.file->path, STR("__init__.py"))) {
        struct python_file *file = module_below(tree, parent_directory(module.file->path), name);
        if (file)
            return module_thing(file);
    }
    /* What the tree has is known; a foreign package may have any name, so it comes last. */
    struct python_thing foreign_star = unknown();
    for (size_t i = 0; i < module.file->stars.count; i++) {
        struct python_thing star = find_module(tree, module.file, module.file->stars.items[i]);
        if (star.kind == THING_UNKNOWN || star.file == module.file)
            continue;
        struct python_thing found = member_of(tree, module.file, star, name, depth + 1);
        bool bound = star.file && python_binding_in(tree, star.file, node_null(), name);
        if (found.kind != THING_UNKNOWN && (bound || found.kind != THING_FOREIGN))
            return found;
        if (foreign_star.kind == THING_UNKNOWN)
            foreign_star = found;
    }
    return foreign_star;
}

static struct python_thing follow_once(struct python_tree *tree, struct python_file *file,
                                       TSNode body, const struct python_binding *binding,
                                       size_t depth)
{
    switch (binding->kind) {
    case BINDING_CLASS:
        return (struct python_thing){.kind = THING_CLASS, .file = file, .node = binding->node};
    case BINDING_FUNCTION:
        return (struct python_thing){.kind = THING_FUNCTION, .file = file, .node = binding->node};
    case BINDING_VALUE:
        if (ts_node_is_null(binding->node))
            return unknown();
        return resolve(tree, (struct python_scope){.file = file, .body = body}, binding->node,
                       depth + 1);
    case BINDING_IMPORT:
        break;
    }
    struct python_thing module = find_module(tree, file, binding->module);
    if (!binding->member.length || module.kind == THING_UNKNOWN)
        return module;
    return member_of(tree, file, module, binding->member, depth + 1);
}

/* Module names are followed once: five hundred files name the same base. */
static struct python_thing follow(struct python_tree *tree, struct python_file *file, TSNode body,
                                  const struct python_binding *binding, size_t depth)
{
    if (depth > PYTHON_FOLLOW_MAX)
        return unknown();
    if (!ts_node_is_null(body) || binding->kind != BINDING_IMPORT)
        return follow_once(tree, file, body, binding, depth);
    if (!file->things)
        file->things =
            ARENA_ARRAY(python_tree_arena(tree), file->bindings.count, struct python_thing);
    struct python_thing *kept = &file->things[binding - file->bindings.items];
    if (kept->kind != THING_UNKNOWN)
        return *kept;
    struct python_thing thing = follow_once(tree, file, body, binding, depth);
    *kept = thing;
    return thing;
}

/* In a class body a name is the module's until the class has bound it: `registry = registry(…)`, `text("x")` above `text = …`.
   `name: Mapped[name]` has no value and binds nothing. */
static bool not_yet_bound(TSNode value, TSNode at)
{
    if (ts_node_is_null(value))
        return true;
    return !ts_node_is_null(at) && value.tree == at.tree &&
           ts_node_start_byte(at) < ts_node_end_byte(value);
}

/* `at`: where the name is written; null: nowhere. */
static struct python_thing resolve_name(struct python_tree *tree, struct python_scope scope,
                                        struct str name, TSNode at, size_t depth)
{
    static const char *const builtins[] = {"int",  "str",   "bool", "float", "bytes",
                                           "dict", "list",  "set",  "tuple", "object",
                                           "type", "super", "len",  "range", "frozenset"};
    const struct python_binding *binding = NULL;

    for (const struct python_bound *bound = scope.bound; bound; bound = bound->outer)
        if (str_eq(bound->name, name) &&
            (!ts_node_is_null(bound->node) || !ts_node_is_null(bound->rest)))
            return ts_node_is_null(bound->rest)
                       ? resolve(tree, *bound->scope, bound->node, depth + 1)
                       : unknown();
    if (!ts_node_is_null(scope.body)) {
        binding = python_binding_in(tree, scope.file, scope.body, name);
        if (binding && !(binding->kind == BINDING_VALUE &&
                         (not_yet_bound(binding->node, at) ||
                          (node_is(binding->node, "identifier") &&
                           str_eq(node_source(scope.file, binding->node), name)))))
            return binding->kind == BINDING_VALUE && scope.bound && depth <= PYTHON_FOLLOW_MAX
                       ? resolve(tree, scope, binding->node, depth + 1)
                       : follow(tree, scope.file, scope.body, binding, depth);
    }
    binding = python_binding_in(tree, scope.file, node_null(), name);
    if (binding)
        return follow(tree, scope.file, node_null(), binding, depth);
    struct python_thing found =
        member_of(tree, scope.file, module_thing(scope.file), name, depth + 1);
    bool hides = found.kind != THING_UNKNOWN && found.kind != THING_FOREIGN;
    /* `from sqlalchemy import *` brings no `dict`. */
    for (size_t i = 0; !hides && i < COUNT_OF(builtins); i++)
        if (str_eq(name, str_from(builtins[i])))
            return foreign(dotted_join(python_tree_arena(tree), STR("builtins"), name));
    if (found.kind != THING_UNKNOWN)
        return found;
    TSNode around = ts_node_is_null(at) ? at : ts_node_parent(at);
    struct str known =
        python_known_name(python_tree_arena(tree), name, node_is(around, "attribute"));
    return known.length ? foreign(known) : unknown();
}

static struct python_thing member_of_class(struct python_tree *tree,
                                           const struct python_thing *class, struct str name,
                                           size_t depth)
{
    TSNode body = node_field(class->node, "body");
    const struct python_binding *binding = python_binding_in(tree, class->file, body, name);
    struct python_bases bases;

    if (binding || depth > PYTHON_FOLLOW_MAX)
        return binding ? follow(tree, class->file, body, binding, depth) : unknown();
    python_class_bases(class->file, class->node, &bases);
    for (size_t i = 0; i < bases.count; i++) {
        struct python_thing base =
            resolve(tree, (struct python_scope){.file = class->file}, bases.items[i], depth + 1);
        struct python_thing found =
            base.kind == THING_CLASS ? member_of_class(tree, &base, name, depth + 1) : unknown();
        if (found.kind != THING_UNKNOWN)
            return found;
    }
    return unknown();
}

static struct python_thing resolve_attribute(struct python_tree *tree, struct python_scope scope,
                                             TSNode expression, size_t depth)
{
    struct python_thing object = resolve(tree, scope, node_field(expression, "object"), depth + 1);
    struct str name = node_source(scope.file, node_field(expression, "attribute"));

    switch (object.kind) {
    case THING_FOREIGN:
        return member_of(tree, scope.file, object, name, depth + 1);
    case THING_MODULE:
        return member_of(tree, scope.file, object, name, depth + 1);
    case THING_CLASS:
        return member_of_class(tree, &object, name, depth + 1);
    case THING_UNKNOWN:
    case THING_FUNCTION:
    case THING_VALUE:
        break;
    }
    return unknown();
}

static struct python_thing resolve(struct python_tree *tree, struct python_scope scope,
                                   TSNode expression, size_t depth)
{
    struct arena *arena = python_tree_arena(tree);

    expression = node_bare(expression);
    if (depth > PYTHON_FOLLOW_MAX || ts_node_is_null(expression))
        return unknown();
    if (node_is(expression, "identifier"))
        return resolve_name(tree, scope, node_source(scope.file, expression), expression,
                            depth + 1);
    if (node_is(expression, "attribute"))
        return resolve_attribute(tree, scope, expression, depth + 1);
    if (node_is(expression, "type") || node_is(expression, "list_splat")) /* see node_spread() */
        return resolve(tree, scope, ts_node_named_child(expression, 0), depth + 1);
    if (node_is(expression, "call")) {
        struct python_thing called =
            resolve(tree, scope, node_field(expression, "function"), depth + 1);
        /* The class that a factory of the tree returns, as SQLAlchemy() and declarative_base() do, is known by its name. */
        if (called.kind == THING_FOREIGN) {
            called.dotted = str_printf(arena, STR_FMT "()", STR_ARG(called.dotted));
            called.file = scope.file;
            called.node = expression;
            called.scope = scope.body;
            called.bound = scope.bound;
            return called;
        }
        if (called.kind == THING_CLASS) { /* class MyAlchemy(SQLAlchemy): db = MyAlchemy() */
            TSNode bases = node_field(called.node, "superclasses");
            struct python_thing base =
                ts_node_is_null(bases) || !ts_node_named_child_count(bases)
                    ? unknown()
                    : resolve(tree, (struct python_scope){.file = called.file},
                              ts_node_named_child(bases, 0), depth + 1);
            if (base.kind == THING_FOREIGN) {
                base.dotted = str_printf(arena, STR_FMT "()", STR_ARG(base.dotted));
                base.file = scope.file;
                base.node = expression;
                base.scope = scope.body;
                base.bound = scope.bound;
                return base;
            }
        }
    }
    return (struct python_thing){.kind = THING_VALUE,
                                 .file = scope.file,
                                 .node = expression,
                                 .scope = scope.body,
                                 .bound = scope.bound};
}

struct python_thing python_resolve(struct python_tree *tree, struct python_scope scope,
                                   TSNode expression)
{
    return resolve(tree, scope, expression, 0);
}

struct python_thing python_resolve_member(struct python_tree *tree,
                                          const struct python_thing *class, struct str name)
{
    return member_of_class(tree, class, name, 0);
}

struct python_thing python_resolve_name(struct python_tree *tree, struct python_scope scope,
                                        struct str name)
{
    return resolve_name(tree, scope, name, node_null(), 0);
}

struct python_file *python_module_file(struct python_tree *tree, struct python_file *from,
                                       struct str module)
{
    struct python_thing thing = find_module(tree, from, module);

    return thing.kind == THING_MODULE ? thing.file : NULL;
}

struct str python_foreign(struct python_tree *tree, struct python_scope scope, TSNode expression)
{
    struct python_thing thing = python_resolve(tree, scope, expression);

    return thing.kind == THING_FOREIGN ? thing.dotted : STR_NONE;
}

static void add_bases(const struct python_file *file, TSNode list, size_t from,
                      struct python_bases *bases)
{
    for (uint32_t i = 0; !ts_node_is_null(list) && i < ts_node_named_child_count(list); i++) {
        TSNode base = ts_node_named_child(list, i);
        if (node_is(base, "keyword_argument") || node_is(base, "comment") || (from && from--))
            continue;
        if (node_is(base, "subscript")) /* HasOwner[User] */
            base = ts_node_named_child(base, 0);
        if (node_is(base, "call") &&
            str_eq(dotted_last(node_source(file, node_field(base, "function"))),
                   STR("with_metaclass")))
            add_bases(file, node_field(base, "arguments"), 1, bases);
        else if (bases->count < PYTHON_BASES_MAX)
            bases->items[bases->count++] = base;
    }
}

void python_class_bases(const struct python_file *file, TSNode node, struct python_bases *ret_bases)
{
    ret_bases->count = 0;
    add_bases(file, node_field(node, "superclasses"), 0, ret_bases);
}
