/* ruby_tree.h -- calls and literals of a Ruby file, without running it (inside readers only).
 *
 * In:     one file; names bound to literals (constants of the file, the block parameter of a loop over literals).
 * Out:    calls with their arguments; strings, symbols, numbers, true, false, nil and lists of them as values.
 * Fails:  never; what is computed has the kind RUBY_UNKNOWN.
 * Source: Ruby 3.3 syntax; tree-sitter-ruby 0.23.1.
 */
#ifndef HOOKCHECK_READERS_RUBY_TREE_H
#define HOOKCHECK_READERS_RUBY_TREE_H

#include <tree_sitter/api.h>

#include "base/arena.h"
#include "base/vec.h"

#define RUBY_DEPTH_MAX 64u

enum ruby_kind {
    RUBY_UNKNOWN = 0,
    RUBY_NIL,
    RUBY_TRUE,
    RUBY_FALSE,
    RUBY_NUMBER,
    RUBY_STRING,
    RUBY_SYMBOL,
    RUBY_LIST,
    RUBY_HASH,   /* `node` has the pairs */
    RUBY_LAMBDA, /* text: the string that it gives */
};

struct ruby_value {
    enum ruby_kind kind;
    struct str text;
    VEC(struct ruby_value) items;
    TSNode node;
};

struct ruby_bound {
    struct str name;
    struct ruby_value value;
};

struct ruby_file {
    struct arena *arena;
    struct str source;
    TSTree *tree;
    TSNode root;
    VEC(struct ruby_bound) bound;
    struct str gap; /* stands in texts for what is computed; empty: such texts are none */
    TSNode sent;    /* send(:add_column, …): its first argument is the method; null: none */
};

struct ruby_file *ruby_file_parse(struct arena *arena, struct str source);
void ruby_file_release(struct ruby_file **file);

bool ruby_is(TSNode node, const char *type);
TSNode ruby_field(TSNode node, const char *name);
struct str ruby_source(const struct ruby_file *file, TSNode node);
size_t ruby_line(TSNode node);
struct ruby_value ruby_value(struct ruby_file *file, TSNode node);
bool ruby_is_text(const struct ruby_value *value); /* string or symbol */

/* --- Calls. --- */
struct str ruby_method(const struct ruby_file *file,
                       TSNode call); /* "create_table"; empty when it is no call */
struct str ruby_receiver(const struct ruby_file *file,
                         TSNode call); /* its source: "t", "dir"; empty: none */
/* The N-th argument that has no name; RUBY_UNKNOWN with a null node when absent. */
struct ruby_value ruby_argument(struct ruby_file *file, TSNode call, size_t position);
size_t ruby_argument_count(TSNode call);
/* `limit: 80`, `:limit => 80`; a null node when absent. A literal hash is asked the same way. */
struct ruby_value ruby_option(struct ruby_file *file, TSNode call, const char *name);
/* The same in a hash literal. */
struct ruby_value ruby_entry(struct ruby_file *file, TSNode hash, const char *name);
/* The statements of a call's block, a method, a class: its named children in order. Null: it has none. */
TSNode ruby_block_body(TSNode call);
struct str ruby_block_parameter(const struct ruby_file *file, TSNode call);

#endif
