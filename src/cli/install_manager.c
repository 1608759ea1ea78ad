/* Hook managers: an entry in their own configuration, so that they go on looking after the hook. */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/quote.h"
#include "cli/manager_entry.h"
#include "cli/yaml_lines.h"

/* Before the ending, and where. */
static const char *const lefthook_stems[] = {"lefthook", ".lefthook", ".config/lefthook"};
static const char *const lefthook_endings[] = {".yml", ".yaml", ".json", ".jsonc", ".toml"};

const char *manager_name(enum git_manager manager)
{
    static const char *const names[] = {"", "husky", "lefthook", "pre-commit"};

    return names[manager];
}

const char *manager_start(enum git_manager manager)
{
    static const char *const commands[] = {"", "npx husky", "lefthook install",
                                           "pre-commit install -t pre-push"};

    return commands[manager];
}

/* The first there is, in lefthook's own order; "-local": this person's. */
static struct str lefthook_file(struct install *in, struct str top, const char *which)
{
    for (size_t e = 0; e < COUNT_OF(lefthook_endings); e++)
        for (size_t s = 0; s < COUNT_OF(lefthook_stems); s++) {
            struct str path = path_join(
                in->arena, top,
                str_printf(in->arena, "%s%s%s", lefthook_stems[s], which, lefthook_endings[e]));
            if (file_kind(in->arena, path) == FILE_REGULAR)
                return path;
        }
    return STR_NONE;
}

struct str manager_local_file(struct install *in, const struct git_place *place)
{
    return lefthook_file(in, place->top, "-local");
}

struct str manager_file(struct install *in, const struct git_place *place, enum git_manager manager)
{
    if (manager == MANAGER_HUSKY) {
        struct str own = husky_directory(in, place);
        return path_join(in->arena,
                         own.length ? own : path_join(in->arena, place->top, STR(".husky")),
                         STR("pre-push"));
    }
    if (manager == MANAGER_PRE_COMMIT)
        return path_join(in->arena, place->top, STR(".pre-commit-config.yaml"));
    struct str found = lefthook_file(in, place->top, "");
    return found.bytes ? found : path_join(in->arena, place->top, STR("lefthook.yml"));
}

static bool is_there(struct install *in, struct str directory, const char *name)
{
    return file_kind(in->arena, path_join(in->arena, directory, str_from(name))) == FILE_REGULAR;
}

/* Version 9 sets core.hooksPath to the directory `_` beside its scripts, earlier ones to the scripts' own; which may lie anywhere. */
struct str husky_directory(struct install *in, const struct git_place *place)
{
    struct str hooks = place->hooks, above = path_directory(hooks);

    if (!place->hooks_path.length)
        return STR("");
    if (str_eq(path_base_name(hooks), STR("_")) &&
        (str_eq(path_base_name(above), STR(".husky")) || is_there(in, hooks, "h") ||
         is_there(in, hooks, "husky.sh")))
        return above;
    return str_eq(path_base_name(hooks), STR(".husky")) || is_there(in, hooks, "_/husky.sh")
               ? hooks
               : STR("");
}

enum git_manager manager_find(struct install *in, const struct git_place *place)
{
    if (husky_directory(in, place).length)
        return MANAGER_HUSKY;
    if (lefthook_file(in, place->top, "").bytes)
        return MANAGER_LEFTHOOK;
    if (file_kind(in->arena, manager_file(in, place, MANAGER_PRE_COMMIT)) == FILE_REGULAR)
        return MANAGER_PRE_COMMIT;
    /* husky before its first `npm install`: core.hooksPath is not set yet, but will be. */
    return file_kind(in->arena, path_join(in->arena, place->top, STR(".husky"))) == FILE_DIRECTORY
               ? MANAGER_HUSKY
               : MANAGER_NONE;
}

/* --- Install --- */

struct entry {
    struct install_file file;
    struct install_change change;
    bool there; /* already */
};

/* The file with our entry in it; nothing is written yet. */
static bool prepare_entry(struct install *in, struct str path, enum git_manager manager,
                          struct entry *ret, struct err *e)
{
    struct str piece, text = STR("");
    size_t at;

    *ret = (struct entry){.change.mode = manager == MANAGER_HUSKY ? 0755 : 0644};
    if (!install_read(in, path, &ret->file, e))
        return false;
    ret->there = entry_is_there(in, manager, path, ret->file.text);
    if (ret->there)
        return true;
    if (ret->file.exists)
        text = ret->file.text;
    else if (manager == MANAGER_PRE_COMMIT)
        text = STR("repos:\n");
    if (!entry_add(in, manager, path, text, &at, &piece, e)) {
        if (!err_is_set(e))
            (void)(err_set(e, ERR_INPUT, STR_FMT ": written in a way that is not edited here",
                           STR_ARG(path)) ||
                   err_hint(e, "write its pre-push part in block style; or add %s by hand",
                            GIT_HOOK_PROGRAM));
        return false;
    }
    ret->change.text = str_printf(in->arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_prefix(text, at)),
                                  STR_ARG(piece), STR_ARG(str_from_offset(text, at)));
    /* The line feed that ends their last line is not ours to take away once something stands behind it. */
    size_t open = str_starts(piece, STR("\r\n")) ? 2 : str_starts(piece, STR("\n")) ? 1 : 0;
    ret->change.inserted = !ret->file.exists ? STR("") : str_from_offset(piece, open);
    return true;
}

static bool write_entry(struct install *in, enum git_manager manager, const struct entry *entry,
                        struct err *e)
{
    if (!entry->there)
        return install_write(in, manager_name(manager), &entry->file, &entry->change, e);
    install_note(in, manager_name(manager), entry->file.path, "unchanged", STR_NONE, STR_NONE);
    return true;
}

/* The entry alone starts nothing: the manager's own hook has to be there. */
static void remind(struct install *in, const struct git_place *place, enum git_manager manager)
{
    struct str hook, path = git_hook_path(in, place);
    struct err ignored = ERR_NONE;
    bool active = manager == MANAGER_HUSKY && husky_directory(in, place).length;

    if (manager != MANAGER_HUSKY && file_read(in->arena, path, FILE_MAX, &hook, &ignored))
        active = str_contains(hook, str_from(manager_name(manager)));
    if (in->print)
        return;
    /* husky before 9: git starts the very file that the entry stands in. */
    bool itself = active && str_eq(path, manager_file(in, place, manager));
    if (itself && access(str_c(in->arena, path), X_OK) != 0)
        install_note(
            in, manager_name(manager), path, "note", STR("git does not run it: it has no run bit"),
            str_printf(in->arena, "chmod +x " STR_FMT, STR_ARG(shell_quote(in->arena, path))));
    if (active)
        return;
    install_note(in, manager_name(manager), STR_NONE, "note", STR("its own hook is not in place"),
                 str_from(manager_start(manager)));
}

static struct str source_directory(struct install *in, struct str path, struct str text)
{
    struct lefthook_text json;
    struct yaml_block source;
    struct str value = STR_NONE;

    if (entry_is_json(in, MANAGER_LEFTHOOK, path, text, &json))
        value = lefthook_json_value(in->arena, &json, "source_dir");
    else if (yaml_find(text, 0, text.length, STR(""), "source_dir", &source))
        value = str_trim_bytes(source.value, "\"'");
    return value.length ? value : STR(".lefthook");
}

struct str manager_script(struct install *in, const struct git_place *place)
{
    struct str text, directory = STR(".lefthook");
    struct str file = manager_file(in, place, MANAGER_LEFTHOOK);
    struct err ignored = ERR_NONE;

    if (file_read(in->arena, file, FILE_MAX, &text, &ignored))
        directory = source_directory(in, file, text);
    return path_join(in->arena, path_join(in->arena, place->top, directory),
                     STR("pre-push/hookcheck"));
}

static struct str script_text(struct install *in)
{
    return str_printf(
        in->arena, "#!/bin/sh\n" GIT_HOOK_MARK ": may this push go out?\nexec " STR_FMT " \"$@\"\n",
        STR_ARG(entry_program(in)));
}

static bool install_script(struct install *in, const struct git_place *place, struct err *e)
{
    struct install_file file;
    struct install_change change = {.mode = 0755, .text = script_text(in), .inserted = STR("")};

    if (!install_read(in, manager_script(in, place), &file, e))
        return false;
    if (file.exists && !git_hook_is_ours(file.text))
        return err_set(e, ERR_REFUSED, STR_FMT " is there already and not ours",
                       STR_ARG(file.path));
    return (file.exists && str_eq(file.text, change.text)) ||
           install_write(in, manager_name(MANAGER_LEFTHOOK), &file, &change, e);
}

static bool uninstall_script(struct install *in, const struct git_place *place, struct err *e)
{
    struct install_file file;
    struct install_record record;

    if (!install_read(in, manager_script(in, place), &file, e) ||
        !install_recall(in, &file, &record, e))
        return false;
    if (!file.exists || !git_hook_is_ours(file.text))
        return true;
    return install_put_back(in, manager_name(MANAGER_LEFTHOOK), &file, &record, STR_NONE, e);
}

/* The script comes before the entry that starts it, and not at all when there can be no entry. */
static bool install_both(struct install *in, const struct git_place *place,
                         enum git_manager manager, struct str path, struct err *e)
{
    struct entry entry;

    return prepare_entry(in, path, manager, &entry, e) &&
           (manager != MANAGER_LEFTHOOK || install_script(in, place, e)) &&
           write_entry(in, manager, &entry, e);
}

void manager_install(struct install *in, const struct git_place *place, enum git_manager manager)
{
    struct str path = manager_file(in, place, manager);
    struct err e = ERR_NONE;
    bool done = install_both(in, place, manager, path, &e);

    for (int attempt = 1; attempt < INSTALL_ATTEMPTS && e.kind == ERR_TIMEOUT; attempt++) {
        e = ERR_NONE;
        done = install_both(in, place, manager, path, &e);
    }
    if (done)
        remind(in, place, manager);
    else
        install_refuse(in, manager_name(manager), path, &e);
}

/* --- Uninstall --- */

static bool uninstall_entry(struct install *in, const struct git_place *place,
                            enum git_manager manager, struct err *e)
{
    struct install_file file;
    struct install_record record;
    struct str text;
    bool done = false;

    if (!install_read(in, manager_file(in, place, manager), &file, e) ||
        !install_recall(in, &file, &record, e))
        return false;
    if (record.found && !install_undo(in, manager_name(manager), &file, &record, &done, e))
        return false;
    if (done || !entry_is_there(in, manager, file.path, file.text))
        return true;
    if (!entry_cut(in, manager, file.path, file.text, &text))
        return err_set(e, ERR_REFUSED, STR_FMT ": the entry was changed after it was installed",
                       STR_ARG(file.path)) ||
               err_hint(e, "take it out by hand");
    return install_put_back(in, manager_name(manager), &file, &record, text, e);
}

void manager_uninstall(struct install *in, const struct git_place *place, enum git_manager manager)
{
    struct err e = ERR_NONE;

    if ((manager == MANAGER_LEFTHOOK && !uninstall_script(in, place, &e)) ||
        !uninstall_entry(in, place, manager, &e))
        install_refuse(in, manager_name(manager), manager_file(in, place, manager), &e);
}
