#include "base/loader.h"

#include <dlfcn.h>

void *loader_open(const char *file, enum loader_binding binding)
{
    return dlopen(file, (binding == LOADER_LAZY ? RTLD_LAZY : RTLD_NOW) | RTLD_LOCAL);
}

void *loader_symbol(void *library, const char *symbol)
{
    return dlsym(library, symbol);
}

const char *loader_message(void)
{
    const char *message = dlerror();

    return message ? message : "no reason was given";
}

void loader_need(void)
{
}
