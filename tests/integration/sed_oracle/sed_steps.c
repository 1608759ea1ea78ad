/* sed-steps -- what the steps that a sed or perl script is read as leave of a text, for the comparison with both.
 *
 * stdin: threes of "-", "E" or "P" (sed, sed -E, perl), a script and a text, each ended by a NUL.
 * stdout: for each of them "K" and the text, or "?" where it is not read or a second time would change more; ended by a NUL.
 */
#include <stdio.h>

#include "base/buf.h"
#include "deploys/protect_write.h"
#include "gate/protect.h"

static void answer(enum edit_syntax syntax, struct str script, struct str text)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct recogniser r = {.arena = &arena};
    struct edit_steps steps = {0};
    struct str after = STR("");

    if (!protect_sed_read(&r, script, syntax, &steps) || !steps.count ||
        protect_apply(&arena, text, &steps, false, &after) != AFTER_KNOWN) {
        putchar('?');
    } else {
        putchar('K');
        fwrite(after.bytes, 1, after.length, stdout);
    }
    putchar('\0');
}

int main(void)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct buf all = buf_new(&arena, 64u << 20);
    char bytes[65536];
    size_t got;

    while ((got = fread(bytes, 1, sizeof bytes, stdin)) > 0)
        buf_add(&all, str_of(bytes, got));
    struct str rest = buf_str(&all);
    while (rest.length) {
        struct str name = str_cut(&rest, '\0');
        enum edit_syntax syntax = str_eq(name, STR("P"))   ? EDIT_PERL
                                  : str_eq(name, STR("E")) ? EDIT_EXTENDED
                                                           : EDIT_BASIC;
        struct str script = str_cut(&rest, '\0'), text = str_cut(&rest, '\0');
        answer(syntax, script, text);
    }
    return 0;
}
