#include "shell/evaluator.h"

static bool goes_on(const struct shell_state *branch)
{
    return branch->flow != FLOW_EXIT;
}

static void add_alternatives(struct arena *arena, struct datums *into,
                             const struct binding *binding, enum binding_kind kind)
{
    if (!binding) {
        bool environment = kind == BINDING_VARIABLE || kind == BINDING_EXPORT;
        datums_add(arena, into, environment ? &DATUM_IS_ENVIRONMENT : &DATUM_IS_UNSET);
        return;
    }
    for (size_t i = 0; i < binding->count; i++)
        datums_add(arena, into, &binding->alternatives[i]);
}

/* All that `name` may be after the branches. */
static void merge_binding(struct shell_state *state, const struct states *branches, bool or_none,
                          const struct binding *example)
{
    struct arena *arena = state->session->arena;
    struct datums values = {0};

    for (size_t i = 0; i < branches->count; i++)
        if (goes_on(branches->items[i]))
            add_alternatives(arena, &values,
                             state_find(branches->items[i], example->kind, example->name),
                             example->kind);
    if (or_none)
        add_alternatives(arena, &values, state_find(state, example->kind, example->name),
                         example->kind);
    if (values.count > SHELL_VALUES_MAX && example->kind == BINDING_VARIABLE)
        state_bind(state, example->kind, example->name, &DATUM_IS_UNKNOWN, 1, example->local);
    else
        state_bind(state, example->kind, example->name, values.items, values.count, example->local);
}

static void merge_bindings(struct shell_state *state, const struct states *branches, bool or_none)
{
    struct table done = {0};
    struct shell_state *seen = ARENA_NEW(state->session->arena, struct shell_state);

    seen->session = state->session;
    seen->layer = LAYER_SUBSHELL;
    seen->table = done;
    for (size_t i = 0; i < branches->count; i++) {
        const struct shell_state *branch = branches->items[i];
        for (size_t k = 0; goes_on(branch) && k < branch->table.items.count; k++) {
            const struct binding *binding = &branch->table.items.items[k];
            if (branches->count > 1) {
                if (state_find(seen, binding->kind, binding->name))
                    continue;
                state_bind(seen, binding->kind, binding->name, NULL, 0, false);
            }
            merge_binding(state, branches, or_none, binding);
        }
    }
}

static bool same_place(const struct shell_state *a, const struct shell_state *b)
{
    return a->directory_known == b->directory_known && str_eq(a->directory, b->directory);
}

/* Where we are if not all branches ended in the same place: perhaps where the first one that moved went. */
static void merge_directory(struct shell_state *state, const struct states *branches, bool or_none)
{
    const struct shell_state *first = or_none ? state : NULL, *moved = NULL;
    bool differ = false;

    for (size_t i = 0; i < branches->count; i++) {
        const struct shell_state *branch = branches->items[i];
        if (!goes_on(branch))
            continue;
        if (!first)
            first = branch;
        differ = differ || !same_place(first, branch);
        if (!moved && !same_place(state, branch))
            moved = branch;
    }
    if (!moved)
        return;
    state->previous = moved->previous;
    state->previous_known = moved->previous_known && !differ;
    state->directory = moved->directory;
    state->directory_known = moved->directory_known && !differ;
    state->pushed = moved->pushed;
}

static void merge_arguments(struct shell_state *state, const struct states *branches, bool or_none)
{
    const struct arguments *before = state->arguments, *after = or_none ? before : NULL;
    bool differ = false;

    for (size_t i = 0; i < branches->count; i++) {
        if (!goes_on(branches->items[i]))
            continue;
        differ = differ || (after && after != branches->items[i]->arguments);
        after = branches->items[i]->arguments;
    }
    if (differ) {
        struct arguments *unknown = ARENA_NEW(state->session->arena, struct arguments);
        unknown->zero = before->zero;
        unknown->zero_known = before->zero_known;
        unknown->open = true;
        after = unknown;
    }
    if (after)
        state->arguments = after;
}

/* Paths that have left the turn of a loop, the loop, the function. */
static void merge_leaving(struct shell_state *state, const struct shell_state *branch)
{
    state->left_turn = state->left_turn || branch->left_turn || branch->flow == FLOW_CONTINUE;
    state->left_loop = state->left_loop || branch->left_loop || branch->flow == FLOW_BREAK;
    state->returned = state->returned || branch->returned || branch->flow == FLOW_RETURN;
}

void state_merge(struct shell_state *state, const struct states *branches, bool or_none)
{
    enum flow flow = FLOW_EXIT;

    for (size_t i = 0; i < branches->count; i++) {
        const struct shell_state *branch = branches->items[i];
        merge_leaving(state, branch);
        if (branch->flow < flow)
            flow = branch->flow;
    }
    if (!or_none && branches->count && flow != FLOW_NORMAL)
        state->flow = flow;
    merge_bindings(state, branches, or_none);
    merge_directory(state, branches, or_none);
    merge_arguments(state, branches, or_none);
}

void state_merge_perhaps(struct shell_state *state, struct shell_state *branch)
{
    struct states one = {.items = &branch, .count = 1, .capacity = 1};

    state_merge(state, &one, true);
}

void state_leave_call(struct shell_state *state, const struct shell_state *call)
{
    state->directory = call->directory;
    state->directory_known = call->directory_known;
    state->previous = call->previous;
    state->previous_known = call->previous_known;
    state->pushed = call->pushed;
    if (call->flow == FLOW_EXIT)
        state->flow = FLOW_EXIT;
}
