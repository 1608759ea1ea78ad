#include <criterion/criterion.h>

#include "shell/syntax.h"

static void expect_words(struct str text, const char *expected)
{
    ARENA(arena, 1 << 20);
    struct strs words = {0};

    shell_words_of(&arena, text, &words);
    struct str joined = str_join(&arena, words.items, words.count, STR(" "));
    cr_assert(str_eq(joined, str_from(expected)), "got " STR_FMT, STR_ARG(joined));
}

Test(words_of, split_at_blanks_and_operators)
{
    expect_words(STR("aws  s3;sst&&deploy|x>(y)\n`z`"), "aws s3 sst deploy x y z");
}

Test(words_of, drop_quotes_and_give_the_pieces_too)
{
    expect_words(STR("a\"w\"s"), "aws a w s");
    expect_words(STR("'aws lambda'"), "aws aws lambda lambda");
    expect_words(STR("[\"npx\",\"sst\"]"), "[npx,sst] npx sst");
}

Test(words_of, join_a_continued_line)
{
    expect_words(STR("dep\\\nloy x"), "deploy dep loy x");
}

Test(words_of, stand_nul_and_nothing)
{
    expect_words(STR("a\0b"), "a b");
    expect_words(STR(""), "");
    expect_words(STR("'\"\\"), "");
}
