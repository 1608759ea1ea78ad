/* Registrations with agents: what would silence each, and whether it answers. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/quote.h"
#include "cli/doctor_agent.h"

struct str looked_name(const struct looked *looked)
{
    return str_from(looked->registration->name);
}

struct str looked_again(const struct looked *looked)
{
    static const char *const scopes[] = {"", " --local", " --user", " --managed"};

    return str_printf(looked->doctor->arena, "hookcheck install %s%s", looked->registration->name,
                      scopes[looked->scope]);
}

/* The one beside this hookcheck is registered instead, unless it is the one that fails. */
struct str looked_restore(const struct looked *looked, struct str program)
{
    struct install *in = &looked->doctor->in;
    struct err missing = ERR_NONE;

    return !str_eq(program, install_program(in, REGISTRATION_PROGRAM)) &&
                   install_has_program(in, REGISTRATION_PROGRAM, &missing)
               ? looked_again(looked)
               : STR("./install/quickstart --no-demo, then hookcheck install again");
}

void looked_problem(struct looked *looked, const char *code, struct str message, struct str hint)
{
    doctor_add(looked->doctor, FINDING_PROBLEM, code, looked_name(looked), looked->path, message,
               hint);
}

/* --- The entries of a file --- */

/* The event at which a call can be stopped; Cursor has two. */
static bool is_event(const struct looked *looked, const char *event)
{
    return strcmp(event, looked->registration->keys[1]) == 0 ||
           (strcmp(looked->registration->name, "cursor") == 0 && strcmp(event, "preToolUse") == 0);
}

static void look_at_handler(struct looked *looked, const char *event, const cJSON *entry,
                            const cJSON *handler)
{
    if (!registration_is_ours(handler))
        return;
    if (is_event(looked, event))
        looked_entry(looked, event, entry, handler);
    else
        looked_problem(looked, "wrong-event",
                       str_printf(looked->doctor->arena,
                                  "registered for %s, where no call can be stopped", event),
                       looked_again(looked));
}

static void look_at_entries(struct looked *looked, const cJSON *hooks)
{
    const cJSON *event, *entry, *handler;

    cJSON_ArrayForEach(event, hooks)
    {
        if (!json_is_array(event))
            continue;
        cJSON_ArrayForEach(entry, event)
        {
            look_at_handler(looked, event->string, entry, entry);
            cJSON_ArrayForEach(handler, json_get(entry, "hooks"))
                look_at_handler(looked, event->string, entry, handler);
        }
    }
}

/* --- One settings file --- */

static void look_at_shape(struct looked *looked, const cJSON *document)
{
    struct settings_faults faults;

    settings_find_faults(looked->doctor->arena, document, &faults);
    for (size_t i = 0; i < faults.count; i++) {
        const struct settings_fault *fault = &faults.items[i];
        looked_problem(looked, fault->mendable ? "unreadable-hooks" : "settings-invalid",
                       str_printf(looked->doctor->arena,
                                  STR_FMT ": " STR_FMT "; %s ignores all hooks of this file",
                                  STR_ARG(fault->key), STR_ARG(fault->what),
                                  looked->registration->title),
                       fault->mendable ? str_printf(looked->doctor->arena, STR_FMT " --mend",
                                                    STR_ARG(looked_again(looked)))
                                       : STR("mend this entry"));
    }
}

/* Of the administrator's files the last one counts. */
static void look_at_managed_keys(struct looked *looked, const cJSON *document)
{
    const cJSON *only = json_get(document, "allowManagedHooksOnly"),
                *off = json_get(document, "disableAllHooks");

    if (json_is_bool(only))
        looked->managed_only = json_is_true(only) ? looked->path : STR_NONE;
    if (json_is_bool(off))
        looked->managed_off = json_is_true(off) ? looked->path : STR_NONE;
}

/* Source: Cursor's own message is "Config version must be a number"; 1 is the only one that it documents. */
static void look_at_cursor(struct looked *looked, const cJSON *document)
{
    const cJSON *version = json_get(document, "version");

    if (!json_is_number(version))
        looked_problem(looked, "settings-invalid",
                       STR("\"version\" is not a number: Cursor refuses the whole file"),
                       looked_again(looked));
    else if (version->valuedouble < 1 || version->valuedouble > 1)
        doctor_add(looked->doctor, FINDING_NOTE, "settings-version", looked_name(looked),
                   looked->path,
                   STR("\"version\" is not 1, the only one that Cursor documents: whether it "
                       "reads the file is not known"),
                   STR("write \"version\": 1"));
}

static void look_at_copilot(struct looked *looked, const cJSON *document)
{
    const cJSON *version = json_get(document, "version");

    if (json_bool(document, "disableAllHooks", false))
        looked_problem(looked, "hooks-disabled",
                       STR("disableAllHooks is true: the hooks of this file do not run"),
                       STR("take disableAllHooks out of it"));
    if (!json_is_number(version) || version->valuedouble < 1 || version->valuedouble > 1)
        looked_problem(looked, "settings-invalid",
                       STR("\"version\" is not 1: Copilot CLI ignores such a file"),
                       looked_again(looked));
}

/* Other keys than these beside "hooks": some versions read the file all the same. */
static void look_at_codex(struct looked *looked, const cJSON *document)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, document)
    {
        if (strcmp(member->string, "hooks") == 0 || strcmp(member->string, "description") == 0)
            continue;
        doctor_add(looked->doctor, FINDING_NOTE, "settings-invalid", looked_name(looked),
                   looked->path,
                   str_printf(looked->doctor->arena,
                              "\"%s\" beside \"hooks\": newer versions of Codex refuse such a file",
                              member->string),
                   STR("take it out"));
    }
}

/* The plugin registers the same hooks; where the client keeps its files is the client's affair. */
static void look_at_plugins(struct looked *looked, const cJSON *document)
{
    const cJSON *plugin;

    cJSON_ArrayForEach(plugin, json_get(document, "enabledPlugins"))
    {
        if (!json_is_true(plugin) || !str_starts(str_from(plugin->string), STR("hookcheck@")))
            continue;
        looked->plugin = true;
        doctor_add(looked->doctor, FINDING_NOTE, "plugin", looked_name(looked), looked->path,
                   str_printf(looked->doctor->arena,
                              "the plugin %s is enabled: its hooks are not proved here",
                              plugin->string),
                   STR("/hooks in Claude Code lists them"));
    }
}

static void look_at_document(struct looked *looked, const cJSON *document)
{
    const char *name = looked->registration->name;

    if (looked->scope == SCOPE_MANAGED && strcmp(name, "claude") == 0)
        look_at_managed_keys(looked, document);
    if (strcmp(name, "claude") == 0)
        look_at_plugins(looked, document);
    if (strcmp(name, "cursor") == 0)
        look_at_cursor(looked, document);
    if (strcmp(name, "copilot") == 0)
        look_at_copilot(looked, document);
    if (strcmp(name, "codex") == 0)
        look_at_codex(looked, document);
    if (looked->registration->claude_shape)
        look_at_shape(looked, document);
    look_at_entries(looked, json_get(document, looked->registration->keys[0]));
}

/* Copilot CLI takes no policy from a file that others could have written. */
static void look_at_rights(struct looked *looked, const struct install_file *file)
{
    if (looked->scope == SCOPE_MANAGED && strcmp(looked->registration->name, "copilot") == 0 &&
        (file->status.st_mode & 022))
        looked_problem(looked, "settings-ignored",
                       STR("others can write it: Copilot CLI takes no policy from such a file"),
                       str_printf(looked->doctor->arena, "chmod 644 " STR_FMT,
                                  STR_ARG(shell_shown(looked->doctor->arena, looked->path))));
}

static void look_at_file(struct looked *looked)
{
    struct doctor *doctor = looked->doctor;
    JSON_DOCUMENT(document);
    struct install_file file;
    struct err e = ERR_NONE;

    if (!install_read(&doctor->in, looked->path, &file, &e)) {
        looked_problem(looked, "settings-invalid", str_copy(doctor->arena, str_from(e.message)),
                       str_copy(doctor->arena, str_from(e.hint)));
        return;
    }
    if (!file.exists)
        return;
    if (strcmp(looked->registration->name, "opencode") == 0) {
        looked_plugin(looked, file.text);
        return;
    }
    look_at_rights(looked, &file);
    enum json_flags flags = looked->registration->comments ? JSON_COMMENTS : JSON_STRICT;
    if (!json_parse(doctor->arena, file.text, flags, str_c(doctor->arena, looked->path), &document,
                    &e)) {
        looked_problem(looked, "settings-invalid",
                       str_printf(doctor->arena, "%s; %s ignores this file, without a word",
                                  e.message, looked->registration->title),
                       STR("mend the file"));
        return;
    }
    look_at_document(looked, document);
}

/* Beside managed-settings.json, those of managed-settings.d in the order of their names; hidden ones do not count. */
static void look_at_fragments(struct looked *looked)
{
    struct doctor *doctor = looked->doctor;
    struct str directory =
        path_join(doctor->arena, path_directory(looked->path), STR("managed-settings.d"));
    struct strs names = {0};
    struct err absent = ERR_NONE;

    if (strcmp(looked->registration->name, "claude") != 0 ||
        !file_list(doctor->arena, directory, &names, &absent))
        return;
    for (size_t i = 0; i < names.count; i++) {
        if (names.items[i].bytes[0] == '.' || !str_ends(names.items[i], STR(".json")))
            continue;
        looked->path = path_join(doctor->arena, directory, names.items[i]);
        look_at_file(looked);
    }
}

/* --- The client --- */

/* The numbers of "2.1.329 (Claude Code)", compared part by part. */
static bool is_older(struct str version, struct str than)
{
    while (than.length) {
        uint64_t own = 0, wanted = 0;
        if (!str_to_u64(str_cut(&version, '.'), &own) || !str_to_u64(str_cut(&than, '.'), &wanted))
            return false;
        if (own != wanted)
            return own < wanted;
    }
    return false;
}

static void look_at_client(struct looked *looked)
{
    struct doctor *doctor = looked->doctor;
    struct str ask[] = {str_from(looked->registration->client), STR("--version")}, output;

    if (strcmp(looked->registration->name, "claude") != 0 ||
        !install_ask(doctor->arena, doctor->proof, ask, COUNT_OF(ask), &output, NULL))
        return;
    struct str rest = doctor_first_line(output), version = str_cut(&rest, ' ');
    if (is_older(version, STR("1.0.128")))
        looked_problem(looked, "old-client",
                       str_printf(doctor->arena,
                                  STR_FMT " is older than any that was tried (1.0.128)",
                                  STR_ARG(version)),
                       STR("update the client"));
    else if (is_older(version, STR("2.1.295")))
        doctor_add(doctor, FINDING_NOTE, "old-client", looked_name(looked), STR_NONE,
                   str_printf(doctor->arena,
                              STR_FMT " does not know onFailure: a hook that is killed after its "
                                      "timeout lets the call through",
                              STR_ARG(version)),
                   STR("update the client to 2.1.295 or later"));
}

/* Settings that the client would take instead: it reads those of the directory it was started in. */
static void look_at_other_directory(struct looked *looked, size_t found)
{
    struct doctor *doctor = looked->doctor;
    struct str top = doctor->in.work_tree, here = doctor->cli->directory;
    const char *file = looked->registration->files[SCOPE_PROJECT];

    if (str_is_empty(top) || str_eq(top, here))
        return;
    looked->path = path_join(doctor->arena, here, str_from(file));
    if (file_kind(doctor->arena, looked->path) == FILE_REGULAR)
        looked_problem(
            looked, "other-settings",
            str_printf(doctor->arena,
                       "an agent started here reads these settings, not those of " STR_FMT,
                       STR_ARG(top)),
            STR("start the agent at the root, or register for yourself: --user"));
    else if (found)
        doctor_add(doctor, FINDING_NOTE, "other-settings", looked_name(looked), STR_NONE,
                   str_printf(doctor->arena,
                              "the project's settings count only for an agent started in " STR_FMT,
                              STR_ARG(top)),
                   STR("register for yourself too: --user"));
}

static void look_at_managed(struct looked *looked)
{
    if (looked->managed_off.length) {
        looked->path = looked->managed_off;
        looked_problem(looked, "hooks-disabled",
                       STR("disableAllHooks is true in the managed settings: no hook runs"),
                       STR("the administrator takes disableAllHooks out of it"));
    }
    if (!looked->managed_only.length || looked->managed)
        return;
    looked->path = looked->managed_only;
    looked_problem(looked, "managed-hooks-only",
                   STR("allowManagedHooksOnly is true, and hookcheck is not in the managed "
                       "settings: hooks of this person and project do not run"),
                   STR("hookcheck install claude --managed"));
}

/* The same command twice is run once by Claude Code; two programs are run both. */
static void look_at_programs(struct looked *looked)
{
    if (looked->programs.count > 1)
        doctor_add(
            looked->doctor, FINDING_NOTE, "twice", looked_name(looked), STR_NONE,
            str_printf(looked->doctor->arena,
                       "registered with several programs, " STR_FMT
                       ": each call is judged by all of them, and the first uses an override "
                       "up",
                       STR_ARG(str_join(looked->doctor->arena, looked->programs.items,
                                        looked->programs.count, STR(", ")))),
            STR("hookcheck install where the old one stands, or uninstall there"));
}

/* Registered above this work tree: an agent that is started here reads nothing of it. */
static void look_above(struct looked *looked)
{
    struct doctor *doctor = looked->doctor;
    const char *file = looked->registration->files[SCOPE_PROJECT];
    struct str directory = doctor->in.work_tree;

    while (file && directory.length > 1) {
        struct install_file settings;
        struct err ignored = ERR_NONE;
        directory = path_directory(directory);
        struct str path = path_join(doctor->arena, directory, str_from(file));
        if (str_eq(directory, doctor->in.home) ||
            !install_read(&doctor->in, path, &settings, &ignored) ||
            !str_contains(settings.text, STR(REGISTRATION_PROGRAM)))
            continue;
        doctor_add(doctor, FINDING_NOTE, "other-settings", looked_name(looked), path,
                   STR("an agent that is started in this work tree does not read these settings"),
                   looked_again(looked));
        return;
    }
}

static void look_at_scope(struct looked *looked)
{
    looked->path = agent_file(&looked->doctor->in, looked->registration, looked->scope);
    if (!looked->path.length)
        return;
    struct str first = looked->path;
    look_at_file(looked);
    looked->path = first;
    if (looked->scope == SCOPE_MANAGED)
        look_at_fragments(looked);
}

static void look_at_registered(struct looked *looked, size_t in_project)
{
    looked_switches(looked);
    look_at_programs(looked);
    if (looked->edits == 0 && strcmp(looked->registration->name, "claude") == 0)
        doctor_add(looked->doctor, FINDING_NOTE, "edits-not-asked", looked_name(looked), STR_NONE,
                   STR("nothing is asked before an edit: an agent can edit the registration away"),
                   looked_again(looked));
    look_at_client(looked);
    if (looked->registration->note)
        doctor_add(looked->doctor, FINDING_NOTE, "untrusted-hooks", looked_name(looked), STR_NONE,
                   str_from(looked->registration->note), STR_NONE);
    look_at_other_directory(looked, in_project);
}

static void look_at_agent(struct doctor *doctor, const struct registration *registration)
{
    struct looked looked = {.doctor = doctor, .registration = registration};
    size_t in_project = 0;

    for (int scope = 0; scope < SCOPE_COUNT; scope++) {
        size_t before = looked.shells;
        looked.scope = (enum registration_scope)scope;
        look_at_scope(&looked);
        if (scope == SCOPE_PROJECT || scope == SCOPE_LOCAL)
            in_project += looked.shells - before;
        else if (scope == SCOPE_MANAGED)
            looked.managed = looked.shells - before;
    }
    look_at_managed(&looked);
    looked.scope = SCOPE_PROJECT;
    looked.path = STR_NONE;
    if (looked.shells == 0 && !looked.plugin && agent_is_used(&doctor->in, registration))
        looked_problem(&looked, "not-registered",
                       str_printf(doctor->arena, "%s is used here and asks no hook of ours",
                                  registration->title),
                       looked_again(&looked));
    if (looked.shells == 0)
        look_above(&looked);
    else
        look_at_registered(&looked, in_project);
}

void doctor_agents(struct doctor *doctor)
{
    for (size_t i = 0; i < registration_count; i++)
        look_at_agent(doctor, &registrations[i]);
}
