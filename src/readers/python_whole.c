/* python_whole.c -- what an expression says together with the functions, classes and values of the tree that it names. */
#include "base/buf.h"
#include "readers/python_tree.h"

#define DEFINITIONS_MAX 32u
#define WHOLE_MAX_BYTES 65536u

struct whole {
    struct python_tree *tree;
    struct buf text;
    struct python_thing items[DEFINITIONS_MAX]; /* in the order they are named, each once */
    size_t count;
};

static void want(struct whole *w, struct python_thing thing)
{
    if (thing.kind != THING_CLASS && thing.kind != THING_FUNCTION && thing.kind != THING_VALUE)
        return;
    if (!thing.file || ts_node_is_null(thing.node) || w->count == DEFINITIONS_MAX)
        return;
    for (size_t i = 0; i < w->count; i++)
        if (ts_node_eq(w->items[i].node, thing.node))
            return;
    w->items[w->count++] = thing;
}

static bool is_docstring(TSNode node)
{
    return node_is(node, "expression_statement") && ts_node_named_child_count(node) == 1 &&
           node_is(ts_node_named_child(node, 0), "string");
}

static void say(struct whole *w, struct python_scope scope, TSNode node)
{
    struct str source = node_source(scope.file, node);

    if (w->text.length + source.length + 1 > WHOLE_MAX_BYTES)
        return;
    buf_add(&w->text, source);
    buf_add_byte(&w->text, ' ');
}

/* Token by token: comments, docstrings and spaces say nothing. `follow`: the names are looked up too. */
static void add(struct whole *w, struct python_scope scope, TSNode node, bool follow, size_t depth)
{
    uint32_t children = ts_node_is_null(node) ? 0 : ts_node_child_count(node);

    if (ts_node_is_null(node) || node_is(node, "comment") || is_docstring(node) ||
        depth > 8 * PYTHON_FOLLOW_MAX)
        return;
    if (node_is(node, "string") || children == 0)
        say(w, scope, node);
    if (follow && (node_is(node, "identifier") || node_is(node, "attribute")))
        want(w, python_resolve(w->tree, scope, node));
    if (node_is(node, "string") && ts_node_named_child_count(node) == 0)
        return;
    for (uint32_t i = 0; i < children; i++) {
        TSNode child = ts_node_child(node, i);
        bool word = (node_is(node, "attribute") && i > 0) ||
                    (node_is(node, "keyword_argument") && i == 0) ||
                    (node_is(node, "function_definition") && node_is(child, "identifier"));
        add(w, scope, child, follow && !word, depth + 1);
    }
}

struct str python_whole(struct python_tree *tree, struct python_scope scope, TSNode expression)
{
    struct whole w = {.tree = tree, .text = buf_new(python_tree_arena(tree), WHOLE_MAX_BYTES)};

    add(&w, scope, expression, true, 0);
    for (size_t i = 0; i < w.count; i++) {
        struct python_thing thing = w.items[i];
        struct python_scope there = {.file = thing.file, .body = thing.scope};
        /* What a class names is not asked: one model names half of the others. */
        add(&w, there, thing.node, thing.kind != THING_CLASS, 0);
    }
    return buf_str(&w.text);
}
