/* Registrations with agents: what would silence each, and whether it answers. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/quote.h"
#include "base/regex.h"
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

void looked_problem(struct looked *looked, const char *code, struct str message, struct str hint)
{
    doctor_add(looked->doctor, FINDING_PROBLEM, code, looked_name(looked), looked->path, message,
               hint);
}

/* --- One registered entry --- */

/* The tool whose calls run shell commands, as the host names it for its matchers; bytes NULL: it has none, or matches on something else. */
static struct str shell_tool(const struct registration *registration)
{
    if (strcmp(registration->name, "gemini") == 0)
        return STR("run_shell_command");
    return registration->claude_shape ? STR("Bash") : STR_NONE;
}

static void look_at_matcher(struct looked *looked, const cJSON *entry)
{
    struct str matcher = json_string(entry, "matcher"), tool = shell_tool(looked->registration);

    if (!tool.bytes || registration_matcher_takes(looked->doctor->arena, matcher, tool)) {
        looked->shells++;
        return;
    }
    bool comma = str_find_byte(matcher, ',') != SIZE_MAX;
    bool edits = str_contains(matcher, STR("Write")) || str_contains(matcher, STR("Edit"));
    if (comma)
        looked_problem(looked, "matcher",
                       str_printf(looked->doctor->arena,
                                  "the matcher \"" STR_FMT
                                  "\" has a comma: clients before 2.1.191 never match it",
                                  STR_ARG(matcher)),
                       looked_again(looked));
    else if (!edits)
        looked_problem(looked, "matcher",
                       str_printf(looked->doctor->arena,
                                  "the matcher \"" STR_FMT "\" does not take the tool " STR_FMT
                                  " (it is case-sensitive)",
                                  STR_ARG(matcher), STR_ARG(tool)),
                       looked_again(looked));
}

static void look_at_program(struct looked *looked, struct str command)
{
    struct arena *arena = looked->doctor->arena;
    struct str word = registration_first_word(arena, command);

    if (word.length && word.bytes[0] == '$')
        return; /* a placeholder of the host: the proof shows where it leads */
    if (!path_is_absolute(word))
        looked_problem(looked, "relative-path",
                       str_printf(arena,
                                  STR_FMT " is not an absolute path: it is lost when the agent "
                                          "changes the directory",
                                  STR_ARG(word)),
                       looked_again(looked));
    else if (file_kind(arena, word) == FILE_ABSENT)
        looked_problem(looked, "missing-program",
                       str_printf(arena, STR_FMT " is not there", STR_ARG(word)),
                       STR("./install/quickstart --no-demo, then hookcheck install again"));
    else if (access(str_c(arena, word), X_OK) != 0)
        looked_problem(looked, "not-executable",
                       str_printf(arena, STR_FMT " may not be run", STR_ARG(word)),
                       str_printf(arena, "chmod +x " STR_FMT, STR_ARG(shell_quote(arena, word))));
}

static double seconds_of(const struct looked *looked, const cJSON *handler)
{
    const cJSON *timeout = json_get(handler, "timeout");

    if (!timeout)
        timeout = json_get(handler, "timeoutSec");
    if (!json_is_number(timeout))
        return 60;
    return strcmp(looked->registration->name, "gemini") == 0 ? timeout->valuedouble / 1000
                                                             : timeout->valuedouble;
}

static void look_at_handler(struct looked *looked, const cJSON *entry, const cJSON *handler)
{
    struct doctor *doctor = looked->doctor;
    struct str command = registration_command(handler);
    size_t shells = looked->shells;
    uint64_t deadline = doctor->config && doctor->config->deadline_ms ? doctor->config->deadline_ms
                                                                      : CONFIG_DEADLINE_DEFAULT_MS;

    struct str type = json_string(handler, "type");

    if (type.length && !str_eq(type, STR("command"))) {
        looked_problem(looked, "wrong-type",
                       str_printf(doctor->arena,
                                  "the entry is of type \"" STR_FMT "\": its command is not run",
                                  STR_ARG(type)),
                       looked_again(looked));
        return;
    }
    look_at_matcher(looked, entry);
    look_at_program(looked, command);
    if (strcmp(looked->registration->name, "claude") == 0 &&
        registration_matcher_takes(doctor->arena, json_string(entry, "matcher"), STR("Edit"))) {
        looked->edits++;
        looked_prove_edits(looked, command);
    }
    if (looked->shells == shells)
        return; /* the entry for files: it has nothing to decide about commands */
    if (json_bool(handler, "async", false))
        looked_problem(looked, "async",
                       STR("the hook is asynchronous: nothing waits for its answer"),
                       looked_again(looked));
    if (json_get(handler, "if"))
        looked_problem(looked, "matcher",
                       STR("the hook has a condition (\"if\"), which misses wrapped commands"),
                       looked_again(looked));
    if (looked->registration->claude_shape && !str_contains(command, STR("|| exit 2")))
        looked_problem(
            looked, "fails-open",
            STR("without \"|| exit 2\" a program that is missing or crashes lets calls through"),
            looked_again(looked));
    if (seconds_of(looked, handler) * 1000 < (double)deadline + 3000)
        looked_problem(
            looked, "deadline",
            str_printf(doctor->arena,
                       "the host waits %.0f s, the check may take %llu s: it would be killed, "
                       "and the call let through",
                       seconds_of(looked, handler), (unsigned long long)(deadline / 1000)),
            looked_again(looked));
    looked_prove(looked, command);
}

static void look_at_entries(struct looked *looked, const cJSON *entries)
{
    const cJSON *entry, *handler;

    cJSON_ArrayForEach(entry, entries)
    {
        const cJSON *handlers = json_get(entry, "hooks");
        if (registration_is_ours(entry))
            look_at_handler(looked, entry, entry);
        cJSON_ArrayForEach(handler, handlers) if (registration_is_ours(handler))
            look_at_handler(looked, entry, handler);
    }
}

/* Ours below an event at which nothing can be stopped any more. */
static void look_at_other_events(struct looked *looked, const cJSON *hooks)
{
    const cJSON *event, *entry, *handler;

    cJSON_ArrayForEach(event, hooks)
    {
        if (strcmp(event->string, looked->registration->keys[1]) == 0 ||
            strcmp(event->string, "preToolUse") == 0)
            continue;
        cJSON_ArrayForEach(entry, event)
            cJSON_ArrayForEach(handler, json_get(entry, "hooks")) if (registration_is_ours(handler))
                looked_problem(looked, "wrong-event",
                               str_printf(looked->doctor->arena,
                                          "registered for %s, where no call can be stopped",
                                          event->string),
                               looked_again(looked));
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

static void look_at_document(struct looked *looked, const cJSON *document)
{
    if (json_bool(document, "disableAllHooks", false))
        looked_problem(looked, "hooks-disabled",
                       STR("disableAllHooks is true: no hook of this person and project runs"),
                       STR("take disableAllHooks out; managed settings are not affected by it"));
    if (looked->scope == SCOPE_MANAGED && json_bool(document, "allowManagedHooksOnly", false))
        looked->managed_only = looked->path;
    if (looked->registration->claude_shape)
        look_at_shape(looked, document);
    const cJSON *hooks = json_get(document, looked->registration->keys[0]);
    look_at_entries(looked, json_get(hooks, looked->registration->keys[1]));
    look_at_other_events(looked, hooks);
}

static void look_at_file(struct looked *looked)
{
    struct doctor *doctor = looked->doctor;
    JSON_DOCUMENT(document);
    struct install_file file;
    struct err e = ERR_NONE;

    if (!install_read(&doctor->in, looked->path, &file, &e)) {
        looked_problem(looked, "settings-invalid", str_copy(doctor->arena, str_from(e.message)),
                       STR_NONE);
        return;
    }
    if (!file.exists)
        return;
    if (strcmp(looked->registration->name, "opencode") == 0) {
        looked->shells++;
        looked_prove(
            looked, shell_quote(doctor->arena, install_program(&doctor->in, REGISTRATION_PROGRAM)));
        return;
    }
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

/* allowManagedHooksOnly, and ours is none of these. */
static void look_at_managed(struct looked *looked, size_t managed)
{
    if (!looked->managed_only.length || managed)
        return;
    looked->path = looked->managed_only;
    looked_problem(looked, "managed-hooks-only",
                   STR("allowManagedHooksOnly is true, and hookcheck is not in the managed "
                       "settings: hooks of this person and project do not run"),
                   STR("hookcheck install claude --managed"));
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

static void look_at_agent(struct doctor *doctor, const struct registration *registration)
{
    size_t managed = 0;
    struct looked looked = {.doctor = doctor, .registration = registration};
    bool used = agent_is_used(&doctor->in, registration);
    size_t in_project = 0;

    for (int scope = 0; scope < SCOPE_COUNT; scope++) {
        size_t before = looked.shells;
        looked.scope = (enum registration_scope)scope;
        looked.path = agent_file(&doctor->in, registration, looked.scope);
        if (looked.path.length)
            look_at_file(&looked);
        if (scope == SCOPE_PROJECT || scope == SCOPE_LOCAL)
            in_project += looked.shells - before;
        else if (scope == SCOPE_MANAGED)
            managed = looked.shells - before;
    }
    look_at_managed(&looked, managed);
    looked.scope = SCOPE_PROJECT;
    looked.path = STR_NONE;
    if (looked.shells == 0 && used)
        looked_problem(&looked, "not-registered",
                       str_printf(doctor->arena, "%s is used here and asks no hook of ours",
                                  registration->title),
                       looked_again(&looked));
    if (looked.shells == 0) {
        look_above(&looked);
        return;
    }
    if (looked.edits == 0 && strcmp(registration->name, "claude") == 0)
        doctor_add(doctor, FINDING_NOTE, "edits-not-asked", looked_name(&looked), STR_NONE,
                   STR("nothing is asked before an edit: an agent can edit the registration away"),
                   looked_again(&looked));
    look_at_client(&looked);
    if (registration->note)
        doctor_add(doctor, FINDING_NOTE, "untrusted-hooks", looked_name(&looked), STR_NONE,
                   str_from(registration->note), STR_NONE);
    look_at_other_directory(&looked, in_project);
}

void doctor_agents(struct doctor *doctor)
{
    for (size_t i = 0; i < registration_count; i++)
        look_at_agent(doctor, &registrations[i]);
}
