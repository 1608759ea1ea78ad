#include "gate/override.h"

#include <time.h>

#include "base/file.h"
#include "gate/audit.h"

#define COMMIT_SHOWN 12u

static uint64_t now_seconds(void)
{
    return (uint64_t)time(NULL);
}

struct str override_time(struct arena *arena, uint64_t seconds)
{
    time_t when = (time_t)seconds;
    struct tm parts;
    char text[32];

    if (!gmtime_r(&when, &parts) || !strftime(text, sizeof text, "%Y-%m-%dT%H:%MZ", &parts))
        return STR("?");
    return str_copy(arena, str_from(text));
}

bool override_audit(struct arena *arena, struct str state, const struct override *entry,
                    const char *event, struct str cwd, struct err *e)
{
    struct audit_options options = {.state = state};
    struct buf fields = buf_new(arena, AUDIT_LINE_MAX);
    bool first = true;

    json_add_string(&fields, &first, "host", STR("terminal"));
    json_add_string(&fields, &first, "cwd", cwd);
    json_add_string(&fields, &first, "command",
                    str_printf(arena, "hookcheck override (%s)", event));
    json_add_string(&fields, &first, "verdict", STR("warn"));
    json_write_key(&fields, &first, "override");
    override_write_json(&fields, entry);
    json_add_string(&fields, &first, "override_event", str_from(event));
    return audit_append(arena, &options, buf_str(&fields), e);
}

/* --- What it may soften. --- */

static bool may_be_softened(const struct config *config,
                            const struct config_environment *environment, enum reason_code code)
{
    const struct policy *minima[] = {config ? &config->administrator_minimum : NULL,
                                     environment ? &environment->administrator_minimum : NULL};

    if (reason_is_hard(code))
        return false;
    for (size_t i = 0; i < COUNT_OF(minima); i++)
        if (minima[i] && minima[i]->set[code] && minima[i]->action[code] < ACTION_WARN)
            return false;
    return true;
}

static void add_one(struct arena *arena, const struct look_set *set, struct str id,
                    struct strs *ret)
{
    strs_add(arena, ret,
             str_printf(arena, STR_FMT ":" STR_FMT, STR_ARG(set->history.set), STR_ARG(id)));
}

/* All that the database lacks: what the tool would skip, and what ended half-way, as much as what it would apply. */
static void add_pending(struct arena *arena, const struct look *look, struct strs *ret)
{
    for (size_t s = 0; s < look->sets.count; s++) {
        const struct look_set *set = &look->sets.items[s];
        const struct plan *plan = &set->plan;
        for (size_t i = 0; i < plan->pending.count; i++)
            add_one(arena, set, set->history.migrations.items[plan->pending.items[i]].id, ret);
        for (size_t i = 0; i < plan->never_applied.count; i++)
            add_one(arena, set, set->history.migrations.items[plan->never_applied.items[i]].id,
                    ret);
        for (size_t i = 0; i < plan->dirty.count; i++)
            add_one(arena, set, plan->dirty.items[i].id, ret);
    }
    strs_sort(ret);
}

void override_bind(struct arena *arena, const struct config *config, const struct look *look,
                   struct override *entry, struct str *ret_hard)
{
    const struct config_environment *environment =
        config_environment_named(config, look->environment);

    *ret_hard = STR_NONE;
    entry->work_tree = look->work_tree;
    entry->environment = look->environment;
    for (size_t i = 0; i < look->reasons.count; i++) {
        const struct reason *reason = &look->reasons.items[i];
        if (reason->action >= ACTION_WARN)
            continue;
        if (may_be_softened(config, environment, reason->code))
            strs_add(arena, &entry->codes, reason_code_name(reason->code));
        else if (!ret_hard->length)
            *ret_hard = reason_code_name(reason->code);
    }
    add_pending(arena, look, &entry->pending);
}

/* --- Using it. --- */

static bool blocks(const struct reasons *reasons)
{
    for (size_t i = 0; i < reasons->count; i++)
        if (reasons->items[i].action < ACTION_WARN)
            return true;
    return false;
}

static bool is_about(struct arena *arena, const struct override *entry, const struct look *look)
{
    return str_eq(entry->environment, look->environment) &&
           str_eq(entry->work_tree, path_real(arena, look->work_tree));
}

static struct override_note note_of(struct arena *arena, const struct override *entry)
{
    return (struct override_note){.id = entry->id,
                                  .environment = entry->environment,
                                  .reason = entry->reason,
                                  .by = entry->by,
                                  .until = override_time(arena, entry->until)};
}

static struct str shown_commits(struct arena *arena, const struct strs *commits)
{
    struct strs shorter = {0};

    for (size_t i = 0; i < commits->count; i++)
        VEC_PUSH(arena, &shorter, str_prefix(commits->items[i], COMMIT_SHOWN));
    return str_join(arena, shorter.items, shorter.count, STR(", "));
}

/* What an agent's hook lets through is asked about again by git's hook, which finds the override of the same commits. Empty: this call is no
 * mere push, or is the push itself; then the override is used up here. */
static struct strs commits_to_push(struct arena *arena, const struct decision_input *input,
                                   const struct override *entry, const struct looks *looks)
{
    struct strs commits = {0}, none = {0};

    if (input->repository)
        return none;
    for (size_t i = 0; i < input->deploys->count; i++)
        if (!str_eq(input->deploys->items[i].rule, STR("git-push")) &&
            !str_eq(input->deploys->items[i].rule, STR("git-push-host")))
            return none;
    for (size_t l = 0; l < looks->count; l++) {
        if (!is_about(arena, entry, &looks->items[l]))
            continue;
        if (!looks->items[l].commit.length)
            return none;
        strs_add(arena, &commits, looks->items[l].commit);
    }
    return commits;
}

/* An override that an agent's hook has used for a push is left for that push alone. */
static bool is_left_for(struct arena *arena, const struct decision_input *input,
                        const struct override *entry, const struct looks *looks)
{
    for (size_t l = 0; l < looks->count; l++)
        if (is_about(arena, entry, &looks->items[l]) &&
            (!input->repository || !strs_have(&entry->commits, looks->items[l].commit)))
            return false;
    return true;
}

/* Of another work tree than the entry's, or of another environment: a look that stands in the way. */
static const struct look *blocking_other(struct arena *arena, const struct override *entry,
                                         const struct looks *looks)
{
    for (size_t l = 0; l < looks->count; l++)
        if (!is_about(arena, entry, &looks->items[l]) && blocks(&looks->items[l].reasons))
            return &looks->items[l];
    return NULL;
}

/* What is not covered, as a sentence; empty: everything that blocks is. */
static struct str not_covered(struct arena *arena, const struct decision_input *input,
                              const struct override *entry, const struct looks *looks,
                              const struct reasons *reasons)
{
    const struct config *config = NULL;
    struct err ignored = ERR_NONE;
    struct strs pending = {0};

    if (entry->commits.count && !is_left_for(arena, input, entry, looks))
        return str_printf(arena, "it was used for the push of " STR_FMT,
                          STR_ARG(shown_commits(arena, &entry->commits)));
    if (!configs_for(input->configs, entry->work_tree, &config, &ignored))
        return STR("the configuration cannot be read");
    const struct config_environment *environment =
        config_environment_named(config, entry->environment);
    for (size_t i = 0; i < reasons->count; i++) {
        const struct reason *reason = &reasons->items[i];
        struct str name = reason_code_name(reason->code);
        if (reason->action >= ACTION_WARN)
            continue;
        if (!str_eq(reason->environment, entry->environment) ||
            !may_be_softened(config, environment, reason->code) || !strs_have(&entry->codes, name))
            return str_printf(arena, "it does not cover " STR_FMT, STR_ARG(name));
    }
    /* Reasons do not say which work tree they are of; the looks do. */
    const struct look *other = blocking_other(arena, entry, looks);
    if (other)
        return str_printf(arena,
                          "it does not cover the deploy of " STR_FMT
                          ": deploy each work tree in a call of its own",
                          STR_ARG(other->work_tree));
    for (size_t l = 0; l < looks->count; l++)
        if (is_about(arena, entry, &looks->items[l]))
            add_pending(arena, &looks->items[l], &pending);
    for (size_t i = 0; i < pending.count; i++)
        if (!strs_have(&entry->pending, pending.items[i]))
            return str_printf(arena, STR_FMT " was not pending when it was given",
                              STR_ARG(pending.items[i]));
    return STR_NONE;
}

static void soften(struct reasons *reasons)
{
    for (size_t i = 0; i < reasons->count; i++)
        if (reasons->items[i].action < ACTION_WARN)
            reasons->items[i].action = ACTION_WARN;
}

static void use(struct arena *arena, const struct decision_input *input,
                const struct override *entry, const struct looks *looks, struct reasons *reasons,
                struct override_note *note)
{
    struct strs commits = commits_to_push(arena, input, entry, looks);
    struct str state = input->state_directory;
    struct err e = ERR_NONE;
    size_t count = input->dry_run;

    /* Used up before anything is let through: two deploys at once cannot share it. */
    bool good =
        input->dry_run ||
        (commits.count
             ? override_leave_to_push(arena, state, entry->id, &commits, now_seconds(), &count, &e)
             : override_remove(arena, state, entry->id, now_seconds(), &count, &e));
    if (!good || count == 0) {
        note->why_not =
            e.message[0] ? str_copy(arena, str_from(e.message)) : STR("it was used meanwhile");
        return;
    }
    note->used = true;
    note->push = shown_commits(arena, &commits);
    soften(reasons);
}

void override_apply(struct arena *arena, const struct decision_input *input,
                    const struct looks *looks, struct reasons *reasons,
                    struct override_notes *ret_notes)
{
    struct overrides list;
    struct err e = ERR_NONE;

    if (!looks->count || !input->state_directory.length)
        return;
    if (!override_list(arena, input->state_directory, now_seconds(), &list, &e)) {
        VEC_PUSH(arena, ret_notes,
                 ((struct override_note){.why_not = str_copy(arena, str_from(e.message))}));
        return;
    }
    for (size_t i = 0; i < list.count; i++) {
        const struct override *entry = &list.items[i];
        struct override_note note = note_of(arena, entry);
        bool about = false;
        for (size_t l = 0; l < looks->count; l++)
            about = about || is_about(arena, entry, &looks->items[l]);
        if (!about)
            continue;
        if (blocks(reasons)) {
            note.why_not = not_covered(arena, input, entry, looks, reasons);
            if (!note.why_not.length)
                note.why_not = override_trail_objects(arena, input->state_directory, entry);
            if (!note.why_not.length)
                use(arena, input, entry, looks, reasons, &note);
        }
        VEC_PUSH(arena, ret_notes, note);
    }
}

void override_notes_for(struct arena *arena, struct str state, const struct look *look,
                        struct override_notes *ret_notes)
{
    struct overrides list;
    struct err e = ERR_NONE;

    if (!override_list(arena, state, now_seconds(), &list, &e)) {
        VEC_PUSH(arena, ret_notes,
                 ((struct override_note){.why_not = str_copy(arena, str_from(e.message))}));
        return;
    }
    for (size_t i = 0; i < list.count; i++) {
        struct override_note note = note_of(arena, &list.items[i]);
        if (!is_about(arena, &list.items[i], look))
            continue;
        note.why_not = override_trail_objects(arena, state, &list.items[i]);
        VEC_PUSH(arena, ret_notes, note);
    }
}
