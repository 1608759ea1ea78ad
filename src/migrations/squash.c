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

/* INSERT INTO `migrations` … 'ID'; a row of COPY: "1\tID\t1". Nowhere else: not in a default, not in a comment. */
static bool is_row(struct str line, struct str id)
{
    size_t at = str_find(line, id);

    if (at == SIZE_MAX || at == 0 || at + id.length >= line.length)
        return false;
    char before = line.bytes[at - 1], behind = line.bytes[at + id.length];
    if (before == '\t' && behind == '\t')
        return byte_is_digit(line.bytes[0]) && str_find_byte(line, '\t') == at - 1;
    return before == '\'' && behind == '\'' && str_starts(line, STR("INSERT INTO ")) &&
           str_contains(str_prefix(line, at), STR("migrations"));
}

static bool says(struct str text, struct str id)
{
    struct str line;

    while (str_next_line(&text, &line))
        if (is_row(line, id))
            return true;
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
