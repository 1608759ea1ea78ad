/* ini.h and toml.h: settings files of Python tools. */
#include <criterion/criterion.h>

#include "readers/ini.h"
#include "readers/toml.h"

static struct str expanded(struct arena *arena, const struct ini *ini, const char *key)
{
    const struct ini_entry *entry = ini_get(ini, STR("a"), str_from(key));
    struct str value = STR_NONE;

    cr_assert_not_null(entry, "%s", key);
    return ini_expand(arena, ini, STR("a"), STR("/here"), entry->value, &value) ? value
                                                                                : STR("(refused)");
}

Test(ini, is_read_as_configparser_reads_it)
{
    ARENA(arena, 64u << 20);
    struct ini ini;

    ini_parse(&arena,
              STR("\xEF\xBB\xBF# comment\n[DEFAULT]\nbase = /srv\n; no = 1\n[a]\r\nOne: 1 # "
                  "kept\r\ntwo=%(base)s/%(one)s\n"
                  "three =\n  x\n  # comment\n\n  y = z\nfour = %%(base)s %(here)s\nfive = "
                  "%(none)s\nsix = %(six)s\n"
                  "seven = 100%\none = again\n[b]\nbase = no\n"),
              &ini);
    cr_expect(str_eq(expanded(&arena, &ini, "one"), STR("again")));
    cr_expect(str_eq(expanded(&arena, &ini, "two"), STR("/srv/again")));
    cr_expect(str_eq(expanded(&arena, &ini, "three"), STR("\nx\ny = z")));
    cr_expect(str_eq(expanded(&arena, &ini, "four"), STR("%(base)s /here")));
    cr_expect(str_eq(expanded(&arena, &ini, "five"), STR("(refused)")));
    cr_expect(str_eq(expanded(&arena, &ini, "six"), STR("(refused)")));
    cr_expect(str_eq(expanded(&arena, &ini, "seven"), STR("(refused)")));
    cr_expect(str_eq(expanded(&arena, &ini, "base"), STR("/srv")));
    cr_expect_eq(ini_get(&ini, STR("a"), STR("two"))->line, 7);
    cr_expect_null(ini_get(&ini, STR("a"), STR("no")));
    cr_expect_eq(ini.sections.count, 2);
    cr_expect_eq(ini.refused_line, 0);
}

Test(ini, lines_that_mean_nothing_are_told)
{
    ARENA(arena, 64u << 20);
    struct ini ini;

    ini_parse(&arena, STR("key = before any section\n[a]\nnonsense\n[open\nx = 1\n"), &ini);
    cr_expect_eq(ini.refused_line, 1);
    cr_expect_null(ini_get(&ini, STR(""), STR("key")));
    cr_expect_not_null(ini_get(&ini, STR("a"), STR("x")));
}

Test(toml, strings_booleans_and_arrays)
{
    ARENA(arena, 64u << 20);
    struct toml toml;

    toml_parse(
        &arena,
        STR("title = 'a \\ b' # c\n[tool . \"alembic\"]\nscript_location = \"%(here)s/\\u0061\"\n"
            "locations = [\n  'a', # ]\n  \"b\\\\\",\n]\nrecursive = true\nother = { x = \"]\", y "
            "= [1, 2] }\n"
            "text = \"\"\"\n[not.a.table]\nx = 1\"\"\"\nnumber = 12\nmixed = ['a', "
            "1]\n[[tool.list]]\nname = 'n'\n"
            "[last]\na.\"b.c\" = false\nbroken = \"open\n[gone]\n"),
        &toml);
    cr_expect(str_eq(toml_get(&toml, STR("title"))->text, STR("a \\ b")));
    const struct toml_entry *entry = toml_get(&toml, STR("tool.alembic.script_location"));
    cr_assert_not_null(entry);
    cr_expect(str_eq(entry->text, STR("%(here)s/a")));
    cr_expect_eq(entry->line, 3);
    entry = toml_get(&toml, STR("tool.alembic.locations"));
    cr_assert(entry && entry->kind == TOML_STRINGS && entry->items.count == 2);
    cr_expect(str_eq(entry->items.items[1], STR("b\\")));
    entry = toml_get(&toml, STR("tool.alembic.recursive"));
    cr_expect(entry && entry->kind == TOML_BOOLEAN && entry->truth && entry->line == 8);
    entry = toml_get(&toml, STR("tool.alembic.text"));
    cr_expect(entry && str_eq(entry->text, STR("[not.a.table]\nx = 1")));
    cr_expect_eq(toml_get(&toml, STR("tool.alembic.other"))->kind, TOML_OTHER);
    cr_expect(str_eq(toml_get(&toml, STR("tool.alembic.other.x"))->text, STR("]")));
    cr_expect_eq(toml_get(&toml, STR("tool.alembic.other.y"))->kind, TOML_OTHER);
    cr_expect_eq(toml_get(&toml, STR("tool.alembic.number"))->kind, TOML_OTHER);
    cr_expect_eq(toml_get(&toml, STR("tool.alembic.mixed"))->kind, TOML_OTHER);
    cr_expect_not_null(toml_get(&toml, STR("tool.list.name")));
    entry = toml_get(&toml, STR("last.a.b.c"));
    cr_expect(entry && entry->kind == TOML_BOOLEAN && !entry->truth);
    cr_expect_null(toml_get(&toml, STR("not.a.table.x")));
}
