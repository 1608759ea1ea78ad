/* typescript_whole.c -- what an expression says together with the functions, enums and values of the tree that it names. */
#include "base/buf.h"
#include "readers/typescript.h"

#define DEFINITIONS_MAX 32u
#define WHOLE_MAX_BYTES 65536u

struct whole {
    struct script_tree *tree;
    struct buf text;
    struct script_thing items[DEFINITIONS_MAX]; /* in the order they are named, each once */
    size_t count;
};

/* Classes and calls are left out: those are the models themselves, each of which names half of the others. */
static bool says_something(struct script_thing thing)
{
    if (thing.kind == SCRIPT_DECLARATION)
        return node_is(thing.node, "function_declaration") ||
               node_is(thing.node, "enum_declaration");
    return thing.kind == SCRIPT_VALUE && !node_is(thing.node, "call_expression") &&
           !node_is(thing.node, "new_expression") && !node_is(thing.node, "class");
}

static void want(struct whole *w, TSNode name, struct script_thing thing)
{
    if (!says_something(thing) || !thing.file || ts_node_eq(thing.node, name) ||
        w->count == DEFINITIONS_MAX)
        return;
    for (size_t i = 0; i < w->count; i++)
        if (ts_node_eq(w->items[i].node, thing.node))
            return;
    w->items[w->count++] = thing;
}

static void say(struct whole *w, struct script_scope scope, TSNode node)
{
    struct str source = script_source(scope.file, node);

    if (w->text.length + source.length + 1 > WHOLE_MAX_BYTES)
        return;
    buf_add(&w->text, source);
    buf_add_byte(&w->text, ' ');
}

/* Token by token: comments and spaces say nothing. */
static void add(struct whole *w, struct script_scope scope, TSNode node)
{
    uint32_t children = ts_node_is_null(node) ? 0 : ts_node_child_count(node);
    bool text = node_is(node, "string") || node_is(node, "regex");

    if (ts_node_is_null(node) || node_is(node, "comment") || !script_enter(w->tree))
        return;
    if (text || children == 0)
        say(w, scope, node);
    if (node_is(node, "identifier") || node_is(node, "shorthand_property_identifier") ||
        node_is(node, "member_expression"))
        want(w, node, script_resolve(w->tree, scope, node));
    for (uint32_t i = 0; !text && i < children; i++)
        add(w, scope, ts_node_child(node, i));
    script_leave(w->tree);
}

struct str script_whole(struct script_tree *tree, struct script_scope scope, TSNode expression)
{
    struct whole w = {.tree = tree, .text = buf_new(script_tree_arena(tree), WHOLE_MAX_BYTES)};

    add(&w, scope, expression);
    for (size_t i = 0; i < w.count; i++)
        add(&w, (struct script_scope){.file = w.items[i].file}, w.items[i].node);
    return buf_str(&w.text);
}
