/* protect_code.c -- paths that code of other languages keeps in a variable: `p = ".claude/settings.json"; open(p, "w")`. */
#include <ctype.h>
#include <string.h>

#include "base/regex.h"
#include "deploys/protect_code.h"
#include "deploys/protect_write.h"

#define JOINS_MAX 64u
#define JOINED_TEXT_MAX ((size_t)64 << 10) /* each join copies it */

static bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

/* As it was last given before `at`; what is given below only may be used by a function above. */
static const struct constant *constant_find(const struct constants *constants, struct str name,
                                            size_t at)
{
    const struct constant *found = NULL;

    for (size_t i = constants->count; i > 0; i--)
        if (str_eq(constants->items[i - 1].name, name)) {
            found = &constants->items[i - 1];
            if (found->at < at)
                break;
        }
    return found;
}

static void read_constants(struct recogniser *r, struct str text, struct constants *constants)
{
    struct str groups[REGEX_GROUPS_MAX], rest = text;
    struct err ignored = ERR_NONE;
    struct regex *regex;
    bool matched = true;

    if (!regex_compile(
            r->arena,
            STR("\\b([A-Za-z_]\\w*)\\s*=\\s*(?:(?:pathlib\\.)?Path\\(\\s*)?([\"'][^\"'\\n]+[\"'])"),
            &regex, &ignored))
        return;
    while (constants->count < CONSTANTS_MAX &&
           regex_match(regex, rest, &matched, groups, REGEX_GROUPS_MAX, &ignored) && matched) {
        bool ours = protect_text_has_name(r->protect, groups[2]) || !protect_is_known(groups[2]);
        if (ours || constant_find(constants, groups[1], text.length))
            VEC_PUSH(
                r->arena, constants,
                (struct constant){groups[1], groups[2], (size_t)(groups[0].bytes - text.bytes)});
        rest = str_from_offset(text, (size_t)(groups[0].bytes - text.bytes) + groups[0].length);
    }
}

/* Is the name that stands there the variable: no attribute, no word in quotes, nothing that is given a value here? */
static bool is_use(struct str text, size_t from, size_t to)
{
    char before = from ? text.bytes[from - 1] : ' ',
         after = to < text.length ? text.bytes[to] : ' ';
    size_t next = to;

    if (before == '.' || ((before == '"' || before == '\'') && before == after))
        return false;
    while (next < text.length && text.bytes[next] == ' ')
        next++;
    return next >= text.length || text.bytes[next] != '=' ||
           str_starts(str_from_offset(text, next), STR("=="));
}

/* Each match of the pattern, replaced by `before`, its first group, `between` and its second (if it has two), `after`; again until there is none. */
static struct str rewrite(struct recogniser *r, struct str text, const char *pattern,
                          const char *before, const char *between, const char *after)
{
    struct str groups[REGEX_GROUPS_MAX];
    struct err ignored = ERR_NONE;
    struct regex *regex;
    bool matched = true;

    if (!regex_compile(r->arena, str_from(pattern), &regex, &ignored))
        return text;
    for (size_t i = 0; i < JOINS_MAX; i++) {
        if (!regex_match(regex, text, &matched, groups, REGEX_GROUPS_MAX, &ignored) || !matched)
            break;
        size_t from = (size_t)(groups[0].bytes - text.bytes);
        text = str_printf(r->arena, STR_FMT "%s" STR_FMT "%s" STR_FMT "%s" STR_FMT,
                          STR_ARG(str_prefix(text, from)), before, STR_ARG(groups[1]),
                          groups[2].length ? between : "", STR_ARG(groups[2]), after,
                          STR_ARG(str_from_offset(text, from + groups[0].length)));
    }
    return text;
}

/* ".git/" + "hooks", os.path.join('.git', 'hooks'), Path('.git') / 'hooks' */
static struct str with_joins(struct recogniser *r, struct str text)
{
#define QUOTED "[\"']([^\"'\\n]*)[\"']"
    if (text.length <= JOINED_TEXT_MAX)
        text = rewrite(r, text, QUOTED "\\s*[+.]\\s*" QUOTED, "\"", "", "\"");
    if (str_contains(text, STR("join(")) || str_contains(text, STR("resolve(")))
        text = rewrite(r, text, "\\b(?:join|resolve)\\(\\s*" QUOTED "\\s*,\\s*" QUOTED, "join(\"",
                       "/", "\"");
    text = rewrite(r, text,
                   "(?:\\brequire\\([^()]*\\)\\.|\\b\\w+\\.)*\\b(?:join|resolve|abspath|realpath|"
                   "normalize)\\(\\s*" QUOTED "\\s*\\)()",
                   "\"", "", "\"");
    if (str_contains(text, STR("Path(")))
        text =
            rewrite(r, text, "Path\\(\\s*" QUOTED "\\s*\\)\\s*/\\s*" QUOTED, "Path(\"", "/", "\")");
    return rewrite(r, text, "\\(\\s*(?:pathlib\\.)?(Path\\(\"[^\"\\n]*\"\\))\\s*\\)()(?=\\.)", "",
                   "", "");
#undef QUOTED
}

/* An attribute of it is asked for, or it is joined: p.unlink(), p / "hooks". */
static bool stands_for_path(struct str text, size_t end)
{
    struct str rest = str_from_offset(text, end);

    if (str_starts(rest, STR(".")))
        return true;
    rest = str_trim(rest);
    if (!str_starts(rest, STR("/")))
        return false;
    rest = str_trim(str_from_offset(rest, 1));
    return str_starts(rest, STR("\"")) || str_starts(rest, STR("'"));
}

struct str protect_code_with_values(struct recogniser *r, struct str text)
{
    struct constants constants = {0};
    struct buf out = buf_new(r->arena, 4 * REQUEST_MAX);
    size_t at = 0;

    text = with_joins(r, text);
    read_constants(r, text, &constants);
    protect_loops_read(r, text, &constants);
    if (!constants.count)
        return text;
    while (at < text.length) {
        size_t end = at;
        while (end < text.length && is_name_byte(text.bytes[end]))
            end++;
        const struct constant *constant =
            end > at ? constant_find(&constants, str_slice(text, at, end), at) : NULL;
        bool use =
            constant && is_use(text, at, end) && out.length + constant->value.length < REQUEST_MAX;
        if (!use) {
            buf_add(&out, str_slice(text, at, end > at ? end : at + 1));
            at = end > at ? end : at + 1;
            continue;
        }
        bool object = stands_for_path(text, end);
        if (out.length && out.bytes[out.length - 1] == '$')
            out.length--;
        protect_code_put(&out, text, &at, end,
                         str_slice(constant->value, 1, constant->value.length - 1),
                         object ? "Path(\"" : "\"", object ? "\")" : "\"");
    }
    return with_joins(r, buf_str(&out));
}
