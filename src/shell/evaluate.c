#include "shell/evaluator.h"

bool evaluate_step(struct session *session, struct err *e)
{
    if (++session->steps > STEPS_MAX)
        return err_set(e, ERR_LIMIT, "the command takes more than %u steps to follow", STEPS_MAX);
    return true;
}

/* --- Compound commands. --- */

static bool evaluate_subshell(struct shell_state *state, const struct shell_node *node,
                              struct err *e)
{
    return evaluate_list(state_enter(state, LAYER_SUBSHELL), node->body, e);
}

static bool define_function(struct shell_state *state, const struct shell_node *node)
{
    struct datum *function = ARENA_NEW(state->session->arena, struct datum);

    function->kind = DATUM_FUNCTION;
    function->function = node;
    function->text = state->session->text;
    state_bind(state, BINDING_FUNCTION, node->name, function, 1, false);
    return true;
}

/* [[ … ]] and ((…)): their substitutions run, and (( )) assigns. */
static bool evaluate_operands(struct shell_state *state, const struct shell_node *node,
                              struct err *e)
{
    for (size_t i = 0; i < node->word_count; i++) {
        struct datums values;
        bool known;
        int64_t number;
        if (!expand_alternatives(state, &node->words[i], &values, e))
            return false;
        if (node->kind == NODE_ARITHMETIC &&
            !arithmetic_evaluate(state, values.items[0].text, &known, &number, e))
            return false;
    }
    return true;
}

static bool evaluate_coproc(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    struct shell_state *fork = state_enter(state, LAYER_SUBSHELL);

    fork->input = input_new(state->session->arena, INPUT_UNKNOWN, value_from_text(UNKNOWN_TEXT));
    fork->sink = NULL;
    return evaluate_list(fork, node->body, e);
}

static bool evaluate_kind(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    switch (node->kind) {
    case NODE_SIMPLE:
        return evaluate_simple(state, node, e);
    case NODE_SUBSHELL:
        return evaluate_subshell(state, node, e);
    case NODE_GROUP:
        return evaluate_list(state, node->body, e);
    case NODE_IF:
        return evaluate_if(state, node, e);
    case NODE_CASE:
        return evaluate_case(state, node, e);
    case NODE_FOR:
    case NODE_SELECT:
        return evaluate_for(state, node, e);
    case NODE_FOR_ARITHMETIC:
        return evaluate_for_arithmetic(state, node, e);
    case NODE_WHILE:
    case NODE_UNTIL:
        return evaluate_while(state, node, e);
    case NODE_FUNCTION:
        return define_function(state, node);
    case NODE_TEST:
    case NODE_ARITHMETIC:
        return evaluate_operands(state, node, e);
    case NODE_COPROC:
        return evaluate_coproc(state, node, e);
    }
    return true;
}

/* The first reading of the redirections counts; the others are walked for what they run. */
static bool redirect_compound(struct shell_state *state, const struct shell_node *node,
                              struct redirected *ret_redirected, struct err *e)
{
    struct arena *arena = state->session->arena;
    struct choices choices;
    VEC(struct shell_value) texts = {0};
    bool first = true;

    choices_begin(state->session, &choices);
    do {
        struct redirected redirected;
        if (!redirect(state, &node->redirections, &redirected, e))
            return false;
        if (first)
            *ret_redirected = redirected;
        if (redirected.input && redirected.input->kind == INPUT_TEXT)
            VEC_PUSH(arena, &texts, redirected.input->texts[0]);
        first = false;
    } while (choices_next(&choices));
    choices_end(state->session, &choices);
    if (texts.count > 1 && texts.count <= SHELL_VALUES_MAX && ret_redirected->input) {
        ret_redirected->input->texts = texts.items;
        ret_redirected->input->count = texts.count;
    } else if (texts.count > 1) {
        ret_redirected->input = input_new(arena, INPUT_UNKNOWN, value_from_text(UNKNOWN_TEXT));
    }
    return true;
}

static bool evaluate_redirected(struct shell_state *state, const struct shell_node *node,
                                struct err *e)
{
    struct input *input = state->input;
    struct sink *sink = state->sink;
    struct shell_commands *writers = state->writers;
    const struct shell_output *outputs = state->outputs;
    size_t output_count = state->output_count;
    struct redirected redirected = {0};

    if (!redirect_compound(state, node, &redirected, e))
        return false;
    if (redirected.input)
        state->input = redirected.input;
    if (redirected.stdout_moved) {
        state->sink = NULL;
        state->writers = NULL;
        state->outputs = redirected.outputs;
        state->output_count = redirected.output_count;
    }
    if (!evaluate_kind(state, node, e))
        return false;
    state->input = input;
    state->sink = sink;
    state->writers = writers;
    state->outputs = outputs;
    state->output_count = output_count;
    return true;
}

static bool evaluate_node(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    struct session *session = state->session;

    if (!evaluate_step(session, e))
        return false;
    if (++session->nesting > NESTING_MAX)
        return err_set(e, ERR_LIMIT, "commands nested deeper than %u levels", NESTING_MAX);
    bool ok = node->kind == NODE_SIMPLE || node->redirections.count == 0
                  ? evaluate_kind(state, node, e)
                  : evaluate_redirected(state, node, e);
    session->nesting--;
    return ok;
}

/* --- Pipelines and lists. --- */

static bool evaluate_pipeline(struct shell_state *state, const struct shell_pipeline *pipeline,
                              struct err *e)
{
    struct session *session = state->session;
    struct input *input = state->input;

    if (pipeline->node_count == 1)
        return evaluate_node(state, &pipeline->nodes[0], e);
    for (size_t i = 0; i < pipeline->node_count; i++) {
        const struct shell_node *node = &pipeline->nodes[i];
        bool last = i + 1 == pipeline->node_count;
        struct shell_state *fork = state_enter(state, LAYER_SUBSHELL);
        fork->input = input;
        if (!last) {
            fork->sink = sink_new(session->arena);
            fork->writers = ARENA_NEW(session->arena, struct shell_commands);
            fork->outputs = NULL;
            fork->output_count = 0;
        }
        session->last = NULL;
        if (!evaluate_node(fork, node, e))
            return false;
        if (last)
            break;
        input = input_from_sink(session->arena, fork->sink);
        input->piped_from = node->kind == NODE_SIMPLE ? session->last : NULL;
        input->writers = fork->writers;
    }
    return true;
}

/* `… && …`: what has run so far in a chain, and whether it has left the shell. */
struct chain {
    struct shell_state *state, *top; /* top: the branch behind the first &&; state itself before */
    bool ended;
};

static void chain_leave(struct chain *chain)
{
    if (chain->top != chain->state)
        state_merge_perhaps(chain->state, chain->top);
    chain->top = chain->state;
    chain->ended = false;
}

/* Each further command is a branch of its own until it has come to its end: one that exits takes back only what it did itself. */
static bool chain_run(struct chain *chain, const struct shell_pipeline *pipeline, struct err *e)
{
    struct shell_state *next;

    if (chain->ended)
        return true;
    next = state_enter(chain->top, LAYER_BRANCH);
    next->conditional = true;
    if (!evaluate_pipeline(next, pipeline, e))
        return false;
    if (next->flow != FLOW_NORMAL) {
        chain->ended = true;
        state_merge_perhaps(chain->top, next);
    } else if (chain->top == chain->state) {
        chain->top = next;
    } else {
        struct states one = {.items = &next, .count = 1, .capacity = 1};
        state_merge(chain->top, &one, false);
    }
    return true;
}

/* a || b prints what a prints or what b prints. */
static void collect_segment(struct shell_state *state, struct sink *outer, struct sink **segments,
                            size_t count)
{
    state->sink = outer;
    if (outer)
        sink_add_alternatives(state, segments, count);
}

static bool evaluate_and_or(struct shell_state *state, const struct shell_pipeline *pipelines,
                            size_t count, struct err *e)
{
    struct arena *arena = state->session->arena;
    struct chain chain = {.state = state, .top = state};
    struct sink *outer = state->sink, **segments = ARENA_ARRAY(arena, count, struct sink *);
    size_t segment_count = 0;
    bool after_or = false;
    enum match so_far;

    if (outer)
        state->sink = segments[segment_count++] = sink_new(arena);
    if (!evaluate_pipeline(state, &pipelines[0], e))
        return false;
    so_far = condition_constant(state, &pipelines[0]);
    for (size_t i = 1; i < count && state->flow == FLOW_NORMAL; i++) {
        bool alternative = pipelines[i - 1].separator == SEPARATOR_OR;
        if (so_far == (alternative ? MATCH_YES : MATCH_NO))
            continue; /* `false && …`, `true || …` */
        enum match this = condition_constant(state, &pipelines[i]);
        if (so_far != MATCH_UNKNOWN || this == (alternative ? MATCH_YES : MATCH_NO))
            so_far = this;
        if (alternative || after_or)
            chain_leave(&chain);
        if (alternative && outer)
            state->sink = segments[segment_count++] = sink_new(arena);
        after_or = alternative;
        if (!chain_run(&chain, &pipelines[i], e))
            return false;
    }
    chain_leave(&chain);
    collect_segment(state, outer, segments, segment_count);
    return true;
}

static bool has_left(const struct shell_state *state)
{
    return state->left_turn || state->left_loop || state->returned;
}

static bool evaluate_from(struct shell_state *state, const struct shell_list *list, size_t from,
                          struct err *e);

/* Behind `… || return` and its kin: what is left of the list, if it runs. */
static bool evaluate_rest(struct shell_state *state, const struct shell_list *list, size_t from,
                          struct err *e)
{
    struct shell_state *branch = state_enter(state, LAYER_BRANCH);
    enum flow left = state->left_turn ? FLOW_CONTINUE : state->left_loop ? FLOW_BREAK : FLOW_RETURN;

    branch->conditional = true;
    branch->leaves++;
    if (!evaluate_from(branch, list, from, e))
        return false;
    state_merge_perhaps(state, branch);
    if (branch->flow != FLOW_NORMAL)
        state->flow = branch->flow < left ? branch->flow : left;
    return true;
}

static bool evaluate_from(struct shell_state *state, const struct shell_list *list, size_t from,
                          struct err *e)
{
    while (from < list->pipeline_count && state->flow == FLOW_NORMAL) {
        size_t to = from;
        if (has_left(state) && state->leaves < LEAVES_MAX)
            return evaluate_rest(state, list, from, e);
        while (to + 1 < list->pipeline_count && (list->pipelines[to].separator == SEPARATOR_AND ||
                                                 list->pipelines[to].separator == SEPARATOR_OR))
            to++;
        struct shell_state *target = list->pipelines[to].separator == SEPARATOR_BACKGROUND
                                         ? state_enter(state, LAYER_SUBSHELL)
                                         : state;
        bool ok = from == to ? evaluate_pipeline(target, &list->pipelines[from], e)
                             : evaluate_and_or(target, &list->pipelines[from], to - from + 1, e);
        if (!ok)
            return false;
        from = to + 1;
    }
    return true;
}

bool evaluate_list(struct shell_state *state, const struct shell_list *list, struct err *e)
{
    return !list || evaluate_from(state, list, 0, e);
}

static struct str without_last_newlines(struct str text)
{
    while (text.length && text.bytes[text.length - 1] == '\n')
        text.length--;
    return text;
}

bool evaluate_substitution(struct shell_state *state, const struct shell_list *list,
                           struct datums *ret_values, struct err *e)
{
    struct shell_state *fork = state_enter(state, LAYER_SUBSHELL);
    struct datums values = {0};

    fork->sink = sink_new(state->session->arena);
    fork->writers = NULL;
    fork->outputs = NULL;
    fork->output_count = 0;
    if (!evaluate_step(state->session, e) || !evaluate_list(fork, list, e))
        return false;
    for (size_t i = 0; i < fork->sink->count; i++) {
        struct datum datum = datum_text(without_last_newlines(sink_text(fork->sink, i)));
        datums_add(state->session->arena, &values, &datum);
    }
    *ret_values = values;
    return true;
}

/* What a text changes in the session while it is evaluated, and leaves as it was: also when it fails, for the visitor may go on. */
bool shell_evaluate(struct shell_state *state, struct str text, struct err *e)
{
    struct session *session = state->session;
    struct session before = *session;
    struct shell_list list = {0};
    struct err syntax = ERR_NONE;

    if (session->depth >= SHELL_DEPTH_MAX)
        return err_set(e, ERR_LIMIT, "texts and calls nested deeper than %u", SHELL_DEPTH_MAX);
    if (!evaluate_step(session, e))
        return false;
    if (!shell_parse(session->arena, text, &list, &syntax) &&
        (syntax.kind != ERR_INPUT || !shell_parse_head(session->arena, text, &list))) {
        *e = syntax;
        return false;
    }
    session->depth++;
    session->text = text;
    session->choices = NULL;
    state->flow = FLOW_NORMAL;
    bool ok = evaluate_list(state, &list, e);
    session->depth = before.depth;
    session->nesting = before.nesting;
    session->text = before.text;
    session->choices = before.choices;
    if (state->flow != FLOW_EXIT)
        state->flow = FLOW_NORMAL;
    if (ok && err_is_set(&syntax)) {
        *e = syntax;
        return false;
    }
    return ok;
}
