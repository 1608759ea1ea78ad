/* git_commits.c -- commits by id. What was read is kept: the range of a push and its difference ask for the same ones. */
#include "repository/git_command.h"

#define KEPT_MAX 1024u

bool git_commit_parse(struct arena *arena, struct str bytes, struct git_commit *ret_commit)
{
    struct git_commit commit = {0};
    struct str line;

    while (str_next_line(&bytes, &line)) {
        struct str word = str_cut(&line, ' ');
        if (str_eq(word, STR("tree")) && !commit.tree.length)
            commit.tree = line;
        else if (str_eq(word, STR("parent")))
            VEC_PUSH(arena, &commit.parents, line);
        else
            break;
        if (!git_is_id(line))
            return false;
    }
    *ret_commit = commit;
    return commit.tree.length > 0;
}

const struct git_commit *git_commit_kept(const struct git *git, struct str id)
{
    for (size_t i = git->commits.count; i-- > 0;)
        if (str_eq(git->commits.items[i].id, id))
            return &git->commits.items[i];
    return NULL;
}

const struct git_tree *git_root_kept(const struct git *git, struct str id)
{
    for (size_t i = git->roots.count; i-- > 0;)
        if (str_eq(git->roots.items[i].id, id))
            return &git->roots.items[i];
    return NULL;
}

static bool keep(struct git *git, const struct git_object *object)
{
    struct git_commit commit;

    if (object->type != GIT_COMMIT || !git_commit_parse(git->arena, object->bytes, &commit))
        return false;
    commit.id = str_copy(git->arena, object->id);
    if (git->commits.count >= KEPT_MAX)
        git->commits.count = 0;
    if (!git_commit_kept(git, commit.id))
        VEC_PUSH(git->arena, &git->commits, commit);
    return true;
}

bool git_commits_read(struct git *git, struct arena *arena, const struct strs *names, struct err *e)
{
    struct git_object *objects = ARENA_ARRAY(arena, names->count + 1, struct git_object);

    if (!git_objects_read(git, git->arena, names->items, names->count, 0, objects, e))
        return false;
    for (size_t i = 0; i < names->count; i++)
        if (objects[i].type != GIT_TREE)
            (void)keep(git, &objects[i]);
        else if (git->roots.count < KEPT_MAX && !git_root_kept(git, objects[i].id))
            VEC_PUSH(git->arena, &git->roots,
                     (struct git_tree){.id = str_copy(git->arena, objects[i].id),
                                       .bytes = objects[i].bytes});
    return true;
}

bool git_read_commit(struct git *git, struct str id, struct git_commit *ret_commit, struct err *e)
{
    const struct git_commit *kept = git_commit_kept(git, id);
    struct git_object object = {.type = GIT_MISSING};

    if (!kept) {
        if (!git_objects_read(git, git->arena, &id, 1, 0, &object, e))
            return false;
        if (object.type == GIT_MISSING)
            return err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is missing", STR_ARG(id));
        if (!keep(git, &object))
            return err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is no commit", STR_ARG(id));
        kept = git_commit_kept(git, object.id);
    }
    *ret_commit = *kept;
    return true;
}
