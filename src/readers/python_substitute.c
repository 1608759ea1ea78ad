/* python_substitute.c -- re.sub on texts, and the names in snake_case that libraries make with it. */
#include "base/buf.h"
#include "base/regex.h"

#include "readers/python_tree.h"

#define NAME_MAX_BYTES 1024u

/* `\\1` to `\\9` are groups; false: another escape. */
static bool add_replacement(struct buf *buf, struct str by, const struct str *groups)
{
    for (size_t i = 0; i < by.length; i++) {
        if (by.bytes[i] != '\\') {
            buf_add_byte(buf, by.bytes[i]);
            continue;
        }
        if (++i == by.length || by.bytes[i] < '1' || by.bytes[i] > '9')
            return false;
        buf_add(buf, groups[by.bytes[i] - '0']);
    }
    return true;
}

/* A match of nothing is passed by one byte; a pattern that matches something and nothing is left alone, for Python and this one would
 * differ about what comes next. */
bool python_substitute(struct arena *arena, struct str pattern, struct str by, struct str text,
                       struct str *ret_text)
{
    struct buf buf = buf_new(arena, (size_t)64 << 10);
    struct str groups[REGEX_GROUPS_MAX];
    bool matched = true, something = false, nothing = false;
    struct err e = ERR_NONE;
    struct regex *regex;
    size_t at = 0;

    if (text.length > NAME_MAX_BYTES || !regex_compile(arena, pattern, &regex, &e))
        return false;
    while (at <= text.length) {
        if (!regex_match_from(regex, text, at, &matched, groups, COUNT_OF(groups), &e))
            return false;
        if (!matched)
            break;
        size_t begin = (size_t)(groups[0].bytes - text.bytes), end = begin + groups[0].length;
        something = something || end > begin;
        nothing = nothing || end == begin;
        buf_add(&buf, str_slice(text, at, begin));
        if ((something && nothing) || !add_replacement(&buf, by, groups))
            return false;
        if (end == begin && end < text.length)
            buf_add_byte(&buf, text.bytes[end]);
        at = end + (end == begin);
    }
    if (at < text.length)
        buf_add(&buf, str_from_offset(text, at));
    *ret_text = buf_str(&buf);
    return true;
}

/* UserHTTPLog: user_http_log, as inflection, pydantic and Flask-SQLAlchemy have it. */
bool python_snake_case(struct arena *arena, struct str name, struct str *ret_text)
{
    if (!python_substitute(arena, STR("([A-Z]+)([A-Z][a-z])"), STR("\\1_\\2"), name, ret_text) ||
        !python_substitute(arena, STR("([a-z0-9])([A-Z])"), STR("\\1_\\2"), *ret_text, ret_text))
        return false;
    *ret_text = str_lower(arena, *ret_text);
    return true;
}
