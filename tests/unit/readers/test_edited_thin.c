/* What of two editions of a Python file with tables is left out before they are compared, and what is said of it keeps it in. */
#include <criterion/criterion.h>

#include "readers/edited_thin.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static void end(void)
{
    arena_release(&arena);
}

TestSuite(edited_thin, .fini = end);

#define HEAD "from sqlalchemy import Column, Integer, Text\nfrom app.base import Base\n\n\n"
#define USER "class User(Base):\n    __tablename__ = \"users\"\n"
#define ID "    id = Column(Integer, primary_key=True)\n"
#define NAME "    name = Column(Text)\n"
#define AGE "    age = Column(Integer)\n"

struct edit {
    const char *before, *after;
    const char *said; /* by other files */
    const char *thin[2];
};

static const struct edit edits[] = {
    /* A column comes: those that stay go, and so do names that nobody needs any more; lines keep their numbers. */
    {HEAD USER ID NAME,
     HEAD USER ID NAME AGE,
     "",
     {"\nfrom app.base import Base\n\n\n" USER "\n\n",
      "from sqlalchemy import Column, Integer\nfrom app.base import Base\n\n\n" USER "\n\n" AGE}},
    /* Somebody says the name. */
    {HEAD USER ID NAME,
     HEAD USER ID NAME AGE,
     "Index('i', User.name)",
     {"from sqlalchemy import Column, Text\nfrom app.base import Base\n\n\n" USER "\n" NAME,
      HEAD USER "\n" NAME AGE}},
    {HEAD USER ID NAME,
     HEAD USER ID NAME AGE,
     "Q(name__gt=1)",
     {"from sqlalchemy import Column, Text\nfrom app.base import Base\n\n\n" USER "\n" NAME,
      HEAD USER "\n" NAME AGE}},
    /* Its own arguments do. */
    {HEAD USER ID NAME "    __table_args__ = (Index(\"i\", \"name\"),)\n",
     HEAD USER ID NAME "    __table_args__ = (Index(\"j\", \"name\"),)\n",
     "",
     {"from sqlalchemy import Column, Text\nfrom app.base import Base\n\n\n" USER "\n" NAME
      "    __table_args__ = (Index(\"i\", \"name\"),)\n",
      "from sqlalchemy import Column, Text\nfrom app.base import Base\n\n\n" USER "\n" NAME
      "    __table_args__ = (Index(\"j\", \"name\"),)\n"}},
    /* Methods, functions and texts, whether they differ or not. */
    {HEAD "def helper():\n    return 1\n\n\n" USER AGE "    def f(self):\n        return 1\n",
     "\"\"\"Models.\"\"\"\n" HEAD "def helper():\n    return 1\n\n\n" USER
     "    \"\"\"A user.\n\n    Of all.\"\"\"\n" NAME "    def f(self):\n        return self.id\n",
     "",
     {"from sqlalchemy import Column, Integer\nfrom app.base import Base\n\n\n\n\n\n\n" USER AGE
      "\n\n",
      "\nfrom sqlalchemy import Column, Text\nfrom app.base import Base\n\n\n\n\n\n\n" USER
      "\n\n\n" NAME "\n\n"}},
    /* What refers to others stays. */
    {HEAD USER ID "    team_id = Column(ForeignKey(\"teams.id\"))\n",
     HEAD USER ID "    team_id = Column(ForeignKey(\"teams.id\"))\n" AGE,
     "",
     {"from sqlalchemy import Column, Integer\nfrom app.base import Base\n\n\n" USER ID
      "    team_id = Column(ForeignKey(\"teams.id\"))\n",
      "from sqlalchemy import Column, Integer\nfrom app.base import Base\n\n\n" USER ID
      "    team_id = Column(ForeignKey(\"teams.id\"))\n" AGE}},
    /* And what is written with other names than those of libraries, imported alike. */
    {"from app.types import Money\n" HEAD USER "    price = Column(Money)\n",
     "from app.types import Money\n" HEAD USER "    price = Column(Money)\n" AGE,
     "",
     {"from app.types import Money\nfrom sqlalchemy import Column\nfrom app.base import "
      "Base\n\n\n" USER "    price = Column(Money)\n",
      "from app.types import Money\nfrom sqlalchemy import Column, Integer\nfrom app.base import "
      "Base\n\n\n" USER "    price = Column(Money)\n" AGE}},
    {HEAD USER "    a: Mapped[\"int\"]\n",
     HEAD USER "    a: Mapped[\"int\"]\n    b: Mapped[int]\n",
     "",
     {"\nfrom app.base import Base\n\n\n" USER "    a: Mapped[\"int\"]\n",
      "\nfrom app.base import Base\n\n\n" USER "    a: Mapped[\"int\"]\n    b: Mapped[int]\n"}},
    /* A key that changes: which columns are one may be asked of all. */
    {HEAD USER ID NAME,
     HEAD USER ID "    code = Column(Integer, primary_key=True)\n",
     "",
     {HEAD USER ID NAME,
      "from sqlalchemy import Column, Integer\nfrom app.base import Base\n\n\n" USER ID
      "    code = Column(Integer, primary_key=True)\n"}},
    /* Of a table without a name in words the key stays: there is none without. */
    {"class User(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n    a = "
     "db.Column(db.Text)\n",
     "class User(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n    a = "
     "db.Column(db.Text)\n    b = db.Column(db.Text)\n",
     "",
     {"class User(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n\n",
      "class User(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n\n    b = "
      "db.Column(db.Text)\n"}},
    /* Another table, another header, another Meta: the class stays. */
    {HEAD USER NAME, HEAD "class User(Base):\n    __tablename__ = \"people\"\n" NAME, "", {0}},
    {HEAD USER NAME,
     HEAD "class User(Base, Extra):\n    __tablename__ = \"users\"\n" NAME,
     "",
     {0}},
    {"from django.db import models\n\n\nclass A(models.Model):\n    a = models.TextField()\n",
     "from django.db import models\n\n\nclass A(models.Model):\n    a = models.TextField()\n\n"
     "    class Meta:\n        db_table = \"b\"\n",
     "",
     {0}},
    /* A class needs a body. */
    {"from django.db import models\n\n\nclass A(models.Model):\n    a = models.TextField()\n",
     "from django.db import models\n\n\nclass A(models.Model):\n    a = models.TextField()\n    b "
     "= "
     "models.TextField()\n",
     "",
     {"from django.db import models\n\n\nclass A(models.Model):\n    a = models.TextField()\n",
      "from django.db import models\n\n\nclass A(models.Model):\n    a = models.TextField()\n    b "
      "= "
      "models.TextField()\n"}},
    /* What its arguments make a key they may put together. */
    {HEAD USER NAME,
     HEAD USER NAME "    __table_args__ = (PrimaryKeyConstraint(\"na\" \"me\"),)\n",
     "",
     {0}},
    /* What is called as if it came with a key. */
    {HEAD USER "    team_id = Column(Integer)\n    boss_id = Column(Integer)\n",
     HEAD USER "    team_id = Column(Integer)\n    boss_id = Column(Integer)\n",
     "team = models.ForeignKey(Team)",
     {"from sqlalchemy import Column, Integer\nfrom app.base import Base\n\n\n" USER
      "    team_id = Column(Integer)\n\n",
      "from sqlalchemy import Column, Integer\nfrom app.base import Base\n\n\n" USER
      "    team_id = Column(Integer)\n\n"}},
    /* A name in pieces, or with escapes, may be any. */
    {HEAD USER "    a = Column(\"na\" \"me\", Text)\n    b = Column(\"n\\x61me\", Text)\n",
     HEAD USER "    a = Column(\"na\" \"me\", Text)\n    b = Column(\"n\\x61me\", Text)\n" AGE,
     "",
     {0}},
    /* A builtin that an import binds in one of them. */
    {HEAD USER "    a: Mapped[str]\n",
     "from app.types import str\n" HEAD USER "    a: Mapped[str]\n",
     "",
     {0}},
    /* Behind a form feed a line begins anew. */
    {HEAD "\"\"\"Users.\"\"\"\n\f" USER NAME "    \"\"\"Age.\"\"\"\n\f" AGE,
     HEAD "\"\"\"Users.\"\"\"\n\f" USER NAME "    \"\"\"Age.\"\"\"\n\f    age = Column(Text)\n",
     "",
     {"from sqlalchemy import Column, Integer\nfrom app.base import Base\n\n\n\n\f" USER
      "\n\n\f" AGE,
      "from sqlalchemy import Column, Text\nfrom app.base import Base\n\n\n\n\f" USER
      "\n\n\f    age = Column(Text)\n"}},
    /* A text that something is done with. */
    {HEAD USER "    \"a\".join(b := [])\n    f\"{(c := 1)}\"\n    \"a\" \\\n    'b'  # c\n" AGE,
     HEAD USER "    \"a\".join(b := [])\n    f\"{(c := 1)}\"\n" NAME AGE,
     "",
     {"\nfrom app.base import Base\n\n\n" USER
      "    \"a\".join(b := [])\n    f\"{(c := 1)}\"\n\n  # c\n\n",
      "from sqlalchemy import Column, Text\nfrom app.base import Base\n\n\n" USER
      "    \"a\".join(b := [])\n    f\"{(c := 1)}\"\n" NAME "\n"}},
    /* What Python would refuse is not hidden. */
    {HEAD USER "    a = Column(Text 5)\n    b = Column(Text, nullable=)\n    c = Column(Text]\n"
               "    d = Column(, Text)\n    e = Column(Text?)\n",
     HEAD USER "    a = Column(Text 5)\n    b = Column(Text, nullable=)\n    c = Column(Text]\n"
               "    d = Column(, Text)\n    e = Column(Text?)\n" AGE,
     "",
     {0}},
    {"from sqlalchemy import (Column, a: b)\n" USER NAME,
     "from sqlalchemy import (Column, a: b)\n" USER NAME AGE,
     "",
     {"from sqlalchemy import (Column, a: b)\n" USER NAME,
      "from sqlalchemy import (Column, a: b)\n" USER NAME AGE}},
};

/* Names of imports alone may go where the rest stays. */
static struct str without_imports(struct str text)
{
    size_t at = str_find(text, STR("class "));

    return str_from_offset(text, at == SIZE_MAX ? 0 : at);
}

static void check(const struct edit *edit)
{
    struct edited_pair pair = {.texts = {str_from(edit->before), str_from(edit->after)}};
    struct words said = {.arena = &arena}, named = {.arena = &arena}, left_out = {.arena = &arena};
    struct edited_thin thin;
    struct strs names;

    cr_assert(edited_tables(&arena, &pair, &names, NULL), "%s", edit->after);
    edited_thin_begin(&arena, &pair, &thin);
    edited_thin_note_kept(&arena, &thin, &said);
    edited_thin_note_words(&said, str_from(edit->said));
    do
        edited_thin_mark(&thin, &said, &named);
    while (edited_thin_note_marked(&thin, &said));
    edited_thin_finish(&arena, &thin);
    edited_thin_note_left_out(&thin, &left_out);
    for (size_t i = 0; i < 2; i++) {
        struct str got = thin.texts[i], wanted = str_from(edit->thin[i]);
        if (!edit->thin[i]) {
            got = without_imports(got);
            wanted = without_imports(pair.texts[i]);
        }
        cr_expect(str_eq(got, wanted), "wanted:\n" STR_FMT "got:\n" STR_FMT, STR_ARG(wanted),
                  STR_ARG(got));
    }
}

Test(edited_thin, texts)
{
    for (size_t i = 0; i < COUNT_OF(edits); i++)
        check(&edits[i]);
}

Test(edited_thin, names_that_mean_something_else)
{
    struct edited_pair pair = {
        .texts = {STR(HEAD USER NAME), STR(HEAD USER NAME "    b = Column(Integer)\n")}};
    struct words said = {.arena = &arena}, named = {.arena = &arena}, left_out = {.arena = &arena};
    struct edited_thin thin;
    struct strs names;

    cr_assert(edited_tables(&arena, &pair, &names, NULL));
    edited_thin_begin(&arena, &pair, &thin);
    (void)words_add(&named, STR("Text"));
    edited_thin_mark(&thin, &said, &named);
    cr_expect(edited_thin_note_marked(&thin, &said));
    cr_expect(!edited_thin_note_marked(&thin, &said));
    cr_expect(words_have(&said, STR("name")));
    edited_thin_note_left_out(&thin, &left_out);
    cr_expect_eq(left_out.count, 0u);
}

Test(edited_thin, says)
{
    struct words words = {.arena = &arena};

    (void)words_add(&words, STR("price"));
    cr_expect(edited_thin_says(STR("x = price + 1"), &words));
    cr_expect(edited_thin_says(STR("Q(price__gte=0)"), &words));
    cr_expect(!edited_thin_says(STR("prices = my_price"), &words));
}
