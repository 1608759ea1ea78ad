#include "gate/protect.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "config/state.h"
#include "cr_str.h"
#include "scratch.h"

static struct str apply(struct arena *arena, const char *text, const char *old, const char *new,
                        bool all, bool *ret_done)
{
    struct edit_steps steps = {0};
    struct str after = STR_NONE;

    VEC_PUSH(arena, &steps,
             ((struct edit_step){str_from(old), str_from(new), all, STEP_TEXT, STR("")}));
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
        VEC_PUSH(&arena, &steps,
                 ((struct edit_step){str_from(cases[i].old), STR("c"), false, STEP_TEXT, STR("")}));
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
    VEC_PUSH(&arena, &steps,
             ((struct edit_step){STR("a"), buf_str(&grown), true, STEP_TEXT, STR("")}));
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

/* --- Texts that cannot be read as they are. --- */

Test(protect, the_same_words_in_other_brackets)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"{\"a\": \"b\"", "{\"a\": \"b\"}", true},
        {"{a: b,}", "{\"a\":\"b\"}", true},
        {"{\"a\": 1}", "{\"a\": 2}", false},
        {"{\"a\": 1}", "{}", false},
        {"{}", "{\"a\": 1}", false},
        {"\"ab\"", "\"a b\"", false},
        {"a", "ab", false},
        {"", "[]", true},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        cr_expect_eq(protect_same_words(str_from(cases[i].a), str_from(cases[i].b)), cases[i].same,
                     "case %zu", i);
    cr_expect(protect_same_words(STR("a\0b"), STR("\"a\0b\"")));
    cr_expect_not(protect_same_words(STR("\0"), STR("a")));
}

#define BROKEN                                                                                     \
    "{\"deploys\": [{\"id\": \"ours\", \"command\": \"^make ship\"}],"                             \
    " \"policy\": {\"rollback\": \"block\"}"
#define TRUSTED "{\"deploys\": [{\"id\": \"ours\", \"command\": \"^make ship\"}]}"

Test(protect, a_broken_configuration_that_a_person_trusted_is_mended_not_replaced)
{
    static const struct {
        const char *before, *after;
        bool recorded, layer, lost;
    } cases[] = {
        {BROKEN, "{}", false, false, false},      {BROKEN, "{}", true, false, true},
        {BROKEN, BROKEN "}", true, false, false}, {BROKEN, TRUSTED, true, false, false},
        {BROKEN, "", true, false, true},          {BROKEN, BROKEN "}", false, true, true},
        {BROKEN, "{}", false, true, true},
    };
    ARENA(own, 1 << 20);
    struct str directory = scratch_directory(&own, "protect");

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ARENA(arena, 4 << 20);
        struct err e = ERR_NONE;
        struct protect_change change = {.path = STR("/nowhere/.hookcheck.json"),
                                        .state = directory,
                                        .existed = true,
                                        .before = str_from(cases[i].before),
                                        .after = str_from(cases[i].after)};
        cr_assert(cases[i].recorded
                      ? trust_add(&arena, change.state, digest_sha256(&arena, STR(TRUSTED)),
                                  change.path, &e)
                      : trust_remove(&arena, change.state, change.path, &e));
        struct str lost = protect_configuration(&arena, &change, cases[i].layer);
        cr_expect_eq(lost.length > 0, cases[i].lost, "case %zu: " STR_FMT, i, STR_ARG(lost));
    }
}

#define COMMAND "\"command\": \"/usr/bin/hookcheck-pre-tool-use || exit 2\""
#define HANDLER "{\"type\": \"command\", " COMMAND "}"
#define HOOKS "{\"hooks\": {\"PreToolUse\": [{\"matcher\": \"Bash\", \"hooks\": [" HANDLER "]}]}"

Test(protect, settings_that_cannot_be_read_and_hold_the_registration_are_mended_not_replaced)
{
    static const struct {
        const char *before, *after;
        bool lost;
    } cases[] = {
        {HOOKS, HOOKS "}", false},
        {HOOKS, "{}", true},
        {HOOKS, "", true},
        {HOOKS ",", HOOKS ", \"model\": \"x\"}", true},
        {HOOKS, "{\"hooks\": \"PreToolUse\", \"matcher\": {}}", true},
        {"{\"model\": ", "{}", false},
        {"{\"model\": ", "x", false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ARENA(arena, 4 << 20);
        struct protect_change change = {.path = STR("/nowhere/.claude/settings.json"),
                                        .existed = true,
                                        .before = str_from(cases[i].before),
                                        .after = str_from(cases[i].after)};
        struct str lost = protect_settings(&arena, &change);
        cr_expect_eq(lost.length > 0, cases[i].lost, "case %zu: " STR_FMT, i, STR_ARG(lost));
    }
}

#define START "exec /usr/bin/hookcheck-pre-push \"$@\"\n"

Test(protect, a_hook_that_another_program_would_read_is_lost)
{
    static const struct {
        const char *before, *after;
        bool lost;
    } cases[] = {
        {"#!/bin/sh\n" START, "#!/bin/sh\n# x\n" START, false},
        {"#!/bin/sh\n" START, "#!/bin/sh \n" START, false},
        {"#!/bin/sh\n" START, "#!/usr/bin/false sh\n" START, true},
        {"#!/bin/sh\n" START, "#!/bin/sh -n\n" START, true},
        {"#!/bin/sh\n" START, START, false},
        {START, "#!/bin/true.sh\n" START, true},
        {START, "# x\n" START, false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ARENA(arena, 4 << 20);
        struct protect_change change = {.path = STR("/nowhere/.git/hooks/pre-push"),
                                        .existed = true,
                                        .before = str_from(cases[i].before),
                                        .after = str_from(cases[i].after)};
        struct str lost = protect_hook(&arena, &change);
        cr_expect_eq(lost.length > 0, cases[i].lost, "case %zu: " STR_FMT, i, STR_ARG(lost));
    }
}

/* Links that go round stand for every way in which a file cannot be looked at: root has all permissions. */
Test(protect, what_cannot_be_looked_at_is_not_absent)
{
    ARENA(arena, 4 << 20);
    static const struct {
        const char *name;
        enum tamper_judge judge;
        enum tamper_change change;
    } cases[] = {
        {".hookcheck.json", JUDGE_CONFIGURATION, CHANGE_REPLACED},
        {"settings.json", JUDGE_SETTINGS, CHANGE_REPLACED},
        {"SETTINGS.json", JUDGE_SETTINGS, CHANGE_REMOVED},
        {"pre-push", JUDGE_HOOK, CHANGE_REMOVED},
        {".claude", JUDGE_DIRECTORY, CHANGE_REMOVED},
        {"hookcheck", JUDGE_OWN, CHANGE_REPLACED},
    };
    struct config_options options = {.administrator_file = STR("/nonexistent")};
    struct str directory = scratch_directory(&arena, "protect");

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str path = path_join(&arena, directory, str_from(cases[i].name));
        struct tamper tamper = {.kind = TAMPER_FILE,
                                .judge = cases[i].judge,
                                .change = cases[i].change,
                                .has_text = true,
                                .text = STR("{}"),
                                .path = path};
        cr_assert_eq(judge(&arena, &options, tamper).count, 0u, "absent: case %zu", i);
        cr_assert_eq(symlink(cases[i].name, str_c(&arena, path)), 0);
        cr_expect_eq(judge(&arena, &options, tamper).count, 1u, "case %zu", i);
    }
}
