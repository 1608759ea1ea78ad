/* What differs between two commits, and who is whose ancestor: as git itself says, on histories made at random (the seed is printed). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "repository/history.h"
#include "repository/repository.h"

#define COMMITS 40u
#define PATHS 24u

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};
static char root[] = "/tmp/hookcheck-changes-XXXXXX";
static uint32_t state = 20241;

static uint32_t below(uint32_t limit)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % limit;
}

static void end(void)
{
    char line[100];

    snprintf(line, sizeof line, "rm -rf '%s'", root);
    cr_assert_eq(system(line), 0);
    arena_release(&arena);
}

/* Names that sort otherwise as files than as directories; a path may be a file in one commit and a directory in the next. */
static const char *const names[PATHS] = {
    "a",   "a/b",     "a/b/c",      "a.txt",     "a-b",   "a-b/x", "ab",       "ab/c",
    "b",   "b/a",     "b/\xc3\xa9", "b/sp ace",  "c/d/e", "c/d/f", "c/d",      "c.d",
    "foo", "foo/bar", "foo.bar",    "foo-bar/x", "z",     "z/z/z", "\"quoted", "tab\tname",
};

static void write_history(const char *format)
{
    char line[200];

    cr_assert(mkdtemp(root));
    setenv("HOME", root, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    snprintf(line, sizeof line, "git init -q --object-format=%s '%s/r'", format, root);
    cr_assert_eq(system(line), 0);
    snprintf(line, sizeof line, "git -C '%s/r' fast-import --quiet", root);
    FILE *import = popen(line, "w");
    cr_assert(import);
    for (unsigned i = 1; i <= COMMITS; i++) {
        fprintf(import,
                "commit refs/heads/c%u\nmark :%u\ncommitter t <t@example> %u +0000\ndata 1\nx\n", i,
                i, 1700000000 + below(5000)); /* clocks differ */
        unsigned parents = i == 1 ? 0 : below(8) == 0 ? 0 : 1 + (below(4) == 0);
        for (unsigned p = 0; p < parents; p++)
            fprintf(import, "%s :%u\n", p ? "merge" : "from", below(3) ? i - 1 : 1 + below(i - 1));
        for (unsigned k = below(6); k > 0; k--) {
            const char *name = names[below(PATHS)];
            bool quote = strpbrk(name, " \"\t") != NULL;
            char shown[64];
            snprintf(shown, sizeof shown,
                     !quote           ? "%s"
                     : name[0] == '"' ? "\"\\%s\""
                                      : "\"%s\"",
                     name);
            switch (below(6)) {
            case 0:
                fprintf(import, "D %s\n", shown);
                break;
            case 1:
                fprintf(import, "M 120000 inline %s\ndata 1\na\n", shown);
                break;
            case 2:
                fprintf(import, "M 100755 inline %s\ndata 2\n%02u\n", shown, below(4));
                break;
            case 3:
                fprintf(import, "M 160000 %0*u %s\n", strcmp(format, "sha256") ? 40 : 64,
                        1 + below(3), shown);
                break;
            default:
                fprintf(import, "M 100644 inline %s\ndata 2\n%02u\n", shown, below(4));
            }
        }
        fputc('\n', import);
    }
    cr_assert_eq(pclose(import), 0);
}

static struct str output_of(const char *format, ...) PRINTF_LIKE(1, 2);
static struct str output_of(const char *format, ...)
{
    static char text[1 << 20];
    char line[600];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    FILE *pipe = popen(line, "r");
    cr_assert(pipe);
    size_t length = fread(text, 1, sizeof text, pipe);
    (void)pclose(pipe);
    return str_copy(&arena, str_of(text, length));
}

/* A line for each change: kind, path, ids, whether it is a file. Git shows a directory that became a file as one that went and one that came. */
static struct str lines_of_git(struct str from, struct str to)
{
    struct str out = output_of(
        "git -C '%s/r' diff-tree -r -z --raw --no-abbrev --no-renames " STR_FMT " " STR_FMT, root,
        STR_ARG(from), STR_ARG(to));
    struct strs lines = {0};

    while (out.length) {
        struct str record = str_cut(&out, '\0'), path = str_cut(&out, '\0');
        struct str old_mode = str_cut(&record, ' '), new_mode = str_cut(&record, ' ');
        struct str old_id = str_cut(&record, ' '), new_id = str_cut(&record, ' ');
        char kind = record.bytes[0] == 'T' ? 'M' : record.bytes[0];
        struct str mode = kind == 'D' ? str_from_offset(old_mode, 1) : new_mode;
        VEC_PUSH(&arena, &lines,
                 str_printf(&arena, STR_FMT " %c " STR_FMT " " STR_FMT " %d", STR_ARG(path), kind,
                            STR_ARG(kind == 'A' ? STR("") : old_id),
                            STR_ARG(kind == 'D' ? STR("") : new_id), str_starts(mode, STR("100"))));
    }
    strs_sort(&lines);
    return str_join(&arena, lines.items, lines.count, STR("\n"));
}

static struct str lines_of_ours(const struct repository_changes *changes)
{
    static const char letters[] = {
        [CHANGE_MODIFIED] = 'M', [CHANGE_ADDED] = 'A', [CHANGE_DELETED] = 'D'};
    struct strs lines = {0};

    for (size_t i = 0; i < changes->count; i++) {
        const struct repository_change *change = &changes->items[i];
        cr_expect(!i || str_compare(change[-1].path, change->path) <= 0, "out of order: " STR_FMT,
                  STR_ARG(change->path));
        VEC_PUSH(&arena, &lines,
                 str_printf(&arena, STR_FMT " %c " STR_FMT " " STR_FMT " %d", STR_ARG(change->path),
                            letters[change->kind], STR_ARG(change->old_id), STR_ARG(change->new_id),
                            change->is_file));
    }
    strs_sort(&lines);
    return str_join(&arena, lines.items, lines.count, STR("\n"));
}

static void check_changes(struct repository *repository, struct str from, struct str to)
{
    struct repository_changes changes;
    struct err e = ERR_NONE;

    cr_assert(repository_changes(repository, &arena, from, to, &changes, &e), "%s", e.message);
    struct str theirs = lines_of_git(from, to), ours = lines_of_ours(&changes);
    cr_expect(str_eq(theirs, ours), "git:\n" STR_FMT "\nwe:\n" STR_FMT, STR_ARG(theirs),
              STR_ARG(ours));
    cr_expect_gt(changes.count, 0);
}

static void check(const char *format)
{
    struct repository *repository = NULL;
    struct str ids[COMMITS];
    struct err e = ERR_NONE;
    size_t differences = 0, ancestors = 0;

    write_history(format);
    struct str all = output_of(
        "git -C '%s/r' for-each-ref --format='%%(objectname)' --sort=version:refname", root);
    for (unsigned i = 0; i < COMMITS; i++)
        cr_assert(str_next_line(&all, &ids[i]));
    setenv("GIT_DIR", str_printf(&arena, "%s/r/.git", root).bytes, 1);
    cr_assert(
        repository_open_hook(&arena, str_printf(&arena, "%s/r", root), false, &repository, &e),
        "%s", e.message);
    for (unsigned round = 0; round < 160; round++) {
        struct repository_changes changes;
        struct str a = ids[below(COMMITS)], b = ids[below(COMMITS)];
        cr_assert(repository_changes(repository, &arena, a, b, &changes, &e), "%s", e.message);
        struct str theirs = lines_of_git(a, b), ours = lines_of_ours(&changes);
        cr_assert(str_eq(theirs, ours),
                  "seed 20241, " STR_FMT " " STR_FMT "\ngit:\n" STR_FMT "\nwe:\n" STR_FMT,
                  STR_ARG(a), STR_ARG(b), STR_ARG(theirs), STR_ARG(ours));
        differences += changes.count;
        bool is = false;
        cr_assert(repository_is_ancestor(repository, &arena, a, b, &is, &e), "%s", e.message);
        struct str says = output_of("git -C '%s/r' merge-base --is-ancestor " STR_FMT " " STR_FMT
                                    " && echo yes || echo no",
                                    root, STR_ARG(a), STR_ARG(b));
        cr_assert_eq(is, str_eq(says, STR("yes\n")), STR_FMT " " STR_FMT, STR_ARG(a), STR_ARG(b));
        ancestors += is;
    }
    /* A test that compared nothing would pass. */
    cr_expect(differences > 500, "%zu", differences);
    cr_expect(ancestors > 10 && ancestors < 150, "%zu", ancestors);
    repository_close(&repository);
}

TestSuite(changes, .fini = end, .timeout = 300);

Test(changes, are_those_of_git)
{
    check("sha1");
}

Test(changes, are_those_of_git_with_sha256)
{
    check("sha256");
}

/* More directories than are asked for at once, and than one git is asked for; on three depths, some of them on one side only. */
Test(changes, of_many_directories)
{
    struct repository *repository = NULL;
    struct repository_changes changes;
    struct err e = ERR_NONE;
    char line[100];

    cr_assert(mkdtemp(root));
    setenv("HOME", root, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    snprintf(line, sizeof line, "git init -q '%s/r'", root);
    cr_assert_eq(system(line), 0);
    snprintf(line, sizeof line, "git -C '%s/r' fast-import --quiet", root);
    FILE *import = popen(line, "w");
    cr_assert(import);
    for (unsigned edition = 1; edition <= 2; edition++) {
        fprintf(import,
                "commit refs/heads/c%u\ncommitter t <t@example> 1700000000 +0000\ndata 1\nx\n",
                edition);
        for (unsigned i = 0; i < 3000; i++)
            if (i % 7 != edition)
                fprintf(import, "M 100644 inline a%u/b%u/c%u\ndata 1\n%u\n", i % 5, i % 90, i,
                        i % 3 ? edition : 0);
        fputc('\n', import);
    }
    cr_assert_eq(pclose(import), 0);
    struct str a = str_trim(output_of("git -C '%s/r' rev-parse c1", root));
    struct str b = str_trim(output_of("git -C '%s/r' rev-parse c2", root));
    setenv("GIT_DIR", str_printf(&arena, "%s/r/.git", root).bytes, 1);
    cr_assert(
        repository_open_hook(&arena, str_printf(&arena, "%s/r", root), false, &repository, &e));
    cr_assert(repository_changes(repository, &arena, a, b, &changes, &e), "%s", e.message);
    struct str theirs = lines_of_git(a, b), ours = lines_of_ours(&changes);
    cr_expect(str_eq(theirs, ours), "git:\n" STR_FMT "\nwe:\n" STR_FMT, STR_ARG(theirs),
              STR_ARG(ours));
    cr_expect(changes.count > 2000, "%zu", changes.count);
    repository_close(&repository);
}

static void count_look(void *context, const struct repository_changes *changes)
{
    size_t *looks = context;

    cr_expect(changes->count > 0);
    ++*looks;
}

/* Further away than what is looked at commit by commit, and in a shallow clone, where history ends without a root. */
Test(changes, a_far_ancestor_and_a_shallow_history)
{
    struct repository *repository = NULL;
    struct err e = ERR_NONE;
    char line[400];
    bool is = false;
    size_t looks = 0;
    struct repository_meanwhile meanwhile = {.look = count_look, .context = &looks};

    cr_assert(mkdtemp(root));
    setenv("HOME", root, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    snprintf(
        line, sizeof line,
        "git init -q '%s/r' && for i in $(seq 1 700); do printf 'commit refs/heads/main\\n"
        "committer t <t@example> %%d +0000\\ndata 1\\nx\\nM 100644 inline f%%d\\ndata 1\\nx\\n\\n' "
        "$((1700000000 + i)) $i; done | "
        "git -C '%s/r' fast-import --quiet && git clone -q --depth 5 -b main 'file://%s/r' "
        "'%s/s'",
        root, root, root, root);
    cr_assert_eq(system(line), 0);
    struct str first = str_trim(output_of("git -C '%s/r' rev-list --max-parents=0 main", root));
    struct str tip = str_trim(output_of("git -C '%s/r' rev-parse main", root));
    struct str near = str_trim(output_of("git -C '%s/r' rev-parse main~3", root));
    setenv("GIT_DIR", str_printf(&arena, "%s/r/.git", root).bytes, 1);
    cr_assert(
        repository_open_hook(&arena, str_printf(&arena, "%s/r", root), false, &repository, &e));
    cr_assert(repository_is_ancestor(repository, &arena, first, tip, &is, &e) && is);
    cr_assert(repository_is_ancestor(repository, &arena, tip, first, &is, &e) && !is);
    /* What is found while history is looked at is what is found without. */
    cr_assert(repository_is_forward(repository, &arena, first, tip, &meanwhile, &is, &e) && is);
    cr_expect_eq(looks, 1);
    check_changes(repository, first, tip);
    cr_assert(repository_is_forward(repository, &arena, tip, first, &meanwhile, &is, &e) && !is);
    check_changes(repository, tip, first);
    check_changes(repository, first, tip);
    check_changes(repository, near, tip);
    repository_close(&repository);
    setenv("GIT_DIR", str_printf(&arena, "%s/s/.git", root).bytes, 1);
    cr_assert(
        repository_open_hook(&arena, str_printf(&arena, "%s/s", root), false, &repository, &e));
    cr_assert(repository_is_ancestor(repository, &arena, near, tip, &is, &e) && is);
    cr_assert(repository_is_ancestor(repository, &arena, tip, near, &is, &e) && !is);
    repository_close(&repository);
}

/* A tree of one entry, as it is written here: git's own commands would put it right. */
static struct str write_tree(const char *mode, const char *name, struct str id)
{
    char path[100];

    snprintf(path, sizeof path, "%s/tree", root);
    FILE *file = fopen(path, "w");
    cr_assert(file);
    fprintf(file, "%s %s", mode, name);
    fputc('\0', file);
    for (size_t i = 0; i < id.length; i += 2) {
        char digits[] = {id.bytes[i], id.bytes[i + 1], '\0'};
        fputc((int)strtol(digits, NULL, 16), file);
    }
    cr_assert_eq(fclose(file), 0);
    return str_trim(output_of("git -C '%s/r' hash-object -t tree -w --literally '%s'", root, path));
}

/* Programs that are no git wrote "040000" for years, and such trees are pushed to this day: git takes the number. */
Test(changes, modes_are_numbers)
{
    static const char *const modes[][2] = {
        {"040000", "100644"}, {"40755", "0100644"}, {"0040000", "100664"}};
    struct repository *repository = NULL;
    struct err e = ERR_NONE;
    char line[200];

    cr_assert(mkdtemp(root));
    setenv("HOME", root, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    snprintf(line, sizeof line, "git init -q '%s/r'", root);
    cr_assert_eq(system(line), 0);
    setenv("GIT_DIR", str_printf(&arena, "%s/r/.git", root).bytes, 1);
    cr_assert(
        repository_open_hook(&arena, str_printf(&arena, "%s/r", root), false, &repository, &e),
        "%s", e.message);
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        struct str commits[2];
        for (unsigned j = 0; j < 2; j++) {
            struct str blob =
                str_trim(output_of("echo %u | git -C '%s/r' hash-object -w --stdin", j, root));
            struct str file = write_tree(modes[i][1], "model.py", blob);
            struct str tree = write_tree(modes[i][0], "app", file);
            commits[j] = str_trim(output_of(
                "git -C '%s/r' -c user.name=t -c user.email=t@example commit-tree -m x " STR_FMT,
                root, STR_ARG(tree)));
        }
        struct repository_changes changes;
        cr_assert(repository_changes(repository, &arena, commits[0], commits[1], &changes, &e),
                  "%s", e.message);
        struct str theirs = lines_of_git(commits[0], commits[1]), ours = lines_of_ours(&changes);
        cr_expect_eq(changes.count, 1);
        cr_expect(str_eq(theirs, ours), "%s %s\ngit:\n" STR_FMT "\nwe:\n" STR_FMT, modes[i][0],
                  modes[i][1], STR_ARG(theirs), STR_ARG(ours));
        struct tree *tree;
        struct str bytes;
        cr_assert(repository_tree(repository, &arena, commits[1], &tree, &e), "%s", e.message);
        cr_expect(tree_read(tree, &arena, STR("app/model.py"), 100, &bytes, &e), "%s: %s",
                  modes[i][0], e.message);
        e = ERR_NONE;
    }
    repository_close(&repository);
}
