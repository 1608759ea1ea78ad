/* powershell_pipe.c -- `Get-ChildItem … | Where-Object … | Remove-Item`: what is listed as the words of a `find` that comes upon the same. */
#include <string.h>

#include "base/file.h"
#include "deploys/powershell.h"
#include "deploys/protect_find.h"
#include "deploys/protect_write.h"

#define ITEMS_MAX                                                                                  \
    256u /* more than TAMPERS_MAX: who takes that many files of ours is refused for their number */

static bool is_one(const struct shell_value *word, const char *const *names)
{
    return str_is_one_of_nocase(word->text, names);
}

static void add(struct recogniser *r, struct statement *find, struct str word)
{
    VEC_PUSH(r->arena, find, word_value(word));
}

static void add_test(struct recogniser *r, struct statement *find, bool negated, const char *test,
                     struct str value)
{
    if (negated)
        add(r, find, STR("!"));
    add(r, find, str_from(test));
    add(r, find, powershell_path(r->arena, value));
}

/* Names separated by commas: one of them. */
static void add_names(struct recogniser *r, struct statement *find, bool negated, struct str names)
{
    if (negated)
        add(r, find, STR("!"));
    add(r, find, STR("("));
    for (bool first = true; names.length; first = false) {
        struct str name = str_trim_bytes(str_cut(&names, ','), "\"' ");
        if (!first)
            add(r, find, STR("-o"));
        add_test(r, find, false, "-iname", name);
    }
    add(r, find, STR(")"));
}

static bool has_wildcard(struct str text)
{
    return str_find_byte(text, '*') != SIZE_MAX || str_find_byte(text, '?') != SIZE_MAX;
}

/* --- Get-ChildItem. --- */

struct listing {
    struct str paths, filter, include, exclude, depth, type;
    bool recurses, itself;
};

static bool read_listing(const struct shell_value *words, size_t count, struct listing *listing)
{
    static const char *const lists[] = {"Get-ChildItem", "gci", "ls", "dir", NULL};
    static const char *const items[] = {"Get-Item", "gi", NULL};
    static const char *const paths[] = {"-Path", "-LiteralPath", NULL};
    static const char *const recurse[] = {"-Recurse", "-r", "-s", NULL};
    size_t operands = 0;

    listing->itself = is_one(&words[0], items);
    if (!listing->itself && !is_one(&words[0], lists))
        return false;
    for (size_t i = 1; i < count; i++) {
        struct str *value = NULL;
        if (is_one(&words[i], recurse))
            listing->recurses = true;
        else if (str_eq_nocase(words[i].text, STR("-File")))
            listing->type = STR("f");
        else if (str_eq_nocase(words[i].text, STR("-Directory")))
            listing->type = STR("d");
        else if (is_one(&words[i], paths))
            value = &listing->paths;
        else if (str_eq_nocase(words[i].text, STR("-Filter")))
            value = &listing->filter;
        else if (str_eq_nocase(words[i].text, STR("-Include")))
            value = &listing->include;
        else if (str_eq_nocase(words[i].text, STR("-Exclude")))
            value = &listing->exclude;
        else if (str_eq_nocase(words[i].text, STR("-Depth")))
            value = &listing->depth;
        else if (!str_starts(words[i].text, STR("-")) && operands++ < 2)
            *(operands == 1 && !listing->paths.length ? &listing->paths : &listing->filter) =
                words[i].text;
        if (value && i + 1 < count)
            *value = words[++i].text;
    }
    return true;
}

bool powershell_listing(struct recogniser *r, struct str directory, const struct shell_value *words,
                        size_t count, struct statement *ret_find)
{
    struct listing listing = {0};
    struct statement find = {0};
    bool named = false;
    uint64_t depth;

    *ret_find = find;
    if (!count || !read_listing(words, count, &listing))
        return false;
    add(r, &find, STR("find"));
    while (listing.paths.length) {
        struct str path =
            powershell_path(r->arena, str_trim_bytes(str_cut(&listing.paths, ','), "\"' "));
        struct shell_value word = word_value(path);
        word.glob = has_wildcard(path);
        named = named || word.glob ||
                file_kind(r->arena, path_join(r->arena, directory, path)) == FILE_REGULAR;
        VEC_PUSH(r->arena, &find, word);
    }
    if (find.count == 1)
        add(r, &find, STR("."));
    if (str_to_u64(listing.depth, &depth))
        add_test(r, &find, false, "-maxdepth",
                 str_printf(r->arena, "%llu", (unsigned long long)depth + 1));
    else if (!listing.recurses)
        add_test(r, &find, false, "-maxdepth", listing.itself || named ? STR("0") : STR("1"));
    if (!listing.itself && !named)
        add_test(r, &find, false, "-mindepth", STR("1"));
    if (listing.type.length)
        add_test(r, &find, false, "-type", listing.type);
    if (listing.filter.length)
        add_names(r, &find, false, listing.filter);
    if (listing.include.length)
        add_names(r, &find, false, listing.include);
    if (listing.exclude.length)
        add_names(r, &find, true, listing.exclude);
    *ret_find = find;
    return true;
}

/* --- Where-Object. --- */

/* What is not read of a condition may hold. */
static void add_doubt(struct recogniser *r, struct statement *find)
{
    add_test(r, find, false, "-user", UNKNOWN_TEXT);
}

static struct str next_word(struct str *rest)
{
    *rest = str_trim(*rest);
    char quote = rest->length && strchr("\"'", rest->bytes[0]) ? rest->bytes[0] : ' ';
    if (quote != ' ')
        *rest = str_from_offset(*rest, 1);
    return str_cut(rest, quote);
}

static void add_condition(struct recogniser *r, struct statement *find, struct str condition)
{
    static const char *const whole[] = {"FullName", "PSPath", "Path", NULL};
    struct str rest = condition, property = next_word(&rest), operator= next_word(&rest),
               value = next_word(&rest);

    if (str_starts(property, STR("$_.")) || str_starts(property, STR("$PSItem.")))
        property = str_from_offset(property, str_find_byte(property, '.') + 1);
    bool negated = str_starts(str_lower(r->arena, operator), STR("-n"));
    bool matches = str_ends(str_lower(r->arena, operator), STR("match"));
    bool name = str_eq_nocase(property, STR("Name"));
    if (str_trim(rest).length || !value.length) {
        if (str_eq_nocase(property, STR("PSIsContainer")) && !operator.length)
            add_test(r, find, false, "-type", STR("d"));
        else
            add_doubt(r, find);
    } else if (name && matches) {
        add_test(r, find, false, "-regextype", STR("posix-extended"));
        add_test(r, find, negated, "-iregex", protect_name_regex(r->arena, value));
    } else if (name && !matches) {
        add_test(r, find, negated, "-iname", value);
    } else if (str_eq_nocase(property, STR("Extension")) && !matches) {
        add_test(r, find, negated, "-iname", str_printf(r->arena, "*" STR_FMT, STR_ARG(value)));
    } else if (str_is_one_of_nocase(property, whole) && !matches) {
        add_test(r, find, negated, "-ipath", value);
    } else {
        add_doubt(r, find);
    }
}

bool powershell_filter(struct recogniser *r, const struct shell_value *words, size_t count,
                       const struct strs *blocks, struct statement *find)
{
    static const char *const filters[] = {"Where-Object", "where", "?", NULL};
    static const char *const passes[] = {"Sort-Object", "sort",       "Select-Object",
                                         "select",      "Tee-Object", NULL};

    if (is_one(&words[0], passes))
        return true;
    if (!is_one(&words[0], filters))
        return false;
    if (blocks->count == 1) {
        add_condition(r, find, blocks->items[0]);
    } else if (count == 4) {
        add_condition(r, find,
                      str_printf(r->arena, STR_FMT " " STR_FMT " '" STR_FMT "'",
                                 STR_ARG(words[1].text), STR_ARG(words[2].text),
                                 STR_ARG(words[3].text)));
    } else {
        add_doubt(r, find);
    }
    return true;
}

/* --- Who takes it. --- */

struct strs powershell_found(struct recogniser *r, const struct call *call,
                             const struct statement *find)
{
    struct strs paths = {0};

    if (r->tampers && !call->remote && find->count)
        paths = protect_find_paths(r, call->directory, find->items, find->count, NULL);
    if (paths.count > ITEMS_MAX)
        paths.count = ITEMS_MAX;
    return paths;
}

bool powershell_take(struct recogniser *r, const struct call *call, const struct shell_value *words,
                     size_t count, const struct statement *find, struct err *e)
{
    static const char *const takers[] = {
        "Remove-Item", "ri",          "rm",         "del",
        "erase",       "rd",          "rmdir",      "Move-Item",
        "mi",          "mv",          "move",       "mvi",
        "ren",         "Rename-Item", "rni",        "Clear-Content",
        ".Delete()",   "clc",         "Clear-Item", "Set-Content",
        "sc",          NULL};
    struct strs paths;

    if (!count || !is_one(&words[0], takers))
        return true;
    paths = powershell_found(r, call, find);
    for (size_t i = 0; i < paths.count; i++) {
        struct write write = {.change = CHANGE_REMOVED,
                              .directory = call->directory,
                              .shown = str_printf(r->arena, STR_FMT " " STR_FMT,
                                                  STR_ARG(words[0].text), STR_ARG(paths.items[i]))};
        if (!protect_write(r, &write, paths.items[i], e))
            return false;
    }
    return true;
}
