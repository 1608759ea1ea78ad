/* protect_fd.c -- fd's words as those of a `find` that comes upon the same. */
#include <string.h>

#include "base/file.h"
#include "deploys/protect_find.h"

/* Each takes the rest of its word, or the next one. */
#define VALUED_LETTERS "eEtdCjcSo"

struct fd {
    struct str pattern, depth, base;
    struct strs places, endings, types, excluded;
    bool has_pattern, hidden, glob, fixed, whole;
};

static bool is_one(struct str word, const char *a, const char *b)
{
    return str_eq(word, str_from(a)) || str_eq(word, str_from(b));
}

static void read_value(struct recogniser *r, struct str name, struct str value, struct fd *fd)
{
    if (is_one(name, "-e", "--extension"))
        VEC_PUSH(r->arena, &fd->endings, value);
    else if (is_one(name, "-E", "--exclude"))
        VEC_PUSH(r->arena, &fd->excluded, value);
    else if (is_one(name, "-t", "--type"))
        VEC_PUSH(r->arena, &fd->types, value);
    else if (is_one(name, "-d", "--max-depth") || str_eq(name, STR("--maxdepth")))
        fd->depth = value;
    else if (is_one(name, "-C", "--base-directory"))
        fd->base = value;
    else if (str_eq(name, STR("--search-path")))
        VEC_PUSH(r->arena, &fd->places, value);
}

static void read_flag(char letter, struct fd *fd)
{
    fd->hidden = fd->hidden || letter == 'H' || letter == 'u';
    fd->glob = fd->glob || letter == 'g';
    fd->fixed = fd->fixed || letter == 'F';
    fd->whole = fd->whole || letter == 'p';
}

/* -Ht f, -Htf, -e md: letters up to one that takes what follows, or the next word. */
static void read_letters(struct recogniser *r, const struct call *call, size_t *i, struct fd *fd)
{
    struct str word = call->words[*i].text;

    for (size_t at = 1; at < word.length; at++) {
        char name[] = {'-', word.bytes[at], '\0'};
        struct str value = str_from_offset(word, at + 1);
        if (strchr("xX", name[1]))
            return;
        if (!strchr(VALUED_LETTERS, name[1])) {
            read_flag(name[1], fd);
            continue;
        }
        if (!value.length && *i + 1 < call->count)
            value = call->words[++*i].text;
        read_value(r, str_from(name),
                   str_starts(value, STR("=")) ? str_from_offset(value, 1) : value, fd);
        return;
    }
}

static void read_name(struct recogniser *r, const struct call *call, size_t *i, struct fd *fd)
{
    static const char *const valued[] = {
        "--extension",      "--exclude",        "--type",        "--max-depth",
        "--maxdepth",       "--base-directory", "--search-path", "--threads",
        "--color",          "--size",           "--owner",       "--changed-within",
        "--changed-before", "--newer",          "--older",       "--min-depth",
        "--exact-depth",    "--ignore-file",    "--format",      "--path-separator",
        "--max-results",    "--batch-size",     "--and",         NULL};
    struct str value = call->words[*i].text, name = str_cut(&value, '=');

    if (str_is_one_of(name, valued)) {
        if (str_find_byte(call->words[*i].text, '=') == SIZE_MAX && *i + 1 < call->count)
            value = call->words[++*i].text;
        read_value(r, name, value, fd);
    }
    fd->hidden = fd->hidden || is_one(name, "--hidden", "--unrestricted");
    fd->glob = fd->glob || str_eq(name, STR("--glob"));
    fd->fixed = fd->fixed || str_eq(name, STR("--fixed-strings"));
    fd->whole = fd->whole || str_eq(name, STR("--full-path"));
}

bool protect_fd_runs(struct str word, struct str *ret_program)
{
    struct str value = word, name = str_cut(&value, '=');

    *ret_program = value;
    if (str_eq(name, STR("--exec")) || str_eq(name, STR("--exec-batch")))
        return true;
    for (size_t at = 1; at < word.length && word.bytes[0] == '-' && word.bytes[1] != '-'; at++) {
        if (strchr(VALUED_LETTERS, word.bytes[at]))
            return false;
        if (word.bytes[at] != 'x' && word.bytes[at] != 'X')
            continue;
        value = str_from_offset(word, at + 1);
        *ret_program = str_starts(value, STR("=")) ? str_from_offset(value, 1) : value;
        return true;
    }
    return false;
}

static void read_fd(struct recogniser *r, const struct call *call, struct fd *fd)
{
    bool options = true;

    for (size_t i = 1; i < call->count; i++) {
        struct str word = call->words[i].text, program;
        if (options && protect_fd_runs(word, &program)) {
            if (str_starts(word, STR("--")))
                break;
            read_letters(r, call, &i, fd); /* up to that one: -Hx */
            break;
        }
        if (options && str_eq(word, STR("--"))) {
            options = false;
        } else if (options && str_starts(word, STR("--"))) {
            read_name(r, call, &i, fd);
        } else if (options && word.length > 1 && word.bytes[0] == '-') {
            read_letters(r, call, &i, fd);
        } else if (!fd->has_pattern) {
            fd->has_pattern = true;
            fd->pattern = word;
        } else {
            VEC_PUSH(r->arena, &fd->places, word);
        }
    }
}

struct str protect_name_regex(struct arena *arena, struct str pattern)
{
    bool begins = str_starts(pattern, STR("^")), ends = str_ends(pattern, STR("$"));

    pattern = str_slice(pattern, begins, pattern.length - ends);
    return str_printf(arena, ".*/%s(" STR_FMT ")%s", begins ? "" : "[^/]*", STR_ARG(pattern),
                      ends ? "" : "[^/]*");
}

static void add(struct recogniser *r, struct shell_values *find, struct str word)
{
    VEC_PUSH(r->arena, find, word_value(word));
}

static void add_pattern(struct recogniser *r, struct shell_values *find, const struct fd *fd)
{
    if (!fd->pattern.length)
        return;
    if (fd->glob || fd->fixed) {
        add(r, find, fd->whole ? STR("-ipath") : STR("-iname"));
        add(r, find,
            fd->glob ? fd->pattern : str_printf(r->arena, "*" STR_FMT "*", STR_ARG(fd->pattern)));
        return;
    }
    add(r, find, STR("-regextype"));
    add(r, find, STR("posix-extended"));
    add(r, find, STR("-iregex"));
    add(r, find,
        fd->whole ? str_printf(r->arena, ".*(" STR_FMT ").*", STR_ARG(fd->pattern))
                  : protect_name_regex(r->arena, fd->pattern));
}

/* Any of these: ( -type f -o -type d ). */
static void add_any(struct recogniser *r, struct shell_values *find, const char *test,
                    const char *before, const struct strs *values)
{
    for (size_t i = 0; i < values->count; i++) {
        add(r, find, i ? STR("-o") : STR("("));
        add(r, find, str_from(test));
        add(r, find, str_printf(r->arena, "%s" STR_FMT, before, STR_ARG(values->items[i])));
    }
    if (values->count)
        add(r, find, STR(")"));
}

/* f, file, d, dir…; what else fd asks of a file says nothing here. */
static struct strs types_of(struct recogniser *r, const struct fd *fd)
{
    static const char *const known[] = {"f", "file", "d", "directory", "dir", "l", "symlink", NULL};
    struct strs types = {0};

    for (size_t i = 0; i < fd->types.count; i++) {
        if (!str_is_one_of(fd->types.items[i], known))
            return (struct strs){0};
        struct str letter = str_prefix(fd->types.items[i], 1);
        VEC_PUSH(r->arena, &types, str_eq(fd->types.items[i], STR("symlink")) ? STR("l") : letter);
    }
    return types;
}

/* Where it looks: "./.git" is called so as ".git" is, and hidden is what lies below. */
static void add_place(struct recogniser *r, struct shell_values *find, const struct fd *fd,
                      struct str place)
{
    while (str_starts(place, STR("./")) && place.length > 2)
        place = str_from_offset(place, 2);
    if (fd->base.length)
        place = str_eq(place, STR(".")) ? fd->base : path_join(r->arena, fd->base, place);
    add(r, find, place);
}

struct shell_values protect_fd_words(struct recogniser *r, const struct call *call)
{
    struct shell_values find = {0};
    struct fd fd = {0};

    read_fd(r, call, &fd);
    add(r, &find, STR("find"));
    for (size_t i = 0; i < fd.places.count; i++)
        add_place(r, &find, &fd, fd.places.items[i]);
    if (!fd.places.count)
        add_place(r, &find, &fd, STR("."));
    add(r, &find, STR("-mindepth"));
    add(r, &find, STR("1"));
    if (fd.depth.length) {
        add(r, &find, STR("-maxdepth"));
        add(r, &find, fd.depth);
    }
    if (!fd.hidden) { /* below the place that is named */
        add(r, &find, STR("!"));
        add(r, &find, STR("-path"));
        add(r, &find, STR("*/.*"));
    }
    struct strs types = types_of(r, &fd);
    add_any(r, &find, "-type", "", &types);
    add_any(r, &find, "-iname", "*.", &fd.endings);
    for (size_t i = 0; i < fd.excluded.count; i++) {
        struct str pattern = fd.excluded.items[i];
        add(r, &find, STR("!"));
        add(r, &find, STR("-name"));
        add(r, &find, pattern);
        add(r, &find, STR("!"));
        add(r, &find, STR("-path"));
        add(r, &find, str_printf(r->arena, "*/" STR_FMT "/*", STR_ARG(pattern)));
    }
    add_pattern(r, &find, &fd);
    return find;
}
