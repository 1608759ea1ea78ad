/* What install remembers of a file it changed, so that uninstall can bring back what was there. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "cli/install_record.h"

/* The record's file, without its ending. */
static struct str stem_of(struct install *in, struct str path)
{
    return path_join(in->arena, in->state, str_prefix(digest_sha256(in->arena, path), 32));
}

static struct str with_ending(struct install *in, struct str stem, const char *ending)
{
    return str_printf(in->arena, STR_FMT "%s", STR_ARG(stem), ending);
}

/* What a record is made from. */
struct noted {
    struct str base;
    bool existed;
    size_t created;
    struct strs made;
};

static struct str record_text(struct install *in, const struct install_file *file,
                              const struct install_change *change, const struct noted *noted)
{
    struct buf out = buf_new(in->arena, FILE_MAX * 2);
    bool first = true;

    buf_add_byte(&out, '{');
    json_write_key(&out, &first, "path");
    json_write_string(&out, file->real);
    json_write_key(&out, &first, "existed");
    buf_add(&out, noted->existed ? STR("true") : STR("false"));
    json_write_key(&out, &first, "mode");
    buf_printf(&out, "%u", file->exists ? (unsigned)(file->status.st_mode & 07777) : change->mode);
    json_write_key(&out, &first, "before");
    json_write_string(&out, digest_sha256(in->arena, noted->base));
    json_write_key(&out, &first, "after");
    json_write_string(&out, digest_sha256(in->arena, change->text));
    json_write_key(&out, &first, "created");
    buf_printf(&out, "%zu", noted->created);
    json_write_key(&out, &first, "inserted");
    json_write_string(&out, change->inserted);
    json_write_key(&out, &first, "made");
    buf_add_byte(&out, '[');
    for (size_t i = 0; i < noted->made.count; i++) {
        if (i)
            buf_add_byte(&out, ',');
        json_write_string(&out, noted->made.items[i]);
    }
    buf_add(&out, STR("]}\n"));
    return buf_str(&out);
}

/* The only occurrence; SIZE_MAX when there is none or another one. */
size_t install_find_once(struct str text, struct str piece)
{
    size_t at = piece.length ? str_find(text, piece) : SIZE_MAX;

    if (at == SIZE_MAX || str_find(str_from_offset(text, at + 1), piece) != SIZE_MAX)
        return SIZE_MAX;
    return at;
}

/* Absent is no failure. */
static bool read_record(struct install *in, const struct install_file *file, struct str stem,
                        struct install_record *ret, struct str *ret_path, struct err *e)
{
    JSON_DOCUMENT(document);
    struct str bytes, json = with_ending(in, stem, ".json"),
                      before = with_ending(in, stem, ".before");
    struct err absent = ERR_NONE;

    *ret = (struct install_record){0};
    if (!file_read(in->arena, json, FILE_MAX * 2, &bytes, &absent))
        return true;
    if (!json_parse(in->arena, bytes, JSON_STRICT, "install record", &document, e) ||
        !file_read(in->arena, before, FILE_MAX, &ret->before, e))
        return false;
    if (!str_eq(digest_sha256(in->arena, ret->before), json_string(document, "before")))
        return err_set(e, ERR_INPUT, "the copy of " STR_FMT " in " STR_FMT " was changed",
                       STR_ARG(file->path), STR_ARG(in->state));
    const cJSON *created = json_get(document, "created"), *directory;
    ret->found = true;
    ret->existed = json_bool(document, "existed", true);
    ret->created = json_is_number(created) ? (size_t)created->valuedouble : 0;
    ret->inserted = str_copy(in->arena, json_string(document, "inserted"));
    ret->untouched = file->exists &&
                     str_eq(digest_sha256(in->arena, file->text), json_string(document, "after"));
    cJSON_ArrayForEach(directory, json_get(document, "made"))
        VEC_PUSH(in->arena, &ret->made, str_copy(in->arena, json_value_string(directory)));
    *ret_path = str_copy(in->arena, json_string(document, "path"));
    return true;
}

/* The file's own name and its directory's: a repository is moved as a whole. */
static bool same_place(struct str one, struct str other)
{
    return str_eq(path_base_name(one), path_base_name(other)) &&
           str_eq(path_base_name(path_directory(one)), path_base_name(path_directory(other)));
}

/* What came before must follow from the file itself: another repository's record may hold the same result. */
static bool follows(struct install *in, const struct install_file *file,
                    const struct install_record *record)
{
    if (!record->existed && record->untouched)
        return true;
    size_t at = install_find_once(file->text, record->inserted);
    if (at == SIZE_MAX)
        return false;
    struct str without =
        str_printf(in->arena, STR_FMT STR_FMT, STR_ARG(str_prefix(file->text, at)),
                   STR_ARG(str_from_offset(file->text, at + record->inserted.length)));
    return !record->untouched || str_eq(without, record->before);
}

/* "/old/repo/.claude" of /old/repo/.claude/settings.json, where that file lies now. */
static void move_directories(struct install *in, const struct install_file *file, struct str old,
                             struct install_record *record)
{
    struct strs made = {0};

    for (size_t i = 0; i < record->made.count; i++) {
        struct str directory = record->made.items[i];
        if (!str_starts(old, directory))
            continue;
        struct str rest = str_from_offset(old, directory.length);
        if (str_ends(file->real, rest))
            VEC_PUSH(in->arena, &made, str_prefix(file->real, file->real.length - rest.length));
    }
    record->made = made;
}

static bool recall_moved(struct install *in, const struct install_file *file,
                         struct install_record *ret)
{
    struct strs names = {0};
    struct err none = ERR_NONE;

    if (!file->exists || !file_list(in->arena, in->state, &names, &none))
        return true; /* nothing was ever installed */
    for (size_t i = 0; i < names.count; i++) {
        struct install_record record;
        struct str path;
        if (!str_ends(names.items[i], STR(".json")))
            continue;
        struct str stem =
            path_join(in->arena, in->state, str_prefix(names.items[i], names.items[i].length - 5));
        struct err unreadable = ERR_NONE; /* a record of some other file is no reason to stop */
        if (!read_record(in, file, stem, &record, &path, &unreadable) || !record.found ||
            !same_place(path, file->real) || file_kind(in->arena, path) != FILE_ABSENT ||
            !follows(in, file, &record))
            continue;
        record.moved_from = stem;
        move_directories(in, file, path, &record);
        *ret = record;
        return true;
    }
    return true;
}

/* A file that a dotfiles manager has taken over: a link stands where it was. What was made is not removed through that link. */
static bool recall_named(struct install *in, const struct install_file *file,
                         struct install_record *ret, struct err *e)
{
    struct install_record record;
    struct str path, stem = stem_of(in, file->path);

    if (str_eq(file->path, file->real))
        return true;
    if (!read_record(in, file, stem, &record, &path, e))
        return false;
    if (!record.found || !follows(in, file, &record))
        return true;
    record.moved_from = stem;
    record.untouched = record.untouched && record.existed;
    record.existed = true;
    *ret = record;
    return true;
}

bool install_recall(struct install *in, const struct install_file *file, struct install_record *ret,
                    struct err *e)
{
    struct str path;

    return read_record(in, file, stem_of(in, file->real), ret, &path, e) &&
           (ret->found || recall_named(in, file, ret, e)) &&
           (ret->found || recall_moved(in, file, ret));
}

void install_forget(struct install *in, const struct install_file *file,
                    const struct install_record *record)
{
    struct str stem = record->moved_from.length ? record->moved_from : stem_of(in, file->real);

    unlink(str_c(in->arena, with_ending(in, stem, ".json")));
    unlink(str_c(in->arena, with_ending(in, stem, ".before")));
}

/* Does the record say that this directory was made for its file, which is there? */
static bool made_for_another(struct install *in, struct str record, struct str directory)
{
    JSON_DOCUMENT(document);
    struct err unreadable = ERR_NONE;
    struct str bytes;
    const cJSON *made;

    if (!file_read(in->arena, record, FILE_MAX * 2, &bytes, &unreadable) ||
        !json_parse(in->arena, bytes, JSON_STRICT, "install record", &document, &unreadable) ||
        file_kind(in->arena, json_string(document, "path")) == FILE_ABSENT)
        return false;
    cJSON_ArrayForEach(made, json_get(document, "made")) if (str_eq(json_value_string(made),
                                                                    directory)) return true;
    return false;
}

/* Directories on the way to this file that were made for another one, whose record is there still: the last file takes them along. Before
 * `made`, whose directories were missing, hence lie deeper. */
static struct strs with_shared(struct install *in, const struct install_file *file,
                               const struct strs *made)
{
    struct strs names = {0}, shared = {0};
    struct err none = ERR_NONE;

    if (!file_list(in->arena, in->state, &names, &none))
        return *made; /* nothing was ever installed */
    for (struct str at = path_directory(file->real); at.length > 1; at = path_directory(at)) {
        if (strs_have(made, at))
            continue;
        for (size_t i = 0; i < names.count; i++)
            if (str_ends(names.items[i], STR(".json")) &&
                made_for_another(in, path_join(in->arena, in->state, names.items[i]), at)) {
                VEC_PUSH(in->arena, &shared, at);
                break;
            }
    }
    struct strs all = {0};
    for (size_t i = shared.count; i > 0; i--)
        VEC_PUSH(in->arena, &all, shared.items[i - 1]);
    for (size_t i = 0; i < made->count; i++)
        VEC_PUSH(in->arena, &all, made->items[i]);
    return all;
}

/* Installed again over a file that holds ours already: what was there at first is still what has to come back. */
static struct noted note(struct install *in, const struct install_file *file,
                         const struct install_change *change, const struct install_record *old,
                         const struct strs *made)
{
    struct noted noted = {.base = change->base.bytes ? change->base : file->text,
                          .existed = file->exists,
                          .created = change->created,
                          .made = with_shared(in, file, made)};

    if (!old->found || !(old->untouched || change->base.bytes))
        return noted;
    if (old->created > noted.created)
        noted.created = old->created;
    noted.made = old->made;
    if (old->untouched)
        noted.base = old->before;
    if (old->untouched || change->bare)
        noted.existed = old->existed;
    return noted;
}

/* The record comes first: whatever happens in between, there is a copy. */
bool install_record_write(struct install *in, const struct install_file *file,
                          const struct install_change *change, const struct install_record *old,
                          const struct strs *made, struct err *e)
{
    struct noted noted = note(in, file, change, old, made);
    struct str stem = stem_of(in, file->real);

    if (!file_write_atomically(in->arena, with_ending(in, stem, ".before"), noted.base, 0600, e) ||
        !file_write_atomically(in->arena, with_ending(in, stem, ".json"),
                               record_text(in, file, change, &noted), 0600, e))
        return false;
    if (old->moved_from.length)
        install_forget(in, file, old);
    return true;
}
