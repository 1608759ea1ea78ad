#include "config/policy.h"

static const struct {
    struct str name;
    enum action action;
    bool hard;
} reasons[REASON_COUNT] = {
    [REASON_INTERNAL_ERROR] = {STR_INIT("internal-error"), ACTION_BLOCK, true},
    [REASON_PENDING_MIGRATIONS] = {STR_INIT("pending-migrations"), ACTION_BLOCK, false},
    [REASON_NEVER_APPLIED] = {STR_INIT("never-applied"), ACTION_BLOCK, false},
    [REASON_DIRTY_MIGRATION] = {STR_INIT("dirty-migration"), ACTION_BLOCK, false},
    [REASON_MULTIPLE_HEADS] = {STR_INIT("multiple-heads"), ACTION_BLOCK, false},
    [REASON_BROKEN_HISTORY] = {STR_INIT("broken-history"), ACTION_BLOCK, false},
    [REASON_INDETERMINATE_HISTORY] = {STR_INIT("indeterminate-history"), ACTION_BLOCK, false},
    [REASON_MODELS_WITHOUT_MIGRATION] = {STR_INIT("models-without-migration"), ACTION_BLOCK, false},
    [REASON_MIGRATION_EDITED] = {STR_INIT("migration-edited"), ACTION_BLOCK, false},
    [REASON_DATABASE_UNREACHABLE] = {STR_INIT("database-unreachable"), ACTION_BLOCK, false},
    [REASON_WRONG_DATABASE] = {STR_INIT("wrong-database"), ACTION_BLOCK, false},
    [REASON_NOT_CONFIGURED] = {STR_INIT("not-configured"), ACTION_BLOCK, false},
    [REASON_UNTRUSTED_CONFIG] = {STR_INIT("untrusted-config"), ACTION_BLOCK, true},
    [REASON_CONFIG_ERROR] = {STR_INIT("config-error"), ACTION_BLOCK, true},
    [REASON_AUDIT_UNWRITABLE] = {STR_INIT("audit-unwritable"), ACTION_BLOCK, true},
    [REASON_PROTECTED] = {STR_INIT("protected"), ACTION_BLOCK, true},
    [REASON_DEADLINE] = {STR_INIT("deadline"), ACTION_BLOCK, true},
    [REASON_UNKNOWN_REVISION] = {STR_INIT("unknown-revision"), ACTION_CONFIRM, false},
    [REASON_STAMP] = {STR_INIT("stamp"), ACTION_CONFIRM, false},
    [REASON_DATABASE_AHEAD] = {STR_INIT("database-ahead"), ACTION_WARN, false},
    [REASON_DIVERGED_MIGRATION] = {STR_INIT("diverged-migration"), ACTION_WARN, false},
    [REASON_UNCOMMITTED_MIGRATIONS] = {STR_INIT("uncommitted-migrations"), ACTION_WARN, false},
    [REASON_ROLLBACK] = {STR_INIT("rollback"), ACTION_WARN, false},
    [REASON_LINT_ERROR] = {STR_INIT("lint-error"), ACTION_WARN, false},
    [REASON_NO_MIGRATIONS] = {STR_INIT("no-migrations"), ACTION_ALLOW, false},
};

static const struct str actions[] = {
    [ACTION_BLOCK] = STR_INIT("block"),
    [ACTION_CONFIRM] = STR_INIT("confirm"),
    [ACTION_WARN] = STR_INIT("warn"),
    [ACTION_ALLOW] = STR_INIT("allow"),
};

/* A code out of range can only be a bug of ours: it gets the strictest row. */
static enum reason_code checked(enum reason_code code)
{
    return (unsigned)code < REASON_COUNT ? code : REASON_INTERNAL_ERROR;
}

struct str reason_code_name(enum reason_code code)
{
    return reasons[checked(code)].name;
}

bool reason_code_parse(struct str name, enum reason_code *ret_code)
{
    for (unsigned i = 0; i < REASON_COUNT; i++)
        if (str_eq(reasons[i].name, name)) {
            *ret_code = (enum reason_code)i;
            return true;
        }
    return false;
}

enum action reason_default_action(enum reason_code code)
{
    return reasons[checked(code)].action;
}

bool reason_is_hard(enum reason_code code)
{
    return reasons[checked(code)].hard;
}

struct str action_name(enum action action)
{
    return actions[(unsigned)action < COUNT_OF(actions) ? action : ACTION_BLOCK];
}

bool action_parse(struct str name, enum action *ret_action)
{
    for (unsigned i = 0; i < COUNT_OF(actions); i++)
        if (str_eq(actions[i], name)) {
            *ret_action = (enum action)i;
            return true;
        }
    return false;
}
