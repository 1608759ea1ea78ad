#include "readers/typescript.h"

#include <stdlib.h>

#include "base/door.h"
#include "base/file.h"
#include "readers/parse.h"
#include "schema/schema.h"

#define SLOTS_FIRST ((size_t)1024)

const TSLanguage *tree_sitter_typescript(void);

struct known {
    struct str path;
    struct script_file *file; /* NULL: asked for in vain */
};

struct remembered { /* of one node, by the address of its subtree */
    const void *id;
    struct script_nodes children;
    struct script_properties properties;
    bool has_children, has_properties, whole;
};

struct script_tree {
    struct arena *arena;
    TSParser *parser;
    struct source_files files;
    VEC(struct known) known; /* in the order of their paths */
    unsigned nesting;
    size_t steps;
    /* Readers ask again and again for the options of one decorator: open addressing, a power of two. */
    struct remembered *slots;
    size_t slot_count, used;
    struct script_paths *paths; /* what tsconfig.json maps; NULL: none was asked for */
    struct script_workspace workspace;
    struct parse_failure failure;
};

struct script_tree *script_tree_new(struct arena *arena, const struct source_files *files)
{
    struct script_tree *tree = ARENA_NEW(arena, struct script_tree);

    tree->arena = arena;
    tree->files = *files;
    tree->parser = parse_with(tree_sitter_typescript());
    return tree;
}

void script_tree_release(struct script_tree **tree)
{
    if (!*tree)
        return;
    for (size_t i = 0; i < (*tree)->known.count; i++)
        if ((*tree)->known.items[i].file && (*tree)->known.items[i].file->tree)
            ts_tree_delete((*tree)->known.items[i].file->tree);
    ts_parser_delete((*tree)->parser);
    *tree = NULL;
}

bool script_tree_is_whole(const struct script_tree *tree, struct err *e)
{
    return parse_none_failed(&tree->failure, e);
}

struct arena *script_tree_arena(const struct script_tree *tree)
{
    return tree->arena;
}

struct script_paths **script_tree_paths(struct script_tree *tree)
{
    return &tree->paths;
}

struct script_workspace *script_tree_workspace(struct script_tree *tree)
{
    return &tree->workspace;
}

const struct source_files *script_tree_files(const struct script_tree *tree)
{
    return &tree->files;
}

bool script_tree_text(struct script_tree *tree, struct str path, struct str *ret_text)
{
    return tree->files.read(tree->files.self, path, ret_text);
}

bool script_enter(struct script_tree *tree)
{
    if (tree->nesting >= SCRIPT_NESTING_MAX || tree->steps >= SCRIPT_STEPS_MAX)
        return false;
    tree->nesting++;
    tree->steps++;
    return true;
}

void script_leave(struct script_tree *tree)
{
    tree->nesting--;
}

bool script_path(struct str path)
{
    static const char *const endings[] = {".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"};

    if (str_ends(path, STR(".d.ts")))
        return false;
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        if (str_ends(path, str_from(endings[i])))
            return true;
    return false;
}

/* --- Nodes. --- */

static struct remembered *slot_of(struct remembered *slots, size_t count, const void *id)
{
    size_t at = (size_t)(((uintptr_t)id >> 3) * 0x9E3779B97F4A7C15u) & (count - 1);

    while (slots[at].id && slots[at].id != id)
        at = (at + 1) & (count - 1);
    return &slots[at];
}

static struct remembered *remember(struct script_tree *tree, TSNode node)
{
    struct remembered *slot;

    if (2 * (tree->used + 1) > tree->slot_count) {
        size_t count = tree->slot_count ? 2 * tree->slot_count : SLOTS_FIRST;
        struct remembered *slots = ARENA_ARRAY(tree->arena, count, struct remembered);
        for (size_t i = 0; i < tree->slot_count; i++)
            if (tree->slots[i].id)
                *slot_of(slots, count, tree->slots[i].id) = tree->slots[i];
        tree->slots = slots;
        tree->slot_count = count;
    }
    slot = slot_of(tree->slots, tree->slot_count, node.id);
    tree->used += !slot->id;
    slot->id = node.id;
    return slot;
}

bool script_remembered(struct script_tree *tree, TSNode object,
                       struct script_properties *ret_properties, bool *ret_whole)
{
    const struct remembered *slot = remember(tree, object);

    *ret_properties = slot->properties;
    *ret_whole = slot->whole;
    return slot->has_properties;
}

void script_remember(struct script_tree *tree, TSNode object,
                     const struct script_properties *properties, bool whole)
{
    struct remembered *slot = remember(tree, object);

    slot->properties = *properties;
    slot->whole = whole;
    slot->has_properties = true;
}

static void collect_children(struct script_tree *tree, TSNode node, struct script_nodes *nodes)
{
    TSTreeCursor cursor = ts_tree_cursor_new(node);

    nodes->capacity = ts_node_named_child_count(node);
    nodes->items = nodes->capacity ? ARENA_ARRAY(tree->arena, nodes->capacity, TSNode) : NULL;
    for (bool more = nodes->capacity && ts_tree_cursor_goto_first_child(&cursor); more;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
        TSNode child = ts_tree_cursor_current_node(&cursor);
        if (ts_node_is_named(child) && !node_is(child, "comment"))
            VEC_PUSH(tree->arena, nodes, child);
    }
    ts_tree_cursor_delete(&cursor);
}

struct script_nodes script_children(struct script_tree *tree, TSNode node)
{
    struct script_nodes nodes = {0};
    struct remembered *slot;

    if (ts_node_is_null(node))
        return nodes;
    slot = remember(tree, node);
    if (!slot->has_children) {
        collect_children(tree, node, &nodes);
        slot->children = nodes;
        slot->has_children = true;
    }
    return slot->children;
}

TSNode script_child(TSNode node, const char *type)
{
    uint32_t count = ts_node_is_null(node) ? 0 : ts_node_named_child_count(node);

    for (uint32_t i = 0; i < count; i++)
        if (node_is(ts_node_named_child(node, i), type))
            return ts_node_named_child(node, i);
    return node_null();
}

TSNode script_first(TSNode node)
{
    uint32_t count = ts_node_is_null(node) ? 0 : ts_node_named_child_count(node);

    for (uint32_t i = 0; i < count; i++)
        if (!node_is(ts_node_named_child(node, i), "comment"))
            return ts_node_named_child(node, i);
    return node_null();
}

TSNode script_last(TSNode node)
{
    for (uint32_t i = ts_node_is_null(node) ? 0 : ts_node_named_child_count(node); i > 0; i--)
        if (!node_is(ts_node_named_child(node, i - 1), "comment"))
            return ts_node_named_child(node, i - 1);
    return node_null();
}

TSNode script_bare(TSNode node)
{
    static const char *const around[] = {"parenthesized_expression", "as_expression",
                                         "satisfies_expression", "non_null_expression"};

    for (bool more = true; more && !ts_node_is_null(node);) {
        more = false;
        for (size_t i = 0; i < COUNT_OF(around) && !more; i++)
            more = node_is(node, around[i]);
        if (more)
            node = script_first(node);
    }
    return node;
}

TSNode script_callee(TSNode call)
{
    return node_is(call, "call_expression") || node_is(call, "new_expression") ? script_first(call)
                                                                               : node_null();
}

TSNode script_argument(struct script_tree *tree, TSNode call, size_t index)
{
    struct script_nodes arguments = script_children(tree, script_child(call, "arguments"));

    return index < arguments.count ? arguments.items[index] : node_null();
}

struct str script_source(const struct script_file *file, TSNode node)
{
    return ts_node_is_null(node)
               ? STR_NONE
               : str_slice(file->source, ts_node_start_byte(node), ts_node_end_byte(node));
}

bool script_is_function(TSNode node)
{
    return node_is(node, "arrow_function") || node_is(node, "function_expression") ||
           node_is(node, "function_declaration") || node_is(node, "method_definition");
}

TSNode script_returned(struct script_tree *tree, TSNode function)
{
    TSNode body = script_last(function);
    struct script_nodes statements;

    if (!script_is_function(function))
        return node_null();
    if (!node_is(body, "statement_block"))
        return node_is(function, "arrow_function") ? script_bare(body) : node_null();
    statements = script_children(tree, body);
    if (statements.count != 1 || !node_is(statements.items[0], "return_statement"))
        return node_null();
    return script_bare(script_first(statements.items[0]));
}

TSNode script_returned_at_end(struct script_tree *tree, TSNode function)
{
    TSNode returned = script_returned(tree, function), body = script_last(function);
    struct script_nodes statements;

    if (!ts_node_is_null(returned) || !script_is_function(function) ||
        !node_is(body, "statement_block"))
        return returned;
    statements = script_children(tree, body);
    for (size_t i = 0; i + 1 < statements.count; i++)
        if (!node_is(statements.items[i], "lexical_declaration"))
            return node_null();
    TSNode last = statements.count ? statements.items[statements.count - 1] : node_null();
    return node_is(last, "return_statement") ? script_bare(script_first(last)) : node_null();
}

struct str script_parameter(struct script_tree *tree, const struct script_file *file,
                            TSNode function, size_t index)
{
    struct script_nodes parameters =
        script_children(tree, script_child(function, "formal_parameters"));
    TSNode name;

    /* `x => …` has its parameter without brackets. */
    if (node_is(function, "arrow_function") &&
        ts_node_is_null(script_child(function, "formal_parameters")))
        name = index == 0 ? script_first(function) : node_null();
    else
        name = index < parameters.count ? script_first(parameters.items[index]) : node_null();
    return node_is(name, "identifier") ? script_source(file, name) : STR_NONE;
}

/* --- Files. --- */

static struct script_file *parse(struct script_tree *tree, struct str path, struct str source)
{
    struct script_file *file = ARENA_NEW(tree->arena, struct script_file);
    struct script_nodes statements;

    file->path = path;
    file->source = source;
    if (source.length > UINT32_MAX)
        return NULL;
    file->tree = parse_text(tree->parser, source);
    if (!file->tree) {
        parse_failed(&tree->failure, path, false);
        return NULL;
    }
    file->root = ts_tree_root_node(file->tree);
    statements = script_children(tree, file->root);
    for (size_t i = 0; i < statements.count; i++)
        script_bind(tree, file, statements.items[i]);
    return file;
}

struct script_file *script_tree_file(struct script_tree *tree, struct str path)
{
    size_t low = 0, high = tree->known.count;
    struct script_file *file = NULL;
    struct str source;

    if (!script_path(path))
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(tree->known.items[middle].path, path);
        if (order == 0)
            return tree->known.items[middle].file;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    path = str_copy(tree->arena, path);
    if (tree->files.read(tree->files.self, path, &source))
        file = parse(tree, path, source);
    VEC_PUSH(tree->arena, &tree->known, (struct known){0});
    memmove(&tree->known.items[low + 1], &tree->known.items[low],
            (tree->known.count - 1 - low) * sizeof tree->known.items[0]);
    tree->known.items[low] = (struct known){.path = path, .file = file};
    return file;
}

void script_keep_tables(struct schema *schema, const struct strs *paths)
{
    size_t kept = 0;

    for (size_t i = 0; i < schema->tables.count; i++) {
        const struct schema_table *table = &schema->tables.items[i];
        if (!script_path(table->place.file) ||
            bsearch(&table->place.file, paths->items, paths->count, sizeof paths->items[0],
                    str_compare_pointers))
            schema->tables.items[kept++] = *table;
    }
    schema->tables.count = kept;
}

void script_say_errors(struct script_tree *tree, const struct strs *paths, struct schema *schema)
{
    for (size_t i = 0; i < paths->count; i++) {
        struct script_file *file = script_tree_file(tree, paths->items[i]);
        TSNode error;
        if (!file || ts_node_is_null(file->root))
            continue;
        error = node_error(file->root);
        if (!ts_node_is_null(error))
            schema_unread_add(tree->arena, schema,
                              (struct schema_place){file->path, node_line(error)},
                              STR("what stands here"), script_source(file, error));
    }
}

TSNode script_static(struct script_tree *tree, const struct script_file *file, TSNode node,
                     struct str name)
{
    struct script_nodes members = script_children(tree, script_child(node, "class_body"));

    for (size_t i = 0; i < members.count; i++) {
        TSNode member = members.items[i], value = script_last(member);
        bool is_static = false;
        if ((!node_is(member, "public_field_definition") && !node_is(member, "field_definition")) ||
            !str_eq(script_source(file, script_child(member, "property_identifier")), name) ||
            node_is(value, "property_identifier") || node_is(value, "type_annotation"))
            continue;
        for (uint32_t j = 0; j < ts_node_child_count(member); j++)
            is_static = is_static || node_is(ts_node_child(member, j), "static");
        if (is_static)
            return value;
    }
    return node_null();
}
