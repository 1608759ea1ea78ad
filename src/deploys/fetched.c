/* fetched.c -- code that is downloaded and run at once: `curl …/deploy.sh | bash`, `bash <(curl …)`, `eval "$(wget -O- …)"`.
 *
 * Nobody can read it beforehand, so its name has to tell: what is called deploy or release is suspected, an installer is not.
 */
#include <string.h>

#include "base/file.h"
#include "deploys/code.h"
#include "deploys/follow.h"

#define WRITERS_MAX 4096u    /* commands in pipes to a shell that are looked at */
#define FETCHED_DEPTH_MAX 4u /* `curl … | tee log | bash` */

static bool is_fetcher(struct str word)
{
    static const char *const names[] = {"curl",
                                        "wget",
                                        "http",
                                        "xh",
                                        "https",
                                        "aria2c",
                                        "fetch",
                                        "iwr",
                                        "irm",
                                        "Invoke-WebRequest",
                                        "Invoke-RestMethod",
                                        "DownloadString",
                                        NULL};
    size_t slash = str_find_last_byte(word, '/');
    struct str base = slash == SIZE_MAX ? word : str_from_offset(word, slash + 1);

    return str_is_one_of_nocase(base, names);
}

static bool says_nothing(struct str name)
{
    static const char *const stems[] = {"run",        "index",   "main", "go",   "start",
                                        "production", "staging", "prod", "live", NULL};

    return str_is_one_of(str_prefix(name, str_find_byte(name, '.')), stems);
}

/* "https://host/x/deploy.sh?y" → "deploy.sh" */
static struct str name_in(struct str word)
{
    struct str path = str_prefix(word, str_find_byte(word, '?'));

    path = str_prefix(path, str_find_byte(path, '#'));
    size_t slash = str_find_last_byte(path, '/');
    bool address = str_contains(path, STR("://")) || str_starts(path, STR("$")) ||
                   (path.length && path.bytes[0] == SHELL_UNKNOWN);
    if (!address || slash == SIZE_MAX)
        return STR_NONE;
    struct str name = str_from_offset(path, slash + 1);
    struct str before = str_prefix(path, slash);
    if (str_ends(before, STR("/")))
        return STR_NONE; /* https://host: no path */
    /* https://deploy.example.com/run.sh */
    return says_nothing(name) ? path_base_name(before) : name;
}

/* The first name in source text, behind a program that downloads, which promises a deploy. */
static struct str name_in_source(const struct recogniser *r, struct str text)
{
    bool fetches = false;

    for (size_t at = 0; at < text.length;) {
        size_t end = at;
        while (end < text.length && !memchr(" \t\n\r\"'`()<>|;&{}", text.bytes[end], 17))
            end++;
        struct str word = str_slice(text, at, end);
        size_t dot = str_find_last_byte(word, '.');
        fetches = fetches || is_fetcher(word) ||
                  (dot != SIZE_MAX && is_fetcher(str_from_offset(word, dot + 1)));
        struct str name = fetches ? name_in(word) : STR_NONE;
        if (name.length && name_promises_deploy(r, name))
            return name;
        at = end > at ? end : at + 1;
    }
    return STR_NONE;
}

static struct str name_in_pipe(const struct recogniser *r, const struct shell_commands *writers,
                               unsigned depth, size_t *looks, bool *fetched)
{
    for (size_t i = 0; writers && depth < FETCHED_DEPTH_MAX && i < writers->count; i++) {
        if (++*looks > WRITERS_MAX)
            break;
        const struct shell_command *from = writers->items[i];
        bool fetches = is_fetcher(from->words.items[0].text);
        *fetched = *fetched || fetches;
        for (size_t n = 1; fetches && n < from->words.count; n++) {
            struct str name = name_in(from->words.items[n].text);
            if (name.length && name_promises_deploy(r, name))
                return name;
        }
        struct str name = name_in_pipe(r, from->writers, depth + 1, looks, fetched);
        if (name.length)
            return name;
    }
    return STR_NONE;
}

static bool suspect(struct recogniser *r, const struct call *call, struct str name, struct err *e)
{
    return follow_suspect(
        r, call, name, STR(""),
        str_printf(r->arena, "\"" STR_FMT "\" is downloaded and run at once", STR_ARG(name)), e);
}

/* `curl … | sh -s -- deploy`: what it is asked for. */
static struct str asked_for(const struct recogniser *r, const struct shell_value *arguments,
                            size_t count)
{
    if (count && value_is_known(&arguments[0]) &&
        str_find_byte(arguments[0].text, '/') == SIZE_MAX &&
        name_promises_deploy(r, arguments[0].text))
        return arguments[0].text;
    return STR_NONE;
}

bool fetched_source(struct recogniser *r, const struct call *call, struct str source,
                    const struct shell_value *arguments, size_t count, struct err *e)
{
    struct str name = name_in_source(r, source);

    if (!name.length)
        name = asked_for(r, arguments, count);
    return !name.length || suspect(r, call, name, e);
}

bool fetched_word(struct recogniser *r, const struct call *call, const struct shell_value *word,
                  const struct shell_value *arguments, size_t count, struct err *e)
{
    bool known = word->content ? value_is_known(word->content) : value_is_known(word);

    if (known || !call->state)
        return true;
    struct str source = shell_state_source(call->state, word->span);
    if (!word->content && !str_contains(source, STR("$(")) && !str_contains(source, STR("`")))
        return true;
    return fetched_source(r, call, source, arguments, count, e);
}

bool fetched_input(struct recogniser *r, const struct call *call,
                   const struct shell_value *arguments, size_t count, struct err *e)
{
    bool fetched = false;
    size_t looks = 0;
    struct str name = name_in_pipe(r, call->writers, 0, &looks, &fetched);

    if (!name.length && fetched)
        name = asked_for(r, arguments, count);
    return !name.length || suspect(r, call, name, e);
}
