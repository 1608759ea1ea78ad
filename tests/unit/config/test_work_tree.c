#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"

TestSuite(work_tree, .init = fixture_make, .fini = fixture_remove);

static void expect(const char *directory, const char *work_tree, const char *git_entry)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str entry;
    struct str found = work_tree_find(&arena, fixture_path(&arena, directory), &entry);
    struct str wanted = work_tree ? fixture_path(&arena, work_tree) : STR_NONE;
    struct str wanted_entry = git_entry ? fixture_path(&arena, git_entry) : STR_NONE;

    cr_expect(str_eq(found, wanted), "%s: " STR_FMT, directory, STR_ARG(found));
    cr_expect(str_eq(entry, wanted_entry), "%s: " STR_FMT, directory, STR_ARG(entry));
}

Test(work_tree, is_where_git_stands)
{
    expect("repo", "repo", "repo/.git");
    expect("repo/apps/api", "repo", "repo/.git");
    expect("repo/apps/not/there/yet", "repo", "repo/.git");
    expect("home", NULL, NULL);
}

Test(work_tree, a_file_named_git_counts_and_the_nearest_wins)
{
    fixture_write("repo/apps/.git", "gitdir: ../.git/modules/apps\n");
    expect("repo/apps/api", "repo/apps", "repo/apps/.git");
}

Test(work_tree, an_empty_git_directory_hides_nothing)
{
    cr_assert_eq(system("mkdir repo/apps/.git && touch repo/apps/" CONFIG_NAME), 0);
    expect("repo/apps/api", "repo", "repo/.git");
}

Test(work_tree, without_git_the_configuration_says_where)
{
    fixture_write("home/" CONFIG_NAME, "{}");
    cr_assert_eq(system("mkdir -p home/a/b"), 0);
    expect("home/a/b", "home", NULL);
    cr_assert_eq(system("mkdir -p home/linked && ln -s nowhere home/linked/" CONFIG_NAME), 0);
    expect("home/linked", "home/linked", NULL);
}

Test(work_tree, links_are_followed_and_answered_as_given)
{
    cr_assert_eq(system("ln -s repo alias && ln -s ../repo/apps home/apps"), 0);
    expect("alias/apps", "alias", "alias/.git");
    /* The given path goes through no part of the work tree's own. */
    expect("home/apps/api", "repo", "repo/.git");
    expect("alias/new", "alias", "alias/.git");
}

Test(work_tree, a_relative_directory_lies_in_none)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct str entry;

    cr_expect(str_is_empty(work_tree_find(&arena, STR("repo"), &entry)));
    cr_expect(str_is_empty(work_tree_find(&arena, str_of("/a\0b", 4), &entry)));
}
