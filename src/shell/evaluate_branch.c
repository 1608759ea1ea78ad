#include "shell/evaluator.h"

/* if and case: lists of which one runs. */
struct branch {
    struct shell_state *parent;
    const struct shell_list *list; /* NULL: nothing to do */
};
VEC_DEFINE(branches, struct branch);

static bool run_branches(struct shell_state *state, const struct branches *branches, bool or_none,
                         struct err *e)
{
    struct arena *arena = state->session->arena;
    struct states ends = {0};
    struct sink **sinks = ARENA_ARRAY(arena, branches->count + 1, struct sink *);
    size_t sink_count = 0;

    for (size_t i = 0; i < branches->count; i++) {
        struct shell_state *end = state_enter(branches->items[i].parent, LAYER_BRANCH);
        end->conditional = true;
        if (state->sink)
            sinks[sink_count++] = end->sink = sink_new(arena);
        if (!evaluate_list(end, branches->items[i].list, e))
            return false;
        VEC_PUSH(arena, &ends, end);
    }
    if (state->sink) {
        if (or_none)
            sinks[sink_count++] = sink_new(arena);
        sink_add_alternatives(state, sinks, sink_count);
    }
    state_merge(state, &ends, or_none);
    return true;
}

bool evaluate_if(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    struct branches branches = {0};
    struct shell_state *condition = state;
    enum match match = MATCH_UNKNOWN;

    for (size_t i = 0; i < node->clause_count && match != MATCH_YES; i++) {
        if (branches.count) { /* elif, where an earlier one may have run */
            condition = state_enter(condition, LAYER_BRANCH);
            condition->conditional = true;
        }
        if (!evaluate_list(condition, node->clauses[i].condition, e))
            return false;
        /* Nothing comes after a condition that leaves the shell. */
        if (condition->flow != FLOW_NORMAL)
            break;
        if (!condition_decide(condition, node->clauses[i].condition, &match, e))
            return false;
        if (match != MATCH_NO)
            VEC_PUSH(state->session->arena, &branches,
                     (struct branch){condition, node->clauses[i].body});
    }
    bool decided = match != MATCH_UNKNOWN;
    bool open = match != MATCH_YES && condition->flow == FLOW_NORMAL;
    if (node->otherwise && open)
        VEC_PUSH(state->session->arena, &branches, (struct branch){condition, node->otherwise});
    if (branches.count == 0)
        return true;
    if (branches.count == 1 && condition == state && decided)
        return evaluate_list(state, branches.items[0].list, e);
    return run_branches(state, &branches, !node->otherwise && match != MATCH_YES, e);
}

static bool match_clause(struct shell_state *state, const struct shell_clause *clause,
                         const struct datums *subjects, enum match *ret_match, struct err *e)
{
    enum match result = MATCH_NO;

    for (size_t i = 0; i < clause->pattern_count && result != MATCH_YES; i++) {
        bool ok;
        enum match match = condition_match_word(state, &clause->patterns[i], subjects, &ok, e);
        if (!ok)
            return false;
        if (match != MATCH_NO)
            result = match;
    }
    *ret_match = result;
    return true;
}

/* `;&` and `;;&` let several clauses run: then none is left out. */
static bool falls_through(const struct shell_state *state, const struct shell_node *node)
{
    struct str source = str_slice(state->session->text, node->span.from, node->span.to);

    return str_contains(source, STR(";&")) || str_contains(source, STR(";;&"));
}

static bool run_in_turn(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    for (size_t i = 0; i < node->clause_count; i++) {
        struct branches one = {0};
        VEC_PUSH(state->session->arena, &one, (struct branch){state, node->clauses[i].body});
        if (!run_branches(state, &one, true, e))
            return false;
    }
    return true;
}

bool evaluate_case(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    struct datums subjects;
    struct branches branches = {0};
    enum match match = MATCH_NO;

    if (!expand_alternatives(state, &node->words[0], &subjects, e))
        return false;
    if (falls_through(state, node))
        return run_in_turn(state, node, e);
    for (size_t i = 0; i < node->clause_count && match != MATCH_YES; i++) {
        if (!match_clause(state, &node->clauses[i], &subjects, &match, e))
            return false;
        if (state->session->doubtful)
            match = MATCH_UNKNOWN;
        if (match != MATCH_NO)
            VEC_PUSH(state->session->arena, &branches,
                     (struct branch){state, node->clauses[i].body});
    }
    if (branches.count == 1 && match == MATCH_YES)
        return evaluate_list(state, branches.items[0].list, e);
    return branches.count == 0 || run_branches(state, &branches, match != MATCH_YES, e);
}
