#include <string.h>

#include "shell/evaluator.h"

struct part_list {
    const struct shell_part **parts;
    size_t count;
};
VEC_DEFINE(part_lists, struct part_list);

static bool nesting_enter(struct session *session, struct err *e)
{
    if (++session->nesting > NESTING_MAX)
        return err_set(e, ERR_LIMIT, "commands nested deeper than %u levels", NESTING_MAX);
    return true;
}

static bool expand_tilde(struct builder *b, struct str text)
{
    struct shell_state *state = b->state;
    size_t count;
    const struct datum *home = state_variable(state, STR("HOME"), &count);
    struct str value = UNKNOWN_TEXT;

    if (str_eq(text, STR("~"))) {
        if (count == 1 && home->kind == DATUM_TEXT)
            value = home->text;
        else if (home->kind == DATUM_ENVIRONMENT && state->session->home.length)
            value = state->session->home;
    } else if (str_eq(text, STR("~+")) && state->directory_known) {
        value = state->directory;
    } else if (str_eq(text, STR("~-")) && state->previous_known) {
        value = state->previous;
    }
    builder_add(b, value, true);
    return true;
}

static bool expand_substitution(struct builder *b, const struct shell_part *part, struct err *e)
{
    struct session *session = b->state->session;
    const struct choice *known = choice_find(session, CHOICE_SUBSTITUTION, STR_NONE, part);
    struct datums values = {0};

    if (known) {
        values.items = (struct datum *)(uintptr_t)known->alternatives;
        values.count = known->count;
    } else if (!evaluate_substitution(b->state, part->list, &values, e)) {
        return false;
    }
    const struct datum *value =
        choose_datum(session, CHOICE_SUBSTITUTION, STR_NONE, part, values.items, values.count);
    return builder_add_value(b, value->text, part->quoted, e);
}

static bool expand_process_output(struct builder *b, const struct shell_part *part, struct err *e)
{
    struct session *session = b->state->session;

    if (!choice_find(session, CHOICE_SUBSTITUTION, STR_NONE, part)) {
        struct shell_state *fork = shell_state_fork(b->state);
        fork->input = input_new(session->arena, INPUT_UNKNOWN, value_from_text(UNKNOWN_TEXT));
        if (!evaluate_list(fork, part->list, e))
            return false;
        choose_datum(session, CHOICE_SUBSTITUTION, STR_NONE, part, &DATUM_IS_UNKNOWN, 1);
    }
    builder_add(b, UNKNOWN_TEXT, true);
    return true;
}

/* The word is a path that only the shell knows; what reading it would give stands beside it. */
static bool expand_process(struct builder *b, const struct shell_part *part, struct err *e)
{
    struct session *session = b->state->session;
    struct datums values = {0};
    const struct choice *known = choice_find(session, CHOICE_SUBSTITUTION, STR_NONE, part);

    if (part->process_output)
        return expand_process_output(b, part, e);
    if (known) {
        values.items = (struct datum *)(uintptr_t)known->alternatives;
        values.count = known->count;
    } else if (!evaluate_substitution(b->state, part->list, &values, e)) {
        return false;
    }
    struct shell_value *content = ARENA_NEW(session->arena, struct shell_value);
    *content = value_from_text(
        choose_datum(session, CHOICE_SUBSTITUTION, STR_NONE, part, values.items, values.count)
            ->text);
    builder_add(b, UNKNOWN_TEXT, true);
    b->content = content;
    return true;
}

static bool expand_arithmetic(struct builder *b, const struct shell_part *part, struct err *e)
{
    struct shell_value source;
    bool known = false;
    int64_t number = 0;

    if (!expand_one(b->state, part->inner, &source, e) ||
        !arithmetic_evaluate(b->state, source.text, &known, &number, e))
        return false;
    builder_add(b, known ? number_text(b->state->session->arena, number) : UNKNOWN_TEXT, true);
    return true;
}

static bool expand_part(struct builder *b, const struct shell_part *part, struct err *e)
{
    switch (part->kind) {
    case PART_LITERAL:
        if (b->split_literal && !part->quoted)
            return builder_add_value(b, part->text, false, e);
        builder_add(b, part->text, part->quoted);
        b->glob = b->glob || part->has_glob;
        return true;
    case PART_TILDE:
        return expand_tilde(b, part->text);
    case PART_PARAMETER:
        return expand_parameter(b, part, e);
    case PART_COMMAND:
        return expand_substitution(b, part, e);
    case PART_ARITHMETIC:
        return expand_arithmetic(b, part, e);
    case PART_PROCESS:
        return expand_process(b, part, e);
    case PART_BRACES: /* too long a range */
    case PART_ARRAY:
        builder_add(b, UNKNOWN_TEXT, false);
        return true;
    }
    return true;
}

bool expand_parts(struct builder *b, const struct shell_part *parts, size_t count, struct err *e)
{
    if (!nesting_enter(b->state->session, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!expand_part(b, &parts[i], e))
            return false;
    b->state->session->nesting--;
    return true;
}

bool expand_operand(struct builder *b, const struct shell_word *word, struct err *e)
{
    bool before = b->split_literal;

    if (!word)
        return true;
    b->split_literal = b->split;
    bool ok = expand_parts(b, word->parts, word->part_count, e);
    b->split_literal = before;
    return ok;
}

static bool has_braces(const struct shell_word *word)
{
    for (size_t i = 0; i < word->part_count; i++)
        if (word->parts[i].kind == PART_BRACES)
            return true;
    return false;
}

/* Each list of *lists followed by each of `endings`. False when there are too many. */
static bool multiply(struct session *session, struct part_lists *lists,
                     const struct part_lists *endings)
{
    struct part_lists product = {0};

    if (lists->count * endings->count > FIELDS_MAX)
        return false;
    for (size_t i = 0; i < lists->count; i++)
        for (size_t k = 0; k < endings->count; k++) {
            const struct part_list *a = &lists->items[i], *z = &endings->items[k];
            struct part_list joined = {.count = a->count + z->count};
            session->copied += joined.count * sizeof *joined.parts + sizeof joined;
            if (session->copied > COPIED_MAX)
                return false;
            joined.parts = ARENA_ARRAY(session->arena, joined.count + 1, const struct shell_part *);
            if (a->count)
                memcpy(joined.parts, a->parts, a->count * sizeof *a->parts);
            if (z->count)
                memcpy(joined.parts + a->count, z->parts, z->count * sizeof *z->parts);
            VEC_PUSH(session->arena, &product, joined);
        }
    *lists = product;
    return true;
}

/* The words that braces make of one; as deep as the parser allows. */
static bool brace_product(struct session *session, const struct shell_part *parts, size_t count,
                          struct part_lists *ret_lists)
{
    struct part_lists lists = {0};

    VEC_PUSH(session->arena, &lists, (struct part_list){0});
    for (size_t i = 0; i < count; i++) {
        const struct shell_part *part = &parts[i];
        struct part_lists endings = {0};
        if (part->kind != PART_BRACES || part->word_count == 0) {
            struct part_list *one = ARENA_NEW(session->arena, struct part_list);
            *one = (struct part_list){.parts = &part, .count = 1};
            endings = (struct part_lists){.items = one, .count = 1, .capacity = 1};
            if (!multiply(session, &lists, &endings))
                return false;
            continue;
        }
        for (size_t k = 0; k < part->word_count; k++) {
            struct part_lists inner;
            const struct shell_word *word = &part->words[k];
            if (!brace_product(session, word->parts, word->part_count, &inner) ||
                endings.count + inner.count > FIELDS_MAX)
                return false;
            for (size_t m = 0; m < inner.count; m++)
                VEC_PUSH(session->arena, &endings, inner.items[m]);
        }
        if (!multiply(session, &lists, &endings))
            return false;
    }
    *ret_lists = lists;
    return true;
}

static bool expand_braces(struct builder *b, const struct shell_word *word, struct err *e)
{
    struct session *session = b->state->session;
    struct part_lists lists;

    if (!brace_product(session, word->parts, word->part_count, &lists)) {
        if (!session_charge(session, 0, e))
            return false;
        values_push(session->arena, b->out, value_unknown());
        return true;
    }
    for (size_t i = 0; i < lists.count; i++) {
        for (size_t k = 0; k < lists.items[i].count; k++)
            if (!expand_parts(b, lists.items[i].parts[k], 1, e))
                return false;
        if (!builder_finish(b, e))
            return false;
    }
    return true;
}

bool expand_words(struct shell_state *state, const struct shell_word *words, size_t count,
                  struct shell_values *out, struct err *e)
{
    struct builder b = builder_new(state, out);

    for (size_t i = 0; i < count; i++) {
        const struct shell_word *word = &words[i];
        b.span = word->span;
        if (has_braces(word)) {
            if (!expand_braces(&b, word, e))
                return false;
        } else if (!expand_parts(&b, word->parts, word->part_count, e) || !builder_finish(&b, e)) {
            return false;
        }
    }
    return true;
}

static bool expand_joined(struct shell_state *state, const struct shell_word *word, size_t maximum,
                          bool pattern, struct shell_value *ret_value, struct err *e)
{
    struct shell_values out = {0};
    struct builder b = builder_new(state, &out);

    *ret_value = value_from_text(STR(""));
    if (!word)
        return true;
    b.split = false;
    b.pattern = pattern;
    b.maximum = maximum;
    b.span = word->span;
    if (!expand_parts(&b, word->parts, word->part_count, e) || !builder_finish(&b, e))
        return false;
    if (out.count)
        *ret_value = out.items[0];
    ret_value->may_vanish = false;
    ret_value->span = word->span;
    return true;
}

bool expand_one(struct shell_state *state, const struct shell_word *word,
                struct shell_value *ret_value, struct err *e)
{
    return expand_joined(state, word, VALUE_MAX, false, ret_value, e);
}

bool expand_body(struct shell_state *state, const struct shell_word *word,
                 struct shell_value *ret_value, struct err *e)
{
    return expand_joined(state, word, SHELL_TEXT_MAX, false, ret_value, e);
}

bool expand_pattern(struct shell_state *state, const struct shell_word *word,
                    struct str *ret_pattern, struct err *e)
{
    struct shell_value value;

    if (!expand_joined(state, word, VALUE_MAX, true, &value, e))
        return false;
    *ret_pattern = value.text;
    return true;
}

bool expand_alternatives(struct shell_state *state, const struct shell_word *word,
                         struct datums *ret_values, struct err *e)
{
    struct choices choices;
    struct datums values = {0};

    choices_begin(state->session, &choices);
    do {
        struct shell_value value;
        if (!expand_one(state, word, &value, e))
            return false;
        struct datum datum = datum_text(value.text);
        datums_add(state->session->arena, &values, &datum);
    } while (choices_next(&choices));
    choices_end(state->session, &choices);
    *ret_values = values;
    return true;
}
