#include <criterion/criterion.h>

#include "base/patch.h"

#include "base/buf.h"

#define ARENA_BYTES ((size_t)64 << 20)

static struct str all_paths(struct arena *arena, struct str patch)
{
    struct strs paths = {0};

    patch_read_paths(arena, patch, &paths);
    return str_join(arena, paths.items, paths.count, STR(" "));
}

Test(patch, names_what_each_header_names)
{
    ARENA(arena, ARENA_BYTES);

    cr_assert(str_eq(all_paths(&arena, STR("*** Begin Patch\n*** Update File: a/b\n@@\n-x\n+y\n"
                                           "*** Move to: c\n*** Add File: d\n+x\n"
                                           "*** Delete File: e\n*** End Patch\n")),
                     STR("a/b c d e")));
}

Test(patch, takes_blanks_around_a_header)
{
    ARENA(arena, ARENA_BYTES);

    cr_assert(
        str_eq(all_paths(&arena, STR("  *** Update File: a \r\n\t*** Delete File:b")), STR("a b")));
}

Test(patch, takes_no_header_from_a_line_that_is_added_or_removed)
{
    ARENA(arena, ARENA_BYTES);

    cr_assert(
        str_eq(all_paths(&arena, STR("+*** Update File: a\n-*** Delete File: b\n")), STR("")));
}

Test(patch, names_the_last_of_many)
{
    ARENA(arena, ARENA_BYTES);
    struct buf patch = buf_new(&arena, 1u << 20);
    struct strs paths = {0};

    for (int i = 0; i < 5000; i++)
        buf_printf(&patch, "*** Update File: %d\n", i);
    patch_read_paths(&arena, buf_str(&patch), &paths);
    cr_assert_eq(paths.count, 5000);
    cr_assert(str_eq(paths.items[4999], STR("4999")));
}

Test(patch, gives_the_hunks_of_one_file)
{
    ARENA(arena, ARENA_BYTES);
    struct str patch = STR("*** Begin Patch\n*** Update File: a\n x\n-y\n+z\n@@ f()\n-last\n"
                           "*** Update File: b\n@@\n-y\n+z\n*** Delete File: c\n*** End Patch");
    struct edit_steps steps = {0};

    cr_assert(patch_read_steps(&arena, patch, STR("a"), &steps));
    cr_assert_eq(steps.count, 2);
    cr_expect(str_eq(steps.items[0].old_text, STR("x\ny\n")));
    cr_expect(str_eq(steps.items[0].new_text, STR("x\nz\n")));
    cr_expect(str_eq(steps.items[1].old_text, STR("last\n")));
    cr_expect_eq(steps.items[1].new_text.length, 0);
    cr_expect_not(patch_read_steps(&arena, patch, STR("c"), &steps));
    cr_expect_not(patch_read_steps(&arena, patch, STR("d"), &steps));
}
