#include "gate/push.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/loader.h"
#include "base/process.h"
#include "gate/pusher.h"
#include "migrations/models.h"

struct str range_kind_name(enum range_kind kind)
{
    switch (kind) {
    case RANGE_DELETED:
        return STR("deleted");
    case RANGE_NOT_A_COMMIT:
        return STR("not-a-commit");
    case RANGE_NOTHING_NEW:
        return STR("nothing-new");
    case RANGE_FAST_FORWARD:
        return STR("fast-forward");
    case RANGE_NEW:
        break;
    }
    return STR("new");
}

/* --- What the steps share. --- */

void pusher_add(struct pusher *pusher, enum reason_code code, struct str set, struct str message,
                struct str hint)
{
    if (pusher->pushed_to.length)
        message = str_printf(pusher->arena, STR_FMT "\n  pushed to " STR_FMT, STR_ARG(message),
                             STR_ARG(pusher->pushed_to));
    reasons_add(pusher->arena, &pusher->reasons, pusher->config, NULL,
                (struct reason){.code = code, .set = set, .message = message, .hint = hint});
}

void pusher_failed(struct pusher *pusher, const char *what, const struct err *e)
{
    enum reason_code code = REASON_INDETERMINATE_HISTORY;

    if (e->kind == ERR_TIMEOUT)
        code = REASON_DEADLINE;
    else if (e->kind == ERR_INTERNAL || e->kind == ERR_NO_ERROR)
        code = REASON_INTERNAL_ERROR;
    pusher_add(pusher, code, STR_NONE,
               str_printf(pusher->arena, "%s: %s", what,
                          e->message[0] ? e->message : "for a reason not given"),
               e->hint[0] ? str_copy(pusher->arena, str_from(e->hint))
                          : STR("git fsck\nsays what is wrong with the repository"));
}

/* No code of anybody's: what such refs name is never built. */
static bool is_ignored(struct str ref)
{
    static const char *const prefixes[] = {"refs/notes/", "refs/replace/", "refs/stash",
                                           "refs/bisect/", "refs/original/"};

    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
        if (str_starts(ref, str_from(prefixes[i])))
            return true;
    return false;
}

/* Is there anything of it to look at? */
static bool is_judged(const struct push_ref *ref)
{
    return !range_id_is_zero(ref->local_id) && !is_ignored(ref->remote_ref);
}

/* Said once: of thousands of refs it would be said of each. */
static bool time_is_up(struct pusher *pusher, const struct push_ref *ref)
{
    uint64_t deadline = pusher->input->deadline_ms;
    const struct push_refs *refs = pusher->input->refs;
    struct str message = STR("the check did not finish within its deadline");
    size_t left = 0;

    if (!deadline || clock_ms() < deadline)
        return false;
    if (pusher->late)
        return true;
    pusher->late = true;
    for (size_t i = (size_t)(ref - refs->items) + 1; i < refs->count; i++)
        left += is_judged(&refs->items[i]);
    if (left)
        message = str_printf(pusher->arena, STR_FMT "\n  %zu more ref%s not looked at",
                             STR_ARG(message), left, left == 1 ? " is" : "s are");
    pusher_add(pusher, REASON_DEADLINE, STR_NONE, message,
               STR("hookcheck push\nshows what is slow; or raise \"deadline\" in " CONFIG_NAME));
    return true;
}

bool pusher_tree(struct pusher *pusher, struct str commit, struct commit_view **ret_view,
                 struct err *e)
{
    struct commit_view *view;

    for (size_t i = 0; i < pusher->views.count; i++)
        if (str_eq(pusher->views.items[i]->commit, commit)) {
            *ret_view = pusher->views.items[i];
            return true;
        }
    view = ARENA_NEW(pusher->arena, struct commit_view);
    view->commit = commit;
    if (commit.length &&
        !repository_tree(pusher->input->repository, pusher->arena, commit, &view->tree, e))
        return false;
    VEC_PUSH(pusher->arena, &pusher->views, view);
    *ret_view = view;
    return true;
}

struct survey_memo *pusher_memo(struct pusher *pusher)
{
    if (!pusher->memo)
        pusher->memo = survey_memo_new(pusher->arena, pusher->config);
    return pusher->memo;
}

bool pusher_view(struct pusher *pusher, struct str commit, struct commit_view **ret_view,
                 struct err *e)
{
    struct config_migrations_list sets = {0};

    if (!pusher_tree(pusher, commit, ret_view, e))
        return false;
    struct commit_view *view = *ret_view;
    if (view->detected)
        return true;
    if (view->tree && !sets_detect_of_commit(pusher->arena, view->tree, pusher->config,
                                             pusher_memo(pusher), &sets, e))
        return false;
    for (size_t i = 0; i < sets.count; i++)
        VEC_PUSH(pusher->arena, &view->sets, (struct commit_set){.set = sets.items[i]});
    view->detected_sets = sets;
    view->detected = true;
    return true;
}

bool pusher_load(struct pusher *pusher, struct commit_view *view, struct commit_set *set,
                 struct err *e)
{
    if (set->loaded)
        return true;
    set->loaded = history_load(pusher->arena, view->tree, &set->set, &set->history, e);
    return set->loaded;
}

struct str *pusher_left_out(struct pusher *pusher, struct commit_view *view,
                            const struct strs *paths)
{
    for (size_t s = 0; s < view->sets.count && !view->left_out; s++) {
        struct err broken = ERR_NONE; /* its directories leave nothing out then */
        if (!str_starts(view->sets.items[s].set.tracker, STR("unsupported:")) &&
            !pusher_load(pusher, view, &view->sets.items[s], &broken))
            view->sets.items[s].loaded = false;
    }
    if (!view->left_out) {
        view->left_out = left_out_new(pusher->arena, view->tree);
        for (size_t s = 0; s < view->sets.count; s++) {
            const struct commit_set *set = &view->sets.items[s];
            left_out_add(view->left_out, &set->set, set->loaded ? &set->history : NULL);
        }
    }
    return left_out_find(view->left_out, paths);
}

static int compare_path(const void *key, const void *item)
{
    return str_compare(*(const struct str *)key, ((const struct repository_change *)item)->path);
}

const struct repository_change *pushed_change(const struct pushed *pushed, struct str path)
{
    const struct repository_changes *changes = &pushed->changes;

    return changes->count ? bsearch(&path, changes->items, changes->count, sizeof changes->items[0],
                                    compare_path)
                          : NULL;
}

/* --- One ref. --- */

struct str push_short_name(struct str ref)
{
    static const char *const prefixes[] = {"refs/heads/", "refs/tags/"};

    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
        if (str_starts(ref, str_from(prefixes[i])))
            return str_from_offset(ref, str_from(prefixes[i]).length);
    return ref;
}

/* A branch by its name, a tag by its name or as tags/NAME, anything by its full name. */
static const struct config_branch *deploy_branch(const struct config *config, struct str ref)
{
    for (size_t i = 0; i < config->branches.count; i++) {
        const struct config_branch *branch = &config->branches.items[i];
        if (ref_glob_matches(branch->pattern, ref) ||
            ((str_starts(ref, STR("refs/heads/")) || str_starts(ref, STR("refs/tags/"))) &&
             ref_glob_matches(branch->pattern, push_short_name(ref))) ||
            (str_starts(ref, STR("refs/")) &&
             ref_glob_matches(branch->pattern, str_from_offset(ref, 5))))
            return branch;
    }
    return NULL;
}

/* On a server only an administrator's database can be asked: without one, deploys are checked where they happen. */
static bool server_can_ask(const struct pusher *pusher, struct str environment_name)
{
    const struct config_environment *environment =
        config_environment_named(pusher->config, environment_name);

    return environment &&
           (environment->database.kind != DATABASE_NONE || environment->databases.count);
}

/* What the remote itself makes a deploy (heroku, dokku…): branches only, a tag does nothing there. */
static bool find_deploy(struct pusher *pusher, const struct push_ref *ref,
                        struct deploy *ret_deploy, bool *ret_found, struct err *e)
{
    const struct config_branch *branch = deploy_branch(pusher->config, ref->remote_ref);

    *ret_found = branch != NULL;
    if (!branch)
        return pusher->input->server || !str_starts(ref->remote_ref, STR("refs/heads/")) ||
               push_to_host(pusher, push_short_name(ref->remote_ref), ret_deploy, ret_found, e);
    *ret_deploy = (struct deploy){.rule = STR("git-push"),
                                  .environment = branch->environment,
                                  .environment_word = branch->pattern};
    return true;
}

static bool add_deploy(struct pusher *pusher, const struct push_ref *ref, struct push_seen *seen,
                       struct err *e)
{
    struct deploy deploy = {0};
    bool found = false;

    if (!seen->range.tip.length)
        return true;
    if (!find_deploy(pusher, ref, &deploy, &found, e))
        return false;
    if (!found || (pusher->input->server && !server_can_ask(pusher, deploy.environment)))
        return true;
    seen->environment = deploy.environment;
    deploy.kind = DEPLOY_COMMIT;
    deploy.trail = (struct strs){0};
    deploy.directory = pusher->input->directory;
    deploy.commit = seen->range.tip;
    deploy.command = str_printf(
        pusher->arena, "git push " STR_FMT " " STR_FMT ":" STR_FMT,
        STR_ARG(deploys_mask(pusher->arena, pusher->input->remote.length ? pusher->input->remote
                                                                         : STR("(received)"))),
        STR_ARG(str_prefix(seen->range.tip, 12)), STR_ARG(push_short_name(ref->remote_ref)));
    VEC_PUSH(pusher->arena, &deploy.trail, deploy.command);
    loader_need(); /* databases */
    VEC_PUSH(pusher->arena, &pusher->result->deploys, deploy);
    return true;
}

static bool touch_migrations(const struct pusher *pusher, const struct repository_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        if (push_path_may_be_migration(pusher->config, changes->items[i].path))
            return true;
    return false;
}

bool push_sieve(struct pusher *pusher, const struct repository_changes *changes, struct err *e)
{
    struct push_sieve sieve = {.of = changes->items};

    if (changes->count && changes->items == pusher->sieve.of)
        return true;
    if (!models_any_path(pusher->arena, pusher->config, changes, &sieve.models, e))
        return false;
    sieve.migrations = touch_migrations(pusher, changes);
    pusher->sieve = sieve;
    return true;
}

/* A long history is still looked at. What goes wrong here goes wrong again, and is said then. */
static void sieve_meanwhile(void *context, const struct repository_changes *changes)
{
    struct err later = ERR_NONE;

    if (!push_sieve(context, changes, &later))
        ((struct pusher *)context)->sieve.of = NULL;
}

static bool judge_changes(struct pusher *pusher, const struct push_ref *ref, struct push_seen *seen,
                          struct err *e)
{
    struct pushed pushed = {.pusher = pusher,
                            .ref = ref,
                            .range = &seen->range,
                            .is_deploy = seen->environment.length > 0};

    if (!repository_changes(pusher->input->repository, pusher->arena, seen->range.base,
                            seen->range.tip, &pushed.changes, e))
        return false;
    seen->changed_files = pushed.changes.count;
    if (!push_sieve(pusher, &pushed.changes, e))
        return false;
    if (pusher->sieve.migrations && (!pusher_view(pusher, seen->range.base, &pushed.before, e) ||
                                     !pusher_view(pusher, seen->range.tip, &pushed.after, e) ||
                                     !push_judge_migrations(&pushed, e)))
        return false;
    return push_judge_models(&pushed, &seen->schema_changes, e);
}

/* A deploy branch goes back to an older release while main keeps all of it: a rollback takes nothing away, and what the database says of it is
 * judged with the deploy. */
static bool stays_on_main(struct pusher *pusher, const struct push_ref *ref,
                          const struct push_seen *seen, bool *ret_stays, struct err *e)
{
    const struct range_known *known = &pusher->known;

    *ret_stays = false;
    if (!seen->environment.length || !known->default_tip.length ||
        str_eq(known->default_branch, ref->remote_ref))
        return true;
    return repository_is_ancestor(pusher->input->repository, pusher->arena, seen->range.old,
                                  known->default_tip, ret_stays, e);
}

/* A main branch or a deploy branch that is rewound or rewritten: what was published on it may be applied by now. On other branches people rewrite
 * what they have not merged yet. */
static bool judge_rewritten(struct pusher *pusher, const struct push_ref *ref,
                            const struct push_seen *seen, struct err *e)
{
    struct push_range range = seen->range;
    struct pushed pushed = {
        .pusher = pusher, .ref = ref, .range = &range, .is_deploy = seen->environment.length > 0};
    struct commit_view *judged = NULL;
    bool stays;

    if (!range.old.length || str_eq(range.old, range.tip) ||
        (range.kind != RANGE_NEW && range.kind != RANGE_NOTHING_NEW) ||
        (!seen->environment.length && !str_eq(pusher->known.default_branch, ref->remote_ref)))
        return true;
    if (!stays_on_main(pusher, ref, seen, &stays, e))
        return false;
    if (stays)
        return true;
    if (!repository_changes(pusher->input->repository, pusher->arena, range.old, range.tip,
                            &pushed.changes, e))
        return false;
    if (!touch_migrations(pusher, &pushed.changes))
        return true;
    if (!pusher_tree(pusher, range.base, &judged, e) ||
        !pusher_view(pusher, range.old, &pushed.before, e) ||
        !pusher_view(pusher, range.tip, &pushed.after, e))
        return false;
    range.base = range.old;
    return push_judge_rewritten(&pushed, judged == pushed.after ? NULL : judged, e);
}

/* The same commit over the same base under another name: judged once. */
static bool was_judged(const struct pusher *pusher, const struct push_seen *seen)
{
    for (size_t i = 0; i < pusher->result->seen.count; i++) {
        const struct push_seen *other = &pusher->result->seen.items[i];
        if (other->known && other->range.kind == seen->range.kind &&
            str_eq(other->range.tip, seen->range.tip) &&
            str_eq(other->range.base, seen->range.base) &&
            str_eq(other->ref.remote_ref, seen->ref.remote_ref))
            return true;
    }
    return false;
}

static void judge_ref(struct pusher *pusher, const struct push_ref *ref)
{
    struct push_seen seen = {.ref = *ref, .ignored = is_ignored(ref->remote_ref)};
    struct repository_meanwhile meanwhile = {.look = sieve_meanwhile, .context = pusher};
    struct err e = ERR_NONE;

    pusher->pushed_to =
        pusher->input->refs->count > 1 ? push_short_name(ref->remote_ref) : STR_NONE;

    if (is_judged(ref) && time_is_up(pusher, ref))
        return;
    if (!seen.ignored) {
        seen.known =
            range_of(pusher->input->repository, pusher->arena, &pusher->known, ref->local_id,
                     ref->remote_id, ref->remote_ref, &meanwhile, &seen.range, &e);
        bool judged = seen.known && !was_judged(pusher, &seen);
        if (judged) {
            judged = add_deploy(pusher, ref, &seen, &e);
            if (judged && (seen.range.kind == RANGE_FAST_FORWARD || seen.range.kind == RANGE_NEW))
                judged = judge_changes(pusher, ref, &seen, &e);
            judged = judged && judge_rewritten(pusher, ref, &seen, &e);
        }
        if (err_is_set(&e) || (!judged && !seen.known))
            pusher_failed(
                pusher,
                str_c(pusher->arena,
                      str_printf(pusher->arena, "what is pushed to " STR_FMT " cannot be read",
                                 STR_ARG(push_short_name(ref->remote_ref)))),
                &e);
    }
    VEC_PUSH(pusher->arena, &pusher->result->seen, seen);
}

/* --- The whole push. --- */

static bool brings_something(const struct push_input *input)
{
    for (size_t i = 0; i < input->refs->count; i++)
        if (is_judged(&input->refs->items[i]))
            return true;
    return false;
}

/* Each once: hundreds of tags may be of one commit. */
static void note_pushed(struct pusher *pusher)
{
    const struct push_refs *refs = pusher->input->refs;
    struct words seen = {.arena = pusher->arena};

    for (size_t i = 0; refs->count > 1 && i < refs->count; i++)
        if (is_judged(&refs->items[i]) && words_add(&seen, refs->items[i].local_id))
            VEC_PUSH(pusher->arena, &pusher->known.pushed, refs->items[i].local_id);
}

static void judge_refs(struct pusher *pusher)
{
    const struct push_input *input = pusher->input;

    if (pusher->config->broken)
        pusher_add(pusher, REASON_CONFIG_ERROR, STR_NONE,
                   str_printf(pusher->arena, "the configuration cannot be used: " STR_FMT,
                              STR_ARG(pusher->config->broken_message)),
                   pusher->config->broken_hint);
    pusher->known = range_known_new(input->directory, input->remote, input->url, input->server);
    note_pushed(pusher);
    for (size_t i = 0; i < input->refs->count; i++)
        judge_ref(pusher, &input->refs->items[i]);
    pusher->pushed_to = STR_NONE;
}

static void decide(struct pusher *pusher)
{
    const struct push_input *input = pusher->input;
    struct request request = {.host = HOST_GIT,
                              .event = input->server ? STR("pre-receive") : STR("pre-push"),
                              .cwd = input->directory};
    struct decision_input decision = {
        .request = &request,
        .deploys = &pusher->result->deploys,
        .configs = input->configs,
        .state_directory = input->state_directory,
        .dry_run = input->dry_run,
        .repository = input->repository,
        .found = &pusher->reasons,
        .deadline_ms = input->deadline_ms,
    };

    if (pusher->result->deploys.count)
        request.command = pusher->result->deploys.items[0].command;
    gate_decide(pusher->arena, &decision, &pusher->result->verdict, &pusher->result->looks);
}

void gate_push(struct arena *arena, const struct push_input *input, struct push_result *ret_result)
{
    struct pusher pusher = {.arena = arena, .input = input, .result = ret_result};
    struct err e = ERR_NONE;

    *ret_result = (struct push_result){0};
    if (!brings_something(input)) {
        for (size_t i = 0; i < input->refs->count; i++)
            VEC_PUSH(arena, &ret_result->seen,
                     (struct push_seen){.ref = input->refs->items[i],
                                        .ignored = is_ignored(input->refs->items[i].remote_ref),
                                        .known = true});
        ret_result->verdict = verdict_of(pusher.reasons);
        return;
    }
    if (!configs_for(input->configs, input->directory, &pusher.config, &e)) {
        pusher.config = NULL;
        pusher_failed(&pusher, "the configuration cannot be read", &e);
        ret_result->verdict = verdict_of(pusher.reasons);
        return;
    }
    judge_refs(&pusher);
    decide(&pusher);
}
