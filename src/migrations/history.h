/* history.h -- the migrations in code: one history per migration set, read from a tree without running anything.
 *
 * In:    a tree (work tree or commit), a migration set (configured, or found by sets_detect).
 * Out:   migrations in a stable order (bytewise by id), heads, problems with file and line.
 * Fails: the tree cannot be read. What the tool itself would refuse is a problem in the history, not a failure.
 * Source: Alembic 1.8–1.19 script/base.py, script/revision.py; plain SQL runners.
 */
#ifndef HOOKCHECK_MIGRATIONS_HISTORY_H
#define HOOKCHECK_MIGRATIONS_HISTORY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "config/config.h"
#include "config/policy.h"
#include "repository/tree.h"

#define MIGRATIONS_MAX 200000u

struct migration {
    struct str id;
    struct str file;  /* from the work tree's root */
    struct str title; /* first line of the docstring, or the file's words */
    size_t line;      /* where the id stands */
    struct str unit;  /* base name of the file or directory, where a pack read it */
    struct str name;  /* what the table calls its name, where it keeps one */
    /* Of a text that is run again once it changes, where the loader computed it. */
    struct str checksum;
    bool runs_again; /* its tool runs it again once its text changes: an edit is meant */
    /* Digest of its own part of a file that holds several; empty: the file is it. */
    struct str part;
    const void *own;        /* what the code of its tracker keeps of it */
    struct str down_file;   /* the way back; empty: none, or in the same file */
    struct strs down;       /* ids of the migrations right before it, as written */
    struct strs depends_on; /* ids or branch labels */
    struct strs labels;
    bool labelled;        /* it has labels, which only running it may tell */
    struct strs replaces; /* ids that it stands for (a squash) */
    struct strs before;   /* ids that must come after it */
    /* Filled by the loader: indexes into history.migrations */
    size_t *parents; /* down and depends_on, resolved */
    size_t parent_count;
    bool uncommitted; /* set by the gate from repository_uncommitted */
};
VEC_DEFINE(migrations, struct migration);

struct history_problem {
    enum reason_code code; /* broken-history, multiple-heads, indeterminate-history */
    struct str message;    /* names file:line */
    struct str hint;
    size_t heads;  /* multiple-heads: how many */
    struct str of; /* … of which application, where each has heads of its own */
};
VEC_DEFINE(history_problems, struct history_problem);

struct history {
    struct str set;            /* the set's name */
    struct str tracker;        /* "alembic", "sql", the id of a pack */
    const struct tracker *row; /* the pack; NULL for those without */
    /* What reads it, where data does not; NULL: the rules of packs. */
    const struct tracker_code *code;
    struct str root;      /* from the work tree's root; "" is the work tree */
    struct strs versions; /* directories read, from the work tree's root */
    struct str table, schema;
    struct str beside; /* the second table of the tracker's, where it has another name */
    /* Of PostgreSQL: the first of these schemas that has the table counts; empty: any. */
    struct strs search_path;
    bool table_assumed;      /* not written anywhere static: the tracker's default */
    struct strs assumptions; /* sentences for people: what was assumed */
    struct migrations migrations;
    struct strs heads;      /* ids nobody names in down (versioned heads), sorted */
    struct strs real_heads; /* ids nobody names in down or depends_on, sorted */
    bool branches;          /* several heads, and their labels say that they are meant */
    struct history_problems problems;
    struct str upgrade_command; /* the way out: "cd apps/api && alembic upgrade head" */
    struct str merge_command;   /* what joins its heads; empty: its tool has nothing for that */
    /* … for what the tool refuses to apply out of order; empty: none. */
    struct str out_of_order_command;
    struct str squashed_by; /* the file that holds what older migrations made; empty: none */
    /* The system that the tool's settings name for these migrations, as the tool calls it, and the file that does; empty: none is named. */
    struct str dbms_said, dbms_from;
    struct str dbms;               /* of the database that is asked; empty: not known */
    struct config_columns columns; /* names that the configuration gives the table's columns */
    const void *own;               /* what the code of its tracker keeps for the plan */
    struct str parameter;          /* of the tracker's SELECTs; empty: the pack's */
    bool unordered; /* the tool's settings allow migrations before the newest applied one */
    bool ordered;   /* … forbid them, where the tool would take them */
    bool unchecked; /* … and rows without a migration */
    bool edits;     /* … and edited ones, which it would refuse */
};

/* Migration sets of a tree: the configured ones, or what is found when none is configured (outermost first, sorted by root). */
MUST_CHECK bool sets_detect(struct arena *arena, struct tree *tree, const struct config *config,
                            struct config_migrations_list *ret_sets, struct err *e);
/* The same for several commits of one repository, which have most of their directories in common: what `memo` keeps is not looked into again. */
struct survey_memo;
struct survey_memo *survey_memo_new(struct arena *arena, const struct config *config);
MUST_CHECK bool sets_detect_of_commit(struct arena *arena, struct tree *tree,
                                      const struct config *config, struct survey_memo *memo,
                                      struct config_migrations_list *ret_sets, struct err *e);
MUST_CHECK bool history_load(struct arena *arena, struct tree *tree,
                             const struct config_migrations *set, struct history *ret_history,
                             struct err *e);

/* Django: the applications that have several leaves (multiple-heads) once both histories are in one tree, one of them only here, one only there. */
void history_join_django(struct arena *arena, const struct history *ours,
                         const struct history *theirs, struct history_problems *problems);

/* --- Comparison: pure. --- */
enum unknown_kind {
    UNKNOWN_GONE = 0,  /* found nowhere */
    UNKNOWN_ELSEWHERE, /* at another ref */
    UNKNOWN_DELETED,   /* was in this history, and was taken out */
    /* Those below explain themselves, and stand in `explained`. */
    UNKNOWN_RENAMED,
    UNKNOWN_SQUASHED,
    UNKNOWN_BASELINE,
    UNKNOWN_EXTERNAL, /* shipped by a package, or made outside the tool */
};
struct str unknown_kind_name(enum unknown_kind kind);

struct plan_unknown {
    struct str id;
    /* "exists at origin/feature-x (migrations/versions/…py)", filled by the gate; empty: nowhere. */
    struct str where;
    bool elsewhere; /* found at another ref */
    enum unknown_kind kind;
};
VEC_DEFINE(plan_unknowns, struct plan_unknown);

struct plan_dirty { /* a migration that did not end well, or has not ended */
    struct str id;
    struct str state;  /* "failed", "dirty", "partial", "in_progress", "locked" */
    struct str detail; /* what the table says of it; may be empty */
};
VEC_DEFINE(plan_dirties, struct plan_dirty);

struct plan_difference {
    size_t migration; /* index */
    struct str what;  /* "checksum", "name" */
    struct str recorded, actual;
};
VEC_DEFINE(plan_differences, struct plan_difference);

VEC_DEFINE(plan_indexes, size_t); /* into history.migrations */

struct plan {
    size_t applied_count;
    struct plan_indexes pending; /* in the order in which the tool would apply them */
    /* Older than what is applied: the tool skips them silently; not among the pending. */
    struct plan_indexes never_applied;
    struct plan_indexes out_of_order; /* those of the pending that the tool refuses to apply */
    struct plan_unknowns unknown;     /* rows that this code does not know */
    struct plan_unknowns explained; /* rows without a migration here that are no cause for alarm */
    struct plan_dirties dirty;
    struct plan_differences diverged;
    /* The newest applied one, in the order of the tool; empty: see database_heads. */
    struct str version;
    bool pending_is_exact;            /* what is pending does not depend on rows that are unknown */
    struct history_problems problems; /* overlapping rows, ambiguous partial ids… */
    struct strs database_heads;       /* the rows as stored, sorted */
    /* Sentences for people: how rows were read ("the rows hold file names without .sql"). */
    struct strs notes;
};

struct database_rows;
/* `rows` of one tracking table (absent and empty count as base). */
MUST_CHECK bool plan_make(struct arena *arena, const struct history *history,
                          const struct database_rows *rows, struct plan *ret_plan, struct err *e);
/* Compares checksums with the files of the tree from which the history came: adds to plan->diverged, and what only differs in its line ends
 * to plan->notes. */
MUST_CHECK bool plan_verify(struct arena *arena, struct tree *tree, const struct history *history,
                            const struct database_rows *rows, struct plan *plan, struct err *e);

#endif
