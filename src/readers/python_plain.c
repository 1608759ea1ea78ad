#include "readers/python_plain.h"

static bool is_word(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_';
}

static struct str skip_blanks(struct str s)
{
    while (s.length && (s.bytes[0] == ' ' || s.bytes[0] == '\t'))
        s = str_from_offset(s, 1);
    return s;
}

static struct str take_word(struct str *rest)
{
    size_t length = 0;

    while (length < rest->length && is_word(rest->bytes[length]))
        length++;
    struct str word = str_prefix(*rest, length);
    *rest = str_from_offset(*rest, length);
    return word;
}

/* `: Union[str, Sequence[str], None]`: names, dots, brackets, commas and bars; stops at anything else, and before `:=`. */
static struct str skip_annotation(struct str rest)
{
    static const struct str allowed = STR_INIT(" \t[],.|");
    struct str first = skip_blanks(str_from_offset(rest, 1));
    size_t i = 1;

    if (!first.length || !is_word(first.bytes[0]))
        return rest;

    while (i < rest.length &&
           (is_word(rest.bytes[i]) || str_find_byte(allowed, rest.bytes[i]) != SIZE_MAX))
        i++;
    return str_from_offset(rest, i);
}

static bool take_literal(struct str *rest, struct python_value *value)
{
    char quote = rest->length ? rest->bytes[0] : '\0';
    size_t end = 1;

    if (str_starts(*rest, STR("None")) && (rest->length == 4 || !is_word(rest->bytes[4]))) {
        value->kind = PYTHON_NONE;
        *rest = str_from_offset(*rest, 4);
        return true;
    }
    if (quote != '"' && quote != '\'')
        return false;
    while (end < rest->length && rest->bytes[end] != quote) {
        if (rest->bytes[end] == '\\' || rest->bytes[end] == '\n' || rest->bytes[end] == '\r')
            return false;
        end++;
    }
    if (end == rest->length)
        return false;
    value->kind = PYTHON_STRING;
    value->text = str_slice(*rest, 1, end);
    *rest = str_from_offset(*rest, end + 1);
    return true;
}

bool python_plain_assignment(struct str statement, struct str *ret_name,
                             struct python_value *ret_value)
{
    struct python_value value = {0};
    struct str rest = statement, name = take_word(&rest);

    rest = skip_blanks(rest);
    if (str_starts(rest, STR(":")))
        rest = skip_annotation(rest);
    if (!name.length || !str_starts(rest, STR("=")))
        return false;
    rest = skip_blanks(str_from_offset(rest, 1));
    if (!take_literal(&rest, &value))
        return false;
    /* A second quote, an operator or a semicolon: more than a literal. */
    rest = skip_blanks(rest);
    if (rest.length && rest.bytes[0] != '#')
        return false;
    *ret_name = name;
    *ret_value = value;
    return true;
}
