#include "shell/evaluator.h"

/* The body once; *ret_stop when the loop ends with it. */
static bool run_body(struct shell_state *state, const struct shell_list *body, bool *ret_stop,
                     struct err *e)
{
    state->loops++;
    if (!evaluate_list(state, body, e))
        return false;
    state->loops--;
    *ret_stop = state->flow != FLOW_NORMAL && state->flow != FLOW_CONTINUE;
    if (state->flow == FLOW_BREAK || state->flow == FLOW_CONTINUE)
        state->flow = FLOW_NORMAL;
    return true;
}

/* The body, if it runs at all. */
static bool run_perhaps(struct shell_state *state, const struct shell_list *body,
                        struct shell_state **ret_branch, struct err *e)
{
    struct shell_state *branch = state_enter(state, LAYER_BRANCH);
    bool stop;

    branch->conditional = true;
    *ret_branch = branch;
    return run_body(branch, body, &stop, e);
}

static void merge_one(struct shell_state *state, struct shell_state *branch)
{
    struct states one = {.items = &branch, .count = 1, .capacity = 1};

    state_merge(state, &one, true);
}

/* A name that the shell finds when it runs: known but for its wildcards. */
static struct str without_globs(struct shell_state *state, struct str text)
{
    struct str copy = str_copy(state->session->arena, text);
    char *bytes = (char *)(uintptr_t)copy.bytes;

    for (size_t i = 0; i < copy.length; i++)
        if (bytes[i] == '*' || bytes[i] == '?' || bytes[i] == '[')
            bytes[i] = SHELL_UNKNOWN;
    return copy;
}

static bool loop_items(struct shell_state *state, const struct shell_node *node,
                       struct shell_values *ret_items, struct err *e)
{
    struct arena *arena = state->session->arena;
    struct shell_values items = {0};
    struct choices choices;

    if (!node->has_in) {
        const struct arguments *arguments = state->arguments;
        for (size_t i = 0; i < arguments->count; i++)
            values_push(arena, &items, arguments->items[i]);
        if (arguments->open)
            values_push(arena, &items, value_unknown());
        *ret_items = items;
        return true;
    }
    choices_begin(state->session, &choices);
    do {
        struct shell_values reading = {0};
        if (!expand_words(state, node->words, node->word_count, &reading, e))
            return false;
        for (size_t i = 0; i < reading.count; i++) {
            bool seen = false;
            for (size_t k = 0; choices.run && !seen && k < items.count; k++)
                seen = str_eq(items.items[k].text, reading.items[i].text);
            if (!seen && items.count <= FIELDS_MAX / 4)
                values_push(arena, &items, reading.items[i]);
        }
    } while (choices_next(&choices));
    choices_end(state->session, &choices);
    *ret_items = items;
    return true;
}

/* The person picks one. */
static bool evaluate_select(struct shell_state *state, const struct shell_node *node,
                            const struct shell_values *items, struct err *e)
{
    struct arena *arena = state->session->arena;
    struct datums values = {0};
    struct shell_state *branch;

    for (size_t i = 0; i < items->count && i <= SHELL_VALUES_MAX; i++) {
        struct datum datum = datum_text(items->items[i].text);
        datums_add(arena, &values, &datum);
    }
    if (values.count == 0 || values.count > SHELL_VALUES_MAX)
        state_bind(state, BINDING_VARIABLE, node->name, &DATUM_IS_UNKNOWN, 1, false);
    else
        state_bind(state, BINDING_VARIABLE, node->name, values.items, values.count, false);
    if (!run_perhaps(state, node->body, &branch, e))
        return false;
    merge_one(state, branch);
    return true;
}

bool evaluate_for(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    struct shell_values items;
    bool stop = false;

    if (!loop_items(state, node, &items, e))
        return false;
    if (node->kind == NODE_SELECT)
        return evaluate_select(state, node, &items, e);
    if (items.count > LOOP_ITEMS_MAX) {
        items.items[0] = value_unknown();
        items.count = 1;
    }
    for (size_t i = 0; i < items.count && !stop; i++) {
        const struct shell_value *item = &items.items[i];
        struct str text = item->glob ? without_globs(state, item->text) : item->text;
        if (!item->may_vanish) {
            state_bind_text(state, node->name, text, false);
            if (!run_body(state, node->body, &stop, e))
                return false;
            continue;
        }
        struct shell_state *branch = state_enter(state, LAYER_BRANCH);
        branch->conditional = true;
        state_bind_text(branch, node->name, text, false);
        bool ignored;
        if (!run_body(branch, node->body, &ignored, e))
            return false;
        merge_one(state, branch);
    }
    return true;
}

/* Has the branch given a variable a value that it could not have before? */
static bool has_new_values(const struct shell_state *state, const struct binding *binding)
{
    size_t count;
    const struct datum *before = state_variable(state, binding->name, &count);

    for (size_t i = 0; binding->kind == BINDING_VARIABLE && i < binding->count; i++) {
        const struct datum *value = &binding->alternatives[i];
        bool old = false;
        for (size_t k = 0; k < count && !old; k++)
            old = datum_equal(value, &before[k]) ||
                  (before[k].kind == DATUM_ENVIRONMENT && value->kind == DATUM_TEXT &&
                   text_is_unknown(value->text));
        if (!old)
            return true;
    }
    return false;
}

static bool changes_variables(const struct shell_state *state, const struct shell_state *branch)
{
    for (size_t i = 0; i < branch->table.items.count; i++)
        if (has_new_values(state, &branch->table.items.items[i]))
            return true;
    return false;
}

/* Each further turn may give new values: they are no longer knowable. */
static void forget_changed(struct shell_state *state, const struct shell_state *branch)
{
    for (size_t i = 0; i < branch->table.items.count; i++) {
        const struct binding *binding = &branch->table.items.items[i];
        if (has_new_values(state, binding))
            state_bind(state, BINDING_VARIABLE, binding->name, &DATUM_IS_UNKNOWN, 1,
                       binding->local);
    }
}

/* An unknown number of turns: one with what is known before, and if that changes variables a second with what they may be then. */
static bool run_unknown(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    struct shell_state *branch;
    struct sink *sink = state->sink;

    if (!run_perhaps(state, node->body, &branch, e))
        return false;
    bool again = branch->flow != FLOW_EXIT && branch->flow != FLOW_RETURN &&
                 changes_variables(state, branch);
    merge_one(state, branch);
    if (!again)
        return true;
    state->sink = NULL;
    if (!evaluate_list(state, node->condition, e) || !run_perhaps(state, node->body, &branch, e))
        return false;
    state->sink = sink;
    if (sink)
        sink_add(state, UNKNOWN_TEXT);
    forget_changed(state, branch);
    merge_one(state, branch);
    return true;
}

bool evaluate_while(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    struct input *input = state->input;
    bool stop = false;

    for (size_t turn = 0; turn <= LOOP_ITEMS_MAX && !stop; turn++) {
        /* `while read x; do …; done <<EOF`: once for each line, up to a number. */
        if (turn == LOOP_ITEMS_MAX)
            state->input =
                input_new(state->session->arena, INPUT_UNKNOWN, value_from_text(UNKNOWN_TEXT));
        state->read_result = READ_NOTHING;
        if (!evaluate_list(state, node->condition, e))
            return false;
        if (state->flow != FLOW_NORMAL)
            return true;
        if (state->read_result == READ_END)
            break;
        if (state->read_result != READ_LINE) {
            if (!run_unknown(state, node, e))
                return false;
            break;
        }
        if (!run_body(state, node->body, &stop, e))
            return false;
    }
    state->input = input;
    state->read_result = READ_NOTHING;
    return true;
}

static bool evaluate_number(struct shell_state *state, const struct shell_word *word,
                            bool *ret_known, int64_t *ret_number, struct err *e)
{
    struct choices choices;
    struct shell_value text;

    choices_begin(state->session, &choices);
    if (!expand_one(state, word, &text, e))
        return false;
    bool several = choices_several(&choices);
    choices_end(state->session, &choices);
    if (!arithmetic_evaluate(state, text.text, ret_known, ret_number, e))
        return false;
    /* An empty condition is true. */
    *ret_known = *ret_known && !several && text.text.length > 0;
    return true;
}

bool evaluate_for_arithmetic(struct shell_state *state, const struct shell_node *node,
                             struct err *e)
{
    const struct shell_word *words = node->words;
    struct shell_state *branch;
    bool known, stop = false;
    int64_t number;

    if (!evaluate_number(state, &words[0], &known, &number, e))
        return false;
    for (size_t turn = 0; turn < LOOP_ITEMS_MAX && !stop; turn++) {
        if (!evaluate_number(state, &words[1], &known, &number, e))
            return false;
        if (known && number == 0)
            return true;
        if (!known)
            break;
        if (!run_body(state, node->body, &stop, e) ||
            (!stop && !evaluate_number(state, &words[2], &known, &number, e)))
            return false;
    }
    if (stop)
        return true;
    branch = state_enter(state, LAYER_BRANCH);
    if (!evaluate_number(branch, &words[2], &known, &number, e))
        return false;
    for (size_t i = 0; i < branch->table.items.count; i++)
        state_bind(state, BINDING_VARIABLE, branch->table.items.items[i].name, &DATUM_IS_UNKNOWN, 1,
                   false);
    if (!run_perhaps(state, node->body, &branch, e))
        return false;
    merge_one(state, branch);
    return true;
}
