/* Configuration, databases, clock, state directory, versions of our own programs. */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/doctor.h"
#include "config/state.h"
#include "gate/gate.h"
#include "gate/override.h"
#include "readers/sql_schema.h"
#include "repository/repository.h"

#define LOOK_DEADLINE_MS 20000u

static void look_at_configuration(struct doctor *doctor)
{
    const struct config *config = doctor->config;

    if (config->broken)
        doctor_add(doctor, FINDING_PROBLEM, "config-error", STR("config"), config->broken_file,
                   config->broken_message, config->broken_hint);
    else if (!config->trusted)
        doctor_add(doctor, FINDING_PROBLEM, "untrusted-config", STR("config"),
                   config->repository_file,
                   STR("not trusted: nothing in it is connected to, deploys are stopped"),
                   STR("a person reads it and runs: hookcheck trust"));
    else if (config->files.count)
        doctor_add(doctor, FINDING_OK, "config", STR("config"),
                   config->files.items[config->files.count - 1], STR("read"), STR_NONE);
    else
        doctor_add(doctor, FINDING_NOTE, "no-config", STR("config"), STR_NONE,
                   STR("no configuration: deploys with migrations are stopped"),
                   STR("hookcheck init"));
    for (size_t i = 0; i < config->notes.count; i++)
        doctor_add(doctor, FINDING_NOTE, "config-note", STR("config"), STR_NONE,
                   config->notes.items[i], STR_NONE);
}

/* What stands between the check and its answer; that migrations are pending is no fault of the installation. */
static bool is_fault(enum reason_code code)
{
    return code == REASON_DATABASE_UNREACHABLE || code == REASON_WRONG_DATABASE ||
           code == REASON_NOT_CONFIGURED || code == REASON_INDETERMINATE_HISTORY ||
           code == REASON_BROKEN_HISTORY || code == REASON_INTERNAL_ERROR ||
           code == REASON_DEADLINE;
}

static void look_at_environment(struct doctor *doctor, struct str name)
{
    struct look_options options = {.environment = name,
                                   .directory = doctor->cli->directory,
                                   .deadline_ms = clock_ms() + LOOK_DEADLINE_MS};
    struct look look = {0};
    struct err e = ERR_NONE;
    size_t faults = 0;

    if (!gate_look(doctor->arena, doctor->config, &options, &look, &e)) {
        doctor_add(doctor, FINDING_PROBLEM, "database-unreachable", name, STR_NONE,
                   str_copy(doctor->arena, str_from(e.message)),
                   str_copy(doctor->arena, str_from(e.hint)));
        return;
    }
    for (size_t i = 0; i < look.reasons.count; i++) {
        const struct reason *reason = &look.reasons.items[i];
        if (!is_fault(reason->code))
            continue;
        faults++;
        doctor_add(doctor, FINDING_PROBLEM, reason_code_name(reason->code).bytes, name, STR_NONE,
                   reason->message, reason->hint);
    }
    if (faults == 0 && look.sets.count)
        doctor_add(doctor, FINDING_OK, "database", name, STR_NONE,
                   STR("the database answers, and is the one that is meant"), STR_NONE);
}

/* A misspelt set would be asked at the database of all: what is named anywhere has to be there. */
static void look_at_names(struct doctor *doctor, const char *key, const struct strs *names)
{
    struct look_options options = {
        .directory = doctor->cli->directory, .sets = *names, .offline = true};
    struct look look = {0};
    struct err told = ERR_NONE; /* by the look at the environment */

    if (!names->count || !gate_look(doctor->arena, doctor->config, &options, &look, &told))
        return;
    for (size_t i = 0; i < look.reasons.count; i++) {
        const struct reason *reason = &look.reasons.items[i];
        if (reason->code == REASON_NOT_CONFIGURED && strs_have(names, reason->set))
            doctor_add(doctor, FINDING_PROBLEM, "not-configured", STR("config"), STR_NONE,
                       str_printf(doctor->arena, "%s: " STR_FMT, key, STR_ARG(reason->message)),
                       reason->hint);
    }
}

static void look_at_sets(struct doctor *doctor)
{
    const struct config *config = doctor->config;
    struct strs databases = {0}, models = {0}, deploys = {0};

    for (size_t i = 0; i < config->environments.count; i++) {
        const struct config_named_databases *own = &config->environments.items[i].databases;
        for (size_t j = 0; j < own->count; j++)
            if (!strs_have(&databases, own->items[j].migrations))
                strs_add(doctor->arena, &databases, own->items[j].migrations);
    }
    for (size_t i = 0; i < config->models.count; i++)
        if (config->models.items[i].migrations.length)
            strs_add(doctor->arena, &models, config->models.items[i].migrations);
    for (size_t i = 0; i < config->deploys.count; i++)
        for (size_t j = 0; j < config->deploys.items[i].migrations.count; j++)
            strs_add(doctor->arena, &deploys, config->deploys.items[i].migrations.items[j]);
    look_at_names(doctor, "databases", &databases);
    look_at_names(doctor, "models", &models);
    look_at_names(doctor, "deploys", &deploys);
}

static void look_at_clock(struct doctor *doctor, struct str state)
{
    struct str files[] = {install_program(&doctor->in, "hookcheck"),
                          path_join(doctor->arena, state, STR("audit/audit.jsonl"))};
    time_t now = time(NULL);
    struct stat status;

    for (size_t i = 0; i < COUNT_OF(files); i++)
        if (stat(str_c(doctor->arena, files[i]), &status) == 0 && status.st_mtime > now + 60)
            doctor_add(doctor, FINDING_PROBLEM, "clock", STR("clock"), files[i],
                       STR("was written later than the clock says it is: audit times and overrides "
                           "would be wrong"),
                       STR("set the clock"));
}

static bool is_open_to_all(struct doctor *doctor, struct str directory)
{
    struct stat status;

    return stat(str_c(doctor->arena, directory), &status) == 0 && S_ISDIR(status.st_mode) &&
           (status.st_mode & S_IWOTH);
}

static void look_at_state(struct doctor *doctor)
{
    struct str state = state_directory(doctor->arena);
    struct err e = ERR_NONE;

    look_at_clock(doctor, state);
    if (is_open_to_all(doctor, state))
        doctor_add(doctor, FINDING_PROBLEM, "state-open", STR("state"), state,
                   STR("everybody on this machine can write there: what is trusted, and which "
                       "overrides last, are theirs to say"),
                   str_printf(doctor->arena, "chmod go-w " STR_FMT, STR_ARG(state)));
    bool there = file_kind(doctor->arena, state) == FILE_DIRECTORY;
    if (there ? access(str_c(doctor->arena, state), W_OK) == 0
              : file_kind(doctor->arena, state) == FILE_ABSENT)
        return;
    err_errno(&e, "cannot write in " STR_FMT, STR_ARG(state));
    doctor_add(doctor, FINDING_PROBLEM, "audit-unwritable", STR("state"), state,
               str_copy(doctor->arena, str_from(e.message)),
               STR("decisions that cannot be recorded are blocks: make it writable"));
}

/* While it lasts, it stands in every answer. */
static void look_at_overrides(struct doctor *doctor)
{
    struct arena *arena = doctor->arena;
    struct str state = state_directory(arena), here = path_real(arena, doctor->in.work_tree);
    struct overrides list;
    struct err e = ERR_NONE;

    if (!override_list(arena, state, (uint64_t)time(NULL), &list, &e)) {
        doctor_add(doctor, FINDING_PROBLEM, "override", STR("state"), STR_NONE,
                   str_copy(arena, str_from(e.message)), str_copy(arena, str_from(e.hint)));
        return;
    }
    for (size_t i = 0; i < list.count; i++) {
        const struct override *entry = &list.items[i];
        if (!str_eq(entry->work_tree, here) || override_trail_objects(arena, state, entry).length)
            continue;
        doctor_add(doctor, FINDING_NOTE, "override", entry->environment, STR_NONE,
                   report_printable(arena, str_printf(arena,
                                                      "one deploy goes on in spite of the check, "
                                                      "until " STR_FMT ", by " STR_FMT ": " STR_FMT,
                                                      STR_ARG(override_time(arena, entry->until)),
                                                      STR_ARG(entry->by), STR_ARG(entry->reason))),
                   str_printf(arena, "hookcheck override --revoke " STR_FMT " takes it back",
                              STR_ARG(entry->id)));
    }
}

static void look_at_versions(struct doctor *doctor)
{
    static const char *const programs[] = {REGISTRATION_PROGRAM, GIT_HOOK_PROGRAM};

    for (size_t i = 0; i < COUNT_OF(programs); i++) {
        struct str path = install_program(&doctor->in, programs[i]), output;
        struct str ask[] = {path, STR("--version")};
        struct err e = ERR_NONE;
        if (!install_ask(doctor->arena, doctor->proof, ask, COUNT_OF(ask), &output, &e)) {
            struct str said = str_copy(doctor->arena, str_from(e.message));
            bool library = str_contains(said, STR("error while loading shared libraries"));
            doctor_add(doctor, FINDING_PROBLEM, library ? "missing-library" : "missing-program",
                       str_from(programs[i]), path, said,
                       STR("./install/quickstart --no-demo installs what is missing"));
        } else if (!str_eq(output, STR("hookcheck " HOOKCHECK_VERSION))) {
            doctor_add(doctor, FINDING_PROBLEM, "version", str_from(programs[i]), path,
                       str_printf(doctor->arena,
                                  "is " STR_FMT ", and this is hookcheck " HOOKCHECK_VERSION,
                                  STR_ARG(output)),
                       STR("./install/quickstart --no-demo installs them together"));
        }
    }
}

static void look_at_modules(struct doctor *doctor)
{
    struct err e = ERR_NONE;

    if (!sql_library_need(&e))
        doctor_add(doctor, FINDING_PROBLEM, "missing-library", STR("hookcheck"), STR_NONE,
                   str_copy(doctor->arena, str_from(e.message)),
                   str_copy(doctor->arena, str_from(e.hint)));
    if (!repository_has_module())
        doctor_add(doctor, FINDING_NOTE, "missing-library", STR("hookcheck"), STR_NONE,
                   STR("hookcheck-git.so, which reads git's objects, is missing or of another "
                       "version: git is started for them, which is slower"),
                   STR("install hookcheck again: ./install/quickstart --no-demo"));
}

void doctor_config(struct doctor *doctor)
{
    const struct config *config = doctor->config;

    look_at_versions(doctor);
    look_at_modules(doctor);
    look_at_state(doctor);
    look_at_overrides(doctor);
    if (!config)
        return;
    look_at_configuration(doctor);
    if (config->broken || !config->trusted || !config->work_tree.length)
        return;
    look_at_sets(doctor);
    if (cli_has(doctor->cli, "offline"))
        return;
    for (size_t i = 0; i < config->environments.count; i++)
        look_at_environment(doctor, config->environments.items[i].name);
}
