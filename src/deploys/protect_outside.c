/* protect_outside.c -- what code of other languages takes from outside, put in as literals: `os.environ["HOOK"]`, `process.argv[1]`, the home
 * directory; what is not known as SHELL_UNKNOWN. */
#include <string.h>

#include "base/regex.h"
#include "deploys/protect_write.h"

#define REPLACED_MAX 64u
#define LINE_MAX_READ 2000u /* of a line: longer ones are no text of people */

/* Group 1: the variable. */
static const char environment[] =
    "(?|\\b(?:os\\.)?environ\\[\\s*[\"'](\\w+)[\"']\\s*\\]"
    "|\\b(?:os\\.)?(?:environ\\.get|getenv)\\(\\s*[\"'](\\w+)[\"'][^()\\n]*\\)"
    "|\\b(?:process|Bun)\\.env\\.(\\w+)|\\bprocess\\.env\\[\\s*[\"'](\\w+)[\"']\\s*\\]"
    "|\\bDeno\\.env\\.get\\(\\s*[\"'](\\w+)[\"']\\s*\\)"
    "|\\$_(?:ENV|SERVER)\\[\\s*[\"'](\\w+)[\"']\\s*\\]|\\$ENV\\{\\s*[\"']?(\\w+)[\"']?\\s*\\}"
    "|\\bENV\\[\\s*[\"'](\\w+)[\"']\\s*\\]|\\bENV\\.fetch\\(\\s*[\"'](\\w+)[\"'][^()\\n]*\\))";
/* Group 1: its number, from the program's own name on (Python, Node, PHP) or from the first argument on. */
static const char named_arguments[] = "(?:\\bsys\\.|\\bprocess\\.|\\$)argv\\[\\s*(\\d+)\\s*\\]";
static const char bare_arguments[] = "\\$?\\bARGV\\[\\s*(\\d+)\\s*\\]";
/* Group 1: what lies in the home directory; or nothing. */
static const char homes[] =
    "(?|\\b(?:os\\.path\\.)?expanduser\\(\\s*[\"']~/?([^\"'\\n]*)[\"']\\s*\\)"
    "|\\b(?:os\\.)?homedir\\(\\s*\\)()|\\bDir\\.home()\\b)";
static const char home_paths[] =
    "(?|\\b(?:pathlib\\.)?Path\\.home\\(\\s*\\)()"
    "|\\b(?:pathlib\\.)?Path\\(\\s*[\"']~/?([^\"'\\n]*)[\"']\\s*\\)\\.expanduser\\(\\s*\\))";

struct source {
    struct recogniser *r;
    const struct call *call;
    struct str text;
};

typedef struct str finder(const struct source *s, struct str group);

static struct str find_variable(const struct source *s, struct str name)
{
    struct str value;

    if (match_variable(s->r, s->call, name, &value) && value.length)
        return value;
    if (str_eq(name, STR("HOME")) && s->call->state)
        return shell_state_home(s->call->state);
    return STR("");
}

/* Where the text stands among the words: arguments are behind it. */
static size_t own_word(const struct source *s)
{
    const struct call *call = s->call;

    for (size_t i = 1; i < call->count; i++) {
        struct str word = call->words[i].text;
        if (str_contains(word, s->text) || str_eq(word, STR("-")))
            return i;
    }
    for (size_t i = 1; i < call->count; i++)
        if (!str_starts(call->words[i].text, STR("-")))
            return i;
    return call->count;
}

static struct str find_argument(const struct source *s, struct str number)
{
    uint64_t index;

    if (!str_to_u64(number, &index) || index > s->call->count)
        return STR("");
    index += own_word(s);
    return index < s->call->count ? s->call->words[index].text : STR("");
}

static struct str find_bare_argument(const struct source *s, struct str number)
{
    uint64_t index;

    return str_to_u64(number, &index)
               ? find_argument(s, str_printf(s->r->arena, "%llu", (unsigned long long)index + 1))
               : STR("");
}

static struct str find_home(const struct source *s, struct str below)
{
    struct str home = s->call->state ? shell_state_home(s->call->state) : STR("");

    return home.length && below.length
               ? str_printf(s->r->arena, STR_FMT "/" STR_FMT, STR_ARG(home), STR_ARG(below))
               : home;
}

bool protect_code_is_quoted(struct str before)
{
    before =
        str_from_offset(before, before.length > LINE_MAX_READ ? before.length - LINE_MAX_READ : 0);
    size_t line = str_find_last_byte(before, '\n');
    char open = '\0';

    for (size_t i = line == SIZE_MAX ? 0 : line + 1; i < before.length; i++) {
        char byte = before.bytes[i];
        if (byte == '\\')
            i++;
        else if (open ? byte == open : byte == '"' || byte == '\'' || byte == '`')
            open = open ? '\0' : byte;
    }
    return open != '\0';
}

void protect_code_put(struct buf *out, struct str text, size_t *at, size_t to, struct str value,
                      const char *before, const char *after)
{
    bool braces = out->length && out->bytes[out->length - 1] == '{' && to < text.length &&
                  text.bytes[to] == '}';

    if (!protect_code_is_quoted(str_prefix(text, *at))) {
        buf_printf(out, "%s" STR_FMT "%s", before, STR_ARG(value), after);
    } else {
        out->length -= braces;
        if (braces && out->length && strchr("$#", out->bytes[out->length - 1]))
            out->length--;
        buf_add(out, value);
        to += braces;
    }
    *at = to;
}

/* Each match of the pattern: its first group, looked up. */
static void replace(struct source *s, const char *pattern, finder *find, const char *before,
                    const char *after)
{
    struct buf out = buf_new(s->r->arena, 4 * REQUEST_MAX);
    struct regex_walk walk = regex_walk(s->r->arena, pattern, s->text);
    size_t at = 0;

    for (size_t i = 0; i < REPLACED_MAX && regex_walk_next(&walk); i++) {
        struct str value = find(s, walk.groups[1]);
        bool plain = value.length && str_find_byte(value, '\n') == SIZE_MAX &&
                     str_find_byte(value, '"') == SIZE_MAX;
        buf_add(&out, str_slice(s->text, at, walk.from));
        at = walk.from;
        protect_code_put(&out, s->text, &at, walk.to, plain ? value : UNKNOWN_TEXT, before, after);
        walk.to = at;
    }
    if (!at || out.truncated)
        return;
    buf_add(&out, str_from_offset(s->text, at));
    s->text = buf_str(&out);
}

struct str protect_code_from_outside(struct recogniser *r, const struct call *call, struct str text)
{
    struct source s = {r, call, text};

    if (str_contains(text, STR("env")) || str_contains(text, STR("ENV")))
        replace(&s, environment, find_variable, "\"", "\"");
    if (str_contains(text, STR("argv[")))
        replace(&s, named_arguments, find_argument, "\"", "\"");
    if (str_contains(text, STR("ARGV[")))
        replace(&s, bare_arguments, find_bare_argument, "\"", "\"");
    if (str_contains(text, STR("expanduser(")) || str_contains(text, STR("homedir(")) ||
        str_contains(text, STR("Dir.home")))
        replace(&s, homes, find_home, "\"", "\"");
    if (str_contains(text, STR("Path.home(")) || str_contains(text, STR(".expanduser(")))
        replace(&s, home_paths, find_home, "Path(\"", "\")");
    return s.text;
}
