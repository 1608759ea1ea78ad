#include "readers/script_value.h"

#include "base/buf.h"
#include "base/file.h"
#include "readers/environment.h"

#define TEXT_MAX ((size_t)16 << 10)

struct valuing {
    struct script_tree *tree;
    struct arena *arena;
    struct str root;
};

static struct script_value value_of(const struct valuing *v, struct script_scope scope,
                                    TSNode node);

static struct script_value unknown(void)
{
    return (struct script_value){0};
}

static struct script_value text_value(struct str text)
{
    return (struct script_value){.known = true, .text = text};
}

static struct script_value rooted(struct str path)
{
    return (struct script_value){.known = true, .rooted = true, .text = path};
}

struct str script_path_plain(struct arena *arena, struct str path)
{
    struct str plain;

    while (str_starts(path, STR("/")))
        path = str_from_offset(path, 1);
    plain = path_join(arena, STR(""), path);
    if (str_eq(plain, STR("..")) || str_starts(plain, STR("../")))
        return STR_NONE;
    return str_eq(plain, STR(".")) ? STR("") : plain;
}

static struct script_value append(const struct valuing *v, struct script_value a,
                                  struct script_value b, const char *between)
{
    if (!a.known || !b.known)
        return unknown();
    /* A rooted text behind something is one only where it replaces it. */
    if (b.rooted && a.text.length)
        return unknown();
    struct str text = str_printf(v->arena, STR_FMT "%s" STR_FMT, STR_ARG(a.text),
                                 a.text.length && b.text.length ? between : "", STR_ARG(b.text));
    return (struct script_value){.known = true,
                                 .rooted = a.rooted || b.rooted,
                                 .text = text,
                                 .assumed = a.assumed.length ? a.assumed : b.assumed,
                                 .from = a.from.length ? a.from : b.from};
}

static struct script_value of_template(const struct valuing *v, struct script_scope scope,
                                       TSNode node)
{
    struct script_nodes parts = script_children(v->tree, node);
    struct script_value all = text_value(STR(""));

    for (size_t i = 0; i < parts.count; i++) {
        TSNode part = parts.items[i];
        all = append(v, all,
                     node_is(part, "template_substitution")
                         ? value_of(v, scope, ts_node_named_child(part, 0))
                         : text_value(script_source(scope.file, part)),
                     "");
    }
    return all;
}

/* path.join and path.resolve: a later path from the root counts alone. */
static struct script_value joined(const struct valuing *v, struct script_scope scope, TSNode call,
                                  bool resolves)
{
    struct script_value all = text_value(STR(""));

    for (size_t i = 0;; i++) {
        TSNode argument = script_argument(v->tree, call, i);
        if (ts_node_is_null(argument))
            break;
        struct script_value part = value_of(v, scope, argument);
        if (resolves && part.known && part.rooted)
            all = part;
        else
            all = append(v, all, part, "/");
    }
    if (resolves && all.known && !all.rooted)
        all = append(v, rooted(v->root), all, "/");
    return all;
}

static struct script_value of_url(const struct valuing *v, struct script_scope scope, TSNode call)
{
    struct script_value path = value_of(v, scope, script_argument(v->tree, call, 0));
    struct script_value base = value_of(v, scope, script_argument(v->tree, call, 1));

    if (!path.known || path.rooted || !base.known || !base.rooted)
        return unknown();
    return append(v, rooted(path_parent(base.text)), path, "/");
}

static struct str last_name(struct script_scope scope, TSNode callee)
{
    TSNode name =
        node_is(callee, "member_expression") ? script_child(callee, "property_identifier") : callee;
    return ts_node_is_null(name) ? STR("") : script_source(scope.file, name);
}

/* --- Variables of the environment. --- */

static bool read_text(void *self, struct str path, struct str *ret_bytes)
{
    return script_tree_text(self, path, ret_bytes);
}

static struct script_value of_variable(const struct valuing *v, struct script_scope scope,
                                       struct str name)
{
    struct source_files files = {.self = v->tree, .read = read_text};
    struct variable variable =
        variable_look_up(v->arena, &files, scope.file->path, scope.file->source, v->root, name);

    return (struct script_value){.known = variable.known,
                                 .set = variable.set,
                                 .text = variable.value,
                                 .from = variable.from};
}

static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!byte_is_word(text.bytes[i]))
            return false;
    return text.length > 0;
}

/* process.env.X, process.env["X"], Bun.env.X, import.meta.env.X, env("X") of prisma/config, Deno.env.get("X"): X; empty: none of them. */
static struct str variable_of(struct str source)
{
    static const struct str starts[] = {STR_INIT("process.env"), STR_INIT("Bun.env"),
                                        STR_INIT("import.meta.env"), STR_INIT("Deno.env.get"),
                                        STR_INIT("env(")};

    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        if (!str_starts(source, starts[i]))
            continue;
        struct str name = str_trim_bytes(str_from_offset(source, starts[i].length), ".?[]()\"'` ");
        return is_name(name) ? name : STR("");
    }
    return STR("");
}

/* const { DIR } = process.env */
static bool is_taken_from_environment(struct str source, struct str name)
{
    for (size_t at = 0, found;
         (found = str_find(str_from_offset(source, at), STR("= process.env"))) != SIZE_MAX;) {
        at += found + 1;
        struct str before = str_trim(str_prefix(source, at - 1));
        size_t open = str_find_last_byte(before, '{');
        if (!str_ends(before, STR("}")) || open == SIZE_MAX)
            continue;
        struct str names = str_slice(before, open + 1, before.length - 1);
        while (names.length)
            if (str_eq(str_trim(str_cut(&names, ',')), name))
                return true;
    }
    return false;
}

static struct script_value of_call(const struct valuing *v, struct script_scope scope, TSNode node)
{
    TSNode callee = script_callee(node), first = script_argument(v->tree, node, 0);
    struct str name = last_name(scope, callee);

    struct str variable = variable_of(script_source(scope.file, node));
    if (variable.length)
        return of_variable(v, scope, variable);
    if (node_is(node, "new_expression"))
        return str_eq(name, STR("URL")) ? of_url(v, scope, node) : unknown();
    if (str_eq(name, STR("join")) || str_eq(name, STR("resolve")))
        return joined(v, scope, node, str_eq(name, STR("resolve")));
    if (str_eq(name, STR("cwd")))
        return rooted(v->root);
    if (str_eq(name, STR("normalize")) || str_eq(name, STR("fileURLToPath")) ||
        str_eq(name, STR("String")))
        return value_of(v, scope, first);
    if (str_eq(name, STR("dirname"))) {
        struct script_value path = value_of(v, scope, first);
        struct str plain = path.known ? script_path_plain(v->arena, path.text) : STR_NONE;
        return path.rooted && plain.bytes ? rooted(path_parent(plain)) : unknown();
    }
    struct script_thing called = script_resolve(v->tree, scope, callee);
    if (ts_node_is_null(first) &&
        (called.kind == SCRIPT_VALUE || called.kind == SCRIPT_DECLARATION) &&
        script_is_function(called.node))
        return value_of(v, (struct script_scope){.file = called.file},
                        script_returned(v->tree, called.node));
    return unknown();
}

/* `process.env.NODE_ENV === "production" ? a : b`: what runs in production. */
static struct script_value of_choice(const struct valuing *v, struct script_scope scope,
                                     TSNode node)
{
    struct script_nodes parts = script_children(v->tree, node);
    if (parts.count != 3)
        return unknown();
    struct str condition = script_source(scope.file, parts.items[0]);
    bool production = str_contains(condition, STR("'production'")) ||
                      str_contains(condition, STR("\"production\""));
    if (production && (str_contains(condition, STR("&&")) || str_contains(condition, STR("||"))))
        production = false;
    if (production)
        return value_of(v, scope, parts.items[str_contains(condition, STR("!=")) ? 2 : 1]);
    struct script_value a = value_of(v, scope, parts.items[1]);
    struct script_value b = value_of(v, scope, parts.items[2]);
    return a.known && b.known && a.rooted == b.rooted && str_eq(a.text, b.text) ? a : unknown();
}

static struct script_value of_operator(const struct valuing *v, struct script_scope scope,
                                       TSNode node)
{
    struct script_nodes operands = script_children(v->tree, node);
    if (operands.count != 2)
        return unknown();
    struct str between = str_trim(str_slice(scope.file->source, ts_node_end_byte(operands.items[0]),
                                            ts_node_start_byte(operands.items[1])));
    struct script_value left = value_of(v, scope, operands.items[0]);
    struct script_value right = value_of(v, scope, operands.items[1]);

    if (str_eq(between, STR("+")))
        return append(v, left, right, "");
    if (!str_eq(between, STR("||")) && !str_eq(between, STR("??")))
        return unknown();
    if (left.known || left.set)
        return left;
    if (right.known && !right.assumed.length)
        right.assumed = script_source(scope.file, operands.items[0]);
    return right;
}

static struct script_value of_name(const struct valuing *v, struct script_scope scope, TSNode node)
{
    struct str source = script_source(scope.file, node);

    if (str_eq(source, STR("__dirname")) || str_eq(source, STR("import.meta.dirname")))
        return rooted(path_parent(scope.file->path));
    if (str_eq(source, STR("__filename")) || str_eq(source, STR("import.meta.filename")) ||
        str_eq(source, STR("import.meta.url")))
        return rooted(scope.file->path);
    if (node_is(node, "member_expression") && str_ends(source, STR(".pathname"))) {
        struct script_value path = value_of(v, scope, ts_node_named_child(node, 0));
        return path.rooted ? path : unknown();
    }
    struct str variable = variable_of(source);
    if (variable.length)
        return of_variable(v, scope, variable);
    struct script_constant constant = script_constant(v->tree, scope, node);
    if (constant.kind == SCRIPT_STRING)
        return text_value(constant.text);
    if (constant.kind == SCRIPT_TRUE || constant.kind == SCRIPT_FALSE)
        return text_value(constant.kind == SCRIPT_TRUE ? STR("true") : STR("false"));
    struct script_thing thing = script_resolve(v->tree, scope, node);
    if (node_is(node, "identifier") && is_taken_from_environment(scope.file->source, source))
        return of_variable(v, scope, source);
    if (thing.kind != SCRIPT_VALUE || ts_node_eq(thing.node, node))
        return unknown();
    return value_of(v, (struct script_scope){.file = thing.file}, thing.node);
}

static struct script_value any(const struct valuing *v, struct script_scope scope, TSNode node)
{
    if (node_is(node, "string"))
        return text_value(script_text(v->tree, scope, node));
    if (node_is(node, "true") || node_is(node, "false"))
        return text_value(node_is(node, "true") ? STR("true") : STR("false"));
    if (node_is(node, "template_string"))
        return of_template(v, scope, node);
    if (node_is(node, "binary_expression"))
        return of_operator(v, scope, node);
    if (node_is(node, "ternary_expression"))
        return of_choice(v, scope, node);
    if (node_is(node, "call_expression") || node_is(node, "new_expression"))
        return of_call(v, scope, node);
    if (node_is(node, "identifier") || node_is(node, "member_expression") ||
        node_is(node, "shorthand_property_identifier") || node_is(node, "subscript_expression"))
        return of_name(v, scope, node);
    return unknown();
}

static struct script_value value_of(const struct valuing *v, struct script_scope scope, TSNode node)
{
    TSNode bare = script_bare(node);
    struct script_value value;

    if (ts_node_is_null(bare) || !script_enter(v->tree))
        return unknown();
    value = any(v, scope, bare);
    script_leave(v->tree);
    return value.known && value.text.length > TEXT_MAX ? unknown() : value;
}

struct script_value script_value(struct script_tree *tree, struct script_scope scope,
                                 struct str root, TSNode expression)
{
    struct valuing v = {.tree = tree, .arena = script_tree_arena(tree), .root = root};
    struct script_value value = value_of(&v, scope, expression);

    if (value.rooted) {
        value.text = script_path_plain(v.arena, value.text);
        value.known = value.text.bytes != NULL;
    }
    return value;
}
