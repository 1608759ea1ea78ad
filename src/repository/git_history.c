/* git_history.c -- commits and their differences, asked of git's plumbing. */
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "repository/git_command.h"

bool git_history_peel(void *self, struct arena *arena, struct str id,
                      enum repository_object *ret_kind, struct str *ret_commit, struct err *e)
{
    static const struct str words[] = {STR_INIT("cat-file"), STR_INIT("--batch-check")};
    struct call call = {
        .git = self, .fetch = true, .input = str_printf(arena, STR_FMT "^{}\n", STR_ARG(id))};
    struct process_result result;

    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "cat-file", e);
    struct str rest = str_trim(result.output), found = str_cut(&rest, ' ');
    struct str type = str_cut(&rest, ' ');
    *ret_commit = STR_NONE;
    if (!git_is_id(found)) /* "ID^{} missing" */
        *ret_kind = REPOSITORY_ABSENT;
    else if (!str_eq(type, STR("commit")))
        *ret_kind = REPOSITORY_OTHER;
    else {
        *ret_kind = REPOSITORY_COMMIT;
        *ret_commit = found;
    }
    return true;
}

/* A tag of a tag of a commit is peeled one level by older versions: those are asked about one by one. */
bool git_history_named_refs(void *self, struct arena *arena, struct repository_named_refs *ret_refs,
                            struct err *e)
{
    static const struct str words[] = {
        STR_INIT("for-each-ref"),
        STR_INIT("--format=%(refname) %(objecttype) %(objectname) %(*objecttype) %(*objectname)|"
                 "%(symref)"),
        STR_INIT("refs/heads"), STR_INIT("refs/remotes"), STR_INIT("refs/tags")};
    struct call call = {.git = self};
    struct process_result result;
    struct str line;

    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "for-each-ref", e);
    if (result.truncated)
        return err_set(e, ERR_LIMIT, "too many refs");
    struct str rest = result.output;
    while (str_next_line(&rest, &line)) {
        struct str fields = str_cut(&line, '|'), name = str_cut(&fields, ' ');
        struct str type = str_cut(&fields, ' '), id = str_cut(&fields, ' ');
        struct str inner_type = str_cut(&fields, ' '), inner = str_cut(&fields, ' ');
        enum repository_object kind = REPOSITORY_COMMIT;
        if (line.length)
            continue;
        if (str_eq(inner_type, STR("commit")))
            id = inner;
        else if (str_eq(inner_type, STR("tag"))) {
            if (!git_history_peel(self, arena, id, &kind, &id, e))
                return false;
        } else if (!str_eq(type, STR("commit")))
            continue;
        if (kind == REPOSITORY_COMMIT && git_is_id(id))
            VEC_PUSH(arena, ret_refs, (struct repository_named_ref){.name = name, .commit = id});
    }
    return true;
}

bool git_history_symbolic_ref(void *self, struct arena *arena, struct str name,
                              struct str *ret_target, struct err *e)
{
    struct str words[] = {STR("symbolic-ref"), STR("--quiet"), name};
    struct call call = {.git = self};
    struct process_result result;

    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    *ret_target = git_failed(&result) ? STR_NONE : str_trim(result.output);
    return true;
}

bool git_history_is_ancestor(void *self, struct arena *arena, struct str ancestor,
                             struct str commit, bool *ret_is, struct err *e)
{
    struct str words[] = {STR("merge-base"), STR("--is-ancestor"), ancestor, commit};
    struct call call = {.git = self};
    struct process_result result;

    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    if (result.signalled || result.status > 1)
        return git_fail(&result, "merge-base", e);
    *ret_is = result.status == 0;
    return true;
}

bool git_history_walk(void *self, struct arena *arena, struct str from, const struct strs *hidden,
                      struct repository_commits *ret_commits, struct err *e)
{
    static const struct str words[] = {STR_INIT("rev-list"), STR_INIT("--parents"),
                                       STR_INIT("--stdin")};
    struct buf input = buf_new(arena, (hidden->count + 1) * 67);
    struct process_result result;
    struct str line;

    buf_printf(&input, STR_FMT "\n", STR_ARG(from));
    for (size_t i = 0; i < hidden->count; i++)
        buf_printf(&input, "^" STR_FMT "\n", STR_ARG(hidden->items[i]));
    struct call call = {.git = self, .input = buf_str(&input)};
    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "rev-list", e);
    if (result.truncated)
        return err_set(e, ERR_LIMIT, "more commits than can be looked at");
    struct str rest = result.output;
    while (str_next_line(&rest, &line)) {
        struct repository_commit commit = {.id = str_cut(&line, ' ')};
        if (!git_is_id(commit.id))
            return err_set(e, ERR_UNREACHABLE, "git rev-list: an answer that is not understood");
        while (line.length)
            VEC_PUSH(arena, &commit.parents, str_cut(&line, ' '));
        VEC_PUSH(arena, ret_commits, commit);
    }
    return true;
}

static bool is_zero(struct str id)
{
    return str_trim_bytes(id, "0").length == 0;
}

/* ":100644 100644 ID ID M" */
static bool parse_change(struct str record, struct str path, struct repository_change *ret)
{
    struct str rest = record, old_mode = str_cut(&rest, ' '), new_mode = str_cut(&rest, ' ');
    struct str old_id = str_cut(&rest, ' '), new_id = str_cut(&rest, ' ');

    if (!str_starts(old_mode, STR(":")) || !git_is_id(old_id) || !git_is_id(new_id) ||
        rest.length == 0 || path.length == 0)
        return false;
    bool gone = rest.bytes[0] == 'D', came = rest.bytes[0] == 'A';
    struct str mode = gone ? str_from_offset(old_mode, 1) : new_mode;
    *ret = (struct repository_change){
        .kind = gone   ? CHANGE_DELETED
                : came ? CHANGE_ADDED
                       : CHANGE_MODIFIED,
        .path = path,
        .old_id = is_zero(old_id) ? STR_NONE : old_id,
        .new_id = is_zero(new_id) ? STR_NONE : new_id,
        .is_file = str_starts(mode, STR("100")),
    };
    return true;
}

/* Both hashes' empty tree is known to git without being stored. */
static struct str empty_tree(struct str like)
{
    return like.length == 64
               ? STR("6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321")
               : STR("4b825dc642cb6eb9a060e54bf8d69288fbee4904");
}

bool git_history_changes(void *self, struct arena *arena, struct str from, struct str to,
                         struct repository_changes *ret_changes, struct err *e)
{
    struct str words[] = {STR("diff-tree"),
                          STR("-r"),
                          STR("-z"),
                          STR("--raw"),
                          STR("--no-abbrev"),
                          STR("--no-renames"),
                          STR("--no-relative"),
                          STR("--ignore-submodules=none"),
                          from.length ? from : empty_tree(to),
                          to};
    struct call call = {.git = self, .fetch = true};
    struct process_result result;

    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "diff-tree", e);
    if (result.truncated)
        return err_set(e, ERR_LIMIT, "more changed files than can be looked at");
    struct str rest = result.output;
    while (rest.length) {
        struct repository_change change;
        struct str record = str_cut(&rest, '\0'), path = str_cut(&rest, '\0');
        if (!parse_change(record, path, &change))
            return err_set(e, ERR_UNREACHABLE, "git diff-tree: an answer that is not understood");
        VEC_PUSH(arena, ret_changes, change);
    }
    return true;
}

bool git_history_touched(void *self, struct arena *arena, const struct repository_commits *commits,
                         const struct strs *paths, bool *touched, struct err *e)
{
    static const struct str words[] = {STR_INIT("diff-tree"),    STR_INIT("--stdin"),
                                       STR_INIT("-r"),           STR_INIT("-c"),
                                       STR_INIT("--root"),       STR_INIT("--name-only"),
                                       STR_INIT("-z"),           STR_INIT("--no-commit-id"),
                                       STR_INIT("--no-renames"), STR_INIT("--no-relative")};
    struct buf input = buf_new(arena, (commits->count + 1) * 66);
    struct process_result result;

    for (size_t i = 0; i < commits->count; i++)
        buf_printf(&input, STR_FMT "\n", STR_ARG(commits->items[i].id));
    struct call call = {.git = self, .input = buf_str(&input), .fetch = true};
    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "diff-tree", e);
    /* Too much to read: then each path may have been touched. */
    for (size_t i = 0; i < paths->count; i++)
        touched[i] = result.truncated;
    struct str rest = result.output;
    while (rest.length && !result.truncated) {
        struct str path = str_cut(&rest, '\0');
        for (size_t i = 0; i < paths->count; i++)
            if (!touched[i] && str_eq(paths->items[i], path))
                touched[i] = true;
    }
    return true;
}

bool git_history_shallow(void *self, struct arena *arena, struct strs *ret_commits, struct err *e)
{
    static const struct str words[] = {STR_INIT("rev-parse"), STR_INIT("--git-path"),
                                       STR_INIT("shallow")};
    const struct git *git = self;
    struct call call = {.git = self};
    struct process_result result;
    struct err absent = ERR_NONE;
    struct str text, line;

    if (!GIT_RUN(arena, &call, words, &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "rev-parse", e);
    struct str path = path_join(arena, git->directory, str_trim_bytes(result.output, "\n"));
    if (!file_read(arena, path, (size_t)64 << 20, &text, &absent)) {
        if (absent.kind == ERR_NOT_FOUND)
            return true;
        *e = absent;
        return false;
    }
    while (str_next_line(&text, &line))
        if (git_is_id(str_trim(line)))
            VEC_PUSH(arena, ret_commits, str_trim(line));
    return true;
}
