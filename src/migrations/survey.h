/* survey.h -- one walk through a tree, collecting every sign of migrations (inside migrations only).
 *
 * Breadth first, at most SURVEY_DEPTH_MAX levels (what lies deeper is told in `deep`) and SURVEY_DIRECTORIES_MAX directories. Not entered: dot directories, dependencies,
 * virtual environments, build results (dist only where nothing else is found), other work trees of the same repository. In work trees nested repositories and submodules are entered; a
 * commit has nothing of a submodule but the name of one of its commits (`submodules`).
 */
#ifndef HOOKCHECK_MIGRATIONS_SURVEY_H
#define HOOKCHECK_MIGRATIONS_SURVEY_H

#include "migrations/history.h"
#include "migrations/survey_memo.h"

#define SURVEY_DEPTH_MAX 12u
#define SURVEY_DIRECTORIES_MAX 50000u

struct survey_foreign { /* a tracker we cannot read */
    struct str directory;
    const char *tracker;
};
VEC_DEFINE(survey_foreigns, struct survey_foreign);

struct survey_found { /* what a pack describes */
    struct str directory;
    struct str root; /* of the project */
    const struct tracker *tracker;
    int rank;          /* enum sign_rank */
    struct str reason; /* the file by which it was found */
    /* The object of the tool's file that names it, with what else it names; empty: none does. */
    struct str named;
    struct str database, database_from; /* as in struct config_migrations */
    bool member;  /* of the application at `root`: its members make one history (modules.h) */
    bool own;     /* another run of the application's reads it: a history of its own */
    bool dropped; /* the application does not read it */
};
VEC_DEFINE(survey_founds, struct survey_found);

struct survey_unplaced { /* the tool's file names a directory that is not to be had */
    struct str root;
    const struct tracker *tracker;
    struct str why, file;
};
VEC_DEFINE(survey_unplaceds, struct survey_unplaced);

struct survey_left_out { /* what is told of an application's directories */
    struct str root;
    const struct tracker *tracker;
    struct str why;
};
VEC_DEFINE(survey_left_outs, struct survey_left_out);

struct survey {
    struct strs settings; /* directories with alembic.ini or a [tool.alembic] */
    struct strs scripts;  /* directories with env.py and versions/ */
    struct strs sql;      /* directories of numbered SQL files */
    struct survey_foreigns foreign;
    struct survey_founds found;
    /* Directories that the tool's file names for other environments than production. */
    struct survey_founds elsewhere;
    struct survey_unplaceds unplaced;
    struct survey_left_outs left_out;
    struct strs unreadable; /* files that could tell whose migrations lie there: "PATH: why" */
    struct strs deep;       /* directories that were not entered */
    struct strs submodules; /* of a commit: what lies in them is not seen */
};

/* `config` (may be NULL) has trackers of the user's; `only` (may be NULL) leaves out all other packs. */
MUST_CHECK bool survey_tree(struct arena *arena, struct tree *tree, const struct config *config,
                            const struct tracker *only, struct str root, struct survey *ret_survey,
                            struct err *e);
/* The same of a whole tree; what `memo` (may be NULL) keeps of other commits is not looked into again. */
MUST_CHECK bool survey_commit(struct arena *arena, struct tree *tree, const struct config *config,
                              struct survey_memo *memo, struct survey *ret_survey, struct err *e);
struct survey_directories {
    struct strs list;
    bool together; /* the tool reads all of them */
    struct strs notes;
};
/* The directories below `root` with migrations of this tracker, sorted. */
MUST_CHECK bool survey_directories(struct arena *arena, struct tree *tree,
                                   const struct tracker *tracker, struct str root,
                                   struct survey_directories *ret_directories, struct err *e);
/* Has a part of the path a name that tools give to their migrations? */
bool survey_is_of_migrations(struct str directory);
/* Is the directory a test, an example or documentation? Its migrations count only where there are no others. */
bool survey_is_aside(struct str directory);
/* src/test/resources/db/migration is on the class path of tests alone: takes such directories out of history->versions and says so, unless there are
 * no others. */
void survey_leave_aside_out(struct arena *arena, const struct config_migrations *set,
                            struct history *history);
/* survey_copies.c: takes out what a build copied from migrations that were found as well. */
void survey_drop_copies(struct arena *scratch, struct survey *survey);
/* … and of one directory that a symbolic link leads to as well, all paths but one. */
void survey_drop_links(struct arena *scratch, struct tree *tree, struct survey *survey);
/* Does a link make one directory of these two? */
bool survey_is_linked_to(struct arena *scratch, struct tree *tree, struct str a, struct str b);
/* … and directories that only other environments have, which are found by their look as well. */
void survey_drop_elsewhere(struct survey *survey);
/* Migrations, or what may be some, not of tests alone? */
bool survey_has_any(const struct survey *survey);

#endif
