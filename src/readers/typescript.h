/* typescript.h -- TypeScript and JavaScript files that refer to each other: which thing does a name stand for, which constant is an
 * expression?
 *
 * In:    files by their path from the root (.ts, .mts, .cts, .js, .mjs, .cjs), read on demand; nothing is imported or run.
 * Out:   classes, functions, enums and values of the tree, with the file they stand in; things of foreign packages by module and name
 *        ("typeorm:Entity", "drizzle-orm/pg-core:pgTable").
 * Fails: never. What cannot be followed is SCRIPT_UNKNOWN, or a constant that is not there.
 * Source: ECMAScript 2024, modules; TypeScript handbook, "Module resolution"; tree-sitter-typescript 0.23.2.
 *
 * Only what stands at the top of a file is known by name. Children are found by their kind rather than by field where the grammar has
 * alternatives: runtimes before 0.22 mix up the fields of those.
 */
#ifndef HOOKCHECK_READERS_TYPESCRIPT_H
#define HOOKCHECK_READERS_TYPESCRIPT_H

#include "readers/python_tree.h" /* source_files, nodes */

#define SCRIPT_NESTING_MAX 48u
#define SCRIPT_STEPS_MAX 20000000u /* 500 model files take some hundred thousand */

VEC_DEFINE(script_nodes, TSNode);

struct script_binding {
    struct str name;
    TSNode node;       /* declaration, or value; null for imports */
    struct str module; /* imports and re-exports: "./user" */
    struct str member; /* of it: "User", "default"; "*": the module itself */
    bool exported;
};
VEC_DEFINE(script_bindings, struct script_binding);

struct script_file {
    struct str path, source;
    TSTree *tree;
    TSNode root;
    struct script_bindings bindings; /* names inside the file */
    struct script_bindings
        exports; /* names that others see, where they differ: export { a as b }, export … from */
    struct strs stars; /* export * from */
    bool exports_all;  /* CommonJS: module.exports, exports.x */
};

enum script_thing_kind {
    SCRIPT_UNKNOWN = 0,
    SCRIPT_FOREIGN,     /* dotted */
    SCRIPT_DECLARATION, /* class, function, enum, type alias, interface: node */
    SCRIPT_VALUE,       /* node: an expression that is no name */
    SCRIPT_MODULE,      /* file */
};
struct script_thing {
    enum script_thing_kind kind;
    struct script_file *file;
    TSNode node;
    struct str dotted; /* "module:name", "module:name.member" */
};

/* Where an expression stands. A parameter of the function around it may stand for a foreign module's namespace or for a text; with a
 * namespace and no parameter, names that the file does not know are that module's ({ text, serial }) => …. */
struct script_scope {
    struct script_file *file;
    struct str parameter;
    struct str namespace; /* "drizzle-orm/pg-core"; empty: the parameter is not a namespace */
    struct str text;      /* the parameter's value, when known */
    const struct script_call
        *call; /* the call by which the function around is entered; NULL: not known */
};

/* A call of a function of the tree, and where it stands. */
struct script_call {
    struct script_file *file; /* of the function */
    TSNode function, node;
    struct script_scope scope; /* of the call */
    size_t before;             /* arguments of the call that are not the function's */
};

struct script_tree;
struct script_tree *script_tree_new(struct arena *arena, const struct source_files *files);
void script_tree_release(struct script_tree **tree);
#define SCRIPT_TREE(name, arena, files)                                                            \
    CLEANUP_WITH(script_tree_release) struct script_tree *name = script_tree_new(arena, files)
/* Fails when a file that was asked for is there and could not be parsed: then nothing that was read is an answer. */
MUST_CHECK bool script_tree_is_whole(const struct script_tree *tree, struct err *e);
struct arena *script_tree_arena(const struct script_tree *tree);
bool script_path(struct str path);
const struct source_files *script_tree_files(const struct script_tree *tree);
/* Any file's bytes. */
bool script_tree_text(struct script_tree *tree, struct str path, struct str *ret_text);
/* typescript_paths.c: where a module may lie that is named as a tsconfig.json says. */
struct script_paths;
struct script_paths **script_tree_paths(struct script_tree *tree);
/* A file for "dir/name": with an ending, or the index of a folder; "x.js" in TypeScript means x.ts. NULL: none. */
struct script_file *script_file_for(struct script_tree *tree, struct str base);
/* "a/b/../c/./d" without the dots. */
struct str script_without_dots(struct arena *arena, struct str path);
/* typescript_packages.c: modules of the workspace by the names they are imported by, found or not: kept, for every import of a foreign one asks. */
struct script_package {
    struct str module;
    struct script_file *file; /* NULL: none of the workspace's */
};
struct script_package_folder {
    struct str name, path, main; /* main: empty where package.json names none */
};
struct script_workspace {
    VEC(struct script_package) packages;
    VEC(struct script_package_folder) folders;
    const struct strs *lists[2]; /* files that may be modules, for their folders; NULL: not known */
    bool read;                   /* `folders` */
};
struct script_workspace *script_tree_workspace(struct script_tree *tree);
/* NULL: nothing of the workspace. */
struct script_file *script_package_file(struct script_tree *tree, struct str module);
void script_mapped_paths(struct script_tree *tree, struct str from, struct str module,
                         struct strs *ret_paths);
/* NULL when there is no such file. */
struct script_file *script_tree_file(struct script_tree *tree, struct str path);

struct script_thing script_resolve(struct script_tree *tree, struct script_scope scope,
                                   TSNode expression);
/* "typeorm:Entity"; empty when it is nothing foreign. */
struct str script_foreign(struct script_tree *tree, struct script_scope scope, TSNode expression);

enum script_constant_kind {
    SCRIPT_NOT = 0, /* no constant */
    SCRIPT_NOTHING, /* null, undefined */
    SCRIPT_TRUE,
    SCRIPT_FALSE,
    SCRIPT_NUMBER, /* text */
    SCRIPT_STRING, /* text */
};
struct script_constant {
    enum script_constant_kind kind;
    struct str text;
};
struct script_constant script_constant(struct script_tree *tree, struct script_scope scope,
                                       TSNode expression);
/* A string constant's text; empty when it is none. */
struct str script_text(struct script_tree *tree, struct script_scope scope, TSNode expression);

/* A piece of a string or a template, an escape as what it means. */
struct str script_piece(struct script_tree *tree, const struct script_file *file, TSNode piece);

/* The values of an enum, in its order: as many names as values. False when one is computed. */
bool script_enum(struct script_tree *tree, struct script_file *file, TSNode declaration,
                 struct strs *ret_names, struct strs *ret_values);
/* typescript_texts.c: the texts of an array of constants, of an enum or of an object's values; false when one cannot be read. */
bool script_texts(struct script_tree *tree, struct script_scope scope, TSNode expression,
                  struct strs *ret_texts);

/* What JSON.stringify makes of a literal. */
bool script_json(struct script_tree *tree, struct script_scope scope, TSNode expression,
                 struct str *ret_text);

/* One property of an object, those of spread objects in their place. */
struct script_property {
    struct str name;
    TSNode value;
    struct script_scope scope; /* of the value */
    size_t line;
};
VEC_DEFINE(script_properties, struct script_property);
/* All properties of an object; the last word per name. False when a spread could not be followed, or a key is computed. */
bool script_properties(struct script_tree *tree, struct script_scope scope, TSNode object,
                       struct script_properties *ret_properties);
/* typescript_spread.c: the object that `...x` spreads, as far as conditions are known; null: none. */
TSNode script_spread(struct script_tree *tree, struct script_scope scope, TSNode element);
/* The value of one property of an object literal (constants are followed); null when absent. */
TSNode script_property(struct script_tree *tree, struct script_scope scope, TSNode object,
                       const char *name, struct script_scope *ret_scope);
/* A length, precision, scale or number of dimensions that is there and cannot be read: not one that is left out. */
bool script_has_unread_size(struct script_tree *tree, struct script_scope scope, TSNode options);

/* typescript_body.c: what the call gives that the scope is of; functions with conditions and constants of their own too. */
struct script_constant script_value_of_call(struct script_tree *tree, struct script_scope scope);
/* `a ? b : c`, where a is known. */
struct script_constant script_chosen(struct script_tree *tree, struct script_scope scope,
                                     TSNode conditional);
/* The value of a constant in the body of the function that the scope's call enters; null: there is none of that name. */
TSNode script_local(struct script_tree *tree, struct script_scope scope, struct str name);
/* typescript_given.c: where the body of a function stands as this call enters it. */
struct script_scope script_scope_of_call(struct script_tree *tree, struct script_scope scope,
                                         TSNode node, struct script_thing function);
/* What a name stands for that is a parameter of the function around; a null value: the call gives nothing there. False: it is none. */
bool script_given(struct script_tree *tree, struct script_scope scope, struct str name,
                  TSNode *ret_value, struct script_scope *ret_scope);
/* The values of `...name`: what the call gives behind its other arguments, or an array that it gives. */
bool script_given_rest(struct script_tree *tree, struct script_scope scope, struct str name,
                       struct script_nodes *ret_values, struct script_scope *ret_scope);

/* `options.size` where the call around gives no options, or options without it. */
bool script_is_not_given(struct script_tree *tree, struct script_scope scope, TSNode member);

/* Bounds of what is followed, in depth and in all: false when they are reached (and nothing to leave). */
bool script_enter(struct script_tree *tree);
void script_leave(struct script_tree *tree);

/* Properties of an object that stood in no function with a parameter: kept, for they are asked for again. */
bool script_remembered(struct script_tree *tree, TSNode object,
                       struct script_properties *ret_properties, bool *ret_whole);
void script_remember(struct script_tree *tree, TSNode object,
                     const struct script_properties *properties, bool whole);

/* typescript_whole.c: an expression that cannot be read, with the functions, enums and constants that it names: what is compared of it. */
struct str script_whole(struct script_tree *tree, struct script_scope scope, TSNode expression);

struct schema;
/* Tables that only references brought, of files that are not among the (sorted) paths, go again: a new reference is no new
 * table. */
void script_keep_tables(struct schema *schema, const struct strs *paths);
/* Files in which something is not understood. */
void script_say_errors(struct script_tree *tree, const struct strs *paths, struct schema *schema);

/* typescript_bind.c: the names that a statement at the top of a file binds, imports or exports. */
void script_bind(struct script_tree *tree, struct script_file *file, TSNode statement);

/* --- Nodes. --- */
/* Named children without comments. */
struct script_nodes script_children(struct script_tree *tree, TSNode node);
TSNode script_child(TSNode node, const char *type); /* the first of a kind; null: none */
/* The first and the last named child that is no comment; null: none. */
TSNode script_first(TSNode node);
TSNode script_last(TSNode node);
/* Without parentheses, `as T`, `satisfies T`, `!`. */
TSNode script_bare(TSNode node);
/* Of a call or `new`: what is called, and the N-th argument; null when absent. */
TSNode script_callee(TSNode call);
TSNode script_argument(struct script_tree *tree, TSNode call, size_t index);
struct str script_source(const struct script_file *file, TSNode node);
/* What a function without statements but a `return` gives; null else. */
TSNode script_returned(struct script_tree *tree, TSNode function);
/* The same where constants are declared before, which script_local finds. */
TSNode script_returned_at_end(struct script_tree *tree, TSNode function);
/* The name of a function's N-th parameter; empty: none, or a pattern. */
struct str script_parameter(struct script_tree *tree, const struct script_file *file,
                            TSNode function, size_t index);
bool script_is_function(TSNode node);
/* The value of a class's `static readonly NAME = …`; null: there is none. */
TSNode script_static(struct script_tree *tree, const struct script_file *file, TSNode node,
                     struct str name);

#endif
