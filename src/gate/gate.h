/* gate.h -- the one decision. Hooks, CI and the dry run all call gate_decide(); a dry run that could disagree with the hook is a bug.
 *
 * In:    a request, the deploys recognised in it, the configurations.
 * Out:   a verdict: the strictest action of all its reasons; every reason with code, sentence and way out.
 * Fails: never: a failure inside becomes the reason internal-error (or deadline), which blocks.
 *
 * Invariants:
 * 1. struct verdict zeroed is a block.
 * 2. Nothing is written to a database.
 * 3. Only a trusted configuration starts a command or opens a connection.
 * 4. The audit line is written before the verdict is returned; if it cannot be, audit-unwritable is a reason.
 */
#ifndef HOOKCHECK_GATE_GATE_H
#define HOOKCHECK_GATE_GATE_H

#include "base/request.h"
#include "config/config.h"
#include "database/database.h"
#include "deploys/deploys.h"
#include "migrations/history.h"
#include "repository/repository.h"

struct reason {
    enum reason_code code;
    enum action action;
    struct str environment;
    struct str set;
    struct str message; /* what was seen, where, why it matters */
    struct str hint;    /* the exact command that mends it */
};
VEC_DEFINE(reasons, struct reason);

/* A person's override that counts for an environment in question. */
struct override_note {
    struct str id; /* empty: they cannot be read, and why_not says why */
    struct str environment, reason, by;
    struct str until; /* "2026-11-28T15:04Z" */
    bool used;        /* for this decision (a dry run: it would be) */
    struct str push;  /* used by a push that has not begun: its commits */
    struct str why_not;
};
VEC_DEFINE(override_notes, struct override_note);

struct verdict {
    /* ACTION_BLOCK == 0; the strictest of the reasons. No reason: ACTION_ALLOW, set in one place. */
    enum action action;
    struct reasons reasons;
    struct override_notes overrides;
};

enum set_state {
    SET_CURRENT,
    SET_PENDING,
    SET_AHEAD,
    SET_UNKNOWN,
    SET_DIVERGED,
    SET_DIRTY,
    SET_INDETERMINATE,
    SET_UNREACHABLE,
    SET_WRONG_DATABASE,
    SET_NOT_CONFIGURED,
    SET_OFFLINE
};
struct str set_state_name(enum set_state state);

struct look_set { /* one migration set against one database */
    struct history history;
    struct plan plan;
    enum set_state state;
    struct database_answer answer;
    bool asked; /* answer is filled */
};
VEC_DEFINE(look_sets, struct look_set);

struct look { /* what gate and `status` see of one environment */
    struct str environment;
    struct str work_tree;
    struct str at;     /* "work tree" or the commit */
    struct str commit; /* its whole id; empty: the work tree, or it cannot be read */
    struct look_sets sets;
    struct reasons reasons;
    struct str code_version;     /* heads of all sets, joined by commas */
    struct str database_version; /* rows of all sets, joined by commas; "" unknown */
    bool pending;
};
VEC_DEFINE(looks, struct look);

struct look_options {
    struct str environment;        /* configured name; empty: the default one */
    struct strs sets;              /* empty: those of the environment / directory */
    struct str directory;          /* where the deploy runs; chooses sets */
    struct str revision;           /* --at, or the commit that is deployed; empty: the work tree */
    struct repository *repository; /* to read `revision` from; NULL: that of the work tree */
    bool offline;                  /* the code side alone */
    /* Ask git for uncommitted migrations in any case (it costs a few milliseconds), not only when some are pending. */
    bool for_deploy;
    uint64_t deadline_ms; /* clock_ms() value */
};
/* Code side and database side of one environment, compared. */
MUST_CHECK bool gate_look(struct arena *arena, const struct config *config,
                          const struct look_options *options, struct look *ret_look, struct err *e);
/* The strictest action of a list of reasons; the only place where "allow" comes from. */
struct verdict verdict_of(struct reasons reasons);
/* Adds a reason with the action that the policy gives it; the same reason twice is one. `config` may be NULL (then the defaults count),
 * `environment` too. */
void reasons_add(struct arena *arena, struct reasons *reasons, const struct config *config,
                 const struct config_environment *environment, struct reason reason);

struct decision_input {
    const struct request *request;
    const struct deploys *deploys;
    const struct tampers *tampers; /* what it would do to the gate itself; may be NULL */
    struct configs *configs;
    struct str state_directory; /* audit trail */
    bool dry_run;               /* no audit line */
    /* A push: what is deployed is read from it; NULL: from the work tree's. */
    struct repository *repository;
    /* Reasons that were found before, part of the decision; may be NULL. */
    const struct reasons *found;
    uint64_t deadline_ms; /* clock_ms() value */
};
/* Never fails; `ret_looks` (may be NULL) receives what was seen. */
void gate_decide(struct arena *arena, const struct decision_input *input,
                 struct verdict *ret_verdict, struct looks *ret_looks);

#endif
