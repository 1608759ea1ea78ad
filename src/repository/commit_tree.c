/* commit_tree.c -- the files of a commit, as a tree source. Directories and small files that were read are kept: a history asks
 * for each of its files by its path. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "repository/backend.h"
#include "repository/repository.h"

#define LINKS_MAX 16u
#define KEPT_FILE_MAX ((size_t)16 << 10)
#define KEPT_FILES_MAX ((size_t)32 << 20)

struct commit_tree {
    struct arena *arena;
    struct repository *repository;
    struct str commit, root;
};

/* Where it stands, or would. Ids are digests: their digits are as good as any hash of them. */
static struct kept_object *place_of(const struct kept_objects *kept, struct str id)
{
    size_t at = 0;

    for (size_t i = 0; i < id.length && i < 12; i++)
        at = at * 31 + (unsigned char)id.bytes[i];
    at &= kept->size - 1;
    while (kept->items[at].id.length && !str_eq(kept->items[at].id, id))
        at = (at + 1) & (kept->size - 1);
    return &kept->items[at];
}

/* NULL: not read yet. */
static const void *kept_value(const struct kept_objects *kept, struct str id)
{
    return kept->size ? place_of(kept, id)->value : NULL;
}

static void keep(struct arena *arena, struct kept_objects *kept, struct str id, const void *value)
{
    if (kept->count * 2 >= kept->size) {
        struct kept_objects larger = {.size = kept->size ? kept->size * 4 : 256,
                                      .count = kept->count};
        larger.items = ARENA_ARRAY(arena, larger.size, struct kept_object);
        for (size_t i = 0; i < kept->size; i++)
            if (kept->items[i].id.length)
                *place_of(&larger, kept->items[i].id) = kept->items[i];
        *kept = larger;
    }
    struct kept_object *place = place_of(kept, id);
    kept->count += place->id.length == 0;
    *place = (struct kept_object){.id = place->id.length ? place->id : str_copy(arena, id),
                                  .value = value};
}

static bool list_directory(struct commit_tree *tree, struct str id,
                           const struct object_entries **ret_entries, struct err *e)
{
    struct repository *repository = tree->repository;
    struct object_entries *entries;

    *ret_entries = kept_value(&repository->directories, id);
    if (*ret_entries)
        return true;
    entries = ARENA_NEW(repository->arena, struct object_entries);
    do
        if (repository->backend->list_tree(repository->self, repository->arena, id, entries, e)) {
            keep(repository->arena, &repository->directories, id, entries);
            *ret_entries = entries;
            return true;
        }
    while (repository_fall_back(repository, e));
    return false;
}

static bool read_blob(struct commit_tree *tree, struct arena *arena, struct str id, size_t maximum,
                      struct object_bytes *ret, struct err *e)
{
    struct repository *repository = tree->repository;

    do
        if (repository->backend->read_blobs(repository->self, arena, &id, 1, maximum, 0, true, ret,
                                            e))
            return true;
    while (repository_fall_back(repository, e));
    return false;
}

/* Recognising a tracker looks at the same few files with many eyes, in both of a push's commits. */
static bool read_id(struct commit_tree *tree, struct arena *arena, struct str id, size_t maximum,
                    struct object_bytes *ret, struct err *e)
{
    struct repository *repository = tree->repository;
    const struct kept_file *kept = kept_value(&repository->files, id);

    if (kept && (kept->content.whole || kept->maximum >= maximum)) {
        *ret = kept->content;
        if (ret->bytes.length > maximum)
            *ret = (struct object_bytes){.bytes = str_prefix(ret->bytes, maximum)};
        return true;
    }
    if (!read_blob(tree, arena, id, maximum, ret, e))
        return false;
    if (ret->bytes.length <= KEPT_FILE_MAX &&
        repository->files_size + ret->bytes.length <= KEPT_FILES_MAX) {
        struct kept_file *file = ARENA_NEW(repository->arena, struct kept_file);
        *file = (struct kept_file){.content = *ret, .maximum = maximum};
        file->content.bytes = str_copy(repository->arena, ret->bytes);
        keep(repository->arena, &repository->files, id, file);
        repository->files_size += ret->bytes.length;
    }
    return true;
}

/* git's order: a directory stands as if its name ended in a slash (git 2.39, tree.c, base_name_compare). */
static int compare_entry(const struct object_entry *entry, struct str name, bool is_directory)
{
    size_t common = entry->name.length < name.length ? entry->name.length : name.length;
    int order = memcmp(entry->name.bytes, name.bytes, common);
    char ends[] = {entry->mode == OBJECT_DIRECTORY ? '/' : '\0', is_directory ? '/' : '\0'};

    if (order)
        return order;
    if (entry->name.length > common)
        ends[0] = entry->name.bytes[common];
    if (name.length > common)
        ends[1] = name.bytes[common];
    return (unsigned char)ends[0] - (unsigned char)ends[1];
}

static const struct object_entry *search(const struct object_entries *entries, struct str name,
                                         bool is_directory)
{
    size_t low = 0, high = entries->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_entry(&entries->items[middle], name, is_directory);
        if (!order && entries->items[middle].name.length == name.length)
            return &entries->items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Some thousands of files of one folder are asked for by their paths. What is in no order, as no git writes it, is found all the same. */
static const struct object_entry *entry_named(const struct object_entries *entries, struct str name)
{
    const struct object_entry *found = search(entries, name, false);

    found = found ? found : search(entries, name, true);
    for (size_t i = 0; i < entries->count && !found; i++)
        if (str_eq(entries->items[i].name, name))
            found = &entries->items[i];
    return found;
}

/* Walks to a path, following symbolic links that stay inside. *ret_parent: the entries it stands in. The root has no entry:
 * *ret_entry is then a directory without a name. Not found: *ret_found false. */
static bool walk(struct commit_tree *tree, struct str path, struct object_entry *ret_entry,
                 const struct object_entries **ret_parent, bool *ret_found, struct err *e)
{
    struct object_entry at = {.id = tree->root, .mode = OBJECT_DIRECTORY};
    struct str rest = path;
    unsigned links = 0;

    *ret_found = false;
    *ret_parent = NULL;
    while (rest.length) {
        struct str before = str_prefix(path, path.length - rest.length);
        struct str name = str_cut(&rest, '/');
        const struct object_entries *entries;
        if (at.mode != OBJECT_DIRECTORY)
            return true;
        if (!list_directory(tree, at.id, &entries, e))
            return false;
        const struct object_entry *found = entry_named(entries, name);
        if (!found)
            return true;
        if (found->mode == OBJECT_LINK) {
            struct object_bytes target;
            if (++links > LINKS_MAX)
                return true;
            if (!read_id(tree, tree->arena, found->id, 4096, &target, e))
                return false;
            if (path_is_absolute(target.bytes) || !target.whole)
                return true;
            struct str whole =
                str_printf(tree->arena, STR_FMT "/" STR_FMT, STR_ARG(target.bytes), STR_ARG(rest));
            before = str_printf(tree->arena, "/" STR_FMT, STR_ARG(before));
            rest = path = str_from_offset(path_join(tree->arena, before, whole), 1);
            at = (struct object_entry){.id = tree->root, .mode = OBJECT_DIRECTORY};
            continue;
        }
        at = *found;
        *ret_parent = entries;
    }
    *ret_entry = at;
    *ret_found = true;
    return true;
}

static enum tree_entry_kind kind_of(enum object_mode mode)
{
    switch (mode) {
    case OBJECT_DIRECTORY:
        return TREE_DIRECTORY;
    case OBJECT_FILE:
        return TREE_FILE;
    case OBJECT_SUBMODULE:
        return TREE_SUBMODULE;
    case OBJECT_LINK:
        break;
    }
    return TREE_OTHER;
}

static bool commit_tree_list(void *self, struct arena *arena, struct str directory,
                             struct tree_entries *ret_entries, bool *ret_exists, struct err *e)
{
    struct commit_tree *tree = self;
    struct tree_entries list = {0};
    const struct object_entries *entries, *parent;
    struct object_entry entry;
    bool found;

    if (!walk(tree, directory, &entry, &parent, &found, e))
        return false;
    if (found && entry.mode == OBJECT_DIRECTORY) {
        if (!list_directory(tree, entry.id, &entries, e))
            return false;
        /* Following links below may list more directories and move this one. */
        struct object_entries here = *entries;
        for (size_t i = 0; i < here.count; i++) {
            struct object_entry child = here.items[i];
            if (child.mode == OBJECT_LINK) {
                bool leads;
                struct object_entry target;
                if (!walk(tree, path_join(arena, directory, child.name), &target, &parent, &leads,
                          e))
                    return false;
                if (leads)
                    child.mode = target.mode;
            }
            VEC_PUSH(
                arena, &list,
                (struct tree_entry){.name = child.name,
                                    .kind = kind_of(child.mode),
                                    .link = here.items[i].mode == OBJECT_LINK,
                                    .id = here.items[i].mode == OBJECT_LINK ? STR_NONE : child.id});
        }
    }
    *ret_entries = list;
    *ret_exists = found && entry.mode == OBJECT_DIRECTORY;
    return true;
}

static bool commit_tree_read(void *self, struct arena *arena, struct str path, size_t maximum,
                             struct str *ret_bytes, bool *ret_whole, struct err *e)
{
    struct commit_tree *tree = self;
    const struct object_entries *parent;
    struct object_entry entry;
    struct object_bytes content;
    bool found;

    if (!walk(tree, path, &entry, &parent, &found, e))
        return false;
    if (!found || entry.mode != OBJECT_FILE)
        return err_set(e, ERR_NOT_FOUND, STR_FMT ": no such file in commit " STR_FMT, STR_ARG(path),
                       STR_ARG(str_prefix(tree->commit, 12)));
    if (maximum > BLOB_MAX)
        maximum = BLOB_MAX;
    if (!read_id(tree, arena, entry.id, maximum, &content, e))
        return false;
    *ret_bytes = content.bytes;
    *ret_whole = content.whole;
    return true;
}

static bool commit_tree_kind(void *self, struct arena *arena, struct str path,
                             enum tree_entry_kind *ret_kind)
{
    const struct object_entries *parent;
    struct object_entry entry;
    struct err unreadable = ERR_NONE; /* what is asked next, list or read, fails with the words */
    bool found;

    (void)arena;
    if (!walk(self, path, &entry, &parent, &found, &unreadable) || !found)
        return false;
    *ret_kind = kind_of(entry.mode);
    return true;
}

struct keeping {
    struct repository *repository;
    const struct str *ids;
};

static bool has_room(const struct repository *repository)
{
    return repository->files_size + KEPT_FILE_MAX <= KEPT_FILES_MAX;
}

static bool keep_file(void *context, size_t index, struct str bytes)
{
    struct keeping *keeping = context;
    struct repository *repository = keeping->repository;

    if (bytes.length <= KEPT_FILE_MAX) {
        struct kept_file *file = ARENA_NEW(repository->arena, struct kept_file);
        file->content.bytes = str_copy(repository->arena, bytes);
        file->content.whole = true;
        keep(repository->arena, &repository->files, keeping->ids[index], file);
        repository->files_size += bytes.length;
    }
    return has_room(repository);
}

/* Links have no id. In their order: what stands together in a commit stands together in a pack. */
static struct strs not_kept(struct arena *arena, const struct kept_objects *kept,
                            const struct strs *wanted)
{
    struct strs ids = {0};

    for (size_t i = 0; i < wanted->count; i++)
        if (wanted->items[i].length && !kept_value(kept, wanted->items[i]))
            VEC_PUSH(arena, &ids, wanted->items[i]);
    return ids;
}

static void expect_files(struct repository *repository, struct arena *arena,
                         const struct strs *files)
{
    struct err ignored = ERR_NONE;
    struct strs ids = not_kept(arena, &repository->files, files);
    struct keeping keeping = {.repository = repository, .ids = ids.items};
    if (ids.count && has_room(repository))
        (void)repository->backend->each_blob(repository->self, ids.items, ids.count,
                                             KEPT_FILE_MAX + 1, keep_file, &keeping, &ignored);
}

static void expect_directories(struct repository *repository, struct arena *arena,
                               const struct strs *directories)
{
    struct err ignored = ERR_NONE;
    struct strs ids = not_kept(arena, &repository->directories, directories);

    if (!ids.count)
        return;
    struct object_entries *lists = ARENA_ARRAY(repository->arena, ids.count, struct object_entries);
    bool *listed = ARENA_ARRAY(arena, ids.count, bool);
    if (!repository->backend->list_trees(repository->self, repository->arena, ids.items, ids.count,
                                         lists, listed, &ignored))
        return;
    for (size_t i = 0; i < ids.count; i++)
        if (listed[i])
            keep(repository->arena, &repository->directories, ids.items[i], &lists[i]);
}

/* One wait for all of them, where git's process is asked. */
static void commit_tree_expect(void *self, const struct strs *directories, const struct strs *files)
{
    struct repository *repository = ((struct commit_tree *)self)->repository;
    ARENA(scratch, (size_t)64 << 20);

    if (!repository->backend->each_blob || !repository->backend->list_trees)
        return;
    expect_directories(repository, &scratch, directories);
    expect_files(repository, &scratch, files);
}

static void commit_tree_expect_files(void *self, const struct strs *paths)
{
    struct commit_tree *tree = self;
    const struct strs none = {0};
    ARENA(scratch, (size_t)64 << 20);
    struct strs ids = {0};

    if (!tree->repository->backend->each_blob)
        return;
    for (size_t i = 0; i < paths->count; i++) {
        const struct object_entries *parent;
        struct err ignored = ERR_NONE;
        struct object_entry entry;
        bool found;
        if (walk(tree, paths->items[i], &entry, &parent, &found, &ignored) && found &&
            entry.mode == OBJECT_FILE)
            VEC_PUSH(&scratch, &ids, entry.id);
    }
    commit_tree_expect(self, &none, &ids);
}

static struct str commit_tree_describe(const void *self)
{
    const struct commit_tree *tree = self;

    return str_prefix(tree->commit, 12);
}

struct tree *commit_tree_new(struct arena *arena, struct repository *repository, struct str commit,
                             struct str root_id)
{
    static const struct tree_driver driver = {.kind = commit_tree_kind,
                                              .list = commit_tree_list,
                                              .read = commit_tree_read,
                                              .expect = commit_tree_expect,
                                              .expect_files = commit_tree_expect_files,
                                              .describe = commit_tree_describe};
    struct commit_tree *tree = ARENA_NEW(arena, struct commit_tree);

    tree->arena = arena;
    tree->repository = repository;
    tree->commit = commit;
    tree->root = root_id;
    return tree_from_driver(arena, &driver, tree);
}
