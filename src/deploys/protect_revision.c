/* protect_revision.c -- `git checkout [REVISION] -- PATH…`, `git restore [--source=REVISION] PATH…`, `git reset --hard [REVISION]`, `git revert REVISION`: files of ours as they were. Paths as git reads them:
 * patterns, ":(top)", ":!" before what is left out, a file that lists them. */
#include <fnmatch.h>
#include <string.h>

#include "base/file.h"
#include "deploys/follow.h"
#include "deploys/protect_find.h"
#include "deploys/protect_path.h"
#include "deploys/protect_write.h"

struct restored {
    struct str revision; /* what the index holds is taken for what HEAD has */
    struct str directory;
    struct strs paths;
    bool listed;   /* the paths stand in a file, or in what is read */
    bool any_case; /* git --icase-pathspecs */
    bool whole;    /* what is tracked and not in the revision goes */
};

struct pathspec {
    struct str path; /* from the root of the file system on */
    struct str from; /* what it is told from */
    bool pattern, excluded, any_case;
};
VEC_DEFINE(pathspecs, struct pathspec);

static bool has_word(const struct call *call, const char *const *words)
{
    for (size_t i = 1; i < call->count; i++)
        if (str_is_one_of(call->words[i].text, words))
            return true;
    return false;
}

/* Where "--" stands among the operands; their number when it does not. */
static size_t operands_before_separator(const struct call *call, const struct line *line)
{
    size_t separator = 1;

    while (separator < call->count && !str_eq(call->words[separator].text, STR("--")))
        separator++;
    for (size_t i = 0; separator < call->count && i < line->operands.count; i++)
        if (line->operand_words.items[i] > separator)
            return i;
    return line->operands.count;
}

/* The first word names a revision, if it is no path of ours and others follow. */
static void read_checkout(struct recogniser *r, const struct call *call, const struct line *line,
                          struct restored *ret)
{
    size_t before = operands_before_separator(call, line), from = 1;
    bool separated = before < line->operands.count;

    if (from >= line->operands.count)
        return;
    struct str first = line->operands.items[from];
    bool path = str_eq(first, STR(".")) ||
                protect_names_path(r->arena, protect_state(r), ret->directory, first);
    if (separated ? before > 1 : ret->listed || (line->operands.count > 2 && !path)) {
        ret->revision = first;
        from++;
    }
    for (size_t i = separated ? before : from; i < line->operands.count && !ret->listed; i++)
        VEC_PUSH(r->arena, &ret->paths, line->operands.items[i]);
}

/* --pathspec-from-file=FILE; "-" is what the command reads. A list that is not known lists nothing. */
static void read_list(struct recogniser *r, const struct call *call, struct restored *ret)
{
    static const char *const ending[] = {"--pathspec-file-nul", NULL};
    struct str name, text = STR("");
    struct followed file;

    ret->listed = call_option_value(call, STR("--pathspec-from-file"), &name);
    if (!ret->listed || !protect_is_known(name))
        return;
    if (str_eq(name, STR("-"))) {
        text = call->input.kind == INPUT_TEXT ? call->input.text : STR("");
    } else {
        follow_read(r, call, name, &file);
        text = file.found ? file.text : STR("");
    }
    bool nul = has_word(call, ending);
    while (text.length) {
        struct str path = nul ? str_cut(&text, '\0') : str_trim(str_cut(&text, '\n'));
        if (path.length)
            VEC_PUSH(r->arena, &ret->paths, nul ? path : str_trim_bytes(path, "\""));
    }
}

/* git reset --hard [REVISION], git read-tree -u --reset REVISION; git checkout -f, which takes no file away. */
static bool read_whole(struct recogniser *r, const struct call *call, const struct line *line,
                       struct restored *ret)
{
    static const char *const commands[] = {"reset", "read-tree", NULL};
    static const char *const force[] = {"-f", "--force", NULL};
    size_t count = line->operands.count;

    ret->whole = count && str_is_one_of(line->operands.items[0], commands);
    if (ret->whole && count > 1)
        ret->revision = VEC_LAST(&line->operands);
    bool here = count == 1 || (count == 2 && str_eq(line->operands.items[1], STR("HEAD")));
    bool forced = here && str_eq(line->operands.items[0], STR("checkout")) && has_word(call, force);
    if (ret->whole || forced)
        VEC_PUSH(r->arena, &ret->paths, STR(":/"));
    return ret->whole || forced;
}

static bool read_restored(struct recogniser *r, const struct call *call, const struct line *line,
                          struct restored *ret)
{
    static const char *const branches[] = {"-b",       "-B", "--orphan", "-t", "--track",
                                           "--detach", "-p", "--patch",  NULL};
    static const char *const staged[] = {"--staged", "-S", NULL};
    static const char *const folding[] = {"--icase-pathspecs", NULL};
    static const char *const worktree[] = {"--worktree", "-W", NULL};

    *ret = (struct restored){.revision = STR("HEAD"), .directory = call->directory};
    struct str value;
    if (call_option_value(call, STR("-C"), &value))
        ret->directory = path_join(r->arena, call->directory, value);
    if (read_whole(r, call, line, ret))
        return true;
    if (has_word(call, branches) || !line->operands.count)
        return false;
    read_list(r, call, ret);
    ret->any_case = has_word(call, folding);
    if (str_eq(line->operands.items[0], STR("checkout"))) {
        read_checkout(r, call, line, ret);
        return true;
    }
    if (has_word(call, staged) && !has_word(call, worktree))
        return false;
    if (call_option_value(call, STR("--source"), &value) ||
        call_option_value(call, STR("-s"), &value))
        ret->revision = value;
    for (size_t i = 1; i < line->operands.count && !ret->listed; i++)
        if (!str_eq(line->operands.items[i], ret->revision))
            VEC_PUSH(r->arena, &ret->paths, line->operands.items[i]);
    return true;
}

static bool has_wildcard(struct arena *arena, struct str path)
{
    return strpbrk(str_c(arena, path), "*?[") != NULL;
}

struct signs {
    bool top, excluded, literal, any_case;
};

/* ":/x", ":!x", ":(top,exclude)x" and the like; what is behind the signs. */
static struct str read_signs(struct str word, struct signs *ret)
{
    *ret = (struct signs){0};
    if (!str_starts(word, STR(":")))
        return word;
    if (str_starts(word, STR(":("))) {
        struct str rest = str_from_offset(word, 2), signs = str_cut(&rest, ')');
        while (signs.length) {
            struct str sign = str_cut(&signs, ',');
            ret->top = ret->top || str_eq(sign, STR("top"));
            ret->excluded = ret->excluded || str_eq(sign, STR("exclude"));
            ret->literal = ret->literal || str_eq(sign, STR("literal"));
            ret->any_case = ret->any_case || str_eq(sign, STR("icase"));
        }
        return rest;
    }
    for (word = str_from_offset(word, 1); word.length && strchr("/!^", word.bytes[0]);
         word = str_from_offset(word, 1)) {
        ret->top = ret->top || word.bytes[0] == '/';
        ret->excluded = ret->excluded || word.bytes[0] != '/';
    }
    return str_starts(word, STR(":")) ? str_from_offset(word, 1) : word;
}

static struct pathspecs read_pathspecs(struct recogniser *r, struct str directory,
                                       const struct strs *paths, bool any_case)
{
    struct pathspecs specs = {0};
    bool any = false;

    for (size_t i = 0; i < paths->count; i++) {
        struct signs signs;
        struct str path = read_signs(paths->items[i], &signs);
        struct str from = signs.top ? protect_root(r, directory) : directory;
        struct pathspec spec = {.path = path.length ? path_join(r->arena, from, path) : from,
                                .from = from,
                                .pattern = !signs.literal && has_wildcard(r->arena, path),
                                .excluded = signs.excluded,
                                .any_case = signs.any_case || any_case};
        if (protect_is_known(path) && !str_has_nul(path))
            VEC_PUSH(r->arena, &specs, spec);
        any = any || !signs.excluded;
    }
    if (specs.count && !any)
        VEC_PUSH(r->arena, &specs, (struct pathspec){.path = directory});
    return specs;
}

/* FNM_CASEFOLD is an extension of some systems. */
static bool fits(struct arena *arena, struct str pattern, struct str path, bool any_case)
{
    if (any_case) {
        pattern = str_lower(arena, pattern);
        path = str_lower(arena, path);
    }
    return fnmatch(str_c(arena, pattern), str_c(arena, path), 0) == 0 ||
           fnmatch(str_c(arena, str_printf(arena, STR_FMT "/*", STR_ARG(pattern))),
                   str_c(arena, path), 0) == 0;
}

/* A pattern's "*" takes slashes too, and its "**" followed by one also no directory; what it takes may be a directory. */
static bool spec_takes(struct arena *arena, const struct pathspec *spec, struct str path)
{
    struct str relative;
    size_t any = str_find(spec->path, STR("/**/"));

    if (!spec->pattern)
        return spec->any_case
                   ? path_relative(str_lower(arena, spec->path), str_lower(arena, path), &relative)
                   : path_relative(spec->path, path, &relative);
    return fits(arena, spec->path, path, spec->any_case) ||
           (any != SIZE_MAX &&
            fits(arena,
                 str_printf(arena, STR_FMT STR_FMT, STR_ARG(str_prefix(spec->path, any)),
                            STR_ARG(str_from_offset(spec->path, any + strlen("/**")))),
                 path, spec->any_case));
}

static bool is_excluded(struct arena *arena, const struct pathspecs *specs, struct str path)
{
    for (size_t i = 0; i < specs->count; i++)
        if (specs->items[i].excluded && spec_takes(arena, &specs->items[i], path))
            return true;
    return false;
}

/* Nearly all paths are of other files. */
static bool may_hold_ours(struct recogniser *r, struct str path)
{
    return protect_names_path(r->arena, protect_state(r), STR("/"), path) ||
           file_kind(r->arena, path) == FILE_DIRECTORY;
}

static bool write_taken(struct recogniser *r, const struct write *write,
                        const struct pathspecs *specs, const struct pathspec *spec, struct err *e)
{
    /* Where a pattern may lie below: the last directory that is none itself. */
    struct str place = spec->any_case ? spec->from : spec->path;

    while (spec->pattern && has_wildcard(r->arena, place))
        place = path_directory(place);
    struct shell_value words[] = {word_value(STR("find")), word_value(place)};
    if (!may_hold_ours(r, place))
        return true;
    struct strs files = protect_find_paths(r, write->directory, words, COUNT_OF(words), NULL);
    for (size_t n = 0; n < files.count; n++) {
        struct str path = path_join(r->arena, write->directory, files.items[n]);
        if (spec_takes(r->arena, spec, path) && !is_excluded(r->arena, specs, path) &&
            !protect_write(r, write, path, e))
            return false;
    }
    return true;
}

bool protect_pathspecs_take(struct recogniser *r, struct str directory, const struct strs *paths,
                            struct str path)
{
    struct pathspecs specs = read_pathspecs(r, directory, paths, false);
    bool takes = false;

    for (size_t i = 0; i < specs.count && !takes; i++)
        takes = !specs.items[i].excluded && spec_takes(r->arena, &specs.items[i], path);
    return takes && !is_excluded(r->arena, &specs, path);
}

static bool write_specs(struct recogniser *r, const struct write *write,
                        const struct pathspecs *specs, struct err *e)
{
    for (size_t i = 0; i < specs->count; i++)
        if (!specs->items[i].excluded && !write_taken(r, write, specs, &specs->items[i], e))
            return false;
    return true;
}

bool protect_write_restored(struct recogniser *r, const struct write *write,
                            const struct strs *paths, struct err *e)
{
    struct pathspecs specs = read_pathspecs(r, write->directory, paths, false);

    return write_specs(r, write, &specs, e);
}

/* git revert REVISION…: what each of them has changed is as it was before. */
static bool write_reverted(struct recogniser *r, const struct call *call, struct write *write,
                           const struct line *line, struct err *e)
{
    static const char *const others[] = {"--continue", "--abort", "--quit", "--skip", NULL};
    struct str top = STR(":/");
    struct strs paths = {.items = &top, .count = 1};

    for (size_t i = 1; i < line->operands.count && !has_word(call, others); i++) {
        struct pathspecs specs = read_pathspecs(r, write->directory, &paths, false);
        write->revision = str_printf(r->arena, REVERTED STR_FMT, STR_ARG(line->operands.items[i]));
        if (!write_specs(r, write, &specs, e))
            return false;
    }
    return true;
}

bool protect_write_revision(struct recogniser *r, const struct call *call, struct write *write,
                            const struct line *line, struct err *e)
{
    struct restored restored;

    if (!read_restored(r, call, line, &restored))
        return true;
    write->directory = restored.directory;
    if (str_eq(line->operands.items[0], STR("revert")))
        return write_reverted(r, call, write, line, e);
    write->revision = restored.revision;
    struct pathspecs specs =
        read_pathspecs(r, restored.directory, &restored.paths, restored.any_case);
    if (!write_specs(r, write, &specs, e))
        return false;
    if (!restored.whole)
        return true;
    write->change = CHANGE_REMOVED;
    write->revision = str_printf(r->arena, RESET_TO STR_FMT, STR_ARG(restored.revision));
    return write_specs(r, write, &specs, e);
}
