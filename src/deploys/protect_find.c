#include "deploys/protect_find.h"

#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "deploys/protect_path.h"
#include "deploys/protect_write.h"

struct test {
    char kind; /* n: -name, p: -path, t: -type */
    bool any_case, negated;
    struct str value;
};

struct search {
    struct strs places;
    VEC(struct test) tests;
    bool either; /* -o and its like: not all tests need hold */
    bool odd;    /* a test that cannot be judged */
    bool none;   /* no file of ours is empty */
    uint64_t deepest;
};

/* --- Its words. --- */

static bool is_expression(struct str word)
{
    return str_starts(word, STR("-")) || str_eq(word, STR("!")) || str_eq(word, STR("("));
}

/* A place with wildcards: those directories that it may be. */
static void add_place(struct recogniser *r, struct str directory, const struct shell_value *word,
                      struct search *search)
{
    struct strs places = {0};

    if (!protect_is_known(word->text))
        return;
    if (word->glob)
        places = protect_expand(r->arena, r->protect, path_join(r->arena, directory, word->text));
    else
        VEC_PUSH(r->arena, &places, word->text);
    for (size_t i = 0; i < places.count; i++)
        VEC_PUSH(r->arena, &search->places, places.items[i]);
}

static size_t read_places(struct recogniser *r, struct str directory,
                          const struct shell_value *words, size_t count, struct search *search)
{
    size_t i = 1;

    while (i < count && (str_eq(words[i].text, STR("-H")) || str_eq(words[i].text, STR("-L")) ||
                         str_eq(words[i].text, STR("-P"))))
        i++;
    for (; i < count && !is_expression(words[i].text); i++)
        add_place(r, directory, &words[i], search);
    if (i == 1)
        VEC_PUSH(r->arena, &search->places, STR("."));
    return i;
}

static size_t skip_command(const struct shell_value *words, size_t count, size_t i)
{
    while (i < count && !str_eq(words[i].text, STR(";")) &&
           !(str_eq(words[i].text, STR("+")) && str_eq(words[i - 1].text, STR("{}"))))
        i++;
    return i;
}

static void read_valued(struct recogniser *r, struct search *search, struct str word,
                        struct str value, bool negated)
{
    static const char *const names[] = {"-name", "-iname", NULL};
    static const char *const paths[] = {"-path", "-wholename", "-ipath", "-iwholename", NULL};
    struct test test = {.negated = negated, .value = value};

    if (str_eq(word, STR("-maxdepth"))) {
        if (!str_to_u64(value, &search->deepest))
            search->odd = true;
        return;
    }
    test.any_case = str_starts(word, STR("-i"));
    test.kind = str_is_one_of(word, names)   ? 'n'
                : str_is_one_of(word, paths) ? 'p'
                : str_eq(word, STR("-type")) ? 't'
                                             : '\0';
    if (test.kind && protect_is_known(value))
        VEC_PUSH(r->arena, &search->tests, test);
    else if (str_eq(word, STR("-size")) && str_starts(value, STR("0")))
        search->none = search->none || !negated;
    else if (!str_eq(word, STR("-mindepth")))
        search->odd = true;
}

static void read_search(struct recogniser *r, struct str directory, const struct shell_value *words,
                        size_t count, struct search *search)
{
    static const char *const runners[] = {"-exec", "-execdir", "-ok", "-okdir", NULL};
    static const char *const either[] = {"-o",     "-or",    ",",       "(", ")",
                                         "-prune", "-regex", "-iregex", NULL};
    static const char *const plain[] = {
        "-delete",     "-print",    "-print0",   "-ls",       "-depth",  "-d", "-xdev",
        "-mount",      "-quit",     "-follow",   "-true",     "-noleaf", "-a", "-and",
        "-executable", "-readable", "-writable", "-daystart", NULL};
    bool negated = false;

    search->deepest = UINT64_MAX;
    for (size_t i = read_places(r, directory, words, count, search); i < count; i++) {
        struct str word = words[i].text;
        if (str_eq(word, STR("!")) || str_eq(word, STR("-not"))) {
            negated = !negated;
            continue;
        }
        if (str_is_one_of(word, runners))
            i = skip_command(words, count, i + 1);
        else if (str_is_one_of(word, either))
            search->either = true;
        else if (str_eq(word, STR("-empty")))
            search->none = search->none || !negated;
        else if (!str_is_one_of(word, plain) && i + 1 < count)
            read_valued(r, search, word, words[++i].text, negated);
        negated = false;
    }
    search->none = search->none && !search->either;
}

/* --- A file that could be ours. --- */

static bool holds(struct recogniser *r, const struct test *test, struct str directory,
                  struct str path)
{
    struct str subject = test->kind == 'n' ? path_base_name(path) : path;
    int flags = test->any_case ? FNM_CASEFOLD : 0;

    if (test->kind == 't') {
        struct str whole = path_join(r->arena, directory, path);
        enum file_kind kind = file_kind(r->arena, whole);
        struct stat status;
        if (str_eq(test->value, STR("l")))
            return kind == FILE_ABSENT ||
                   (lstat(str_c(r->arena, whole), &status) == 0 && S_ISLNK(status.st_mode));
        return kind == FILE_ABSENT || str_contains(test->value, STR("l")) ||
               (kind == FILE_DIRECTORY) == str_contains(test->value, STR("d"));
    }
    return fnmatch(str_c(r->arena, test->value), str_c(r->arena, subject), flags) == 0;
}

static bool passes(struct recogniser *r, const struct search *search, struct str directory,
                   struct str path)
{
    for (size_t i = 0; i < search->tests.count; i++) {
        const struct test *test = &search->tests.items[i];
        if (search->either && (test->kind != 'n' || test->negated))
            continue;
        bool good = holds(r, test, directory, path) != test->negated;
        if (good == search->either)
            return good;
    }
    return !search->either;
}

static void try_path(struct recogniser *r, const struct search *search, struct str directory,
                     struct str path, struct strs *paths)
{
    if (protect_names_path(r->arena, protect_state(r), directory, path) &&
        passes(r, search, directory, path))
        strs_add(r->arena, paths, path);
}

static struct str below(struct recogniser *r, struct str place, const char *part)
{
    if (str_eq(str_from(part), STR(".")))
        return place;
    return str_printf(r->arena, STR_FMT "/%s", STR_ARG(place), part);
}

static uint64_t depth_of(struct str path)
{
    uint64_t depth = 1;

    for (size_t i = 0; i < path.length; i++)
        depth += path.bytes[i] == '/';
    return depth;
}

/* The names in one directory, and those that are asked for by name, be they there or not. */
static void try_directory(struct recogniser *r, const struct search *search, struct str directory,
                          struct str place, struct strs *paths)
{
    struct strs names = {0};
    struct err ignored = ERR_NONE;

    if (!file_list(r->arena, path_join(r->arena, directory, place), &names, &ignored))
        names = (struct strs){0};
    for (size_t i = 0; i < search->tests.count; i++) {
        const struct test *test = &search->tests.items[i];
        if (test->kind == 'n' && !test->negated && !strpbrk(str_c(r->arena, test->value), "*?[\\"))
            VEC_PUSH(r->arena, &names, test->value);
    }
    for (size_t i = 0; i < names.count; i++)
        try_path(r, search, directory,
                 str_printf(r->arena, STR_FMT "/" STR_FMT, STR_ARG(place), STR_ARG(names.items[i])),
                 paths);
}

static bool asks_name(const struct search *search)
{
    for (size_t i = 0; i < search->tests.count; i++)
        if (search->tests.items[i].kind == 'n' && !search->tests.items[i].negated)
            return true;
    return false;
}

static struct strs paths_of(struct recogniser *r, const struct search *search, struct str directory)
{
    struct strs paths = {0};
    bool unsure = search->odd && !asks_name(search); /* a file's age keeps no name of ours out */

    for (size_t i = 0; i < search->places.count && !search->none; i++) {
        struct str place = search->places.items[i];
        while (place.length > 1 && str_ends(place, STR("/")))
            place = str_prefix(place, place.length - 1);
        if (unsure && !protect_names_path(r->arena, protect_state(r), directory, place))
            continue;
        try_path(r, search, directory, place, &paths);
        for (const char *const *part = protect_places; *part; part++)
            if (depth_of(str_from(*part)) + (str_eq(str_from(*part), STR(".")) ? 0 : 1) <=
                search->deepest)
                try_directory(r, search, directory, below(r, place, *part), &paths);
    }
    return paths;
}

struct strs protect_find_paths(struct recogniser *r, struct str directory,
                               const struct shell_value *words, size_t count)
{
    struct search search = {0};

    read_search(r, directory, words, count, &search);
    return paths_of(r, &search, directory);
}

/* --- What others are given. --- */

/* The one name that is asked for, its wildcards not known; not known at all where there is none, or several. */
static struct str name_asked(struct recogniser *r, const struct search *search)
{
    struct str name = STR_NONE;

    for (size_t i = 0; i < search->tests.count; i++) {
        const struct test *test = &search->tests.items[i];
        if (test->kind == 'n' && (test->negated || search->either || name.bytes))
            return UNKNOWN_TEXT;
        if (test->kind == 'n')
            name = str_copy(r->arena, test->value);
    }
    if (!name.bytes)
        return UNKNOWN_TEXT;
    char *bytes = (char *)(uintptr_t)name.bytes;
    for (size_t i = 0; i < name.length; i++)
        if (strchr("*?[", bytes[i]))
            bytes[i] = SHELL_UNKNOWN;
    return name;
}

bool protect_find_printed(struct recogniser *r, struct str directory,
                          const struct shell_value *words, size_t count, struct str *ret_text)
{
    struct search search = {0};
    struct strs lines = {0};
    struct buf out = buf_new(r->arena, REQUEST_MAX);

    read_search(r, directory, words, count, &search);
    struct str name = name_asked(r, &search);
    struct strs paths = paths_of(r, &search, directory);
    for (size_t i = 0; i < paths.count; i++) {
        struct str path = paths.items[i], base = path_base_name(path);
        strs_add(r->arena, &lines,
                 search.either ? path
                               : str_printf(r->arena, STR_FMT STR_FMT,
                                            STR_ARG(str_prefix(path, path.length - base.length)),
                                            STR_ARG(name)));
    }
    for (size_t i = 0; i < lines.count; i++) {
        buf_add(&out, lines.items[i]);
        buf_add_byte(&out, '\n');
    }
    buf_add(&out, UNKNOWN_TEXT);
    *ret_text = buf_str(&out);
    return lines.count > 0;
}

struct str protect_find_item(struct recogniser *r, struct str directory,
                             const struct shell_value *words, size_t count)
{
    struct search search = {0};

    read_search(r, directory, words, count, &search);
    struct str name = name_asked(r, &search);
    if (protect_is_known(name))
        return name;
    if (r->remote || search.places.count != 1 ||
        !protect_names_path(r->arena, protect_state(r), directory, search.places.items[0]))
        return UNKNOWN_TEXT;
    return str_printf(r->arena, STR_FMT "/" STR_FMT, STR_ARG(search.places.items[0]),
                      STR_ARG(name));
}
