/* loader.h -- libraries that are loaded when they are needed: libpq, libmariadb, hookcheck-NAME.so.
 *
 * In:    a file name as dlopen(3) takes it.
 * Out:   its handle, which stays open until the process ends; addresses of its symbols.
 * Fails: NULL; loader_message() says why, to the thread that asked.
 *
 * A statically linked program has no loader, and starts in half the time. It links another definition of these functions, which starts
 * the program that has one (hooks/pre_push.c); loader_need() is where that happens before anything leaves a trace.
 */
#ifndef HOOKCHECK_BASE_LOADER_H
#define HOOKCHECK_BASE_LOADER_H

#include "base/base.h"

enum loader_binding { LOADER_NOW = 0, LOADER_LAZY };

void *loader_open(const char *file, enum loader_binding binding);
void *loader_symbol(void *library, const char *symbol);
const char *loader_message(void);
/* From here on libraries may be asked for, and what is done must not be done twice. With a loader: nothing. */
void loader_need(void);

#endif
