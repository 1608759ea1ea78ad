/* tool_command.h -- a tool's command as it can be run in one tree: the words that a pack leaves open are filled in.
 *
 * In:    the command of a pack ("npx knex migrate:make NAME"), where its tool is started, where the migrations lie, what a new one is called.
 * Out:   a command line for people, begun in that directory ("cd apps/api && …"). NAME is "add_sku_to_items", Name "AddSkuToItems", DIRECTORY
 *        the migrations' seen from there, DATA_SOURCE the file of TypeORM's data source. What is not known stays as the pack wrote it.
 *        "[-d DIRECTORY|db/migrations] " is left out where the migrations lie in db/migrations (or in what this form of it means). Where one
 *        history has several directories, each has a command, or the option is repeated where "..." stands behind it.
 * Fails: never; files that cannot be read say nothing.
 */
#ifndef HOOKCHECK_MIGRATIONS_TOOL_COMMAND_H
#define HOOKCHECK_MIGRATIONS_TOOL_COMMAND_H

#include "repository/tree.h"
#include "schema/schema.h"

struct tool_place {
    struct arena *arena;
    struct tree *tree;
    struct str root;      /* from the work tree's root: where the tool is started */
    struct str directory; /* of the migrations, from the work tree's root; empty: not known */
    const struct strs *directories; /* where one history has several; NULL: it has that one */
    struct str name; /* of a new migration, "add_sku_to_items"; empty: there is none */
};

/* "ADD items.sku" → "add_sku_to_items" */
struct str tool_migration_name(struct arena *arena, const struct schema_change *change);
/* "add_sku_to_items" → "AddSkuToItems" */
struct str tool_camel(struct arena *arena, struct str name);
struct str tool_command(const struct tool_place *place, struct str command);

/* typeorm_command.c: the program and the options that this release wants for `command`, "npx typeorm migration:run -d DATA_SOURCE". */
struct str typeorm_command(const struct tool_place *place, struct str command);

#endif
