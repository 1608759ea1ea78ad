/* Does a registered hook answer? */
#include "base/file.h"
#include "cli/doctor_agent.h"

#define DEPLOY "npx sst deploy --stage production"
#define HARMLESS "ls"

static struct str request(const struct looked *looked, const char *command)
{
    struct arena *arena = looked->doctor->arena;
    struct str host = looked_name(looked),
               cwd = path_join(arena, looked->doctor->proof, STR("repo"));

    if (str_eq(host, STR("gemini")))
        return str_printf(arena,
                          "{\"session_id\":\"doctor\",\"transcript_path\":\"\",\"cwd\":\"" STR_FMT
                          "\",\"hook_event_name\":\"BeforeTool\",\"timestamp\":"
                          "\"2026-01-01T00:00:00Z\",\"tool_name\":\"run_shell_command\","
                          "\"tool_input\":{\"command\":\"%s\"}}\n",
                          STR_ARG(cwd), command);
    if (str_eq(host, STR("cursor")))
        return str_printf(arena,
                          "{\"conversation_id\":\"doctor\",\"generation_id\":\"doctor\","
                          "\"hook_event_name\":\"beforeShellExecution\",\"cursor_version\":\"1\","
                          "\"workspace_roots\":[],\"command\":\"%s\",\"cwd\":\"" STR_FMT "\"}\n",
                          command, STR_ARG(cwd));
    if (str_eq(host, STR("copilot")))
        return str_printf(
            arena,
            "{\"sessionId\":\"doctor\",\"timestamp\":1,\"cwd\":\"" STR_FMT
            "\",\"toolName\":\"bash\",\"toolArgs\":\"{\\\"command\\\":\\\"%s\\\"}\"}\n",
            STR_ARG(cwd), command);
    if (str_eq(host, STR("opencode")))
        return str_printf(arena,
                          "{\"tool\":\"bash\",\"sessionID\":\"doctor\",\"args\":{\"command\":"
                          "\"%s\"},\"cwd\":\"" STR_FMT "\"}\n",
                          command, STR_ARG(cwd));
    return str_printf(arena,
                      "{\"session_id\":\"doctor\",\"transcript_path\":\"\",\"cwd\":\"" STR_FMT
                      "\",\"permission_mode\":\"default\",\"hook_event_name\":\"PreToolUse\","
                      "\"tool_name\":\"Bash\",\"tool_input\":{\"command\":\"%s\",\"description\":"
                      "\"doctor\"},\"tool_use_id\":\"doctor\"}\n",
                      STR_ARG(cwd), command);
}

static struct str what_happened(struct doctor *doctor, const struct process_result *result)
{
    struct str line = doctor_first_line(result->errors);
    struct str ending = result->timed_out ? STR("did not end in 60 s")
                        : result->signalled
                            ? str_printf(doctor->arena, "was killed by signal %d", result->signal)
                            : str_printf(doctor->arena, "ended with %d", result->status);

    return line.length
               ? str_printf(doctor->arena, STR_FMT ": " STR_FMT, STR_ARG(ending), STR_ARG(line))
               : ending;
}

/* The hook program is well, and the hookcheck that it starts is not: what it says of that; empty: nothing. */
static struct str broken_behind(struct str errors)
{
    size_t at = str_find(errors, STR("internal-error (block)\n"));

    return at == SIZE_MAX ? STR("")
                          : doctor_first_line(str_from_offset(
                                errors, at + STR("internal-error (block)\n").length));
}

/* `|| exit 2` blocks for a program that is missing too: what counts is that the block gives the program's own reasons. */
void looked_prove(struct looked *looked, struct str command)
{
    struct doctor *doctor = looked->doctor;
    struct process_result blocked, passed;
    struct err e = ERR_NONE;

    if (!doctor_run(doctor, command, request(looked, DEPLOY), &blocked, &e) ||
        !doctor_run(doctor, command, request(looked, HARMLESS), &passed, &e)) {
        looked_problem(looked, "does-not-answer", str_copy(doctor->arena, str_from(e.message)),
                       STR_NONE);
        return;
    }
    bool stopped = !blocked.timed_out && !blocked.signalled && blocked.status == 2;
    bool reasoned = str_contains(blocked.errors, STR("(block)"));
    bool quiet = !passed.timed_out && !passed.signalled && passed.status == 0;
    if (!stopped)
        looked_problem(looked, "does-not-block",
                       str_printf(doctor->arena,
                                  "a deploy with migrations and no database is let through: "
                                  "the command " STR_FMT,
                                  STR_ARG(what_happened(doctor, &blocked))),
                       looked_again(looked));
    else if (!reasoned)
        looked_problem(looked, doctor_failure_code(&blocked),
                       str_printf(doctor->arena,
                                  "every command of the agent is stopped without a check: "
                                  "it " STR_FMT,
                                  STR_ARG(what_happened(doctor, &blocked))),
                       looked_restore(looked, registration_first_word(doctor->arena, command)));
    else if (broken_behind(blocked.errors).length)
        looked_problem(looked, "does-not-answer",
                       str_printf(doctor->arena,
                                  "every deploy is stopped without a check: " STR_FMT,
                                  STR_ARG(broken_behind(blocked.errors))),
                       STR("./install/quickstart --no-demo"));
    else if (!quiet)
        looked_problem(looked, "blocks-everything",
                       str_printf(doctor->arena,
                                  "a harmless command (" HARMLESS ") is stopped: it " STR_FMT,
                                  STR_ARG(what_happened(doctor, &passed))),
                       looked_again(looked));
    else
        doctor_add(doctor, FINDING_OK, "fires", looked_name(looked), looked->path,
                   STR("stops a deploy, lets a harmless command pass"), STR_NONE);
}

/* An edit that would switch all hooks off, and one of no concern, as Claude Code announces them. Nothing is written. */
static struct str edit_request(const struct looked *looked, const char *file, const char *content)
{
    struct str cwd = path_join(looked->doctor->arena, looked->doctor->proof, STR("repo"));

    return str_printf(looked->doctor->arena,
                      "{\"session_id\":\"doctor\",\"transcript_path\":\"\",\"cwd\":\"" STR_FMT
                      "\",\"permission_mode\":\"default\",\"hook_event_name\":\"PreToolUse\","
                      "\"tool_name\":\"Write\",\"tool_input\":{\"file_path\":\"" STR_FMT
                      "/%s\",\"content\":\"%s\"},\"tool_use_id\":\"doctor\"}\n",
                      STR_ARG(cwd), STR_ARG(cwd), file, content);
}

void looked_prove_edits(struct looked *looked, struct str command)
{
    struct doctor *doctor = looked->doctor;
    struct process_result blocked, passed;
    struct err e = ERR_NONE;
    struct str bad = edit_request(looked, ".claude/settings.local.json",
                                  "{\\\"disableAllHooks\\\":true}"),
               good = edit_request(looked, "notes.txt", "x");

    if (!doctor_run(doctor, command, bad, &blocked, &e) ||
        !doctor_run(doctor, command, good, &passed, &e)) {
        looked_problem(looked, "does-not-answer", str_copy(doctor->arena, str_from(e.message)),
                       STR_NONE);
        return;
    }
    bool stopped = !blocked.timed_out && !blocked.signalled && blocked.status == 2 &&
                   str_contains(blocked.errors, STR("protected (block)"));
    bool quiet = !passed.timed_out && !passed.signalled && passed.status == 0;
    if (broken_behind(blocked.errors).length)
        looked_problem(looked, "does-not-answer",
                       str_printf(doctor->arena,
                                  "every edit of settings is stopped without a check: " STR_FMT,
                                  STR_ARG(broken_behind(blocked.errors))),
                       STR("./install/quickstart --no-demo"));
    else if (!stopped)
        looked_problem(
            looked, "does-not-block",
            str_printf(doctor->arena,
                       "an edit that switches all hooks off is let through: the command " STR_FMT,
                       STR_ARG(what_happened(doctor, &blocked))),
            looked_again(looked));
    else if (!quiet)
        looked_problem(looked, "blocks-everything",
                       str_printf(doctor->arena, "the edit of any file is stopped: it " STR_FMT,
                                  STR_ARG(what_happened(doctor, &passed))),
                       looked_again(looked));
    else
        doctor_add(doctor, FINDING_OK, "fires-on-edits", looked_name(looked), looked->path,
                   STR("stops an edit that switches the hooks off, lets others pass"), STR_NONE);
}
