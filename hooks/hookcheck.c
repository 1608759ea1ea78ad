/* hookcheck -- for people, CI and the hooks: see src/cli. */
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"

int main(int argc, char **argv)
{
    int status = cli_main(argc, argv);

    /* No farewell to the twenty libraries that a database brought: it takes longer than many a question. */
    fflush(NULL);
    _exit(status);
}
