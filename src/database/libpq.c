#define LIBPQ_LOADING
#include "database/libpq.h"

#include <dlfcn.h>

#include "base/str.h"

struct libpq libpq;

/* A pointer to a function is read as one to an object: POSIX wants both to be alike. */
static bool look_up(void *handle, const char *name, void **ret_function)
{
    *ret_function = dlsym(handle, name);
    return *ret_function != NULL;
}

bool libpq_load(struct err *e)
{
    static bool loaded;
    void *handle;

    if (loaded)
        return true;
    /* Stays open until the process ends. */
    handle = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return err_set(e, ERR_UNREACHABLE, "PostgreSQL's client library cannot be loaded: %s",
                       dlerror());
#define LIBPQ_LOOK_UP(name)                                                                        \
    if (!look_up(handle, #name, (void **)&libpq.call_##name))                                      \
        return err_set(e, ERR_UNREACHABLE, "PostgreSQL's client library is too old: %s", dlerror());
    LIBPQ_FUNCTIONS(LIBPQ_LOOK_UP)
    loaded = true;
    return true;
}
