/* code_environment.c -- variables that code of other languages sets for the programs it starts: `os.environ["HUSKY"] = "0"`,
 * `execSync("git push", {env: {...process.env, HUSKY: "0"}})`. */
#include <string.h>

#include "base/regex.h"
#include "deploys/code.h"

#define VARIABLES_MAX 1000u
#define COPIES_MAX 8u
#define LITERAL_MAX 600u /* bytes of an `env` that is given as a whole */

/* Groups 1 and 2: name and value. */
static const char assigned[] =
    "(?|\\b(?:os\\.)?environ\\[\\s*[\"'](\\w+)[\"']\\s*\\]\\s*=\\s*[\"']([^\"'\\n]*)[\"']"
    "|\\b(?:os\\.)?putenv\\(\\s*[\"'](\\w+)[\"']\\s*,\\s*[\"']([^\"'\\n]*)[\"']"
    "|\\bputenv\\(\\s*[\"'](\\w+)=([^\"'\\n]*)[\"']"
    "|\\b(?:process|Bun)\\.env\\.(\\w+)\\s*=\\s*[\"']?([^\"'\\s;,)]*)"
    "|\\b(?:process|Bun)\\.env\\[\\s*[\"'](\\w+)[\"']\\s*\\]\\s*=\\s*[\"']?([^\"'\\s;,)]*)"
    "|\\bENV\\[\\s*[\"'](\\w+)[\"']\\s*\\]\\s*=\\s*[\"']([^\"'\\n]*)[\"']"
    "|\\$ENV\\{\\s*[\"']?(\\w+)[\"']?\\s*\\}\\s*=\\s*[\"']?([^\"'\\s;,)]*))";
/* Behind it stand the members; those of `env: {…}`, of `os.environ.update(…)`, of the hash that Ruby's system() begins with. */
static const char literal[] =
    "\\b(?:new_)?env\\s*[=:]\\s*(?:dict\\(|\\{|(?:os\\.)?environ\\s*\\|\\s*\\{)"
    "|\\benviron\\.(?:update|setdefault)\\(|\\bENV\\.(?:update|merge!|store)\\(?"
    "|\\bObject\\.assign\\(|\\bDeno\\.env\\.set\\("
    "|\\b(?:system|exec|spawn|popen|capture2e?|capture3)\\b\\s*\\(?\\s*\\[?\\{";
static const char member[] =
    "[\"'`]?\\b([A-Za-z_]\\w*)[\"'`]?\\s*(?:=>|[:=]|,(?=\\s*[\"'][^\"'\\n]*[\"']\\s*(?:\\)|$)))"
    "\\s*(?|[\"'`]([^\"'`\\n]*)[\"'`]|(-?[0-9]+|true|false|null)(?![\\w.]))";
/* Group 1: a copy of the environment, whose members are set one by one. */
static const char copied[] = "\\b(\\w+)\\s*=\\s*(?:(?:os\\.)?environ\\.copy\\(|(?:dict|copy\\.copy)"
                             "\\(\\s*(?:os\\.)?environ\\b"
                             "|\\{\\s*(?:\\*\\*\\s*(?:os\\.)?environ|\\.\\.\\.\\s*process\\.env)\\b"
                             "|ENV\\.to_h\\b|structuredClone\\(\\s*process\\.env\\b)";

/* Group 1: what is given as a whole by its name, system(e, "cmd") and {env: e}. */
static const char named[] = "(?|\\benv\\s*[=:]\\s*(\\w+)\\b|\\b(?:system|exec|spawn|popen|"
                            "capture2e?|capture3)\\b\\s*\\(?\\s*(\\w+)\\s*,)";

struct setter {
    struct recogniser *r;
    struct shell_state *state; /* a copy, once there is something to set */
    const struct call *call;
    size_t count;
};

static void set(struct setter *s, struct str name, struct str value)
{
    if (s->count++ == 0)
        s->state = judge_fork(s->state, s->call);
    shell_state_set_variable(s->state, name, word_value(value));
    shell_state_export(s->state, name);
}

static void set_all(struct setter *s, const char *pattern, struct str text)
{
    struct regex_walk walk = regex_walk(s->r->arena, pattern, text);

    while (s->count < VARIABLES_MAX && regex_walk_next(&walk))
        set(s, walk.groups[1], walk.groups[2]);
}

/* Up to the bracket that closes what is open. */
static struct str members_of(struct str text)
{
    size_t depth = 1, end = 0;

    for (; end < text.length && end < LITERAL_MAX && depth; end++) {
        depth += strchr("({[", text.bytes[end]) != NULL;
        depth -= strchr(")}]", text.bytes[end]) != NULL;
    }
    return str_prefix(text, end);
}

static void set_literals(struct setter *s, const char *pattern, struct str text)
{
    struct regex_walk walk = regex_walk(s->r->arena, pattern, text);

    while (s->count < VARIABLES_MAX && regex_walk_next(&walk))
        set_all(s, member, members_of(str_from_offset(text, walk.to)));
}

static void set_named(struct setter *s, struct str text)
{
    struct regex_walk walk = regex_walk(s->r->arena, named, text);

    for (size_t i = 0; i < COPIES_MAX && regex_walk_next(&walk); i++)
        set_literals(s,
                     str_c(s->r->arena, str_printf(s->r->arena, "\\b" STR_FMT "\\s*=\\s*\\{",
                                                   STR_ARG(walk.groups[1]))),
                     text);
}

/* e = os.environ.copy(); e["HUSKY"] = "0" */
static void set_copies(struct setter *s, struct str text)
{
    struct regex_walk walk = regex_walk(s->r->arena, copied, text);

    for (size_t i = 0; i < COPIES_MAX && regex_walk_next(&walk); i++)
        set_all(s,
                str_c(s->r->arena, str_printf(s->r->arena,
                                              "\\b" STR_FMT
                                              "(?:\\.|\\[\\s*[\"'])(\\w+)(?:[\"']\\s*\\])?\\s*=\\s*"
                                              "[\"']?([^\"'\\s;,)]*)",
                                              STR_ARG(walk.groups[1]))),
                str_from_offset(text, walk.to));
}

/* Nearly no code has any: what follows takes several passes. */
static bool may_set(struct str text)
{
    static const char *const signs[] = {"env", "ENV", "=>"};

    for (size_t i = 0; i < COUNT_OF(signs); i++)
        if (str_contains(text, str_from(signs[i])))
            return true;
    return false;
}

struct shell_state *code_environment(struct recogniser *r, struct shell_state *state,
                                     const struct call *call, struct str text)
{
    struct setter s = {r, state, call, 0};

    if (call->remote || !may_set(text))
        return state;
    set_all(&s, assigned, text);
    set_literals(&s, literal, text);
    set_named(&s, text);
    set_copies(&s, text);
    return s.state;
}
