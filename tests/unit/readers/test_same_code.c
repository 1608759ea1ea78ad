/* What a formatter changes is no change; anything else is one. */
#include <criterion/criterion.h>

#include "readers/same_code.h"

static struct arena arena = {.budget = (size_t)1 << 30};

static void end(void)
{
    arena_release(&arena);
}

static const struct row {
    const char *path, *before, *after;
    bool same;
} rows[] = {
    /* --- Python --- */
    {"a.py", "x = 1\n", "x = 1\n", true},
    {"a.py", "x = 1\n", "# said\nx = 1  # so\n\n\n", false},
    {"a.py", "x = 1\n", "\n\n\nx   =   1\n\n", true},
    {"a.py", "\"\"\"one\"\"\"\nx = 1\n", "\"\"\"two\n\nmore\"\"\"\nx = 1\n", false},
    {"a.py", "\"\"\"one\"\"\"\nx = 1\n", "x = 1\n", false},
    {"a.py", "def f():\n    pass\n", "def f():\n    '''does nothing'''\n", false},
    {"a.py", "op.add_column('t', sa.Column('a', sa.Integer(), nullable=True))\n",
     "op.add_column(\n    \"t\",\n    sa.Column(\"a\", sa.Integer(), nullable=True),\n)\n", true},
    {"a.py", "a = ['x','y'  # last\n]\n", "a = [\n    'x',\n    'y',  # last\n]\n", true},
    {"a.py", "a = ['x','y']\n", "a = [\n    'x',\n    'y',  # last\n]\n", false},
    {"a.py", "a = b'x'\n", "a = b\"x\"\n", true},
    {"a.py", "a = b'x'\n", "a = 'x'\n", false},
    {"a.py", "a = 'it\\'s'\n", "a = \"it's\"\n", false}, /* the same, and not looked into */
    {"a.py", "a = '''x'''\n", "a = 'x'\n", false},
    {"a.py", "'''x\ny'''\n", "\"\"\"x\ny\"\"\"\n", true},
    {"a.py", "'''x\ny'''\n", "\"\"\"x\n y\"\"\"\n", false},
    {"a.py", "a = ''\n", "a = \"\"\n", true},
    {"a.py", "a = ''\n", "a = \"\"\"\"\"\"\n", false},
    {"a.py", "op.execute('select 1')\n", "op.execute('select 2')\n", false},
    {"a.py", "op.execute('select  1')\n", "op.execute('select 1')\n", false},
    {"a.py", "op.execute('''select 1''')\n", "op.execute('''select\n1''')\n", false},
    {"a.py", "op.execute(f'drop {t}')\n", "op.execute(f'drop {u}')\n", false},
    {"a.py", "f('a' 'b')\n", "f('a', 'b')\n", false},
    {"a.py", "x = 1,\n", "x = 1\n", false},
    {"a.py", "x = (1,)\n", "x = (1)\n", false},
    {"a.py", "x = ()\n", "x = (0)\n", false},
    {"a.py", "if a:\n    b()\nc()\n", "if a:\n    b()\n    c()\n", false},
    {"a.py", "if a: b()\n", "if a:\n    b()\n", false},
    {"a.py", "a(); b()\n", "a()\nb()\n", false},
    {"a.py", "a + b\n", "a - b\n", false},
    {"a.py", "a = not b in c\n", "a = b not in c\n", false},
    {"a.py", "a = b in c\n", "a = b not in c\n", false},
    {"a.py", "a = b and \\\n    c\n", "a = b and c\n", false},
    {"a.py", "f(a=1)\n", "f(b=1)\n", false},
    {"a.py", "f(a=1, b=2)\n", "f(b=2, a=1)\n", false},
    {"a.py", "down_revision = 'a'\n", "down_revision = 'b'\n", false},
    {"a.py", "down_revision = 'a'\n", "down_revision: str | None = 'a'\n", false},
    {"a.py", "x = 1\n", "x = 1\ny = 2\n", false},
    {"a.py", "x = (\n", "x = (\n# so\n", false}, /* not understood */
    {"a.py", "async def f(): pass\n", "def f(): pass\n", false},
    {"a.py", "", "\n", true},
    {"a.py", "", "# nothing\n", false},
    {"a.py", "x = 10\n", "x = 1_0\n", false},
    /* Text that belongs to no word of the grammar. */
    {"a.py", "f(\"DROP TABLE aaa\\n\")\n", "f(\"DROP TABLE users\\n\")\n", false},
    {"a.py", "f('\\d q')\n", "f('\\d r')\n", false},
    {"a.py", "f(\"\"\"DROP \\\n TABLE a\"\"\")\n", "f(\"\"\"DROP \\\n TABLE b\"\"\")\n", false},
    {"a.py", "f(f'SET x = {{ aaa }}')\n", "f(f'SET x = {{ users }}')\n", false},
    {"a.py", "f(f'{a:>10}')\n", "f(f'{a:<20}')\n", false},
    {"a.py", "f(f'{a=}')\n", "f(f'{a = }')\n", false},
    {"a.py", "f(f'{a}')\n", "f(f'{a}')  \n", true},
    /* Commas that make a tuple. */
    {"a.py", "(a,) = row\n", "(a) = row\n", false},
    {"a.py", "for (a,) in rows: f()\n", "for (a) in rows: f()\n", false},
    {"a.py", "x = [b for (b,) in rows]\n", "x = [b for (b) in rows]\n", false},
    {"a.py", "d[1,]\n", "d[1]\n", false},
    {"a.py", "a[b:c,]\n", "a[b:c]\n", false},
    {"a.py", "print (a,)\n", "print (a)\n", true} /* a call, with Python 3 */,
    {"a.py", "x = (a, b,)\n", "x = (a, b)\n", true},
    {"a.py", "match x:\n    case (a,):\n        f()\n", "match x:\n    case (a):\n        f()\n",
     false},
    {"a.py", "def f(a, b,): pass\n", "def f(a, b): pass\n", true},
    {"a.py", "x = {'a': 1,}\n", "x = {\"a\": 1}\n", true},
    /* Lines and blocks, which the grammar takes more kindly than Python. */
    {"a.py", "from . import x\n", "from .\\\n import x\n", false},
    {"a.py", "from . import x\n", "from .\nimport x\n", false},
    {"a.py", "def f(): pass\n", " def f(): pass\n", false},
    {"a.py", "def f(a): pass\n", "def f\n(a): pass\n", false},
    {"a.py", "if a:\n    b()\n", "if a:\n  b()\n", false},
    /* What looks like the structure of another text. */
    {"a.py", "f('n1:a')\n", "f('n', 'a')\n", false},
    /* --- Ruby --- */
    {"a.rb", "add_column :t, :a, :string\n",
     "# frozen_string_literal: true\n\nadd_column :t, :a, :string # so\n", false},
    {"a.rb", "add_column 't', 'a'\n", "add_column \"t\", \"a\"\n", true},
    {"a.rb", "execute 'a\\n'\n", "execute \"a\\n\"\n", false},
    {"a.rb", "execute \"a #{b}\"\n", "execute 'a #{b}'\n", false},
    {"a.rb", "execute <<~SQL\n  select 1\nSQL\n", "execute <<~SQL\n  select 2\nSQL\n", false},
    {"a.rb", "create_table(:t) { |t| t.string :a }\n", "create_table(:t) { |t| t.text :a }\n",
     false},
    {"a.rb", "def change\n  a\n  b\nend\n", "def change\n  a; b\nend\n", true},
    {"a.rb", "def change\n  a\nend\n\ndef other\n  b\nend\n", "def change\n  a\n  b\nend\n", false},
    {"a.rb", "a if b\n", "a unless b\n", false},
    {"a.rb", "=begin\nwords\n=end\na\n", "a\n", false},
    {"a.rb", "x = %w[a b]\n", "x = %w[a c]\n", false},
    {"a.rb", "x = %w[a b]\n", "x = %i[a b]\n", false},
    {"a.rb", "f %q(UPDATE t SET a = 'x)\n", "f %q(UPDATE t SET a = \"x)\n", false},
    {"a.rb", "f %q(it's)\n", "f %q(it\"s)\n", false},
    {"a.rb", "f %q(DROP TABLE '''ab)\n", "f %q(DROP TABLE '''cd)\n", false},
    {"a.rb", "f { |;x| x }\n", "f { |x| x }\n", false},
    {"a.rb", "f { |x,| x }\n", "f { |x| x }\n", false},
    {"a.rb", "execute <<~SQL\n  select 1\nSQL\n", "execute<<~SQL\n  select 1\nSQL\n", false},
    {"a.rb", "f [1]\n", "f[1]\n", false},
    {"a.rb", "f -1\n", "f - 1\n", false},
    /* --- TypeScript and JavaScript --- */
    {"a.ts", "await q.query('select 1')\n", "await q.query(\"select 1\");\n", true},
    {"a.ts", "await q.query(`select 1`)\n", "await q.query(`select 2`)\n", false},
    {"a.ts", "await q.query(`select ${a}`)\n", "await q.query(`select ${b}`)\n", false},
    {"a.ts", "await q.query(`select  1`)\n", "await q.query(`select 1`)\n", false},
    {"a.js", "exports.up = (knex) => knex.schema.table('t', (t) => { t.string('a') })\n",
     "exports.up = (knex) =>\n  knex.schema.table(\"t\", (t) => {\n    t.string(\"a\");\n  });\n",
     true},
    {"a.js", "exports.up = async () => {}\n", "exports.up = async () => { await f() }\n", false},
    {"a.js", "x = [1, 2]\n", "x = [\n  1,\n  2,\n]\n", true},
    {"a.js", "x = [1, , 2]\n", "x = [1, 2]\n", false},
    {"a.js", "x = [1, ,]\n", "x = [1,]\n", false},
    {"a.js", "x = [,]\n", "x = []\n", false},
    {"a.js", "x = /a/\n", "x = /b/\n", false},
    {"a.js", "x = a / b\n", "x = a * b\n", false},
    {"a.js", "for (;a;) b()\n", "for (a;;) b()\n", false},
    {"a.js", "function f() { return\na }\n", "function f() { return a }\n", false},
    {"a.js", "let a = 1\n", "const a = 1\n", false},
    {"a.js", "'use strict'\nf()\n", "f()\n", false},
    {"a.js", "x = 'a\\u0041'\n", "x = \"a\\u0041\"\n", false},
    {"a.js", "function f() { return\n`x` }\n", "function f() { return `x` }\n", false},
    {"a.js", "function f() { return\n-a }\n", "function f() { return -a }\n", false},
    {"a.js", "function f() { return\n/a/ }\n", "function f() { return /a/ }\n", false},
    {"a.js",
     "function f() { return\xe2\x80\xa8"
     "a }\n",
     "function f() { return a }\n", false},
    {"a.js", "function* f() { yield\n(a) }\n", "function* f() { yield (a) }\n", false},
    {"a.js", "function f() { throw\na }\n", "function f() { throw a }\n", false},
    {"a.js", "let\nx = 1\n", "let; x = 1\n", false},
    {"a.ts", "class A {\n  a = 1;\n  b = 'x';\n}\n", "class A {\n  a = 1\n  b = \"x\"\n}\n", true},
    {"a.ts", "class A {\n  get; x() {}\n}\n", "class A {\n  get x() {}\n}\n", false},
    {"a.ts", "class A {\n  a = 1;\n  ['b']() {}\n}\n", "class A {\n  a = 1\n  ['b']() {}\n}\n",
     false},
    {"a.js", "x = `a ${ b }`\n", "x = `a ${b}`\n", false},
    /* --- Others --- */
    {"a.sql", "select 1;\n", "-- so\nselect 1;\n", false},
    {"a.php", "<?php f();\n", "<?php f(); // so\n", false},
    {"a", "x\n", "x\n", false},
};

TestSuite(same_code, .fini = end);

Test(same_code, is_told_from_other_code)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct str path = str_from(rows[i].path), before = str_from(rows[i].before),
                   after = str_from(rows[i].after);
        cr_expect_eq(same_code(&arena, path, before, after), rows[i].same, "%s\n%s---\n%s",
                     rows[i].path, rows[i].before, rows[i].after);
        cr_expect_eq(same_code(&arena, path, after, before), rows[i].same, "back: %s\n%s---\n%s",
                     rows[i].path, rows[i].after, rows[i].before);
    }
}
