#include <criterion/criterion.h>

#include <string.h>

#include "base/regex.h"

Test(regex, groups_are_views_into_the_subject)
{
    ARENA(arena, 1 << 20);
    struct err e = ERR_NONE;
    struct regex *regex;
    struct str groups[4];
    bool matched;

    cr_assert(regex_compile(&arena, STR("^aws (\\S+)( --stage=(\\S+))?"), &regex, &e));
    cr_assert(regex_match(regex, STR("aws lambda"), &matched, groups, 4, &e));
    cr_assert(matched);
    cr_assert(str_eq(groups[1], STR("lambda")));
    cr_assert_null(groups[3].bytes);
    cr_assert(regex_match(regex, STR("xaws lambda"), &matched, groups, 4, &e));
    cr_assert_not(matched);
}

Test(regex, a_pattern_that_explodes_is_an_error_and_not_a_miss)
{
    ARENA(arena, 1 << 20);
    struct err e = ERR_NONE;
    struct regex *regex;
    bool matched = true;

    cr_assert(regex_compile(&arena, STR("^(a+)+$"), &regex, &e));
    cr_assert_not(regex_match(regex, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), &matched,
                              NULL, 0, &e));
    cr_assert_eq(e.kind, ERR_LIMIT);
    cr_assert(strstr(e.message, "match limit exceeded"), "%s", e.message);
}

Test(regex, bad_patterns_say_where)
{
    ARENA(arena, 1 << 20);
    struct err e = ERR_NONE;
    struct regex *regex;

    cr_assert_not(regex_compile(&arena, STR("a(b"), &regex, &e));
    cr_assert_str_eq(e.message, "pattern \"a(b\" at character 4: missing closing parenthesis");
    struct err verb = ERR_NONE;
    cr_assert_not(regex_compile(&arena, STR("(*UTF)a"), &regex, &verb));
    cr_assert(strstr(verb.message, "pattern verbs"));
}

Test(regex, invalid_utf8_hides_nothing)
{
    ARENA(arena, 1 << 20);
    struct err e = ERR_NONE;
    struct regex *regex;
    bool matched;

    cr_assert(regex_compile(&arena, STR("sst deploy"), &regex, &e));
    cr_assert(regex_match(regex, STR("\xFF\xFE sst deploy"), &matched, NULL, 0, &e));
    cr_assert(matched);
}

/* Machine code has a small stack, and gives up where the interpreter goes on; its limits are errors as well. */
Test(regex, in_a_hurry_is_answered_the_same)
{
    static char many[1400];
    static const struct {
        const char *pattern;
        const char *subject; /* NULL: many */
        bool matches;
    } rows[] = {{"(^|/)models?/(.+/)?[^/]+(?<!\\.d)\\.py$", "app/models/a/b.py", true},
                {"(^|/)models?/(.+/)?[^/]+(?<!\\.d)\\.py$", "app/models/a/b.pyc", false},
                {"\xFF\\s+x", "\xFF \xFE", false},
                {"^(?:(a)|(b))+$", NULL, true},
                {"^(?:(a)|(b))+c$", NULL, false}};
    ARENA(arena, 1 << 20);
    struct err e = ERR_NONE;

    for (size_t i = 0; i < sizeof many; i++)
        many[i] = i % 2 ? 'a' : 'b';
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str subject =
            rows[i].subject ? str_from(rows[i].subject) : str_of(many, sizeof many);
        for (unsigned hurried = 0; hurried < 2; hurried++) {
            struct regex *regex;
            bool matched;
            cr_assert(regex_compile(&arena, str_from(rows[i].pattern), &regex, &e));
            if (hurried)
                regex_hurry(regex);
            cr_assert(regex_match(regex, subject, &matched, NULL, 0, &e), "%s: %s", rows[i].pattern,
                      e.message);
            cr_expect_eq(matched, rows[i].matches, "%s", rows[i].pattern);
        }
    }
}

Test(regex, a_pattern_that_explodes_in_a_hurry_is_an_error_too)
{
    ARENA(arena, 1 << 20);
    struct err e = ERR_NONE;
    struct regex *regex;
    bool matched = true;

    cr_assert(regex_compile(&arena, STR("^(a+)+$"), &regex, &e));
    regex_hurry(regex);
    cr_assert_not(regex_match(regex, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), &matched,
                              NULL, 0, &e));
    cr_assert_eq(e.kind, ERR_LIMIT);
}

Test(regex, a_walk_gives_one_match_after_the_other)
{
    ARENA(arena, 1 << 20);
    struct regex_walk walk = regex_walk(&arena, "(\\w)=(\\d+)", STR("a=1, b=22 c"));

    cr_assert(regex_walk_next(&walk));
    cr_assert(str_eq(walk.groups[1], STR("a")));
    cr_assert_eq(walk.from, 0);
    cr_assert(regex_walk_next(&walk));
    cr_assert(str_eq(walk.groups[2], STR("22")));
    cr_assert_eq(walk.from, 5);
    cr_assert_eq(walk.to, 9);
    cr_assert_not(regex_walk_next(&walk));
    walk = regex_walk(&arena, "x*", STR("aaa"));
    cr_assert_not(regex_walk_next(&walk), "an empty match would be found for ever");
    walk = regex_walk(&arena, "(", STR("("));
    cr_assert_not(regex_walk_next(&walk));
}
