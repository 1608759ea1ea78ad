#include "base/json.h"
#include "report/report.h"

void report_reasons_json(struct buf *out, bool *first, const struct reasons *reasons)
{
    bool next = false;

    json_write_key(out, first, "reasons");
    buf_add_byte(out, '[');
    for (int action = ACTION_BLOCK; action <= ACTION_ALLOW; action++)
        for (size_t i = 0; i < reasons->count; i++) {
            const struct reason *reason = &reasons->items[i];
            bool inner = true;
            if ((int)reason->action != action)
                continue;
            buf_add(out, next ? STR(",{") : STR("{"));
            next = true;
            json_add_string(out, &inner, "code", reason_code_name(reason->code));
            json_add_string(out, &inner, "message", reason->message);
            json_add_string(out, &inner, "hint", reason->hint);
            buf_add_byte(out, '}');
        }
    buf_add_byte(out, ']');
}

void report_overrides_json(struct buf *out, bool *first, const struct override_notes *notes)
{
    if (!notes->count)
        return;
    json_write_key(out, first, "overrides");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < notes->count; i++) {
        const struct override_note *note = &notes->items[i];
        bool inner = true;
        buf_add(out, i ? STR(",{") : STR("{"));
        json_add_string(out, &inner, "id", note->id);
        json_add_string(out, &inner, "environment", note->environment);
        json_add_string(out, &inner, "until", note->until);
        json_add_string(out, &inner, "by", note->by);
        json_add_string(out, &inner, "reason", note->reason);
        json_write_key(out, &inner, "used");
        buf_add(out, note->used ? STR("true") : STR("false"));
        json_add_string(out, &inner, "why_not", note->why_not);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

void report_command_json(struct buf *out, const struct deploys *deploys,
                         const struct tampers *tampers, const struct verdict *verdict, bool offline)
{
    bool first = true;

    buf_add_byte(out, '{');
    json_write_key(out, &first, "deploys");
    deploys_write_json(out, deploys);
    if (tampers->count) {
        json_write_key(out, &first, "protected");
        tampers_write_json(out, tampers, false);
    }
    if (!offline) {
        json_add_string(out, &first, "verdict", action_name(verdict->action));
        report_reasons_json(out, &first, &verdict->reasons);
        report_overrides_json(out, &first, &verdict->overrides);
    }
    buf_add_byte(out, '}');
}

static void add_migrations(struct buf *out, bool *first, const char *key,
                           const struct look_set *set, const struct plan_indexes *indexes)
{
    json_write_key(out, first, key);
    buf_add_byte(out, '[');
    for (size_t i = 0; i < indexes->count; i++) {
        const struct migration *migration = &set->history.migrations.items[indexes->items[i]];
        bool inner = true;
        buf_add(out, i ? STR(",{") : STR("{"));
        json_add_string(out, &inner, "id", migration->id);
        json_add_string(out, &inner, "file", migration->file);
        json_add_string(out, &inner, "title", migration->title);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

static void add_unknown(struct buf *out, bool *first, const char *key,
                        const struct plan_unknowns *unknown)
{
    json_write_key(out, first, key);
    buf_add_byte(out, '[');
    for (size_t i = 0; i < unknown->count; i++) {
        bool inner = true;
        buf_add(out, i ? STR(",{") : STR("{"));
        json_add_string(out, &inner, "id", unknown->items[i].id);
        json_add_string(out, &inner, "where", unknown->items[i].where);
        json_add_string(out, &inner, "kind",
                        unknown_kind_name(unknown->items[i].elsewhere ? UNKNOWN_ELSEWHERE
                                                                      : unknown->items[i].kind));
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

static void add_dirty(struct buf *out, bool *first, const struct plan_dirties *dirty)
{
    json_write_key(out, first, "dirty");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < dirty->count; i++) {
        bool inner = true;
        buf_add(out, i ? STR(",{") : STR("{"));
        json_add_string(out, &inner, "id", dirty->items[i].id);
        json_add_string(out, &inner, "state", dirty->items[i].state);
        json_add_string(out, &inner, "detail", dirty->items[i].detail);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

static void add_diverged(struct buf *out, bool *first, const struct look_set *set)
{
    json_write_key(out, first, "diverged");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < set->plan.diverged.count; i++) {
        const struct plan_difference *one = &set->plan.diverged.items[i];
        const struct migration *migration = &set->history.migrations.items[one->migration];
        bool inner = true;
        buf_add(out, i ? STR(",{") : STR("{"));
        json_add_string(out, &inner, "id", migration->id);
        json_add_string(out, &inner, "file", migration->file);
        json_add_string(out, &inner, "what", one->what);
        json_add_string(out, &inner, "recorded", one->recorded);
        json_add_string(out, &inner, "actual", one->actual);
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

static void add_set(struct buf *out, const struct look_set *set)
{
    bool first = true;

    buf_add_byte(out, '{');
    json_add_string(out, &first, "name", set->history.set);
    json_add_string(out, &first, "tracker", set->history.tracker);
    json_add_string(out, &first, "root", set->history.root.length ? set->history.root : STR("."));
    json_write_key(out, &first, "count");
    buf_printf(out, "%zu", set->history.migrations.count);
    json_add_strings(out, &first, "heads", &set->history.heads);
    json_write_key(out, &first, "applied");
    buf_printf(out, "%zu", set->plan.applied_count);
    add_migrations(out, &first, "pending", set, &set->plan.pending);
    add_migrations(out, &first, "never_applied", set, &set->plan.never_applied);
    add_migrations(out, &first, "out_of_order", set, &set->plan.out_of_order);
    add_unknown(out, &first, "unknown", &set->plan.unknown);
    add_unknown(out, &first, "explained", &set->plan.explained);
    add_dirty(out, &first, &set->plan.dirty);
    add_diverged(out, &first, set);
    json_add_strings(out, &first, "assumed", &set->history.assumptions);
    json_add_strings(out, &first, "notes", &set->plan.notes);
    json_add_string(out, &first, "state", set_state_name(set->state));
    buf_add_byte(out, '}');
}

void report_status_json(struct buf *out, const struct look *look, const struct verdict *verdict)
{
    bool first = true;

    buf_add_byte(out, '{');
    json_add_string(out, &first, "environment", look->environment);
    json_write_key(out, &first, "pending");
    buf_add(out, look->pending ? STR("true") : STR("false"));
    json_add_string(out, &first, "database_version", look->database_version);
    json_add_string(out, &first, "code_version", look->code_version);
    json_add_string(out, &first, "verdict", action_name(verdict->action));
    report_reasons_json(out, &first, &verdict->reasons);
    report_overrides_json(out, &first, &verdict->overrides);
    json_write_key(out, &first, "sets");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < look->sets.count; i++) {
        if (i)
            buf_add_byte(out, ',');
        add_set(out, &look->sets.items[i]);
    }
    buf_add(out, STR("]}"));
}
