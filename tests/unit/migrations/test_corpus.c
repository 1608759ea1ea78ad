/* test_corpus.c -- the cases of tests/corpus/alembic: trees as text, with what must be found in them. See the README there. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "database/database.h"
#include "migrations/history.h"
#include "migrations/left_out.h"

#define DIRECTORY TESTS_DIRECTORY "/corpus/alembic"

/* --- A tree in memory. --- */

struct memory_file {
    struct str path, bytes;
    bool unreadable, submodule;
};
struct memory_tree {
    VEC(struct memory_file) files;
};

static bool memory_list(void *self, struct arena *arena, struct str directory,
                        struct tree_entries *ret_entries, bool *ret_exists, struct err *e UNUSED)
{
    const struct memory_tree *tree = self;
    struct strs seen = {0};

    *ret_exists = directory.length == 0;
    for (size_t i = 0; i < tree->files.count; i++) {
        struct str rest;
        if (directory.length == 0)
            rest = tree->files.items[i].path;
        else if (!path_relative(directory, tree->files.items[i].path, &rest) || rest.length == 0)
            continue;
        *ret_exists = true;
        struct str name = str_cut(&rest, '/');
        if (name.length == 0 || strs_have(&seen, name))
            continue;
        VEC_PUSH(arena, &seen, name);
        VEC_PUSH(arena, ret_entries,
                 (struct tree_entry){.name = name,
                                     .kind = rest.length                      ? TREE_DIRECTORY
                                             : tree->files.items[i].submodule ? TREE_SUBMODULE
                                                                              : TREE_FILE});
    }
    return true;
}

static bool memory_read(void *self, struct arena *arena, struct str path, size_t maximum,
                        struct str *ret_bytes, bool *ret_whole, struct err *e)
{
    const struct memory_tree *tree = self;

    for (size_t i = 0; i < tree->files.count; i++)
        if (str_eq(tree->files.items[i].path, path)) {
            if (tree->files.items[i].unreadable)
                return err_set(e, ERR_SYSTEM, STR_FMT ": permission denied", STR_ARG(path));
            *ret_bytes = str_copy(arena, str_prefix(tree->files.items[i].bytes, maximum));
            *ret_whole = ret_bytes->length == tree->files.items[i].bytes.length;
            return true;
        }
    return err_set(e, ERR_NOT_FOUND, STR_FMT ": no such file", STR_ARG(path));
}

static struct str memory_describe(const void *self UNUSED)
{
    return STR("memory");
}

static const struct tree_driver memory_driver = {
    .list = memory_list, .read = memory_read, .describe = memory_describe};

/* --- A case. --- */

struct tree_case {
    struct strs rows, expected, kinds;
    struct memory_tree tree;
    struct config config;
};

static struct str kind_of(struct str line)
{
    return str_cut(&line, ' ');
}

static void add_setting(struct arena *arena, struct config *config, struct str value)
{
    struct str rest = value;
    struct config_migrations set = {.name = str_cut(&rest, ' ')};

    while (rest.length) {
        struct str word = str_cut(&rest, ' '), key = str_cut(&word, '=');
        if (str_eq(key, STR("tracker")))
            set.tracker = word;
        else if (str_eq(key, STR("root")))
            set.root = word;
        else if (str_eq(key, STR("script_location")))
            set.script_location = word;
        else if (str_eq(key, STR("versions")))
            VEC_PUSH(arena, &set.versions, word);
        else if (str_eq(key, STR("table")))
            set.table = word;
        else if (str_eq(key, STR("schema")))
            set.schema = word;
        else if (str_eq(key, STR("recursive")))
            set.recursive_set = true, set.recursive = str_eq(word, STR("true"));
        else
            cr_assert_fail("unknown setting " STR_FMT, STR_ARG(key));
    }
    VEC_PUSH(arena, &config->migrations, set);
}

static void read_case(struct arena *arena, struct str text, struct tree_case *ret_case)
{
    struct str line, rest = text;
    struct memory_file *file = NULL;

    ret_case->config.work_tree = STR("/srv/shop");
    for (struct str before = rest; str_next_line(&rest, &line); before = rest) {
        if (str_starts(line, STR("--- "))) {
            VEC_PUSH(arena, &ret_case->tree.files,
                     (struct memory_file){.path = str_from_offset(line, 4),
                                          .bytes = str_prefix(rest, 0)});
            file = &VEC_LAST(&ret_case->tree.files);
            file->unreadable = str_ends(file->path, STR(" (unreadable)"));
            if (file->unreadable)
                file->path = str_prefix(file->path, file->path.length - strlen(" (unreadable)"));
            file->submodule = str_ends(file->path, STR(" (submodule)"));
            if (file->submodule)
                file->path = str_prefix(file->path, file->path.length - strlen(" (submodule)"));
        } else if (file) {
            file->bytes = str_of(file->bytes.bytes, (size_t)(before.bytes - file->bytes.bytes) +
                                                        (before.length - rest.length));
        } else if (str_starts(line, STR("row: "))) {
            VEC_PUSH(arena, &ret_case->rows, str_from_offset(line, 5));
        } else if (str_starts(line, STR("expect: "))) {
            VEC_PUSH(arena, &ret_case->expected, str_from_offset(line, 8));
            strs_add(arena, &ret_case->kinds, kind_of(str_from_offset(line, 8)));
        } else if (str_starts(line, STR("expect-none: "))) {
            strs_add(arena, &ret_case->kinds, str_from_offset(line, 13));
        } else if (str_starts(line, STR("configured: "))) {
            add_setting(arena, &ret_case->config, str_from_offset(line, 12));
        } else {
            cr_assert(line.length == 0 || line.bytes[0] == '#', "not understood: " STR_FMT,
                      STR_ARG(line));
        }
    }
}

/* --- The answer. --- */

static const char *code_name(enum reason_code code)
{
    switch ((int)code) {
    case REASON_BROKEN_HISTORY:
        return "broken-history";
    case REASON_MULTIPLE_HEADS:
        return "multiple-heads";
    case REASON_INDETERMINATE_HISTORY:
        return "indeterminate-history";
    default:
        return "unexpected";
    }
}

static void add_all(struct arena *arena, struct strs *lines, const char *kind,
                    const struct strs *values)
{
    for (size_t i = 0; i < values->count; i++)
        VEC_PUSH(arena, lines, str_printf(arena, "%s " STR_FMT, kind, STR_ARG(values->items[i])));
}

static void add_problems(struct arena *arena, struct strs *lines, const char *kind,
                         const struct history_problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        VEC_PUSH(arena, lines,
                 str_printf(arena, "%s %s " STR_FMT, kind, code_name(problems->items[i].code),
                            STR_ARG(problems->items[i].message)));
        VEC_PUSH(arena, lines,
                 str_printf(arena, "hint " STR_FMT,
                            STR_ARG(str_prefix(problems->items[i].hint,
                                               str_find_byte(problems->items[i].hint, '\n')))));
    }
}

static void describe_set(struct arena *arena, const struct history *history,
                         const struct plan *plan, struct strs *lines)
{
    VEC_PUSH(arena, lines,
             str_printf(arena, "set " STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(history->set),
                        STR_ARG(history->tracker),
                        STR_ARG(history->root.length ? history->root : STR("."))));
    VEC_PUSH(arena, lines,
             str_printf(arena, "%s " STR_FMT, history->table_assumed ? "assumed-table" : "table",
                        STR_ARG(history->table)));
    if (history->schema.length)
        VEC_PUSH(arena, lines, str_printf(arena, "schema " STR_FMT, STR_ARG(history->schema)));
    VEC_PUSH(arena, lines,
             str_printf(arena, "upgrade " STR_FMT, STR_ARG(history->upgrade_command)));
    add_all(arena, lines, "versions", &history->versions);
    add_all(arena, lines, "head", &history->heads);
    add_all(arena, lines, "real-head", &history->real_heads);
    add_all(arena, lines, "assumption", &history->assumptions);
    add_problems(arena, lines, "problem", &history->problems);
    for (size_t i = 0; i < history->migrations.count; i++) {
        const struct migration *migration = &history->migrations.items[i];
        VEC_PUSH(arena, lines,
                 str_printf(arena, "migration " STR_FMT " " STR_FMT ":%zu " STR_FMT,
                            STR_ARG(migration->id), STR_ARG(migration->file), migration->line,
                            STR_ARG(migration->title)));
    }
    for (size_t i = 0; i < plan->pending.count; i++)
        VEC_PUSH(arena, lines,
                 str_printf(arena, "pending " STR_FMT,
                            STR_ARG(history->migrations.items[plan->pending.items[i]].id)));
    for (size_t i = 0; i < plan->unknown.count; i++)
        VEC_PUSH(arena, lines,
                 str_printf(arena, "unknown " STR_FMT, STR_ARG(plan->unknown.items[i].id)));
    VEC_PUSH(arena, lines, str_printf(arena, "applied %zu", plan->applied_count));
    add_all(arena, lines, "note", &plan->notes);
    add_problems(arena, lines, "plan-problem", &plan->problems);
}

static struct strs answer(struct arena *arena, struct tree_case *tree_case)
{
    struct tree *tree = tree_from_driver(arena, &memory_driver, &tree_case->tree);
    struct database_rows rows = {.state = TABLE_FILLED, .ids = tree_case->rows};
    struct config_migrations_list sets;
    struct left_out *left_out = left_out_new(arena, tree);
    struct strs lines = {0}, paths = {0};
    struct err e = ERR_NONE;

    cr_assert(sets_detect(arena, tree, &tree_case->config, &sets, &e), "%s", e.message);
    if (sets.count == 0)
        VEC_PUSH(arena, &lines, STR("none"));
    for (size_t i = 0; i < sets.count; i++) {
        struct history *history = ARENA_ARRAY(arena, 1, struct history);
        struct plan plan;
        cr_assert(history_load(arena, tree, &sets.items[i], history, &e), "%s", e.message);
        cr_assert(plan_make(arena, history, &rows, &plan, &e), "%s", e.message);
        left_out_add(left_out, &sets.items[i], history);
        if (sets.items[i].database.length)
            VEC_PUSH(arena, &lines,
                     str_printf(arena, "own-database " STR_FMT " " STR_FMT,
                                STR_ARG(sets.items[i].database),
                                STR_ARG(sets.items[i].database_from)));
        describe_set(arena, history, &plan, &lines);
    }
    for (size_t i = 0; i < tree_case->tree.files.count; i++)
        VEC_PUSH(arena, &paths, tree_case->tree.files.items[i].path);
    const struct str *tools = left_out_find(left_out, &paths);
    for (size_t i = 0; i < paths.count; i++)
        if (tools[i].length)
            VEC_PUSH(arena, &lines,
                     str_printf(arena, "left-out " STR_FMT ": " STR_FMT, STR_ARG(paths.items[i]),
                                STR_ARG(tools[i])));
    return lines;
}

static struct str of_kind(struct arena *arena, const struct strs *lines, struct str kind)
{
    struct strs found = {0};

    for (size_t i = 0; i < lines->count; i++)
        if (str_eq(kind_of(lines->items[i]), kind))
            VEC_PUSH(arena, &found, lines->items[i]);
    return str_join(arena, found.items, found.count, STR("; "));
}

/* Sets and pending migrations have an order. */
static void expect_order(struct arena *arena, struct str name, const struct strs *expected,
                         const struct strs *lines, struct str kind)
{
    struct str wanted = of_kind(arena, expected, kind), got = of_kind(arena, lines, kind);

    if (wanted.length)
        cr_expect(str_eq(wanted, got), STR_FMT ": order: " STR_FMT " instead of " STR_FMT,
                  STR_ARG(name), STR_ARG(got), STR_ARG(wanted));
}

static void run_case(struct arena *arena, struct str name, struct str text)
{
    struct tree_case tree_case = {0};

    read_case(arena, text, &tree_case);
    struct strs lines = answer(arena, &tree_case);
    cr_expect(tree_case.expected.count + tree_case.kinds.count > 0, STR_FMT ": expects nothing",
              STR_ARG(name));
    for (size_t i = 0; i < tree_case.expected.count; i++)
        cr_expect(strs_have(&lines, tree_case.expected.items[i]),
                  STR_FMT ": not found: " STR_FMT "\n" STR_FMT, STR_ARG(name),
                  STR_ARG(tree_case.expected.items[i]),
                  STR_ARG(str_join(arena, lines.items, lines.count, STR("\n"))));
    for (size_t i = 0; i < lines.count; i++)
        cr_expect(!strs_have(&tree_case.kinds, kind_of(lines.items[i])) ||
                      strs_have(&tree_case.expected, lines.items[i]),
                  STR_FMT ": not expected: " STR_FMT, STR_ARG(name), STR_ARG(lines.items[i]));
    expect_order(arena, name, &tree_case.expected, &lines, STR("set"));
    expect_order(arena, name, &tree_case.expected, &lines, STR("pending"));
}

Test(corpus, every_tree_is_read_as_its_case_says)
{
    ARENA(arena, ARENA_DEFAULT_BUDGET);
    struct strs names;
    struct err e = ERR_NONE;
    size_t run = 0;

    cr_assert(file_list(&arena, STR(DIRECTORY), &names, &e), "%s", e.message);
    for (size_t i = 0; i < names.count; i++) {
        struct str text;
        if (!str_ends(names.items[i], STR(".tree")))
            continue;
        cr_assert(file_read(&arena, path_join(&arena, STR(DIRECTORY), names.items[i]), FILE_MAX,
                            &text, &e),
                  "%s", e.message);
        run_case(&arena, names.items[i], text);
        run++;
    }
    cr_assert_geq(run, 20, "only %zu cases", run);
}
