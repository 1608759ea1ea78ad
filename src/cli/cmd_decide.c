/* decide -- the supervised child of the hooks: reads the question on descriptor 4, answers with its digest on descriptor 3.
 *
 * The digest is written only when the call may go on; then, and only then, the exit status is 0.
 */
#include <unistd.h>

#include "base/digest.h"
#include "base/door.h"
#include "base/file.h"
#include "base/process.h"
#include "cli/cli.h"
#include "config/state.h"
#include "deploys/document.h"
#include "host/host.h"

static enum host_kind host_of(struct str name)
{
    for (int kind = HOST_UNKNOWN; kind <= HOST_GIT; kind++)
        if (str_eq(host_name((enum host_kind)kind), name))
            return (enum host_kind)kind;
    return HOST_UNKNOWN;
}

static enum cli_status run(struct cli *cli)
{
    struct document document;
    struct err e = ERR_NONE;
    struct verdict verdict = {0};
    struct looks looks = {0};
    struct str bytes;
    bool whole = false;

    /* A fault from here on is a blocked deploy with a sentence. */
    door_open("hookcheck decide");
    door_deploy_recognised();
    if (!file_read_descriptor(cli->arena, PROCESS_INPUT_FD, DOCUMENT_MAX, &bytes, &whole, &e))
        door_fault("this is for the hooks: no question on descriptor 4\n"
                   "  next step: hookcheck command -- 'TEXT'");
    if (!whole || !document_read(cli->arena, bytes, &document, &e))
        door_fault(whole ? e.message : "the question is too large");
    if (document.deploys.count == 0 &&
        document.tampers.count == 0) /* no reasons would be an allow */
        door_fault("the question names no deploy");
    document.request.host = host_of(document.host_name);
    struct decision_input input = {
        .request = &document.request,
        .deploys = &document.deploys,
        .tampers = &document.tampers,
        .configs = configs_new(cli->arena, &cli->config_options),
        .state_directory = state_directory(cli->arena),
        .deadline_ms = clock_ms() + document.deadline_ms,
    };
    gate_decide(cli->arena, &input, &verdict, &looks);
    bool passes = cli_status_of(&verdict) == CLI_OK;
    struct buf text = buf_new(cli->arena, (size_t)1 << 20);
    struct report_style style = {.width = 80, .for_agent = true};
    if (!passes || verdict.action == ACTION_WARN || verdict.overrides.count ||
        cli_has(cli, "verbose"))
        report_verdict_text(&text, &verdict, &document.deploys, &looks, &style);
    if (!passes)
        door_leave(DOOR_BLOCK, buf_str(&text));
    if (!file_write_descriptor(PROCESS_ANSWER_FD, digest_sha256(cli->arena, bytes), &e))
        door_fault("the answer cannot be written");
    door_leave(DOOR_ALLOW, buf_str(&text));
}

static const struct cli_option options[] = {
    {"verbose", NULL, "say what was checked when the call may go on"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_decide = {
    .name = "decide",
    .operands = "",
    .summary = "answers the hooks (not for people: see hookcheck command)",
    .options = options,
    .run = run,
    .hidden = true,
};
