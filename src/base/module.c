#include "base/module.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/loader.h"

static void *symbol_of(const char *path, const char *symbol)
{
    if (access(path, R_OK) != 0)
        return NULL;
    void *handle = loader_open(path, LOADER_NOW);
    return handle ? loader_symbol(handle, symbol) : NULL;
}

bool program_beside(const char *file, char ret_path[PROGRAM_PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", ret_path, PROGRAM_PATH_MAX);

    if (length <= 0 || (size_t)length >= PROGRAM_PATH_MAX)
        return false;
    ret_path[length] = '\0';
    char *slash = strrchr(ret_path, '/');
    if (!slash)
        return false;
    size_t room = PROGRAM_PATH_MAX - (size_t)(slash + 1 - ret_path);
    int written = snprintf(slash + 1, room, "%s", file);
    return written > 0 && (size_t)written < room;
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
