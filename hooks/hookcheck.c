/* hookcheck -- for people, CI and the hooks: see src/cli. Called hookcheck-pre-push it is that hook, for its statically linked edition
 * (hooks/pre_push.c). */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/door.h"
#include "cli/cli.h"
#include "cli/pre_push.h"

int main(int argc, char **argv)
{
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;

    if (argc > 0 && strcmp(slash ? slash + 1 : argv[0], PRE_PUSH_NAME) == 0) {
        door_open(PRE_PUSH_NAME);
        door_deploy_recognised();
        pre_push_main(argc, argv);
    }
    int status = cli_main(argc, argv);

    /* No farewell to the twenty libraries that a database brought: it takes longer than many a question. */
    fflush(NULL);
    _exit(status);
}
