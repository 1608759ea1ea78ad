/* ecto_macro.c -- what a macro of the project's puts in the place of its call. */
#include "readers/ecto_type.h"

struct macro_search {
    struct str module, word;
    struct elixir_scope scope;
    TSNode definition; /* null: not found */
};

static struct str head_word(struct elixir_scope scope, TSNode definition)
{
    TSNode head = elixir_argument(scope.tree, definition, 0);

    return node_is(head, "identifier") ? elixir_source(scope.file, head)
                                       : elixir_called(scope.file, head);
}

static void find_macro(void *self, struct elixir_scope scope, struct str name)
{
    struct macro_search *search = self;
    struct elixir_nodes statements = elixir_children(scope.tree, scope.body);

    if (!str_eq(name, search->module))
        return;
    for (size_t i = 0; i < statements.count; i++) {
        if (!str_eq(elixir_called(scope.file, statements.items[i]), STR("defmacro")) ||
            !str_eq(head_word(scope, statements.items[i]), search->word))
            continue;
        search->definition = statements.items[i];
        search->scope = scope;
    }
}

static struct elixir_file *file_of(struct elixir_scope scope, struct str module)
{
    struct elixir_file *elsewhere = elixir_module_elsewhere(scope.tree, module);

    return elsewhere ? elsewhere : elixir_module_file(scope.tree, scope.file->path, module);
}

static bool find_in(struct elixir_scope scope, struct macro_search *search, struct str module)
{
    struct elixir_file *file = str_starts(module, STR("Ecto.")) ? NULL : file_of(scope, module);

    search->module = module;
    if (file)
        ecto_each_module(scope.tree, file, file->root, STR_NONE, 0, find_macro, search);
    return !ts_node_is_null(search->definition);
}

static bool find_imported(struct elixir_scope scope, struct macro_search *search, TSNode node,
                          unsigned depth);

/* What `use` brings: the module's own macros, and those that the `quote` of its __using__ imports. */
static bool find_used(struct elixir_scope scope, struct macro_search *search, struct str module,
                      unsigned depth)
{
    struct elixir_file *file;

    if (find_in(scope, search, module))
        return true;
    file = str_starts(module, STR("Ecto.")) ? NULL : file_of(scope, module);
    if (!file)
        return false;
    struct elixir_scope there = {.tree = scope.tree, .file = file, .body = file->root};
    return find_imported(there, search, file->root, depth + 1);
}

static bool find_imported(struct elixir_scope scope, struct macro_search *search, TSNode node,
                          unsigned depth)
{
    struct elixir_nodes statements = elixir_children(scope.tree, node);

    for (size_t i = 0; i < statements.count && depth < ECTO_NESTING_MAX; i++) {
        TSNode statement = statements.items[i];
        struct str word = elixir_called(scope.file, statement);
        bool uses = str_eq(word, STR("use"));
        if (uses || str_eq(word, STR("import"))) {
            struct str module = ecto_full_module(
                scope, elixir_source(scope.file, elixir_argument(scope.tree, statement, 0)));
            if (uses ? find_used(scope, search, module, depth) : find_in(scope, search, module))
                return true;
        } else if (!ts_node_eq(node, scope.body) || ts_node_eq(node, scope.file->root)) {
            /* a file that is used: what lies in the `quote` of its definitions */
            if ((node_is(statement, "call") || node_is(statement, "do_block")) &&
                find_imported(scope, search, statement, depth + 1))
                return true;
        }
    }
    return false;
}

/* The one `quote` that the macro gives. */
static TSNode quote_of(struct elixir_scope scope, TSNode definition)
{
    struct elixir_nodes body = elixir_body(scope, definition);

    return body.count && str_eq(elixir_called(scope.file, body.items[body.count - 1]), STR("quote"))
               ? body.items[body.count - 1]
               : node_null();
}

/* name, name \\\\ :default */
static struct elixir_scope bind(struct elixir_scope inside, TSNode definition,
                                struct elixir_scope outside, TSNode call)
{
    struct arena *arena = elixir_tree_arena(inside.tree);
    struct elixir_nodes parameters = elixir_children(
        inside.tree, elixir_child(elixir_argument(inside.tree, definition, 0), "arguments"));

    for (size_t i = 0; i < parameters.count; i++) {
        TSNode name = parameters.items[i], given = elixir_argument(outside.tree, call, i);
        struct str text = elixir_text(outside, given);
        if (node_is(name, "binary_operator")) {
            struct elixir_nodes sides = elixir_children(inside.tree, name);
            if (ts_node_is_null(given) && sides.count == 2)
                text = elixir_text(inside, sides.items[1]);
            name = sides.items[0];
        }
        if (!node_is(name, "identifier") || !text.length)
            continue;
        struct elixir_bound *bound = ARENA_NEW(arena, struct elixir_bound);
        *bound = (struct elixir_bound){elixir_source(inside.file, name), text, inside.bound};
        inside.bound = bound;
    }
    return inside;
}

bool ecto_macro(struct elixir_scope scope, TSNode call, struct ecto_expansion *ret_expansion)
{
    struct macro_search search = {.word = node_is(call, "identifier")
                                              ? elixir_source(scope.file, call)
                                              : elixir_called(scope.file, call),
                                  .definition = node_null()};
    TSNode dot = elixir_child(call, "dot");

    if (!ts_node_is_null(dot)) { /* Shop.Fields.money() */
        search.word = elixir_source(scope.file, elixir_child(dot, "identifier"));
        struct str module = elixir_source(scope.file, elixir_child(dot, "alias"));
        (void)(module.length && find_in(scope, &search, ecto_full_module(scope, module)));
    } else if (search.word.length) {
        find_macro(&search, scope, search.module); /* of the module itself */
        (void)(ts_node_is_null(search.definition) && find_imported(scope, &search, scope.body, 0));
    }
    if (ts_node_is_null(search.definition))
        return false;
    ret_expansion->quote = quote_of(search.scope, search.definition);
    ret_expansion->scope = bind(search.scope, search.definition, scope, call);
    ret_expansion->statements = elixir_body(search.scope, ret_expansion->quote);
    return !ts_node_is_null(ret_expansion->quote);
}
