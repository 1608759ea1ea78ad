#include "config/config.h"

const struct config_environment *config_environment_named(const struct config *config,
                                                          struct str name)
{
    for (size_t i = 0; i < config->environments.count; i++)
        if (str_eq_nocase(config->environments.items[i].name, name))
            return &config->environments.items[i];
    return NULL;
}

const struct config_migrations *config_migrations_named(const struct config *config,
                                                        struct str name)
{
    for (size_t i = 0; i < config->migrations.count; i++)
        if (str_eq(config->migrations.items[i].name, name))
            return &config->migrations.items[i];
    return NULL;
}

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

/* glob_matches without regard to case, without an arena. Names are short; what is longer than any name matches nothing. */
static bool glob_matches_nocase(struct str pattern, struct str text)
{
    char pattern_bytes[256], text_bytes[1024];

    if (pattern.length > sizeof pattern_bytes || text.length > sizeof text_bytes)
        return false;
    for (size_t i = 0; i < pattern.length; i++)
        pattern_bytes[i] = lower(pattern.bytes[i]);
    for (size_t i = 0; i < text.length; i++)
        text_bytes[i] = lower(text.bytes[i]);
    return glob_matches(str_of(pattern_bytes, pattern.length), str_of(text_bytes, text.length));
}

static bool is_alphanumeric(char byte)
{
    return (byte >= '0' && byte <= '9') || (lower(byte) >= 'a' && lower(byte) <= 'z');
}

/* "api-prod" and "prod/api" have the part "prod"; "product" has not. */
static bool has_part(struct str word, struct str part)
{
    for (size_t at = 0; part.length && at + part.length <= word.length; at++) {
        bool starts = at == 0 || !is_alphanumeric(word.bytes[at - 1]);
        size_t end = at + part.length;
        bool ends = end == word.length || !is_alphanumeric(word.bytes[end]);
        if (starts && ends && str_eq_nocase(str_slice(word, at, end), part))
            return true;
    }
    return false;
}

static bool is_named_by_part(const struct config_environment *environment, struct str word)
{
    if (has_part(word, environment->name))
        return true;
    for (size_t i = 0; i < environment->matches.count; i++)
        if (has_part(word, environment->matches.items[i]))
            return true;
    return false;
}

static bool is_matched(const struct config_environment *environment, struct str word)
{
    for (size_t i = 0; i < environment->matches.count; i++)
        if (glob_matches_nocase(environment->matches.items[i], word))
            return true;
    return false;
}

/* Where several qualify, the default one: a name such as "staging-of-prod" must not lead away from production by chance. */
static const struct config_environment *choose(const struct config *config, struct str word,
                                               bool (*qualifies)(const struct config_environment *,
                                                                 struct str))
{
    const struct config_environment *first = NULL;

    for (size_t i = 0; i < config->environments.count; i++) {
        const struct config_environment *environment = &config->environments.items[i];
        if (!qualifies(environment, word))
            continue;
        if (str_eq(environment->name, config->default_environment))
            return environment;
        if (!first)
            first = environment;
    }
    return first;
}

const struct config_environment *config_environment_for(const struct config *config,
                                                        struct str word)
{
    const struct config_environment *found = NULL;

    if (word.length) {
        found = config_environment_named(config, word);
        if (!found)
            found = choose(config, word, is_matched);
        if (!found)
            found = choose(config, word, is_named_by_part);
    }
    return found ? found : config_environment_named(config, config->default_environment);
}

static enum action stricter(const struct policy *minimum, enum reason_code code, enum action action)
{
    return minimum->set[code] && minimum->action[code] < action ? minimum->action[code] : action;
}

enum action config_action(const struct config *config, const struct config_environment *environment,
                          enum reason_code code)
{
    if ((unsigned)code >= REASON_COUNT)
        return ACTION_BLOCK;
    enum action action = reason_default_action(code);
    if (config->policy.set[code])
        action = config->policy.action[code];
    if (environment && environment->policy.set[code])
        action = environment->policy.action[code];
    action = stricter(&config->administrator_minimum, code, action);
    if (environment)
        action = stricter(&environment->administrator_minimum, code, action);
    return action;
}
