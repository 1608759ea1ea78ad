/* module.h -- a part of the program that is loaded when it is needed: hookcheck-NAME.so.
 *
 * In:    the file's name and its one symbol.
 * Out:   the symbol's address; the module stays until the process ends.
 * Fails: NULL: it is not there, cannot be loaded, or lacks the symbol.
 *
 * It is looked for beside the executable, then where it was installed: whoever can write either could replace the program itself. Never
 * where the environment says.
 */
#ifndef HOOKCHECK_BASE_MODULE_H
#define HOOKCHECK_BASE_MODULE_H

#include "base/beside.h"

/* Of any thread. */
void *module_symbol(const char *file, const char *symbol);

#endif
