#include <string.h>

#include "shell/evaluator.h"

#define PATTERN_TEXT_MAX                                                                           \
    4096u /* longer values are not searched with a pattern that has wildcards */

/* The length of the prefix (or suffix) that the pattern takes; SIZE_MAX for none. False: not knowable. */
static bool strip_length(struct session *session, struct str pattern, struct str text, bool suffix,
                         bool longest, size_t *ret_length)
{
    *ret_length = SIZE_MAX;
    if (pattern_is_plain(pattern)) {
        struct str plain = pattern_plain(session->arena, pattern);
        if (suffix ? str_ends(text, plain) : str_starts(text, plain))
            *ret_length = plain.length;
        return true;
    }
    if (text.length > PATTERN_TEXT_MAX)
        return false;
    for (size_t i = 0; i <= text.length; i++) {
        size_t length = longest ? text.length - i : i;
        struct str part =
            suffix ? str_from_offset(text, text.length - length) : str_prefix(text, length);
        enum match match = pattern_match(session, pattern, part);
        if (match == MATCH_UNKNOWN)
            return false;
        if (match == MATCH_YES) {
            *ret_length = length;
            return true;
        }
    }
    return true;
}

static bool strip(struct shell_state *state, const struct shell_part *part, struct str text,
                  struct str *ret_text, struct err *e)
{
    struct str pattern, sign = part->operator_text;
    size_t length;

    if (!expand_pattern(state, part->operand, &pattern, e))
        return false;
    bool suffix = sign.length && sign.bytes[0] == '%';
    *ret_text = text;
    if (!strip_length(state->session, pattern, text, suffix, sign.length > 1, &length))
        *ret_text = UNKNOWN_TEXT;
    else if (length != SIZE_MAX)
        *ret_text = suffix ? str_prefix(text, text.length - length) : str_from_offset(text, length);
    return true;
}

/* The longest match that begins at `from`; SIZE_MAX for none. False: not knowable. */
static bool match_at(struct session *session, struct str pattern, bool plain, struct str text,
                     size_t from, bool to_end, size_t *ret_length)
{
    struct str rest = str_from_offset(text, from);

    *ret_length = SIZE_MAX;
    if (plain) {
        if (str_starts(rest, pattern) && (!to_end || rest.length == pattern.length))
            *ret_length = pattern.length;
        return true;
    }
    for (size_t length = rest.length;; length--) {
        enum match match = pattern_match(session, pattern, str_prefix(rest, length));
        if (match == MATCH_UNKNOWN)
            return false;
        if (match == MATCH_YES) {
            *ret_length = length;
            return true;
        }
        if (length == 0 || to_end)
            return true;
    }
}

static bool replace_in(struct shell_state *state, struct str sign, struct str pattern,
                       struct str replacement, struct str text, struct str *ret_text)
{
    struct session *session = state->session;
    bool plain = pattern_is_plain(pattern), all = str_eq(sign, STR("//"));
    bool at_start = str_eq(sign, STR("/#")), at_end = str_eq(sign, STR("/%"));
    struct buf out = buf_new(session->arena, VALUE_MAX);
    size_t from = 0;
    bool replaced = false;

    if (plain)
        pattern = pattern_plain(session->arena, pattern);
    while (from < text.length) {
        size_t length = SIZE_MAX;
        bool here = (all || !replaced) && (!at_start || from == 0);
        if (here && !match_at(session, pattern, plain, text, from, at_end, &length))
            return false;
        if (length != SIZE_MAX && (length || at_start || at_end)) {
            buf_add(&out, replacement);
            replaced = true;
            from += length;
            if (length == 0)
                break;
            continue;
        }
        buf_add_byte(&out, text.bytes[from++]);
    }
    if (replaced || pattern.length)
        buf_add(&out, str_from_offset(text, from));
    *ret_text = buf_str(&out);
    return !out.truncated;
}

static bool replace(struct shell_state *state, const struct shell_part *part, struct str text,
                    struct str *ret_text, struct err *e)
{
    struct session *session = state->session;
    struct str pattern, sign = part->operator_text;
    struct shell_value by;

    if (!expand_pattern(state, part->operand, &pattern, e) ||
        !expand_one(state, part->replacement, &by, e) ||
        !session_charge(session, 3 * text.length + by.text.length, e))
        return false;
    *ret_text = UNKNOWN_TEXT;
    /* An & is the match in newer shells only. */
    if (str_find_byte(by.text, '&') != SIZE_MAX)
        return true;
    if (pattern.length == 0) {
        bool front = str_eq(sign, STR("/#")), back = str_eq(sign, STR("/%"));
        struct str parts[2] = {front ? by.text : text, front ? text : by.text};
        *ret_text = front || back ? str_join(session->arena, parts, 2, STR("")) : text;
        return true;
    }
    if (text.length > PATTERN_TEXT_MAX || !value_from_text(text).known ||
        !value_from_text(pattern).known ||
        !replace_in(state, sign, pattern, by.text, text, ret_text))
        *ret_text = UNKNOWN_TEXT;
    return session_charge(session, 2 * ret_text->length, e);
}

static bool substring(struct shell_state *state, const struct shell_part *part, struct str text,
                      struct str *ret_text, struct err *e)
{
    struct shell_value from_text, length_text;
    int64_t size = (int64_t)text.length, from = 0, to = size;
    bool known = value_from_text(text).known;

    for (size_t i = 0; i < text.length; i++)
        known = known && (unsigned char)text.bytes[i] < 0x80;
    if (!expand_one(state, part->operand, &from_text, e) ||
        !expand_one(state, part->replacement, &length_text, e) ||
        (known && !arithmetic_evaluate(state, from_text.text, &known, &from, e)))
        return false;
    if (from < 0)
        from += size;
    if (part->replacement && known) {
        int64_t length = 0;
        if (!arithmetic_evaluate(state, length_text.text, &known, &length, e))
            return false;
        /* Compared, not added: both come from the text. */
        if (length < 0)
            to = length < -size ? 0 : size + length;
        else if (from >= 0 && from <= size && length < size - from)
            to = from + length;
    }
    if (!known)
        *ret_text = UNKNOWN_TEXT;
    else if (from < 0 || from > size || to < from)
        *ret_text = STR("");
    else
        *ret_text = str_slice(text, (size_t)from, (size_t)to);
    return true;
}

static bool change_case(struct shell_state *state, const struct shell_part *part, struct str sign,
                        struct str text, struct str *ret_text, struct err *e)
{
    struct shell_value pattern;
    bool all = sign.length > 1, upper = sign.length && sign.bytes[0] == '^';

    if (!expand_one(state, part->operand, &pattern, e) ||
        !session_charge(state->session, text.length, e))
        return false;
    if (pattern.text.length || (sign.length && sign.bytes[0] == '~')) {
        *ret_text = UNKNOWN_TEXT;
        return true;
    }
    char *bytes = arena_alloc(state->session->arena, text.length + 1);
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        bool change = all || i == 0;
        if (change && upper && byte >= 'a' && byte <= 'z')
            byte = (char)(byte - 'a' + 'A');
        else if (change && !upper && byte >= 'A' && byte <= 'Z')
            byte = (char)(byte - 'A' + 'a');
        bytes[i] = byte;
    }
    *ret_text = str_of(bytes, text.length);
    return true;
}

/* ${x@Q}: in single quotes. */
static bool quote(struct shell_state *state, struct str text, struct str *ret_text, struct err *e)
{
    struct buf out = buf_new(state->session->arena, VALUE_MAX);
    struct str rest = text;

    if (!session_charge(state->session, 4 * text.length, e))
        return false;
    buf_add_byte(&out, '\'');
    while (rest.length) {
        size_t mark = str_find_byte(rest, '\'');
        buf_add(&out, str_prefix(rest, mark));
        if (mark == SIZE_MAX)
            break;
        buf_add(&out, STR("'\\''"));
        rest = str_from_offset(rest, mark + 1);
    }
    buf_add_byte(&out, '\'');
    *ret_text = out.truncated ? UNKNOWN_TEXT : buf_str(&out);
    return true;
}

bool transform_text(struct shell_state *state, const struct shell_part *part,
                    enum shell_parameter_operator operator, struct str text, struct str *ret_text,
                    struct err *e)
{
    switch (operator) {
    case PARAMETER_STRIP:
        return strip(state, part, text, ret_text, e);
    case PARAMETER_REPLACE:
        return replace(state, part, text, ret_text, e);
    case PARAMETER_SUBSTRING:
        return substring(state, part, text, ret_text, e);
    case PARAMETER_CASE:
        return change_case(state, part, part->operator_text, text, ret_text, e);
    case PARAMETER_TRANSFORM:
        if (str_eq(part->operator_text, STR("@Q")))
            return quote(state, text, ret_text, e);
        if (str_eq(part->operator_text, STR("@U")))
            return change_case(state, part, STR("^^"), text, ret_text, e);
        if (str_eq(part->operator_text, STR("@u")))
            return change_case(state, part, STR("^"), text, ret_text, e);
        if (str_eq(part->operator_text, STR("@L")))
            return change_case(state, part, STR(",,"), text, ret_text, e);
        break;
    default:
        break;
    }
    *ret_text = UNKNOWN_TEXT;
    return true;
}
