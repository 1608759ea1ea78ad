#include <string.h>

#include "shell/evaluator.h"

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_MAYBE };

/* Is the parameter unset, or with a colon empty? */
static enum answer is_missing(const struct resolved *r, bool colon)
{
    if (!r->set_known)
        return ANSWER_MAYBE;
    if (!r->set)
        return ANSWER_YES;
    if (!colon || (r->many && r->count > 1))
        return ANSWER_NO;
    struct str text = r->many ? r->items[0].text : r->one.text;
    if (text.length == 0)
        return ANSWER_YES;
    return text_is_unknown(text) ? ANSWER_MAYBE : ANSWER_NO;
}

static bool add_resolved(struct builder *b, const struct resolved *r, bool quoted, struct err *e)
{
    if (r->many) {
        if (r->count == 0 && r->star && quoted)
            builder_add(b, STR(""), true);
        return builder_add_values(b, r->items, r->count, quoted, r->star, e);
    }
    if (r->solid) {
        builder_add(b, r->one.text, true);
        return true;
    }
    if (r->one.content)
        b->content = r->one.content;
    return builder_add_value(b, r->one.text, quoted, e);
}

static bool has_colon(const struct shell_part *part)
{
    return part->operator_text.length && part->operator_text.bytes[0] == ':';
}

/* Missing in this reading? SIZE_MAX of the choice: *ret_unknown. */
static bool choose_missing(struct builder *b, const struct shell_part *part,
                           const struct resolved *r, bool *ret_unknown)
{
    enum answer missing = is_missing(r, has_colon(part));

    *ret_unknown = false;
    if (missing != ANSWER_MAYBE)
        return missing == ANSWER_YES;
    size_t chosen = choose_index(b->state->session, CHOICE_DEFAULT, part->name, NULL, 2);
    *ret_unknown = chosen == SIZE_MAX;
    return chosen == 0;
}

static bool expand_default(struct builder *b, const struct shell_part *part,
                           const struct resolved *r, struct err *e)
{
    bool unknown, missing = choose_missing(b, part, r, &unknown);

    if (unknown)
        return builder_add_value(b, UNKNOWN_TEXT, part->quoted, e);
    return missing ? expand_operand(b, part->operand, e) : add_resolved(b, r, part->quoted, e);
}

static bool expand_assign(struct builder *b, const struct shell_part *part,
                          const struct resolved *r, struct err *e)
{
    struct session *session = b->state->session;
    bool unknown, missing = choose_missing(b, part, r, &unknown);

    if (missing && !r->many && name_is_valid(part->name) && !part->index) {
        struct shell_value value;
        struct datum *set = ARENA_ARRAY(session->arena, 2, struct datum);
        if (!expand_one(b->state, part->operand, &value, e))
            return false;
        set[0] = datum_text(value.text);
        set[1] = DATUM_IS_UNKNOWN;
        state_bind(b->state, BINDING_VARIABLE, part->name, set, r->set_known && !r->set ? 1 : 2,
                   false);
        return builder_add_value(b, value.text, part->quoted, e);
    }
    return expand_default(b, part, r, e);
}

static bool expand_alternate(struct builder *b, const struct shell_part *part,
                             const struct resolved *r, struct err *e)
{
    bool unknown, missing = choose_missing(b, part, r, &unknown);

    if (unknown)
        return builder_add_value(b, UNKNOWN_TEXT, part->quoted, e);
    if (!missing)
        return expand_operand(b, part->operand, e);
    if (part->quoted)
        builder_add(b, STR(""), true);
    return true;
}

static size_t character_count(struct str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.length; i++)
        count += ((unsigned char)text.bytes[i] & 0xC0) != 0x80;
    return count;
}

static bool expand_length(struct builder *b, const struct resolved *r)
{
    bool known = r->many ? !r->open : r->set_known && r->one.known;
    size_t count = r->many ? r->count : character_count(r->one.text);

    builder_add(b, known ? number_text(b->state->session->arena, (int64_t)count) : UNKNOWN_TEXT,
                true);
    return true;
}

/* ${@:2} ${a[@]:1:2} */
static bool slice_items(struct shell_state *state, const struct shell_part *part,
                        struct resolved *r, struct err *e)
{
    struct shell_value source;
    bool known = !r->open, is_arguments = !part->index;
    int64_t from = 0, length = (int64_t)r->count + 1;

    if (!expand_one(state, part->operand, &source, e) ||
        (known && !arithmetic_evaluate(state, source.text, &known, &from, e)))
        return false;
    if (part->replacement &&
        (!expand_one(state, part->replacement, &source, e) ||
         (known && !arithmetic_evaluate(state, source.text, &known, &length, e))))
        return false;
    if (!known || length < 0) {
        struct shell_value *unknown = ARENA_NEW(state->session->arena, struct shell_value);
        *unknown = value_unknown();
        r->items = unknown;
        r->count = 1;
        return true;
    }
    if (from < 0)
        from += (int64_t)r->count + (is_arguments ? 1 : 0);
    /* $0 is the element before $1. */
    if (is_arguments)
        from = from > 0 ? from - 1 : 0;
    if (from < 0 || from > (int64_t)r->count)
        from = (int64_t)r->count;
    r->items = r->items ? r->items + from : NULL;
    r->count -= (size_t)from;
    if ((int64_t)r->count > length)
        r->count = (size_t)length;
    return true;
}

static bool transform_values(struct builder *b, const struct shell_part *part,
                             enum shell_parameter_operator operator, struct resolved * r,
                             struct err *e)
{
    struct session *session = b->state->session;

    if (operator== PARAMETER_SUBSTRING && r->many)
        return slice_items(b->state, part, r, e);
    if (!r->many) {
        struct str text;
        /* What is unset stays so: ${x/#/prefix} is no prefix. */
        if (r->set_known && !r->set)
            return true;
        if (!transform_text(b->state, part, operator, r->one.text, &text, e))
            return false;
        r->one = value_from_text(text);
        return true;
    }
    if (!session_charge(session, r->count * sizeof *r->items, e))
        return false;
    struct shell_value *items = ARENA_ARRAY(session->arena, r->count + 1, struct shell_value);
    for (size_t i = 0; i < r->count; i++) {
        struct str text;
        if (!transform_text(b->state, part, operator, r->items[i].text, &text, e))
            return false;
        items[i] = value_from_text(text);
        items[i].may_vanish = r->items[i].may_vanish;
    }
    r->items = items;
    return true;
}

static enum shell_parameter_operator operator_of(struct str text)
{
    struct str rest = str_from_offset(text, text.length > 1 && text.bytes[0] == ':');

    switch (rest.length ? rest.bytes[0] : '\0') {
    case '-':
        return PARAMETER_DEFAULT;
    case '=':
        return PARAMETER_ASSIGN;
    case '?':
        return PARAMETER_ERROR;
    case '+':
        return PARAMETER_ALTERNATE;
    case ':':
        return PARAMETER_SUBSTRING;
    case '#':
    case '%':
        return PARAMETER_STRIP;
    case '/':
        return PARAMETER_REPLACE;
    case '^':
    case ',':
        return PARAMETER_CASE;
    case '@':
        return PARAMETER_TRANSFORM;
    default:
        return PARAMETER_PLAIN;
    }
}

/* ${!name}: *ret_done when nothing is left to do. */
static bool expand_indirect(struct builder *b, const struct shell_part *part, struct resolved *r,
                            bool *ret_done, struct err *e)
{
    bool names = str_eq(part->operator_text, STR("!*")) || str_eq(part->operator_text, STR("!@"));

    *ret_done = false;
    if (names || (r->many && part->index)) {
        *ret_done = true;
        if (names)
            return builder_add_value(b, UNKNOWN_TEXT, false, e);
        bool star = r->star;
        if (!parameter_keys(b->state, part->name, r, e))
            return false;
        r->star = star;
        return add_resolved(b, r, part->quoted, e);
    }
    struct str name = r->one.text;
    uint64_t position;
    if (!r->one.known || !(name_is_valid(name) || str_to_u64(name, &position))) {
        r->one = value_from_text(UNKNOWN_TEXT);
        r->set_known = false;
        return true;
    }
    return parameter_resolve(b->state, name, NULL, r, e);
}

/* Nothing the shell knows: it fails when it gets here, but what stands inside may have run by then. */
static bool expand_bad(struct builder *b, const struct shell_part *part, struct err *e)
{
    struct shell_value ignored;

    if (!expand_one(b->state, part->operand, &ignored, e))
        return false;
    return builder_add_value(b, UNKNOWN_TEXT, part->quoted, e);
}

/* An earlier reading has assigned the word; this one is about the value that the variable had. */
static bool was_assigned_before(const struct builder *b, const struct shell_part *part)
{
    const struct choice *choice = choice_find(b->state->session, CHOICE_DEFAULT, part->name, NULL);

    return choice && choice->chosen == 1;
}

bool expand_parameter(struct builder *b, const struct shell_part *part, struct err *e)
{
    enum shell_parameter_operator operator= part->operator;
    struct resolved r;
    bool done = false;

    if (part->name.length == 0)
        return expand_bad(b, part, e);
    if (operator== PARAMETER_ASSIGN && was_assigned_before(b, part))
        return builder_add_value(b, UNKNOWN_TEXT, part->quoted, e);
    if (!parameter_resolve(b->state, part->name, part->index, &r, e))
        return false;
    if (operator== PARAMETER_INDIRECT) {
        if (!expand_indirect(b, part, &r, &done, e))
            return false;
        if (done)
            return true;
        operator= operator_of(part->operator_text);
    }
    switch (operator) {
    case PARAMETER_LENGTH:
        return expand_length(b, &r);
    case PARAMETER_DEFAULT:
        return expand_default(b, part, &r, e);
    case PARAMETER_ASSIGN:
        return expand_assign(b, part, &r, e);
    case PARAMETER_ALTERNATE:
        return expand_alternate(b, part, &r, e);
    case PARAMETER_ERROR: {
        struct shell_value ignored;
        return expand_one(b->state, part->operand, &ignored, e) &&
               add_resolved(b, &r, part->quoted, e);
    }
    case PARAMETER_STRIP:
    case PARAMETER_REPLACE:
    case PARAMETER_SUBSTRING:
    case PARAMETER_CASE:
    case PARAMETER_TRANSFORM:
        return transform_values(b, part, operator, & r, e) && add_resolved(b, &r, part->quoted, e);
    case PARAMETER_PLAIN:
    case PARAMETER_INDIRECT:
        return add_resolved(b, &r, part->quoted, e);
    }
    return true;
}
