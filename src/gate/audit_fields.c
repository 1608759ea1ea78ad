#include "base/json.h"
#include "gate/audit.h"
#include "host/host.h"

/* A command of megabytes is not a record; its digest of the deploys' lines is. */
#define COMMAND_SHOWN 4096u
#define FIELDS_MAX (AUDIT_LINE_MAX - 4096u)

static void add_looks(struct buf *out, const struct looks *looks)
{
    buf_add_byte(out, '[');
    for (size_t l = 0; l < looks->count; l++) {
        const struct look *look = &looks->items[l];
        bool first = true;
        buf_add(out, l ? STR(",{") : STR("{"));
        json_add_string(out, &first, "environment", look->environment);
        json_add_string(out, &first, "work_tree", look->work_tree);
        json_add_string(out, &first, "at", look->at);
        json_add_string(out, &first, "code_version", str_prefix(look->code_version, COMMAND_SHOWN));
        json_add_string(out, &first, "database_version",
                        str_prefix(look->database_version, COMMAND_SHOWN));
        json_write_key(out, &first, "sets");
        buf_add_byte(out, '[');
        for (size_t i = 0; i < look->sets.count && i < 64; i++) {
            const struct look_set *set = &look->sets.items[i];
            bool inner = true;
            buf_add(out, i ? STR(",{") : STR("{"));
            json_add_string(out, &inner, "name", set->history.set);
            json_add_string(out, &inner, "state", set_state_name(set->state));
            json_add_string(out, &inner, "database", set->answer.shown);
            json_add_string(out, &inner, "system_identifier", set->answer.system_identifier);
            json_write_key(out, &inner, "pending");
            buf_printf(out, "%zu", set->plan.pending.count);
            buf_add_byte(out, '}');
        }
        buf_add(out, STR("]}"));
    }
    buf_add_byte(out, ']');
}

static void add_reasons(struct buf *out, const struct reasons *reasons)
{
    buf_add_byte(out, '[');
    for (size_t i = 0; i < reasons->count && i < 64; i++) {
        const struct reason *reason = &reasons->items[i];
        bool first = true;
        buf_add(out, i ? STR(",{") : STR("{"));
        json_add_string(out, &first, "code", reason_code_name(reason->code));
        json_add_string(out, &first, "action", action_name(reason->action));
        json_add_string(out, &first, "environment", reason->environment);
        json_add_string(out, &first, "set", reason->set);
        json_add_string(out, &first, "message", str_prefix(reason->message, COMMAND_SHOWN));
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
}

static void add_configs(struct arena *arena, struct buf *out, const struct decision_input *input)
{
    struct strs digests = {0};

    for (size_t i = 0; i < input->deploys->count; i++) {
        const struct config *config = NULL;
        struct err ignored = ERR_NONE;
        struct str directory = input->deploys->items[i].directory;
        if (!directory.length)
            directory = input->request->cwd;
        if (configs_for(input->configs, directory, &config, &ignored) && config->digest.length)
            strs_add(arena, &digests, config->digest);
    }
    buf_add_byte(out, '[');
    for (size_t i = 0; i < digests.count; i++) {
        if (i)
            buf_add_byte(out, ',');
        json_write_string(out, digests.items[i]);
    }
    buf_add_byte(out, ']');
}

/* The one that let this through, if any. */
static void add_override(struct buf *out, bool *first, const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->overrides.count; i++) {
        const struct override_note *note = &verdict->overrides.items[i];
        bool inner = true;
        if (!note->used)
            continue;
        json_write_key(out, first, "override");
        buf_add_byte(out, '{');
        json_add_string(out, &inner, "id", note->id);
        json_add_string(out, &inner, "environment", note->environment);
        json_add_string(out, &inner, "reason", note->reason);
        json_add_string(out, &inner, "by", note->by);
        buf_add_byte(out, '}');
        json_add_string(out, first, "override_event", STR("used"));
        return;
    }
}

/* What was asked for: the command, or the tool that edits and the files of ours among its own. */
static struct str asked(struct arena *arena, const struct decision_input *input)
{
    const struct request *request = input->request;
    struct strs paths = {0};

    if (request->command.length || !input->tampers)
        return deploys_mask(arena, request->command);
    for (size_t i = 0; i < input->tampers->count; i++)
        strs_add(arena, &paths, input->tampers->items[i].path);
    return str_printf(arena, STR_FMT " " STR_FMT, STR_ARG(request->tool),
                      STR_ARG(str_join(arena, paths.items, paths.count, STR(", "))));
}

struct str audit_fields(struct arena *arena, const struct decision_input *input,
                        const struct verdict *verdict, const struct looks *looks)
{
    struct buf out = buf_new(arena, FIELDS_MAX);
    const struct request *request = input->request;
    struct str command = asked(arena, input);
    bool first = true;

    json_add_string(&out, &first, "host", host_name(request->host));
    json_add_string(&out, &first, "session", str_prefix(request->session, 256));
    json_add_string(&out, &first, "cwd", str_prefix(request->cwd, COMMAND_SHOWN));
    json_add_string(&out, &first, "command", str_prefix(command, COMMAND_SHOWN));
    json_add_string(&out, &first, "verdict", action_name(verdict->action));
    add_override(&out, &first, verdict);
    json_write_key(&out, &first, "reasons");
    add_reasons(&out, &verdict->reasons);
    json_write_key(&out, &first, "looks");
    add_looks(&out, looks);
    json_write_key(&out, &first, "config");
    add_configs(arena, &out, input);
    json_write_key(&out, &first, "deploys");
    deploys_write_json(&out, input->deploys);
    if (input->tampers && input->tampers->count) {
        json_write_key(&out, &first, "protected");
        tampers_write_json(&out, input->tampers, false);
    }
    if (!out.truncated)
        return buf_str(&out);
    /* Dozens of deploys with long trails in one call: the decision itself is what must be kept. */
    struct buf small = buf_new(arena, FIELDS_MAX);
    first = true;
    json_add_string(&small, &first, "host", host_name(request->host));
    json_add_string(&small, &first, "cwd", str_prefix(request->cwd, COMMAND_SHOWN));
    json_add_string(&small, &first, "command", str_prefix(command, COMMAND_SHOWN));
    json_add_string(&small, &first, "verdict", action_name(verdict->action));
    add_override(&small, &first, verdict);
    buf_add(&small, STR(",\"truncated\":true"));
    return buf_str(&small);
}
