/* install_git.h -- the pre-push hook: where git looks for it, who owns it, and how ours gets in.
 *
 * git >= 2.54: a configured hook (hook.hookcheck.command), which runs beside whatever stands in the hooks directory and gets its own copy of
 * standard input. Otherwise an entry in the configuration of the hook manager that is there; otherwise a small /bin/sh wrapper in the
 * hooks directory git really uses, which runs ours and then the hook that was there before, each with the same arguments and input.
 */
#ifndef HOOKCHECK_CLI_INSTALL_GIT_H
#define HOOKCHECK_CLI_INSTALL_GIT_H

#include "cli/install.h"

#define GIT_HOOK_PROGRAM "hookcheck-pre-push"
#define GIT_HOOK_EARLIER "pre-push.before-hookcheck"
#define GIT_HOOK_MARK "# hookcheck: pre-push"
#define GIT_CONFIG_SECTION "[hook \"hookcheck\"]"

enum git_manager {
    MANAGER_NONE = 0,
    MANAGER_HUSKY,
    MANAGER_LEFTHOOK,
    MANAGER_PRE_COMMIT,
    MANAGER_COUNT
};

struct git_place {
    struct str top;              /* the work tree, or the bare repository */
    struct str hooks;            /* the hooks directory git uses here; absolute */
    struct str config;           /* the repository's own configuration file */
    struct str hooks_path;       /* core.hooksPath as set; bytes NULL: unset */
    struct str hooks_path_scope; /* "local", "worktree", "global", "system", "command" */
    struct str version;
    bool config_hooks; /* git runs configured hooks (2.54) */
};
MUST_CHECK bool git_look(struct install *in, struct str directory, struct git_place *ret,
                         struct err *e);
struct str git_hook_path(struct install *in, const struct git_place *place);
/* Is this the text of our wrapper? */
bool git_hook_is_ours(struct str text);
/* The configuration file for git of that scope; empty when there is none. */
struct str git_config_file(struct install *in, const struct git_place *place);

/* --- install_manager.c --- */
const char *manager_name(enum git_manager manager);
/* Which one looks after this work tree's hooks. */
enum git_manager manager_find(struct install *in, const struct git_place *place);
/* Its configuration file here; the one that would be made when there is none. */
struct str manager_file(struct install *in, const struct git_place *place,
                        enum git_manager manager);
void manager_install(struct install *in, const struct git_place *place, enum git_manager manager);
void manager_uninstall(struct install *in, const struct git_place *place, enum git_manager manager);

/* --- git_wrapper.c --- */
struct str git_wrapper_text(struct install *in);

/* --- install_git.c --- */
void git_install(struct install *in, struct str directory);
void git_install_template(struct install *in);
void git_uninstall(struct install *in, struct str directory);
/* The work trees of the submodules, recursively. */
struct strs git_submodules(struct install *in, struct str directory);

#endif
