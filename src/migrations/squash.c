#include "migrations/squash.h"

#include "base/file.h"
#include "migrations/markers.h"

#define DUMP_MAX ((size_t)64 << 20)

bool squash_files(struct arena *arena, struct tree *tree, const struct tracker *tracker,
                  struct str root, struct strs *ret_paths, struct err *e)
{
    struct strs paths = {0};

    for (size_t i = 0; i < tracker->squashed_by.count; i++) {
        struct str form = tracker->squashed_by.items[i], path;
        struct tree_entries entries;
        bool exists;
        if (!tree_path_join(arena, root, path_directory(form), &path))
            continue;
        if (!tree_list(tree, arena, path, &entries, &exists, e))
            return false;
        for (size_t j = 0; j < entries.count; j++)
            if (form_matches(path_base_name(form), entries.items[j].name))
                VEC_PUSH(arena, &paths, path_below(arena, path, entries.items[j].name));
    }
    *ret_paths = paths;
    return true;
}

/* 'ID' among the values of an INSERT, or alone between the tabs of COPY's rows. */
static bool says(struct str text, struct str id)
{
    for (size_t at = 0, found; (found = str_find(str_from_offset(text, at), id)) != SIZE_MAX;) {
        size_t start = at + found, end = start + id.length;
        char before = start ? text.bytes[start - 1] : '\0';
        char behind = end < text.length ? text.bytes[end] : '\0';
        if ((before == '\'' || before == '\t') && behind == before)
            return true;
        at = end;
    }
    return false;
}

bool squash_records(struct tree *tree, const struct strs *paths, struct str id)
{
    for (size_t i = 0; i < paths->count; i++) {
        ARENA(scratch, DUMP_MAX + ((size_t)64 << 20));
        struct err unreadable = ERR_NONE;
        struct str text;
        if (tree_read(tree, &scratch, paths->items[i], DUMP_MAX, &text, &unreadable) &&
            says(text, id))
            return true;
    }
    return false;
}
