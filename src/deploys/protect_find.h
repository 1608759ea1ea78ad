/* protect_find.h -- which of our files would `find` come upon? Private to src/deploys.
 *
 * In:    find's words, the directory it runs in. Directories where files of ours are get listed, no file is read.
 * Out:   paths as find prints them, of files that stand there now and of those that a literal -name names.
 * Limit: tests that cannot be judged (-mtime, -user…) hold below a directory of ours, or where a name is asked for; elsewhere they do not. In a
 *        directory that is not known, only what is asked for by its very name counts.
 */
#ifndef HOOKCHECK_DEPLOYS_PROTECT_FIND_H
#define HOOKCHECK_DEPLOYS_PROTECT_FIND_H

#include "deploys/judge.h"

/* What comes to an action that the pattern takes (protect_expression.h); NULL: what is printed. */
struct strs protect_find_paths(struct recogniser *r, struct str directory,
                               const struct shell_value *words, size_t count, struct regex *action);
/* What it prints, for `| xargs rm`: these files, and others that are not ours. False: nothing is known of it. */
bool protect_find_printed(struct recogniser *r, struct str directory,
                          const struct shell_value *words, size_t count, struct str *ret_text);
/* What {} stands for in the words of the action that stands at `action`: a literal name, or what is not known. *ret_ours: files of ours. */
struct strs protect_find_items(struct recogniser *r, const struct call *call, size_t action,
                               struct strs *ret_ours);

/* --- protect_fd.c --- */
/* The words of a `find` that comes upon what fd does; without what it runs. */
struct shell_values protect_fd_words(struct recogniser *r, const struct call *call);
/* -x, --exec=rm, -HXrm: does fd run from this word on? *ret_program: what stands in the word itself; may be empty. */
bool protect_fd_runs(struct str word, struct str *ret_program);
/* A pattern that is looked for in the last part of a path, for -regex with posix-extended. */
struct str protect_name_regex(struct arena *arena, struct str pattern);

#endif
