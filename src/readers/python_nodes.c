/* python_nodes.c -- nodes of Python's grammar: fields, children, the arguments of a call. */
#include "readers/python_tree.h"

const TSLanguage *tree_sitter_python(void);

TSNode node_bare(TSNode node)
{
    while (node_is(node, "parenthesized_expression")) {
        TSNode inner = node_null();
        for (uint32_t i = 0; i < ts_node_named_child_count(node) && ts_node_is_null(inner); i++)
            if (!node_is(ts_node_named_child(node, i), "comment"))
                inner = ts_node_named_child(node, i);
        node = inner;
    }
    return node;
}

TSNode node_spread(TSNode item)
{
    TSNode at = item;

    if (node_is(item, "list_splat"))
        return ts_node_named_child(item, 0);
    /* The grammar takes [*a.b] for the `b` of `*a`, where nothing follows. */
    while (node_is(at, "attribute") || node_is(at, "call") || node_is(at, "subscript"))
        at = ts_node_named_child(at, 0);
    return node_is(at, "list_splat") ? item : node_null();
}

struct python_nodes node_children(struct arena *arena, TSNode node)
{
    TSTreeCursor cursor = ts_tree_cursor_new(node);
    struct python_nodes children = {0};

    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode child = ts_tree_cursor_current_node(&cursor);
        if (ts_node_is_named(child))
            VEC_PUSH(arena, &children, child);
    }
    ts_tree_cursor_delete(&cursor);
    return children;
}

TSNode node_field(TSNode node, const char *name)
{
    static _Thread_local struct {
        const char *name;
        TSFieldId id;
    } known[64];
    size_t at = ((uintptr_t)name >> 1) % COUNT_OF(known);

    if (ts_node_is_null(node)) /* tree-sitter would look at its children */
        return node;
    if (known[at].name != name) {
        known[at].name = name;
        known[at].id =
            ts_language_field_id_for_name(tree_sitter_python(), name, (uint32_t)strlen(name));
    }
    return ts_node_child_by_field_id(node, known[at].id);
}

static void add_argument(struct python_arguments *arguments, struct arena *arena,
                         const struct python_file *file, TSNode node)
{
    struct python_argument argument = {.node = node,
                                       .list_splat = node_is(node, "list_splat"),
                                       .dictionary_splat = node_is(node, "dictionary_splat")};

    if (!ts_node_is_named(node) || node_is(node, "comment"))
        return;
    if (node_is(node, "keyword_argument")) {
        argument.keyword = node_source(file, node_field(node, "name"));
        argument.node = node_field(node, "value");
    }
    arguments->has_splat |= argument.list_splat || argument.dictionary_splat;
    VEC_PUSH(arena, &arguments->items, argument);
}

const struct python_arguments *call_arguments(struct python_file *file, TSNode call)
{
    struct python_arguments *arguments = python_tree_arguments(file->of);

    if (arguments->file == file && arguments->id == call.id)
        return arguments;
    arguments->file = file;
    arguments->id = call.id;
    arguments->has_splat = false;
    arguments->items.count = 0;
    TSNode list = node_field(call, "arguments");
    if (ts_node_is_null(list))
        return arguments;
    TSTreeCursor at = ts_tree_cursor_new(list);
    for (bool more = ts_tree_cursor_goto_first_child(&at); more;
         more = ts_tree_cursor_goto_next_sibling(&at))
        add_argument(arguments, python_tree_arena(file->of), file,
                     ts_tree_cursor_current_node(&at));
    ts_tree_cursor_delete(&at);
    return arguments;
}

TSNode call_keyword(struct python_file *file, TSNode call, const char *name)
{
    const struct python_arguments *arguments = call_arguments(file, call);
    struct str wanted = str_from(name);

    for (size_t i = 0; i < arguments->items.count; i++)
        if (str_eq(arguments->items.items[i].keyword, wanted))
            return node_bare(arguments->items.items[i].node);
    return node_null();
}

static bool is_positional(TSNode argument)
{
    return !node_is(argument, "keyword_argument") && !node_is(argument, "comment") &&
           !node_is(argument, "dictionary_splat");
}

/* The N-th positional argument, as it is written, and how many there are up to it: child by child, since each that is asked for by its number
 * would be counted from the first. */
static TSNode positional(TSNode call, size_t index, size_t *ret_count)
{
    TSNode arguments = node_field(call, "arguments"), found = node_null();
    size_t count = 0;

    *ret_count = 0;
    if (ts_node_is_null(arguments))
        return found;
    TSTreeCursor at = ts_tree_cursor_new(arguments);
    for (bool more = ts_tree_cursor_goto_first_child(&at); more && ts_node_is_null(found);
         more = ts_tree_cursor_goto_next_sibling(&at)) {
        TSNode argument = ts_tree_cursor_current_node(&at);
        if (ts_node_is_named(argument) && is_positional(argument) && count++ == index)
            found = argument;
    }
    ts_tree_cursor_delete(&at);
    *ret_count = count;
    return found;
}

TSNode call_positional(TSNode call, size_t index)
{
    size_t count;
    TSNode found = positional(call, index, &count);

    return ts_node_is_null(found) ? found : node_bare(found);
}

size_t call_positional_count(TSNode call)
{
    size_t count;

    (void)positional(call, SIZE_MAX, &count);
    return count;
}

void call_positionals(struct arena *arena, TSNode call, struct python_nodes *nodes)
{
    TSNode list = node_field(call, "arguments");
    struct python_nodes arguments = {0};

    if (!ts_node_is_null(list))
        arguments = node_children(arena, list);
    for (size_t i = 0; i < arguments.count; i++)
        if (is_positional(arguments.items[i]))
            VEC_PUSH(arena, nodes, node_bare(arguments.items[i]));
}

bool call_has_splat(TSNode call)
{
    TSNode arguments = node_field(call, "arguments");
    bool found = false;

    if (ts_node_is_null(arguments))
        return false;
    TSTreeCursor at = ts_tree_cursor_new(arguments);
    for (bool more = ts_tree_cursor_goto_first_child(&at); more && !found;
         more = ts_tree_cursor_goto_next_sibling(&at)) {
        TSNode argument = ts_tree_cursor_current_node(&at);
        found = node_is(argument, "dictionary_splat") || node_is(argument, "list_splat");
    }
    ts_tree_cursor_delete(&at);
    return found;
}

struct str dotted_last(struct str dotted)
{
    size_t dot = str_find_last_byte(dotted, '.');

    return dot == SIZE_MAX ? dotted : str_from_offset(dotted, dot + 1);
}

struct str dotted_first(struct str dotted)
{
    return str_prefix(dotted, str_find_byte(dotted, '.'));
}
