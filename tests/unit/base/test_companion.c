/* Children that stay: /bin/sh and /bin/cat as they come. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/companion.h"

/* Long enough for any machine; only one test ever reaches its own. */
#define PATIENCE_MS 60000u

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static void release(void)
{
    arena_release(&arena);
}

TestSuite(companion, .fini = release, .timeout = 120);

static uint64_t patience(void)
{
    return clock_ms() + PATIENCE_MS;
}

static struct companion *start(const char *script)
{
    struct str arguments[] = {STR("/bin/sh"), STR("-c"), str_from(script)};
    struct process_options options = {.arguments = arguments, .argument_count = 3};
    struct companion *companion = NULL;
    struct err e = ERR_NONE;

    cr_assert(companion_start(&arena, &options, &companion, &e), "%s", e.message);
    return companion;
}

static struct str line_of(struct companion *companion)
{
    struct err e = ERR_NONE;
    struct str line;

    cr_assert(companion_line(companion, patience(), &line, &e), "%s", e.message);
    return str_copy(&arena, line);
}

#define EXPECT_TEXT(is, text)                                                                      \
    do {                                                                                           \
        struct str is_ = (is);                                                                     \
        cr_expect(str_eq(is_, STR(text)), "is: " STR_FMT, STR_ARG(is_));                           \
    } while (0)

Test(companion, answers_one_question_after_the_other)
{
    struct companion *companion = start("while read -r word; do echo \"<$word>\"; done");

    companion_ask(companion, STR("one\ntwo\n"), 0);
    EXPECT_TEXT(line_of(companion), "<one>");
    EXPECT_TEXT(line_of(companion), "<two>");
    companion_ask(companion, STR("three\n"), 0);
    EXPECT_TEXT(line_of(companion), "<three>");
    companion_stop(&companion);
    cr_expect_null(companion);
}

/* Neither side waits for the other: the question is larger than what pipes and sockets hold, and each byte comes back at once. */
Test(companion, a_question_larger_than_any_pipe)
{
    size_t size = (size_t)6 << 20, at = 0;
    char *question = arena_alloc(&arena, size), *answer = arena_alloc(&arena, size);
    struct companion *companion = start("exec cat");
    struct err e = ERR_NONE;

    for (size_t i = 0; i < size; i++)
        question[i] = (char)(i * 7 + i / 251);
    companion_ask(companion, str_of(question, size), 0);
    for (size_t part = 1; at < size; part = part * 3 + 1) {
        size_t wanted = size - at < part ? size - at : part;
        cr_assert(companion_bytes(companion, wanted, answer + at, patience(), &e), "%s", e.message);
        at += wanted;
    }
    cr_expect_eq(memcmp(question, answer, size), 0);
    companion_stop(&companion);
}

Test(companion, bytes_may_be_thrown_away)
{
    struct companion *companion = start("exec cat");
    struct err e = ERR_NONE;
    size_t size = (size_t)300 << 10;
    char *question = arena_alloc(&arena, size);

    memset(question, 'x', size);
    memcpy(question + size - 5, "end\nz", 5);
    companion_ask(companion, str_of(question, size), 0);
    cr_assert(companion_bytes(companion, size - 5, NULL, patience(), &e), "%s", e.message);
    EXPECT_TEXT(line_of(companion), "end");
    companion_stop(&companion);
}

Test(companion, who_ends_says_why)
{
    struct companion *companion = start("read -r word; echo \"fatal: no $word\" >&2; exit 3");
    struct err e = ERR_NONE;
    struct str line;

    companion_ask(companion, STR("objects\nand more\n"), 0);
    cr_assert(!companion_line(companion, patience(), &line, &e));
    cr_expect_eq(e.kind, ERR_UNREACHABLE);
    EXPECT_TEXT(str_trim(companion_complaint(companion)), "fatal: no objects");
    companion_stop(&companion);
}

/* Writing to one that is gone is no SIGPIPE. */
Test(companion, who_does_not_listen_is_no_signal)
{
    struct companion *companion = start("exec <&-; echo gone");
    struct err e = ERR_NONE;
    struct str line;

    EXPECT_TEXT(line_of(companion), "gone");
    companion_ask(companion, STR("anybody?\n"), 0);
    cr_assert(!companion_line(companion, patience(), &line, &e));
    cr_expect_eq(e.kind, ERR_UNREACHABLE);
    companion_stop(&companion);
}

Test(companion, who_does_not_answer_is_a_timeout)
{
    struct companion *companion = start("cat >/dev/null; echo late");
    struct err e = ERR_NONE;
    struct str line;

    companion_ask(companion, STR("anybody?\n"), 0);
    cr_assert(!companion_line(companion, clock_ms() + 20, &line, &e));
    cr_expect_eq(e.kind, ERR_TIMEOUT);
    companion_stop(&companion);
}

/* Thousands of answers, read by the heap: each is there, in order. */
Test(companion, many_answers)
{
    struct companion *companion =
        start("while read -r count; do n=0; while [ $n -lt $count ]; do echo \"$n\"; "
              "n=$((n + 1)); done; done");
    struct buf question = buf_new(&arena, 100);

    for (size_t round = 0; round < 2; round++) {
        question.length = 0;
        buf_add(&question, STR("3000\n"));
        companion_ask(companion, buf_str(&question), 3000);
        for (size_t i = 0; i < 3000; i++) {
            struct str line = line_of(companion);
            cr_assert(str_eq(line, str_printf(&arena, "%zu", i)), STR_FMT, STR_ARG(line));
        }
    }
    companion_stop(&companion);
}

Test(companion, a_line_without_end)
{
    struct companion *companion = start("exec tr '\\0' x </dev/zero");
    struct err e = ERR_NONE;
    struct str line;

    cr_assert(!companion_line(companion, patience(), &line, &e));
    cr_expect_eq(e.kind, ERR_LIMIT);
    companion_stop(&companion);
}

Test(companion, a_program_that_is_not_there)
{
    struct str arguments[] = {STR("/nonexistent/program")};
    struct process_options options = {.arguments = arguments, .argument_count = 1};
    struct companion *companion = NULL;
    struct err e = ERR_NONE;

    cr_assert(!companion_start(&arena, &options, &companion, &e));
    cr_expect(str_contains(str_from(e.message), STR("cannot start /nonexistent/program")), "%s",
              e.message);
    cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
    cr_expect_eq(errno, ECHILD);
}

/* It is gone with all of its group, and nothing is left to be waited for. */
Test(companion, stopping_leaves_nothing)
{
    struct companion *companion = start("sleep 600 & echo $! $$; wait");
    struct str line = line_of(companion), first = str_cut(&line, ' ');
    uint64_t grandchild = 0, child = 0;

    cr_assert(str_to_u64(first, &grandchild) && str_to_u64(line, &child));
    cr_expect(companion_is((long)child));
    companion_stop(&companion);
    cr_expect(!companion_is((long)child));
    cr_expect_eq(kill((pid_t)child, 0), -1);
    cr_expect_eq(errno, ESRCH);
}

/* process_run() cleans up behind what it starts, and leaves this one alone. */
Test(companion, stays_while_others_run)
{
    struct companion *companion = start("exec cat");
    struct str arguments[] = {STR("/bin/sh"), STR("-c"),
                              STR("setsid sleep 600 >/dev/null 2>&1 & echo $!")};
    struct process_options options = {.arguments = arguments,
                                      .argument_count = 3,
                                      .deadline_ms = PATIENCE_MS,
                                      .output_maximum = 1 << 10};
    struct process_result result;
    struct err e = ERR_NONE;
    uint64_t orphan = 0;

    cr_assert(process_run(&arena, &options, &result, &e), "%s", e.message);
    cr_assert(str_to_u64(str_trim(result.output), &orphan));
    cr_expect_eq(kill((pid_t)orphan, 0), -1, "what the other one left behind is gone");
    companion_ask(companion, STR("still here\n"), 0);
    EXPECT_TEXT(line_of(companion), "still here");
    companion_stop(&companion);
}

static void *start_beside(void *ret_companion)
{
    *(struct companion **)ret_companion = start("while read -r word; do echo \"<$word>\"; done");
    return NULL;
}

/* Whoever reads first starts it, and the others go on asking: it stays when the thread that started it is gone. */
Test(companion, outlives_the_thread_that_started_it)
{
    struct companion *companion = NULL;
    pthread_t thread;

    cr_assert_eq(pthread_create(&thread, NULL, start_beside, &companion), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    companion_ask(companion, STR("one\n"), 0);
    EXPECT_TEXT(line_of(companion), "<one>");
    companion_stop(&companion);
}
