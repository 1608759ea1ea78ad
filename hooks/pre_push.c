/* hookcheck-pre-push -- git's pre-push hook: see src/cli/pre_push.h.
 *
 * Where libc can be linked statically it is: of a push that concerns no database, a tenth was the loader's work. What needs a library
 * (a database, the modules) is left to `hookcheck`, which has a loader and is this program too when it is called so: it is started in this
 * process's place, with the same arguments and the same list of refs, before anything was decided or written.
 */
#include "cli/pre_push.h"

#include "base/door.h"

#ifdef HOOKCHECK_NO_LOADER
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/loader.h"
#include "base/module.h"
#include "host/push_feed.h"

static char **arguments;
static bool kept; /* the list of refs, as a file that can be read again */

static void start_hookcheck(void)
{
    char path[PROGRAM_PATH_MAX], name[] = PRE_PUSH_NAME;

    arguments[0] = name;
    if (program_beside("hookcheck", path))
        execv(path, arguments);
    execv(HOOKCHECK_PROGRAM, arguments);
}

/* What is read from standard input must be there again. */
static void keep_input(void)
{
    static char bytes[64 << 10];
    size_t total = 0;
    ssize_t count = 0;

    if (isatty(STDIN_FILENO))
        return;
    if (fcntl(STDIN_FILENO, F_GETFD) < 0)
        door_fault("standard input is closed");
    int fd = memfd_create("refs", MFD_CLOEXEC);
    if (fd < 0)
        loader_need(); /* it reads by itself */
    while (total <= PUSH_FEED_MAX) {
        while ((count = read(STDIN_FILENO, bytes, sizeof bytes)) < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        for (ssize_t at = 0, written; at < count; at += written)
            if ((written = write(fd, bytes + at, (size_t)(count - at))) <= 0)
                door_fault("the list of refs cannot be kept");
        total += (size_t)count;
    }
    if (count < 0)
        door_fault("the list of refs cannot be read");
    if (lseek(fd, 0, SEEK_SET) != 0 || dup2(fd, STDIN_FILENO) < 0)
        door_fault("the list of refs cannot be kept");
    close(fd);
    kept = true;
}

void loader_need(void)
{
    if (!kept || lseek(STDIN_FILENO, 0, SEEK_SET) == 0)
        start_hookcheck();
    door_fault(
        "this push needs the program hookcheck, which cannot be started: neither beside this one "
        "nor as " HOOKCHECK_PROGRAM);
}

void *loader_open(const char *file, enum loader_binding binding)
{
    (void)file;
    (void)binding;
    loader_need();
    return NULL;
}

void *loader_symbol(void *library, const char *symbol)
{
    (void)library;
    (void)symbol;
    return NULL;
}

const char *loader_message(void)
{
    return "this program has no loader";
}

/* What SQLite's dlopen() is here (ld --wrap), for extensions that are never loaded: libc's own would want the very libc this was linked with. */
void *__wrap_dlopen(const char *file, int mode);
void *__wrap_dlopen(const char *file, int mode)
{
    (void)file;
    (void)mode;
    return NULL;
}
#endif

int main(int argc, char **argv)
{
    /* A push is always worth a check: every fault blocks. */
    door_open(PRE_PUSH_NAME);
    door_deploy_recognised();
#ifdef HOOKCHECK_NO_LOADER
    arguments = argv;
    keep_input();
#endif
    pre_push_main(argc, argv);
}
