/* git_push.c -- `git push` to a branch that the configuration calls a deploy. */
#include <string.h>

#include "base/file.h"
#include "deploys/judge.h"

struct push {
    struct strs refspecs;
    bool everything; /* --all, --mirror, --branches */
    bool nothing;    /* --delete, --dry-run, --tags alone */
};

static size_t skip_global_options(const struct call *call, struct str *directory,
                                  struct recogniser *r)
{
    static const char *const with_value[] = {"-c",          "--git-dir",   "--work-tree",
                                             "--namespace", "--exec-path", "--config-env"};
    size_t i = 1;

    for (; i < call->count && str_starts(call->words[i].text, STR("-")); i++) {
        if (str_eq(call->words[i].text, STR("-C")) && i + 1 < call->count) {
            *directory = path_join(r->arena, *directory, call->words[++i].text);
            continue;
        }
        for (size_t n = 0; n < COUNT_OF(with_value); n++)
            if (str_eq(call->words[i].text, str_from(with_value[n]))) {
                i++;
                break;
            }
    }
    return i;
}

static void read_push(struct recogniser *r, const struct call *call, size_t from, struct push *ret)
{
    static const char *const with_value[] = {"-o", "--push-option", "--repo", "--receive-pack",
                                             "--exec"};
    size_t operands = 0;

    for (size_t i = from; i < call->count; i++) {
        struct str word = call->words[i].text;
        if (word.length < 2 || word.bytes[0] != '-') {
            if (operands++ > 0)
                VEC_PUSH(r->arena, &ret->refspecs, word);
            continue;
        }
        if (str_eq(word, STR("--all")) || str_eq(word, STR("--mirror")) ||
            str_eq(word, STR("--branches")))
            ret->everything = true;
        if (str_eq(word, STR("--delete")) || str_eq(word, STR("-d")) ||
            str_eq(word, STR("--dry-run")) || str_eq(word, STR("-n")) ||
            str_eq(word, STR("--help")) || str_eq(word, STR("-h")))
            ret->nothing = true;
        if (str_eq(word, STR("--tags")) && operands < 2)
            ret->nothing = true;
        for (size_t n = 0; n < COUNT_OF(with_value); n++)
            if (str_eq(word, str_from(with_value[n]))) {
                i++;
                break;
            }
    }
}

/* The current branch, by reading HEAD: no git is started. */
static struct str current_branch(struct recogniser *r, const struct config *config)
{
    struct err ignored = ERR_NONE;
    struct str git = config->git_directory_hint, text;

    if (!git.length)
        return STR_NONE;
    if (file_kind(r->arena, git) == FILE_REGULAR) { /* a worktree: "gitdir: …" */
        if (!file_read(r->arena, git, 4096, &text, &ignored) || !str_starts(text, STR("gitdir: ")))
            return STR_NONE;
        git = path_join(r->arena, path_directory(git), str_trim(str_from_offset(text, 8)));
    }
    if (!file_read(r->arena, path_join(r->arena, git, STR("HEAD")), 4096, &text, &ignored) ||
        !str_starts(text, STR("ref: refs/heads/")))
        return STR_NONE;
    return str_trim(str_from_offset(text, 16));
}

static const struct config_branch *find_branch(struct recogniser *r, const struct config *config,
                                               struct str name)
{
    struct str full = str_starts(name, STR("refs/"))
                          ? name
                          : str_printf(r->arena, "refs/heads/" STR_FMT, STR_ARG(name));
    struct str shorter = str_starts(full, STR("refs/heads/")) ? str_from_offset(full, 11) : name;

    for (size_t i = 0; i < config->branches.count; i++)
        if (ref_glob_matches(config->branches.items[i].pattern, shorter) ||
            ref_glob_matches(config->branches.items[i].pattern, full))
            return &config->branches.items[i];
    return NULL;
}

static bool report_push(struct recogniser *r, const struct call *call, const struct line *line,
                        const struct config_branch *branch, struct str source, const char *doubt,
                        struct err *e)
{
    struct finding finding = {.rule = STR("git-push"),
                              .kind = DEPLOY_COMMIT,
                              .certainty = doubt ? DEPLOY_SUSPECTED : DEPLOY_CERTAIN,
                              .environment = branch->environment,
                              .environment_word = branch->pattern,
                              .commit = source,
                              .why = str_from(doubt)};

    return report_deploy(r, call, line_show(r, call, line), &finding, e);
}

static bool judge_refspec(struct recogniser *r, const struct call *call, const struct line *line,
                          const struct config *config, struct str refspec, struct err *e)
{
    struct str target = refspec;

    if (str_starts(target, STR("+")))
        target = str_from_offset(target, 1);
    bool pair = str_find_byte(target, ':') != SIZE_MAX;
    struct str source = str_cut(&target, ':');
    if (pair && str_is_empty(source))
        return true; /* :branch deletes */
    if (!pair)
        target = source;
    bool here = str_eq(target, STR("HEAD")) || str_eq(target, STR("@"));
    if (here)
        target = current_branch(r, config);
    bool unknown = str_find_byte(target, SHELL_UNKNOWN) != SIZE_MAX || (here && !target.length);
    if (unknown && config->branches.count)
        return report_push(r, call, line, &config->branches.items[0], STR("HEAD"),
                           "the branch is not known before it runs", e);
    const struct config_branch *branch = find_branch(r, config, target);
    if (!branch)
        return true;
    if (str_find_byte(source, SHELL_UNKNOWN) != SIZE_MAX)
        source = STR("HEAD");
    return report_push(r, call, line, branch, source, NULL, e);
}

/* git -c alias.d='!command' d, git -c alias.p='push --no-verify' p */
static bool judge_alias(struct recogniser *r, struct shell_state *state, const struct call *call,
                        struct err *e)
{
    struct str unused = call->directory;
    size_t verb = skip_global_options(call, &unused, r);

    for (size_t i = 1; i + 1 < call->count && i < verb; i++) {
        struct str value = call->words[i + 1].text;
        if (!str_eq(call->words[i].text, STR("-c")) || !str_starts(value, STR("alias.")))
            continue;
        struct str text = str_from_offset(value, 6), name = str_cut(&text, '=');
        if (str_starts(text, STR("!"))) {
            if (!judge_text(r, state, call, str_from_offset(text, 1), false, e))
                return false;
            continue;
        }
        if (verb >= call->count || !str_eq(name, call->words[verb].text) || !text.length)
            continue;
        if (!judge_text(r, state, call, str_printf(r->arena, "git " STR_FMT, STR_ARG(text)), false,
                        e))
            return false;
    }
    return true;
}

bool git_push_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                   const struct line *line, bool *ret_handled, struct err *e)
{
    struct push push = {0};
    struct call here = *call;

    if (!str_eq(line->name, STR("git")) || call->remote)
        return true;
    if (!judge_alias(r, state, call, e))
        return false;
    size_t from = skip_global_options(call, &here.directory, r);
    if (from >= call->count || !str_eq(call->words[from].text, STR("push")))
        return true;
    *ret_handled = true;
    const struct config *config = config_of(r, here.directory, e);
    if (!config)
        return false;
    if (!config->branches.count)
        return true;
    read_push(r, call, from + 1, &push);
    if (push.nothing)
        return true;
    if (push.everything)
        return report_push(r, &here, line, &config->branches.items[0], STR("HEAD"),
                           "it pushes every branch", e);
    if (!push.refspecs.count)
        return judge_refspec(r, &here, line, config, STR("HEAD"), e);
    for (size_t i = 0; i < push.refspecs.count; i++)
        if (!judge_refspec(r, &here, line, config, push.refspecs.items[i], e))
            return false;
    return true;
}
