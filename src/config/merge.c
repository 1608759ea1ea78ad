#include "config/keys.h"
#include "config/layer.h"

struct merge {
    struct arena *arena;
    struct config *config;
    const struct config_source *source;
};

static void note(struct merge *merge, struct str key, const char *why)
{
    VEC_PUSH(merge->arena, &merge->config->notes,
             str_printf(merge->arena, STR_FMT ": " STR_FMT ": ignored: %s",
                        STR_ARG(merge->source->path), STR_ARG(key), why));
}

static const char administrator_set_it[] = "the administrator has set it";

static struct str policy_key(struct merge *merge, const struct config_environment *environment,
                             enum reason_code code)
{
    struct str name = reason_code_name(code);

    if (!environment)
        return str_printf(merge->arena, "policy." STR_FMT, STR_ARG(name));
    return str_printf(merge->arena, "environments." STR_FMT ".policy." STR_FMT,
                      STR_ARG(environment->name), STR_ARG(name));
}

/* `environment` NULL: the configuration's own policy. */
static void merge_policy(struct merge *merge, const struct policy *policy,
                         struct config_environment *environment)
{
    struct policy *target = environment ? &environment->policy : &merge->config->policy;
    struct policy *minimum =
        environment ? &environment->administrator_minimum : &merge->config->administrator_minimum;
    bool repository = merge->source->layer == LAYER_REPOSITORY;

    for (unsigned i = 0; i < REASON_COUNT; i++) {
        enum reason_code code = (enum reason_code)i;
        if (!policy->set[code])
            continue;
        bool softer = policy->action[code] > config_action(merge->config, environment, code);
        if (softer && code == REASON_PROTECTED && merge->source->layer != LAYER_ADMINISTRATOR) {
            note(merge, policy_key(merge, environment, code),
                 "only the administrator can soften it");
            continue;
        }
        if (softer && repository && reason_is_hard(code)) {
            note(merge, policy_key(merge, environment, code), "a repository cannot soften it");
            continue;
        }
        if (softer && !merge->source->trusted) {
            note(merge, policy_key(merge, environment, code),
                 "a file that nobody has trusted cannot soften a policy");
            continue;
        }
        target->set[code] = true;
        target->action[code] = policy->action[code];
        if (merge->source->layer == LAYER_ADMINISTRATOR) {
            minimum->set[code] = true;
            minimum->action[code] = policy->action[code];
        }
    }
}

static void merge_database(struct merge *merge, const struct config_database *from,
                           struct config_database *to)
{
    if (from->kind == DATABASE_NONE)
        return;
    if (to->kind != DATABASE_NONE && to->place.layer == LAYER_ADMINISTRATOR)
        note(merge, from->place.key, administrator_set_it);
    else
        *to = *from;
}

static void merge_databases(struct merge *merge, const struct config_named_databases *from,
                            struct config_named_databases *to)
{
    for (size_t i = 0; i < from->count; i++) {
        struct config_named_database *same = NULL;
        for (size_t j = 0; j < to->count; j++)
            if (str_eq(to->items[j].migrations, from->items[i].migrations))
                same = &to->items[j];
        if (same)
            merge_database(merge, &from->items[i].database, &same->database);
        else
            VEC_PUSH(merge->arena, to, from->items[i]);
    }
}

static void merge_identity(struct merge *merge, const struct config_environment *from,
                           struct config_identity *to)
{
    const struct str *values[] = {&from->identity.host, &from->identity.database,
                                  &from->identity.user, &from->identity.system_identifier};
    struct str *targets[] = {&to->host, &to->database, &to->user, &to->system_identifier};

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        if (values[i]->length == 0)
            continue;
        if (targets[i]->length && to->layer == LAYER_ADMINISTRATOR)
            note(merge, str_printf(merge->arena, STR_FMT ".identity", STR_ARG(from->place.key)),
                 administrator_set_it);
        else
            *targets[i] = *values[i];
        if (merge->source->layer == LAYER_ADMINISTRATOR)
            to->layer = LAYER_ADMINISTRATOR;
    }
}

static void merge_environment(struct merge *merge, const struct config_environment *from)
{
    struct config_environment *to = NULL;

    for (size_t i = 0; i < merge->config->environments.count; i++)
        if (str_eq(merge->config->environments.items[i].name, from->name))
            to = &merge->config->environments.items[i];
    if (!to) {
        struct config_environment fresh = {.name = from->name, .place = from->place};
        VEC_PUSH(merge->arena, &merge->config->environments, fresh);
        to = &VEC_LAST(&merge->config->environments);
    }
    merge_database(merge, &from->database, &to->database);
    merge_databases(merge, &from->databases, &to->databases);
    merge_identity(merge, from, &to->identity);
    if (from->migrations.count)
        to->migrations = from->migrations;
    if (from->matches.count)
        to->matches = from->matches;
    merge_policy(merge, &from->policy, to);
}

static void merge_migrations(struct merge *merge, const struct config_migrations *from)
{
    struct config_migrations_list *list = &merge->config->migrations;

    for (size_t i = 0; i < list->count; i++) {
        if (!str_eq(list->items[i].name, from->name))
            continue;
        if (list->items[i].place.layer == LAYER_ADMINISTRATOR)
            note(merge, from->place.key, administrator_set_it);
        else
            list->items[i] = *from;
        return;
    }
    VEC_PUSH(merge->arena, list, *from);
}

static void merge_branch(struct merge *merge, const struct config_branch *from)
{
    struct config_branches *list = &merge->config->branches;

    for (size_t i = 0; i < list->count; i++) {
        if (!str_eq(list->items[i].pattern, from->pattern))
            continue;
        if (list->items[i].place.layer == LAYER_ADMINISTRATOR)
            note(merge, from->place.key, administrator_set_it);
        else
            list->items[i] = *from;
        return;
    }
    VEC_PUSH(merge->arena, list, *from);
}

static void merge_default_environment(struct merge *merge, struct str name)
{
    struct config *config = merge->config;

    if (name.length == 0)
        return;
    if (config->default_environment.length &&
        config->default_environment_place.layer == LAYER_ADMINISTRATOR) {
        note(merge, STR("default_environment"), administrator_set_it);
        return;
    }
    config->default_environment = name;
    config->default_environment_place = (struct config_place){.file = merge->source->path,
                                                              .key = STR("default_environment"),
                                                              .layer = merge->source->layer};
}

void layer_merge(struct arena *arena, struct config *config, const struct config *layer,
                 const struct config_source *source)
{
    struct merge merge = {.arena = arena, .config = config, .source = source};

    for (size_t i = 0; i < layer->migrations.count; i++)
        merge_migrations(&merge, &layer->migrations.items[i]);
    merge_policy(&merge, &layer->policy, NULL);
    for (size_t i = 0; i < layer->environments.count; i++)
        merge_environment(&merge, &layer->environments.items[i]);
    merge_default_environment(&merge, layer->default_environment);
    for (size_t i = 0; i < layer->deploys.count; i++)
        VEC_PUSH(arena, &config->deploys, layer->deploys.items[i]);
    for (size_t i = 0; i < layer->not_deploys.count; i++) {
        if (source->trusted)
            VEC_PUSH(arena, &config->not_deploys, layer->not_deploys.items[i]);
        else
            note(&merge, layer->not_deploys.items[i].place.key,
                 "a file that nobody has trusted cannot excuse a command");
    }
    for (size_t i = 0; i < layer->branches.count; i++)
        merge_branch(&merge, &layer->branches.items[i]);
    for (size_t i = 0; i < layer->models.count; i++)
        VEC_PUSH(arena, &config->models, layer->models.items[i]);
    for (size_t i = 0; i < layer->trackers.count; i++) {
        if (source->trusted)
            VEC_PUSH(arena, &config->trackers, layer->trackers.items[i]);
        else
            note(&merge, STR("trackers"), "nobody has trusted the file with their SQL");
    }
    if (layer->deadline_ms)
        config->deadline_ms = layer->deadline_ms;
}

/* --- References from one part of the configuration to another. --- */

struct check {
    struct arena *arena;
    struct strs environments, migrations;
    struct config_place *place; /* of the failure */
    struct err *e;
};

static bool check_name(struct check *check, const struct strs *known, const char *what,
                       struct str name, const struct config_place *place, const char *suffix)
{
    /* None configured: environments may still come from HOOKCHECK_DATABASE_URL, migration sets are found by looking. */
    if (name.length == 0 || known->count == 0 || strs_have(known, name))
        return true;
    struct str nearest = config_nearest(name, known->items, known->count);
    *check->place = *place;
    err_set(check->e, ERR_INPUT, STR_FMT ": " STR_FMT "%s: no such %s: \"" STR_FMT "\"",
            STR_ARG(place->file), STR_ARG(place->key), suffix, what, STR_ARG(name));
    if (nearest.length)
        return err_hint(check->e, "did you mean \"" STR_FMT "\"?", STR_ARG(nearest));
    return err_hint(check->e, "write one that is configured: " STR_FMT,
                    STR_ARG(str_join(check->arena, known->items, known->count, STR(", "))));
}

static bool check_sets(struct check *check, const struct strs *names,
                       const struct config_place *place, const char *suffix)
{
    for (size_t i = 0; i < names->count; i++)
        if (!check_name(check, &check->migrations, "migration set", names->items[i], place, suffix))
            return false;
    return true;
}

static bool check_environment(struct check *check, const struct config_environment *environment)
{
    if (!check_sets(check, &environment->migrations, &environment->place, ".migrations"))
        return false;
    for (size_t i = 0; i < environment->databases.count; i++)
        if (!check_name(check, &check->migrations, "migration set",
                        environment->databases.items[i].migrations,
                        &environment->databases.items[i].database.place, ""))
            return false;
    return true;
}

static bool choose_default(struct check *check, struct config *config)
{
    struct config_environments *list = &config->environments;

    if (config->default_environment.length)
        return check_name(check, &check->environments, "environment", config->default_environment,
                          &config->default_environment_place, "");
    if (list->count == 0)
        return true;
    if (list->count > 1 && !strs_have(&check->environments, STR("production"))) {
        *check->place = VEC_LAST(list).place;
        err_set(check->e, ERR_INPUT,
                STR_FMT
                ": default_environment: missing, and no environment is called \"production\"",
                STR_ARG(check->place->file));
        return err_hint(check->e, "add \"default_environment\": \"" STR_FMT "\"",
                        STR_ARG(list->items[0].name));
    }
    config->default_environment = list->count == 1 ? list->items[0].name : STR("production");
    return true;
}

bool layers_check(struct arena *arena, struct config *config, struct config_place *ret_place,
                  struct err *e)
{
    struct check check = {.arena = arena, .place = ret_place, .e = e};

    for (size_t i = 0; i < config->environments.count; i++)
        VEC_PUSH(arena, &check.environments, config->environments.items[i].name);
    for (size_t i = 0; i < config->migrations.count; i++)
        VEC_PUSH(arena, &check.migrations, config->migrations.items[i].name);
    for (size_t i = 0; i < config->environments.count; i++)
        if (!check_environment(&check, &config->environments.items[i]))
            return false;
    for (size_t i = 0; i < config->deploys.count; i++) {
        const struct config_deploy_rule *rule = &config->deploys.items[i];
        if (!check_name(&check, &check.environments, "environment", rule->environment, &rule->place,
                        ".environment") ||
            !check_sets(&check, &rule->migrations, &rule->place, ".migrations"))
            return false;
    }
    for (size_t i = 0; i < config->branches.count; i++)
        if (!check_name(&check, &check.environments, "environment",
                        config->branches.items[i].environment, &config->branches.items[i].place,
                        ""))
            return false;
    for (size_t i = 0; i < config->models.count; i++)
        if (!check_name(&check, &check.migrations, "migration set",
                        config->models.items[i].migrations, &config->models.items[i].place,
                        ".migrations"))
            return false;
    return choose_default(&check, config);
}
