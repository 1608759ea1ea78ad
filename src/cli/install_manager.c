/* Hook managers: an entry in their own configuration, so that they go on looking after the hook. */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/quote.h"
#include "cli/install_git.h"
#include "cli/lefthook_json.h"
#include "cli/yaml_lines.h"

#define BLOCK_BEGIN "# >>> hookcheck"
#define BLOCK_END "# <<< hookcheck"
#define LEFTHOOK_TABLE "[pre-push.scripts.hookcheck]"
#define ZEROS "0000000000000000000000000000000000000000"

static const char *const lefthook_files[] = {
    "lefthook.yml",   "lefthook.yaml",        ".lefthook.yml",
    ".lefthook.yaml", ".config/lefthook.yml", ".config/lefthook.yaml",
    "lefthook.toml",  ".lefthook.toml",       ".config/lefthook.toml",
    "lefthook.json",  ".lefthook.json",       ".config/lefthook.json",
    "lefthook.jsonc", ".lefthook.jsonc",      ".config/lefthook.jsonc"};

const char *manager_name(enum git_manager manager)
{
    static const char *const names[] = {"", "husky", "lefthook", "pre-commit"};

    return names[manager];
}

static struct str first_of(struct install *in, struct str top, const char *const *names,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str path = path_join(in->arena, top, str_from(names[i]));
        if (file_kind(in->arena, path) == FILE_REGULAR)
            return path;
    }
    return STR_NONE;
}

struct str manager_file(struct install *in, const struct git_place *place, enum git_manager manager)
{
    if (manager == MANAGER_HUSKY)
        return path_join(in->arena, place->top, STR(".husky/pre-push"));
    if (manager == MANAGER_PRE_COMMIT)
        return path_join(in->arena, place->top, STR(".pre-commit-config.yaml"));
    struct str found = first_of(in, place->top, lefthook_files, COUNT_OF(lefthook_files));
    return found.bytes ? found : path_join(in->arena, place->top, STR("lefthook.yml"));
}

static bool path_is_husky(struct str hooks_path)
{
    hooks_path = str_trim_bytes(hooks_path, "/");
    return str_ends(hooks_path, STR(".husky/_")) || str_ends(hooks_path, STR(".husky"));
}

enum git_manager manager_find(struct install *in, const struct git_place *place)
{
    if (path_is_husky(place->hooks_path))
        return MANAGER_HUSKY;
    if (first_of(in, place->top, lefthook_files, COUNT_OF(lefthook_files)).bytes)
        return MANAGER_LEFTHOOK;
    if (file_kind(in->arena, manager_file(in, place, MANAGER_PRE_COMMIT)) == FILE_REGULAR)
        return MANAGER_PRE_COMMIT;
    /* husky before its first `npm install`: core.hooksPath is not set yet, but will be. */
    return file_kind(in->arena, path_join(in->arena, place->top, STR(".husky"))) == FILE_DIRECTORY
               ? MANAGER_HUSKY
               : MANAGER_NONE;
}

/* These files are shared: the name that PATH finds suits everybody, our absolute path only this machine. */
static struct str shared_program(struct install *in)
{
    struct str ask[] = {STR("sh"), STR("-c"), STR("command -v " GIT_HOOK_PROGRAM)}, found;

    if (install_ask(in->arena, in->cli->directory, ask, COUNT_OF(ask), &found, NULL))
        return STR(GIT_HOOK_PROGRAM);
    return shell_quote(in->arena, install_program(in, GIT_HOOK_PROGRAM));
}

/* --- Texts --- */

/* Both ours and what stands below it read all of standard input. */
static struct str husky_block(struct install *in)
{
    return str_printf(in->arena,
                      BLOCK_BEGIN
                      ": may this push go out?\n"
                      "hookcheck_feed=$(mktemp) && cat >\"$hookcheck_feed\" || exit 2\n" STR_FMT
                      " \"$@\" <\"$hookcheck_feed\" || { rm -f \"$hookcheck_feed\"; exit 2; }\n"
                      "exec <\"$hookcheck_feed\" && rm -f \"$hookcheck_feed\"\n" BLOCK_END "\n",
                      STR_ARG(shared_program(in)));
}

/* Behind what must come first: the interpreter, and husky 8's own line. */
static size_t husky_offset(struct str text)
{
    struct str rest = text, line;
    size_t at = 0;

    while (str_next_line(&rest, &line)) {
        bool first = at == 0 && str_starts(line, STR("#!"));
        if (!first && !str_contains(line, STR("husky.sh")))
            break;
        at = text.length - rest.length;
    }
    return at;
}

static bool husky_edit(struct install *in, struct str text, size_t *ret_at, struct str *ret_piece)
{
    *ret_at = husky_offset(text);
    bool open_line = *ret_at && text.bytes[*ret_at - 1] != '\n';
    *ret_piece =
        str_printf(in->arena, "%s" STR_FMT, open_line ? "\n" : "", STR_ARG(husky_block(in)));
    return true;
}

/* A script, not a command: lefthook skips commands of pre-push when HEAD has nothing new, also when another branch is pushed. */
static struct str lefthook_entry(struct install *in, struct str indent, struct str unit, bool list)
{
    struct str inner = str_printf(in->arena, STR_FMT STR_FMT, STR_ARG(indent), STR_ARG(unit));

    if (list)
        return str_printf(in->arena,
                          STR_FMT "- name: hookcheck\n" STR_FMT "  script: hookcheck\n" STR_FMT
                                  "  runner: sh\n" STR_FMT "  use_stdin: true\n",
                          STR_ARG(indent), STR_ARG(indent), STR_ARG(indent), STR_ARG(indent));
    return str_printf(in->arena,
                      STR_FMT "hookcheck:\n" STR_FMT "runner: sh\n" STR_FMT "use_stdin: true\n",
                      STR_ARG(indent), STR_ARG(inner), STR_ARG(inner));
}

/* Is the hook's table, or that of its scripts, written so that no table can be added to it? */
static bool toml_is_closed(struct str text)
{
    struct str rest = text, line, table = STR("");

    while (str_next_line(&rest, &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("["))) {
            table = str_trim_bytes(str_cut(&line, '#'), " []");
            continue;
        }
        struct str key = str_trim_bytes(str_cut(&line, '='), " \t\"'");
        bool of_hook = str_eq(table, STR("pre-push"));
        if ((!table.length && str_starts(key, STR("pre-push"))) ||
            (of_hook && str_starts(key, STR("scripts"))) ||
            (str_eq(table, STR("pre-push.scripts")) && str_starts(key, STR("hookcheck"))))
            return true;
    }
    return false;
}

static bool lefthook_toml_edit(struct install *in, struct str text, size_t *ret_at,
                               struct str *ret_piece)
{
    const char *apart = !text.length ? "" : str_ends(text, STR("\n")) ? "\n" : "\n\n";

    if (toml_is_closed(text))
        return false;
    *ret_at = text.length;
    *ret_piece =
        str_printf(in->arena, "%s" LEFTHOOK_TABLE "\nrunner = \"sh\"\nuse_stdin = true\n", apart);
    return true;
}

static bool lefthook_edit(struct install *in, struct str text, size_t *ret_at,
                          struct str *ret_piece)
{
    struct yaml_block hook, scripts;
    struct str unit = STR("  ");
    const char *open_line = text.length && !str_ends(text, STR("\n")) ? "\n" : "";

    if (!yaml_find(text, 0, text.length, STR(""), "pre-push", &hook)) {
        *ret_at = text.length;
        *ret_piece = str_printf(in->arena, "%spre-push:\n  scripts:\n" STR_FMT, open_line,
                                STR_ARG(lefthook_entry(in, STR("    "), unit, false)));
        return true;
    }
    if (hook.value.length || hook.list)
        return false;
    struct str inner = hook.indent.bytes ? hook.indent : unit;
    bool jobs = yaml_find(text, hook.body, hook.end, inner, "jobs", &scripts);
    if (!jobs && !yaml_find(text, hook.body, hook.end, inner, "scripts", &scripts)) {
        *ret_at = hook.body;
        struct str deeper = str_printf(in->arena, STR_FMT STR_FMT, STR_ARG(inner), STR_ARG(inner));
        *ret_piece = str_printf(in->arena, "%s" STR_FMT "scripts:\n" STR_FMT,
                                hook.body == text.length ? open_line : "", STR_ARG(inner),
                                STR_ARG(lefthook_entry(in, deeper, inner, false)));
        return true;
    }
    if (scripts.value.length || scripts.list != jobs || !scripts.indent.bytes)
        return false;
    *ret_at = scripts.body;
    *ret_piece = lefthook_entry(in, scripts.indent, inner, jobs);
    return true;
}

/* pre-commit gives its hooks no standard input but variables: the line is written again from them. */
static const char pre_commit_feed[] =
    "sh -c 'printf \"%s %s %s %s\\n\" \"$PRE_COMMIT_LOCAL_BRANCH\" "
    "\"${PRE_COMMIT_TO_REF:-$(git rev-parse \"$PRE_COMMIT_LOCAL_BRANCH\")}\" "
    "\"$PRE_COMMIT_REMOTE_BRANCH\" \"${PRE_COMMIT_FROM_REF:-" ZEROS "}\" | ";

/* The stage's name changed with 3.2; later ones warn of the old name, earlier ones refuse the new one. */
static const char *pre_commit_stage(struct install *in)
{
    struct str ask[] = {STR("pre-commit"), STR("--version")}, version;

    if (!install_ask(in->arena, in->cli->directory, ask, COUNT_OF(ask), &version, NULL))
        return "pre-push";
    (void)str_cut(&version, ' ');
    static const char *const old[] = {"0.", "1.", "2.", "3.0.", "3.1."};
    for (size_t i = 0; i < COUNT_OF(old); i++)
        if (str_starts(version, str_from(old[i])))
            return "push";
    return "pre-push";
}

static bool pre_commit_edit(struct install *in, struct str text, size_t *ret_at,
                            struct str *ret_piece)
{
    struct yaml_block repos;

    if (!yaml_find(text, 0, text.length, STR(""), "repos", &repos) || repos.value.length ||
        (repos.indent.bytes && !repos.list))
        return false;
    struct str indent = repos.indent.bytes ? repos.indent : STR("");
    const char *open_line = repos.body == text.length && !str_ends(text, STR("\n")) ? "\n" : "";
    *ret_at = repos.body;
    *ret_piece = str_printf(
        in->arena,
        "%s" STR_FMT "- repo: local\n" STR_FMT "  hooks:\n" STR_FMT "  - id: hookcheck\n" STR_FMT
        "    name: hookcheck\n" STR_FMT "    entry: %s" STR_FMT
        " \"$PRE_COMMIT_REMOTE_NAME\" \"$PRE_COMMIT_REMOTE_URL\"'\n" STR_FMT
        "    language: system\n" STR_FMT "    stages: [%s]\n" STR_FMT
        "    always_run: true\n" STR_FMT "    pass_filenames: false\n",
        open_line, STR_ARG(indent), STR_ARG(indent), STR_ARG(indent), STR_ARG(indent),
        STR_ARG(indent), pre_commit_feed, STR_ARG(shared_program(in)), STR_ARG(indent),
        STR_ARG(indent), pre_commit_stage(in), STR_ARG(indent), STR_ARG(indent));
    return true;
}

/* --- Install --- */

/* Is it a configuration of lefthook in JSON? */
static bool is_json(struct install *in, enum git_manager manager, struct str path, struct str text,
                    struct lefthook_text *ret)
{
    *ret = (struct lefthook_text){.name = str_c(in->arena, path), .text = text};
    return manager == MANAGER_LEFTHOOK && lefthook_is_json(path, &ret->comments);
}

static bool is_there(struct install *in, enum git_manager manager, struct str path, struct str text)
{
    struct str rest = text, line;
    struct lefthook_text json;

    if (is_json(in, manager, path, text, &json))
        return lefthook_json_is_there(in->arena, &json);
    while (str_next_line(&rest, &line)) {
        line = str_trim(line);
        if (manager == MANAGER_HUSKY ? str_starts(line, STR(BLOCK_BEGIN))
            : manager == MANAGER_PRE_COMMIT
                ? str_eq(line, STR("- id: hookcheck"))
                : str_eq(line, STR(LEFTHOOK_TABLE)) || str_eq(line, STR("hookcheck:")) ||
                      str_eq(line, STR("- name: hookcheck")))
            return true;
    }
    return false;
}

static bool edit(struct install *in, enum git_manager manager, struct str path, struct str text,
                 size_t *ret_at, struct str *ret_piece, struct err *e)
{
    struct lefthook_text json;

    if (is_json(in, manager, path, text, &json))
        return lefthook_json_add(in->arena, &json, ret_at, ret_piece, e);
    if (manager == MANAGER_HUSKY)
        return husky_edit(in, text, ret_at, ret_piece);
    bool toml = manager == MANAGER_LEFTHOOK && str_ends(path, STR(".toml"));
    bool good = toml                          ? lefthook_toml_edit(in, text, ret_at, ret_piece)
                : manager == MANAGER_LEFTHOOK ? lefthook_edit(in, text, ret_at, ret_piece)
                                              : pre_commit_edit(in, text, ret_at, ret_piece);
    if (good && str_contains(text, STR("\r\n")))
        *ret_piece = yaml_with_crlf(in->arena, *ret_piece);
    return good;
}

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
    ret->there = is_there(in, manager, path, ret->file.text);
    if (ret->there)
        return true;
    if (ret->file.exists)
        text = ret->file.text;
    else if (manager == MANAGER_PRE_COMMIT)
        text = STR("repos:\n");
    if (!edit(in, manager, path, text, &at, &piece, e)) {
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
    bool active = manager == MANAGER_HUSKY && path_is_husky(place->hooks_path);

    if (manager != MANAGER_HUSKY && file_read(in->arena, path, FILE_MAX, &hook, &ignored))
        active = str_contains(hook, str_from(manager_name(manager)));
    if (active || in->print)
        return;
    install_note(in, manager_name(manager), STR_NONE, "note", STR("its own hook is not in place"),
                 manager == MANAGER_HUSKY      ? STR("npx husky")
                 : manager == MANAGER_LEFTHOOK ? STR("lefthook install")
                                               : STR("pre-commit install -t pre-push"));
}

static struct str source_directory(struct install *in, struct str path, struct str text)
{
    struct lefthook_text json;
    struct yaml_block source;
    struct str value = STR_NONE;

    if (is_json(in, MANAGER_LEFTHOOK, path, text, &json))
        value = lefthook_json_value(in->arena, &json, "source_dir");
    else if (yaml_find(text, 0, text.length, STR(""), "source_dir", &source))
        value = str_trim_bytes(source.value, "\"'");
    return value.length ? value : STR(".lefthook");
}

/* What lefthook's entry starts: .lefthook/pre-push/hookcheck. */
static struct str script_path(struct install *in, const struct git_place *place)
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
        STR_ARG(shared_program(in)));
}

static bool install_script(struct install *in, const struct git_place *place, struct err *e)
{
    struct install_file file;
    struct install_change change = {.mode = 0755, .text = script_text(in), .inserted = STR("")};

    if (!install_read(in, script_path(in, place), &file, e))
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

    if (!install_read(in, script_path(in, place), &file, e) ||
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

static struct str without(struct install *in, struct str text, size_t from, size_t to)
{
    return str_printf(in->arena, STR_FMT STR_FMT, STR_ARG(str_prefix(text, from)),
                      STR_ARG(str_from_offset(text, to)));
}

static bool cut_entry(struct install *in, enum git_manager manager, struct str path,
                      struct str text, struct str *ret_text)
{
    size_t at, from;
    struct str piece;
    struct lefthook_text json;
    struct err ignored = ERR_NONE;

    if (manager == MANAGER_HUSKY) {
        from = str_find(text, STR(BLOCK_BEGIN));
        size_t end = str_find(text, STR(BLOCK_END "\n"));
        if (from == SIZE_MAX || end == SIZE_MAX || end < from)
            return false;
        *ret_text = without(in, text, from, end + strlen(BLOCK_END "\n"));
        return true;
    }
    if (is_json(in, manager, path, text, &json))
        return lefthook_json_cut(in->arena, &json, ret_text);
    /* As it would be written today, in the text without it: found by writing it where it would stand. */
    if (!edit(in, manager, path, text, &at, &piece, &ignored))
        return false;
    from = str_find(text, piece);
    if (from == SIZE_MAX)
        return false;
    *ret_text = without(in, text, from, from + piece.length);
    return true;
}

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
    if (done || !is_there(in, manager, file.path, file.text))
        return true;
    if (!cut_entry(in, manager, file.path, file.text, &text))
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
