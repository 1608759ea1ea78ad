#include "dump.h"

static void add_field(struct buf *out, const char *name, struct str value)
{
    if (value.length)
        buf_printf(out, " %s=" STR_FMT, name, STR_ARG(value));
}

static void add_list(struct arena *arena, struct buf *out, const char *name,
                     const struct strs *list)
{
    if (list->count)
        add_field(out, name, str_join(arena, list->items, list->count, STR(",")));
}

static void add_database(struct arena *arena, struct buf *out, const char *name,
                         const struct config_database *database)
{
    static const char *const kinds[] = {"none",   "url",     "environment", "file",
                                        "sqlite", "command", "url_from"};

    if (database->kind == DATABASE_NONE)
        return;
    buf_printf(out, "  %s %s", name, kinds[database->kind]);
    add_field(out, "value", database->value);
    add_list(arena, out, "arguments", &database->arguments);
    if (database->timeout_ms)
        buf_printf(out, " timeout=%llu", (unsigned long long)database->timeout_ms);
    buf_printf(out, " at " STR_FMT "\n", STR_ARG(database->place.key));
}

static void add_policy(struct buf *out, const char *name, const struct policy *policy)
{
    for (unsigned i = 0; i < REASON_COUNT; i++)
        if (policy->set[i])
            buf_printf(out, "%s " STR_FMT "=" STR_FMT "\n", name,
                       STR_ARG(reason_code_name((enum reason_code)i)),
                       STR_ARG(action_name(policy->action[i])));
}

static void add_environment(struct arena *arena, struct buf *out,
                            const struct config_environment *environment)
{
    buf_printf(out, "environment " STR_FMT, STR_ARG(environment->name));
    add_list(arena, out, "migrations", &environment->migrations);
    add_list(arena, out, "matches", &environment->matches);
    add_field(out, "host", environment->identity.host);
    add_field(out, "database", environment->identity.database);
    add_field(out, "user", environment->identity.user);
    add_field(out, "system_identifier", environment->identity.system_identifier);
    buf_printf(out, "\n");
    add_database(arena, out, "database", &environment->database);
    for (size_t i = 0; i < environment->databases.count; i++)
        add_database(arena, out, str_c(arena, environment->databases.items[i].migrations),
                     &environment->databases.items[i].database);
    add_policy(out, "  policy", &environment->policy);
    add_policy(out, "  minimum", &environment->administrator_minimum);
}

static void add_rules(struct arena *arena, struct buf *out, const struct config *config)
{
    for (size_t i = 0; i < config->deploys.count; i++) {
        const struct config_deploy_rule *rule = &config->deploys.items[i];
        buf_printf(out, "deploy " STR_FMT, STR_ARG(rule->id));
        add_field(out, "command", rule->command);
        add_field(out, "unless", rule->unless);
        add_field(out, "certainty", rule->certainty);
        add_field(out, "kind", rule->kind);
        add_field(out, "environment", rule->environment);
        add_list(arena, out, "migrations", &rule->migrations);
        add_list(arena, out, "deploy", &rule->deploy_examples);
        add_list(arena, out, "safe", &rule->safe_examples);
        buf_printf(out, "\n");
    }
    for (size_t i = 0; i < config->not_deploys.count; i++)
        buf_printf(out, "not_deploy " STR_FMT " reason=" STR_FMT "\n",
                   STR_ARG(config->not_deploys.items[i].command),
                   STR_ARG(config->not_deploys.items[i].reason));
    for (size_t i = 0; i < config->branches.count; i++)
        buf_printf(out, "branch " STR_FMT " -> " STR_FMT "\n",
                   STR_ARG(config->branches.items[i].pattern),
                   STR_ARG(config->branches.items[i].environment));
    for (size_t i = 0; i < config->models.count; i++)
        buf_printf(out, "model " STR_FMT " -> " STR_FMT "\n", STR_ARG(config->models.items[i].path),
                   STR_ARG(config->models.items[i].migrations));
}

struct str config_dump(struct arena *arena, const struct config *config)
{
    struct buf out = buf_new(arena, 1 << 20);

    if (config->broken)
        buf_printf(&out, "broken: " STR_FMT "\nhint: " STR_FMT "\n",
                   STR_ARG(config->broken_message), STR_ARG(config->broken_hint));
    if (config->broken_words.count) {
        buf_printf(&out, "words:");
        for (size_t i = 0; i < config->broken_words.count; i++)
            buf_printf(&out, " " STR_FMT, STR_ARG(config->broken_words.items[i]));
        buf_printf(&out, "\n");
    }
    for (size_t i = 0; i < config->notes.count; i++)
        buf_printf(&out, "note: " STR_FMT "\n", STR_ARG(config->notes.items[i]));
    for (size_t i = 0; i < config->migrations.count; i++) {
        const struct config_migrations *set = &config->migrations.items[i];
        buf_printf(&out, "migrations " STR_FMT, STR_ARG(set->name));
        add_field(&out, "tracker", set->tracker);
        add_field(&out, "root", set->root);
        add_field(&out, "script_location", set->script_location);
        add_list(arena, &out, "versions", &set->versions);
        if (set->recursive_set)
            buf_printf(&out, " recursive=%s", set->recursive ? "true" : "false");
        add_field(&out, "table", set->table);
        add_field(&out, "schema", set->schema);
        buf_printf(&out, "\n");
    }
    for (size_t i = 0; i < config->environments.count; i++)
        add_environment(arena, &out, &config->environments.items[i]);
    buf_printf(&out, "default_environment " STR_FMT "\n", STR_ARG(config->default_environment));
    add_rules(arena, &out, config);
    add_policy(&out, "policy", &config->policy);
    add_policy(&out, "minimum", &config->administrator_minimum);
    buf_printf(&out, "deadline %llu ms\n", (unsigned long long)config->deadline_ms);
    return buf_str(&out);
}
