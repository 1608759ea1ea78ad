/* python_roots.h -- packages that lie beside the importing file, not above it: a monorepo's libraries (inside readers only).
 *
 * In:    the paths of the tree's Python files.
 * Out:   the directory that holds the outermost package of a name, where exactly one does.
 */
#ifndef HOOKCHECK_READERS_PYTHON_ROOTS_H
#define HOOKCHECK_READERS_PYTHON_ROOTS_H

#include "readers/python_tree.h"

struct python_root {
    struct str name, directory;
};
VEC_DEFINE(python_roots, struct python_root);

/* Those of a tree, sorted by name. */
struct python_roots *python_tree_roots(struct python_tree *tree);
/* False: there is none of that name, or there are several. */
bool python_root_of(struct python_tree *tree, struct str name, struct str *ret_directory);

#endif
