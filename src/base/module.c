#include "base/module.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *symbol_of(const char *path, const char *symbol)
{
    if (access(path, R_OK) != 0)
        return NULL;
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    return handle ? dlsym(handle, symbol) : NULL;
}

void *module_symbol(const char *file, const char *symbol)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    void *found = NULL;

    if (length > 0 && (size_t)length < sizeof path) {
        size_t room = sizeof path;
        path[length] = '\0';
        char *slash = strrchr(path, '/');
        if (slash) {
            room -= (size_t)(slash + 1 - path);
            int written = snprintf(slash + 1, room, "%s", file);
            if (written > 0 && (size_t)written < room)
                found = symbol_of(path, symbol);
        }
    }
    if (!found) {
        int written = snprintf(path, sizeof path, "%s/%s", HOOKCHECK_MODULE_DIRECTORY, file);
        if (written > 0 && (size_t)written < sizeof path)
            found = symbol_of(path, symbol);
    }
    return found;
}
