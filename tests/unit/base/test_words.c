/* A set of strings. */
#include <criterion/criterion.h>

#include "base/words.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static void end(void)
{
    arena_release(&arena);
}

Test(words, grow, .fini = end)
{
    struct words words = {.arena = &arena};

    cr_expect_not(words_have(&words, STR("a")));
    for (size_t i = 0; i < 1000; i++)
        cr_expect(words_add(&words, str_printf(&arena, "word%zu", i)));
    for (size_t i = 0; i < 1000; i++)
        cr_expect(words_have(&words, str_printf(&arena, "word%zu", i)));
    cr_expect_eq(words.count, 1000);
    cr_expect_not(words_add(&words, STR("word7")));
    cr_expect_not(words_have(&words, STR("word1000")));
}

Test(words, empty_is_in_none, .fini = end)
{
    struct words words = {.arena = &arena};

    cr_expect_not(words_add(&words, STR("")));
    cr_expect_not(words_have(&words, STR("")));
}
