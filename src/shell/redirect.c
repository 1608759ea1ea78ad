#include "shell/evaluator.h"

/* What a redirection says about stdin. */
static bool redirect_input(struct shell_state *state, const struct shell_redirection *redirection,
                           struct redirected *redirected, struct err *e)
{
    struct arena *arena = state->session->arena;
    struct shell_value value;

    switch (redirection->kind) {
    case REDIRECT_HERE_DOCUMENT:
        if (!expand_body(state, redirection->body, &value, e))
            return false;
        redirected->input = input_new(arena, INPUT_TEXT, value);
        return true;
    case REDIRECT_HERE_STRING:
        if (!expand_one(state, redirection->target, &value, e) ||
            !session_charge(state->session, value.text.length, e))
            return false;
        struct str parts[2] = {value.text, STR("\n")};
        value.text = str_join(arena, parts, 2, STR(""));
        redirected->input = input_new(arena, INPUT_TEXT, value);
        return true;
    case REDIRECT_DUPLICATE_IN:
        if (!expand_one(state, redirection->target, &value, e))
            return false;
        redirected->input = input_new(arena, INPUT_UNKNOWN, value_from_text(UNKNOWN_TEXT));
        return true;
    default:
        break;
    }
    if (!expand_one(state, redirection->target, &value, e))
        return false;
    if (!value.content)
        redirected->input = input_new(arena, INPUT_FILE, value);
    else if (text_is_unknown(value.content->text))
        redirected->input = input_new(arena, INPUT_UNKNOWN, *value.content);
    else
        redirected->input = input_new(arena, INPUT_TEXT, *value.content);
    return true;
}

static bool is_input(enum shell_redirection_kind kind)
{
    switch (kind) {
    case REDIRECT_READ:
    case REDIRECT_READ_WRITE:
    case REDIRECT_DUPLICATE_IN:
    case REDIRECT_HERE_DOCUMENT:
    case REDIRECT_HERE_STRING:
        return true;
    default:
        return false;
    }
}

static bool redirect_output(struct shell_state *state, const struct shell_redirection *redirection,
                            struct redirected *redirected, struct err *e)
{
    struct shell_output *output = &redirected->outputs[redirected->output_count];
    enum shell_redirection_kind kind = redirection->kind;
    uint64_t number;

    if (!expand_one(state, redirection->target, &output->path, e))
        return false;
    bool both = kind == REDIRECT_BOTH || kind == REDIRECT_BOTH_APPEND;
    int descriptor = both || redirection->descriptor < 0 ? 1 : redirection->descriptor;
    if (redirection->variable.length)
        descriptor = -1;
    redirected->stdout_moved = redirected->stdout_moved || descriptor == 1;
    /* >&2 and >&- name no file; >&word does. */
    if (kind == REDIRECT_DUPLICATE_OUT &&
        (str_to_u64(output->path.text, &number) || str_ends(output->path.text, STR("-")) ||
         !output->path.known))
        return true;
    output->descriptor = descriptor;
    output->append = kind == REDIRECT_APPEND || kind == REDIRECT_BOTH_APPEND;
    redirected->output_count++;
    return true;
}

bool redirect(struct shell_state *state, const struct shell_redirections *redirections,
              struct redirected *ret_redirected, struct err *e)
{
    struct redirected redirected = {0};

    if (redirections->count == 0) {
        *ret_redirected = redirected;
        return true;
    }
    redirected.outputs =
        ARENA_ARRAY(state->session->arena, redirections->count, struct shell_output);
    for (size_t i = 0; i < redirections->count; i++) {
        const struct shell_redirection *redirection = &redirections->items[i];
        struct redirected other = {0};
        bool standard = redirection->descriptor <= 0 && !redirection->variable.length;
        bool ok = is_input(redirection->kind)
                      ? redirect_input(state, redirection, standard ? &redirected : &other, e)
                      : redirect_output(state, redirection, &redirected, e);
        if (!ok)
            return false;
    }
    *ret_redirected = redirected;
    return true;
}
