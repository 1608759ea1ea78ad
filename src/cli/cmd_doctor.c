/* doctor -- do the hooks fire, and what would silence them? */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/doctor.h"

#define PROOF_DEADLINE_MS 60000u

void doctor_add(struct doctor *doctor, enum finding_level level, const char *code,
                struct str subject, struct str path, struct str message, struct str hint)
{
    VEC_PUSH(doctor->arena, &doctor->findings,
             (struct finding){.level = level,
                              .code = code,
                              .subject = subject,
                              .path = path,
                              .message = message,
                              .hint = hint});
}

struct str doctor_first_line(struct str text)
{
    struct str line = STR("");

    text = str_trim(text);
    (void)str_next_line(&text, &line);
    return line;
}

const char *doctor_failure_code(const struct process_result *result)
{
    if (str_contains(result->errors, STR("error while loading shared libraries")))
        return "missing-library";
    if (str_contains(result->errors, STR("not found")) ||
        str_contains(result->errors, STR("Permission denied")))
        return "missing-program";
    return "does-not-answer";
}

bool doctor_run(struct doctor *doctor, struct str command, struct str input,
                struct process_result *ret, struct err *e)
{
    struct str repo = path_join(doctor->arena, doctor->proof, STR("repo"));
    struct str arguments[] = {
        STR("env"),
        STR("-u"),
        STR("HOOKCHECK_DATABASE_URL"),
        str_printf(doctor->arena, "HOOKCHECK_CONFIG=" STR_FMT "/config.json",
                   STR_ARG(doctor->proof)),
        str_printf(doctor->arena, "HOOKCHECK_STATE_DIR=" STR_FMT "/state", STR_ARG(doctor->proof)),
        str_printf(doctor->arena, "CLAUDE_PROJECT_DIR=" STR_FMT, STR_ARG(doctor->in.work_tree)),
        STR("sh"),
        STR("-c"),
        command,
    };
    struct process_options options = {
        .arguments = arguments,
        .argument_count = COUNT_OF(arguments),
        .directory = repo,
        .search_path = true,
        .input = input,
        .own_session = true,
        .deadline_ms = PROOF_DEADLINE_MS,
        .output_maximum = 1 << 20,
    };

    return process_run(doctor->arena, &options, ret, e);
}

/* --- The temporary repository: a migration, and no database that it could be compared with. --- */

static const struct {
    const char *path, *text;
} proof_files[] = {
    {"config.json", "{}\n"},
    {"repo/alembic.ini", "[alembic]\nscript_location = alembic\n"},
    {"repo/alembic/env.py", "context.configure()\n"},
    {"repo/alembic/versions/0001_proof.py", "\"\"\"proof\"\"\"\nrevision = \"0001\"\ndown_revision "
                                            "= None\n\n\ndef upgrade():\n    pass\n"},
};

static bool make_proof(struct doctor *doctor, struct err *e)
{
    const char *base = getenv("TMPDIR");
    struct str template = str_printf(doctor->arena, "%s/hookcheck-doctor-XXXXXX",
                                     base && *base == '/' ? base : "/tmp"),
               ignored;
    char *path = str_c(doctor->arena, template);

    if (!mkdtemp(path))
        return err_errno(e, "cannot make a temporary directory %s", path);
    doctor->proof = str_from(path);
    struct str repo = path_join(doctor->arena, doctor->proof, STR("repo"));
    struct str init[] = {STR("git"), STR("init"), STR("-q"), STR("--template="), repo};
    if (!install_ask(doctor->arena, doctor->proof, init, COUNT_OF(init), &ignored, e))
        return false;
    for (size_t i = 0; i < COUNT_OF(proof_files); i++) {
        struct str file = path_join(doctor->arena, doctor->proof, str_from(proof_files[i].path));
        if (!file_make_directories(doctor->arena, path_directory(file), 0700, e) ||
            !file_write_atomically(doctor->arena, file, str_from(proof_files[i].text), 0600, e))
            return false;
    }
    return true;
}

static int remove_entry(const char *path, const struct stat *status UNUSED, int kind UNUSED,
                        struct FTW *place UNUSED)
{
    return remove(path);
}

static void remove_proof(const struct doctor *doctor)
{
    if (doctor->proof.length)
        nftw(doctor->proof.bytes, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- Answers --- */

static const char *const level_names[] = {"ok", "note", "problem"};

static void write_json(struct doctor *doctor, size_t problems)
{
    struct buf *out = &doctor->cli->out;

    buf_printf(out, "{\"version\":\"%s\",\"problems\":%zu,\"findings\":[", HOOKCHECK_VERSION,
               problems);
    for (size_t i = 0; i < doctor->findings.count; i++) {
        const struct finding *finding = &doctor->findings.items[i];
        bool first = true;
        buf_add(out, i ? STR(",{") : STR("{"));
        json_write_key(out, &first, "level");
        json_write_string(out, str_from(level_names[finding->level]));
        json_write_key(out, &first, "code");
        json_write_string(out, str_from(finding->code));
        json_write_key(out, &first, "subject");
        json_write_string(out, finding->subject);
        json_write_key(out, &first, "path");
        json_write_string(out, finding->path);
        json_write_key(out, &first, "message");
        json_write_string(out, finding->message);
        json_write_key(out, &first, "hint");
        json_write_string(out, finding->hint);
        buf_add_byte(out, '}');
    }
    buf_add(out, STR("]}\n"));
}

#define HANG 9u /* behind "problem  " */

/* A finding is a line; on a terminal it goes on under its beginning. */
static void write_finding(struct doctor *doctor, const struct finding *finding, size_t width)
{
    static const char *const colors[] = {"\033[32m", "\033[33m", "\033[31m"};
    struct buf *out = &doctor->cli->out;
    struct str rest = finding->message, line = STR("");
    bool color = doctor->cli->color;
    struct str about = str_printf(doctor->arena, STR_FMT ": ", STR_ARG(finding->subject));
    /* Many a message begins with the path already, with line and column behind it; a reason, with its environment. */
    struct str path = str_starts(rest, finding->path) ? STR("") : finding->path;

    if (str_starts(rest, about))
        rest = str_from_offset(rest, about.length);
    (void)str_next_line(&rest, &line);
    buf_printf(out, "%s%-7s%s  ", color ? colors[finding->level] : "", level_names[finding->level],
               color ? "\033[0m" : "");
    struct str first = str_printf(
        doctor->arena, STR_FMT STR_FMT "%s" STR_FMT "%s%s%s", STR_ARG(about), STR_ARG(path),
        path.length ? ": " : "", STR_ARG(line), finding->level == FINDING_OK ? "" : " (",
        finding->level == FINDING_OK ? "" : finding->code, finding->level == FINDING_OK ? "" : ")");
    report_hanging(out, first, HANG, HANG, width);
    while (str_next_line(&rest, &line)) {
        buf_add(out, STR("         "));
        report_hanging(out, str_trim(line), HANG, HANG, width);
    }
    if (finding->hint.length)
        buf_printf(out, "         next step: " STR_FMT "\n", STR_ARG(finding->hint));
}

static void write_text(struct doctor *doctor, size_t problems)
{
    size_t width = isatty(STDOUT_FILENO) ? cli_style(doctor->cli).width : 0;

    for (size_t i = 0; i < doctor->findings.count; i++)
        write_finding(doctor, &doctor->findings.items[i], width);
    buf_printf(&doctor->cli->out, "%zu problem%s\n", problems, problems == 1 ? "" : "s");
}

static enum cli_status run(struct cli *cli)
{
    struct doctor doctor = {.cli = cli, .arena = cli->arena};
    struct config *config = ARENA_NEW(cli->arena, struct config);
    struct err e = ERR_NONE, broken = ERR_NONE;
    size_t problems = 0;

    if (!install_open(cli, &doctor.in, &e) || !make_proof(&doctor, &e)) {
        cli_say_error(cli, &e);
        remove_proof(&doctor);
        return CLI_BLOCKED;
    }
    if (config_load(cli->arena, cli->directory, &cli->config_options, config, &broken))
        doctor.config = config;
    else
        doctor_add(&doctor, FINDING_PROBLEM, "config-error", STR("config"), STR_NONE,
                   str_copy(cli->arena, str_from(broken.message)),
                   str_copy(cli->arena, str_from(broken.hint)));
    doctor_agents(&doctor);
    doctor_git(&doctor);
    doctor_config(&doctor);
    remove_proof(&doctor);
    for (size_t i = 0; i < doctor.findings.count; i++)
        problems += doctor.findings.items[i].level == FINDING_PROBLEM ? 1 : 0;
    if (cli->json)
        write_json(&doctor, problems);
    else
        write_text(&doctor, problems);
    return problems ? CLI_BLOCKED : CLI_OK;
}

static const struct cli_option options[] = {
    {"offline", NULL, "do not ask the databases"},
    {"sysroot", "DIR", "system-wide files are below DIR"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_doctor = {
    .name = "doctor",
    .operands = "",
    .summary = "proves that each hook fires, and finds what would silence it",
    .text = "Runs every registered command as its host would, with a request that must be blocked "
            "and one that must pass, in a temporary repository. Then: settings that switch hooks "
            "off, hooks that git does not run, configuration, databases, clock, versions.\n"
            "Ends with 0 when all is well, with 2 when there are problems; changes nothing.\n",
    .options = options,
    .run = run,
};
