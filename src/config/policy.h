/* policy.h -- reason codes and what each leads to. Source: DESIGN §5 *Policy*. */
#ifndef HOOKCHECK_CONFIG_POLICY_H
#define HOOKCHECK_CONFIG_POLICY_H

#include "base/str.h"

/* The zero value blocks. Order: strictest first. */
enum action { ACTION_BLOCK = 0, ACTION_CONFIRM, ACTION_WARN, ACTION_ALLOW };

enum reason_code {
    REASON_INTERNAL_ERROR = 0,
    REASON_PENDING_MIGRATIONS,
    REASON_NEVER_APPLIED,
    REASON_DIRTY_MIGRATION,
    REASON_MULTIPLE_HEADS,
    REASON_BROKEN_HISTORY,
    REASON_INDETERMINATE_HISTORY,
    REASON_MODELS_WITHOUT_MIGRATION,
    REASON_MIGRATION_EDITED,
    REASON_DATABASE_UNREACHABLE,
    REASON_WRONG_DATABASE,
    REASON_NOT_CONFIGURED,
    REASON_UNTRUSTED_CONFIG,
    REASON_CONFIG_ERROR,
    REASON_AUDIT_UNWRITABLE,
    REASON_PROTECTED,
    REASON_DEADLINE,
    REASON_UNKNOWN_REVISION,
    REASON_STAMP,
    REASON_DATABASE_AHEAD,
    REASON_DIVERGED_MIGRATION,
    REASON_UNCOMMITTED_MIGRATIONS,
    REASON_ROLLBACK,
    REASON_LINT_ERROR,
    REASON_NO_MIGRATIONS,
    REASON_COUNT
};

/* "pending-migrations"; never empty. */
struct str reason_code_name(enum reason_code code);
bool reason_code_parse(struct str name, enum reason_code *ret_code);
enum action reason_default_action(enum reason_code code);
/* untrusted-config, config-error, audit-unwritable, protected, deadline, internal-error: a repository cannot soften them. */
bool reason_is_hard(enum reason_code code);

struct str action_name(enum action action); /* "block", "confirm", "warn", "allow" */
bool action_parse(struct str name, enum action *ret_action);

/* A policy: per code, what was configured. Unset codes fall back to the one below. */
struct policy {
    bool set[REASON_COUNT];
    enum action action[REASON_COUNT];
};

#endif
