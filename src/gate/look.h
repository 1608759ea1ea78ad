/* look.h -- what one look shares between its steps (private to src/gate). */
#ifndef HOOKCHECK_GATE_LOOK_H
#define HOOKCHECK_GATE_LOOK_H

#include "gate/judge.h"
#include "repository/repository.h"

struct shared_tables;

struct viewer {
    struct arena *arena;
    const struct config *config;
    const struct look_options *options;
    struct judge judge;
    struct tree *tree;
    struct repository *repository; /* opened on first need */
    bool repository_failed;        /* tried: there is none, or the reason is there */
    bool no_repository;
    struct str commit; /* what options->revision is */
    struct strs code_versions, database_versions;
    struct config_migrations_list all; /* the sets of the tree, whichever are looked at */
    struct shared_tables *shared;      /* shared.c; made on first need */
    struct strs *uncommitted; /* of the whole tree, where many directories are asked about */
};

/* A step that failed becomes the reason that fits: deadline, internal-error, indeterminate-history. */
void viewer_failed(struct viewer *viewer, struct str set, const char *what, const struct err *e);
/* The work tree's files, or those of options->revision. A revision that cannot be read is a reason, and viewer->tree stays NULL. */
MUST_CHECK bool viewer_open_tree(struct viewer *viewer, struct str *ret_at, struct err *e);
/* The database that is configured for a set; NULL: none. */
const struct config_database *viewer_source(const struct viewer *viewer,
                                            const struct config_migrations *set);
/* Rows that only the database knows, and that another of the sets has put into this table, are explained. */
MUST_CHECK bool viewer_explain_shared(struct viewer *viewer, struct look_set *set,
                                      const struct config_migrations *wanted, struct err *e);
/* Of a table with many rows: takes those out of *rows that other sets alone have put there, where they say nothing of this one. Some are in
 * ret_plan->explained, and a note tells of the others. */
MUST_CHECK bool viewer_part_others(struct viewer *viewer, const struct look_set *set,
                                   const struct config_migrations *wanted,
                                   struct database_rows *rows, struct plan *ret_plan,
                                   struct err *e);
/* Marks the tables of set->answer in which only rows of other sets are, where this one's are in others and in none of them beside another's: a schema for
 * each set. One that has nothing of the code, or of several sets, is everybody's. */
MUST_CHECK bool viewer_mark_tables_of_others(struct viewer *viewer, const struct look_set *set,
                                             const struct config_migrations *wanted,
                                             bool *ret_marks, struct err *e);
/* Judges each table of set->answer, and adds what comes of it to the look. */
MUST_CHECK bool viewer_judge_tables(struct viewer *viewer, struct look_set *set,
                                    const struct config_migrations *wanted,
                                    enum table_layout layout, struct look *look, struct err *e);
/* Looks for rows that only the database knows at all refs. True when the histories there show which migrations of this code are
 * applied: the plan's pending list is then right. Otherwise *ret_why says what stood in the way. */
bool viewer_search_unknown(struct viewer *viewer, struct look_set *set,
                           const struct database_rows *rows, struct str *ret_why);
/* The same for the table of a pack: what is pending is known anyway, so that only the words about the rows depend on it. */
bool viewer_search_refs(struct viewer *viewer, struct look_set *set,
                        const struct config_migrations *wanted, uint64_t limit_ms,
                        struct str *ret_why);
/* Marks migrations whose files are not committed, with a reason. */
void viewer_mark_uncommitted(struct viewer *viewer, struct look_set *set);
void viewer_close(struct viewer *viewer);

#endif
