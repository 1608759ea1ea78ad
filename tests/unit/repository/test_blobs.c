/* Many blobs one after the other, read by two threads at the same time: each once, with the bytes that were written, and none after it was said that no more are
 * wanted. The same where git is asked, and of a git too old for what it is asked first (a stand-in that refuses --batch-command as git before 2.36 does). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "repository/history.h"
#include "repository/repository.h"

#define BLOBS 2500u /* so many that two threads read them */
#define MAXIMUM ((size_t)100 << 10)

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};
static char root[] = "/tmp/hookcheck-blobs-XXXXXX";
static struct strs ids;

static void run(const char *line)
{
    cr_assert_eq(system(line), 0, "%s", line);
}

/* Empty ones, ones that fill a pipe, ones that end without a newline. */
static size_t size_of(size_t index)
{
    return index % 97 == 0 ? 0 : index % 101 == 0 ? (size_t)300 << 10 : index * 7 % 5000;
}

static char byte_of(size_t index, size_t at)
{
    return (char)('a' + (index * 31 + at) % 26 - (at % 61 == 60 ? 'a' - '\n' : 0));
}

static void begin(void)
{
    cr_assert(mkdtemp(root));
    setenv("HOME", root, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    run(str_printf(&arena, "git init -q '%s/r' && cd '%s/r' && git fast-import --quiet </dev/null",
                   root, root)
            .bytes);
    FILE *import = popen(
        str_printf(&arena, "git -C '%s/r' fast-import --quiet --export-marks=../marks", root).bytes,
        "w");
    cr_assert(import);
    for (size_t i = 0; i < BLOBS; i++) {
        fprintf(import, "blob\nmark :%zu\ndata %zu\n", i + 1, size_of(i));
        for (size_t at = 0; at < size_of(i); at++)
            fputc(byte_of(i, at), import);
        fputc('\n', import);
    }
    cr_assert_eq(pclose(import), 0);
    struct str marks = STR_NONE, line;
    struct err e = ERR_NONE;
    cr_assert(file_read(&arena, str_printf(&arena, "%s/marks", root), 1 << 20, &marks, &e), "%s",
              e.message);
    for (size_t i = 0; i < BLOBS; i++)
        VEC_PUSH(&arena, &ids, STR_NONE);
    while (str_next_line(&marks, &line)) {
        struct str mark = str_cut(&line, ' ');
        uint64_t number;
        cr_assert(str_to_u64(str_from_offset(mark, 1), &number) && number <= BLOBS);
        ids.items[number - 1] = line;
    }
    setenv("GIT_DIR", str_printf(&arena, "%s/r/.git", root).bytes, 1);
}

static void end(void)
{
    run(str_printf(&arena, "rm -rf '%s'", root).bytes);
    arena_release(&arena);
}

struct seen {
    size_t count, last; /* the blob at which it wants no more */
    bool over;
    bool came[BLOBS];
};

static bool look(void *context, size_t index, struct str bytes)
{
    struct seen *seen = context;
    size_t expected = size_of(index) < MAXIMUM ? size_of(index) : MAXIMUM;

    cr_assert(!seen->over, "%zu came when no more were wanted", index);
    cr_assert(!seen->came[index], "%zu came twice", index);
    cr_assert_eq(bytes.length, expected, "%zu: %zu bytes", index, bytes.length);
    for (size_t at = 0; at < expected; at++)
        cr_assert_eq(bytes.bytes[at], byte_of(index, at), "%zu, byte %zu", index, at);
    seen->came[index] = true;
    seen->count++;
    seen->over = index == seen->last;
    return !seen->over;
}

static void check(void)
{
    static const size_t lasts[] = {SIZE_MAX, 0, 150, 420, BLOBS - 1};
    static struct seen seen;
    struct repository *repository = NULL;
    struct err e = ERR_NONE;

    cr_assert(
        repository_open_hook(&arena, str_printf(&arena, "%s/r", root), false, &repository, &e),
        "%s", e.message);
    /* What was asked for and is not wanted any more is in nobody's way. */
    for (size_t i = 0; i < COUNT_OF(lasts); i++) {
        seen = (struct seen){.last = lasts[i]};
        cr_assert(repository_each_blob(repository, &ids, MAXIMUM, look, &seen, &e), "%s",
                  e.message);
        cr_assert_eq(seen.over, lasts[i] != SIZE_MAX);
        cr_assert(seen.over || seen.count == BLOBS, "%zu", seen.count);
    }
    struct strs lacking = {0};
    for (size_t i = 0; i < BLOBS; i++)
        VEC_PUSH(&arena, &lacking,
                 i == 700 ? STR("00000000000000000000000000000000000000aa") : ids.items[i]);
    seen = (struct seen){.last = SIZE_MAX};
    cr_assert(!repository_each_blob(repository, &lacking, MAXIMUM, look, &seen, &e));
    cr_assert(str_contains(str_from(e.message), STR("00aa is missing")), "%s", e.message);
    cr_assert(!seen.came[700]);
    /* A failure does not stay. */
    e = ERR_NONE;
    seen = (struct seen){.last = SIZE_MAX};
    cr_assert(repository_each_blob(repository, &ids, MAXIMUM, look, &seen, &e), "%s", e.message);
    cr_assert_eq(seen.count, BLOBS);
    repository_close(&repository);
}

TestSuite(blobs, .init = begin, .fini = end, .timeout = 120);

Test(blobs, come_once)
{
    check();
}

/* All directories of one depth of a large tree, most of which a shallow or partial clone lacks. */
Test(blobs, and_any_number_of_directories)
{
    static const size_t counts[] = {1, 4096, 4097, 10486, 50000};
    const struct strs none = {0};
    struct repository *repository = NULL;
    struct tree *tree;
    struct tree_entries entries;
    struct err e = ERR_NONE;
    bool exists;

    run(str_printf(&arena,
                   "cd '%s/r' && mkdir d && echo x >d/f && git add d && "
                   "git -c user.name=t -c user.email=t@example commit -qm x && "
                   "git rev-parse HEAD >../commit && git rev-parse HEAD:d >../directory",
                   root)
            .bytes);
    struct str commit, directory;
    cr_assert(file_read(&arena, str_printf(&arena, "%s/commit", root), 100, &commit, &e));
    cr_assert(file_read(&arena, str_printf(&arena, "%s/directory", root), 100, &directory, &e));
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct strs directories = {0};
        cr_assert(
            repository_open_hook(&arena, str_printf(&arena, "%s/r", root), false, &repository, &e),
            "%s", e.message);
        cr_assert(repository_tree(repository, &arena, str_trim(commit), &tree, &e), "%s",
                  e.message);
        for (size_t k = 1; k < counts[i]; k++)
            VEC_PUSH(&arena, &directories, str_printf(&arena, "%040zx", k));
        VEC_PUSH(&arena, &directories, str_trim(directory));
        tree_expect(tree, &directories, &none);
        cr_assert(tree_list(tree, &arena, STR("d"), &entries, &exists, &e), "%s", e.message);
        cr_expect(exists);
        cr_assert_eq(entries.count, 1, "%zu", entries.count);
        repository_close(&repository);
    }
}

/* Objects that lie where only git looks: behind a name in quotes. */
static void hide_objects(void)
{
    run(str_printf(&arena,
                   "cd '%s' && mv r/.git/objects hidden && mkdir -p r/.git/objects/info && "
                   "printf '\"%%s\"\\n' '%s/hidden' >r/.git/objects/info/alternates",
                   root, root)
            .bytes);
}

Test(blobs, of_git)
{
    hide_objects();
    check();
}

Test(blobs, of_a_git_that_takes_names_only)
{
    struct str directory = str_printf(&arena, "%s/old", root);
    struct str program = str_printf(&arena, "%s/git", directory.bytes);

    cr_assert_eq(mkdir(directory.bytes, 0755), 0);
    FILE *script = fopen(program.bytes, "w");
    cr_assert(script);
    fprintf(script,
            "#!/bin/sh\ncase \"$*\" in *--batch-command*) echo \"error: unknown option "
            "\\`batch-command'\" >&2; exit 129 ;; esac\necho old >>'%s/asked'\nexec git \"$@\"\n",
            root);
    cr_assert_eq(fclose(script), 0);
    cr_assert_eq(chmod(program.bytes, 0755), 0);
    setenv("GIT_EXEC_PATH", directory.bytes, 1);
    hide_objects();
    check();
    cr_assert_eq(access(str_printf(&arena, "%s/asked", root).bytes, F_OK), 0,
                 "the stand-in was not asked");
}
