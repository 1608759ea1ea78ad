/* Which changes of what a file imports may matter to models elsewhere. */
#include <criterion/criterion.h>

#include "readers/imports.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static void end(void)
{
    arena_release(&arena);
}

static const struct row {
    const char *path, *before, *after;
    bool altered;
} rows[] = {
    {"a/__init__.py", "from .one import Base\n", "from .two import Base\n", true},
    {"a/b.py", "from .one import Base\n", "from .two import Base\n", true},
    {"a/b.py", "from .one import (  # all\n    Base,\n    Other,\n)\n",
     "from .one import Base, Other\n", false},
    {"a/b.py", "from .one import Base\n", "from .one import Base\nfrom datetime import date\n",
     false},
    {"a/b.py", "from .one import Base, serve\n\nserve()\n", "from .one import Base\n", false},
    {"a/b.py", "from .one import serve\n\n\ndef view(request):\n    return serve(request)\n",
     "from .two import serve\n\n\ndef view(request):\n    return serve(request)\n", false},
    {"a/__init__.py", "from .one import serve\n\n\ndef view(request):\n    return serve(request)\n",
     "from .two import serve\n\n\ndef view(request):\n    return serve(request)\n", true},
    {"a/b.py", "from .one import SIZE\n\nLENGTH = SIZE * 2\n",
     "from .two import SIZE\n\nLENGTH = SIZE * 2\n", true},
    {"a/b.py", "from .one import SIZE\n\nMORE = 2\nprint(SIZE)\n",
     "from .two import SIZE\n\nMORE = 2\nprint(SIZE)\n", false},
    {"a/b.py", "from .one import BIG as SIZE\n", "from .one import SMALL as SIZE\n", true},
    {"a/b.py", "import shop.one as sizes\n", "import shop.two as sizes\n", true},
    {"a/b.py", "import shop.one\n", "import shop.two\n", false},
    {"a/b.py", "from .one import *\n", "from .two import *\n", true},
    {"a/b.py", "from .one import Base\n", "from .one import Base\nfrom .two import *\n", true},
    {"a/b.py", "from .one import SIZE\n", "SIZE = 20\n", true},
    {"a/b.py", "try:\n    from .one import Base\nexcept ImportError:\n    from .two import Base\n",
     "try:\n    from .one import Base\nexcept ImportError:\n    from .six import Base\n", true},
    {"a/b.py", "from .one import Base  # noqa\n", "from .one import Base\n", false},
    {"a.ts", "import { A } from './one';\nexport { A };\n",
     "import { A } from './two';\nexport { A };\n", true},
    {"a.ts", "import { A } from './one';\nserve(A);\n", "import { A } from './two';\nserve(A);\n",
     false},
    {"a.ts", "import { A as B } from './one';\nexport const C = B;\n",
     "import { D as B } from './one';\nexport const C = B;\n", true},
    {"a.ts", "import A from './one';\nexport default A;\n",
     "import A from './two';\nexport default A;\n", true},
    {"a.ts", "import type { A, B } from './one';\nexport class C extends A {}\n",
     "import { type B, A } from './two';\nexport class C extends A {}\n", true},
    {"a.ts", "import * as a from './one';\nexport const C = a.C;\n",
     "import * as a from './two';\nexport const C = a.C;\n", true},
    {"a.ts", "import {\n  A,\n} from './one';\nexport const C = A;\n",
     "import { A } from './one';\nexport const C = A;\n", false},
};

Test(imports, altered, .fini = end)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct imports before, after;
        imports_read(&arena, str_from(rows[i].path), str_from(rows[i].before), &before);
        imports_read(&arena, str_from(rows[i].path), str_from(rows[i].after), &after);
        cr_expect_eq(imports_altered(&before, &after), rows[i].altered, "%s: %s", rows[i].path,
                     rows[i].after);
    }
}

/* Any bytes end, and end in themselves unaltered. */
Test(imports, take_any_beginning_of_a_text, .fini = end)
{
    static const char *const texts[] = {
        "from .a import (  # x\n  B as C,\n  D)\nimport e.f as g, h\nfrom i import *\n"
        "try:\n  from \\\n",
        "import A, { type B as C, D } from './e';\nimport * as f from \"g\";\nexport { f };\n"};

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        for (size_t length = 0; length <= str_from(texts[i]).length; length++) {
            struct imports found;
            imports_read(&arena, str_from(i ? "a.ts" : "a/__init__.py"),
                         str_prefix(str_from(texts[i]), length), &found);
            cr_expect_not(imports_altered(&found, &found));
        }
}
