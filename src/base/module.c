#include "base/module.h"

#include <stdio.h>
#include <unistd.h>

#include "base/loader.h"

static void *symbol_of(const char *path, const char *symbol)
{
    if (access(path, R_OK) != 0)
        return NULL;
    void *handle = loader_open(path, LOADER_NOW);
    return handle ? loader_symbol(handle, symbol) : NULL;
}

void *module_symbol(const char *file, const char *symbol)
{
    char path[PROGRAM_PATH_MAX];
    void *found = program_beside(file, path) ? symbol_of(path, symbol) : NULL;

    if (!found) {
        int written = snprintf(path, sizeof path, "%s/%s", HOOKCHECK_MODULE_DIRECTORY, file);
        if (written > 0 && (size_t)written < sizeof path)
            found = symbol_of(path, symbol);
    }
    return found;
}
