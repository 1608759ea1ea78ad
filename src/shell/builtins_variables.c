#include <string.h>

#include "shell/evaluator.h"

#define LINES_MAX 8u /* that are known in part */

/* --- declare, export, local, readonly, typeset --- */

struct declaration {
    bool local, array, associative, function, reference, print;
    bool exports, hides; /* hides: export -n, declare +x */
};

static struct declaration read_options(struct shell_state *state, const struct shell_values *words,
                                       size_t *ret_first)
{
    struct str name = words->items[0].text;
    struct declaration d = {0};
    bool export = str_eq(name, STR("export")) || str_eq(name, STR("readonly"));
    size_t at = 1;

    d.local = !export && state->in_function;
    d.exports = str_eq(name, STR("export"));
    for (; at < words->count; at++) {
        struct str text = words->items[at].text;
        if (str_eq(text, STR("--"))) {
            at++;
            break;
        }
        if (text.length < 2 || (text.bytes[0] != '-' && text.bytes[0] != '+'))
            break;
        for (size_t i = 1; i < text.length; i++) {
            char option = text.bytes[i];
            d.array = d.array || option == 'a';
            d.associative = d.associative || option == 'A';
            d.local = d.local && option != 'g';
            d.function = d.function || option == 'f' || option == 'F';
            d.reference = d.reference || (option == 'n' && !export);
            d.print = d.print || option == 'p';
            d.hides = d.hides || (export && option == 'n') ||
                      (!export && text.bytes[0] == '+' && option == 'x');
            d.exports = d.exports || (option == 'x' && text.bytes[0] == '-');
        }
    }
    *ret_first = at;
    return d;
}

static bool is_unset(const struct shell_state *state, struct str name)
{
    size_t count;

    return state_variable(state, name, &count)->kind == DATUM_UNSET && count == 1;
}

static void declare_export(struct shell_state *state, const struct declaration *d, struct str name)
{
    if (d->exports || d->hides)
        state_set_export(state, name, !d->hides, d->local);
}

/* A name without a value: what it is does not change, unless it becomes a local one or an array. */
static void declare_name(struct shell_state *state, const struct declaration *d, struct str name)
{
    struct arena *arena = state->session->arena;
    struct datum *datum = ARENA_NEW(arena, struct datum);
    bool bound = state_find(state, BINDING_VARIABLE, name) != NULL;

    declare_export(state, d, name);
    if (d->reference) {
        state_bind(state, BINDING_VARIABLE, name, &DATUM_IS_UNKNOWN, 1, d->local);
    } else if (d->array || d->associative) {
        *datum = datum_array(arena);
        datum->associative = d->associative;
        if (!bound || d->local || is_unset(state, name))
            state_bind(state, BINDING_VARIABLE, name, datum, 1, d->local);
    } else if (d->local) {
        state_bind(state, BINDING_VARIABLE, name, &DATUM_IS_UNSET, 1, true);
    }
}

static bool declare_value(struct shell_state *state, const struct declaration *d, struct str word,
                          size_t equals, struct err *e)
{
    struct str name = str_prefix(word, equals), value = str_from_offset(word, equals + 1);
    bool append = str_ends(name, STR("+"));
    size_t count;

    if (append)
        name.length--;
    name = str_prefix(name, str_find_byte(name, '['));
    const struct datum *old = state_variable(state, name, &count);
    if (!name_is_valid(name))
        return true;
    declare_export(state, d, name);
    if (d->reference || name.length < equals - append) {
        state_bind(state, BINDING_VARIABLE, name, &DATUM_IS_UNKNOWN, 1, d->local);
        return true;
    }
    if (append && (count != 1 || old->kind != DATUM_UNSET)) {
        struct str parts[2] = {count == 1 && old->kind == DATUM_TEXT ? old->text : UNKNOWN_TEXT,
                               value};
        if (parts[0].length + value.length > VALUE_MAX) {
            value = UNKNOWN_TEXT;
        } else {
            if (!session_charge(state->session, parts[0].length + value.length, e))
                return false;
            value = str_join(state->session->arena, parts, 2, STR(""));
        }
    }
    state_bind_text(state, name, value, d->local);
    return true;
}

/* name=(…), which the words of the command only show as it was written. */
static bool declare_array(struct shell_state *state, const struct declaration *d,
                          const struct shell_word *word, struct err *e)
{
    struct shell_assignment assignment = {.value =
                                              ARENA_NEW(state->session->arena, struct shell_word)};
    struct str name = word->parts[0].text;

    name = str_prefix(name, str_find_byte(name, '='));
    assignment.append = str_ends(name, STR("+"));
    if (assignment.append)
        name.length--;
    if (!name_is_valid(name))
        return true;
    assignment.name = name;
    assignment.value->parts = word->parts + 1;
    assignment.value->part_count = word->part_count - 1;
    if (d->associative && !assignment.append)
        state_bind(state, BINDING_VARIABLE, name, &DATUM_IS_UNSET, 1, d->local);
    declare_name(state, d, name);
    return assign(state, &assignment, d->local, e);
}

static bool is_array_word(const struct shell_word *word)
{
    return word->part_count > 1 && word->parts[1].kind == PART_ARRAY &&
           word->parts[0].kind == PART_LITERAL;
}

static bool stands_for_array(const struct shell_node *node, const struct shell_value *value)
{
    for (size_t i = 1; i < node->word_count; i++)
        if (is_array_word(&node->words[i]) && node->words[i].span.from == value->span.from)
            return true;
    return false;
}

bool builtin_declare(struct shell_state *state, const struct shell_node *node,
                     const struct shell_values *words, struct err *e)
{
    size_t first;
    struct declaration d = read_options(state, words, &first);

    if (d.function || d.print)
        return true;
    for (size_t i = first; i < words->count; i++) {
        const struct shell_value *word = &words->items[i];
        size_t equals = str_find_byte(word->text, '=');
        if (equals == SIZE_MAX || equals == 0) {
            if (name_is_valid(word->text))
                declare_name(state, &d, word->text);
            continue;
        }
        if (!stands_for_array(node, word) && !declare_value(state, &d, word->text, equals, e))
            return false;
    }
    for (size_t i = 1; i < node->word_count; i++) {
        const struct shell_word *word = &node->words[i];
        if (is_array_word(word) && !declare_array(state, &d, word, e))
            return false;
    }
    return true;
}

/* --- set, shift, unset --- */

/* What is assigned from here on is exported, or no more. zsh takes ALL_EXPORT and noallexport for the same. */
static void set_option(struct shell_state *state, struct str name, bool on)
{
    static const char allexport[] = "allexport";
    size_t same = 0;

    if (name.length > 2 && str_eq_nocase(str_prefix(name, 2), STR("no"))) {
        name = str_from_offset(name, 2);
        on = !on;
    }
    for (size_t i = 0; i < name.length; i++)
        if (name.bytes[i] != '_') {
            if (same == strlen(allexport) || (name.bytes[i] | 0x20) != allexport[same])
                return;
            same++;
        }
    if (same == strlen(allexport))
        state_set_export(state, STR(""), on, false);
}

/* set -a, set -o allexport */
static void set_allexport(struct shell_state *state, const struct shell_values *words, size_t at)
{
    struct str text = words->items[at].text;
    bool on = text.bytes[0] == '-';

    if (str_ends(text, STR("o")) && at + 1 < words->count)
        set_option(state, words->items[at + 1].text, on);
    if (str_find_byte(text, 'a') != SIZE_MAX)
        set_option(state, STR("allexport"), on);
}

/* shopt -so allexport; zsh's setopt and unsetopt allexport */
void builtin_options(struct shell_state *state, const struct shell_values *words)
{
    bool shopt = str_eq(words->items[0].text, STR("shopt")), option = !shopt, sets = false,
         unsets = str_eq(words->items[0].text, STR("unsetopt"));

    for (size_t i = 1; i < words->count; i++) {
        struct str text = words->items[i].text;
        if (!str_starts(text, STR("-"))) {
            if (option && (sets || unsets || !shopt))
                set_option(state, text, !unsets);
            continue;
        }
        option = option || str_find_byte(text, 'o') != SIZE_MAX;
        sets = sets || str_find_byte(text, 's') != SIZE_MAX;
        unsets = unsets || (shopt && str_find_byte(text, 'u') != SIZE_MAX);
        if (!shopt && str_find_byte(text, 'a') != SIZE_MAX)
            set_option(state, STR("allexport"), !unsets);
    }
}

void builtin_set(struct shell_state *state, const struct shell_values *words)
{
    struct arguments *arguments = ARENA_NEW(state->session->arena, struct arguments);
    size_t at = 1;
    bool dashes = false;

    for (; at < words->count && !dashes; at++) {
        struct str text = words->items[at].text;
        if (text.length < 1 || (text.bytes[0] != '-' && text.bytes[0] != '+'))
            break;
        dashes = str_eq(text, STR("--"));
        if (!dashes)
            set_allexport(state, words, at);
        /* -o takes a name, also at the end of -euo. */
        if (!dashes && text.bytes[text.length - 1] == 'o')
            at++;
    }
    if (at > words->count)
        at = words->count;
    if (!dashes && at == words->count)
        return;
    *arguments = *state->arguments;
    arguments->items = words->items + at;
    arguments->count = words->count - at;
    arguments->open = false;
    for (size_t i = 0; i < arguments->count; i++)
        arguments->open = arguments->open || arguments->items[i].may_vanish;
    state->arguments = arguments;
}

void builtin_shift(struct shell_state *state, const struct shell_values *words)
{
    struct arguments *arguments = ARENA_NEW(state->session->arena, struct arguments);
    uint64_t count = 1;

    *arguments = *state->arguments;
    if (words->count > 1 && !str_to_u64(words->items[1].text, &count)) {
        arguments->count = 0;
        arguments->open = true;
    }
    for (; count && arguments->count; count--) {
        /* What may be no word or several: from here on the positions are not known. */
        if (arguments->items[0].may_vanish) {
            arguments->count = 0;
            arguments->open = true;
            break;
        }
        arguments->items++;
        arguments->count--;
    }
    state->arguments = arguments;
}

static void unset_element(struct shell_state *state, struct str name)
{
    size_t count;
    struct str variable = str_prefix(name, str_find_byte(name, '['));
    const struct datum *old = state_variable(state, variable, &count);
    struct datum *open = ARENA_NEW(state->session->arena, struct datum);

    if (!name_is_valid(variable) || old->kind != DATUM_ARRAY)
        return;
    *open = *old;
    open->open = true;
    state_bind(state, BINDING_VARIABLE, variable, open, 1, false);
}

void builtin_unset(struct shell_state *state, const struct shell_values *words)
{
    bool functions = false, variables = false;

    for (size_t i = 1; i < words->count; i++) {
        struct str name = words->items[i].text;
        functions = functions || str_eq(name, STR("-f"));
        variables = variables || str_eq(name, STR("-v"));
        if (str_find_byte(name, '[') != SIZE_MAX) {
            unset_element(state, name);
            continue;
        }
        if (!name_is_valid(name) && !functions)
            continue;
        bool variable = state_find(state, BINDING_VARIABLE, name) != NULL;
        if (!functions) {
            state_bind(state, BINDING_VARIABLE, name, &DATUM_IS_UNSET, 1, false);
            state_set_export(state, name, false, false);
        }
        if ((functions || (!variables && !variable)) && state_find(state, BINDING_FUNCTION, name))
            state_bind(state, BINDING_FUNCTION, name, &DATUM_IS_UNSET, 1, false);
    }
}

/* --- read, mapfile --- */

struct reading {
    struct str array;
    size_t first_name;
    bool raw, special; /* special: ends elsewhere than at a newline */
    bool whole;        /* -d '': at a NUL, which text has not */
};

static struct reading read_read_options(const struct shell_values *words)
{
    struct reading reading = {0};
    size_t at = 1;

    for (; at < words->count; at++) {
        struct str text = words->items[at].text;
        if (text.length < 2 || text.bytes[0] != '-')
            break;
        char last = text.bytes[text.length - 1];
        reading.raw = reading.raw || str_find_byte(text, 'r') != SIZE_MAX;
        if (strchr("adinNptu", last) == NULL) {
            reading.special = reading.special || memchr(text.bytes, 'd', text.length) ||
                              memchr(text.bytes, 'n', text.length) ||
                              memchr(text.bytes, 'u', text.length);
            continue;
        }
        at++;
        if (last == 'd' && at < words->count && words->items[at].text.length == 0)
            reading.whole = true;
        else if (last == 'a' && at < words->count)
            reading.array = words->items[at].text;
        else if (last != 'p' && last != 't' && last != 'i')
            reading.special = true;
    }
    reading.first_name = at < words->count ? at : words->count;
    return reading;
}

static bool is_separator(struct str ifs, char byte)
{
    return ifs.length && memchr(ifs.bytes, byte, ifs.length) != NULL;
}

static struct str take_field(struct str ifs, struct str *rest)
{
    size_t at = 0;

    while (at < rest->length && !is_separator(ifs, rest->bytes[at]))
        at++;
    struct str field = str_prefix(*rest, at);
    *rest = str_from_offset(*rest, at);
    if (rest->length) {
        *rest = str_from_offset(*rest, 1);
        while (rest->length && is_separator(ifs, rest->bytes[0]) && strchr(" \t\n", rest->bytes[0]))
            *rest = str_from_offset(*rest, 1);
    }
    return field;
}

static struct str trim_separators(struct str ifs, struct str text)
{
    while (text.length && is_separator(ifs, text.bytes[0]) && strchr(" \t\n", text.bytes[0]))
        text = str_from_offset(text, 1);
    while (text.length && is_separator(ifs, text.bytes[text.length - 1]) &&
           strchr(" \t\n", text.bytes[text.length - 1]))
        text.length--;
    return text;
}

static void bind_array(struct shell_state *state, struct str name, const struct datum *array)
{
    struct datum *datum = ARENA_NEW(state->session->arena, struct datum);

    *datum = *array;
    if (name_is_valid(name))
        state_bind(state, BINDING_VARIABLE, name, datum, 1, false);
}

static void read_array(struct shell_state *state, struct str name, struct str ifs, struct str line,
                       bool known)
{
    struct arena *arena = state->session->arena;
    struct datum array = datum_array(arena);

    array.open = !known;
    for (int64_t i = 0; known && line.length && i < ELEMENTS_MAX; i++) {
        struct str field = take_field(ifs, &line);
        datum_push(arena, &array, number_text(arena, i), value_from_text(field));
    }
    bind_array(state, name, &array);
}

/* Lines that are known in part, of an unknown number: one of them, or another. */
static void bind_lines(struct shell_state *state, struct str name, struct str ifs, struct str lines)
{
    struct arena *arena = state->session->arena;
    struct datums values = {0};
    struct str line;

    while (values.count < LINES_MAX && str_next_line(&lines, &line)) {
        struct datum datum = datum_text(trim_separators(ifs, line));
        datums_add(arena, &values, &datum);
    }
    datums_add(arena, &values, &DATUM_IS_UNKNOWN);
    state_bind(state, BINDING_VARIABLE, name, values.items, values.count, false);
}

void builtin_read(struct shell_state *state, const struct shell_command *command,
                  const struct shell_values *words)
{
    struct reading reading = read_read_options(words);
    struct str line = STR(""), ifs = state_ifs(state);
    struct str lines = input_unknown_lines(state);
    enum read_result result = reading.special || (reading.whole && lines.length) ? READ_NOTHING
                              : reading.whole ? input_read_rest(state, &line)
                                              : input_read_line(state, &line);

    for (size_t i = 0; i < command->setting_count; i++)
        if (str_eq(command->settings[i].name, STR("IFS")) && command->settings[i].value.known)
            ifs = command->settings[i].value.text;
    state->read_result = result;
    /* Without -r a backslash joins lines and protects characters. */
    bool known = result != READ_NOTHING && (reading.raw || str_find_byte(line, '\\') == SIZE_MAX);
    line = trim_separators(ifs, line);
    if (reading.array.length) {
        read_array(state, reading.array, ifs, line, known);
        return;
    }
    bool one = reading.first_name + 1 >= words->count;
    if (one && result == READ_NOTHING && lines.length) {
        struct str name = reading.first_name < words->count ? VEC_LAST(words).text : STR("REPLY");
        if (name_is_valid(name))
            bind_lines(state, name, ifs, lines);
        return;
    }
    if (reading.first_name == words->count)
        state_bind_text(state, STR("REPLY"), known ? line : UNKNOWN_TEXT, false);
    for (size_t i = reading.first_name; i < words->count; i++) {
        bool last = i + 1 == words->count;
        struct str value = last ? line : take_field(ifs, &line);
        if (name_is_valid(words->items[i].text))
            state_bind_text(state, words->items[i].text, known ? value : UNKNOWN_TEXT, false);
    }
}

void builtin_mapfile(struct shell_state *state, const struct shell_values *words)
{
    struct arena *arena = state->session->arena;
    struct datum array = datum_array(arena);
    bool trimmed = false, plain = true;
    struct str name = STR("MAPFILE"), line;
    enum read_result result = READ_NOTHING;

    for (size_t i = 1; i < words->count; i++) {
        struct str text = words->items[i].text;
        if (str_eq(text, STR("-t")))
            trimmed = true;
        else if (text.length && text.bytes[0] == '-')
            plain = false;
        if (i + 1 == words->count && name_is_valid(text))
            name = text;
    }
    while (plain && trimmed && array.count < ELEMENTS_MAX &&
           (result = input_read_line(state, &line)) == READ_LINE)
        datum_push(arena, &array, number_text(arena, (int64_t)array.count), value_from_text(line));
    array.open = !plain || !trimmed || result != READ_END;
    struct str lines = input_unknown_lines(state);
    while (array.count < LINES_MAX && str_next_line(&lines, &line))
        datum_push(arena, &array, number_text(arena, (int64_t)array.count), value_from_text(line));
    bind_array(state, name, &array);
}
