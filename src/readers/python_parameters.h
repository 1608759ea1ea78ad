/* python_parameters.h -- the parameters of a function, and what its body makes of them (inside readers).
 *
 * In:    a function_definition, a statement of its body.
 * Out:   names and expressions of that file.
 * Fails: never; null and the empty string: there is none.
 */
#ifndef HOOKCHECK_READERS_PYTHON_PARAMETERS_H
#define HOOKCHECK_READERS_PYTHON_PARAMETERS_H

#include "readers/python_tree.h"

/* The name that a parameter binds; empty: `*`, `/`. */
struct str python_parameter_name(const struct python_file *file, TSNode parameter);
/* Is it `*name` (list_splat_pattern), `**name` (dictionary_splat_pattern)? */
bool python_parameter_takes(TSNode parameter, const char *pattern);
/* One of both. */
bool python_parameter_is_rest(TSNode parameter);
/* How many arguments the parameters before `*`, `*rest` and `**rest` take by their place. */
size_t python_parameter_places(TSNode function);
/* Other than `*name` and `**name`. */
bool python_parameter_is_there(const struct python_file *file, TSNode function, struct str name);
/* options = options or {}: as `**options` takes it, the parameter means what it meant. */
bool python_parameter_is_filled(const struct python_file *file, TSNode assignment);
/* kw.setdefault("nullable", False), kw["nullable"] = False of a parameter `**kw`: what it is that is set, and to what; null: another
 * statement. */
TSNode python_parameter_rest_set(const struct python_file *file, TSNode function, TSNode statement,
                                 bool *ret_final, TSNode *ret_key);
/* The value of that word as the body of the function sets it; `final`: whatever the call says. */
TSNode python_parameter_rest_word(struct python_tree *tree, struct python_file *file,
                                  TSNode function, struct str word, bool final);
/* name = name or "x", if name is None: name = "x": what a parameter means then; null: another statement. *ret_condition: when; null: when it is empty. */
TSNode python_parameter_filled_with(const struct python_file *file, TSNode function,
                                    TSNode statement, TSNode *ret_name, TSNode *ret_condition);

#endif
