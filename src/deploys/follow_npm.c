/* follow_npm.c -- scripts of package.json: npm, pnpm, yarn, bun, npm-run-all, and task runners over workspaces. */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "deploys/follow.h"
#include "deploys/workspaces.h"

static const char *const builtins[] = {"add",       "audit",
                                       "bin",       "cache",
                                       "ci",        "config",
                                       "create",    "dedupe",
                                       "dlx",       "exec",
                                       "x",         "explain",
                                       "fetch",     "global",
                                       "help",      "import",
                                       "info",      "init",
                                       "install",   "i",
                                       "link",      "list",
                                       "ls",        "licenses",
                                       "login",     "logout",
                                       "node",      "outdated",
                                       "owner",     "pack",
                                       "patch",     "patch-commit",
                                       "plugin",    "prune",
                                       "publish",   "rebuild",
                                       "remove",    "rm",
                                       "root",      "self-update",
                                       "server",    "set",
                                       "store",     "team",
                                       "uninstall", "unlink",
                                       "up",        "update",
                                       "upgrade",   "version",
                                       "why",       "workspaces",
                                       "whoami",    "env",
                                       "setup",     "constraints",
                                       "pm",        "unplug",
                                       "view",      "check",
                                       "doctor",    "approve-builds",
                                       "test",      NULL};

/* Where a key stands in the file, for trails: the line of `"name":`, behind `"section"`. */
static size_t line_of_key(struct recogniser *r, struct str text, const char *section,
                          struct str name)
{
    struct str quoted = str_printf(r->arena, "\"" STR_FMT "\"", STR_ARG(name));
    size_t start = str_find(text, str_printf(r->arena, "\"%s\"", section)), line, column;

    if (start == SIZE_MAX)
        start = 0;
    for (size_t from = start; from < text.length;) {
        size_t at = str_find(str_from_offset(text, from), quoted);
        if (at == SIZE_MAX)
            break;
        size_t end = from + at + quoted.length;
        size_t next = end;
        while (next < text.length && memchr(" \t\r\n", text.bytes[next], 4))
            next++;
        if (next < text.length && text.bytes[next] == ':') {
            str_position(text, from + at, &line, &column);
            return line;
        }
        from = end;
    }
    return 1;
}

/* Appends words as a shell would have to see them again. */
static struct str with_arguments(struct recogniser *r, struct str text,
                                 const struct shell_value *arguments, size_t count)
{
    struct buf out = buf_new(r->arena, REQUEST_MAX);

    buf_add(&out, text);
    for (size_t i = 0; i < count; i++) {
        buf_add(&out, STR(" '"));
        for (size_t k = 0; k < arguments[i].text.length; k++) {
            if (arguments[i].text.bytes[k] == '\'')
                buf_add(&out, STR("'\\'"));
            buf_add_byte(&out, arguments[i].text.bytes[k]);
        }
        buf_add_byte(&out, '\'');
    }
    return buf_str(&out);
}

struct package {
    struct followed file;
    cJSON *document;
};

static bool run_one(struct recogniser *r, struct shell_state *state, const struct call *call,
                    const struct package *package, struct str name,
                    const struct shell_value *arguments, size_t count, bool *ret_known,
                    struct err *e)
{
    const cJSON *scripts = json_get(package->document, "scripts");
    struct str text = json_string(scripts, str_c(r->arena, name));

    *ret_known = text.bytes != NULL;
    if (!*ret_known || !follow_enter(r, package->file.path, name))
        return true;
    struct call inner = *call;
    inner.depth++;
    inner.directory = path_directory(package->file.path);
    inner.input = (struct input){0};
    text = with_arguments(r, str_copy(r->arena, text), arguments, count);
    follow_push_frame(r, package->file.shown, line_of_key(r, package->file.text, "scripts", name),
                      true);
    bool good = judge_file_text(r, state, &inner, text, false, e);
    follow_pop_frame(r);
    follow_leave(r);
    return good;
}

/* The package.json of the directory or above it, as npm looks for it. */
static void find_package(struct recogniser *r, const struct call *call, struct str directory,
                         struct followed *ret)
{
    for (unsigned step = 0; step < 32; step++) {
        follow_read(r, call, path_join(r->arena, directory, STR("package.json")), ret);
        if (ret->found || directory.length <= 1)
            return;
        struct str git = path_join(r->arena, directory, STR(".git"));
        if (file_kind(r->arena, git) != FILE_ABSENT)
            return;
        directory = path_directory(directory);
    }
}

static bool run_glob(struct recogniser *r, struct shell_state *state, const struct call *call,
                     const struct package *package, struct str name,
                     const struct shell_value *arguments, size_t count, bool *ret_known,
                     struct err *e)
{
    const cJSON *scripts = json_get(package->document, "scripts"), *script;
    bool known;

    cJSON_ArrayForEach(script, scripts)
    {
        struct str key = str_from(script->string);
        if (!glob_matches(name, key))
            continue;
        *ret_known = true;
        if (!run_one(r, state, call, package, key, arguments, count, &known, e))
            return false;
    }
    return true;
}

bool npm_run_script(struct recogniser *r, struct shell_state *state, const struct call *call,
                    struct str directory, struct str name, const struct shell_value *arguments,
                    size_t argument_count, bool *ret_known, struct err *e)
{
    struct package package = {0};
    struct err why = ERR_NONE;
    bool known;

    *ret_known = false;
    find_package(r, call, directory, &package.file);
    if (!package.file.found || str_find_byte(name, SHELL_UNKNOWN) != SIZE_MAX) {
        size_t before = r->deploys->count;
        bool good =
            follow_suspect(r, call, name, STR(""), STR("there is no package.json to read"), e);
        *ret_known = r->deploys->count > before;
        return good;
    }
    if (package.file.why.length || !json_parse(r->arena, package.file.text, JSON_STRICT,
                                               "package.json", &package.document, &why)) {
        *ret_known = true;
        return follow_suspect(r, call, name, package.file.text, STR("package.json cannot be read"),
                              e);
    }
    CLEANUP_WITH(json_release) cJSON *document = package.document;
    if (str_find_byte(name, '*') != SIZE_MAX)
        return run_glob(r, state, call, &package, name, arguments, argument_count, ret_known, e);
    if (!json_string(json_get(document, "scripts"), str_c(r->arena, name)).bytes)
        return true;
    struct str pre = str_printf(r->arena, "pre" STR_FMT, STR_ARG(name));
    struct str post = str_printf(r->arena, "post" STR_FMT, STR_ARG(name));
    size_t before = r->deploys->count, unknowns = r->unknowns;
    if (!run_one(r, state, call, &package, pre, NULL, 0, &known, e) ||
        !run_one(r, state, call, &package, name, arguments, argument_count, ret_known, e) ||
        !run_one(r, state, call, &package, post, NULL, 0, &known, e))
        return false;
    if (r->deploys->count > before)
        return true;
    return follow_promise(
        r, call, name, json_string(json_get(document, "scripts"), str_c(r->arena, name)),
        package.file.shown, line_of_key(r, package.file.text, "scripts", name), unknowns, e);
}

struct npm_words {
    struct str directory;
    struct strs workspaces; /* as named by -w, --filter… */
    bool all_workspaces;
    bool excused;
    struct str sub; /* run, deploy… */
    size_t rest;    /* index of the word behind it */
};

static void read_words(struct recogniser *r, const struct call *call, struct npm_words *ret)
{
    static const char *const directories[] = {"-C", "--dir", "--cwd", "--prefix", NULL};
    static const char *const workspaces[] = {"-w", "--workspace", "--filter", "-F", NULL};
    static const char *const with_value[] = {"--loglevel",
                                             "--reporter",
                                             "--script-shell",
                                             "--workspace-concurrency",
                                             "--userconfig",
                                             "--registry",
                                             "-j",
                                             NULL};
    bool yarn_or_bun = str_starts(path_base_name(call->words[0].text), STR("yarn"));
    size_t i = 1;

    ret->directory = call->directory;
    for (; i < call->count; i++) {
        struct str word = call->words[i].text, value = STR_NONE;
        if (word.length < 2 || word.bytes[0] != '-' || str_eq(word, STR("--")))
            break;
        size_t equals = str_find_byte(word, '=');
        struct str name = str_prefix(word, equals);
        bool directory = str_is_one_of(name, directories);
        bool workspace = str_is_one_of(name, workspaces) &&
                         !(str_eq(name, STR("-w")) &&
                           (yarn_or_bun || str_starts(call->words[0].text, STR("pnpm"))));
        bool other = str_is_one_of(name, with_value);
        if (directory || workspace || other)
            value = equals != SIZE_MAX    ? str_from_offset(word, equals + 1)
                    : i + 1 < call->count ? call->words[++i].text
                                          : STR("");
        if (directory)
            ret->directory = path_join(r->arena, ret->directory, value);
        if (workspace)
            VEC_PUSH(r->arena, &ret->workspaces, value);
        if (str_eq(word, STR("-r")) || str_eq(word, STR("--recursive")) ||
            str_eq(word, STR("--workspaces")) || str_eq(word, STR("-ws")))
            ret->all_workspaces = true;
        if (str_eq(word, STR("--help")) || str_eq(word, STR("-h")) ||
            str_eq(word, STR("--version")) || str_eq(word, STR("-v")))
            ret->excused = true;
    }
    if (i < call->count)
        ret->sub = call->words[i].text;
    ret->rest = i + 1;
}

/* The options that npm and its kin accept behind `run`, too: moves them into the words, returns what is left. */
static void read_script_words(struct recogniser *r, const struct call *call, struct npm_words *n,
                              struct str *ret_name)
{
    struct call rest = *call;
    struct npm_words more = {0};

    if (n->rest == 0 || n->rest > call->count)
        return;
    rest.words = call->words + n->rest - 1;
    rest.count = call->count - n->rest + 1;
    struct shell_value *words = ARENA_ARRAY(r->arena, rest.count, struct shell_value);
    memcpy(words, rest.words, rest.count * sizeof words[0]);
    words[0] = call->words[0];
    rest.words = words;
    rest.directory = n->directory;
    read_words(r, &rest, &more);
    n->directory = more.directory;
    n->all_workspaces = n->all_workspaces || more.all_workspaces;
    for (size_t i = 0; i < more.workspaces.count; i++)
        VEC_PUSH(r->arena, &n->workspaces, more.workspaces.items[i]);
    *ret_name = more.sub;
    n->rest = n->rest - 1 + more.rest;
}

/* npm also takes -w and --prefix behind the script's name; what stands behind "--" belongs to the script. */
static void read_tail(struct recogniser *r, const struct call *call, struct npm_words *n,
                      struct shell_value **ret_arguments, size_t *ret_count)
{
    size_t count = 0, from = n->rest < call->count ? n->rest : call->count;
    struct shell_value *arguments =
        ARENA_ARRAY(r->arena, call->count - from + 1, struct shell_value);
    bool npm = str_eq(path_base_name(call->words[0].text), STR("npm")), separated = false;

    for (size_t i = from; i < call->count; i++) {
        struct str word = call->words[i].text;
        if (!separated && str_eq(word, STR("--"))) {
            separated = true;
            continue;
        }
        bool value_next = i + 1 < call->count;
        if (npm && !separated && value_next &&
            (str_eq(word, STR("-w")) || str_eq(word, STR("--workspace")))) {
            VEC_PUSH(r->arena, &n->workspaces, call->words[++i].text);
        } else if (npm && !separated && str_starts(word, STR("--workspace="))) {
            VEC_PUSH(r->arena, &n->workspaces, str_from_offset(word, 12));
        } else if (npm && !separated && value_next &&
                   (str_eq(word, STR("--prefix")) || str_eq(word, STR("-C")))) {
            n->directory = path_join(r->arena, n->directory, call->words[++i].text);
        } else if (npm && !separated && str_eq(word, STR("--workspaces"))) {
            n->all_workspaces = true;
        } else if (!(npm && !separated && str_starts(word, STR("-")))) {
            arguments[count++] = call->words[i];
        }
    }
    *ret_arguments = arguments;
    *ret_count = count;
}

static bool run_in_workspaces(struct recogniser *r, struct shell_state *state,
                              const struct call *call, struct npm_words *n, struct str name,
                              const struct shell_value *arguments, size_t count, bool *ret_known,
                              struct err *e)
{
    struct strs directories = {0};
    bool known, found = false;

    for (size_t i = 0; i < n->workspaces.count; i++)
        workspaces_find(r, call, n->directory, n->workspaces.items[i], &directories);
    if (n->all_workspaces && !n->workspaces.count)
        workspaces_find(r, call, n->directory, STR("*"), &directories);
    for (size_t i = 0; i < directories.count; i++) {
        if (!npm_run_script(r, state, call, directories.items[i], name, arguments, count, &known,
                            e))
            return false;
        found = found || known;
    }
    *ret_known = found;
    if (directories.count)
        return true;
    size_t before = r->deploys->count;
    bool good = follow_suspect(r, call, name, STR(""), STR("its workspace is not found"), e);
    *ret_known = r->deploys->count > before;
    return good;
}

static bool run_named(struct recogniser *r, struct shell_state *state, const struct call *call,
                      struct npm_words *n, struct str name, bool *ret_known, struct err *e)
{
    struct shell_value *arguments;
    size_t count;

    read_tail(r, call, n, &arguments, &count);
    if (n->workspaces.count || n->all_workspaces)
        return run_in_workspaces(r, state, call, n, name, arguments, count, ret_known, e);
    return npm_run_script(r, state, call, n->directory, name, arguments, count, ret_known, e);
}

/* yarn, pnpm and bun take a script's name without `run`, else a program's. */
static bool run_bare(struct recogniser *r, struct shell_state *state, const struct call *call,
                     struct npm_words *n, struct err *e)
{
    struct followed file = {0};
    bool known = false;

    find_package(r, call, n->directory, &file);
    if (file.found || n->workspaces.count) {
        if (!run_named(r, state, call, n, n->sub, &known, e))
            return false;
        if (known)
            return true;
    }
    struct call inner = call_of_words(call, call->words + n->rest - 1, call->count - n->rest + 1);
    inner.directory = n->directory;
    size_t before = r->deploys->count;
    if (!judge_call(r, state, &inner, e))
        return false;
    if (r->deploys->count > before || file.found)
        return true;
    return follow_suspect(r, call, n->sub, STR(""), STR("there is no package.json to read"), e);
}

/* `yarn workspace NAME script`, `yarn workspaces foreach … run script` */
static bool read_yarn_workspace(struct recogniser *r, const struct call *call, struct npm_words *n)
{
    size_t i = n->rest;

    if (str_eq(n->sub, STR("workspace")) && i + 1 < call->count) {
        VEC_PUSH(r->arena, &n->workspaces, call->words[i].text);
        n->sub = call->words[i + 1].text;
        n->rest = i + 2;
        return true;
    }
    if (!str_eq(n->sub, STR("workspaces")))
        return false;
    while (i < call->count && !str_eq(call->words[i].text, STR("run")))
        i++;
    if (i + 1 >= call->count)
        return false;
    n->all_workspaces = true;
    n->sub = STR("run");
    n->rest = i + 1;
    return true;
}

/* `npm run cdk -- deploy` without a package.json to look into: most likely the tool of that name. */
static bool judge_as_tool(struct recogniser *r, struct shell_state *state, const struct call *call,
                          const struct npm_words *n, struct str name, struct err *e)
{
    const struct pack_tables *t = r->tables;
    uint32_t first;
    size_t count = 0, from = n->rest < call->count ? n->rest : call->count;
    struct shell_value *words = ARENA_ARRAY(r->arena, call->count - from + 1, struct shell_value);

    if (!pack_names_find(t, t->program_names, t->program_name_count, name, &first) ||
        str_eq(name, STR("deploy")))
        return true;
    words[count++] = word_value(name);
    for (size_t i = from; i < call->count; i++)
        if (!str_eq(call->words[i].text, STR("--")))
            words[count++] = call->words[i];
    struct call inner = call_of_words(call, words, count);
    inner.suspected = true;
    inner.why = str_printf(r->arena, "the script \"" STR_FMT "\" cannot be read", STR_ARG(name));
    return judge_call(r, state, &inner, e);
}

static bool package_manager_call(struct recogniser *r, struct shell_state *state,
                                 const struct call *call, bool npm, bool *ret_handled,
                                 struct err *e)
{
    static const char *const run[] = {"run", "run-script", "rum", "urn", NULL};
    static const char *const scripts[] = {"start", "stop", "restart", "test", "t", "tst", NULL};
    struct npm_words n = {0};
    bool known;

    read_words(r, call, &n);
    if (n.excused || !n.sub.length)
        return true;
    if (!npm)
        read_yarn_workspace(r, call, &n);
    struct str name = n.sub;
    bool named = str_is_one_of(n.sub, run);
    if (named)
        read_script_words(r, call, &n, &name);
    if (named && !name.length)
        return true;
    if (n.workspaces.count && str_eq(n.sub, STR("exec")) && n.rest < call->count) {
        struct call inner = call_of_words(call, call->words + n.rest, call->count - n.rest);
        *ret_handled = true;
        return judge_call(r, state, &inner, e);
    }
    if (str_eq(name, STR("t")) || str_eq(name, STR("tst")))
        name = STR("test");
    if (named || str_is_one_of(n.sub, scripts)) {
        *ret_handled = true;
        if (!run_named(r, state, call, &n, name, &known, e))
            return false;
        if (!known && npm && named && !judge_as_tool(r, state, call, &n, name, e))
            return false;
        /* `bun run file.ts`, `pnpm run bin` */
        if (known || npm || !named || n.rest > call->count)
            return true;
        struct call inner = call_of_words(call, call->words + n.rest - 1, call->count - n.rest + 1);
        return judge_call(r, state, &inner, e);
    }
    if (npm || str_is_one_of(n.sub, builtins) ||
        (str_eq(n.sub, STR("deploy")) && str_starts(call->words[0].text, STR("pnpm"))))
        return true;
    *ret_handled = true;
    return run_bare(r, state, call, &n, e);
}

/* npm-run-all, run-s, run-p: each operand is a script's name. */
static bool run_all(struct recogniser *r, struct shell_state *state, const struct call *call,
                    struct err *e)
{
    for (size_t i = 1; i < call->count; i++) {
        struct str name = call->words[i].text;
        bool known;
        if (str_eq(name, STR("--")))
            break;
        if (str_starts(name, STR("-")))
            continue;
        name = str_cut(&name, ' ');
        if (!npm_run_script(r, state, call, call->directory, name, NULL, 0, &known, e))
            return false;
    }
    return true;
}

/* turbo, lerna, nx: a task's name stands for the script of that name in every workspace. */
static bool task_runner(struct recogniser *r, struct shell_state *state, const struct call *call,
                        const struct line *line, bool *ret_handled, struct err *e)
{
    static const char *const plans[] = {"--dry-run", "--dry", "--dryRun", "--graph"};
    struct strs directories = {0};
    size_t from = 0;
    bool known;

    for (size_t i = 1; i < call->count; i++)
        for (size_t n = 0; n < COUNT_OF(plans); n++) {
            struct str word = call->words[i].text, plan = str_from(plans[n]);
            if (str_eq(str_prefix(word, str_find_byte(word, '=')), plan) &&
                !str_ends(word, STR("=false"))) {
                *ret_handled = true; /* shows what would run */
                return true;
            }
        }
    if (line->operands.count && (str_eq(line->operands.items[0], STR("run")) ||
                                 str_eq(line->operands.items[0], STR("run-many"))))
        from = 1;
    workspaces_find(r, call, call->directory, STR("*"), &directories);
    for (size_t i = from; i < line->operands.count; i++)
        for (size_t d = 0; d < directories.count; d++) {
            struct str name = line->operands.items[i];
            size_t colon = str_find_byte(name, ':');
            if (colon != SIZE_MAX && str_eq(line->name, STR("nx")))
                name = str_from_offset(name, colon + 1);
            if (!npm_run_script(r, state, call, directories.items[d], name, NULL, 0, &known, e))
                return false;
            *ret_handled = *ret_handled || known;
        }
    return true;
}

bool npm_call(struct recogniser *r, struct shell_state *state, const struct call *call,
              const struct line *line, bool *ret_handled, struct err *e)
{
    static const char *const managers[] = {"npm",     "pnpm", "yarn", "bun",
                                           "yarnpkg", "ni",   "nr",   NULL};
    static const char *const all[] = {"npm-run-all", "npm-run-all2", "run-s", "run-p", NULL};
    static const char *const runners[] = {"turbo", "lerna", "nx", "lage", "wsrun", "ultra", NULL};

    if (str_is_one_of(line->name, managers))
        return package_manager_call(r, state, call, str_eq(line->name, STR("npm")), ret_handled, e);
    if (str_is_one_of(line->name, all)) {
        *ret_handled = true;
        return run_all(r, state, call, e);
    }
    if (str_is_one_of(line->name, runners))
        return task_runner(r, state, call, line, ret_handled, e);
    return true;
}
