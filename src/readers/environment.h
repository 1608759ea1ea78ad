/* environment.h -- what a variable is where a tool's own configuration file asks for it.
 *
 * In:    the file that asks, its text, the directory the tool runs in, the name.
 * Out:   the value, and where it is from: this process's environment, which wins as it does for dotenv; else a .env file, where the
 *        text, the package.json beside it, or the tool by itself loads one. A file that the text names counts before .env, production's
 *        before others.
 * Fails: never; a value that is put together from others ("$") is not known.
 * Source: dotenv 16 (README, "Rules"); drizzle-kit 0.20, Bun: .env is loaded by themselves; python-dotenv, python-decouple, environs.
 */
#ifndef HOOKCHECK_READERS_ENVIRONMENT_H
#define HOOKCHECK_READERS_ENVIRONMENT_H

#include "readers/python_tree.h" /* source_files */

struct variable {
    bool known;
    bool set; /* to what is not known, if it is not known */
    struct str value;
    struct str from; /* "TABLE from .env" */
};
struct variable variable_look_up(struct arena *arena, const struct source_files *files,
                                 struct str path, struct str text, struct str root,
                                 struct str name);

#endif
