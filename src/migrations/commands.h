/* commands.h -- which command of a project's does a setting stand in?
 *
 * In:     a file in which projects keep their commands (package.json, Makefile, a compose file…), its text, and a part of it.
 * Out:    the command's name, with dots between its words, so that environment_of() takes them: "migrate.test" of the script
 *         "migrate:test", "services.db.test.environment" of a compose file's service, "test.db" of a target.
 * Fails:  never; a command without a name has an empty one.
 */
#ifndef HOOKCHECK_MIGRATIONS_COMMANDS_H
#define HOOKCHECK_MIGRATIONS_COMMANDS_H

#include "base/arena.h"
#include "base/str.h"

bool command_is_in(struct str path);
struct str command_name(struct arena *arena, struct str path, struct str text, struct str part);

/* A name, or a path, of tests: what stands there is never production's. */
bool command_is_of_tests(struct str name);

/* Does this part of the text stand on a line that is a comment alone? */
bool command_is_comment(struct str text, struct str part);

#endif
