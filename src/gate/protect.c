#include "gate/protect.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/quote.h"

#define PROGRAM_PREFIX "hookcheck"

#define PUNCTUATION " \t\r\n,:{}[]\""

static bool is_punctuation(char byte)
{
    return byte && strchr(PUNCTUATION, byte);
}

bool protect_same_words(struct str a, struct str b)
{
    for (;;) {
        a = str_trim_bytes(a, PUNCTUATION);
        b = str_trim_bytes(b, PUNCTUATION);
        size_t end = 0;
        while (end < a.length && end < b.length && a.bytes[end] == b.bytes[end] &&
               !is_punctuation(a.bytes[end]))
            end++;
        bool a_ends = end == a.length || is_punctuation(a.bytes[end]);
        bool b_ends = end == b.length || is_punctuation(b.bytes[end]);
        if (!a_ends || !b_ends)
            return false;
        if (end == a.length || end == b.length)
            return end == a.length && end == b.length;
        a = str_from_offset(a, end);
        b = str_from_offset(b, end);
    }
}

/* --- One file. --- */

struct guard {
    struct arena *arena;
    const struct decision_input *input;
    const struct tamper *tamper;
    struct reasons *reasons;
};

static void add(struct guard *guard, enum reason_code code, struct str what, struct str hint)
{
    const struct config *config = NULL;
    const struct config_environment *environment = NULL;
    const struct tamper *tamper = guard->tamper;
    struct err ignored = ERR_NONE;
    struct str trail = STR("");

    if (!configs_for(guard->input->configs, tamper->directory, &config, &ignored))
        config = NULL;
    if (config && code == REASON_STAMP)
        environment = config_environment_for(config, STR(""));
    if (tamper->trail.count > 1)
        trail = str_printf(
            guard->arena, "\n  " STR_FMT,
            STR_ARG(str_join(guard->arena, tamper->trail.items, tamper->trail.count, STR(" -> "))));
    reasons_add(guard->arena, guard->reasons, config, environment,
                (struct reason){.code = code,
                                .message = str_printf(guard->arena, STR_FMT STR_FMT, STR_ARG(what),
                                                      STR_ARG(trail)),
                                .hint = hint});
}

static const char *verb_of(enum tamper_change change)
{
    static const char *const verbs[] = {"would be removed", "would be replaced",
                                        "would be added to", "would be changed",
                                        "could not be run any more"};

    return verbs[change];
}

/* How to make the same change so that what remains is known. */
static struct str known_way(const struct tamper *tamper)
{
    static const char *const filters[] = {"yq ", "sponge "};

    for (size_t i = 0; i < COUNT_OF(filters); i++)
        if (str_starts(tamper->command, str_from(filters[i])))
            return STR("use the editing tool (Edit, Write), or a filter that sets or deletes keys\n"
                       "(.key = \"value\"): these are judged by what remains");
    return STR("use the editing tool (Edit, Write): it is judged by what remains");
}

static void protect(struct guard *guard, struct str path, struct str lost)
{
    const struct tamper *tamper = guard->tamper;
    bool unknown = tamper->judge != JUDGE_OWN && !tamper->has_text && !tamper->revision.length &&
                   tamper->edits.count == 0 && tamper->change != CHANGE_REMOVED &&
                   tamper->change != CHANGE_MODE;
    struct str why =
        lost.length ? str_printf(guard->arena, "\n  " STR_FMT, STR_ARG(lost)) : STR("");

    struct str hint =
        unknown ? known_way(tamper)
                : STR("a person makes this change in their own editor; other changes pass");
    if (tamper->change == CHANGE_REMOVED && tamper->revision.length &&
        !str_starts(tamper->revision, STR(RESET_TO)))
        hint =
            str_printf(guard->arena, STR_FMT " -e " STR_FMT "\nkeeps it", STR_ARG(tamper->command),
                       STR_ARG(shell_shown(guard->arena, path_base_name(path))));
    add(guard, REASON_PROTECTED,
        str_printf(guard->arena, STR_FMT " %s\n  it is " STR_FMT STR_FMT, STR_ARG(path),
                   verb_of(tamper->change), STR_ARG(tamper->says), STR_ARG(why)),
        hint);
}

/* Absent is an empty text with *ret_existed false. */
static bool read_before(struct guard *guard, struct str path, struct str *ret_text,
                        bool *ret_existed, struct err *e)
{
    *ret_existed = file_kind(guard->arena, path) != FILE_ABSENT;
    *ret_text = STR("");
    return !*ret_existed || file_read(guard->arena, path, PROTECT_FILE_MAX, ret_text, e);
}

static bool is_trusted_layer(struct str path)
{
    return !str_eq_nocase(path_base_name(path), STR(CONFIG_NAME));
}

static bool is_ours(struct guard *guard, enum tamper_judge judge,
                    const struct protect_change *change)
{
    switch (judge) {
    case JUDGE_CONFIGURATION:
        return change->existed;
    case JUDGE_SETTINGS:
        return change->existed && protect_settings_is_ours(guard->arena, change->before);
    case JUDGE_HOOK:
        return change->existed && protect_hook_is_ours(guard->arena, change->path, change->before);
    case JUDGE_GIT:
        return change->existed &&
               protect_git(guard->arena, &(struct protect_change){.path = change->path,
                                                                  .existed = true,
                                                                  .before = change->before,
                                                                  .after = STR("")})
                       .length > 0;
    case JUDGE_DIRECTORY:
    case JUDGE_OWN:
        break;
    }
    return true;
}

static struct str judge_text(struct guard *guard, enum tamper_judge judge,
                             const struct protect_change *change)
{
    switch (judge) {
    case JUDGE_CONFIGURATION:
        return protect_configuration(guard->arena, change, is_trusted_layer(change->path));
    case JUDGE_SETTINGS:
        return protect_settings(guard->arena, change);
    case JUDGE_HOOK:
        return str_eq(guard->tamper->rule, STR(RULE_LEFTHOOK_EXTENDED))
                   ? protect_manager_extended(guard->arena, guard->tamper->directory, change)
                   : protect_hook(guard->arena, change);
    case JUDGE_GIT:
        return protect_git(guard->arena, change);
    case JUDGE_DIRECTORY:
    case JUDGE_OWN:
        break;
    }
    return STR("nothing in it is for others to change");
}

static enum protect_after find_after(struct guard *guard, struct protect_change *change)
{
    const struct tamper *tamper = guard->tamper;

    change->after = STR("");
    if (tamper->change == CHANGE_EDITED && tamper->edits.count)
        return protect_apply(guard->arena, change->before, &tamper->edits,
                             guard->input->request->host == HOST_CLAUDE, &change->after);
    if (tamper->revision.length)
        return protect_in_revision(guard->arena, tamper->revision, change);
    if (!tamper->has_text)
        return AFTER_UNKNOWN;
    change->after = protect_plain_text(guard->arena, tamper->text, false);
    if (tamper->change == CHANGE_APPENDED)
        change->after = str_printf(guard->arena, STR_FMT STR_FMT, STR_ARG(change->before),
                                   STR_ARG(change->after));
    return AFTER_KNOWN;
}

/* A name in other letters is the same file only where the file system says so. */
static bool is_other_case(struct guard *guard, struct str path)
{
    static const char *const plain[] = {CONFIG_NAME, "settings.json", "settings.local.json",
                                        "pre-push", "hooks.json"};
    struct str base = path_base_name(path);
    struct stat here, there;

    for (size_t i = 0; i < COUNT_OF(plain); i++) {
        if (!str_eq_nocase(base, str_from(plain[i])) || str_eq(base, str_from(plain[i])))
            continue;
        struct str other = path_join(guard->arena, path_directory(path), str_from(plain[i]));
        if (stat(str_c(guard->arena, path), &here) != 0 ||
            stat(str_c(guard->arena, other), &there) != 0)
            return errno == ENOENT || errno == ENOTDIR;
        return here.st_ino != there.st_ino || here.st_dev != there.st_dev;
    }
    return false;
}

/* What managers read needs no run bit; lefthook gives its scripts one itself. */
static bool is_run_by_git(struct str path)
{
    static const char *const hooks[] = {"pre-push", "pre-push.legacy", "pre-receive", NULL};

    return str_is_one_of_nocase(path_base_name(path), hooks);
}

static void judge_file(struct guard *guard, enum tamper_judge judge, struct str path)
{
    const struct tamper *tamper = guard->tamper;
    struct protect_change change = {.path = path, .state = guard->input->state_directory};
    struct err e = ERR_NONE;

    if (is_other_case(guard, path) || file_kind(guard->arena, path) == FILE_DIRECTORY ||
        (str_eq(tamper->rule, STR(RULE_GIT_INCLUDED)) &&
         !protect_git_includes(guard->arena, tamper->directory, path)))
        return;
    if (!read_before(guard, path, &change.before, &change.existed, &e)) {
        protect(guard, path, str_printf(guard->arena, "it cannot be read: %s", e.message));
        return;
    }
    change.before = protect_plain_text(guard->arena, change.before, false);
    if (tamper->change == CHANGE_REMOVED || tamper->change == CHANGE_MODE) {
        bool matters = tamper->change == CHANGE_REMOVED || is_run_by_git(path);
        if (!protect_is_taken(guard->arena, tamper->revision, path))
            return;
        if (matters && is_ours(guard, judge, &change))
            protect(guard, path, STR_NONE);
        return;
    }
    enum protect_after after = find_after(guard, &change);
    if (after == AFTER_REFUSED ||
        (after == AFTER_KNOWN && change.existed && str_eq(change.before, change.after)))
        return;
    if (after == AFTER_UNKNOWN) {
        bool says =
            judge == JUDGE_SETTINGS && str_contains(tamper->command, STR("disableAllHooks"));
        if (says || is_ours(guard, judge, &change))
            protect(guard, path, STR("what it would hold then is not known before it runs"));
        return;
    }
    struct str lost = judge_text(guard, judge, &change);
    if (!lost.length && tamper->change == CHANGE_EDITED && protect_puts_in(&tamper->edits))
        lost = protect_apply(guard->arena, change.after, &tamper->edits, false, &change.after) ==
                       AFTER_KNOWN
                   ? judge_text(guard, judge, &change)
                   : STR("what it would hold then is not known before it runs");
    if (lost.length)
        protect(guard, path, lost);
}

/* --- Directories, programs, state. --- */

static enum tamper_judge judge_of_name(struct str name)
{
    struct str base = path_base_name(name);

    if (str_eq(base, STR("config.json")))
        return JUDGE_CONFIGURATION;
    if (str_eq(base, STR("config")))
        return JUDGE_GIT;
    return str_ends(base, STR(".json")) || str_ends(base, STR(".js")) ? JUDGE_SETTINGS : JUDGE_HOOK;
}

static void judge_directory(struct guard *guard)
{
    const struct tamper *tamper = guard->tamper;
    struct str name = path_base_name(tamper->path);

    enum file_kind kind = file_kind(guard->arena, tamper->path);
    if (kind == FILE_UNKNOWN)
        protect(guard, tamper->path, STR("what it holds cannot be looked at"));
    if (kind != FILE_DIRECTORY)
        return;
    for (size_t i = 0; i < tamper->holds.count; i++) {
        enum tamper_judge judge = judge_of_name(tamper->holds.items[i]);
        bool git = str_eq(name, STR(".git"));
        /* "config" is git's only in .git, "config.json" ours only in our directory. */
        if ((judge == JUDGE_GIT) != (git && judge == JUDGE_GIT) ||
            (judge == JUDGE_CONFIGURATION && !str_eq(name, STR("hookcheck"))))
            continue;
        struct str path = path_join(guard->arena, tamper->path, tamper->holds.items[i]);
        kind = file_kind(guard->arena, path);
        if (kind == FILE_REGULAR || kind == FILE_UNKNOWN)
            judge_file(guard, judge, path);
    }
}

/* The programs beside this one, and the state: whatever happens to them. */
static void judge_own(struct guard *guard)
{
    const struct tamper *tamper = guard->tamper;
    char self[PATH_MAX], real[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    enum file_kind kind = file_kind(guard->arena, tamper->path);

    if (str_eq(tamper->rule, STR("hookcheck-state"))) {
        protect(guard, tamper->path, STR_NONE);
        return;
    }
    if (kind == FILE_ABSENT || kind == FILE_DIRECTORY)
        return;
    /* Where it leads, or where ours are, cannot be found out: it could be ours. */
    bool known = length > 0 && realpath(str_c(guard->arena, tamper->path), real);
    if (!known || tamper->change == CHANGE_MODE ||
        str_eq(path_directory(str_from(real)), path_directory(str_of(self, (size_t)length))))
        protect(guard, tamper->path, STR_NONE);
}

/* What pre-commit leaves out is named; those of others may be. */
static bool is_of_others(struct guard *guard)
{
    static const char *const rules[] = {"git-push-skip", "git-push-prek-skip", NULL};
    const struct tamper *tamper = guard->tamper;

    return str_is_one_of(tamper->rule, rules) && tamper->has_text &&
           protect_manager_skips_others(guard->arena, tamper->directory, tamper->text);
}

/* git config core.hooksPath .husky/_, as tools say it at each `npm install`: git has written that value before. */
static bool is_set_already(struct guard *guard)
{
    static const char *const forms[] = {"git config core.hooksPath ",
                                        "git config set core.hooksPath "};
    const struct tamper *tamper = guard->tamper;
    struct str value = STR("");

    if (!str_eq(tamper->rule, STR("git-config-hooks-path")))
        return false;
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        if (str_starts(tamper->command, str_from(forms[i])))
            value = str_from_offset(tamper->command, strlen(forms[i]));
    if (str_ends(value, STR(" --local")))
        value = str_prefix(value, value.length - strlen(" --local"));
    return value.length && protect_git_hooks_path_is(guard->arena, tamper->directory, value);
}

static void judge_tamper(struct guard *guard)
{
    const struct tamper *tamper = guard->tamper;

    if (tamper->kind != TAMPER_FILE && (is_of_others(guard) || is_set_already(guard)))
        return;
    if (tamper->kind != TAMPER_FILE) {
        struct str what = str_printf(guard->arena, STR_FMT "\n  " STR_FMT, STR_ARG(tamper->command),
                                     STR_ARG(tamper->says));
        add(guard, tamper->kind == TAMPER_STAMP ? REASON_STAMP : REASON_PROTECTED, what,
            tamper->instead);
    } else if (tamper->judge == JUDGE_DIRECTORY) {
        judge_directory(guard);
    } else if (tamper->judge == JUDGE_OWN) {
        judge_own(guard);
    } else {
        judge_file(guard, tamper->judge, tamper->path);
    }
}

void protect_judge(struct arena *arena, const struct decision_input *input, struct reasons *reasons)
{
    for (size_t i = 0; input->tampers && i < input->tampers->count; i++) {
        struct guard guard = {arena, input, &input->tampers->items[i], reasons};
        judge_tamper(&guard);
    }
}
