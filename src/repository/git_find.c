/* git_find.c -- the files of many refs' trees by two questions to git: which tree each ref has there, and which blobs those trees hold.
 *
 * Asked ref by ref, each costs a process a directory. `rev-list --objects` names every blob once, behind the tree in which it came first.
 * Fails: a git before 2.32, which cannot filter by type; a partial clone that lacks trees. The caller asks ref by ref then.
 */
#include "base/buf.h"
#include "base/file.h"
#include "repository/git_command.h"

struct root {
    struct str tree;
    size_t ref;
};
VEC_DEFINE(roots, struct root);

static bool ask(const struct git *git, struct arena *arena, struct str input, uint64_t deadline_ms,
                const struct str *words, size_t count, struct str *ret_output, struct err *e)
{
    struct call call = {.git = git, .input = input, .deadline_ms = deadline_ms};
    struct process_result result;

    if (!git_run(arena, &call, words, count, &result, e))
        return false;
    if (git_failed(&result))
        return git_fail(&result, "rev-list", e);
    if (result.truncated)
        return err_set(e, ERR_LIMIT, "more files than can be looked at");
    *ret_output = result.output;
    return true;
}

static const struct root *root_of(const struct roots *roots, struct str tree)
{
    for (size_t i = 0; i < roots->count; i++)
        if (str_eq(roots->items[i].tree, tree))
            return &roots->items[i];
    return NULL;
}

/* "ID tree SIZE", or "NAME missing" where the ref has no such directory, or lacks its object. */
static bool find_roots(const struct git *git, struct arena *arena,
                       const struct repository_refs *refs, struct str directory,
                       uint64_t deadline_ms, bool *listed, struct roots *roots, struct err *e)
{
    static const struct str words[] = {STR_INIT("cat-file"), STR_INIT("--batch-check")};
    struct buf input = buf_new(arena, refs->count * (directory.length + 70) + 1);
    struct str output, line;

    /* A line a question: what cannot be asked so is asked tree by tree. */
    if (str_find_byte(directory, '\n') != SIZE_MAX)
        return err_set(e, ERR_LIMIT, "a directory with a line end in its name");
    for (size_t i = 0; i < refs->count; i++)
        buf_printf(&input, STR_FMT ":" STR_FMT "\n", STR_ARG(refs->items[i].commit),
                   STR_ARG(directory));
    if (!ask(git, arena, buf_str(&input), deadline_ms, words, COUNT_OF(words), &output, e))
        return false;
    for (size_t i = 0; i < refs->count; i++) {
        if (!str_next_line(&output, &line))
            return err_set(e, ERR_UNREACHABLE, "git cat-file: the answer ends early");
        struct str id = str_cut(&line, ' '), type = str_cut(&line, ' ');
        listed[i] = git_is_id(id) && str_eq(type, STR("tree"));
        if (listed[i] && !root_of(roots, id))
            VEC_PUSH(arena, roots, (struct root){.tree = id, .ref = i});
    }
    return true;
}

bool git_find_ref_files(void *self, struct arena *arena, const struct repository_refs *refs,
                        struct str directory, uint64_t deadline_ms, bool *listed,
                        struct repository_ref_files *ret_files, struct err *e)
{
    static const struct str words[] = {STR_INIT("rev-list"),
                                       STR_INIT("--objects"),
                                       STR_INIT("--no-walk=unsorted"),
                                       STR_INIT("--in-commit-order"),
                                       STR_INIT("--stdin"),
                                       STR_INIT("--filter=object:type=blob")};
    struct buf input = buf_new(arena, refs->count * 66 + 1);
    struct roots roots = {0};
    struct str output, line;
    size_t ref = 0;

    directory = str_trim_bytes(directory, "/");
    if (!find_roots(self, arena, refs, directory, deadline_ms, listed, &roots, e))
        return false;
    for (size_t i = 0; i < roots.count; i++)
        buf_printf(&input, STR_FMT "\n", STR_ARG(roots.items[i].tree));
    if (roots.count &&
        !ask(self, arena, buf_str(&input), deadline_ms, words, COUNT_OF(words), &output, e))
        return false;
    while (roots.count && str_next_line(&output, &line)) {
        struct str path = line, id = str_cut(&path, ' ');
        const struct root *root = path.length ? NULL : root_of(&roots, id);
        if (root)
            ref = root->ref;
        else if (path.length)
            VEC_PUSH(arena, ret_files,
                     (struct repository_ref_file){
                         .ref = ref,
                         .id = id,
                         .path = directory.length ? path_join(arena, directory, path) : path});
    }
    return true;
}
