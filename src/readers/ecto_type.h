/* ecto_type.h -- the types of Ecto's fields (inside readers only). */
#ifndef HOOKCHECK_READERS_ECTO_TYPE_H
#define HOOKCHECK_READERS_ECTO_TYPE_H

#include "readers/ecto.h"

#define ECTO_NESTING_MAX 12u
#define ECTO_STRING "VARCHAR(255)"

/* Calls `visit` for each module of a file, nested ones too, with its full name. */
void ecto_each_module(struct elixir_tree *tree, struct elixir_file *file, TSNode node,
                      struct str around, unsigned depth,
                      void (*visit)(void *self, struct elixir_scope scope, struct str name),
                      void *self);
/* What an alias of the module makes of a name. */
struct str ecto_full_module(struct elixir_scope scope, struct str name);
/* What a column of that type is in PostgreSQL; empty: not known. `options`: of the field. */
struct str ecto_type_of(struct elixir_scope scope, TSNode type, TSNode options, unsigned depth);
/* What a macro of the tree puts in the place of its call. */
struct ecto_expansion {
    struct elixir_scope
        scope; /* of the statements; its parameters are bound to what the call gives */
    TSNode quote;
    struct elixir_nodes statements;
};
/* ecto_macro.c. False: it calls none of the tree's, or one that does more than quote. */
bool ecto_macro(struct elixir_scope scope, TSNode call, struct ecto_expansion *ret_expansion);

#endif
