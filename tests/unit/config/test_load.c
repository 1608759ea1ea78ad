#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "dump.h"
#include "fixture.h"

TestSuite(config_load, .init = fixture_make, .fini = fixture_remove);

#define REPOSITORY_FILE "repo/" CONFIG_NAME
#define USER_FILE "home/.config/hookcheck/config.json"
#define ADMINISTRATOR_FILE "etc/config.json"

static const struct config_environment *production(const struct config *config)
{
    const struct config_environment *found = config_environment_named(config, STR("production"));

    cr_assert(found);
    return found;
}

Test(config_load, nothing_configured_is_not_broken)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct config config = fixture_load(&arena, "repo/apps/api");

    cr_expect_not(config.broken);
    cr_expect(config.trusted);
    cr_expect(str_eq(config.work_tree, fixture_path(&arena, "repo")));
    cr_expect_eq(config.files.count, 0);
    EXPECT_TEXT(config.digest, "");
    EXPECT_TEXT(config.default_environment, "");
    cr_expect_eq(config.deadline_ms, CONFIG_DEADLINE_DEFAULT_MS);
    cr_expect_null(config_environment_for(&config, STR("production")));
}

Test(config_load, layers_are_merged_in_order)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    fixture_write(
        USER_FILE,
        "{\"environments\":{\"production\":{\"database\":\"env:USER_URL\",\"matches\":[\"u\"],"
        "\"identity\":{\"host\":\"h\"},\"databases\":{\"b\":\"env:B\"}}},"
        "\"branches\":{\"main\":\"production\",\"x\":\"production\"},\"deadline\":\"10s\","
        "\"deploys\":[{\"id\":\"a\",\"command\":\"^a\"}]}");
    fixture_write(
        REPOSITORY_FILE,
        "{\"environments\":{\"production\":{\"database\":\"env:REPOSITORY_URL\","
        "\"identity\":{\"database\":\"d\"},\"databases\":{\"c\":\"env:C\"}},\"staging\":{}},"
        "\"branches\":{\"main\":\"staging\"},\"deploys\":[{\"id\":\"a\",\"command\":\"^b\"}]}");
    fixture_trust(&arena);
    struct config config = fixture_load(&arena, "repo");
    cr_expect_not(config.broken, STR_FMT, STR_ARG(config.broken_message));
    cr_expect(config.trusted);
    cr_expect_eq(config.files.count, 2);
    const struct config_environment *environment = production(&config);
    EXPECT_TEXT(environment->database.value, "REPOSITORY_URL");
    EXPECT_TEXT(environment->identity.host, "h");
    EXPECT_TEXT(environment->identity.database, "d");
    EXPECT_TEXT(environment->matches.items[0], "u");
    cr_expect_eq(environment->databases.count, 2);
    cr_expect_eq(config.deploys.count, 2);
    EXPECT_TEXT(config.branches.items[0].environment, "staging");
    EXPECT_TEXT(config.branches.items[1].environment, "production");
    EXPECT_TEXT(config.default_environment, "production");
    cr_expect_eq(config.deadline_ms, 10000);
}

Test(config_load, the_digest_is_of_all_files)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    fixture_write(REPOSITORY_FILE, "{}");
    struct config one = fixture_load(&arena, "repo");
    cr_expect(str_eq(one.digest, digest_sha256(&arena, STR("{}"))));
    cr_expect(str_eq(one.repository_digest, one.digest));
    fixture_write(USER_FILE, "{ }");
    struct config two = fixture_load(&arena, "repo");
    cr_expect(str_eq(two.digest, digest_sha256(&arena, STR("{ }{}"))));
    cr_expect(str_eq(two.repository_digest, one.digest));
}

/* --- The administrator. --- */

Test(config_load, what_the_administrator_set_stays)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    fixture_write(ADMINISTRATOR_FILE,
                  "{\"default_environment\":\"production\",\"environments\":{\"production\":{"
                  "\"database\":\"env:ADMINISTRATOR_URL\",\"identity\":{\"host\":\"right\"},"
                  "\"policy\":{\"unknown-revision\":\"block\"}}},"
                  "\"branches\":{\"main\":\"production\"},\"policy\":{\"rollback\":\"confirm\"}}");
    fixture_write(
        REPOSITORY_FILE,
        "{\"default_environment\":\"staging\",\"environments\":{\"production\":{"
        "\"database\":\"env:OTHER\",\"identity\":{\"host\":\"wrong\",\"user\":\"u\"},"
        "\"policy\":{\"unknown-revision\":\"allow\",\"rollback\":\"allow\"}},\"staging\":{}},"
        "\"branches\":{\"main\":\"staging\"},\"policy\":{\"rollback\":\"warn\"}}");
    fixture_trust(&arena);
    struct config config = fixture_load(&arena, "repo");
    cr_expect_not(config.broken, STR_FMT, STR_ARG(config.broken_message));
    EXPECT_TEXT(config.default_environment, "production");
    EXPECT_TEXT(production(&config)->database.value, "ADMINISTRATOR_URL");
    EXPECT_TEXT(production(&config)->identity.host, "right");
    EXPECT_TEXT(production(&config)->identity.user, "u");
    EXPECT_TEXT(config.branches.items[0].environment, "production");
    cr_expect_eq(config_action(&config, production(&config), REASON_UNKNOWN_REVISION),
                 ACTION_BLOCK);
    cr_expect_eq(config_action(&config, production(&config), REASON_ROLLBACK), ACTION_CONFIRM);
    cr_expect_eq(config_action(&config, NULL, REASON_ROLLBACK), ACTION_CONFIRM);
    cr_expect_eq(config_action(&config, NULL, REASON_UNKNOWN_REVISION), ACTION_CONFIRM);
    cr_expect_eq(config.notes.count, 4);
    cr_expect(str_contains(
                  config.notes.items[0],
                  STR("environments.production.database: ignored: the administrator has set it")),
              STR_FMT, STR_ARG(config.notes.items[0]));
}

Test(config_load, layers_below_may_be_stricter_than_the_administrator)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    fixture_write(ADMINISTRATOR_FILE, "{\"policy\":{\"database-unreachable\":\"warn\"}}");
    fixture_write(USER_FILE, "{\"policy\":{\"database-unreachable\":\"confirm\"}}");
    struct config config = fixture_load(&arena, "repo");
    cr_expect_eq(config_action(&config, NULL, REASON_DATABASE_UNREACHABLE), ACTION_CONFIRM);
}

Test(config_load, protected_is_softened_by_the_administrator_alone)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    fixture_write(USER_FILE, "{\"policy\":{\"protected\":\"allow\",\"stamp\":\"warn\"}}");
    fixture_write(REPOSITORY_FILE, "{\"policy\":{\"protected\":\"warn\"}}");
    fixture_trust(&arena);
    struct config config = fixture_load(&arena, "repo");
    cr_expect_eq(config_action(&config, NULL, REASON_PROTECTED), ACTION_BLOCK);
    cr_expect_eq(config_action(&config, NULL, REASON_STAMP), ACTION_WARN);
    cr_expect_eq(config.notes.count, 2);
    cr_expect(str_contains(config.notes.items[0],
                           STR("policy.protected: ignored: only the administrator can soften it")),
              STR_FMT, STR_ARG(config.notes.items[0]));
    fixture_write(ADMINISTRATOR_FILE, "{\"policy\":{\"protected\":\"warn\"}}");
    config = fixture_load(&arena, "repo");
    cr_expect_eq(config_action(&config, NULL, REASON_PROTECTED), ACTION_WARN);
}

Test(config_load, a_named_file_replaces_all_but_the_administrators)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct config config;
    struct err e = ERR_NONE;

    fixture_write(ADMINISTRATOR_FILE, "{\"policy\":{\"rollback\":\"block\"}}");
    fixture_write(USER_FILE, "not JSON");
    fixture_write(REPOSITORY_FILE, "not JSON");
    fixture_write("other.json", "{\"policy\":{\"rollback\":\"allow\",\"deadline\":\"warn\"}}");
    struct config_options options = fixture_options(&arena);
    options.file = fixture_path(&arena, "other.json");
    cr_assert(config_load(&arena, fixture_path(&arena, "repo"), &options, &config, &e));
    cr_expect_not(config.broken);
    cr_expect(config.trusted);
    EXPECT_TEXT(config.repository_file, "");
    cr_expect_eq(config_action(&config, NULL, REASON_ROLLBACK), ACTION_BLOCK);
    cr_expect_eq(config_action(&config, NULL, REASON_DEADLINE), ACTION_WARN);
    options.file = STR("/nonexistent/hookcheck.json");
    cr_assert(config_load(&arena, fixture_path(&arena, "repo"), &options, &config, &e));
    cr_expect(config.broken);
    EXPECT_TEXT(config.broken_message,
                "/nonexistent/hookcheck.json: cannot open: No such file or directory");
}

/* --- Trust. --- */

#define SOFT                                                                                       \
    "{\"policy\":{\"unknown-revision\":\"allow\",\"rollback\":\"block\",\"deadline\":\"allow\"},"  \
    "\"environments\":{\"production\":{\"database\":\"postgresql://evil/db\","                     \
    "\"policy\":{\"pending-migrations\":\"warn\",\"stamp\":\"block\"}}},"                          \
    "\"deploys\":[{\"id\":\"a\",\"command\":\"^ship\"}],"                                          \
    "\"not_deploys\":[{\"command\":\"^npx sst\"}],\"branches\":{\"main\":\"production\"}}"

Test(config_load, an_untrusted_file_can_only_tighten)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    fixture_write(REPOSITORY_FILE, SOFT);
    struct config config = fixture_load(&arena, "repo");
    cr_expect_not(config.trusted);
    cr_expect_not(config.broken);
    const struct config_environment *environment = production(&config);
    cr_expect_eq(config_action(&config, NULL, REASON_UNKNOWN_REVISION), ACTION_CONFIRM);
    cr_expect_eq(config_action(&config, NULL, REASON_ROLLBACK), ACTION_BLOCK);
    cr_expect_eq(config_action(&config, NULL, REASON_DEADLINE), ACTION_BLOCK);
    cr_expect_eq(config_action(&config, environment, REASON_PENDING_MIGRATIONS), ACTION_BLOCK);
    cr_expect_eq(config_action(&config, environment, REASON_STAMP), ACTION_BLOCK);
    cr_expect_eq(config.deploys.count, 1);
    cr_expect_eq(config.branches.count, 1);
    cr_expect_eq(config.not_deploys.count, 0);
    cr_expect_eq(environment->database.kind, DATABASE_URL);
    cr_expect_eq(config.notes.count, 4);
}

Test(config_load, a_trusted_file_can_soften_but_for_the_hard_codes)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    fixture_write(REPOSITORY_FILE, SOFT);
    fixture_trust(&arena);
    struct config config = fixture_load(&arena, "repo/apps");
    cr_expect(config.trusted);
    cr_expect_eq(config_action(&config, NULL, REASON_UNKNOWN_REVISION), ACTION_ALLOW);
    cr_expect_eq(config_action(&config, NULL, REASON_DEADLINE), ACTION_BLOCK);
    cr_expect_eq(config_action(&config, production(&config), REASON_PENDING_MIGRATIONS),
                 ACTION_WARN);
    cr_expect_eq(config.not_deploys.count, 1);
    cr_assert_eq(config.notes.count, 1);
    cr_expect(str_ends(config.notes.items[0],
                       STR("policy.deadline: ignored: a repository cannot soften it")),
              STR_FMT, STR_ARG(config.notes.items[0]));
}

Test(config_load, one_changed_byte_ends_the_trust)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    fixture_write(REPOSITORY_FILE, "{}");
    fixture_trust(&arena);
    cr_expect(fixture_load(&arena, "repo").trusted);
    fixture_write(REPOSITORY_FILE, "{ }");
    cr_expect_not(fixture_load(&arena, "repo").trusted);
}

Test(config_load, the_same_bytes_elsewhere_are_not_trusted)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    fixture_write(REPOSITORY_FILE, "{}");
    fixture_trust(&arena);
    cr_assert_eq(system("cp -a repo copy && ln -s repo alias"), 0);
    cr_expect_not(fixture_load(&arena, "copy").trusted);
    cr_expect(fixture_load(&arena, "alias").trusted);
}

/* --- Files that cannot be read. --- */

static struct config load_broken(struct arena *arena, const char *command)
{
    cr_assert_eq(system(command), 0, "%s", command);
    struct config config = fixture_load(arena, "repo");
    cr_expect(config.broken, "%s", command);
    cr_expect(str_eq(config.broken_file, fixture_path(arena, REPOSITORY_FILE)));
    cr_expect_not(config.trusted);
    cr_expect_gt(config.broken_hint.length, 0);
    return config;
}

Test(config_load, a_link_out_of_the_tree_is_broken)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct config config =
        load_broken(&arena, "echo '{}' > outside.json && ln -s ../outside.json " REPOSITORY_FILE);

    cr_expect(str_contains(config.broken_message, STR("leads out of the work tree")));
    cr_expect(config.broken_unreadable);
    fixture_write("outside.json", "{\"deploys\":[{\"command\":\"^launch-all\\\\b\"}]}");
    config = fixture_load(&arena, "repo");
    cr_expect_eq(config.deploys.count, 0);
    cr_expect(strs_have(&config.broken_words, STR("launch-all")));
    cr_expect_not(config.broken_unreadable);
}

Test(config_load, a_link_inside_the_tree_is_read)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    cr_assert_eq(system("echo '{\"deadline\":\"3s\"}' > repo/apps/h.json && ln -s "
                        "apps/h.json " REPOSITORY_FILE),
                 0);
    struct config config = fixture_load(&arena, "repo");
    cr_expect_not(config.broken, STR_FMT, STR_ARG(config.broken_message));
    cr_expect_eq(config.deadline_ms, 3000);
}

Test(config_load, links_that_lead_nowhere_directories_and_pipes_are_broken)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    load_broken(&arena, "ln -s nowhere " REPOSITORY_FILE);
    load_broken(&arena, "ln -sfn .hookcheck.json " REPOSITORY_FILE);
    load_broken(&arena, "rm " REPOSITORY_FILE " && mkdir " REPOSITORY_FILE);
    struct config config =
        load_broken(&arena, "rmdir " REPOSITORY_FILE " && mkfifo " REPOSITORY_FILE);
    cr_expect(str_ends(config.broken_message, STR(": not a regular file")), STR_FMT,
              STR_ARG(config.broken_message));
    load_broken(&arena, "rm " REPOSITORY_FILE " && head -c 2000000 /dev/zero > " REPOSITORY_FILE);
}

Test(config_load, a_file_without_permission_is_broken)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    if (geteuid() == 0) {
        cr_assert_eq(chmod(fixture_root, 0755), 0);
        cr_assert_eq(setegid(65534), 0);
        cr_assert_eq(system("echo '{}' > " REPOSITORY_FILE " && chmod 000 " REPOSITORY_FILE), 0);
        cr_assert_eq(seteuid(65534), 0);
    } else {
        cr_assert_eq(system("echo '{}' > " REPOSITORY_FILE " && chmod 000 " REPOSITORY_FILE), 0);
    }
    struct config config = fixture_load(&arena, "repo");
    if (getuid() == 0)
        cr_assert_eq(seteuid(0), 0);
    cr_expect(config.broken);
    cr_expect(str_ends(config.broken_message, STR(": cannot open: Permission denied")), STR_FMT,
              STR_ARG(config.broken_message));
    cr_expect(config.broken_unreadable);
}

Test(config_load, a_broken_layer_leaves_the_others)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    fixture_write(
        USER_FILE,
        "{\"policy\":{\"rollback\":\"block\"},\"deploys\":[{\"id\":\"a\",\"command\":\"^mine\"}]}");
    fixture_write(REPOSITORY_FILE, "{\"deploys\":[{\"id\":\"b\",\"command\":\"^infra/scripts/"
                                   "build-lambda-image\\\\.sh\\\\b\"}],\"nonsense\":1}");
    struct config config = fixture_load(&arena, "repo");
    cr_expect(config.broken);
    cr_expect_not(config.broken_unreadable);
    cr_expect_eq(config.deploys.count, 1);
    cr_expect_eq(config_action(&config, NULL, REASON_ROLLBACK), ACTION_BLOCK);
    cr_expect(strs_have(&config.broken_words, STR("infra/scripts/build-lambda-image.sh")));
    cr_expect(strs_have(&config.broken_words, STR("build-lambda-image.sh")));
    cr_expect_not(strs_have(&config.broken_words, STR("ls")));
}

Test(config_load, a_layer_with_a_reference_to_nothing_is_left_out)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    fixture_write(USER_FILE, "{\"environments\":{\"production\":{}}}");
    fixture_write(REPOSITORY_FILE, "{\"deploys\":[{\"id\":\"b\",\"command\":\"^rollout-now\","
                                   "\"environment\":\"prodction\"}]}");
    struct config config = fixture_load(&arena, "repo");
    cr_expect(config.broken);
    cr_expect(
        str_ends(config.broken_message,
                 STR(CONFIG_NAME ": deploys[0].environment: no such environment: \"prodction\"")),
        STR_FMT, STR_ARG(config.broken_message));
    EXPECT_TEXT(config.broken_hint, "did you mean \"production\"?");
    cr_expect_eq(config.deploys.count, 0);
    cr_expect(strs_have(&config.broken_words, STR("rollout-now")));
    EXPECT_TEXT(config.default_environment, "production");
}

Test(config_load, an_unreadable_layer_does_not_confuse_the_words_of_another)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    cr_assert_eq(system("mkdir " ADMINISTRATOR_FILE), 0);
    fixture_write(USER_FILE,
                  "{\"environments\":{\"eu\":{}},\"deploys\":[{\"command\":\"^rollout-now\","
                  "\"environment\":\"us\"}]}");
    struct config config = fixture_load(&arena, "repo");
    cr_expect(config.broken);
    cr_expect(str_eq(config.broken_file, fixture_path(&arena, ADMINISTRATOR_FILE)));
    cr_expect_eq(config.deploys.count, 0);
    cr_expect(strs_have(&config.broken_words, STR("rollout-now")));
}

/* --- HOOKCHECK_DATABASE_URL. --- */

static struct config load_with_variable(struct arena *arena, const char *value)
{
    struct config_options options = fixture_options(arena);
    struct config config;
    struct err e = ERR_NONE;

    options.database = str_from(value);
    cr_assert(config_load(arena, fixture_path(arena, "repo"), &options, &config, &e));
    return config;
}

Test(config_load, the_variable_makes_an_environment_where_nothing_is_configured)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct config config = load_with_variable(&arena, "postgresql://h/d");

    EXPECT_TEXT(config.default_environment, "production");
    cr_expect_eq(production(&config)->database.kind, DATABASE_URL);
    EXPECT_TEXT(production(&config)->database.value, "postgresql://h/d");
    EXPECT_TEXT(production(&config)->database.place.key, CONFIG_DATABASE_VARIABLE);
    cr_expect_eq(config_environment_for(&config, STR("staging")), production(&config));
}

Test(config_load, the_variable_does_not_overrule_a_configured_database)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    fixture_write(USER_FILE,
                  "{\"default_environment\":\"eu\",\"environments\":{\"eu\":{},\"us\":{}}}");
    struct config config = load_with_variable(&arena, "sqlite:app.db");
    cr_expect_eq(config_environment_named(&config, STR("eu"))->database.kind, DATABASE_SQLITE);
    cr_expect_eq(config_environment_named(&config, STR("us"))->database.kind, DATABASE_NONE);
    fixture_write(USER_FILE, "{\"environments\":{\"eu\":{\"database\":\"env:EU\"}}}");
    config = load_with_variable(&arena, "sqlite:app.db");
    cr_expect_eq(config_environment_named(&config, STR("eu"))->database.kind, DATABASE_ENVIRONMENT);
}

Test(config_load, a_variable_that_is_no_database_is_an_error_without_its_value)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct config config = load_with_variable(&arena, "mongodb://root:hunter2@h/d");

    cr_expect(config.broken);
    cr_expect(str_starts(config.broken_message, STR("HOOKCHECK_DATABASE_URL: not a database")));
    cr_expect_not(str_contains(config.broken_message, STR("hunter2")));
    cr_expect_not(load_with_variable(&arena, "  ").broken);
}

Test(config_load, options_come_from_the_environment_but_never_DATABASE_URL)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct config_options options;

    clearenv();
    setenv("DATABASE_URL", "postgresql://local/db", 1);
    config_options_from_environment(&arena, &options);
    EXPECT_TEXT(options.database, "");
    EXPECT_TEXT(options.file, "");
    EXPECT_TEXT(options.state_directory, "");
    EXPECT_TEXT(options.administrator_file, "/etc/hookcheck/config.json");
    setenv("HOOKCHECK_DATABASE_URL", "postgresql://h/d", 1);
    setenv("HOOKCHECK_CONFIG", "x.json", 1);
    setenv("HOME", "/home/u", 1);
    config_options_from_environment(&arena, &options);
    EXPECT_TEXT(options.database, "postgresql://h/d");
    EXPECT_TEXT(options.file, "x.json");
    EXPECT_TEXT(options.state_directory, "/home/u/.local/state/hookcheck");
}

Test(config_load, the_users_file_is_looked_for_where_XDG_says)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct config_options options = fixture_options(&arena);
    struct config config;
    struct err e = ERR_NONE;

    cr_assert_eq(system("mkdir -p xdg/hookcheck"), 0);
    fixture_write("xdg/hookcheck/config.json", "{\"deadline\":\"7s\"}");
    fixture_write(USER_FILE, "{\"deadline\":\"8s\"}");
    options.xdg_config_home = fixture_path(&arena, "xdg");
    cr_assert(config_load(&arena, fixture_path(&arena, "repo"), &options, &config, &e));
    cr_expect_eq(config.deadline_ms, 7000);
    options.xdg_config_home = STR("relative");
    cr_assert(config_load(&arena, fixture_path(&arena, "repo"), &options, &config, &e));
    cr_expect_eq(config.deadline_ms, 8000);
}

/* --- The cache. --- */

Test(config_load, one_configuration_for_a_work_tree)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct config_options options = fixture_options(&arena);
    struct configs *configs = configs_new(&arena, &options);
    const struct config *a, *b, *c;
    struct err e = ERR_NONE;

    cr_assert(configs_for(configs, fixture_path(&arena, "repo"), &a, &e));
    cr_assert(configs_for(configs, fixture_path(&arena, "repo/apps/api/not/there/yet"), &b, &e));
    cr_assert(configs_for(configs, fixture_path(&arena, "home"), &c, &e));
    cr_expect_eq(a, b);
    cr_expect_neq(a, c);
    cr_expect_not(configs_for(configs, STR("relative"), &c, &e));
    cr_expect_eq(e.kind, ERR_INTERNAL);
}
