/* settings.h -- between settings.c, which reads what a tool's own files say, and settings_choose.c, which chooses among it. */
#ifndef HOOKCHECK_MIGRATIONS_SETTINGS_H
#define HOOKCHECK_MIGRATIONS_SETTINGS_H

#include "migrations/tracker.h"
#include "readers/file_values.h"

/* One value in one file. */
struct said {
    const struct tracker_setting *setting;
    struct file_value value;
    struct str directory; /* of a directory: from the work tree's root; STR_NONE: outside of it */
    bool of_others;       /* only another environment has it */
    bool near;            /* beside the directory that is asked for */
    bool own;             /* of what the directory that is asked for belongs to, by its name */
};
VEC_DEFINE(said_list, struct said);

struct listing { /* of a directory */
    struct str path;
    struct tree_entries entries;
};

struct asking {
    struct arena *arena;
    struct tree *tree;
    const struct tracker *tracker;
    struct str root, wanted;
    struct said_list said;
    VEC(struct listing) listings; /* every setting has forms of its own in the same directories */
    struct tracker_places *places;
    struct str computed; /* the place of a directory that is computed */
    struct str computed_table;
    size_t listed;
    struct str owner; /* of `wanted`; STR_NONE: not looked for yet */
    bool of_others;   /* what is being read */
    bool near;        /* … lies beside `wanted` */
    bool own;         /* … names what `wanted` belongs to */
    bool cut;         /* there were more than are listed */
    struct err *e;
};

bool settings_sets_directory(const struct tracker_setting *setting);
/* … or only says of which one the table beside it is: that it holds migrations is told by other signs. */
bool settings_names_directory(const struct tracker_setting *setting);
/* settings_files.c: the files of a setting that are there, none of tests. */
MUST_CHECK bool settings_files(struct asking *a, const struct tracker_setting *setting,
                               struct strs *ret_paths);
/* … "^/" and a form of names: in the two directories above the one that is asked for, none for all. */
MUST_CHECK bool settings_near_files(struct asking *a, const struct tracker_setting *setting,
                                    struct strs *ret_paths);
/* settings_owner.c: can what a setting calls `name`, of the project `project` (may be STR_NONE), be the directory that is asked for? */
bool settings_is_wanted(struct asking *a, struct str name, struct str project);
/* … and is it so by its name? */
bool settings_is_owner(struct asking *a, struct str name);
/* … does the file, a cluster's, speak of another service of the repository that has migrations, by its path? */
bool settings_is_of_service(struct asking *a, struct str path);
bool settings_is_directory(struct asking *a, struct str path);

/* Fills a->places from a->said. */
void settings_choose(struct asking *a);

#endif
