#include "gate/sets.h"

#include "cr_str.h"

#define UNSURE 4u

static const char *const roots[][3] = {{"api", "apps/api", ""},
                                       {"billing", "apps/billing", ""},
                                       {"whole", "", ""},
                                       {"unsure", "", "env.py cannot be read"}};

static struct config_migrations_list choose(struct arena *arena,
                                            const struct config_environment *environment,
                                            size_t count, struct look_options options,
                                            struct reasons *reasons)
{
    struct config *config = ARENA_NEW(arena, struct config);
    struct config_migrations_list all = {0}, chosen = {0};
    struct judge judge = {
        .arena = arena, .config = config, .environment = environment, .reasons = reasons};

    config->work_tree = STR("/repo");
    for (size_t i = 0; i < count; i++)
        VEC_PUSH(arena, &all,
                 ((struct config_migrations){.name = str_from(roots[i][0]),
                                             .root = str_from(roots[i][1]),
                                             .undecided = str_from(roots[i][2])}));
    if (count == UNSURE) /* without the whole */
        all.items[2] = all.items[3], all.count = 3;
    sets_choose(&judge, &all, &options, &chosen);
    return chosen;
}

Test(sets, named_by_the_rule)
{
    ARENA(arena, 1 << 20);
    struct reasons reasons = {0};
    struct look_options options = {.directory = STR("/repo/apps/api")};

    VEC_PUSH(&arena, &options.sets, STR("billing"));
    struct config_migrations_list chosen = choose(&arena, NULL, 2, options, &reasons);
    cr_assert_eq(chosen.count, 1u);
    assert_str(chosen.items[0].name, "billing");
}

Test(sets, whose_root_holds_the_directory)
{
    ARENA(arena, 1 << 20);
    struct reasons reasons = {0};
    struct look_options options = {.directory = STR("/repo/apps/api/infra")};

    struct config_migrations_list chosen = choose(&arena, NULL, 3, options, &reasons);
    cr_assert_eq(chosen.count, 2u);
    assert_str(chosen.items[0].name, "api");
    assert_str(chosen.items[1].name, "whole");
}

Test(sets, what_is_unsure_of_the_whole_tree_chooses_nothing_and_is_not_left_out)
{
    ARENA(arena, 1 << 20);
    struct reasons reasons = {0};
    struct look_options inside = {.directory = STR("/repo/apps/api")};
    struct look_options outside = {.directory = STR("/repo/apps/other")};

    struct config_migrations_list chosen = choose(&arena, NULL, UNSURE, inside, &reasons);
    cr_assert_eq(chosen.count, 2u);
    assert_str(chosen.items[0].name, "api");
    assert_str(chosen.items[1].name, "unsure");
    cr_assert_eq(choose(&arena, NULL, UNSURE, outside, &reasons).count, 3u, "none holds it: all");
}

Test(sets, a_directory_with_a_similar_name_is_not_inside)
{
    ARENA(arena, 1 << 20);
    struct reasons reasons = {0};
    struct look_options options = {.directory = STR("/repo/apps/api-docs")};

    cr_assert_eq(choose(&arena, NULL, 2, options, &reasons).count, 2u, "none holds it: all count");
}

Test(sets, all_at_the_root_and_outside)
{
    ARENA(arena, 1 << 20);
    struct reasons reasons = {0};

    cr_assert_eq(
        choose(&arena, NULL, 3, (struct look_options){.directory = STR("/repo")}, &reasons).count,
        3u);
    cr_assert_eq(
        choose(&arena, NULL, 3, (struct look_options){.directory = STR("/elsewhere")}, &reasons)
            .count,
        3u);
    cr_assert_eq(choose(&arena, NULL, 3, (struct look_options){0}, &reasons).count, 3u);
    cr_assert_eq(reasons.count, 0u);
}

Test(sets, those_of_the_environment)
{
    ARENA(arena, 1 << 20);
    struct reasons reasons = {0};
    struct config_environment environment = {.name = STR("production")};

    VEC_PUSH(&arena, &environment.migrations, STR("api"));
    struct config_migrations_list chosen =
        choose(&arena, &environment, 3,
               (struct look_options){.directory = STR("/repo/apps/billing")}, &reasons);
    cr_assert_eq(chosen.count, 1u);
    assert_str(chosen.items[0].name, "api");
}

Test(sets, an_unknown_name_is_a_reason)
{
    ARENA(arena, 1 << 20);
    struct reasons reasons = {0};
    struct look_options options = {0};

    VEC_PUSH(&arena, &options.sets, STR("front"));
    cr_assert_eq(choose(&arena, NULL, 2, options, &reasons).count, 0u);
    cr_assert_eq(reasons.count, 1u);
    cr_assert_eq(reasons.items[0].code, REASON_NOT_CONFIGURED);
    assert_str(reasons.items[0].message,
               "there is no migration set named front (there are: api, billing)");
}
