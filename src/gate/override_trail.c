/* What the trail says of an override: the file alone could have been copied back, or written by anybody. */
#include <time.h>

#include "gate/audit.h"
#include "gate/override.h"

#define CLOCKS_APART (24u * 3600u)

struct trail {
    const struct override *entry;
    struct str written; /* the entry as its line has it */
    bool given, revoked;
    size_t used;
};

static bool look_at_line(void *context, const cJSON *record, struct str line, struct err *e UNUSED)
{
    struct trail *trail = context;
    const cJSON *given = json_get(record, "override");
    struct str event = json_string(record, "override_event");

    if (!str_eq(json_string(given, "id"), trail->entry->id))
        return true;
    if (str_eq(event, STR("given")))
        trail->given = trail->given || str_contains(line, trail->written);
    else if (str_eq(event, STR("revoked")))
        trail->revoked = true;
    else if (str_eq(event, STR("used")))
        trail->used++;
    return true;
}

/* An append notes what was cut off before it. */
struct gaps {
    struct str since;
    bool any;
};

static bool look_for_gap(void *context, const cJSON *record, struct str line UNUSED,
                         struct err *e UNUSED)
{
    struct gaps *gaps = context;

    if (json_get(record, "gap") && str_compare(json_string(record, "time"), gaps->since) >= 0)
        gaps->any = true;
    return true;
}

/* With lines that are gone, that it was used or revoked may be gone. */
static struct str what_was_cut(struct arena *arena, struct str state, const struct override *entry,
                               uint64_t since)
{
    time_t created = (time_t)entry->created;
    char text[40];
    struct tm utc;
    bool cut = false;
    struct err e = ERR_NONE;

    if (!gmtime_r(&created, &utc))
        return STR("it was given at no time");
    size_t length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    struct gaps gaps = {.since = str_of(text, length)};
    if (!audit_was_cut(arena, state, &cut, &e) ||
        !audit_search(arena, state, STR("\"gap\":"), since, look_for_gap, &gaps, &e))
        return str_copy(arena, str_from(e.message));
    return cut        ? STR("lines were cut off the end of the audit trail")
           : gaps.any ? STR("lines were cut off the audit trail after it was given")
                      : STR_NONE;
}

struct str override_trail_objects(struct arena *arena, struct str state,
                                  const struct override *entry)
{
    struct override first = *entry;
    struct buf text = buf_new(arena, AUDIT_LINE_MAX);
    struct err e = ERR_NONE;

    first.commits = (struct strs){0}; /* added when it was used */
    buf_add(&text, STR("\"override\":"));
    override_write_json(&text, &first);
    struct trail trail = {.entry = entry, .written = buf_str(&text)};
    /* A file server's clock need not be this one's. */
    uint64_t since = entry->created > CLOCKS_APART ? entry->created - CLOCKS_APART : 0;
    if (!audit_search(arena, state, entry->id, since, look_at_line, &trail, &e))
        return str_copy(arena, str_from(e.message));
    if (!trail.given)
        return STR("the audit trail does not know that it was given so");
    if (trail.revoked)
        return STR("it was revoked, says the audit trail");
    /* What is left for a push was used once already, for its question. */
    return trail.used > (entry->commits.count ? 1 : 0) ? STR("it was used, says the audit trail")
                                                       : what_was_cut(arena, state, entry, since);
}
