#include <criterion/criterion.h>
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "fixture.h"

TestSuite(state, .init = fixture_make, .fini = fixture_remove);

static bool has(struct arena *arena, struct str digest, const char *path)
{
    struct err e = ERR_NONE;
    bool trusted = false;

    cr_assert(trust_has(arena, fixture_path(arena, "state"), digest, fixture_path(arena, path),
                        &trusted, &e),
              "%s", e.message);
    return trusted;
}

static void add(struct arena *arena, struct str digest, const char *path)
{
    struct err e = ERR_NONE;

    cr_assert(trust_add(arena, fixture_path(arena, "state"), digest, fixture_path(arena, path), &e),
              "%s", e.message);
}

Test(state, trust_is_of_a_digest_and_a_path)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str one = digest_sha256(&arena, STR("1")), two = digest_sha256(&arena, STR("2"));
    struct err e = ERR_NONE;
    struct stat status;

    cr_expect_not(has(&arena, one, "repo/a"));
    add(&arena, one, "repo/a");
    add(&arena, two, "repo/b c");
    cr_expect(has(&arena, one, "repo/a"));
    cr_expect(has(&arena, two, "repo/b c"));
    cr_expect_not(has(&arena, one, "repo/b c"));
    cr_expect_not(has(&arena, two, "repo/a"));
    add(&arena, two, "repo/a");
    cr_expect_not(has(&arena, one, "repo/a"));
    cr_expect(has(&arena, two, "repo/a"));
    cr_assert(
        trust_remove(&arena, fixture_path(&arena, "state"), fixture_path(&arena, "repo/a"), &e));
    cr_expect_not(has(&arena, two, "repo/a"));
    cr_expect(has(&arena, two, "repo/b c"));
    cr_assert_eq(stat("state", &status), 0);
    cr_expect_eq(status.st_mode & 07777, 0700);
    cr_assert_eq(stat("state/trust", &status), 0);
    cr_expect_eq(status.st_mode & 07777, 0600);
}

Test(state, a_path_that_could_forge_a_line_is_refused)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str digest = digest_sha256(&arena, STR("1")), state = fixture_path(&arena, "state");
    struct err e = ERR_NONE, second = ERR_NONE, third = ERR_NONE;

    cr_expect_not(trust_add(&arena, state, digest, STR("/a\nb"), &e));
    cr_expect_eq(e.kind, ERR_INPUT);
    cr_expect_not(trust_add(&arena, state, digest, STR("relative"), &second));
    cr_expect_not(trust_add(&arena, state, STR("short"), STR("/a"), &third));
    cr_expect_eq(access("state/trust", F_OK), -1);
}

Test(state, a_list_that_others_can_write_trusts_nothing)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str digest = digest_sha256(&arena, STR("1"));
    struct err e = ERR_NONE;
    bool trusted = true;

    add(&arena, digest, "repo/a");
    cr_assert_eq(chmod("state/trust", 0666), 0);
    cr_expect_not(trust_has(&arena, fixture_path(&arena, "state"), digest,
                            fixture_path(&arena, "repo/a"), &trusted, &e));
    cr_expect_eq(e.kind, ERR_REFUSED);
}

Test(state, many_writers_lose_no_line)
{
    enum { WRITERS = 8, LINES = 5 };

    for (int writer = 0; writer < WRITERS; writer++)
        if (fork() == 0) {
            ARENA(arena, ARENA_DEFAULT_BUDGET);
            struct err e = ERR_NONE;
            for (int line = 0; line < LINES; line++) {
                struct str path = str_printf(&arena, "/w%d/l%d", writer, line);
                if (!trust_add(&arena, fixture_path(&arena, "state"), digest_sha256(&arena, path),
                               path, &e))
                    _exit(1);
            }
            _exit(0);
        }
    for (int writer = 0; writer < WRITERS; writer++) {
        int status;
        cr_assert_gt(wait(&status), 0);
        cr_expect_eq(status, 0);
    }
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct err e = ERR_NONE;
    for (int writer = 0; writer < WRITERS; writer++)
        for (int line = 0; line < LINES; line++) {
            struct str path = str_printf(&arena, "/w%d/l%d", writer, line);
            bool trusted = false;
            cr_assert(trust_has(&arena, fixture_path(&arena, "state"), digest_sha256(&arena, path),
                                path, &trusted, &e));
            cr_expect(trusted, STR_FMT, STR_ARG(path));
        }
}

Test(state, the_directory_follows_the_environment)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct err e = ERR_NONE;

    clearenv();
    cr_expect(str_is_empty(state_directory(&arena)));
    cr_expect_not(state_make(&arena, state_directory(&arena), &e));
    cr_expect_eq(e.kind, ERR_NOT_FOUND);
    setenv("HOME", "/home/u", 1);
    EXPECT_TEXT(state_directory(&arena), "/home/u/.local/state/hookcheck");
    setenv("XDG_STATE_HOME", "/x", 1);
    EXPECT_TEXT(state_directory(&arena), "/x/hookcheck");
    setenv("XDG_STATE_HOME", "relative", 1);
    EXPECT_TEXT(state_directory(&arena), "/home/u/.local/state/hookcheck");
    setenv("HOOKCHECK_STATE_DIR", "/y/./z/", 1);
    EXPECT_TEXT(state_directory(&arena), "/y/z");
    setenv("HOOKCHECK_STATE_DIR", "here", 1);
    cr_expect(str_eq(state_directory(&arena), fixture_path(&arena, "here")));
}

Test(state, a_file_in_the_way_is_an_error)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct err e = ERR_NONE, second = ERR_NONE;

    fixture_write("state", "");
    cr_expect_not(state_make(&arena, fixture_path(&arena, "state"), &e));
    cr_expect(str_contains(str_from(e.message), STR("is not a directory")), "%s", e.message);
    cr_expect_not(state_make(&arena, fixture_path(&arena, "state/deeper"), &second));
}

/* --- People. --- */

/* In a child whose standard streams are a terminal; `variable` is set there. Exit status 0: a person. */
static int person_in_terminal(const char *variable)
{
    int terminal, status;
    pid_t child = forkpty(&terminal, NULL, NULL, NULL);

    cr_assert_geq(child, 0);
    if (child == 0) {
        struct str why = STR_NONE;
        clearenv();
        if (variable)
            putenv(strdup(variable));
        bool person = person_is_there(&why);
        struct str rest = str_from(variable ? variable : ""), name = str_cut(&rest, '=');
        bool named = str_starts(why, name) && (person == (why.length == 0));
        _exit(person ? 0 : named ? 1 : 2);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    close(terminal);
    cr_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

Test(state, a_person_has_a_terminal_and_no_agents_mark)
{
    static const char *const agents[] = {
        "CLAUDECODE=1",
        "CLAUDE_CODE_ENTRYPOINT=cli",
        "CODEX_SANDBOX=seatbelt",
        "CODEX_SANDBOX_NETWORK_DISABLED=1",
        "CODEX_THREAD_ID=x",
        "GEMINI_CLI=1",
        "CURSOR_AGENT=1",
        "OPENCODE=1",
        "COPILOT_CLI=1",
        "AI_AGENT=x",
        "AGENT=amp",
        "CLAUDECODE=",
    };

    cr_expect_eq(person_in_terminal(NULL), 0);
    cr_expect_eq(person_in_terminal("CURSOR_TRACE_ID=1"), 0);
    cr_expect_eq(person_in_terminal("CLAUDE_CONFIG_DIR=/x"), 0);
    for (size_t i = 0; i < COUNT_OF(agents); i++)
        cr_expect_eq(person_in_terminal(agents[i]), 1, "%s", agents[i]);
}

Test(state, without_a_terminal_there_is_nobody)
{
    struct str why;
    int null = open("/dev/null", O_RDWR);

    clearenv();
    cr_assert_geq(dup2(null, STDIN_FILENO), 0);
    cr_expect_not(person_is_there(&why));
    EXPECT_TEXT(why, "standard input is not a terminal");
}
