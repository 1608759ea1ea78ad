/* Flyway's versions and names, Atlas's sums and Liquibase's filters and checksums, against what the tools have published or written. */
#include <criterion/criterion.h>

#include "migrations/atlas.h"
#include "migrations/checksum.h"
#include "migrations/flyway.h"
#include "migrations/liquibase.h"

static void is(struct str got, const char *wanted)
{
    cr_expect(str_eq(got, str_from(wanted)), "got " STR_FMT ", wanted %s", STR_ARG(got), wanted);
}

/* --- Flyway. --- */

Test(flyway, versions_are_numbers_between_dots)
{
    static const struct {
        const char *written, *canonical;
    } cases[] = {
        {"1", "1"},         {"01", "1"},        {"1.0", "1"},
        {"1_0_0", "1"},     {"1.0.2", "1.0.2"}, {"0", "0"},
        {"0.1", "0.1"},     {"0.0.1", "0.0.1"}, {"20240101123000", "20240101123000"},
        {"1_2.3", "1.2.3"}, {"1.10", "1.10"},   {"", NULL},
        {"1a", NULL},       {"1.", NULL},       {"1..2", NULL},
        {".1", NULL},       {"1-2", NULL},
    };
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str canonical;
        bool good = flyway_version_canonical(&arena, str_from(cases[i].written), &canonical);
        cr_expect_eq(good, cases[i].canonical != NULL, "%s", cases[i].written);
        if (good && cases[i].canonical)
            is(canonical, cases[i].canonical);
    }
}

Test(flyway, versions_of_any_length_are_compared_part_by_part)
{
    static const char *const ascending[] = {"0",
                                            "0.0.1",
                                            "0.9",
                                            "1",
                                            "1.0.1",
                                            "1.2",
                                            "1.10",
                                            "2",
                                            "10",
                                            "20240101123000",
                                            "99999999999999999999999999998",
                                            "99999999999999999999999999999.1"};

    for (size_t i = 0; i < COUNT_OF(ascending); i++)
        for (size_t j = 0; j < COUNT_OF(ascending); j++) {
            int order = flyway_version_compare(str_from(ascending[i]), str_from(ascending[j]));
            cr_expect_eq((order > 0) - (order < 0), (i > j) - (i < j), "%s, %s", ascending[i],
                         ascending[j]);
        }
}

static struct flyway_naming usual(void)
{
    static struct str sql = STR_INIT(".sql");

    return (struct flyway_naming){.versioned = STR("V"),
                                  .repeatable = STR("R"),
                                  .undo = STR("U"),
                                  .baseline = STR("B"),
                                  .separator = STR("__"),
                                  .suffixes = {.items = &sql, .count = 1}};
}

Test(flyway, names)
{
    static const struct {
        const char *name;
        enum flyway_kind kind; /* FLYWAY_NONE: no migration */
        const char *version, *description;
    } cases[] = {
        {"V1__First.sql", FLYWAY_VERSIONED, "1", "First"},
        {"V1_1__Two_words.SQL", FLYWAY_VERSIONED, "1.1", "Two words"},
        {"V1.sql", FLYWAY_VERSIONED, "1", ""},
        {"V2___odd.sql", FLYWAY_VERSIONED, "2", " odd"},
        {"U1__First.sql", FLYWAY_UNDO, "1", "First"},
        {"B3__Base.sql", FLYWAY_BASELINE, "3", "Base"},
        {"R__Views.sql", FLYWAY_REPEATABLE, "", "Views"},
        {"V4__Java.java", FLYWAY_VERSIONED, "4", "Java"},
        {"R1__Views.sql", FLYWAY_NONE, "", ""},
        {"V__Views.sql", FLYWAY_NONE, "", ""},
        {"v1__First.sql", FLYWAY_NONE, "", ""},
        {"Views.sql", FLYWAY_NONE, "", ""},
        {"beforeMigrate.sql", FLYWAY_NONE, "", ""},
        {"afterEachMigrate__note.sql", FLYWAY_NONE, "", ""},
        {"V1__First.txt", FLYWAY_NONE, "", ""},
        {"Version.java", FLYWAY_NONE, "", ""},
    };
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct flyway_naming naming = usual();

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct flyway_name name = {0};
        bool good = flyway_name_parse(&arena, &naming, str_from(cases[i].name), &name);
        cr_expect_eq(good, cases[i].kind != FLYWAY_NONE, "%s", cases[i].name);
        if (!good)
            continue;
        cr_expect_eq(name.kind, cases[i].kind, "%s", cases[i].name);
        is(name.version, cases[i].version);
        is(name.description, cases[i].description);
    }
}

Test(flyway, a_version_with_letters_is_refused_by_name)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct flyway_naming naming = usual();
    struct flyway_name name = {0};

    cr_assert(flyway_name_parse(&arena, &naming, STR("V1a__x.sql"), &name));
    cr_expect_str_eq(name.bad, "only digits, dots and underscores can stand in its version");
}

/* The two values of flyway issue 2474: without and with the end of the line. */
Test(flyway, checksums_of_issue_2474)
{
    struct str text = STR("alter table location_history add column valid_until timestamp with time "
                          "zone;\n");

    cr_expect_eq(checksum_crc32_lines(text, false), -1039259818);
    cr_expect_eq(checksum_crc32_lines(text, true), -1340212107);
}

/* --- Atlas: sql/migrate/testdata/partial-checkpoint of its own repository. --- */

Test(atlas, sums_of_its_own_test_data)
{
    static const struct {
        const char *name, *bytes, *value;
    } files[] = {
        {"1_first.sql", "create table `tbl_1` (`col` int);\n",
         "uJ2MyyeTqXx4rCqtRMQAvRrfsvdwmvsZ3LcadVvCdOc="},
        {"2_second.sql", "create table `tbl_2` (`col` int);\n",
         "TLO00GtsqSi8o0ySoaofBqxemrElL8fHOs3IRnqYvB8="},
        {"3_checkpoint.sql",
         "-- atlas:checkpoint\n\nCREATE TABLE `tbl_1` (`col` int);\nCREATE TABLE `tbl_2` (`col` "
         "int);\n",
         "LR4UjDYVtrRuHLN5GQwLAYnXrSf/iO70psY8hTmLmjw="},
    };
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct atlas_sum *sum = atlas_sum_new(&arena);

    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct str value;
        atlas_sum_add(&arena, sum, str_from(files[i].name), str_from(files[i].bytes), &value);
        is(value, files[i].value);
    }
}

Test(atlas, directives_head_a_file_and_stand_apart_from_its_sql)
{
    cr_expect(atlas_directive(STR("-- atlas:checkpoint\n\nselect 1;\n"), STR("checkpoint")));
    cr_expect(atlas_directive(STR("-- words\n# atlas:checkpoint v1\n\n"), STR("checkpoint")));
    cr_expect(atlas_directive(STR("-- atlas:checkpoint"), STR("checkpoint")));
    cr_expect_not(atlas_directive(STR("-- atlas:checkpoint\nselect 1;\n"), STR("checkpoint")));
    cr_expect_not(atlas_directive(STR("-- atlas:checkpoints\n\n"), STR("checkpoint")));
    cr_expect_not(atlas_directive(STR("\n-- atlas:checkpoint\n\n"), STR("checkpoint")));
    cr_expect(atlas_is_unhashed(STR("-- atlas:sum ignore\nselect 1;\n")));
    cr_expect_not(atlas_is_unhashed(STR("select 1;\n-- atlas:sum ignore\n")));
}

/* --- Liquibase. --- */

/* As 4.28.0 wrote them into its table. */
Test(liquibase, checksums_that_liquibase_wrote)
{
    static const struct {
        const char *changes[3];
        const char *sum;
    } cases[] = {
        {{"create table one (id int);"}, "9:fd1e4a37fe2cc048ca4a84173256d259"},
        {{"create\ttable one\r\n(id int) ;\n"}, "9:fd1e4a37fe2cc048ca4a84173256d259"},
        {{"create table a1 (\n  id int -- in line\n);\n-- a comment\n"},
         "9:083e00f29acfde205e82d588d233393d"},
        {{"create table all1 (id int);"}, "9:3f5db0d2a132ae8665ec96beeb6cd250"},
        {{"select 1"}, "9:3b78b9910981c62ca27148640fad7bc2"},
    };
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strs sums = {0};
        for (size_t j = 0; cases[i].changes[j]; j++)
            VEC_PUSH(&arena, &sums, liquibase_sum_of_sql(&arena, str_from(cases[i].changes[j])));
        is(liquibase_sum_of_changes(&arena, &sums), cases[i].sum);
    }
}

Test(liquibase, paths_are_normalised)
{
    static const char *const cases[][2] = {
        {"db/a.sql", "db/a.sql"},
        {"classpath:db/a.sql", "db/a.sql"},
        {"classpath:/db/a.sql", "db/a.sql"},
        {"/db/./x/../a.sql", "db/a.sql"},
        {"db\\a.sql", "db/a.sql"},
        {"C:\\db\\a.sql", "db/a.sql"},
        {"../a.sql", "a.sql"},
    };
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        is(liquibase_path(&arena, str_from(cases[i][0])), cases[i][1]);
}

Test(liquibase, expressions)
{
    static const struct {
        const char *expression, *words;
        bool holds;
    } cases[] = {
        {"", "a", true},
        {"a", "a", true},
        {"A", "a", true},
        {"a", "b", false},
        {"!a", "b", true},
        {"not a", "a", false},
        {"a and b", "a", false},
        {"a and b", "a,b", true},
        {"a or b", "b", true},
        {"a, b", "b", true},
        {"a and b or c", "c", true},
        {"a and (b or c)", "c", false},
        {"a and !b, c", "a", true},
        {"!(a or b)", "c", true},
        {"@a", "a", true},
        {"!!a", "a", true},
        {"((((", "a", false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        cr_expect_eq(
            liquibase_expression_holds(str_from(cases[i].expression), str_from(cases[i].words)),
            cases[i].holds, "%s for %s", cases[i].expression, cases[i].words);
}

Test(liquibase, what_runs_without_contexts_and_labels)
{
    cr_expect(liquibase_contexts_match(STR(""), STR("test")));
    cr_expect_not(liquibase_contexts_match(STR(""), STR("@test")));
    cr_expect_not(liquibase_contexts_match(STR("prod"), STR("test")));
    cr_expect(liquibase_labels_match(STR("!slow"), STR("")));
    cr_expect_not(liquibase_labels_match(STR("!slow"), STR("slow, big")));
    cr_expect(liquibase_labels_match(STR("big"), STR("slow, big")));
}

Test(liquibase, databases)
{
    cr_expect(liquibase_dbms_matches(STR(""), STR("postgresql")));
    cr_expect(liquibase_dbms_matches(STR("h2, PostgreSQL"), STR("postgresql")));
    cr_expect_not(liquibase_dbms_matches(STR("mysql"), STR("postgresql")));
    cr_expect(liquibase_dbms_matches(STR("!mysql"), STR("postgresql")));
    cr_expect_not(liquibase_dbms_matches(STR("!postgresql"), STR("postgresql")));
    cr_expect(liquibase_dbms_matches(STR("all"), STR("postgresql")));
    cr_expect_not(liquibase_dbms_matches(STR("none"), STR("postgresql")));
    cr_expect(liquibase_dbms_matches(STR("mariadb"), STR("mysql,mariadb")));
    cr_expect(liquibase_dbms_matches(STR("!mysql"), STR("mysql,mariadb")));
    cr_expect_not(liquibase_dbms_matches(STR("postgresql"), STR("mysql,mariadb")));
    cr_expect_not(liquibase_dbms_matches(STR("!mysql, !mariadb"), STR("mysql,mariadb")));
}

Test(liquibase, a_database_that_is_not_known_filters_nothing)
{
    cr_expect(liquibase_dbms_matches(STR(""), STR("")));
    cr_expect(liquibase_dbms_matches(STR("mysql"), STR("")));
    cr_expect(liquibase_dbms_matches(STR("!mysql"), STR("")));
    cr_expect_not(liquibase_dbms_matches(STR("none"), STR("")));
    cr_expect_not(liquibase_dbms_is_certain(STR("mysql"), STR("")));
    cr_expect(liquibase_dbms_is_certain(STR(""), STR("")));
    cr_expect(liquibase_dbms_is_certain(STR("none"), STR("")));
    cr_expect_not(liquibase_dbms_is_certain(STR("mysql"), STR("mysql,mariadb")));
    cr_expect(liquibase_dbms_is_certain(STR("h2, postgresql"), STR("postgresql")));
    cr_expect(liquibase_dbms_is_certain(STR("mysql,mariadb"), STR("mysql,mariadb")));
}
