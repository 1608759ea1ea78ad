#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "gate/audit.h"

#include "cr_str.h"
#include "scratch.h"

static struct str state_new(struct arena *arena)
{
    return scratch_directory(arena, "audit");
}

static void append(struct arena *arena, const struct audit_options *options, struct str fields)
{
    struct err e = ERR_NONE;

    cr_assert(audit_append(arena, options, fields, &e), "%s", e.message);
}

static struct audit_check verify(struct arena *arena, struct str state)
{
    struct audit_check check;
    struct err e = ERR_NONE;

    cr_assert(audit_verify(arena, state, &check, &e), "%s", e.message);
    return check;
}

static struct str path_of(struct arena *arena, struct str state, const char *name)
{
    return str_printf(arena, STR_FMT "/audit/%s", STR_ARG(state), name);
}

static struct str content(struct arena *arena, struct str state, const char *name)
{
    struct str bytes;
    struct err e = ERR_NONE;

    cr_assert(file_read(arena, path_of(arena, state, name), FILE_MAX, &bytes, &e), "%s", e.message);
    return bytes;
}

static void replace(struct arena *arena, struct str state, const char *name, struct str bytes)
{
    struct err e = ERR_NONE;

    cr_assert(file_write_atomically(arena, path_of(arena, state, name), bytes, 0600, &e), "%s",
              e.message);
}

Test(audit, three_lines_make_a_chain)
{
    ARENA(arena, 64 << 20);
    struct audit_options options = {.state = state_new(&arena)};
    struct stat status;

    for (int i = 0; i < 3; i++)
        append(&arena, &options, STR("\"n\":1"));
    struct audit_check check = verify(&arena, options.state);
    cr_assert(check.intact, STR_FMT, STR_ARG(check.message));
    cr_assert_eq(check.lines, 3u);
    cr_assert_eq(check.files, 1u);
    assert_holds(content(&arena, options.state, "audit.jsonl"),
                 "\"previous\":"
                 "\"0000000000000000000000000000000000000000000000000000000000000000\",\"n\":1}\n");
    cr_assert_eq(stat(str_c(&arena, options.state), &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0700u);
    cr_assert_eq(stat(str_c(&arena, path_of(&arena, options.state, "audit.jsonl")), &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0600u);
}

Test(audit, a_changed_line_is_found)
{
    ARENA(arena, 64 << 20);
    struct audit_options options = {.state = state_new(&arena)};

    for (int i = 0; i < 3; i++)
        append(&arena, &options, str_printf(&arena, "\"n\":%d", i));
    struct str bytes = content(&arena, options.state, "audit.jsonl");
    char *changed = str_c(&arena, bytes);
    changed[str_find(bytes, STR("\"n\":1")) + 4] = '7';
    replace(&arena, options.state, "audit.jsonl", str_of(changed, bytes.length));
    struct audit_check check = verify(&arena, options.state);
    cr_assert(!check.intact);
    assert_str(check.message, "audit.jsonl:3: does not follow the line before it: a line was "
                              "changed, added or taken out");
}

Test(audit, lines_cut_off_the_end_are_found_and_stay_found)
{
    ARENA(arena, 64 << 20);
    struct audit_options options = {.state = state_new(&arena)};

    for (int i = 0; i < 4; i++)
        append(&arena, &options, STR("\"n\":1"));
    struct str bytes = content(&arena, options.state, "audit.jsonl"), line, kept = STR("");
    for (int i = 0; i < 2; i++) {
        cr_assert(str_next_line(&bytes, &line));
        kept = str_printf(&arena, STR_FMT STR_FMT "\n", STR_ARG(kept), STR_ARG(line));
    }
    replace(&arena, options.state, "audit.jsonl", kept);
    assert_holds(verify(&arena, options.state).message, "lines were cut off the end of the trail");
    append(&arena, &options, STR("\"n\":2"));
    append(&arena, &options, STR("\"n\":3"));
    struct audit_check check = verify(&arena, options.state);
    cr_assert(!check.intact);
    assert_str(check.message, "audit.jsonl:3: lines before this one were cut off");
}

Test(audit, a_torn_line_is_set_aside_and_noted)
{
    ARENA(arena, 64 << 20);
    struct audit_options options = {.state = state_new(&arena)};

    append(&arena, &options, STR("\"n\":1"));
    struct str bytes = content(&arena, options.state, "audit.jsonl");
    replace(&arena, options.state, "audit.jsonl",
            str_printf(&arena, STR_FMT "{\"time\":\"2025", STR_ARG(bytes)));
    struct audit_check check = verify(&arena, options.state);
    cr_assert(check.intact, "a torn line was never acknowledged: " STR_FMT, STR_ARG(check.message));
    append(&arena, &options, STR("\"n\":2"));
    check = verify(&arena, options.state);
    cr_assert(check.intact, STR_FMT, STR_ARG(check.message));
    cr_assert_eq(check.lines, 2u);
    assert_str(content(&arena, options.state, "torn.jsonl"), "{\"time\":\"2025\n");
    assert_holds(content(&arena, options.state, "audit.jsonl"), ",\"torn\":13,\"n\":2}\n");
}

Test(audit, rotation_keeps_the_chain)
{
    ARENA(arena, 64 << 20);
    struct audit_options options = {.state = state_new(&arena), .rotate_bytes = 600};

    for (int i = 0; i < 20; i++)
        append(
            &arena, &options,
            STR("\"text\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""));
    struct audit_check check = verify(&arena, options.state);
    cr_assert(check.intact, STR_FMT, STR_ARG(check.message));
    cr_assert_eq(check.lines, 20u);
    cr_assert_gt(check.files, 5u);
    cr_assert_eq(unlink(str_c(&arena, path_of(&arena, options.state, "audit-000002.jsonl"))), 0);
    check = verify(&arena, options.state);
    cr_assert(!check.intact);
    assert_holds(check.message, "audit-000003.jsonl:1: ");
}

/* A writer was killed between rotating and writing, and one before it between line and head. */
Test(audit, a_missing_current_file_after_rotation_is_no_gap)
{
    ARENA(arena, 64 << 20);
    struct audit_options options = {.state = state_new(&arena)};

    append(&arena, &options, STR("\"n\":1"));
    struct str head = content(&arena, options.state, "head");
    append(&arena, &options, STR("\"n\":2"));
    replace(&arena, options.state, "head", str_copy(&arena, head));
    cr_assert_eq(rename(str_c(&arena, path_of(&arena, options.state, "audit.jsonl")),
                        str_c(&arena, path_of(&arena, options.state, "audit-000001.jsonl"))),
                 0);
    append(&arena, &options, STR("\"n\":3"));
    struct audit_check check = verify(&arena, options.state);
    cr_assert(check.intact, STR_FMT, STR_ARG(check.message));
    cr_assert_eq(check.lines, 3u);
}

/* Retention: a rotated file whose newest line is eight years old goes; the chain goes on from what is remembered. */
Test(audit, files_past_the_retention_are_removed_and_the_chain_still_verifies)
{
    ARENA(arena, 64 << 20);
    struct audit_options options = {.state = state_new(&arena), .rotate_bytes = 100};
    struct str old =
        STR("{\"time\":\"2001-02-03T04:05:06.000Z\",\"previous\":"
            "\"0000000000000000000000000000000000000000000000000000000000000000\",\"n\":0}\n");
    struct err e = ERR_NONE;

    cr_assert(file_make_directories(
        &arena, str_printf(&arena, STR_FMT "/audit", STR_ARG(options.state)), 0700, &e));
    replace(&arena, options.state, "audit.jsonl", old);
    replace(&arena, options.state, "head", digest_sha256(&arena, str_prefix(old, old.length - 1)));
    append(&arena, &options, STR("\"n\":1"));
    cr_assert_eq(file_kind(&arena, path_of(&arena, options.state, "audit-000001.jsonl")),
                 FILE_ABSENT);
    cr_assert_eq(file_kind(&arena, path_of(&arena, options.state, "removed")), FILE_REGULAR);
    append(&arena, &options, STR("\"n\":2"));
    assert_holds(content(&arena, options.state, "audit-000001.jsonl"), "\"n\":1");
    struct audit_check check = verify(&arena, options.state);
    cr_assert(check.intact, STR_FMT, STR_ARG(check.message));
    cr_assert_eq(check.lines, 2u);
}

static void write_many(struct str state, int writer, int lines, int acknowledged)
{
    for (int i = 0; i < lines; i++) {
        ARENA(arena, 64 << 20);
        struct audit_options options = {
            .state = state, .rotate_bytes = 20000, .deadline_ms = UINT64_MAX};
        struct err e = ERR_NONE;
        struct str fields =
            str_printf(&arena, "\"writer\":\"w%d-%d\",\"pad\":\"%0200d\"", writer, i, i);
        if (!audit_append(&arena, &options, fields, &e))
            _exit(3);
        /* Only after the append has returned: this is what the writer was promised. */
        struct str line = str_printf(&arena, "w%d-%d\n", writer, i);
        if (write(acknowledged, line.bytes, line.length) != (ssize_t)line.length)
            _exit(4);
    }
    _exit(0);
}

Test(audit, sixty_four_writers_of_which_some_are_killed_lose_no_acknowledged_line, .timeout = 300)
{
    ARENA(arena, 512 << 20);
    struct str state = state_new(&arena);
    pid_t writers[64];
    struct str promised_name = str_printf(&arena, STR_FMT "/promised", STR_ARG(state));

    int promised = open(str_c(&arena, promised_name), O_CREAT | O_WRONLY | O_APPEND, 0600);
    cr_assert_geq(promised, 0);
    for (int i = 0; i < 64; i++) {
        writers[i] = fork();
        cr_assert_geq(writers[i], 0);
        if (writers[i] == 0)
            write_many(state, i, i % 3 == 0 ? 1000000 : 12, promised);
    }
    /* The endless ones are killed while the others work: each after the promised file has grown. */
    off_t seen = 0;
    for (size_t i = 0; i < 64; i += 3) {
        struct stat status;
        do
            cr_assert_eq(fstat(promised, &status), 0);
        while (status.st_size <= seen);
        seen = status.st_size;
        kill(writers[i], SIGKILL);
    }
    for (int i = 0; i < 64; i++) {
        int status;
        cr_assert_eq(waitpid(writers[i], &status, 0), writers[i]);
        if (i % 3 == 0)
            cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        else
            cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "writer %d: status %x", i,
                      (unsigned)status);
    }
    struct audit_check check = verify(&arena, state);
    cr_assert(check.intact, STR_FMT, STR_ARG(check.message));
    struct buf all = buf_new(&arena, 256 << 20);
    struct strs names = {0};
    struct err e = ERR_NONE;
    cr_assert(file_list(&arena, str_printf(&arena, STR_FMT "/audit", STR_ARG(state)), &names, &e));
    for (size_t i = 0; i < names.count; i++)
        if (str_ends(names.items[i], STR(".jsonl")) && !str_starts(names.items[i], STR("torn")))
            buf_add(&all, content(&arena, state, str_c(&arena, names.items[i])));
    struct str promised_lines, line;
    cr_assert(file_read(&arena, promised_name, FILE_MAX, &promised_lines, &e));
    size_t count = 0;
    while (str_next_line(&promised_lines, &line)) {
        count++;
        cr_assert(str_contains(buf_str(&all),
                               str_printf(&arena, "\"writer\":\"" STR_FMT "\"", STR_ARG(line))),
                  "lost: " STR_FMT, STR_ARG(line));
    }
    cr_assert_geq(count, 42u * 12u);
    cr_assert_geq(check.lines, count);
}

/* A full disk: the line is taken back, the caller is told, the chain goes on afterwards. */
Test(audit, a_line_that_does_not_fit_is_taken_back)
{
    ARENA(arena, 64 << 20);
    struct audit_options options = {.state = state_new(&arena)};
    struct rlimit before, small;
    struct err e = ERR_NONE;

    append(&arena, &options, STR("\"n\":1"));
    struct str bytes = content(&arena, options.state, "audit.jsonl");
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = bytes.length + 20;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool written = audit_append(&arena, &options, STR("\"n\":2"), &e);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    cr_assert(!written);
    cr_assert_not_null(strstr(e.message, "no space left"), "%s", e.message);
    assert_str(content(&arena, options.state, "audit.jsonl"), bytes.bytes);
    append(&arena, &options, STR("\"n\":3"));
    struct audit_check check = verify(&arena, options.state);
    cr_assert(check.intact, STR_FMT, STR_ARG(check.message));
}

Test(audit, a_device_in_place_of_the_trail_is_refused)
{
    ARENA(arena, 64 << 20);
    struct audit_options options = {.state = state_new(&arena)};
    struct err e = ERR_NONE;

    cr_assert(file_make_directories(
        &arena, str_printf(&arena, STR_FMT "/audit", STR_ARG(options.state)), 0700, &e));
    cr_assert_eq(symlink("/dev/full", str_c(&arena, path_of(&arena, options.state, "audit.jsonl"))),
                 0);
    cr_assert(!audit_append(&arena, &options, STR("\"n\":1"), &e));
    cr_assert_not_null(strstr(e.message, "cannot open"), "%s", e.message);
}

Test(audit, a_lock_that_is_held_ends_the_wait)
{
    ARENA(arena, 64 << 20);
    struct audit_options options = {.state = state_new(&arena)};
    struct err e = ERR_NONE;

    append(&arena, &options, STR("\"n\":1"));
    /* flock() belongs to the open file: another descriptor of this process is another holder. */
    int holder = open(str_c(&arena, path_of(&arena, options.state, "lock")), O_RDWR | O_CLOEXEC);
    cr_assert_geq(holder, 0);
    cr_assert_eq(flock(holder, LOCK_EX), 0);
    options.deadline_ms = 1; /* long ago */
    bool written = audit_append(&arena, &options, STR("\"n\":2"), &e);
    close(holder);
    cr_assert(!written);
    cr_assert_eq(e.kind, ERR_TIMEOUT);
}

Test(audit, without_a_state_directory_there_is_a_way_out)
{
    ARENA(arena, 1 << 20);
    struct audit_options options = {0};
    struct err e = ERR_NONE;

    cr_assert(!audit_append(&arena, &options, STR("\"n\":1"), &e));
    cr_assert_str_eq(e.hint, "set HOME or HOOKCHECK_STATE_DIR");
}
