#include <string.h>

#include "shell/evaluator.h"

/* $((…)): numbers, variables with known values, the operators of C. What is not known makes the result unknown; what is assigned is assigned. */

#define ARITHMETIC_DEPTH_MAX 60u

struct number {
    bool known;
    int64_t value;
};

struct arithmetic {
    struct shell_state *state;
    struct str text;
    size_t at;
    unsigned depth;
    bool broken; /* not understood: nothing is known, and assignments are no longer looked for */
};

static const struct number UNKNOWN_NUMBER = {false, 0};

static struct number parse_level(struct arithmetic *a, unsigned level);

struct str number_text(struct arena *arena, int64_t value)
{
    return str_printf(arena, "%lld", (long long)value);
}

bool name_is_valid(struct str name)
{
    for (size_t i = 0; i < name.length; i++) {
        char byte = name.bytes[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
        if (!letter && (i == 0 || byte < '0' || byte > '9'))
            return false;
    }
    return name.length > 0;
}

static void skip_blanks(struct arithmetic *a)
{
    while (a->at < a->text.length && strchr(" \t\n", a->text.bytes[a->at]))
        a->at++;
}

static char peek(const struct arithmetic *a, size_t ahead)
{
    return a->at + ahead < a->text.length ? a->text.bytes[a->at + ahead] : '\0';
}

static bool take(struct arithmetic *a, const char *operator)
{
    skip_blanks(a);
    if (!str_starts(str_from_offset(a->text, a->at), str_from(operator)))
        return false;
    a->at += strlen(operator);
    return true;
}

static struct number broken(struct arithmetic *a)
{
    a->broken = true;
    a->at = a->text.length;
    return UNKNOWN_NUMBER;
}

static int digit_value(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'z')
        return byte - 'a' + 10;
    return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 10 : 99;
}

static struct number parse_digits(struct arithmetic *a)
{
    int base = 10;
    int64_t value = 0;

    if (peek(a, 0) == '0' && (peek(a, 1) == 'x' || peek(a, 1) == 'X')) {
        base = 16;
        a->at += 2;
    } else if (peek(a, 0) == '0') {
        base = 8;
    }
    while (digit_value(peek(a, 0)) < 36) {
        int digit = digit_value(peek(a, 0));
        if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return broken(a);
        a->at++;
    }
    return peek(a, 0) == '#' ? broken(a) : (struct number){true, value};
}

static struct str take_name(struct arithmetic *a)
{
    size_t from = a->at;

    while (a->at < a->text.length && name_is_valid(str_slice(a->text, from, a->at + 1)))
        a->at++;
    return str_slice(a->text, from, a->at);
}

static struct number variable_number(struct arithmetic *a, struct str name)
{
    size_t count;
    const struct datum *datum = state_variable(a->state, name, &count);
    struct arithmetic inner = {.state = a->state};

    if (count != 1 || (datum->kind != DATUM_TEXT && datum->kind != DATUM_UNSET))
        return UNKNOWN_NUMBER;
    inner.text = str_trim(datum->text);
    if (inner.text.length == 0)
        return (struct number){true, 0};
    bool negative = take(&inner, "-");
    struct number number = parse_digits(&inner);
    if (inner.at != inner.text.length || inner.broken)
        return UNKNOWN_NUMBER;
    return negative ? (struct number){true, -number.value} : number;
}

static void set_variable(struct arithmetic *a, struct str name, struct number number)
{
    struct str text =
        number.known ? number_text(a->state->session->arena, number.value) : UNKNOWN_TEXT;

    state_bind_text(a->state, name, text, false);
}

static struct number add(struct number a, int64_t b)
{
    if (!a.known || __builtin_add_overflow(a.value, b, &a.value))
        return UNKNOWN_NUMBER;
    return a;
}

static struct number apply(unsigned operator, struct number x, struct number y);

/* name, name[…], name++ and name op= value */
static struct number parse_variable(struct arithmetic *a)
{
    static const char *const ASSIGNMENTS[] = {
        "*=", "/=", "%=", "+=", "-=", "<<=", ">>=", "&=", "^=", "|="};
    struct str name = take_name(a);

    if (peek(a, 0) == '[' || name.length == 0)
        return broken(a);
    struct number old = variable_number(a, name);
    if (take(a, "++") || take(a, "--")) {
        bool up = a->text.bytes[a->at - 1] == '+';
        set_variable(a, name, add(old, up ? 1 : -1));
        return old;
    }
    for (size_t i = 0; i < COUNT_OF(ASSIGNMENTS); i++) {
        if (!take(a, ASSIGNMENTS[i]))
            continue;
        struct number right = parse_level(a, 0);
        char sign = ASSIGNMENTS[i][0];
        struct number result = UNKNOWN_NUMBER;
        if (sign == '+' || sign == '-' || sign == '*')
            result = apply((unsigned)sign, old, right);
        set_variable(a, name, result);
        return result;
    }
    skip_blanks(a);
    if (peek(a, 0) == '=' && peek(a, 1) != '=') {
        a->at++;
        struct number right = parse_level(a, 0);
        set_variable(a, name, right);
        return right;
    }
    return old;
}

static struct number parse_unary(struct arithmetic *a)
{
    struct number value;

    skip_blanks(a);
    if (take(a, "++") || take(a, "--")) {
        bool up = a->text.bytes[a->at - 1] == '+';
        skip_blanks(a);
        struct str name = take_name(a);
        if (name.length == 0)
            return broken(a);
        value = add(variable_number(a, name), up ? 1 : -1);
        set_variable(a, name, value);
        return value;
    }
    char sign = peek(a, 0);
    if (sign == '-' || sign == '+' || sign == '!' || sign == '~') {
        a->at++;
        if (++a->depth > ARITHMETIC_DEPTH_MAX)
            return broken(a);
        value = parse_unary(a);
        a->depth--;
        if (sign == '-')
            return value.known && value.value != INT64_MIN ? (struct number){true, -value.value}
                                                           : UNKNOWN_NUMBER;
        if (sign == '!')
            value.value = !value.value;
        else if (sign == '~')
            value.value = ~value.value;
        return value;
    }
    if (take(a, "(")) {
        value = parse_level(a, 0);
        return take(a, ")") ? value : broken(a);
    }
    if (sign >= '0' && sign <= '9')
        return parse_digits(a);
    if (sign == SHELL_UNKNOWN) {
        a->at++;
        return UNKNOWN_NUMBER;
    }
    return parse_variable(a);
}

/* Binary operators, loosest first; longer ones before their beginnings. */
static const struct {
    const char *text;
    unsigned level, code;
} OPERATORS[] = {
    {"||", 3, 'o'},  {"&&", 4, 'a'}, {"==", 8, '='}, {"!=", 8, '!'},  {"<<", 10, 'l'},
    {">>", 10, 'r'}, {"<=", 9, '{'}, {">=", 9, '}'}, {"**", 13, 'p'}, {"<", 9, '<'},
    {">", 9, '>'},   {"|", 5, '|'},  {"^", 6, '^'},  {"&", 7, '&'},   {"+", 11, '+'},
    {"-", 11, '-'},  {"*", 12, '*'}, {"/", 12, '/'}, {"%", 12, '%'},  {"?", 2, '?'},
    {",", 1, ','},
};

static struct number power(int64_t base, int64_t exponent)
{
    int64_t value = 1;

    if (exponent < 0 || exponent > 64)
        return UNKNOWN_NUMBER;
    for (int64_t i = 0; i < exponent; i++)
        if (__builtin_mul_overflow(value, base, &value))
            return UNKNOWN_NUMBER;
    return (struct number){true, value};
}

static struct number apply(unsigned operator, struct number x, struct number y)
{
    struct number result = {.known = x.known && y.known};
    int64_t a = x.value, b = y.value;
    bool overflow = false;

    if (!result.known)
        return UNKNOWN_NUMBER;
    switch (operator) {
    case 'o':
        result.value = a || b;
        break;
    case 'a':
        result.value = a && b;
        break;
    case '=':
        result.value = a == b;
        break;
    case '!':
        result.value = a != b;
        break;
    case '{':
        result.value = a <= b;
        break;
    case '}':
        result.value = a >= b;
        break;
    case '<':
        result.value = a < b;
        break;
    case '>':
        result.value = a > b;
        break;
    case '|':
        result.value = a | b;
        break;
    case '^':
        result.value = a ^ b;
        break;
    case '&':
        result.value = a & b;
        break;
    case '+':
        overflow = __builtin_add_overflow(a, b, &result.value);
        break;
    case '-':
        overflow = __builtin_sub_overflow(a, b, &result.value);
        break;
    case '*':
        overflow = __builtin_mul_overflow(a, b, &result.value);
        break;
    case 'p':
        return power(a, b);
    case '/':
    case '%':
        if (b == 0 || (a == INT64_MIN && b == -1))
            return UNKNOWN_NUMBER;
        result.value = operator== '/' ? a / b : a % b;
        break;
    default: /* shifts */
        if (a < 0 || b < 0 || b > 31 || a > INT32_MAX)
            return UNKNOWN_NUMBER;
        result.value = operator== 'l' ? a << b : a>> b;
        break;
    }
    return overflow ? UNKNOWN_NUMBER : result;
}

/* The operator at the cursor that binds at least as tightly; COUNT_OF(OPERATORS) for none. */
static size_t find_operator(struct arithmetic *a, unsigned level)
{
    skip_blanks(a);
    struct str rest = str_from_offset(a->text, a->at);
    for (size_t i = 0; i < COUNT_OF(OPERATORS); i++)
        if (str_starts(rest, str_from(OPERATORS[i].text)))
            return OPERATORS[i].level >= level ? i : COUNT_OF(OPERATORS);
    return COUNT_OF(OPERATORS);
}

static struct number parse_conditional(struct arithmetic *a, struct number condition)
{
    struct number yes = parse_level(a, 1);

    if (!take(a, ":"))
        return broken(a);
    struct number no = parse_level(a, 2);
    if (!condition.known)
        return UNKNOWN_NUMBER;
    return condition.value ? yes : no;
}

static struct number parse_level(struct arithmetic *a, unsigned level)
{
    if (++a->depth > ARITHMETIC_DEPTH_MAX)
        return broken(a);
    struct number left = parse_unary(a);
    for (;;) {
        size_t found = find_operator(a, level);
        if (found == COUNT_OF(OPERATORS))
            break;
        a->at += strlen(OPERATORS[found].text);
        unsigned code = OPERATORS[found].code;
        if (code == '?')
            left = parse_conditional(a, left);
        else if (code == ',')
            left = parse_level(a, 2);
        else
            left = apply(code, left, parse_level(a, OPERATORS[found].level + (code != 'p')));
    }
    a->depth--;
    return left;
}

bool arithmetic_evaluate(struct shell_state *state, struct str text, bool *ret_known,
                         int64_t *ret_value, struct err *e)
{
    struct arithmetic a = {.state = state, .text = str_trim(text)};

    if (a.text.length > 4096) {
        *ret_known = false;
        return true;
    }
    if (!session_charge(state->session, a.text.length, e))
        return false;
    struct number number = a.text.length ? parse_level(&a, 0) : (struct number){true, 0};
    *ret_known = number.known && !a.broken && a.at == a.text.length;
    *ret_value = number.value;
    return true;
}
