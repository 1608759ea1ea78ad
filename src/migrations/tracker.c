#include "migrations/tracker.h"

#include "config/keys.h"

#define REGEXES_MAX 512u
#define HURRY_ASKED 64u /* texts: then the rest of a large tree follows */

const struct tracker *tracker_find(const struct config *config, struct str id)
{
    for (size_t i = 0; config && i < config->trackers.count; i++)
        if (str_eq(config->trackers.items[i].id, id))
            return &config->trackers.items[i];
    for (size_t i = 0; i < tracker_table_count; i++)
        if (str_eq(tracker_table[i].id, id))
            return &tracker_table[i];
    return NULL;
}

struct str tracker_title(const struct tracker *tracker)
{
    return tracker->title.length ? tracker->title : tracker->id;
}

const struct tracker_code *tracker_code_of(const struct tracker *tracker)
{
    struct str prefix = STR("code:");

    return str_starts(tracker->rule, prefix)
               ? tracker_code_find(str_from_offset(tracker->rule, prefix.length))
               : NULL;
}

struct str tracker_nearest(struct arena *arena, struct str written)
{
    struct strs ids = {0};

    VEC_PUSH(arena, &ids, STR("alembic"));
    VEC_PUSH(arena, &ids, STR("sql"));
    for (size_t i = 0; i < tracker_table_count; i++)
        strs_add(arena, &ids, tracker_table[i].id);
    return config_nearest(written, ids.items, ids.count);
}

/* Histories of several commits are read in one run: patterns are kept by their text. */
static struct {
    struct str text;
    struct regex *regex;
    unsigned asked;
} kept[REGEXES_MAX];
static size_t kept_count;
static struct arena kept_arena = {.budget = (size_t)32 << 20};

static bool regex_for(struct str pattern, struct regex **ret_regex, struct err *e)
{
    for (size_t i = 0; i < kept_count; i++)
        if (str_eq(pattern, kept[i].text)) {
            if (++kept[i].asked == HURRY_ASKED)
                regex_hurry(kept[i].regex);
            *ret_regex = kept[i].regex;
            return true;
        }
    if (kept_count == REGEXES_MAX)
        return err_set(e, ERR_LIMIT, "more than %u patterns of trackers", REGEXES_MAX);
    struct str text = str_copy(&kept_arena, pattern);
    if (!regex_compile(&kept_arena, text, ret_regex, e))
        return false;
    kept[kept_count].text = text;
    kept[kept_count++].regex = *ret_regex;
    return true;
}

bool tracker_regex_matches(struct str pattern, struct str subject, struct str *groups, size_t count,
                           struct err *e)
{
    struct regex *regex = NULL;
    bool matched = false;

    return pattern.length && regex_for(pattern, &regex, e) &&
           regex_match(regex, subject, &matched, groups, count, e) && matched;
}

struct str tracker_template(struct arena *arena, struct str text, const struct str *groups)
{
    struct str made = STR("");

    for (size_t i = 0; i < text.length; i++) {
        struct str part = str_slice(text, i, i + 1);
        if (text.bytes[i] == '\\' && i + 1 < text.length && text.bytes[i + 1] >= '0' &&
            text.bytes[i + 1] <= '9')
            part = groups[text.bytes[++i] - '0'];
        made = str_printf(arena, STR_FMT STR_FMT, STR_ARG(made), STR_ARG(part));
    }
    return made;
}

static struct str plain_number(struct arena *arena, struct str text)
{
    bool negative = str_starts(text, STR("-"));
    struct str digits = str_from_offset(text, negative);

    for (size_t i = 0; i < digits.length; i++)
        if (digits.bytes[i] < '0' || digits.bytes[i] > '9')
            return text;
    while (digits.length > 1 && digits.bytes[0] == '0')
        digits = str_from_offset(digits, 1);
    return negative ? str_printf(arena, "-" STR_FMT, STR_ARG(digits)) : digits;
}

bool tracker_id_normal(struct arena *arena, const struct tracker *tracker, struct str id,
                       struct str *ret_id, struct err *e)
{
    struct str type = tracker->unit.id_type, groups[1];

    if (tracker_regex_matches(tracker->unit.same, id, groups, 1, e) && groups[0].length) {
        size_t at = (size_t)(groups[0].bytes - id.bytes);
        id = str_printf(arena, STR_FMT STR_FMT, STR_ARG(str_prefix(id, at)),
                        STR_ARG(str_from_offset(id, at + groups[0].length)));
    }
    if (str_eq(type, STR("int")))
        id = plain_number(arena, id);
    else if (str_eq(type, STR("text-ci")))
        id = str_lower(arena, id);
    *ret_id = id;
    return !err_is_set(e);
}
