/* protect_switches.c -- would an edit of an agent's settings switch its hooks off, ours among them? */
#include "base/json.h"
#include "gate/protect.h"
#include "host/registration.h"
#include "readers/toml.h"

#define NAME "hookcheck"

static struct str switched_off(struct arena *arena, const char *key)
{
    return str_printf(arena, "%s would switch off the hooks that ask hookcheck", key);
}

/* Anything but the value with which hooks run: what clients make of other types is not known. */
static bool is_off(const cJSON *value, bool off)
{
    return value && (off ? !json_is(value, cJSON_False) : json_is(value, cJSON_False));
}

/* A hook is left out by its name or its command; those of other files are not known here. */
static bool names_ours(const cJSON *list)
{
    const cJSON *item;

    cJSON_ArrayForEach(item,
                       list) if (str_contains(json_value_string(item), STR(NAME))) return true;
    return false;
}

struct str protect_switches(struct arena *arena, const cJSON *before, const cJSON *after, bool ours)
{
    static const char managed[] = "allowManagedHooksOnly";

    for (size_t i = 0; i < off_switch_count; i++) {
        const char *key = off_switches[i].key;
        bool off = off_switches[i].off;
        if (is_off(settings_member(after, key), off) && !is_off(settings_member(before, key), off))
            return switched_off(arena, key);
    }
    for (size_t i = 0; i < off_list_count; i++)
        if (names_ours(settings_member(after, off_lists[i])) &&
            !names_ours(settings_member(before, off_lists[i])))
            return str_printf(arena, "%s would name hookcheck: its hook would be left out",
                              off_lists[i]);
    if (ours && is_off(json_get(after, managed), true) && !json_is_true(json_get(before, managed)))
        return switched_off(arena, managed);
    return STR_NONE;
}

/* --- TOML --- */

static bool is_off_toml(const struct toml *toml, const struct off_switch *off)
{
    const struct toml_entry *entry = toml_get(toml, str_from(off->key));

    return entry && (entry->kind != TOML_BOOLEAN || entry->truth == off->off);
}

/* A table, and those that go further below it: [[hooks.PreToolUse]], [[hooks.PreToolUse.hooks]]. Entries from..to. */
struct table_group {
    const struct toml *toml;
    size_t from, to;
};

static bool is_below(struct str header, struct str above)
{
    return header.length > above.length && str_starts(header, above) &&
           header.bytes[above.length] == '.';
}

static bool next_group(struct table_group *group)
{
    const struct toml_entries *entries = &group->toml->entries;

    group->from = group->to;
    if (group->from == entries->count)
        return false;
    const struct toml_entry *first = &entries->items[group->from];
    while (++group->to < entries->count) {
        const struct toml_entry *entry = &entries->items[group->to];
        if (entry->table != first->table && !is_below(entry->header, first->header))
            break;
    }
    return true;
}

static bool is_of_hooks(const struct toml_entry *entry)
{
    return str_eq(entry->key, STR("hooks")) || str_starts(entry->key, STR("hooks."));
}

/* The number of the table within the group that starts us; that of the group's own when what starts us stands there. */
static bool find_ours(const struct table_group *group, size_t *ret_table)
{
    for (size_t i = group->from; i < group->to; i++) {
        const struct toml_entry *entry = &group->toml->entries.items[i];
        bool ours = str_contains(entry->text, STR(REGISTRATION_PROGRAM)) ||
                    str_contains(entry->source, STR(REGISTRATION_PROGRAM));
        *ret_table = entry->table;
        if (ours && is_of_hooks(entry))
            return true;
    }
    return false;
}

static bool same_strings(const struct strs *a, const struct strs *b)
{
    for (size_t i = 0; i < a->count && a->count == b->count; i++)
        if (!str_eq(a->items[i], b->items[i]))
            return false;
    return a->count == b->count;
}

static bool is_timeout(const struct toml_entry *entry)
{
    return str_ends(entry->key, STR(".timeout"));
}

/* A guard may be given more time; as much as we ask for where nothing was said. */
static bool gives_time(const struct toml_entry *was, const struct toml_entry *is)
{
    uint64_t before = REGISTRATION_TIMEOUT, after;

    return is && (!was || str_to_u64(was->source, &before)) && str_to_u64(is->source, &after) &&
           after >= before;
}

static bool same_value(const struct toml_entry *was, const struct toml_entry *is)
{
    return was->kind == is->kind && str_eq(was->text, is->text) && was->truth == is->truth &&
           same_strings(&was->items, &is->items) && str_eq(was->source, is->source);
}

/* What a table of the group says under that key. */
static const struct toml_entry *find_entry(const struct table_group *group, size_t table,
                                           struct str key)
{
    for (size_t i = group->from; i < group->to; i++) {
        const struct toml_entry *entry = &group->toml->entries.items[i];
        if (entry->table == table && str_eq(entry->key, key))
            return entry;
    }
    return NULL;
}

static bool says_all(const struct table_group *a, size_t a_table, const struct table_group *b,
                     size_t b_table, bool later)
{
    for (size_t i = a->from; i < a->to; i++) {
        const struct toml_entry *entry = &a->toml->entries.items[i];
        if (entry->table != a_table || !is_of_hooks(entry))
            continue;
        const struct toml_entry *other = find_entry(b, b_table, entry->key);
        bool fits = other && same_value(entry, other);
        if (!fits && is_timeout(entry))
            fits = later ? gives_time(other, entry) : gives_time(entry, other);
        if (!fits)
            return false;
    }
    return true;
}

static bool same_table(const struct table_group *was, size_t before, const struct table_group *is,
                       size_t after)
{
    return says_all(was, before, is, after, false) && says_all(is, after, was, before, true);
}

/* What is registered beside ours is nobody's concern. */
static bool is_kept(const struct table_group *was, size_t ours, const struct toml *after)
{
    struct table_group is = {.toml = after};
    size_t theirs, before = was->toml->entries.items[was->from].table;

    while (next_group(&is))
        if (find_ours(&is, &theirs) &&
            same_table(was, before, &is, after->entries.items[is.from].table) &&
            same_table(was, ours, &is, theirs))
            return true;
    return false;
}

static bool hooks_are_kept(const struct toml *before, const struct toml *after)
{
    struct table_group group = {.toml = before};
    size_t ours;

    while (next_group(&group))
        if (find_ours(&group, &ours) && !is_kept(&group, ours, after))
            return false;
    return true;
}

struct str protect_toml(struct arena *arena, const struct protect_change *change)
{
    struct toml before, after;

    toml_parse(arena, change->before, &before);
    toml_parse(arena, change->after, &after);
    for (size_t i = 0; i < off_switch_count; i++)
        if (is_off_toml(&after, &off_switches[i]) && !is_off_toml(&before, &off_switches[i]))
            return switched_off(arena, off_switches[i].key);
    if (change->existed && protect_settings_is_ours(arena, change->before) &&
        !hooks_are_kept(&before, &after))
        return STR("the registration would be gone, or not stop calls as before");
    return STR_NONE;
}
