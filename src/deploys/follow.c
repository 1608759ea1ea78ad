#include "deploys/follow.h"

#include <string.h>

#include "base/file.h"
#include "deploys/batch.h"
#include "deploys/code.h"

void follow_read(struct recogniser *r, const struct call *call, struct str path,
                 struct followed *ret)
{
    struct err why = ERR_NONE;
    struct str relative, root = root_of(r, call->directory);

    *ret = (struct followed){.path = path_join(r->arena, call->directory, path)};
    ret->shown = ret->path;
    if (root.length && path_relative(root, ret->path, &relative) && relative.length)
        ret->shown = relative;
    for (size_t i = r->written.count; call->remote && i > 0; i--)
        if (str_eq(path_base_name(r->written.items[i - 1].path), path_base_name(path))) {
            ret->found = true; /* written here, copied there */
            ret->text = r->written.items[i - 1].text;
            return;
        }
    if (call->remote || str_has_nul(path) || str_find_byte(path, SHELL_UNKNOWN) != SIZE_MAX)
        return;
    for (size_t i = r->written.count; i > 0; i--)
        if (str_eq(r->written.items[i - 1].path, ret->path)) {
            ret->found = true;
            ret->text = r->written.items[i - 1].text;
            return;
        }
    enum file_kind kind = file_kind(r->arena, ret->path);
    if (kind == FILE_ABSENT || kind == FILE_DIRECTORY)
        return;
    ret->found = true;
    if (++r->files_read > FOLLOW_FILES_MAX)
        ret->why = STR("too many files to follow");
    else if (!file_read(r->arena, ret->path, SCRIPT_MAX, &ret->text, &why))
        ret->why = str_copy(r->arena, str_from(why.message));
}

static struct str target_key(const struct recogniser *r, struct str path, struct str target)
{
    return str_printf(r->arena, STR_FMT "\n" STR_FMT, STR_ARG(path), STR_ARG(target));
}

bool follow_is_open(const struct recogniser *r, struct str path, struct str target)
{
    return strs_have(&r->open_targets, target_key(r, path, target));
}

bool follow_enter(struct recogniser *r, struct str path, struct str target)
{
    struct str key = target_key(r, path, target);

    if (r->open_targets.count >= FOLLOW_DEPTH_MAX || strs_have(&r->open_targets, key))
        return false;
    VEC_PUSH(r->arena, &r->open_targets, key);
    return true;
}

void follow_leave(struct recogniser *r)
{
    r->open_targets.count--;
}

void follow_push_frame(struct recogniser *r, struct str shown, size_t line, bool fixed)
{
    struct frame frame = {.file = shown, .first_line = line, .line = line, .fixed = fixed};

    VEC_PUSH(r->arena, &r->frames, frame);
}

void follow_pop_frame(struct recogniser *r)
{
    r->frames.count--;
}

bool follow_text_at(struct recogniser *r, struct shell_state *state, const struct call *call,
                    struct str shown, size_t line, struct str text, struct err *e)
{
    follow_push_frame(r, shown, line, false);
    bool good = judge_file_text(r, state, call, text, false, e);
    follow_pop_frame(r);
    return good;
}

static struct str shown_words(struct recogniser *r, const struct call *call)
{
    struct line line;

    line_build(r, call, &line);
    return line_show(r, call, &line);
}

/* `deploy.sh --help`: of what is known by its name alone, no more is asked than of a tool we know. */
static bool asks_nothing(const struct recogniser *r, const struct call *call)
{
    const struct pack_tables *t = r->tables;

    for (uint32_t i = 0; i < t->wrapper_count; i++)
        for (size_t from = 0; t->wrappers[i].kind == WRAPPER_NAMES && from < call->count; from++) {
            struct call part = call_of_words(call, call->words + from, call->count - from);
            if (from && !str_eq(call->words[from].text, STR("--")))
                continue; /* `npm run deploy -- --dry-run`: the script's own options */
            if (line_has_option(&part, t, t->wrappers[i].excuses))
                return true;
        }
    return false;
}

bool follow_suspect(struct recogniser *r, const struct call *call, struct str name, struct str text,
                    struct str why, struct err *e)
{
    const struct config *config = config_of(r, call->directory, e);
    struct str shown = call->count ? shown_words(r, call) : name;

    if (!config)
        return false;
    struct str word = find_deploy_word(r, text, config);
    if (word.length)
        return report_suspected(r, call, shown, "unfollowed-file",
                                str_printf(r->arena, STR_FMT "; \"" STR_FMT "\" stands in it",
                                           STR_ARG(why), STR_ARG(word)),
                                e);
    if (!name_promises_deploy(r, name) || asks_nothing(r, call))
        return true;
    return report_suspected(
        r, call, shown, "named-deploy",
        str_printf(r->arena, STR_FMT "; its name promises a deploy", STR_ARG(why)), e);
}

/* "#!/usr/bin/env -S python3 -u" → "python3" */
static struct str shebang_of(struct str text)
{
    struct str line = text, word;

    if (!str_starts(text, STR("#!")))
        return STR_NONE;
    line = str_trim(str_from_offset(str_prefix(text, str_find_byte(text, '\n')), 2));
    for (;;) {
        line = str_trim(line);
        word = str_cut(&line, ' ');
        word = path_base_name(word);
        if (!word.length || (!str_eq(word, STR("env")) && word.bytes[0] != '-'))
            return word;
    }
}

static bool is_kind(const struct recogniser *r, struct str program, uint32_t kind)
{
    const struct pack_tables *t = r->tables;
    uint32_t first;

    while (program.length && strchr("0123456789.", program.bytes[program.length - 1]))
        program.length--;
    uint32_t count = pack_names_find(t, t->wrapper_names, t->wrapper_name_count, program, &first);
    for (uint32_t i = first; i < first + count; i++)
        if (t->wrappers[t->wrapper_names[i].index].kind == kind)
            return true;
    return false;
}

static bool ends_in(struct str path, const char *const *suffixes)
{
    for (size_t i = 0; suffixes[i]; i++)
        if (str_ends(path, str_from(suffixes[i])))
            return true;
    return false;
}

/* Which language is this file? Empty: of the shell; STR_NONE: none we read. */
static bool language_of(const struct recogniser *r, const struct followed *file, bool by_shell,
                        struct str *ret_language)
{
    static const char *const python[] = {".py", NULL};
    static const char *const javascript[] = {".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", NULL};
    static const char *const ruby[] = {".rb", NULL}, *const perl[] = {".pl", ".pm", NULL};
    static const char *const php[] = {".php", NULL};
    static const char *const powershell[] = {".ps1", ".psm1", NULL};
    struct str shebang = shebang_of(file->text);

    *ret_language = STR("");
    if (is_kind(r, shebang, WRAPPER_INTERPRETER))
        *ret_language = shebang;
    else if (ends_in(file->path, python))
        *ret_language = STR("python");
    else if (ends_in(file->path, javascript))
        *ret_language = STR("node");
    else if (ends_in(file->path, ruby))
        *ret_language = STR("ruby");
    else if (ends_in(file->path, perl))
        *ret_language = STR("perl");
    else if (ends_in(file->path, php))
        *ret_language = STR("php");
    else if (ends_in(file->path, powershell))
        *ret_language = STR("pwsh");
    else if (shebang.length && !is_kind(r, shebang, WRAPPER_SHELL))
        return by_shell;
    if (by_shell)
        *ret_language = STR("");
    return true;
}

static bool follow_shell_file(struct recogniser *r, struct shell_state *state,
                              const struct call *call, const struct followed *file,
                              const struct shell_value *arguments, size_t argument_count,
                              bool same_shell, struct err *e)
{
    struct shell_state *inner = same_shell ? state : judge_fork(state, call);

    if (argument_count || !same_shell) {
        static const struct shell_value none = {.text = STR_INIT(""), .known = true};
        if (argument_count)
            shell_state_set_arguments(inner, arguments, argument_count);
        else
            shell_state_set_arguments(inner, &none, 1);
    }
    static const char *const batch[] = {".bat", ".cmd", ".BAT", ".CMD", NULL};
    struct str text =
        ends_in(file->path, batch) ? batch_as_shell(r->arena, file->text) : file->text;
    follow_push_frame(r, file->shown, 1, false);
    bool good = judge_file_text(r, inner, call, text, true, e);
    follow_pop_frame(r);
    return good;
}

/* Does the name promise what the text, fully read, cannot rule out? Programs that reach other machines may deploy without any
 * tool of ours. */
static bool reaches_elsewhere(struct str text)
{
    static const char *const words[] = {"ssh ",  "rsync ", "scp ", "sftp ", "lftp ",
                                        "curl ", "wget ",  "ftp ", "http "};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct str word = str_from(words[i]), rest = text;
        for (;;) {
            size_t at = str_find(rest, word);
            if (at == SIZE_MAX)
                break;
            if (at == 0 || memchr(" \t\n;&|(`'\"", rest.bytes[at - 1], 10))
                return true;
            rest = str_from_offset(rest, at + word.length);
        }
    }
    return false;
}

bool follow_promise(struct recogniser *r, const struct call *call, struct str name, struct str text,
                    struct str shown, size_t line, size_t unknowns_before, struct err *e)
{
    bool elsewhere = reaches_elsewhere(text);

    if (!name_promises_deploy(r, name) || (!elsewhere && r->unknowns == unknowns_before))
        return true;
    follow_push_frame(r, shown, line, true);
    bool good = follow_suspect(
        r, call, name, STR(""),
        str_printf(r->arena, STR_FMT " %s", STR_ARG(shown),
                   elsewhere ? "reaches another machine" : "runs what is not known before it runs"),
        e);
    follow_pop_frame(r);
    return good;
}

static bool follow_other_language(struct recogniser *r, struct shell_state *state,
                                  const struct call *call, const struct followed *file,
                                  struct str language, struct err *e)
{
    size_t before = r->deploys->count;
    struct call inner = *call;

    inner.depth++;
    follow_push_frame(r, file->shown, 1, true);
    bool good = literals_judge(r, state, &inner, language, file->text, e);
    follow_pop_frame(r);
    if (!good || r->deploys->count > before)
        return good;
    if (!name_promises_deploy(r, path_base_name(file->path)))
        return true;
    return follow_suspect(
        r, call, path_base_name(file->path), file->text,
        str_printf(r->arena, STR_FMT " is not a shell script", STR_ARG(file->shown)), e);
}

static bool follow_found(struct recogniser *r, struct shell_state *state, const struct call *call,
                         const struct followed *file, const struct shell_value *arguments,
                         size_t argument_count, bool same_shell, bool by_shell, struct err *e)
{
    size_t before = r->deploys->count, unknowns = r->unknowns;
    struct str language, base = path_base_name(file->path);

    if (file->why.length)
        return follow_suspect(r, call, base, STR(""), file->why, e);
    if (str_has_nul(str_prefix(file->text, 4096)))
        return follow_suspect(
            r, call, base, STR(""),
            str_printf(r->arena, STR_FMT " is a program, not a script", STR_ARG(file->shown)), e);
    if (call->language.length)
        language = path_base_name(call->language);
    else if (!language_of(r, file, by_shell, &language))
        return follow_suspect(
            r, call, base, file->text,
            str_printf(r->arena, STR_FMT " is in a language not read here", STR_ARG(file->shown)),
            e);
    if (!follow_enter(r, file->path, STR("")))
        return true;
    bool good = language.length ? follow_other_language(r, state, call, file, language, e)
                                : follow_shell_file(r, state, call, file, arguments, argument_count,
                                                    same_shell, e);
    follow_leave(r);
    if (!good || language.length || r->deploys->count > before)
        return good;
    return follow_promise(r, call, base, file->text, file->shown, 1, unknowns, e);
}

/* `tools/deploy/index.ts` is called by its directory. */
static struct str telling_name(const struct recogniser *r, struct str path)
{
    static const char *const stems[] = {"index.", "main.", "__main__.", "cli."};
    static const char *const environments[] = {"prod.", "production.", "staging.", "live."};
    struct str base = path_base_name(path);

    if (base.length == path.length)
        return base;
    struct str folder = path_base_name(path_directory(path));
    for (size_t i = 0; i < COUNT_OF(stems); i++)
        if (str_starts(base, str_from(stems[i])))
            return folder;
    for (size_t i = 0; i < COUNT_OF(environments); i++) /* deploy/prod.sh */
        if (str_starts(base, str_from(environments[i])) && name_promises_deploy(r, folder))
            return folder;
    return base;
}

/* What a script that cannot be read is asked for by name: `bash manage.sh deploy`, `./run.sh --deploy`. Its name counts first. */
static struct str promised_name(struct recogniser *r, struct str base,
                                const struct shell_value *arguments, size_t count)
{
    if (name_promises_deploy(r, base))
        return base;
    for (size_t i = 1; i < count; i++) {
        struct str word = str_trim_bytes(arguments[i].text, "-");
        bool option = word.length < arguments[i].text.length;
        if (str_eq(word, STR("deploy")) || str_eq(word, STR("redeploy")))
            return option ? word
                          : str_printf(r->arena, STR_FMT ":" STR_FMT, STR_ARG(base), STR_ARG(word));
        if (!option)
            break;
    }
    return base;
}

bool follow_script(struct recogniser *r, struct shell_state *state, const struct call *call,
                   struct str path, bool path_known, const struct shell_value *arguments,
                   size_t argument_count, bool same_shell, struct err *e)
{
    struct followed file = {0};

    if (argument_count) { /* rules name scripts by their path, however they are started */
        struct call script = call_of_words(call, arguments, argument_count);
        struct line line;
        enum match_answer answer;
        bool migrates;
        line_build(r, &script, &line);
        if (!line.in_index && !call->remote) {
            /* a bare name after an interpreter is a file here, not a program of PATH */
            struct shell_value *words = ARENA_ARRAY(r->arena, argument_count, struct shell_value);
            memcpy(words, arguments, argument_count * sizeof words[0]);
            if (str_find_byte(words[0].text, '/') == SIZE_MAX)
                words[0].text = str_printf(r->arena, "./" STR_FMT, STR_ARG(words[0].text));
            script.words = words;
            line_build(r, &script, &line);
        }
        if (!match_line(r, &script, &line, &answer, e))
            return false;
        if (answer == MATCH_DEPLOY || (answer == MATCH_EXCUSED && !line.in_index))
            return true;
        if (!match_migration(r, &line, &migrates, e))
            return false;
        r->migration_seen = r->migration_seen || migrates;
        if (migrates)
            return true;
    }
    if (path_known)
        follow_read(r, call, path, &file);
    if (!file.found) {
        r->unknowns++;
        if (same_shell)
            shell_state_doubt(state);
        struct str base = telling_name(r, path);
        return follow_suspect(r, call, promised_name(r, base, arguments, argument_count), STR(""),
                              str_printf(r->arena, "\"" STR_FMT "\" cannot be read", STR_ARG(base)),
                              e);
    }
    bool by_shell = !call->language.length && (argument_count == 0 || call->words != arguments);
    return follow_found(r, state, call, &file, arguments, argument_count, same_shell, by_shell, e);
}

/* deploy-rs calls its program `deploy`, and so does everybody else theirs. */
static bool is_anybodys(const struct line *line)
{
    return !line->in_index || str_eq(line->name, STR("deploy"));
}

/* A bare program of PATH: "release-it" and "semantic-release" publish packages; only the word itself, or a deploy in it, promises. */
static bool word_promises_deploy(const struct recogniser *r, struct str word)
{
    if (!name_promises_deploy(r, word))
        return false;
    for (size_t i = 0; i < word.length; i++)
        if (memchr("-_.:", word.bytes[i], 4))
            return str_contains(word, STR("deploy"));
    return true;
}

bool follow_input(struct recogniser *r, struct shell_state *state, const struct call *call,
                  struct str path, const struct shell_value *arguments, size_t argument_count,
                  struct err *e)
{
    struct followed file;
    struct str base = path_base_name(path);

    follow_read(r, call, path, &file);
    if (file.found)
        return follow_found(r, state, call, &file, arguments, argument_count, false, true, e);
    return follow_suspect(r, call, base, STR(""),
                          str_printf(r->arena, "\"" STR_FMT "\" cannot be read", STR_ARG(base)), e);
}

/* A program word that is a path, or a file here: ./deploy.sh, scripts/ship. */
static bool script_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                        const struct line *line, bool *ret_handled, struct err *e)
{
    struct followed file;
    struct str word = call->words[0].text;
    struct str base = path_base_name(word);

    if (!line->is_path) {
        if (!is_anybodys(line) || !word_promises_deploy(r, word))
            return true;
        *ret_handled = true; /* `deploy prod`: a program or alias of the user's own */
        return follow_suspect(r, call, word, STR(""),
                              str_printf(r->arena, "\"" STR_FMT "\" is not known", STR_ARG(word)),
                              e);
    }
    follow_read(r, call, word, &file);
    if (!is_anybodys(line) && !file.found)
        return true;
    if (!file.found)
        base = telling_name(r, word);
    struct str name = promised_name(r, base, call->words, line->in_index ? 1 : call->count);
    *ret_handled = file.found || name_promises_deploy(r, name);
    if (!file.found)
        return follow_suspect(r, call, name, STR(""),
                              str_printf(r->arena, "\"" STR_FMT "\" cannot be read", STR_ARG(base)),
                              e);
    if (line->in_index && str_has_nul(str_prefix(file.text, 4096)))
        return true;
    return follow_found(r, state, call, &file, call->words, call->count, false, false, e);
}

bool follow_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                 const struct line *line, bool *ret_handled, struct err *e)
{
    static runner *const runners[] = {npm_call,  make_call,     just_call,
                                      task_call, composer_call, deno_task_call};

    for (size_t i = 0; i < COUNT_OF(runners) && !*ret_handled; i++)
        if (!runners[i](r, state, call, line, ret_handled, e))
            return false;
    return *ret_handled || script_call(r, state, call, line, ret_handled, e);
}
