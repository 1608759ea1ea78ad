#include "gate/protect.h"

#include "cr_str.h"

static struct str apply(struct arena *arena, const char *text, const char *old, const char *new,
                        bool all, bool *ret_done)
{
    struct edit_steps steps = {0};
    struct str after = STR_NONE;

    VEC_PUSH(arena, &steps, ((struct edit_step){str_from(old), str_from(new), all}));
    enum protect_after known = protect_apply(arena, str_from(text), &steps, true, &after);
    cr_assert_neq(known, AFTER_UNKNOWN);
    *ret_done = known == AFTER_KNOWN;
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

/* Gemini and OpenCode look for text that is nearly the same: what is not there word for word is not refused. */
Test(protect, what_other_hosts_make_of_an_edit_is_known_only_where_it_fits_word_for_word)
{
    static const struct {
        const char *text, *old;
        enum protect_after after;
    } cases[] = {
        {"a b", "a", AFTER_KNOWN},      {"a a", "a", AFTER_UNKNOWN},
        {"a  b", "a b", AFTER_UNKNOWN}, {"a", "", AFTER_UNKNOWN},
        {"", "", AFTER_KNOWN},          {"it's", "it\xE2\x80\x99s", AFTER_UNKNOWN},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ARENA(arena, 1 << 20);
        struct edit_steps steps = {0};
        struct str after;
        VEC_PUSH(&arena, &steps, ((struct edit_step){str_from(cases[i].old), STR("c"), false}));
        cr_expect_eq(protect_apply(&arena, str_from(cases[i].text), &steps, false, &after),
                     cases[i].after, "case %zu", i);
    }
}

/* What stands behind the limit could be what matters. */
Test(protect, a_text_that_grows_too_large_is_not_known)
{
    ARENA(arena, 256 << 20);
    struct edit_steps steps = {0};
    struct buf text = buf_new(&arena, 1 << 16), grown = buf_new(&arena, 1 << 16);
    struct str after;

    for (size_t i = 0; i < 1 << 14; i++) {
        buf_add_byte(&text, 'a');
        buf_add_byte(&grown, 'b');
    }
    VEC_PUSH(&arena, &steps, ((struct edit_step){STR("a"), buf_str(&grown), true}));
    cr_expect_eq(protect_apply(&arena, buf_str(&text), &steps, true, &after), AFTER_UNKNOWN);
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
