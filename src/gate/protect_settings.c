/* protect_settings.c -- would an agent's host still ask hookcheck after an edit of its settings? */
#include <string.h>

#include "base/file.h"
#include "base/quote.h"
#include "base/regex.h"
#include "deploys/protect_tables.h"
#include "gate/protect.h"
#include "host/registration.h"

#define HOOK_TIMEOUT_ENOUGH 60.0

struct placed { /* one of our handlers */
    struct str event, matcher;
    const cJSON *entry, *handler;
};
VEC_DEFINE(placeds, struct placed);

struct side {
    cJSON *document;
    struct placeds ours;
};

static void take(struct arena *arena, struct placeds *list, const cJSON *event, const cJSON *entry,
                 const cJSON *handler)
{
    struct placed placed = {.event = str_from(event->string),
                            .matcher = json_string(entry, "matcher"),
                            .entry = entry,
                            .handler = handler};

    if (registration_is_ours(handler))
        VEC_PUSH(arena, list, placed);
}

/* {"hooks": {EVENT: [{"matcher", "hooks": [HANDLER]}]}}, or (Cursor, Copilot) {EVENT: [HANDLER]}. */
static void find_ours(struct arena *arena, struct side *side)
{
    const cJSON *hooks = json_get(side->document, "hooks"), *event, *entry, *handler;

    cJSON_ArrayForEach(event, hooks)
    {
        if (!json_is_array(event))
            continue;
        cJSON_ArrayForEach(entry, event)
        {
            take(arena, &side->ours, event, entry, entry);
            cJSON_ArrayForEach(handler, json_get(entry, "hooks"))
                take(arena, &side->ours, event, entry, handler);
        }
    }
}

static bool command_is_kept(struct arena *arena, struct str old, struct str new)
{
    struct str word = registration_first_word(arena, new);

    if (str_eq(old, new))
        return true;
    if (!str_eq(registration_first_word(arena, old), word))
        return false;
    struct str quoted = shell_quote(arena, word);
    bool closed = str_eq(new, str_printf(arena, STR_FMT " || exit 2", STR_ARG(quoted)));
    return closed || (str_eq(new, quoted) && !str_contains(old, STR("exit 2")));
}

static bool is_text_for_people(const char *key)
{
    return strcmp(key, "statusMessage") == 0 || strcmp(key, "name") == 0 ||
           strcmp(key, "description") == 0;
}

static bool field_is_kept(struct arena *arena, const char *key, const cJSON *old, const cJSON *new)
{
    if (is_text_for_people(key) || (old && new &&json_same(old, new)))
        return true;
    if (strcmp(key, "command") == 0 || strcmp(key, "bash") == 0 || strcmp(key, "exec") == 0)
        return command_is_kept(arena, json_value_string(old), json_value_string(new));
    if (strcmp(key, "timeout") == 0 || strcmp(key, "timeoutSec") == 0) {
        /* Absent is the host's own, which is long enough for most; shorter is killed earlier, and the call let through. */
        double before = json_is_number(old) ? old->valuedouble : HOOK_TIMEOUT_ENOUGH;
        return json_is_number(new) && new->valuedouble >= before;
    }
    if (strcmp(key, "onFailure") == 0)
        return str_eq(json_value_string(new), STR("block"));
    return strcmp(key, "failClosed") == 0 && json_is_true(new);
}

static bool handler_is_kept(struct arena *arena, const cJSON *old, const cJSON *new)
{
    for (const cJSON *item = old->child; item; item = item->next)
        if (!json_is_array(item) &&
            !field_is_kept(arena, item->string, item, json_get(new, item->string)))
            return false;
    for (const cJSON *item = new->child; item; item = item->next)
        if (!json_is_array(item) && !json_get(old, item->string) &&
            !field_is_kept(arena, item->string, NULL, item))
            return false;
    return true;
}

/* Every tool that was asked about before must be asked about still, each by a handler as good. */
static bool tool_is_kept(struct arena *arena, const struct placed *old, const struct placeds *now,
                         struct str tool)
{
    for (size_t i = 0; i < now->count; i++) {
        const struct placed *new = &now->items[i];
        bool direct = old->entry == old->handler;
        if (str_eq(new->event, old->event) && direct == (new->entry == new->handler) &&
            (direct || registration_matcher_takes(arena, new->matcher, tool)) &&
            handler_is_kept(arena, old->handler, new->handler))
            return true;
    }
    return false;
}

static bool placed_is_kept(struct arena *arena, const struct placed *old, const struct placeds *now)
{
    static const char *const tools[] = {"Bash",         "PowerShell", "Monitor",
                                        "Write",        "Edit",       "MultiEdit",
                                        "NotebookEdit", "Shell",      "run_shell_command"};
    bool any = false;

    if (old->entry == old->handler)
        return tool_is_kept(arena, old, now, STR(""));
    for (size_t i = 0; i < COUNT_OF(tools); i++) {
        if (!registration_matcher_takes(arena, old->matcher, str_from(tools[i])))
            continue;
        any = true;
        if (!tool_is_kept(arena, old, now, str_from(tools[i])))
            return false;
    }
    return any || tool_is_kept(arena, old, now, old->matcher);
}

/* What a rule says of a variable that its commands must not have: HUSKY=0. */
struct str protect_variable_rule(struct arena *arena, struct str name, struct str value)
{
    const struct protect_tables *t = &protect_builtin;
    struct str setting = str_printf(arena, STR_FMT "=" STR_FMT, STR_ARG(name), STR_ARG(value));
    struct err ignored = ERR_NONE;
    struct regex *regex;
    bool matched;

    for (uint32_t i = 0; i < t->rule_count; i++) {
        struct str pattern = pack_str(&t->packs, t->rules[i].setting);
        if (pattern.length && regex_compile(arena, pattern, &regex, &ignored) &&
            regex_match(regex, setting, &matched, NULL, 0, &ignored) && matched)
            return pack_str(&t->packs, t->rules[i].says);
    }
    return STR_NONE;
}

bool protect_variable_is_ours(struct str name)
{
    static const char *const prefixes[] = {"HOOKCHECK_",      "LD_",  "XDG_STATE_HOME",
                                           "XDG_CONFIG_HOME", "HOME", "GIT_CONFIG"};

    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
        if (str_starts(name, str_from(prefixes[i])))
            return true;
    return false;
}

/* Variables that the host would set for our hook, and for the commands it runs: with them other files are read, other code runs, or no hook. */
static struct str bad_variable(struct arena *arena, const cJSON *old, const cJSON *new)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, new)
    {
        const cJSON *before = json_get(old, item->string);
        struct str name = str_from(item->string);
        if (before && json_same(before, item))
            continue;
        if (protect_variable_is_ours(name))
            return str_printf(arena, "the hook would run with another " STR_FMT, STR_ARG(name));
        struct str says = protect_variable_rule(arena, name, json_value_string(item));
        if (says.length)
            return str_printf(arena, "its commands would run with " STR_FMT ": " STR_FMT,
                              STR_ARG(name), STR_ARG(says));
    }
    return STR_NONE;
}

static bool parse(struct arena *arena, struct str path, struct str text, cJSON **ret, struct err *e)
{
    bool gemini = str_contains(path, STR("gemini"));

    return json_parse(arena, text, gemini ? JSON_COMMENTS : JSON_STRICT, str_c(arena, path), ret,
                      e);
}

static struct str compare(struct arena *arena, const struct protect_change *change,
                          const struct side *old, const struct side *new)
{
    struct settings_faults before, after;

    struct str off = protect_switches(arena, old->document, new->document, old->ours.count > 0);
    if (off.length)
        return off;
    struct str variable =
        bad_variable(arena, json_get(old->document, "env"), json_get(new->document, "env"));
    if (variable.length)
        return variable;
    for (size_t i = 0; i < old->ours.count; i++)
        if (!placed_is_kept(arena, &old->ours.items[i], &new->ours))
            return str_printf(arena,
                              "the registration for " STR_FMT " (\"" STR_FMT
                              "\") would be gone, or not stop calls as before",
                              STR_ARG(old->ours.items[i].event),
                              STR_ARG(old->ours.items[i].matcher));
    /* Cursor and Copilot have other shapes, which the rules for Claude Code's do not fit. */
    bool claude = old->ours.count && old->ours.items[0].entry != old->ours.items[0].handler &&
                  !str_contains(change->path, STR("gemini"));
    settings_find_faults(arena, old->document, &before);
    settings_find_faults(arena, new->document, &after);
    if (claude && after.count > before.count)
        return str_printf(arena,
                          STR_FMT ": " STR_FMT "; the host would ignore all hooks of this file",
                          STR_ARG(after.items[0].key), STR_ARG(after.items[0].what));
    return STR_NONE;
}

/* A command is kept when it stands in the text as it is: its blanks count. */
static bool commands_stand_in(const struct placeds *ours, struct str text)
{
    static const char *const keys[] = {"command", "bash", "exec"};

    for (size_t i = 0; i < ours->count; i++)
        for (size_t k = 0; k < COUNT_OF(keys); k++)
            if (!str_contains(text, json_string(ours->items[i].handler, keys[k])))
                return false;
    return true;
}

/* What it asked for before cannot be seen: its words have to be the same, and the host has to find a registration among them. */
static struct str compare_mended(struct arena *arena, const struct protect_change *change,
                                 const struct side *new)
{
    struct settings_faults faults;

    settings_find_faults(arena, new->document, &faults);
    bool direct = new->ours.count &&new->ours.items[0].entry == new->ours.items[0].handler;
    bool found = new->ours.count && (direct || !faults.count);
    if (found && commands_stand_in(&new->ours, change->before) &&
        protect_same_words(change->before, change->after))
        return STR_NONE;
    return STR("it holds hookcheck's registration, and is no JSON as it is: only its brackets, "
               "quotes and commas may be mended");
}

bool protect_settings_is_ours(struct arena *arena, struct str text)
{
    (void)arena;
    return str_contains(text, STR(REGISTRATION_PROGRAM));
}

struct str protect_settings(struct arena *arena, const struct protect_change *change)
{
    JSON_DOCUMENT(old_document);
    JSON_DOCUMENT(new_document);
    struct side old = {0}, new = {0};
    struct err e = ERR_NONE, ignored = ERR_NONE;
    bool ours = change->existed && protect_settings_is_ours(arena, change->before);

    if (str_ends(change->path, STR(".js"))) /* a program of ours: no line of it is for others */
        return ours ? STR("the plugin would be another one") : STR_NONE;
    if (str_ends(change->path, STR(".toml")))
        return protect_toml(arena, change);
    bool readable =
        change->existed && parse(arena, change->path, change->before, &old_document, &ignored);
    if (!parse(arena, change->path, change->after, &new_document, &e))
        return ours ? str_printf(arena, "the host would ignore it, and ask nobody: %s", e.message)
                    : STR_NONE;
    old.document = old_document;
    new.document = new_document;
    find_ours(arena, &old);
    find_ours(arena, &new);
    if (ours && !readable)
        return compare_mended(arena, change, &new);
    return compare(arena, change, &old, &new);
}
