/* python_package.h -- what is known of packages that are not in the tree: the classes that models are made from, and types of columns.
 *
 * In:    patterns/packages/NAME.py, built in: our own short declarations of what a package's classes bring to a table. Their first line
 *        names the modules: "# packages: mptt".
 * Out:   a foreign dotted name ("mptt.models.MPTTModel") as the class that says so.
 * Fails: never. A name that no such file binds stays foreign, so that what it may bring is said and not guessed.
 */
#ifndef HOOKCHECK_READERS_PYTHON_PACKAGE_H
#define HOOKCHECK_READERS_PYTHON_PACKAGE_H

#include "base/str.h"

struct python_package {
    struct str
        modules; /* "mptt wagtail.models": those whose members are meant, and all below them */
    struct str text;
};
extern const struct python_package python_packages[];
extern const size_t python_package_count;

/* Which of them declares the members of the module that a dotted name begins with; SIZE_MAX: none. */
size_t python_package_of(struct str dotted);

#endif
