#include "deploys/judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "deploys/follow.h"
#include "deploys/mask.h"
#include "deploys/powershell.h"
#include "deploys/recognise.h"

#define CANDIDATES_MAX 64u /* programs among the words of one that nobody knows */

bool value_is_known(const struct shell_value *value)
{
    return str_find_byte(value->text, SHELL_UNKNOWN) == SIZE_MAX;
}

struct shell_value word_value(struct str text)
{
    return (struct shell_value){.text = text,
                                .known = str_find_byte(text, SHELL_UNKNOWN) == SIZE_MAX};
}

struct call call_of_words(const struct call *outer, const struct shell_value *words, size_t count)
{
    struct call call = *outer;

    call.words = words;
    call.count = count;
    call.language = STR_NONE;
    call.depth++;
    return call;
}

/* A wrapper nobody told us of: would its arguments be a deploy on their own? */
static bool judge_unknown_wrapper(struct recogniser *r, struct shell_state *state,
                                  const struct call *call, const struct line *line, struct err *e)
{
    const struct pack_tables *t = r->tables;
    unsigned candidates = 0;

    for (size_t i = 1; i + 1 < call->count; i++) { /* a program's name alone says nothing */
        struct call inner = call_of_words(call, call->words + i, call->count - i);
        struct line inner_line;
        enum match_answer answer;
        uint32_t first;
        if (!value_is_known(&call->words[i]) || call->words[i].text.length == 0 ||
            call->words[i].text.bytes[0] == '-')
            continue;
        struct call alone = call_of_words(call, call->words + i, 1);
        line_build(r, &alone, &inner_line);
        if (!pack_names_find(t, t->program_names, t->program_name_count, inner_line.name, &first))
            continue;
        if (++candidates > CANDIDATES_MAX)
            return judge_unparsable(r, &inner, inner_line.name, "too many words", e);
        line_build(r, &inner, &inner_line);
        inner.suspected = true;
        inner.why = str_printf(r->arena, "\"" STR_FMT "\" is not known and may run it",
                               STR_ARG(line->program));
        if (!match_line(r, &inner, &inner_line, &answer, e))
            return false;
        if (answer != MATCH_NONE)
            return true;
    }
    (void)state;
    return true;
}

/* `PROGRAM … -- COMMAND`, where the program is known but not as one that runs others. */
static bool judge_behind_separator(struct recogniser *r, const struct call *call,
                                   const struct line *line, struct err *e)
{
    const struct pack_tables *t = r->tables;
    size_t at = 1;
    uint32_t first;

    while (at < call->count && !str_eq(call->words[at].text, STR("--")))
        at++;
    if (at + 2 >= call->count)
        return true;
    struct call inner = call_of_words(call, call->words + at + 1, call->count - at - 1);
    struct line inner_line;
    enum match_answer answer;
    line_build(r, &inner, &inner_line);
    if (!pack_names_find(t, t->program_names, t->program_name_count, inner_line.name, &first))
        return true;
    inner.suspected = true;
    inner.why = str_printf(r->arena, "\"" STR_FMT "\" may run it", STR_ARG(line->program));
    return match_line(r, &inner, &inner_line, &answer, e);
}

/* `TOOL deploy`, `TOOL app deploy`: a program nobody told us of, asked for a deploy by the first of its words. */
static bool judge_unknown_tool(struct recogniser *r, const struct call *call,
                               const struct line *line, struct err *e)
{
    struct str verb = line_asked_verb(call);

    if (!str_contains(verb, STR("deploy")) || line->is_path ||
        str_starts(call->words[0].text, STR("@")) || str_starts(line->name, STR("create-")) ||
        powershell_is_data(line->name))
        return true;
    return follow_suspect(
        r, call, verb, STR(""),
        str_printf(r->arena, "\"" STR_FMT "\" is not known", STR_ARG(line->program)), e);
}

/* Programs whose arguments are never commands (echo, grep…), and those we know as deploy tools, runners or wrappers. */
static bool is_data_program(const struct recogniser *r, const struct line *line)
{
    const struct pack_tables *t = r->tables;
    uint32_t first;
    uint32_t count =
        pack_names_find(t, t->wrapper_names, t->wrapper_name_count, line->name, &first);

    for (uint32_t i = first; i < first + count; i++)
        if (t->wrappers[t->wrapper_names[i].index].kind == WRAPPER_DATA)
            return true;
    return str_starts(line->name, STR("Get-")); /* of PowerShell */
}

/* `curl -X POST "$RENDER_DEPLOY_HOOK_URL"`: the address is a secret, but its variable's name is not. */
static bool judge_hook_variable(struct recogniser *r, const struct call *call,
                                const struct line *line, struct err *e)
{
    static const char *const programs[] = {"curl", "wget", "http", "xh", "httpie"};
    bool sends = false;

    for (size_t i = 0; i < COUNT_OF(programs); i++)
        sends = sends || str_eq(line->name, str_from(programs[i]));
    for (size_t i = 1; sends && call->state && i < call->count; i++) {
        if (value_is_known(&call->words[i]))
            continue;
        struct str source = shell_state_source(call->state, call->words[i].span);
        if (!str_contains(source, STR("$")) || !str_contains(source, STR("DEPLOY")) ||
            !str_contains(source, STR("HOOK")))
            continue;
        return report_suspected(
            r, call, line_show(r, call, line), "http-deploy-hook",
            str_printf(r->arena, "the name of " STR_FMT " promises a deploy hook", STR_ARG(source)),
            e);
    }
    return true;
}

typedef bool handler(struct recogniser *, struct shell_state *, const struct call *,
                     const struct line *, bool *, struct err *);

static bool run_handlers(struct recogniser *r, struct shell_state *state, const struct call *call,
                         const struct line *line, bool *ret_handled, struct err *e)
{
    static handler *const handlers[] = {code_call, peel_call, follow_call};

    *ret_handled = false;
    if (!git_push_call(r, state, call, line, ret_handled, e))
        return false;
    for (size_t i = 0; i < COUNT_OF(handlers) && !*ret_handled; i++)
        if (!handlers[i](r, state, call, line, ret_handled, e))
            return false;
    return true;
}

/* `$SUDO kubectl apply`, `env $(cat .env) npx sst deploy`: the first word may be none, or settings. */
static bool judge_unknown_program(struct recogniser *r, struct shell_state *state,
                                  const struct call *call, const struct line *line, struct err *e)
{
    size_t before = r->deploys->count;
    struct line inner_line;

    if (call->count > 2 && call->words[0].may_vanish) {
        struct call inner = call_of_words(call, call->words + 1, call->count - 1);
        inner.suspected = true;
        inner.why = STR("the words before it are not known before it runs");
        line_build(r, &inner, &inner_line);
        if (inner_line.in_index && !judge_call(r, state, &inner, e))
            return false;
    }
    return r->deploys->count > before || match_unknown_program(r, call, line, e);
}

bool judge_call(struct recogniser *r, struct shell_state *state, const struct call *call,
                struct err *e)
{
    struct line line;
    enum match_answer answer;
    bool migrates, handled;

    if (!call->count || str_is_empty(call->words[0].text))
        return true;
    line_build(r, call, &line);
    context_choose(r, state, call, &line);
    if (call->depth > CALL_DEPTH_MAX)
        return judge_unparsable(r, call, line.canonical, "wrapped too deeply", e);
    if (!protect_call(r, call, &line, e) || !match_line(r, call, &line, &answer, e))
        return false;
    if (answer != MATCH_NONE)
        return true;
    if (str_eq(line.name, UNKNOWN_TEXT))
        r->unknowns++;
    if (str_eq(line.name, UNKNOWN_TEXT) && !line.is_path)
        return judge_unknown_program(r, state, call, &line, e);
    if (!match_migration(r, &line, &migrates, e))
        return false;
    if (migrates) {
        r->migration_seen = true;
        return true;
    }
    if (!judge_hook_variable(r, call, &line, e))
        return false;
    if (is_data_program(r, &line))
        return true;
    if (!run_handlers(r, state, call, &line, &handled, e))
        return false;
    if (handled)
        return true;
    if (line.in_index)
        return judge_behind_separator(r, call, &line, e);
    size_t before = r->deploys->count;
    if (!judge_unknown_wrapper(r, state, call, &line, e))
        return false;
    return r->deploys->count > before || judge_unknown_tool(r, call, &line, e);
}

static void move_frame(struct recogniser *r, size_t line)
{
    if (!r->frames.count || VEC_LAST(&r->frames).fixed)
        return;
    struct frame *frame = &VEC_LAST(&r->frames);
    frame->line = frame->first_line + line - 1;
}

/* `shopt -s nocasematch`, `declare -n reference=name`: comparisons and names are no longer what they seem. */
static bool changes_comparisons(const struct call *call)
{
    static const char *const declaring[] = {"declare", "typeset", "local"};
    struct str name = call->words[0].text;

    if (str_eq(name, STR("shopt")))
        return true;
    for (size_t i = 0; i < COUNT_OF(declaring); i++)
        if (str_eq(name, str_from(declaring[i])) && call->count > 1 &&
            str_starts(call->words[1].text, STR("-")) &&
            str_find_byte(call->words[1].text, 'n') != SIZE_MAX)
            return true;
    return false;
}

/* shopt -s dotglob, zsh's setopt globdots */
static bool shows_hidden(const struct call *call)
{
    struct str name = call->words[0].text;

    if (!str_eq(name, STR("shopt")) && !str_eq(name, STR("setopt")))
        return false;
    for (size_t i = 1; i < call->count; i++)
        if (str_eq_nocase(call->words[i].text, STR("dotglob")) ||
            str_eq_nocase(call->words[i].text, STR("globdots")) ||
            str_eq_nocase(call->words[i].text, STR("glob_dots")))
            return !str_eq(call->words[1].text, STR("-u"));
    return false;
}

/* What the evaluator calls for each simple command. */
static bool visit(void *context, struct shell_state *state, const struct shell_command *command,
                  struct err *e)
{
    struct recogniser *r = context;
    struct call call = {.words = command->words.items,
                        .count = command->words.count,
                        .directory = command->directory,
                        .piped_from = command->piped_from,
                        .writers = command->writers,
                        .state = state,
                        .reading = command->alternative > 0,
                        .remote = r->remote,
                        .host = r->host,
                        .suspected = r->suspected,
                        .why = r->why,
                        .depth = r->depth,
                        .input = {command->input, command->input_text.text, command->directory}};

    if (command->input == INPUT_INHERITED)
        call.input = r->inherited;
    for (size_t i = 0; i < command->setting_count; i++)
        VEC_PUSH(r->arena, &call.settings, command->settings[i]);
    move_frame(r, command->line);
    r->visited++;
    output_remember(r, command);
    if (!protect_outputs(r, state, command, e))
        return false;
    if (changes_comparisons(&call))
        shell_state_doubt(state);
    r->hidden_too = r->hidden_too || shows_hidden(&call);
    return judge_call(r, state, &call, e);
}

/* `> file` alone. */
static bool visit_redirections(void *context, struct shell_state *state,
                               const struct shell_command *command, struct err *e)
{
    struct recogniser *r = context;

    move_frame(r, command->line);
    return protect_outputs(r, state, command, e);
}

static const struct shell_visitor *visitor_of(struct recogniser *r)
{
    struct shell_visitor *visitor = ARENA_NEW(r->arena, struct shell_visitor);

    visitor->context = r;
    visitor->command = visit;
    visitor->output = output_of;
    visitor->redirections = visit_redirections;
    return visitor;
}

bool judge_unparsable(struct recogniser *r, const struct call *call, struct str text,
                      const char *message, struct err *e)
{
    const struct config *config = config_of(r, call->directory, e);

    if (!config)
        return false;
    struct str word = find_deploy_word(r, text, config);
    if (!word.length)
        return true;
    return report_suspected(r, call, mask_shown(r->arena, deploys_mask(r->arena, text)),
                            "unreadable-text",
                            str_printf(r->arena,
                                       "\"" STR_FMT "\" stands in text that cannot be "
                                       "read: %s",
                                       STR_ARG(word), message),
                            e);
}

/* What stands before a command is in the environment of the shells it starts; not of those on another machine. */
static void bind_settings(struct shell_state *state, const struct call *call)
{
    for (size_t i = 0; i < call->settings.count && !call->remote; i++) {
        struct shell_value value = call->settings.items[i].value;
        if (!value.text.bytes) /* to most programs, taken away and empty are one */
            value = word_value(STR(""));
        shell_state_set_variable(state, call->settings.items[i].name, value);
        shell_state_export(state, call->settings.items[i].name);
    }
}

struct shell_state *judge_fork(struct shell_state *state, const struct call *call)
{
    struct shell_state *fork = shell_state_fork(state);

    shell_state_set_directory(fork, call->directory);
    bind_settings(fork, call);
    return fork;
}

bool judge_file_text(struct recogniser *r, struct shell_state *state, const struct call *call,
                     struct str text, bool same_shell, struct err *e)
{
    struct recogniser saved = *r;
    struct err why = ERR_NONE;
    bool good = false;

    r->inherited = call->input;
    r->remote = call->remote;
    r->host = call->host;
    r->suspected = call->suspected;
    r->why = call->why;
    r->depth = call->depth + 1;
    if (r->depth > CALL_DEPTH_MAX) {
        err_set(&why, ERR_LIMIT, "nested too deeply");
    } else {
        if (same_shell) /* A=1 eval '…': they stay, as of a special builtin */
            bind_settings(state, call);
        good = shell_evaluate(same_shell ? state : judge_fork(state, call), text, &why);
    }
    r->inherited = saved.inherited;
    r->remote = saved.remote;
    r->host = saved.host;
    r->suspected = saved.suspected;
    r->why = saved.why;
    r->depth = saved.depth;
    if (good)
        return true;
    if (why.kind != ERR_INPUT && why.kind != ERR_LIMIT) {
        *e = why;
        return false;
    }
    return judge_unparsable(r, call, text, why.message, e);
}

bool judge_text(struct recogniser *r, struct shell_state *state, const struct call *call,
                struct str text, bool same_shell, struct err *e)
{
    size_t index = r->frames.count;
    bool was_fixed = index && r->frames.items[index - 1].fixed;

    if (index) /* lines inside this text are not lines of the file */
        r->frames.items[index - 1].fixed = true;
    bool good = judge_file_text(r, state, call, text, same_shell, e);
    if (index)
        r->frames.items[index - 1].fixed = was_fixed;
    return good;
}

struct recogniser *recogniser_new(struct arena *arena, struct configs *configs,
                                  const struct pack_tables *tables, struct deploys *deploys)
{
    struct recogniser *r = ARENA_NEW(arena, struct recogniser);

    r->arena = arena;
    r->configs = configs;
    r->tables = tables;
    r->deploys = deploys;
    r->commands = ARENA_ARRAY(arena, tables->rule_count + 1, struct regex *);
    r->unlesses = ARENA_ARRAY(arena, tables->rule_count + 1, struct regex *);
    r->settings = ARENA_ARRAY(arena, tables->rule_count + 1, struct regex *);
    r->program_unlesses = ARENA_ARRAY(arena, tables->program_count + 1, struct regex *);
    r->migrations = ARENA_ARRAY(arena, tables->wrapper_count + 1, struct regex *);
    r->protect = &protect_builtin;
    return r;
}

bool recogniser_run(struct recogniser *r, enum shell_dialect dialect, struct str text,
                    struct str directory, struct str home, struct err *e)
{
    struct call call = {.directory = directory};

    if (!r->visitor)
        r->visitor = visitor_of(r);
    struct shell_state *state = shell_state_new(r->arena, directory, home, r->visitor);
    call.state = state;
    if (dialect == DIALECT_POWERSHELL)
        return protect_text(r, &call, text, e) && powershell_judge(r, state, &call, text, e);
    struct err why = ERR_NONE;
    bool certain, good = shell_evaluate(state, text, &why);
    if (!good && why.kind != ERR_INPUT && why.kind != ERR_LIMIT) {
        *e = why;
        return false;
    }
    /* Hosts that run PowerShell do not always say so. */
    if (r->deploys->count == 0 && powershell_likely(text, &certain)) {
        if (!powershell_judge(r, state, &call, text, e))
            return false;
        /* What is only too much for us may well run in a shell. */
        if (r->deploys->count || (certain && why.kind != ERR_LIMIT))
            return true;
    }
    return good || judge_unparsable(r, &call, text, why.message, e);
}

void recogniser_inherit(struct recogniser *r)
{
    r->inherits = true;
}

struct str recogniser_home(void)
{
    return str_from(getenv("HOME"));
}

void recogniser_explain(struct recogniser *r, recogniser_tried *tried, void *context)
{
    r->tried = tried;
    r->tried_context = context;
}

void recogniser_protect(struct recogniser *r, const struct protect_tables *protect,
                        struct tampers *tampers)
{
    r->protect = protect;
    r->tampers = tampers;
}

bool deploys_recognise(struct arena *arena, struct configs *configs, const struct request *request,
                       struct deploys *ret_deploys, struct tampers *ret_tampers, struct err *e)
{
    struct deploys deploys = {0};
    struct tampers tampers = {0};

    if (request->runs_shell) {
        struct recogniser *r = recogniser_new(arena, configs, &pack_builtin, &deploys);
        r->tampers = &tampers;
        recogniser_inherit(r);
        if (!recogniser_run(r, request->dialect, request->command, request->cwd, recogniser_home(),
                            e))
            return false;
    }
    *ret_deploys = deploys;
    *ret_tampers = tampers;
    return true;
}
