/* libgit2_history.c -- commits and their differences, in the process.
 *
 * Trees are compared entry by entry here: what both sides share is never opened, and nothing is kept but the paths that differ.
 */
#include <stdlib.h>
#include <string.h>

#include "repository/module/libgit2.h"

/* git's own limit for trees is 2048. */
#define TREE_DEPTH_MAX 2048u

bool module_peel(void *self, struct arena *arena, struct str id, enum repository_object *ret_kind,
                 struct str *ret_commit, struct err *e)
{
    CLEANUP_WITH(release_object) git_object *object = NULL;
    CLEANUP_WITH(release_object) git_object *peeled = NULL;
    git_oid oid;

    *ret_kind = REPOSITORY_ABSENT;
    *ret_commit = STR_NONE;
    if (!module_parse_id(id, &oid, e))
        return false;
    int status = git_object_lookup(&object, self, &oid, GIT_OBJECT_ANY);
    if (status == GIT_ENOTFOUND)
        return true;
    if (status < 0)
        return module_fail(e, ERR_UNREACHABLE, "object", id);
    if (git_object_type(object) == GIT_OBJECT_TAG) {
        if (git_tag_peel(&peeled, (const git_tag *)object) < 0)
            return module_fail(e, ERR_UNREACHABLE, "tag", id);
    } else if (git_object_dup(&peeled, object) < 0) {
        return module_fail(e, ERR_UNREACHABLE, "object", id);
    }
    *ret_kind = REPOSITORY_OTHER;
    if (git_object_type(peeled) == GIT_OBJECT_COMMIT) {
        *ret_kind = REPOSITORY_COMMIT;
        *ret_commit = module_id_text(arena, git_object_id(peeled));
    }
    return true;
}

static bool add_ref(struct arena *arena, git_reference *reference,
                    struct repository_named_refs *refs, struct err *e)
{
    CLEANUP_WITH(release_object) git_object *commit = NULL;
    struct str name = str_from(git_reference_name(reference));
    bool wanted = git_reference_is_branch(reference) || git_reference_is_remote(reference) ||
                  git_reference_is_tag(reference);

    if (!wanted || git_reference_type(reference) != GIT_REFERENCE_DIRECT)
        return true;
    int status = git_reference_peel(&commit, reference, GIT_OBJECT_COMMIT);
    /* Of a tree, of a blob, or left behind without its object. */
    if (status == GIT_EPEEL || status == GIT_EINVALIDSPEC || status == GIT_ENOTFOUND)
        return true;
    if (status < 0)
        return module_fail(e, ERR_UNREACHABLE, "ref", name);
    struct repository_named_ref ref = {.name = str_copy(arena, name),
                                       .commit = module_id_text(arena, git_object_id(commit))};
    VEC_PUSH(arena, refs, ref);
    return true;
}

bool module_named_refs(void *self, struct arena *arena, struct repository_named_refs *ret_refs,
                       struct err *e)
{
    CLEANUP_WITH(release_iterator) git_reference_iterator *iterator = NULL;
    struct str where = str_from(git_repository_path(self));

    if (git_reference_iterator_new(&iterator, self) < 0)
        return module_fail(e, ERR_UNREACHABLE, "the refs of", where);
    for (;;) {
        CLEANUP_WITH(release_reference) git_reference *reference = NULL;
        int status = git_reference_next(&reference, iterator);
        if (status == GIT_ITEROVER)
            return true;
        if (status < 0)
            return module_fail(e, ERR_UNREACHABLE, "the refs of", where);
        if (!add_ref(arena, reference, ret_refs, e))
            return false;
    }
}

bool module_symbolic_ref(void *self, struct arena *arena, struct str name, struct str *ret_target,
                         struct err *e)
{
    CLEANUP_WITH(release_reference) git_reference *reference = NULL;
    int status = git_reference_lookup(&reference, self, str_c(arena, name));

    *ret_target = STR_NONE;
    if (status == GIT_ENOTFOUND || status == GIT_EINVALIDSPEC)
        return true;
    if (status < 0)
        return module_fail(e, ERR_UNREACHABLE, "ref", name);
    if (git_reference_type(reference) == GIT_REFERENCE_SYMBOLIC)
        *ret_target = str_copy(arena, str_from(git_reference_symbolic_target(reference)));
    return true;
}

bool module_is_ancestor(void *self, struct arena *arena, struct str ancestor, struct str commit,
                        bool *ret_is, struct err *e)
{
    git_oid old, new;

    (void)arena;
    if (!module_parse_id(ancestor, &old, e) || !module_parse_id(commit, &new, e))
        return false;
    int status = git_graph_descendant_of(self, &new, &old);
    if (status < 0)
        return module_fail(e, ERR_UNREACHABLE, "the history of", commit);
    *ret_is = status == 1;
    return true;
}

static bool add_commit(git_repository *repository, struct arena *arena, const git_oid *id,
                       struct repository_commits *commits, struct err *e)
{
    CLEANUP_WITH(release_commit) git_commit *commit = NULL;
    struct repository_commit entry = {.id = module_id_text(arena, id)};

    if (git_commit_lookup(&commit, repository, id) < 0)
        return module_fail(e, ERR_UNREACHABLE, "commit", entry.id);
    for (unsigned i = 0; i < git_commit_parentcount(commit); i++)
        VEC_PUSH(arena, &entry.parents, module_id_text(arena, git_commit_parent_id(commit, i)));
    VEC_PUSH(arena, commits, entry);
    return true;
}

bool module_walk(void *self, struct arena *arena, const struct strs *from,
                 const struct strs *hidden, struct repository_commits *ret_commits, struct err *e)
{
    CLEANUP_WITH(release_walk) git_revwalk *walk = NULL;
    git_oid id;

    if (git_revwalk_new(&walk, self) < 0)
        return module_fail(e, ERR_UNREACHABLE, "the history of", from->items[0]);
    for (size_t i = 0; i < from->count; i++) {
        if (!module_parse_id(from->items[i], &id, e))
            return false;
        if (git_revwalk_push(walk, &id) < 0)
            return module_fail(e, ERR_UNREACHABLE, "the history of", from->items[i]);
    }
    for (size_t i = 0; i < hidden->count; i++) {
        if (!module_parse_id(hidden->items[i], &id, e))
            return false;
        if (git_revwalk_hide(walk, &id) < 0)
            return module_fail(e, ERR_UNREACHABLE, "the history of", hidden->items[i]);
    }
    for (;;) {
        int status = git_revwalk_next(&id, walk);
        if (status == GIT_ITEROVER)
            return true;
        if (status < 0)
            return module_fail(e, ERR_UNREACHABLE, "the history of", from->items[0]);
        if (!add_commit(self, arena, &id, ret_commits, e))
            return false;
    }
}

/* --- Differences of trees. --- */

struct comparison {
    git_repository *repository;
    struct arena *arena;
    struct repository_changes *changes;
    struct err *e;
};

static bool is_tree(const git_tree_entry *entry)
{
    return git_tree_entry_type(entry) == GIT_OBJECT_TREE;
}

static bool compare_trees(struct comparison *c, const git_oid *old, const git_oid *new,
                          struct str prefix, unsigned depth);

static struct str path_in(struct comparison *c, struct str prefix, const git_tree_entry *entry)
{
    return str_printf(c->arena, STR_FMT "%s", STR_ARG(prefix), git_tree_entry_name(entry));
}

static bool is_plain_file(const git_tree_entry *entry)
{
    git_filemode_t mode = git_tree_entry_filemode(entry);

    return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE;
}

/* One side may be absent; both have the same name and are both directories or both not. */
static bool compare_entries(struct comparison *c, const git_tree_entry *old,
                            const git_tree_entry *new, struct str prefix, unsigned depth)
{
    const git_tree_entry *one = new ? new : old;
    const git_oid *old_id = old ? git_tree_entry_id(old) : NULL;
    const git_oid *new_id = new ? git_tree_entry_id(new) : NULL;

    if (old && new &&git_oid_equal(old_id, new_id) &&
        git_tree_entry_filemode(old) == git_tree_entry_filemode(new))
        return true;
    struct str path = path_in(c, prefix, one);
    if (is_tree(one)) {
        struct str inner = str_printf(c->arena, STR_FMT "/", STR_ARG(path));
        return compare_trees(c, old_id, new_id, inner, depth + 1);
    }
    struct repository_change change = {
        .kind = !old   ? CHANGE_ADDED
                : !new ? CHANGE_DELETED
                       : CHANGE_MODIFIED,
        .path = path,
        .old_id = old_id ? module_id_text(c->arena, old_id) : STR_NONE,
        .new_id = new_id ? module_id_text(c->arena, new_id) : STR_NONE,
        .is_file = is_plain_file(one),
    };
    VEC_PUSH(c->arena, c->changes, change);
    return true;
}

static bool read_tree(struct comparison *c, const git_oid *id, git_tree **ret_tree)
{
    if (!id || git_tree_lookup(ret_tree, c->repository, id) == 0)
        return true;
    return module_fail(c->e, ERR_UNREACHABLE, "tree", module_id_text(c->arena, id));
}

/* The entries of both are in git's order; recursion is bounded by TREE_DEPTH_MAX. */
static bool compare_trees(struct comparison *c, const git_oid *old_id, const git_oid *new_id,
                          struct str prefix, unsigned depth)
{
    CLEANUP_WITH(release_tree) git_tree *old = NULL;
    CLEANUP_WITH(release_tree) git_tree *new = NULL;

    if (depth > TREE_DEPTH_MAX)
        return err_set(c->e, ERR_LIMIT, "directories nested deeper than %u", TREE_DEPTH_MAX);
    if (!read_tree(c, old_id, &old) || !read_tree(c, new_id, &new))
        return false;
    size_t old_count = old ? git_tree_entrycount(old) : 0;
    size_t new_count = new ? git_tree_entrycount(new) : 0;
    for (size_t i = 0, j = 0; i < old_count || j < new_count;) {
        const git_tree_entry *left = i < old_count ? git_tree_entry_byindex(old, i) : NULL;
        const git_tree_entry *right = j < new_count ? git_tree_entry_byindex(new, j) : NULL;
        int order = !left ? 1 : !right ? -1 : git_tree_entry_cmp(left, right);
        if (order < 0)
            right = NULL;
        if (order > 0)
            left = NULL;
        i += left != NULL;
        j += right != NULL;
        if (!compare_entries(c, left, right, prefix, depth))
            return false;
    }
    return true;
}

static bool tree_id(git_repository *repository, struct str commit_id, git_oid *ret, struct err *e)
{
    CLEANUP_WITH(release_commit) git_commit *commit = NULL;
    git_oid id;

    if (!module_parse_id(commit_id, &id, e))
        return false;
    if (git_commit_lookup(&commit, repository, &id) < 0)
        return module_fail(e, ERR_UNREACHABLE, "commit", commit_id);
    git_oid_cpy(ret, git_commit_tree_id(commit));
    return true;
}

bool module_changes(void *self, struct arena *arena, struct str from, struct str to,
                    struct repository_changes *ret_changes, struct err *e)
{
    struct comparison comparison = {
        .repository = self, .arena = arena, .changes = ret_changes, .e = e};
    git_oid old, new;

    if ((from.length && !tree_id(self, from, &old, e)) || !tree_id(self, to, &new, e))
        return false;
    if (from.length && git_oid_equal(&old, &new))
        return true;
    return compare_trees(&comparison, from.length ? &old : NULL, &new, STR(""), 0);
}

/* What stands at a path of a commit; zero: nothing. */
static bool id_at(git_repository *repository, struct arena *arena, struct str commit_id,
                  struct str path, git_oid *ret, struct err *e)
{
    CLEANUP_WITH(release_tree) git_tree *tree = NULL;
    CLEANUP_WITH(release_tree_entry) git_tree_entry *entry = NULL;
    git_oid id;

    memset(ret, 0, sizeof *ret);
    if (!tree_id(repository, commit_id, &id, e))
        return false;
    if (git_tree_lookup(&tree, repository, &id) < 0)
        return module_fail(e, ERR_UNREACHABLE, "the tree of", commit_id);
    int status = git_tree_entry_bypath(&entry, tree, str_c(arena, path));
    if (status == GIT_ENOTFOUND)
        return true;
    if (status < 0)
        return module_fail(e, ERR_UNREACHABLE, "the tree of", commit_id);
    git_oid_cpy(ret, git_tree_entry_id(entry));
    return true;
}

/* A commit without parents changes what it holds. */
static bool commit_touches(git_repository *repository, struct arena *arena,
                           const struct repository_commit *commit, struct str path, bool *ret,
                           struct err *e)
{
    git_oid here, there, nothing;

    memset(&nothing, 0, sizeof nothing);
    if (!id_at(repository, arena, commit->id, path, &here, e))
        return false;
    *ret = commit->parents.count > 0 || !git_oid_equal(&here, &nothing);
    for (size_t i = 0; i < commit->parents.count && *ret; i++) {
        if (!id_at(repository, arena, commit->parents.items[i], path, &there, e))
            return false;
        *ret = !git_oid_equal(&here, &there);
    }
    return true;
}

bool module_touched(void *self, struct arena *arena, const struct repository_commits *commits,
                    const struct strs *paths, bool *touched, struct err *e)
{
    for (size_t p = 0; p < paths->count; p++) {
        touched[p] = false;
        for (size_t i = 0; i < commits->count && !touched[p]; i++)
            if (!commit_touches(self, arena, &commits->items[i], paths->items[p], &touched[p], e))
                return false;
    }
    return true;
}

/* Shallow repositories are not opened by a hook, see module_open. */
bool module_shallow(void *self, struct arena *arena, struct strs *ret_commits, struct err *e)
{
    (void)self;
    (void)arena;
    (void)ret_commits;
    (void)e;
    return true;
}
