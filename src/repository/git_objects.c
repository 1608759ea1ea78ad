/* git_objects.c -- objects by id: read where git keeps them, and what cannot be read so is asked of one `git cat-file` that stays.
 *
 * With --batch git writes twice an object, and each is waited for; with --batch-command --buffer (git 2.36) it writes when its buffer is full or
 * at "flush". An older git ends at once with "unknown option".
 * Source: git-cat-file(1), "BATCH OUTPUT"; the formats of trees and commits are those of gitformat-* and of git's own fsck.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/door.h"
#include "repository/git_command.h"

#define OBJECT_TIME_MS 20000u
/* Of a commit or a tree, which are read whole. */
#define OBJECT_MAX ((size_t)256 << 20)
#define OBJECTS_AT_ONCE 1024u
#define FAR_AT_ONCE 64u
#define TAGS_MAX 32u
#define NEAR_BUDGET ((size_t)256 << 20)
#define NEAR_AT_ONCE 32u
/* A second thread costs a millisecond, its packs and its memory included, in which the first reads a thousand. */
#define BLOBS_FOR_TWO 2000u

/* ---- Near: without git. ---- */

struct object_store *git_store(struct git *git)
{
    if (!git->store_is_open) {
        git->store_is_open = true;
        git->store = object_store_open(git->arena, git->directory, git->options.from_environment);
    }
    return git->store;
}

static bool object_near(struct git *git, struct arena *arena, struct str id, size_t maximum,
                        struct git_object *ret_object)
{
    struct object_store *store = git_store(git);

    return store && object_store_read(store, arena, id, maximum, ret_object);
}

/* What a tag leads to, and what that leads to. */
static bool peel_near(struct git *git, struct arena *arena, struct str id, size_t maximum,
                      struct git_object *ret_object)
{
    if (!object_near(git, arena, id, maximum, ret_object))
        return false;
    for (unsigned i = 0; ret_object->type == GIT_TAG; i++) {
        struct str rest = ret_object->bytes, line;
        if (i == TAGS_MAX || !str_next_line(&rest, &line) || !str_starts(line, STR("object ")) ||
            !object_near(git, arena, str_from_offset(line, 7), maximum, ret_object))
            return false;
    }
    return true;
}

/* The parent, that one's, and so on: always the first. A commit that has none before is a definite answer. */
bool git_ancestor_near(struct git *git, struct arena *arena, struct str id, uint64_t generations,
                       struct git_object *ret_object)
{
    struct git_commit commit;

    if (!peel_near(git, arena, id, 0, ret_object))
        return false;
    for (; generations && ret_object->type != GIT_MISSING; generations--) {
        if (ret_object->type != GIT_COMMIT || !git_commit_parse(arena, ret_object->bytes, &commit))
            return false;
        if (!commit.parents.count)
            *ret_object = (struct git_object){.type = GIT_MISSING};
        else if (!object_near(git, arena, commit.parents.items[0], 0, ret_object))
            return false;
    }
    return true;
}

static bool tree_near(struct git *git, struct arena *arena, struct str id,
                      struct git_object *ret_object)
{
    struct git_commit commit;

    return peel_near(git, arena, id, 0, ret_object) &&
           (ret_object->type == GIT_TREE || (ret_object->type == GIT_COMMIT &&
                                             git_commit_parse(arena, ret_object->bytes, &commit) &&
                                             object_near(git, arena, commit.tree, 0, ret_object)));
}

static bool name_near(struct git *git, struct arena *arena, struct str name, size_t maximum,
                      struct git_object *ret_object)
{
    size_t end = 0;
    uint64_t generations;

    while (end < name.length && name.bytes[end] != '^' && name.bytes[end] != '~')
        end++;
    struct str id = str_prefix(name, end), suffix = str_from_offset(name, end);
    if (!suffix.length)
        return object_near(git, arena, id, maximum, ret_object);
    if (str_eq(suffix, STR("^{}")))
        return peel_near(git, arena, id, maximum, ret_object);
    if (str_eq(suffix, STR("^{tree}")))
        return tree_near(git, arena, id, ret_object);
    return suffix.bytes[0] == '~' && str_to_u64(str_from_offset(suffix, 1), &generations) &&
           git_ancestor_near(git, arena, id, generations, ret_object);
}

/* ---- Asked of git. ---- */

static bool need(struct git *git, struct err *e)
{
    static const struct str commands[] = {STR_INIT("cat-file"), STR_INIT("--batch-command"),
                                          STR_INIT("--buffer")},
                            names[] = {STR_INIT("cat-file"), STR_INIT("--batch")};

    if (git->objects)
        return true;
    return git->takes_names
               ? git_stay(git, git->arena, names, COUNT_OF(names), &git->objects, e)
               : git_stay(git, git->arena, commands, COUNT_OF(commands), &git->objects, e);
}

/* "ID blob SIZE\nBYTES\n", or "NAME missing\n". */
static bool take(struct companion *objects, struct arena *arena, size_t maximum,
                 struct git_object *ret, struct err *e)
{
    uint64_t limit = clock_ms() + OBJECT_TIME_MS, size;
    struct str line;

    if (!companion_line(objects, limit, &line, e))
        return false;
    *ret = (struct git_object){.type = GIT_MISSING};
    if (str_ends(line, STR(" missing")))
        return true;
    struct str rest = line, id = str_cut(&rest, ' '), type = str_cut(&rest, ' ');
    if (!git_is_id(id) || git_type_of(type) == GIT_MISSING || !str_to_u64(rest, &size))
        return err_set(e, ERR_UNREACHABLE, "git cat-file: an answer that is not understood");
    ret->id = str_copy(arena, id);
    ret->type = git_type_of(type);
    if (ret->type != GIT_BLOB)
        maximum = OBJECT_MAX;
    if (ret->type != GIT_BLOB && size > maximum)
        return err_set(e, ERR_LIMIT, "object " STR_FMT " is too large", STR_ARG(ret->id));
    size_t kept = size < maximum ? (size_t)size : maximum;
    char *bytes = arena_alloc(arena, kept + 1);
    char newline;
    if (!companion_bytes(objects, kept, bytes, limit, e) ||
        !companion_bytes(objects, (size_t)size - kept, NULL, limit, e) ||
        !companion_bytes(objects, 1, &newline, limit, e))
        return false;
    ret->bytes = str_of(bytes, kept);
    ret->whole = kept == size;
    return newline == '\n' ||
           err_set(e, ERR_UNREACHABLE, "git cat-file: an answer that is not understood");
}

static void ask(const struct git *git, struct companion *objects, struct buf *question,
                const struct str *names, size_t count)
{
    question->length = 0;

    for (size_t i = 0; i < count; i++) {
        if (!git->takes_names)
            buf_add(question, STR("contents "));
        buf_add(question, names[i]);
        buf_add(question, STR("\n"));
    }
    if (!git->takes_names)
        buf_add(question, STR("flush\n"));
    companion_ask(objects, buf_str(question), count);
}

/* Ends the companion. Out: it is too old for what it was asked. */
static bool stop_failed(struct git *git)
{
    bool is_old =
        !git->takes_names && str_contains(companion_complaint(git->objects), STR("batch-command"));

    companion_stop(&git->objects);
    return is_old;
}

static bool read_some(struct git *git, struct arena *arena, const struct str *names, size_t count,
                      size_t maximum, struct git_object *ret_objects, struct err *e)
{
    ARENA(scratch, (size_t)2 << 20);
    struct buf question = buf_new(&scratch, count * 96 + 128);

    if (!need(git, e))
        return false;
    ask(git, git->objects, &question, names, count);
    for (size_t i = 0; i < count; i++)
        if (!take(git->objects, arena, maximum, &ret_objects[i], e)) {
            if (!stop_failed(git) || i)
                return false;
            git->takes_names = true;
            *e = ERR_NONE;
            return read_some(git, arena, names, count, maximum, ret_objects, e);
        }
    return true;
}

/* The names of `places` only. */
static bool read_far(struct git *git, struct arena *arena, const struct str *names,
                     const size_t *places, size_t count, size_t maximum,
                     struct git_object *ret_objects, struct err *e)
{
    struct git_object *answers =
        ARENA_ARRAY(arena, count < OBJECTS_AT_ONCE ? count : OBJECTS_AT_ONCE, struct git_object);
    struct str some[OBJECTS_AT_ONCE];

    for (size_t at = 0; at < count; at += OBJECTS_AT_ONCE) {
        size_t left = count - at, asked = left < OBJECTS_AT_ONCE ? left : OBJECTS_AT_ONCE;
        for (size_t i = 0; i < asked; i++)
            some[i] = names[places[at + i]];
        if (!read_some(git, arena, some, asked, maximum, answers, e))
            return false;
        for (size_t i = 0; i < asked; i++)
            ret_objects[places[at + i]] = answers[i];
    }
    return true;
}

bool git_objects_read(struct git *git, struct arena *arena, const struct str *names, size_t count,
                      size_t maximum, struct git_object *ret_objects, struct err *e)
{
    VEC(size_t) far = {0};

    for (size_t i = 0; i < count; i++)
        if (!name_near(git, arena, names[i], maximum, &ret_objects[i]))
            VEC_PUSH(arena, &far, i);
    return !far.count || read_far(git, arena, names, far.items, far.count, maximum, ret_objects, e);
}

static bool must_be_blob(const struct git_object *object, struct str id, struct err *e)
{
    if (object->type == GIT_MISSING)
        return err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is missing", STR_ARG(id));
    return object->type == GIT_BLOB ||
           err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is no file", STR_ARG(id));
}

bool git_objects_blobs(struct git *git, struct arena *arena, const struct str *ids, size_t count,
                       size_t maximum, struct object_bytes *ret_blobs, struct err *e)
{
    struct git_object *objects = ARENA_ARRAY(arena, count + 1, struct git_object);

    if (!git_objects_read(git, arena, ids, count, maximum, objects, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!must_be_blob(&objects[i], ids[i], e))
            return false;
        ret_blobs[i] = (struct object_bytes){.bytes = objects[i].bytes, .whole = objects[i].whole};
    }
    return true;
}

/* ---- Many blobs, one after the other. ---- */

struct reading {
    struct git *git;
    const struct str *ids;
    const struct object_place *places;
    size_t count, maximum;
    object_each_function *each;
    void *context;
    atomic_size_t next; /* the first that nobody has begun with */
    pthread_mutex_t lock;
    /* Under the lock: */
    struct arena *arena;
    VEC(size_t) far; /* what is to be asked of git */
    bool is_over;
    struct err *e;
};

/* One after the other, whoever read them: `each` need not know of threads. */
static void hand_over(struct reading *reading, size_t from, size_t count,
                      const struct git_object *objects, const bool *near)
{
    (void)pthread_mutex_lock(&reading->lock);
    for (size_t i = 0; i < count && !reading->is_over; i++)
        if (!near[i])
            VEC_PUSH(reading->arena, &reading->far, from + i);
        else
            reading->is_over = !must_be_blob(&objects[i], reading->ids[from + i], reading->e) ||
                               !reading->each(reading->context, from + i, objects[i].bytes);
    if (reading->is_over)
        atomic_store(&reading->next, reading->count);
    (void)pthread_mutex_unlock(&reading->lock);
}

static void read_near(void *context, struct object_store *store)
{
    struct reading *reading = context;
    size_t from;

    while ((from = atomic_fetch_add(&reading->next, NEAR_AT_ONCE)) < reading->count) {
        ARENA(scratch, NEAR_BUDGET);
        struct git_object objects[NEAR_AT_ONCE] = {0};
        bool near[NEAR_AT_ONCE] = {0};
        size_t left = reading->count - from, count = left < NEAR_AT_ONCE ? left : NEAR_AT_ONCE;
        /* Those that are left to git are few, or large. */
        for (size_t i = 0; i < count && store; i++)
            near[i] =
                scratch.used < NEAR_BUDGET / 2 &&
                object_store_read_placed(store, &scratch, &reading->places[from + i],
                                         reading->ids[from + i], reading->maximum, &objects[i]);
        hand_over(reading, from, count, objects, near);
    }
}

void git_in_thread(const struct git *git, git_store_function *run, void *context)
{
    struct door_thread thread;

    door_thread_begin(&thread);
    {
        ARENA(arena, NEAR_BUDGET);
        struct object_store *store =
            object_store_open(&arena, git->directory, git->options.from_environment);
        if (store) {
            run(context, store);
            object_store_close(store);
        }
    }
    arena_thread_end();
    door_thread_end(&thread);
}

static void *read_beside(void *argument)
{
    struct reading *reading = argument;

    git_in_thread(reading->git, read_near, reading);
    return NULL;
}

static bool each_far(struct git *git, const struct str *ids, const size_t *places, size_t count,
                     size_t maximum, object_each_function *each, void *context, struct err *e)
{
    bool go = true;

    for (size_t at = 0; at < count && go;) {
        ARENA(scratch, OBJECT_MAX + maximum * FAR_AT_ONCE);
        struct git_object objects[FAR_AT_ONCE];
        struct str some[FAR_AT_ONCE];
        size_t asked = 0;
        for (; asked < FAR_AT_ONCE && at + asked < count; asked++)
            some[asked] = ids[places[at + asked]];
        if (!read_some(git, &scratch, some, asked, maximum, objects, e))
            return false;
        for (size_t i = 0; i < asked && go; i++) {
            if (!must_be_blob(&objects[i], some[i], e))
                return false;
            go = each(context, places[at + i], objects[i].bytes);
        }
        at += asked;
    }
    return true;
}

bool git_each_blob(void *self, const struct str *ids, size_t count, size_t maximum,
                   object_each_function *each, void *context, struct err *e)
{
    struct git *git = self;
    ARENA(arena, (count + 1) * 8 * sizeof(size_t) + ((size_t)1 << 20));
    struct object_place *places = ARENA_ARRAY(&arena, count + 1, struct object_place);
    struct object_store *store = git_store(git);
    struct reading reading = {.git = git,
                              .ids = ids,
                              .places = places,
                              .count = count,
                              .maximum = maximum,
                              .each = each,
                              .context = context,
                              .lock = PTHREAD_MUTEX_INITIALIZER,
                              .arena = &arena,
                              .e = e};
    pthread_t thread;
    bool two = count >= BLOBS_FOR_TWO, beside;

    if (store && two)
        object_store_locate(store, ids, count, places);
    beside = two && pthread_create(&thread, NULL, read_beside, &reading) == 0;
    read_near(&reading, store);
    if (beside)
        (void)pthread_join(thread, NULL);
    return reading.is_over ? !err_is_set(e)
                           : each_far(git, ids, reading.far.items, reading.far.count, maximum, each,
                                      context, e);
}

/* ---- Trees. ---- */

/* Two digits a byte, of all bytes. */
#define HEX_ROW(high)                                                                              \
    high "0" high "1" high "2" high "3" high "4" high "5" high "6" high "7" high "8" high "9" high \
         "a" high "b" high "c" high "d" high "e" high "f"
static const char hex_digits[] = HEX_ROW("0") HEX_ROW("1") HEX_ROW("2") HEX_ROW("3") HEX_ROW("4")
    HEX_ROW("5") HEX_ROW("6") HEX_ROW("7") HEX_ROW("8") HEX_ROW("9") HEX_ROW("a") HEX_ROW("b")
        HEX_ROW("c") HEX_ROW("d") HEX_ROW("e") HEX_ROW("f");

struct str git_hex(struct arena *arena, struct str bytes)
{
    char *text = arena_alloc(arena, bytes.length * 2 + 1);

    for (size_t i = 0; i < bytes.length; i++)
        memcpy(text + 2 * i, hex_digits + 2 * (size_t)(unsigned char)bytes.bytes[i], 2);
    text[bytes.length * 2] = '\0';
    return str_of(text, bytes.length * 2);
}

enum object_mode git_mode_of(unsigned mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return OBJECT_DIRECTORY;
    case S_IFREG:
        return OBJECT_FILE;
    case S_IFLNK:
        return OBJECT_LINK;
    default:
        return OBJECT_SUBMODULE;
    }
}

/* Octal digits, with zeros in front where other programs than git wrote the tree. Of a file's permissions only one counts. */
static bool read_mode(struct str digits, unsigned *ret_mode)
{
    unsigned mode = 0;

    for (size_t i = 0; i < digits.length; i++) {
        if (digits.bytes[i] < '0' || digits.bytes[i] > '7')
            return false;
        mode = mode << 3 | (unsigned)(digits.bytes[i] - '0');
    }
    switch (git_mode_of(mode)) {
    case OBJECT_FILE:
        *ret_mode = S_IFREG | (mode & S_IXUSR ? 0755u : 0644u);
        break;
    case OBJECT_DIRECTORY:
    case OBJECT_LINK:
        *ret_mode = mode & S_IFMT;
        break;
    case OBJECT_SUBMODULE:
        *ret_mode = S_IFDIR | S_IFLNK;
        break;
    }
    return digits.length > 0;
}

/* "MODE NAME\0" and the id's bytes. */
bool git_tree_next(struct str *bytes, size_t id_size, struct git_entry *ret_entry)
{
    size_t end = str_find_byte(*bytes, '\0'), blank = str_find_byte(*bytes, ' ');
    unsigned mode = 0;

    if (end == SIZE_MAX || blank + 1 >= end || bytes->length - end - 1 < id_size ||
        !read_mode(str_prefix(*bytes, blank), &mode))
        return false;
    *ret_entry = (struct git_entry){
        .mode = mode,
        .name = str_slice(*bytes, blank + 1, end),
        .id = str_slice(*bytes, end + 1, end + 1 + id_size),
    };
    *bytes = str_from_offset(*bytes, end + 1 + id_size);
    return true;
}

bool git_tree_misread(struct str id, struct err *e)
{
    return err_set(e, ERR_UNREACHABLE, "tree " STR_FMT " is not understood", STR_ARG(id));
}

static bool list_entries(struct arena *arena, struct str tree, struct str bytes,
                         struct object_entries *ret_entries, struct err *e)
{
    struct object_entries list = {0};
    struct git_entry entry;

    for (struct str rest = bytes; rest.length;) {
        if (!git_tree_next(&rest, tree.length / 2, &entry))
            return git_tree_misread(tree, e);
        VEC_PUSH(arena, &list,
                 (struct object_entry){.name = entry.name,
                                       .id = git_hex(arena, entry.id),
                                       .mode = git_mode_of(entry.mode)});
    }
    *ret_entries = list;
    return true;
}

bool git_objects_list(void *self, struct arena *arena, struct str tree,
                      struct object_entries *ret_entries, struct err *e)
{
    struct git_object object = {.type = GIT_MISSING};

    if (!git_objects_read(self, arena, &tree, 1, 0, &object, e))
        return false;
    if (object.type != GIT_TREE)
        return err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is %s", STR_ARG(tree),
                       object.type == GIT_MISSING ? "missing" : "no directory");
    return list_entries(arena, tree, object.bytes, ret_entries, e);
}

bool git_objects_list_all(void *self, struct arena *arena, const struct str *trees, size_t count,
                          struct object_entries *ret_entries, bool *listed, struct err *e)
{
    struct git_object *objects = ARENA_ARRAY(arena, count, struct git_object);

    if (!git_objects_read(self, arena, trees, count, 0, objects, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct err misread = ERR_NONE;
        listed[i] = objects[i].type == GIT_TREE &&
                    list_entries(arena, trees[i], objects[i].bytes, &ret_entries[i], &misread);
    }
    return true;
}
