/* What a statement gives to other files: its kind, its names, the names of tables in it. */
#include <criterion/criterion.h>

#include "base/buf.h"
#include "readers/exports.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static void end(void)
{
    arena_release(&arena);
}

static void add(struct buf *out, const char *before, const struct strs *words)
{
    for (size_t i = 0; i < words->count; i++)
        buf_printf(out, "%s" STR_FMT, before, STR_ARG(words->items[i]));
}

/* "model User #users; names f", or "broken" */
static const char *told(const char *source, bool is_script)
{
    static const char *const kinds[] = {"nothing", "import", "model", "names", "anything"};
    struct buf out = buf_new(&arena, 4096);
    struct exports exports;

    if (!exports_of(&arena, str_from(source), is_script, &exports))
        return "broken";
    for (size_t i = 0; i < exports.count; i++) {
        buf_printf(&out, "%s%s", i ? "; " : "", kinds[exports.items[i].kind]);
        if (exports.items[i].kind != EXPORT_IMPORT)
            add(&out, " ", &exports.items[i].names);
        add(&out, " as ", &exports.items[i].renamed);
        add(&out, " #", &exports.items[i].tables);
    }
    return str_c(&arena, buf_str(&out));
}

static const struct row {
    const char *ending, *source, *told;
} rows[] = {
    {"py", "\"\"\"What it is.\"\"\"\n", "nothing"},
    {"py", "Index('ix', User.email, unique=True)\n", "nothing"},
    {"py", "import app.models\nfrom .user import User as U, Team\n", "import; import as U"},
    {"py", "from a import (\n    B,\n    C as D,\n)\n", "import as D"},
    {"py", "if TYPE_CHECKING:\n    from .user import User\n", "import"},
    {"py", "if typing.TYPE_CHECKING:\n    from .user import User\n    X = 1\n", "anything"},
    {"py", "if __name__ == '__main__':\n    x = 1\n", "nothing"},
    {"py", "try:\n    import a\nexcept ImportError:\n    a = None\n", "anything; anything"},
    {"py", "class Mixin:\n    at = Column(DateTime)\n", "names Mixin"},
    {"py", "class User(Base):\n    __tablename__ = 'users'\n    id = Column(Integer)\n",
     "model User #users"},
    {"py", "class User(Base):\n    __tablename__: str = \"app.users\"\n", "model User #app #users"},
    {"py", "class User(Base):\n    __tablename__ = PREFIX + 'users'\n", "anything User"},
    {"py", "class User(Base):\n    __tablename__ = f'{p}users'\n", "anything User"},
    {"py", "class User(db.Model):\n    id = 1\n", "model User"},
    {"py", "class User(db.Model):\n    __abstract__ = True\n", "names User"},
    {"py", "class User(models.Model):\n    class Meta:\n        db_table = 'people'\n",
     "model User #people"},
    {"py", "class User(models.Model):\n    class Meta:\n        abstract = True\n", "names User"},
    {"py", "@registry.mapped\n@dataclass\nclass User:\n    __table__ = Table('users', m)\n",
     "model User #users"},
    {"py", "links = Table('links', m, Column('a', Integer))\n", "model links #links"},
    {"py", "links = Table(\n    'links', m)\n", "model links #links"},
    {"py", "links = Table(name, m)\n", "anything links"},
    {"py", "async def f(a=1):\n    pass\n\ndef g(): pass\n", "names f; names g"},
    {"py", "A = 1\nB: Final[int] = 2\nC, D = 1, 2\nE += 1\nf.g = 1\nh['i'] = 1\n",
     "names A; names B; names C D; names E; names f g; names h i"},
    {"py", "a = b = 1\n", "anything"},
    {"py", "a = 1; b = 2\n", "anything"},
    {"py", "(a, b) = 1, 2\n", "anything"},
    {"py", "type Name = str\n", "names Name"},
    {"py", "def f(): return '''(\n", "broken"},
    {"py", "@decorator\n", "broken"},
    {"ts", "import { A as B, C } from './a';\nimport type { D } from './d';\n",
     "import as B; import"},
    {"ts", "export * from './a';\nexport { A } from './a';\n", "import; import"},
    {"ts", "@Entity('users')\nexport class User extends Base {\n}\n", "model User #users"},
    {"ts", "@Entity({ name: 'users', schema: 'app' }) export class User {}\n",
     "model User #name #users #schema #app"},
    {"ts", "@Entity()\n@Index(['a'])\nexport class User {}\n", "model User"},
    {"ts", "@Entity()\nexport abstract class Base {}\n", "names Base"},
    {"ts", "export class Timestamps {\n  @Column() a: string;\n}\n", "names Timestamps"},
    {"ts", "export enum Role { A }\nconst enum Kind { B }\nexport type T = string;\n",
     "names Role; names Kind; names T"},
    {"ts", "export interface A { b: string }\nexport async function f() {}\n", "names A; names f"},
    {"ts", "export const users = pgTable('users', { id: serial('id') });\n", "model users #users"},
    {"ts", "export const users = app.table(`users`, {});\n", "model users #users"},
    {"ts", "export const users = pgTable(`${p}users`, {});\n", "anything users"},
    {"ts", "export const { a, b } = make();\nlet c = 1;\n", "names a b; names c"},
    {"ts", "const a = 1, b = 2;\n", "anything a"},
    {"ts", "export const f = (a = 1) => a;\n", "names f"},
    {"ts", "export default new DataSource({});\n", "anything"},
    {"ts", "export default class User {}\n", "anything"}, /* imported under any name */
    {"ts", "@Entity('users')\nexport class User extends Base\n{\n}\nconst a =\n{\n};\n",
     "model User #users; names a"},
    {"ts", "const a =\n20;\n", "broken"},
    {"ts", "const A = 1,\nB = 2;\n", "broken"},
    {"ts", "/* what it is */ export const A = 1;\n", "broken"},
    {"ts", "  export const A = 1;\n", "broken"},
    {"ts", "export function f() { return 1 } export const A = 20;\n", "anything f"},
    {"ts", "function f(s) {\n  return /`/.test(s);\n}\nexport const A = 1;\n", "names f; names A"},
    {"ts", "\xEF\xBB\xBFimport { A } from './a';\n", "import"},
    {"py", "import enum; A = 1\n", "anything import enum A 1"},
    {"py", "A = \\\n40\nB = 1\n", "names A; names B"},
    {"ts", "module.exports = { a };\n", "anything"},
    {"ts", "usersRelations(users);\n", "nothing"},
    {"ts", "const a = 'it;\nconst b = (1;\n", "broken"},
};

Test(exports, table, .fini = end)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *got = told(rows[i].source, strcmp(rows[i].ending, "ts") == 0);
        cr_expect_str_eq(got, rows[i].told, "%s: \"%s\" and not \"%s\"", rows[i].source, got,
                         rows[i].told);
    }
}

Test(exports, words, .fini = end)
{
    struct str rest = STR("a.b(c_d, 'é-f')"), word;
    struct buf out = buf_new(&arena, 64);

    while (exports_next_word(&rest, &word))
        buf_printf(&out, STR_FMT "|", STR_ARG(word));
    cr_expect_str_eq(str_c(&arena, buf_str(&out)), "a|b|c_d|é|f|");
}
