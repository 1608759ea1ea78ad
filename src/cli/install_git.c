#include "cli/install_git.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/quote.h"

/* --- The wrapper --- */

static bool is_there(struct install *in, struct str path)
{
    return access(str_c(in->arena, path), F_OK) == 0 ||
           readlink(str_c(in->arena, path), (char[1]){0}, 1) >= 0;
}

static bool move(struct install *in, struct str from, struct str to, struct err *e)
{
    if (rename(str_c(in->arena, from), str_c(in->arena, to)) != 0)
        return err_errno(e, "cannot rename " STR_FMT, STR_ARG(from));
    return true;
}

/* `name` in the hooks directory: "pre-push", or what another manager runs from its own pre-push. */
static bool install_wrapper(struct install *in, struct str path, struct err *e)
{
    struct str earlier = path_join(in->arena, path_directory(path), STR(GIT_HOOK_EARLIER));
    struct install_file file = {.path = path, .real = str_copy(in->arena, path)};
    struct install_change change = {
        .text = git_wrapper_text(in), .mode = 0755, .inserted = STR("")};
    bool plain = file_kind(in->arena, path) == FILE_REGULAR;

    if (plain && !install_read(in, path, &file, e))
        return false;
    bool other = is_there(in, path) && !(plain && git_hook_is_ours(file.text));
    if (!other && file.exists && str_eq(file.text, change.text) &&
        access(file.real.bytes, X_OK) == 0) {
        install_note(in, "git", path, "unchanged", STR_NONE, STR_NONE);
        return true;
    }
    if (other && is_there(in, earlier))
        return err_set(e, ERR_REFUSED, STR_FMT " is in the way", STR_ARG(earlier)) ||
               err_hint(e, "look at it and at %s, and remove one of them", str_c(in->arena, path));
    if (!in->print && !in->locked) /* another installer may have been here meanwhile */
        return install_lock(in, e) && install_wrapper(in, path, e);
    if (!other) {
        file.status.st_mode |= 0111;
        return install_write(in, "git", &file, &change, e);
    }
    struct install_file fresh = {.path = path, .real = str_copy(in->arena, path)};
    if (in->print) {
        buf_printf(&in->cli->out, "rename " STR_FMT " to " GIT_HOOK_EARLIER "\n", STR_ARG(path));
        return install_write(in, "git", &fresh, &change, e);
    }
    if (!move(in, path, earlier, e))
        return false;
    if (install_write(in, "git", &fresh, &change, e)) {
        bool runs = access(str_c(in->arena, earlier), X_OK) == 0;
        install_note(in, "git", earlier, "note",
                     runs ? STR("the hook that was here is kept, and runs after ours")
                          : STR("the hook that was here is kept; without a run bit it is not run"),
                     STR_NONE);
        return true;
    }
    struct err ignored = ERR_NONE;
    (void)!move(in, earlier, path, &ignored);
    return false;
}

/* Back to the hook that was there. A wrapper that was edited is taken away too, if it still is one: its content is ours. */
static bool uninstall_wrapper(struct install *in, struct str path, struct err *e)
{
    struct str earlier = path_join(in->arena, path_directory(path), STR(GIT_HOOK_EARLIER));
    struct install_file file;
    struct install_record record;

    if (file_kind(in->arena, path) != FILE_REGULAR)
        return true;
    if (!install_read(in, path, &file, e) || !install_recall(in, &file, &record, e))
        return false;
    if (!git_hook_is_ours(file.text))
        return true;
    if (!str_eq(file.text, git_wrapper_text(in)) && !(record.found && record.untouched))
        return err_set(e, ERR_REFUSED, STR_FMT " was changed after it was installed",
                       STR_ARG(path)) ||
               err_hint(e, "take what is yours out of it, then run this again");
    if (!install_put_back(in, "git", &file, &record, STR_NONE, e))
        return false;
    if (!is_there(in, earlier))
        return true;
    if (in->print) {
        buf_printf(&in->cli->out, "rename " STR_FMT " to pre-push\n", STR_ARG(earlier));
        return true;
    }
    if (!move(in, earlier, path, e))
        return false;
    install_note(in, "git", path, "restored", STR("the hook that was here before"), STR_NONE);
    return true;
}

/* --- git's configured hooks --- */

struct str git_config_file(struct install *in, const struct git_place *place)
{
    const char *global = getenv("GIT_CONFIG_GLOBAL"), *config_home = getenv("XDG_CONFIG_HOME");

    if (in->scope == SCOPE_MANAGED)
        return str_printf(in->arena, STR_FMT "/etc/gitconfig", STR_ARG(in->sysroot));
    if (in->scope != SCOPE_USER)
        return place->config;
    if (global && *global)
        return path_join(in->arena, in->cli->directory, str_from(global));
    if (str_is_empty(in->home))
        return STR_NONE;
    struct str usual = path_join(in->arena, in->home, STR(".gitconfig"));
    struct str base = config_home && *config_home ? str_from(config_home)
                                                  : path_join(in->arena, in->home, STR(".config"));
    struct str other = path_join(in->arena, base, STR("git/config"));
    return file_kind(in->arena, usual) == FILE_ABSENT && file_kind(in->arena, other) == FILE_REGULAR
               ? other
               : usual;
}

static struct str config_quote(struct arena *arena, struct str value)
{
    struct buf out = buf_new(arena, FILE_MAX);

    buf_add_byte(&out, '"');
    for (size_t i = 0; i < value.length; i++) {
        if (value.bytes[i] == '"' || value.bytes[i] == '\\')
            buf_add_byte(&out, '\\');
        buf_add_byte(&out, value.bytes[i]);
    }
    buf_add_byte(&out, '"');
    return buf_str(&out);
}

/* One section at the end. git's own writer would do the same, but not keep a copy. */
static bool append_section(struct install *in, struct str path, struct str section, struct err *e)
{
    struct install_file file;
    struct install_change change = {.mode = 0644};

    if (!install_read(in, path, &file, e))
        return false;
    bool open_line = file.text.length && !str_ends(file.text, STR("\n"));
    /* The line feed that ends their last line is not ours to take away once something stands behind it. */
    change.inserted = section;
    change.text = str_printf(in->arena, STR_FMT "%s" STR_FMT, STR_ARG(file.text),
                             open_line ? "\n" : "", STR_ARG(section));
    return install_write(in, "git", &file, &change, e);
}

static bool install_config(struct install *in, const struct git_place *place, struct err *e)
{
    struct str path = git_config_file(in, place), command, known;
    struct str program = shell_quote(in->arena, install_program(in, GIT_HOOK_PROGRAM));

    if (str_is_empty(path))
        return err_set(e, ERR_NOT_FOUND, "no home directory is known") || err_hint(e, "set HOME");
    struct str ask[] = {STR("git"), STR("config"),    STR("--file"),
                        path,       STR("--get-all"), STR("hook.hookcheck.command")};
    if (install_ask(in->arena, in->cli->directory, ask, COUNT_OF(ask), &known, NULL)) {
        if (str_eq(known, program)) {
            install_note(in, "git", path, "unchanged", STR_NONE, STR_NONE);
            return true;
        }
        return err_set(e, ERR_REFUSED, STR_FMT " has a hook named hookcheck already: " STR_FMT,
                       STR_ARG(path), STR_ARG(known)) ||
               err_hint(e, "hookcheck uninstall git && hookcheck install git");
    }
    command = config_quote(in->arena, program);
    return append_section(
        in, path,
        str_printf(in->arena, GIT_CONFIG_SECTION "\n\tcommand = " STR_FMT "\n\tevent = pre-push\n",
                   STR_ARG(command)),
        e);
}

/* A section without its command is fatal for every push: it goes as a whole. */
static bool uninstall_config(struct install *in, struct str path, struct err *e)
{
    struct install_file file;
    struct install_record record;
    struct str output;
    bool done;

    if (file_kind(in->arena, path) != FILE_REGULAR)
        return true;
    if (!install_read(in, path, &file, e) || !install_recall(in, &file, &record, e))
        return false;
    if (record.found) {
        if (!install_undo(in, "git", &file, &record, &done, e))
            return false;
        if (done)
            return true;
    }
    struct str find[] = {STR("git"), STR("config"),       STR("--file"),
                         path,       STR("--get-regexp"), STR("^hook\\.hookcheck\\.")};
    if (!install_ask(in->arena, in->cli->directory, find, COUNT_OF(find), &output, NULL))
        return true;
    struct str cut[] = {STR("git"), STR("config"),           STR("--file"),
                        path,       STR("--remove-section"), STR("hook.hookcheck")};
    if (!in->print && !install_ask(in->arena, in->cli->directory, cut, COUNT_OF(cut), &output, e))
        return false;
    install_note(in, "git", path, "restored", STR_NONE, STR_NONE);
    return true;
}

/* --- Install --- */

/* Where a wrapper must not go. */
static bool check_hooks_path(struct install *in, const struct git_place *place, struct err *e)
{
    struct str fault = git_hooks_path_fault(in, place);

    if (fault.length)
        return err_set(e, ERR_REFUSED, STR_FMT, STR_ARG(fault)) ||
               err_hint(e, STR_FMT, STR_ARG(git_unset_hooks_path(in, place)));
    if (place->hooks_path.bytes && git_hooks_are_shared(place) && in->scope != SCOPE_USER)
        return err_set(e, ERR_REFUSED,
                       "core.hooksPath is " STR_FMT " (" STR_FMT
                       "): its hooks run in every repository",
                       STR_ARG(place->hooks_path), STR_ARG(place->hooks_path_scope)) ||
               err_hint(e, "install it for all of them: hookcheck install git --user");
    return true;
}

/* core.hooksPath = .githooks: what is committed there runs for everybody, and ours starts a program of this machine. */
static void note_shared(struct install *in, const struct git_place *place)
{
    struct str inside;

    if (!in->print && place->hooks_path.length &&
        path_relative(place->top, place->hooks, &inside) && !str_starts(inside, STR(".git/")))
        install_note(in, "git", place->hooks, "note",
                     STR("it lies in the work tree, and the hook names this machine's program"),
                     STR("do not commit it: everybody runs hookcheck install git"));
}

static bool install_place(struct install *in, struct git_place *place, struct err *e)
{
    struct str pre_push = git_hook_path(in, place), text;
    struct err ignored = ERR_NONE;

    if (place->config_hooks)
        return (str_is_empty(place->hooks) || uninstall_wrapper(in, pre_push, e)) &&
               install_config(in, place, e);
    if (in->scope == SCOPE_MANAGED || (in->scope == SCOPE_USER && !git_hooks_are_shared(place)))
        return err_set(
                   e, ERR_REFUSED,
                   "git " STR_FMT
                   " has no hooks for all repositories (2.54 has): only a template for new clones",
                   STR_ARG(place->version)) ||
               err_hint(e, "hookcheck install git --global-template");
    if (!check_hooks_path(in, place, e))
        return false;
    enum git_manager manager = manager_find(in, place);
    if (manager == MANAGER_NONE) {
        if (!install_wrapper(in, pre_push, e))
            return false;
        note_shared(in, place);
        return true;
    }
    manager_install(in, place, manager);
    /* pre-commit hands the hooks of its configuration the first ref alone; what it found when it was installed gets all of standard
     * input. */
    if (manager == MANAGER_PRE_COMMIT &&
        file_read(in->arena, pre_push, FILE_MAX, &text, &ignored) &&
        str_contains(text, STR("File generated by pre-commit")))
        return install_wrapper(in, path_join(in->arena, place->hooks, STR("pre-push.legacy")), e);
    return true;
}

void git_install(struct install *in, struct str directory)
{
    struct git_place place;
    bool done = false;
    struct err e = ERR_NONE;

    for (int attempt = 0; attempt < INSTALL_ATTEMPTS && !done; attempt++) {
        e = ERR_NONE;
        done = install_has_program(in, GIT_HOOK_PROGRAM, &e) &&
               git_look(in, directory, &place, &e) && install_place(in, &place, &e);
        if (!done && e.kind != ERR_TIMEOUT)
            break;
    }
    if (!done)
        install_refuse(in, "git", directory, &e);
}

/* New clones and repositories get a copy of what is in the template directory: git's setting, or the one that install makes. *ret_set: git
 * has the setting. */
static struct str template_directory(struct install *in, bool *ret_set)
{
    struct str directory;

    *ret_set = ASK_GIT(in, in->cli->directory, &directory, NULL, "config", "--get", "--type=path",
                       "init.templateDir");
    return *ret_set ? directory : path_join(in->arena, in->home, STR(".config/git/template"));
}

static struct str template_section(struct install *in, struct str directory)
{
    return str_printf(in->arena, "[init]\n\ttemplateDir = " STR_FMT "\n",
                      STR_ARG(config_quote(in->arena, directory)));
}

static bool install_template(struct install *in, struct err *e)
{
    struct git_place nowhere = {0};
    bool set;
    struct str directory = template_directory(in, &set);

    in->scope = SCOPE_USER;
    struct str config = git_config_file(in, &nowhere);
    if (!set && str_is_empty(config))
        return err_set(e, ERR_NOT_FOUND, "no home directory is known") || err_hint(e, "set HOME");
    return (set || append_section(in, config, template_section(in, directory), e)) &&
           install_wrapper(in, path_join(in->arena, directory, STR("hooks/pre-push")), e);
}

void git_install_template(struct install *in)
{
    struct err e = ERR_NONE;

    if (!install_has_program(in, GIT_HOOK_PROGRAM, &e) || !install_template(in, &e))
        install_refuse(in, "git", STR_NONE, &e);
}

/* Our section alone; whatever else was installed into the file stays on record. */
static bool uninstall_template_section(struct install *in, struct str directory, struct err *e)
{
    struct git_place nowhere = {0};
    struct install_file file;
    struct install_record record;
    struct str path = git_config_file(in, &nowhere), section = template_section(in, directory);

    if (str_is_empty(path))
        return true;
    if (!install_read(in, path, &file, e) || !install_recall(in, &file, &record, e))
        return false;
    size_t at = str_find(file.text, section);
    if (at == SIZE_MAX)
        return true; /* somebody else's setting */
    struct str without = str_printf(in->arena, STR_FMT STR_FMT, STR_ARG(str_prefix(file.text, at)),
                                    STR_ARG(str_from_offset(file.text, at + section.length)));
    if (record.found && str_contains(file.text, STR(GIT_CONFIG_SECTION))) {
        struct install_change change = {
            .text = without, .base = record.before, .inserted = record.inserted};
        return install_write(in, "git", &file, &change, e);
    }
    if (record.found && record.untouched)
        without = record.existed ? record.before : STR_NONE;
    return install_put_back(in, "git", &file, &record, without, e);
}

static bool uninstall_template(struct install *in, struct err *e)
{
    bool set;
    struct str directory = template_directory(in, &set);

    return uninstall_wrapper(in, path_join(in->arena, directory, STR("hooks/pre-push")), e) &&
           uninstall_template_section(in, directory, e);
}

/* A hooks directory of all repositories is the user's: --user takes it away there. */
static bool uninstall_project(struct install *in, const struct git_place *place, struct err *e)
{
    struct str usual = git_usual_hook_path(in, place), hook = git_hook_path(in, place);
    bool own = place->hooks.length && !git_hooks_are_shared(place);
    bool done =
        uninstall_config(in, place->config, e) &&
        (!own ||
         (uninstall_wrapper(in, hook, e) &&
          uninstall_wrapper(in, path_join(in->arena, place->hooks, STR("pre-push.legacy")), e)));

    if (done && !str_eq(usual, hook))
        done = uninstall_wrapper(in, usual, e);
    for (int manager = 1; manager < MANAGER_COUNT; manager++)
        manager_uninstall(in, place, (enum git_manager)manager);
    return done;
}

/* What stands outside of the repository: the user's or the system's configuration, and what they lead to. */
static bool uninstall_shared(struct install *in, const struct git_place *place, struct err *e)
{
    if (in->scope == SCOPE_USER && !uninstall_template(in, e))
        return false;
    return uninstall_config(in, git_config_file(in, place), e) &&
           (!git_hooks_are_shared(place) || uninstall_wrapper(in, git_hook_path(in, place), e));
}

void git_uninstall(struct install *in, struct str directory)
{
    struct git_place place = {0};
    struct err e = ERR_NONE, nowhere = ERR_NONE;
    bool here = git_look(in, directory, &place, &nowhere), done = true;

    if (cli_has(in->cli, "global-template")) {
        in->scope = SCOPE_USER;
        done = uninstall_template(in, &e);
    } else if (in->scope == SCOPE_MANAGED || in->scope == SCOPE_USER) {
        done = uninstall_shared(in, &place, &e);
    } else if (here) {
        done = uninstall_project(in, &place, &e);
    }
    if (!done)
        install_refuse(in, "git", directory, &e);
}
