#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/vec.h"

#include "scratch.h"

static const struct {
    const char *base, *path, *joined;
} joins[] = {
    {"/a/b", "c", "/a/b/c"},  {"/a/b", "../c", "/a/c"},
    {"/a", "../../..", "/"},  {"/a/b", "/x//y/./z", "/x/y/z"},
    {"a", "../../b", "../b"}, {"", "", "."},
    {"/", "", "/"},           {"/a/", "b/", "/a/b"},
};

Test(file, join_is_lexical)
{
    ARENA(arena, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(joins); i++) {
        struct str joined = path_join(&arena, str_from(joins[i].base), str_from(joins[i].path));
        cr_expect(str_eq(joined, str_from(joins[i].joined)), "%s + %s gave " STR_FMT, joins[i].base,
                  joins[i].path, STR_ARG(joined));
    }
}

Test(file, relative_knows_path_boundaries)
{
    struct str relative;

    cr_assert(path_relative(STR("/a/b"), STR("/a/b/c/d"), &relative));
    cr_assert(str_eq(relative, STR("c/d")));
    cr_assert_not(path_relative(STR("/a/b"), STR("/a/bc"), &relative));
    cr_assert(path_relative(STR("/"), STR("/x"), &relative));
    cr_assert(str_eq(relative, STR("x")));
    cr_assert(path_relative(STR("/a"), STR("/a"), &relative));
    cr_assert(str_is_empty(relative));
}

Test(file, names_below_a_directory_and_how_deep_they_lie)
{
    ARENA(arena, 1 << 20);

    cr_assert(str_eq(path_below(&arena, STR(""), STR("a")), STR("a")));
    cr_assert(str_eq(path_below(&arena, STR("a/b"), STR("c d")), STR("a/b/c d")));
    cr_assert_eq(path_depth(STR("")), 0u);
    cr_assert_eq(path_depth(STR("a")), 1u);
    cr_assert_eq(path_depth(STR("a/b/c")), 3u);
}

Test(file, atomic_write_follows_links_and_keeps_the_mode)
{
    ARENA(arena, 1 << 20);
    struct err e = ERR_NONE;
    struct str directory = scratch_directory(&arena, "file");
    struct str file = path_join(&arena, directory, STR("real"));
    struct str link = path_join(&arena, directory, STR("link"));
    struct stat status;
    struct str bytes;

    cr_assert(file_write_atomically(&arena, file, STR("one"), 0640, &e), "%s", e.message);
    cr_assert_eq(symlink("real", str_c(&arena, link)), 0);
    cr_assert(file_write_atomically(&arena, link, STR("two"), 0640, &e), "%s", e.message);
    cr_assert_eq(lstat(str_c(&arena, link), &status), 0);
    cr_assert(S_ISLNK(status.st_mode));
    cr_assert(file_read(&arena, file, 100, &bytes, &e));
    cr_assert(str_eq(bytes, STR("two")));
    cr_assert_eq(stat(str_c(&arena, file), &status), 0);
    cr_assert_eq(status.st_mode & 0777, 0640);
    struct strs names;
    cr_assert(file_list(&arena, directory, &names, &e));
    cr_assert_eq(names.count, 2, "a temporary file was left");
}

Test(file, read_has_a_maximum_and_refuses_what_could_hang)
{
    ARENA(arena, 1 << 20);
    struct str directory = scratch_directory(&arena, "file");
    struct str file = path_join(&arena, directory, STR("f"));
    struct str fifo = path_join(&arena, directory, STR("fifo"));
    struct str bytes;
    struct err e = ERR_NONE, large = ERR_NONE, hang = ERR_NONE, absent = ERR_NONE;

    cr_assert(file_write_atomically(&arena, file, STR("0123456789"), 0600, &e));
    cr_assert(file_read(&arena, file, 10, &bytes, &e));
    cr_assert_not(file_read(&arena, file, 9, &bytes, &large));
    cr_assert_eq(large.kind, ERR_LIMIT);
    cr_assert_eq(mkfifo(str_c(&arena, fifo), 0600), 0);
    cr_assert_not(file_read(&arena, fifo, 10, &bytes, &hang));
    cr_assert_eq(hang.kind, ERR_INPUT);
    cr_assert_not(file_read(&arena, STR("/nonexistent/file"), 10, &bytes, &absent));
    cr_assert_eq(absent.kind, ERR_NOT_FOUND);
    cr_assert(strstr(absent.message, "cannot open /nonexistent/file: No such file"));
}

Test(file, proc_files_are_read_though_they_say_size_zero)
{
    ARENA(arena, 1 << 20);
    struct err e = ERR_NONE;
    struct str bytes;

    cr_assert(file_read(&arena, STR("/proc/self/status"), 1 << 16, &bytes, &e), "%s", e.message);
    cr_assert(str_starts(bytes, STR("Name:")));
}
