#include "deploys/pattern.h"

#include <string.h>

enum fit {
    FIT_NO,   /* the line differs */
    FIT_OPEN, /* something we do not understand stands here: may match */
    FIT_FULL, /* all of this part stands in the line */
};

/* Behind the escape, class or plain character at `at`. Classes may hold brackets: `[]a]`, `[[:alpha:]]`. */
static size_t skip_one(struct str pattern, size_t at)
{
    if (pattern.bytes[at] == '\\')
        return at + 2;
    if (pattern.bytes[at] != '[')
        return at + 1;
    at++;
    if (at < pattern.length && pattern.bytes[at] == '^')
        at++;
    if (at < pattern.length && pattern.bytes[at] == ']')
        at++;
    while (at < pattern.length && pattern.bytes[at] != ']') {
        if (str_starts(str_from_offset(pattern, at), STR("[:"))) {
            size_t end = str_find(str_from_offset(pattern, at), STR(":]"));
            at = end == SIZE_MAX ? pattern.length : at + end + 2;
        } else {
            at += pattern.bytes[at] == '\\' ? 2 : 1;
        }
    }
    return at + 1;
}

/* Cuts *rest at its first '|' outside groups and classes. */
static struct str cut_alternative(struct str *rest, bool *ret_more)
{
    struct str pattern = *rest;
    size_t depth = 0;

    for (size_t at = 0; at < pattern.length; at = skip_one(pattern, at)) {
        if (pattern.bytes[at] == '(')
            depth++;
        else if (pattern.bytes[at] == ')' && depth)
            depth--;
        else if (pattern.bytes[at] == '|' && depth == 0) {
            *rest = str_from_offset(pattern, at + 1);
            *ret_more = true;
            return str_prefix(pattern, at);
        }
    }
    *rest = STR("");
    *ret_more = false;
    return pattern;
}

/* The offset of the ')' that closes the group opened at `open`; the pattern's length when there is none. */
static size_t group_end(struct str pattern, size_t open)
{
    size_t depth = 0;

    for (size_t at = open; at < pattern.length; at = skip_one(pattern, at)) {
        if (pattern.bytes[at] == '(')
            depth++;
        else if (pattern.bytes[at] == ')' && --depth == 0)
            return at;
    }
    return pattern.length;
}

static bool has_quantifier(struct str pattern, size_t at)
{
    return at < pattern.length && memchr("?*+{", pattern.bytes[at], 4);
}

static enum fit fit(struct str pattern, struct str line, size_t *ret_length, unsigned depth);

/* `(?:a|b)` and `(a|b)` at the start of the pattern, and what stands behind them. */
static enum fit fit_group(struct str pattern, struct str line, size_t *ret_length, unsigned depth)
{
    size_t end = group_end(pattern, 0), behind;
    struct str inside = str_slice(pattern, 1, end);
    bool more = true;

    if (end == pattern.length || has_quantifier(pattern, end + 1) || depth == 0)
        return FIT_OPEN;
    if (str_starts(inside, STR("?:")))
        inside = str_from_offset(inside, 2);
    else if (str_starts(inside, STR("?")) || str_starts(inside, STR("*")))
        return FIT_OPEN; /* look-around, options, verbs */
    struct str rest = str_from_offset(pattern, end + 1);
    while (more) {
        size_t length = 0;
        struct str alternative = cut_alternative(&inside, &more);
        enum fit here = fit(alternative, line, &length, depth - 1);
        if (here == FIT_OPEN)
            return FIT_OPEN;
        if (here == FIT_NO)
            continue;
        here = fit(rest, str_from_offset(line, length), &behind, depth - 1);
        if (here == FIT_FULL)
            *ret_length = length + behind;
        if (here != FIT_NO)
            return here;
    }
    return FIT_NO;
}

/* Does the line begin with what this pattern begins with? `ret_length`: what was taken, for FIT_FULL. */
static enum fit fit(struct str pattern, struct str line, size_t *ret_length, unsigned depth)
{
    size_t at = 0, taken = 0;

    while (at < pattern.length) {
        char byte = pattern.bytes[at];
        if (byte == '(') {
            enum fit group = fit_group(str_from_offset(pattern, at), str_from_offset(line, taken),
                                       ret_length, depth);
            if (group == FIT_FULL)
                *ret_length += taken;
            return group;
        }
        if (byte == '\\') {
            byte = at + 1 < pattern.length ? pattern.bytes[at + 1] : 'a';
            if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                (byte >= 'a' && byte <= 'z'))
                return FIT_OPEN; /* a class, an assertion, a reference */
            at++;
        } else if (memchr(".[])?*+{}|^$", byte, 12)) {
            return FIT_OPEN;
        }
        at++;
        if (has_quantifier(pattern, at))
            return FIT_OPEN; /* the character may be absent, or stand there often */
        if (taken >= line.length || line.bytes[taken] != byte)
            return FIT_NO;
        taken++;
    }
    *ret_length = taken;
    return FIT_FULL;
}

bool pattern_has_alternatives(struct str pattern)
{
    bool more;

    cut_alternative(&pattern, &more);
    return more;
}

bool pattern_may_match(struct str pattern, bool alternatives, struct str line)
{
    bool more = true;

    while (more) {
        size_t length = 0;
        struct str alternative = pattern;
        if (alternatives)
            alternative = cut_alternative(&pattern, &more);
        else
            more = false;
        if (!str_starts(alternative, STR("^")))
            return true;
        if (fit(str_from_offset(alternative, 1), line, &length, PATTERN_DEPTH_MAX) != FIT_NO)
            return true;
    }
    return false;
}

/* Behind the quantifier at `at`, if one stands there. */
static size_t skip_quantifier(struct str pattern, size_t at)
{
    if (!has_quantifier(pattern, at))
        return at;
    if (pattern.bytes[at] == '{')
        while (at < pattern.length && pattern.bytes[at] != '}')
            at++;
    at++;
    return at < pattern.length && memchr("?+", pattern.bytes[at], 2) ? at + 1 : at;
}

/* `(?i)`, `(?|…`, `(*VERB)`: what is behind it may mean something else. `(?:`, look-around and `(?i:` end with their group. */
static bool is_plain_group(struct str group)
{
    if (str_starts(group, STR("(*")))
        return false;
    if (!str_starts(group, STR("(?")))
        return true;
    group = str_from_offset(group, 2);
    if (group.length && memchr(":=!<>", group.bytes[0], 5))
        return true;
    return str_find_byte(group, ':') < str_find_byte(group, ')');
}

/* Escapes of two bytes that stand for one place: a class, an assertion, a punctuation mark. */
static bool is_short_escape(char byte)
{
    static const char known[] = "bBdDsSwW.-/\\[](){}?*+|^$\"' :=,";

    return byte && strchr(known, byte);
}

/* The plain characters behind '^'. */
static struct str plain_start(struct str pattern)
{
    size_t end = 1;

    if (!str_starts(pattern, STR("^")))
        return STR_NONE;
    while (end < pattern.length && !memchr("\\.[])?*+{}|^$(", pattern.bytes[end], 14))
        end++;
    if (end > 1 && has_quantifier(pattern, end))
        end--;
    return str_slice(pattern, 1, end);
}

/* What all alternatives begin with. */
static struct str shared_start(struct str pattern)
{
    bool more;
    struct str shared = plain_start(cut_alternative(&pattern, &more));

    while (more) {
        struct str other = plain_start(cut_alternative(&pattern, &more));
        size_t same = 0;
        while (same < shared.length && same < other.length &&
               shared.bytes[same] == other.bytes[same])
            same++;
        shared.length = same;
    }
    return shared;
}

struct str pattern_needs(struct str pattern)
{
    bool anchored = str_starts(pattern, STR("^"));
    struct str longest = STR_NONE;
    size_t at = 0, start = 0;

    if (pattern_has_alternatives(pattern))
        return shared_start(pattern);
    while (at < pattern.length) {
        char byte = pattern.bytes[at];
        size_t end = at, behind = at + 1;
        if (byte == '(') {
            end = at;
            behind = group_end(pattern, at) + 1;
            if (!is_plain_group(str_from_offset(pattern, at)))
                return STR_NONE;
        } else if (byte == '[' || byte == '\\') {
            behind = skip_one(pattern, at);
            if (byte == '\\' &&
                (at + 1 >= pattern.length || !is_short_escape(pattern.bytes[at + 1])))
                return STR_NONE; /* \Q, \x41, \p{L}, a reference */
        } else if (!memchr(".^$)", byte, 4)) {
            size_t quantified = skip_quantifier(pattern, behind);
            if (quantified == behind) {
                at = behind; /* stands for itself */
                continue;
            }
            end = byte && pattern.bytes[behind] == '+' ? behind : at;
        }
        struct str run = str_slice(pattern, start, end);
        if (run.length > longest.length && !(anchored && start <= 1))
            longest = run;
        at = start = skip_quantifier(pattern, behind);
    }
    if (at > start && at - start > longest.length && !(anchored && start <= 1))
        longest = str_slice(pattern, start, at);
    return longest;
}
