#include <criterion/criterion.h>

#include "base/quote.h"

#define ARENA_BYTES ((size_t)1 << 20)

static const struct {
    const char *word, *quoted;
} words[] = {
    {"", "''"},
    {"apps/back-end_2.0", "apps/back-end_2.0"},
    {"apps/back end", "'apps/back end'"},
    {"it's", "'it'\\''s'"},
    {"$(touch x)", "'$(touch x)'"},
    {"a;b", "'a;b'"},
    {"mönö", "'mönö'"},
    {"~/x", "'~/x'"},
};

Test(quote, leaves_plain_words_and_quotes_the_others)
{
    ARENA(arena, ARENA_BYTES);

    for (size_t i = 0; i < COUNT_OF(words); i++)
        cr_expect(str_eq(shell_quote(&arena, str_from(words[i].word)), str_from(words[i].quoted)),
                  "%s", words[i].word);
}

Test(quote, steps_into_a_directory_first)
{
    ARENA(arena, ARENA_BYTES);
    struct str command = STR("alembic upgrade head");

    cr_expect(str_eq(shell_command_in(&arena, STR(""), command), command));
    cr_expect(str_eq(shell_command_in(&arena, STR("."), command), command));
    cr_expect(str_eq(shell_command_in(&arena, STR("apps/api"), command),
                     STR("cd apps/api && alembic upgrade head")));
    cr_expect(str_eq(shell_command_in(&arena, STR("$(x) y"), command),
                     STR("cd '$(x) y' && alembic upgrade head")));
    cr_expect(str_eq(shell_command_in(&arena, STR("apps/api"), STR("")), STR("")));
}
