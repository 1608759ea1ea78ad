#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "gate/gate.h"

#include "cr_str.h"

/* DESIGN §5, written down a second time, so that a change of a default is a decision and no accident. */
static const struct {
    const char *code;
    enum action action;
} defaults[] = {
    {"internal-error", ACTION_BLOCK},
    {"pending-migrations", ACTION_BLOCK},
    {"never-applied", ACTION_BLOCK},
    {"dirty-migration", ACTION_BLOCK},
    {"multiple-heads", ACTION_BLOCK},
    {"broken-history", ACTION_BLOCK},
    {"indeterminate-history", ACTION_BLOCK},
    {"models-without-migration", ACTION_BLOCK},
    {"migration-edited", ACTION_BLOCK},
    {"database-unreachable", ACTION_BLOCK},
    {"wrong-database", ACTION_BLOCK},
    {"not-configured", ACTION_BLOCK},
    {"untrusted-config", ACTION_BLOCK},
    {"config-error", ACTION_BLOCK},
    {"audit-unwritable", ACTION_BLOCK},
    {"protected", ACTION_BLOCK},
    {"deadline", ACTION_BLOCK},
    {"unknown-revision", ACTION_CONFIRM},
    {"stamp", ACTION_CONFIRM},
    {"database-ahead", ACTION_WARN},
    {"diverged-migration", ACTION_WARN},
    {"uncommitted-migrations", ACTION_WARN},
    {"rollback", ACTION_WARN},
    {"lint-error", ACTION_WARN},
    {"no-migrations", ACTION_ALLOW},
};
static enum reason_code code_of(size_t index)
{
    enum reason_code code = REASON_INTERNAL_ERROR;

    cr_assert(reason_code_parse(str_from(defaults[index].code), &code), "%s", defaults[index].code);
    return code;
}

Test(verdict, zeroed_is_a_block)
{
    struct verdict verdict = {0};

    cr_assert_eq(verdict.action, ACTION_BLOCK);
}

Test(verdict, without_a_reason_is_allow)
{
    cr_assert_eq(verdict_of((struct reasons){0}).action, ACTION_ALLOW);
}

Test(verdict, every_code_is_listed_once_with_its_default)
{
    cr_assert_eq(COUNT_OF(defaults), (size_t)REASON_COUNT);
    for (size_t i = 0; i < COUNT_OF(defaults); i++) {
        ARENA(arena, 1 << 20);
        struct reasons reasons = {0};
        struct config config = {0};
        reasons_add(&arena, &reasons, &config, NULL,
                    (struct reason){.code = code_of(i), .message = STR("m")});
        cr_assert_eq(reasons.items[0].action, defaults[i].action, "%s", defaults[i].code);
        cr_assert_eq(verdict_of(reasons).action, defaults[i].action, "%s", defaults[i].code);
        /* The same without a configuration at all. */
        struct reasons again = {0};
        reasons_add(&arena, &again, NULL, NULL,
                    (struct reason){.code = code_of(i), .message = STR("m")});
        cr_assert_eq(again.items[0].action, defaults[i].action, "%s", defaults[i].code);
    }
}

/* For each code and each action: an environment's policy decides. (What a repository's file may not soften is taken out when it is
 * merged: tests/unit/config.) */
Test(verdict, policy_matrix)
{
    for (size_t i = 0; i < COUNT_OF(defaults); i++)
        for (int wanted = ACTION_BLOCK; wanted <= ACTION_ALLOW; wanted++) {
            ARENA(arena, 1 << 20);
            struct reasons reasons = {0};
            struct config config = {0};
            struct config_environment environment = {.name = STR("production")};
            enum reason_code code = code_of(i);
            environment.policy.set[code] = true;
            environment.policy.action[code] = (enum action)wanted;
            reasons_add(&arena, &reasons, &config, &environment,
                        (struct reason){.code = code, .message = STR("m")});
            cr_assert_eq(reasons.items[0].action, (enum action)wanted, "%s: %d", defaults[i].code,
                         wanted);
            assert_str(reasons.items[0].environment, "production");
        }
}

Test(verdict, strictest_reason_wins_in_any_order)
{
    struct reason items[] = {
        {.action = ACTION_WARN}, {.action = ACTION_CONFIRM}, {.action = ACTION_ALLOW}};
    struct reasons reasons = {.items = items, .count = 3};

    cr_assert_eq(verdict_of(reasons).action, ACTION_CONFIRM);
    items[2].action = ACTION_BLOCK;
    cr_assert_eq(verdict_of(reasons).action, ACTION_BLOCK);
    reasons.count = 1;
    cr_assert_eq(verdict_of(reasons).action, ACTION_WARN);
}

Test(verdict, an_action_out_of_range_blocks)
{
    struct reason item = {.action = (enum action)17};

    cr_assert_eq(verdict_of((struct reasons){.items = &item, .count = 1}).action, ACTION_BLOCK);
}

Test(verdict, the_same_reason_twice_is_one)
{
    ARENA(arena, 1 << 20);
    struct reasons reasons = {0};
    struct reason reason = {.code = REASON_ROLLBACK, .message = STR("older code")};

    reasons_add(&arena, &reasons, NULL, NULL, reason);
    reasons_add(&arena, &reasons, NULL, NULL, reason);
    cr_assert_eq(reasons.count, 1u);
    reason.set = STR("billing");
    reasons_add(&arena, &reasons, NULL, NULL, reason);
    cr_assert_eq(reasons.count, 2u);
}

Test(verdict, state_names)
{
    static const char *const names[] = {
        "current",       "pending",     "ahead",          "unknown",        "diverged", "dirty",
        "indeterminate", "unreachable", "wrong-database", "not-configured", "offline"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_str(set_state_name((enum set_state)i), names[i]);
}
