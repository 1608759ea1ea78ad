/* pre_push.h -- hookcheck-pre-push: started by git before it pushes, and with --pre-receive by a server before it takes what was pushed.
 *
 * In:     git's list of refs on stdin; the remote's name and URL as arguments (none on a server).
 * Out:    exit 0 when the push may go on, 2 when not, with the reasons on stderr. Never another status, nothing on stdout (git would mix it
 *         into --porcelain). Does not return. The caller has opened the door, and every fault blocks.
 * Method: gate_push(), which `hookcheck push` calls too. Where the policy says confirm, the person at /dev/tty is asked; without one: blocked.
 */
#ifndef HOOKCHECK_CLI_PRE_PUSH_H
#define HOOKCHECK_CLI_PRE_PUSH_H

#include "base/base.h"

#define PRE_PUSH_NAME "hookcheck-pre-push"

NO_RETURN void pre_push_main(int argc, char **argv);

#endif
