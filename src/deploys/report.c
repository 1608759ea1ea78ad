#include <string.h>

#include "base/door.h"
#include "deploys/judge.h"
#include "deploys/mask.h"

const struct config *config_of(struct recogniser *r, struct str directory, struct err *e)
{
    static const struct config none;
    const struct config *config = &none;

    if (r->configs && !configs_for(r->configs, directory, &config, e))
        return NULL;
    return config;
}

struct str root_of(struct recogniser *r, struct str directory)
{
    const struct config *config;
    struct err unused = ERR_NONE;
    struct str git_entry;

    if (!r->root_directory.bytes || !str_eq(r->root_directory, directory)) {
        /* The configuration's cache has walked already, in most calls. */
        r->root = r->configs && configs_for(r->configs, directory, &config, &unused)
                      ? config->work_tree
                      : work_tree_find(r->arena, directory, &git_entry);
        r->root_directory = directory;
    }
    return r->root;
}

static bool names_environment(const struct config_environment *environment, struct str word)
{
    if (str_eq_nocase(environment->name, word))
        return true;
    for (size_t i = 0; i < environment->matches.count; i++)
        if (str_eq_nocase(environment->matches.items[i], word) ||
            glob_matches(environment->matches.items[i], word))
            return true;
    return false;
}

/* "credmate-api-prod" names production when production is matched by "prod". The default environment wins where several are named. */
static const struct config_environment *find_in_pieces(const struct config *config, struct str word)
{
    const struct config_environment *found = NULL;

    for (size_t at = 0; at < word.length;) {
        size_t end = at;
        while (end < word.length && !memchr("-_./:@,=", word.bytes[end], 8))
            end++;
        struct str piece = str_slice(word, at, end);
        for (size_t i = 0; piece.length && i < config->environments.count; i++) {
            const struct config_environment *candidate = &config->environments.items[i];
            if (!names_environment(candidate, piece))
                continue;
            if (!found || str_eq(candidate->name, config->default_environment))
                found = candidate;
        }
        at = end + 1;
    }
    return found;
}

static struct str choose_environment(const struct config *config, struct str word)
{
    const struct config_environment *found = NULL;

    for (size_t i = 0; i < config->environments.count && !found; i++)
        if (word.length && names_environment(&config->environments.items[i], word))
            found = &config->environments.items[i];
    if (!found)
        found = find_in_pieces(config, word);
    if (!found)
        found = config_environment_for(config, word);
    return found ? found->name : STR("");
}

static void fill_trail(struct recogniser *r, struct deploy *deploy)
{
    for (size_t i = 0; i < r->frames.count; i++) {
        const struct frame *frame = &r->frames.items[i];
        if (frame->file.length)
            VEC_PUSH(r->arena, &deploy->trail,
                     str_printf(r->arena, STR_FMT ":%zu", STR_ARG(frame->file), frame->line));
    }
    VEC_PUSH(r->arena, &deploy->trail, deploy->command);
}

static bool same_files(const struct strs *a, const struct strs *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i + 1 < a->count; i++)
        if (!str_eq(a->items[i], b->items[i]))
            return false;
    return true;
}

/* Both branches of a condition and each turn of a loop report; people want each once. */
static bool is_known(const struct deploys *deploys, const struct deploy *deploy, bool reading)
{
    for (size_t i = 0; i < deploys->count; i++) {
        const struct deploy *other = &deploys->items[i];
        if (str_eq(other->rule, deploy->rule) &&
            (reading || str_eq(other->command, deploy->command)) &&
            str_eq(other->environment, deploy->environment) &&
            str_eq(other->directory, deploy->directory) &&
            same_files(&other->trail, &deploy->trail))
            return true;
    }
    return false;
}

bool report_deploy(struct recogniser *r, const struct call *call, struct str shown,
                   const struct finding *finding, struct err *e)
{
    const struct config *config = config_of(r, call->directory, e);
    struct deploy deploy = {.rule = finding->rule,
                            .certainty = finding->certainty,
                            .kind = finding->kind,
                            .environment = finding->environment,
                            .command = shown,
                            .directory = call->directory,
                            .commit = finding->commit,
                            .migrations = finding->migrations,
                            .why = finding->why,
                            .after_migration = r->migration_seen};

    if (!config)
        return false;
    if (str_find_byte(finding->environment_word, SHELL_UNKNOWN) == SIZE_MAX)
        deploy.environment_word = finding->environment_word;
    if (str_is_empty(deploy.environment))
        deploy.environment = choose_environment(config, finding->environment_word);
    if (call->suspected) {
        deploy.certainty = DEPLOY_SUSPECTED;
        if (str_is_empty(deploy.why))
            deploy.why = call->why;
    }
    if (!deploy.environment.bytes)
        deploy.environment = STR("");
    deploy.environment_word = mask_word(r->arena, deploy.environment_word);
    fill_trail(r, &deploy);
    if (is_known(r->deploys, &deploy, call->reading))
        return true;
    if (r->deploys->count == DEPLOYS_MAX) {
        /* One more than we list could be the one that matters: whoever asks must not let this call through. */
        door_deploy_recognised();
        return err_set(e, ERR_LIMIT, "more than %u deploys in one call", DEPLOYS_MAX);
    }
    VEC_PUSH(r->arena, r->deploys, deploy);
    return true;
}

bool report_suspected(struct recogniser *r, const struct call *call, struct str shown,
                      const char *rule, struct str why, struct err *e)
{
    struct finding finding = {
        .rule = str_from(rule), .certainty = DEPLOY_SUSPECTED, .why = mask_shown(r->arena, why)};

    return report_deploy(r, call, shown, &finding, e);
}
