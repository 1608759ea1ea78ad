#include "gate/override.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "cr_str.h"
#include "scratch.h"

static struct look look_with(struct arena *arena, enum reason_code code, enum action action)
{
    struct look look = {.environment = STR("production"), .work_tree = STR("/repo")};

    VEC_PUSH(arena, &look.reasons,
             ((struct reason){.code = code, .action = action, .environment = STR("production")}));
    return look;
}

static struct config *config_new(struct arena *arena)
{
    struct config *config = ARENA_NEW(arena, struct config);

    VEC_PUSH(arena, &config->environments,
             ((struct config_environment){.name = STR("production")}));
    return config;
}

Test(override, what_blocks_is_bound)
{
    ARENA(arena, 1 << 20);
    struct override entry = {0};
    struct str hard;
    struct look look = look_with(&arena, REASON_PENDING_MIGRATIONS, ACTION_BLOCK);

    override_bind(&arena, config_new(&arena), &look, &entry, &hard);
    cr_assert_eq(entry.codes.count, 1u);
    assert_str(entry.codes.items[0], "pending-migrations");
    cr_assert(str_is_empty(hard));
}

Test(override, all_that_the_database_lacks_is_bound)
{
    ARENA(arena, 1 << 20);
    struct override entry = {0};
    struct str hard;
    struct look look = look_with(&arena, REASON_NEVER_APPLIED, ACTION_BLOCK);
    struct look_set set = {.history = {.set = STR("api")}};

    for (size_t i = 0; i < 2; i++)
        VEC_PUSH(&arena, &set.history.migrations,
                 ((struct migration){.id = i ? STR("2") : STR("1")}));
    VEC_PUSH(&arena, &set.plan.pending, (size_t)1);
    VEC_PUSH(&arena, &set.plan.never_applied, (size_t)0);
    VEC_PUSH(&arena, &set.plan.dirty, ((struct plan_dirty){.id = STR("0")}));
    VEC_PUSH(&arena, &look.sets, set);
    override_bind(&arena, config_new(&arena), &look, &entry, &hard);
    cr_assert_eq(entry.pending.count, 3u);
    assert_str(entry.pending.items[0], "api:0");
    assert_str(entry.pending.items[1], "api:1");
    assert_str(entry.pending.items[2], "api:2");
}

Test(override, a_warning_needs_none)
{
    ARENA(arena, 1 << 20);
    struct override entry = {0};
    struct str hard;
    struct look look = look_with(&arena, REASON_ROLLBACK, ACTION_WARN);

    override_bind(&arena, config_new(&arena), &look, &entry, &hard);
    cr_assert_eq(entry.codes.count, 0u);
    cr_assert(str_is_empty(hard));
}

Test(override, no_hard_reason_is_softened)
{
    ARENA(arena, 1 << 20);

    for (unsigned code = 0; code < REASON_COUNT; code++) {
        struct override entry = {0};
        struct str hard;
        struct look look = look_with(&arena, (enum reason_code)code, ACTION_BLOCK);
        override_bind(&arena, config_new(&arena), &look, &entry, &hard);
        cr_expect_eq(reason_is_hard((enum reason_code)code), entry.codes.count == 0, "%u", code);
        cr_expect_eq(reason_is_hard((enum reason_code)code), hard.length > 0, "%u", code);
    }
}

Test(override, what_the_administrator_set_stays)
{
    ARENA(arena, 1 << 20);

    for (int of_environment = 0; of_environment < 2; of_environment++) {
        struct override entry = {0};
        struct str hard;
        struct config *config = config_new(&arena);
        struct policy *minimum = of_environment
                                     ? &config->environments.items[0].administrator_minimum
                                     : &config->administrator_minimum;
        struct look look = look_with(&arena, REASON_PENDING_MIGRATIONS, ACTION_BLOCK);
        minimum->set[REASON_PENDING_MIGRATIONS] = true;
        minimum->action[REASON_PENDING_MIGRATIONS] = ACTION_BLOCK;
        override_bind(&arena, config, &look, &entry, &hard);
        cr_assert_eq(entry.codes.count, 0u);
        assert_str(hard, "pending-migrations");
    }
}

Test(override, written_read_and_removed)
{
    ARENA(arena, 1 << 22);
    struct overrides list;
    struct err e = ERR_NONE;
    size_t count;

    struct str state = scratch_directory(&arena, "override");
    struct override entry = {.work_tree = STR("/repo"),
                             .environment = STR("production"),
                             .reason = STR("a \"quoted\" reason"),
                             .by = STR("somebody"),
                             .created = 1000,
                             .until = 1900};
    VEC_PUSH(&arena, &entry.codes, STR("pending-migrations"));
    VEC_PUSH(&arena, &entry.pending, STR("api:1"));
    cr_assert(override_name(&arena, &entry, &e), "%s", e.message);
    cr_assert(override_add(&arena, state, &entry, 1000, &e), "%s", e.message);
    struct stat status;
    cr_assert_eq(stat(str_c(&arena, path_join(&arena, state, STR("overrides.json"))), &status), 0);
    cr_assert_eq(status.st_mode & 07777, 0600u);
    cr_assert(override_list(&arena, state, 1899, &list, &e), "%s", e.message);
    cr_assert_eq(list.count, 1u);
    assert_str(list.items[0].reason, "a \"quoted\" reason");
    assert_str(list.items[0].codes.items[0], "pending-migrations");
    assert_str(list.items[0].pending.items[0], "api:1");
    cr_assert(override_list(&arena, state, 1900, &list, &e));
    cr_assert_eq(list.count, 0u, "it has expired");
    cr_assert(override_remove(&arena, state, entry.id, 1100, &count, &e));
    cr_assert_eq(count, 1u);
    cr_assert(override_remove(&arena, state, entry.id, 1100, &count, &e));
    cr_assert_eq(count, 0u, "once");
}
