#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "cli/install.h"
#include "config/state.h"

static void close_descriptor(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

bool install_read(struct install *in, struct str path, struct install_file *ret, struct err *e)
{
    char real[PATH_MAX];
    struct stat link;

    *ret = (struct install_file){.path = path, .real = str_copy(in->arena, path)};
    if (str_has_nul(path))
        return err_set(e, ERR_INPUT, "a path with a NUL byte");
    const char *name = str_c(in->arena, path);
    if (!realpath(name, real)) {
        if (errno != ENOENT)
            return err_errno(e, "cannot look at " STR_FMT, STR_ARG(path));
        if (lstat(name, &link) == 0)
            return err_set(e, ERR_INPUT, STR_FMT " is a symbolic link that leads nowhere",
                           STR_ARG(path));
        /* The directory may still be reached through a link. */
        if (realpath(str_c(in->arena, path_directory(path)), real))
            ret->real =
                path_join(in->arena, str_copy(in->arena, str_from(real)), path_base_name(path));
        return true;
    }
    ret->real = str_copy(in->arena, str_from(real));
    ret->exists = true;
    if (stat(real, &ret->status) != 0)
        return err_errno(e, "cannot stat " STR_FMT, STR_ARG(path));
    return file_read(in->arena, ret->real, FILE_MAX, &ret->text, e);
}

/* --- Writing --- */

static bool same_file(const struct install_file *file)
{
    struct stat now;
    bool exists = stat(file->real.bytes, &now) == 0;

    if (!file->exists)
        return !exists;
    return exists && now.st_ino == file->status.st_ino && now.st_dev == file->status.st_dev &&
           now.st_size == file->status.st_size &&
           now.st_mtim.tv_sec == file->status.st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == file->status.st_mtim.tv_nsec;
}

static void unlink_temporary(char **path)
{
    if (*path)
        unlink(*path);
}

static bool flush_directory(struct arena *arena, struct str directory, struct err *e)
{
    CLEANUP_WITH(close_descriptor)
    int fd = open(str_c(arena, directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) != 0)
        return err_errno(e, "cannot flush " STR_FMT, STR_ARG(directory));
    return true;
}

static bool replace(struct install *in, const struct install_file *file, struct str text,
                    unsigned mode, struct err *e)
{
    struct str directory = path_directory(file->real);
    char *template =
        str_c(in->arena, str_printf(in->arena, STR_FMT "/.hookcheck-XXXXXX", STR_ARG(directory)));
    CLEANUP_WITH(unlink_temporary) char *temporary = NULL;
    CLEANUP_WITH(close_descriptor) int fd = mkostemp(template, O_CLOEXEC);

    if (fd < 0)
        return err_errno(e, "cannot write in " STR_FMT, STR_ARG(directory)) ||
               err_hint(e, "the file is only replaced as a whole, never written in place");
    temporary = template;
    if (file->exists && (file->status.st_uid != geteuid() || file->status.st_gid != getegid()) &&
        fchown(fd, file->status.st_uid, file->status.st_gid) != 0)
        return err_errno(e, "cannot keep the owner of " STR_FMT, STR_ARG(file->real));
    if (fchmod(fd, (mode_t)mode) != 0)
        return err_errno(e, "cannot set the mode of %s", template);
    if (!file_write_descriptor(fd, text, e))
        return false;
    if (fsync(fd) != 0)
        return err_errno(e, "cannot flush %s", template);
    if (!same_file(file))
        return err_set(e, ERR_TIMEOUT, STR_FMT " was changed by somebody else meanwhile",
                       STR_ARG(file->path));
    if (rename(template, str_c(in->arena, file->real)) != 0)
        return err_errno(e, "cannot replace " STR_FMT, STR_ARG(file->real));
    temporary = NULL;
    return flush_directory(in->arena, directory, e);
}

/* --- Records --- */

static struct str record_path(struct install *in, const struct install_file *file, const char *end)
{
    struct str digest = digest_sha256(in->arena, file->real);

    return str_printf(in->arena, STR_FMT "/" STR_FMT "%s", STR_ARG(in->state),
                      STR_ARG(str_prefix(digest, 32)), end);
}

static struct str record_text(struct install *in, const struct install_file *file,
                              const struct install_change *change, struct str base, bool existed,
                              const struct strs *made)
{
    struct buf out = buf_new(in->arena, FILE_MAX * 2);
    bool first = true;

    buf_add_byte(&out, '{');
    json_write_key(&out, &first, "path");
    json_write_string(&out, file->real);
    json_write_key(&out, &first, "existed");
    buf_add(&out, existed ? STR("true") : STR("false"));
    json_write_key(&out, &first, "mode");
    buf_printf(&out, "%u", file->exists ? (unsigned)(file->status.st_mode & 07777) : change->mode);
    json_write_key(&out, &first, "before");
    json_write_string(&out, digest_sha256(in->arena, base));
    json_write_key(&out, &first, "after");
    json_write_string(&out, digest_sha256(in->arena, change->text));
    json_write_key(&out, &first, "created");
    buf_printf(&out, "%zu", change->created);
    json_write_key(&out, &first, "inserted");
    json_write_string(&out, change->inserted);
    json_write_key(&out, &first, "made");
    buf_add_byte(&out, '[');
    for (size_t i = 0; i < made->count; i++) {
        if (i)
            buf_add_byte(&out, ',');
        json_write_string(&out, made->items[i]);
    }
    buf_add(&out, STR("]}\n"));
    return buf_str(&out);
}

/* The only occurrence; SIZE_MAX when there is none or another one. */
static size_t find_once(struct str text, struct str piece)
{
    size_t at = piece.length ? str_find(text, piece) : SIZE_MAX;

    if (at == SIZE_MAX || str_find(str_from_offset(text, at + 1), piece) != SIZE_MAX)
        return SIZE_MAX;
    return at;
}

/* `stem`: the record's file, without its ending. Absent is no failure. */
static bool read_record(struct install *in, const struct install_file *file, struct str stem,
                        struct install_record *ret, struct str *ret_path, struct err *e)
{
    JSON_DOCUMENT(document);
    struct str bytes, json = str_printf(in->arena, STR_FMT ".json", STR_ARG(stem)),
                      before = str_printf(in->arena, STR_FMT ".before", STR_ARG(stem));
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
    const cJSON *mode = json_get(document, "mode"), *created = json_get(document, "created");
    const cJSON *directory;
    ret->found = true;
    ret->existed = json_bool(document, "existed", true);
    ret->mode = json_is_number(mode) ? (unsigned)mode->valuedouble : 0644;
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
    size_t at = find_once(file->text, record->inserted);
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

bool install_recall(struct install *in, const struct install_file *file, struct install_record *ret,
                    struct err *e)
{
    struct str path;

    return read_record(in, file, record_path(in, file, ""), ret, &path, e) &&
           (ret->found || recall_moved(in, file, ret));
}

static void forget(struct install *in, const struct install_file *file,
                   const struct install_record *record)
{
    struct str stem = record->moved_from.length ? record->moved_from : record_path(in, file, "");

    unlink(str_c(in->arena, str_printf(in->arena, STR_FMT ".json", STR_ARG(stem))));
    unlink(str_c(in->arena, str_printf(in->arena, STR_FMT ".before", STR_ARG(stem))));
}

/* The directories that are missing on the way to the file, outermost first, made. */
static bool make_directories(struct install *in, const struct install_file *file,
                             struct strs *ret_made, struct err *e)
{
    struct strs missing = {0};
    struct str directory = path_directory(file->real);

    while (file_kind(in->arena, directory) == FILE_ABSENT && directory.length > 1) {
        VEC_PUSH(in->arena, &missing, directory);
        directory = path_directory(directory);
    }
    for (size_t i = missing.count; i > 0; i--) {
        if (mkdir(str_c(in->arena, missing.items[i - 1]), 0755) != 0 && errno != EEXIST)
            return err_errno(e, "cannot make the directory " STR_FMT,
                             STR_ARG(missing.items[i - 1]));
        VEC_PUSH(in->arena, ret_made, missing.items[i - 1]);
    }
    return true;
}

/* Those that others use by now stay: rmdir refuses them. */
static void remove_directories(struct install *in, const struct strs *made)
{
    for (size_t i = made->count; i > 0; i--)
        if (rmdir(str_c(in->arena, made->items[i - 1])) != 0)
            break;
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

/* The record comes first: whatever happens in between, there is a copy. */
static bool record(struct install *in, const struct install_file *file,
                   const struct install_change *change, const struct strs *made, struct err *e)
{
    struct install_record old;
    struct str base = change->base.bytes ? change->base : file->text;
    bool existed = file->exists;
    struct strs all_made = with_shared(in, file, made);

    if (!install_recall(in, file, &old, e))
        return false;
    /* Installed again over our own state: what was there at first is still what has to come back. */
    if (old.found && old.untouched) {
        base = old.before;
        existed = old.existed;
        all_made = old.made;
    }
    if (!state_make(in->arena, path_directory(in->state), e) ||
        !state_make(in->arena, in->state, e))
        return err_hint(e, "a copy of the file is kept there: set HOOKCHECK_STATE_DIR to a "
                           "directory that you can write");
    return file_write_atomically(in->arena, record_path(in, file, ".before"), base, 0600, e) &&
           file_write_atomically(in->arena, record_path(in, file, ".json"),
                                 record_text(in, file, change, base, existed, &all_made), 0600, e);
}

/* --- What would change, line by line: the lines between the common beginning and the common end. --- */

static void show_lines(struct buf *out, char sign, struct str text)
{
    struct str line;

    while (str_next_line(&text, &line))
        buf_printf(out, "%c " STR_FMT "\n", sign, STR_ARG(line));
}

static size_t line_start(struct str text, size_t at)
{
    while (at > 0 && text.bytes[at - 1] != '\n')
        at--;
    return at;
}

static void show_change(struct install *in, const struct install_file *file, struct str text)
{
    struct buf *out = &in->cli->out;
    struct str old = file->text;
    size_t head = 0, tail = 0;

    if (in->cli->json)
        return;
    while (head < old.length && head < text.length && old.bytes[head] == text.bytes[head])
        head++;
    head = line_start(old, head);
    while (tail < old.length - head && tail < text.length - head &&
           old.bytes[old.length - 1 - tail] == text.bytes[text.length - 1 - tail])
        tail++;
    while (tail > 0 && (old.bytes[old.length - tail - 1 + 0] != '\n' ||
                        (text.length > tail && text.bytes[text.length - tail - 1] != '\n')))
        tail--;
    buf_printf(out, "%s " STR_FMT "\n",
               !text.bytes    ? "remove"
               : file->exists ? "change"
                              : "create",
               STR_ARG(file->path));
    show_lines(out, '-', str_slice(old, head, old.length - tail));
    show_lines(out, '+', str_slice(text, head, text.length - tail));
}

bool install_write(struct install *in, const char *target, const struct install_file *file,
                   const struct install_change *change, struct err *e)
{
    struct strs made = {0};
    const char *action = file->exists ? "changed" : "created";

    if (in->print) {
        show_change(in, file, change->text);
        if (in->cli->json)
            install_note(in, target, file->path, action, STR("not done: --print"), STR_NONE);
        return true;
    }
    unsigned mode = file->exists ? (unsigned)(file->status.st_mode & 07777) : change->mode;
    if (!make_directories(in, file, &made, e) || !record(in, file, change, &made, e) ||
        !replace(in, file, change->text, mode, e)) {
        remove_directories(in, &made);
        return false;
    }
    install_note(in, target, file->path, action, STR_NONE, STR_NONE);
    return true;
}

bool install_put_back(struct install *in, const char *target, const struct install_file *file,
                      const struct install_record *record, struct str text, struct err *e)
{
    if (in->print) {
        show_change(in, file, text);
        return true;
    }
    if (text.bytes) {
        unsigned mode = record->found ? record->mode : (unsigned)(file->status.st_mode & 07777);
        if (!replace(in, file, text, mode, e))
            return false;
        install_note(in, target, file->path, "restored", STR_NONE, STR_NONE);
    } else {
        if (!same_file(file))
            return err_set(e, ERR_TIMEOUT, STR_FMT " was changed by somebody else meanwhile",
                           STR_ARG(file->path));
        if (unlink(str_c(in->arena, file->real)) != 0)
            return err_errno(e, "cannot remove " STR_FMT, STR_ARG(file->path));
        remove_directories(in, &record->made);
        install_note(in, target, file->path, "removed", STR_NONE, STR_NONE);
    }
    forget(in, file, record);
    return true;
}

/* An element that was added behind ours may leave a comma with nothing before it. */
static bool still_json(struct install *in, struct str before, struct str after)
{
    JSON_DOCUMENT(old);
    JSON_DOCUMENT(new);
    struct err ignored = ERR_NONE, bad = ERR_NONE;

    return !json_parse(in->arena, before, JSON_COMMENTS, "before", &old, &ignored) ||
           json_parse(in->arena, after, JSON_COMMENTS, "after", &new, &bad);
}

bool install_undo(struct install *in, const char *target, const struct install_file *file,
                  const struct install_record *record, bool *ret_done, struct err *e)
{
    *ret_done = true;
    if (!file->exists) {
        if (!in->print)
            forget(in, file, record);
        return true;
    }
    if (record->found && record->untouched)
        return install_put_back(in, target, file, record,
                                record->existed ? record->before : STR_NONE, e);
    size_t at = record->found ? find_once(file->text, record->inserted) : SIZE_MAX;
    struct str text = STR_NONE;
    if (at != SIZE_MAX)
        text = str_printf(in->arena, STR_FMT STR_FMT, STR_ARG(str_prefix(file->text, at)),
                          STR_ARG(str_from_offset(file->text, at + record->inserted.length)));
    if (!text.bytes || !still_json(in, file->text, text)) {
        *ret_done = false;
        return true;
    }
    /* The mode it has now is the one its owner wants. */
    struct install_record now = *record;
    now.mode = (unsigned)(file->status.st_mode & 07777);
    return install_put_back(in, target, file, &now, text, e);
}
