#include "report/report.h"

#include "cr_str.h"

static struct deploys one_deploy(struct arena *arena)
{
    struct deploys deploys = {0};
    struct deploy deploy = {
        .rule = STR("aws-lambda-update-code"),
        .environment = STR("production"),
        .environment_word = STR("credmate-backend-dev"),
        .command = STR("aws lambda update-function-code"),
    };

    VEC_PUSH(arena, &deploy.trail, STR("Makefile:12"));
    VEC_PUSH(arena, &deploy.trail, STR("aws lambda update-function-code"));
    VEC_PUSH(arena, &deploys, deploy);
    return deploys;
}

static struct reasons two_reasons(struct arena *arena)
{
    struct reasons reasons = {0};

    VEC_PUSH(arena, &reasons,
             ((struct reason){.code = REASON_UNCOMMITTED_MIGRATIONS,
                              .action = ACTION_WARN,
                              .message = STR("files")}));
    VEC_PUSH(arena, &reasons,
             ((struct reason){.code = REASON_PENDING_MIGRATIONS,
                              .action = ACTION_BLOCK,
                              .message = STR("1 migration:\n  rev1  a title"),
                              .hint = STR("alembic upgrade head")}));
    return reasons;
}

Test(report, a_block_names_deploy_trail_reasons_and_next_step_strictest_first)
{
    ARENA(arena, 1 << 20);
    struct buf out = buf_new(&arena, 1 << 16);
    struct deploys deploys = one_deploy(&arena);
    struct verdict verdict = verdict_of(two_reasons(&arena));

    report_verdict_text(&out, &verdict, &deploys, NULL, &(struct report_style){.width = 80});
    assert_str(buf_str(&out), "hookcheck: blocked\n"
                              "  aws lambda update-function-code\n"
                              "    a deploy (aws-lambda-update-code) to production (the command "
                              "says credmate-backend-dev)\n"
                              "    Makefile:12 -> aws lambda update-function-code\n"
                              "\n"
                              "pending-migrations (block)\n"
                              "  1 migration:\n"
                              "    rev1  a title\n"
                              "  next step: alembic upgrade head\n"
                              "\n"
                              "uncommitted-migrations (warn)\n"
                              "  files\n");
}

Test(report, terminal_escapes_do_not_reach_the_terminal)
{
    ARENA(arena, 1 << 20);
    struct buf out = buf_new(&arena, 1 << 16);
    struct deploys deploys = {0};
    struct reasons reasons = {0};

    VEC_PUSH(&arena, &reasons,
             ((struct reason){.code = REASON_ROLLBACK,
                              .action = ACTION_WARN,
                              .message = STR("a\033[2Jb\177c")}));
    struct verdict verdict = verdict_of(reasons);
    report_verdict_text(&out, &verdict, &deploys, NULL, &(struct report_style){.width = 80});
    assert_holds(buf_str(&out), "a?[2Jb?c");
    cr_assert(!str_contains(buf_str(&out), STR("\033")));
}

Test(report, colours_only_when_asked)
{
    ARENA(arena, 1 << 20);
    struct buf out = buf_new(&arena, 1 << 16);
    struct deploys deploys = one_deploy(&arena);
    struct verdict verdict = verdict_of(two_reasons(&arena));

    report_verdict_text(&out, &verdict, &deploys, NULL,
                        &(struct report_style){.width = 80, .color = true});
    assert_holds(buf_str(&out), "\033[31mblocked\033[0m");
}

Test(report, sentences_are_wrapped_and_commands_are_not)
{
    ARENA(arena, 1 << 20);
    struct buf out = buf_new(&arena, 1 << 16);
    struct deploys deploys = {0};
    struct reasons reasons = {0};
    struct str line;
    size_t longest = 0;

    VEC_PUSH(&arena, &reasons,
             ((struct reason){
                 .code = REASON_ROLLBACK,
                 .action = ACTION_WARN,
                 .message =
                     STR("one two three four five six seven eight nine ten eleven twelve thirteen "
                         "fourteen fifteen sixteen seventeen eighteen nineteen twenty"),
                 .hint = STR(
                     "aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbb cccccccccccccccccccccccccc "
                     "dddddddddddddddddddddddd")}));
    struct verdict verdict = verdict_of(reasons);
    report_verdict_text(&out, &verdict, &deploys, NULL, &(struct report_style){.width = 80});
    struct str rest = buf_str(&out);
    while (str_next_line(&rest, &line))
        if (!str_contains(line, STR("next step")) && line.length > longest)
            longest = line.length;
    cr_assert_leq(longest, 80u);
    assert_holds(buf_str(&out), "cccccccccccccccccccccccccc dddddddddddddddddddddddd\n");
}

Test(report, confirm_tells_an_agent_what_to_do)
{
    ARENA(arena, 1 << 20);
    struct buf out = buf_new(&arena, 1 << 16);
    struct deploys deploys = {0};
    struct reasons reasons = {0};

    VEC_PUSH(&arena, &reasons,
             ((struct reason){
                 .code = REASON_UNKNOWN_REVISION, .action = ACTION_CONFIRM, .message = STR("m")}));
    struct verdict verdict = verdict_of(reasons);
    report_verdict_text(&out, &verdict, &deploys, NULL,
                        &(struct report_style){.width = 80, .for_agent = true});
    assert_holds(buf_str(&out), "hookcheck: blocked: a person must decide\n");
    assert_holds(buf_str(&out), "run the command themselves, in their own terminal.\n");
}

Test(report, status_json_of_an_empty_look)
{
    ARENA(arena, 1 << 20);
    struct buf out = buf_new(&arena, 1 << 16);
    struct look look = {.environment = STR("production")};
    struct verdict verdict = verdict_of(look.reasons);

    report_status_json(&out, &look, &verdict);
    assert_str(buf_str(&out),
               "{\"environment\":\"production\",\"pending\":false,\"database_version\":\"\","
               "\"code_version\":\"\",\"verdict\":\"allow\",\"reasons\":[],\"sets\":[]}");
}

Test(report, status_json_of_a_set)
{
    ARENA(arena, 1 << 20);
    struct buf out = buf_new(&arena, 1 << 16);
    struct look look = {.environment = STR(""), .pending = true};
    struct look_set set = {.state = SET_UNKNOWN};
    struct verdict verdict = {0};

    set.history.set = STR("api");
    set.history.tracker = STR("alembic");
    VEC_PUSH(&arena, &set.history.heads, STR("r\"1"));
    VEC_PUSH(&arena, &set.history.migrations,
             ((struct migration){.id = STR("r\"1"), .file = STR("v/r1.py"), .title = STR("t")}));
    VEC_PUSH(&arena, &set.plan.pending, 0);
    VEC_PUSH(&arena, &set.plan.unknown,
             ((struct plan_unknown){.id = STR("x"), .where = STR("exists at y (z)")}));
    VEC_PUSH(&arena, &look.sets, set);
    report_status_json(&out, &look, &verdict);
    assert_holds(
        buf_str(&out),
        "\"sets\":[{\"name\":\"api\",\"tracker\":\"alembic\",\"root\":\".\",\"count\":1,\"heads\":["
        "\"r\\\"1\"],"
        "\"applied\":0,\"pending\":[{\"id\":\"r\\\"1\",\"file\":\"v/r1.py\",\"title\":\"t\"}],"
        "\"never_applied\":[],\"out_of_order\":[],"
        "\"unknown\":[{\"id\":\"x\",\"where\":\"exists at y (z)\",\"kind\":\"gone\"}],"
        "\"explained\":[],\"dirty\":[],\"diverged\":[],\"assumed\":[],\"notes\":[],"
        "\"state\":\"unknown\"}]}");
}

Test(report, status_json_of_what_went_wrong)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct buf out = buf_new(&arena, 4096);
    struct look look = {.pending = true};
    struct look_set set = {.state = SET_DIRTY};
    struct verdict verdict = {0};

    set.history.set = STR("api");
    VEC_PUSH(&arena, &set.history.migrations,
             ((struct migration){.id = STR("1"), .file = STR("m/1.sql"), .title = STR("one")}));
    VEC_PUSH(&arena, &set.plan.never_applied, 0);
    VEC_PUSH(
        &arena, &set.plan.dirty,
        ((struct plan_dirty){.id = STR("2"), .state = STR("failed"), .detail = STR("no table")}));
    VEC_PUSH(
        &arena, &set.plan.diverged,
        ((struct plan_difference){
            .migration = 0, .what = STR("checksum"), .recorded = STR("aa"), .actual = STR("bb")}));
    VEC_PUSH(&arena, &set.plan.explained,
             ((struct plan_unknown){
                 .id = STR("0"), .where = STR("a baseline"), .kind = UNKNOWN_BASELINE}));
    VEC_PUSH(&arena, &look.sets, set);
    report_status_json(&out, &look, &verdict);
    assert_holds(buf_str(&out),
                 "\"never_applied\":[{\"id\":\"1\",\"file\":\"m/1.sql\",\"title\":\"one\"}]");
    assert_holds(buf_str(&out),
                 "\"dirty\":[{\"id\":\"2\",\"state\":\"failed\",\"detail\":\"no table\"}]");
    assert_holds(buf_str(&out),
                 "\"diverged\":[{\"id\":\"1\",\"file\":\"m/1.sql\",\"what\":\"checksum\","
                 "\"recorded\":\"aa\",\"actual\":\"bb\"}]");
    assert_holds(buf_str(&out),
                 "\"explained\":[{\"id\":\"0\",\"where\":\"a baseline\",\"kind\":\"baseline\"}]");
}
