/* protect_fd.c -- fd's words as those of a `find` that comes upon the same. */
#include <string.h>

#include "deploys/protect_find.h"

struct fd {
    struct str pattern, type, depth;
    struct strs places, endings, excluded;
    bool has_pattern, hidden, glob, fixed, whole;
};

static bool is_one(struct str word, const char *a, const char *b)
{
    return str_eq(word, str_from(a)) || str_eq(word, str_from(b));
}

/* The option's own value, or the next word. False: it is none of these. */
static bool read_valued(struct recogniser *r, const struct call *call, size_t *i, struct fd *fd)
{
    static const char *const other[] = {
        "-j",      "--threads", "-c",          "--color",          "-S",
        "--size",  "-o",        "--owner",     "--changed-within", "--changed-before",
        "--newer", "--older",   "--min-depth", "--exact-depth",    NULL};
    struct str word = call->words[*i].text, value;
    struct str name = str_cut(&word, '=');

    value = word.length || *i + 1 >= call->count ? word : call->words[*i + 1].text;
    if (is_one(name, "-e", "--extension"))
        VEC_PUSH(r->arena, &fd->endings, value);
    else if (is_one(name, "-E", "--exclude"))
        VEC_PUSH(r->arena, &fd->excluded, value);
    else if (is_one(name, "-t", "--type"))
        fd->type = value;
    else if (is_one(name, "-d", "--max-depth"))
        fd->depth = value;
    else if (is_one(name, "--base-directory", "--search-path"))
        VEC_PUSH(r->arena, &fd->places, value);
    else if (!str_is_one_of(name, other))
        return false;
    *i += word.length == 0;
    return true;
}

static void read_flag(struct str word, struct fd *fd)
{
    bool letters = !str_starts(word, STR("--"));

    for (size_t i = 1; letters && i < word.length; i++) {
        fd->hidden = fd->hidden || strchr("Hu", word.bytes[i]);
        fd->glob = fd->glob || word.bytes[i] == 'g';
        fd->fixed = fd->fixed || word.bytes[i] == 'F';
        fd->whole = fd->whole || word.bytes[i] == 'p';
    }
    fd->hidden = fd->hidden || is_one(word, "--hidden", "--unrestricted");
    fd->glob = fd->glob || str_eq(word, STR("--glob"));
    fd->fixed = fd->fixed || str_eq(word, STR("--fixed-strings"));
    fd->whole = fd->whole || str_eq(word, STR("--full-path"));
}

static void read_fd(struct recogniser *r, const struct call *call, struct fd *fd)
{
    static const char *const runs[] = {"-x", "-X", "--exec", "--exec-batch", NULL};
    bool options = true;

    for (size_t i = 1; i < call->count; i++) {
        struct str word = call->words[i].text;
        if (options && str_is_one_of(word, runs))
            break;
        if (options && str_eq(word, STR("--"))) {
            options = false;
        } else if (options && word.length > 1 && word.bytes[0] == '-') {
            if (!read_valued(r, call, &i, fd))
                read_flag(word, fd);
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

struct shell_values protect_fd_words(struct recogniser *r, const struct call *call)
{
    struct shell_values find = {0};
    struct fd fd = {0};

    read_fd(r, call, &fd);
    add(r, &find, STR("find"));
    for (size_t i = 0; i < fd.places.count; i++)
        add(r, &find, fd.places.items[i]);
    if (!fd.places.count)
        add(r, &find, STR("."));
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
    if (str_eq(fd.type, STR("f")) || str_eq(fd.type, STR("d")) || str_eq(fd.type, STR("l"))) {
        add(r, &find, STR("-type"));
        add(r, &find, fd.type);
    }
    for (size_t i = 0; i < fd.endings.count; i++) {
        add(r, &find, STR("-iname"));
        add(r, &find, str_printf(r->arena, "*." STR_FMT, STR_ARG(fd.endings.items[i])));
    }
    for (size_t i = 0; i < fd.excluded.count; i++) {
        add(r, &find, STR("!"));
        add(r, &find, STR("-name"));
        add(r, &find, fd.excluded.items[i]);
    }
    add_pattern(r, &find, &fd);
    return find;
}
