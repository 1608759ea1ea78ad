#include "gate/gate.h"

struct str set_state_name(enum set_state state)
{
    switch (state) {
    case SET_CURRENT:
        return STR("current");
    case SET_PENDING:
        return STR("pending");
    case SET_AHEAD:
        return STR("ahead");
    case SET_UNKNOWN:
        return STR("unknown");
    case SET_DIVERGED:
        return STR("diverged");
    case SET_DIRTY:
        return STR("dirty");
    case SET_INDETERMINATE:
        return STR("indeterminate");
    case SET_UNREACHABLE:
        return STR("unreachable");
    case SET_WRONG_DATABASE:
        return STR("wrong-database");
    case SET_NOT_CONFIGURED:
        return STR("not-configured");
    case SET_OFFLINE:
        return STR("offline");
    }
    return STR("indeterminate");
}

struct verdict verdict_of(struct reasons reasons)
{
    struct verdict verdict = {.reasons = reasons};
    enum action strictest = ACTION_ALLOW;

    for (size_t i = 0; i < reasons.count; i++) {
        enum action action = reasons.items[i].action;
        if (action != ACTION_CONFIRM && action != ACTION_WARN && action != ACTION_ALLOW)
            action = ACTION_BLOCK;
        if (action < strictest)
            strictest = action;
    }
    verdict.action = strictest;
    return verdict;
}

void reasons_add(struct arena *arena, struct reasons *reasons, const struct config *config,
                 const struct config_environment *environment, struct reason reason)
{
    reason.action = config ? config_action(config, environment, reason.code)
                           : reason_default_action(reason.code);
    if (environment && str_is_empty(reason.environment))
        reason.environment = environment->name;
    for (size_t i = 0; i < reasons->count; i++) {
        struct reason *other = &reasons->items[i];
        if (other->code == reason.code && str_eq(other->environment, reason.environment) &&
            str_eq(other->set, reason.set) && str_eq(other->message, reason.message)) {
            if (reason.action < other->action)
                other->action = reason.action;
            return;
        }
    }
    VEC_PUSH(arena, reasons, reason);
}
