/* protect_path.h -- paths of files that may not be changed unseen. Private to src/deploys. */
#ifndef HOOKCHECK_DEPLOYS_PROTECT_PATH_H
#define HOOKCHECK_DEPLOYS_PROTECT_PATH_H

#include "deploys/protect_tables.h"

struct protected_path {
    const struct protect_file *row; /* NULL: state */
    bool state;                     /* in hookcheck's state directory */
    struct str path;                /* absolute; where links lead */
};

/* `state`: hookcheck's state directory. `removed`: the path itself goes away, not what it leads to; then a directory around the state counts. */
bool protect_look_up(struct arena *arena, const struct protect_tables *tables, struct str state,
                     struct str absolute, bool removed, struct protected_path *ret);
/* A directory that holds files of ours, by its name. */
bool protect_is_directory(struct arena *arena, const struct protect_tables *tables,
                          struct str absolute);
/* One that holds nothing else: what goes there, by whatever name, may be ours. */
bool protect_is_directory_of_hooks(struct arena *arena, const struct protect_tables *tables,
                                   struct str absolute);
/* Does the shell's pattern take the name? `hidden`: also one that begins with a dot where the pattern does not. */
bool protect_glob_fits(struct arena *arena, struct str glob, struct str name, bool hidden);
/* `hidden`: wildcards take names that begin with a dot, too. A pattern of the shell's stands for those of our names that it takes in the last part of a path, and for what is there now. */
struct strs protect_expand(struct arena *arena, const struct protect_tables *tables,
                           struct str absolute, bool hidden);
/* Text that would decide which hooks run if it stood in a file that git's or lefthook's configuration takes over; whether they do, who judges it
 * finds out. */
bool protect_may_be_included(struct arena *arena, struct str path, struct str text,
                             struct tamper *ret_tamper);
void protect_fill(struct arena *arena, const struct protect_tables *tables,
                  const struct protected_path *found, struct tamper *tamper);

#endif
