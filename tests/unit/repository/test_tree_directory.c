/* The files of a work tree, and what must not be followed out of it. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "repository/tree.h"

static char top[] = "/tmp/hookcheck-tree-XXXXXX";
static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static struct str at(const char *path)
{
    return str_printf(&arena, "%s/%s", top, path);
}

static void put(const char *path, struct str bytes)
{
    struct err e = ERR_NONE;

    cr_assert(file_make_directories(&arena, path_directory(at(path)), 0755, &e), "%s", e.message);
    cr_assert(file_write_atomically(&arena, at(path), bytes, 0644, &e), "%s", e.message);
}

static void link_to(const char *target, const char *path)
{
    cr_assert_eq(symlink(target, str_c(&arena, at(path))), 0);
}

static void set_up(void)
{
    cr_assert_not_null(mkdtemp(top));
    put("secret/key.py", STR("revision = 'secret'\n"));
    put("tree/b/file.py", STR("inside\n"));
    put("tree/a.txt", STR("0123456789"));
    link_to("b/file.py", "tree/relative.py");
    link_to("b", "tree/directory");
    link_to(str_c(&arena, at("tree/b/file.py")), "tree/absolute.py");
    link_to("../secret/key.py", "tree/out.py");
    link_to(str_c(&arena, at("secret")), "tree/outside");
    link_to("loop.py", "tree/loop.py");
    cr_assert_eq(mkfifo(str_c(&arena, at("tree/pipe.py")), 0600), 0);
}

static void tear_down(void)
{
    cr_assert_eq(system(str_c(&arena, str_printf(&arena, "rm -rf '%s'", top))), 0);
}

static struct tree *open_tree(void)
{
    return tree_of_directory(&arena, at("tree/"));
}

static enum err_kind read_fails(struct tree *tree, struct str path)
{
    struct str bytes = STR_NONE;
    struct err e = ERR_NONE;

    cr_expect_not(tree_read(tree, &arena, path, 1000, &bytes, &e), STR_FMT " was read: " STR_FMT,
                  STR_ARG(path), STR_ARG(bytes));
    return e.kind;
}

TestSuite(tree_directory, .init = set_up, .fini = tear_down);

Test(tree_directory, lists_sorted_with_kinds)
{
    static const struct {
        const char *name;
        enum tree_entry_kind kind;
    } wanted[] = {
        {"a.txt", TREE_FILE},          {"absolute.py", TREE_FILE}, {"b", TREE_DIRECTORY},
        {"directory", TREE_DIRECTORY}, {"loop.py", TREE_OTHER},    {"out.py", TREE_OTHER},
        {"outside", TREE_OTHER},       {"pipe.py", TREE_OTHER},    {"relative.py", TREE_FILE}};
    struct tree_entries entries;
    struct err e = ERR_NONE;
    bool exists;

    cr_assert(tree_list(open_tree(), &arena, STR(""), &entries, &exists, &e), "%s", e.message);
    cr_assert(exists);
    cr_assert_eq(entries.count, COUNT_OF(wanted));
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        cr_expect(str_eq(entries.items[i].name, str_from(wanted[i].name)), "%s", wanted[i].name);
        cr_expect_eq(entries.items[i].kind, wanted[i].kind, "%s: %d", wanted[i].name,
                     entries.items[i].kind);
    }
    cr_assert(tree_list(open_tree(), &arena, STR("none/at/all"), &entries, &exists, &e));
    cr_expect_not(exists);
    cr_assert(tree_list(open_tree(), &arena, STR("a.txt"), &entries, &exists, &e));
    cr_expect_not(exists);
}

Test(tree_directory, reads_inside_the_root_only)
{
    struct tree *tree = open_tree();
    struct str bytes;
    struct err e = ERR_NONE;
    static const struct str inside[] = {STR_INIT("b/file.py"), STR_INIT("relative.py"),
                                        STR_INIT("absolute.py"), STR_INIT("directory/file.py"),
                                        STR_INIT("./b/../b//file.py")};

    for (size_t i = 0; i < COUNT_OF(inside); i++) {
        cr_assert(tree_read(tree, &arena, inside[i], 1000, &bytes, &e), "%s", e.message);
        cr_expect(str_eq(bytes, STR("inside\n")), STR_FMT, STR_ARG(inside[i]));
    }
    cr_expect_eq(read_fails(tree, STR("out.py")), ERR_INPUT);
    cr_expect_eq(read_fails(tree, STR("outside/key.py")), ERR_INPUT);
    cr_expect_eq(read_fails(tree, STR("../secret/key.py")), ERR_INPUT);
    cr_expect_eq(read_fails(tree, STR("b/../../secret/key.py")), ERR_INPUT);
    cr_expect_eq(read_fails(tree, at("secret/key.py")), ERR_INPUT);
    cr_expect_eq(read_fails(tree, STR("a.txt\0x")), ERR_INPUT);
    cr_expect_eq(read_fails(tree, STR("none.py")), ERR_NOT_FOUND);
    cr_expect_eq(read_fails(tree, STR("a.txt/none.py")), ERR_NOT_FOUND);
    cr_expect_eq(read_fails(tree, STR("loop.py")), ERR_NOT_FOUND);
    cr_expect_eq(read_fails(tree, STR("pipe.py")), ERR_INPUT);
    cr_expect_eq(read_fails(tree, STR("b")), ERR_INPUT);
}

Test(tree_directory, cuts_where_asked)
{
    struct tree *tree = open_tree();
    struct str bytes;
    struct err e = ERR_NONE;
    bool whole = true;

    cr_assert(tree_read_start(tree, &arena, STR("a.txt"), 4, &bytes, &whole, &e));
    cr_expect(str_eq(bytes, STR("0123")));
    cr_expect_not(whole);
    cr_assert(tree_read_start(tree, &arena, STR("a.txt"), 10, &bytes, &whole, &e));
    cr_expect(str_eq(bytes, STR("0123456789")));
    cr_expect(whole);
    cr_expect_not(tree_read(tree, &arena, STR("a.txt"), 9, &bytes, &e));
    cr_expect_eq(e.kind, ERR_LIMIT);
}

Test(tree_directory, long_files_are_whole)
{
    size_t sizes[] = {65535, 65536, 65537, 200000};
    char *text = ARENA_ARRAY(&arena, 200000, char);

    for (size_t i = 0; i < 200000; i++)
        text[i] = (char)('a' + i % 23);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct str bytes;
        struct err e = ERR_NONE;
        bool whole;
        put("tree/long.py", str_of(text, sizes[i]));
        cr_assert(tree_read(open_tree(), &arena, STR("long.py"), FILE_MAX, &bytes, &e), "%s",
                  e.message);
        cr_expect(str_eq(bytes, str_of(text, sizes[i])), "%zu", sizes[i]);
        cr_assert(
            tree_read_start(open_tree(), &arena, STR("long.py"), sizes[i] - 1, &bytes, &whole, &e));
        cr_expect_eq(bytes.length, sizes[i] - 1);
        cr_expect_not(whole, "%zu", sizes[i]);
    }
}

Test(tree_directory, an_absent_root_has_nothing)
{
    struct tree *tree = tree_of_directory(&arena, at("never"));
    struct tree_entries entries;
    enum tree_entry_kind kind;
    struct err e = ERR_NONE;
    bool exists = true;

    cr_assert(tree_list(tree, &arena, STR(""), &entries, &exists, &e), "%s", e.message);
    cr_expect_not(exists);
    cr_expect_not(tree_exists(tree, &arena, STR("a"), &kind));
    cr_expect(tree_exists(open_tree(), &arena, STR("directory"), &kind) && kind == TREE_DIRECTORY);
    cr_expect(str_eq(tree_describe(tree), STR("work tree")));
}

static struct tree_entries list_of(struct tree *tree, struct arena *into)
{
    struct tree_entries entries = {0};
    struct err e = ERR_NONE;
    bool exists = false;

    cr_assert(tree_list(tree, into, STR("many"), &entries, &exists, &e), "%s", e.message);
    cr_assert(exists);
    return entries;
}

Test(tree_directory, a_large_directory_is_listed_once_and_nobody_writes_into_the_listing)
{
    struct arena other = {.budget = ARENA_DEFAULT_BUDGET};
    struct tree *tree = open_tree();

    for (int i = 0; i < 300; i++)
        put(str_c(&arena, str_printf(&arena, "tree/many/%03d", i)), STR(""));
    struct tree_entries first = list_of(tree, &arena);
    VEC_PUSH(&arena, &first, (struct tree_entry){.name = STR("appended")});
    put("tree/many/300", STR(""));
    struct tree_entries second = list_of(tree, &arena);
    VEC_PUSH(&arena, &second, (struct tree_entry){.name = STR("appended")});
    struct tree_entries third = list_of(tree, &arena), fresh = list_of(tree, &other);
    cr_assert_eq(third.count, 300);
    cr_assert(str_eq(third.items[0].name, STR("000")));
    cr_assert(str_eq(third.items[299].name, STR("299")));
    cr_assert_eq(fresh.count, 301, "an arena that may go first has a listing of its own");
    arena_release(&other);
}
