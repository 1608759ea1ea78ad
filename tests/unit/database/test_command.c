/* Commands that answer for a database: small shell scripts stand in for `aws lambda invoke` and the like. */
#include "database/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char directory[] = "/tmp/hookcheck-command-XXXXXX";

static void begin(void)
{
    cr_assert(mkdtemp(directory));
    setenv("TMPDIR", directory, 1);
}

/* Whatever a test did, nothing of it is left in the directory for temporary files. */
static void end(void)
{
    struct strs names = {0};
    struct err e = ERR_NONE;

    cr_assert(file_list(&arena, str_from(directory), &names, &e));
    cr_assert_eq(names.count, 0, "left behind: " STR_FMT, STR_ARG(names.items[0]));
    rmdir(directory);
    arena_release(&arena);
}

TestSuite(command, .init = begin, .fini = end, .timeout = 120);

static struct database_target script(const char *text)
{
    struct database_target target = {
        .driver = DRIVER_COMMAND, .directory = STR("/"), .command_timeout_ms = 60000};

    VEC_PUSH(&arena, &target.arguments, STR("sh"));
    VEC_PUSH(&arena, &target.arguments, STR("-c"));
    VEC_PUSH(&arena, &target.arguments, str_from(text));
    return target;
}

static struct database_question question_of(enum table_layout layout)
{
    return (struct database_question){.layout = layout,
                                      .table = STR("alembic_version"),
                                      .code_version = STR("a1b2,20251230_1700")};
}

static struct database_answer ask_script(const char *text, enum table_layout layout)
{
    struct database_target target = script(text);
    struct database_question question = question_of(layout);

    return ask(&target, &question);
}

/* The answer as one line: "pending=yes version=a,b ids=a,b state=3". */
static struct str answer_text(const char *text, enum table_layout layout)
{
    struct database_answer answer = ask_script(text, layout);

    if (answer.state != DATABASE_ANSWERED)
        return str_printf(&arena, "unreachable: " STR_FMT, STR_ARG(answer.message));
    cr_assert_eq(answer.tables.count, 1);
    return str_printf(&arena, "pending=%s version=" STR_FMT " ids=" STR_FMT " %s%s",
                      !answer.has_pending_flag ? "?"
                      : answer.pending_flag    ? "yes"
                                               : "no",
                      STR_ARG(answer.reported_version), STR_ARG(ids_of(&answer.tables.items[0])),
                      answer.tables.items[0].state == TABLE_FILLED  ? "filled"
                      : answer.tables.items[0].state == TABLE_EMPTY ? "empty"
                                                                    : "wrong",
                      answer.applied_is_listed ? " listed" : "");
}

#define PRINT(json) "cat <<'END'\n" json "\nEND"

static const struct {
    const char *script, *answer;
    enum table_layout layout;
} good[] = {
    {PRINT("{\"pending\": false, \"database_version\": \"a1\"}"),
     "pending=no version=a1 ids=a1 filled", LAYOUT_ALEMBIC},
    {PRINT("{\"pending\": true, \"database_version\": \"b, a\"}"),
     "pending=yes version=b,a ids=a,b filled", LAYOUT_ALEMBIC},
    {PRINT("{\"pending\": true, \"database_version\": [\"b\", \"a\"]}"),
     "pending=yes version=b,a ids=a,b filled", LAYOUT_ALEMBIC},
    {PRINT("{\"pending\": [\"x\"], \"database_version\": null}"), "pending=yes version= ids= empty",
     LAYOUT_ALEMBIC},
    {PRINT("{\"pending\": [], \"database_version\": 20251230170000}"),
     "pending=no version=20251230170000 ids=20251230170000 filled", LAYOUT_ALEMBIC},
    {PRINT("{\"database_version\": \"a\", \"applied\": 12, \"pending\": 0}"),
     "pending=no version=a ids=a filled", LAYOUT_ALEMBIC},
    {PRINT("{\"database_version\": \"b\", \"applied\": [\"a\", \"b\"]}"),
     "pending=? version=b ids=b filled", LAYOUT_ALEMBIC},
    {PRINT("{\"applied\": [\"2.sql\", \"1.sql\", \"1.sql\"]}"),
     "pending=? version= ids=1.sql,2.sql filled listed", LAYOUT_PLAIN_SQL},
    {PRINT("{\"database_version\": \"2\", \"applied\": [\"1_a.sql\", \"2_b.sql\"]}"),
     "pending=? version=2 ids=1_a.sql,2_b.sql filled listed", LAYOUT_PLAIN_SQL},
    {PRINT("{\"applied\": []}"), "pending=? version= ids= empty listed", LAYOUT_PLAIN_SQL},
    {PRINT("{\"pending\": false, \"database_version\": \"2.sql\"}"),
     "pending=no version=2.sql ids=2.sql filled", LAYOUT_PLAIN_SQL},
    {PRINT("\"{\\\"pending\\\": false, \\\"database_version\\\": \\\"a1\\\"}\""),
     "pending=no version=a1 ids=a1 filled", LAYOUT_ALEMBIC},
    {PRINT("{\"statusCode\": 200, \"body\": \"{\\\"pending\\\": true, \\\"database_version\\\": "
           "\\\"a1\\\"}\"}"),
     "pending=yes version=a1 ids=a1 filled", LAYOUT_ALEMBIC},
    {PRINT("{\"statusCode\": \"200\", \"body\": {\"pending\": true, \"database_version\": "
           "\"a1\"}}"),
     "pending=yes version=a1 ids=a1 filled", LAYOUT_ALEMBIC},
    {"printf '\\357\\273\\277{\"pending\": false, \"database_version\": \"bom\"}'",
     "pending=no version=bom ids=bom filled", LAYOUT_ALEMBIC},
};

Test(command, good_answers)
{
    for (size_t i = 0; i < COUNT_OF(good); i++)
        ASSERT_TEXT(answer_text(good[i].script, good[i].layout), good[i].answer);
}

/* Script, and what the message says after the command's name. */
static const struct {
    const char *script, *message;
} bad[] = {
    {"exit 0", "the answer is empty"},
    {"printf '  \\n'", "the answer is empty"},
    {"echo pending: false", "the answer"},
    {"echo '{\"pending\": false, \"database_version\": \"a\"'", "the answer"},
    {"echo '{\"pending\": false, \"database_version\": \"a\"} trailing'", "the answer"},
    {"echo '{\"pending\": false, \"pending\": true, \"database_version\": \"a\"}'", "the answer"},
    {"echo '[1]'", "the answer is no JSON object"},
    {"echo null", "the answer is no JSON object"},
    {"echo true", "the answer is no JSON object"},
    {"echo '\"\"'", "the answer is empty"},
    {"echo '\"unknown\"'", "the answer"},
    {"echo '{}'", "it has no \"database_version\""},
    {"echo '{\"pending\": false}'", "it has no \"database_version\""},
    {"echo '{\"pending\": \"unknown\", \"database_version\": \"a\"}'",
     "its \"pending\" is neither true nor false"},
    {"echo '{\"pending\": null, \"database_version\": \"a\"}'",
     "its \"pending\" is neither true nor false"},
    {"echo '{\"pending\": false, \"database_version\": \"unknown\"}'",
     "its \"database_version\" is unknown"},
    {"echo '{\"pending\": false, \"database_version\": \"a, Unknown\"}'",
     "its \"database_version\" is unknown"},
    {"echo '{\"pending\": false, \"database_version\": \"\"}'",
     "its \"database_version\" is empty"},
    {"echo '{\"pending\": false, \"database_version\": \"a,,b\"}'",
     "its \"database_version\" is no version"},
    {"echo '{\"pending\": false, \"database_version\": {}}'",
     "its \"database_version\" is no version"},
    {"echo '{\"pending\": false, \"database_version\": true}'",
     "its \"database_version\" is no version"},
    {"echo '{\"pending\": false, \"database_version\": 1.5}'",
     "its \"database_version\" is no version"},
    {"echo '{\"pending\": false, \"database_version\": [\"a\", null]}'",
     "its \"database_version\" is no version"},
    {"echo '{\"pending\": false, \"database_version\": \"a\", \"applied\": \"a\"}'",
     "its \"applied\" is no list of ids"},
    {"echo '{\"pending\": false, \"database_version\": \"b\", \"applied\": [\"a\"]}'",
     "it contradicts itself: its \"database_version\" is b, and its \"applied\" does not hold "
     "that"},
    {"echo '{\"database_version\": \"a,b\", \"applied\": [\"b\"]}'",
     "it contradicts itself: its \"database_version\" is a, and its \"applied\" does not hold "
     "that"},
    {"echo '{\"database_version\": \"a\", \"applied\": []}'",
     "it contradicts itself: its \"database_version\" is a, and its \"applied\" does not hold "
     "that"},
    {"echo '{\"statusCode\": 500, \"body\": \"{}\"}'", "statusCode is 500"},
    {"echo '{\"statusCode\": 202, \"pending\": false, \"database_version\": \"a\"}'",
     "statusCode is 202"},
    {"echo '{\"statusCode\": null, \"pending\": false, \"database_version\": \"a\"}'",
     "statusCode is no number"},
    {"echo '{\"statusCode\": 200, \"body\": null}'", "the answer is no JSON object"},
    {"echo '{\"statusCode\": 200, \"body\": \"\"}'", "the answer is empty"},
    {"echo '{\"statusCode\": 200, \"isBase64Encoded\": true, \"body\": \"e30=\"}'",
     "its body is in Base64"},
    {"echo '{\"body\":{\"body\":{\"body\":{\"body\":{\"body\":{\"body\":{}}}}}}}'",
     "the answer is wrapped too deeply"},
    {"echo '{\"errorMessage\": \"Task timed out\", \"errorType\": \"Sandbox.Timedout\"}'",
     "it reports an error: Task timed out"},
    {"echo '{\"error\": \"no\", \"pending\": false, \"database_version\": \"a\"}'",
     "it reports an error: no"},
    {"exit 3", "it ended with status 3"},
    {"echo; echo 'Unable to locate credentials' >&2; echo more >&2; exit 253",
     "it ended with status 253: Unable to locate credentials"},
    {"echo '{\"pending\": false, \"database_version\": \"a\"}'; exit 1", "it ended with status 1"},
    {"echo 'failed: postgresql://app:geheim@db/x password=geheim' >&2; exit 1",
     "it ended with status 1: failed: postgresql://***@db/x password=***"},
    {"kill -SEGV $$", "it was killed by SIGSEGV"},
    {"kill -KILL $$", "it was killed by SIGKILL"},
    {"head -c 9000000 /dev/zero", "it wrote more than 8 MiB"},
};

Test(command, everything_else_is_unreachable)
{
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct database_answer answer = ask_script(bad[i].script, LAYOUT_ALEMBIC);
        cr_assert_eq(answer.state, DATABASE_UNREACHABLE, "%s", bad[i].script);
        cr_assert_not(answer.has_pending_flag, "%s", bad[i].script);
        cr_assert_eq(answer.tables.count, 0, "%s", bad[i].script);
        cr_assert(str_starts(answer.message, STR("no answer from command: sh -c ")), STR_FMT,
                  STR_ARG(answer.message));
        ASSERT_HAS(answer.message, str_printf(&arena, ": %s", bad[i].message).bytes);
        cr_assert_not(str_is_empty(answer.hint));
    }
}

Test(command, a_hang_ends_at_its_time_limit)
{
    struct database_target target = script("sleep 1000");
    struct database_question question = question_of(LAYOUT_ALEMBIC);

    target.command_timeout_ms = 300;
    struct database_answer answer = ask(&target, &question);
    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
    ASSERT_TEXT(answer.message,
                "no answer from command: sh -c sleep 1000: it did not finish in 300 ms");
}

Test(command, a_missing_program_is_named)
{
    struct database_target target = script("");
    struct database_question question = question_of(LAYOUT_ALEMBIC);

    target.arguments.items[0] = STR("no-such-program");
    struct database_answer answer = ask(&target, &question);
    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
    ASSERT_HAS(answer.message, "cannot start no-such-program: No such file or directory");
    target.arguments.count = 0;
    ASSERT_TEXT(ask(&target, &question).message, "the database's command is empty");
}

Test(command, the_code_version_goes_in)
{
    struct database_target target = script("printf '{\"database_version\": \"%s\"}' \"$1\"");
    struct database_question question = question_of(LAYOUT_ALEMBIC);

    VEC_PUSH(&arena, &target.arguments, STR("sh"));
    VEC_PUSH(&arena, &target.arguments, STR("v-{code_version}-{code_version}"));
    struct database_answer answer = ask(&target, &question);
    ASSERT_TEXT(answer.reported_version, "v-a1b2,20251230_1700-a1b2,20251230_1700");
}

Test(command, a_version_that_could_be_code_is_not_handed_over)
{
    static const char *const versions[] = {"a\"b", "a b",  "$(id)", "a;b",
                                           "-x",   "a\nb", "a\\",   "{output}"};
    struct database_target target = script("echo never");

    VEC_PUSH(&arena, &target.arguments, STR("{\"v\":\"{code_version}\"}"));
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        struct database_question question = question_of(LAYOUT_ALEMBIC);
        question.code_version = str_from(versions[i]);
        struct database_answer answer = ask(&target, &question);
        cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
        ASSERT_HAS(answer.message, "has characters that are not handed to a command");
    }
}

static struct database_answer invoke(const char *text)
{
    struct database_target target = script(text);
    struct database_question question = question_of(LAYOUT_ALEMBIC);

    VEC_PUSH(&arena, &target.arguments, STR("sh"));
    VEC_PUSH(&arena, &target.arguments, STR("{output}"));
    return ask(&target, &question);
}

Test(command, the_answer_may_be_in_a_file_of_its_own)
{
    struct database_answer answer =
        invoke("stat -c '%a %A' \"$1\" \"${1%/*}\" >&2; [ \"$(stat -c %a \"$1\")\" = 600 ] && "
               "[ \"$(stat -c %a \"${1%/*}\")\" = 700 ] || exit 9; "
               "echo '{\"pending\": true, \"database_version\": \"f1\"}' >\"$1\"; "
               "echo '{\"StatusCode\": 200, \"ExecutedVersion\": \"$LATEST\"}'");

    cr_assert_eq(answer.state, DATABASE_ANSWERED, STR_FMT, STR_ARG(answer.message));
    ASSERT_TEXT(answer.reported_version, "f1");
    cr_assert(answer.pending_flag);
}

Test(command, a_failed_invocation_is_unreachable_whatever_its_file_says)
{
    struct database_answer answer =
        invoke("echo '{\"pending\": false, \"database_version\": \"f1\"}' >\"$1\"; "
               "echo '{\"StatusCode\": 200, \"FunctionError\": \"Unhandled\"}'");

    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
    ASSERT_HAS(answer.message, "FunctionError: Unhandled");
    answer = invoke("echo '{\"errorMessage\": \"no route to host\"}' >\"$1\"; "
                    "echo '{\"StatusCode\": 200, \"FunctionError\": \"Unhandled\"}'");
    ASSERT_HAS(answer.message, "no route to host");
    answer = invoke("echo '{\"pending\": false, \"database_version\": \"f1\"}' >\"$1\"; "
                    "echo '{\"StatusCode\": 202}'");
    ASSERT_HAS(answer.message, "StatusCode is not 200");
}

Test(command, an_output_file_that_stays_empty_or_goes_is_unreachable)
{
    struct database_answer answer =
        invoke("echo '{\"pending\": false, \"database_version\": \"f1\"}'");

    cr_assert_eq(answer.state, DATABASE_UNREACHABLE, "stdout does not count when there is a file");
    ASSERT_HAS(answer.message, "the answer is empty");
    answer = invoke("rm \"$1\"");
    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
}

Test(command, no_room_for_the_file)
{
    setenv("TMPDIR", "/nonexistent", 1);
    struct database_answer answer = invoke("true");

    cr_assert_eq(answer.state, DATABASE_UNREACHABLE);
    ASSERT_HAS(answer.message, "cannot make a file for its output in /nonexistent");
}

Test(command, its_surroundings)
{
    setenv("LD_LIBRARY_PATH", "", 1);
    setenv("GIT_DIR", "/nowhere", 1);
    setenv("AWS_PROFILE", "prod", 1);
    struct database_answer answer =
        ask_script("printf '{\"database_version\": \"%s\"}' "
                   "\"$PWD,$AWS_PROFILE,${GIT_DIR-none},${LD_LIBRARY_PATH-none},$(cat | wc -c)\"",
                   LAYOUT_ALEMBIC);

    ASSERT_TEXT(answer.reported_version, "/,prod,none,none,0");
}

Test(command, secrets_in_its_arguments_are_not_shown)
{
    struct database_target target = script("exit 1");
    struct database_question question = question_of(LAYOUT_ALEMBIC);

    VEC_PUSH(&arena, &target.arguments, STR("--db-password"));
    VEC_PUSH(&arena, &target.arguments, STR("geheim"));
    VEC_PUSH(&arena, &target.arguments, STR("--token=geheim"));
    VEC_PUSH(&arena, &target.arguments, STR("postgresql://u:geheim@h/d"));
    VEC_PUSH(&arena, &target.arguments, STR("{\"password\": \"geheim\", \"action\": \"list\"}"));
    struct database_answer answer = ask(&target, &question);
    ASSERT_TEXT(answer.shown, "command: sh -c exit 1 --db-password *** --token=*** "
                              "postgresql://***@h/d {\"password\": ***, \"action\": \"list\"}");
    ASSERT_LACKS(answer.message, "geheim");
}
