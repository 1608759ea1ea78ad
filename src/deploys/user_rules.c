#include "deploys/user_rules.h"

static struct user_rules *compile(struct recogniser *r, const struct config *config)
{
    struct user_rules *rules = ARENA_NEW(r->arena, struct user_rules);

    rules->config = config;
    rules->deploys = ARENA_ARRAY(r->arena, config->deploys.count + 1, struct regex *);
    rules->unlesses = ARENA_ARRAY(r->arena, config->deploys.count + 1, struct regex *);
    rules->not_deploys = ARENA_ARRAY(r->arena, config->not_deploys.count + 1, struct regex *);
    for (size_t i = 0; i < config->deploys.count; i++) {
        struct err why = ERR_NONE;
        struct str unless = config->deploys.items[i].unless;
        if (!regex_compile(r->arena, config->deploys.items[i].command, &rules->deploys[i], &why))
            rules->deploys[i] = NULL;
        if (unless.length && !regex_compile(r->arena, unless, &rules->unlesses[i], &why))
            rules->unlesses[i] = NULL;
    }
    for (size_t i = 0; i < config->not_deploys.count; i++) {
        struct err why = ERR_NONE;
        if (!regex_compile(r->arena, config->not_deploys.items[i].command, &rules->not_deploys[i],
                           &why))
            rules->not_deploys[i] = NULL;
    }
    return rules;
}

bool user_rules_for(struct recogniser *r, struct str directory, struct user_rules **ret_rules,
                    struct err *e)
{
    const struct config *config;

    *ret_rules = NULL;
    if (!r->configs)
        return true;
    if (!configs_for(r->configs, directory, &config, e))
        return false;
    for (struct user_rules *rules = r->user_rules; rules; rules = rules->next)
        if (rules->config == config) {
            *ret_rules = rules;
            return true;
        }
    struct user_rules *rules = compile(r, config);
    rules->next = r->user_rules;
    r->user_rules = rules;
    *ret_rules = rules;
    return true;
}
