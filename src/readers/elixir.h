/* elixir.h -- Elixir source as calls with arguments: modules, their attributes, constants.
 *
 * In:    files by their path from the root, read on demand; nothing is compiled or run.
 * Out:   nodes and the texts of atoms, strings, numbers; keyword lists by key.
 * Fails: never; what is no constant is empty.
 * Source: Elixir 1.14 syntax reference; tree-sitter-elixir 0.3.5.
 */
#ifndef HOOKCHECK_READERS_ELIXIR_H
#define HOOKCHECK_READERS_ELIXIR_H

#include "readers/python_tree.h" /* source_files, nodes */

VEC_DEFINE(elixir_nodes, TSNode);

struct elixir_file {
    struct str path, source;
    TSTree *tree;
    TSNode root;
};

struct elixir_tree;
struct elixir_tree *elixir_tree_new(struct arena *arena, const struct source_files *files);
void elixir_tree_release(struct elixir_tree **tree);
#define ELIXIR_TREE(name, arena, files)                                                            \
    CLEANUP_WITH(elixir_tree_release) struct elixir_tree *name = elixir_tree_new(arena, files)
/* Fails when a file that was asked for is there and could not be parsed: then nothing that was read is an answer. */
MUST_CHECK bool elixir_tree_is_whole(const struct elixir_tree *tree, struct err *e);
struct arena *elixir_tree_arena(const struct elixir_tree *tree);
const struct source_files *elixir_tree_files(const struct elixir_tree *tree);
/* NULL when there is no such file. */
struct elixir_file *elixir_tree_file(struct elixir_tree *tree, struct str path);
/* The file that holds Shop.Accounts.User by convention: shop/accounts/user.ex below the lib folder of `from`, else that of the module around it,
 * shop/accounts.ex. NULL: none. */
struct elixir_file *elixir_module_file(struct elixir_tree *tree, struct str from,
                                       struct str module);

/* Modules stand where people like: those that were added, whatever their file is called. NULL: none of that name. */
void elixir_module_add(struct elixir_tree *tree, struct str name, struct elixir_file *file);
struct elixir_file *elixir_module_elsewhere(struct elixir_tree *tree, struct str name);

/* A variable of a comprehension in one of its rounds, or a macro's parameter in one call. */
struct elixir_bound {
    struct str name, text;
    const struct elixir_bound *outer;
};

/* A body of a module: where attributes are looked up. */
struct elixir_scope {
    struct elixir_tree *tree;
    struct elixir_file *file;
    TSNode body; /* do_block of the module */
    const struct elixir_bound *bound;
    struct str
        gap; /* stands in strings for what is computed; empty: such strings are no constants */
};

/* Named children without comments. */
struct elixir_nodes elixir_children(struct elixir_tree *tree, TSNode node);
struct str elixir_source(const struct elixir_file *file, TSNode node);
TSNode elixir_child(TSNode node, const char *type);
/* The word that is called: "field"; empty when the node is no such call. */
struct str elixir_called(const struct elixir_file *file, TSNode node);
/* The N-th argument that is no keyword list; null when absent. */
TSNode elixir_argument(struct elixir_tree *tree, TSNode call, size_t index);
/* A keyword among the arguments, or in a keyword list; null when absent. */
TSNode elixir_keyword(struct elixir_scope scope, TSNode holder, const char *name);
/* The statements between do and end, or behind `do:`. */
struct elixir_nodes elixir_body(struct elixir_scope scope, TSNode call);
/* `alias Shop.MigrationHelpers, as: H`, `alias Shop.MigrationHelpers`: what "H" or "MigrationHelpers" stands for; else the name itself. */
struct str elixir_alias(struct elixir_scope scope, struct str name);
/* The value of @name, the last one before `before` (null: in the whole body); null when there is none. */
TSNode elixir_attribute(struct elixir_scope scope, const char *name, TSNode before);
/* Text of :atom, "string", 1, true, Module.Name, @attribute; empty: no constant. */
struct str elixir_text(struct elixir_scope scope, TSNode node);
/* The texts of a list, of ~w(…), of a keyword list's keys. False: something in it is no constant. */
bool elixir_texts(struct elixir_scope scope, TSNode node, struct strs *ret_texts);

#endif
