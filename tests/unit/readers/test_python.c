#include <criterion/criterion.h>
#include <stdio.h>

#include "readers/python.h"

static const struct str names[] = {STR_INIT("revision"), STR_INIT("down_revision")};

/* "None", "'text'", "[a|b]", "?" for opaque, "-" for absent. */
static struct str shown(struct arena *arena, const struct python_value *value)
{
    switch (value->kind) {
    case PYTHON_ABSENT:
        return STR("-");
    case PYTHON_OPAQUE:
        return STR("?");
    case PYTHON_NONE:
        return STR("None");
    case PYTHON_STRING:
        return str_printf(arena, "'" STR_FMT "'", STR_ARG(value->text));
    case PYTHON_SEQUENCE:
        break;
    }
    return str_printf(arena, "[" STR_FMT "]",
                      STR_ARG(str_join(arena, value->items.items, value->items.count, STR("|"))));
}

struct constant_case {
    const char *source, *revision, *down_revision;
    size_t line; /* of revision */
};

static const struct constant_case cases[] = {
    {"revision = 'a'\ndown_revision = None\n", "'a'", "None", 1},
    {"revision: str = \"a\"\ndown_revision: Union[str, Sequence[str], None] = 'b'\n", "'a'", "'b'",
     1},
    {"\n\nrevision='a';down_revision='b'\n", "'a'", "'b'", 3},
    {"revision, down_revision = 'a', None\n", "'a'", "None", 1},
    {"(revision, down_revision) = ('a', ('b', 'c'))\n", "'a'", "[b|c]", 1},
    {"revision = down_revision = 'a'\n", "'a'", "'a'", 1},
    {"revision = 'a' 'b'\ndown_revision = ('x'\n  'y')\n", "'ab'", "'xy'", 1},
    {"revision = 'a' + \"b\" + '''c'''\ndown_revision = ['x', 'y']\n", "'abc'", "[x|y]", 1},
    {"BASE = '12'\nSUFFIX = 'ab'\nrevision = BASE + SUFFIX\ndown_revision = (BASE,)\n", "'12ab'",
     "[12]", 3},
    {"A = 'x'\nB = A\nC = B\nrevision = C\ndown_revision = {A}\n", "'x'", "[x]", 4},
    {"down_revision = (  # two\n    'a',  # (\n    'b',\n)\nrevision = r'c'\n", "'c'", "[a|b]", 5},
    {"down_revision = ()\nrevision = u'\\x61\\142\\u0063'\n", "'abc'", "[]", 2},
    {"revision = f'a'\ndown_revision = f'{x}'\n", "'a'", "?", 1},
    {"revision = b'a'\ndown_revision = '\\N{BULLET}'\n", "?", "?", 1},
    {"revision = make()\ndown_revision = 1\n", "?", "?", 1},
    {"revision = LATER\nLATER = 'a'\ndown_revision = None\n", "?", "None", 1},
    {"revision = 'a'\ndef upgrade():\n    revision = 'b'\n    pass\n", "'a'", "-", 1},
    {"revision = 'a'\ndef f(): pass\nrevision = 'b'\n", "'b'", "-", 3},
    {"revision = 'a'\nif x:\n    revision = 'b'\ndown_revision = None\n", "?", "None", 3},
    {"revision = 'a'\nif revision == 'a':\n    print(revision)\n", "'a'", "-", 1},
    {"try:\n  down_revision: str = 'b'\nexcept Exception:\n  pass\nrevision = 'a'\n", "'a'", "?",
     5},
    {"revision: str\nrevision = 'a'\n", "'a'", "-", 2},
    {"revision = 'a'\nrevision += 'b'\n", "?", "-", 2},
    {"from x import revision\ndown_revision = None\n", "?", "None", 1},
    {"from revision import y\n", "-", "-", 0},
    {"x = '''\nrevision = 'no'\n'''\nrevision = 'a'\n", "'a'", "-", 4},
    {"x = \"\"\"\\\"\"\"\nrevision = 'no'\n\"\"\"\nrevision = 'a'\n", "'a'", "-", 4},
    {"# revision = 'no'\nrevision = 'a' # revision = 'b'\n", "'a'", "-", 2},
    {"revision = \\\n  'a'\n", "'a'", "-", 1},
    {"\xEF\xBB\xBFrevision = 'a'\r\ndown_revision = 'b'\r\n", "'a'", "'b'", 1},
    {"class revision:\n    down_revision = 'x'\n", "-", "-", 0},
    {"@dec(revision='x')\ndef f():\n  down_revision = 1\n", "-", "-", 0},
    {"revision = ('a')\ndown_revision = (('b', 'c'))\n", "'a'", "[b|c]", 1},
    {"revision = 'a' if x else 'b'\ndown_revision = [p for p in q]\n", "?", "?", 1},
    {"revision:= 'a'\n", "-", "-", 0},
    {"revision = 'a'\ndel revision\n", "?", "-", 2},
    {"match = 1\nrevision = 'a'\n", "'a'", "-", 2},
    {"print(revision := 'z')\ndown_revision = None, 'b'\n", "-", "?", 0},
};

Test(python, constants_are_what_python_would_have)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        ARENA(arena, 64u << 20);
        PYTHON_READER(reader, &arena);
        struct python_value values[2];
        struct python_module module;
        struct err e = ERR_NONE;

        cr_assert(python_constants(reader, &arena, str_from(cases[i].source), names, 2, values,
                                   &module, &e),
                  "%s: %s", cases[i].source, e.message);
        struct str revision = shown(&arena, &values[0]), down = shown(&arena, &values[1]);
        cr_expect(str_eq(revision, str_from(cases[i].revision)), "%s: revision is " STR_FMT,
                  cases[i].source, STR_ARG(revision));
        cr_expect(str_eq(down, str_from(cases[i].down_revision)), "%s: down_revision is " STR_FMT,
                  cases[i].source, STR_ARG(down));
        cr_expect_eq(values[0].line, cases[i].line, "%s: line %zu", cases[i].source,
                     values[0].line);
        cr_expect_not(module.broken, "%s: broken: " STR_FMT, cases[i].source,
                      STR_ARG(module.broken_reason));
    }
}

struct broken_case {
    const char *source;
    size_t line;
    const char *reason;
};

static const struct broken_case broken_cases[] = {
    {"revision = 'a'\nx = 'b\n", 2, "a string that is not closed"},
    {"x = 1\n\"\"\"never\n", 2, "a string that is not closed"},
    {"revision = ('a'\n", 1, "a statement that Python would refuse"},
    {"x = ('a'\n", 1, "a bracket that is not closed"},
    {"x = 'a')\n", 1, "a closing bracket without an opening one"},
    {"<<<<<<< HEAD\nrevision = 'a'\n=======\nrevision = 'b'\n>>>>>>> x\n", 1,
     "a merge conflict's marker"},
    {"revision = = 'a'\n", 1, "a statement that Python would refuse"},
};

Test(python, files_that_python_refuses_are_broken)
{
    for (size_t i = 0; i < COUNT_OF(broken_cases); i++) {
        ARENA(arena, 64u << 20);
        PYTHON_READER(reader, &arena);
        struct python_value values[2];
        struct python_module module;
        struct err e = ERR_NONE;

        cr_assert(python_constants(reader, &arena, str_from(broken_cases[i].source), names, 2,
                                   values, &module, &e));
        cr_expect(module.broken, "%s", broken_cases[i].source);
        cr_expect(str_eq(module.broken_reason, str_from(broken_cases[i].reason)), "%s: " STR_FMT,
                  broken_cases[i].source, STR_ARG(module.broken_reason));
        cr_expect_eq(module.broken_line, broken_cases[i].line, "%s: line %zu",
                     broken_cases[i].source, module.broken_line);
    }
}

Test(python, nul_bytes_break_a_file)
{
    ARENA(arena, 64u << 20);
    PYTHON_READER(reader, &arena);
    struct python_value values[2];
    struct python_module module;
    struct err e = ERR_NONE;

    cr_assert(python_constants(reader, &arena, STR("revision = 'a'\n\0x = 1\n"), names, 2, values,
                               &module, &e));
    cr_expect(module.broken);
    cr_expect(str_eq(module.broken_reason, STR("a NUL byte")));
}

Test(python, docstring_is_the_first_statement)
{
    ARENA(arena, 64u << 20);
    PYTHON_READER(reader, &arena);
    struct python_value values[2];
    struct python_module module;
    struct err e = ERR_NONE;

    cr_assert(python_constants(reader, &arena,
                               STR("# c\nr\"\"\"add \\d\n\nRevises: x\n\"\"\"\n'no'\n"), names, 2,
                               values, &module, &e));
    cr_expect(module.has_docstring);
    cr_expect(str_eq(module.docstring, STR("add \\d\n\nRevises: x\n")), STR_FMT,
              STR_ARG(module.docstring));
    cr_assert(
        python_constants(reader, &arena, STR("import x\n'no'\n"), names, 2, values, &module, &e));
    cr_expect_not(module.has_docstring);
}

Test(python, deep_nesting_and_long_chains_are_opaque_and_safe)
{
    ARENA(arena, 256u << 20);
    PYTHON_READER(reader, &arena);
    struct python_value values[2];
    struct python_module module;
    struct err e = ERR_NONE;
    char *text = ARENA_ARRAY(&arena, 400100, char);
    size_t at = (size_t)sprintf(text, "revision = ");

    for (size_t i = 0; i < 100000; i++)
        text[at++] = '(';
    text[at++] = '1';
    for (size_t i = 0; i < 100000; i++)
        text[at++] = ')';
    at += (size_t)sprintf(text + at, "\ndown_revision = 'a'");
    for (size_t i = 0; i < 30000; i++)
        at += (size_t)sprintf(text + at, "+'a'");
    cr_assert(python_constants(reader, &arena, str_of(text, at), names, 2, values, &module, &e),
              "%s", e.message);
    cr_expect_eq(values[0].kind, PYTHON_OPAQUE);
    cr_expect_eq(values[1].kind, PYTHON_OPAQUE);
}

Test(python, keyword_arguments_of_calls)
{
    static const struct str keywords[] = {STR_INIT("version_table"),
                                          STR_INIT("version_table_schema")};
    ARENA(arena, 64u << 20);
    PYTHON_READER(reader, &arena);
    struct python_calls calls;
    struct err e = ERR_NONE;

    cr_assert(python_call_keywords(reader, &arena,
                                   STR("from alembic import context\n"
                                       "SCHEMA = 'audit'\n"
                                       "def offline():\n"
                                       "    context.configure(url=url, version_table='v')\n"
                                       "def online():\n"
                                       "    with c:\n"
                                       "        context.configure(\n"
                                       "            connection=c, version_table=name(),\n"
                                       "            version_table_schema=SCHEMA, **options)\n"
                                       "other.configure_it(version_table='no')\n"),
                                   STR("context.configure"), keywords, 2, &calls, &e));
    cr_assert_eq(calls.count, 2);
    cr_expect_eq(calls.items[0].line, 4);
    cr_expect_not(calls.items[0].splat);
    cr_expect(str_eq(shown(&arena, &calls.items[0].values[0]), STR("'v'")));
    cr_expect_eq(calls.items[0].values[1].kind, PYTHON_ABSENT);
    cr_expect(calls.items[1].splat);
    cr_expect_eq(calls.items[1].values[0].kind, PYTHON_OPAQUE);
    cr_expect(str_eq(shown(&arena, &calls.items[1].values[1]), STR("'audit'")));
    cr_expect_eq(calls.items[1].values[1].line, 9);
}

Test(python, many_pieces_of_a_string_are_joined_once)
{
    ARENA(arena, 64u << 20);
    PYTHON_READER(reader, &arena);
    struct python_value values[2];
    struct python_module module;
    struct err e = ERR_NONE;
    char *text = ARENA_ARRAY(&arena, 200100, char);
    size_t at = (size_t)sprintf(text, "revision = (");

    for (size_t i = 0; i < 40000; i++)
        at += (size_t)sprintf(text + at, "'a' ");
    at += (size_t)sprintf(text + at, ")");
    cr_assert(python_constants(reader, &arena, str_of(text, at), names, 2, values, &module, &e),
              "%s", e.message);
    cr_expect_eq(values[0].kind, PYTHON_STRING);
    cr_expect_eq(values[0].text.length, 40000);
}
