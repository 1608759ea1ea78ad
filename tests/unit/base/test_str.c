#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/str.h"

Test(str, cut_leaves_the_rest)
{
    struct str rest = STR("refs/heads/main abc");
    struct str first = str_cut(&rest, ' ');

    cr_assert(str_eq(first, STR("refs/heads/main")));
    cr_assert(str_eq(rest, STR("abc")));
    cr_assert(str_eq(str_cut(&rest, ' '), STR("abc")));
    cr_assert(str_is_empty(rest));
}

Test(str, one_of_a_list)
{
    static const char *const words[] = {"alter", "Drop", NULL};

    cr_assert(str_is_one_of(STR("Drop"), words));
    cr_assert_not(str_is_one_of(STR("drop"), words));
    cr_assert_not(str_is_one_of(STR("alte"), words));
    cr_assert_not(str_is_one_of(STR(""), words));
    cr_assert(str_is_one_of_nocase(STR("drop"), words));
    cr_assert_not(str_is_one_of_nocase(STR("dropped"), words));
}

Test(str, numbers_that_overflow_are_refused)
{
    uint64_t value = 7;

    cr_assert(str_to_u64(STR("18446744073709551615"), &value));
    cr_assert_eq(value, UINT64_MAX);
    cr_assert_not(str_to_u64(STR("18446744073709551616"), &value));
    cr_assert_not(str_to_u64(STR(""), &value));
    cr_assert_not(str_to_u64(STR("-1"), &value));
}

Test(str, utf8_refuses_overlong_and_surrogates)
{
    size_t at = 99;

    cr_assert(str_is_utf8(STR("a\xC3\xA9\xF0\x9F\x98\x80"), &at));
    cr_assert_not(str_is_utf8(STR("a\xC0\xAF"), &at));
    cr_assert_eq(at, 1);
    cr_assert_not(str_is_utf8(STR("\xED\xA0\x80"), &at));
    cr_assert_eq(at, 0);
}

Test(str, shown_on_one_line_without_control_characters)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80",
         "plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"},
        {"a\nb\tc\rd\x1B[0m\x7F", "a?b?c?d?[0m?"},
        {"\xC2\x80\xC2\x9F\xC2\xA0", "??\xC2\xA0"},
        {"\x9B\xE9", "?\xE9"}, /* Latin-1: a control, a letter */
        {"\xE2\x80\xA8\xE2\x80\xAE\xE2\x81\xA6\xE2\x81\xA9\xE2\x80\xA7", "????\xE2\x80\xA7"},
        {"\xE2\x80", "\xE2?"}, /* cut off */
        {"", ""},
    };
    ARENA(arena, 1 << 20);

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        cr_expect(str_eq(str_shown(&arena, str_from(cases[i].text)), str_from(cases[i].shown)),
                  "case %zu", i);
}
