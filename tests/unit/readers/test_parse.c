/* Time that is up: a file that was not parsed is never one without models. */
#include <criterion/criterion.h>

#include <string.h>

#include "base/buf.h"
#include "readers/elixir.h"
#include "readers/file_values.h"
#include "readers/parse.h"
#include "readers/python_tree.h"
#include "readers/typescript.h"

#define LINES 2000u

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};
static struct str source;

static bool read_source(void *self, struct str path, struct str *ret_bytes)
{
    (void)self;
    *ret_bytes = source;
    return !str_contains(path, STR("absent"));
}
static const struct source_files files = {.read = read_source};

static void write_source(const char *line)
{
    struct buf text = buf_new(&arena, LINES * 100);

    for (size_t i = 0; i < LINES; i++)
        buf_add(&text, str_from(line));
    source = buf_str(&text);
}

static void expect_late(bool whole, const struct err *e, const char *path)
{
    cr_expect_not(whole);
    cr_expect_eq(e->kind, ERR_TIMEOUT);
    cr_expect(strstr(e->message, path) && strstr(e->message, "took longer"), "%s", e->message);
}

static void end(void)
{
    arena_release(&arena);
}

TestSuite(parse, .fini = end, .timeout = 120);

Test(parse, python_in_time_and_too_late)
{
    for (unsigned late = 0; late < 2; late++) {
        struct err e = ERR_NONE;
        PYTHON_TREE(tree, &arena, &files);
        write_source("name = Column(String(80), nullable=False)\n");
        parse_limit_us = late ? 1 : 60000000;
        cr_expect_null(python_tree_file(tree, STR("absent.py")));
        cr_expect_eq(python_tree_file(tree, STR("app/models.py")) == NULL, late);
        bool whole = python_tree_is_whole(tree, &e);
        if (late)
            expect_late(whole, &e, "app/models.py");
        else
            cr_expect(whole, "%s", e.message);
    }
}

Test(parse, python_that_is_too_large)
{
    struct err e = ERR_NONE;
    PYTHON_TREE(tree, &arena, &files);

    source = str_of(arena_alloc(&arena, (size_t)FILE_MAX + 1), (size_t)FILE_MAX + 1);
    cr_expect_null(python_tree_file(tree, STR("app/models.py")));
    cr_expect_not(python_tree_is_whole(tree, &e));
    cr_expect_eq(e.kind, ERR_LIMIT);
    cr_expect(strstr(e.message, "app/models.py: larger than"), "%s", e.message);
}

Test(parse, scripts_in_time_and_too_late)
{
    for (unsigned late = 0; late < 2; late++) {
        struct err e = ERR_NONE;
        SCRIPT_TREE(tree, &arena, &files);
        write_source("export const users = pgTable('users', { id: serial('id') });\n");
        parse_limit_us = late ? 1 : 60000000;
        (void)script_tree_file(tree, STR("src/schema.ts"));
        bool whole = script_tree_is_whole(tree, &e);
        if (late)
            expect_late(whole, &e, "src/schema.ts");
        else
            cr_expect(whole, "%s", e.message);
    }
}

Test(parse, elixir_in_time_and_too_late)
{
    for (unsigned late = 0; late < 2; late++) {
        struct err e = ERR_NONE;
        ELIXIR_TREE(tree, &arena, &files);
        write_source("field :name, :string\n");
        parse_limit_us = late ? 1 : 60000000;
        cr_expect_eq(elixir_tree_file(tree, STR("lib/user.ex")) == NULL, late);
        bool whole = elixir_tree_is_whole(tree, &e);
        if (late)
            expect_late(whole, &e, "lib/user.ex");
        else
            cr_expect(whole, "%s", e.message);
    }
}

/* A setting that could not be read is one that only the program knows. */
Test(parse, settings_that_come_too_late_are_computed)
{
    for (unsigned late = 0; late < 2; late++) {
        struct file_values values;
        write_source("exports.other = [1, 2, 3];\n");
        parse_limit_us = late ? 1 : 60000000;
        file_values_read(&arena, &files, STR("knexfile.js"), STR(""), STR("directory"), &values);
        cr_expect(str_eq(values.computed, late ? STR("knexfile.js") : STR("")), STR_FMT,
                  STR_ARG(values.computed));
    }
}

/* A text that was too slow once is not tried again: it may be asked for by many. */
Test(parse, a_text_that_is_too_slow_is_tried_once)
{
    struct err e = ERR_NONE;

    write_source("name = Column(String(80), nullable=False)\n");
    for (unsigned round = 0; round < 2; round++) {
        PYTHON_TREE(tree, &arena, &files);
        parse_limit_us = round ? 60000000 : 1;
        cr_expect_null(python_tree_file(tree, STR("app/models.py")));
        e = ERR_NONE;
        expect_late(python_tree_is_whole(tree, &e), &e, "app/models.py");
    }
}

/* As many as made tree-sitter 0.20.7 write past its memory. */
Test(parse, brackets_without_an_end)
{
    struct buf text = buf_new(&arena, 200000);

    buf_add(&text, STR("x = "));
    for (unsigned i = 0; i < 150000; i++)
        buf_add(&text, STR("("));
    source = buf_str(&text);
    parse_limit_us = 60000000;
    struct err e = ERR_NONE;
    PYTHON_TREE(python, &arena, &files);
    cr_expect(python_tree_file(python, STR("app/models.py")));
    cr_expect(python_tree_is_whole(python, &e), "%s", e.message);
    SCRIPT_TREE(script, &arena, &files);
    cr_expect(script_tree_file(script, STR("src/schema.ts")));
    cr_expect(script_tree_is_whole(script, &e), "%s", e.message);
    ELIXIR_TREE(elixir, &arena, &files);
    cr_expect(elixir_tree_file(elixir, STR("lib/user.ex")));
    cr_expect(elixir_tree_is_whole(elixir, &e), "%s", e.message);
}
