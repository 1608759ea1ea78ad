/* Where the system says no: no memory, no large files, an old kernel or a sandbox. */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

TestSuite(process_limits, .timeout = 120);

/* Each in a process of its own: what it takes from itself cannot be given back. Returns its wait status. */
static int apart(void (*body)(void))
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        body();
        _exit(0);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return status;
}

static struct process_options shell(struct str *arguments, const char *script)
{
    arguments[0] = STR("/bin/sh");
    arguments[1] = STR("-c");
    arguments[2] = str_from(script);
    return (struct process_options){.arguments = arguments,
                                    .argument_count = 3,
                                    .deadline_ms = 60000,
                                    .output_maximum = 1 << 16};
}

static void check(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "not so: %s\n", what);
        _exit(9);
    }
}
#define CHECK(condition) check((condition), #condition)

static char marker[] = "/tmp/hookcheck-process-XXXXXX";

static void run_without_memory(void)
{
    ARENA(arena, 30000); /* enough for the arguments, not for the output */
    struct str arguments[3];
    struct process_options options =
        shell(arguments, str_printf(&arena, "echo started >%s", marker).bytes);
    struct process_result result;
    struct err e = ERR_NONE;

    options.arguments = arguments;
    (void)!process_run(&arena, &options, &result, &e);
}

Test(process_limits, out_of_memory_comes_before_the_child)
{
    int fd = mkstemp(marker);
    int status = apart(run_without_memory);
    off_t size = lseek(fd, 0, SEEK_END);

    close(fd);
    unlink(marker);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1, "left by the door: %x",
              (unsigned)status);
    cr_assert_eq(size, 0, "no child was started");
}

static void run_with_small_files(void)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct rlimit none = {0, 0};
    struct str arguments[3];
    struct process_options options = shell(arguments, "exit 0");
    struct process_result result;
    struct err e = ERR_NONE;

    CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
    options.document = STR("too large");
    options.has_document = true;
    CHECK(!process_run(&arena, &options, &result, &e));
    CHECK(str_contains(str_from(e.message), STR("File too large")));
}

Test(process_limits, a_file_size_limit_is_an_error_and_not_our_death)
{
    cr_assert_eq(apart(run_with_small_files), 0);
}

static void run_without_descriptors(void)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct rlimit few = {12, 12};
    struct str arguments[3];
    struct process_options options = shell(arguments, "exit 0");
    struct process_result result;
    struct err e = ERR_NONE;

    CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
    CHECK(!process_run(&arena, &options, &result, &e));
    CHECK(e.kind == ERR_SYSTEM);
}

Test(process_limits, too_few_descriptors_is_an_error)
{
    cr_assert_eq(apart(run_without_descriptors), 0);
}

/* Forbids pidfd_open and close_range, as kernels before 5.3 and 5.11 and some container sandboxes do. */
static void forbid_new_calls(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = COUNT_OF(filter), .filter = filter};

    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
    CHECK(syscall(SYS_pidfd_open, getpid(), 0) == -1 && errno == ENOSYS);
}

static void run_on_an_old_kernel(void)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str arguments[3];
    struct process_options options =
        shell(arguments, "[ -e /proc/$$/fd/20 ] && echo open; sleep 1000 & echo done; exit 6");
    struct process_result result;
    struct err e = ERR_NONE;

    forbid_new_calls();
    CHECK(dup2(STDERR_FILENO, 20) == 20);
    CHECK(process_run(&arena, &options, &result, &e));
    CHECK(!result.timed_out && result.status == 6);
    CHECK(str_eq(result.output, STR("done\n")));
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    options = shell(arguments, "sleep 1000 & wait");
    options.deadline_ms = 200;
    CHECK(process_run(&arena, &options, &result, &e));
    CHECK(result.timed_out);
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    options.deadline_ms = 60000;
    arguments[0] = STR("/nonexistent");
    CHECK(!process_run(&arena, &options, &result, &e));
    CHECK(e.kind == ERR_NOT_FOUND);
}

Test(process_limits, works_without_the_newer_system_calls)
{
    cr_assert_eq(apart(run_on_an_old_kernel), 0);
}
