#include "repository/object_store.h"

#include <limits.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/vec.h"
#include "repository/object_pack.h"

#define ALTERNATES_DEPTH 5u
#define ALTERNATES_MAX ((size_t)1 << 20)
/* Past so many, git is asked for what is in none of them. */
#define DIRECTORIES_MAX 256u
#define STORE_BUDGET ((size_t)512 << 20)
#define ID_SIZE_MAX 32u
#define READ_BUDGET ((size_t)512 << 20)
#define BUCKETS ((size_t)1 << 16)

struct object_directory {
    struct str path;
    bool is_listed;
    struct object_packs packs;
};
VEC_DEFINE(object_directories, struct object_directory);

struct object_store {
    struct arena arena; /* its own: another thread may use the caller's meanwhile */
    struct object_directories directories;
    const struct object_pack *last; /* that had an object: it has the next one, most likely */
    struct object_reader *reader;
};

enum git_type git_type_of(struct str word)
{
    static const struct {
        struct str word;
        enum git_type type;
    } types[] = {{STR_INIT("commit"), GIT_COMMIT},
                 {STR_INIT("tree"), GIT_TREE},
                 {STR_INIT("blob"), GIT_BLOB},
                 {STR_INIT("tag"), GIT_TAG}};

    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (str_eq(word, types[i].word))
            return types[i].type;
    return GIT_MISSING;
}

/* --- Where objects are. --- */

/* The first line of a small file; STR_NONE where there is none. */
static struct str line_of(struct arena *arena, struct str path)
{
    struct err absent = ERR_NONE;
    struct str text, line;

    return file_read(arena, path, ALTERNATES_MAX, &text, &absent) && str_next_line(&text, &line)
               ? line
               : STR_NONE;
}

static bool is_directory(struct arena *arena, struct str path)
{
    return file_kind(arena, path) == FILE_DIRECTORY;
}

/* ".git", a directory or a file that says where it is; or the directory of a bare repository itself. */
static bool find_git_directory(struct arena *arena, struct str directory, struct str *ret_path)
{
    static const struct str leads = STR_INIT("gitdir: ");

    for (struct str at = directory; path_is_absolute(at); at = path_directory(at)) {
        struct str entry = path_join(arena, at, STR(".git"));
        enum file_kind kind = file_kind(arena, entry);
        if (kind == FILE_REGULAR) {
            struct str line = line_of(arena, entry);
            *ret_path = path_join(arena, at, str_from_offset(line, leads.length));
            return str_starts(line, leads);
        }
        *ret_path = kind == FILE_DIRECTORY ? entry : at;
        if (kind == FILE_DIRECTORY || (is_directory(arena, path_join(arena, at, STR("objects"))) &&
                                       is_directory(arena, path_join(arena, at, STR("refs")))))
            return true;
        if (str_eq(at, STR("/")))
            break;
    }
    return false;
}

static struct str from_environment_of(struct arena *arena, bool counts, const char *name,
                                      struct str directory)
{
    const char *value = counts ? getenv(name) : NULL;

    return value && *value ? path_join(arena, directory, str_from(value)) : STR_NONE;
}

static struct str common_of(struct arena *arena, struct str git)
{
    struct str shared = line_of(arena, path_join(arena, git, STR("commondir")));

    return shared.length ? path_join(arena, git, shared) : git;
}

bool git_directories_find(struct arena *arena, struct str directory,
                          struct git_directories *ret_directories)
{
    if (!find_git_directory(arena, directory, &ret_directories->git))
        return false;
    ret_directories->common = common_of(arena, ret_directories->git);
    return true;
}

static bool find_objects(struct arena *arena, struct str directory, bool from_environment,
                         struct str *ret_path)
{
    struct str objects =
        from_environment_of(arena, from_environment, "GIT_OBJECT_DIRECTORY", directory);
    struct str common = from_environment_of(arena, from_environment, "GIT_COMMON_DIR", directory);
    struct str git = from_environment_of(arena, from_environment, "GIT_DIR", directory);

    *ret_path = objects;
    if (objects.length)
        return true;
    if (!common.length) {
        if (!git.length && !find_git_directory(arena, directory, &git))
            return false;
        common = common_of(arena, git);
    }
    *ret_path = path_join(arena, common, STR("objects"));
    return true;
}

static bool is_known(const struct object_store *store, struct str path)
{
    for (size_t i = 0; i < store->directories.count; i++)
        if (str_eq(store->directories.items[i].path, path))
            return true;
    return false;
}

/* A name in quotes is git's to read: its objects are asked of git then. */
static void add_directory(struct object_store *store, struct str base, struct str name,
                          unsigned depth)
{
    ARENA(scratch, 4 * ALTERNATES_MAX);
    struct err absent = ERR_NONE;
    struct str text, line;

    if (!name.length || name.length >= PATH_MAX || name.bytes[0] == '#' || name.bytes[0] == '"' ||
        depth > ALTERNATES_DEPTH || store->directories.count == DIRECTORIES_MAX)
        return;
    struct str path = path_join(&store->arena, base, name);
    if (is_known(store, path))
        return;
    VEC_PUSH(&store->arena, &store->directories, (struct object_directory){.path = path});
    if (file_read(&scratch, path_join(&scratch, path, STR("info/alternates")), ALTERNATES_MAX,
                  &text, &absent))
        while (str_next_line(&text, &line))
            add_directory(store, path, line, depth + 1);
}

struct object_store *object_store_open(struct arena *arena, struct str directory,
                                       bool from_environment)
{
    struct object_store *store = ARENA_NEW(arena, struct object_store);
    const char *more = from_environment ? getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES") : NULL;
    struct str rest = str_from(more), objects;

    store->arena.budget = STORE_BUDGET;
    if (!find_objects(arena, directory, from_environment, &objects))
        return NULL;
    store->reader = object_reader_new(&store->arena);
    add_directory(store, directory, objects, 0);
    while (rest.length)
        add_directory(store, directory, str_cut(&rest, ':'), 0);
    return store;
}

void object_store_close(struct object_store *store)
{
    for (size_t i = 0; i < store->directories.count; i++)
        for (size_t j = 0; j < store->directories.items[i].packs.count; j++)
            object_pack_close(&store->directories.items[i].packs.items[j]);
    object_reader_end(store->reader);
    arena_release(&store->arena);
}

/* --- One object. --- */

static void list_packs(struct object_store *store, struct object_directory *directory)
{
    static const struct str ending = STR_INIT(".idx");
    struct err absent = ERR_NONE;
    struct strs names = {0};
    struct str folder = path_join(&store->arena, directory->path, STR("pack"));

    directory->is_listed = true;
    if (!file_list(&store->arena, folder, &names, &absent))
        return;
    for (size_t i = 0; i < names.count; i++)
        if (str_ends(names.items[i], ending)) {
            struct str path = path_join(&store->arena, folder, names.items[i]);
            VEC_PUSH(&store->arena, &directory->packs,
                     (struct object_pack){
                         .path = str_copy(&store->arena,
                                          str_prefix(path, path.length - ending.length))});
        }
}

struct wanted {
    struct str text;
    unsigned char id[ID_SIZE_MAX];
    size_t id_size;
};

/* Hexadecimal digits, lower case as git writes them: what they are worth and one more. */
static const unsigned char digits[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16};

static bool want(struct str id, struct wanted *ret_wanted)
{
    *ret_wanted = (struct wanted){.text = id};
    if (id.length != 40 && id.length != 64)
        return false;
    for (size_t i = 0; i < id.length; i += 2) {
        unsigned high = digits[(unsigned char)id.bytes[i]];
        unsigned low = digits[(unsigned char)id.bytes[i + 1]];
        if (!high || !low)
            return false;
        ret_wanted->id[i / 2] = (unsigned char)((high - 1) << 4 | (low - 1));
    }
    ret_wanted->id_size = id.length / 2;
    return true;
}

static bool pack_has(struct object_store *store, const struct object_pack *pack,
                     const struct wanted *wanted, size_t *ret_offset)
{
    if (pack->count == 0 || pack->id_size != wanted->id_size ||
        !object_pack_find(pack, wanted->id, ret_offset))
        return false;
    store->last = pack;
    return true;
}

/* In the packs that are open, or in those that are not yet. */
static bool find_in_packs(struct object_store *store, const struct wanted *wanted, bool open_more,
                          size_t *ret_offset)
{
    for (size_t i = 0; i < store->directories.count; i++) {
        struct object_directory *directory = &store->directories.items[i];
        if (open_more && !directory->is_listed)
            list_packs(store, directory);
        for (size_t j = 0; j < directory->packs.count; j++) {
            struct object_pack *pack = &directory->packs.items[j];
            if (open_more && !pack->is_tried && !object_pack_open(pack, wanted->id_size))
                continue;
            if (pack_has(store, pack, wanted, ret_offset))
                return true;
        }
    }
    return false;
}

static bool read_packed(struct object_store *store, struct arena *arena,
                        const struct wanted *wanted, bool open_more, struct object_found *found)
{
    size_t offset;

    return ((!open_more && store->last && pack_has(store, store->last, wanted, &offset)) ||
            find_in_packs(store, wanted, open_more, &offset)) &&
           object_pack_read(store->last, store->reader, arena, offset, found);
}

static bool read_loose(struct object_store *store, struct arena *arena, const struct wanted *wanted,
                       struct object_found *found)
{
    for (size_t i = 0; i < store->directories.count; i++) {
        struct err absent = ERR_NONE;
        struct str compressed, path = str_printf(arena, STR_FMT "/" STR_FMT "/" STR_FMT,
                                                 STR_ARG(store->directories.items[i].path),
                                                 STR_ARG(str_prefix(wanted->text, 2)),
                                                 STR_ARG(str_from_offset(wanted->text, 2)));
        if (file_read(arena, path, OBJECT_STORE_MAX, &compressed, &absent))
            return object_loose_read(store->reader, arena, compressed, found);
    }
    return false;
}

static void hand_out(struct arena *arena, const struct object_found *found, struct str id,
                     size_t maximum, struct git_object *ret_object)
{
    if (found->type != GIT_BLOB || maximum > found->bytes.length)
        maximum = found->bytes.length;
    *ret_object = (struct git_object){.type = found->type,
                                      .id = id,
                                      .bytes = str_copy(arena, str_prefix(found->bytes, maximum)),
                                      .whole = maximum == found->bytes.length};
}

/* A loose one is a file to open, and each pack that is not open yet two: what is open comes first. */
bool object_store_read(struct object_store *store, struct arena *arena, struct str id,
                       size_t maximum, struct git_object *ret_object)
{
    ARENA(scratch, READ_BUDGET);
    struct object_found found;
    struct wanted wanted;

    if (!want(id, &wanted) || (!read_packed(store, &scratch, &wanted, false, &found) &&
                               !read_loose(store, &scratch, &wanted, &found) &&
                               !read_packed(store, &scratch, &wanted, true, &found)))
        return false;
    hand_out(arena, &found, id, maximum, ret_object);
    return true;
}

/* --- Many objects. --- */

static size_t bucket_of(const struct wanted *wanted)
{
    return (size_t)wanted->id[0] << 8 | wanted->id[1];
}

/* Their numbers in the order of the first two bytes of the ids. */
static size_t *sort_by_id(struct arena *arena, const struct wanted *wanted, size_t count)
{
    uint32_t *from = ARENA_ARRAY(arena, BUCKETS + 1, uint32_t);
    size_t *order = ARENA_ARRAY(arena, count + 1, size_t);

    for (size_t i = 0; i < count; i++)
        from[bucket_of(&wanted[i]) + 1]++;
    for (size_t i = 1; i < BUCKETS; i++)
        from[i] += from[i - 1];
    for (size_t i = 0; i < count; i++)
        order[from[bucket_of(&wanted[i])]++] = i;
    return order;
}

void object_store_locate(struct object_store *store, const struct str *ids, size_t count,
                         struct object_place *ret_places)
{
    ARENA(scratch, READ_BUDGET);
    struct wanted *wanted = ARENA_ARRAY(&scratch, count + 1, struct wanted);

    for (size_t i = 0; i < count; i++) {
        ret_places[i] = (struct object_place){0};
        (void)want(ids[i], &wanted[i]);
    }
    const size_t *order = sort_by_id(&scratch, wanted, count);
    for (size_t i = 0; i < count; i++) {
        const struct wanted *one = &wanted[order[i]];
        size_t offset;
        if ((store->last && pack_has(store, store->last, one, &offset)) ||
            find_in_packs(store, one, false, &offset))
            ret_places[order[i]] = (struct object_place){store->last, offset};
    }
}

bool object_store_read_placed(struct object_store *store, struct arena *arena,
                              const struct object_place *place, struct str id, size_t maximum,
                              struct git_object *ret_object)
{
    ARENA(scratch, READ_BUDGET);
    struct object_found found;

    if (!place->pack ||
        !object_pack_read(place->pack, store->reader, &scratch, place->offset, &found))
        return object_store_read(store, arena, id, maximum, ret_object);
    hand_out(arena, &found, id, maximum, ret_object);
    return true;
}
