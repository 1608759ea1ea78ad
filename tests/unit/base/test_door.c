/* The door ends processes: each case runs in a child, whose status and stderr are looked at. */
#include <criterion/criterion.h>

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/door.h"

static const char *const words[] = {"deploy", "sst", "update-function-code"};

struct ending {
    int status; /* exit status, or 256 + signal */
    char text[1024];
};

static struct ending ending_of(void (*act)(void))
{
    struct ending ending = {0};
    int ends[2], status;
    size_t length = 0;

    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        door_open("hook");
        door_add_words((struct door_words){words, COUNT_OF(words)});
        act();
        _exit(99);
    }
    close(ends[1]);
    for (ssize_t got;
         (got = read(ends[0], ending.text + length, sizeof ending.text - 1 - length)) > 0;)
        length += (size_t)got;
    close(ends[0]);
    waitpid(child, &status, 0);
    ending.status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
    return ending;
}

static void fault_with_word(void)
{
    door_watch(STR("{\"command\":\"npx sst deploy\"}"));
    door_fault("reason");
}

static void fault_without_word(void)
{
    door_watch(STR("{\"command\":\"ls -la\"}"));
    door_fault("reason");
}

static void fault_after_recognition(void)
{
    door_watch(STR("{\"command\":\"ls -la\"}"));
    door_deploy_recognised();
    door_fault("reason");
}

static void memory_after_recognition(void)
{
    struct arena arena = {.budget = 100};
    door_deploy_recognised();
    arena_alloc(&arena, 101);
}

static void overflow_of_an_array(void)
{
    struct arena arena = {.budget = SIZE_MAX};
    door_deploy_recognised();
    arena_array(&arena, SIZE_MAX / 2, 3);
}

static char deep(char *outer)
{
    volatile char here[4096];

    here[0] = *outer;
    return *outer ? (char)(deep((char *)here) + here[0]) : '\0'; /* it is never 0 */
}

static void *overflow(void *unused)
{
    struct door_thread thread;
    char start = 1;

    (void)unused;
    door_thread_begin(&thread);
    (void)deep(&start);
    door_thread_end(&thread);
    return NULL;
}

static void overflow_of_a_thread(void)
{
    pthread_t thread;

    door_deploy_recognised();
    if (pthread_create(&thread, NULL, overflow, NULL) == 0)
        pthread_join(thread, NULL);
}

static void crash_after_recognition(void)
{
    door_deploy_recognised();
    raise(SIGSEGV);
}

static void crash_before_recognition(void)
{
    door_watch(STR("{\"command\":\"ls -la\"}"));
    raise(SIGABRT);
}

static void terminated(void)
{
    door_deploy_recognised();
    raise(SIGTERM);
}

static void user_signal(void)
{
    door_deploy_recognised();
    raise(SIGUSR1);
}

static void real_time_signal(void)
{
    door_deploy_recognised();
    raise(SIGRTMIN + 3);
}

/* As a host hands it down: blocked before the program begins. */
static void blocked_signal(void)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    door_open("hook");
    door_deploy_recognised();
    raise(SIGALRM);
}

static void escapes(void)
{
    door_leave(DOOR_BLOCK, STR("a\033[2Jb\xC2\x9B"
                               "c\x9D"
                               "d \xC3\xA9 \xE2\x80\xAE"
                               "e\tf\n"));
}

static void closed_pipe(void)
{
    door_deploy_recognised();
    close(STDERR_FILENO);
    door_fault("nobody listens");
}

static void leaves_with_allow(void)
{
    door_leave(DOOR_ALLOW, STR(""));
}

static void leaves_with_zero_value(void)
{
    enum door_decision decision = {0};
    door_leave(decision, STR("why\n"));
}

static const struct {
    const char *name;
    void (*act)(void);
    int status;
    const char *text;
} endings[] = {
    {"fault, deploy word", fault_with_word, 2,
     "hook: blocked: reason\n"
     "  it was not checked, and a word in it may be a deploy's\n"
     "  next step: call again; if it stays so, a person runs hookcheck doctor\n"},
    {"fault, no deploy word", fault_without_word, 0,
     "hook: not checked, let through (no deploy word in the request): reason\n"},
    {"fault after recognition", fault_after_recognition, 2, "hook: blocked: reason\n"},
    {"memory", memory_after_recognition, 2, "hook: blocked: out of memory\n"},
    {"array overflow", overflow_of_an_array, 2, "hook: blocked: out of memory\n"},
    {"a thread's stack", overflow_of_a_thread, 2, "hook: blocked: internal error (SIGSEGV)\n"},
    {"SIGSEGV", crash_after_recognition, 2, "hook: blocked: internal error (SIGSEGV)\n"},
    {"SIGABRT before", crash_before_recognition, 0,
     "hook: not checked, let through (no deploy word in the request): internal error (SIGABRT)\n"},
    {"SIGTERM", terminated, 2, "hook: blocked: stopped by SIGTERM\n"},
    {"SIGUSR1", user_signal, 2, "hook: blocked: stopped by SIGUSR1\n"},
    {"real-time signal", real_time_signal, 2, "hook: blocked: stopped by a signal\n"},
    {"blocked signal", blocked_signal, 2, "hook: blocked: stopped by SIGALRM\n"},
    {"control characters", escapes, 2, "a?[2Jb?c?d \xC3\xA9 ?e\tf\n"},
    {"closed stderr", closed_pipe, 2, ""},
    {"allow", leaves_with_allow, 0, ""},
    {"zero value", leaves_with_zero_value, 2, "why\n"},
};

Test(door, every_way_out_is_zero_or_two)
{
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        struct ending ending = ending_of(endings[i].act);
        cr_expect_eq(ending.status, endings[i].status, "%s: status %d", endings[i].name,
                     ending.status);
        cr_expect_str_eq(ending.text, endings[i].text, "%s: %s", endings[i].name, ending.text);
    }
}

static const struct {
    const char *raw;
    bool has;
} raws[] = {
    {"ls -la", false},
    {"npx sst deploy", true},
    {"./deploy-prod.sh", true},
    {"redeployed", false},
    {"assistant", false},
    {"SST DEPLOY", true},
    {"echo \\ndeploy", true},
    {"d\\u0065ploy", true},
    {"aws lambda update-function-code", true},
    {"update-function-codex", false},
    {"", false},
};

Test(door, words_count_at_word_boundaries)
{
    door_add_words((struct door_words){words, COUNT_OF(words)});
    for (size_t i = 0; i < COUNT_OF(raws); i++)
        cr_expect_eq(door_has_word(str_from(raws[i].raw)), raws[i].has, "%s", raws[i].raw);
}
