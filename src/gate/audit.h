/* audit.h -- the trail: one JSON line per decision on a recognised deploy, chained by SHA-256.
 *
 * STATE/audit/audit.jsonl, and rotated audit-NNNNNN.jsonl beside it. Each line holds "previous": the SHA-256 of the line before it (without its line
 * feed), 64 zeros for the first line of the chain; a rotated file's successor goes on with the chain. Written under a lock (flock on STATE/audit/lock) with one write and fsync; a torn
 * last line left by a killed writer is set aside into STATE/audit/torn.jsonl before the next append, and noted in the chain.
 */
#ifndef HOOKCHECK_GATE_AUDIT_H
#define HOOKCHECK_GATE_AUDIT_H

#include "gate/gate.h"

#define AUDIT_ROTATE_BYTES (16u << 20)
#define AUDIT_RETENTION_YEARS_DEFAULT 7u

/* Appends. `fields`: the JSON members of the record without braces and without "time", "previous". */
MUST_CHECK bool audit_append(struct arena *arena, struct str state, struct str fields,
                             struct err *e);
/* The members for one decision. */
struct str audit_fields(struct arena *arena, const struct decision_input *input,
                        const struct verdict *verdict, const struct looks *looks);

struct audit_check {
    size_t lines, files;
    bool intact;
    struct str message; /* where the chain breaks: file:line and why */
};
MUST_CHECK bool audit_verify(struct arena *arena, struct str state, struct audit_check *ret_check,
                             struct err *e);

/* Calls back for each line, oldest first. */
typedef bool audit_visit(void *context, const cJSON *record, struct str line, struct err *e);
MUST_CHECK bool audit_read(struct arena *arena, struct str state, audit_visit *visit, void *context,
                           struct err *e);

#endif
