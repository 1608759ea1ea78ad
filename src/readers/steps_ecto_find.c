#include "readers/steps_ecto.h"

#define IMPORTS_MAX 16u

struct str ecto_name_of_head(struct elixir_scope scope, TSNode head)
{
    return node_is(head, "identifier") ? elixir_source(scope.file, head)
                                       : elixir_called(scope.file, head);
}

size_t ecto_arguments_count(struct elixir_scope scope, TSNode call)
{
    size_t count = 0;

    while (!ts_node_is_null(call) && count <= ECTO_PARAMETERS_MAX &&
           !ts_node_is_null(elixir_argument(scope.tree, call, count)))
        count++;
    return count;
}

struct str ecto_called(struct elixir_scope scope, TSNode call, struct str *ret_target)
{
    TSNode target = node_is(call, "call") ? ts_node_named_child(call, 0) : node_null();

    *ret_target = STR_NONE;
    if (!node_is(target, "dot"))
        return node_is(call, "identifier") ? elixir_source(scope.file, call)
                                           : elixir_called(scope.file, call);
    *ret_target = elixir_source(scope.file, elixir_child(target, "alias"));
    return ret_target->length ? elixir_source(scope.file, elixir_child(target, "identifier"))
                              : STR_NONE;
}

/* "add_text(name)" of `defp add_text(name) when is_atom(name) do`; null: another word is defined there. */
static TSNode head_of(struct elixir_scope scope, TSNode definition, struct str word)
{
    TSNode head = node_null();

    if (str_contains(elixir_source(scope.file, definition), word)) /* cheap, and false for most */
        head = elixir_argument(scope.tree, definition, 0);
    if (node_is(head, "binary_operator"))
        head = ts_node_named_child(head, 0);
    return str_starts(elixir_called(scope.file, definition), STR("def")) &&
                   str_eq(ecto_name_of_head(scope, head), word)
               ? head
               : node_null();
}

/* Of several the one that takes as many arguments, else the first: some may have a value of their own. */
static struct ecto_found find_in(struct elixir_scope scope, struct str word, size_t count)
{
    struct elixir_nodes definitions = elixir_children(scope.tree, scope.body);
    struct ecto_found found = {.definition = node_null(), .scope = scope};

    for (size_t i = 0; word.length && i < definitions.count; i++) {
        TSNode head = head_of(scope, definitions.items[i], word);
        if (ts_node_is_null(head))
            continue;
        bool fits = ecto_arguments_count(scope, head) == count;
        if (!fits && !ts_node_is_null(found.definition))
            continue;
        found.definition = definitions.items[i];
        found.head = head;
        if (fits)
            break;
    }
    return found;
}

static bool enter_module(struct elixir_scope scope, struct str name,
                         struct elixir_scope *ret_inside)
{
    struct str module = elixir_alias(scope, name);
    struct elixir_file *file =
        module.length ? elixir_module_file(scope.tree, scope.file->path, module) : NULL;
    struct elixir_nodes modules = {0};

    if (file)
        modules = elixir_children(scope.tree, file->root);
    for (size_t i = 0; i < modules.count; i++) {
        TSNode node = modules.items[i];
        if (!str_eq(elixir_called(file, node), STR("defmodule")) ||
            !str_eq(elixir_source(file, elixir_argument(scope.tree, node, 0)), module))
            continue;
        *ret_inside = (struct elixir_scope){
            .tree = scope.tree, .file = file, .body = elixir_child(node, "do_block")};
        return true;
    }
    return false;
}

struct ecto_found ecto_find(struct elixir_scope scope, struct str target, struct str word,
                            size_t count)
{
    struct elixir_nodes statements = elixir_children(scope.tree, scope.body);
    struct ecto_found found = {.definition = node_null()};
    struct elixir_scope inside;
    size_t imports = 0;

    if (target.length)
        return enter_module(scope, target, &inside) ? find_in(inside, word, count) : found;
    found = find_in(scope, word, count);
    for (size_t i = 0; ts_node_is_null(found.definition) && i < statements.count; i++) {
        struct str called = elixir_called(scope.file, statements.items[i]);
        if (!str_eq(called, STR("import")) && !str_eq(called, STR("use")))
            continue;
        if (imports++ < IMPORTS_MAX &&
            enter_module(
                scope,
                elixir_source(scope.file, elixir_argument(scope.tree, statements.items[i], 0)),
                &inside))
            found = find_in(inside, word, count);
    }
    return found;
}
