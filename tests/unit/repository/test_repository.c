/* Real repositories, made by git itself, read by both backends. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/door.h"
#include "base/file.h"
#include "base/process.h"
#include "repository/backend.h"
#include "repository/repository.h"

static char root[] = "/tmp/hookcheck-repository-XXXXXX";

static void shell(const char *format, ...) PRINTF_LIKE(1, 2);
static void shell(const char *format, ...)
{
    char line[8192];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    cr_assert_eq(system(line), 0, "%s", line);
}

static void remove_root(void)
{
    char line[200];

    snprintf(line, sizeof line, "chmod -R u+rwX '%s'; rm -rf '%s'", root, root);
    cr_assert_eq(system(line), 0);
}

/* r: two commits on main, a tag, a branch "feature" with a migration of its own. */
static void make_repository(void)
{
    cr_assert(mkdtemp(root));
    cr_assert_eq(chdir(root), 0);
    setenv("HOME", root, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    unsetenv("GIT_DIR");
    shell("cat > .gitconfig <<'E'\n[user]\nname=t\nemail=t@example\n[init]\ndefaultBranch=main\n"
          "[protocol \"file\"]\nallow=always\n[commit]\ngpgsign=false\nE");
    shell("{ git init -q r && cd r && mkdir -p db/versions && "
          "printf 'revision = \"a1\"\\n' > db/versions/one.py && echo readme > README && "
          "ln -s db/versions linked && ln -s /etc/passwd out && printf '*.log\\n' > .gitignore && "
          "git add -A && GIT_COMMITTER_DATE=2025-01-01T00:00:00Z git commit -qm one && "
          "printf 'revision = \"b2\"\\ndown_revision = \"a1\"\\n' > db/versions/two.py && "
          "git add -A && GIT_COMMITTER_DATE=2025-01-02T00:00:00Z git commit -qm two && "
          "git tag -a -m release v1.0 && git checkout -qb feature && "
          "printf '\"\"\"Add it\\n\\nRevision ID: c3\\n\"\"\"\\nrevision: str = \"c3\"\\n"
          "down_revision = \"b2\"\\n' > db/versions/three.py && "
          "printf 'create table x();\\n' > db/20250103_d4_make_x.sql && git add -A && "
          "GIT_COMMITTER_DATE=2025-01-03T00:00:00Z git commit -qm three && git checkout -q main; } "
          ">/dev/null");
}

TestSuite(repository, .init = make_repository, .fini = remove_root);

static struct str path_of(struct arena *arena, const char *name)
{
    return path_join(arena, str_from(root), str_from(name));
}

/* `which` 0: what repository_open chooses; 1: git's commands. */
static struct repository *open_with(struct arena *arena, unsigned which, const char *name)
{
    struct repository *repository = NULL;
    struct err e = ERR_NONE;

    if (which == 0) {
        cr_assert(repository_open(arena, path_of(arena, name), &repository, &e), "%s: %s", name,
                  e.message);
        return repository;
    }
    repository = ARENA_NEW(arena, struct repository);
    repository->arena = arena;
    repository->directory = path_of(arena, name);
    repository->backend = &git_command_backend;
    cr_assert(git_command_backend.open(arena, repository->directory, &(struct open_options){0},
                                       &repository->self, &e),
              "%s: %s", name, e.message);
    return repository;
}
#define OPEN(arena, variable, which, name)                                                         \
    CLEANUP_WITH(repository_close)                                                                 \
    struct repository *variable = open_with((arena), (which), (name))

static struct str output_of(struct arena *arena, const char *command)
{
    char text[8192];
    FILE *pipe = popen(command, "r");

    cr_assert(pipe);
    size_t length = fread(text, 1, sizeof text, pipe);
    cr_assert_eq(pclose(pipe), 0, "%s", command);
    return str_trim(str_copy(arena, str_of(text, length)));
}

static struct str listing(struct arena *arena, struct tree *tree, const char *directory)
{
    static const char *const kinds[] = {"file", "directory", "submodule", "other"};
    struct tree_entries entries;
    struct err e = ERR_NONE;
    struct str text = STR("");
    bool exists;

    cr_assert(tree_list(tree, arena, str_from(directory), &entries, &exists, &e), "%s", e.message);
    if (!exists)
        return STR("absent");
    for (size_t i = 0; i < entries.count; i++)
        text = str_printf(arena, STR_FMT STR_FMT ":%s ", STR_ARG(text),
                          STR_ARG(entries.items[i].name), kinds[entries.items[i].kind]);
    return text;
}

#define EXPECT_TEXT(is, text)                                                                      \
    do {                                                                                           \
        struct str is_ = (is);                                                                     \
        cr_expect(str_eq(is_, STR(text)), "is: " STR_FMT, STR_ARG(is_));                           \
    } while (0)

static void check_main(struct arena *arena, struct repository *repository, const char *revision,
                       const char *git_directory)
{
    struct err e = ERR_NONE;
    struct str commit, bytes;
    struct tree *tree;

    cr_assert(repository_resolve(repository, arena, str_from(revision), &commit, &e), "%s",
              e.message);
    struct str expected = output_of(
        arena,
        str_printf(arena, "git -C %s rev-parse '%s^{commit}'", git_directory, revision).bytes);
    cr_expect(str_eq(commit, expected), STR_FMT " " STR_FMT, STR_ARG(commit), STR_ARG(expected));
    cr_assert(repository_tree(repository, arena, str_from(revision), &tree, &e), "%s", e.message);
    cr_expect(str_eq(tree_describe(tree), str_prefix(expected, 12)));
    EXPECT_TEXT(listing(arena, tree, ""),
                ".gitignore:file README:file db:directory linked:directory out:other ");
    EXPECT_TEXT(listing(arena, tree, "db/versions"), "one.py:file two.py:file ");
    EXPECT_TEXT(listing(arena, tree, "linked"), "one.py:file two.py:file ");
    EXPECT_TEXT(listing(arena, tree, "db/none"), "absent");
    EXPECT_TEXT(listing(arena, tree, "README"), "absent");
    cr_assert(tree_read(tree, arena, STR("db/versions/two.py"), 100, &bytes, &e), "%s", e.message);
    EXPECT_TEXT(bytes, "revision = \"b2\"\ndown_revision = \"a1\"\n");
    cr_assert(tree_read(tree, arena, STR("linked/one.py"), 100, &bytes, &e), "%s", e.message);
    EXPECT_TEXT(bytes, "revision = \"a1\"\n");
}

Test(repository, the_module_is_used_where_it_can)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    OPEN(&arena, repository, 0, "r");

    cr_assert_str_eq(repository->backend->name, "libgit2");
}

/* In a child: an arena that is too small for what is read. The door blocks, whoever of the two ran out. */
Test(repository, out_of_memory_leaves_by_the_door)
{
    for (size_t budget = 500; budget < 100000; budget += 100) {
        pid_t child = fork();
        int status;
        cr_assert_geq(child, 0);
        if (child == 0) {
            ARENA(arena, budget);
            struct err e = ERR_NONE;
            struct repository *repository;
            struct tree *tree;
            struct tree_entries entries;
            bool exists;
            door_open("test");
            door_deploy_recognised();
            bool read = repository_open(&arena, path_of(&arena, "r"), &repository, &e) &&
                        repository_tree(repository, &arena, STR("main"), &tree, &e) &&
                        tree_list(tree, &arena, STR("db/versions"), &entries, &exists, &e);
            _exit(read ? 42 : 43);
        }
        cr_assert_eq(waitpid(child, &status, 0), child);
        cr_assert(WIFEXITED(status));
        if (WEXITSTATUS(status) == 42) {
            cr_expect_gt(budget, 2000);
            return;
        }
        cr_expect_eq(WEXITSTATUS(status), 2, "budget %zu: %d", budget, WEXITSTATUS(status));
    }
    cr_assert_fail("no budget was enough");
}

Test(repository, both_backends_read_the_same_commit)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    static const char *const revisions[] = {"main", "HEAD", "v1.0", "refs/tags/v1.0", "feature~1"};

    for (unsigned which = 0; which < 2; which++) {
        OPEN(&arena, repository, which, "r/db");
        for (size_t i = 0; i < COUNT_OF(revisions); i++)
            check_main(&arena, repository, revisions[i], "r");
    }
}

Test(repository, reading_cuts_and_says_so)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    for (unsigned which = 0; which < 2; which++) {
        OPEN(&arena, repository, which, "r");
        struct err e = ERR_NONE;
        struct tree *tree;
        struct str bytes;
        bool whole;
        cr_assert(repository_tree(repository, &arena, STR("main"), &tree, &e), "%s", e.message);
        cr_assert(tree_read_start(tree, &arena, STR("README"), 4, &bytes, &whole, &e), "%s",
                  e.message);
        EXPECT_TEXT(bytes, "read");
        cr_expect_not(whole);
        cr_assert(tree_read_start(tree, &arena, STR("README"), 7, &bytes, &whole, &e), "%s",
                  e.message);
        EXPECT_TEXT(bytes, "readme\n");
        cr_expect(whole);
        cr_expect_not(tree_read(tree, &arena, STR("out"), 100, &bytes, &e));
        cr_expect_eq(e.kind, ERR_NOT_FOUND);
    }
}

Test(repository, large_files_together_are_read_one_by_one)
{
    ARENA(arena, (size_t)1 << 30);

    shell("cd r && for i in 1 2 3; do head -c 50000000 /dev/zero | tr '\\0' $i > $i.bin; done && "
          "git add -A && git commit -qm big");
    OPEN(&arena, repository, 1, "r");
    struct err e = ERR_NONE;
    struct tree *tree;
    struct str bytes;
    bool whole;
    cr_assert(repository_tree(repository, &arena, STR("main"), &tree, &e), "%s", e.message);
    for (unsigned i = 1; i <= 3; i++) {
        struct str name = str_printf(&arena, "%u.bin", i);
        cr_assert(tree_read_start(tree, &arena, name, 1000, &bytes, &whole, &e), "%s", e.message);
        cr_expect_eq(bytes.length, 1000);
        cr_expect_eq(bytes.bytes[999], (char)('0' + i));
        cr_expect_not(whole);
    }
}

Test(repository, what_is_no_revision_is_not_found)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    static const char *const revisions[] = {
        "no-such-branch",
        "",
        "--all",
        "-h",
        "main:README",
        "main^{tree}",
        "HEAD\nmain",
        "0000000000000000000000000000000000000001",
        "0123456789012345678901234567890123456789012345678901234567890123"};

    for (unsigned which = 0; which < 2; which++) {
        OPEN(&arena, repository, which, "r");
        for (size_t i = 0; i < COUNT_OF(revisions); i++) {
            struct err e = ERR_NONE;
            struct str commit;
            cr_expect_not(
                repository_resolve(repository, &arena, str_from(revisions[i]), &commit, &e));
            cr_expect_eq(e.kind, ERR_NOT_FOUND, "%s: %d %s", revisions[i], (int)e.kind, e.message);
        }
    }
}

/* --- Kinds of repositories. --- */

static void check_place(const char *name, const char *revision, const char *git_directory)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    for (unsigned which = 0; which < 2; which++) {
        OPEN(&arena, repository, which, name);
        check_main(&arena, repository, revision, git_directory);
    }
}

Test(repository, linked_worktree)
{
    shell("git -C r worktree add -q ../linked-tree main~0 --detach");
    check_place("linked-tree/db", "HEAD", "linked-tree");
}

Test(repository, bare)
{
    shell("git clone -q --bare r bare.git");
    check_place("bare.git", "main", "bare.git");
    check_place("bare.git/refs", "main", "bare.git");
}

Test(repository, detached_and_packed)
{
    shell("cd r && git checkout -q --detach main && git gc -q --aggressive --prune=now");
    check_place("r", "HEAD", "r");
}

Test(repository, submodule)
{
    shell("{ git init -q super && cd super && git -c protocol.file.allow=always submodule -q add "
          "../r sub && git commit -qm sub; "
          "} >/dev/null 2>&1");
    check_place("super/sub/db", "HEAD", "super/sub");
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    for (unsigned which = 0; which < 2; which++) {
        OPEN(&arena, repository, which, "super");
        struct err e = ERR_NONE;
        struct tree *tree;
        cr_assert(repository_tree(repository, &arena, STR("HEAD"), &tree, &e), "%s", e.message);
        EXPECT_TEXT(listing(&arena, tree, ""), ".gitmodules:file sub:submodule ");
    }
}

Test(repository, shallow)
{
    shell("git clone -q --depth 1 \"file://$PWD/r\" shallow");
    check_place("shallow", "HEAD", "shallow");
}

Test(repository, partial_clone_and_sparse_checkout)
{
    shell("cd r && git config uploadpack.allowFilter true && git config "
          "uploadpack.allowAnySHA1InWant true && cd .. && "
          "git clone -q --filter=blob:none --sparse \"file://$PWD/r\" partial");
    check_place("partial", "HEAD", "partial");
}

Test(repository, sha256_is_read_by_git_itself)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    shell("{ git init -q --object-format=sha256 long && cp -a r/db r/README r/linked r/out "
          "r/.gitignore long && "
          "cd long && git add -A && git commit -qm one; } >/dev/null");
    check_place("long", "HEAD", "long");
    OPEN(&arena, repository, 0, "long");
    cr_expect_str_eq(repository->backend->name, "git");
}

Test(repository, git_variables_of_the_caller_do_not_count)
{
    setenv("GIT_DIR", "/nonexistent", 1);
    setenv("GIT_OBJECT_DIRECTORY", "/nonexistent", 1);
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    for (unsigned which = 0; which < 2; which++) {
        OPEN(&arena, repository, which, "r");
        struct err e = ERR_NONE;
        struct str commit;
        cr_expect(repository_resolve(repository, &arena, STR("main"), &commit, &e), "%s",
                  e.message);
    }
}

/* --- Faults. --- */

Test(repository, no_repository_is_not_found)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct repository *repository;
    struct err e = ERR_NONE, second = ERR_NONE;

    shell("mkdir plain");
    cr_assert_not(repository_open(&arena, path_of(&arena, "plain"), &repository, &e));
    cr_assert_eq(e.kind, ERR_NOT_FOUND, "%s", e.message);
    cr_assert_not(repository_open(&arena, path_of(&arena, "absent"), &repository, &second));
    cr_assert_eq(second.kind, ERR_NOT_FOUND, "%s", second.message);
}

Test(repository, a_repository_that_cannot_be_understood_is_unreachable)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct repository *repository;
    struct err e = ERR_NONE, second = ERR_NONE, third = ERR_NONE;

    shell("rm r/.git/HEAD");
    cr_assert_not(repository_open(&arena, path_of(&arena, "r"), &repository, &e));
    cr_assert_eq(e.kind, ERR_UNREACHABLE, "%s", e.message);
    cr_assert(strstr(e.message, "/r/.git: the repository cannot be read: "), "%s", e.message);
    cr_assert(strstr(e.message, "/r/.git/HEAD: No such file or directory"), "%s", e.message);
    shell("mkdir link && echo 'gitdir: /nonexistent' > link/.git");
    cr_assert_not(repository_open(&arena, path_of(&arena, "link"), &repository, &second));
    cr_assert_eq(second.kind, ERR_UNREACHABLE, "%s", second.message);
    shell("git init -q future && git -C future config core.repositoryformatversion 99");
    cr_assert_not(repository_open(&arena, path_of(&arena, "future"), &repository, &third));
    cr_assert_eq(third.kind, ERR_UNREACHABLE, "%s", third.message);
    cr_assert(strstr(third.message, "99"), "%s", third.message);
}

Test(repository, a_corrupt_object_is_unreachable)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    shell("cd r && b=$(git rev-parse main:README) && f=.git/objects/$(echo $b | cut -c1-2)/$(echo "
          "$b | cut -c3-) && "
          "chmod u+w $f && echo garbage > $f");
    for (unsigned which = 0; which < 2; which++) {
        OPEN(&arena, repository, which, "r");
        struct err e = ERR_NONE;
        struct tree *tree;
        struct str bytes;
        cr_assert(repository_tree(repository, &arena, STR("main"), &tree, &e), "%s", e.message);
        cr_assert_not(tree_read(tree, &arena, STR("README"), 100, &bytes, &e));
        cr_expect_eq(e.kind, ERR_UNREACHABLE, "%s", e.message);
        cr_expect_gt(strlen(e.message), 10);
    }
}

Test(repository, a_missing_tree_is_unreachable_and_never_empty)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    shell("cd r && t=$(git rev-parse main:db) && rm -f .git/objects/$(echo $t | cut -c1-2)/$(echo "
          "$t | cut -c3-)");
    for (unsigned which = 0; which < 2; which++) {
        OPEN(&arena, repository, which, "r");
        struct err e = ERR_NONE;
        struct tree *tree;
        struct tree_entries entries;
        bool exists;
        cr_assert(repository_tree(repository, &arena, STR("main"), &tree, &e), "%s", e.message);
        cr_assert_not(tree_list(tree, &arena, STR("db"), &entries, &exists, &e));
        cr_expect_eq(e.kind, ERR_UNREACHABLE, "%s", e.message);
    }
}

/* --- What is not committed. --- */

static void expect_uncommitted(const char *name, const char *directory, struct str expected)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    for (unsigned which = 0; which < 2; which++) {
        OPEN(&arena, repository, which, name);
        struct err e = ERR_NONE;
        struct strs paths = {0};
        cr_assert(repository_uncommitted(repository, &arena, str_from(directory), &paths, &e), "%s",
                  e.message);
        struct str joined = str_join(&arena, paths.items, paths.count, STR(" "));
        cr_expect(str_eq(joined, expected), "%s in %u: " STR_FMT, directory, which,
                  STR_ARG(joined));
    }
}

Test(repository, uncommitted_files_under_a_directory)
{
    expect_uncommitted("r", "db", STR(""));
    shell("cd r && echo x >> db/versions/one.py && echo x > db/versions/new.py && mkdir db/deep && "
          "echo x > 'db/deep/ü name.py' && echo x > db/a.log && git rm -q --cached "
          "db/versions/two.py && "
          "rm db/versions/two.py && echo x > staged.py && git add staged.py && mkdir dbx && echo x "
          "> dbx/y");
    expect_uncommitted(
        "r", "db",
        STR("db/deep/ü name.py db/versions/new.py db/versions/one.py db/versions/two.py"));
    expect_uncommitted("r", "db/versions/",
                       STR("db/versions/new.py db/versions/one.py db/versions/two.py"));
    expect_uncommitted("r", "",
                       STR("db/deep/ü name.py db/versions/new.py db/versions/one.py "
                           "db/versions/two.py dbx/y staged.py"));
    expect_uncommitted("r", "none", STR(""));
}

Test(repository, a_name_with_wildcards_is_literal)
{
    shell("mkdir 'r/d*' r/dd && echo x > 'r/d*/a' && echo x > r/dd/b");
    expect_uncommitted("r", "d*", STR("d*/a"));
}

Test(repository, nothing_is_uncommitted_in_a_bare_repository)
{
    shell("git clone -q --bare r bare.git");
    expect_uncommitted("bare.git", "", STR(""));
}

Test(repository, a_repository_without_commits)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    shell("git init -q fresh && echo x > fresh/a");
    expect_uncommitted("fresh", "", STR("a"));
    OPEN(&arena, repository, 0, "fresh");
    struct err e = ERR_NONE;
    struct str commit;
    cr_assert_not(repository_resolve(repository, &arena, STR("HEAD"), &commit, &e));
    cr_assert_eq(e.kind, ERR_NOT_FOUND, "%s", e.message);
}

/* --- What the index has. --- */

static void expect_tracked(const char *path, bool expected)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    for (unsigned which = 0; which < 2; which++) {
        OPEN(&arena, repository, which, "r");
        struct err e = ERR_NONE;
        bool tracks = !expected;
        cr_assert(repository_tracks(repository, &arena, str_from(path), &tracks, &e), "%s",
                  e.message);
        cr_expect_eq(tracks, expected, "%s in %u", path, which);
    }
}

Test(repository, what_the_index_has_is_tracked)
{
    shell("cd r && git rm -q --cached db/versions/two.py && echo x > staged.py && git add "
          "staged.py && echo x > db/new.py");
    expect_tracked("db/versions/one.py", true);
    expect_tracked("db/versions", true);
    expect_tracked("db/versions/two.py", false);
    expect_tracked("staged.py", true);
    expect_tracked("db/new.py", false);
    expect_tracked("db/v", false);
}

/* --- Ids that only the database knows. --- */

static void expect_sightings(unsigned which, const char *directory, const char *ids,
                             const char *expected)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    OPEN(&arena, repository, which, "r");
    struct repository_sightings sightings;
    struct strs list = {0};
    struct err e = ERR_NONE;
    struct str rest = str_from(ids), text = STR("");
    bool complete;

    while (rest.length)
        VEC_PUSH(&arena, &list, str_cut(&rest, ' '));
    cr_assert(repository_find_ids(repository, &arena, str_from(directory), &list, 60000, &sightings,
                                  &complete, &e),
              "%s", e.message);
    cr_expect(complete);
    for (size_t i = 0; i < sightings.count; i++) {
        const struct repository_sighting *one = &sightings.items[i];
        cr_expect_eq(one->commit.length, 12);
        text = str_printf(&arena, STR_FMT STR_FMT "@" STR_FMT ":" STR_FMT " ", STR_ARG(text),
                          STR_ARG(one->id), STR_ARG(one->ref), STR_ARG(one->path));
    }
    cr_expect(str_eq(text, str_from(expected)), "%u %s %s: " STR_FMT, which, directory, ids,
              STR_ARG(text));
}

Test(repository, ids_are_found_where_they_are_defined)
{
    for (unsigned which = 0; which < 2; which++) {
        expect_sightings(which, "", "c3", "c3@feature:db/versions/three.py ");
        expect_sightings(which, "db/versions", "c3", "c3@feature:db/versions/three.py ");
        expect_sightings(which, "", "d4", "d4@feature:db/20250103_d4_make_x.sql ");
        expect_sightings(which, "", "zz c", "");
        expect_sightings(which, "elsewhere", "c3", "");
        /* The newest ref first: feature is younger than main. */
        expect_sightings(which, "", "a1", "a1@feature:db/versions/one.py ");
    }
}

Test(repository, a_child_that_names_its_parent_is_no_sighting)
{
    shell(
        "cd r && git checkout -q feature && git rm -q db/versions/one.py && git commit -qm gone && "
        "git branch -qD main && git tag -d v1.0 >/dev/null && git reflog expire --expire=now "
        "--all");
    for (unsigned which = 0; which < 2; which++)
        expect_sightings(which, "", "a1", "");
}

Test(repository, stashes_remotes_and_tags_are_looked_at)
{
    shell("cd r && printf 'revision = \"s5\"\\n' > db/versions/stashed.py && git add -A && git "
          "stash -q && "
          "git checkout -q --detach && printf 'revision = \"t6\"\\n' > db/versions/tagged.py && "
          "git add -A && "
          "git commit -qm t && git tag -a -m t v2 && git tag -a -m t again v2^{} && git checkout "
          "-q main && "
          "git update-ref refs/remotes/origin/far feature && git branch -qD feature && "
          "git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/far && "
          "git tag blob $(git rev-parse main:README)");
    for (unsigned which = 0; which < 2; which++) {
        expect_sightings(which, "", "s5", "s5@stash@{0}:db/versions/stashed.py ");
        expect_sightings(which, "", "t6", "t6@again:db/versions/tagged.py ");
        expect_sightings(which, "", "c3", "c3@origin/far:db/versions/three.py ");
    }
}

Test(repository, a_search_without_time_says_that_it_is_incomplete)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    for (unsigned which = 0; which < 2; which++) {
        OPEN(&arena, repository, which, "r");
        struct repository_sightings sightings;
        struct strs ids = {0};
        struct err e = ERR_NONE;
        bool complete = true;
        VEC_PUSH(&arena, &ids, STR("c3"));
        cr_assert(
            repository_find_ids(repository, &arena, STR(""), &ids, 0, &sightings, &complete, &e),
            "%s", e.message);
        cr_expect_not(complete);
        cr_expect_eq(sightings.count, 0);
    }
}

Test(repository, a_ref_whose_objects_are_missing_does_not_hide_the_others)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);

    shell("cd r && t=$(git rev-parse feature:db) && rm -f .git/objects/$(echo $t | cut "
          "-c1-2)/$(echo $t | cut -c3-)");
    for (unsigned which = 0; which < 2; which++) {
        OPEN(&arena, repository, which, "r");
        struct repository_sightings sightings;
        struct strs ids = {0};
        struct err e = ERR_NONE;
        bool complete = true;
        VEC_PUSH(&arena, &ids, STR("b2"));
        VEC_PUSH(&arena, &ids, STR("c3"));
        cr_assert(repository_find_ids(repository, &arena, STR("db"), &ids, 60000, &sightings,
                                      &complete, &e),
                  "%s", e.message);
        cr_expect_not(complete);
        cr_assert_eq(sightings.count, 1);
        EXPECT_TEXT(sightings.items[0].id, "b2");
    }
}
