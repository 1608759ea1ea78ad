/* scratch.h -- a directory of a test's own, below TMPDIR: whoever runs the tests takes all of them away at once (tests/run does). */
#ifndef HOOKCHECK_TESTS_SCRATCH_H
#define HOOKCHECK_TESTS_SCRATCH_H

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"

static inline struct str scratch_directory(struct arena *arena, const char *name)
{
    const char *base = getenv("TMPDIR");
    char *path =
        str_c(arena, str_printf(arena, "%s/hookcheck-%s-XXXXXX", base ? base : "/tmp", name));

    cr_assert_not_null(mkdtemp(path));
    return str_from(path);
}

#endif
