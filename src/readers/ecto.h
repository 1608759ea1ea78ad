/* ecto.h -- Ecto's schemas, read without compiling them.
 *
 * In:    .ex files with `schema "table" do`; the modules that they `use` and whose types they name, by the convention of their paths.
 * Out:   tables and columns, with the types that Ecto's PostgreSQL adapter uses. A schema says neither lengths nor what may be null, nor
 *        foreign keys, indexes and constraints: those stand in migrations, and are left out here.
 * Fails: never; what cannot be read is in schema->unread, with file and line.
 * Source: Ecto 3.12: Ecto.Schema; ecto_sql 3.12: Ecto.Adapters.Postgres.Connection (ecto_to_db).
 */
#ifndef HOOKCHECK_READERS_ECTO_H
#define HOOKCHECK_READERS_ECTO_H

#include "readers/elixir.h"
#include "schema/schema.h"

void ecto_read(struct arena *arena, struct elixir_tree *tree, const struct strs *paths,
               struct schema *schema);

#endif
