#define LIBPQ_LOADING
#include "database/libpq.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "base/loader.h"
#include "base/str.h"

struct libpq libpq;

/* A pointer to a function is read as one to an object: POSIX wants both to be alike. */
static bool look_up(void *handle, const char *name, void **ret_function)
{
    *ret_function = loader_symbol(handle, name);
    return *ret_function != NULL;
}

static struct {
    pthread_t thread;
    bool running;
    void *handle;
    char message[256]; /* of loader_message(), which belongs to the thread that failed */
} library;

/* Stays open until the process ends. */
static void *open_library(void *unused)
{
    (void)unused;
    library.handle = loader_open("libpq.so.5", LOADER_LAZY);
    if (!library.handle)
        snprintf(library.message, sizeof library.message, "%s", loader_message());
    return NULL;
}

void libpq_expect(void)
{
    sigset_t all, before;

    if (library.handle || library.running)
        return;
    loader_need();
    /* Signals are for the main thread, whose handlers end children. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    library.running = pthread_create(&library.thread, NULL, open_library, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void libpq_wait(void)
{
    if (library.running)
        pthread_join(library.thread, NULL);
    library.running = false;
}

bool libpq_load(struct err *e)
{
    static bool loaded;

    if (loaded)
        return true;
    libpq_wait();
    if (!library.handle)
        open_library(NULL);
    if (!library.handle)
        return err_set(e, ERR_UNREACHABLE, "PostgreSQL's client library cannot be loaded: %s",
                       library.message);
#define LIBPQ_LOOK_UP(name)                                                                        \
    if (!look_up(library.handle, #name, (void **)&libpq.call_##name))                              \
        return err_set(e, ERR_UNREACHABLE, "PostgreSQL's client library is too old: %s",           \
                       loader_message());
    LIBPQ_FUNCTIONS(LIBPQ_LOOK_UP)
    loaded = true;
    return true;
}
