#include "readers/python_run_values.h"

#include "base/buf.h"
#include "base/regex.h"

#define ITEMS_MAX 1024u
#define TEXT_MAX_BYTES 4096u

bool run_truth(bool holds, struct value *ret)
{
    *ret = (struct value){.kind = VALUE_TRUTH, .number = holds};
    return true;
}

bool run_number(int64_t amount, struct value *ret)
{
    *ret = (struct value){.kind = VALUE_NUMBER, .number = amount};
    return true;
}

/* Bytes are characters only of ASCII. */
bool run_text(struct str bytes, struct value *ret)
{
    for (size_t i = 0; i < bytes.length; i++)
        if ((unsigned char)bytes.bytes[i] >= 0x80)
            return false;
    *ret = (struct value){.kind = VALUE_TEXT, .text = bytes};
    return bytes.length <= TEXT_MAX_BYTES;
}

bool run_is_number(struct value value)
{
    return value.kind == VALUE_NUMBER || value.kind == VALUE_TRUTH;
}

bool run_holds(struct value value)
{
    return value.kind == VALUE_TEXT   ? value.text.length > 0
           : value.kind == VALUE_LIST ? value.list->count > 0
                                      : value.number != 0;
}

bool run_list(struct arena *arena, struct value *ret)
{
    *ret = (struct value){.kind = VALUE_LIST};
    ret->list = ARENA_NEW(arena, struct values);
    return true;
}

bool run_add(struct arena *arena, struct value list, struct value item)
{
    if (list.list->count == ITEMS_MAX)
        return false;
    VEC_PUSH(arena, list.list, item);
    return true;
}

/* A list as it is, a text as the list of its characters. */
bool run_items(struct arena *arena, struct value value, struct value *ret)
{
    if (value.kind == VALUE_LIST) {
        *ret = value;
        return true;
    }
    bool fits = value.kind == VALUE_TEXT && run_list(arena, ret);
    for (size_t i = 0; fits && i < value.text.length; i++) {
        struct value item;
        fits = run_text(str_slice(value.text, i, i + 1), &item) && run_add(arena, *ret, item);
    }
    return fits;
}

/* --- Methods of texts. --- */

typedef bool byte_test(char byte);

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_letter(char byte)
{
    return byte_is_letter(byte);
}

static bool is_digit(char byte)
{
    return byte_is_digit(byte);
}

static bool is_letter_or_digit(char byte)
{
    return byte_is_letter(byte) || byte_is_digit(byte);
}

/* "AB1".isupper() holds: what has no case does not count. */
static bool all_are(struct str s, byte_test *test, bool cased)
{
    bool some = false;

    for (size_t i = 0; i < s.length; i++) {
        if (cased && !byte_is_letter(s.bytes[i]))
            continue;
        if (!test(s.bytes[i]))
            return false;
        some = true;
    }
    return some;
}

static bool test_method(struct str name, struct str s, struct value *ret)
{
    static const struct {
        const char *name;
        byte_test *test;
        bool cased;
    } rows[] = {{"isupper", is_upper, true},
                {"islower", is_lower, true},
                {"isalpha", is_letter, false},
                {"isdigit", is_digit, false},
                {"isalnum", is_letter_or_digit, false}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (str_eq(name, str_from(rows[i].name)))
            return run_truth(all_are(s, rows[i].test, rows[i].cased), ret);
    return false;
}

static struct str stripped(struct str s, const char *set, bool left, bool right)
{
    while (left && s.length && strchr(set, s.bytes[0]))
        s = str_from_offset(s, 1);
    while (right && s.length && strchr(set, s.bytes[s.length - 1]))
        s = str_prefix(s, s.length - 1);
    return s;
}

static struct str replaced(struct arena *arena, struct str s, struct str from, struct str by)
{
    struct buf buf = buf_new(arena, (size_t)64 << 10);

    for (size_t at = 0; from.length && s.length;) {
        at = str_find(s, from);
        buf_add(&buf, str_prefix(s, at));
        if (at == SIZE_MAX)
            break;
        buf_add(&buf, by);
        s = str_from_offset(s, at + from.length);
    }
    return buf_str(&buf);
}

static bool method_without_arguments(struct arena *arena, struct str name, struct str s,
                                     struct value *ret)
{
    static const char *const blanks = " \t\n\r\f\v";

    if (str_eq(name, STR("lower")))
        return run_text(str_lower(arena, s), ret);
    if (str_eq(name, STR("upper")))
        return run_text(str_upper(arena, s), ret);
    if (str_eq(name, STR("strip")) || str_eq(name, STR("lstrip")) || str_eq(name, STR("rstrip")))
        return run_text(
            stripped(s, blanks, !str_eq(name, STR("rstrip")), !str_eq(name, STR("lstrip"))), ret);
    if (str_eq(name, STR("capitalize")))
        return run_text(str_printf(arena, STR_FMT STR_FMT,
                                   STR_ARG(str_upper(arena, str_prefix(s, 1))),
                                   STR_ARG(str_lower(arena, str_from_offset(s, 1)))),
                        ret);
    return test_method(name, s, ret);
}

static bool method_of_text(struct arena *arena, struct str name, struct str s, struct str given,
                           struct value *ret)
{
    if (str_eq(name, STR("startswith")))
        return run_truth(str_starts(s, given), ret);
    if (str_eq(name, STR("endswith")))
        return run_truth(str_ends(s, given), ret);
    if (str_eq(name, STR("removeprefix")))
        return run_text(str_starts(s, given) ? str_from_offset(s, given.length) : s, ret);
    if (str_eq(name, STR("removesuffix")))
        return run_text(str_ends(s, given) ? str_prefix(s, s.length - given.length) : s, ret);
    if (str_eq(name, STR("strip")) || str_eq(name, STR("lstrip")) || str_eq(name, STR("rstrip")))
        return run_text(stripped(s, str_c(arena, given), !str_eq(name, STR("rstrip")),
                                 !str_eq(name, STR("lstrip"))),
                        ret);
    if (str_eq(name, STR("split")) && given.length && run_list(arena, ret)) {
        bool more = true;
        while (more) {
            size_t at = str_find(s, given);
            struct value part;
            if (!run_text(str_prefix(s, at), &part) || !run_add(arena, *ret, part))
                return false;
            more = at != SIZE_MAX;
            s = more ? str_from_offset(s, at + given.length) : s;
        }
        return true;
    }
    return false;
}

static bool joined(struct arena *arena, struct str between, struct value list, struct value *ret)
{
    struct strs parts = {0};

    for (size_t i = 0; i < list.list->count; i++) {
        if (list.list->items[i].kind != VALUE_TEXT)
            return false;
        VEC_PUSH(arena, &parts, list.list->items[i].text);
    }
    return run_text(str_join(arena, parts.items, parts.count, between), ret);
}

/* .endswith(("s", "x")) */
static bool one_of(struct arena *arena, struct str name, struct str s, struct value list,
                   struct value *ret)
{
    bool found = false;

    if (!str_eq(name, STR("startswith")) && !str_eq(name, STR("endswith")))
        return false;
    for (size_t i = 0; !found && i < list.list->count; i++) {
        if (list.list->items[i].kind != VALUE_TEXT ||
            !method_of_text(arena, name, s, list.list->items[i].text, ret))
            return false;
        found = run_holds(*ret);
    }
    return run_truth(found, ret);
}

bool run_method(struct arena *arena, struct str name, struct str s, const struct value *given,
                size_t count, struct value *ret)
{
    struct value items;

    if (count == 0)
        return method_without_arguments(arena, name, s, ret);
    if (count == 1 && str_eq(name, STR("join")))
        return run_items(arena, given[0], &items) && joined(arena, s, items, ret);
    if (count == 1 && given[0].kind == VALUE_LIST)
        return one_of(arena, name, s, given[0], ret);
    if (count == 1)
        return given[0].kind == VALUE_TEXT && method_of_text(arena, name, s, given[0].text, ret);
    return count == 2 && str_eq(name, STR("replace")) && given[0].kind == VALUE_TEXT &&
           given[1].kind == VALUE_TEXT && given[0].text.length > 0 &&
           run_text(replaced(arena, s, given[0].text, given[1].text), ret);
}

/* A pattern that matches something and nothing is left alone, as python_substitute() does. */
bool run_matches(struct arena *arena, struct str pattern, struct str s, bool split,
                 struct value *ret)
{
    struct str groups[REGEX_GROUPS_MAX];
    bool matched = true, something = false, nothing = false;
    struct err e = ERR_NONE;
    struct value part;
    struct regex *regex;
    size_t at = 0, from = 0;

    if (!regex_compile(arena, pattern, &regex, &e) || !run_list(arena, ret))
        return false;
    while (at <= s.length) {
        if (!regex_match_from(regex, s, at, &matched, groups, COUNT_OF(groups), &e))
            return false;
        if (!matched)
            break;
        size_t begin = (size_t)(groups[0].bytes - s.bytes);
        size_t end = begin + groups[0].length;
        something = something || end > begin;
        nothing = nothing || end == begin;
        if ((something && nothing) || groups[1].bytes ||
            !run_text(split ? str_slice(s, from, begin) : groups[0], &part) ||
            !run_add(arena, *ret, part))
            return false;
        from = end;
        at = end + (end == begin);
    }
    return !split || (run_text(str_from_offset(s, from), &part) && run_add(arena, *ret, part));
}
