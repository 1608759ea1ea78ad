/* protect_loops.c -- `for p in Path("d").iterdir()`, `for n in os.listdir("d")`, `Dir["d/pre-*"].each { |f| … }`, `for (const f of readdirSync("d"))`:
 * the variable stands for any file there. */
#include "base/regex.h"
#include "deploys/protect_code.h"
#include "deploys/protect_write.h"

struct loop {
    const char *pattern;
    unsigned variable, place, name; /* groups; 0: none */
    bool bare;                      /* the variable has a name without its directory */
};

#define QUOTED "[\"']([^\"'\\n]+)[\"']"
#define PYTHON "\\bfor\\s+(\\w+)\\s+in\\s+(?:\\w+\\(\\s*)?"

static const struct loop loops[] = {
    {PYTHON "(?:\\w+\\.)*Path\\(\\s*" QUOTED "\\s*\\)\\.(?:iterdir|r?glob)\\(\\s*(?:" QUOTED ")?",
     1, 2, 3, false},
    {PYTHON "(?:glob\\.)?i?glob\\(\\s*" QUOTED, 1, 0, 2, false},
    {PYTHON "(?:os\\.)?listdir\\(\\s*" QUOTED, 1, 2, 0, true},
    {"\\bDir(?:\\.glob\\(|\\[)\\s*" QUOTED "[^|{}\\n]*(?:\\{|\\bdo)\\s*\\|\\s*(\\w+)\\s*\\|", 2, 0,
     1, false},
    {"\\bfor\\s*\\(\\s*(?:const|let|var)\\s+(\\w+)\\s+of\\s+[\\w.(]*\\breaddirSync\\(\\s*" QUOTED,
     1, 2, 0, true},
    {"\\breaddirSync\\(\\s*" QUOTED "[^;{}\\n]*\\.forEach\\(\\s*\\(?(\\w+)", 2, 1, 0, true},
};

#undef QUOTED
#undef PYTHON

/* rglob("x") and a "**" directory look everywhere below: where the file lies is not known. */
static struct str files_of(struct recogniser *r, const struct loop *loop, const struct str *groups)
{
    struct str name = loop->name && groups[loop->name].length ? groups[loop->name] : STR("*");
    size_t deep = str_find(name, STR("**/"));

    if (loop->bare)
        return STR("*");
    if (deep != SIZE_MAX || str_contains(groups[0], STR("rglob")))
        return str_printf(r->arena, "\x01/" STR_FMT,
                          STR_ARG(str_from_offset(name, deep == SIZE_MAX ? 0 : deep + 3)));
    return loop->place ? str_printf(r->arena, STR_FMT "/" STR_FMT, STR_ARG(groups[loop->place]),
                                    STR_ARG(name))
                       : name;
}

static void read_loop(struct recogniser *r, const struct loop *loop, struct str text,
                      struct constants *constants)
{
    struct regex_walk walk = regex_walk(r->arena, loop->pattern, text);

    while (constants->count < CONSTANTS_MAX && regex_walk_next(&walk)) {
        if (!protect_text_has_name(r->protect, walk.groups[0]))
            continue;
        struct str files = files_of(r, loop, walk.groups);
        struct constant constant = {walk.groups[loop->variable],
                                    str_printf(r->arena, "\"" STR_FMT "\"", STR_ARG(files)),
                                    walk.from};
        VEC_PUSH(r->arena, constants, constant);
    }
}

void protect_loops_read(struct recogniser *r, struct str text, struct constants *constants)
{
    static const char *const signs[] = {"iterdir", "glob", "listdir", "Dir[", "readdirSync"};
    bool any = false;

    for (size_t i = 0; i < COUNT_OF(signs); i++)
        any = any || str_contains(text, str_from(signs[i]));
    for (size_t i = 0; any && i < COUNT_OF(loops); i++)
        read_loop(r, &loops[i], text, constants);
}
