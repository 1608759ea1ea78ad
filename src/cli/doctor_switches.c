/* Settings and variables that switch a host's hooks off, in whatever file they stand. */
#include <stdlib.h>

#include "base/file.h"
#include "cli/doctor_agent.h"
#include "gate/protect.h"
#include "readers/toml.h"

enum place { PLACE_SYSTEM, PLACE_WORK_TREE, PLACE_HOME };

/* Where each host looks; of one host, the file that counts first. Claude Code's managed files are looked at with its registrations. */
static const struct source {
    const char *host;
    enum place place;
    const char *file;
} sources[] = {
    {"claude", PLACE_WORK_TREE, ".claude/settings.local.json"},
    {"claude", PLACE_WORK_TREE, ".claude/settings.json"},
    {"claude", PLACE_HOME, "settings.json"},
    {"gemini", PLACE_SYSTEM, "/etc/gemini-cli/settings.json"},
    {"gemini", PLACE_WORK_TREE, ".gemini/settings.json"},
    {"gemini", PLACE_HOME, "settings.json"},
    {"codex", PLACE_SYSTEM, "/etc/codex/requirements.toml"},
    {"codex", PLACE_WORK_TREE, ".codex/config.toml"},
    {"codex", PLACE_HOME, "config.toml"},
    {"copilot", PLACE_WORK_TREE, ".github/copilot/settings.local.json"},
    {"copilot", PLACE_WORK_TREE, ".github/copilot/settings.json"},
};

static struct str path_of(const struct looked *looked, const struct source *source)
{
    const struct install *in = &looked->doctor->in;
    struct str file = str_from(source->file);

    if (source->place == PLACE_SYSTEM)
        return str_printf(in->arena, STR_FMT STR_FMT, STR_ARG(in->sysroot), STR_ARG(file));
    struct str base =
        source->place == PLACE_HOME ? agent_home(in, looked->registration) : in->work_tree;
    return base.length ? path_join(in->arena, base, file) : STR("");
}

static bool is_of(const struct looked *looked, const char *host)
{
    return str_eq(looked_name(looked), str_from(host));
}

/* The document; what cannot be read is told of where registrations are looked at, or decides nothing. */
static cJSON *read_json(const struct looked *looked, struct str path)
{
    struct arena *arena = looked->doctor->arena;
    enum json_flags flags = is_of(looked, "claude") ? JSON_STRICT : JSON_COMMENTS;
    cJSON *document = NULL;
    struct err unreadable = ERR_NONE;
    struct str text;

    if (!path.length || !file_read(arena, path, FILE_MAX, &text, &unreadable) ||
        !json_parse(arena, text, flags, "settings", &document, &unreadable))
        return NULL;
    return document;
}

/* Is the key set there, and to what? */
static bool read_switch(const struct looked *looked, struct str path, const char *key,
                        bool *ret_value)
{
    struct err unreadable = ERR_NONE;
    struct toml toml;
    struct str text;

    if (!str_ends(path, STR(".toml"))) {
        CLEANUP_WITH(json_release) cJSON *document = read_json(looked, path);
        const cJSON *value = settings_member(document, key);
        *ret_value = json_is_true(value);
        return json_is_bool(value);
    }
    if (!file_read(looked->doctor->arena, path, FILE_MAX, &text, &unreadable))
        return false;
    toml_parse(looked->doctor->arena, text, &toml);
    const struct toml_entry *entry = toml_get(&toml, str_from(key));
    *ret_value = entry && entry->truth;
    return entry && entry->kind == TOML_BOOLEAN;
}

/* Managed hooks of these two are not affected by what a person or a project sets. */
static bool is_spared(const struct looked *looked)
{
    return looked->managed && (is_of(looked, "claude") || is_of(looked, "copilot"));
}

static void tell(struct looked *looked, const struct off_switch *off, struct str path)
{
    struct arena *arena = looked->doctor->arena;
    bool spared = is_spared(looked);
    struct str message =
        str_printf(arena, "%s is %s: no hook of this person and project runs%s", off->key,
                   off->off ? "true" : "false", spared ? ", but the managed one" : "");

    doctor_add(looked->doctor, spared ? FINDING_NOTE : FINDING_PROBLEM, "hooks-disabled",
               looked_name(looked), path, message,
               str_printf(arena, "take %s out of it", off->key));
}

static void look_at_switch(struct looked *looked, const struct off_switch *off)
{
    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        bool value;
        if (!is_of(looked, sources[i].host))
            continue;
        struct str path = path_of(looked, &sources[i]);
        if (!path.length || !read_switch(looked, path, off->key, &value))
            continue;
        if (value == off->off)
            tell(looked, off, path);
        return; /* what stands further down does not count */
    }
}

/* Gemini's lists add up over its files. */
static void look_at_lists(struct looked *looked, struct str path)
{
    CLEANUP_WITH(json_release) cJSON *document = read_json(looked, path);
    const cJSON *item;

    for (size_t l = 0; l < off_list_count; l++)
        cJSON_ArrayForEach(item, settings_member(document, off_lists[l]))
        {
            struct str name = json_value_string(item);
            if (!name.length || !strs_have(&looked->names, name))
                continue;
            doctor_add(looked->doctor, FINDING_PROBLEM, "hooks-disabled", looked_name(looked), path,
                       str_printf(looked->doctor->arena, "%s names our hook, \"" STR_FMT "\"",
                                  off_lists[l], STR_ARG(name)),
                       str_printf(looked->doctor->arena, "take it out of %s", off_lists[l]));
        }
}

/* SKIP and its kin name hooks: others' are nobody's concern. */
static bool leaves_others_out(struct str name, struct str value)
{
    static const char *const lists[] = {"SKIP", "PREK_SKIP", "LEFTHOOK_EXCLUDE", NULL};

    return str_is_one_of(name, lists) && !str_contains(value, STR("hookcheck"));
}

/* Variables that the host sets for its hooks and commands. */
static void look_at_environment(struct looked *looked, struct str path)
{
    CLEANUP_WITH(json_release) cJSON *document = read_json(looked, path);
    struct arena *arena = looked->doctor->arena;
    const cJSON *item;

    cJSON_ArrayForEach(item, json_get(document, "env"))
    {
        struct str name = str_from(item->string), value = json_value_string(item);
        struct str says = protect_variable_is_ours(name)
                              ? STR("the hooks run with another one")
                              : protect_variable_rule(arena, name, value);
        if (says.length && !leaves_others_out(name, value))
            doctor_add(
                looked->doctor, FINDING_NOTE, "environment", looked_name(looked), path,
                str_printf(arena, "env sets " STR_FMT ": " STR_FMT, STR_ARG(name), STR_ARG(says)),
                str_printf(arena, "take " STR_FMT " out of env", STR_ARG(name)));
    }
}

static void look_at_variable(struct looked *looked)
{
    static const char *const names[] = {"CLAUDE_CODE_SIMPLE", "CLAUDE_CODE_SAFE_MODE"};
    struct arena *arena = looked->doctor->arena;

    for (size_t i = 0; i < COUNT_OF(names) && is_of(looked, "claude"); i++) {
        struct str value = str_from(getenv(names[i]));
        if (!value.length || str_eq(value, STR("0")))
            continue;
        doctor_add(
            looked->doctor, FINDING_PROBLEM, "hooks-disabled", looked_name(looked), STR_NONE,
            str_printf(arena, "%s is set here: an agent started with it reads no hooks", names[i]),
            str_printf(arena, "unset %s", names[i]));
    }
}

/* Codex's administrator may let only managed hooks run; there is no managed file that install writes. */
static void look_at_requirements(struct looked *looked)
{
    const struct install *in = &looked->doctor->in;
    struct str path =
        str_printf(in->arena, STR_FMT "/etc/codex/requirements.toml", STR_ARG(in->sysroot));
    bool only = false;

    if (is_of(looked, "codex") && read_switch(looked, path, "allow_managed_hooks_only", &only) &&
        only)
        doctor_add(looked->doctor, FINDING_PROBLEM, "managed-hooks-only", looked_name(looked), path,
                   STR("allow_managed_hooks_only is true: hooks of this person and project do not "
                       "run"),
                   STR("the administrator adds the hook to this file"));
}

static void look_at_json(struct looked *looked, struct str path)
{
    look_at_lists(looked, path);
    if (is_of(looked, "claude"))
        look_at_environment(looked, path);
}

void looked_switches(struct looked *looked)
{
    for (size_t i = 0; i < off_switch_count; i++)
        if (is_of(looked, off_switches[i].host))
            look_at_switch(looked, &off_switches[i]);
    for (size_t i = 0; i < COUNT_OF(sources); i++)
        if (is_of(looked, sources[i].host) && str_ends(str_from(sources[i].file), STR(".json")))
            look_at_json(looked, path_of(looked, &sources[i]));
    look_at_variable(looked);
    look_at_requirements(looked);
}
