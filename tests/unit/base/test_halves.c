/* Both halves are done, with memory of the caller's arena, whichever thread does them. */
#include <criterion/criterion.h>

#include "base/halves.h"
#include "base/str.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static void end(void)
{
    arena_release(&arena);
}

TestSuite(halves, .fini = end);

#define THINGS 1001u

static void say(void *context, struct arena *own, size_t from, size_t to)
{
    struct str *texts = context;

    for (size_t i = from; i < to; i++)
        texts[i] = str_printf(own, "%zu", i);
}

static void check(size_t count, size_t least)
{
    static struct str texts[THINGS];
    size_t before = arena.used;

    memset(texts, 0, sizeof texts);
    halves_do(&arena, say, texts, count, least);
    for (size_t i = 0; i < THINGS; i++)
        if (i < count)
            cr_expect(str_eq(texts[i], str_printf(&arena, "%zu", i)));
        else
            cr_expect_eq(texts[i].length, 0u);
    cr_expect(!count || arena.used > before);
}

Test(halves, done)
{
    check(THINGS, 2);
    check(THINGS, THINGS + 1);
    check(2, 2);
    check(1, 0);
    check(0, 0);
}
