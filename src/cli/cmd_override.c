/* override -- a person's word: the next deploy to an environment may go on although the check objects. */
#include <pwd.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/process.h"
#include "cli/cli.h"
#include "config/state.h"
#include "gate/override.h"
#include "host/terminal.h"

#define CONFIRM_MS 120000u

static enum cli_status fail(const struct cli *cli, const struct err *e)
{
    cli_say_error(cli, e);
    return CLI_BLOCKED;
}

static enum cli_status refuse(const char *what, struct str why, const char *next)
{
    fprintf(stderr, "hookcheck override: %s:\n  " STR_FMT "\n  next step: %s\n", what, STR_ARG(why),
            next);
    return CLI_BLOCKED;
}

static void show_entry(struct cli *cli, const struct override *entry)
{
    struct arena *arena = cli->arena;

    if (cli->json) {
        override_write_json(&cli->out, entry);
        buf_add_byte(&cli->out, '\n');
        return;
    }
    buf_printf(&cli->out,
               STR_FMT "  " STR_FMT "  until " STR_FMT ", one deploy\n  work tree  " STR_FMT
                       "\n  by         " STR_FMT ": " STR_FMT "\n  softens    " STR_FMT "\n",
               STR_ARG(entry->id), STR_ARG(report_printable(arena, entry->environment)),
               STR_ARG(override_time(arena, entry->until)),
               STR_ARG(report_printable(arena, entry->work_tree)),
               STR_ARG(report_printable(arena, entry->by)),
               STR_ARG(report_printable(arena, entry->reason)),
               STR_ARG(str_join(arena, entry->codes.items, entry->codes.count, STR(", "))));
    for (size_t i = 0; i < entry->pending.count; i++)
        buf_printf(&cli->out, "  pending    " STR_FMT "\n",
                   STR_ARG(report_printable(arena, entry->pending.items[i])));
    for (size_t i = 0; i < entry->commits.count; i++)
        buf_printf(&cli->out, "  used for   the push of " STR_FMT "\n",
                   STR_ARG(report_printable(arena, entry->commits.items[i])));
}

static enum cli_status list(struct cli *cli, struct str state)
{
    struct overrides all;
    struct err e = ERR_NONE;

    if (!override_list(cli->arena, state, (uint64_t)time(NULL), &all, &e))
        return fail(cli, &e);
    for (size_t i = 0; i < all.count; i++) {
        struct str why = override_trail_objects(cli->arena, state, &all.items[i]);
        if (why.length && cli->json)
            continue;
        show_entry(cli, &all.items[i]);
        if (why.length)
            buf_printf(&cli->out, "  does not count: " STR_FMT "\n", STR_ARG(why));
    }
    if (!all.count && !cli->json)
        buf_add(&cli->out, STR("no override\n"));
    return CLI_OK;
}

/* Stricter than before: anybody may. */
static enum cli_status take_back(struct cli *cli, struct str state)
{
    struct str id = cli->operands.count ? cli->operands.items[0] : STR_NONE;
    uint64_t now = (uint64_t)time(NULL);
    struct overrides all;
    struct err e = ERR_NONE;
    size_t count = 0;

    if (!override_list(cli->arena, state, now, &all, &e) ||
        !override_remove(cli->arena, state, id, now, &count, &e))
        return fail(cli, &e);
    for (size_t i = 0; i < all.count; i++)
        if ((!id.length || str_eq(all.items[i].id, id)) &&
            !override_audit(cli->arena, state, &all.items[i], "revoked", cli->directory, &e))
            return fail(cli, &e);
    if (id.length && count == 0)
        return refuse("there is no such override", id, "hookcheck override --list");
    if (cli->json)
        buf_printf(&cli->out, "{\"revoked\":%zu}\n", count);
    else
        buf_printf(&cli->out, "%zu override%s revoked\n", count, count == 1 ? "" : "s");
    return CLI_OK;
}

static struct str person(struct arena *arena)
{
    const struct passwd *entry = getpwuid(getuid());

    return entry && entry->pw_name ? str_copy(arena, str_from(entry->pw_name))
                                   : str_printf(arena, "uid %u", (unsigned)getuid());
}

/* A hand that slips types y; nobody types an environment's name by accident. */
static bool is_confirmed(struct cli *cli, const struct override *entry, bool *ret_yes,
                         struct err *e)
{
    struct str question = str_printf(
        cli->arena,
        "\nThe next deploy to " STR_FMT " goes on in spite of this.\nType %s to confirm: ",
        STR_ARG(report_printable(cli->arena, entry->environment)), "the environment's name");
    struct str typed;

    if (!terminal_read(cli->arena, question, CONFIRM_MS, &typed, e))
        return false;
    *ret_yes = str_eq(str_trim(typed), entry->environment);
    return true;
}

static enum cli_status give(struct cli *cli, struct str state, struct override *entry)
{
    uint64_t now = (uint64_t)time(NULL), length = entry->until;
    struct err e = ERR_NONE;
    bool yes = false;

    if (!cli_flush(cli))
        return CLI_BLOCKED;
    if (!is_confirmed(cli, entry, &yes, &e))
        return fail(cli, &e);
    if (!yes)
        return refuse("not confirmed", STR("what was typed is not the environment's name"),
                      "mend what stands above, or start again");
    now = (uint64_t)time(NULL);
    entry->created = now;
    entry->until = now + length;
    /* The trail first: an override that is not in it does not exist. */
    if (!override_name(cli->arena, entry, &e) ||
        !override_audit(cli->arena, state, entry, "given", cli->directory, &e) ||
        !override_add(cli->arena, state, entry, now, &e))
        return fail(cli, &e);
    show_entry(cli, entry);
    return CLI_OK;
}

static enum cli_status look(struct cli *cli, struct str state, const struct config *config,
                            struct override *entry)
{
    struct look_options options = {
        .environment = entry->environment,
        .for_deploy = true,
        .deadline_ms =
            clock_ms() + (config->deadline_ms ? config->deadline_ms : CONFIG_DEADLINE_DEFAULT_MS),
    };
    struct report_style style = cli_style(cli);
    struct err e = ERR_NONE;
    struct look look;
    struct str hard;

    if (!gate_look(cli->arena, config, &options, &look, &e))
        return fail(cli, &e);
    struct verdict verdict = verdict_of(look.reasons);
    struct buf kept = cli->out;
    report_look_text(&cli->out, &look, &verdict, &style);
    override_bind(cli->arena, config, &look, entry, &hard);
    if (hard.length)
        return refuse("this cannot be overridden", hard,
                      "hookcheck status\n    says what mends it");
    if (!entry->codes.count) {
        cli->out = kept;
        return refuse("there is nothing to override", STR("the check does not object to a deploy"),
                      "deploy");
    }
    return give(cli, state, entry);
}

static enum cli_status make(struct cli *cli, struct str state)
{
    const struct config *config;
    struct str why = STR_NONE;
    struct err e = ERR_NONE;
    uint64_t length = 0;
    struct override entry = {.environment = cli_value(cli, "environment"),
                             .reason = str_trim(cli_value(cli, "reason")),
                             .by = person(cli->arena)};

    if (!entry.environment.length || !entry.reason.length || !cli_has(cli, "for"))
        return cli_usage_error(cli, "--environment, --for and --reason are needed");
    if (!config_duration_parse(cli_value(cli, "for"), &length, &e) || length < 1000 ||
        length / 1000 > OVERRIDE_SECONDS_MAX)
        return cli_usage_error(cli, "--for is a duration of at most 24h, as in 15m or 1h");
    if (entry.reason.length > OVERRIDE_REASON_MAX)
        return cli_usage_error(cli, "--reason is longer than %u bytes", OVERRIDE_REASON_MAX);
    entry.until = length / 1000;
    if (!person_is_there(&why))
        return refuse("this is for a person in a terminal", why,
                      "a person runs it in a terminal; or mend what hookcheck status says");
    if (!cli_config(cli, cli->directory, &config))
        return CLI_BLOCKED;
    if (config->broken)
        return refuse("the configuration cannot be used", config->broken_message, "mend it");
    if (!config->trusted)
        return refuse("nobody has trusted the configuration", config->repository_file,
                      "hookcheck trust");
    if (!config_environment_named(config, entry.environment))
        return cli_usage_error(cli, "no environment is named " STR_FMT, STR_ARG(entry.environment));
    return look(cli, state, config, &entry);
}

static enum cli_status run(struct cli *cli)
{
    struct str state = state_directory(cli->arena);
    struct err e = ERR_NONE;

    if (cli_has(cli, "list") && cli_has(cli, "revoke"))
        return cli_usage_error(cli, "--list and --revoke exclude each other");
    if (cli->operands.count > (cli_has(cli, "revoke") ? 1 : 0))
        return cli_usage_error(cli, "an id goes with --revoke, one at a time");
    if (cli_has(cli, "list"))
        return list(cli, state);
    if (cli_has(cli, "revoke"))
        return state_make(cli->arena, state, &e) ? take_back(cli, state) : fail(cli, &e);
    return make(cli, state);
}

static const struct cli_option options[] = {
    {"environment", "NAME", "the environment that is deployed to"},
    {"for", "DURATION", "until when it counts at most: 15m, 1h, up to 24h"},
    {"reason", "TEXT", "why; stands in the audit trail"},
    {"list", NULL, "the overrides that count now"},
    {"revoke", NULL, "take one back by its id, or all"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_override = {
    .name = "override",
    .operands = "[ID]",
    .summary = "lets one deploy go on although the check objects (people only)",
    .text = "Shows what the check objects to, and asks for the environment's name as confirmation. "
            "It counts for one deploy or until the time is over, for this work tree, this "
            "environment, these reasons and the migrations that are pending now; a migration that "
            "comes later is not covered. An agent's push of a deploy branch, which its host's hook "
            "and git's hook both ask about, is one use: of the commits that are pushed. Never for: "
            "untrusted-config, config-error, audit-unwritable, protected, deadline, "
            "internal-error, nor for what the administrator has set. Every use stands in the audit "
            "trail. Needs a terminal, and refuses where an agent runs it.\n",
    .options = options,
    .run = run,
};
