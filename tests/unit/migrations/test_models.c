/* Both sides of a comparison are read at the same time, from trees that share what they keep. */
#include <criterion/criterion.h>

#include "migrations/models.h"
#include "repository/tree.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

/* One file, db/schema.rb. It keeps what it read in the comparison's own arena, as a commit's tree does. */
struct one_file {
    struct str text;
    size_t reads, in_shared;
};

static bool list(void *self, struct arena *into, struct str directory,
                 struct tree_entries *ret_entries, bool *ret_exists, struct err *e)
{
    bool root = str_is_empty(directory);

    (void)self;
    (void)e;
    *ret_entries = (struct tree_entries){0};
    *ret_exists = root || str_eq(directory, STR("db"));
    if (*ret_exists)
        VEC_PUSH(into, ret_entries,
                 (struct tree_entry){.name = root ? STR("db") : STR("schema.rb"),
                                     .kind = root ? TREE_DIRECTORY : TREE_FILE});
    return true;
}

static bool read(void *self, struct arena *into, struct str path, size_t maximum,
                 struct str *ret_bytes, bool *ret_whole, struct err *e)
{
    struct one_file *file = self;

    if (!str_eq(path, STR("db/schema.rb")))
        return err_set(e, ERR_NOT_FOUND, "no such file");
    cr_assert_lt(file->text.length, maximum);
    bool start = maximum <= 1024; /* before both are read: is it a pointer of Git LFS? */
    file->reads += !start;
    file->in_shared += !start && into == &arena;
    *ret_bytes = str_copy(&arena, file->text);
    *ret_whole = true;
    return true;
}

static struct str describe(const void *self)
{
    (void)self;
    return STR("a tree");
}

/* The arena is not given back: the regular expressions of the patterns are kept in it. */
TestSuite(models, .timeout = 60);

/* Who reads one side holds no lock while it parses; the trees write to the comparison's arena while the other side does. */
Test(models, neither_side_is_parsed_into_what_the_trees_write_to)
{
    static const struct tree_driver driver = {.list = list, .read = read, .describe = describe};
    static const struct config config = {0};
    struct one_file files[] = {
        {.text = STR("ActiveRecord::Schema[7.0].define(version: 1) do\n"
                     "  create_table \"users\", force: :cascade do |t|\n"
                     "    t.string \"name\"\n  end\nend\n")},
        {.text = STR("ActiveRecord::Schema[7.0].define(version: 2) do\n"
                     "  create_table \"users\", force: :cascade do |t|\n"
                     "    t.string \"name\"\n    t.string \"email\"\n  end\nend\n")}};
    struct strs changed = {0};
    struct schema_difference difference;
    struct err e = ERR_NONE;

    VEC_PUSH(&arena, &changed, STR("db/schema.rb"));
    cr_assert(models_compare(&arena, &config, NULL, tree_from_driver(&arena, &driver, &files[0]),
                             tree_from_driver(&arena, &driver, &files[1]), &changed, &difference,
                             &e),
              "%s", e.message);
    cr_assert_eq(difference.changes.count, 1, "%zu", difference.changes.count);
    cr_expect(str_eq(difference.changes.items[0].column, STR("email")), STR_FMT,
              STR_ARG(difference.changes.items[0].column));
    for (size_t i = 0; i < 2; i++) {
        cr_expect_eq(files[i].reads, 1, "side %zu: %zu", i, files[i].reads);
        cr_expect_eq(files[i].in_shared, 0, "side %zu is read into the arena of both", i);
    }
}
