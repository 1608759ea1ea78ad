#include "base/err.h"

#ifdef HOOKCHECK_MYSQL
#define LIBMARIADB_LOADING
#include "database/libmariadb.h"

#include "base/loader.h"

struct libmariadb libmariadb;

/* A pointer to a function is read as one to an object: POSIX wants both to be alike. */
static bool look_up(void *handle, const char *name, void **ret_function)
{
    *ret_function = loader_symbol(handle, name);
    return *ret_function != NULL;
}

bool libmariadb_load(struct err *e)
{
    static bool loaded;
    void *handle;

    if (loaded)
        return true;
    /* Stays open until the process ends. */
    handle = loader_open("libmariadb.so.3", LOADER_NOW);
    if (!handle)
        return err_set(e, ERR_UNREACHABLE, "MariaDB's client library cannot be loaded: %s",
                       loader_message());
#define LIBMARIADB_LOOK_UP(name)                                                                   \
    if (!look_up(handle, #name, (void **)&libmariadb.call_##name))                                 \
        return err_set(e, ERR_UNREACHABLE, "MariaDB's client library is too old: %s",              \
                       loader_message());
    LIBMARIADB_FUNCTIONS(LIBMARIADB_LOOK_UP)
    loaded = true;
    return true;
}
#endif
