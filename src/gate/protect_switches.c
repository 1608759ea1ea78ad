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

/* The next line that registers hooks: the header of such a table, and what stands in it. */
static bool next_of_hooks(struct str *rest, bool *in_hooks, struct str *ret_line)
{
    struct str line;

    while (str_next_line(rest, &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("[")))
            *in_hooks = str_starts(str_trim_bytes(line, "[ \t"), STR("hooks"));
        if (*in_hooks && !protect_is_comment(line, '#')) {
            *ret_line = line;
            return true;
        }
    }
    return false;
}

/* All lines of before, in their order, with others between them at most. */
static bool hooks_are_kept(struct str before, struct str after)
{
    bool was = false, is = false, found = true;
    struct str wanted, line;

    while (found && next_of_hooks(&before, &was, &wanted)) {
        found = false;
        while (!found && next_of_hooks(&after, &is, &line))
            found = str_eq(line, wanted);
    }
    return found;
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
        !hooks_are_kept(change->before, change->after))
        return STR("the registration would be gone, or not stop calls as before");
    return STR_NONE;
}
