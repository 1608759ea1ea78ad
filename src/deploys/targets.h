/* targets.h -- named targets of a file (Makefile, justfile, Taskfile…), whatever its syntax: what each runs, and what runs before it.
 * Private to src/deploys; the readers fill it, targets_run() judges it.
 */
#ifndef HOOKCHECK_DEPLOYS_TARGETS_H
#define HOOKCHECK_DEPLOYS_TARGETS_H

#include "deploys/follow.h"

struct target_command {
    size_t line;
    struct str text;      /* shell text; empty when `target` is set */
    struct str target;    /* runs this target */
    struct str arguments; /* of that target, as shell words; for `just` */
};
VEC_DEFINE(target_commands, struct target_command);

struct target {
    struct str name; /* may hold one '%': a pattern */
    size_t line;
    struct strs before, after; /* targets */
    struct target_commands commands;
    struct settings variables; /* of this target alone */
    struct strs parameters;    /* "name" or "name=default"; a leading '*' takes the rest */
    struct str directory;      /* relative to the file's; empty: there */
    bool script;               /* one text: the lines share a shell */
};
VEC_DEFINE(target_list, struct target);

struct target_file {
    struct followed file;
    struct target_list targets;
    struct settings variables;
    struct str default_target;
    struct strs aliases;  /* name, target, name, target… */
    bool incomplete;      /* something was not read: an include, a template */
    struct str directory; /* where its commands run */
    char escape;          /* '$': $(X) is a variable of the file; '{': {{X}} */
};

/* Variables of the file replaced by their values; unknown ones become shell variables that nobody set. */
struct str targets_expand(struct recogniser *r, const struct target_file *file,
                          const struct settings *first, struct str text, struct str stem,
                          struct str target, unsigned depth);
struct str setting_find(const struct settings *settings, struct str name);
void setting_put(struct recogniser *r, struct settings *settings, struct str name,
                 struct str value);

MUST_CHECK bool targets_run(struct recogniser *r, struct shell_state *state,
                            const struct call *call, const struct target_file *file,
                            struct str name, const struct settings *variables,
                            const struct strs *arguments, struct err *e);
const struct target *targets_find(const struct target_file *file, struct str name,
                                  struct str *ret_stem);

void makefile_read(struct recogniser *r, const struct call *call, struct target_file *file);
void justfile_read(struct recogniser *r, const struct call *call, struct target_file *file);
void taskfile_read(struct recogniser *r, struct target_file *file);

/* The first of the names that is there, in the directory (and above it, when `upwards`). */
bool targets_open(struct recogniser *r, const struct call *call, struct str directory,
                  const char *const *names, size_t count, bool upwards, struct followed *ret);

#endif
