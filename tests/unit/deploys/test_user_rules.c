/* The rules of a repository's configuration, from the file to the deploy. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "deploys/deploys.h"

static char root[] = "/tmp/hookcheck-rules-XXXXXX";

static void make(void)
{
    static const char text[] =
        "{\"environments\":{\"production\":{},\"staging\":{}},\"deploys\":["
        "{\"id\":\"image\",\"command\":\"^infra/build\\\\.sh\\\\b\",\"unless\":\" --check\\\\b\","
        "\"environment\":\"staging\"},"
        "{\"id\":\"perhaps\",\"command\":\"^shipit\\\\b\",\"certainty\":\"suspected\"},"
        "{\"id\":\"back\",\"command\":\"^shipback\\\\b\",\"kind\":\"rollback\"}]}";
    FILE *file;

    cr_assert(mkdtemp(root));
    cr_assert_eq(chdir(root), 0);
    cr_assert_eq(
        system(
            "mkdir -p .git infra && echo x > .git/HEAD && echo 'docker build .' > infra/build.sh"),
        0);
    file = fopen(".hookcheck.json", "w");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void clear(void)
{
    char line[200];

    snprintf(line, sizeof line, "rm -rf '%s'", root);
    cr_assert_eq(system(line), 0);
}

TestSuite(user_rules, .init = make, .fini = clear);

static struct deploys recognise(struct arena *arena, const char *command)
{
    struct config_options options = {0};
    struct configs *configs = configs_new(arena, &options);
    struct request request = {.host = HOST_DRY_RUN,
                              .runs_shell = true,
                              .command = str_from(command),
                              .cwd = str_from(root)};
    struct deploys deploys = {0};
    struct tampers tampers = {0};
    struct err e = ERR_NONE;

    cr_assert(deploys_recognise(arena, configs, &request, &deploys, &tampers, &e), "%s", e.message);
    return deploys;
}

Test(user_rules, a_rule_takes_its_command_and_names_the_environment)
{
    static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET}; /* patterns live until the end */
    struct deploys deploys = recognise(&arena, "cd infra && bash ./build.sh --fast");

    cr_assert_eq(deploys.count, 1);
    cr_expect(str_eq(deploys.items[0].rule, STR("image")));
    cr_expect(str_eq(deploys.items[0].environment, STR("staging")));
    cr_expect_eq(deploys.items[0].certainty, DEPLOY_CERTAIN);
    cr_expect_eq(deploys.items[0].kind, DEPLOY_WORK_TREE);
}

Test(user_rules, what_unless_matches_is_no_deploy)
{
    static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET}; /* patterns live until the end */

    cr_expect_eq(recognise(&arena, "bash infra/build.sh --check").count, 0);
    cr_expect_eq(recognise(&arena, "bash infra/build.sh --check; bash infra/build.sh").count, 1);
}

Test(user_rules, certainty_and_kind_are_what_the_rule_says)
{
    static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET}; /* patterns live until the end */
    struct deploys perhaps = recognise(&arena, "shipit now"), back = recognise(&arena, "shipback");

    cr_assert_eq(perhaps.count, 1);
    cr_expect_eq(perhaps.items[0].certainty, DEPLOY_SUSPECTED);
    cr_expect_eq(perhaps.items[0].kind, DEPLOY_WORK_TREE);
    cr_assert_eq(back.count, 1);
    cr_expect_eq(back.items[0].certainty, DEPLOY_CERTAIN);
    cr_expect_eq(back.items[0].kind, DEPLOY_ROLLBACK);
}
