/* What a file defines that models elsewhere may be made from, and when it counts as altered. */
#include <criterion/criterion.h>

#include "readers/definitions.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static void end(void)
{
    arena_release(&arena);
}

static const struct row {
    const char *ending, *before, *after;
    bool altered;
} rows[] = {
    {"py", "LENGTH = 50\n", "LENGTH = 80\n", true},
    {"py", "LENGTH = 50\n", "LENGTH = 50\n\nOTHER = 1\n", false},
    {"py", "LENGTH = 50\n", "LENGTH = 50\nLENGTH = 80\n", true},
    {"py", "A = 1\nLENGTH: int = 50\n", "LENGTH: int = 50\nA = 1\n", false},
    {"py", "A, B = 1, 2\n", "A, B = 1, 3\n", true},
    {"py", "KINDS = (\n'a',\n'b',\n)\n", "KINDS = (\n'a',\n'b',\n'c',\n)\n", true},
    {"py", "TEXT = '''\none\ntwo\n'''\n", "TEXT = '''\none\nthree\n'''\n", true},
    {"py", "KINDS += ['a']\n", "KINDS += ['b']\n", true},
    {"py", "LIMITS['name'] = 5\n", "LIMITS['name'] = 6\n", true},
    {"py", "type Name = str\n", "type Name = int\n", true},
    {"py", "if WIDE:\n    LENGTH = 5\n", "if WIDE:\n    LENGTH = 6\n", true},
    {"py", "try:\n    import a\nexcept ImportError:\n    a = None\n",
     "try:\n    import b\nexcept ImportError:\n    a = None\n", false},
    {"py", "class S(str, Enum):\n    A = 'a'\n\n    def f(self):\n        return 1\n",
     "class S(str, Enum):\n    A = 'a'\n    B = 'b'\n\n    def f(self):\n        return 1\n", true},
    {"py", "class S(str, Enum):\r\n    A = 'a'\r\n", "class S(str, Enum):\r\n    A = 'b'\r\n",
     true},
    {"py", "class L:\n    NAME = 50\n", "class L:\n    NAME = 80\n", true},
    {"py", "class Service:\n    def f(self):\n        return 1\n",
     "class Service:\n    def f(self):\n        return 2\n", false},
    {"py", "class Service(A):\n    def f(self):\n        return 1\n",
     "class Service(B):\n    def f(self):\n        return 1\n", true},
    {"py", "def f():\n    LENGTH = 50\n", "def f():\n    LENGTH = 80\n", false},
    {"py", "def length(name):\n    \"\"\"Of it.\"\"\"\n    return 10\n",
     "def length(name):\n    \"\"\"Of it.\"\"\"\n    return 20\n", true},
    {"py", "def view(request):\n    return 10\n", "def view(request):\n    return 20\n", false},
    {"py", "class Limits:\n    NAME = 50\n\n    def f(self):\n        return 1\n",
     "class Limits:\n    NAME = 80\n\n    def f(self):\n        return 1\n", true},
    {"ts", "class Limits {\n  static readonly NAME = 50;\n  f() {}\n}\n",
     "class Limits {\n  static readonly NAME = 80;\n  f() {}\n}\n", true},
    {"ts", "export * from './one';\n", "export * from './two';\n", true},
    {"ts", "import { a } from './one';\n", "import { a } from './two';\n", false},
    {"ts", "export const money = () => ({ precision: 12 });\n",
     "export const money = () => ({ precision: 14 });\n", true},
    {"ts", "export function short(length = 20) {\n  return { length };\n}\n",
     "export function short(length = 30) {\n  return { length };\n}\n", true},
    {"ts", "export const load = async () => { await fetch('/a'); };\n",
     "export const load = async () => { await fetch('/b'); };\n", false},
    {"py", "class Bits(models.Field):\n    def db_type(self):\n        return 'bit(8)'\n",
     "class Bits(models.Field):\n    def db_type(self):\n        return 'bit(9)'\n", true},
    {"py", "import a\nfrom b import c\n", "import d\nfrom b import e\n", false},
    {"py", "router.include(x, prefix='a')\n", "router.include(x, prefix='b')\n", false},
    {"py", "A = 1  # one\n# before B\nB = 2\n", "A = 1  # one\n# for B\nB = 2\n", false},
    {"py", "@unique\nclass S(Enum):\n    A = 1\n", "@unique\nclass S(Enum):\n    A = 2\n", true},
    {"py", "def f():\n    return (1\n", "def f():\n    return (2\n", true}, /* cannot be followed */
    {"py", "def f(): return '''(\n", "def f(): return '''[\n", true},
    {"py", "", "LENGTH = 5\n", false},
    {"py", "LENGTH = 5\n", "", true},
    {"py", "import enum; A = 40\n", "import enum; A = 50\n", true},
    {"py", "A = \\\n40\n", "A = \\\n50\n", true},
    {"ts", "import { x } from 'x'; export const A = 20;\n",
     "import { x } from 'x'; export const A = 30;\n", true},
    {"ts", "function f() { return 1 } export const A = 20;\n",
     "function f() { return 1 } export const A = 30;\n", true},
    {"ts", "import { x } from 'x';\n", "import { y } from 'x';\n", false},
    {"ts", "/* what it is */ export const A = 20;\n", "/* what it is */ export const A = 30;\n",
     true},
    {"ts", "export abstract class Base\n{\n  @Column() a: number;\n}\n",
     "export abstract class Base\n{\n  @Column() b: number;\n}\n",
     false}, /* as with the brace beside it */
    {"ts", "export const L =\n{\n  a: 20,\n};\n", "export const L =\n{\n  a: 30,\n};\n", true},
    {"ts", "export const A =\n20;\n", "export const A =\n30;\n", true},
    {"ts", "function f(s) {\n  return /`/.test(s);\n}\nexport const A = 20;\nf(/`/);\n",
     "function f(s) {\n  return /`/.test(s);\n}\nexport const A = 30;\nf(/`/);\n", true},
    {"ts", "const f = (s) => /[(]/.test(s);\nexport const A = 20;\n",
     "const f = (s) => /[(]/.test(s);\nexport const A = 30;\n", true},
    {"ts", "export enum Role {\n  A = 'a',\n}\n", "export enum Role {\n  A = 'a',\n  B = 'b',\n}\n",
     true},
    {"ts", "export const enum Role { A }\n", "export const enum Role { A, B }\n", true},
    {"ts", "export const ROLES = ['a'] as const;\n", "export const ROLES = ['a', 'b'] as const;\n",
     true},
    {"ts", "export const LENGTH = 50;\n", "export const LENGTH = 80;\n", true},
    {"ts", "export const f = () => {\n  return 50;\n};\n",
     "export const f = () => {\n  return 80;\n};\n", true},
    {"ts", "export class Limits {\n  static readonly NAME = 50;\n}\n",
     "export class Limits {\n  static readonly NAME = 80;\n}\n", true},
    {"ts", "export class Service extends A {\n  f() { return 1; }\n}\n",
     "export class Service extends A {\n  f() { return 2; }\n}\n", false},
    {"ts", "export class Service extends A {\n  f() { return 1; }\n}\n",
     "export class Service extends B {\n  f() { return 1; }\n}\n", true},
    {"ts", "/* one {\n */\nconst A = 1;\n", "/* two {\n */\nconst A = 1;\n", false},
    {"ts", "const TEXT = `a\nb`;\n", "const TEXT = `a\nc`;\n", true},
    {"ts", "function f() {\n  return this.x.replace(/[\"'({]/g, '');\n}\nconst A = 1;\n",
     "function f() {\n  return this.x.replace(/[\"'({]/g, '-');\n}\nconst A = 1;\n", false},
    {"ts", "function f() {\n  return x / 2;\n}\nconst A = 1;\n",
     "function f() {\n  return x / 3;\n}\nconst A = 2;\n", true},
    {"ts", "import { a } from 'a';\nexport * from './b';\n",
     "import { a } from 'c';\nexport * from './b';\n", false},
    {"js", "module.exports = { LENGTH: 50 };\n", "module.exports = { LENGTH: 80 };\n", true},
    {"js", "exports.LENGTH = 50;\n", "exports.LENGTH = 80;\n", true},
};

Test(definitions, altered, .fini = end)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        definitions_function *read =
            rows[i].ending[0] == 'p' ? definitions_of_python : definitions_of_script;
        struct definitions before, after;

        read(&arena, str_from(rows[i].before), &before);
        read(&arena, str_from(rows[i].after), &after);
        cr_expect_eq(definitions_altered(&arena, &before, &after, 1), rows[i].altered, "%s -> %s",
                     rows[i].before, rows[i].after);
        cr_expect_not(definitions_altered(&arena, &before, &before, 1), "%s", rows[i].before);
    }
}

Test(definitions, move_from_file_to_file_as_they_are, .fini = end)
{
    struct definitions before[2], after[2];

    definitions_of_python(&arena, STR("A = 1\nB = 2\n"), &before[0]);
    definitions_of_python(&arena, STR("C = 3\n"), &before[1]);
    definitions_of_python(&arena, STR("B = 2\n"), &after[0]);
    definitions_of_python(&arena, STR("C = 3\nA = 1\n"), &after[1]);
    cr_expect_not(definitions_altered(&arena, before, after, 2));
    definitions_of_python(&arena, STR("C = 3\nA = 9\n"), &after[1]);
    cr_expect(definitions_altered(&arena, before, after, 2));
}

/* Any bytes end, and end in themselves unaltered. */
Test(definitions, take_any_beginning_of_a_text, .fini = end)
{
    static const char *const texts[] = {
        "class S(Enum):\n    A = \"x\\\"y\"  # (\n'''a'''\nB = {1: [2, (3)]}\n\\\n",
        "const A = `x${`y`}` / 2; /* b */ // c\nenum E { F = '\\'' }\nx = /[/]\\//g;\n"};

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        for (size_t length = 0; length <= str_from(texts[i]).length; length++)
            for (size_t j = 0; j < 2; j++) {
                struct definitions found;
                (j ? definitions_of_script
                   : definitions_of_python)(&arena, str_prefix(str_from(texts[i]), length), &found);
                cr_expect_not(definitions_altered(&arena, &found, &found, 1));
            }
}
