/* measure.c -- wall-clock medians of whole processes, interleaved in one run, as ratios to the first.
 *
 * usage: measure ROUNDS NAME STDIN PROGRAM [ARGUMENT…] [::: NAME STDIN PROGRAM …]
 *
 * STDIN is a file ("-": /dev/null). Output goes to /dev/null. Each round runs every program once, in an order that rotates, so that
 * whatever else the machine does meets all of them alike. Prints one line a program: NAME, median in µs, ratio to the first,
 * exit status. Ends with 1 when a program cannot be started or its exit status changes between rounds.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROGRAMS_MAX 16
#define WARM_UP 10

extern char **environ;

struct program {
    const char *name;
    const char *input;
    char **arguments;
    double *times;
    int status;
};

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static bool run(struct program *program, double *ret_time)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, program->input, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    double start = now();
    int error =
        posix_spawnp(&child, program->arguments[0], &actions, NULL, program->arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error) {
        fprintf(stderr, "measure: %s: %s\n", program->arguments[0], strerror(error));
        return false;
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    *ret_time = now() - start;
    status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
    if (program->status >= 0 && program->status != status) {
        fprintf(stderr, "measure: %s ended with %d after %d before\n", program->name, status,
                program->status);
        return false;
    }
    program->status = status;
    return true;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

static size_t read_programs(int argc, char **argv, struct program *programs)
{
    size_t count = 0;

    for (int at = 2; at < argc; count++) {
        if (count == PROGRAMS_MAX || at + 2 >= argc)
            return 0;
        programs[count] =
            (struct program){.name = argv[at],
                             .input = strcmp(argv[at + 1], "-") ? argv[at + 1] : "/dev/null",
                             .arguments = argv + at + 2,
                             .status = -1};
        while (at < argc && strcmp(argv[at], ":::") != 0)
            at++;
        if (at < argc)
            argv[at++] = NULL;
    }
    return count;
}

int main(int argc, char **argv)
{
    struct program programs[PROGRAMS_MAX];
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    size_t count = rounds > 0 ? read_programs(argc, argv, programs) : 0;
    double ignored;

    if (count == 0) {
        fprintf(stderr, "usage: measure ROUNDS NAME STDIN PROGRAM [ARGUMENT...] [::: NAME STDIN "
                        "PROGRAM ...]\n");
        return 1;
    }
    for (size_t p = 0; p < count; p++) {
        programs[p].times = calloc((size_t)rounds, sizeof(double));
        for (int i = 0; i < WARM_UP; i++)
            if (!run(&programs[p], &ignored))
                return 1;
    }
    for (long round = 0; round < rounds; round++)
        for (size_t p = 0; p < count; p++) {
            struct program *program = &programs[(p + (size_t)round) % count];
            if (!run(program, &program->times[round]))
                return 1;
        }
    for (size_t p = 0; p < count; p++)
        qsort(programs[p].times, (size_t)rounds, sizeof(double), compare);
    for (size_t p = 0; p < count; p++)
        printf("%-44s %10.0f us  %6.2f x  status %d\n", programs[p].name,
               programs[p].times[rounds / 2],
               programs[p].times[rounds / 2] / programs[0].times[rounds / 2], programs[p].status);
    return 0;
}
