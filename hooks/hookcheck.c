/* hookcheck -- for people, CI and the hooks: see src/cli. */
#include "cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
