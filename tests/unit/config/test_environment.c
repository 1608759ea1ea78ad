#include <criterion/criterion.h>

#include "dump.h"

static struct config make(struct arena *arena)
{
    struct config config = {.default_environment = STR("production")};
    struct config_environment staging = {.name = STR("staging")},
                              production = {.name = STR("production")};
    struct config_environment development = {.name = STR("development")};

    VEC_PUSH(arena, &staging.matches, STR("stg-*"));
    VEC_PUSH(arena, &production.matches, STR("prod"));
    VEC_PUSH(arena, &production.matches, STR("live?"));
    VEC_PUSH(arena, &config.environments, staging);
    VEC_PUSH(arena, &config.environments, production);
    VEC_PUSH(arena, &config.environments, development);
    return config;
}

Test(environment, the_words_of_commands_choose_among_the_configured)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct config config = make(&arena);
    static const struct {
        const char *word, *environment;
    } cases[] = {
        {"staging", "staging"},
        {"STAGING", "staging"},
        {"prod", "production"},
        {"live1", "production"},
        {"live", "production"},
        {"stg-eu", "staging"},
        {"Stg-EU", "staging"},
        {"stg", "production"},
        {"api-staging", "staging"},
        {"arn:aws:ecs:eu-west-1:1:cluster/staging", "staging"},
        {"api-prod-7", "production"},
        {"staging-mirror-of-prod", "production"},
        {"product-api", "production"},
        {"nonstaging", "production"},
        {"staging2", "production"},
        /* The incident: nobody had configured what "dev" means. */
        {"credmate-backend-dev", "production"},
        {"", "production"},
        {"development", "development"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct config_environment *found =
            config_environment_for(&config, str_from(cases[i].word));
        cr_assert(found);
        cr_expect(str_eq(found->name, str_from(cases[i].environment)), "%s: " STR_FMT,
                  cases[i].word, STR_ARG(found->name));
    }
}

Test(environment, none_configured_is_none)
{
    struct config config = {0};

    cr_expect_null(config_environment_for(&config, STR("production")));
    cr_expect_null(config_environment_for(&config, STR("")));
}

Test(environment, globs)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "abc", true},
        {"a*c", "abbbc", true},
        {"a*c", "abbbd", false},
        {"?", "a", true},
        {"?", "", false},
        {"prod-db.*", "prod-db.eu.rds", true},
        {"prod-db.*", "xprod-db.eu", false},
        {"*a*b*c", "xxaxxbxxc", true},
        {"release/*", "release/1.0", true},
        {"A", "a", false},
        {"**", "x", true},
        {"a?", "ab", true},
        {"*ab", "aab", true},
        {"[a]", "a", false},
        {"[a]", "[a]", true},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        cr_expect_eq(glob_matches(str_from(cases[i].pattern), str_from(cases[i].text)),
                     cases[i].matches, "%s %s", cases[i].pattern, cases[i].text);
}

Test(environment, globs_of_refs_know_classes)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"v[0-9]*", "v1.2", true},
        {"v[0-9]*", "very", false},
        {"v[!0-9]*", "very", true},
        {"v[^0-9]", "v1", false},
        {"release/[a-c]x", "release/bx", true},
        {"release/[a-c]x", "release/dx", false},
        {"[]a]", "]", true},
        {"[a-]", "-", true},
        {"*[0-9]", "ab12", true},
        {"*[0-9]", "ab1x", false},
        {"a[", "a[", true}, /* one that never ends stands for itself */
        {"a[", "ab", false},
        {"[", "", false},
        {"release/*", "release/1/2", true},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        cr_expect_eq(ref_glob_matches(str_from(cases[i].pattern), str_from(cases[i].text)),
                     cases[i].matches, "%s %s", cases[i].pattern, cases[i].text);
}

Test(environment, a_hostile_glob_takes_no_exponential_time)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct buf pattern = buf_new(&arena, 1 << 20), text = buf_new(&arena, 1 << 20);

    for (size_t i = 0; i < 500; i++)
        buf_add(&pattern, STR("*a"));
    buf_add(&pattern, STR("b"));
    for (size_t i = 0; i < 20000; i++)
        buf_add(&text, STR("a"));
    cr_expect_not(glob_matches(buf_str(&pattern), buf_str(&text)));
}

Test(environment, every_reason_has_a_name_and_a_default)
{
    static const struct {
        enum action action;
        const char *codes;
    } defaults[] = {
        {ACTION_BLOCK,
         "pending-migrations never-applied dirty-migration multiple-heads broken-history "
         "indeterminate-history "
         "models-without-migration migration-edited database-unreachable wrong-database "
         "not-configured "
         "untrusted-config config-error audit-unwritable protected deadline internal-error"},
        {ACTION_CONFIRM, "unknown-revision stamp"},
        {ACTION_WARN,
         "database-ahead diverged-migration uncommitted-migrations rollback lint-error"},
        {ACTION_ALLOW, "no-migrations"},
    };
    size_t seen = 0;

    for (size_t i = 0; i < COUNT_OF(defaults); i++) {
        struct str rest = str_from(defaults[i].codes);
        while (rest.length) {
            struct str name = str_cut(&rest, ' ');
            enum reason_code code;
            cr_assert(reason_code_parse(name, &code), STR_FMT, STR_ARG(name));
            cr_expect_eq(reason_default_action(code), defaults[i].action, STR_FMT, STR_ARG(name));
            cr_expect(str_eq(reason_code_name(code), name));
            seen++;
        }
    }
    cr_expect_eq(seen, REASON_COUNT);
    cr_expect_eq(ACTION_BLOCK, 0);
    cr_expect_eq(REASON_INTERNAL_ERROR, 0);
}

Test(environment, a_code_out_of_range_blocks)
{
    struct config config = {0};

    cr_expect_eq(config_action(&config, NULL, REASON_COUNT), ACTION_BLOCK);
    cr_expect_eq(reason_default_action(REASON_COUNT), ACTION_BLOCK);
    cr_expect(str_eq(action_name((enum action)17), STR("block")));
}
