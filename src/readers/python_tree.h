/* python_tree.h -- Python files that refer to each other: which thing does a name stand for, and which constant is an expression?
 *
 * In:    files by their path from the root, read on demand; nothing is imported or run.
 * Out:   classes, functions and values of the tree, with the file they stand in; things of foreign packages by their dotted name
 *        ("sqlalchemy.orm.mapped_column"; an instance of a foreign class is "flask_sqlalchemy.SQLAlchemy()").
 * Fails: limits only. What cannot be followed is THING_UNKNOWN, or a constant that is not there.
 * Source: Python reference, "The import system", "Naming and binding"; tree-sitter-python 0.23.6.
 *
 * A name bound several times in a file means the last binding, but one under `except` or `else` only counts where there is no other; of `if
 * TYPE_CHECKING:` it is the other way round.
 */
#ifndef HOOKCHECK_READERS_PYTHON_TREE_H
#define HOOKCHECK_READERS_PYTHON_TREE_H

#include <string.h>
#include <tree_sitter/api.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "readers/parse.h"

#define PYTHON_FOLLOW_MAX 24u

/* Where files come from. False when there is none of that path. */
struct source_files {
    void *self;
    bool (*read)(void *self, struct str path, struct str *ret_bytes);
    /* The tree of what was read, where it was parsed before; the caller's from then on. NULL: none was. */
    TSTree *(*parsed)(void *self, struct str path);
};

enum python_binding_kind { BINDING_VALUE = 0, BINDING_CLASS, BINDING_FUNCTION, BINDING_IMPORT };

struct python_binding {
    struct str name;
    enum python_binding_kind kind;
    TSNode node;       /* class_definition, function_definition, or the value */
    TSNode annotation; /* of an annotated assignment; else null */
    TSNode decorated;  /* decorated_definition around it; else null */
    struct str module; /* imports: "app.models", "..base" */
    struct str member; /* `from module import member`; empty: the module itself */
    bool fallback;     /* stands under `except` or `else` */
};
VEC_DEFINE(python_bindings, struct python_binding);

struct python_thing;
struct python_body { /* bindings of a class body, kept: every lookup asks for them */
    const void *id;
    struct python_bindings bindings;
};

/* One of a call's, comments left out. */
struct python_argument {
    TSNode node;        /* keywords: the value */
    struct str keyword; /* empty: positional, or a splat */
    bool list_splat, dictionary_splat;
};
struct
    python_arguments { /* of the call that was asked for last: a dozen keywords are looked up in each */
    const struct python_file *file;
    const void *id;
    bool has_splat;
    VEC(struct python_argument) items;
};

struct python_file {
    struct python_tree *of;
    struct str path, source;
    TSTree *tree;
    TSNode root;
    bool present, bound;
    bool pinned; /* another file may hold its nodes */
    struct python_bindings bindings;
    struct strs stars; /* `from X import *` */
    VEC(struct python_body) bodies;
    struct python_thing *things; /* what each binding of the module stands for, once followed */
};

struct python_tree;
struct python_tree *python_tree_new(struct arena *arena, const struct source_files *files);
void python_tree_release(struct python_tree **tree);
#define PYTHON_TREE(name, arena, files)                                                            \
    CLEANUP_WITH(python_tree_release) struct python_tree *name = python_tree_new(arena, files)
/* Parses files that another thread reads. */
void python_parse_ahead(struct parse_ahead *ahead);
struct arena *python_tree_arena(const struct python_tree *tree);
const struct source_files *python_tree_files(const struct python_tree *tree);
/* Those of the call that was asked for last (python_nodes.c). */
struct python_arguments *python_tree_arguments(struct python_tree *tree);

/* All Python files there are: packages are then found that lie in no directory above the file that imports them. */
void python_tree_expect(struct python_tree *tree, const struct strs *paths);

/* NULL when there is no such file. */
struct python_file *python_tree_file(struct python_tree *tree, struct str path);
/* A text of our own that is read as a file of the tree, for as long as the tree; its path is empty: it stands nowhere. */
struct python_file *python_tree_text(struct python_tree *tree, size_t number, struct str text);
/* The same for who goes through many files one by one: python_tree_drop() may follow. */
struct python_file *python_tree_visit(struct python_tree *tree, struct str path);
/* Gives back what was parsed of a visited file, unless the rest of the tree led to it: most of the memory, and of the time, goes into nodes. Those are gone;
 * when the file is asked for again it is parsed again. */
void python_tree_drop(struct python_file *file);
/* Fails when a file that was asked for is there and could not be parsed: then nothing that was read is an answer. */
MUST_CHECK bool python_tree_is_whole(const struct python_tree *tree, struct err *e);
/* Does a file that was asked for so far hold this word? */
bool python_tree_mentions(const struct python_tree *tree, struct str word);

enum python_thing_kind {
    THING_UNKNOWN = 0,
    THING_FOREIGN, /* dotted */
    THING_CLASS,   /* file, node: class_definition */
    THING_FUNCTION,
    THING_MODULE, /* file; or dotted for a package without a file */
    THING_VALUE,  /* file, node: an expression that is neither a name nor an attribute */
};
struct python_thing {
    enum python_thing_kind kind;
    struct python_file *file;
    TSNode node;
    TSNode
        scope; /* THING_VALUE: the class body, or that of a function, it was found in; else null */
    const struct python_bound *bound; /* THING_VALUE: what names mean there */
    struct str dotted;
};

struct python_import {            /* what a module's name means in the files of a directory */
    struct str directory, module; /* empty: not asked yet */
    struct python_thing thing;
};

/* Where it is kept, if it is. */
struct python_import *python_tree_module(struct python_tree *tree, struct str directory,
                                         struct str module);

/* What a name means in one round of a loop, or in one call of a function. */
struct python_bound {
    struct str name, text;
    const struct python_bound *outer;
    TSNode node; /* the expression that the call gives; null: the text counts */
    const struct python_scope *scope; /* where that stands */
    /* `*name`, `**name`: the function; node is the call (null: an instance without one), whose other arguments it takes, the positional ones
     * from here on. */
    TSNode rest;
    size_t rest_from;
};

/* Where an expression stands: names are looked up in the class body first. */
struct python_scope {
    struct python_file *file;
    TSNode body;           /* of a class or a function; null: the module */
    struct str class_name; /* what `cls.__name__` is; empty: not in a method of a class */
    const struct python_bound *bound; /* what loops and calls around it bind; NULL: nothing */
    struct str table_name;            /* what `cls.__tablename__` is; empty: not known */
    const struct python_thing *class; /* what `cls` is; NULL: not in a method of a class */
};

struct python_thing python_resolve(struct python_tree *tree, struct python_scope scope,
                                   TSNode expression);
/* The dotted name that is meant by one that nothing binds; empty: nobody knows. `has_members`: `name.x` is written. */
struct str python_known_name(struct arena *arena, struct str name, bool has_members);
/* What a class, or the first of its bases that says so, binds to a name. */
struct python_thing python_resolve_member(struct python_tree *tree,
                                          const struct python_thing *class, struct str name);
/* The same of a name. */
struct python_thing python_resolve_name(struct python_tree *tree, struct python_scope scope,
                                        struct str name);
/* The file of a module as `from` names it in an import; NULL: it is not in the tree. */
struct python_file *python_module_file(struct python_tree *tree, struct python_file *from,
                                       struct str module);
/* The dotted name of a foreign thing; empty when it is none. */
struct str python_foreign(struct python_tree *tree, struct python_scope scope, TSNode expression);
/* The words of an expression, without comments and spaces, and those of the functions, classes and values of the tree that it
 * names: where it cannot be read, two that are the same here mean the same. Limits: 64 KiB, 32 definitions. */
struct str python_whole(struct python_tree *tree, struct python_scope scope, TSNode expression);
const struct python_binding *python_binding_in(struct python_tree *tree, struct python_file *file,
                                               TSNode body, struct str name);
/* The bindings of a class body, in their order. */
void python_body_bindings(struct python_tree *tree, struct python_file *file, TSNode body,
                          struct python_bindings *ret_bindings);

#define PYTHON_BASES_MAX 24u
struct python_bases {
    TSNode items[PYTHON_BASES_MAX];
    size_t count;
};
/* The bases that a class is written with, Owned of Owned[User], also those in six.with_metaclass(Meta, Base). */
void python_class_bases(const struct python_file *file, TSNode node,
                        struct python_bases *ret_bases);

enum python_constant_kind {
    CONSTANT_NOT = 0,
    CONSTANT_NONE,
    CONSTANT_TRUE,
    CONSTANT_FALSE,
    CONSTANT_NUMBER, /* text */
    CONSTANT_STRING, /* text */
};
struct python_constant {
    enum python_constant_kind kind;
    struct str text;
};
struct python_constant python_constant(struct python_tree *tree, struct python_scope scope,
                                       TSNode expression);
/* Is a condition true? `name`, `not name`, `name is None`, `name is not None`. False: it cannot be told. */
MUST_CHECK bool python_condition(struct python_tree *tree, struct python_scope scope,
                                 TSNode expression, bool *ret_true);

/* re.sub (python_substitute.c). False: Python and this one might differ. */
bool python_substitute(struct arena *arena, struct str pattern, struct str by, struct str text,
                       struct str *ret_text);
bool python_snake_case(struct arena *arena, struct str name, struct str *ret_text);

/* --- Calls of functions of the tree (python_call.c). --- */

/* Where the body of a function stands as one call enters it: its parameters mean what the call gives. False when that is not told,
 * or when the body does more than import, assign and return. */
bool python_call_enter(struct python_tree *tree, struct python_scope scope, TSNode call,
                       struct python_thing function, struct python_scope *ret_inside);
/* What an expression is; of a call of a function of the tree what that returns: module_metadata("billing"), owned_by("users"). A class of its body
 * has in .bound what the parameters mean. */
struct python_thing python_made(struct python_tree *tree, struct python_scope scope,
                                TSNode expression);
/* Is it the call of a function of the tree, still? */
bool python_is_made(struct python_tree *tree, struct python_thing thing);
/* What such a function returns; null: nothing. */
TSNode python_call_returned(struct python_thing function);
/* The call of the base's __init__ that the __init__ of a class makes, and where it stands when this call (null: none, every parameter is what it
 * is by default) makes the instance. Null: it does more, or that cannot be told. */
TSNode python_init_passes(struct python_tree *tree, struct python_scope scope, TSNode call,
                          struct python_thing init, struct python_scope *ret_inside);
/* What the __init__ of a class sets when this call (null: as above) makes the instance, as "self.size". NULL: nothing, or that cannot be told. */
const struct python_bound *python_init_sets(struct python_tree *tree, struct python_scope scope,
                                            TSNode call, struct python_thing init);
/* A keyword of a call, also one that comes through `**rest` of the function around it or out of `**COMMON`, a dictionary that is
 * written out; null: absent. */
TSNode python_call_keyword(struct python_tree *tree, struct python_scope scope, TSNode call,
                           const char *name, struct python_scope *ret_scope);
/* What a dictionary, whatever names it or joins its parts, has under a key, or what `x.update(…)` puts there; null: nothing, or that cannot be
 * told. */
TSNode python_dictionary_value(struct python_tree *tree, struct python_scope scope,
                               TSNode expression, const char *key, struct python_scope *ret_scope);
/* The arguments that `*x` or `**x` passes on from the call of the function around it; NULL: it is something else. */
const struct python_bound *python_rest_of(struct python_scope scope, TSNode splat);
/* The N-th positional argument, the same way through `*rest`; null: there are fewer. */
TSNode python_call_positional(struct python_scope scope, TSNode call, size_t index,
                              struct python_scope *ret_scope);
/* `*x` or `**x` among the arguments that is neither. */
bool python_call_has_splat(struct python_tree *tree, struct python_scope scope, TSNode call);

/* --- Nodes. --- */
static inline bool node_is(TSNode node, const char *type)
{
    return !ts_node_is_null(node) && strcmp(ts_node_type(node), type) == 0;
}
/* `name`: a literal, known by its address. */
TSNode node_field(TSNode node, const char *name);
VEC_DEFINE(python_nodes, TSNode);
/* The named children, of a node that may have many: ts_node_named_child() looks for each from the first one on. */
struct python_nodes node_children(struct arena *arena, TSNode node);
/* Empty where there is no node: source text may leave out what its library demands. */
static inline struct str node_source(const struct python_file *file, TSNode node)
{
    return ts_node_is_null(node)
               ? STR_NONE
               : str_slice(file->source, ts_node_start_byte(node), ts_node_end_byte(node));
}
static inline size_t node_line(TSNode node)
{
    return (size_t)ts_node_start_point(node).row + 1;
}
static inline TSNode node_null(void)
{
    return (TSNode){.id = NULL};
}
/* The first part below that the grammar does not understand; null: none. */
static inline TSNode node_error(TSNode node)
{
    while (!ts_node_is_null(node) && ts_node_has_error(node) && !node_is(node, "ERROR")) {
        TSNode child = node_null();
        for (uint32_t i = 0; i < ts_node_child_count(node) && ts_node_is_null(child); i++)
            if (ts_node_has_error(ts_node_child(node, i)))
                child = ts_node_child(node, i);
        if (ts_node_is_null(child))
            return node; /* something is missing in it */
        node = child;
    }
    return node_is(node, "ERROR") ? node : node_null();
}
/* Without the parentheses around it. */
TSNode node_bare(TSNode node);
/* What `*x` in a list spreads; null: the item is none. */
TSNode node_spread(TSNode item);
/* What a call gives; valid until another call is asked for. */
const struct python_arguments *call_arguments(struct python_file *file, TSNode call);
/* The value of a keyword argument, or the N-th positional one (SIZE_MAX: none); null when absent. */
TSNode call_keyword(struct python_file *file, TSNode call, const char *name);
TSNode call_positional(TSNode call, size_t index);
size_t call_positional_count(TSNode call);
/* Adds all of them. */
void call_positionals(struct arena *arena, TSNode call, struct python_nodes *nodes);
/* `**something` or `*something` among the arguments. */
bool call_has_splat(TSNode call);
/* The last part of a dotted name: "Column". */
struct str dotted_last(struct str dotted);
struct str dotted_first(struct str dotted);

#endif
