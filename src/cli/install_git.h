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
/* --- git_place.c --- */
/* `words` end with NULL; `e` may be NULL. */
bool git_ask(struct install *in, struct str directory, const char *const *words,
             struct str *ret_output, struct err *e);
#define ASK_GIT(in, directory, output, e, ...)                                                     \
    git_ask((in), (directory), (const char *const[]){__VA_ARGS__, NULL}, (output), (e))
MUST_CHECK bool git_look(struct install *in, struct str directory, struct git_place *ret,
                         struct err *e);
struct str git_hook_path(struct install *in, const struct git_place *place);
/* Where it would be without core.hooksPath: ours may stand there since before that was set. */
struct str git_usual_hook_path(struct install *in, const struct git_place *place);
/* Is core.hooksPath one directory for all repositories? A relative one is each repository's own. */
bool git_hooks_are_shared(const struct git_place *place);
/* Why git runs no hook from core.hooksPath, whatever stands there; empty: it does. */
struct str git_hooks_path_fault(struct install *in, const struct git_place *place);
/* The command that takes core.hooksPath out where it is set. */
struct str git_unset_hooks_path(struct install *in, const struct git_place *place);
/* Is this the text of our wrapper? */
bool git_hook_is_ours(struct str text);
/* The work trees of the submodules, recursively. */
struct strs git_submodules(struct install *in, struct str directory);

/* --- install_manager.c --- */
const char *manager_name(enum git_manager manager);
/* The directory in which husky, which git starts here, looks for its scripts; empty: git starts no husky. */
struct str husky_directory(struct install *in, const struct git_place *place);
/* Which one looks after this work tree's hooks. */
enum git_manager manager_find(struct install *in, const struct git_place *place);
/* Its configuration file here; the one that would be made when there is none. */
struct str manager_file(struct install *in, const struct git_place *place,
                        enum git_manager manager);
/* lefthook's file of this person alone; empty when there is none. */
struct str manager_local_file(struct install *in, const struct git_place *place);
/* What lefthook's entry starts: .lefthook/pre-push/hookcheck. */
struct str manager_script(struct install *in, const struct git_place *place);
/* The command that makes git start it. */
const char *manager_start(enum git_manager manager);
void manager_install(struct install *in, const struct git_place *place, enum git_manager manager);
void manager_uninstall(struct install *in, const struct git_place *place, enum git_manager manager);

/* --- git_wrapper.c --- */
struct str git_wrapper_text(struct install *in);

/* --- install_git.c --- */
/* The configuration file for git of that scope; empty when there is none. */
struct str git_config_file(struct install *in, const struct git_place *place);
void git_install(struct install *in, struct str directory);
void git_install_template(struct install *in);
void git_uninstall(struct install *in, struct str directory);

#endif
