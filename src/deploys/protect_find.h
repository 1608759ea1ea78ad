/* protect_find.h -- which of our files would `find` come upon? Private to src/deploys.
 *
 * In:    find's words, the directory it runs in. Directories where files of ours are get listed, no file is read.
 * Out:   paths as find prints them, of files that stand there now and of those that a literal -name names.
 * Limit: with -o, -prune, parentheses, -regex only the names asked for count; what cannot be judged (-mtime, -user…) counts as true below a
 *        directory of ours, as false elsewhere.
 */
#ifndef HOOKCHECK_DEPLOYS_PROTECT_FIND_H
#define HOOKCHECK_DEPLOYS_PROTECT_FIND_H

#include "deploys/judge.h"

struct strs protect_find_paths(struct recogniser *r, struct str directory,
                               const struct shell_value *words, size_t count);
/* What it prints, for `| xargs rm`: the directories of these files, the names in them as asked for or not known. False: nothing of ours. */
bool protect_find_printed(struct recogniser *r, struct str directory,
                          const struct shell_value *words, size_t count, struct str *ret_text);
/* What {} stands for: a literal name; below a directory of ours any file there; else not known. */
struct str protect_find_item(struct recogniser *r, struct str directory,
                             const struct shell_value *words, size_t count);

#endif
