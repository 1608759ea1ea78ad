/* user_rules.h -- the rules of one configuration, compiled once. Private to src/deploys. */
#ifndef HOOKCHECK_DEPLOYS_USER_RULES_H
#define HOOKCHECK_DEPLOYS_USER_RULES_H

#include "deploys/judge.h"

struct user_rules {
    const struct config *config;
    /* NULL where the pattern is bad: the configuration's reader has said so. */
    struct regex **deploys;
    struct regex **unlesses; /* as `deploys`; NULL too where a rule has none */
    struct regex **not_deploys;
    struct user_rules *next;
};

/* *ret_rules is NULL when there is no configuration at all. */
MUST_CHECK bool user_rules_for(struct recogniser *r, struct str directory,
                               struct user_rules **ret_rules, struct err *e);

#endif
