/* Our entries in the hook managers' files: where they stand, and how they read. */
#include "cli/manager_entry.h"

#include <string.h>

#include "base/quote.h"
#include "cli/yaml_lines.h"
#include "readers/toml.h"

#define BLOCK_BEGIN "# >>> hookcheck"
#define BLOCK_END "# <<< hookcheck"
#define LEFTHOOK_TABLE "[pre-push.scripts.hookcheck]"
#define ZEROS "0000000000000000000000000000000000000000"

/* These files are shared: the name that PATH finds suits everybody, our absolute path only this machine. */
struct str entry_program(struct install *in)
{
    struct str ask[] = {STR("sh"), STR("-c"), STR("command -v " GIT_HOOK_PROGRAM)}, found;

    if (install_ask(in->arena, in->cli->directory, ask, COUNT_OF(ask), &found, NULL))
        return STR(GIT_HOOK_PROGRAM);
    return shell_quote(in->arena, install_program(in, GIT_HOOK_PROGRAM));
}

/* Both ours and what stands below it read all of standard input. */
static struct str husky_block(struct install *in)
{
    return str_printf(in->arena,
                      BLOCK_BEGIN
                      ": may this push go out?\n"
                      "hookcheck_feed=$(mktemp) && cat >\"$hookcheck_feed\" || exit 2\n" STR_FMT
                      " \"$@\" <\"$hookcheck_feed\" || { rm -f \"$hookcheck_feed\"; exit 2; }\n"
                      "exec <\"$hookcheck_feed\" && rm -f \"$hookcheck_feed\"\n" BLOCK_END "\n",
                      STR_ARG(entry_program(in)));
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
        STR_ARG(indent), pre_commit_feed, STR_ARG(entry_program(in)), STR_ARG(indent),
        STR_ARG(indent), pre_commit_stage(in), STR_ARG(indent), STR_ARG(indent));
    return true;
}

/* Is it a configuration of lefthook in JSON? */
bool entry_is_json(struct install *in, enum git_manager manager, struct str path, struct str text,
                   struct lefthook_text *ret)
{
    *ret = (struct lefthook_text){.name = str_c(in->arena, path), .text = text};
    return manager == MANAGER_LEFTHOOK && lefthook_is_json(path, &ret->comments);
}

static bool has_line(struct str text, const char *wanted)
{
    struct str line;

    while (str_next_line(&text, &line))
        if (str_starts(str_trim(line), str_from(wanted)))
            return true;
    return false;
}

/* Below pre-push: a script or a job of that name in another hook is somebody else's. */
static bool lefthook_has_entry(struct str text)
{
    struct yaml_block hook, scripts, script;

    if (!yaml_find(text, 0, text.length, STR(""), "pre-push", &hook) || !hook.indent.bytes)
        return false;
    if (yaml_find(text, hook.body, hook.end, hook.indent, "jobs", &scripts) &&
        has_line(str_slice(text, scripts.body, scripts.end), "- name: hookcheck"))
        return true;
    return yaml_find(text, hook.body, hook.end, hook.indent, "scripts", &scripts) &&
           scripts.indent.bytes &&
           yaml_find(text, scripts.body, scripts.end, scripts.indent, "hookcheck", &script);
}

bool entry_is_there(struct install *in, enum git_manager manager, struct str path, struct str text)
{
    struct lefthook_text json;

    if (entry_is_json(in, manager, path, text, &json))
        return lefthook_json_is_there(in->arena, &json);
    if (manager == MANAGER_HUSKY)
        return has_line(text, BLOCK_BEGIN);
    if (manager == MANAGER_PRE_COMMIT)
        return has_line(text, "- id: hookcheck");
    return str_ends(path, STR(".toml")) ? has_line(text, LEFTHOOK_TABLE) : lefthook_has_entry(text);
}

static bool yaml_skips(struct str text, size_t from, size_t to, struct str indent)
{
    struct yaml_block skip;

    return indent.bytes && yaml_find(text, from, to, indent, "skip", &skip) &&
           str_eq(skip.value, STR("true"));
}

static bool json_skips(struct arena *arena, struct str path, struct str text)
{
    JSON_DOCUMENT(document);
    struct err unreadable = ERR_NONE;

    if (!json_parse(arena, text, JSON_COMMENTS, str_c(arena, path), &document, &unreadable))
        return false;
    const cJSON *hook = json_get(document, "pre-push");
    return json_is_true(json_get(hook, "skip")) ||
           json_is_true(json_get(json_get(json_get(hook, "scripts"), "hookcheck"), "skip"));
}

static bool toml_skips(struct arena *arena, struct str text)
{
    struct toml toml;

    toml_parse(arena, text, &toml);
    const struct toml_entry *hook = toml_get(&toml, STR("pre-push.skip")),
                            *script = toml_get(&toml, STR("pre-push.scripts.hookcheck.skip"));
    return (hook && hook->truth) || (script && script->truth);
}

bool entry_is_skipped(struct arena *arena, struct str path, struct str text)
{
    struct yaml_block hook, scripts, script;
    bool comments;

    if (lefthook_is_json(path, &comments))
        return json_skips(arena, path, text);
    if (str_ends(path, STR(".toml")))
        return toml_skips(arena, text);
    if (!yaml_find(text, 0, text.length, STR(""), "pre-push", &hook))
        return false;
    if (yaml_skips(text, hook.body, hook.end, hook.indent))
        return true;
    return hook.indent.bytes &&
           yaml_find(text, hook.body, hook.end, hook.indent, "scripts", &scripts) &&
           scripts.indent.bytes &&
           yaml_find(text, scripts.body, scripts.end, scripts.indent, "hookcheck", &script) &&
           yaml_skips(text, script.body, script.end, script.indent);
}

bool entry_add(struct install *in, enum git_manager manager, struct str path, struct str text,
               size_t *ret_at, struct str *ret_piece, struct err *e)
{
    struct lefthook_text json;

    if (entry_is_json(in, manager, path, text, &json))
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

static struct str without(struct install *in, struct str text, size_t from, size_t to)
{
    return str_printf(in->arena, STR_FMT STR_FMT, STR_ARG(str_prefix(text, from)),
                      STR_ARG(str_from_offset(text, to)));
}

bool entry_cut(struct install *in, enum git_manager manager, struct str path, struct str text,
               struct str *ret_text)
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
    if (entry_is_json(in, manager, path, text, &json))
        return lefthook_json_cut(in->arena, &json, ret_text);
    /* As it would be written today, in the text without it: found by writing it where it would stand. */
    if (!entry_add(in, manager, path, text, &at, &piece, &ignored))
        return false;
    from = str_find(text, piece);
    if (from == SIZE_MAX)
        return false;
    *ret_text = without(in, text, from, from + piece.length);
    return true;
}
