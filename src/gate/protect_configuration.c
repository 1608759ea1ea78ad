/* protect_configuration.c -- would a .hookcheck.json be weaker after an edit? Field by field, as written: what other layers say stays. */
#include "base/digest.h"
#include "config/layer.h"
#include "config/state.h"
#include "gate/protect.h"

struct compare {
    struct arena *arena;
    const struct config *old, *new;
    const cJSON *old_document, *new_document;
    bool trusted;
    struct str lost;
};

/* The first loss is said. */
static void lose(struct compare *c, const char *before, struct str name, const char *after)
{
    if (!c->lost.length)
        c->lost = str_printf(c->arena, "%s" STR_FMT "%s", before, STR_ARG(name), after);
}

static bool has_all(const struct strs *list, const struct strs *wanted)
{
    bool all = true;

    for (size_t i = 0; i < wanted->count; i++)
        all = all && strs_have(list, wanted->items[i]);
    return all;
}

static bool same_database(const struct config_database *a, const struct config_database *b)
{
    return a->kind == b->kind && str_eq(a->value, b->value) &&
           strs_same(&a->arguments, &b->arguments);
}

/* An empty field checks nothing: filling it in is stricter. */
static bool keeps(struct str old, struct str new)
{
    return !old.length || str_eq(old, new);
}

static void compare_policy(struct compare *c, const struct policy *old, const struct policy *new,
                           const struct policy *old_default, const struct policy *new_default)
{
    for (int code = 0; code < REASON_COUNT; code++) {
        enum action before = reason_default_action((enum reason_code)code), after = before;
        if (old_default && old_default->set[code])
            before = old_default->action[code];
        if (new_default && new_default->set[code])
            after = new_default->action[code];
        if (old && old->set[code])
            before = old->action[code];
        if (new &&new->set[code])
            after = new->action[code];
        if (after > before)
            lose(c, "the policy for ", reason_code_name((enum reason_code)code),
                 " would be softer");
    }
}

static void compare_databases(struct compare *c, const struct config_environment *old,
                              const struct config_environment *new)
{
    if (old->database.kind != DATABASE_NONE && !same_database(&old->database, &new->database))
        lose(c, "another database, or none, would be asked for ", old->name, "");
    for (size_t i = 0; i < old->databases.count; i++) {
        bool kept = false;
        for (size_t n = 0; n < new->databases.count; n++)
            kept = kept || (str_eq(new->databases.items[n].migrations,
                                   old->databases.items[i].migrations) &&
                            same_database(&new->databases.items[n].database,
                                          &old->databases.items[i].database));
        if (!kept)
            lose(c, "another database, or none, would be asked for the migrations ",
                 old->databases.items[i].migrations, "");
    }
    /* One for a set that was asked in the environment's own database would lead elsewhere; that of a new set leads nowhere else. */
    for (size_t n = 0; n < new->databases.count; n++) {
        struct str set = new->databases.items[n].migrations;
        bool known = config_migrations_named(c->old, set) != NULL, had = false;
        for (size_t i = 0; i < old->databases.count; i++)
            had = had || str_eq(old->databases.items[i].migrations, set);
        if (known && !had)
            lose(c, "another database would be asked for the migrations ", set, "");
    }
}

static bool is_default(const struct config *config, struct str name)
{
    return config->default_environment.length ? str_eq(config->default_environment, name)
           : config->environments.count == 1  ? true
                                              : str_eq(name, STR("production"));
}

static void compare_environment(struct compare *c, const struct config_environment *old)
{
    const struct config_environment *new = config_environment_named(c->new, old->name);

    if (!new) {
        lose(c, "the environment ", old->name, " would be gone");
        return;
    }
    compare_databases(c, old, new);
    if (!keeps(old->identity.host, new->identity.host) ||
        !keeps(old->identity.database, new->identity.database) ||
        !keeps(old->identity.user, new->identity.user) ||
        !keeps(old->identity.system_identifier, new->identity.system_identifier))
        lose(c, "the identity of the database of ", old->name, " would not be checked as before");
    if (old->migrations.count
            ? new->migrations.count && !has_all(&new->migrations, &old->migrations)
            : new->migrations.count > 0)
        lose(c, "fewer migrations would be checked for ", old->name, "");
    if (!has_all(&new->matches, &old->matches))
        lose(c, "fewer words would name the environment ", old->name, "");
    if (new->matches.count > old->matches.count && !is_default(c->old, old->name))
        lose(c, "words would name ", old->name, " that name another environment now");
    compare_policy(c, &old->policy, &new->policy, &c->old->policy, &c->new->policy);
}

static struct str default_of(const struct config *config)
{
    for (size_t i = 0; i < config->environments.count; i++)
        if (is_default(config, config->environments.items[i].name))
            return config->environments.items[i].name;
    return STR("");
}

static void compare_environments(struct compare *c)
{
    for (size_t i = 0; i < c->old->environments.count; i++)
        compare_environment(c, &c->old->environments.items[i]);
    for (size_t i = 0; i < c->new->environments.count; i++) {
        struct str name = c->new->environments.items[i].name;
        if (config_environment_named(c->old, name) || (!c->old->environments.count && !c->trusted))
            continue;
        lose(c, "deploys that count for the default environment now would count for the new one, ",
             name, "");
    }
    if (c->old->environments.count && !str_eq(default_of(c->old), default_of(c->new)))
        lose(c, "the default environment would be another one than ", default_of(c->old), "");
}

/* As written: a set has too many ways of pointing somewhere else. */
static void compare_migrations(struct compare *c)
{
    const cJSON *old = json_get(c->old_document, "migrations"),
                *new = json_get(c->new_document, "migrations"), *set;

    cJSON_ArrayForEach(set, old)
    {
        const cJSON *now = json_get(new, set->string);
        if (!now || !json_same(set, now))
            lose(c, "the migration set ", str_from(set->string), " would be gone, or another one");
    }
    if (!c->old->migrations.count && c->new->migrations.count &&
        (c->old->environments.count || c->trusted))
        lose(c, "the sets that are found by themselves now would give way to ",
             c->new->migrations.items[0].name, "");
}

static bool is_known(const char *const *known, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(str_from(known[i]), str_from(key)))
            return true;
    return false;
}

/* What nobody here can weigh stays as it is. */
static void compare_rest(struct compare *c, const cJSON *old, const cJSON *new,
                         const char *const *known, size_t count)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, old) if (!is_known(known, count, item->string) &&
                                      !json_same(item, json_get(new, item->string)))
        lose(c, "", str_from(item->string), " would be gone, or another one");
    cJSON_ArrayForEach(item, new) if (!is_known(known, count, item->string) &&
                                      !json_get(old, item->string))
        lose(c, "", str_from(item->string), " would be new, and what it takes away is not known");
}

static void compare_others(struct compare *c)
{
    static const char *const top[] = {"$schema",      "migrations", "default_environment",
                                      "environments", "deploys",    "not_deploys",
                                      "branches",     "models",     "policy",
                                      "deadline"};
    static const char *const inner[] = {"database",   "databases", "identity",
                                        "migrations", "matches",   "policy"};
    const cJSON *environments = json_get(c->old_document, "environments"), *environment;

    compare_rest(c, c->old_document, c->new_document, top, COUNT_OF(top));
    cJSON_ArrayForEach(environment, environments) compare_rest(
        c, environment, json_get(json_get(c->new_document, "environments"), environment->string),
        inner, COUNT_OF(inner));
}

static bool same_rule(const struct config_deploy_rule *a, const struct config_deploy_rule *b)
{
    return str_eq(a->command, b->command) && str_eq(a->unless, b->unless) &&
           str_eq(a->certainty, b->certainty) && str_eq(a->kind, b->kind) &&
           str_eq(a->environment, b->environment) && strs_same(&a->migrations, &b->migrations);
}

/* A new rule may add deploys. One that leads those of other rules to an environment with less, or calls them rollbacks, takes away. */
static bool adds_only(const struct compare *c, const struct config_deploy_rule *rule)
{
    bool plain = !str_eq(rule->kind, STR("rollback")) && !rule->migrations.count;

    return plain && (!rule->environment.length || is_default(c->new, rule->environment));
}

static void compare_rules(struct compare *c)
{
    const struct config_deploy_rules *old = &c->old->deploys, *new = &c->new->deploys;

    for (size_t i = 0; i < old->count; i++) {
        bool kept = false;
        for (size_t n = 0; n < new->count; n++)
            kept = kept || same_rule(&old->items[i], &new->items[n]);
        if (!kept)
            lose(c, "the deploy rule ", old->items[i].id, " would be gone, or another one");
    }
    for (size_t n = 0; n < new->count; n++) {
        bool known = false;
        for (size_t i = 0; i < old->count; i++)
            known = known || same_rule(&old->items[i], &new->items[n]);
        if (!known && !adds_only(c, &new->items[n]))
            lose(c, "the new deploy rule ", new->items[n].id,
                 " could take deploys away from the environment they count for");
    }
    for (size_t n = 0; n < c->new->not_deploys.count; n++) {
        bool known = false;
        for (size_t i = 0; i < c->old->not_deploys.count; i++)
            known = known || str_eq(c->old->not_deploys.items[i].command,
                                    c->new->not_deploys.items[n].command);
        if (!known)
            lose(c, "not_deploys would let commands through unchecked: ",
                 c->new->not_deploys.items[n].command, "");
    }
}

static void compare_branches(struct compare *c)
{
    const struct config_branches *old = &c->old->branches, *new = &c->new->branches;

    for (size_t i = 0; i < old->count; i++) {
        const struct config_branch *first = NULL;
        for (size_t n = 0; n < new->count && !first; n++)
            if (str_eq(new->items[n].pattern, old->items[i].pattern) ||
                ref_glob_matches(new->items[n].pattern, old->items[i].pattern))
                first = &new->items[n];
        if (!first || !str_eq(first->environment, old->items[i].environment))
            lose(c, "a push to ", old->items[i].pattern, " would not count as a deploy as before");
    }
}

static void compare_models(struct compare *c)
{
    for (size_t i = 0; i < c->old->models.count; i++) {
        bool kept = false;
        for (size_t n = 0; n < c->new->models.count; n++)
            kept = kept ||
                   (str_eq(c->new->models.items[n].path, c->old->models.items[i].path) &&
                    str_eq(c->new->models.items[n].migrations, c->old->models.items[i].migrations));
        if (!kept)
            lose(c, "models in ", c->old->models.items[i].path, " would not be looked at");
    }
}

/* It blocks all deploys as it is, and what it holds cannot be compared. Mending one that nobody has trusted takes nothing away. Of one that a person
 * has trusted, only that text, or the words of this one, do: with its rules the deploys would be gone that they make known. */
static struct str compare_broken(struct arena *arena, const struct protect_change *change,
                                 bool trusted)
{
    struct err e = ERR_NONE;
    bool recorded = false, same = false;

    if (trusted)
        return STR("it cannot be read as it is, and another one would count at once");
    if (!change->state.length || protect_same_words(change->before, change->after))
        return STR_NONE;
    if (!trust_knows(arena, change->state, change->path, &recorded, &e) ||
        (recorded && !trust_has(arena, change->state, digest_sha256(arena, change->after),
                                change->path, &same, &e)))
        return str_printf(arena, "whether a person has trusted it is not known: %s", e.message);
    return !recorded || same ? STR_NONE
                             : STR("a person has trusted it, and it cannot be read as it is: only "
                                   "its brackets, quotes and commas may be mended");
}

struct str protect_configuration(struct arena *arena, const struct protect_change *change,
                                 bool trusted)
{
    struct config_source source = {
        .path = change->path, .layer = LAYER_REPOSITORY, .trusted = true};
    struct config old = {0}, new = {0};
    struct err e = ERR_NONE, ignored = ERR_NONE;
    struct compare c = {.arena = arena, .old = &old, .new = &new, .trusted = trusted};

    /* A new file of a repository counts only after a person has trusted it. */
    if (!change->existed && !trusted)
        return STR_NONE;
    if (change->existed && !layer_read(arena, change->before, &source, &old, &ignored))
        return compare_broken(arena, change, trusted);
    if (!layer_read(arena, change->after, &source, &new, &e))
        return str_printf(arena, "it could not be read any more: %s", e.message);
    JSON_DOCUMENT(old_document);
    JSON_DOCUMENT(new_document);
    if ((change->existed &&
         !json_parse(arena, change->before, JSON_COMMENTS, "before", &old_document, &ignored)) ||
        !json_parse(arena, change->after, JSON_COMMENTS, "after", &new_document, &ignored))
        return STR("it could not be read any more");
    c.old_document = old_document;
    c.new_document = new_document;
    compare_environments(&c);
    compare_migrations(&c);
    compare_rules(&c);
    compare_branches(&c);
    compare_models(&c);
    compare_others(&c);
    compare_policy(&c, NULL, NULL, &old.policy, &new.policy);
    return c.lost;
}
