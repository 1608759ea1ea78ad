#include "gate/judge.h"

#include "cr_str.h"

struct world {
    struct arena *arena;
    struct config config;
    struct config_environment environment;
    struct reasons reasons;
    struct judge judge;
    struct look_set set;
    struct database_rows rows;
};

static void make(struct world *world, struct arena *arena, size_t migrations)
{
    *world = (struct world){.arena = arena};
    world->environment.name = STR("production");
    world->judge = (struct judge){.arena = arena,
                                  .config = &world->config,
                                  .environment = &world->environment,
                                  .reasons = &world->reasons};
    world->set.history.set = STR("backend");
    world->set.history.tracker = STR("alembic");
    world->set.history.table = STR("alembic_version");
    world->set.history.upgrade_command = STR("cd apps/api && alembic upgrade head");
    for (size_t i = 0; i < migrations; i++) {
        struct migration migration = {
            .id = str_printf(arena, "rev%02zu", i),
            .file = str_printf(arena, "apps/api/versions/rev%02zu_x.py", i),
            .title = str_printf(arena, "change %zu", i),
        };
        VEC_PUSH(arena, &world->set.history.migrations, migration);
    }
    VEC_PUSH(arena, &world->set.history.heads, str_printf(arena, "rev%02zu", migrations - 1));
    VEC_PUSH(arena, &world->set.history.real_heads, str_printf(arena, "rev%02zu", migrations - 1));
    world->set.answer.shown = STR("postgresql://app@db.example:5432/credmate");
    world->rows.state = TABLE_FILLED;
    VEC_PUSH(arena, &world->rows.ids, STR("rev00"));
    VEC_PUSH(arena, &world->set.answer.tables, world->rows);
}

Test(judge, pending_names_revision_file_versions_database_and_next_step)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make(&world, &arena, 2);
    VEC_PUSH(&arena, &world.set.plan.pending, 1);
    judge_pending(&world.judge, &world.set, &world.rows);
    cr_assert_eq(world.reasons.count, 1u);
    cr_assert_eq(world.reasons.items[0].code, REASON_PENDING_MIGRATIONS);
    assert_str(world.reasons.items[0].message,
               "1 migration of this code is not applied to production:\n"
               "  rev01  change 1\n"
               "    apps/api/versions/rev01_x.py\n"
               "  database          postgresql://app@db.example:5432/credmate\n"
               "  database version  rev00\n"
               "  code version      rev01\n"
               "  code that relies on it fails there: undefined columns and tables");
    assert_str(world.reasons.items[0].hint, "cd apps/api && alembic upgrade head");
}

Test(judge, a_long_list_is_cut_and_counted)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make(&world, &arena, 30);
    for (size_t i = 1; i < 30; i++)
        VEC_PUSH(&arena, &world.set.plan.pending, i);
    judge_pending(&world.judge, &world.set, &world.rows);
    assert_holds(world.reasons.items[0].message, "29 migrations of this code are not applied");
    assert_holds(world.reasons.items[0].message, "\n  rev10  change 10\n");
    assert_holds(world.reasons.items[0].message, "\n  and 19 more\n");
    cr_assert(!str_contains(world.reasons.items[0].message, STR("rev11")));
}

Test(judge, nothing_pending_says_nothing)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make(&world, &arena, 2);
    judge_pending(&world.judge, &world.set, &world.rows);
    judge_unknown(&world.judge, &world.set, &world.rows, true, STR_NONE);
    judge_uncommitted(&world.judge, &world.set);
    judge_history(&world.judge, &world.set);
    cr_assert_eq(world.reasons.count, 0u);
}

Test(judge, absent_and_empty_tables_are_told_apart)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make(&world, &arena, 1);
    world.rows.ids.count = 0;
    world.rows.state = TABLE_ABSENT;
    assert_str(judge_database_version(&arena, &world.set, &world.rows),
               "none (no table alembic_version)");
    world.rows.state = TABLE_EMPTY;
    assert_str(judge_database_version(&arena, &world.set, &world.rows),
               "none (the table alembic_version is empty)");
}

Test(judge, a_row_found_at_a_branch_is_ahead_only_when_proven)
{
    ARENA(arena, 1 << 20);
    struct world world;
    struct plan_unknown unknown = {
        .id = STR("abc"), .where = STR("exists at origin/x (v/abc.py)"), .elsewhere = true};

    make(&world, &arena, 1);
    VEC_PUSH(&arena, &world.set.plan.unknown, unknown);
    judge_unknown(&world.judge, &world.set, &world.rows, true, STR_NONE);
    cr_assert_eq(world.reasons.items[0].code, REASON_DATABASE_AHEAD);
    assert_holds(world.reasons.items[0].message, "exists at origin/x (v/abc.py)");
    judge_unknown(&world.judge, &world.set, &world.rows, false, STR("its history is not in order"));
    cr_assert_eq(world.reasons.items[1].code, REASON_UNKNOWN_REVISION);
    assert_holds(world.reasons.items[1].message,
                 "which migrations are pending cannot be told: its history is not in order");
}

Test(judge, a_row_found_nowhere_is_unknown)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make(&world, &arena, 1);
    VEC_PUSH(&arena, &world.set.plan.unknown, ((struct plan_unknown){.id = STR("abc")}));
    judge_unknown(&world.judge, &world.set, &world.rows, true, STR_NONE);
    cr_assert_eq(world.reasons.items[0].code, REASON_UNKNOWN_REVISION);
    assert_holds(world.reasons.items[0].message, "abc\n    found at no branch");
}

Test(judge, a_command_that_contradicts_itself_blocks)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make(&world, &arena, 2);
    world.set.answer.has_pending_flag = true;
    world.set.answer.reported_version = STR("rev00");
    judge_command_flag(&world.judge, &world.set, &world.rows);
    cr_assert_eq(world.reasons.count, 1u);
    cr_assert_eq(world.reasons.items[0].code, REASON_PENDING_MIGRATIONS);
    assert_holds(world.reasons.items[0].message,
                 "says that nothing is pending, but names another version");
    world.reasons.count = 0;
    world.set.answer.reported_version = STR("rev01");
    judge_command_flag(&world.judge, &world.set, &world.rows);
    cr_assert_eq(world.reasons.count, 0u);
    world.set.answer.pending_flag = true;
    judge_command_flag(&world.judge, &world.set, &world.rows);
    assert_holds(world.reasons.items[0].message, "says that migrations are pending there");
}

Test(judge, several_heads_of_a_command_compare_in_any_order)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make(&world, &arena, 3);
    VEC_PUSH(&arena, &world.set.history.heads, STR("rev01"));
    world.set.answer.has_pending_flag = true;
    world.set.answer.reported_version = STR("rev02, rev01");
    judge_command_flag(&world.judge, &world.set, &world.rows);
    cr_assert_eq(world.reasons.count, 0u);
    world.set.answer.reported_version = STR("rev02,rev00");
    judge_command_flag(&world.judge, &world.set, &world.rows);
    cr_assert_eq(world.reasons.count, 1u);
}

Test(judge, identity_must_match_in_every_configured_part)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make(&world, &arena, 1);
    world.set.answer.host = STR("credmate-prod-db.x.rds.amazonaws.com");
    world.set.answer.database = STR("credmate");
    world.set.answer.system_identifier = STR("7412");
    cr_assert(judge_identity(&world.judge, STR("backend"), &world.set.answer),
              "nothing configured");
    world.environment.identity.host = STR("*-prod-db.*");
    world.environment.identity.database = STR("credmate");
    cr_assert(judge_identity(&world.judge, STR("backend"), &world.set.answer));
    world.environment.identity.host = STR("prod-credmate-db.*");
    cr_assert(!judge_identity(&world.judge, STR("backend"), &world.set.answer));
    cr_assert_eq(world.reasons.items[0].code, REASON_WRONG_DATABASE);
    assert_holds(world.reasons.items[0].message,
                 "host: credmate-prod-db.x.rds.amazonaws.com, wanted prod-credmate-db.*");
    cr_assert(!str_contains(world.reasons.items[0].message, STR("\n  database: ")));
}

Test(judge, an_identity_that_the_server_does_not_tell_does_not_match)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make(&world, &arena, 1);
    world.environment.identity.system_identifier = STR("74*");
    cr_assert(!judge_identity(&world.judge, STR("backend"), &world.set.answer));
    assert_holds(world.reasons.items[0].message, "system_identifier: not known, wanted 74*");
}

/* --- What trackers of packs bring. --- */

static void make_pack(struct world *world, struct arena *arena)
{
    make(world, arena, 3);
    world->set.history.tracker = STR("goose");
    world->set.history.upgrade_command = STR("goose up");
    world->set.history.out_of_order_command = STR("goose -allow-missing up");
    world->set.plan.version = STR("rev02");
    world->set.plan.applied_count = 2;
}

Test(judge, what_the_tool_refuses_out_of_order_has_another_way_out)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make_pack(&world, &arena);
    VEC_PUSH(&arena, &world.set.plan.pending, 1);
    VEC_PUSH(&arena, &world.set.plan.out_of_order, 1);
    judge_pending(&world.judge, &world.set, &world.rows);
    assert_holds(world.reasons.items[0].message, "\n  database version  rev02 (2 applied)\n");
    assert_holds(world.reasons.items[0].message,
                 "\n  goose refuses 1 of them, older than what is applied: rev01");
    assert_str(world.reasons.items[0].hint, "goose -allow-missing up");
}

Test(judge, never_applied_blocks_and_says_who_skips_it)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make_pack(&world, &arena);
    VEC_PUSH(&arena, &world.set.plan.never_applied, 0);
    judge_never_applied(&world.judge, &world.set, &world.rows);
    cr_assert_eq(world.reasons.items[0].code, REASON_NEVER_APPLIED);
    cr_assert_eq(world.reasons.items[0].action, ACTION_BLOCK);
    assert_holds(world.reasons.items[0].message,
                 "1 migration of this code is older than what production has, and will never be "
                 "applied:\n  rev00  change 0\n");
    assert_holds(world.reasons.items[0].message, "\n  goose skips them without a word");
}

Test(judge, dirty_blocks_with_what_the_table_says)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make_pack(&world, &arena);
    VEC_PUSH(&arena, &world.set.plan.dirty,
             ((struct plan_dirty){
                 .id = STR("rev01"), .state = STR("failed"), .detail = STR("no\n table")}));
    judge_dirty(&world.judge, &world.set, &world.rows);
    cr_assert_eq(world.reasons.items[0].code, REASON_DIRTY_MIGRATION);
    cr_assert_eq(world.reasons.items[0].action, ACTION_BLOCK);
    assert_holds(world.reasons.items[0].message,
                 "1 migration did not end well in production:\n  rev01  failed\n    no? table\n");
}

Test(judge, diverged_warns_with_both_checksums)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make_pack(&world, &arena);
    VEC_PUSH(
        &arena, &world.set.plan.diverged,
        ((struct plan_difference){
            .migration = 2, .what = STR("checksum"), .recorded = STR("aa"), .actual = STR("bb")}));
    judge_diverged(&world.judge, &world.set, &world.rows);
    cr_assert_eq(world.reasons.items[0].code, REASON_DIVERGED_MIGRATION);
    cr_assert_eq(world.reasons.items[0].action, ACTION_WARN);
    assert_holds(world.reasons.items[0].message,
                 "1 migration is not what production was given:\n  rev02  change 2\n"
                 "    apps/api/versions/rev02_x.py\n    checksum bb, applied with aa\n");
}

Test(judge, unknown_rows_leave_what_is_pending_exact)
{
    ARENA(arena, 1 << 20);
    struct world world;

    make_pack(&world, &arena);
    world.set.plan.pending_is_exact = true;
    VEC_PUSH(&arena, &world.set.plan.unknown, ((struct plan_unknown){.id = STR("rev09")}));
    judge_unknown(&world.judge, &world.set, &world.rows, false, STR_NONE);
    cr_assert_eq(world.reasons.items[0].code, REASON_UNKNOWN_REVISION);
    cr_assert(!str_contains(world.reasons.items[0].message, STR("cannot be told")));
}
