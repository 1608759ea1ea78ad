/* find.c -- is a revision that only the database knows written somewhere in this repository? */
#include <stdlib.h>

#include "base/file.h"
#include "base/process.h"
#include "repository/backend.h"
#include "repository/repository.h"

#define FIND_FILE_MAX ((size_t)1 << 20)
#define FIND_FILES_MAX 200000u
#define FIND_DEPTH_MAX 32u
#define FIND_BATCH 64u
/* Where a batch costs a process. */
#define FIND_BATCH_MAX 1024u

struct find {
    struct repository *repository;
    struct arena *arena;
    const struct strs *ids;
    uint64_t deadline_ms;
    struct str directory;
    struct strs trees; /* searched */
    struct strs blobs; /* read: open hash table of ids, see mark_blob */
    size_t blob_count;
    struct repository_sightings *sightings;
    bool *found; /* per id */
    size_t left;
    bool complete;
    struct err *e;
};

struct file {
    struct str path;
    struct str id;
    const struct repository_ref *ref;
};
VEC_DEFINE(files, struct file);

static bool time_is_up(struct find *find)
{
    if (clock_ms() < find->deadline_ms)
        return false;
    find->complete = false;
    return true;
}

/* False when this blob was read before. The table is as large as the limit allows twice over. */
static bool mark_blob(struct find *find, struct str id)
{
    size_t size = (size_t)1 << 19, at = (size_t)str_hash(STR_HASH_START, id) & (size - 1);

    if (!find->blobs.items)
        find->blobs.items = ARENA_ARRAY(find->arena, size, struct str);
    while (find->blobs.items[at].length) {
        if (str_eq(find->blobs.items[at], id))
            return false;
        at = (at + 1) & (size - 1);
    }
    find->blobs.items[at] = id;
    find->blob_count++;
    return true;
}

/* --- Does a file define the revision? --- */

static bool is_alphanumeric(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
}

static bool has_word(struct str text, struct str word)
{
    for (size_t from = 0; word.length && from < text.length;) {
        size_t at = str_find(str_from_offset(text, from), word);
        if (at == SIZE_MAX)
            return false;
        at += from;
        size_t end = at + word.length;
        if ((at == 0 || !is_alphanumeric(text.bytes[at - 1])) &&
            (end == text.length || !is_alphanumeric(text.bytes[end])))
            return true;
        from = at + 1;
    }
    return false;
}

/* In a Python migration only the line that says what it *is* counts: its children name it as well. */
static bool defines(struct str path, struct str bytes, struct str id)
{
    struct str line, rest = bytes;

    if (!str_contains(bytes, id))
        return false;
    if (!str_ends(path, STR(".py")))
        return has_word(bytes, id);
    while (str_next_line(&rest, &line)) {
        line = str_trim(line);
        if ((str_starts(line, STR("revision")) || str_starts(line, STR("Revision ID"))) &&
            has_word(line, id))
            return true;
    }
    return false;
}

static void sight(struct find *find, size_t index, const struct repository_ref *ref,
                  struct str path)
{
    struct repository_sighting sighting = {.id = find->ids->items[index],
                                           .ref = ref->name,
                                           .commit = str_prefix(ref->commit, 12),
                                           .path = path};

    VEC_PUSH(find->arena, find->sightings, sighting);
    find->found[index] = true;
    find->left--;
}

static void look_at_name(struct find *find, const struct repository_ref *ref, struct str path)
{
    for (size_t i = 0; i < find->ids->count; i++)
        if (!find->found[i] && has_word(path_base_name(path), find->ids->items[i]))
            sight(find, i, ref, path);
}

static void look_at_content(struct find *find, const struct repository_ref *ref, struct str path,
                            struct str bytes)
{
    for (size_t i = 0; i < find->ids->count; i++)
        if (!find->found[i] && defines(path, bytes, find->ids->items[i]))
            sight(find, i, ref, path);
}

/* --- The files of one ref. --- */

static bool list_tree(struct find *find, struct str id, struct object_entries *ret)
{
    struct repository *repository = find->repository;

    *ret = (struct object_entries){0};
    return repository->backend->list_tree(repository->self, find->arena, id, ret, find->e);
}

static bool subtree(struct find *find, struct str commit, struct str *ret_id, bool *ret_found)
{
    struct repository *repository = find->repository;
    struct str rest = str_trim_bytes(find->directory, "/");

    *ret_found = false;
    if (!repository->backend->tree_of_commit(repository->self, find->arena, commit, ret_id,
                                             find->e))
        return false;
    while (rest.length) {
        struct str name = str_cut(&rest, '/');
        struct object_entries entries;
        bool there = false;
        if (str_eq(name, STR(".")) || name.length == 0)
            continue;
        if (!list_tree(find, *ret_id, &entries))
            return false;
        for (size_t i = 0; i < entries.count; i++)
            if (str_eq(entries.items[i].name, name) && entries.items[i].mode == OBJECT_DIRECTORY) {
                *ret_id = entries.items[i].id;
                there = true;
            }
        if (!there)
            return true;
    }
    *ret_found = true;
    return true;
}

static bool collect(struct find *find, struct str id, struct str path, unsigned depth,
                    const struct repository_ref *ref, struct files *files)
{
    struct object_entries entries;

    if (strs_have(&find->trees, id) || depth > FIND_DEPTH_MAX || time_is_up(find))
        return true;
    VEC_PUSH(find->arena, &find->trees, id);
    if (!list_tree(find, id, &entries))
        return false;
    for (size_t i = 0; i < entries.count; i++) {
        struct object_entry *entry = &entries.items[i];
        struct str inner = path.length ? str_printf(find->arena, STR_FMT "/" STR_FMT, STR_ARG(path),
                                                    STR_ARG(entry->name))
                                       : entry->name;
        if (entry->mode == OBJECT_DIRECTORY) {
            if (!collect(find, entry->id, inner, depth + 1, ref, files))
                return false;
        } else if (entry->mode == OBJECT_FILE) {
            if (find->blob_count >= FIND_FILES_MAX) {
                find->complete = false;
                return true;
            }
            look_at_name(find, ref, inner);
            if (mark_blob(find, entry->id))
                VEC_PUSH(find->arena, files,
                         (struct file){.path = inner, .id = entry->id, .ref = ref});
        }
    }
    return true;
}

static bool read_files(struct find *find, const struct files *files)
{
    struct repository *repository = find->repository;
    size_t batch = repository->backend->batches ? FIND_BATCH_MAX : FIND_BATCH;

    for (size_t start = 0; start < files->count && find->left; start += batch) {
        struct str ids[FIND_BATCH_MAX];
        struct object_bytes contents[FIND_BATCH_MAX];
        size_t count = files->count - start < batch ? files->count - start : batch;
        ARENA(scratch, ARENA_DEFAULT_BUDGET);
        if (time_is_up(find))
            return true;
        for (size_t i = 0; i < count; i++)
            ids[i] = files->items[start + i].id;
        if (!repository->backend->read_blobs(repository->self, &scratch, ids, count, FIND_FILE_MAX,
                                             find->deadline_ms, false, contents, find->e))
            return false;
        for (size_t i = 0; i < count; i++)
            look_at_content(find, files->items[start + i].ref, files->items[start + i].path,
                            contents[i].bytes);
    }
    return true;
}

static bool search_ref(struct find *find, const struct repository_ref *ref)
{
    struct files files = {0};
    struct str tree;
    bool there;

    if (!subtree(find, ref->commit, &tree, &there))
        return false;
    return !there || (collect(find, tree, str_trim_bytes(find->directory, "/"), 0, ref, &files) &&
                      read_files(find, &files));
}

/* One ref whose objects are missing (a partial clone) must not hide the others: it is left out, and the search was not complete. */
static bool may_go_on(struct find *find)
{
    if (find->e->kind != ERR_NOT_FOUND && find->e->kind != ERR_TIMEOUT &&
        find->e->kind != ERR_UNREACHABLE)
        return false;
    *find->e = ERR_NONE;
    find->complete = false;
    return true;
}

/* All refs together, but those that are not listed. False when that cannot be done, or not in time. */
static bool search_together(struct find *find, const struct repository_refs *refs, bool *listed)
{
    struct repository *repository = find->repository;
    struct repository_ref_files found = {0};
    struct files files = {0};
    struct err refused = ERR_NONE;

    if (!repository->backend->ref_files ||
        !repository->backend->ref_files(repository->self, find->arena, refs, find->directory,
                                        find->deadline_ms, listed, &found, &refused))
        return false;
    for (size_t i = 0; i < found.count && find->left; i++) {
        const struct repository_ref_file *file = &found.items[i];
        const struct repository_ref *ref = &refs->items[file->ref];
        if (find->blob_count >= FIND_FILES_MAX) {
            find->complete = false;
            break;
        }
        look_at_name(find, ref, file->path);
        if (mark_blob(find, file->id))
            VEC_PUSH(find->arena, &files,
                     (struct file){.path = file->path, .id = file->id, .ref = ref});
    }
    if (read_files(find, &files) || may_go_on(find))
        return true;
    *find->e = ERR_NONE; /* ref by ref it will come up again, or not */
    return false;
}

static int newest_first(const void *a, const void *b)
{
    const struct repository_ref *left = a, *right = b;

    if (left->time != right->time)
        return left->time < right->time ? 1 : -1;
    return str_compare(left->name, right->name);
}

bool repository_find_ids(struct repository *repository, struct arena *arena, struct str directory,
                         const struct strs *ids, uint64_t limit_ms,
                         struct repository_sightings *ret_sightings, bool *ret_complete,
                         struct err *e)
{
    struct repository_refs refs = {0};
    struct repository_sightings sightings = {0};
    struct find find = {.repository = repository,
                        .arena = arena,
                        .ids = ids,
                        .deadline_ms = clock_ms() + limit_ms,
                        .directory = str_eq(directory, STR(".")) ? STR("") : directory,
                        .sightings = &sightings,
                        .found = ARENA_ARRAY(arena, ids->count, bool),
                        .left = ids->count,
                        .complete = true,
                        .e = e};

    while (!repository->backend->refs(repository->self, arena, &refs, e)) {
        if (!repository_fall_back(repository, e))
            return false;
        refs = (struct repository_refs){0};
    }
    if (refs.count)
        qsort(refs.items, refs.count, sizeof refs.items[0], newest_first);
    bool *listed = ARENA_ARRAY(arena, refs.count + 1, bool);
    bool together = refs.count > 1 && search_together(&find, &refs, listed);
    for (size_t i = 0; i < refs.count && find.left; i++) {
        if (together && listed[i])
            continue;
        if (time_is_up(&find))
            break;
        if (!search_ref(&find, &refs.items[i]) && !may_go_on(&find))
            return false;
    }
    *ret_sightings = sightings;
    *ret_complete = find.complete || find.left == 0;
    return true;
}
