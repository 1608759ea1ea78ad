/* Names of commits, read without git: what it says, or nothing is said and git is asked. Every name is asked of the installed git too. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "repository/git_command.h"
#include "repository/repository.h"
#include "scratch.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};
static struct str root;

static void run(const char *line)
{
    cr_assert_eq(system(line), 0, "%s", line);
}

static void in(const char *directory, const char *line)
{
    run(str_printf(&arena, "cd '" STR_FMT "/%s' && { %s; } >'" STR_FMT "/log' 2>&1", STR_ARG(root),
                   directory, line, STR_ARG(root))
            .bytes);
}

static void begin(void)
{
    root = scratch_directory(&arena, "refs");
    setenv("HOME", root.bytes, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    setenv("GIT_CONFIG_COUNT", "2", 1);
    setenv("GIT_CONFIG_KEY_0", "user.name", 1);
    setenv("GIT_CONFIG_VALUE_0", "T", 1);
    setenv("GIT_CONFIG_KEY_1", "user.email", 1);
    setenv("GIT_CONFIG_VALUE_1", "t@example.invalid", 1);
    in("", "git init -q -b main r");
    in("r", "for i in 1 2 3 4 5; do git commit -q --allow-empty -m $i; done");
    in("r",
       "git branch packed HEAD~1 && git tag -a -m x packed-tag HEAD~2 && git tag plain HEAD~3");
    in("r", "git tag -a -m x nested packed-tag && git pack-refs --all");
    in("r", "git branch both HEAD~1 && git tag both HEAD~2 && git branch feat/one HEAD~4");
    in("r",
       "git branch packed -f HEAD~3 && git branch config HEAD~1 && git branch deadbeef HEAD~2");
    in("r", "git update-ref refs/remotes/origin/main HEAD~1 && "
            "git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/main");
    in("r", "git symbolic-ref refs/heads/alias refs/heads/packed && git tag tree 'HEAD^{tree}'");
    in("r", "git symbolic-ref refs/heads/ring refs/heads/gnir && "
            "git symbolic-ref refs/heads/gnir refs/heads/ring");
    in("r",
       "git merge -q --no-ff -m m feat/one || git merge --abort; git checkout -q -b side HEAD~2 "
       "&& git commit -q --allow-empty -m s && git checkout -q main && "
       "git merge -q --no-ff -m merge side");
    in("r", "git worktree add -q -b tree-branch ../w HEAD~1");
    in("r", "git update-ref refs/bisect/bad HEAD~1 && git branch 'odd+name@x#1=%2' HEAD~2 && "
            "git clone -q --bare . ../bare.git");
    in("w", "git checkout -q --detach HEAD~1 && mkdir -p deep/er");
}

static void end(void)
{
    arena_release(&arena);
}

static struct str line_of(const char *command)
{
    static char line[256];
    FILE *output = popen(command, "r");

    cr_assert(output);
    if (!fgets(line, sizeof line, output))
        line[0] = '\0';
    pclose(output);
    return str_copy(&arena, str_trim(str_from(line)));
}

/* STR_NONE: not known without git. */
static struct str read_near(const char *directory, struct str revision)
{
    struct str path = str_printf(&arena, STR_FMT "/%s", STR_ARG(root), directory), commit;
    void *git;

    cr_assert(git_open_near(&arena, path, &git));
    bool known = git_refs_commit(git, &arena, revision, &commit);
    git_command_backend.close(git);
    return known ? commit : STR_NONE;
}

static struct str said_by_git(const char *directory, struct str revision)
{
    return line_of(str_printf(&arena,
                              "git -C '" STR_FMT "/%s' rev-parse -q --verify '" STR_FMT
                              "^{commit}' 2>/dev/null",
                              STR_ARG(root), directory, STR_ARG(revision))
                       .bytes);
}

static const char *const places[] = {"r", "w", "w/deep/er", "bare.git"};

TestSuite(refs, .init = begin, .fini = end);

Test(refs, names_lead_where_git_leads)
{
    static const char *const names[] = {"HEAD",
                                        "@",
                                        "main",
                                        "packed",
                                        "packed-tag",
                                        "nested",
                                        "plain",
                                        "both",
                                        "feat/one",
                                        "heads/packed",
                                        "tags/plain",
                                        "refs/heads/main",
                                        "refs/tags/both",
                                        "HEAD~1",
                                        "HEAD^",
                                        "main~2^",
                                        "main^^",
                                        "nested~1",
                                        "@~3",
                                        "heads/both",
                                        "main^1",
                                        "HEAD~0",
                                        "odd+name@x#1=%2",
                                        "deadbeef"};

    for (size_t i = 0; i < COUNT_OF(places); i++)
        for (size_t j = 0; j < COUNT_OF(names); j++) {
            struct str near = read_near(places[i], str_from(names[j]));
            struct str git = said_by_git(places[i], str_from(names[j]));
            cr_expect(git.length && str_eq(near, git),
                      "%s of %s: git says " STR_FMT ", here it is " STR_FMT, names[j], places[i],
                      STR_ARG(git), STR_ARG(near));
        }
    static const char *const here[] = {"origin", "origin/main", "alias", "remotes/origin/HEAD"};
    for (size_t j = 0; j < COUNT_OF(here); j++)
        cr_expect(str_eq(read_near("r", str_from(here[j])), said_by_git("r", str_from(here[j]))),
                  "%s", here[j]);
    struct str id = said_by_git("r", STR("packed"));
    cr_expect(str_eq(read_near("w", id), id));
    cr_expect(str_eq(read_near("w", said_by_git("r", STR("main"))), said_by_git("r", STR("main"))));
}

Test(refs, what_is_more_is_left_to_git)
{
    static const char *const names[] = {"nosuch",
                                        "config",
                                        "index",
                                        "main@{0}",
                                        "@{u}",
                                        ":/3",
                                        "main^2",
                                        "HEAD~99",
                                        "main^{tree}",
                                        "HEAD^{/3}",
                                        "tree",
                                        "ring",
                                        "-q",
                                        "",
                                        "a..b",
                                        "../r",
                                        "/etc",
                                        "bisect/bad",
                                        "HEAD~x",
                                        "main:file",
                                        "main ",
                                        "main\n",
                                        "refs/heads",
                                        "refs/",
                                        "HEAD~99999999999999999999",
                                        "0000000000000000000000000000000000000000",
                                        "ffffffffffffffffffffffffffffffffffffffff",
                                        "plain^0^0^2",
                                        "./main",
                                        "main/",
                                        "main/.",
                                        "heads//main",
                                        "refs//heads/main",
                                        "main.lock",
                                        "feat/.one",
                                        "main."};

    for (size_t i = 0; i < COUNT_OF(places); i++)
        for (size_t j = 0; j < COUNT_OF(names); j++) {
            struct str near = read_near(places[i], str_from(names[j]));
            cr_expect(!near.length, "%s of %s: " STR_FMT, names[j], places[i], STR_ARG(near));
        }
    struct str short_id = str_prefix(said_by_git("r", STR("main")), 10);
    cr_expect(!read_near("r", short_id).length);
}

/* Where git complains, or reads on another way, nothing is said here. */
Test(refs, files_that_git_does_not_write)
{
    static const struct {
        const char *make, *name;
        bool same; /* as git says; false: not known */
    } odd[] = {
        {"git rev-parse main~3 | sed 's/$/ more/' >.git/refs/tags/one; git branch one main", "one",
         false},
        {": >.git/refs/tags/one; git branch one main", "one", false},
        {"echo 'ref: HEAD' >.git/refs/tags/one; git branch one main~2", "one", false},
        {"echo 'ref:refs/heads/main' >.git/refs/tags/one; git branch one main~2", "one", true},
        {"printf 'ref:   refs/heads/main \\n' >.git/refs/tags/one; git branch one main~2", "one",
         true},
        {"git rev-parse main | tr -d '\\n' >.git/refs/tags/one; git branch one main~2", "one",
         true},
        {"mkdir -p .git/refs/tags/one; git branch one main~2", "one", true},
        {"ln -s nowhere .git/refs/tags/one; git branch one main~2", "one", true},
        {"git pack-refs --all; printf %s \"$(cat .git/packed-refs)\" >p; mv p .git/packed-refs",
         "packed-tag", false},
        {"git pack-refs --all; sed -i 's/$/\\r/' .git/packed-refs", "packed", false},
        {"git pack-refs --all; echo what >>.git/packed-refs", "packed", false},
        {"git pack-refs --all; sed -i '$!N;s/\\(.*\\)\\n\\(.*\\)/\\2\\n\\1/' .git/packed-refs",
         "packed", false},
        {"git pack-refs --all; sed -i 1d .git/packed-refs", "packed", true},
        {"{ git rev-parse main; head -c 5000 /dev/zero | tr '\\0' ' '; } >.git/refs/tags/one; "
         "git branch one main~2",
         "one", false},
        {"mkfifo .git/refs/tags/one; git branch one main~2", "one", false},
        {"git pack-refs --all; seq -f \"$(git rev-parse main) refs/zz/%08.0f\" 90000 "
         ">>.git/packed-refs",
         "packed", false},
        {"git config core.repositoryformatversion 9", "main", false},
        {"git config core.repositoryformatversion 1; git config extensions.what x", "main", false},
        {"git config core.repositoryformatversion 1; git config extensions.worktreeConfig true",
         "main", true},
        {"echo '[bro' >>.git/config", "main", false},
        {"printf '[alias]\\n\\tx = \"a \\\\\\n[bro\"\\n' >>.git/config", "main", true},
    };

    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        in("", "rm -rf o && cp -a r o && cd o && rm -rf .git/worktrees");
        in("o", odd[i].make);
        struct str near = read_near("o", str_from(odd[i].name));
        struct str git = odd[i].same ? said_by_git("o", str_from(odd[i].name)) : STR_NONE;
        cr_expect(str_eq(near, git) && odd[i].same == (git.length > 0),
                  "%s: git says " STR_FMT ", here it is " STR_FMT, odd[i].make, STR_ARG(git),
                  STR_ARG(near));
    }
}

/* Opened for commits, both are known by their ids, and so is what is in them. */
Test(refs, a_repository_is_opened_for_commits)
{
    static const char *const names[][2] = {{"main", "packed"}, {"main", "main@{0}"}};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct str revisions[] = {str_from(names[i][0]), str_from(names[i][1])};
        struct err e = ERR_NONE;
        struct tree *tree;
        REPOSITORY(repository);
        cr_assert(repository_open_commits(&arena, str_printf(&arena, STR_FMT "/r", STR_ARG(root)),
                                          revisions, 2, &repository, &e),
                  "%s", e.message);
        cr_assert(repository_tree(repository, &arena, revisions[0], &tree, &e), "%s", e.message);
        cr_assert(repository_tree(repository, &arena, revisions[1], &tree, &e), "%s", e.message);
    }
    struct str none[] = {STR("main"), STR("nosuch")};
    struct err e = ERR_NONE;
    struct tree *tree;
    REPOSITORY(repository);
    cr_assert(repository_open_commits(&arena, str_printf(&arena, STR_FMT "/r", STR_ARG(root)), none,
                                      2, &repository, &e));
    cr_expect(!repository_tree(repository, &arena, none[1], &tree, &e));
    cr_expect_eq(e.kind, ERR_NOT_FOUND);
    cr_expect_str_eq(e.message, "no such revision: nosuch");
}

/* A format of refs that is not these files: git's answer. */
Test(refs, a_repository_without_these_files_is_left_to_git)
{
    in("r", "rm .git/packed-refs && rm -r .git/refs/heads && echo 'ref: refs/heads/.invalid' "
            ">.git/HEAD");
    cr_expect(!read_near("r", STR("HEAD")).length);
    cr_expect(!read_near("r", STR("packed")).length);
}
