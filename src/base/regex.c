#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct regex {
    pcre2_code *code;
    struct str pattern;
};

/* One a thread: what a match needs is copied out before the next one begins, and each has room of 20 KB. */
static _Thread_local pcre2_match_data *match;
static _Thread_local pcre2_match_context *context;

static bool need_room(struct err *e)
{
    if (match && context)
        return true;
    if (!match)
        match = pcre2_match_data_create(REGEX_GROUPS_MAX, NULL);
    if (!context)
        context = pcre2_match_context_create(NULL);
    if (!match || !context)
        return err_set(e, ERR_SYSTEM, "out of memory in a pattern");
    pcre2_set_match_limit(context, REGEX_MATCH_LIMIT);
    pcre2_set_depth_limit(context, REGEX_DEPTH_LIMIT);
    pcre2_set_heap_limit(context, 20000); /* KiB */
    return true;
}

static bool refuse_limits(struct str pattern, struct err *e)
{
    /* (*LIMIT_MATCH=…) and friends at the start can only lower limits; (*NO_JIT), (*UTF) change what bytes mean. */
    if (str_starts(pattern, STR("(*")))
        return err_set(e, ERR_INPUT, "pattern verbs such as \"(*UTF)\" are not accepted");
    return true;
}

static pcre2_code *compile(struct str pattern, struct err *e)
{
    int number;
    PCRE2_SIZE offset;

    if (pattern.length > REGEX_PATTERN_MAX) {
        err_set(e, ERR_LIMIT, "pattern longer than %u bytes", REGEX_PATTERN_MAX);
        return NULL;
    }
    if (!refuse_limits(pattern, e))
        return NULL;
    pcre2_code *code = pcre2_compile(
        (PCRE2_SPTR)(pattern.bytes ? pattern.bytes : ""), pattern.length,
        PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY, &number, &offset, NULL);
    if (code)
        return code;
    PCRE2_UCHAR message[256];
    if (number == PCRE2_ERROR_HEAP_FAILED) {
        err_set(e, ERR_SYSTEM, "out of memory in a pattern");
        return NULL;
    }
    pcre2_get_error_message(number, message, sizeof message);
    err_set(e, ERR_INPUT, "pattern \"" STR_FMT "\" at character %zu: %s",
            STR_ARG(str_prefix(pattern, 200)), (size_t)offset + 1, (char *)message);
    return NULL;
}

bool regex_check(struct str pattern, struct err *e)
{
    pcre2_code *code = compile(pattern, e);

    pcre2_code_free(code);
    return code != NULL;
}

bool regex_compile(struct arena *arena, struct str pattern, struct regex **ret_regex, struct err *e)
{
    pcre2_code *code = compile(pattern, e);

    if (!code)
        return false;
    struct regex *regex = ARENA_NEW(arena, struct regex);
    regex->code = code;
    regex->pattern = pattern;
    *ret_regex = regex;
    return true;
}

void regex_hurry(struct regex *regex)
{
    /* Where it is not supported, or memory may not be executed, the interpreter goes on. */
    (void)pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
}

/* Machine code has a small stack of its own; the interpreter has not. */
static int match_in(struct regex *regex, struct str subject, size_t start)
{
    PCRE2_SPTR bytes = (PCRE2_SPTR)(subject.bytes ? subject.bytes : "");
    int found = pcre2_match(regex->code, bytes, subject.length, start, 0, match, context);

    return found == PCRE2_ERROR_JIT_STACKLIMIT ? pcre2_match(regex->code, bytes, subject.length,
                                                             start, PCRE2_NO_JIT, match, context)
                                               : found;
}

bool regex_match(struct regex *regex, struct str subject, bool *ret_matched, struct str *groups,
                 size_t group_count, struct err *e)
{
    return regex_match_from(regex, subject, 0, ret_matched, groups, group_count, e);
}

bool regex_match_from(struct regex *regex, struct str subject, size_t start, bool *ret_matched,
                      struct str *groups, size_t group_count, struct err *e)
{
    if (!need_room(e))
        return false;
    int found = match_in(regex, subject, start);

    if (found == PCRE2_ERROR_NOMATCH) {
        *ret_matched = false;
        return true;
    }
    if (found < 0) {
        PCRE2_UCHAR message[256];
        pcre2_get_error_message(found, message, sizeof message);
        return err_set(e, ERR_LIMIT, "pattern \"" STR_FMT "\": %s",
                       STR_ARG(str_prefix(regex->pattern, 200)), (char *)message);
    }
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(match);
    uint32_t set = found == 0 ? REGEX_GROUPS_MAX : (uint32_t)found;
    for (size_t i = 0; i < group_count; i++) {
        groups[i] = STR_NONE;
        if (i < set && at[2 * i] != PCRE2_UNSET)
            groups[i] = str_slice(subject, at[2 * i], at[2 * i + 1]);
    }
    *ret_matched = true;
    return true;
}

struct regex_walk regex_walk(struct arena *arena, const char *pattern, struct str text)
{
    struct regex_walk walk = {.text = text};
    struct err ignored = ERR_NONE;

    if (!regex_compile(arena, str_from(pattern), &walk.regex, &ignored))
        walk.regex = NULL;
    return walk;
}

bool regex_walk_next(struct regex_walk *walk)
{
    struct err ignored = ERR_NONE;
    bool matched = false;

    if (!walk->regex ||
        !regex_match_from(walk->regex, walk->text, walk->to, &matched, walk->groups,
                          REGEX_GROUPS_MAX, &ignored) ||
        !matched || !walk->groups[0].length)
        return false;
    walk->from = (size_t)(walk->groups[0].bytes - walk->text.bytes);
    walk->to = walk->from + walk->groups[0].length;
    return true;
}
