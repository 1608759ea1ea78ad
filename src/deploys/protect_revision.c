/* protect_revision.c -- `git checkout [REVISION] -- PATH…`, `git restore [--source=REVISION] PATH…`: files of ours as they were. */
#include "base/file.h"
#include "deploys/protect_find.h"
#include "deploys/protect_path.h"
#include "deploys/protect_write.h"

struct restored {
    struct str revision; /* what the index holds is taken for what HEAD has */
    struct str directory;
    struct strs paths;
};

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
    if (separated ? before > 1 : line->operands.count > 2 && !path) {
        ret->revision = first;
        from++;
    }
    for (size_t i = separated ? before : from; i < line->operands.count; i++)
        VEC_PUSH(r->arena, &ret->paths, line->operands.items[i]);
}

static bool read_restored(struct recogniser *r, const struct call *call, const struct line *line,
                          struct restored *ret)
{
    static const char *const branches[] = {"-b",       "-B", "--orphan", "-t", "--track",
                                           "--detach", "-p", "--patch",  NULL};
    static const char *const staged[] = {"--staged", "-S", NULL};
    static const char *const worktree[] = {"--worktree", "-W", NULL};

    *ret = (struct restored){.revision = STR("HEAD"), .directory = call->directory};
    struct str value;
    if (call_option_value(call, STR("-C"), &value))
        ret->directory = path_join(r->arena, call->directory, value);
    if (has_word(call, branches) || !line->operands.count)
        return false;
    if (str_eq(line->operands.items[0], STR("checkout"))) {
        read_checkout(r, call, line, ret);
        return true;
    }
    if (has_word(call, staged) && !has_word(call, worktree))
        return false;
    if (call_option_value(call, STR("--source"), &value) ||
        call_option_value(call, STR("-s"), &value))
        ret->revision = value;
    for (size_t i = 1; i < line->operands.count; i++)
        if (!str_eq(line->operands.items[i], ret->revision))
            VEC_PUSH(r->arena, &ret->paths, line->operands.items[i]);
    return true;
}

/* Nearly all paths are of other files. */
static bool may_hold_ours(struct recogniser *r, struct str directory, struct str path)
{
    return protect_names_path(r->arena, protect_state(r), directory, path) ||
           file_kind(r->arena, path_join(r->arena, directory, path)) == FILE_DIRECTORY;
}

bool protect_write_revision(struct recogniser *r, const struct call *call, struct write *write,
                            const struct line *line, struct err *e)
{
    struct restored restored;

    if (!read_restored(r, call, line, &restored))
        return true;
    write->revision = restored.revision;
    write->directory = restored.directory;
    for (size_t i = 0; i < restored.paths.count; i++) {
        struct shell_value words[] = {word_value(STR("find")), word_value(restored.paths.items[i])};
        if (!protect_is_known(restored.paths.items[i]) ||
            !may_hold_ours(r, restored.directory, restored.paths.items[i]))
            continue;
        struct strs files = protect_find_paths(r, restored.directory, words, COUNT_OF(words), NULL);
        for (size_t n = 0; n < files.count; n++)
            if (!protect_write(r, write, files.items[n], e))
                return false;
    }
    return true;
}
