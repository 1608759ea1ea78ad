/* failing_malloc.c -- preloaded: the allocation number FAIL_AT (from 1) fails, and all after it when FAIL_ALL is set.
 *
 * LD_PRELOAD is taken out of the environment of the hook's child, so that what fails is the hook itself.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static unsigned long count, fail_at;
static int fail_all, ready, starting;
static void *(*real_malloc)(size_t), *(*real_calloc)(size_t, size_t), *(*real_realloc)(void *, size_t);

/* dlsym() may allocate before the real functions are known. */
static char early[4096];
static size_t early_used;

static void start(void)
{
    if (ready || starting)
        return;
    starting = 1;
    *(void **)&real_malloc = dlsym(RTLD_NEXT, "malloc");
    *(void **)&real_calloc = dlsym(RTLD_NEXT, "calloc");
    *(void **)&real_realloc = dlsym(RTLD_NEXT, "realloc");
    const char *at = getenv("FAIL_AT");
    fail_at = at ? strtoul(at, NULL, 10) : 0;
    fail_all = getenv("FAIL_ALL") != NULL;
    ready = 1;
}

static int fails(void)
{
    count++;
    if (!fail_at || (fail_all ? count < fail_at : count != fail_at))
        return 0;
    errno = ENOMEM;
    return 1;
}

static void *early_alloc(size_t size)
{
    size_t rounded = (size + 15) & ~(size_t)15;

    if (rounded > sizeof early - early_used)
        return NULL;
    void *memory = early + early_used;
    early_used += rounded;
    return memory;
}

void *malloc(size_t size)
{
    start();
    if (!ready)
        return early_alloc(size);
    return fails() ? NULL : real_malloc(size);
}

void *calloc(size_t number, size_t size)
{
    start();
    if (!ready)
        return early_alloc(number * size);
    return fails() ? NULL : real_calloc(number, size);
}

void *realloc(void *memory, size_t size)
{
    start();
    if (!ready)
        return NULL;
    return fails() ? NULL : real_realloc(memory, size);
}
