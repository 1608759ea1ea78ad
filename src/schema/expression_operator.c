/* expression_operator.c -- which casts PostgreSQL adds to the operands of its own operators (manual §10.2). */
#include "schema/expression_tree.h"

static bool is_one(struct str symbol, const char *const *list)
{
    return str_is_one_of(symbol, list);
}

static bool is_text(struct str type)
{
    return str_eq(type, STR("text")) || str_eq(type, STR("bpchar"));
}

/* What one number becomes beside another, for an operator that both have; empty: it stays. */
static struct str beside(struct str type, struct str other)
{
    if (!type_number(type) || !type_number(other) || str_eq(type, other))
        return STR_NONE;
    if (type_is_float(other) && !type_is_float(type))
        return STR("float8");
    if (str_eq(other, STR("numeric")) && type_is_integer(type))
        return STR("numeric");
    return STR_NONE;
}

static struct str wider(struct str a, struct str b)
{
    return type_number(a) >= type_number(b) ? a : b;
}

static void both_numbers(struct arena *arena, const struct term **left, const struct term **right)
{
    struct str to_left = beside((*left)->type, (*right)->type);
    struct str to_right = beside((*right)->type, (*left)->type);

    if (to_left.length)
        *left = term_cast(arena, *left, to_left);
    if (to_right.length)
        *right = term_cast(arena, *right, to_right);
}

/* A string constant is taken for what stands on the other side. */
static void both_same(struct arena *arena, const struct term **left, const struct term **right)
{
    if (term_is_untyped(*left) && term_is_untyped(*right)) {
        *left = term_as(arena, *left, STR("text"));
        *right = term_as(arena, *right, STR("text"));
    }
    *left = term_as(arena, *left, (*right)->type);
    *right = term_as(arena, *right, (*left)->type);
}

static void compared(struct arena *arena, const struct term **left, const struct term **right)
{
    static const struct str bpchar = STR_INIT("bpchar"), text = STR_INIT("text");

    both_same(arena, left, right);
    both_numbers(arena, left, right);
    const struct term **padded = str_eq((*left)->type, bpchar) ? left : right;
    const struct term **other = padded == left ? right : left;
    if (!str_eq((*padded)->type, bpchar) || !str_eq((*other)->type, text))
        return;
    if ((*other)->varying)
        *other = term_cast(arena, *other, bpchar);
    else
        *padded = term_cast(arena, *padded, text);
}

/* --- Arithmetic. --- */

/* Whole numbers of two lengths, for operators that take one. */
static struct str of_one_length(struct arena *arena, const struct term **left,
                                const struct term **right)
{
    struct str type = wider((*left)->type, (*right)->type);

    *left = term_cast(arena, *left, type);
    *right = term_cast(arena, *right, type);
    return type;
}

static struct str of_times(struct str symbol, struct str left, struct str right)
{
    static const char *const stamps[] = {"timestamp", "timestamptz", NULL};
    bool minus = str_eq(symbol, STR("-")), plus = str_eq(symbol, STR("+"));
    struct str interval = STR("interval"), date = STR("date");

    if (!minus && !plus)
        return str_eq(left, interval) && type_number(right) ? interval : STR_NONE;
    if (str_eq(left, interval) && str_eq(right, interval))
        return interval;
    if (str_eq(right, interval))
        return str_eq(left, date)          ? STR("timestamp")
               : is_one(left, stamps)      ? left
               : str_eq(left, STR("time")) ? left
                                           : STR_NONE;
    if (str_eq(left, date) && type_is_integer(right))
        return date;
    if (minus && str_eq(left, right))
        return str_eq(left, date)                                  ? STR("int4")
               : is_one(left, stamps) || str_eq(left, STR("time")) ? interval
                                                                   : STR_NONE;
    return STR_NONE;
}

/* now() + '7 days': beside a time with a zone only an interval can be added. */
static void added_to_time(struct arena *arena, struct str symbol, const struct term *left,
                          const struct term **right)
{
    static const char *const times[] = {"timestamp", "timestamptz", NULL};

    if (str_eq(symbol, STR("+")) && is_one(left->type, times))
        *right = term_as(arena, *right, STR("interval"));
    else if (str_eq(symbol, STR("-")) && is_one(left->type, times))
        *right = term_as(arena, *right, left->type);
}

/* A difference is one of two times of a kind. */
static void both_times(struct arena *arena, const struct term **left, const struct term **right)
{
    static const char *const order[] = {"date", "timestamp", "timestamptz"};
    size_t places[2] = {SIZE_MAX, SIZE_MAX};

    for (size_t i = 0; i < COUNT_OF(order); i++) {
        places[0] = str_eq((*left)->type, str_from(order[i])) ? i : places[0];
        places[1] = str_eq((*right)->type, str_from(order[i])) ? i : places[1];
    }
    if (places[0] == SIZE_MAX || places[1] == SIZE_MAX)
        return;
    if (places[0] < places[1])
        *left = term_cast(arena, *left, (*right)->type);
    else if (places[1] < places[0])
        *right = term_cast(arena, *right, (*left)->type);
}

static struct str arithmetic(struct arena *arena, struct str symbol, const struct term **left,
                             const struct term **right)
{
    added_to_time(arena, symbol, *left, right);
    if (str_eq(symbol, STR("-")))
        both_times(arena, left, right);
    if (type_number((*left)->type) || type_number((*right)->type)) {
        *left = term_as(arena, *left, type_number((*right)->type) ? (*right)->type : STR_NONE);
        *right = term_as(arena, *right, type_number((*left)->type) ? (*left)->type : STR_NONE);
    }
    if (str_eq((*left)->type, STR("interval")) && type_number((*right)->type) &&
        (str_eq(symbol, STR("*")) || str_eq(symbol, STR("/"))))
        *right = term_cast(arena, *right, STR("float8"));
    if (!type_number((*left)->type) || !type_number((*right)->type))
        return of_times(symbol, (*left)->type, (*right)->type);
    if (str_eq(symbol, STR("^"))) {
        bool exact = str_eq(wider((*left)->type, (*right)->type), STR("numeric"));
        struct str type = exact ? STR("numeric") : STR("float8");
        *left = term_cast(arena, *left, type);
        *right = term_cast(arena, *right, type);
        return type;
    }
    if (str_eq(symbol, STR("%")) && type_is_integer((*left)->type) &&
        type_is_integer((*right)->type))
        return of_one_length(arena, left, right);
    both_numbers(arena, left, right);
    return wider((*left)->type, (*right)->type);
}

/* --- Text and documents. --- */

static bool is_plain(struct str type)
{
    static const char *const types[] = {"date", "time",     "timestamp", "timestamptz",
                                        "uuid", "interval", "bool",      NULL};

    return type_number(type) || is_one(type, types);
}

static struct str joined(struct arena *arena, const struct term **left, const struct term **right)
{
    bool text = is_text((*left)->type) || is_text((*right)->type);
    bool arrays = type_is_array((*left)->type) || type_is_array((*right)->type);
    bool plain = (is_plain((*left)->type) && term_is_untyped(*right)) ||
                 (is_plain((*right)->type) && term_is_untyped(*left));

    if (arrays) {
        struct str type = type_is_array((*left)->type) ? (*left)->type : (*right)->type;
        *left = term_as(arena, *left, type);
        *right = term_as(arena, *right, type);
        return type;
    }
    if (!text && !plain) {
        both_same(arena, left, right);
        return str_eq((*left)->type, (*right)->type) ? (*left)->type : STR_NONE;
    }
    *left = term_as(arena, *left, STR("text"));
    *right = term_as(arena, *right, STR("text"));
    if (is_text((*left)->type) && is_text((*right)->type)) {
        *left = term_cast(arena, *left, STR("text"));
        *right = term_cast(arena, *right, STR("text"));
    }
    /* What is not known may be an array. */
    return (*left)->type.length && (*right)->type.length ? STR("text") : STR_NONE;
}

static struct str matched(struct arena *arena, const struct term **left, const struct term **right)
{
    *left = term_as(arena, *left, STR("text"));
    if (is_text((*left)->type) || str_eq((*left)->type, STR("citext")))
        *right = term_as(arena, *right,
                         str_eq((*left)->type, STR("citext")) ? (*left)->type : STR("text"));
    return STR("bool");
}

static bool is_document(struct str type)
{
    return str_eq(type, STR("json")) || str_eq(type, STR("jsonb"));
}

static struct str of_document(struct arena *arena, struct str symbol, const struct term *left,
                              const struct term **right)
{
    static const char *const keys[] = {"->", "->>", "?", NULL};
    static const char *const lists[] = {"#>", "#>>", "?|", "?&", NULL};

    if (!is_document(left->type))
        return STR_NONE;
    if (is_one(symbol, keys))
        *right = term_as(arena, *right, STR("text"));
    else if (is_one(symbol, lists))
        *right = term_as(arena, *right, STR("text[]"));
    else if (str_eq(symbol, STR("@?")) || str_eq(symbol, STR("@@")))
        *right = term_as(arena, *right, STR("jsonpath"));
    if (str_eq(symbol, STR("->")) || str_eq(symbol, STR("#>")))
        return left->type;
    return str_ends(symbol, STR(">>")) ? STR("text") : STR("bool");
}

/* --- All. --- */

static struct str operands(struct arena *arena, struct str symbol, const struct term **left,
                           const struct term **right)
{
    static const char *const comparisons[] = {"=", "<>", "<", ">", "<=", ">=", "IS DISTINCT FROM",
                                              NULL};
    static const char *const patterns[] = {"~",   "~*",  "!~",   "!~*", "~~",
                                           "~~*", "!~~", "!~~*", NULL};
    static const char *const numbers[] = {"+", "-", "*", "/", "%", "^", NULL};
    static const char *const documents[] = {"->", "->>", "#>", "#>>", "?",
                                            "?|", "?&",  "@?", "@@",  NULL};
    static const char *const bits[] = {"&", "|", "#", NULL};
    static const char *const sets[] = {"@>", "<@", "&&", "<<", ">>", "<<=", ">>=", NULL};

    if (is_one(symbol, comparisons)) {
        compared(arena, left, right);
        return STR("bool");
    }
    if (is_one(symbol, patterns))
        return matched(arena, left, right);
    if (is_one(symbol, numbers))
        return arithmetic(arena, symbol, left, right);
    if (is_one(symbol, documents))
        return of_document(arena, symbol, *left, right);
    if (str_eq(symbol, STR("||")))
        return joined(arena, left, right);
    if (is_one(symbol, sets)) {
        both_same(arena, left, right);
        return type_number((*left)->type) ? (*left)->type : STR("bool");
    }
    if (is_one(symbol, bits) && type_is_integer((*left)->type) && type_is_integer((*right)->type))
        return of_one_length(arena, left, right);
    return STR_NONE;
}

const struct term *term_binary(struct arena *arena, struct str symbol, const struct term *left,
                               const struct term *right)
{
    struct str type = operands(arena, symbol, &left, &right);
    struct term *term = term_new(arena, TERM_OPERATOR, symbol, type);

    term_add(arena, term, left);
    term_add(arena, term, right);
    return term;
}

const struct term *term_unary(struct arena *arena, struct str symbol, const struct term *operand)
{
    bool sign = str_eq(symbol, STR("-")) || str_eq(symbol, STR("+"));
    struct term *term = term_new(arena, TERM_OPERATOR, symbol, sign ? operand->type : STR_NONE);

    term_add(arena, term, operand);
    return term;
}

const struct term *term_any(struct arena *arena, struct str symbol, const char *quantity,
                            const struct term *left, const struct term *right)
{
    if (term_is_untyped(right) && left->type.length)
        right = term_as(arena, right, type_array_of(arena, left->type));
    struct str element = type_element(right->type);
    left = term_as(arena, left, element);
    struct str to_left = beside(left->type, element), to_right = beside(element, left->type);
    if (to_left.length)
        left = term_cast(arena, left, to_left);
    if (to_right.length)
        right = term_cast(arena, right, type_array_of(arena, to_right));
    if (str_eq(left->type, STR("bpchar")) && str_eq(element, STR("text")))
        left = term_cast(arena, left, STR("text"));
    struct term *term =
        term_new(arena, TERM_OPERATOR, str_printf(arena, STR_FMT " %s", STR_ARG(symbol), quantity),
                 STR("bool"));
    term_add(arena, term, left);
    term_add(arena, term, right);
    return term;
}
