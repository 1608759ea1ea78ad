#include "shell/evaluator.h"

static bool is_all(const struct shell_word *index, bool *ret_star)
{
    if (!index || index->part_count != 1 || index->parts[0].kind != PART_LITERAL)
        return false;
    struct str text = index->parts[0].text;
    *ret_star = str_eq(text, STR("*"));
    return *ret_star || str_eq(text, STR("@"));
}

static struct resolved resolved_one(struct shell_value value)
{
    return (struct resolved){.set_known = true, .set = true, .one = value, .count = 1};
}

static struct resolved resolved_unset(void)
{
    return (struct resolved){.set_known = true, .one = value_from_text(STR(""))};
}

static struct resolved resolved_environment(void)
{
    return (struct resolved){.one = value_from_text(UNKNOWN_TEXT), .count = 1};
}

/* What may stand for no word or several gets one unknown item more. */
static void add_open_item(struct arena *arena, struct resolved *r)
{
    struct shell_value *items = ARENA_ARRAY(arena, r->count + 1, struct shell_value);

    for (size_t i = 0; i < r->count; i++)
        items[i] = r->items[i];
    items[r->count++] = value_unknown();
    r->items = items;
}

static struct resolved resolve_arguments(struct shell_state *state, bool star)
{
    const struct arguments *arguments = state->arguments;
    struct resolved r = {.many = true, .star = star, .open = arguments->open};

    r.items = arguments->items;
    r.count = arguments->count;
    r.set = r.count > 0;
    r.set_known = !r.open || r.set;
    if (r.open && r.count == 0)
        add_open_item(state->session->arena, &r);
    return r;
}

static struct resolved resolve_position(struct shell_state *state, uint64_t position)
{
    const struct arguments *arguments = state->arguments;

    if (position == 0)
        return arguments->zero_known ? resolved_one(arguments->zero) : resolved_environment();
    for (size_t i = 0; i < arguments->count && i < position; i++) {
        if (arguments->items[i].may_vanish)
            return resolved_environment();
        if (i + 1 == position)
            return resolved_one(arguments->items[i]);
    }
    return arguments->open ? resolved_environment() : resolved_unset();
}

static bool resolve_special(struct shell_state *state, struct str name, struct resolved *ret)
{
    uint64_t position;
    char first = name.length ? name.bytes[0] : '\0';

    if (str_to_u64(name, &position)) {
        *ret = resolve_position(state, position);
    } else if (first == '@' || first == '*') {
        *ret = resolve_arguments(state, first == '*');
    } else if (first == '#') {
        bool open = state->arguments->open;
        *ret = resolved_one(value_from_text(
            open ? UNKNOWN_TEXT
                 : number_text(state->session->arena, (int64_t)state->arguments->count)));
        ret->solid = open;
    } else if (name.length == 1 && (first == '?' || first == '$' || first == '!' || first == '-')) {
        *ret = resolved_one(value_from_text(UNKNOWN_TEXT));
        ret->solid = true;
    } else {
        return false;
    }
    return true;
}

/* Variables that the shell itself sets. */
static struct resolved resolve_environment(struct shell_state *state, struct str name, bool many)
{
    struct resolved r = resolved_environment();

    if (str_eq(name, STR("PWD")) && state->directory_known)
        return resolved_one(value_from_text(state->directory));
    if (str_eq(name, STR("OLDPWD")) && state->previous_known)
        return resolved_one(value_from_text(state->previous));
    if (str_eq(name, STR("HOME")) && state->session->home.length)
        return resolved_one(value_from_text(state->session->home));
    if (str_eq(name, STR("BASH_SOURCE")) && state->arguments->zero_known)
        return resolved_one(state->arguments->zero);
    if (many) {
        r.many = r.open = true;
        r.count = 0;
        add_open_item(state->session->arena, &r);
    }
    return r;
}

static bool resolve_all(struct shell_state *state, const struct datum *datum, bool star,
                        struct resolved *ret, struct err *e)
{
    struct arena *arena = state->session->arena;
    struct resolved r = {.set_known = true, .many = true, .star = star, .open = datum->open};
    size_t count = datum->kind == DATUM_ARRAY ? datum->count : datum->kind == DATUM_TEXT;
    struct shell_value *items;

    if (!session_charge(state->session, count * sizeof *items, e))
        return false;
    items = ARENA_ARRAY(arena, count + 1, struct shell_value);
    for (size_t i = 0; i < count; i++)
        items[i] = datum->kind == DATUM_ARRAY ? datum->store->items[i].value
                                              : value_from_text(datum->text);
    r.items = items;
    r.count = count;
    r.set = count > 0;
    r.set_known = !r.open || r.set;
    if (r.open)
        add_open_item(arena, &r);
    *ret = r;
    return true;
}

static struct resolved find_element(const struct datum *array, struct str key)
{
    for (size_t i = 0; i < array->count; i++) {
        const struct element *element = &array->store->items[i];
        if (str_eq(element->key, key))
            return resolved_one(element->value);
    }
    return array->open ? resolved_environment() : resolved_unset();
}

static bool resolve_element(struct shell_state *state, const struct datum *datum,
                            const struct shell_word *index, struct resolved *ret, struct err *e)
{
    struct shell_value key;
    bool known = true;
    int64_t number = 0;

    if (!expand_one(state, index, &key, e))
        return false;
    if (datum->kind == DATUM_ARRAY && datum->associative) {
        *ret = key.known ? find_element(datum, key.text) : resolved_environment();
        return true;
    }
    if (!arithmetic_evaluate(state, key.text, &known, &number, e))
        return false;
    if (!known)
        *ret = resolved_environment();
    else if (datum->kind == DATUM_ARRAY)
        *ret =
            find_element(datum, number_text(state->session->arena,
                                            number < 0 ? number + (int64_t)datum->count : number));
    else
        *ret = number == 0 && datum->kind == DATUM_TEXT ? resolved_one(value_from_text(datum->text))
                                                        : resolved_unset();
    return true;
}

static const struct datum *chosen_variable(struct shell_state *state, struct str name)
{
    size_t count;
    const struct datum *alternatives = state_variable(state, name, &count);

    return choose_datum(state->session, CHOICE_VARIABLE, name, NULL, alternatives, count);
}

bool parameter_resolve(struct shell_state *state, struct str name, const struct shell_word *index,
                       struct resolved *ret, struct err *e)
{
    bool star = false, all = is_all(index, &star);

    if (resolve_special(state, name, ret))
        return true;
    const struct datum *datum = chosen_variable(state, name);
    if (datum->kind == DATUM_ENVIRONMENT) {
        struct shell_value ignored;
        *ret = resolve_environment(state, name, all);
        return all || expand_one(state, index, &ignored, e);
    }
    if (all)
        return resolve_all(state, datum, star, ret, e);
    if (index)
        return resolve_element(state, datum, index, ret, e);
    if (datum->kind == DATUM_ARRAY)
        *ret = find_element(datum, STR("0"));
    else
        *ret = datum->kind == DATUM_TEXT ? resolved_one(value_from_text(datum->text))
                                         : resolved_unset();
    return true;
}

bool parameter_keys(struct shell_state *state, struct str name, struct resolved *ret, struct err *e)
{
    const struct datum *datum = chosen_variable(state, name);
    struct resolved r = {.many = true, .set_known = true, .set = true};

    if (!session_charge(state->session, datum->count * sizeof(struct shell_value), e))
        return false;
    if (datum->kind == DATUM_ARRAY) {
        struct shell_value *keys =
            ARENA_ARRAY(state->session->arena, datum->count + 1, struct shell_value);
        for (size_t i = 0; i < datum->count; i++)
            keys[i] = value_from_text(datum->store->items[i].key);
        r.items = keys;
        r.count = datum->count;
    }
    if (datum->kind == DATUM_TEXT) {
        static const struct shell_value ZERO = {.text = STR_INIT("0"), .known = true};
        r.items = &ZERO;
        r.count = 1;
    }
    if (datum->open || datum->kind == DATUM_ENVIRONMENT)
        add_open_item(state->session->arena, &r);
    *ret = r;
    return true;
}
