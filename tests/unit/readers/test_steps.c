/* Migrations that are far longer than usual: what they do is read in whole, and in little memory. */
#include <criterion/criterion.h>

#include "base/buf.h"
#include "readers/elixir.h"
#include "readers/python_tree.h"
#include "readers/steps.h"

#define TEXT_MAX ((size_t)4 << 20)

static bool read_text(void *self, struct str path, struct str *ret_bytes)
{
    (void)path;
    *ret_bytes = *(struct str *)self;
    return true;
}

static void repeat(struct buf *out, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buf_add(out, str_from(text));
}

Test(steps, sql_behind_much_data_is_read)
{
    ARENA(arena, (size_t)64 << 20);
    struct buf text = buf_new(&arena, TEXT_MAX);
    struct steps steps = {0};

    repeat(&text, "INSERT INTO codes VALUES (1, 2, 3);\n", 50000);
    buf_add(&text, STR("ALTER TABLE items ADD COLUMN sku text;\n"));
    steps_of_sql(&arena, buf_str(&text), &steps);
    cr_assert_eq(steps.count, 1);
    cr_expect(str_eq(steps.items[0].column, STR("sku")));
}

Test(steps, text_of_many_parts_is_one_text)
{
    ARENA(arena, (size_t)64 << 20);
    struct buf text = buf_new(&arena, TEXT_MAX);
    struct steps steps = {0};

    buf_add(&text, STR("from alembic import op\n\n\ndef upgrade():\n    sql = ''\n"));
    repeat(&text, "    sql += 'ALTER TABLE items ADD COLUMN sku text;'\n", 5000);
    buf_add(&text, STR("    op.execute(sql)\n"));
    struct str source = buf_str(&text);
    struct source_files files = {.self = &source, .read = read_text};
    PYTHON_TREE(tree, &arena, &files);
    steps_of_alembic(&arena, tree, python_tree_file(tree, STR("versions/a.py")), &steps);
    cr_expect_eq(steps.count, 5000);
}

Test(steps, functions_of_a_large_module_are_found)
{
    ARENA(arena, (size_t)64 << 20);
    struct buf text = buf_new(&arena, TEXT_MAX);
    struct steps steps = {0};

    buf_add(&text, STR("defmodule M do\n  use Ecto.Migration\n\n  def change do\n"));
    for (size_t i = 0; i < 900; i++)
        buf_printf(&text, "    add_%zu()\n", i);
    buf_add(&text, STR("  end\n"));
    for (size_t i = 0; i < 900; i++)
        buf_printf(&text, "\n  defp add_%zu, do: execute(\"ALTER TABLE items ADD a%zu text\")\n", i,
                   i);
    buf_add(&text, STR("end\n"));
    struct str source = buf_str(&text);
    struct source_files files = {.self = &source, .read = read_text};
    ELIXIR_TREE(tree, &arena, &files);
    steps_of_ecto(&arena, tree, elixir_tree_file(tree, STR("priv/repo/migrations/1_m.exs")),
                  &steps);
    cr_expect_eq(steps.count, 900);
}
