/* Cases of the files in tests/corpus/deploys: a tree of files, a command, the deploys it must be. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "deploys/deploys.h"

#include "scratch.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static void write_file(struct str root, struct str name, struct str text)
{
    struct err e = ERR_NONE;
    struct str path = path_join(&arena, root, name);

    cr_assert(file_make_directories(&arena, path_directory(path), 0755, &e), "%s", e.message);
    cr_assert(file_write_atomically(&arena, path, text, 0755, &e), "%s", e.message);
}

static struct str make_tree(const cJSON *test)
{
    struct str root = scratch_directory(&arena, "deploys");
    const cJSON *file;

    write_file(root, STR(".git/HEAD"), STR("ref: refs/heads/main\n"));
    write_file(root, STR(".git/config"), STR(""));
    write_file(root, STR(".git/objects/x"), STR(""));
    write_file(root, STR(".git/refs/x"), STR(""));
    cJSON_ArrayForEach(file, json_get(test, "files"))
        write_file(root, str_from(file->string), json_value_string(file));
    return root;
}

static void expect_text(struct str name, const cJSON *wanted, const char *key, struct str found)
{
    const cJSON *item = json_get(wanted, key);

    if (item)
        cr_expect(str_eq(json_value_string(item), found),
                  STR_FMT ": %s is \"" STR_FMT "\", not \"%s\"", STR_ARG(name), key, STR_ARG(found),
                  item->valuestring);
}

static void expect_deploy(struct str name, struct str root, const cJSON *wanted,
                          const struct deploy *deploy)
{
    static const char *const kinds[] = {"work-tree", "commit", "rollback"};
    const cJSON *trail = json_get(wanted, "trail"), *step;
    size_t i = 0;

    expect_text(name, wanted, "rule", deploy->rule);
    expect_text(name, wanted, "certainty",
                deploy->certainty == DEPLOY_CERTAIN ? STR("certain") : STR("suspected"));
    expect_text(name, wanted, "kind", str_from(kinds[deploy->kind]));
    expect_text(name, wanted, "environment", deploy->environment);
    expect_text(name, wanted, "environment_word", deploy->environment_word);
    expect_text(name, wanted, "commit", deploy->commit);
    expect_text(name, wanted, "command", deploy->command);
    expect_text(name, wanted, "why", deploy->why);
    struct str relative;
    if (path_relative(root, deploy->directory, &relative))
        expect_text(name, wanted, "directory", relative);
    if (json_get(wanted, "after_migration"))
        cr_expect(json_bool(wanted, "after_migration", false) == deploy->after_migration,
                  STR_FMT ": after_migration", STR_ARG(name));
    if (!trail)
        return;
    cr_expect(deploy->trail.count == (size_t)cJSON_GetArraySize(trail),
              STR_FMT ": the trail has %zu steps, not %d", STR_ARG(name), deploy->trail.count,
              cJSON_GetArraySize(trail));
    cJSON_ArrayForEach(step, trail)
    {
        if (i < deploy->trail.count)
            cr_expect(str_eq(deploy->trail.items[i], json_value_string(step)),
                      STR_FMT ": step %zu of the trail is \"" STR_FMT "\", not \"%s\"",
                      STR_ARG(name), i, STR_ARG(deploy->trail.items[i]), step->valuestring);
        i++;
    }
}

static void run_case(const cJSON *test)
{
    struct err e = ERR_NONE;
    struct deploys deploys = {0};
    struct tampers tampers = {0};
    struct str name = json_string(test, "name");
    struct str root = make_tree(test);
    struct config_options options = {.file = json_get(test, "config")
                                                 ? path_join(&arena, root, STR(".hookcheck.json"))
                                                 : STR_NONE};
    const cJSON *wanted;
    size_t i = 0;

    options.home = options.state_directory = path_join(&arena, root, STR("home"));
    options.administrator_file = STR("/nonexistent/config.json");
    if (json_get(test, "config"))
        write_file(root, STR(".hookcheck.json"), json_string(test, "config"));
    struct request request = {
        .runs_shell = true,
        .command = json_string(test, "command"),
        .cwd = path_join(&arena, root,
                         json_string(test, "cwd").length ? json_string(test, "cwd") : STR(".")),
        .dialect = json_bool(test, "powershell", false) ? DIALECT_POWERSHELL : DIALECT_SH};
    bool good =
        deploys_recognise(&arena, configs_new(&arena, &options), &request, &deploys, &tampers, &e);
    cr_expect(good, STR_FMT ": %s", STR_ARG(name), e.message);
    const cJSON *expected = json_get(test, "deploys");
    cr_expect(deploys.count == (size_t)cJSON_GetArraySize(expected),
              STR_FMT ": %zu deploys, not %d; the first is " STR_FMT ": " STR_FMT, STR_ARG(name),
              deploys.count, cJSON_GetArraySize(expected),
              STR_ARG(deploys.count ? deploys.items[0].rule : STR("none")),
              STR_ARG(deploys.count ? deploys.items[0].command : STR("")));
    cJSON_ArrayForEach(wanted, expected)
    {
        if (i < deploys.count)
            expect_deploy(name, root, wanted, &deploys.items[i]);
        i++;
    }
}

static void run_cases(const char *file)
{
    JSON_DOCUMENT(document);
    struct err e = ERR_NONE;
    struct str bytes;
    const cJSON *test;

    cr_assert(file_read(&arena, str_printf(&arena, "%s/corpus/deploys/%s", TESTS_DIRECTORY, file),
                        FILE_MAX, &bytes, &e),
              "%s", e.message);
    cr_assert(json_parse(&arena, bytes, JSON_COMMENTS, file, &document, &e), "%s", e.message);
    cr_assert(cJSON_GetArraySize(document) > 0);
    cJSON_ArrayForEach(test, document) run_case(test);
}

Test(deploys, wrappers_are_peeled)
{
    run_cases("wrappers.json");
}

Test(deploys, code_in_data_is_read)
{
    run_cases("code.json");
}

Test(deploys, files_are_followed)
{
    run_cases("files.json");
}

Test(deploys, rules_of_the_user_count)
{
    run_cases("rules.json");
}

Test(deploys, powershell_is_read)
{
    run_cases("powershell.json");
}
