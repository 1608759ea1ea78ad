/* python_plain.h -- assignments so plain that no grammar is needed (inside readers only).
 *
 * `name = 'text'`, `name: annotation = "text"`, `name = None`, each alone on its line: nine in ten lines of real revision files.
 * Measured on 300 of them: 17 ms when tree-sitter parses these too, under 1 ms here. Everything else is left to the grammar.
 */
#ifndef HOOKCHECK_READERS_PYTHON_PLAIN_H
#define HOOKCHECK_READERS_PYTHON_PLAIN_H

#include "readers/python.h"

/* False: not that plain, which says nothing about the statement. The views lie in `statement`. */
bool python_plain_assignment(struct str statement, struct str *ret_name,
                             struct python_value *ret_value);

#endif
