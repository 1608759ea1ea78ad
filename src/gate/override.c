#include "gate/override.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "config/state.h"
#include "gate/audit_files.h"

#define FILE_NAME "overrides.json"
#define LOCK_MS 5000u

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

/* --- The file. --- */

void override_write_json(struct buf *out, const struct override *entry)
{
    bool first = true;

    buf_add_byte(out, '{');
    json_add_string(out, &first, "id", entry->id);
    json_add_string(out, &first, "work_tree", entry->work_tree);
    json_add_string(out, &first, "environment", entry->environment);
    json_add_string(out, &first, "reason", entry->reason);
    json_add_string(out, &first, "by", entry->by);
    json_write_key(out, &first, "created");
    buf_printf(out, "%llu", (unsigned long long)entry->created);
    json_write_key(out, &first, "until");
    buf_printf(out, "%llu", (unsigned long long)entry->until);
    json_add_strings(out, &first, "codes", &entry->codes);
    json_add_strings(out, &first, "pending", &entry->pending);
    buf_add_byte(out, '}');
}

static bool read_strings(struct arena *arena, const cJSON *list, struct strs *ret)
{
    const cJSON *item;

    if (!json_is_array(list))
        return false;
    cJSON_ArrayForEach(item, list)
    {
        if (!json_is_string(item))
            return false;
        VEC_PUSH(arena, ret, str_copy(arena, json_value_string(item)));
    }
    return true;
}

static bool read_seconds(const cJSON *item, const char *key, uint64_t *ret)
{
    const cJSON *number = json_get(item, key);

    if (!json_is_number(number) || !(number->valuedouble >= 0 && number->valuedouble <= 1e15))
        return false;
    *ret = (uint64_t)number->valuedouble;
    return true;
}

static bool read_entry(struct arena *arena, const cJSON *item, struct override *ret)
{
    *ret = (struct override){
        .id = str_copy(arena, json_string(item, "id")),
        .work_tree = str_copy(arena, json_string(item, "work_tree")),
        .environment = str_copy(arena, json_string(item, "environment")),
        .reason = str_copy(arena, json_string(item, "reason")),
        .by = str_copy(arena, json_string(item, "by")),
    };
    return ret->id.length && read_seconds(item, "created", &ret->created) &&
           read_seconds(item, "until", &ret->until) &&
           read_strings(arena, json_get(item, "codes"), &ret->codes) &&
           read_strings(arena, json_get(item, "pending"), &ret->pending);
}

/* Nobody else may have been able to write it. */
static bool is_ours(struct arena *arena, struct str path, struct err *e)
{
    struct stat status;

    if (lstat(str_c(arena, path), &status) != 0)
        return err_errno(e, STR_FMT ": cannot stat", STR_ARG(path));
    bool ours = S_ISREG(status.st_mode) && (status.st_uid == geteuid() || status.st_uid == 0);
    if (ours && !(status.st_mode & (S_IWGRP | S_IWOTH)))
        return true;
    err_set(e, ERR_REFUSED, STR_FMT ": others can write it: no override in it counts",
            STR_ARG(path));
    return err_hint(e, "look at it, then: chmod 600 " STR_FMT, STR_ARG(path));
}

bool override_list(struct arena *arena, struct str state, uint64_t now, struct overrides *ret,
                   struct err *e)
{
    struct str path = path_join(arena, state, STR(FILE_NAME)), bytes;
    JSON_DOCUMENT(document);
    const cJSON *item;

    *ret = (struct overrides){0};
    if (!state.length || file_kind(arena, path) == FILE_ABSENT)
        return true;
    if (!is_ours(arena, path, e) || !file_read(arena, path, FILE_MAX, &bytes, e) ||
        !json_parse(arena, bytes, JSON_STRICT, str_c(arena, path), &document, e))
        return false;
    if (!json_is_array(document))
        return err_set(e, ERR_INPUT, STR_FMT ": not a list that hookcheck wrote", STR_ARG(path));
    cJSON_ArrayForEach(item, document)
    {
        struct override entry;
        if (!read_entry(arena, item, &entry))
            return err_set(e, ERR_INPUT, STR_FMT ": an entry that hookcheck did not write",
                           STR_ARG(path));
        /* One from the future was not given by this clock: it does not count either. */
        if (entry.until > now && entry.created <= now + 60 &&
            entry.until <= entry.created + OVERRIDE_SECONDS_MAX)
            VEC_PUSH(arena, ret, entry);
    }
    return true;
}

static bool write_all(struct arena *arena, struct str state, const struct overrides *list,
                      struct err *e)
{
    struct buf out = buf_new(arena, FILE_MAX);

    buf_add_byte(&out, '[');
    for (size_t i = 0; i < list->count; i++) {
        buf_add(&out, i ? STR(",\n") : STR("\n"));
        override_write_json(&out, &list->items[i]);
    }
    buf_add(&out, STR("\n]\n"));
    if (out.truncated)
        return err_set(e, ERR_LIMIT, "the overrides are too large");
    return file_write_atomically(arena, path_join(arena, state, STR(FILE_NAME)), buf_str(&out),
                                 0600, e);
}

static bool lock(struct arena *arena, struct str state, int *ret_fd, struct err *e)
{
    return state_make(arena, state, e) && audit_lock(arena, state, clock_ms() + LOCK_MS, ret_fd, e);
}

static bool new_id(struct arena *arena, struct str *ret, struct err *e)
{
    unsigned char bytes[6];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return err_errno(e, "no random numbers");
    *ret = str_printf(arena, "%02x%02x%02x%02x%02x%02x", bytes[0], bytes[1], bytes[2], bytes[3],
                      bytes[4], bytes[5]);
    return true;
}

bool override_add(struct arena *arena, struct str state, struct override *entry, uint64_t now,
                  struct err *e)
{
    struct overrides list;

    AUDIT_FD(fd);
    if (!new_id(arena, &entry->id, e) || !lock(arena, state, &fd, e) ||
        !override_list(arena, state, now, &list, e))
        return false;
    if (list.count >= OVERRIDES_MAX)
        return err_set(e, ERR_LIMIT, "there are %u overrides already", OVERRIDES_MAX);
    entry->work_tree = path_real(arena, entry->work_tree);
    VEC_PUSH(arena, &list, *entry);
    return write_all(arena, state, &list, e);
}

bool override_remove(struct arena *arena, struct str state, struct str id, uint64_t now,
                     size_t *ret_count, struct err *e)
{
    struct overrides list, kept = {0};

    AUDIT_FD(fd);
    *ret_count = 0;
    if (!lock(arena, state, &fd, e) || !override_list(arena, state, now, &list, e))
        return false;
    for (size_t i = 0; i < list.count; i++)
        if (id.length && !str_eq(list.items[i].id, id))
            VEC_PUSH(arena, &kept, list.items[i]);
    *ret_count = list.count - kept.count;
    return *ret_count == 0 || write_all(arena, state, &kept, e);
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
                const struct override *entry, struct reasons *reasons, struct override_note *note)
{
    struct err e = ERR_NONE;
    size_t count = 0;

    /* Used up before anything is let through: two deploys at once cannot share it. */
    if (!input->dry_run &&
        (!override_remove(arena, input->state_directory, entry->id, now_seconds(), &count, &e) ||
         count == 0)) {
        note->why_not =
            e.message[0] ? str_copy(arena, str_from(e.message)) : STR("it was used meanwhile");
        return;
    }
    note->used = true;
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
                use(arena, input, entry, reasons, &note);
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
    for (size_t i = 0; i < list.count; i++)
        if (is_about(arena, &list.items[i], look))
            VEC_PUSH(arena, ret_notes, note_of(arena, &list.items[i]));
}
