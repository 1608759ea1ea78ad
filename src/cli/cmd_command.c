/* command -- dry run of the PreToolUse gate on a shell command: the same functions as the hook, no audit line. */
#include <stdio.h>
#include <unistd.h>

#include "base/door.h"
#include "base/file.h"
#include "base/process.h"
#include "cli/cli.h"
#include "config/state.h"

#define BATCH_MAX ((size_t)512 << 20)
/* Each line of a batch has an arena of its own: what one needs, the next does not. */
#define LINE_BUDGET ((size_t)256 << 20)

struct run {
    struct cli *cli;
    bool offline;
    struct configs *configs;
};

struct answer {
    struct deploys deploys;
    struct tampers tampers;
    struct verdict verdict;
    struct looks looks;
};

static struct request request_for(struct str text, struct str cwd)
{
    return (struct request){
        .host = HOST_DRY_RUN,
        .runs_shell = true,
        .event = STR("PreToolUse"),
        .tool = STR("Bash"),
        .command = text,
        .cwd = cwd,
        .raw = text,
    };
}

static bool is_found(const struct answer *answer)
{
    return answer->deploys.count > 0 || answer->tampers.count > 0;
}

static bool judge(const struct run *run, struct arena *arena, const struct request *request,
                  struct answer *ret_answer, struct err *e)
{
    const struct config *config = NULL;

    if (request->command.length > REQUEST_MAX)
        return err_set(e, ERR_LIMIT, "the command is larger than %u bytes", REQUEST_MAX);
    if (!deploys_recognise(arena, run->configs, request, &ret_answer->deploys, &ret_answer->tampers,
                           e))
        return false;
    ret_answer->verdict.action = ACTION_ALLOW;
    if (run->offline || !is_found(ret_answer))
        return true;
    if (!configs_for(run->configs, request->cwd, &config, e))
        return false;
    struct decision_input input = {
        .request = request,
        .deploys = &ret_answer->deploys,
        .tampers = &ret_answer->tampers,
        .configs = run->configs,
        .state_directory = state_directory(arena),
        .dry_run = true,
        .deadline_ms =
            clock_ms() + (config->deadline_ms ? config->deadline_ms : CONFIG_DEADLINE_DEFAULT_MS),
    };
    gate_decide(arena, &input, &ret_answer->verdict, &ret_answer->looks);
    return true;
}

static enum cli_status status_of(const struct run *run, const struct answer *answer)
{
    if (run->offline)
        return is_found(answer) ? CLI_BLOCKED : CLI_OK;
    return cli_status_of(&answer->verdict);
}

static void report_offline(struct cli *cli, const struct answer *answer)
{
    const struct deploys *deploys = &answer->deploys;

    if (!is_found(answer))
        buf_add(&cli->out, STR("no deploy\n"));
    for (size_t i = 0; i < deploys->count; i++) {
        const struct deploy *deploy = &deploys->items[i];
        buf_printf(&cli->out, "%s " STR_FMT "%s" STR_FMT ": " STR_FMT "\n",
                   deploy->certainty == DEPLOY_CERTAIN ? "deploy" : "suspected deploy",
                   STR_ARG(deploy->rule), deploy->environment.length ? " to " : "",
                   STR_ARG(deploy->environment), STR_ARG(deploy->command));
        if (deploy->why.length)
            buf_printf(&cli->out, "  " STR_FMT "\n", STR_ARG(deploy->why));
        for (size_t t = 0; deploy->trail.count > 1 && t < deploy->trail.count; t++)
            buf_printf(&cli->out, "  %s" STR_FMT "\n", t ? "-> " : "",
                       STR_ARG(deploy->trail.items[t]));
    }
    for (size_t i = 0; i < answer->tampers.count; i++) {
        const struct tamper *tamper = &answer->tampers.items[i];
        buf_printf(&cli->out, "%s " STR_FMT ": " STR_FMT "\n",
                   tamper->kind == TAMPER_STAMP ? "stamp" : "protected", STR_ARG(tamper->rule),
                   STR_ARG(tamper->command));
    }
}

static enum cli_status one(const struct run *run, struct str text, struct str cwd)
{
    struct cli *cli = run->cli;
    struct request request = request_for(text, cwd);
    struct answer answer = {0};
    struct err e = ERR_NONE;
    struct report_style style = cli_style(cli);
    const struct config *config = NULL;

    /* As the hook: what cannot be judged is judged by its words. */
    door_open("hookcheck command");
    door_add_words(deploys_words());
    door_add_words(protect_words());
    door_watch(text);
    if (!configs_for(run->configs, cwd, &config, &e))
        door_fault(e.message);
    door_add_words(deploys_config_words(cli->arena, config));
    if (!judge(run, cli->arena, &request, &answer, &e))
        door_fault(e.message);
    if (is_found(&answer))
        door_deploy_recognised();
    if (cli->json) {
        report_command_json(&cli->out, &answer.deploys, &answer.tampers, &answer.verdict,
                            run->offline);
        buf_add_byte(&cli->out, '\n');
    } else if (run->offline) {
        report_offline(cli, &answer);
    } else if (!is_found(&answer)) {
        buf_add(&cli->out, STR("hookcheck: allowed: no deploy in this command\n"));
    } else {
        report_verdict_text(&cli->out, &answer.verdict, &answer.deploys, &answer.looks, &style);
    }
    return status_of(run, &answer);
}

/* One line of a batch. False: it is no question, and *e says why. */
static bool batch_line(struct run *run, struct arena *arena, struct str line, struct str cwd,
                       enum cli_status *ret_status, struct err *e)
{
    struct answer answer = {0};
    JSON_DOCUMENT(document);

    if (!json_parse(arena, line, JSON_STRICT, "line", &document, e))
        return false;
    const cJSON *command = json_get(document, "command"), *directory = json_get(document, "cwd");
    if (!json_is_string(command))
        return err_set(e, ERR_INPUT, "line: \"command\" is missing or no string");
    if (directory && !json_is_string(directory))
        return err_set(e, ERR_INPUT, "line: \"cwd\" is no string");
    if (directory)
        cwd = path_join(arena, cwd, json_value_string(directory));
    struct request request = request_for(json_value_string(command), cwd);
    if (!judge(run, arena, &request, &answer, e))
        return false;
    report_command_json(&run->cli->out, &answer.deploys, &answer.tampers, &answer.verdict,
                        run->offline);
    *ret_status = status_of(run, &answer);
    return true;
}

static enum cli_status batch(struct run *run, struct str input, struct str cwd)
{
    enum cli_status worst = CLI_OK;
    struct cli *cli = run->cli;
    bool bad = false;
    struct str line;

    while (str_next_line(&input, &line)) {
        ARENA(arena, LINE_BUDGET);
        struct err e = ERR_NONE;
        enum cli_status status = CLI_OK;
        if (str_is_empty(str_trim(line)))
            continue;
        if (!batch_line(run, &arena, line, cwd, &status, &e)) {
            buf_add(&cli->out, STR("{\"error\":"));
            json_write_string(&cli->out, str_from(e.message));
            buf_add_byte(&cli->out, '}');
            bad = true;
        }
        buf_add_byte(&cli->out, '\n');
        worst = status > worst ? status : worst;
        /* Readers on the other end of a pipe want to go on. */
        if (cli->out.length > (1u << 16) && !cli_flush(cli))
            return CLI_BLOCKED;
    }
    return bad ? CLI_USAGE : worst;
}

static bool read_stdin(struct cli *cli, size_t maximum, struct str *ret_text, struct err *e)
{
    bool whole = false;

    return file_read_descriptor(cli->arena, STDIN_FILENO, maximum, ret_text, &whole, e) &&
           (whole || err_set(e, ERR_LIMIT, "standard input is larger than %zu bytes", maximum));
}

static enum cli_status run(struct cli *cli)
{
    struct run run = {
        .cli = cli,
        .offline = cli_has(cli, "offline"),
        .configs = configs_new(cli->arena, &cli->config_options),
    };
    struct str cwd = path_join(cli->arena, cli->directory, cli_value(cli, "cwd")), text;
    struct err e = ERR_NONE;
    bool from_stdin = cli->operands.count == 1 && str_eq(cli->operands.items[0], STR("-"));

    if (cli_has(cli, "batch")) {
        if (cli->operands.count)
            return cli_usage_error(cli, "--batch reads its commands from standard input");
        if (!read_stdin(cli, BATCH_MAX, &text, &e)) {
            cli_say_error(cli, &e);
            return CLI_USAGE;
        }
        return batch(&run, text, cwd);
    }
    if (cli->operands.count == 0)
        return cli_usage_error(cli, "which command? (hookcheck command -- 'npx sst deploy')");
    if (cli->operands.count > 1)
        return cli_usage_error(cli, "the command is one operand: put it in quotes");
    text = cli->operands.items[0];
    if (from_stdin && !read_stdin(cli, (size_t)64 << 20, &text, &e)) {
        cli_say_error(cli, &e);
        return CLI_BLOCKED;
    }
    return one(&run, text, cwd);
}

static const struct cli_option options[] = {
    {"offline", NULL, "only say which deploys are in it: 0 none, 2 some"},
    {"batch", NULL, "read {\"command\":…,\"cwd\":…} lines, answer in JSON lines"},
    {"cwd", "DIR", "the directory in which the command would run"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_command = {
    .name = "command",
    .operands = "-- 'TEXT' | -",
    .summary = "says what the gate would do with a shell command, without running it",
    .text = "TEXT is the command as one operand; - reads it from standard input.\n"
            "\n"
            "exit status: 0 it may run (or only a warning), 2 for every other verdict, 1 wrong "
            "usage, and for --batch 1 when a line was no question: its answer is {\"error\": …}\n",
    .options = options,
    .run = run,
};
