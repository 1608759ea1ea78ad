#include "shell/evaluator.h"

static bool element_key(struct shell_state *state, const struct shell_word *word, bool associative,
                        struct str *ret_key, struct err *e)
{
    struct shell_value key;
    bool known = false;
    int64_t number = 0;

    if (!expand_one(state, word, &key, e))
        return false;
    *ret_key = key.text;
    if (associative)
        return true;
    if (!arithmetic_evaluate(state, key.text, &known, &number, e))
        return false;
    if (known)
        *ret_key = number_text(state->session->arena, number);
    return true;
}

/* (a b [k]=v) */
static bool add_elements(struct shell_state *state, const struct shell_part *part,
                         struct datum *array, struct err *e)
{
    struct session *session = state->session;
    int64_t next = (int64_t)array->count;

    for (size_t i = 0; i < part->word_count; i++) {
        const struct shell_word *word = &part->words[i];
        struct shell_values fields = {0};
        if (word->key) {
            struct str key;
            struct shell_value value;
            if (!element_key(state, word->key, array->associative, &key, e) ||
                !expand_one(state, word, &value, e) ||
                !session_charge(session, array->count * sizeof(struct element), e))
                return false;
            datum_put(session->arena, array, key, value);
            continue;
        }
        if (!expand_words(state, word, 1, &fields, e) ||
            !session_charge(session, 4 * fields.count * sizeof(struct element), e))
            return false;
        for (size_t k = 0; k < fields.count; k++) {
            datum_push(session->arena, array, number_text(session->arena, next++), fields.items[k]);
            array->open = array->open || fields.items[k].may_vanish;
        }
    }
    return true;
}

static struct datum as_array(struct arena *arena, const struct datum *old)
{
    struct datum array = datum_array(arena);

    if (old->kind == DATUM_ARRAY)
        return *old;
    if (old->kind == DATUM_TEXT && old->text.length)
        datum_push(arena, &array, STR("0"), value_from_text(old->text));
    return array;
}

static bool assign_element(struct shell_state *state, const struct shell_assignment *assignment,
                           const struct datum *old, struct datum *ret_datum, struct err *e)
{
    struct session *session = state->session;
    struct datum array = as_array(session->arena, old);
    struct shell_value value;
    struct str key;

    if (!element_key(state, assignment->index, array.associative, &key, e) ||
        !expand_one(state, assignment->value, &value, e) ||
        !session_charge(session, array.count * sizeof(struct element), e))
        return false;
    if (!value_from_text(key).known)
        array.open = true;
    for (size_t i = 0; assignment->append && i < array.count; i++)
        if (str_eq(array.store->items[i].key, key)) {
            struct str parts[2] = {array.store->items[i].value.text, value.text};
            if (!session_charge(session, parts[0].length + parts[1].length, e))
                return false;
            value = value_from_text(str_join(session->arena, parts, 2, STR("")));
        }
    datum_put(session->arena, &array, key, value);
    *ret_datum = array;
    return true;
}

static bool assign_text(struct shell_state *state, const struct shell_assignment *assignment,
                        const struct datum *old, struct datum *ret_datum, struct err *e)
{
    struct session *session = state->session;
    struct shell_value value;

    if (!expand_one(state, assignment->value, &value, e))
        return false;
    *ret_datum = datum_text(value.text);
    if (old->kind == DATUM_ARRAY) {
        struct datum array = *old;
        if (!session_charge(session, array.count * sizeof(struct element), e))
            return false;
        datum_put(session->arena, &array, STR("0"), value);
        *ret_datum = array;
    } else if (assignment->append && old->kind != DATUM_UNSET) {
        struct str before = old->kind == DATUM_TEXT ? old->text : UNKNOWN_TEXT;
        struct str parts[2] = {before, value.text};
        if (before.length + value.text.length > VALUE_MAX) {
            ret_datum->text = UNKNOWN_TEXT;
            return true;
        }
        if (!session_charge(session, before.length + value.text.length, e))
            return false;
        if (before.length)
            ret_datum->text = str_join(session->arena, parts, 2, STR(""));
    }
    return true;
}

static bool assign_reading(struct shell_state *state, const struct shell_assignment *assignment,
                           struct datum *ret_datum, struct err *e)
{
    struct session *session = state->session;
    const struct shell_word *value = assignment->value;
    size_t count;
    const struct datum *alternatives = state_variable(state, assignment->name, &count);
    const struct datum *old = &DATUM_IS_UNSET;

    /* What it was matters only where something is kept of it. */
    if (assignment->append || assignment->index || alternatives[0].kind == DATUM_ARRAY)
        old = choose_datum(session, CHOICE_VARIABLE, assignment->name, NULL, alternatives, count);
    if (value && value->part_count && value->parts[0].kind == PART_ARRAY) {
        struct datum array =
            assignment->append ? as_array(session->arena, old) : datum_array(session->arena);
        array.associative = old->associative;
        if (!add_elements(state, &value->parts[0], &array, e))
            return false;
        *ret_datum = array;
        return true;
    }
    if (assignment->index)
        return assign_element(state, assignment, old, ret_datum, e);
    return assign_text(state, assignment, old, ret_datum, e);
}

bool assign(struct shell_state *state, const struct shell_assignment *assignment, bool local,
            struct err *e)
{
    struct session *session = state->session;
    struct choices choices;
    struct datums values = {0};

    if (!evaluate_step(session, e))
        return false;
    choices_begin(session, &choices);
    do {
        struct datum datum;
        if (!assign_reading(state, assignment, &datum, e))
            return false;
        datums_add(session->arena, &values, &datum);
    } while (choices_next(&choices));
    choices_end(session, &choices);
    if (values.count > SHELL_VALUES_MAX)
        state_bind(state, BINDING_VARIABLE, assignment->name, &DATUM_IS_UNKNOWN, 1, local);
    else
        state_bind(state, BINDING_VARIABLE, assignment->name, values.items, values.count, local);
    return true;
}
