/* steps_ecto.h -- which definition does a call of an Ecto migration enter? (private to steps_ecto*.c)
 *
 * In:    a call, and where it stands.
 * Out:   the function or macro of its module, of one that this imports or uses, or of the one that the call names: Shop.Helpers.add_text(:sku).
 * Fails: a module that does not lie where mix expects it is none.
 */
#ifndef HOOKCHECK_READERS_STEPS_ECTO_H
#define HOOKCHECK_READERS_STEPS_ECTO_H

#include "readers/elixir.h"

#define ECTO_PARAMETERS_MAX 6u

struct ecto_found {
    TSNode definition, head;   /* null: there is none */
    struct elixir_scope scope; /* of its module */
};

/* "up" of `def up do` and of `def up() do`. */
struct str ecto_name_of_head(struct elixir_scope scope, TSNode head);
/* `count`: of its arguments. `target`: the module that the call names, as it is written; empty: none. */
struct ecto_found ecto_find(struct elixir_scope scope, struct str target, struct str word,
                            size_t count);
size_t ecto_arguments_count(struct elixir_scope scope, TSNode call);
/* H.add_text(:sku): "add_text", and "H" as the target. */
struct str ecto_called(struct elixir_scope scope, TSNode call, struct str *ret_target);

#endif
