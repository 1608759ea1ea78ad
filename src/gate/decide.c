#include "base/file.h"
#include "base/process.h"
#include "gate/audit.h"
#include "gate/judge.h"
#include "gate/override.h"
#include "gate/protect.h"

struct question {
    const struct config *config;
    struct look_options options;
};

struct decider {
    struct arena *arena;
    const struct decision_input *input;
    struct reasons *reasons;
    struct looks *looks;
    /* What the looks were taken with: the same question is not asked twice. */
    VEC(struct question) asked;
};

static void add_error(struct decider *decider, const struct config *config, const char *what,
                      const struct err *e)
{
    enum reason_code code = e->kind == ERR_TIMEOUT ? REASON_DEADLINE : REASON_INTERNAL_ERROR;
    struct reason reason = {
        .code = code,
        .message = str_printf(decider->arena, "%s: %s", what,
                              e->message[0] ? e->message : "for a reason not given"),
        .hint = str_copy(decider->arena, str_from(e->hint)),
    };

    reasons_add(decider->arena, decider->reasons, config, NULL, reason);
}

static void add_deadline(struct decider *decider, const struct config *config)
{
    reasons_add(
        decider->arena, decider->reasons, config, NULL,
        (struct reason){
            .code = REASON_DEADLINE,
            .message = STR("the check did not finish within its deadline"),
            .hint =
                STR("hookcheck status\nshows what is slow; or raise \"deadline\" in " CONFIG_NAME),
        });
}

static bool was_asked(const struct decider *decider, const struct config *config,
                      const struct look_options *options, size_t *ret_index)
{
    for (size_t i = 0; i < decider->asked.count; i++) {
        const struct look_options *other = &decider->asked.items[i].options;
        if (decider->asked.items[i].config == config &&
            str_eq(other->environment, options->environment) &&
            str_eq(other->directory, options->directory) &&
            str_eq(other->revision, options->revision) && strs_same(&other->sets, &options->sets)) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

/* A migration in the same call does not help: the check stands before both (DESIGN §6.3). */
static void hint_two_calls(struct decider *decider, struct reasons *reasons)
{
    for (size_t i = 0; i < reasons->count; i++) {
        struct reason *reason = &reasons->items[i];
        if (reason->code != REASON_PENDING_MIGRATIONS)
            continue;
        reason->hint = str_printf(
            decider->arena,
            STR_FMT
            "\nin a call of its own; then the deploy in a second call: the check stands before the "
            "whole call, so it cannot see a migration that the same call applies",
            STR_ARG(reason->hint.length ? reason->hint : STR("apply the migrations")));
    }
}

static void take_look(struct decider *decider, const struct config *config,
                      const struct deploy *deploy, struct str directory)
{
    bool as_recognised = str_eq(directory, deploy->directory);
    struct look_options options = {
        /* The word of the command, where another configuration's environments were in view when it was recognised. */
        .environment = as_recognised ? deploy->environment : deploy->environment_word,
        .sets = deploy->migrations,
        .directory = directory,
        .revision = deploy->kind == DEPLOY_COMMIT ? deploy->commit : STR_NONE,
        .repository = decider->input->repository,
        .for_deploy = true,
        .deadline_ms = decider->input->deadline_ms,
    };
    struct err e = ERR_NONE;
    struct look look;
    size_t known;

    if (was_asked(decider, config, &options, &known)) {
        if (deploy->after_migration)
            hint_two_calls(decider, &decider->looks->items[known].reasons);
        return;
    }
    if (!gate_look(decider->arena, config, &options, &look, &e)) {
        add_error(decider, config, "the check could not be made", &e);
        return;
    }
    if (deploy->after_migration)
        hint_two_calls(decider, &look.reasons);
    VEC_PUSH(decider->arena, &decider->asked, ((struct question){config, options}));
    VEC_PUSH(decider->arena, decider->looks, look);
}

static void judge_rollback(struct decider *decider, const struct config *config,
                           const struct deploy *deploy)
{
    struct look_options options = {.environment = deploy->environment, .offline = true};
    const struct config_environment *environment =
        config_environment_for(config, options.environment);
    struct judge judge = {.arena = decider->arena,
                          .config = config,
                          .environment = environment,
                          .reasons = decider->reasons};

    if (config->broken)
        judge_add(&judge, REASON_CONFIG_ERROR, STR_NONE,
                  str_printf(decider->arena, "the configuration cannot be used: " STR_FMT,
                             STR_ARG(config->broken_message)),
                  config->broken_hint);
    judge_add(
        &judge, REASON_ROLLBACK, STR_NONE,
        str_printf(decider->arena,
                   "this brings older code back: " STR_FMT
                   "\n  what it expects of the database is not known here; the newer schema stays",
                   STR_ARG(deploy->command)),
        STR("hookcheck status\nshows today's schema: see that the older code works with it"));
}

/* Which work tree is deployed? That of the directory the command runs in. Where that lies in none, nothing can be compared there, and an
 * archive that was built into /tmp was made of the code the caller works on. */
static bool find_work_tree(struct decider *decider, const struct deploy *deploy,
                           const struct config **ret_config, struct str *ret_directory,
                           struct err *e)
{
    struct configs *configs = decider->input->configs;
    struct str cwd = decider->input->request->cwd;
    const struct config *of_cwd = NULL;

    *ret_directory = deploy->directory.length ? deploy->directory : cwd;
    if (!configs_for(configs, *ret_directory, ret_config, e))
        return false;
    if ((*ret_config)->work_tree.length || deploy->kind == DEPLOY_COMMIT)
        return true;
    if (!configs_for(configs, cwd, &of_cwd, e))
        return false;
    if (of_cwd->work_tree.length) {
        *ret_config = of_cwd;
        *ret_directory = cwd;
    }
    return true;
}

static void judge_deploy(struct decider *decider, const struct deploy *deploy)
{
    const struct config *config = NULL;
    struct err e = ERR_NONE;
    uint64_t deadline = decider->input->deadline_ms;
    struct str directory;

    if (deadline && clock_ms() >= deadline) {
        add_deadline(decider, NULL);
        return;
    }
    if (!find_work_tree(decider, deploy, &config, &directory, &e)) {
        add_error(decider, NULL, "the configuration cannot be read", &e);
        return;
    }
    if (deploy->kind == DEPLOY_ROLLBACK)
        judge_rollback(decider, config, deploy);
    else
        take_look(decider, config, deploy, directory);
}

/* Invariant 4: a decision that leaves no trace is none. */
static void write_audit(struct decider *decider, const struct verdict *verdict)
{
    const struct decision_input *input = decider->input;
    struct audit_options options = {.state = input->state_directory};
    struct err e = ERR_NONE;

    struct str fields = audit_fields(decider->arena, input, verdict, decider->looks);
    if (audit_append(decider->arena, &options, fields, &e))
        return;
    reasons_add(
        decider->arena, decider->reasons, NULL, NULL,
        (struct reason){
            .code = REASON_AUDIT_UNWRITABLE,
            .message =
                str_printf(decider->arena, "the audit trail cannot be written: %s", e.message),
            .hint = e.hint[0] ? str_copy(decider->arena, str_from(e.hint))
                              : STR("make room or set HOOKCHECK_STATE_DIR to a directory of yours"),
        });
}

void gate_decide(struct arena *arena, const struct decision_input *input,
                 struct verdict *ret_verdict, struct looks *ret_looks)
{
    struct reasons reasons = {0};
    struct looks looks = {0};
    struct decider decider = {.arena = arena, .input = input, .reasons = &reasons, .looks = &looks};

    for (size_t i = 0; input->found && i < input->found->count; i++)
        VEC_PUSH(arena, &reasons, input->found->items[i]);
    protect_judge(arena, input, &reasons);
    for (size_t i = 0; i < input->deploys->count; i++)
        judge_deploy(&decider, &input->deploys->items[i]);
    for (size_t l = 0; l < looks.count; l++)
        for (size_t i = 0; i < looks.items[l].reasons.count; i++) {
            const struct reason *reason = &looks.items[l].reasons.items[i];
            bool known = false;
            for (size_t r = 0; r < reasons.count && !known; r++)
                known = reasons.items[r].code == reason->code &&
                        reasons.items[r].action == reason->action &&
                        str_eq(reasons.items[r].set, reason->set) &&
                        str_eq(reasons.items[r].environment, reason->environment) &&
                        str_eq(reasons.items[r].message, reason->message);
            if (!known)
                VEC_PUSH(arena, &reasons, *reason);
        }
    struct override_notes overrides = {0};
    override_apply(arena, input, &looks, &reasons, &overrides);
    *ret_verdict = verdict_of(reasons);
    ret_verdict->overrides = overrides;
    /* An edit that takes nothing away is no decision. */
    bool touches = input->tampers && input->tampers->count && reasons.count;
    if (!input->dry_run && (input->deploys->count || touches)) {
        write_audit(&decider, ret_verdict);
        *ret_verdict = verdict_of(reasons);
        ret_verdict->overrides = overrides;
    }
    if (ret_looks)
        *ret_looks = looks;
}
