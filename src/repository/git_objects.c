/* git_objects.c -- objects by id, from one `git cat-file --batch` that stays.
 *
 * Source: git-cat-file(1), "BATCH OUTPUT"; the formats of trees and commits are those of gitformat-* and of git's own fsck.
 */
#include <string.h>

#include "base/buf.h"
#include "repository/git_command.h"

#define OBJECT_TIME_MS 20000u
/* Of a commit or a tree, which are read whole. */
#define OBJECT_MAX ((size_t)256 << 20)

static bool need(struct git *git, struct err *e)
{
    static const struct str words[] = {STR_INIT("cat-file"), STR_INIT("--batch")};

    return git->objects || git_stay(git, git->arena, words, COUNT_OF(words), &git->objects, e);
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
static bool take(struct git *git, struct arena *arena, size_t maximum, struct git_object *ret,
                 struct err *e)
{
    uint64_t limit = clock_ms() + OBJECT_TIME_MS, size;
    struct str line;

    if (!companion_line(git->objects, limit, &line, e))
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
    if (!companion_bytes(git->objects, kept, bytes, limit, e) ||
        !companion_bytes(git->objects, (size_t)size - kept, NULL, limit, e) ||
        !companion_bytes(git->objects, 1, &newline, limit, e))
        return false;
    ret->bytes = str_of(bytes, kept);
    ret->whole = kept == size;
    return newline == '\n' ||
           err_set(e, ERR_UNREACHABLE, "git cat-file: an answer that is not understood");
}

bool git_objects_read(struct git *git, struct arena *arena, const struct str *names, size_t count,
                      size_t maximum, struct git_object *ret_objects, struct err *e)
{
    ARENA(scratch, count * 96 + ((size_t)1 << 20));
    struct buf question = buf_new(&scratch, count * 96 + 128);

    if (count == 0)
        return true;
    if (!need(git, e))
        return false;
    for (size_t i = 0; i < count; i++)
        buf_printf(&question, STR_FMT "\n", STR_ARG(names[i]));
    companion_ask(git->objects, buf_str(&question));
    for (size_t i = 0; i < count; i++)
        if (!take(git, arena, maximum, &ret_objects[i], e)) {
            struct str complaint = str_copy(arena, companion_complaint(git->objects));
            companion_stop(&git->objects);
            if (e->kind == ERR_UNREACHABLE && complaint.length)
                return err_set(e, ERR_UNREACHABLE, "git cat-file: " STR_FMT,
                               STR_ARG(git_complaint(complaint)));
            return false;
        }
    return true;
}

bool git_objects_blobs(struct git *git, struct arena *arena, const struct str *ids, size_t count,
                       size_t maximum, struct object_bytes *ret_blobs, struct err *e)
{
    struct git_object *objects = ARENA_ARRAY(arena, count + 1, struct git_object);

    if (!git_objects_read(git, arena, ids, count, maximum, objects, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (objects[i].type == GIT_MISSING)
            return err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is missing", STR_ARG(ids[i]));
        if (objects[i].type != GIT_BLOB)
            return err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is no file", STR_ARG(ids[i]));
        ret_blobs[i] = (struct object_bytes){.bytes = objects[i].bytes, .whole = objects[i].whole};
    }
    return true;
}

/* ---- Commits. ---- */

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

bool git_read_commit(struct git *git, struct arena *arena, struct str id,
                     struct git_commit *ret_commit, struct err *e)
{
    struct git_object object = {.type = GIT_MISSING};

    if (!git_objects_read(git, arena, &id, 1, 0, &object, e))
        return false;
    if (object.type == GIT_MISSING)
        return err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is missing", STR_ARG(id));
    if (object.type != GIT_COMMIT || !git_commit_parse(arena, object.bytes, ret_commit))
        return err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is no commit", STR_ARG(id));
    return true;
}

/* ---- Trees. ---- */

static struct str hex(struct arena *arena, struct str bytes)
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

static enum object_mode mode_of(struct str mode)
{
    if (str_eq(mode, STR("40000")))
        return OBJECT_DIRECTORY;
    if (str_eq(mode, STR("160000")))
        return OBJECT_SUBMODULE;
    return str_eq(mode, STR("120000")) ? OBJECT_LINK : OBJECT_FILE;
}

/* "MODE NAME\0" and the id's bytes. */
bool git_tree_parse(struct arena *arena, struct str id, struct str bytes,
                    struct git_entries *ret_entries, struct err *e)
{
    size_t id_size = id.length / 2;
    struct git_entries entries = {0};

    while (bytes.length) {
        size_t end = str_find_byte(bytes, '\0'), blank = str_find_byte(bytes, ' ');
        if (end == SIZE_MAX || blank > end || bytes.length - end - 1 < id_size)
            return err_set(e, ERR_UNREACHABLE, "tree " STR_FMT " is not understood", STR_ARG(id));
        struct str mode = str_prefix(bytes, blank);
        VEC_PUSH(arena, &entries,
                 (struct git_entry){
                     .mode = mode,
                     .object = {.name = str_slice(bytes, blank + 1, end),
                                .id = hex(arena, str_slice(bytes, end + 1, end + 1 + id_size)),
                                .mode = mode_of(mode)}});
        bytes = str_from_offset(bytes, end + 1 + id_size);
    }
    *ret_entries = entries;
    return true;
}

bool git_objects_list(void *self, struct arena *arena, struct str tree,
                      struct object_entries *ret_entries, struct err *e)
{
    struct git_entries entries = {0};
    struct object_entries list = {0};
    struct git_object object = {.type = GIT_MISSING};

    if (!git_objects_read(self, arena, &tree, 1, 0, &object, e))
        return false;
    if (object.type != GIT_TREE)
        return err_set(e, ERR_UNREACHABLE, "object " STR_FMT " is %s", STR_ARG(tree),
                       object.type == GIT_MISSING ? "missing" : "no directory");
    if (!git_tree_parse(arena, tree, object.bytes, &entries, e))
        return false;
    for (size_t i = 0; i < entries.count; i++)
        VEC_PUSH(arena, &list, entries.items[i].object);
    *ret_entries = list;
    return true;
}
