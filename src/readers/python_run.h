/* python_run.h -- the text that a function of texts returns.
 *
 * In:    a function whose parameters are bound in the scope: loops, conditions, lists, methods of texts, re.split and re.findall; the rest
 *        as python_constant() has it. Texts of ASCII.
 * Out:   what it returns.
 * Fails: false, when it does anything else, returns no text, or takes more than some thousand steps.
 */
#ifndef HOOKCHECK_READERS_PYTHON_RUN_H
#define HOOKCHECK_READERS_PYTHON_RUN_H

#include "readers/python_tree.h"

/* `depth`: of the constant that asks. */
bool python_run(struct python_tree *tree, struct python_scope scope, TSNode function, size_t depth,
                struct str *ret_text);
/* An expression of texts by itself: cls.__name__.removesuffix("Model"), NAMES[0][:-1]. */
bool python_run_expression(struct python_tree *tree, struct python_scope scope, TSNode expression,
                           size_t depth, struct str *ret_text);

#endif
