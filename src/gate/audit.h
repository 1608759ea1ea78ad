/* audit.h -- the trail: one JSON line per decision on a recognised deploy, chained by SHA-256.
 *
 * STATE/audit/audit.jsonl, and rotated audit-NNNNNN.jsonl beside it. Each line holds "previous": the SHA-256 of the line before it
 * (without its line feed), 64 zeros for the first line of the chain; a rotated file's successor goes on with the chain.
 *
 * Written under a lock (flock on STATE/audit/lock) with one write and fsync; a torn last line left by a killed writer was never
 * acknowledged: it is set aside into STATE/audit/torn.jsonl before the next append, and noted in the chain ("torn": bytes).
 * STATE/audit/head holds the digest of the newest line, so that cutting lines off the end shows: it is the last line's digest or, when a
 * writer was killed between the two, that of the line before.
 * Rotated files past the retention are removed; STATE/audit/removed then holds the digest with which the chain goes on.
 */
#ifndef HOOKCHECK_GATE_AUDIT_H
#define HOOKCHECK_GATE_AUDIT_H

#include "gate/gate.h"

#define AUDIT_ROTATE_BYTES ((size_t)16 << 20)
#define AUDIT_RETENTION_YEARS_DEFAULT 7u
#define AUDIT_LINE_MAX ((size_t)1 << 20)
#define AUDIT_LOCK_MS 10000u

struct audit_options {
    struct str state;         /* the state directory */
    size_t rotate_bytes;      /* 0: AUDIT_ROTATE_BYTES */
    unsigned retention_years; /* 0: AUDIT_RETENTION_YEARS_DEFAULT */
    /* clock_ms() value until which the lock is waited for; 0: AUDIT_LOCK_MS from now. */
    uint64_t deadline_ms;
};

/* Appends. `fields`: the JSON members of the record without braces and without "time", "previous". */
MUST_CHECK bool audit_append(struct arena *arena, const struct audit_options *options,
                             struct str fields, struct err *e);
/* The members for one decision. */
struct str audit_fields(struct arena *arena, const struct decision_input *input,
                        const struct verdict *verdict, const struct looks *looks);

struct audit_check {
    size_t lines, files;
    bool intact;
    struct str message; /* where the chain breaks: file:line and why */
};
/* Waits for the lock, so that no writer is halfway through. */
MUST_CHECK bool audit_verify(struct arena *arena, struct str state, struct audit_check *ret_check,
                             struct err *e);

/* Does the trail no longer end where "head" says? A torn line behind that end is nobody's fault. */
MUST_CHECK bool audit_was_cut(struct arena *arena, struct str state, bool *ret_cut, struct err *e);

/* Calls back for each line, oldest first. A line that is no JSON object is handed over with `record` NULL. */
typedef bool audit_visit(void *context, const cJSON *record, struct str line, struct err *e);
MUST_CHECK bool audit_read(struct arena *arena, struct str state, audit_visit *visit, void *context,
                           struct err *e);
/* Only the lines that hold `needle`, of the files that were written at `since` (seconds) or later. */
MUST_CHECK bool audit_search(struct arena *arena, struct str state, struct str needle,
                             uint64_t since, audit_visit *visit, void *context, struct err *e);

#endif
