/* expression_term.c -- terms of an expression, their types, and casts between these. */
#include "schema/expression_tree.h"

struct term *term_new(struct arena *arena, enum term_kind kind, struct str text, struct str type)
{
    struct term *term = ARENA_NEW(arena, struct term);

    term->kind = kind;
    term->text = text;
    term->type = type;
    term->depth = 1;
    term->has_column = kind == TERM_COLUMN;
    return term;
}

void term_add(struct arena *arena, struct term *term, const struct term *part)
{
    VEC_PUSH(arena, &term->parts, part);
    if (part->depth >= term->depth)
        term->depth = part->depth + 1;
    term->has_column = term->has_column || part->has_column;
}

bool term_is_untyped(const struct term *term)
{
    return (term->kind == TERM_STRING && !term->type.length) ||
           (term->kind == TERM_WORD && str_eq(term->text, STR("null")));
}

/* --- Numbers. --- */

static bool fits(struct str digits, const char *maximum)
{
    struct str most = str_from(maximum), bare = digits;

    if (str_starts(bare, STR("-")))
        bare = str_from_offset(bare, 1);
    return bare.length < most.length ||
           (bare.length == most.length && str_compare(bare, most) <= 0);
}

/* A float keeps no zeros behind its last digit. */
static struct term *number_of(struct arena *arena, struct str digits, struct str type)
{
    if (type_is_float(type) && str_find_byte(digits, '.') != SIZE_MAX) {
        while (str_ends(digits, STR("0")))
            digits.length--;
        digits.length -= str_ends(digits, STR("."));
    }
    return term_new(arena, TERM_NUMBER, digits, type);
}

const struct term *term_number(struct arena *arena, struct str digits, bool negative)
{
    struct str plain = value_number(arena, digits);
    bool whole = str_find_byte(digits, '.') == SIZE_MAX && str_find_byte(digits, 'e') == SIZE_MAX &&
                 str_find_byte(digits, 'E') == SIZE_MAX;

    if (!plain.length)
        return NULL;
    if (negative)
        plain = str_printf(arena, "-" STR_FMT, STR_ARG(plain));
    return number_of(arena, plain,
                     whole && fits(plain, "2147483647")            ? STR("int4")
                     : whole && fits(plain, "9223372036854775807") ? STR("int8")
                                                                   : STR("numeric"));
}

const struct term *term_as_float(struct arena *arena, const struct term *term, struct str type)
{
    return term->kind == TERM_NUMBER && type_is_float(type) ? number_of(arena, term->text, type)
                                                            : term;
}

/* --- Casts. --- */

/* '5'::bigint is the number itself: whole numbers are digits with a sign. */
static const struct term *number_of_string(struct arena *arena, struct str text, struct str type)
{
    size_t start = str_starts(text, STR("-"));
    struct str digits = str_from_offset(text, start);

    for (size_t i = 0; i < digits.length; i++)
        if (!byte_is_digit(digits.bytes[i]) && type_is_integer(type))
            return NULL;
    if (str_starts(digits, STR("-")))
        return NULL;
    struct str plain = value_number(arena, digits);
    if (!plain.length)
        return NULL;
    return number_of(arena, str_printf(arena, "%s" STR_FMT, start ? "-" : "", STR_ARG(plain)),
                     type);
}

static const struct term *typed(struct arena *arena, const struct term *term, struct str type)
{
    if (term->kind != TERM_STRING)
        return term; /* NULL is NULL of any type */
    const struct term *number =
        type_number(type) ? number_of_string(arena, term->text, type) : NULL;
    if (number)
        return number;
    struct str value = value_of_type(arena, type, term->text), wall;
    bool zoned;
    if (str_eq(type, STR("timestamptz")) &&
        value_moment(arena, term->text, &value, &wall, &zoned)) {
        struct term *moment = term_new(arena, TERM_STRING, value, type);
        moment->zoned = zoned;
        moment->wall = wall;
        return moment;
    }
    if (str_eq(type, STR("bool")) && (str_eq(value, STR("true")) || str_eq(value, STR("false"))))
        return term_new(arena, TERM_WORD, value, type);
    return term_new(arena, TERM_STRING, value, type);
}

const struct term *term_as(struct arena *arena, const struct term *term, struct str type)
{
    return type.length && !type_has_length(type) && term_is_untyped(term) ? typed(arena, term, type)
                                                                          : term;
}

/* A constant that is the same number in the wider type. */
static bool widens(const struct term *term, struct str type)
{
    unsigned from = type_number(term->type), to = type_number(type);

    return term->kind == TERM_NUMBER && from && to > from && from <= 4 &&
           !(str_eq(type, STR("float4")) && from > 2);
}

static const struct term *cast_array(struct arena *arena, const struct term *term, struct str type)
{
    struct str element = type_element(type);
    struct term *array = term_new(arena, TERM_ARRAY, STR_NONE, type);

    for (size_t i = 0; i < term->parts.count; i++) {
        const struct term *part = term->parts.items[i];
        /* The server looks at the cast first: ARRAY['a']::mood[] never had a text in it. */
        if (part->kind == TERM_STRING && str_eq(part->type, STR("text")))
            part = term_new(arena, TERM_STRING, part->text, STR_NONE);
        term_add(arena, array, term_cast(arena, part, element));
    }
    return array;
}

const struct term *term_cast(struct arena *arena, const struct term *term, struct str type)
{
    if (term_is_untyped(term) && !type_has_length(type))
        return typed(arena, term, type);
    if (str_eq(term->type, type) && !type_has_length(type))
        return term;
    if (widens(term, type))
        return number_of(arena, term->text, type);
    if (term->kind == TERM_ARRAY && type_is_array(type))
        return cast_array(arena, term, type);
    struct term *cast = term_new(arena, TERM_CAST, type, type_without_length(arena, type));
    cast->varying = str_starts(type, STR("varchar"));
    term_add(arena, cast, term);
    return cast;
}

/* --- Several that become one type. --- */

struct str term_common(struct arena *arena, const struct term **terms, size_t count)
{
    struct str common = STR_NONE;
    bool some = false, mixed = false;

    for (size_t i = 0; i < count; i++) {
        if (term_is_untyped(terms[i]))
            continue;
        struct str type = terms[i]->type;
        if (!some || (type_number(common) && type_number(type) > type_number(common)))
            common = type;
        else if (!str_eq(type, common) && !(type_number(type) && type_number(common)))
            mixed = true;
        mixed = mixed || !type.length || type_has_length(type);
        some = true;
    }
    common = !some ? STR("text") : mixed ? STR_NONE : common;
    for (size_t i = 0; common.length && i < count; i++)
        terms[i] = term_cast(arena, terms[i], common);
    return common;
}

bool term_all_vary(const struct term *const *terms, size_t count)
{
    bool some = false;

    for (size_t i = 0; i < count; i++) {
        bool constant = terms[i]->kind == TERM_STRING || term_is_untyped(terms[i]);
        if (!terms[i]->varying && !constant)
            return false;
        some = some || terms[i]->varying;
    }
    return some;
}

const struct term *term_array(struct arena *arena, const struct term **terms, size_t count)
{
    struct str common = count ? term_common(arena, terms, count) : STR_NONE;
    struct term *array = term_new(arena, TERM_ARRAY, STR_NONE,
                                  common.length ? type_array_of(arena, common) : STR_NONE);

    for (size_t i = 0; i < count; i++)
        term_add(arena, array, terms[i]);
    return array;
}

/* What holds more than one belongs to nobody else yet: a long chain goes on in the same list instead of copying it at each step. */
const struct term *term_logical(struct arena *arena, enum term_kind kind, const struct term *left,
                                const struct term *right)
{
    struct term *logical = term_new(arena, kind, STR_NONE, STR("bool"));

    if (left->kind == kind)
        *logical = *left;
    else
        term_add(arena, logical, left);
    if (right->kind != kind)
        term_add(arena, logical, right);
    for (size_t i = 0; right->kind == kind && i < right->parts.count; i++)
        term_add(arena, logical, right->parts.items[i]);
    return logical;
}
