#include "repository/history.h"

#include <stdlib.h>

#include "repository/backend.h"
#include "repository/repository.h"

bool repository_peel(struct repository *repository, struct arena *arena, struct str id,
                     enum repository_object *ret_kind, struct str *ret_commit, struct err *e)
{
    do
        if (repository->backend->peel(repository->self, arena, id, ret_kind, ret_commit, e))
            return true;
    while (repository_fall_back(repository, e));
    return false;
}

static int compare_refs(const void *a, const void *b)
{
    return str_compare(((const struct repository_named_ref *)a)->name,
                       ((const struct repository_named_ref *)b)->name);
}

bool repository_named_refs(struct repository *repository, struct arena *arena,
                           struct repository_named_refs *ret_refs, struct err *e)
{
    do {
        struct repository_named_refs refs = {0};
        if (repository->backend->named_refs(repository->self, arena, &refs, e)) {
            if (refs.count)
                qsort(refs.items, refs.count, sizeof refs.items[0], compare_refs);
            *ret_refs = refs;
            return true;
        }
    } while (repository_fall_back(repository, e));
    return false;
}

bool repository_symbolic_ref(struct repository *repository, struct arena *arena, struct str name,
                             struct str *ret_target, struct err *e)
{
    do
        if (repository->backend->symbolic_ref(repository->self, arena, name, ret_target, e))
            return true;
    while (repository_fall_back(repository, e));
    return false;
}

static bool is_ancestor(struct repository *repository, struct arena *arena, struct str ancestor,
                        struct str commit, const struct repository_meanwhile *meanwhile,
                        bool *ret_is, struct err *e)
{
    if (str_eq(ancestor, commit)) {
        *ret_is = true;
        return true;
    }
    do {
        const struct repository_backend *backend = repository->backend;
        if (meanwhile && backend->is_forward
                ? backend->is_forward(repository->self, arena, ancestor, commit, meanwhile, ret_is,
                                      e)
                : backend->is_ancestor(repository->self, arena, ancestor, commit, ret_is, e))
            return true;
    } while (repository_fall_back(repository, e));
    return false;
}

bool repository_is_ancestor(struct repository *repository, struct arena *arena, struct str ancestor,
                            struct str commit, bool *ret_is, struct err *e)
{
    return is_ancestor(repository, arena, ancestor, commit, NULL, ret_is, e);
}

bool repository_is_forward(struct repository *repository, struct arena *arena, struct str from,
                           struct str to, const struct repository_meanwhile *meanwhile,
                           bool *ret_is, struct err *e)
{
    return is_ancestor(repository, arena, from, to, meanwhile, ret_is, e);
}

bool repository_walk(struct repository *repository, struct arena *arena, struct str from,
                     const struct strs *hidden, struct repository_commits *ret_commits,
                     struct err *e)
{
    const struct strs one = {.items = &from, .count = 1};

    return repository_walk_all(repository, arena, &one, hidden, ret_commits, e);
}

bool repository_walk_all(struct repository *repository, struct arena *arena,
                         const struct strs *from, const struct strs *hidden,
                         struct repository_commits *ret_commits, struct err *e)
{
    do {
        struct repository_commits commits = {0};
        if (repository->backend->walk(repository->self, arena, from, hidden, &commits, e)) {
            *ret_commits = commits;
            return true;
        }
    } while (repository_fall_back(repository, e));
    return false;
}

static int compare_changes(const void *a, const void *b)
{
    return str_compare(((const struct repository_change *)a)->path,
                       ((const struct repository_change *)b)->path);
}

/* Trees hold their entries in the order of names; a backend that goes through them in that order leaves nothing to do. */
static bool are_in_order(const struct repository_changes *changes)
{
    for (size_t i = 1; i < changes->count; i++)
        if (compare_changes(&changes->items[i - 1], &changes->items[i]) > 0)
            return false;
    return true;
}

bool repository_changes(struct repository *repository, struct arena *arena, struct str from,
                        struct str to, struct repository_changes *ret_changes, struct err *e)
{
    if (to.length == 0)
        return err_set(e, ERR_INTERNAL, "a difference to nothing was asked for");
    do {
        struct repository_changes changes = {0};
        if (repository->backend->changes(repository->self, arena, from, to, &changes, e)) {
            if (!are_in_order(&changes))
                qsort(changes.items, changes.count, sizeof changes.items[0], compare_changes);
            *ret_changes = changes;
            return true;
        }
    } while (repository_fall_back(repository, e));
    return false;
}

bool repository_touched(struct repository *repository, struct arena *arena,
                        const struct repository_commits *commits, const struct strs *paths,
                        bool *touched, struct err *e)
{
    do
        if (repository->backend->touched(repository->self, arena, commits, paths, touched, e))
            return true;
    while (repository_fall_back(repository, e));
    return false;
}

static bool each_blob(struct repository *repository, const struct strs *ids, size_t maximum,
                      object_each_function *each, void *context, struct err *e)
{
    const struct repository_backend *backend = repository->backend;
    bool go = true;

    if (backend->each_blob)
        return backend->each_blob(repository->self, ids->items, ids->count, maximum, each, context,
                                  e);
    for (size_t i = 0; i < ids->count && go; i++) {
        ARENA(scratch, ((size_t)1 << 20) + maximum);
        struct object_bytes blob;
        if (!backend->read_blobs(repository->self, &scratch, &ids->items[i], 1, maximum, 0, true,
                                 &blob, e))
            return false;
        go = each(context, i, blob.bytes);
    }
    return true;
}

bool repository_each_blob(struct repository *repository, const struct strs *ids, size_t maximum,
                          object_each_function *each, void *context, struct err *e)
{
    do
        if (each_blob(repository, ids, maximum, each, context, e))
            return true;
    while (repository_fall_back(repository, e));
    return false;
}

bool repository_shallow(struct repository *repository, struct arena *arena,
                        struct strs *ret_commits, struct err *e)
{
    do {
        struct strs commits = {0};
        if (repository->backend->shallow(repository->self, arena, &commits, e)) {
            *ret_commits = commits;
            return true;
        }
    } while (repository_fall_back(repository, e));
    return false;
}
