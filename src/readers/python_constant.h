/* python_constant.h -- the parts of python_constant() (inside readers).
 *
 * In:    an expression, and how deep in others it stands.
 * Out:   its value; CONSTANT_NOT: it is none, or cannot be told.
 * Fails: never. Limits: PYTHON_FOLLOW_MAX deep, strings of 1 MiB.
 */
#ifndef HOOKCHECK_READERS_PYTHON_CONSTANT_H
#define HOOKCHECK_READERS_PYTHON_CONSTANT_H

#include "readers/python_tree.h"

static inline struct python_constant python_constant_none(void)
{
    return (struct python_constant){.kind = CONSTANT_NOT};
}

static inline struct python_constant python_constant_string(struct str text)
{
    return (struct python_constant){.kind = CONSTANT_STRING, .text = text};
}

struct python_constant python_constant_within(struct python_tree *tree, struct python_scope scope,
                                              TSNode expression, size_t depth);
/* name or "x", "x" if name is None else name */
struct python_constant python_constant_chosen(struct python_tree *tree, struct python_scope scope,
                                              TSNode node, size_t depth);
/* "%s_%s" % (TABLE, "name"): `form` is the text on its left. */
struct python_constant python_constant_percent(struct python_tree *tree, struct python_scope scope,
                                               struct str form, TSNode right, size_t depth);
/* "{}_{name}".format(TABLE, name="x") */
struct python_constant python_constant_format(struct python_tree *tree, struct python_scope scope,
                                              struct str form, TSNode call, size_t depth);
/* f"{cls.__name__.lower()}s" */
struct python_constant python_constant_of_f_string(struct python_tree *tree,
                                                   struct python_scope scope, TSNode node,
                                                   size_t depth);
/* python_condition() */
MUST_CHECK bool python_constant_condition(struct python_tree *tree, struct python_scope scope,
                                          TSNode node, size_t depth, bool *ret_true);
/* "is not", "not in", "<": of a comparison of two, however it is spaced. */
struct str python_comparison_sign(TSNode comparison);
bool python_constant_to_integer(struct python_constant value, int64_t *ret);

#endif
