#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

/* Long enough for any machine; only the tests about deadlines ever reach theirs. */
#define PATIENCE_MS 60000

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static void release(void)
{
    arena_release(&arena);
}

TestSuite(process, .fini = release, .timeout = 120);

static struct process_options shell(struct str *arguments, const char *script)
{
    arguments[0] = STR("/bin/sh");
    arguments[1] = STR("-c");
    arguments[2] = str_from(script);
    return (struct process_options){.arguments = arguments,
                                    .argument_count = 3,
                                    .deadline_ms = PATIENCE_MS,
                                    .output_maximum = 1 << 16};
}

static struct process_result run(const struct process_options *options)
{
    struct err e = ERR_NONE;
    struct process_result result;

    cr_assert(process_run(&arena, options, &result, &e), "%s", e.message);
    return result;
}

static struct process_result run_shell(const char *script)
{
    struct str arguments[3];
    struct process_options options = shell(arguments, script);

    return run(&options);
}

static struct str described(const struct process_options *options,
                            const struct process_result *result)
{
    return process_describe(&arena, options, result);
}

#define ASSERT_TEXT(actual, expected)                                                              \
    do {                                                                                           \
        struct str actual_ = (actual);                                                             \
        cr_assert(str_eq(actual_, str_from(expected)), "got: " STR_FMT, STR_ARG(actual_));         \
    } while (0)

static bool is_gone(struct str number)
{
    uint64_t pid;

    cr_assert(str_to_u64(str_trim(number), &pid), "no number: " STR_FMT, STR_ARG(number));
    return kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

static void assert_no_children(void)
{
    cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1);
    cr_assert_eq(errno, ECHILD);
}

Test(process, collects_output_errors_and_status)
{
    struct process_result result = run_shell("echo out; echo err >&2; exit 3");

    ASSERT_TEXT(result.output, "out\n");
    ASSERT_TEXT(result.errors, "err\n");
    cr_assert_eq(result.status, 3);
    cr_assert_not(result.signalled);
    cr_assert_not(result.timed_out);
    cr_assert_not(result.truncated);
    struct process_options options = {.deadline_ms = 0};
    ASSERT_TEXT(described(&options, &result), "ended with status 3");
    assert_no_children();
}

static struct err failure_of(struct str program, bool search_path, struct str directory)
{
    struct process_options options = {.arguments = &program,
                                      .argument_count = 1,
                                      .search_path = search_path,
                                      .directory = directory,
                                      .deadline_ms = PATIENCE_MS};
    struct process_result result;
    struct err e = ERR_NONE;

    cr_assert_not(process_run(&arena, &options, &result, &e));
    assert_no_children();
    return e;
}

Test(process, a_missing_program_is_an_error_not_a_status)
{
    struct err e = failure_of(STR("/nonexistent/program"), false, STR_NONE);

    cr_assert_eq(e.kind, ERR_NOT_FOUND);
    cr_assert_str_eq(e.message, "cannot start /nonexistent/program: No such file or directory");
    e = failure_of(STR("no-such-program-anywhere"), true, STR_NONE);
    cr_assert_eq(e.kind, ERR_NOT_FOUND);
    cr_assert_str_eq(e.message, "cannot start no-such-program-anywhere: No such file or directory");
}

Test(process, a_file_that_is_not_executable_is_an_error)
{
    struct err e = failure_of(STR("/etc/passwd"), false, STR_NONE);

    cr_assert_eq(e.kind, ERR_SYSTEM);
    cr_assert_str_eq(e.message, "cannot start /etc/passwd: Permission denied");
}

Test(process, a_missing_directory_is_named)
{
    struct err e = failure_of(STR("/bin/true"), false, STR("/nonexistent"));

    cr_assert_str_eq(e.message, "cannot enter /nonexistent: No such file or directory");
}

Test(process, a_relative_program_needs_the_search)
{
    struct err e = failure_of(STR("true"), false, STR_NONE);

    cr_assert_eq(e.kind, ERR_USAGE);
    cr_assert_str_eq(e.message, "true is not an absolute path");
}

Test(process, path_is_searched_but_never_the_current_directory)
{
    char directory[] = "/tmp/process-path-XXXXXX";
    struct str program = STR("hookcheck-test-program");

    cr_assert(mkdtemp(directory));
    struct str path = str_printf(&arena, "%s/hookcheck-test-program", directory);
    FILE *file = fopen(path.bytes, "w");
    fputs("#!/bin/sh\necho found\n", file);
    fclose(file);
    chmod(path.bytes, 0755);

    struct process_options options = {.arguments = &program,
                                      .argument_count = 1,
                                      .search_path = true,
                                      .deadline_ms = PATIENCE_MS,
                                      .output_maximum = 100};
    setenv("PATH", str_printf(&arena, "/nonexistent:%s", directory).bytes, 1);
    struct process_result result = run(&options);
    setenv("PATH", ":.:/nonexistent", 1);
    struct err e = failure_of(program, true, str_from(directory));
    unlink(path.bytes);
    rmdir(directory);
    ASSERT_TEXT(result.output, "found\n");
    cr_assert_eq(e.kind, ERR_NOT_FOUND);
}

Test(process, a_nul_in_an_argument_is_refused)
{
    struct str arguments[3];
    struct process_options options = shell(arguments, "");
    struct process_result result;
    struct err e = ERR_NONE;

    arguments[2] = STR("a\0b");
    cr_assert_not(process_run(&arena, &options, &result, &e));
    cr_assert_eq(e.kind, ERR_INPUT);
}

Test(process, a_crash_is_told_by_its_signal)
{
    struct str arguments[3];
    struct process_options options = shell(arguments, "kill -SEGV $$");
    struct process_result result = run(&options);

    cr_assert(result.signalled);
    cr_assert_eq(result.signal, SIGSEGV);
    ASSERT_TEXT(described(&options, &result), "was killed by SIGSEGV");
    options = shell(arguments, "kill -KILL $$");
    result = run(&options);
    cr_assert_eq(result.signal, SIGKILL);
    cr_assert_not(result.timed_out);
    ASSERT_TEXT(described(&options, &result), "was killed by SIGKILL");
}

Test(process, a_hang_ends_at_the_deadline_with_its_whole_group)
{
    struct str arguments[3];
    struct process_options options =
        shell(arguments, "trap '' TERM INT HUP; sleep 1000 & echo $!; wait");

    options.deadline_ms = 300;
    struct process_result result = run(&options);
    cr_assert(result.timed_out);
    cr_assert_not(result.signalled);
    cr_assert(is_gone(result.output));
    ASSERT_TEXT(described(&options, &result), "did not finish in 300 ms");
    options.deadline_ms = 25000;
    ASSERT_TEXT(described(&options, &result), "did not finish in 25 s");
    assert_no_children();
}

Test(process, a_grandchild_that_holds_stdout_open_is_not_waited_for)
{
    struct process_result result = run_shell("sleep 1000 & echo $!");

    cr_assert_not(result.timed_out);
    cr_assert_eq(result.status, 0);
    cr_assert(is_gone(result.output));
    assert_no_children();
}

Test(process, what_left_the_group_is_killed_too)
{
    /* A daemon as daemons do it: own session, its parent gone. */
    struct process_result result =
        run_shell("(setsid sh -c 'echo $$; exec sleep 1000' &) | head -1");

    cr_assert_not(result.timed_out);
    cr_assert(is_gone(result.output));
    assert_no_children();
}

Test(process, a_nested_supervisor_is_killed_with_what_it_supervises)
{
    struct str arguments[3];
    struct process_options options =
        shell(arguments, "setsid sh -c 'sleep 1000 & echo $!; wait' & wait");

    options.deadline_ms = 500;
    struct process_result result = run(&options);
    cr_assert(result.timed_out);
    cr_assert(is_gone(result.output));
    assert_no_children();
}

Test(process, the_callers_own_children_are_left_alone)
{
    int ends[2];
    char byte;

    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 0 ? 7 : 8);
    }
    close(ends[0]);
    run_shell("exit 0");
    close(ends[1]); /* open here until now, so that it waited */
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), 7);
}

Test(process, output_beyond_the_maximum_is_thrown_away)
{
    struct str arguments[3];
    struct process_options options =
        shell(arguments,
              "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo end >&2; exit 4");

    options.output_maximum = 1000;
    struct process_result result = run(&options);
    cr_assert_eq(result.output.length, 1000);
    cr_assert_eq(result.errors.length, 1000);
    cr_assert(result.truncated);
    cr_assert_eq(result.status, 4);
}

Test(process, output_of_exactly_the_maximum_is_whole)
{
    struct str arguments[3];
    struct process_options options = shell(arguments, "printf 12345");

    options.output_maximum = 5;
    struct process_result result = run(&options);
    ASSERT_TEXT(result.output, "12345");
    cr_assert_not(result.truncated);
}

Test(process, endless_output_ends_at_the_deadline)
{
    struct str arguments[3];
    struct process_options options = shell(arguments, "exec cat /dev/zero");

    options.deadline_ms = 300;
    cr_assert(run(&options).timed_out);
}

Test(process, stdin_is_empty_without_input)
{
    struct process_result result = run_shell("cat; readlink /proc/self/fd/0");

    ASSERT_TEXT(result.output, "/dev/null\n");
}

static struct str megabyte(void)
{
    char *bytes = arena_alloc(&arena, 1 << 20);

    memset(bytes, 'x', 1 << 20);
    return str_of(bytes, 1 << 20);
}

Test(process, input_reaches_stdin_whole)
{
    struct str arguments[3];
    struct process_options options = shell(arguments, "wc -c");

    options.input = megabyte();
    ASSERT_TEXT(str_trim(run(&options).output), "1048576");
}

Test(process, input_that_nobody_reads_harms_nobody)
{
    struct str arguments[3];
    struct process_options options = shell(arguments, "exec <&-; echo done");

    options.input = megabyte();
    struct process_result result = run(&options);
    ASSERT_TEXT(result.output, "done\n");
    cr_assert_eq(result.status, 0);
}

Test(process, the_answer_has_its_own_descriptor)
{
    struct str arguments[3];
    struct process_options options = shell(arguments, "echo answer >&3; echo output");

    options.wants_answer = true;
    struct process_result result = run(&options);
    ASSERT_TEXT(result.answer, "answer\n");
    ASSERT_TEXT(result.output, "output\n");
}

Test(process, the_document_is_sealed)
{
    struct str arguments[3];
    struct process_options options = shell(
        arguments, "cat <&4; echo; (echo changed >/proc/self/fd/4) 2>/dev/null || echo sealed");

    options.document = STR("the \0 document");
    options.has_document = true;
    struct process_result result = run(&options);
    cr_assert(str_eq(result.output, STR("the \0 document\nsealed\n")), "got: " STR_FMT,
              STR_ARG(result.output));
    options.document = STR_NONE;
    ASSERT_TEXT(run(&options).output, "\nsealed\n");
}

Test(process, only_the_promised_descriptors_are_open)
{
    struct str arguments[3];
    /* One by one: a shell that lists the directory would see its own descriptor for it. */
    struct process_options options =
        shell(arguments, "i=0; while [ $i -lt 64 ]; do [ -e /proc/$$/fd/$i ] && echo $i; "
                         "i=$((i + 1)); done; true");

    for (int i = 0; i < 20; i++)
        cr_assert(dup(STDERR_FILENO) > 2); /* none of these is to be seen there */
    ASSERT_TEXT(run(&options).output, "0\n1\n2\n");
    options.wants_answer = true;
    ASSERT_TEXT(run(&options).output, "0\n1\n2\n3\n");
    options.has_document = true;
    ASSERT_TEXT(run(&options).output, "0\n1\n2\n3\n4\n");
}

/* In a process of its own: Criterion needs its descriptors. */
Test(process, works_when_the_caller_has_no_standard_descriptors)
{
    pid_t pid = fork();

    if (pid == 0) {
        struct str arguments[3];
        struct process_options options =
            shell(arguments, "cat; echo out; echo err >&2; echo a >&3");
        struct process_result result;
        struct err e = ERR_NONE;
        for (int fd = 0; fd < 10; fd++)
            close(fd);
        options.input = STR("in\n");
        options.wants_answer = true;
        bool good = process_run(&arena, &options, &result, &e) &&
                    str_eq(result.output, STR("in\nout\n")) &&
                    str_eq(result.errors, STR("err\n")) && str_eq(result.answer, STR("a\n"));
        options.inherit_stderr = true;
        good = good && process_run(&arena, &options, &result, &e) &&
               str_eq(result.output, STR("in\nout\n")) && result.status == 0;
        _exit(good ? 0 : 1);
    }
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
}

Test(process, the_environment_is_scrubbed_when_asked)
{
    static const char *const names[] = {
        "LD_PRELOAD",       "LD_LIBRARY_PATH", "GIT_DIR", "GLIBC_TUNABLES",
        "MALLOC_ARENA_MAX", "BASH_ENV",        "ENV",     "GCONV_PATH",
        "BASH_FUNC_ls%%"};
    struct str arguments[3];
    struct process_options options = shell(arguments, "cat /proc/$$/environ | tr '\\0' '\\n'");

    for (size_t i = 0; i < COUNT_OF(names); i++)
        setenv(names[i], "", 1);
    setenv("AWS_PROFILE", "prod", 1);
    setenv("ENVIRONMENT", "kept", 1);
    options.scrub_environment = true;
    /* A line end before the first name too; a name of the caller's may end as one of these does. */
    struct str output = str_printf(&arena, "\n" STR_FMT, STR_ARG(run(&options).output));
    for (size_t i = 0; i < COUNT_OF(names); i++)
        cr_assert_not(str_contains(output, str_printf(&arena, "\n%s=", names[i])), "%s", names[i]);
    cr_assert(str_contains(output, STR("AWS_PROFILE=prod\n")));
    cr_assert(str_contains(output, STR("ENVIRONMENT=kept\n")));
    options.scrub_environment = false;
    cr_assert(str_contains(run(&options).output, STR("GIT_DIR=\n")));
}

Test(process, settings_are_put_into_the_environment)
{
    static const struct str settings[] = {STR_INIT("GIT_DIR=/new"), STR_INIT("LC_ALL=C"),
                                          STR_INIT("EMPTY=")};
    struct str arguments[3];
    struct process_options options = shell(arguments, "cat /proc/$$/environ | tr '\\0' '\\n'");

    setenv("GIT_DIR", "/old", 1);
    setenv("GIT_DIRECTORY", "/kept", 1);
    options.settings = settings;
    options.setting_count = COUNT_OF(settings);
    struct str output = run(&options).output;
    cr_assert(str_contains(output, STR("GIT_DIR=/new\n")));
    cr_assert(str_contains(output, STR("LC_ALL=C\n")));
    cr_assert(str_contains(output, STR("EMPTY=\n")));
    cr_assert(str_contains(output, STR("GIT_DIRECTORY=/kept\n")));
    cr_assert_not(str_contains(output, STR("/old")));
    options.scrub_environment = true;
    cr_assert(str_contains(run(&options).output, STR("GIT_DIR=/new\n")));
}

Test(process, signals_are_as_a_program_expects_them)
{
    sigset_t all;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    struct process_result result = run_shell("grep -E '^Sig(Blk|Ign)' /proc/self/status; exit 5");
    cr_assert(str_contains(result.output, STR("SigBlk:\t0000000000000000\n")), STR_FMT,
              STR_ARG(result.output));
    cr_assert(str_contains(result.output, STR("SigIgn:\t0000000000000000\n")), STR_FMT,
              STR_ARG(result.output));
    cr_assert_eq(result.status, 5, "the status is not lost when the caller ignores SIGCHLD");
    struct sigaction action;
    sigaction(SIGCHLD, NULL, &action);
    cr_assert_eq(action.sa_handler, SIG_IGN);
}

Test(process, an_own_session_has_no_terminal)
{
    struct str arguments[3];
    struct process_options options =
        shell(arguments, "cut -d' ' -f1,5,6 /proc/$$/stat; (: </dev/tty) 2>/dev/null || echo none");

    options.own_session = true;
    struct str output = run(&options).output;
    struct str pid = str_cut(&output, ' '), group = str_cut(&output, ' ');
    struct str session = str_cut(&output, '\n');
    cr_assert(str_eq(pid, group));
    cr_assert(str_eq(pid, session));
    ASSERT_TEXT(output, "none\n");
}

Test(process, the_child_dies_with_its_caller)
{
    int ends[2];
    char text[32] = {0};

    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct str arguments[3];
        struct process_options options = shell(arguments, "echo ready >&2; exec sleep 1000");
        struct process_result result;
        struct err e = ERR_NONE;
        options.inherit_stderr = true;
        dup2(ends[1], STDERR_FILENO);
        close(ends[1]);
        _exit(process_run(&arena, &options, &result, &e) ? 0 : 1);
    }
    close(ends[1]);
    cr_assert_eq(read(ends[0], text, sizeof text), 6);
    cr_assert_eq(kill(pid, SIGKILL), 0);
    /* The end of file comes only when the last holder of the pipe, the grandchild, is gone. */
    cr_assert_eq(read(ends[0], text, sizeof text), 0);
    waitpid(pid, NULL, 0);
}
