/* The wrapper in the hooks directory. Standard input can be read once, and two programs want it: both get a copy. */
#include "base/quote.h"
#include "cli/install_git.h"

static const char before[] =
    "#!/bin/sh\n" GIT_HOOK_MARK
    ": may this push go out? Then the hook that was here before is run.\n"
    "# Put here by `hookcheck install git`; `hookcheck uninstall git` brings back what was here.\n"
    "gate=";
/* Dispatchers (husky 4, overcommit) do by their own name what git asked for, and the renamed file has another one. A shell reads such a
 * script under the old name; others get a link of that name, where they do not look for what stands beside them. */
static const char after[] =
    "\n"
    "earlier=${0%/*}/" GIT_HOOK_EARLIER "\n"
    "[ -x \"$gate\" ] || {\n"
    "  echo \"" GIT_HOOK_PROGRAM
    ": $gate is missing, so this push was not checked and is stopped\" >&2\n"
    "  echo \"  next step: install hookcheck again, or take this hook away: rm $0\" >&2\n"
    "  exit 2\n"
    "}\n"
    "feed=$(mktemp) || exit 2\n"
    "trap 'rm -rf \"$feed\" \"$feed.d\"' EXIT\n"
    "trap 'exit 2' HUP INT TERM\n"
    "cat >\"$feed\" || exit 2\n"
    "\"$gate\" \"$@\" <\"$feed\" || exit 2\n"
    "asks() { LC_ALL=C grep -qE \"$1\" \"$earlier\"; }\n"
    "if [ -f \"$earlier\" ] && [ -x \"$earlier\" ]; then\n"
    "  # A hook that asks for its own name, or what it reads may, gets the one that git calls.\n"
    "  read -r first <\"$earlier\"\n"
    "  case $first in '#!'*[/\\ ]sh) shell=sh ;; '#!'*[/\\ ]bash) shell=bash ;; *) shell= ;; esac\n"
    "  if ! asks 'basename|dirname|[{]0[#%]'; then\n"
    "    \"$earlier\" \"$@\" <\"$feed\" || exit\n"
    "  elif [ \"$shell\" ] && ! asks 'readlink|realpath|BASH_SOURCE'; then\n"
    "    earlier=$earlier \"$shell\" -c '. \"$earlier\"' \"$0\" \"$@\" <\"$feed\" || exit\n"
    "  elif ! asks 'dirname|[{]0%' && mkdir \"$feed.d\"; then\n"
    "    case $earlier in /*) ;; *) earlier=$PWD/$earlier ;; esac\n"
    "    ln -s \"$earlier\" \"$feed.d/pre-push\"\n"
    "    \"$feed.d/pre-push\" \"$@\" <\"$feed\" || exit\n"
    "  else\n"
    "    \"$earlier\" \"$@\" <\"$feed\" || exit\n"
    "  fi\n"
    "elif grep -qs 'filter=lfs' .gitattributes && command -v git-lfs >/dev/null 2>&1; then\n"
    "  # Git LFS installs no hook of its own where there is one.\n"
    "  git lfs pre-push \"$@\" <\"$feed\" || exit\n"
    "fi\n";

struct str git_wrapper_text(struct install *in)
{
    return str_printf(in->arena, "%s" STR_FMT "%s", before,
                      STR_ARG(shell_quote(in->arena, install_program(in, GIT_HOOK_PROGRAM))),
                      after);
}
