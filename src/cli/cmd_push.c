/* push -- dry run of the pre-push gate: the same functions as the hook, with refs made up from the operands; no audit line. */
#include <stdio.h>

#include "base/door.h"
#include "base/file.h"
#include "base/process.h"
#include "cli/cli.h"
#include "config/state.h"

struct maker {
    struct cli *cli;
    struct repository *repository;
    struct range_known known;
    struct push_refs refs;
    struct str branch; /* HEAD's: "main"; empty when detached */
};

static bool has_ref(const struct maker *maker, struct str name)
{
    for (size_t i = 0; i < maker->known.refs.count; i++)
        if (str_eq(maker->known.refs.items[i].name, name))
            return true;
    return false;
}

static struct str zero_like(struct str id)
{
    return str_prefix(STR("0000000000000000000000000000000000000000000000000000000000000000"),
                      id.length);
}

/* Where the remote's branch is known to be. */
static struct str tracked(const struct maker *maker, struct str remote_ref)
{
    struct arena *arena = maker->cli->arena;

    if (!maker->known.remote.length || !str_starts(remote_ref, STR("refs/heads/")))
        return STR_NONE;
    struct str name =
        str_printf(arena, "refs/remotes/" STR_FMT "/" STR_FMT, STR_ARG(maker->known.remote),
                   STR_ARG(str_from_offset(remote_ref, 11)));
    for (size_t i = 0; i < maker->known.refs.count; i++)
        if (str_eq(maker->known.refs.items[i].name, name))
            return maker->known.refs.items[i].commit;
    return STR_NONE;
}

/* What is there already is not in git's list. */
static void add(struct maker *maker, struct str source, struct str id, struct str remote_ref,
                struct str old)
{
    if (str_eq(id, old))
        return;
    struct push_ref ref = {.local_ref = source,
                           .local_id = id,
                           .remote_ref = remote_ref,
                           .remote_id = old.length ? old : zero_like(id)};

    VEC_PUSH(maker->cli->arena, &maker->refs, ref);
}

/* The full name over there: as written, or that of what is pushed. */
static bool destination(struct maker *maker, struct str source, struct str target,
                        struct str *ret_ref, struct err *e)
{
    struct arena *arena = maker->cli->arena;
    struct str name = target.length ? target : source;

    if (!target.length && (str_eq(source, STR("HEAD")) || str_eq(source, STR("@")))) {
        if (!maker->branch.length)
            return err_set(e, ERR_USAGE, "HEAD is detached: name the branch, as in HEAD:BRANCH");
        name = maker->branch;
    }
    if (str_starts(name, STR("refs/"))) {
        *ret_ref = name;
        return true;
    }
    struct str tag = str_printf(arena, "refs/tags/" STR_FMT, STR_ARG(source));
    struct str branch = str_printf(arena, "refs/heads/" STR_FMT, STR_ARG(name));
    bool is_tag = has_ref(maker, tag);
    if (!target.length && !is_tag && !has_ref(maker, branch))
        return err_set(e, ERR_USAGE,
                       STR_FMT " is no branch or tag: name the branch, as in " STR_FMT ":BRANCH",
                       STR_ARG(source), STR_ARG(source));
    *ret_ref = is_tag && !has_ref(maker, branch)
                   ? str_printf(arena, "refs/tags/" STR_FMT, STR_ARG(name))
                   : branch;
    return true;
}

/* "refs/heads/team/x*:refs/heads/x*": every ref that fits, as git takes it. */
static bool from_pattern(struct maker *maker, struct str source, struct str target, struct err *e)
{
    struct arena *arena = maker->cli->arena;
    size_t star = str_find_byte(source, '*'), there = str_find_byte(target, '*');
    struct str before = str_prefix(source, star), behind = str_from_offset(source, star + 1);
    bool any = false;

    if (there == SIZE_MAX)
        return err_set(e, ERR_USAGE, "\"" STR_FMT "\" needs a * too", STR_ARG(target));
    for (size_t i = 0; i < maker->known.refs.count; i++) {
        const struct repository_named_ref *ref = &maker->known.refs.items[i];
        struct str id = STR_NONE;
        if (ref->name.length < before.length + behind.length || !str_starts(ref->name, before) ||
            !str_ends(ref->name, behind))
            continue;
        struct str middle = str_slice(ref->name, before.length, ref->name.length - behind.length);
        struct str name =
            str_printf(arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_prefix(target, there)),
                       STR_ARG(middle), STR_ARG(str_from_offset(target, there + 1)));
        if (!repository_resolve(maker->repository, arena, ref->name, &id, e))
            return false;
        add(maker, ref->name, id, name, tracked(maker, name));
        any = true;
    }
    return any || err_set(e, ERR_USAGE, "no ref here is like \"" STR_FMT "\"", STR_ARG(source));
}

static bool from_refspec(struct maker *maker, struct str text, struct err *e)
{
    struct arena *arena = maker->cli->arena;
    struct str rest = str_starts(text, STR("+")) ? str_from_offset(text, 1) : text;
    struct str source = str_cut(&rest, ':'), id = STR_NONE, ref = STR_NONE;

    if (str_find_byte(source, '*') != SIZE_MAX)
        return from_pattern(maker, source, rest.length ? rest : source, e);

    if (!source.length) {
        if (!rest.length)
            return err_set(e, ERR_USAGE, "\"" STR_FMT "\" names nothing", STR_ARG(text));
        ref = str_starts(rest, STR("refs/"))
                  ? rest
                  : str_printf(arena, "refs/heads/" STR_FMT, STR_ARG(rest));
        add(maker, STR("(delete)"), STR("0000000000000000000000000000000000000000"), ref,
            tracked(maker, ref));
        return true;
    }
    if (!repository_resolve(maker->repository, arena, source, &id, e) ||
        !destination(maker, source, rest, &ref, e))
        return false;
    add(maker, source, id, ref, tracked(maker, ref));
    return true;
}

/* A..B: as if the branch were at A over there and B were pushed. */
static bool from_range(struct maker *maker, struct str text, size_t dots, struct err *e)
{
    struct arena *arena = maker->cli->arena;
    struct str from = str_prefix(text, dots), to = str_from_offset(text, dots + 2);
    struct str old = STR_NONE, new = STR_NONE;

    if (str_starts(to, STR(".")))
        return err_set(e, ERR_USAGE, "A..B is a range; A...B is none that can be pushed");
    if (!to.length)
        to = STR("HEAD");
    if (!from.length)
        from = STR("HEAD");
    if (!repository_resolve(maker->repository, arena, from, &old, e) ||
        !repository_resolve(maker->repository, arena, to, &new, e))
        return false;
    struct str ref = str_printf(arena, "refs/heads/" STR_FMT, STR_ARG(to));
    if (!has_ref(maker, ref))
        ref = str_printf(arena, "refs/heads/" STR_FMT,
                         STR_ARG(maker->branch.length ? maker->branch : STR("HEAD")));
    add(maker, to, new, ref, old);
    return true;
}

static bool make_refs(struct maker *maker, struct err *e)
{
    const struct strs *operands = &maker->cli->operands;

    if (operands->count < 2)
        return from_refspec(maker, STR("HEAD"), e);
    for (size_t i = 1; i < operands->count; i++) {
        struct str text = operands->items[i];
        size_t dots = str_find(text, STR(".."));
        bool made =
            dots == SIZE_MAX ? from_refspec(maker, text, e) : from_range(maker, text, dots, e);
        if (!made)
            return false;
    }
    return true;
}

static struct str default_remote(struct maker *maker)
{
    struct arena *arena = maker->cli->arena;
    struct str keys[] = {str_printf(arena, "branch." STR_FMT ".pushRemote", STR_ARG(maker->branch)),
                         STR("remote.pushDefault"),
                         str_printf(arena, "branch." STR_FMT ".remote", STR_ARG(maker->branch))};
    struct err ignored = ERR_NONE;
    struct str value = STR_NONE;

    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (repository_setting(maker->repository, arena, keys[i], &value, &ignored) &&
            value.length && !str_eq(value, STR(".")))
            return value;
    return STR("origin");
}

/* As git hands it to its hook; what is no remote's name is a URL itself. */
static struct str url_of(struct maker *maker, struct str remote)
{
    static const char *const keys[] = {"pushurl", "url"};
    struct arena *arena = maker->cli->arena;
    struct err ignored = ERR_NONE;
    struct str value = STR_NONE;

    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (repository_setting(maker->repository, arena,
                               str_printf(arena, "remote." STR_FMT ".%s", STR_ARG(remote), keys[i]),
                               &value, &ignored) &&
            value.length)
            return value;
    return remote;
}

static bool prepare(struct maker *maker, struct push_input *input, struct err *e)
{
    struct cli *cli = maker->cli;
    struct str head = STR_NONE;

    if (!repository_open_hook(cli->arena, cli->directory, true, &maker->repository, e) ||
        !repository_symbolic_ref(maker->repository, cli->arena, STR("HEAD"), &head, e))
        return false;
    if (str_starts(head, STR("refs/heads/")))
        maker->branch = str_from_offset(head, 11);
    input->remote = cli->operands.count ? cli->operands.items[0] : default_remote(maker);
    input->url = url_of(maker, input->remote);
    input->repository = maker->repository;
    maker->known = range_known_new(cli->directory, input->remote, input->url, false);
    return range_known_need(maker->repository, cli->arena, &maker->known, e) && make_refs(maker, e);
}

/* git would not push to it; what it has is not known, and everything would be new. */
static void note_unknown_remote(const struct maker *maker, const struct push_input *input)
{
    struct str remote = input->remote;
    bool named = !str_eq(input->url, remote); /* nothing was fetched from it yet */
    bool place = str_find_byte(remote, ':') != SIZE_MAX || str_find_byte(remote, '/') != SIZE_MAX;
    struct str path = path_join(maker->cli->arena, maker->cli->directory, remote);

    if (maker->cli->operands.count && !place && !named && !maker->known.remote.length &&
        file_kind(maker->cli->arena, path) == FILE_ABSENT)
        fprintf(stderr,
                "hookcheck push: note: no remote is named " STR_FMT
                ":\n  it is taken for one that has nothing\n",
                STR_ARG(remote));
}

static enum cli_status run(struct cli *cli)
{
    struct maker maker = {.cli = cli};
    struct push_input input = {.directory = cli->directory, .dry_run = true};
    struct push_result result;
    struct report_style style = cli_style(cli);
    const struct config *config = NULL;
    struct err e = ERR_NONE;

    /* As the hook: whatever goes wrong from here on is no leave to push. */
    door_open("hookcheck push");
    door_deploy_recognised();
    if (!prepare(&maker, &input, &e)) {
        cli_say_error(cli, &e);
        return e.kind == ERR_USAGE || e.kind == ERR_NOT_FOUND ? CLI_USAGE : CLI_BLOCKED;
    }
    note_unknown_remote(&maker, &input);
    if (!maker.refs.count)
        fputs("hookcheck push: note: nothing is new there: git would push nothing\n", stderr);
    input.refs = &maker.refs;
    input.state_directory = state_directory(cli->arena);
    input.configs = configs_new(cli->arena, &cli->config_options);
    if (!configs_for(input.configs, cli->directory, &config, &e)) {
        cli_say_error(cli, &e);
        return CLI_BLOCKED;
    }
    input.deadline_ms =
        clock_ms() + (config->deadline_ms ? config->deadline_ms : CONFIG_DEADLINE_DEFAULT_MS);
    gate_push(cli->arena, &input, &result);
    if (cli->json) {
        report_push_json(&cli->out, &result);
        buf_add_byte(&cli->out, '\n');
    } else {
        report_push_text(&cli->out, &result, true, &style);
    }
    return cli_status_of(&result.verdict);
}

const struct cli_command cmd_push = {
    .name = "push",
    .operands = "[REMOTE [RANGE…]]",
    .summary = "says what the gate would do with a git push, without pushing",
    .text =
        "REMOTE is a remote's name or a URL (default: where the branch is pushed to).\n"
        "RANGE is what git push takes (main, main:production, v1.2, :old, 'refs/heads/x/*') or "
        "A..B: as if the "
        "branch were at A over there and B were pushed. Default: the current branch.\n"
        "What the remote has is taken from its remote-tracking branches: git fetch renews them.\n"
        "\n"
        "exit status: 0 the push may go on (or only a warning), 2 for every other verdict, 1 wrong "
        "usage\n",
    .run = run,
};
