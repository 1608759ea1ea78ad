/* python_text.h -- the text that an expression of a Python program gives, as far as it can be told without running it.
 *
 * In:    an expression in its scope, read through a python_tree, and the directory the program runs in.
 * Out:   the text. Followed are: constants, names and attributes through modules of the tree, members of a class by its instance (pydantic's
 *        settings: the variable of that name first), variables of the environment (environment.h) and their defaults, `or`,
 *        the schema of a MetaData.
 * Fails: never; `known` is false for what is computed otherwise.
 */
#ifndef HOOKCHECK_READERS_PYTHON_TEXT_H
#define HOOKCHECK_READERS_PYTHON_TEXT_H

#include "readers/python_tree.h"

struct python_text {
    bool known;
    bool none; /* None */
    struct str text;
    struct str assumed; /* the variable that was taken to be unset; empty: none */
    struct str from;    /* "SCHEMA from .env": a variable that gives it; empty: none */
};
struct python_text python_text(struct python_tree *tree, const struct source_files *files,
                               struct str root, struct python_scope scope, TSNode expression);

#endif
