/* git_objects.c -- objects by id, from one `git cat-file` that stays.
 *
 * With --batch git writes twice an object, and each is waited for; with --batch-command --buffer (git 2.36) it writes when its buffer is full or
 * at "flush". An older git ends at once with "unknown option".
 * Source: git-cat-file(1), "BATCH OUTPUT"; the formats of trees and commits are those of gitformat-* and of git's own fsck.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "repository/git_command.h"

#define OBJECT_TIME_MS 20000u
/* Of a commit or a tree, which are read whole. */
#define OBJECT_MAX ((size_t)256 << 20)
#define BLOBS_AT_ONCE 1000u
/* A second git costs some milliseconds, in which the first reads a thousand. */
#define BLOBS_FOR_TWO 2000u
#define OBJECTS_AT_ONCE 4096u

static bool need(struct git *git, struct companion **companion, struct err *e)
{
    static const struct str commands[] = {STR_INIT("cat-file"), STR_INIT("--batch-command"),
                                          STR_INIT("--buffer")},
                            names[] = {STR_INIT("cat-file"), STR_INIT("--batch")};

    if (*companion)
        return true;
    return git->takes_names ? git_stay(git, git->arena, names, COUNT_OF(names), companion, e)
                            : git_stay(git, git->arena, commands, COUNT_OF(commands), companion, e);
}

static enum git_type type_of(struct str word)
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
    if (!git_is_id(id) || type_of(type) == GIT_MISSING || !str_to_u64(rest, &size))
        return err_set(e, ERR_UNREACHABLE, "git cat-file: an answer that is not understood");
    ret->id = str_copy(arena, id);
    ret->type = type_of(type);
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

    if (!need(git, &git->objects, e))
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
    git->has_answered = true;
    return true;
}

bool git_objects_second(struct git *git, struct err *e)
{
    return need(git, &git->second, e);
}

bool git_objects_ask(struct git *git, struct companion **lane, struct buf *question,
                     const struct str *names, size_t count, struct err *e)
{
    if (!need(git, lane, e))
        return false;
    ask(git, *lane, question, names, count);
    return true;
}

bool git_objects_take(struct companion **lane, struct arena *arena, struct git_object *ret_object,
                      struct err *e)
{
    if (take(*lane, arena, 0, ret_object, e))
        return true;
    companion_stop(lane);
    return false;
}

bool git_objects_read(struct git *git, struct arena *arena, const struct str *names, size_t count,
                      size_t maximum, struct git_object *ret_objects, struct err *e)
{
    for (size_t at = 0; at < count; at += OBJECTS_AT_ONCE) {
        size_t left = count - at, some = left < OBJECTS_AT_ONCE ? left : OBJECTS_AT_ONCE;
        if (!read_some(git, arena, names + at, some, maximum, ret_objects + at, e))
            return false;
    }
    return true;
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

/* One of two gits that read at the same time. */
struct lane {
    struct companion **objects;
    struct buf question;
    size_t at, end; /* what was asked for and is not read yet */
};

struct reading {
    struct git *git;
    const struct str *ids;
    size_t count, next; /* the next one to ask for */
    size_t maximum;
};

static void ask_some(struct reading *reading, struct lane *lane)
{
    size_t left = reading->count - reading->next,
           asked = left < BLOBS_AT_ONCE ? left : BLOBS_AT_ONCE;

    lane->at = reading->next;
    lane->end = reading->next += asked;
    if (asked)
        ask(reading->git, *lane->objects, &lane->question, reading->ids + lane->at, asked);
}

/* *go: whether the caller wants them still. */
static bool take_some(struct reading *reading, struct lane *lane, object_each_function *each,
                      void *context, bool *go, struct err *e)
{
    for (; lane->at < lane->end; lane->at++) {
        ARENA(scratch, ((size_t)1 << 20) + reading->maximum);
        struct git_object object;
        if (!take(*lane->objects, &scratch, *go ? reading->maximum : 0, &object, e) ||
            !must_be_blob(&object, reading->ids[lane->at], e))
            return false;
        *go = *go && each(context, lane->at, object.bytes);
    }
    return true;
}

bool git_each_blob(void *self, const struct str *ids, size_t count, size_t maximum,
                   object_each_function *each, void *context, struct err *e)
{
    struct git *git = self;
    ARENA(scratch, (size_t)1 << 20);
    struct reading reading = {.git = git, .ids = ids, .count = count, .maximum = maximum};
    struct lane lanes[] = {{.objects = &git->objects}, {.objects = &git->second}};
    size_t used = count > BLOBS_FOR_TWO ? COUNT_OF(lanes) : 1;
    struct git_object first;
    struct err alone = ERR_NONE;
    bool go = true;

    if (!count)
        return true;
    /* After a first answer it is clear what this git can be asked. */
    if (!git->has_answered && !git_objects_read(git, &scratch, ids, 1, 0, &first, e))
        return false;
    if (!need(git, &git->objects, e))
        return false;
    if (used > 1 && !git_objects_second(git, &alone))
        used = 1; /* slower, and as good */
    for (size_t i = 0; i < used; i++) {
        lanes[i].question = buf_new(&scratch, BLOBS_AT_ONCE * 96 + 128);
        ask_some(&reading, &lanes[i]);
    }
    for (size_t i = 0; lanes[i].at < lanes[i].end; i = (i + 1) % used) {
        if (!take_some(&reading, &lanes[i], each, context, &go, e)) {
            companion_stop(&git->objects);
            companion_stop(&git->second);
            return false;
        }
        if (go)
            ask_some(&reading, &lanes[i]);
    }
    return true;
}

/* ---- Trees. ---- */

struct str git_hex(struct arena *arena, struct str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(arena, bytes.length * 2 + 1);

    for (size_t i = 0; i < bytes.length; i++) {
        text[2 * i] = digits[(unsigned char)bytes.bytes[i] >> 4];
        text[2 * i + 1] = digits[(unsigned char)bytes.bytes[i] & 15];
    }
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
        if (digits.bytes[i] < '0' || digits.bytes[i] > '7' || mode > S_IFMT)
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

    if (end == SIZE_MAX || blank > end || bytes->length - end - 1 < id_size ||
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
