#include "gate/protect.h"

#include "cr_str.h"

static struct str apply(struct arena *arena, const char *text, const char *old, const char *new,
                        bool all, bool *ret_done)
{
    struct edit_steps steps = {0};
    struct str after = STR_NONE;

    VEC_PUSH(arena, &steps, ((struct edit_step){str_from(old), str_from(new), all}));
    *ret_done = protect_apply(arena, str_from(text), &steps, &after);
    return after;
}

/* As the editing tool does it; what it would refuse changes nothing. */
Test(protect, edits_are_applied_as_the_tool_does)
{
    static const struct {
        const char *text, *old, *new;
        bool all;
        const char *after; /* NULL: refused */
    } cases[] = {
        {"a b", "a", "c", false, "c b"},
        {"a a", "a", "c", false, NULL},
        {"a a", "a", "c", true, "c c"},
        {"a", "x", "c", false, NULL},
        {"", "", "new", false, "new"},
        {" \n", "", "new", false, "new"},
        {"a", "", "new", false, NULL},
        {"a\r\nb", "a\nb", "c", false, "c"},
        {"a\nb", "a\r\nb", "c", false, "c"},
        {"\"a\"",
         "\xE2\x80\x9C"
         "a\xE2\x80\x9D",
         "c", false, "c"},
        {"it's", "it\xE2\x80\x99s", "c", false, "c"},
        {"aaa", "aa", "b", true, "ba"},
        {"a", "a", "", false, ""},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ARENA(arena, 1 << 20);
        bool done;
        struct str after =
            apply(&arena, cases[i].text, cases[i].old, cases[i].new, cases[i].all, &done);
        cr_expect_eq(done, cases[i].after != NULL, "case %zu", i);
        if (done && cases[i].after)
            cr_expect(str_eq(after, str_from(cases[i].after)), "case %zu: " STR_FMT, i,
                      STR_ARG(after));
    }
}

static struct reasons judge(struct arena *arena, const struct config_options *options,
                            struct tamper tamper)
{
    struct reasons reasons = {0};
    struct tampers tampers = {0};
    struct request request = {.cwd = STR("/")};
    struct deploys none = {0};

    tamper.directory = STR("/");
    VEC_PUSH(arena, &tampers, tamper);
    struct decision_input input = {.request = &request,
                                   .deploys = &none,
                                   .tampers = &tampers,
                                   .configs = configs_new(arena, options)};
    protect_judge(arena, &input, &reasons);
    return reasons;
}

Test(protect, a_rule_blocks_and_a_stamp_asks)
{
    ARENA(arena, 1 << 20);
    struct config_options options = {.administrator_file = STR("/nonexistent")};
    struct tamper tamper = {.rule = STR("x"), .says = STR("why"), .command = STR("git push")};
    struct reasons reasons = judge(&arena, &options, tamper);

    cr_assert_eq(reasons.count, 1u);
    cr_assert_eq(reasons.items[0].code, REASON_PROTECTED);
    cr_assert_eq(reasons.items[0].action, ACTION_BLOCK);
    assert_str(reasons.items[0].message, "git push\n  why");
    tamper.kind = TAMPER_STAMP;
    reasons = judge(&arena, &options, tamper);
    cr_assert_eq(reasons.items[0].code, REASON_STAMP);
    cr_assert_eq(reasons.items[0].action, ACTION_CONFIRM);
}

Test(protect, a_file_that_is_not_there_is_nobodys_loss)
{
    ARENA(arena, 1 << 20);
    struct config_options options = {.administrator_file = STR("/nonexistent")};
    struct tamper tamper = {.kind = TAMPER_FILE,
                            .judge = JUDGE_HOOK,
                            .change = CHANGE_REMOVED,
                            .path = STR("/nonexistent/pre-push")};

    cr_assert_eq(judge(&arena, &options, tamper).count, 0u);
}
