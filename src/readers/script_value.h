/* script_value.h -- the text that an expression of a configuration script gives, as far as it can be told without running it.
 *
 * In:    an expression in its scope, and the directory the program runs in.
 * Out:   the text; `rooted` where it is a path from the root of the tree.
 * Fails: never; `known` is false for what is computed otherwise.
 */
#ifndef HOOKCHECK_READERS_SCRIPT_VALUE_H
#define HOOKCHECK_READERS_SCRIPT_VALUE_H

#include "readers/typescript.h"

struct script_value {
    bool known, rooted;
    bool set; /* not known, and surely not undefined: what stands behind || does not count */
    struct str text;
    struct str
        assumed; /* the expression that was taken to be unset: "process.env.DIR"; empty: none */
    struct str
        from; /* "DIR from .env": a variable that is part of it (environment.h); empty: none */
};
struct script_value script_value(struct script_tree *tree, struct script_scope scope,
                                 struct str root, TSNode expression);
/* "a/b/../c/./d" without the dots; STR_NONE where it leaves the tree. */
struct str script_path_plain(struct arena *arena, struct str path);

#endif
