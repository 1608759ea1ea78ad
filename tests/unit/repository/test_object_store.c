/* Every object of real repositories, read without git, as git itself hands it over: packed whole and as deltas, loose, of alternates, seen from a work tree of
 * its own, of both hashes. In what is broken nothing is read beside it (the sanitizers see that). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/vec.h"
#include "repository/object_store.h"

static struct arena arena = {.budget = (size_t)1 << 30};
static char root[] = "/tmp/hookcheck-objects-XXXXXX";

static void run(struct str line)
{
    cr_assert_eq(system(str_c(&arena, line)), 0, STR_FMT, STR_ARG(line));
}

static struct str output_of(struct str line)
{
    struct str path = str_printf(&arena, "%s/output", root), text;
    struct err e = ERR_NONE;

    run(str_printf(&arena, "( " STR_FMT " ) >%s", STR_ARG(line), path.bytes));
    cr_assert(file_read(&arena, path, (size_t)256 << 20, &text, &e), "%s", e.message);
    return text;
}

static void begin(void)
{
    cr_assert(mkdtemp(root));
    setenv("HOME", root, 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    setenv("GIT_AUTHOR_NAME", "t", 1);
    setenv("GIT_AUTHOR_EMAIL", "t@example.invalid", 1);
    setenv("GIT_COMMITTER_NAME", "t", 1);
    setenv("GIT_COMMITTER_EMAIL", "t@example.invalid", 1);
}

static void end(void)
{
    run(str_printf(&arena, "rm -rf '%s'", root));
    arena_release(&arena);
}

/* Editions of a long file make deltas; one file fills a copy's largest offset, one is empty; a tag of a tag. */
static void make(const char *name, const char *format)
{
    run(str_printf(
        &arena,
        "set -e; cd '%s'; git init -q --object-format=%s %s; cd %s; mkdir -p deep/er; "
        "for i in 1 2 3 4 5 6 7 8 9; do seq $i 7 9000 >long; seq $i >deep/er/f$i; git add .; "
        "git commit -qm \"edition $i\"; done; git tag -am one one; git tag -am two two one; "
        "head -c 20000000 /dev/zero | tr '\\\\0' x >large; : >empty; git add .; git commit -qm "
        "more; "
        "echo end >>large; git commit -qam end; git repack -adfq --depth=50 --window=10; "
        "for i in 1 2 3; do seq $i 3 6000 >long; git commit -qam \"more $i\"; done; git repack "
        "-dq; "
        "seq 2 5 8000 >long; git commit -qam loose",
        root, format, name, name));
}

/* All at once, and some that are no ids between them: what stands at a place is what is read without one. Another store may read it there. */
static void check_placed(struct object_store *store, struct str store_of, const struct strs *ids)
{
    static const struct str strange[] = {STR_INIT(""), STR_INIT("HEAD"),
                                         STR_INIT("00000000000000000000000000000000000000aa"),
                                         STR_INIT("ZZ000000000000000000000000000000000000aa")};
    struct object_store *other = object_store_open(&arena, store_of, false);
    struct object_place *places = ARENA_ARRAY(&arena, ids->count + 4, struct object_place);
    struct strs all = {0};
    size_t placed = 0;

    for (size_t i = 0; i < ids->count; i++)
        VEC_PUSH(&arena, &all, ids->items[i]);
    for (size_t i = 0; i < COUNT_OF(strange); i++)
        VEC_PUSH(&arena, &all, strange[i]);
    object_store_locate(store, all.items, all.count, places);
    for (size_t i = 0; i < all.count; i++) {
        ARENA(scratch, (size_t)256 << 20);
        struct git_object object, at_place;
        bool is_read = object_store_read(store, &scratch, all.items[i], 100, &object);
        cr_expect_eq(is_read, i < ids->count);
        cr_expect_eq(
            object_store_read_placed(other, &scratch, &places[i], all.items[i], 100, &at_place),
            is_read, STR_FMT, STR_ARG(all.items[i]));
        cr_expect(i < ids->count || !places[i].pack, STR_FMT, STR_ARG(all.items[i]));
        placed += places[i].pack != NULL;
        if (is_read)
            cr_expect(object.type == at_place.type && object.whole == at_place.whole &&
                          str_eq(object.bytes, at_place.bytes) && str_eq(object.id, at_place.id),
                      STR_FMT, STR_ARG(all.items[i]));
    }
    cr_expect_gt(placed, 0);
    object_store_close(other);
}

/* Out: how many. */
static size_t check_all(struct str directory, struct str store_of)
{
    struct object_store *store = object_store_open(&arena, store_of, false);
    struct str answers = output_of(str_printf(
        &arena, "git -C '" STR_FMT "' cat-file --batch-all-objects --batch", STR_ARG(directory)));
    struct strs ids = {0};
    struct str line;
    size_t count = 0;

    cr_assert(store);
    for (; str_next_line(&answers, &line); count++) {
        struct str id = str_cut(&line, ' '), type = str_cut(&line, ' ');
        struct git_object object, start;
        uint64_t size;
        cr_assert(str_to_u64(line, &size));
        struct str bytes = str_prefix(answers, (size_t)size);
        answers = str_from_offset(answers, (size_t)size + 1);
        ARENA(scratch, (size_t)256 << 20);
        cr_assert(object_store_read(store, &scratch, id, SIZE_MAX, &object),
                  STR_FMT " (" STR_FMT ") is not read", STR_ARG(id), STR_ARG(type));
        cr_expect_eq(object.type, git_type_of(type), STR_FMT, STR_ARG(id));
        cr_expect(str_eq(object.id, id));
        cr_expect(object.whole);
        cr_expect(str_eq(object.bytes, bytes), STR_FMT ": other bytes", STR_ARG(id));
        cr_assert(object_store_read(store, &scratch, id, 10, &start));
        bool cut = object.type == GIT_BLOB && size > 10;
        cr_expect_eq(start.whole, !cut);
        cr_expect(str_eq(start.bytes, cut ? str_prefix(bytes, 10) : bytes));
        VEC_PUSH(&arena, &ids, id);
    }
    check_placed(store, store_of, &ids);
    object_store_close(store);
    return count;
}

static void check_absent(struct str directory, struct str id)
{
    struct object_store *store = object_store_open(&arena, directory, false);
    struct git_object object;

    cr_assert(store);
    cr_expect(!object_store_read(store, &arena, id, SIZE_MAX, &object), STR_FMT, STR_ARG(id));
    object_store_close(store);
}

TestSuite(object_store, .init = begin, .fini = end, .timeout = 300);

Test(object_store, reads_what_git_reads)
{
    struct str directory = str_printf(&arena, "%s/r", root);

    make("r", "sha1");
    cr_assert_gt(check_all(directory, directory), 60);
    check_absent(directory, STR("00000000000000000000000000000000000000aa"));
    check_absent(directory, STR("HEAD"));
    check_absent(directory, STR(""));
    check_absent(directory, STR("zz000000000000000000000000000000000000aa"));
}

Test(object_store, of_sha_256)
{
    struct str directory = str_printf(&arena, "%s/r", root);

    make("r", "sha256");
    cr_assert_gt(check_all(directory, directory), 60);
}

Test(object_store, of_alternates_work_trees_and_directories_below)
{
    struct str directory = str_printf(&arena, "%s/r", root);

    make("r", "sha1");
    run(str_printf(&arena,
                   "set -e; cd '%s'; git clone -qs r shared; git clone -qs shared again; "
                   "cd again; echo own >own; git add own; git commit -qm own; "
                   "git worktree add -q ../tree; git clone -q --bare ../again ../bare.git; "
                   "mkdir -p ../tree/a/b",
                   root));
    struct str again = str_printf(&arena, "%s/again", root);
    size_t all = check_all(again, again);
    cr_assert_gt(all, check_all(directory, directory));
    cr_expect_eq(check_all(again, str_printf(&arena, "%s/tree", root)), all);
    cr_expect_eq(check_all(again, str_printf(&arena, "%s/tree/a/b", root)), all);
    struct str bare = str_printf(&arena, "%s/bare.git", root);
    cr_assert_gt(check_all(bare, bare), 60);
}

Test(object_store, where_the_environment_says)
{
    struct git_object object;
    struct str id;

    make("r", "sha1");
    run(str_printf(&arena, "mkdir '%s/elsewhere'", root));
    struct str elsewhere = str_printf(&arena, "%s/elsewhere", root);
    id = str_trim(output_of(str_printf(&arena, "git -C '%s/r' rev-parse HEAD", root)));
    static const char *const places[][2] = {{"GIT_DIR", "r/.git"},
                                            {"GIT_COMMON_DIR", "r/.git"},
                                            {"GIT_OBJECT_DIRECTORY", "r/.git/objects"}};
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        setenv(places[i][0], str_printf(&arena, "%s/%s", root, places[i][1]).bytes, 1);
        struct object_store *store = object_store_open(&arena, elsewhere, true);
        cr_assert(store && object_store_read(store, &arena, id, 0, &object), "%s", places[i][0]);
        object_store_close(store);
        /* Whoever is no hook of git's does not ask it. */
        store = object_store_open(&arena, elsewhere, false);
        cr_expect(!store || !object_store_read(store, &arena, id, 0, &object), "%s", places[i][0]);
        if (store)
            object_store_close(store);
        unsetenv(places[i][0]);
    }
    setenv("GIT_OBJECT_DIRECTORY", str_printf(&arena, "%s/none", root).bytes, 1);
    setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES",
           str_printf(&arena, "%s/neither:%s/r/.git/objects", root, root).bytes, 1);
    struct object_store *store = object_store_open(&arena, elsewhere, true);
    cr_assert(store && object_store_read(store, &arena, id, 0, &object));
    object_store_close(store);
}

/* A pack of another repository's state: bytes changed, the end cut off. */
static void damage(struct str file, struct str bytes, unsigned round)
{
    struct str copy = str_copy(&arena, bytes);
    char *at = (char *)(uintptr_t)copy.bytes;
    uint64_t seed = round * UINT64_C(6364136223846793005) + 1442695040888963407u;

    for (unsigned i = 0; i < 1 + round % 40; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        at[(seed >> 20) % copy.length] = (char)(seed >> 12);
    }
    if (round % 4 == 3)
        copy.length = (size_t)((seed >> 17) % copy.length);
    FILE *stream = fopen(str_c(&arena, file), "w");
    cr_assert(stream);
    cr_assert_eq(fwrite(copy.bytes, 1, copy.length, stream), copy.length);
    cr_assert_eq(fclose(stream), 0);
}

Test(object_store, stays_inside_of_what_is_broken)
{
    struct str files[2], bytes[2];
    struct err e = ERR_NONE;
    size_t refused = 0, read = 0;

    run(str_printf(
        &arena,
        "set -e; cd '%s'; git init -q r; cd r; for i in $(seq 30); do seq $i 7 2000 >long; "
        "seq $i >f$i; git add .; git commit -qm \"edition $i\"; done; git repack -adfq; "
        "chmod u+w .git/objects/pack/*",
        root));
    struct str directory = str_printf(&arena, "%s/r", root);
    struct str ids = output_of(str_printf(
        &arena, "git -C '%s/r' cat-file --batch-all-objects --batch-check='%%(objectname)'", root));
    static const char *const endings[] = {"idx", "pack"};
    for (size_t i = 0; i < 2; i++) {
        files[i] = str_trim(
            output_of(str_printf(&arena, "ls '%s'/r/.git/objects/pack/*.%s", root, endings[i])));
        cr_assert(file_read(&arena, files[i], (size_t)64 << 20, &bytes[i], &e), "%s", e.message);
    }
    for (unsigned round = 0; round < 200; round++) {
        damage(files[round % 2], bytes[round % 2], round);
        ARENA(scratch, (size_t)1 << 30);
        struct object_store *store = object_store_open(&scratch, directory, false);
        struct str rest = ids, id;
        cr_assert(store);
        while (str_next_line(&rest, &id)) {
            struct git_object object;
            bool came = object_store_read(store, &scratch, id, SIZE_MAX, &object);
            read += came;
            refused += !came;
        }
        object_store_close(store);
        FILE *stream = fopen(str_c(&arena, files[round % 2]), "w");
        cr_assert(stream);
        cr_assert_eq(fwrite(bytes[round % 2].bytes, 1, bytes[round % 2].length, stream),
                     bytes[round % 2].length);
        cr_assert_eq(fclose(stream), 0);
    }
    cr_expect_gt(refused, 1000, "%zu of %zu", refused, read + refused);
    cr_expect_gt(read, 1000, "%zu of %zu", read, read + refused);
    size_t whole = check_all(directory, directory);
    cr_expect_eq((read + refused) / 200, whole, "%zu", whole);
}

/* An index that lies beside another pack: the same objects, in another order. */
Test(object_store, believes_no_index_of_another_pack)
{
    struct str directory = str_printf(&arena, "%s/r", root);
    struct str id = str_trim(output_of(str_printf(
        &arena,
        "set -e; cd '%s'; git init -q r; cd r; a=$(echo aaaa1 | git hash-object -w --stdin); "
        "b=$(echo bbbb2 | git hash-object -w --stdin); "
        "one=$(printf '%%s\\n%%s\\n' $a $b | git pack-objects -q --window=0 ../one); "
        "two=$(printf '%%s\\n%%s\\n' $b $a | git pack-objects -q --window=0 ../two); "
        "rm -rf .git/objects/??; cp ../one-$one.idx .git/objects/pack/pack-$one.idx; "
        "cp ../two-$two.pack .git/objects/pack/pack-$one.pack; echo $a",
        root)));

    cr_assert_eq(id.length, 40);
    check_absent(directory, id);
}

/* More of them than are looked into: git is asked for the rest. */
Test(object_store, of_very_many_alternates)
{
    struct git_object object;
    struct str directory = str_printf(&arena, "%s/r", root);
    struct str id = str_trim(output_of(
        str_printf(&arena,
                   "set -e; cd '%s'; git init -q r; cd r; echo x | git hash-object -w --stdin; "
                   "seq -f '/nonexistent/%%g' 100000 >.git/objects/info/alternates",
                   root)));
    struct object_store *store = object_store_open(&arena, directory, false);

    cr_assert(store && object_store_read(store, &arena, id, 10, &object));
    cr_expect(str_eq(object.bytes, STR("x\n")));
    cr_expect(!object_store_read(store, &arena, STR("00000000000000000000000000000000000000aa"), 10,
                                 &object));
    object_store_close(store);
}
