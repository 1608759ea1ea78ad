#include "base/beside.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
