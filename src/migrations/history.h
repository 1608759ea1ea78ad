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
    struct str file;        /* from the work tree's root */
    struct str title;       /* first line of the docstring, or the file's words */
    size_t line;            /* where the id stands */
    struct strs down;       /* ids of the migrations right before it, as written */
    struct strs depends_on; /* ids or branch labels */
    struct strs labels;
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
};
VEC_DEFINE(history_problems, struct history_problem);

struct history {
    struct str set;       /* the set's name */
    struct str tracker;   /* "alembic", "sql" */
    struct str root;      /* from the work tree's root; "" is the work tree */
    struct strs versions; /* directories read, from the work tree's root */
    struct str table, schema;
    bool table_assumed;      /* not written anywhere static: the tracker's default */
    struct strs assumptions; /* sentences for people: what was assumed */
    struct migrations migrations;
    struct strs heads;      /* ids nobody names in down (versioned heads), sorted */
    struct strs real_heads; /* ids nobody names in down or depends_on, sorted */
    struct history_problems problems;
    struct str upgrade_command; /* the way out: "cd apps/api && alembic upgrade head" */
};

/* Migration sets of a tree: the configured ones, or what is found when none is configured (outermost first, sorted by root). */
MUST_CHECK bool sets_detect(struct arena *arena, struct tree *tree, const struct config *config,
                            struct config_migrations_list *ret_sets, struct err *e);
MUST_CHECK bool history_load(struct arena *arena, struct tree *tree,
                             const struct config_migrations *set, struct history *ret_history,
                             struct err *e);

/* --- Comparison: pure. --- */
struct plan_unknown {
    struct str id;
    struct str
        where; /* "exists at origin/feature-x (migrations/versions/…py)", filled by the gate; empty: nowhere */
    bool elsewhere; /* found at another ref */
};
VEC_DEFINE(plan_unknowns, struct plan_unknown);

struct plan {
    size_t applied_count;
    VEC(size_t)
    pending; /* indexes into history.migrations in the order in which the tool would apply them */
    struct plan_unknowns unknown;     /* rows that this code does not know */
    struct history_problems problems; /* overlapping rows, ambiguous partial ids… */
    struct strs database_heads;       /* the rows as stored, sorted */
    struct strs
        notes; /* sentences for people: how rows were read ("the rows hold file names without .sql") */
};

struct database_rows;
/* `rows` of one tracking table (absent and empty count as base). */
MUST_CHECK bool plan_make(struct arena *arena, const struct history *history,
                          const struct database_rows *rows, struct plan *ret_plan, struct err *e);

#endif
