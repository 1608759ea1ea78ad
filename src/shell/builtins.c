#include "shell/evaluator.h"

bool builtin_declares(struct str name)
{
    static const char *const NAMES[] = {"export", "local", "declare", "readonly", "typeset", NULL};

    return str_is_one_of(name, NAMES);
}

static struct shell_values words_from(const struct shell_values *words, size_t from)
{
    struct shell_values rest = {.items = words->items + from, .count = words->count - from};

    rest.capacity = rest.count;
    return rest;
}

struct shell_values builtin_words(const struct shell_command *command)
{
    struct shell_values words = command->words;

    while (words.count > 1 && (str_eq(words.items[0].text, STR("command")) ||
                               str_eq(words.items[0].text, STR("builtin"))))
        words = words_from(&words, 1);
    return words;
}

/* The first word that is no option; words.count when there is none. */
static size_t first_operand(const struct shell_values *words)
{
    for (size_t i = 1; i < words->count; i++) {
        struct str text = words->items[i].text;
        if (str_eq(text, STR("--")))
            return i + 1;
        if (text.length < 2 || text.bytes[0] != '-')
            return i;
    }
    return words->count;
}

static void change_to(struct shell_state *state, const struct shell_value *place)
{
    state_change_directory(state, place->text, place->known && !place->glob && place->text.length);
}

static void change_home(struct shell_state *state)
{
    size_t count;
    const struct datum *home = state_variable(state, STR("HOME"), &count);
    struct str path = state->session->home;

    if (home->kind == DATUM_TEXT)
        path = count == 1 ? home->text : STR("");
    state_change_directory(state, path, path.length && value_from_text(path).known);
}

static void run_cd(struct shell_state *state, const struct shell_values *words)
{
    size_t at = first_operand(words);

    if (at >= words->count)
        change_home(state);
    else if (str_eq(words->items[at].text, STR("-")))
        state_change_directory(state, state->previous, state->previous_known);
    else
        change_to(state, &words->items[at]);
}

static void run_pushd(struct shell_state *state, const struct shell_values *words)
{
    struct directories *top = ARENA_NEW(state->session->arena, struct directories);
    size_t at = first_operand(words);

    *top = (struct directories){state->pushed, state->directory, state->directory_known};
    if (at < words->count && str_starts(words->items[at].text, STR("+"))) {
        state->directory_known = false;
    } else if (at < words->count) {
        state->pushed = top;
        change_to(state, &words->items[at]);
    } else if (state->pushed) {
        top->below = state->pushed->below;
        state_change_directory(state, state->pushed->path, state->pushed->known);
        state->pushed = top;
    }
}

static void run_popd(struct shell_state *state)
{
    const struct directories *top = state->pushed;

    if (!top) {
        state->directory_known = false;
        return;
    }
    state->pushed = top->below;
    state_change_directory(state, top->path, top->known);
}

static void run_alias(struct shell_state *state, const struct shell_values *words)
{
    for (size_t i = 1; i < words->count; i++) {
        struct str text = words->items[i].text;
        size_t equals = str_find_byte(text, '=');
        struct datum *alias = ARENA_NEW(state->session->arena, struct datum);
        if (equals == SIZE_MAX || equals == 0 || !words->items[i].known)
            continue;
        *alias = datum_text(str_from_offset(text, equals + 1));
        state_bind(state, BINDING_ALIAS, str_prefix(text, equals), alias, 1, false);
    }
}

static void run_unalias(struct shell_state *state, const struct shell_values *words)
{
    for (size_t i = 1; i < words->count; i++)
        if (state_find(state, BINDING_ALIAS, words->items[i].text))
            state_bind(state, BINDING_ALIAS, words->items[i].text, &DATUM_IS_UNSET, 1, false);
}

static void run_getopts(struct shell_state *state, const struct shell_values *words)
{
    if (words->count > 2 && name_is_valid(words->items[2].text))
        state_bind_text(state, words->items[2].text, UNKNOWN_TEXT, false);
    state_bind_text(state, STR("OPTARG"), UNKNOWN_TEXT, false);
    state_bind_text(state, STR("OPTIND"), UNKNOWN_TEXT, false);
}

static bool run_let(struct shell_state *state, const struct shell_values *words, struct err *e)
{
    for (size_t i = 1; i < words->count; i++) {
        bool known;
        int64_t number;
        if (!arithmetic_evaluate(state, words->items[i].text, &known, &number, e))
            return false;
    }
    return true;
}

/* printf -v name format … */
static bool run_printf(struct shell_state *state, const struct shell_values *words, struct err *e)
{
    struct str text;

    if (words->count < 3 || !str_eq(words->items[1].text, STR("-v")) ||
        !name_is_valid(words->items[2].text))
        return true;
    if (!output_printf(state, words->items + 3, words->count - 3, &text, e))
        return false;
    state_bind_text(state, words->items[2].text, text, false);
    return true;
}

enum builtin {
    BUILTIN_NONE,
    BUILTIN_CD,
    BUILTIN_PUSHD,
    BUILTIN_POPD,
    BUILTIN_SET,
    BUILTIN_OPTIONS,
    BUILTIN_SHIFT,
    BUILTIN_UNSET,
    BUILTIN_READ,
    BUILTIN_MAPFILE,
    BUILTIN_ALIAS,
    BUILTIN_UNALIAS,
    BUILTIN_LET,
    BUILTIN_PRINTF,
    BUILTIN_GETOPTS,
    BUILTIN_DECLARE,
    BUILTIN_EXIT,
    BUILTIN_RETURN,
    BUILTIN_BREAK,
    BUILTIN_CONTINUE,
};

static enum builtin builtin_of(struct str name)
{
    static const struct {
        struct str name;
        enum builtin builtin;
    } BUILTINS[] = {
        {STR_INIT("cd"), BUILTIN_CD},
        {STR_INIT("pushd"), BUILTIN_PUSHD},
        {STR_INIT("popd"), BUILTIN_POPD},
        {STR_INIT("set"), BUILTIN_SET},
        {STR_INIT("shopt"), BUILTIN_OPTIONS},
        {STR_INIT("setopt"), BUILTIN_OPTIONS},
        {STR_INIT("unsetopt"), BUILTIN_OPTIONS},
        {STR_INIT("shift"), BUILTIN_SHIFT},
        {STR_INIT("unset"), BUILTIN_UNSET},
        {STR_INIT("read"), BUILTIN_READ},
        {STR_INIT("mapfile"), BUILTIN_MAPFILE},
        {STR_INIT("readarray"), BUILTIN_MAPFILE},
        {STR_INIT("alias"), BUILTIN_ALIAS},
        {STR_INIT("unalias"), BUILTIN_UNALIAS},
        {STR_INIT("let"), BUILTIN_LET},
        {STR_INIT("printf"), BUILTIN_PRINTF},
        {STR_INIT("getopts"), BUILTIN_GETOPTS},
        {STR_INIT("export"), BUILTIN_DECLARE},
        {STR_INIT("declare"), BUILTIN_DECLARE},
        {STR_INIT("local"), BUILTIN_DECLARE},
        {STR_INIT("readonly"), BUILTIN_DECLARE},
        {STR_INIT("typeset"), BUILTIN_DECLARE},
        {STR_INIT("exit"), BUILTIN_EXIT},
        {STR_INIT("return"), BUILTIN_RETURN},
        {STR_INIT("break"), BUILTIN_BREAK},
        {STR_INIT("continue"), BUILTIN_CONTINUE},
    };

    for (size_t i = 0; i < COUNT_OF(BUILTINS); i++)
        if (str_eq(BUILTINS[i].name, name))
            return BUILTINS[i].builtin;
    return BUILTIN_NONE;
}

/* Only where they have a meaning: elsewhere the shell complains and goes on. */
static void leave(struct shell_state *state, enum builtin builtin)
{
    if (builtin == BUILTIN_EXIT)
        state->flow = FLOW_EXIT;
    else if (builtin == BUILTIN_RETURN && state->in_function)
        state->flow = FLOW_RETURN;
    else if (builtin == BUILTIN_BREAK && state->loops)
        state->flow = FLOW_BREAK;
    else if (builtin == BUILTIN_CONTINUE && state->loops)
        state->flow = FLOW_CONTINUE;
}

bool builtin_run(struct shell_state *state, const struct shell_node *node,
                 const struct shell_command *command, struct err *e)
{
    struct shell_values words = builtin_words(command);
    enum builtin builtin = words.items[0].known ? builtin_of(words.items[0].text) : BUILTIN_NONE;

    switch (builtin) {
    case BUILTIN_NONE:
        return true;
    case BUILTIN_CD:
        run_cd(state, &words);
        return true;
    case BUILTIN_PUSHD:
        run_pushd(state, &words);
        return true;
    case BUILTIN_POPD:
        run_popd(state);
        return true;
    case BUILTIN_SET:
        builtin_set(state, &words);
        return true;
    case BUILTIN_OPTIONS:
        builtin_options(state, &words);
        return true;
    case BUILTIN_SHIFT:
        builtin_shift(state, &words);
        return true;
    case BUILTIN_UNSET:
        builtin_unset(state, &words);
        return true;
    case BUILTIN_READ:
        builtin_read(state, command, &words);
        return true;
    case BUILTIN_MAPFILE:
        builtin_mapfile(state, &words);
        return true;
    case BUILTIN_ALIAS:
        run_alias(state, &words);
        return true;
    case BUILTIN_UNALIAS:
        run_unalias(state, &words);
        return true;
    case BUILTIN_LET:
        return run_let(state, &words, e);
    case BUILTIN_PRINTF:
        return run_printf(state, &words, e);
    case BUILTIN_GETOPTS:
        run_getopts(state, &words);
        return true;
    case BUILTIN_DECLARE:
        return builtin_declare(state, node, &words, e);
    case BUILTIN_EXIT:
    case BUILTIN_RETURN:
    case BUILTIN_BREAK:
    case BUILTIN_CONTINUE:
        leave(state, builtin);
        return true;
    }
    return true;
}
