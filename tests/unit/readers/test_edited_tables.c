/* Which edits of a Python file are those of tables alone; and what a file that did not change binds and runs. */
#include <criterion/criterion.h>

#include "readers/edited_tables.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static void end(void)
{
    arena_release(&arena);
}

TestSuite(edited_tables, .fini = end);

#define HEAD_LINES                                                                                 \
    "\"\"\"Models.\"\"\"\nfrom sqlalchemy import Column, Integer\n\nfrom app.base import "         \
    "Base\n\n\n"                                                                                   \
    "STATES = (\"a\", \"b\")\n\n\n"
#define USER "class User(Base):\n    __tablename__ = \"users\"\n    LIMIT = 5\n\n"
#define BODY "    id = Column(Integer, primary_key=True)\n\n    def name(self):\n        return 1\n"
#define PLAIN HEAD_LINES USER BODY

static struct str joined(const struct strs *names)
{
    struct str all = STR("");

    for (size_t i = 0; i < names->count; i++)
        all = str_printf(&arena, STR_FMT STR_FMT " ", STR_ARG(all), STR_ARG(names->items[i]));
    return all;
}

struct edit {
    const char *before, *after;
    const char *names; /* of the classes, each with a blank behind; NULL: more than tables */
};

static const struct edit edits[] = {
    {PLAIN, PLAIN "    age = Column(Integer)\n", "User "},
    {PLAIN, HEAD_LINES USER "    id = Column(Integer, primary_key=True)\n", "User "},
    {PLAIN, PLAIN, ""},
    {PLAIN, "", NULL}, /* what goes, others may have been made from */
    {"", PLAIN, "User "},
    {PLAIN, PLAIN "\n\nclass Post(Base):\n    __tablename__ = \"posts\"\n", "Post "},
    {PLAIN, PLAIN "\n\nclass Mixin:\n    pass\n", "Mixin "},
    {PLAIN, PLAIN "\n\nLATER = 1\n", "LATER "},
    {PLAIN, PLAIN "\n\ndef made():\n    return 1\n", "made "},
    {PLAIN, PLAIN "\n\ndef made():\n    class A(Base):\n        __tablename__ = \"a\"\n", NULL},
    {"", "LATER = 1\n" USER BODY, "User "},
    {PLAIN, PLAIN "\n\nA = B = 1\n", NULL},
    {PLAIN, PLAIN "\n\nIndex(\"ix\", User.id)\n", ""},
    {PLAIN, PLAIN "\n\nUser.more = Column(Integer)\n", NULL},
    {PLAIN, PLAIN "\n\nBase.metadata.naming_convention = {}\n", NULL},
    {PLAIN, PLAIN "\n\nregister(User)\n", NULL},
    {PLAIN, PLAIN "\n\nfor x in STATES:\n    setattr(User, x, Column(Integer))\n", NULL},
    {PLAIN, PLAIN "\n\nSTATES = ()\n", NULL},
    {PLAIN, PLAIN "\n\nx = 1; y = 2\n", NULL},
    {PLAIN,
     "\"\"\"Other.\"\"\"\nfrom sqlalchemy import Column, Integer, Text\n\nfrom app.base import "
     "Base\n\n\nSTATES = (\"a\", \"b\")\n\n\n" USER BODY,
     ""},
    /* Names that what stayed says, and that now come from elsewhere, or came from a star. */
    {"from sqlalchemy import Column, DateTime\n\n\nclass M:\n    at = Column(DateTime)\n",
     "from sqlalchemy import Column, Date as DateTime\n\n\nclass M:\n    at = Column(DateTime)\n",
     NULL},
    {"from sqlalchemy import *\n\n\nclass M:\n    at = Column(DateTime)\n",
     "from sqlalchemy import *\nfrom app.types import DateTime\n\n\nclass M:\n    at = "
     "Column(DateTime)\n",
     NULL},
    {"from sqlalchemy import *\n\n\nclass M:\n    at = Column(DateTime)\n",
     "from sqlalchemy import *\nfrom app.types import *\n\n\nclass M:\n    at = Column(DateTime)\n",
     NULL},
    {"from sqlalchemy import *\n\n\nclass M:\n    at = Column(DateTime)\n",
     "from sqlalchemy import *\nfrom typing import Date\n\n\nclass M:\n    at = Column(DateTime)\n",
     ""},
    {"import sqlalchemy\nX = sqlalchemy.Text\n",
     "import sqlalchemy\nimport sqlalchemy.orm\nX = sqlalchemy.Text\n", ""},
    {"from sqlalchemy import Column, JSON\n" USER BODY,
     "from sqlalchemy import Column\nfrom sqlalchemy.dialects.postgresql import JSON\n" USER BODY,
     NULL},
    {"import sqlalchemy as sa\nX = sa.Text\n", "import sqlmodel as sa\nX = sa.Text\n", NULL},
    /* Python ends a line there too. */
    {PLAIN, PLAIN "    age = Column(Integer)\n    \"\"\"It.\"\"\"\r    a = 1\n", NULL},
    {PLAIN, PLAIN "    age = Column(Integer)\r\n", "User "},
    {PLAIN, "from app.other import Base\n\nSTATES = (\"a\", \"b\")\n\n\n" USER BODY, NULL},
    {HEAD_LINES, HEAD_LINES "from app.x import y\n", ""},
    {"STATES = (\"a\",)\n" USER BODY, "STATES = (\"a\", \"b\")\n" USER BODY, NULL},
    {HEAD_LINES "class User(Base):\n    __tablename__ = \"users\"\n    LIMIT = 6\n\n" BODY, PLAIN,
     NULL},
    {HEAD_LINES
     "class User(Base):\n    __tablename__ = \"users\"\n    KINDS = [\n        1,\n    ]\n",
     HEAD_LINES
     "class User(Base):\n    __tablename__ = \"users\"\n    KINDS = [\n        2,\n    ]\n",
     NULL},
    /* A comment behind the header: the constant stands above the first method, not in the header. */
    {"class User(Base):  # noqa: D101\n    __tablename__ = \"u\"\n    KINDS = [1]\n\n"
     "    def f(self):\n        pass\n",
     "class User(Base):  # noqa: D101\n    __tablename__ = \"u\"\n    KINDS = [2]\n\n"
     "    def f(self):\n        pass\n",
     NULL},
    {"class User(Base):  # noqa: D101\n    __tablename__ = \"u\"\n    a = Column(Text)\n",
     "class User(Base):  # noqa: D101\n    __tablename__ = \"u\"\n    a = Column(Date)\n", "User "},
    {"class User(db.Model, {\"a\": 1}[x]):\n    a = Column(Text)\n",
     "class User(db.Model, {\"a\": 1}[x]):\n    a = Column(Date)\n", "User "},
    {PLAIN "__all__ = [\"User\"]\n", PLAIN "__all__ = [\"User\", \"Post\"]\n", ""},
    {PLAIN "__all__ = [\"User\"]\n", PLAIN "__all__ = [\"UserGroup\"]\n", NULL},
    {"class User(Base):\n    __tablename__ = \"u\"\n    a: Mapped[int]\n",
     "class User(Base):\n    __tablename__ = \"u\"\n    a: Mapped[str]\n", "User "},
    {"class User(Base):\n    __tablename__ = \"u\"\n    a: ClassVar[int] = 1\n",
     "class User(Base):\n    __tablename__ = \"u\"\n    a: ClassVar[int] = 2\n", NULL},
    /* Of one that has no table of its own, or whose columns others take, all may be made. */
    {"class Stamped:\n    at = Column(Integer)\n", "class Stamped:\n    at = Column(Text)\n", NULL},
    {"class A(Base):\n    __abstract__ = True\n    __tablename__ = \"x\"\n    at = "
     "Column(Integer)\n",
     "class A(Base):\n    __abstract__ = True\n    __tablename__ = \"x\"\n    at = Column(Text)\n",
     NULL},
    {"class A(models.Model):\n    a = models.TextField()\n\n    class Meta:\n        abstract = "
     "True\n",
     "class A(models.Model):\n    b = models.TextField()\n\n    class Meta:\n        abstract = "
     "True\n",
     NULL},
    {"class A(models.Model):\n    a = models.TextField()\n",
     "class A(models.Model):\n    b = models.TextField()\n\n    class Meta:\n        ordering = "
     "[\"b\"]\n",
     "A "},
    {"class A(models.Model):\n    class Kind(models.TextChoices):\n        X = \"x\"\n",
     "class A(models.Model):\n    class Kind(models.TextChoices):\n        Y = \"y\"\n", NULL},
    {"class A(TimeStamped):\n    a = models.TextField()\n",
     "class A(TimeStamped):\n    b = models.TextField()\n", NULL},
    {"class A(SQLModel, table=True):\n    a: int\n",
     "class A(SQLModel, table=True):\n    b: int = 3\n", "A "},
    {"class A(SQLModel):\n    a: int\n", "class A(SQLModel):\n    b: int\n", NULL},
    {"class A(db.Model):\n    a = db.Column(db.Integer)\n",
     "class A(db.Model):\n    b = db.Column(db.Text)\n", "A "},
    {"__all__ = [\"A\"]\n", "__all__ = [\"A\", \"B\"]\n", ""},
    {"__all__ = [\"A\", \"B\"]\n", "__all__ = [\"A\"]\n", NULL},
    {"@made\nclass A(Base):\n    __tablename__ = \"a\"\n",
     "@other\nclass A(Base):\n    __tablename__ = \"a\"\n", "A "},
    {"class A(Base): __tablename__ = \"a\"\n", "class A(Base): __tablename__ = \"b\"\n", NULL},
    {PLAIN, PLAIN "    \"\"\"never closed\n", NULL},
    {PLAIN, PLAIN "    age = Column(\n", NULL},
    {"class A(Base):\n    __tablename__ = \"a\"\n\n    @property\n    def x(self):\n        return "
     "1\n\n"
     "    @x.setter\n    def x(self, v):\n        pass\n",
     "class A(Base):\n    __tablename__ = \"a\"\n    y = Column(Integer)\n\n    @property\n    def "
     "x(self):\n        return 1\n\n    @x.setter\n    def x(self, v):\n        pass\n",
     "A "},
    /* The header's line ends in more than a colon. */
    {"class A(Base):  # a: b\n    __tablename__ = \"a\"\n    N = 1\n\n    def f(self):\n        "
     "pass\n",
     "class A(Base):  # a: b\n    __tablename__ = \"a\"\n    N = 2\n\n    def f(self):\n        "
     "pass\n",
     NULL},
    {"class A(\n    Base,  # it's one\n): \n    __tablename__ = \"a\"\n",
     "class A(\n    Base,  # it's one\n): \n    __tablename__ = \"a\"\n    b = Column(Text)\n",
     "A "},
    {"class A(Base):\n    __tablename__ = \"a\"\n    N: int = 1\n",
     "class A(Base):\n    __tablename__ = \"a\"\n    N: int = 2\n", NULL},
    {"class A(Base):\n    __tablename__ = \"a\"\n    N = int(1)\n",
     "class A(Base):\n    __tablename__ = \"a\"\n    N = int(2)\n", NULL},
    {"class A(Base):\n    __tablename__ = \"a\"\n    K = enum.Enum(\"K\", \"a\")\n",
     "class A(Base):\n    __tablename__ = \"a\"\n    K = enum.Enum(\"K\", \"b\")\n", NULL},
    /* What an import binds. */
    {"from app.a import x\n", "from app.a import x\nfrom app.b import y\n", ""},
    {"from app.a import x\n",
     "from app.a import x\nfrom app.b import (\n    y as z,  # a, b\n    x\n)\n", NULL},
    {"from app.a import x\nfrom app.b import x\n", "from app.b import x\nfrom app.a import x\n",
     NULL},
    {"from app.a import x\n", "from app.a import x\nx = 1\n", NULL},
    {"from app.a import *\n", "from app.a import *\nfrom app.b import y as z, w\n", "z w "},
    {"from app.a import *\n", "from app.a import *\nfrom app.b import *\n", ""},
    {"from app.a import *\n", "from app.b import *\nfrom app.a import *\n", NULL},
    {"from sqlalchemy import Text\n", "from sqlalchemy import Index, Text\n", ""},
    {"from sqlalchemy import Text\n", "from sqlalchemy import Text\nfrom app.a import Text\n",
     NULL},
};

Test(edited_tables, references)
{
    static const struct edit keys[] = {
        {"", "class UserRole(Base):\n    __tablename__ = \"roles\"\n",
         "roles. roles\" roles' userrole. userrole\" userrole' user_role. user_role\" user_role' "},
        {"class A(Base):\n    __tablename__ = \"as\"\n    x = Column(Text)\n",
         "class A(Base):\n    __tablename__ = \"as\"\n    x = Column(Text)\n    y = Column(Text)\n",
         ".a\" .a' as.y a.y a.y "},
    };

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct edited_pair pair = {.texts = {str_from(keys[i].before), str_from(keys[i].after)}};
        struct strs names = {0}, references = {0};
        cr_assert(edited_tables(&arena, &pair, &names, &references));
        cr_expect(str_eq(joined(&references), str_from(keys[i].names)), STR_FMT,
                  STR_ARG(joined(&references)));
    }
}

Test(edited_tables, files_beside)
{
    static const struct edit besides[] = {
        {"from app.a import *\n", "from app.a import *\nX = 1\n", "X "},
        {"from app.a import x\n", "from app.a import x\nfrom app.b import x\n", NULL},
        {"from app.a import *\nfrom app.b import *\n", "from app.b import *\nfrom app.a import *\n",
         NULL},
        {"from app.a import x\n", "", NULL},
        {"import os\n", "import os\nrun()\n", ""},
        /* What a function says comes from another module. */
        {"from a import x\n\n\ndef f():\n    return x\n",
         "from b import y as x\n\n\ndef f():\n    return x\n", NULL},
        {"from uuid import x\n\n\ndef f():\n    return x\n",
         "from enum import x\n\n\ndef f():\n    return x\n", NULL},
        {"from uuid import x\n\n\ndef f():\n    return x\n",
         "from uuid import x\nfrom enum import y\n\n\ndef f():\n    return x\n", ""},
    };

    for (size_t i = 0; i < COUNT_OF(besides); i++) {
        const struct str texts[] = {str_from(besides[i].before), str_from(besides[i].after)};
        struct strs names = {0};
        bool alone = edited_tables_beside(&arena, texts, &names);
        cr_expect_eq(alone, besides[i].names != NULL, "%zu", i);
        if (alone && besides[i].names)
            cr_expect(str_eq(joined(&names), str_from(besides[i].names)), STR_FMT,
                      STR_ARG(joined(&names)));
    }
}

Test(edited_tables, edits)
{
    for (size_t i = 0; i < COUNT_OF(edits); i++) {
        struct edited_pair pair = {.texts = {str_from(edits[i].before), str_from(edits[i].after)}};
        struct strs names = {0}, references = {0};
        bool alone = edited_tables(&arena, &pair, &names, &references);
        cr_expect_eq(alone, edits[i].names != NULL, "%zu:\n%s---\n%s", i, edits[i].before,
                     edits[i].after);
        if (alone && edits[i].names)
            cr_expect(str_eq(joined(&names), str_from(edits[i].names)), "%zu: " STR_FMT, i,
                      STR_ARG(joined(&names)));
    }
}

static const struct {
    const char *source, *names; /* NULL: it runs something */
} files[] = {
    {PLAIN, "STATES User users "},
    {"class A(models.Model):\n    class Meta:\n        db_table = 'as'\n", "A as "},
    {"class A(Base):\n    __tablename__: str = \"a.b\"  # c\n", "A a b "},
    {"class A(Base):\n    __tablename__ = P + \"s\"\n", NULL},
    {"class A(Base):\n    __tablename__ = \"s\" + P\n", NULL},
    {"class A(Base):\n    __tablename__ = f\"{P}s\"\n", NULL},
    {"t = Table(NAME, metadata)\n", NULL},
    {"t = Table(\n    \"ts\", metadata)\n", "t ts "},
    {"logger = get()\n\n\ndef f():\n    register(User)\n", "logger f "},
    {"\"\"\"Two\nlines of text\n\"\"\"\nx: int = 1\n", "x "},
    {"a = 1\n\fclass A(Base):\n    __tablename__ = \"as\"\n", "a A as "},
    {"register(User)\n", NULL},
    {"User.extra = Column(Integer)\n", NULL},
    {"if DEBUG:\n    a = 1\n", NULL},
    {"a = 1; register(User)\n", NULL},
    {"a, b = 1, 2\n", NULL},
    {"a += 1\n", NULL},
};

Test(edited_tables, files_that_did_not_change)
{
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        struct strs names = {0};
        bool quiet = edited_tables_look(&arena, str_from(files[i].source), &names);
        cr_expect_eq(quiet, files[i].names != NULL, "%s", files[i].source);
        if (quiet && files[i].names)
            cr_expect(str_eq(joined(&names), str_from(files[i].names)), "%s" STR_FMT,
                      files[i].source, STR_ARG(joined(&names)));
    }
}
