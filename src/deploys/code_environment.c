/* code_environment.c -- variables that code of other languages sets for the programs it starts: `os.environ["HUSKY"] = "0"`,
 * `execSync("git push", {env: {...process.env, HUSKY: "0"}})`. */
#include <string.h>

#include "base/regex.h"
#include "deploys/code.h"

#define VARIABLES_MAX 1000u
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
/* Behind it stand the members; those of `env: {…}` and of `os.environ.update(…)`. */
static const char literal[] = "\\benv\\s*[=:]\\s*(?:dict\\(|\\{)|\\bnew_env\\s*=\\s*\\{|"
                              "\\benviron\\.update\\(|\\bDeno\\.env\\.set\\(";
static const char member[] = "[\"']?\\b([A-Za-z_]\\w*)[\"']?\\s*(?:[:=]|,(?=\\s*[\"'][^\"'\\n]*[\"'"
                             "]\\s*\\)))\\s*[\"']([^\"'\\n]*)[\"']";

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

static void set_literals(struct setter *s, struct str text)
{
    struct regex_walk walk = regex_walk(s->r->arena, literal, text);

    while (s->count < VARIABLES_MAX && regex_walk_next(&walk))
        set_all(s, member, members_of(str_from_offset(text, walk.to)));
}

struct shell_state *code_environment(struct recogniser *r, struct shell_state *state,
                                     const struct call *call, struct str text)
{
    struct setter s = {r, state, call, 0};

    if (call->remote || (!str_contains(text, STR("env")) && !str_contains(text, STR("ENV"))))
        return state;
    set_all(&s, assigned, text);
    set_literals(&s, text);
    return s.state;
}
