/* install.h -- what `install`, `uninstall` and `doctor` share: changing files of others, and taking the changes back byte for byte.
 *
 * Each changed file has a record in STATE/install: digests before and after, mode, what was inserted, which directories were made, and a
 * copy of the file as it was (mode 0600: settings hold secrets; never in the repository). A file that is as install left it is restored
 * from the copy; in one that was changed since, only what was inserted is taken out.
 *
 * Writing: symbolic links are followed to the file; temporary file beside it, same mode and owner, fsync, a last look whether somebody else
 * wrote meanwhile (then it is begun anew), rename, fsync of the directory. From the first write on a lock is held: of two installers at
 * once, the second looks at what the first has left.
 */
#ifndef HOOKCHECK_CLI_INSTALL_H
#define HOOKCHECK_CLI_INSTALL_H

#include <sys/stat.h>

#include "cli/cli.h"
#include "host/registration.h"

/* A file that somebody else writes meanwhile is read anew so often. */
#define INSTALL_ATTEMPTS 5

struct install_result {
    const char *target; /* "claude", "git" */
    struct str path;
    const char *action; /* "created", "changed", "unchanged", "restored", "removed", "refused" */
    struct str message; /* may be empty */
    struct str hint;    /* may be empty */
};
VEC_DEFINE(install_results, struct install_result);

struct install {
    struct cli *cli;
    struct arena *arena;
    struct str work_tree; /* empty: none around */
    struct str home;
    struct str sysroot;  /* before system-wide paths; empty: / */
    struct str programs; /* the directory hookcheck's own programs are in */
    struct str state;    /* STATE/install */
    enum registration_scope scope;
    struct str hooks_variable; /* which one in the environment sets core.hooksPath; empty: none */
    bool print, mend;
    bool locked;
    struct install_results results;
};

/* False: more than one of --project, --local, --user, --managed; said. */
bool install_scope_is_clear(const struct cli *cli);
/* Says that nothing of this name can be installed, and which was meant; CLI_USAGE. */
enum cli_status install_unknown_target(const struct cli *cli, struct str name);
/* From the command line and the environment; removes what git sets for its hooks (GIT_DIR…) from the environment. */
MUST_CHECK bool install_open(struct cli *cli, struct install *ret, struct err *e);
/* Prints the results, as text or JSON; CLI_BLOCKED when something was refused. */
enum cli_status install_report(struct install *in);
void install_note(struct install *in, const char *target, struct str path, const char *action,
                  struct str message, struct str hint);
void install_refuse(struct install *in, const char *target, struct str path, const struct err *e);
struct str install_program(const struct install *in, const char *name);
/* A registration of a program that is not there would stop every command, or every push. */
MUST_CHECK bool install_has_program(struct install *in, const char *name, struct err *e);

struct install_file {
    struct str path; /* as named */
    struct str real; /* links followed */
    bool exists;
    struct str text;
    struct stat status;
};
/* Absent is no failure. Fails: not a regular file, a link that leads nowhere, larger than FILE_MAX. */
MUST_CHECK bool install_read(struct install *in, struct str path, struct install_file *ret,
                             struct err *e);

struct install_change {
    struct str text;     /* the new content */
    struct str base;     /* what uninstall shall restore; bytes NULL: what was there */
    bool bare;           /* in the base stands nothing but what a new file is made with */
    struct str inserted; /* one piece, when the new content is the old one with it */
    size_t created;      /* keys that were made on the way */
    unsigned mode;       /* of a new file */
};
/* Writes, or with --print shows, the change, and records it. A file that changed meanwhile: ERR_TIMEOUT; read it again. */
MUST_CHECK bool install_write(struct install *in, const char *target,
                              const struct install_file *file, const struct install_change *change,
                              struct err *e);
/* Held until the process ends. */
MUST_CHECK bool install_lock(struct install *in, struct err *e);
/* What the record says of the file. */
struct install_record {
    bool found;
    bool existed;
    bool untouched; /* the file is as install left it */
    struct str before, inserted;
    size_t created;
    struct strs made;      /* directories, outermost first */
    struct str moved_from; /* the record's file, without its ending; empty: the one of this path */
};
/* Without a record of this path: that of the path as named (the file was put elsewhere, and a link in its place), or that of a file of the
 * same name which is gone from its place and whose content this is (it was moved). */
MUST_CHECK bool install_recall(struct install *in, const struct install_file *file,
                               struct install_record *ret, struct err *e);
/* The record is no longer needed. */
void install_forget(struct install *in, const struct install_file *file,
                    const struct install_record *record);
/* Puts back `text` (the file is removed, with the directories that install made, when `text` has no bytes pointer) and forgets the record. */
MUST_CHECK bool install_put_back(struct install *in, const char *target,
                                 const struct install_file *file,
                                 const struct install_record *record, struct str text,
                                 struct err *e);
/* The usual ways back: the copy, or the file without what was inserted. *ret_done false: something else is needed. */
MUST_CHECK bool install_undo(struct install *in, const char *target,
                             const struct install_file *file, const struct install_record *record,
                             bool *ret_done, struct err *e);

/* Runs a program in a directory; *ret_output without its last line feed. False: it could not be started or ended with another status than
 * 0; `e` may be NULL. */
bool install_ask(struct arena *arena, struct str directory, const struct str *arguments,
                 size_t count, struct str *ret_output, struct err *e);

/* --- install_agents.c --- */
/* Where the host keeps what is the user's; empty when no home directory is known. */
struct str agent_home(const struct install *in, const struct registration *registration);
/* Empty when the host has no file in that scope. */
struct str agent_file(const struct install *in, const struct registration *registration,
                      enum registration_scope scope);
bool agent_is_used(const struct install *in, const struct registration *registration);
void agent_install(struct install *in, const struct registration *registration);
void agent_uninstall(struct install *in, const struct registration *registration);

/* --- install_ci.c --- */
bool ci_is_known(struct str name); /* "github", "gitlab" */
/* "ci" without a system that is known. */
enum cli_status ci_usage_error(const struct cli *cli, struct str name);
void ci_install(struct install *in, struct str name);
/* STR_NONE: all. */
void ci_uninstall(struct install *in, struct str name);

#endif
