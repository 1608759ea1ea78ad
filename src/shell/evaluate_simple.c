#include <string.h>

#include "shell/evaluator.h"

/* --- Words. --- */

/* The length of `name`, `name+` or `name[…]` before the = of an unquoted literal; 0 when there is none. */
static size_t declared_name_length(const struct shell_word *word)
{
    const struct shell_part *first = word->part_count ? &word->parts[0] : NULL;

    if (!first || first->kind != PART_LITERAL || first->quoted)
        return 0;
    size_t equals = str_find_byte(first->text, '=');
    if (equals == SIZE_MAX)
        return 0;
    struct str name = str_prefix(first->text, equals);
    if (str_ends(name, STR("+")))
        name.length--;
    name = str_prefix(name, str_find_byte(name, '['));
    return name_is_valid(name) ? equals : 0;
}

/* An argument like name=value of a builtin that assigns: not split. An array stands as it was written. */
static bool expand_declaration(struct shell_state *state, const struct shell_word *word,
                               size_t name_length, struct shell_value *ret_value, struct err *e)
{
    struct session *session = state->session;
    struct str first = word->parts[0].text;

    for (size_t i = 0; i < word->part_count; i++)
        if (word->parts[i].kind == PART_ARRAY) {
            *ret_value = value_from_text(str_slice(session->text, word->span.from, word->span.to));
            ret_value->span = word->span;
            return true;
        }
    struct str value = str_from_offset(first, name_length + 1);
    bool tilde = str_eq(value, STR("~")) || str_starts(value, STR("~/"));
    if (!expand_one(state, word, ret_value, e))
        return false;
    if (tilde && session->home.length) {
        struct str parts[3] = {str_prefix(first, name_length + 1), session->home,
                               str_from_offset(ret_value->text, name_length + 2)};
        if (!session_charge(session, ret_value->text.length, e))
            return false;
        ret_value->text = str_join(session->arena, parts, 3, STR(""));
    }
    return true;
}

static bool expand_command(struct shell_state *state, const struct shell_node *node,
                           struct shell_values *out, struct err *e)
{
    const struct shell_word *first = &node->words[0];
    bool declares = first->part_count == 1 && first->parts[0].kind == PART_LITERAL &&
                    builtin_declares(first->parts[0].text);

    if (!declares)
        return expand_words(state, node->words, node->word_count, out, e);
    for (size_t i = 0; i < node->word_count; i++) {
        size_t name_length = i ? declared_name_length(&node->words[i]) : 0;
        struct shell_value value;
        if (!name_length) {
            if (!expand_words(state, &node->words[i], 1, out, e))
                return false;
            continue;
        }
        if (!expand_declaration(state, &node->words[i], name_length, &value, e))
            return false;
        values_push(state->session->arena, out, value);
    }
    return true;
}

static bool expand_settings(struct shell_state *state, const struct shell_node *node,
                            struct shell_command *command, struct err *e)
{
    command->settings =
        ARENA_ARRAY(state->session->arena, node->assignment_count, struct shell_setting);
    for (size_t i = 0; i < node->assignment_count; i++) {
        struct shell_setting *setting = &command->settings[command->setting_count++];
        setting->name = node->assignments[i].name;
        if (!expand_one(state, node->assignments[i].value, &setting->value, e))
            return false;
    }
    return true;
}

/* --- What feeds and takes. --- */

/* Returns the input of this reading. */
static struct input *set_input(struct shell_state *state, struct input *input,
                               struct shell_command *command)
{
    struct arena *arena = state->session->arena;

    if (input->count > 1) {
        size_t chosen = choose_index(state->session, CHOICE_INPUT, STR_NONE, input, input->count);
        struct input *reading = chosen == SIZE_MAX
                                    ? input_new(arena, INPUT_UNKNOWN, value_from_text(UNKNOWN_TEXT))
                                    : input_new(arena, input->kind, input->texts[chosen]);
        reading->piped_from = input->piped_from;
        reading->writers = input->writers;
        input = reading;
    }
    command->input = input->kind;
    command->piped_from = input->piped_from;
    command->writers = input->writers;
    if (input->count) {
        command->input_text = input->texts[0];
        command->input_text.text = str_from_offset(command->input_text.text, input->position);
    }
    return input;
}

static void set_outputs(struct shell_state *state, const struct redirected *redirected,
                        struct shell_command *command)
{
    size_t inherited = redirected->stdout_moved ? 0 : state->output_count;

    command->outputs = redirected->outputs;
    command->output_count = redirected->output_count;
    if (inherited == 0)
        return;
    command->output_count += inherited;
    command->outputs =
        ARENA_ARRAY(state->session->arena, command->output_count, struct shell_output);
    for (size_t i = 0; i < command->output_count; i++)
        command->outputs[i] = i < redirected->output_count
                                  ? redirected->outputs[i]
                                  : state->outputs[i - redirected->output_count];
}

/* --- Running it. --- */

static bool visit(struct shell_state *state, const struct shell_node *node,
                  struct shell_command *command, struct err *e)
{
    struct session *session = state->session;
    struct sink *sink = state->sink;
    size_t before = sink ? sink_text(sink, 0).length : 0;

    if (++session->commands > SHELL_COMMANDS_MAX)
        return err_set(e, ERR_LIMIT, "more than %u commands", SHELL_COMMANDS_MAX);
    if (!session->visitor->command(session->visitor->context, state, command, e))
        return false;
    session->last = command;
    if (state->writers)
        VEC_PUSH(session->arena, state->writers, command);
    if (!builtin_run(state, node, command, e))
        return false;
    bool grew = sink && sink_text(sink, 0).length != before;
    return !sink || output_collect(state, command, grew, e);
}

/* A function that calls itself is followed as long as its arguments change. */
static bool may_call(const struct shell_state *state, const void *body,
                     const struct arguments *arguments, bool *ret_active)
{
    unsigned same = 0;

    *ret_active = false;
    for (const struct call *call = state->calls; call; call = call->outer) {
        if (call->body != body)
            continue;
        *ret_active = true;
        same += values_same(call->arguments->items, call->arguments->count, arguments->items,
                            arguments->count);
    }
    return same + 1 < RECURSION_MAX;
}

static struct shell_state *enter_call(struct shell_state *state, const void *body,
                                      const struct arguments *arguments,
                                      const struct shell_command *command)
{
    struct shell_state *frame = state_enter(state, LAYER_CALL);
    struct call *call = ARENA_NEW(state->session->arena, struct call);

    call->outer = state->calls;
    call->body = body;
    call->arguments = arguments;
    frame->calls = call;
    frame->arguments = arguments;
    for (size_t i = 0; i < command->setting_count; i++) {
        state_bind_text(frame, command->settings[i].name, command->settings[i].value.text, true);
        state_set_export(frame, command->settings[i].name, true, true);
    }
    return frame;
}

static bool call_body(struct shell_state *state, const struct datum *function,
                      const struct arguments *arguments, const struct shell_command *command,
                      struct err *e)
{
    struct session *session = state->session;
    struct str text = session->text;
    bool active;

    if (!may_call(state, function->function, arguments, &active))
        return true;
    if (session->depth >= SHELL_DEPTH_MAX) {
        if (active)
            return true;
        return err_set(e, ERR_LIMIT, "texts and calls nested deeper than %u", SHELL_DEPTH_MAX);
    }
    struct shell_state *frame = enter_call(state, function->function, arguments, command);
    session->depth++;
    session->text = function->text;
    if (!evaluate_list(frame, function->function->body, e))
        return false;
    session->depth--;
    session->text = text;
    state_leave_call(state, frame);
    return true;
}

static struct arguments *call_arguments(struct shell_state *state,
                                        const struct shell_command *command)
{
    struct arguments *arguments = ARENA_NEW(state->session->arena, struct arguments);

    *arguments = *state->arguments;
    arguments->items = command->words.items + 1;
    arguments->count = command->words.count - 1;
    arguments->open = false;
    for (size_t i = 0; i < arguments->count; i++)
        arguments->open = arguments->open || arguments->items[i].may_vanish;
    return arguments;
}

static bool is_callable(const struct binding *binding)
{
    for (size_t i = 0; binding && i < binding->count; i++)
        if (binding->alternatives[i].kind != DATUM_UNSET)
            return true;
    return false;
}

/* *ret_done: false when the text cannot be a command with these arguments, or is being expanded already. */
static bool call_alias(struct shell_state *state, const struct datum *alias,
                       const struct shell_command *command, bool *ret_done, struct err *e)
{
    struct session *session = state->session;
    struct str parts[2] = {alias->text, STR(" \"$@\"")};

    *ret_done = false;
    for (const struct call *call = state->calls; call; call = call->outer)
        if (call->body == alias)
            return true;
    if (session->depth >= SHELL_DEPTH_MAX)
        return true;
    struct arguments *arguments = call_arguments(state, command);
    struct shell_state *frame = enter_call(state, alias, arguments, command);
    struct err failure = ERR_NONE;
    *ret_done = shell_evaluate(frame, str_join(session->arena, parts, 2, STR("")), &failure);
    if (!*ret_done && failure.kind != ERR_INPUT) {
        *e = failure;
        return false;
    }
    state_leave_call(state, frame);
    return true;
}

/* What one of the meanings of a name does; DATUM_UNSET: the program of that name. */
static bool call_meaning(struct shell_state *state, const struct datum *meaning,
                         const struct shell_node *node, struct shell_command *command,
                         struct err *e)
{
    bool done = true;

    switch (meaning->kind) {
    case DATUM_FUNCTION:
        return call_body(state, meaning, call_arguments(state, command), command, e);
    case DATUM_TEXT:
        if (!call_alias(state, meaning, command, &done, e))
            return false;
        return done || visit(state, node, command, e);
    default:
        return visit(state, node, command, e);
    }
}

/* Several meanings: definitions in branches of which one ran, or none. */
static bool call(struct shell_state *state, const struct binding *binding,
                 const struct shell_node *node, struct shell_command *command, struct err *e)
{
    struct states branches = {0};

    if (binding->count == 1)
        return call_meaning(state, &binding->alternatives[0], node, command, e);
    for (size_t i = 0; i < binding->count; i++) {
        struct shell_state *branch = state_enter(state, LAYER_BRANCH);
        branch->conditional = true;
        if (!call_meaning(branch, &binding->alternatives[i], node, command, e))
            return false;
        VEC_PUSH(state->session->arena, &branches, branch);
    }
    state_merge(state, &branches, false);
    return true;
}

static bool run(struct shell_state *state, const struct shell_node *node,
                struct shell_command *command, struct err *e)
{
    struct session *session = state->session;
    const struct shell_value *program = &command->words.items[0];
    const struct binding *binding = NULL;

    if (session->has_aliases && program->known)
        binding = state_find(state, BINDING_ALIAS, program->text);
    if (!is_callable(binding) && session->has_functions && program->known)
        binding = state_find(state, BINDING_FUNCTION, program->text);
    return is_callable(binding) ? call(state, binding, node, command, e)
                                : visit(state, node, command, e);
}

static bool dispatch(struct shell_state *state, const struct shell_node *node,
                     struct shell_command *command, const struct redirected *redirected,
                     struct err *e)
{
    struct input *input = state->input;
    struct sink *sink = state->sink;
    struct shell_commands *writers = state->writers;
    const struct shell_output *outputs = state->outputs;
    size_t output_count = state->output_count;

    state->input = redirected->input;
    if (redirected->stdout_moved) {
        state->sink = NULL;
        state->writers = NULL;
    }
    state->outputs = command->outputs;
    state->output_count = command->output_count;
    if (!run(state, node, command, e))
        return false;
    state->input = input;
    state->sink = sink;
    state->writers = writers;
    state->outputs = outputs;
    state->output_count = output_count;
    return true;
}

static bool assign_all(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    for (size_t i = 0; i < node->assignment_count; i++)
        if (!assign(state, &node->assignments[i], false, e))
            return false;
    return true;
}

/* One reading. *ret_end: the branch it ran in, when there are several. */
static bool run_reading(struct shell_state *state, const struct shell_node *node,
                        const struct choices *choices, struct shell_state **ret_end, struct err *e)
{
    struct arena *arena = state->session->arena;
    struct shell_command *command = ARENA_NEW(arena, struct shell_command);
    struct redirected redirected;

    if (!expand_command(state, node, &command->words, e) ||
        !expand_settings(state, node, command, e) ||
        !redirect(state, &node->redirections, &redirected, e))
        return false;
    redirected.input =
        set_input(state, redirected.input ? redirected.input : state->input, command);
    set_outputs(state, &redirected, command);
    command->span = node->span;
    command->line = node->line;
    command->directory = state->directory;
    command->directory_known = state->directory_known;
    command->conditional = state->conditional;
    command->in_function = state->in_function;
    command->alternative = choices->run;
    struct shell_state *target = state;
    if (choices_several(choices)) {
        *ret_end = target = state_enter(state, LAYER_BRANCH);
        if (state->sink)
            target->sink = sink_new(arena);
    }
    if (command->words.count == 0)
        return assign_all(target, node, e);
    return evaluate_step(state->session, e) && dispatch(target, node, command, &redirected, e);
}

static bool run_readings(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    struct arena *arena = state->session->arena;
    struct choices choices;
    struct states ends = {0};
    struct sink *sinks[READINGS_MAX + 1];
    size_t sink_count = 0;

    choices_begin(state->session, &choices);
    do {
        struct shell_state *end = NULL;
        if (!run_reading(state, node, &choices, &end, e))
            return false;
        if (!end)
            continue;
        VEC_PUSH(arena, &ends, end);
        if (state->sink && sink_count <= READINGS_MAX)
            sinks[sink_count++] = end->sink;
    } while (choices_next(&choices));
    choices_end(state->session, &choices);
    if (ends.count == 0)
        return true;
    state->read_result = VEC_LAST(&ends)->read_result;
    if (state->sink)
        sink_add_alternatives(state, sinks, sink_count);
    state_merge(state, &ends, false);
    return true;
}

static bool visit_redirections(struct shell_state *state, const struct shell_node *node,
                               const struct redirected *redirected, struct err *e)
{
    const struct shell_visitor *visitor = state->session->visitor;
    struct shell_command command = {.outputs = redirected->outputs,
                                    .output_count = redirected->output_count,
                                    .span = node->span,
                                    .line = node->line,
                                    .directory = state->directory,
                                    .directory_known = state->directory_known,
                                    .conditional = state->conditional};

    if (!visitor->redirections || command.output_count == 0)
        return true;
    return visitor->redirections(visitor->context, state, &command, e);
}

/* Redirections alone: `> file`, and $(< file), which prints it. */
static bool run_redirections(struct shell_state *state, const struct shell_node *node,
                             struct err *e)
{
    struct choices choices;
    struct redirected redirected;

    choices_begin(state->session, &choices);
    do {
        if (!redirect(state, &node->redirections, &redirected, e) ||
            !visit_redirections(state, node, &redirected, e))
            return false;
    } while (choices_next(&choices));
    choices_end(state->session, &choices);
    if (state->sink && redirected.input && node->assignment_count == 0) {
        if (redirected.input->kind == INPUT_FILE)
            sink_add_file(state, redirected.input->texts[0], UNKNOWN_TEXT);
        else
            sink_add(state, redirected.input->texts[0].text);
    }
    return true;
}

bool evaluate_simple(struct shell_state *state, const struct shell_node *node, struct err *e)
{
    if (node->word_count)
        return run_readings(state, node, e);
    return assign_all(state, node, e) &&
           (node->redirections.count == 0 || run_redirections(state, node, e));
}
