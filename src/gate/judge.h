/* judge.h -- from facts to reasons: pure functions over what was read and answered, so that each sentence can be tested.
 *
 * Every message is a first line with the fact, then indented lines of at most 80 columns where names allow it; at most JUDGE_LISTED items
 * are named, the rest is counted.
 */
#ifndef HOOKCHECK_GATE_JUDGE_H
#define HOOKCHECK_GATE_JUDGE_H

#include "gate/gate.h"

#define JUDGE_LISTED 10u

struct judge {
    struct arena *arena;
    const struct config *config;
    const struct config_environment *environment; /* may be NULL */
    struct reasons *reasons;
};

void judge_add(const struct judge *judge, enum reason_code code, struct str set, struct str message,
               struct str hint);

/* The environment's name for sentences: "production", or "the database" when there is none. */
struct str judge_environment(const struct judge *judge);
/* The rows as one string, or "none (…)" with the reason why there are none. */
struct str judge_database_version(struct arena *arena, const struct look_set *set,
                                  const struct database_rows *rows);

/* Does the server that answered carry the configured identity? Adds wrong-database and returns false when not. */
bool judge_identity(const struct judge *judge, struct str set,
                    const struct database_answer *answer);
/* Findings of the code alone. */
void judge_history(const struct judge *judge, const struct look_set *set);
void judge_pending(const struct judge *judge, const struct look_set *set,
                   const struct database_rows *rows);
void judge_dirty(const struct judge *judge, const struct look_set *set,
                 const struct database_rows *rows);
void judge_never_applied(const struct judge *judge, const struct look_set *set,
                         const struct database_rows *rows);
void judge_diverged(const struct judge *judge, const struct look_set *set,
                    const struct database_rows *rows);
/* Unknown rows: `proven` when another ref's history shows that all of this code's migrations are applied or which are not. */
void judge_unknown(const struct judge *judge, const struct look_set *set,
                   const struct database_rows *rows, bool proven, struct str why_not);
/* What a command said of itself against what its version says. */
void judge_command_flag(const struct judge *judge, const struct look_set *set,
                        const struct database_rows *rows);
void judge_uncommitted(const struct judge *judge, const struct look_set *set);
void judge_unreachable(const struct judge *judge, struct str set, struct str message,
                       struct str hint);

#endif
