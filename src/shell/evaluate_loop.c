#include "shell/evaluator.h"

/* The turns of a loop: behind one that may have left the loop, the others are branches. */
struct turns {
    struct shell_state *state, *current;
};

/* The body once; *ret_stop when the loop ends with it. */
static bool run_turn(struct turns *turns, const struct shell_list *body, bool *ret_stop,
                     struct err *e)
{
    struct shell_state *state = turns->current;
    bool left_turn = state->left_turn, left_loop = state->left_loop;

    state->left_turn = state->left_loop = false;
    state->loops++;
    if (!evaluate_list(state, body, e))
        return false;
    state->loops--;
    *ret_stop = state->flow != FLOW_NORMAL && state->flow != FLOW_CONTINUE;
    if (state->flow == FLOW_BREAK || state->flow == FLOW_CONTINUE)
        state->flow = FLOW_NORMAL;
    if (!*ret_stop && (state->left_loop || state->returned) && state->leaves < LEAVES_MAX) {
        turns->current = state_enter(state, LAYER_BRANCH);
        turns->current->conditional = true;
        turns->current->leaves++;
    }
    state->left_turn = left_turn;
    state->left_loop = left_loop;
    return true;
}

static void end_turns(struct turns *turns)
{
    while (turns->current != turns->state) {
        struct shell_state *parent = turns->current->parent;
        state_merge_perhaps(parent, turns->current);
        turns->current = parent;
    }
}

static bool run_body(struct shell_state *state, const struct shell_list *body, struct err *e)
{
    struct turns turns = {state, state};
    bool stop;

    if (!run_turn(&turns, body, &stop, e))
        return false;
    end_turns(&turns);
    return true;
}

/* The body, if it runs at all. */
static bool run_perhaps(struct shell_state *state, const struct shell_list *body,
                        struct shell_state **ret_branch, struct err *e)
{
    struct shell_state *branch = state_enter(state, LAYER_BRANCH);

    branch->conditional = true;
    *ret_branch = branch;
    return run_body(branch, body, e);
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

VEC_DEFINE(item_lists, struct shell_values);

/* The items, once for each reading of the words. */
static bool loop_items(struct shell_state *state, const struct shell_node *node,
                       struct item_lists *lists, struct err *e)
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
        VEC_PUSH(arena, lists, items);
        return true;
    }
    choices_begin(state->session, &choices);
    do {
        struct shell_values reading = {0};
        bool seen = false;
        if (!expand_words(state, node->words, node->word_count, &reading, e))
            return false;
        for (size_t i = 0; i < lists->count && !seen; i++)
            seen = values_same(lists->items[i].items, lists->items[i].count, reading.items,
                               reading.count);
        if (!seen)
            VEC_PUSH(arena, lists, reading);
    } while (choices_next(&choices));
    choices_end(state->session, &choices);
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
    state_merge_perhaps(state, branch);
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
static bool run_unknown(struct shell_state *state, const struct shell_list *condition,
                        const struct shell_list *body, struct err *e)
{
    struct shell_state *branch;
    struct sink *sink = state->sink;

    if (!run_perhaps(state, body, &branch, e))
        return false;
    bool moves = !branch->directory_known || !str_eq(branch->directory, state->directory);
    bool again = branch->flow == FLOW_NORMAL && (moves || changes_variables(state, branch));
    state_merge_perhaps(state, branch);
    if (!again)
        return true;
    state->sink = NULL;
    if (!evaluate_list(state, condition, e) || !run_perhaps(state, body, &branch, e))
        return false;
    state->sink = sink;
    if (sink)
        sink_add(state, UNKNOWN_TEXT);
    forget_changed(state, branch);
    state_merge_perhaps(state, branch);
    return true;
}

static bool run_items(struct shell_state *state, const struct shell_node *node,
                      struct shell_values items, struct err *e)
{
    struct turns turns = {state, state};
    bool stop = false;

    if (items.count > LOOP_ITEMS_MAX) {
        items.items[0] = value_unknown();
        items.count = 1;
    }
    for (size_t i = 0; i < items.count && !stop; i++) {
        const struct shell_value *item = &items.items[i];
        struct str text = item->glob ? without_globs(state, item->text) : item->text;
        if (item->may_vanish) {
            struct shell_state *branch = state_enter(turns.current, LAYER_BRANCH);
            branch->conditional = true;
            state_bind_text(branch, node->name, text, false);
            if (!run_unknown(branch, NULL, node->body, e))
                return false;
            state_merge_perhaps(turns.current, branch);
            continue;
        }
        state_bind_text(turns.current, node->name, text, false);
        if (!run_turn(&turns, node->body, &stop, e))
            return false;
    }
    end_turns(&turns);
    return true;
}

bool evaluate_for(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    struct arena *arena = state->session->arena;
    struct item_lists lists = {0};
    struct states ends = {0};
    struct sink *sinks[READINGS_MAX + 1];
    size_t sink_count = 0;

    if (!loop_items(state, node, &lists, e))
        return false;
    if (node->kind == NODE_SELECT) {
        struct shell_values all = {0};
        for (size_t i = 0; i < lists.count; i++)
            for (size_t k = 0; k < lists.items[i].count; k++)
                values_push(arena, &all, lists.items[i].items[k]);
        return evaluate_select(state, node, &all, e);
    }
    if (lists.count == 1)
        return run_items(state, node, lists.items[0], e);
    for (size_t i = 0; i < lists.count; i++) {
        struct shell_state *branch = state_enter(state, LAYER_BRANCH);
        branch->conditional = true;
        if (state->sink && sink_count <= READINGS_MAX)
            sinks[sink_count++] = branch->sink = sink_new(arena);
        if (!run_items(branch, node, lists.items[i], e))
            return false;
        VEC_PUSH(arena, &ends, branch);
    }
    if (state->sink)
        sink_add_alternatives(state, sinks, sink_count);
    state_merge(state, &ends, false);
    return true;
}

bool evaluate_while(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    struct turns turns = {state, state};
    struct input *input = state->input;
    bool stop = false;

    for (size_t turn = 0; turn <= LOOP_ITEMS_MAX && !stop; turn++) {
        /* `while read x; do …; done <<EOF`: once for each line, up to a number. */
        if (turn == LOOP_ITEMS_MAX)
            turns.current->input =
                input_new(state->session->arena, INPUT_UNKNOWN, value_from_text(UNKNOWN_TEXT));
        turns.current->read_result = READ_NOTHING;
        if (!evaluate_list(turns.current, node->condition, e))
            return false;
        if (turns.current->flow != FLOW_NORMAL)
            break;
        if (turns.current->read_result == READ_END)
            break;
        if (turns.current->read_result != READ_LINE) {
            if (!run_unknown(turns.current, node->condition, node->body, e))
                return false;
            break;
        }
        if (!run_turn(&turns, node->body, &stop, e))
            return false;
    }
    end_turns(&turns);
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
    struct turns turns = {state, state};
    bool known, stop = false, done = false;
    int64_t number;

    if (!evaluate_number(state, &words[0], &known, &number, e))
        return false;
    for (size_t turn = 0; turn < LOOP_ITEMS_MAX && !stop; turn++) {
        if (!evaluate_number(turns.current, &words[1], &known, &number, e))
            return false;
        done = known && number == 0;
        if (done || !known)
            break;
        if (!run_turn(&turns, node->body, &stop, e) ||
            (!stop && !evaluate_number(turns.current, &words[2], &known, &number, e)))
            return false;
    }
    end_turns(&turns);
    if (stop || done)
        return true;
    branch = state_enter(state, LAYER_BRANCH);
    if (!evaluate_number(branch, &words[2], &known, &number, e))
        return false;
    for (size_t i = 0; i < branch->table.items.count; i++)
        state_bind(state, BINDING_VARIABLE, branch->table.items.items[i].name, &DATUM_IS_UNKNOWN, 1,
                   false);
    if (!run_perhaps(state, node->body, &branch, e))
        return false;
    state_merge_perhaps(state, branch);
    return true;
}
