#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/process.h"
#include "gate/audit_files.h"

/* Rotated files are bounded by AUDIT_ROTATE_BYTES and one line; an older build or a hand may have made larger ones. */
#define AUDIT_FILE_MAX ((size_t)256 << 20)

typedef bool line_visit(void *context, struct str name, size_t number, struct str line, bool whole,
                        struct err *e);

static bool visit_file(struct arena *arena, struct str directory, struct str name,
                       line_visit *visit, void *context, struct err *e)
{
    struct str bytes;
    size_t number = 0;

    if (!file_read(arena, path_join(arena, directory, name), AUDIT_FILE_MAX, &bytes, e))
        return false;
    while (bytes.length) {
        size_t feed = str_find_byte(bytes, '\n');
        struct str line = feed == SIZE_MAX ? bytes : str_prefix(bytes, feed);
        number++;
        if (!visit(context, name, number, line, feed != SIZE_MAX, e))
            return false;
        bytes = str_from_offset(bytes, line.length + 1);
    }
    return true;
}

/* Was the file last written before that time? */
static bool is_before(struct arena *arena, struct str path, uint64_t since)
{
    struct stat status;

    return stat(str_c(arena, path), &status) == 0 && status.st_mtime >= 0 &&
           (uint64_t)status.st_mtime < since;
}

static bool visit_lines(struct arena *arena, struct str directory, uint64_t since,
                        line_visit *visit, void *context, size_t *ret_files, struct err *e)
{
    struct strs names = {0};

    if (!audit_rotated(arena, directory, &names, e))
        return false;
    if (file_kind(arena, path_join(arena, directory, STR(AUDIT_CURRENT))) != FILE_ABSENT)
        VEC_PUSH(arena, &names, STR(AUDIT_CURRENT));
    for (size_t i = 0; i < names.count; i++)
        if (!is_before(arena, path_join(arena, directory, names.items[i]), since) &&
            !visit_file(arena, directory, names.items[i], visit, context, e))
            return false;
    *ret_files = names.count;
    return true;
}

struct verifier {
    struct arena *arena;
    struct audit_check *check;
    struct str expected; /* digest that the next line must name */
    struct str before;   /* `expected` of the line before */
    bool first;          /* nothing was read yet */
};

static void breaks(struct verifier *verifier, struct str name, size_t number, const char *why)
{
    if (!verifier->check->intact)
        return;
    verifier->check->intact = false;
    verifier->check->message =
        str_printf(verifier->arena, STR_FMT ":%zu: %s", STR_ARG(name), number, why);
}

static bool verify_line(void *context, struct str name, size_t number, struct str line, bool whole,
                        struct err *e)
{
    struct verifier *verifier = context;
    struct err bad = ERR_NONE;
    ARENA(arena, 64 * AUDIT_LINE_MAX);
    JSON_DOCUMENT(record);

    (void)e;
    if (!whole) {
        /* A killed writer's: never acknowledged, set aside by the next append. */
        return true;
    }
    verifier->check->lines++;
    verifier->before = verifier->expected;
    verifier->expected = digest_sha256(verifier->arena, line);
    if (!json_parse(&arena, line, JSON_STRICT, "line", &record, &bad)) {
        breaks(verifier, name, number, "this line is not JSON");
        return true;
    }
    if (!str_eq(json_string(record, "previous"), verifier->before))
        breaks(verifier, name, number,
               verifier->first
                   ? "the chain does not begin here: earlier lines are missing"
                   : "does not follow the line before it: a line was changed, added or taken out");
    if (json_get(record, "gap"))
        breaks(verifier, name, number, "lines before this one were cut off");
    verifier->first = false;
    return true;
}

bool audit_verify(struct arena *arena, struct str state, struct audit_check *ret_check,
                  struct err *e)
{
    struct audit_check check = {.intact = true};
    struct verifier verifier = {.arena = arena, .check = &check, .first = true};
    struct str directory = audit_directory(arena, state), head;

    if (file_kind(arena, directory) == FILE_ABSENT) {
        *ret_check = check;
        return true;
    }
    AUDIT_FD(lock);
    if (!audit_lock(arena, directory, clock_ms() + AUDIT_LOCK_MS, &lock, e) ||
        !audit_read_digest(arena, directory, "removed", &verifier.expected, e) ||
        !audit_read_digest(arena, directory, "head", &head, e))
        return false;
    if (str_is_empty(verifier.expected))
        verifier.expected = STR(AUDIT_FIRST);
    verifier.before = verifier.expected;
    if (!visit_lines(arena, directory, 0, verify_line, &verifier, &check.files, e))
        return false;
    bool ends_right = str_eq(head, verifier.expected) || str_eq(head, verifier.before) ||
                      (check.lines == 0 && str_is_empty(head));
    if (!ends_right)
        breaks(&verifier, STR(AUDIT_CURRENT), check.lines,
               head.length ? "lines were cut off the end of the trail"
                           : "the file \"head\" was removed");
    *ret_check = check;
    return true;
}

struct reader {
    audit_visit *visit;
    void *context;
    struct str needle; /* may be empty */
};

static bool read_line(void *context, struct str name, size_t number, struct str line, bool whole,
                      struct err *e)
{
    struct reader *reader = context;
    struct err bad = ERR_NONE;

    (void)name;
    (void)number;
    if (!whole || (reader->needle.length && !str_contains(line, reader->needle)))
        return true;
    ARENA(arena, 64 * AUDIT_LINE_MAX);
    JSON_DOCUMENT(record);
    if (!json_parse(&arena, line, JSON_STRICT, "line", &record, &bad))
        record = NULL;
    return reader->visit(reader->context, record, line, e);
}

bool audit_search(struct arena *arena, struct str state, struct str needle, uint64_t since,
                  audit_visit *visit, void *context, struct err *e)
{
    struct reader reader = {.visit = visit, .context = context, .needle = needle};
    struct str directory = audit_directory(arena, state);
    size_t files;

    return file_kind(arena, directory) == FILE_ABSENT ||
           visit_lines(arena, directory, since, read_line, &reader, &files, e);
}

bool audit_read(struct arena *arena, struct str state, audit_visit *visit, void *context,
                struct err *e)
{
    return audit_search(arena, state, STR(""), 0, visit, context, e);
}
