/* The commits of a push are looked through one after the other: what is kept of the first must not change what is found in the second. */
#include <criterion/criterion.h>

#include "base/digest.h"
#include "base/file.h"
#include "migrations/history.h"
#include "repository/tree.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};
static const struct config config = {0};

static void end(void)
{
    arena_release(&arena);
}

#define FILES_MAX 12
struct commit {
    const char *files[FILES_MAX][2]; /* path, text; "-> PATH": a link to that file */
    size_t listed;
};

/* As in git: what lies below, without the directory's own name. */
static struct str id_of(const struct commit *commit, struct str path)
{
    struct str content = STR("");

    for (size_t i = 0; i < FILES_MAX && commit->files[i][0]; i++) {
        struct str file = str_from(commit->files[i][0]), inside = STR("");
        if (str_eq(file, path) || path_relative(path, file, &inside))
            content = str_printf(&arena, STR_FMT "\n" STR_FMT "\n%s", STR_ARG(content),
                                 STR_ARG(inside), commit->files[i][1]);
    }
    return digest_sha256(&arena, content);
}

static int by_name(const void *a, const void *b)
{
    return str_compare(((const struct tree_entry *)a)->name, ((const struct tree_entry *)b)->name);
}

static bool is_link(const struct commit *commit, size_t i)
{
    return strncmp(commit->files[i][1], "-> ", 3) == 0;
}

static bool list(void *self, struct arena *into, struct str directory,
                 struct tree_entries *ret_entries, bool *ret_exists, struct err *e)
{
    struct commit *commit = self;
    struct tree_entries entries = {0};
    struct strs seen = {0};

    (void)e;
    commit->listed++;
    for (size_t i = 0; i < FILES_MAX && commit->files[i][0]; i++) {
        struct str rest = str_from(commit->files[i][0]);
        if (directory.length && !path_relative(directory, rest, &rest))
            continue;
        bool is_file = str_find_byte(rest, '/') == SIZE_MAX;
        struct str name = str_cut(&rest, '/');
        if (strs_have(&seen, name))
            continue;
        VEC_PUSH(into, &seen, name);
        VEC_PUSH(into, &entries,
                 (struct tree_entry){.name = name,
                                     .kind = is_file ? TREE_FILE : TREE_DIRECTORY,
                                     .id = is_file && is_link(commit, i)
                                               ? STR_NONE
                                               : id_of(commit, path_below(into, directory, name))});
    }
    if (entries.count)
        qsort(entries.items, entries.count, sizeof entries.items[0], by_name);
    *ret_entries = entries;
    *ret_exists = entries.count > 0;
    return true;
}

static bool read(void *self, struct arena *into, struct str path, size_t maximum,
                 struct str *ret_bytes, bool *ret_whole, struct err *e)
{
    const struct commit *commit = self;

    (void)into;
    for (size_t i = 0; i < FILES_MAX && commit->files[i][0]; i++)
        if (str_eq(str_from(commit->files[i][0]), path)) {
            if (is_link(commit, i))
                return read(self, into, str_from(commit->files[i][1] + 3), maximum, ret_bytes,
                            ret_whole, e);
            *ret_bytes = str_prefix(str_from(commit->files[i][1]), maximum);
            *ret_whole = true;
            return true;
        }
    return err_set(e, ERR_NOT_FOUND, "no such file");
}

static struct str describe(const void *self)
{
    (void)self;
    return STR("a commit");
}

static struct tree *tree_of(struct commit *commit)
{
    static const struct tree_driver driver = {.list = list, .read = read, .describe = describe};

    return tree_from_driver(&arena, &driver, commit);
}

/* "knex of a: steps; flyway of .: sql" */
static const char *told(const struct config_migrations_list *sets)
{
    struct str text = STR("");

    for (size_t i = 0; i < sets->count; i++) {
        const struct config_migrations *set = &sets->items[i];
        text = str_printf(&arena, STR_FMT "%s" STR_FMT " of " STR_FMT ":", STR_ARG(text),
                          i ? "; " : "", STR_ARG(set->tracker), STR_ARG(set->root));
        for (size_t j = 0; j < set->versions.count; j++)
            text = str_printf(&arena, STR_FMT " " STR_FMT, STR_ARG(text),
                              STR_ARG(set->versions.items[j]));
    }
    return str_c(&arena, text);
}

static const char *found(struct commit *commit, struct survey_memo *memo)
{
    struct config_migrations_list sets = {0};
    struct err e = ERR_NONE;

    cr_assert(sets_detect_of_commit(&arena, tree_of(commit), &config, memo, &sets, &e), "%s",
              e.message);
    return told(&sets);
}

#define STEP "exports.up = (knex) => knex.schema.createTable('a');\n"

static struct pair {
    struct commit before, after;
    const char *told; /* of the second */
} pairs[] = {
    /* Nothing changed beside it. */
    {{{{"a/b/x.py", ""}, {"db/steps/1_a.txt", ""}, {"c", "1"}}, 0},
     {{{"a/b/x.py", ""}, {"db/steps/1_a.txt", ""}, {"c", "2"}}, 0},
     ""},
    /* A file at the root names a directory in which nothing was found. */
    {{{{"db/steps/20240101_a.js", "export {}"}, {"a/b/x.py", ""}}, 0},
     {{{"db/steps/20240101_a.js", "export {}"},
       {"a/b/x.py", ""},
       {"knexfile.js",
        "module.exports = { client: 'pg', migrations: { directory: './db/steps' } }"}},
      0},
     "knex of : db/steps"},
    /* A file near, above it … */
    {{{{"a/changes/1_first.sql", "select 1;"}, {"a/x", ""}}, 0},
     {{{"a/changes/1_first.sql", "select 1;"}, {"a/x", ""}, {"a/tern.conf", "[database]"}}, 0},
     "tern of a: changes"},
    /* … and one in a folder beside it. */
    {{{{"a/changes/V1__a.txt", ""}, {"a/changes/R__b.sql", "select 1;"}}, 0},
     {{{"a/changes/V1__a.txt", ""},
       {"a/changes/R__b.sql", "select 1;"},
       {"conf/flyway.toml", "[flyway]"}},
      0},
     "flyway of :"},
    /* One that names a directory elsewhere, which its files speak for as well. */
    {{{{"sql/V1__a.sql", "select 1;"},
       {"services/api/flyway.conf", "flyway.locations=filesystem:../../sql\n"}},
      0},
     {{{"sql/V1__a.sql", "select 2;"},
       {"services/api/flyway.conf", "flyway.locations=filesystem:../../sql\n"}},
      0},
     "flyway of services/api:"},
    /* It goes. */
    {{{{"a/changes/1_first.sql", "select 1;"}, {"a/tern.conf", "[database]"}}, 0},
     {{{"a/changes/1_first.sql", "select 1;"}}, 0},
     ""},
    /* A runner of one's own beside them. */
    {{{{"a/db/1_a.sql", "select 1;"}, {"a/db/2_b.sql", "select 2;"}, {"a/run.py", "pass"}}, 0},
     {{{"a/db/1_a.sql", "select 1;"},
       {"a/db/2_b.sql", "select 2;"},
       {"a/run.py", "insert into schema_migrations"}},
      0},
     "sql of a: db"},
    /* What is in it. */
    {{{{"a/steps/20240101_a.js", "export {}"}}, 0},
     {{{"a/steps/20240101_a.js", STEP}}, 0},
     "knex of a/steps: ."},
    /* The same in another place. */
    {{{{"a/x/20240101_a.sql", "select 1;"}}, 0},
     {{{"a/migrations/20240101_a.sql", "select 1;"}}, 0},
     "sql of a: migrations"},
    /* What a link in it leads to. */
    {{{{"a/steps/20240101_a.js", "-> lib/x.js"}, {"lib/x.js", "export {}"}}, 0},
     {{{"a/steps/20240101_a.js", "-> lib/x.js"}, {"lib/x.js", STEP}}, 0},
     "knex of a/steps: ."},
    /* Migrations of a directory above. */
    {{{{"db/schema.rb", ""}, {"db/migrate/2023/1_a.txt", ""}}, 0},
     {{{"db/schema.rb", ""}, {"db/migrate/2023/1_a.txt", ""}, {"db/migrate/2024/2_b.rb", ""}}, 0},
     "rails of : db/migrate"},
    /* A file near says more. */
    {{{{"src/umzug.ts", "new Umzug"},
       {"src/steps/1.ts", "export const up = async ({ context }) => {};"}},
      0},
     {{{"src/umzug.ts", "new Umzug({ storage: new SequelizeStorage() })"},
       {"src/steps/1.ts", "export const up = async ({ context }) => {};"}},
      0},
     "sequelize of src: steps"},
    /* It stays. */
    {{{{"a/steps/20240101_a.js", STEP}, {"c", "1"}}, 0},
     {{{"a/steps/20240101_a.js", STEP}, {"c", "2"}}, 0},
     "knex of a/steps: ."},
};

Test(survey, what_is_kept_changes_nothing, .fini = end)
{
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        struct survey_memo *memo = survey_memo_new(&arena, &config);
        const char *alone = found(&pairs[i].after, NULL);
        (void)found(&pairs[i].before, memo);
        const char *after = found(&pairs[i].after, memo);
        cr_expect_str_eq(alone, pairs[i].told, "%zu: \"%s\"", i, alone);
        cr_expect_str_eq(after, alone, "%zu: \"%s\"", i, after);
    }
}

/* And it saves something. */
Test(survey, directories_without_migrations_are_not_looked_into_again, .fini = end)
{
    struct commit before = {{{"a/b/x.py", ""}, {"a/c/y.py", ""}, {"d/e/f/z.ts", ""}, {"h/1", ""}},
                            0};
    struct commit after = {{{"a/b/x.py", ""}, {"a/c/y.py", ""}, {"d/e/f/z.ts", ""}, {"h/1", "2"}},
                           0};
    struct survey_memo *memo = survey_memo_new(&arena, &config);

    (void)found(&before, memo);
    (void)found(&after, memo);
    cr_expect_gt(before.listed, after.listed + 3);
}

/* What is found in them does not matter: no pattern may give up. */
#define LINE ((size_t)1 << 20)
static const char *const beginnings[] = {
    "up ",
    "up(",
    "up = (",
    "up: async function ",
    "function up(a a.schema.createTable(",
    "up=(a,a.schema.table(x,(",
    "exports.up=",
    "exports.up = async ({ context, ",
    "export const up: A = async ({ ",
    "glob: ",
    "sequelize.",
    "SequelizeStorage({ ",
    "class A1700000000000 ",
    "class A1700000000000 { async up(",
    "A1700000000000.prototype.up = ",
    "migrations: { ",
    "up: (q, q.sequelize.query(",
    "up { context, ",
    "class A { class B extends ",
    "paths: [",
    "'",
    "{",
    " ",
    "a",
};

Test(survey, long_lines_are_looked_through, .fini = end)
{
    for (size_t i = 0; i < COUNT_OF(beginnings); i++) {
        struct str part = str_from(beginnings[i]);
        char *line = arena_alloc(&arena, LINE + 1);
        for (size_t at = 0; at < LINE; at++)
            line[at] = part.bytes[at % part.length];
        struct commit commit = {{{"line.txt", line},
                                 {"db/steps/1_a.js", "-> line.txt"},
                                 {"db/steps/2-b.ts", "-> line.txt"},
                                 {"dist/migrations/1700000000000-A.js", "-> line.txt"},
                                 {"src/migrations/1700000000000-a.ts", "-> line.txt"},
                                 {"adonisrc.ts", "-> line.txt"},
                                 {"umzug.js", "-> line.txt"}},
                                0};
        (void)found(&commit, NULL);
        arena_release(&arena);
    }
}

/* What a build copied is no set of its own: where the project's own file names it for the tool to run, its sources are, when they are there. */
Test(survey, copies_in_build, .fini = end)
{
    struct commit copied = {
        {{"db/migrations/20240101000000_a.js", "exports.up = (knex) => 1"},
         {"build/db/migrations/20240101000000_a.js", "exports.up = (knex) => 1"},
         {"build/db/migrations/20230101000000_b.js", "exports.up = (knex) => 1"}},
        0};
    struct commit named = {
        {{".sequelizerc", "module.exports = { 'migrations-path': './build/migrations' };"},
         {"migrations/1-a.ts", "export const up = (queryInterface) => 1"},
         {"build/migrations/1-a.js", "exports.up = (queryInterface) => 1"}},
        0};
    struct commit built = {
        {{".sequelizerc", "module.exports = { 'migrations-path': './build/migrations' };"},
         {"build/migrations/1-a.js", "exports.up = (queryInterface) => 1"}},
        0};
    struct commit alone = {
        {{"build/db/migrations/20240101000000_a.js", "exports.up = (knex) => 1"}}, 0};

    cr_expect_str_eq(found(&copied, NULL), "knex of : db/migrations");
    cr_expect_str_eq(found(&named, NULL), "sequelize of : migrations");
    cr_expect_str_eq(found(&built, NULL), "sequelize of : build/migrations");
    cr_expect_str_eq(found(&alone, NULL), "knex of build: db/migrations");
}
